import CSystemShims
public import Diagnostics

/// The host's one loop: descriptors, timers and signals on one thread; nothing in the host waits anywhere else.
///
/// Handlers run one at a time, on the thread that called `run()`, and must not block. Adding, changing and cancelling
/// is allowed at any time from that thread, inside handlers too: a cancelled handler is never called again, even when
/// its event had already been collected.
public final class EventLoop {
    /// What a descriptor is waited for.
    public struct Interest: OptionSet, Sendable {
        /// The bits of `VS_SYS_READABLE` and `VS_SYS_WRITABLE`.
        public let rawValue: UInt32
        /// Makes an interest from its bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// There are bytes to read, or the end of them.
        public static let readable = Interest(rawValue: UInt32(VS_SYS_READABLE))
        /// There is room to write, or the reader has gone.
        public static let writable = Interest(rawValue: UInt32(VS_SYS_WRITABLE))
    }

    /// What a descriptor is ready for; hang-up and error come unasked.
    public struct Readiness: OptionSet, Sendable {
        /// The bits of the `VS_SYS_` constants.
        public let rawValue: UInt32
        /// Makes a readiness from its bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// There are bytes to read, or the end of them.
        public static let readable = Readiness(rawValue: UInt32(VS_SYS_READABLE))
        /// There is room to write.
        public static let writable = Readiness(rawValue: UInt32(VS_SYS_WRITABLE))
        /// The other end has gone.
        public static let hangup = Readiness(rawValue: UInt32(VS_SYS_HANGUP))
        /// The descriptor is in error; reading or writing says which.
        public static let error = Readiness(rawValue: UInt32(VS_SYS_ERROR))
    }

    /// A descriptor that is waited for.
    ///
    /// The loop keeps it until `cancel()`; the descriptor stays its caller's, who closes it after cancelling.
    public final class Watch {
        fileprivate let token: UInt64
        fileprivate let descriptor: Int32
        /// Gone once it is cancelled: it mostly holds whoever holds this.
        fileprivate var handler: ((Readiness) -> Void)?
        fileprivate weak var loop: EventLoop?
        fileprivate var isAlwaysReady = false
        /// A descriptor of the loop's own making (signals): closed with the watch.
        fileprivate var ownsDescriptor = false
        fileprivate var interest: Interest

        fileprivate init(
            _ token: UInt64, _ descriptor: Int32, _ interest: Interest, _ loop: EventLoop,
            _ handler: @escaping (Readiness) -> Void
        ) {
            self.token = token
            self.descriptor = descriptor
            self.interest = interest
            self.loop = loop
            self.handler = handler
        }

        /// Waits for something else from now on; an empty interest pauses it (hang-up and error are still
        /// reported, once).
        public func setInterest(_ interest: Interest) {
            guard interest != self.interest, let loop, loop.watches[token] != nil else { return }
            self.interest = interest
            loop.apply(self)
        }

        /// Stops waiting; the handler is not called again.
        public func cancel() {
            loop?.remove(self)
        }

        /// The same where the caller closes the descriptor right after and nobody else has a copy of it: closing takes it
        /// out of the poller, which saves a system call.
        public func cancelBeforeClosing() {
            loop?.remove(self, isClosing: true)
        }
    }

    /// A call at a time to come.
    public final class Timer {
        fileprivate let deadline: Int64
        fileprivate let order: UInt64
        fileprivate var body: (() -> Void)?

        fileprivate init(_ deadline: Int64, _ order: UInt64, _ body: @escaping () -> Void) {
            self.deadline = deadline
            self.order = order
            self.body = body
        }

        /// Forgets the call; harmless when it has been made.
        public func cancel() { body = nil }

        fileprivate func isBefore(_ other: Timer) -> Bool {
            deadline == other.deadline ? order < other.order : deadline < other.deadline
        }
    }

    private let poller: Int32
    fileprivate var watches: [UInt64: Watch] = [:]
    private var tokens: [Int32: UInt64] = [:]
    private var alwaysReady: [UInt64] = []
    private var timers: [Timer] = []
    private var compactionCount = 256
    private var ready = [vs_sys_ready](repeating: vs_sys_ready(), count: 64)
    private var deferred: [() -> Void] = []
    private var nextToken: UInt64 = 1
    private var isStopping = false
    private var isRunning = false

    /// A loop with nothing to wait for.
    public init() throws(Failure) {
        poller = vs_sys_poller_make()
        guard poller >= 0 else { throw EventLoop.systemFailure("the event loop cannot start") }
    }

    deinit {
        for watch in watches.values where watch.ownsDescriptor { closeDescriptor(watch.descriptor) }
        closeDescriptor(poller)
    }

    /// Calls `handler` whenever `descriptor` is ready for `interest`.
    ///
    /// - Throws: `.io` with the system's reason. A regular file is not an error: it is ready at every turn.
    /// A watch that still waits for the same descriptor is cancelled: one descriptor has one watch.
    public func watch(
        _ descriptor: Int32, _ interest: Interest, _ handler: @escaping (Readiness) -> Void
    ) throws(Failure) -> Watch {
        // Also where the descriptor was closed without cancelling and its number came up again.
        if let token = tokens[descriptor], let former = watches[token] { remove(former) }
        let watch = Watch(takeToken(), descriptor, interest, self, handler)
        if vs_sys_poller_add(poller, descriptor, interest.rawValue, watch.token) != 0 {
            guard errorNumber() == operationNotPermitted else {
                throw EventLoop.systemFailure("descriptor \(descriptor) cannot be waited for")
            }
            watch.isAlwaysReady = true
            alwaysReady.append(watch.token)
        }
        watches[watch.token] = watch
        tokens[descriptor] = watch.token
        return watch
    }

    /// Whether a watch waits for `descriptor`.
    public func isWatched(_ descriptor: Int32) -> Bool { tokens[descriptor] != nil }

    /// Calls `body` once, `delay` from now at the earliest; equal times keep their order.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Timer {
        dropCancelledTimersAmongMany()
        let timer = Timer(EventLoop.deadline(delay), takeToken(), body)
        var index = timers.endIndex
        timers.append(timer)
        while index > 0, timer.isBefore(timers[(index - 1) / 2]) {
            timers.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
        return timer
    }

    /// Calls `body` at the next turn, after the handlers of this one.
    public func enqueue(_ body: @escaping () -> Void) {
        deferred.append(body)
    }

    /// Blocks `signals` for this thread, and those it starts later, and calls `handler` with each number that arrives.
    ///
    /// Several of one kind may arrive as one. Cancelling closes the descriptor and leaves the signals blocked.
    /// - Throws: `.io` with the system's reason.
    public func watchSignals(_ signals: [Int32], _ handler: @escaping (Int32) -> Void) throws(Failure) -> Watch {
        let descriptor = unsafe signals.withUnsafeBufferPointer { list in
            unsafe vs_sys_signals_open(list.baseAddress, Int32(list.count))
        }
        guard descriptor >= 0 else { throw EventLoop.systemFailure("signals cannot be received") }
        do {
            // One a turn: the handler may cancel the watch, which closes the descriptor.
            let watch = try watch(descriptor, .readable) { _ in
                let number = vs_sys_signals_next(descriptor)
                if number != 0 { handler(number) }
            }
            watch.ownsDescriptor = true
            return watch
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
    }

    /// Runs until `stop()`, or until there is nothing left to wait for.
    public func run() {
        precondition(!isRunning, "a handler may not run the loop it was called by")
        isRunning = true
        defer {
            isRunning = false
            isStopping = false
        }
        while !isStopping, turn() {}
    }

    /// Makes `run()` return after the current handler; before a run, makes the next one return at once.
    public func stop() { isStopping = true }

    /// Cancels everything that it waits for, so that nothing is kept alive by a handler that will not be called.
    public func clear() {
        for watch in Array(watches.values) { remove(watch) }
        // Whoever holds a timer may still hold it, and is mostly held by its body.
        for timer in timers { timer.cancel() }
        timers.removeAll()
        deferred.removeAll()
        alwaysReady.removeAll()
    }

    // MARK: - One turn

    /// Waits once and calls what is due.
    ///
    /// False when there is nothing to wait for.
    private func turn() -> Bool {
        runDeferred()
        if isStopping { return false }
        dropCancelledTimers()
        guard !watches.isEmpty || !timers.isEmpty || !deferred.isEmpty else { return false }
        let count = collect()
        for index in 0..<count where !isStopping {
            watches[ready[index].token]?.handler?(Readiness(rawValue: ready[index].readiness))
        }
        runAlwaysReady()
        runTimers()
        return true
    }

    private func runDeferred() {
        guard !deferred.isEmpty else { return }
        let batch = deferred
        deferred.removeAll(keepingCapacity: true)
        for (index, body) in batch.enumerated() {
            body()
            guard !isStopping else {
                // What `stop()` cut off is still due, and before what was added meanwhile.
                deferred.insert(contentsOf: batch[(index + 1)...], at: 0)
                return
            }
        }
    }

    private func collect() -> Int {
        let time = waitTime()
        let found = unsafe ready.withUnsafeMutableBufferPointer { room in
            unsafe vs_sys_poller_wait(poller, room.baseAddress, Int32(room.count), time)
        }
        return max(0, Int(found))
    }

    private func waitTime() -> Int64 {
        if !deferred.isEmpty || alwaysReady.contains(where: { watches[$0]?.interest.isEmpty == false }) { return 0 }
        guard let first = timers.first else { return -1 }
        return max(0, first.deadline - vs_sys_now())
    }

    private func runAlwaysReady() {
        guard !alwaysReady.isEmpty else { return }
        for token in alwaysReady where !isStopping {
            guard let watch = watches[token], !watch.interest.isEmpty else { continue }
            watch.handler?(Readiness(rawValue: watch.interest.rawValue))
        }
        alwaysReady.removeAll { watches[$0] == nil }
    }

    private func runTimers() {
        let now = vs_sys_now()
        while !isStopping, let first = timers.first, first.deadline <= now || first.body == nil {
            removeFirstTimer()
            let body = first.body
            first.body = nil
            body?()
        }
    }

    private func dropCancelledTimers() {
        while let first = timers.first, first.body == nil { removeFirstTimer() }
    }

    /// Cancelled time limits would otherwise stay until their time, however many there are.
    private func dropCancelledTimersAmongMany() {
        guard timers.count >= compactionCount else { return }
        // A sorted array is a heap.
        timers = timers.filter { $0.body != nil }.sorted { $0.isBefore($1) }
        compactionCount = max(256, timers.count * 2)
    }

    private func removeFirstTimer() {
        timers.swapAt(0, timers.endIndex - 1)
        timers.removeLast()
        var index = 0
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < timers.endIndex {
                if timers[child].isBefore(timers[smallest]) { smallest = child }
            }
            guard smallest != index else { return }
            timers.swapAt(index, smallest)
            index = smallest
        }
    }

    // MARK: - Bookkeeping

    /// How many timers are held, cancelled ones included.
    var timerCountForTesting: Int { timers.count }

    fileprivate func apply(_ watch: Watch) {
        guard !watch.isAlwaysReady else { return }
        _ = vs_sys_poller_set(poller, watch.descriptor, watch.interest.rawValue, watch.token)
    }

    fileprivate func remove(_ watch: Watch, isClosing: Bool = false) {
        guard watches.removeValue(forKey: watch.token) != nil else { return }
        watch.handler = nil
        tokens[watch.descriptor] = nil
        if !watch.isAlwaysReady, !isClosing { vs_sys_poller_remove(poller, watch.descriptor) }
        if watch.ownsDescriptor { closeDescriptor(watch.descriptor) }
    }

    private func takeToken() -> UInt64 {
        defer { nextToken += 1 }
        return nextToken
    }

    /// Saturates: a delay that the clock cannot hold never comes, a negative one is due now.
    private static func deadline(_ delay: Duration) -> Int64 {
        guard delay > .zero else { return vs_sys_now() }
        let (seconds, attoseconds) = delay.components
        guard seconds < Int64.max / 2_000_000_000 else { return .max }
        return vs_sys_now() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private static func systemFailure(_ message: String) -> Failure {
        Failure(.io, message, reason: errorText(), hint: "look at the limits of this session: ulimit -n")
    }
}
