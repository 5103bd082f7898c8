import CSystemShims
public import Diagnostics
import EventLoop
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The worker's process and the wire to it, as the host sees them. Whatever arrives is treated as hostile; the host
/// never waits for the worker to read.
final class WorkerConnection {
    /// How the worker's process ended.
    enum End: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// More than this waiting to be read by the worker means that it does not read: it is killed.
    private static let maximumQueuedBytes = 96 << 20
    /// The same for answers, of which several may be large.
    private static let maximumHeldBytes = 512 << 20
    /// With more than this, large answers had better wait.
    private static let backlogBytes = 32 << 20

    private let loop: EventLoop
    let pid: pid_t
    private let socket: Int32
    private let process: Int32
    private var reader = MessageReader()
    private var queue: [UInt8] = []
    private var queueStart = 0
    /// Answers, whole, that wait until there is room: what a script asks for side by side may be large together.
    private var held: [[UInt8]] = []
    private var heldBytes = 0
    private var wire: EventLoop.Watch?
    private var death: EventLoop.Watch?
    /// Small at first: most runs need no more, and every page of it costs. It grows when it is filled.
    private var room: [UInt8] = Array(repeating: 0, count: 1 << 12)
    private static let largestRoom = 1 << 16
    private var isPaused = false
    private(set) var hasEnded = false
    /// Grows with everything that is sent or received.
    private(set) var activity: UInt64 = 0
    /// Grows with everything that is received.
    private var received: UInt64 = 0
    /// The time limits that have passed and whose strands have not ended.
    private var pressed: Set<UInt32> = []
    private static let pressDelay = Duration.milliseconds(50)
    /// Why it was killed, where the host did it and knows more than the signal.
    private(set) var verdict: Failure?

    /// A message has come.
    var onMessage: (Message) -> Void = { _ in }
    /// The process has ended; all it had sent has been handed out before.
    var onEnd: (End) -> Void = { _ in }
    /// The worker has read so much that there is room for large answers.
    var onRoom: () -> Void = {}
    /// What came was no message; the worker has been killed.
    var onViolation: (Failure) -> Void = { _ in }

    /// Takes over a forked worker.
    init(loop: EventLoop, fork: WorkerFork) throws(Failure) {
        self.loop = loop
        pid = fork.pid
        socket = fork.socket
        process = fork.process
        wire = try loop.watch(socket, .readable) { [unowned self] readiness in wireIsReady(readiness) }
        death = try loop.watch(process, .readable) { [unowned self] _ in processHasEnded() }
    }

    // MARK: - To the worker

    var isBacklogged: Bool { queue.count - queueStart > Self.backlogBytes }

    /// Sends a message.
    ///
    /// - Throws: `.limit` for one that is larger than a message may be; nothing has been sent then.
    func send(_ message: Message) throws(Failure) {
        if !hasEnded { send(try Frame.encode(message)) }
    }

    private func send(_ bytes: [UInt8]) {
        activity &+= 1
        queue.append(contentsOf: bytes)
        flush()
        if queue.count - queueStart > Self.maximumQueuedBytes { kill(because: Self.unread) }
    }

    /// Sends an answer, when there is room for it.
    ///
    /// - Throws: As `send`.
    func answer(_ id: UInt32, _ value: Value) throws(Failure) {
        guard !hasEnded else { return }
        let bytes = try Frame.encode(.answer(id: id, value))
        guard isBacklogged || !held.isEmpty else { return send(bytes) }
        held.append(bytes)
        heldBytes += bytes.count
        if heldBytes > Self.maximumHeldBytes { kill(because: Self.unread) }
    }

    /// Those for which there is room by now are sent with the rest.
    private func takeHeld() {
        var count = 0
        while count < held.count, !isBacklogged {
            queue.append(contentsOf: held[count])
            heldBytes -= held[count].count
            count += 1
        }
        held.removeFirst(count)
    }

    private static var unread: Failure {
        Failure(
            .limit, "the script's worker was killed: it does not read its answers",
            reason:
                "more than \(maximumQueuedBytes >> 20) MiB wait for it, or \(maximumHeldBytes >> 20) MiB of answers",
            hint: "ask for less side by side, or have large ones written to files: download, stdout = { file = path }")
    }

    /// Makes running Lua code see the interruption.
    func interrupt() {
        if !hasEnded { _ = Glibc.kill(pid, SIGUSR1) }
    }

    /// Raises the error of the CPU limit in running Lua code.
    func interruptAtLimit() {
        if !hasEnded { _ = Glibc.kill(pid, SIGUSR2) }
    }

    /// The answer `id`, the end of a time limit, has been sent: while the worker computes and sends nothing, its code is
    /// interrupted, and again after some time, until it says that what was limited has ended (`releaseDeadline`).
    func pressDeadline(_ id: UInt32) {
        // A worker of ours has as many as it may have waiting calls.
        guard pressed.count < 1 << 16, pressed.insert(id).inserted else { return }
        press(id, after: Self.pressDelay)
    }

    /// What the time limit `id` was for has ended.
    func releaseDeadline(_ id: UInt32) { pressed.remove(id) }

    private func press(_ id: UInt32, after delay: Duration) {
        let seen = received
        loop.schedule(after: delay) { [weak self] in
            guard let self, !hasEnded, pressed.contains(id) else { return }
            // What has come may have been sent before it looked at its answers.
            guard received == seen else { return press(id, after: Self.pressDelay) }
            _ = unsafe sigqueue(pid, SIGALRM, sigval(sival_int: Int32(truncatingIfNeeded: id)))
            press(id, after: .seconds(5))
        }
    }

    func kill() {
        if !hasEnded { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// The same with the words for the end that will be seen; the first ones count.
    func kill(because failure: Failure) {
        if verdict == nil { verdict = failure }
        kill()
    }

    /// The CPU time it has used; nil where that cannot be told.
    var cpuTime: Duration? {
        let used = hasEnded ? -1 : vs_sys_cpu_time(pid)
        return used < 0 ? nil : .nanoseconds(used)
    }

    private func flush() {
        while queueStart < queue.count {
            let sent = unsafe queue.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[queueStart...])
                return unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if sent > 0 {
                queueStart += sent
            } else if sent < 0 && errno == EINTR {
                continue
            } else {
                break
            }
        }
        if queueStart == queue.count || queueStart > 1 << 20 {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        takeHeld()
        updateInterest()
        if !isBacklogged, held.isEmpty { onRoom() }
    }

    // MARK: - From the worker

    /// Stops reading while the host's own output is stalled, so that a printing script waits as any program does.
    func setPaused(_ paused: Bool) {
        isPaused = paused
        updateInterest()
    }

    private func updateInterest() {
        var interest: EventLoop.Interest = isPaused ? [] : .readable
        if queueStart < queue.count { interest.insert(.writable) }
        wire?.setInterest(interest)
    }

    private func wireIsReady(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.writable) { flush() }
        if isPaused && !readiness.contains(.hangup) { return }
        if !readiness.isDisjoint(with: [.readable, .hangup, .error]) { _ = readOnce() }
    }

    /// Reads what is there, once. False at the end of the stream, or when nothing is there.
    private func readOnce() -> Bool {
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(socket, $0.baseAddress, $0.count) }
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { closeWire() }
            return false
        }
        activity &+= 1
        received &+= 1
        reader.append(room.span.extracting(0..<count))
        if count == room.count, count < Self.largestRoom { room = Array(repeating: 0, count: Self.largestRoom) }
        handOut()
        return true
    }

    private func handOut() {
        do {
            while let message = try reader.next() { onMessage(message) }
        } catch {
            closeWire()
            kill()
            onViolation(error)
        }
    }

    private func closeWire() {
        wire?.cancel()
        wire = nil
    }

    private func processHasEnded() {
        guard !hasEnded else { return }
        while wire != nil, readOnce() {}
        var how = vs_sys_exit()
        guard unsafe vs_sys_reap(pid, &how) != 0 else { return }
        hasEnded = true
        closeWire()
        death?.cancel()
        onEnd(how.signal == 0 ? .exited(how.code) : .signalled(how.signal))
    }

    deinit {
        close(socket)
        close(process)
    }
}

/// A worker that has been forked and waits for nothing from us: made before any credential is read.
public struct WorkerFork {
    let pid: pid_t
    let socket: Int32
    let process: Int32

    /// Forks. In the child `body` is called with the worker's end of the wire and never returns.
    ///
    /// - Throws: `.io` where the system has no room for another process.
    public init(_ body: (Int32) -> Never) throws(Failure) {
        var socket: Int32 = -1
        var process: Int32 = -1
        let pid = unsafe vs_sys_fork_connected(&socket, &process)
        if pid == 0 { body(socket) }
        guard pid > 0 else {
            let error = errno
            throw Failure(
                .io, "the worker cannot be started", reason: unsafe String(cString: strerror(error)),
                hint: "look at the limits of this session: ulimit \(error == EMFILE ? "-n" : "-u")")
        }
        self.pid = pid
        self.socket = socket
        self.process = process
    }
}
