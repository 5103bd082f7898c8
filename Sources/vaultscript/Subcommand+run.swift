import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Subcommand {
    /// The exit code of `vaultscript run` where the program has not run.
    private static let failedBefore: Int32 = 125

    /// `vaultscript run -- command`: secrets in the environment of one program.
    static var run: Subcommand {
        Subcommand(
            name: "run", summary: "run a program with the secrets of a folder in its environment",
            synopsis: "[options] [--] PROGRAM [arguments]",
            options: [
                CommandOption("--only", "A,B", "these secrets alone"),
                CommandOption("--except", "A,B", "all but these"),
                CommandOption("--recursive", "those of the folders below too"),
                CommandOption(
                    "--file", "A,B", "as files in memory: their paths stand in the variables, and for ${file:A}"),
                CommandOption("--stdin", "NAME", "this one on the program's standard input"),
                CommandOption("--pass", "A,B", "variables that are withheld from programs otherwise"),
                CommandOption("--clear-env", "nothing of the environment but the secrets"),
                CommandOption("--new-privileges", "let it gain privileges, as sudo does"),
                CommandOption("--timeout", "TIME", "end the program after that time, such as 10m (exit code 124)"),
                CommandOption("--watch", "start the program anew when a secret has changed"),
                CommandOption("--interval", "TIME", "how often --watch looks; 10s where nothing is said"),
            ],
            runOptions: ["--timeout"], optionPlace: .beforeFirstWord, wordCount: 1...Int.max,
            details: """
                What the program prints is masked. It has the terminal and the keyboard, gets every signal once, and its exit code
                is that of vaultscript (128+n after signal n; 126 and 127 when it cannot be started; 125 when it came to nothing
                before that). Variables that look like credentials are withheld from it: vaultscript help environment
                """,
            usageCode: failedBefore
        ) { (arguments) throws(Failure) in
            var options = arguments.run
            options.failureCode = failedBefore
            options.passesSignals = true
            try checkValues(arguments)
            var given = arguments.options(
                ["watch", "clear-env", "new-privileges", "timeout", "stdin", "recursive"],
                lists: ["only", "except", "file", "pass"])
            given.append(("interval", .text(arguments.value("--interval") ?? "10s")))
            given.append(("listing", .text(arguments.run.commandLine("secrets"))))
            given.append(("terminal", isatty(1) == 1 && isatty(2) == 1 ? .truth : nil))
            return try EmbeddedCommand(name: "run", options: given, words: arguments.words).run(options)
        }
    }

    /// A server is not asked more often than every second.
    private static func checkInterval(_ arguments: CommandArguments) throws(Failure) {
        guard let text = arguments.value("--interval") else { return }
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard ["", "s", "m", "h"].contains(text.dropFirst(digits.count)), let amount = Int(digits.prefix(9)),
            amount >= 1
        else {
            throw Failure(
                .usage,
                "vaultscript run: --interval: expected 1s or more, such as 30s or 5m, got \"\(text.printable)\"",
                hint: "left out it is 10s")
        }
        guard !arguments.has("--watch") else { return }
        throw Failure(
            .usage, "vaultscript run: --interval says how often --watch looks, and there is no --watch",
            hint: "add --watch, or leave --interval out")
    }

    /// A list that a shell has made of nothing would start the program without the secrets that it needs.
    private static func checkValues(_ arguments: CommandArguments) throws(Failure) {
        do throws(Failure) {
            for option in ["--only", "--file", "--stdin"] where arguments.has(option) && arguments.list(option).isEmpty
            {
                throw Failure(
                    .usage, "vaultscript run: \(option) names no secret",
                    hint: "name what the program gets, such as \(option) API_KEY, or leave \(option) out")
            }
            try checkInterval(arguments)
            guard let limit = arguments.value("--timeout") else { return }
            var probe = arguments.run
            try probe.takeTimeLimit(limit)
        } catch {
            var failure = error
            failure.exitCode = failedBefore
            throw failure
        }
    }
}
