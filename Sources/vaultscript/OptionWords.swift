import Diagnostics

/// The words of a command line, taken one by one against a list of options.
struct OptionWords {
    enum Word: Equatable {
        /// An option by its long name, with its value; a switch has an empty one.
        case option(String, String)
        /// What is no option: a script, a name.
        case word(String)
        /// `--`: what follows is no option, whatever it looks like.
        case separator
    }

    private(set) var rest: ArraySlice<String>
    private let options: [CommandOption]
    /// Where all options are described.
    private let help: String
    /// Why an option may be unknown here.
    private let reason: String

    init(_ words: ArraySlice<String>, _ options: [CommandOption], help: String, reason: String = "") {
        rest = words
        self.options = options
        self.help = help
        self.reason = reason
    }

    /// The next word; nil at the end.
    ///
    /// - Throws: `.usage` for an option that is not on the list, with a near one, and for one whose value is missing.
    mutating func next() throws(Failure) -> Word? {
        guard let word = rest.popFirst() else { return nil }
        if word == "--" { return .separator }
        guard word.hasPrefix("-"), word != "-" else { return .word(word) }
        if let (option, value) = attachedToLetter(word) { return .option(option, value) }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        let attached = parts.count > 1 && name.hasPrefix("--") ? parts[1] : nil
        guard let option = options.first(where: { $0.name == name || $0.short == name }),
            attached != nil || name == word
        else { throw unknown(name) }
        guard option.value != nil else {
            guard attached == nil else { throw Failure(.usage, "\(option.name) takes no value", hint: help) }
            return .option(option.name, "")
        }
        guard let value = attached ?? rest.popFirst() else {
            throw Failure(.usage, "\(name) needs a value", hint: help)
        }
        return .option(option.name, value)
    }

    /// `-j4`: a value right behind the letter of an option that takes one.
    private func attachedToLetter(_ word: String) -> (String, String)? {
        guard word.count > 2, !word.hasPrefix("--"),
            let option = options.first(where: { $0.value != nil && $0.short == String(word.prefix(2)) })
        else { return nil }
        return (option.name, String(word.dropFirst(2)))
    }

    private func unknown(_ name: String) -> Failure {
        let names = options.map(\.name)
        // Every letter is near to every other.
        let near =
            name.count < 3
            ? nil : names.first { $0.hasPrefix(name) && name.count > 3 } ?? NearNames.best(for: name, among: names)
        guard Self.mayBeShown(name) else {
            return Failure(
                .usage, "there is no such option as the one given", reason: reason,
                hint: near.map { "did you mean \($0)?" }
                    ?? "a word that begins with - is taken for one; a value is never given here. \(help)")
        }
        return Failure(
            .usage, "there is no option \(name.printable)", reason: reason,
            hint: near.map { "did you mean \($0)?" } ?? help)
    }

    /// Whether it is one letter or two, or words of small letters: anything else may be a value that begins so.
    private static func mayBeShown(_ name: String) -> Bool {
        guard name.hasPrefix("--") else { return name.count <= 3 }
        return name.allSatisfy { $0 == "-" || ("a"..."z").contains($0) }
    }
}
