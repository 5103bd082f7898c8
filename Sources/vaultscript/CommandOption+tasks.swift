/// The options of a run of a script alone: its tasks, and its questions.
extension CommandOption {
    static let ofScripts: [CommandOption] = [
        CommandOption("--jobs", short: "-j", "N", "how many tasks run side by side; else one a processor"),
        CommandOption("--only", "NAME", "run this task and what it needs; may be said again"),
        CommandOption("--from", "NAME", "run this task and what needs it; may be said again"),
        CommandOption("--keep-going", short: "-k", "after a failed task run what does not need it"),
        CommandOption("--yes", short: "-y", "answer every confirm with yes"),
    ]
}
