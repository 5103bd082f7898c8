extension Subcommand {
    /// `vaultscript dev`: the development vault, which reads its options itself. They are named here for the help, the
    /// completions and the manual page; a test compares them.
    static var dev: Subcommand {
        Subcommand(
            name: "dev", summary: "run the development vault", synopsis: "[--port N] [--seed FILE]",
            options: [
                CommandOption(
                    "--port", "N", "the port on 127.0.0.1; 0 takes any that is free; 8843 where nothing is said"),
                CommandOption("--seed", "FILE", "serve what this JSON file describes, in memory"),
                CommandOption(
                    "--verbose", short: "-v", "method, path and status of each request on standard error"),
            ],
            takesSharedOptions: false, optionPlace: .nowhere,
            details: """
                It listens on loopback only; Ctrl-C stops it. Without --seed it keeps a project with two example secrets and an
                identity in $XDG_STATE_HOME/vaultscript/dev-vault.json, and makes the profile dev for it. That identity may not
                change its own client secrets: to try vaultscript credentials rotate, run the vault from a seed whose identity
                has "managesSecrets": true. The form of a seed: vaultscript dev --help
                A lock after refused logins is gone when it is started anew. A second one beside it takes a seed and another
                port: vaultscript dev --seed FILE --port 0
                """
        ) { arguments in DevelopmentVaultCommand(arguments: arguments.words).run() }
    }
}
