extension Subcommand {
    /// `vaultscript dev`: the development vault, which reads its options itself.
    static var dev: Subcommand {
        Subcommand(
            name: "dev", summary: "run the development vault", synopsis: "[--port N] [--seed FILE]",
            options: [
                CommandOption(
                    "--port", "N", "the port on 127.0.0.1; 0 takes any that is free; 8843 where nothing is said"),
                CommandOption("--seed", "FILE", "serve what this JSON file describes, in memory"),
                CommandOption(
                    "--verbose", short: "-v", "write method, path and status of each request to standard error"),
            ],
            takesSharedOptions: false, optionPlace: .nowhere,
            details: """
                Without --seed it keeps a project and an identity in $XDG_STATE_HOME/vaultscript/dev-vault.json and makes the
                profile dev for it. That one's identity may not change its own client secrets: to try vaultscript credentials rotate, run
                it from a seed whose identity has "managesSecrets": true. The form of a seed: vaultscript dev --help
                A lock after refused logins is gone when it is started anew. A second one beside it takes a seed and another port:
                vaultscript dev --seed FILE --port 0
                """
        ) { arguments in DevelopmentVaultCommand(arguments: arguments.words).run() }
    }
}
