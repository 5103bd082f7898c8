import CEmbedded
import Diagnostics
import Host

/// A subcommand that is a small Lua program: it runs as any script does, in the locked-down worker and by the same gates,
/// so that there is no second way to a secret.
struct EmbeddedCommand {
    /// What the program finds in its table `options`.
    enum Option {
        case text(String)
        case list([String])
        case truth
    }

    var name: String
    var options: [(name: String, value: Option?)]
    /// What the program finds in its table `words`.
    var words: [String]

    /// Runs it and gives the exit code.
    func run(_ options: RunOptions) throws(Failure) -> Int32 {
        guard let text = Self.text(of: name) else {
            throw Failure(
                .script, "the program of vaultscript \(name) is missing", hint: "this is a bug; please report it")
        }
        let source = ScriptSource.embedded(name: name, text: Array(settings.utf8) + text)
        var options = options
        options.command = name
        return RunCommand(source: source, arguments: words, options: options).run()
    }

    /// One line before the program: its options, and its words as the arguments of the chunk.
    private var settings: String {
        let fields = options.compactMap { option -> String? in
            switch option.value {
            case nil: nil
            case .truth: "[\(Self.quoted(option.name))]=true"
            case .text(let text): "[\(Self.quoted(option.name))]=\(Self.quoted(text))"
            case .list(let list): "[\(Self.quoted(option.name))]={\(list.map(Self.quoted).joined(separator: ","))}"
            }
        }
        return "local options, words = {\(fields.joined(separator: ","))}, {...}\n"
    }

    /// A text of Lua in which every byte that could mean something is written as its number.
    private static func quoted(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> String in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            let digits = String(byte)
            return isPlain
                ? String(Unicode.Scalar(byte)) : "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        return "\"\(bytes.joined())\""
    }

    private static func text(of name: String) -> [UInt8]? {
        guard var entry = unsafe vs_embedded_commands() else { return nil }
        while let found = unsafe entry.pointee.name {
            if unsafe String(cString: found) == name {
                return unsafe Array(UnsafeBufferPointer(start: entry.pointee.bytes, count: entry.pointee.length))
            }
            unsafe entry += 1
        }
        return nil
    }
}

extension CommandArguments {
    /// The options of an embedded program, by their names without dashes in camelCase: switches, texts and lists.
    func options(_ names: [String], lists: [String] = []) -> [(name: String, value: EmbeddedCommand.Option?)] {
        let single = names.map { name -> (name: String, value: EmbeddedCommand.Option?) in
            let text = value("--\(name)")
            return (Self.camelCase(name), text.map { $0.isEmpty ? .truth : .text($0) })
        }
        return single
            + lists.map { name -> (name: String, value: EmbeddedCommand.Option?) in
                (Self.camelCase(name), has("--\(name)") ? .list(list("--\(name)")) : nil)
            }
    }

    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "-")
        return parts.prefix(1).joined() + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
