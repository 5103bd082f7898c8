public import Foundation

/// A program on a pseudo-terminal of its own, as at a person's terminal: its session, its job control, its size. The
/// test types, waits for what appears, and looks at the modes.
public final class PseudoTerminal {
    private let terminal: Int32
    private let program: pid_t
    private var status: Int32?
    /// Everything that has appeared.
    public private(set) var screen = Data()
    /// Where the last `expect` ended.
    private var seen = 0

    /// Starts `program` on a terminal of `rows` and `columns`.
    public init(
        _ program: String = Program.path, _ arguments: [String], environment: [String: String] = [:], rows: UInt16 = 30,
        columns: UInt16 = 100
    ) throws {
        terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = -1
        // TIOCSPTLCK and TIOCGPTN.
        guard unsafe ioctl(terminal, 0x4004_5431, &unlocked) == 0, unsafe ioctl(terminal, 0x8004_5430, &number) == 0
        else {
            throw POSIXError(.ENOTTY)
        }
        let path = "/dev/pts/\(number)"
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size)
        let usual = ["TERM": "xterm-256color", "LANG": "C.UTF-8"].merging(Program.defaults) { mine, _ in mine }
        self.program = try Self.spawn(program, arguments, environment.merging(usual) { mine, _ in mine }, path)
    }

    /// Runs a script given as text, which may use no single quote.
    public static func script(
        _ text: String, _ options: [String] = [], environment: [String: String] = [:], rows: UInt16 = 30,
        columns: UInt16 = 100
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            Program.path, options + ["-e", text], environment: environment, rows: rows, columns: columns)
    }

    deinit {
        if status == nil {
            kill(program, SIGKILL)
            var unused: Int32 = 0
            unsafe waitpid(program, &unused, 0)
        }
        close(terminal)
    }

    /// A session leader that opens a terminal gets it as its own.
    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String], _ path: String
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | 0x80  // POSIX_SPAWN_SETSID
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let problem = unsafe posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
        guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .ENOENT) }
        return pid
    }

    // MARK: - Hands and eyes

    /// Types `text`; Ctrl-C is `"\u{3}"`, the return key `"\r"`.
    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
    }

    /// Waits until `text` appears after what was waited for last.
    ///
    /// - Returns: Whether it came within `limit` seconds.
    public func expect(_ text: String, limit: Double = 30) -> Bool {
        let wanted = Data(text.utf8)
        let deadline = Date(timeIntervalSinceNow: limit)
        while true {
            if let found = screen.range(of: wanted, in: seen..<screen.count) {
                seen = found.upperBound
                return true
            }
            guard Date() < deadline, read(100) else {
                return screen.range(of: wanted, in: seen..<screen.count) != nil
            }
        }
    }

    /// Everything that has appeared, as text.
    public var text: String { String(decoding: screen, as: UTF8.self) }

    /// Reads once. False at the end.
    private func read(_ milliseconds: Int32) -> Bool {
        var poller = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, milliseconds) > 0 else { return true }
        var room = [UInt8](repeating: 0, count: 65536)
        let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(terminal, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        screen.append(contentsOf: room[..<count])
        return true
    }

    // MARK: - The terminal

    /// Changes its size.
    public func resize(rows: UInt16, columns: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }

    /// Whether lines are edited and shown as they are typed: the modes of a terminal that nobody has changed.
    public var isCooked: Bool {
        let usual = tcflag_t(ICANON | ECHO | ISIG)
        return modes.c_lflag & usual == usual && modes.c_oflag & tcflag_t(OPOST) != 0
    }

    /// All modes, to be compared.
    public var modeText: String {
        let now = modes
        return "\(now.c_iflag) \(now.c_oflag) \(now.c_cflag) \(now.c_lflag) \(now.c_cc)"
    }

    private var modes: termios {
        var now = termios()
        _ = unsafe tcgetattr(terminal, &now)
        return now
    }

    /// Waits until `condition` holds.
    public func wait(limit: Double = 30, until condition: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: limit)
        while !condition() {
            guard Date() < deadline else { return false }
            _ = read(20)
        }
        return true
    }

    // MARK: - The end

    /// The process at the terminal.
    public var pid: Int32 { program }

    /// Waits for its end, and gives the exit code or 128 + the signal.
    public func wait(limit: Double = 60) -> Int32 {
        let deadline = Date(timeIntervalSinceNow: limit)
        var how: Int32 = 0
        while unsafe waitpid(program, &how, WNOHANG) == 0 {
            if Date() > deadline { kill(program, SIGKILL) }
            _ = read(20)
        }
        status = how
        while read(50), hasMore {}
        let signal = how & 0x7F
        return signal == 0 ? (how >> 8) & 0xFF : 128 + signal
    }

    private var hasMore: Bool {
        var poller = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&poller, 1, 50) > 0 && poller.revents & Int16(POLLIN) != 0
    }
}
