/// What is known of the tasks of a run: in the order in which they came, each with its last state and its times. One for
/// the run and all who are told of it.
final class TaskLedger {
    /// One task.
    struct Entry {
        var change: TaskChange
        /// When its first try began.
        var began: ContinuousClock.Instant?
        /// How long it took, with all tries and pauses; nil where it has not ended or never began.
        var duration: Duration?

        /// How long it took, or has taken until `now`.
        func time(_ now: ContinuousClock.Instant) -> Duration? { duration ?? began.map { now - $0 } }
    }

    /// More are not kept; the worker refuses to make them.
    static let maximumCount = 10_000

    private var places: [Int64: Int] = [:]
    private(set) var entries: [Entry] = []
    /// How many there are in each state.
    private(set) var counts: [TaskState: Int] = [:]
    /// When the first of them began, or was left out.
    private(set) var began: ContinuousClock.Instant?

    var isEmpty: Bool { entries.isEmpty }

    /// Takes a change. Gives false where there is no room for a new task.
    @discardableResult
    func take(_ change: TaskChange, at now: ContinuousClock.Instant = .now) -> Bool {
        if places[change.id] == nil {
            guard entries.count < Self.maximumCount else { return false }
            places[change.id] = entries.count
            entries.append(Entry(change: change))
        } else if let former = self[change.id]?.change.state {
            counts[former, default: 0] -= 1
        }
        counts[change.state, default: 0] += 1
        if change.state != .waiting { began = began ?? now }
        guard let place = places[change.id] else { return false }
        entries[place].change = change
        switch change.state {
        case .waiting: break
        case .running: entries[place].began = entries[place].began ?? now
        case .done, .failed, .skipped, .cancelled: entries[place].duration = entries[place].began.map { now - $0 }
        }
        return true
    }

    /// The task of that number.
    subscript(_ id: Int64?) -> Entry? { id.flatMap { places[$0] }.map { entries[$0] } }

    /// The name of a task.
    func name(_ id: Int64?) -> String? { self[id]?.change.name }

    /// Whether something was not done that was to be.
    var hasUnfinished: Bool { entries.contains { Self.isUnfinished($0.change) } }

    private static func isUnfinished(_ task: TaskChange) -> Bool {
        switch task.state {
        case .done: false
        case .skipped: task.error != nil
        case .waiting, .running, .failed, .cancelled: true
        }
    }

    // MARK: - The account

    /// How many tasks ended how, and one line a state with their names; nil where there was no task.
    ///
    /// - Parameter title: What stands before the counts: `tasks`.
    func summary(_ title: String, at now: ContinuousClock.Instant = .now) -> String? {
        guard !isEmpty else { return nil }
        let groups = Self.groups.map { group in (group.name, entries.filter { group.holds($0.change) }) }
            .filter { !$0.1.isEmpty }
        let counts = groups.map { "\($0.1.count) \($0.0)" }.joined(separator: ", ")
        let lines = groups.map { "  \($0.0): \(Self.list($0.1, now))" }
        let time = began.map { " in \(TimeText.short(now - $0))" } ?? ""
        return (["\(title): \(counts)\(time)"] + lines).joined(separator: "\n")
    }

    private struct Group: Sendable {
        var name: String
        var holds: @Sendable (TaskChange) -> Bool
    }

    private static let groups = [
        Group(name: "done") { $0.state == .done },
        Group(name: "failed") { $0.state == .failed },
        Group(name: "interrupted") { $0.state == .running || $0.state == .cancelled },
        Group(name: "not started") { $0.state == .waiting || ($0.state == .skipped && $0.error != nil) },
        Group(name: "not needed") { $0.state == .skipped && $0.error == nil },
    ]

    private static let listed = 50

    private static func list(_ tasks: [Entry], _ now: ContinuousClock.Instant) -> String {
        let shown = tasks.prefix(listed).map { task in
            let time = task.change.state == .skipped ? nil : task.time(now)
            return task.change.name + (time.map { " (\(TimeText.short($0)))" } ?? "")
        }.joined(separator: ", ")
        return tasks.count > listed ? "\(shown) and \(tasks.count - listed) more" : shown
    }

    /// The tasks that run now, with how long they have.
    func running(at now: ContinuousClock.Instant = .now) -> [String] {
        entries.filter { $0.change.state == .running }.map { task in
            "task \(task.change.name)" + (task.time(now).map { " (\(TimeText.short($0)))" } ?? "")
        }
    }
}

/// Times as people read them.
enum TimeText {
    /// `0.3 s`, `42.0 s`, `3 min 5 s`, `2 h 10 min`.
    static func short(_ duration: Duration) -> String {
        let tenths = Int((max(.zero, duration) / .milliseconds(100)).rounded())
        guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10) s" }
        return whole(duration)
    }

    /// As `whole`, and the fraction of what is less than a minute: `0.25 s`.
    static func exact(_ duration: Duration) -> String {
        duration < .seconds(60) ? "\(NumberText.short(duration / .seconds(1))) s" : whole(duration)
    }

    /// `0 s`, `42 s`, `3 min 5 s`, `2 h 10 min`: without parts of a second.
    static func whole(_ duration: Duration) -> String {
        let seconds = Int(max(.zero, duration) / .seconds(1))
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }
}
