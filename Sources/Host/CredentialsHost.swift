import CSystemShims
import Configuration
import Diagnostics
import EventLoop
import HostProtocol
import Masking
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the operations on credentials files share: the loop, the masker, the vault's connections and the terminal, step by
/// step. No script runs here and no worker is forked.
final class CredentialsHost {
    let options: RunOptions
    let environment: HostEnvironment
    let gate: Gate
    let sessions: SessionService
    let keeper: KeeperLink?
    /// Called at an interruption while something runs that is not to be broken off.
    var onInterruption: () -> Void = {}

    private let loop: EventLoop
    private let store: SecretStore
    private lazy var prompts = SecretPrompt(loop: loop)
    private var signals: EventLoop.Watch?
    private var interruptions = InterruptionCount()
    private var interruption: Int32?
    private var breakOff: (Failure) -> Void = { _ in }

    /// Hardens this process and takes its environment in.
    init(_ options: RunOptions, _ keeper: KeeperLink?) throws(Failure) {
        self.options = options
        self.keeper = keeper
        _ = vs_sys_harden()
        loop = try EventLoop()
        environment = try HostEnvironment(options.settings)
        let masker = try Masker()
        gate = Gate(loop: loop, masker: masker)
        store = SecretStore(masker: masker)
        sessions = SessionService(options: options, environment: environment, loop: loop, gate: gate, store: store)
        try environment.maskCredentials(masker)
        signals = try loop.watchSignals(Interruption.signals) { [unowned self] number in
            if interruptions.counts(number, from: .system) { interrupt(number) }
        }
        keeper?.attach(
            to: loop,
            onSignal: { [unowned self] number in if interruptions.counts(number, from: .keeper) { interrupt(number) } },
            onLoss: { [unowned self] in interrupt(SIGTERM) })
    }

    /// Does `body` and cleans up, whatever becomes of it: tokens are revoked, what is to be said is written.
    func run<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        let outcome: Result<T, Failure>
        do { outcome = .success(try body()) } catch { outcome = .failure(gate.inward(error)) }
        breakOff = { _ in }
        var isClean = false
        sessions.revokeAll { [self] in
            isClean = true
            loop.stop()
        }
        while !isClean { loop.run() }
        gate.drain()
        loop.clear()
        return try outcome.get()
    }

    /// Waits for the vault, or for a person.
    ///
    /// - Parameter isWhole: Whether it goes on to its end when it is interrupted, because half of it would be worse.
    func wait<T>(
        isWhole: Bool = false,
        _ start: (@escaping (Result<T, Failure>) -> Void) throws(Failure) -> Void
    ) throws(Failure) -> T {
        if let interruption { throw Self.interrupted(interruption) }
        var outcome: Result<T, Failure>?
        var isRunning = false
        let loop = loop
        func report(_ result: Result<T, Failure>) {
            guard outcome == nil else { return }
            outcome = result
            if isRunning { loop.stop() }
        }
        breakOff = isWhole ? { _ in } : { report(.failure($0)) }
        defer { breakOff = { _ in } }
        try start(report)
        isRunning = true
        while outcome == nil { loop.run() }
        guard let outcome else { throw Self.interrupted(SIGTERM) }
        return try outcome.get()
    }

    /// Calls `body` later, as long as something is waited for.
    func schedule(after delay: Duration, _ body: @escaping () -> Void) { loop.schedule(after: delay, body) }

    private func interrupt(_ number: Int32) {
        interruption = number
        prompts.cancel()
        onInterruption()
        breakOff(Self.interrupted(number))
    }

    private static func interrupted(_ number: Int32) -> Failure {
        var failure = Failure(.cancelled, "vaultscript credentials was \(Interruption.word(number))")
        failure.exitCode = 128 + number
        return failure
    }

    // MARK: - Logins

    /// Logs in, in the words of a script's login where that is refused.
    func login(_ plan: LoginPlan) throws(Failure) -> InfisicalSession {
        let reference = try wait { (report) throws(Failure) in try self.sessions.login(plan, completion: report) }
        guard let session = try sessions.entry(.object(reference), "login").session as? InfisicalSession else {
            throw Failure(.auth, "client secrets are Infisical's", hint: "log in with a client id and a client secret")
        }
        return session
    }

    // MARK: - Questions

    /// Whether there is somebody to ask.
    var isAtTerminal: Bool { isatty(0) == 1 }

    /// Asks at the terminal; the answer is without blanks around it.
    func ask(_ question: String, showsAnswer: Bool = false) throws(Failure) -> SecretBytes {
        do {
            let typed = try wait { (report) throws(Failure) in
                try self.prompts.ask(
                    question, id: 0, showsAnswer: showsAnswer, function: "vaultscript credentials", completion: report)
            }
            return try Self.trimmed(typed)
        } catch  where error.kind == .usage {
            var told = error
            told.hint = "run it at a terminal, or give options and the client secret on standard input"
            throw told
        }
    }

    /// Asks for something that is no secret.
    func askText(_ question: String, showsAnswer: Bool = true) throws(Failure) -> String {
        let answer = try ask(question, showsAnswer: showsAnswer)
        return answer.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
    }

    /// All of standard input, without blanks around it.
    func readInput(atMost maximum: Int) throws(Failure) -> SecretBytes {
        let buffer = try SecretBuffer(maximumCount: maximum)
        let room = try SecretBytes(count: 4096)
        var watch: EventLoop.Watch?
        defer { watch?.cancel() }
        let loop = loop
        let whole = try wait { (report) throws(Failure) in
            watch = try loop.watch(0, .readable) { _ in
                guard let result = Self.readOnce(into: buffer, room) else { return }
                watch?.cancel()
                report(result)
            }
        }
        return try Self.trimmed(whole)
    }

    /// Nil while there may be more.
    private static func readOnce(into buffer: SecretBuffer, _ room: SecretBytes) -> Result<SecretBytes, Failure>? {
        let count = unsafe room.withUnsafeMutableBytes { unsafe vs_sys_read_ready(0, $0.baseAddress, $0.count) }
        do throws(Failure) {
            guard count >= 0 else {
                if errno == EAGAIN || errno == EINTR { return nil }
                throw Failure(
                    .io, "standard input cannot be read", reason: unsafe String(cString: strerror(errno)))
            }
            guard count > 0 else { return .success(try buffer.take()) }
            try room.withBytes { (bytes) throws(Failure) in try buffer.append(bytes.extracting(0..<count)) }
            return nil
        } catch { return .failure(error) }
    }

    private static func trimmed(_ typed: SecretBytes) throws(Failure) -> SecretBytes {
        try typed.withBytes { (bytes) throws(Failure) in
            var range = 0..<bytes.count
            while let first = range.first, bytes[first] <= 32 { range = (first + 1)..<range.upperBound }
            while let last = range.last, bytes[last] <= 32 { range = range.lowerBound..<last }
            return try SecretBytes(copying: bytes.extracting(range))
        }
    }
}
