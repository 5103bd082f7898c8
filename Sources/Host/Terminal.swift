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

/// The user's own terminal, which no child ever gets: its modes while the keyboard is joined to a child, its size, and
/// job control of the whole run.
final class Terminal {
    let loop: EventLoop
    private let spawner: Spawner
    private let gate: Gate
    private var signals: EventLoop.Watch?
    /// Called when the run goes on after it was stopped.
    var onContinue: () -> Void = {}
    private var children: [ObjectIdentifier: ChildTerminal] = [:]
    /// The child that the keyboard is joined to.
    private weak var joined: ChildTerminal?
    private var modes: vs_sys_terminal_modes?
    private var isRaw = false
    private var room: SecretBytes?
    private var block: SecretBytes?

    /// The most bytes that are read from a child's terminal at once.
    private static let roomBytes = 16384
    /// The keyboard.
    static let keyboard: Int32 = 0

    init(loop: EventLoop, spawner: Spawner, gate: Gate) {
        self.loop = loop
        self.spawner = spawner
        self.gate = gate
    }

    /// Whether what is shown goes to a person at a terminal: both streams do.
    private(set) lazy var isShown = isatty(1) == 1 && isatty(2) == 1
    /// Whether standard input is a keyboard.
    private(set) lazy var hasKeyboard = isatty(Self.keyboard) == 1

    private var ownTerminals: Int32?

    /// Where terminals are that no other program can open; -1 where the system has no such place. Open to the end.
    ///
    /// - Throws: `.io` where it has one and does not give it now: a program of the run can see to that.
    func hiddenTerminals() throws(Failure) -> Int32 {
        if let ownTerminals { return ownTerminals }
        let opened = vs_sys_own_terminals_open()
        guard opened >= 0 || errno == ENOTSUP else {
            throw Failure(
                .io, "spawn: there is no pseudo-terminal that only this program can open",
                reason: unsafe String(cString: strerror(errno)), hint: "tty = false runs it without one")
        }
        ownTerminals = opened
        return opened
    }

    /// Where children's output is read into; one for all, as a handler has seen its bytes before the next are read.
    func buffer() throws(Failure) -> SecretBytes {
        if let room { return room }
        let made = try SecretBytes(count: Self.roomBytes)
        room = made
        return made
    }

    /// Where what is typed is read into. One child at a time has the keyboard.
    func keyboardBlock() throws(Failure) -> SecretBytes {
        if let block { return block }
        let made = try SecretBytes(count: KeyboardFeed.blockBytes)
        block = made
        return made
    }

    /// The modes of the user's terminal, as they were before a child had the keyboard.
    func savedModes() -> vs_sys_terminal_modes? {
        if !isRaw {
            var now = vs_sys_terminal_modes()
            modes = unsafe vs_sys_terminal_save(Self.keyboard, &now) == 0 ? now : nil
        }
        return modes
    }

    /// Gives the terminal `end` the size of the user's, or 80 columns where there is none.
    func copySize(to end: Int32) {
        for descriptor in [1, 2, 0] as [Int32] where vs_sys_terminal_copy_size(descriptor, end) == 0 { return }
        _ = vs_sys_terminal_set_size(end, 24, 80)
    }

    // MARK: - Children

    /// To be called before any child starts and before a question is asked: from then on Ctrl-Z stops the children with the run.
    func prepare() {
        guard signals == nil else { return }
        signals = try? loop.watchSignals([SIGTSTP, SIGCONT, SIGWINCH]) { [unowned self] number in
            switch number {
            case SIGTSTP: suspend()
            case SIGCONT:
                gate.screen?.wasStopped()
                resume()
            default:
                gate.screen?.resized()
                for child in children.values { child.resize() }
            }
        }
        spawner.onChildChange = { [unowned self] in
            if let joined, joined.hasStopped { suspend() }
        }
    }

    func add(_ child: ChildTerminal) {
        children[ObjectIdentifier(child)] = child
        gate.screen?.hold(.shared)
    }

    func remove(_ child: ChildTerminal) {
        guard children.removeValue(forKey: ObjectIdentifier(child)) != nil else { return }
        if joined === child {
            joined = nil
            leaveRaw()
        }
        gate.screen?.release(.shared)
    }

    /// Joins the keyboard to `child`, which waits for the foreground as any job that reads does.
    func join(_ child: ChildTerminal) {
        joined = child
        enterRaw()
    }

    /// Calls `body` when all that is to be shown has been.
    func whenShown(_ body: @escaping () -> Void) { gate.whenWritten(body) }

    // MARK: - Modes

    /// Puts the user's terminal back as it was; harmless when it is.
    func leaveRaw() {
        guard isRaw, var saved = modes else { return }
        isRaw = false
        gate.returnsLines = false
        // In the background the terminal is the shell's, which has set it as it likes.
        guard vs_sys_terminal_is_foreground(Self.keyboard) else { return }
        _ = unsafe vs_sys_terminal_restore(Self.keyboard, &saved)
    }

    private func enterRaw() {
        guard let joined, var saved = modes else { return }
        guard isForeground() else { return joined.endInput() }
        isRaw = unsafe vs_sys_terminal_make_raw(Self.keyboard, &saved) == 0
        gate.returnsLines = isRaw && isShown
    }

    /// Stops the run until it is in the foreground. False where no shell will ever put it there.
    private func isForeground() -> Bool {
        while !vs_sys_terminal_is_foreground(Self.keyboard) {
            guard vs_sys_job_stop(SIGTTIN) else { return false }
        }
        return true
    }

    // MARK: - Job control

    /// Ctrl-Z, here or at the child that has the keyboard: children, then the run, stop as one job.
    private func suspend() {
        // What the child has written before it stopped (it leaves its screen) belongs before the shell's prompt.
        joined?.drain()
        gate.screen?.hold(.nobody)
        leaveRaw()
        spawner.signalAll(SIGSTOP)
        _ = vs_sys_job_stop(SIGTSTP)
        resume()
    }

    private func resume() {
        enterRaw()
        gate.screen?.release(.nobody)
        for child in children.values { child.resize() }
        spawner.signalAll(SIGCONT)
        onContinue()
    }
}
