extension Subcommand {
    /// `vaultscript help [TOPIC]`.
    static var help: Subcommand {
        Subcommand(
            name: "help", summary: "the script reference, other topics, and the options of a command",
            synopsis: "[TOPIC or COMMAND]", takesSharedOptions: false, wordCount: 0...1
        ) { arguments in HelpCommand(topic: arguments.words.first).run() }
    }
}
