/// The two streams a child writes.
public enum SpawnStream: Sendable, Hashable, CaseIterable {
    /// Standard output, with standard error in it for `.sameAsOutput`.
    case output
    /// Standard error.
    case error
}

/// How a child ended.
///
/// Any of it is a result, not an error of the spawner.
public struct ChildOutcome: Sendable, Equatable {
    /// Why the program is no longer there.
    public enum Ending: Sendable, Equatable {
        /// It exited with this code, 0 to 255.
        case code(Int32)
        /// This signal ended it.
        case signal(Int32)
    }

    /// Exit code or signal.
    public var ending: Ending
    /// Whether the time limit was reached.
    public var timedOut: Bool
    /// From the start to the exit of the program (not of what it left behind).
    public var duration: Duration
    /// Whether processes of its group were still there; they end with the run.
    public var leftProcesses: Bool

    /// The exit code, if it exited.
    public var code: Int32? { if case .code(let code) = ending { code } else { nil } }
    /// The signal, if one ended it.
    public var signal: Int32? { if case .signal(let signal) = ending { signal } else { nil } }
}

/// What a child's life is told to.
///
/// All are called from the loop, never from within `start`.
public struct SpawnHandlers {
    /// Bytes as they arrive, at most 64 KiB at a time, lent from secret memory that is wiped on return.
    ///
    /// The handler may pause the child's output and send signals; it must not run the loop.
    public var output: (SpawnStream, Span<UInt8>) -> Void
    /// A piped stream is at its end; once for each, before `finished`.
    public var ended: (SpawnStream) -> Void
    /// The program has exited and its pipes are at their end, or 100 ms have passed since the exit and what was in them
    /// then has been delivered (later only while output is paused).
    ///
    /// The last call.
    public var finished: (ChildOutcome) -> Void

    /// Makes handlers.
    public init(
        output: @escaping (SpawnStream, Span<UInt8>) -> Void = { _, _ in },
        ended: @escaping (SpawnStream) -> Void = { _ in },
        finished: @escaping (ChildOutcome) -> Void
    ) {
        self.output = output
        self.ended = ended
        self.finished = finished
    }
}
