import CSystemShims
import Diagnostics
import EventLoop
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The pseudo-terminal of one child, as the host sees it: reads what the child writes, passes sizes on and, where the
/// script joined the keyboard, what is typed.
///
/// Without the keyboard the child's end is write-only and controls nobody: a program that asks a question finds no
/// terminal to ask at (/dev/tty does not open) and says so, instead of waiting for an answer that cannot come.
final class ChildTerminal {
    /// How long somebody else may keep the terminal open after the program has exited.
    private static let drainTime = Duration.milliseconds(100)
    /// More than the kernel holds: what a program wrote before its exit is read whole, and whoever goes on writing is cut.
    private static let mostAfterExit = 1 << 17

    /// Nothing of what comes is for the script: between the bytes of a value there may be an echo.
    let isShownOnly: Bool
    private let terminal: Terminal
    private let isJoined: Bool
    private let host: Int32
    /// Kept open until the program has exited: it may close its own and open it anew.
    private var childEnd: Int32
    private let room: SecretBytes
    private let deliver: (Span<UInt8>) -> Void
    private var watch: EventLoop.Watch?
    private var keyboard: KeyboardFeed?
    private var child: ChildProcess?
    private var isRunning = false
    private var isPaused = false
    private var isClosed = false

    /// Makes a pseudo-terminal and gives it to `request`; nothing is passed on yet.
    ///
    /// - Parameters:
    ///   - hasSecret: Whether the program has one: then no other can open the terminal, nor learn the program its name (`tty`).
    ///   - deliver: Gets what the child writes.
    /// - Throws: `.io` where the system has none, `.limit` for the lack of secret memory.
    init(
        _ terminal: Terminal, joinsKeyboard: Bool, hasSecret: Bool, _ request: inout SpawnRequest,
        deliver: @escaping (Span<UInt8>) -> Void
    ) throws(Failure) {
        self.terminal = terminal
        self.deliver = deliver
        isJoined = joinsKeyboard
        isShownOnly = joinsKeyboard && hasSecret
        // A program without the keyboard has no use for its terminal's name.
        let isHidden = !joinsKeyboard || hasSecret
        room = try terminal.buffer()
        var made = vs_sys_pseudo_terminal()
        let place = isHidden ? try terminal.hiddenTerminals() : -1
        guard unsafe vs_sys_pseudo_terminal_make(place, joinsKeyboard, &made) == 0 else {
            throw Failure(
                .io, "spawn: there is no pseudo-terminal for the program",
                reason: unsafe String(cString: strerror(errno)), hint: "tty = false runs it without one")
        }
        (host, childEnd) = (made.host, made.child)
        setUp(&request)
        watch = try terminal.loop.watch(host, []) { [unowned self] _ in
            if isRunning && !isPaused { _ = readOnce() }
        }
        if joinsKeyboard { keyboard = try KeyboardFeed(terminal.loop, by: terminal.keyboardBlock(), to: host) }
    }

    private func setUp(_ request: inout SpawnRequest) {
        terminal.copySize(to: host)
        if isJoined, var modes = terminal.savedModes() {
            _ = unsafe vs_sys_terminal_copy_modes(childEnd, &modes)
            request.standardInput = .descriptor(childEnd)
        } else {
            // The user's terminal, in its usual modes, does what is to be done with line ends.
            _ = vs_sys_terminal_pass_output(childEnd)
        }
        request.standardOutput = .descriptor(childEnd)
        request.standardError = .sameAsOutput
        request.controllingTerminal = isJoined
    }

    deinit { release() }

    /// Begins to pass on, in both directions; with the keyboard once all from before has been shown, as that was meant for
    /// the modes that the user's terminal has now.
    func childHasStarted(_ child: ChildProcess) {
        self.child = child
        terminal.add(self)
        if isJoined { terminal.whenShown { [weak self] in self?.begin() } } else { begin() }
    }

    private func begin() {
        isRunning = true
        setPaused(isPaused)
        guard let keyboard else { return }
        keyboard.begin()
        terminal.join(self)
    }

    // MARK: - While it runs

    func setPaused(_ paused: Bool) {
        isPaused = paused
        guard isRunning else { return }
        watch?.setInterest(paused ? [] : .readable)
    }

    /// The user's terminal has another size.
    func resize() {
        terminal.copySize(to: host)
        // The kernel tells only those whom a terminal controls.
        if !isJoined { child?.send(SIGWINCH) }
    }

    /// Whether the program has stopped since the last look.
    var hasStopped: Bool { child?.takeStop() ?? false }

    /// Nothing more can be typed.
    func endInput() { keyboard?.end() }

    // MARK: - Reading

    private func readOnce() -> Transfer {
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(host, $0.baseAddress, $0.count) }
        if count > 0 {
            room.withBytes { bytes in deliver(bytes.extracting(0..<count)) }
            unsafe room.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, count) }
            return .moved(count)
        }
        // EIO: every copy of the child's end is closed.
        return count < 0 && [EAGAIN, EINTR].contains(errno) ? .later : .over
    }

    private enum Transfer: Equatable {
        case moved(Int), later, over
    }

    /// Reads what is there, also while the reader of the host's own output is behind.
    ///
    /// - Returns: Whether that was all that will come.
    @discardableResult
    func drain() -> Bool {
        var left = Self.mostAfterExit
        while left > 0 {
            switch readOnce() {
            case .moved(let count): left -= count
            case .later: return false
            case .over: return true
            }
        }
        return false
    }

    // MARK: - The end

    /// The program has exited: calls `completion` when all it wrote has been shown, and closes the terminal.
    func finish(_ completion: @escaping () -> Void) {
        guard isRunning else { return terminal.whenShown { [self] in finish(completion) } }
        child = nil
        keyboard?.stop()
        closeChildEnd()
        guard !drain() else { return end(completion) }
        terminal.loop.schedule(after: Self.drainTime) { [self] in
            drain()
            end(completion)
        }
    }

    /// The user's terminal changes back only after what the program wrote, which was meant for the modes it had.
    private func end(_ completion: @escaping () -> Void) {
        watch?.cancel()
        guard isJoined else {
            release()
            return completion()
        }
        terminal.whenShown { [self] in
            release()
            completion()
        }
    }

    private func closeChildEnd() {
        if childEnd >= 0 { close(childEnd) }
        childEnd = -1
    }

    /// Closes everything; harmless when it is closed.
    private func release() {
        guard !isClosed else { return }
        isClosed = true
        keyboard?.stop()
        terminal.remove(self)
        watch?.cancel()
        closeChildEnd()
        close(host)
    }
}
