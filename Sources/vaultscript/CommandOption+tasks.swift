import Diagnostics
import Host

/// The options of a run of a script alone: its tasks, its questions, its time, and what is told of it.
extension CommandOption {
    static let ofScripts: [CommandOption] = [
        CommandOption("--jobs", short: "-j", "N", "how many tasks run side by side; else one a processor"),
        CommandOption("--only", "NAME", "run this task and what it needs; may be said again"),
        CommandOption("--from", "NAME", "run this task and what needs it; may be said again"),
        CommandOption("--keep-going", short: "-k", "after a failed task run what does not need it"),
        CommandOption("--yes", short: "-y", "answer every confirm with yes"),
        CommandOption("--allow-nested", "let programs of the script start vaultscript with your credentials"),
        CommandOption("--timeout", "TIME", "end the run after that time, such as 10m, with exit code 124"),
        CommandOption("--json", "one event a line on standard output (vaultscript help events)"),
    ]
}

extension SharedOptions {
    /// Takes one of `CommandOption.ofScripts`. False where it is none of them.
    mutating func takeOfScripts(_ name: String, _ value: String) throws(Failure) -> Bool {
        switch name {
        case "--yes": run.assumesYes = true
        case "--allow-nested": run.allowsNested = true
        case "--timeout": try run.takeTimeLimit(value)
        case "--json": run.writesEvents = true
        default: return try run.tasks.take(name, value)
        }
        return true
    }
}
