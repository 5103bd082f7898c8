import HostProtocol

/// The limits that hold inside the worker. The others are the host's (docs/limits.md).
public struct WorkerLimits: Sendable {
    /// All that Lua may allocate; `.max` for no limit.
    public var memoryBytes = 512 << 20
    /// The coroutines that may exist at a time; `.max` for no limit.
    public var coroutines = 100_000
    /// The limits as messages show them, by name.
    public var shown: [(name: String, text: String)] = []

    /// The usual limits.
    public init() {}

    /// What the process as a whole may map for itself, as a second net below Lua's own count: its double, for what an
    /// allocator cannot give back, and the most that a message takes on its way. 0 for no limit.
    var dataLimitBytes: UInt64 {
        memoryBytes > Int.max / 4 ? 0 : UInt64(memoryBytes) * 2 + (1 << 30)
    }

    /// The same with the one that the script itself runs in.
    var coroutineLimit: Int { coroutines == .max ? .max : coroutines + 1 }

    /// As the prelude takes them.
    var value: Value { .map(shown.map { .init(.bytes(Array($0.name.utf8)), .text($0.text)) }) }
}
