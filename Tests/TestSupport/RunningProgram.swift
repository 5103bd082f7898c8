public import Foundation

/// A program under way: started with posix_spawn and waited for with waitpid, because Foundation's `Process` can miss
/// the end of a program that ends at once.
public final class RunningProgram: @unchecked Sendable {
    // Shared between the test's thread and the two readers; `group` orders their accesses.
    /// Its process id.
    public let pid: pid_t
    private static let starting = NSLock()
    private let group = DispatchGroup()
    private var output = Data()
    private var error = Data()
    private var status: Int32?

    /// Starts `program`.
    ///
    /// - Parameters:
    ///   - input: its standard input; nil is /dev/null.
    ///   - firstLine: called with standard output's first line as soon as it is there.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String], input: Data? = nil,
        firstLine: (@Sendable (Data) -> Void)? = nil
    ) throws {
        // No program may be started between the making of a pipe and its mark for closing.
        Self.starting.lock()
        defer { Self.starting.unlock() }
        let out = try Self.makePipe()
        let err = try Self.makePipe()
        let inp = try input.map { _ in try Self.makePipe() }
        pid = try Self.spawn(program, arguments, environment, inp?.read, out.write, err.write)
        for descriptor in [out.write, err.write, inp?.read ?? -1] where descriptor >= 0 { close(descriptor) }
        if let inp, let input { feed(inp.write, input) }
        collect(out.read, firstLine) { self.output = $0 }
        collect(err.read, nil) { self.error = $0 }
    }

    /// Waits for its end, at most `limit` seconds before it is killed.
    public func wait(limit: Double = 120) -> Program.Outcome {
        let pid = pid
        let killer = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: killer)
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        killer.cancel()
        group.wait()
        let signal = status & 0x7F
        return Program.Outcome(code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: output, error: error)
    }

    /// Sends TERM and waits.
    public func terminate() {
        kill(pid, SIGTERM)
        _ = wait(limit: 10)
    }

    // MARK: - Parts

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String], _ input: Int32?,
        _ output: Int32, _ error: Int32
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, error, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The test runner's threads block signals; a program starts with none blocked and the usual handlers.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let problem = unsafe posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
        guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .ENOENT) }
        return pid
    }

    private func feed(_ descriptor: Int32, _ input: Data) {
        _ = signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread {
            try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: input)
        }
    }

    private func collect(
        _ descriptor: Int32, _ firstLine: (@Sendable (Data) -> Void)?, _ keep: @escaping @Sendable (Data) -> Void
    ) {
        group.enter()
        Thread.detachNewThread { [group] in
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            var data = Data()
            var waiting = firstLine
            while case let more = handle.availableData, !more.isEmpty {
                data.append(more)
                if let report = waiting, let newline = data.firstIndex(of: 10) {
                    report(data[..<newline])
                    waiting = nil
                }
            }
            waiting?(data)
            keep(data)
            group.leave()
        }
    }
}
