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
            .function(
                Function(
                    "parallel(branches: ParallelOptions): any",
                    "Runs functions side by side and gives the first result of each, in order; the first failure cancels the others."
                )),
            .function(
                Function(
                    "timeout(duration: duration, f: function, ...: any): any",
                    "Calls f and gives its results; when the time is over, f is cancelled and an error of the kind timeout raised."
                )),
            .function(
                Function(
                    "retry(options: RetryOptions|integer, f: function): any",
                    "Calls f(try) until it does not raise, with pauses that double, and gives its results.")),
            .function(
                Function(
                    "task(name: string, options: TaskOptions|function, f?: function)",
                    "Names work that runs when the main part of the script has ended, independent tasks side by side.")),
            .function(
                Function(
                    "confirm(question: string): boolean",
                    "Asks at the terminal; refuses where nobody can answer, unless --yes was said.")),
            .function(
                Function("progress(done: number, total?: number, text?: string)", "Says how far something is.")),
        ],
        options: [
            OptionTable("FailOptions", of: "fail", [Option("code: integer", "the exit code, 1 to 255", default: "1")]),
            OptionTable(
                "ParallelOptions", of: "parallel", positional: "function",
                [Option("limit: integer", "how many run at a time", default: "all")]),
            OptionTable(
                "RetryOptions", of: "retry",
                [
                    Option("times: integer", "tries in all", default: "3"),
                    Option("backoff: duration", "the pause after the first failure; it doubles", default: "\"1s\""),
                    Option("max: duration", "the longest pause", default: "\"60s\""),
                    Option("jitter: boolean|number", "how much of a pause is left to chance", default: "true"),
                    Option("on: string|string[]|function", "which errors are worth another try", default: "all"),
                ]),
            OptionTable(
                "TaskOptions", of: "task",
                [
                    Option("needs: string|string[]", "the tasks that have to be done before"),
                    Option("retry: RetryOptions|integer", "as of retry"),
                    Option("timeout: duration", "for each try", default: "none"),
                    Option("when: boolean|function", "something false leaves the task out"),
                ]),
        ])
}
