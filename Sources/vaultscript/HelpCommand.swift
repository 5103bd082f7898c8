import CEmbedded
import Diagnostics
import ScriptAnalysis

/// `vaultscript --help` and `vaultscript help [TOPIC]`: the texts that the program carries.
struct HelpCommand {
    let topic: String?

    private static var summary: String {
        """
        usage: vaultscript [options] FILE [arguments]     run a script; - reads it from standard input
               vaultscript [options] -e CODE [arguments]  run the text CODE
               vaultscript COMMAND [options] …            one of the commands below; a script of such a name is run as ./NAME

        commands:
        \(Subcommand.list)

        options, before FILE:
        \(CommandOption.lines(CommandOption.shared + CommandOption.ofScripts))
          -h, --help, -V, --version
        """
    }

    /// Prints the text; an unknown topic is wrong usage.
    func run() -> Int32 {
        guard let topic else {
            return standardOutputLine(Self.summary + "\n\ntopics: \(Self.topics.joined(separator: ", "))")
        }
        if let command = Subcommand.named(topic) { return standardOutputLine(command.helpText) }
        guard let text = text(of: topic) else {
            let near =
                NearNames.best(for: topic, among: Self.topics + Subcommand.names).map { "did you mean \($0)? " } ?? ""
            let failure = Failure(
                .usage, "there is no help on \(topic.printable)",
                hint: "\(near)topics: \(Self.topics.joined(separator: ", ")), and every command")
            standardErrorLine(failure.text)
            return 2
        }
        return standardOutputLine(text)
    }

    /// Texts that are made of tables when they are asked for.
    private static let made: [(name: String, make: @Sendable () -> String)] = [
        ("reference", { ReferenceText.make() }),
        ("man", { ManualPage.text }),
    ]

    /// The names of all topics.
    static var topics: [String] {
        var names: [String] = []
        guard var entry = unsafe vs_embedded_topics() else { return names }
        while let name = unsafe entry.pointee.name {
            unsafe names.append(String(cString: name))
            unsafe entry += 1
        }
        return names + made.map(\.name)
    }

    private func text(of topic: String) -> String? {
        if let made = Self.made.first(where: { $0.name == topic }) { return made.make() }
        guard var entry = unsafe vs_embedded_topics() else { return nil }
        while let name = unsafe entry.pointee.name {
            if unsafe String(cString: name) == topic {
                let bytes = unsafe UnsafeBufferPointer(start: entry.pointee.bytes, count: entry.pointee.length)
                return unsafe String(decoding: bytes, as: UTF8.self)
            }
            unsafe entry += 1
        }
        return nil
    }
}
