public import HostProtocol

/// What a host function was called with: copies, so nothing of Lua is reachable through them.
public struct LuaArguments: Sendable {
    /// The arguments in order; trailing nils that were passed are here.
    public let values: [Value]

    /// Makes arguments, as a test of a host function does.
    public init(values: [Value]) { self.values = values }

    /// The argument at `index` from 0; `.null` where there is none.
    public subscript(index: Int) -> Value { values.indices.contains(index) ? values[index] : .null }

    /// How many were passed.
    public var count: Int { values.count }
}

/// What a host function gives back.
public enum LuaOutcome: Sendable {
    /// The results, in order. A `.null` inside a list leaves a hole; one inside a map leaves the key out.
    case results([Value])
    /// An error value, which C raises after the Swift function has returned.
    case failure(Value)
}

/// The functions that a VM can call, apart from the VM: C holds a pointer to this, and the VM owns it.
final class HostFunctions {
    typealias Body = (LuaArguments) -> LuaOutcome

    private var bodies: [Body] = []

    /// Keeps `body` and gives the number that C calls it by.
    func add(_ body: @escaping Body) -> Int32 {
        bodies.append(body)
        return Int32(bodies.count - 1)
    }

    /// Calls a function by its number.
    func call(_ number: Int32, _ arguments: LuaArguments) -> LuaOutcome {
        guard bodies.indices.contains(Int(number)) else { return .failure(.text("an unknown host function")) }
        return bodies[Int(number)](arguments)
    }
}
