import Diagnostics
import Host

/// A command of ours by its name: `vaultscript NAME …`. Each has a file `Subcommand+NAME.swift` with its options, its
/// usage and what it does, and one line in the table below; the texts of help and errors follow from these.
struct Subcommand {
    /// Where options may stand among the words.
    enum OptionPlace {
        /// Before, between and after other words.
        case anywhere
        /// Before the first word that is none: what follows belongs to another program.
        case beforeFirstWord
        /// Nothing is read: all words are handed on as they are.
        case nowhere
    }

    var name: String
    /// One line for the list of commands.
    var summary: String
    /// What follows the name in the usage line: `[options] NAME`.
    var synopsis: String
    /// Options of its own.
    var options: [CommandOption] = []
    /// Whether it takes the options of `CommandOption.shared` too.
    var takesSharedOptions = true
    /// Those of `CommandOption.ofScripts` that hold for it too, before its name.
    var runOptions: Set<String> = []
    var optionPlace = OptionPlace.anywhere
    /// The numbers of words it takes beside options.
    var wordCount: ClosedRange<Int> = 0...0
    /// More for its help, after the options.
    var details = ""
    /// The exit code of a failure that is told before it begins; 2, as everywhere, but for what stands for a program.
    var usageCode: Int32 = 2
    /// Looks at the words before anything else does, where one of them must not be shown.
    var precheck: (ArraySlice<String>) throws(Failure) -> Void = { _ throws(Failure) in }
    /// Does it, and gives the exit code.
    var run: (CommandArguments) throws(Failure) -> Int32

    /// Every subcommand, in the order of the help. One line each.
    private static let table: [(name: String, make: @Sendable () -> Subcommand)] = [
        ("run", { .run }),
        ("secrets", { .secrets }),
        ("set", { .set }),
        ("delete", { .delete }),
        ("import", { .import }),
        ("whoami", { .whoami }),
        ("credentials", { .credentials }),
        ("doctor", { .doctor }),
        ("config", { .config }),
        ("repl", { .repl }),
        ("check", { .check }),
        ("list", { .listScripts }),
        ("describe", { .describe }),
        ("init", { .initialize }),
        ("completion", { .completion }),
        ("dev", { .dev }),
        ("help", { .help }),
    ]

    /// The subcommand of that name.
    static func named(_ name: String) -> Subcommand? {
        // Most first words are the paths of scripts: those are told by a look.
        guard name.utf8.count <= 16, name.utf8.allSatisfy({ (97...122).contains($0) }) else { return nil }
        return table.first { $0.name == name }?.make()
    }

    /// All of them.
    static var all: [Subcommand] { table.map { $0.make() } }

    /// All names.
    static var names: [String] { table.map(\.name) }

    /// The lines of the help that list all of them.
    static var list: String {
        table.map { entry in
            let command = entry.make()
            return "  " + entry.name + String(repeating: " ", count: max(1, 13 - entry.name.count)) + command.summary
        }.joined(separator: "\n")
    }
}

extension Subcommand {
    /// The usage line, without the program's name before it.
    var usage: String { "vaultscript \(name)\(synopsis.isEmpty ? "" : " ")\(synopsis)" }

    /// What `vaultscript help NAME` prints.
    var helpText: String {
        var parts = ["usage: \(usage)\n\n\(summary)"]
        if !details.isEmpty { parts.append(details) }
        parts.append("options:\n" + CommandOption.lines(options + [CommandLineParser.help]))
        if takesSharedOptions {
            parts.append("options of every command:\n" + CommandOption.lines(CommandOption.shared))
        }
        let ofRuns = CommandOption.ofScripts.filter { runOptions.contains($0.name) }
        if !ofRuns.isEmpty { parts.append("before its name:\n" + CommandOption.lines(ofRuns)) }
        return parts.joined(separator: "\n\n")
    }

    /// Refuses options that stood before its name and would do nothing there. Unseen, an `--only` of tasks before `run`
    /// would hand over what was to be left out.
    func check(before names: [String]) throws(Failure) {
        guard let option = names.first(where: { !takes($0) }) else { return }
        let isOfScripts = CommandOption.ofScripts.contains { $0.name == option }
        throw Failure(
            .usage, "\(option) before \(name) does nothing",
            reason: isOfScripts
                ? "there it is an option for the run of a script" : "\(name) neither asks a vault nor runs a script",
            hint: options.contains { $0.name == option }
                ? "options of a command stand behind its name: vaultscript \(name) \(option) …"
                : "leave it out; \(helpHint)")
    }

    private func takes(_ option: String) -> Bool {
        if runOptions.contains(option) { return true }
        return takesSharedOptions && CommandOption.shared.contains { $0.name == option }
    }

    /// Where its options are described, as a hint.
    var helpHint: String { "see: vaultscript help \(name)" }

    /// Reads the words after the name and does what they ask for.
    ///
    /// - Parameter shared: The shared options that stood before the name.
    /// - Returns: The exit code.
    func start(_ words: ArraySlice<String>, _ shared: SharedOptions) -> Int32 {
        var isStarted = false
        var isJSON = shared.run.writesErrorsAsJSON
        do throws(Failure) {
            guard optionPlace == .nowhere || !asksForHelp(words) else { return standardOutputLine(helpText) }
            try precheck(words)
            let arguments = try CommandArguments(words, of: self, shared)
            isStarted = true
            isJSON = arguments.run.writesErrorsAsJSON
            return try run(arguments)
        } catch {
            let code = isStarted ? ExitCode.of(error) : usageCode
            tell(error, code, isJSON: isJSON)
            return code
        }
    }

    private func asksForHelp(_ words: ArraySlice<String>) -> Bool {
        guard optionPlace == .beforeFirstWord else {
            return words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        }
        return words.first == "--help" || words.first == "-h"
    }
}

/// The words after a subcommand's name, taken apart.
struct CommandArguments {
    /// The shared options: where the vault is, what the run may do.
    let run: RunOptions
    /// What is no option, in order; with `OptionPlace.nowhere` all there is.
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    fileprivate init(_ given: ArraySlice<String>, of command: Subcommand, _ shared: SharedOptions) throws(Failure) {
        guard command.optionPlace != .nowhere else {
            words = Array(given)
            run = shared.run
            return
        }
        var shared = shared
        let own = Set(command.options.map(\.name))
        var reader = OptionWords(
            given, command.options + (command.takesSharedOptions ? CommandOption.shared : []), help: command.helpHint)
        reading: while let word = try reader.next() {
            switch word {
            case .option(let name, let value) where own.contains(name): values[name, default: []].append(value)
            case .option(let name, let value): try shared.take(name, value)
            case .word(let word):
                words.append(word)
                if command.optionPlace == .beforeFirstWord { break reading }
            case .separator: break reading
            }
        }
        words += reader.rest
        run = try shared.finished()
        try check(command)
    }

    private func check(_ command: Subcommand) throws(Failure) {
        guard !command.wordCount.contains(words.count) else { return }
        let isTooMany = words.count > command.wordCount.upperBound
        throw Failure(
            .usage,
            isTooMany
                ? "vaultscript \(command.name): there is a word too many: \(words[command.wordCount.upperBound].printable)"
                : "vaultscript \(command.name): something is missing",
            reason: "usage: \(command.usage)", hint: command.helpHint)
    }

    /// Whether a switch was given.
    func has(_ option: String) -> Bool { values[option] != nil }

    /// The value of an option; the last one, where it was given twice.
    func value(_ option: String) -> String? { values[option]?.last }

    /// Every value of an option that may be given several times, each of them split at commas.
    func list(_ option: String) -> [String] {
        (values[option] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
    }
}
