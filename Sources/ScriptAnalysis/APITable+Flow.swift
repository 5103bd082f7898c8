extension API.Section {
    /// The course of a run.
    static let flow = API.Section(
        title: "The course of a run",
        doc:
            "A host call waits for its own coroutine only. A duration is seconds, or a text such as \"90s\", \"5m\", \"1h\".",
        members: [
            .function(
                Function(
                    "defer(f: function)",
                    "Runs f at the end, in reverse order, on errors and cancellation too; f gets the error or nil.")),
            .function(
                Function("fail(message: text, options?: FailOptions)", "Ends the run with a message and an exit code.")),
            .function(Function("sleep(duration: duration)", "Waits.")),
        ],
        options: [
            OptionTable("FailOptions", of: "fail", [Option("code: integer", "the exit code, 1 to 255", default: "1")])
        ])
}
