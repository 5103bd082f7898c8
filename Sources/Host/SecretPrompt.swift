import CSystemShims
import Diagnostics
import EventLoop
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Questions at the terminal: those for a secret, whose answers nobody sees, and others. One at a time, in order; the loop
/// waits, never this.
///
/// The echo is off only while a question for a secret stands. The terminal's own line editing and its signals stay, so that Ctrl-C
/// ends the run as ever; `cancel()` gives the terminal back as it was found.
final class SecretPrompt {
    /// The longest line that a terminal gives.
    static let maximumBytes = 4096

    typealias Completion = (Result<SecretBytes, Failure>) -> Void

    private struct Question {
        var id: UInt32
        var text: String
        var showsAnswer: Bool
        /// The function that asks, for messages.
        var function: String
        var completion: Completion
    }

    private let loop: EventLoop
    private var waiting: [Question] = []
    private var watch: EventLoop.Watch?
    private var terminal: Int32 = -1
    private var found = termios()
    private var line: SecretBuffer?

    init(loop: EventLoop) { self.loop = loop }

    deinit { cancel() }

    /// Shows `text` for the request `id` and calls `completion` with the line that is typed.
    ///
    /// - Throws: `.usage` where there is no terminal to ask at.
    func ask(
        _ text: String, id: UInt32, showsAnswer: Bool = false, function: String = "secret.prompt",
        completion: @escaping Completion
    ) throws(Failure) {
        if terminal < 0 { try open(function) }
        waiting.append(
            Question(id: id, text: text, showsAnswer: showsAnswer, function: function, completion: completion))
        if waiting.count == 1 { begin() }
    }

    /// Nobody waits for the answer to `id` any more. False where it has not been asked.
    func withdraw(_ id: UInt32) -> Bool {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return false }
        guard place == 0 else {
            waiting.remove(at: place).completion(.failure(ScriptRun.abandoned))
            return true
        }
        // What was typed so far is no answer to the next question, and nothing for io.read.
        _ = tcflush(terminal, TCIFLUSH)
        if waiting[0].showsAnswer { write("\n") }
        finish(.failure(ScriptRun.abandoned))
        return true
    }

    /// Shows the question again that waits for its answer: the run was stopped, and a shell has had the terminal.
    func showAgain() {
        guard terminal >= 0, line != nil, let question = waiting.first else { return }
        // In the background it stops again, as any job that reads: else nobody would tell it that it is in the foreground.
        while tcgetpgrp(terminal) != getpgrp() {
            guard vs_sys_job_stop(SIGTTIN) else { return }
        }
        guard setEcho(question.showsAnswer) else { return finish(.failure(Self.noEcho(question.function))) }
        write(question.text)
    }

    /// Gives the terminal back. What waits is not answered: its run is ending.
    func cancel() {
        guard terminal >= 0 else { return }
        waiting = []
        if line != nil { write("\n") }
        close()
    }

    // MARK: - The terminal

    private func open(_ function: String) throws(Failure) {
        let descriptor = unsafe Glibc.open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.nobody(function, "there is no terminal") }
        guard tcgetpgrp(descriptor) == getpgrp() else {
            _ = Glibc.close(descriptor)
            throw Self.nobody(function, "vaultscript runs in the background")
        }
        guard unsafe tcgetattr(descriptor, &found) == 0 else {
            _ = Glibc.close(descriptor)
            throw Self.nobody(function, "the terminal cannot be asked")
        }
        terminal = descriptor
        _ = tcflush(terminal, TCIFLUSH)
        guard setEcho(false) else {
            close()
            throw Self.noEcho(function)
        }
    }

    /// Never TCSADRAIN or TCSAFLUSH: they wait for output, and Ctrl-S holds that up for as long as it likes.
    private func setEcho(_ isOn: Bool) -> Bool {
        var wanted = found
        wanted.c_lflag |= tcflag_t(ICANON | ISIG)
        if isOn {
            wanted.c_lflag |= tcflag_t(ECHO | ECHOE | ECHOK)
        } else {
            wanted.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
        }
        return unsafe tcsetattr(terminal, TCSANOW, &wanted) == 0
    }

    private static func noEcho(_ function: String) -> Failure {
        nobody(function, "the terminal's echo cannot be set")
    }

    private static func nobody(_ function: String, _ reason: String) -> Failure {
        Failure(
            .usage, "\(function): nobody can be asked", reason: reason,
            hint: function == "confirm"
                ? "run it at a terminal, or answer every question with yes: --yes"
                : "run it at a terminal, or hand the value over: secret.env(NAME) or secret.file(PATH)")
    }

    private func close() {
        // What was typed without an end of the line is for nobody else.
        if line != nil { _ = tcflush(terminal, TCIFLUSH) }
        watch?.cancel()
        watch = nil
        line = nil
        _ = unsafe tcsetattr(terminal, TCSANOW, &found)
        _ = Glibc.close(terminal)
        terminal = -1
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(terminal, $0.baseAddress, $0.count) }
    }

    // MARK: - One question

    private func begin() {
        guard let question = waiting.first else { return close() }
        do throws(Failure) {
            line = try SecretBuffer(maximumCount: Self.maximumBytes)
            guard setEcho(question.showsAnswer) else { throw Self.noEcho(question.function) }
            write(question.text)
            guard watch == nil else { return }
            watch = try loop.watch(terminal, .readable) { [unowned self] _ in read() }
        } catch {
            finish(.failure(error))
        }
    }

    /// Takes what was typed: the terminal gives whole lines, so this is the answer or the end of the input.
    private func read() {
        do throws(Failure) {
            let room = try SecretBytes(count: Self.maximumBytes)
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(terminal, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count > 0 else { throw ended(count == 0) }
            room.truncate(to: count)
            try take(room)
        } catch {
            finish(.failure(error))
        }
    }

    private func take(_ typed: SecretBytes) throws(Failure) {
        guard let line else { return }
        let end = typed.withBytes { bytes in bytes.indices.first { bytes[$0] == 10 } }
        if let end { typed.truncate(to: end) }
        try line.append(typed)
        guard end != nil else { return }
        finish(.success(try line.take()))
    }

    private func ended(_ isEnd: Bool) -> Failure {
        Failure(
            isEnd ? .cancelled : .io, "\(waiting.first?.function ?? "secret.prompt"): there is no answer",
            reason: isEnd ? "the input was ended (Ctrl-D)" : unsafe String(cString: strerror(errno)))
    }

    /// The question goes from the screen, and the next one comes.
    private func finish(_ result: Result<SecretBytes, Failure>) {
        guard !waiting.isEmpty else { return }
        let question = waiting.removeFirst()
        line = nil
        if !question.showsAnswer {
            write("\r\u{1B}[K")
            // The lines behind the first one of what was pasted are part of the secret, and nothing for io.read.
            if waiting.first?.showsAnswer != false { _ = tcflush(terminal, TCIFLUSH) }
        }
        begin()
        question.completion(result)
    }
}
