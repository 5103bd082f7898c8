import Diagnostics
import HostProtocol

/// Lines on standard error, in order: messages of the log, tasks as they begin and end, and at the end an account of
/// them. With `-v` also commands, progress, and retries outside of tasks; with `-q` errors alone.
final class PlainObserver: RunObserver {
    /// How much is said.
    enum Volume: Comparable {
        case quiet, usual, verbose
    }

    private let gate: Gate
    private let volume: Volume
    private let tasks: TaskLedger
    private var tenths: [Int64?: Int] = [:]
    /// Whether tasks have lines of their own as they begin and end: not where they are seen otherwise. What fails has one all the same, as what is
    /// seen otherwise goes.
    var showsTasks = true
    /// Failed tasks that have had no line.
    private var untold: [TaskChange] = []
    /// The reader of standard output has gone: the run ends quietly.
    private var isSilent = false

    init(gate: Gate, volume: Volume, tasks: TaskLedger) {
        self.gate = gate
        self.volume = volume
        self.tasks = tasks
    }

    func task(_ change: TaskChange) {
        guard !isSilent, change.state != .waiting else { return }
        guard volume == .verbose || (volume == .usual && (showsTasks || change.state == .failed)) else {
            if change.state == .failed { untold.append(change) }
            return
        }
        tell(change)
    }

    private func tell(_ change: TaskChange) {
        let attempt = change.attempt.map { $0 > 1 ? " (try \($0))" : "" } ?? ""
        let time = tasks[change.id]?.duration.map(TimeText.short)
        let words =
            switch change.state {
            case .done: "done" + (time.map { " in \($0)" } ?? "")
            case .failed, .cancelled: change.state.rawValue + (time.map { " after \($0)" } ?? "")
            case .waiting, .running, .skipped: change.state.rawValue + attempt
            }
        say("task \(change.name): \(words)\(reason(change.error))")
    }

    func retry(_ notice: RetryNotice) {
        guard !isSilent, volume == .verbose || (volume == .usual && notice.task != nil) else { return }
        let place = tasks.name(notice.task).map { "task \($0)" } ?? "retry"
        let delay = (notice.delay * 10).rounded() / 10
        say("\(place): try \(notice.attempt) of \(notice.times) failed, the next in \(delay) s\(reason(notice.error))")
    }

    /// A line for each tenth, so that a long loop does not fill the screen.
    func progress(_ notice: ProgressNotice) {
        guard volume == .verbose else { return }
        let place = tasks.name(notice.task).map { "task \($0): " } ?? ""
        let text = notice.text.map { " \($0)" } ?? ""
        guard let total = notice.total, total > 0 else {
            return say("\(place)progress \(NumberText.short(notice.done))\(text)")
        }
        let tenth = Int(max(0, min(10, notice.done / total * 10)))
        guard tenths[notice.task] != tenth else { return }
        tenths[notice.task] = tenth
        say("\(place)progress \(NumberText.short(notice.done)) of \(NumberText.short(total))\(text)")
    }

    var wantsPrograms: Bool { volume == .verbose }

    func spawnStarted(_ start: SpawnStart) {
        guard volume == .verbose else { return }
        let secrets = start.secrets.isEmpty ? "" : "   [secrets: \(start.secrets.joined(separator: ", "))]"
        say("+ \(start.command)\(secrets)")
    }

    func spawnEnded(_ end: SpawnEnd) {}

    func leak(_ notice: LeakNotice) {
        guard notice.action == "warn" else { return }
        say("warning: \(notice.program) prints a secret; it is masked")
    }

    func log(_ entry: LogEntry) {
        guard isWanted(entry.level) else { return }
        let fields = entry.fields.map { " \($0.name)=\($0.text)" }.joined()
        // What a program has printed ends with the end of a line.
        let message = entry.message.hasSuffix("\n") ? String(entry.message.dropLast()) : entry.message
        let line = "\(entry.level): \(message)\(fields)".printableText
        say(line.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  "))
    }

    private func isWanted(_ level: String) -> Bool {
        switch volume {
        case .quiet: level == "error"
        case .usual: level != "debug"
        case .verbose: true
        }
    }

    func result(_ value: Value) {}

    /// What was not done belongs to the error, and is said with `-q` too.
    func end(_ end: RunEnd) {
        guard !isSilent, volume > .quiet || tasks.hasUnfinished else { return }
        // A script that failed before its tasks began tells of that alone.
        guard tasks.began != nil || end.isInterrupted else { return }
        tellRest(end)
        let title = end.isInterrupted ? "tasks of the interrupted run" : "tasks"
        if let summary = tasks.summary(title) { say(summary) }
    }

    /// The failed tasks whose error nobody has seen: the first one's is mostly the run's.
    private func tellRest(_ end: RunEnd) {
        if let first = untold.first, let error = first.error, end.failure?.message.contains(error) == true {
            untold.removeFirst()
        }
        for change in untold { tell(change) }
    }

    func outputClosed() { isSilent = true }

    private func reason(_ error: String?) -> String { error.map { ": \($0)" } ?? "" }

    private func say(_ line: String) { gate.say(line + "\n") }
}

/// Numbers as people read them.
enum NumberText {
    /// Without a fraction where there is none.
    static func short(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
