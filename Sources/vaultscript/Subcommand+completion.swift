import Diagnostics

extension Subcommand {
    /// `vaultscript completion SHELL`: what a shell needs to complete the command line.
    static var completion: Subcommand {
        Subcommand(
            name: "completion", summary: "print what bash, zsh or fish needs to complete the command line",
            synopsis: "bash|zsh|fish", takesSharedOptions: false, wordCount: 1...1,
            details: """
                bash:  eval "$(vaultscript completion bash)"                            in ~/.bashrc
                zsh:   vaultscript completion zsh > "${fpath[1]}/_vaultscript"          then start zsh anew
                fish:  vaultscript completion fish > ~/.config/fish/completions/vaultscript.fish
                """
        ) { arguments throws(Failure) in
            let shell = arguments.words[0]
            guard let text = CompletionScript.text(shell) else {
                throw Failure(
                    .usage, "there is no completion for \(shell.printable)",
                    hint: NearNames.best(for: shell, among: CompletionScript.shells).map { "did you mean \($0)?" }
                        ?? "there is one for: " + CompletionScript.shells.joined(separator: ", "))
            }
            return standardOutputLine(text)
        }
    }
}
