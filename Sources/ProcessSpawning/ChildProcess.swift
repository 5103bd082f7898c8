import CSystemShims
import Diagnostics
import EventLoop

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A child that runs.
///
/// The spawner keeps it until it has finished.
public final class ChildProcess {
    /// Its process number, and that of its session and group.
    public let pid: Int32
    /// Whether it is in a Landlock domain of its own.
    public let isIsolated: Bool
    /// Whether `finished` has been called.
    public private(set) var isFinished = false
    /// Whether the program has exited; what it wrote may still be on its way.
    public var hasExited: Bool { duration != nil }
    /// Whether it outlives the run.
    let isDetached: Bool

    // The loop keeps this while it waits for the child: it must not keep the loop.
    private unowned let spawner: Spawner
    private let handlers: SpawnHandlers
    private let started: ContinuousClock.Instant
    private let grace: Duration
    private let exitDescriptor: Int32
    private var session: vs_sys_job_session
    private var ends: SpawnPlan.HostEnds
    private var streams: [OutputStream] = []
    private var feed: (any InputFeed)?
    private var exitWatch: EventLoop.Watch?
    private var timeLimit: EventLoop.Timer?
    private var killTimer: EventLoop.Timer?
    private var drainTimer: EventLoop.Timer?
    private var duration: Duration?
    private var timedOut = false
    private var leftProcesses = false
    /// What is in its pipes is the last that is delivered.
    private var isCut = false

    init(
        _ spawner: Spawner, _ request: SpawnRequest, _ handlers: SpawnHandlers, _ result: vs_sys_spawn_result,
        _ ends: SpawnPlan.HostEnds, _ started: ContinuousClock.Instant
    ) {
        self.spawner = spawner
        self.handlers = handlers
        self.started = started
        self.ends = ends
        grace = request.grace
        isDetached = request.isDetached
        pid = result.pid
        isIsolated = result.isolated
        exitDescriptor = result.pidfd
        session = result.session
    }

    /// Joins it to the loop.
    ///
    /// When the loop has no room, the child is killed and all is given back.
    func attach(_ request: SpawnRequest) throws(Failure) {
        do {
            try watch(request)
        } catch {
            abandon()
            throw error
        }
    }

    private func watch(_ request: SpawnRequest) throws(Failure) {
        for (stream, end) in [(SpawnStream.output, ends.output), (.error, ends.error)] where end >= 0 {
            streams.append(OutputStream(stream, end))
        }
        exitWatch = try spawner.loop.watch(exitDescriptor, .readable) { [self] _ in programExited() }
        for reading in streams {
            try reading.attach(spawner, handlers) { [self] in finishIfDone() }
        }
        feed = try makeFeed(request)
        guard let timeout = request.timeout else { return }
        timeLimit = spawner.loop.schedule(after: timeout) { [self] in timeIsUp() }
    }

    private func makeFeed(_ request: SpawnRequest) throws(Failure) -> (any InputFeed)? {
        switch request.standardInput {
        case .bytes(let value): try BytesFeed(spawner.loop, takeInput(), value)
        case .relay(let source): try RelayFeed(spawner.loop, from: source, to: takeInput())
        case .null, .descriptor: nil
        }
    }

    private func takeInput() -> Int32 {
        defer { ends.input = -1 }
        return ends.input
    }

    // MARK: - Signals

    /// Sends `signal` to the child's group.
    ///
    /// False when there is nobody left in it.
    @discardableResult
    public func send(_ signal: Int32) -> Bool {
        guard !isFinished || leftProcesses else { return false }
        return kill(-pid, signal) == 0
    }

    /// Sends TERM to the group, waking what is stopped, and KILL after the request's `grace`.
    public func terminate() {
        guard !isFinished, killTimer == nil else { return }
        endGently()
        killTimer = spawner.loop.schedule(after: grace) { [self] in send(SIGKILL) }
    }

    /// TERM, then CONT: a stopped process takes the first only when it goes on.
    func endGently() {
        send(SIGTERM)
        send(SIGCONT)
    }

    /// Whether it has been stopped since the last look (Ctrl-Z at its terminal).
    public func takeStop() -> Bool { !isFinished && vs_sys_child_has_stopped(pid) }

    private func timeIsUp() {
        timedOut = true
        terminate()
    }

    // MARK: - Back-pressure

    /// Stops reading `stream`, so that the child waits once the pipe is full; the masker or the reader is behind.
    ///
    /// `finished` waits for `resumeOutput` if bytes are left then: what the program wrote is never dropped. At the end of
    /// the run it waits no more, and what is left in the pipe is delivered.
    public func pauseOutput(_ stream: SpawnStream) { reading(stream)?.pause() }

    /// Goes on reading `stream`.
    public func resumeOutput(_ stream: SpawnStream) { reading(stream)?.resume() }

    /// The run ends: a program that has exited is not waited for any more because of who takes its output.
    func endPauses() {
        if isCut { cut() }
    }

    private func cut() {
        isCut = true
        for stream in streams { stream.cut(isPausable: spawner.teardown == nil) }
    }

    private func reading(_ stream: SpawnStream) -> OutputStream? { streams.first { $0.stream == stream } }

    // MARK: - The end

    private func programExited() {
        exitWatch?.cancel()
        exitWatch = nil
        timeLimit?.cancel()
        duration = ContinuousClock.now - started
        feed?.stop()
        // Not reaped yet: as long as it is a zombie, its number and its group's cannot become another's.
        guard streams.contains(where: { !$0.isEnded }) else { return finishIfDone() }
        drainTimer = spawner.loop.schedule(after: Spawner.drainTime) { [self] in cut() }
    }

    private func finishIfDone() {
        guard let duration, !isFinished, streams.allSatisfy(\.isEnded) else { return }
        isFinished = true
        drainTimer?.cancel()
        let ending = reap()
        unsafe vs_sys_job_end(&session)
        leftProcesses = ProcessTable.isGroupAlive(pid)
        if !leftProcesses { killTimer?.cancel() }
        release()
        handlers.finished(
            ChildOutcome(ending: ending, timedOut: timedOut, duration: duration, leftProcesses: leftProcesses))
        spawner.forget(self, leftProcesses: leftProcesses)
    }

    private func reap() -> ChildOutcome.Ending {
        var how = vs_sys_exit()
        let status = unsafe vs_sys_reap(pid, &how)
        // Only where somebody else reaped it, which breaks the spawner's contract: its code is lost then.
        guard status == 1 else { return .code(255) }
        return how.signal == 0 ? .code(how.code) : .signal(how.signal)
    }

    private func release() {
        feed?.stop()
        feed = nil
        closeDescriptor(exitDescriptor)
        ends.folder?.remove()
        ends.folder = nil
    }

    private func abandon() {
        isFinished = true
        for stream in streams { stream.close() }
        if ends.input >= 0 { closeDescriptor(takeInput()) }
        exitWatch?.cancel()
        _ = kill(-pid, SIGKILL)
        var pid = pid
        // It cannot refuse: a wait of microseconds.
        while waitpid(pid, nil, 0) < 0, errorNumber() == EINTR { pid = self.pid }
        unsafe vs_sys_job_end(&session)
        release()
        spawner.forget(self, leftProcesses: false)
    }
}
