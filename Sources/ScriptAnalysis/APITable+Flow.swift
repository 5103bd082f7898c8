extension API.Section {
    /// The course of a run.
    static let flow = API.Section(
        title: "The course of a run",
        doc:
            "A host call waits for its own coroutine only. A duration is seconds, or a text such as \"90s\", \"5m\", \"1h\".",
        members: [
            .function(
                Function(
                    "task(name: string, options: TaskOptions|function, f?: function)",
                    "Names a task; all run when the script has come to its end, independent ones side by side.")),
            .function(
                Function(
                    "parallel(functions: ParallelOptions): any",
                    "Runs functions side by side; the first failure ends the rest.")),
            .function(
                Function(
                    "retry(options: RetryOptions|integer, f: function): any",
                    "Calls f until it succeeds, with pauses that grow; what cannot be mended is not tried again.")),
            .function(
                Function(
                    "timeout(duration: duration, f: function, ...: any): any",
                    "Calls f and ends it when it takes longer.")),
            .function(
                Function(
                    "defer(f: function)",
                    "Runs f at the end of the task or run, in reverse order, on errors and cancellation too; f gets the error or nil."
                )),
            .function(
                Function("fail(message: text, options?: FailOptions)", "Ends the run with a message and an exit code.")),
            .function(Function("sleep(duration: duration)", "Waits.")),
            .function(
                Function(
                    "confirm(question: string): boolean",
                    "Asks at the terminal; an error where nobody can answer, unless --yes.")),
            .function(
                Function(
                    "progress(done: number, total?: number, text?: string)", "Says how far the task or the run is.")),
        ],
        options: [
            OptionTable("FailOptions", of: "fail", [Option("code: integer", "the exit code, 1 to 255", default: "1")]),
            OptionTable(
                "TaskOptions", of: "task",
                [
                    Option("needs: string|string[]", "tasks that have to be done before"),
                    Option("retry: RetryOptions|integer", "tries it again when it fails"),
                    Option("timeout: duration", "how long it may take", default: "none"),
                    Option("when: function|boolean", "whether it is done at all", default: "true"),
                ]),
            OptionTable(
                "ParallelOptions", of: "parallel", positional: "function",
                [
                    Option("limit: integer", "how many run at a time", default: "all")
                ]),
            OptionTable(
                "RetryOptions", of: "retry",
                [
                    Option("times: integer", "how many tries in all", default: "3"),
                    Option("backoff: duration", "the pause after the first; it doubles", default: "1"),
                    Option("max: duration", "the longest pause", default: "60"),
                    Option("jitter: boolean|number", "how much of a pause is left to chance, 0 to 1", default: "0.5"),
                    Option(
                        "on: string|string[]|function", "kinds of errors, or a function that says whether to try again"),
                ]),
        ])
}
