import Diagnostics
import Host

/// Takes the command line apart. By hand: the well-kept parser for it brings Foundation, which costs more than twice
/// the whole start of the program (docs/performance.md).
///
/// Options of ours stand before the script's file; everything after it is the script's own. A first word that is the
/// name of a subcommand is that.
struct CommandLineParser {
    private static let usage = "see: vaultscript --help"
    /// The one that every command takes too.
    static let help = CommandOption("--help", short: "-h", "this text")
    /// Options that stand before a script alone.
    static let own: [CommandOption] = [
        help, CommandOption("--version", short: "-V", "the version"),
        CommandOption("-e", "CODE", "run the text CODE"),
    ]

    static func parse(_ arguments: [String]) throws(Failure) -> Command {
        // The usual call, a script and nothing before it, builds no list of options.
        if let first = arguments.first, !first.hasPrefix("-") {
            return try command(first, arguments[1...], SharedOptions())
        }
        var shared = SharedOptions()
        var before: [String] = []
        var words = OptionWords(
            arguments[...], CommandOption.shared + CommandOption.ofScripts + own, help: usage,
            reason: "options of vaultscript stand before the script's file, those of the script after it")
        while let word = try words.next() {
            switch word {
            case .option("--help", _): return .help(topic: nil)
            case .option("--version", _): return .version
            case .option("-e", let code): return try script(.text(code), words.rest, shared)
            case .option(let name, let value):
                if try !shared.takeOfScripts(name, value) { try shared.take(name, value) }
                before.append(name)
            case .word("-"): return try script(.standardInput, words.rest, shared)
            case .word(let word):
                try Subcommand.named(word)?.check(before: before)
                return try command(word, words.rest, shared)
            case .separator:
                guard let file = words.rest.first else { continue }
                return try script(.file(file), words.rest.dropFirst(), shared)
            }
        }
        throw Failure(
            .usage, "there is no script to run",
            reason: arguments.isEmpty ? "" : "the options were read to the end",
            hint: arguments.isEmpty ? "vaultscript FILE [arguments], or: vaultscript --help" : usage)
    }

    private static func command(
        _ word: String, _ rest: ArraySlice<String>, _ shared: SharedOptions
    ) throws(Failure) -> Command {
        if let found = Subcommand.named(word) { return .subcommand(found, rest, shared) }
        return try script(.file(word), rest, shared)
    }

    private static func script(
        _ source: ScriptSource, _ rest: ArraySlice<String>, _ shared: SharedOptions
    ) throws(Failure) -> Command {
        .runScript(source, arguments: Array(rest), try shared.finished())
    }
}
