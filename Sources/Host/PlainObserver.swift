import HostProtocol

/// Lines on standard error, in order: messages of the log; with `-v` commands, tasks, retries and progress; at the end of
/// a run that did not do all of its tasks, which it did and which not.
final class PlainObserver: RunObserver {
    private let gate: Gate
    private let isVerbose: Bool
    private var tasks = TaskLedger()
    private var tenths: [Int64?: Int] = [:]

    init(gate: Gate, isVerbose: Bool) {
        self.gate = gate
        self.isVerbose = isVerbose
    }

    func task(_ change: TaskChange) {
        tasks.take(change)
        guard isVerbose, change.state != .waiting else { return }
        let attempt = change.attempt.map { $0 > 1 ? " (try \($0))" : "" } ?? ""
        say("task \(change.name): \(change.state.rawValue)\(attempt)\(reason(change.error))")
    }

    func retry(_ notice: RetryNotice) {
        guard isVerbose else { return }
        let place = tasks.name(notice.task).map { "task \($0)" } ?? "retry"
        let delay = (notice.delay * 10).rounded() / 10
        say("\(place): try \(notice.attempt) of \(notice.times) failed, the next in \(delay) s\(reason(notice.error))")
    }

    /// A line for each tenth, so that a long loop does not fill the screen.
    func progress(_ notice: ProgressNotice) {
        guard isVerbose else { return }
        let place = tasks.name(notice.task).map { "task \($0): " } ?? ""
        let text = notice.text.map { " \($0)" } ?? ""
        guard let total = notice.total, total > 0 else { return say("\(place)progress \(shown(notice.done))\(text)") }
        let tenth = Int(max(0, min(10, notice.done / total * 10)))
        guard tenths[notice.task] != tenth else { return }
        tenths[notice.task] = tenth
        say("\(place)progress \(shown(notice.done)) of \(shown(total))\(text)")
    }

    var wantsPrograms: Bool { isVerbose }

    func spawnStarted(_ start: SpawnStart) {
        guard isVerbose else { return }
        let secrets = start.secrets.isEmpty ? "" : "   [secrets: \(start.secrets.joined(separator: ", "))]"
        say("+ \(start.command)\(secrets)")
    }

    func spawnEnded(_ end: SpawnEnd) {}

    func leak(_ notice: LeakNotice) {
        guard notice.action == "warn" else { return }
        say("warning: \(notice.program) prints a secret; it is masked")
    }

    func log(_ entry: LogEntry) {
        guard entry.level != "debug" || isVerbose else { return }
        let fields = entry.fields.map { " \($0.name)=\($0.text)" }.joined()
        let line = "\(entry.level): \(entry.message)\(fields)"
        say(line.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  "))
    }

    func result(_ value: Value) {}

    func end(_ end: RunEnd) {
        if let summary = tasks.summary(isInterrupted: end.isInterrupted) { say(summary) }
    }

    private func reason(_ error: String?) -> String { error.map { ": \($0)" } ?? "" }

    private func shown(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }

    private func say(_ line: String) { gate.say(line + "\n") }
}
