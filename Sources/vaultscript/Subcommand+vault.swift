import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The small commands about what is in the vault.
extension Subcommand {
    /// `vaultscript secrets`: names, versions and folders.
    static var secrets: Subcommand {
        Subcommand(
            name: "secrets", summary: "what is in a folder: names, versions, folders; no values", synopsis: "[--json]",
            options: [CommandOption("--json", "as one line of JSON")], runOptions: ["--timeout"]
        ) { (arguments) throws(Failure) in
            var options = arguments.options(["json"])
            options.append(("quiet", arguments.run.isQuiet ? .truth : nil))
            return try EmbeddedCommand(name: "secrets", options: options, words: []).run(arguments.run)
        }
    }

    /// `vaultscript set NAME`: a value from anywhere but the command line.
    static var set: Subcommand {
        Subcommand(
            name: "set", summary: "store a secret: typed, from standard input, a file, or random",
            synopsis: "[options] NAME",
            options: [
                CommandOption("--file", "FILE", "the value is what FILE holds (mode 0600)"),
                CommandOption("--random", "N", "the value is N random bytes, in base64url"),
                CommandOption("--comment", "TEXT", "a comment to keep with it"),
            ],
            runOptions: ["--timeout"], wordCount: 1...Int.max,
            details: """
                Where nothing is said the value is asked for at the terminal, unseen, or read from standard input where that is
                no terminal (one line end at its end is dropped). It is never taken from the command line, which every user sees.
                """
        ) { (arguments) throws(Failure) in
            try refuseValue(arguments.words)
            try checkCount(arguments.value("--random"))
            var options = arguments.options(["file", "random", "comment"])
            options.append(("terminal", isatty(0) == 1 ? .truth : nil))
            return try EmbeddedCommand(name: "set", options: options, words: arguments.words).run(arguments.run)
        }
    }

    /// What may be a value is not shown.
    private static func refuseValue(_ words: [String]) throws(Failure) {
        guard words.count > 1 || words[0].contains("=") else { return }
        throw Failure(
            .usage, "vaultscript set: a value is not taken from the command line",
            reason: "every user of this machine can see it there (ps), and the shell keeps it in its history",
            hint: "name the secret alone and type the value, or hand it over: … | vaultscript set NAME")
    }

    /// It may be a value that was meant to be stored: it is not shown.
    private static func checkCount(_ text: String?) throws(Failure) {
        let counts = ScriptRun.randomCounts
        guard let text, !(Int64(text).map(counts.contains) ?? false) else { return }
        throw Failure(
            .usage,
            "vaultscript set: --random: expected a number of bytes from \(counts.lowerBound) to \(counts.upperBound)",
            hint: "16 bytes cannot be guessed; 32 are usual for keys")
    }

    /// `vaultscript delete NAME`.
    static var delete: Subcommand {
        Subcommand(
            name: "delete", summary: "remove secrets", synopsis: "[--yes] NAME [NAME…]",
            options: [CommandOption("--yes", "do not ask")], runOptions: ["--timeout"], wordCount: 1...1000
        ) { (arguments) throws(Failure) in
            let names = arguments.words.map(\.printable).joined(separator: ", ")
            let isMeant = arguments.has("--yes") ? true : try Confirmation.ask("delete \(names)? [y/N] ")
            guard isMeant else {
                standardErrorLine("nothing has been deleted")
                return 1
            }
            return try EmbeddedCommand(name: "delete", options: [], words: arguments.words).run(arguments.run)
        }
    }

    /// `vaultscript import FILE`.
    static var `import`: Subcommand {
        Subcommand(
            name: "import", summary: "store what an environment file (.env) sets", synopsis: "[options] FILE",
            options: [
                CommandOption("--overwrite", "replace what is there already"),
                CommandOption("--dry-run", "show what would be done"),
            ],
            runOptions: ["--timeout"], wordCount: 1...1
        ) { (arguments) throws(Failure) in
            let options = arguments.options(["overwrite", "dry-run"])
            return try EmbeddedCommand(name: "import", options: options, words: arguments.words).run(arguments.run)
        }
    }

    /// `vaultscript whoami`.
    static var whoami: Subcommand {
        Subcommand(
            name: "whoami", summary: "log in, and show as whom, where and for how long", synopsis: "[--json]",
            options: [CommandOption("--json", "as one line of JSON")], runOptions: ["--timeout"]
        ) { (arguments) throws(Failure) in
            try EmbeddedCommand(name: "whoami", options: arguments.options(["json"]), words: []).run(arguments.run)
        }
    }
}

/// A question to the person at the terminal.
enum Confirmation {
    /// Whether the answer begins with y or Y.
    ///
    /// - Throws: `.usage` where there is nobody to ask.
    static func ask(_ question: String) throws(Failure) -> Bool {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else {
            throw Failure(
                .usage, "nobody can be asked: \(question)", reason: "there is no terminal",
                hint: "say --yes where that is meant")
        }
        defer { close(terminal) }
        let bytes = Array(question.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
        var room = [UInt8](repeating: 0, count: 256)
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(terminal, $0.baseAddress, $0.count) }
        return count > 0 && room[0] | 0x20 == 121
    }
}
