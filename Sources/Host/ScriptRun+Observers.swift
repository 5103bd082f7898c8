import Diagnostics

extension ScriptRun {
    /// Who is told what happens, as the options say.
    static func observer(_ options: RunOptions, _ gate: Gate, _ tasks: TaskLedger) -> any RunObserver {
        guard !options.writesEvents else {
            // Standard output is for events.
            gate.childOutput = .error
            gate.scriptOutput = .error
            return EventObserver(gate: gate, tasks: tasks)
        }
        let volume: PlainObserver.Volume = options.isVerbose ? .verbose : options.isQuiet ? .quiet : .usual
        return PlainObserver(gate: gate, volume: volume, tasks: tasks)
    }

    /// What ends a run at its time limit: with what ran then.
    func overTimeFailure(_ limit: Duration, programs: [String]) -> Failure {
        var running = tasks.running() + programs.sorted()
        if running.count > 10 { running = running.prefix(10) + ["\(running.count - 10) more"] }
        return Failure(
            .timeout, "the run took longer than \(TimeText.exact(limit)) and was stopped",
            reason: running.isEmpty
                ? "no task and no program of it ran then" : "running then: \(running.joined(separator: ", "))",
            hint: "give it more time: --timeout TIME, or find out what it waits for")
    }
}
