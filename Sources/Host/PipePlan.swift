import Diagnostics
import HostProtocol

/// What one `pipe{ {…}, {…}, … }` asks for, checked as a whole before anything starts.
struct PipePlan {
    /// More programs in one pipe are an error.
    static let maximumMembers = 64

    /// The options of the outer table.
    var whole: SpawnPlan
    var members: [SpawnPlan]

    init(_ value: Value, store: SecretStore) throws(Failure) {
        let options = try OptionReader("pipe", value)
        whole = try SpawnPlan(pipe: options, store: store)
        members = try Self.members(options.positional, store)
        try checkInputs()
    }

    private static func members(_ positional: [Int64: Value], _ store: SecretStore) throws(Failure) -> [SpawnPlan] {
        let count = positional.keys.max() ?? 0
        guard (2...Int64(maximumMembers)).contains(count) else {
            throw Failure(
                .usage, "pipe: expected 2 to \(maximumMembers) programs, got \(count)",
                hint: "pipe{ { \"git\", \"log\" }, { \"head\" }, capture = true }")
        }
        var members: [SpawnPlan] = []
        for place in 1...count {
            guard let value = positional[place] else {
                throw Failure(.usage, "pipe: there is no program at place \(place)", reason: "a nil stands there")
            }
            switch value {
            case .list, .map: members.append(try SpawnPlan(member: Int(place), value, store: store))
            default:
                throw Failure(
                    .usage, "pipe: member \(place): expected a table, got \(value.described)",
                    hint: "each program with its arguments is a table of its own: { \"git\", \"log\" }")
            }
        }
        return members
    }

    private func checkInputs() throws(Failure) {
        for member in members.dropFirst() {
            if case .null = member.input { continue }
            throw Failure(
                .usage, "\(member.function): stdin: only the first program has one",
                reason: "the others read what the one before them prints", hint: "put stdin into the first")
        }
    }

    /// The programs as messages show them.
    var shownPrograms: String { members.map(\.shownProgram).joined(separator: " | ") }
}
