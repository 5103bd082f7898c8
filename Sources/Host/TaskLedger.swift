/// What is known of the tasks of a run: in the order in which they came, each with its last state.
struct TaskLedger {
    /// More are not kept; the worker refuses to make them.
    static let maximumCount = 10_000

    private var places: [Int64: Int] = [:]
    private var tasks: [TaskChange] = []

    /// Takes a change. Gives false where there is no room for a new task.
    @discardableResult
    mutating func take(_ change: TaskChange) -> Bool {
        if let place = places[change.id] {
            tasks[place] = change
            return true
        }
        guard tasks.count < Self.maximumCount else { return false }
        places[change.id] = tasks.count
        tasks.append(change)
        return true
    }

    /// The name of a task.
    func name(_ id: Int64?) -> String? { id.flatMap { places[$0] }.map { tasks[$0].name } }

    /// One line a state that says what was done and what was not; nil where all was done, or there was no task.
    func summary(isInterrupted: Bool) -> String? {
        guard tasks.contains(where: { Self.isUnfinished($0) }) else { return nil }
        let groups = [
            ("done", names { $0.state == .done }), ("failed", names { $0.state == .failed }),
            ("interrupted", names { $0.state == .running || $0.state == .cancelled }),
            ("not started", names { $0.state == .waiting || ($0.state == .skipped && $0.error != nil) }),
            ("not needed", names { $0.state == .skipped && $0.error == nil }),
        ]
        let lines = groups.filter { !$0.1.isEmpty }.map { "  \($0.0): \(Self.list($0.1))" }
        return ([isInterrupted ? "tasks of the interrupted run:" : "tasks:"] + lines).joined(separator: "\n")
    }

    private static func isUnfinished(_ task: TaskChange) -> Bool {
        switch task.state {
        case .done: false
        case .skipped: task.error != nil
        case .waiting, .running, .failed, .cancelled: true
        }
    }

    private func names(_ isMeant: (TaskChange) -> Bool) -> [String] { tasks.filter(isMeant).map(\.name) }

    private static let listed = 50

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(listed).joined(separator: ", ")
        return names.count > listed ? "\(shown) and \(names.count - listed) more" : shown
    }
}
