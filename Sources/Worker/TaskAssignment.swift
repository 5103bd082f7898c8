import CSystemShims
import HostProtocol

/// Which of a script's tasks run, and how many at a time.
public struct TaskAssignment: Sendable {
    private let jobs: Int
    private let only: [String]
    private let from: [String]
    private let keepsGoing: Bool

    /// All of them where nothing is named; one a processor where `jobs` is nil.
    public init(jobs: Int? = nil, only: [String] = [], from: [String] = [], keepsGoing: Bool = false) {
        // Asked now: the worker cannot ask the kernel any more when it is locked down.
        self.jobs = jobs ?? Int(vs_sys_processors())
        self.only = only
        self.from = from
        self.keepsGoing = keepsGoing
    }

    /// As the prelude takes them.
    var value: Value {
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value) { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        add("jobs", .integer(Int64(jobs)))
        if !only.isEmpty { add("only", .list(only.map { .text($0) })) }
        if !from.isEmpty { add("from", .list(from.map { .text($0) })) }
        if keepsGoing { add("keepsGoing", .boolean(true)) }
        return .map(fields)
    }
}
