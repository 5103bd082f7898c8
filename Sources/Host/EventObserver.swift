import Diagnostics
import HostProtocol

/// `--json`: one event a line on standard output, as docs/events.md and docs/events.schema.json say.
final class EventObserver: RunObserver {
    /// The version of the schema: another one where a reader of the former could be misled. New fields and new events make
    /// none.
    static let version: Int64 = 1

    private let gate: Gate
    private let tasks: TaskLedger
    private let began = ContinuousClock.now
    /// Comes last, when the programs of an interrupted run have ended too.
    private var end: RunEnd?

    init(gate: Gate, tasks: TaskLedger) {
        self.gate = gate
        self.tasks = tasks
    }

    func begin(_ start: RunStart) {
        var event = EventRecord("run")
        event.add("version", .integer(Self.version))
        event.add("vaultscript", .word(start.version))
        event.add("script", .text(start.script))
        gate.writeEvent(event)
    }

    func task(_ change: TaskChange) {
        var event = EventRecord("task")
        event.add("id", .integer(change.id))
        event.add("name", .text(change.name))
        event.add("state", .word(change.state.rawValue))
        event.add("attempt", change.attempt.map { .integer($0) })
        event.add("duration", tasks[change.id]?.duration.map(Self.seconds))
        event.add("error", change.error.map { .text($0) })
        gate.writeEvent(event)
    }

    func retry(_ notice: RetryNotice) {
        var event = EventRecord("retry")
        event.add("task", notice.task.map { .integer($0) })
        event.add("attempt", .integer(notice.attempt))
        event.add("times", .integer(notice.times))
        event.add("delay", .number(notice.delay))
        event.add("error", .text(notice.error))
        gate.writeEvent(event)
    }

    func progress(_ notice: ProgressNotice) {
        var event = EventRecord("progress")
        event.add("task", notice.task.map { .integer($0) })
        event.add("done", .number(notice.done))
        event.add("total", notice.total.map { .number($0) })
        event.add("text", notice.text.map { .text($0) })
        gate.writeEvent(event)
    }

    // MARK: - Programs

    func spawnStarted(_ start: SpawnStart) {
        var event = EventRecord("spawn")
        event.add("id", .integer(Int64(start.number)))
        event.add("state", .word("started"))
        event.add("task", start.task.map { .integer($0) })
        event.add("programs", .list(start.programs.map { .text($0) }))
        event.add("command", .text(start.command))
        event.add("secrets", .list(start.grants.map(Self.secret)))
        event.add("background", .flag(start.isBackground))
        event.add("label", start.label.map { .text($0) })
        gate.writeEvent(event)
    }

    private static func secret(_ grant: SpawnGrant) -> EventRecord.Item {
        .record([("name", .text(grant.name)), ("channel", .text(grant.channel))])
    }

    func spawnEnded(_ end: SpawnEnd) {
        var event = EventRecord("spawn")
        event.add("id", .integer(Int64(end.number)))
        event.add("state", .word("ended"))
        event.add("task", end.task.map { .integer($0) })
        event.add("code", end.code.map { .integer(Int64($0)) })
        event.add("signal", end.signal.map { .integer(Int64($0)) })
        event.add("timedOut", .flag(end.timedOut))
        event.add("duration", Self.seconds(end.duration))
        event.add("leaks", .integer(Int64(end.leaks)))
        event.add("error", end.failure.map { .text($0) })
        gate.writeEvent(event)
    }

    func leak(_ notice: LeakNotice) {
        var event = EventRecord("leak")
        event.add("spawn", .integer(Int64(notice.number)))
        event.add("task", notice.task.map { .integer($0) })
        event.add("program", .text(notice.program))
        event.add("action", .word(notice.action))
        gate.writeEvent(event)
    }

    // MARK: - The script

    func log(_ entry: LogEntry) {
        var event = EventRecord("log")
        event.add("level", .text(entry.level))
        event.add("message", .text(entry.message))
        // Names that were different before they were masked may be one now.
        var seen: Set<String> = []
        event.add("fields", .named(entry.fields.filter { seen.insert($0.name).inserted }))
        gate.writeEvent(event)
    }

    func result(_ value: Value) {
        var event = EventRecord("result")
        event.add("value", .json(value.asBytes ?? []))
        gate.writeEvent(event)
    }

    func end(_ end: RunEnd) { self.end = end }

    func allEnded() {
        guard let end else { return }
        self.end = nil
        var event = EventRecord("end")
        event.add("exitCode", .integer(Int64(end.exitCode)))
        event.add("duration", Self.seconds(.now - began))
        event.add("interrupted", .flag(end.isInterrupted))
        event.add("timedOut", .flag(end.isOverTime))
        event.add("tasks", tasks.isEmpty ? nil : .record(counts))
        event.add("error", end.failure.map(Self.error))
        gate.writeEvent(event)
    }

    private static func error(_ failure: Failure) -> EventRecord.Item {
        var fields: [(name: String, item: EventRecord.Item)] = [
            ("kind", .word(failure.kind.rawValue)), ("message", .text(failure.message)),
        ]
        if !failure.reason.isEmpty { fields.append(("reason", .text(failure.reason))) }
        if !failure.hint.isEmpty { fields.append(("hint", .text(failure.hint))) }
        for (name, number) in [("status", failure.status), ("code", failure.code), ("signal", failure.signal)] {
            if let number { fields.append((name, .integer(Int64(number)))) }
        }
        return .record(fields)
    }

    private var counts: [(name: String, item: EventRecord.Item)] {
        TaskState.allCases.map { ($0.rawValue, .integer(Int64(tasks.counts[$0] ?? 0))) }
    }

    private static func seconds(_ duration: Duration) -> EventRecord.Item {
        .number((duration / .milliseconds(1)).rounded() / 1000)
    }
}
