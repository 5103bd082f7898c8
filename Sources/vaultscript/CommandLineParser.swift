import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes the command line apart. By hand: the well-kept parser for it brings Foundation, which costs more than twice
/// the whole start of the program (docs/performance.md).
///
/// Options of ours stand before the script's file; everything after it is the script's own.
struct CommandLineParser {
    private static let options: Set<String> = [
        "-e", "-v", "--verbose", "-h", "--help", "-V", "--version", "--profile", "--credentials", "--credentials-fd",
        "--domain", "--project", "--env", "--path", "--error-format", "--use-env-proxy",
        "--allow-http", "--limit",
    ]
    private static let usage = "see: vaultscript --help"

    private var rest: ArraySlice<String>
    private var run = RunOptions(scriptFolder: ".")
    private var limits: [String] = []

    static func parse(_ arguments: [String]) throws(Failure) -> Command {
        var parser = CommandLineParser(rest: arguments[...])
        return try parser.command()
    }

    private mutating func command() throws(Failure) -> Command {
        run.version = programVersion
        guard let first = rest.first else {
            throw Failure(
                .usage, "there is no script to run", hint: "vaultscript FILE [arguments], or: vaultscript --help")
        }
        switch first {
        case "help": return .help(topic: rest.dropFirst().first)
        case "dev": return .developmentVault(arguments: Array(rest.dropFirst()))
        case "-h", "--help": return .help(topic: nil)
        case "-V", "--version": return .version
        default: return try script()
        }
    }

    private mutating func script() throws(Failure) -> Command {
        let source = try source()
        // The command line goes before the environment, and that before the user's configuration.
        try run.limits.takeUserConfiguration()
        if let text = unsafe getenv(Limits.variable) { try run.limits.take(variable: unsafe String(cString: text)) }
        for limit in limits { try run.limits.take(option: limit) }
        return .runScript(source, arguments: Array(rest), run)
    }

    /// Reads our options; what is left then is the script's.
    private mutating func source() throws(Failure) -> ScriptSource {
        while let argument = rest.popFirst() {
            if argument == "-e" { return .text(try value(of: "-e", nil)) }
            if argument == "-" { return .standardInput }
            if argument == "--" {
                guard let file = rest.popFirst() else { break }
                return .file(file)
            }
            guard argument.hasPrefix("-") else { return .file(argument) }
            try option(argument)
        }
        throw Failure(.usage, "there is no script to run", reason: "the options were read to the end", hint: Self.usage)
    }

    private mutating func option(_ argument: String) throws(Failure) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let attached = parts.count > 1 && name.hasPrefix("--") ? String(parts[1]) : nil
        switch name {
        case "-v", "--verbose": run.isVerbose = true
        case "--allow-http": run.allowsPlainHTTP = true
        case "--use-env-proxy": run.usesEnvironmentProxy = true
        case "--profile": run.profile = try value(of: name, attached)
        case "--credentials": run.credentialsFile = try value(of: name, attached)
        case "--credentials-fd": run.credentialsDescriptor = try descriptor(value(of: name, attached))
        case "--domain": run.domain = try value(of: name, attached)
        case "--project": run.project = try value(of: name, attached)
        case "--env": run.environment = try value(of: name, attached)
        case "--path": run.path = try value(of: name, attached)
        case "--limit": limits.append(try value(of: name, attached))
        case "--error-format": try errorFormat(value(of: name, attached))
        default: throw unknown(name)
        }
    }

    private mutating func value(of name: String, _ attached: String?) throws(Failure) -> String {
        guard let value = attached ?? rest.popFirst() else {
            throw Failure(.usage, "\(name) needs a value", hint: Self.usage)
        }
        return value
    }

    private func descriptor(_ text: String) throws(Failure) -> Int32 {
        guard let number = Int32(text), number >= 0, number != 1, number != 2 else {
            throw Failure(
                .usage, "--credentials-fd: expected the number of an open descriptor, got \"\(text)\"",
                hint: "such as: vaultscript --credentials-fd 3 FILE 3<credentials")
        }
        return number
    }

    private mutating func errorFormat(_ text: String) throws(Failure) {
        guard text == "json" || text == "text" else {
            throw Failure(.usage, "--error-format: expected text or json, got \"\(text)\"")
        }
        run.writesErrorsAsJSON = text == "json"
    }

    private func unknown(_ name: String) -> Failure {
        let near = Self.options.sorted().first { $0.hasPrefix(name) && name.count > 3 }
        return Failure(
            .usage, "there is no option \(name)",
            reason: "options of vaultscript stand before the script's file, those of the script after it",
            hint: near.map { "did you mean \($0)?" } ?? Self.usage)
    }
}
