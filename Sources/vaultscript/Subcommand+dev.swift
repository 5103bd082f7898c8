extension Subcommand {
    /// `vaultscript dev`: the development vault, which reads its options itself. They are named here for the help, the
    /// completions and the manual page; a test compares them.
    static var dev: Subcommand {
        Subcommand(
            name: "dev", summary: "run the development vault", synopsis: "[--port N] [--seed FILE]",
            options: [
                CommandOption("--port", "N", "the port on 127.0.0.1; 0 takes any that is free"),
                CommandOption("--seed", "FILE", "serve what this JSON file describes, in memory"),
                CommandOption("--verbose", short: "-v", "method, path and status of each request on standard error"),
            ],
            takesSharedOptions: false, optionPlace: .nowhere,
            details: """
                It listens on loopback only, keeps a project with two example secrets in $XDG_STATE_HOME/vaultscript, and
                registers an identity as the profile dev: login{ profile = "dev" }. Ctrl-C stops it. With --seed it holds what
                a file says, and nothing else: vaultscript dev --help shows the form of that file.
                """
        ) { arguments in DevelopmentVaultCommand(arguments: arguments.words).run() }
    }
}
