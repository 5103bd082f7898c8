import Diagnostics
import Host

extension Subcommand {
    /// `vaultscript repl`.
    static var repl: Subcommand {
        Subcommand(
            name: "repl", summary: "type Lua line by line, with all that a script has",
            synopsis: "[options]",
            runOptions: ["--jobs", "--keep-going", "--yes", "--timeout"],
            details: """
                Each line runs as a script of its own would, with the same globals from line to line; values of expressions are
                shown. A line that is not complete goes on in the next. Ctrl-C ends the line that runs; exit, quit or Ctrl-D the
                session; help says more. Tab completes names. Handles stay handles here too. The lines are kept in
                $XDG_STATE_HOME/vaultscript/repl_history, but for those with a value of a secret in them.
                """
        ) { arguments throws(Failure) in
            var options = arguments.run
            options.interactive = InteractiveOptions(complete: ReplCompletion.complete)
            return RunCommand(source: .embedded(name: "repl", text: []), arguments: [], options: options).run()
        }
    }
}
