import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The version of the program, as `--version` prints it and the vault's server sees it.
let programVersion = "0.1.0"

/// What the command line asks for.
enum Command {
    case runScript(ScriptSource, arguments: [String], RunOptions)
    case subcommand(Subcommand, ArraySlice<String>, SharedOptions)
    case help(topic: String?)
    case version

    /// Does it, and gives the exit code.
    func run() -> Int32 {
        switch self {
        case .runScript(let source, let arguments, let options):
            RunCommand(source: source, arguments: arguments, options: options).run()
        case .subcommand(let command, let words, let shared): command.start(words, shared)
        case .help(let topic): HelpCommand(topic: topic).run()
        case .version: standardOutputLine("vaultscript \(programVersion)")
        }
    }
}

/// Where the script comes from.
enum ScriptSource {
    case file(String)
    case standardInput
    case text(String)
    /// The program of a subcommand.
    case embedded(name: String, text: [UInt8])
}

/// Writes one line to standard output; the exit code is 0, or 1 when it could not be written, which is said unless its
/// reader has gone.
func standardOutputLine(_ text: String) -> Int32 {
    if write(text + "\n", to: 1) { return 0 }
    let error = errno
    if error != EPIPE {
        standardErrorLine(
            "standard output cannot be written\n\(unsafe String(cString: strerror(error)))\nlook at where it goes")
    }
    return 1
}

/// Writes what ends the program to standard error, as the user wants errors.
func tell(_ failure: Failure, _ code: Int32, isJSON: Bool) {
    standardErrorLine(isJSON ? ErrorReport.json(failure, exitCode: code) : failure.text)
}

/// Writes one line to standard error.
func standardErrorLine(_ text: String) { _ = write(text + "\n", to: 2) }

private func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { rest.removeFirst(count) } else if errno != EINTR { return false }
    }
    return true
}
