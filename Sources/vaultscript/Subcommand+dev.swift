extension Subcommand {
    /// `vaultscript dev`: the development vault, which reads its options itself.
    static var dev: Subcommand {
        Subcommand(
            name: "dev", summary: "run the development vault", synopsis: "[--port N] [--seed FILE]",
            takesSharedOptions: false, optionPlace: .nowhere
        ) { arguments in DevelopmentVaultCommand(arguments: arguments.words).run() }
    }
}
