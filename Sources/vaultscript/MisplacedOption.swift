import Diagnostics
import Host
import ScriptAnalysis

/// Options of vaultscript's own that stand behind the script's file, where they are the script's.
struct MisplacedOption {
    /// `-e` before a file would be another program.
    private static let own = CompletionScript.global.filter { $0.name != "-e" }

    /// The option of vaultscript that a word is, with or without its value; nil where it is none.
    private static func option(_ word: String) -> CommandOption? {
        guard word.hasPrefix("-") else { return nil }
        let name = word.prefix { $0 != "=" }
        return own.first { option in
            // `-j4` holds its value.
            option.name == name || option.short == word
                || option.value != nil && option.short.map(word.hasPrefix) == true
        }
    }

    /// Whether a word is one.
    @Sendable static func isOne(_ word: String) -> Bool { option(word) != nil }

    /// The first of them as it was written.
    private let first: String
    /// The options with their values, as they should stand before the file.
    private var moved: [String] = []
    private var hasOthers = false
    private var asksForHelp = false

    /// Looks through a script's arguments; nil where there is none.
    init?(_ arguments: [String]) {
        var rest = arguments.prefix { $0 != "--" }
        guard let word = rest.first(where: Self.isOne) else { return nil }
        first = word
        hasOthers = rest.count < arguments.count
        while let word = rest.popFirst() {
            guard let option = Self.option(word) else {
                hasOthers = true
                continue
            }
            if option.name == "--help" || option.name == "--version" { asksForHelp = true }
            moved.append(word)
            if option.value != nil, word == option.name || word == option.short, let value = rest.popFirst() {
                moved.append(value)
            }
        }
    }

    /// Refuses them for a script that never looks at its arguments: it would run as if they were not there.
    func check(_ text: [UInt8], _ name: String) throws(Failure) {
        guard text.count <= ScriptFile.maximumAnalysedBytes, !ArgumentUse.isPossible(SourceText(text)) else { return }
        let shown = first.prefix { $0 != "=" }
        throw Failure(
            .usage, "\(shown) behind \(name.printable) does nothing",
            reason:
                "what stands behind a script is the script's own, and this one declares no recipe{} and reads no arguments",
            hint: asksForHelp ? "for help on vaultscript: vaultscript --help" : "write: \(command(name))")
    }

    private func command(_ name: String) -> String {
        // The text of -e may be long.
        let script = name == "-e" ? "-e …" : name.shellWord
        return (["vaultscript"] + moved.map(\.shellWord) + [script]).joined(separator: " ") + (hasOthers ? " …" : "")
    }
}
