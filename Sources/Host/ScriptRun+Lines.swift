import Diagnostics
import EventLoop
import HostProtocol
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a session of lines needs beside what every run has (`vaultscript repl`).
final class LineSession {
    /// Nil where no person types: then lines come from standard input as they are.
    let console: LineConsole?
    /// The requests that are answered when somebody presses Ctrl-C: at most one, as lines run one after the other.
    var watching: [UInt32] = []
    /// How often the line that runs has been interrupted.
    var interruptions = 0
    /// The exit code of the first error where no person types.
    var firstCode: Int32?
    /// Whether the person has been told how to leave.
    var hasGreeted = false
    /// What was typed last, until it has been run.
    var typed: [String] = []

    init(_ options: InteractiveOptions, loop: EventLoop, gate: Gate) {
        console = LineConsole.isThere ? LineConsole(loop: loop, gate: gate, complete: options.complete) : nil
    }

    /// The session is over.
    func finish() {
        console?.leave()
        keepTyped()
        console?.history.finish()
    }

    /// What has been run goes to the history.
    func keepTyped() {
        for line in typed { console?.history.add(line) }
        typed = []
    }
}

extension ScriptRun {
    /// Only a run that was started for lines takes them.
    private func lineSession() throws(Failure) -> LineSession {
        guard let lines else { throw Failure(.usage, "this run takes no lines") }
        return lines
    }

    /// The next line: text, nil at the end, false where it was given up.
    func readLine(_ id: UInt32, _ value: Value) throws(Failure) {
        let session = try lineSession()
        let isMore = value["more"]?.asBoolean == true
        (session.watching, session.interruptions) = ([], 0)
        watchdog.forgive()
        if !isMore { session.keepTyped() }
        guard let console = session.console else { return try readInput(id, .null) }
        if !session.hasGreeted {
            session.hasGreeted = true
            if !options.isQuiet {
                console.greet("vaultscript \(options.version): type Lua; help shows more, exit or Ctrl-D leaves")
            }
        }
        console.read(isMore ? ">> " : "> ") { [weak self] result in
            switch result {
            case .line(let text):
                session.typed.append(text)
                self?.reply(id, .record(["typed": .text(text)]))
            case .givenUp:
                session.typed = []
                self?.reply(id, .boolean(false))
            case .end: self?.reply(id, .null)
            }
        }
    }

    /// Answered when somebody presses Ctrl-C: then the line that runs is to end.
    func awaitInterruption(_ id: UInt32) throws(Failure) {
        let session = try lineSession()
        guard session.watching.isEmpty else { throw Failure(.usage, "a line is running") }
        session.watching = [id]
        whenAbandoned(id) { [weak self] in
            session.watching = []
            self?.fault(id, Self.abandoned)
        }
    }

    /// A line has failed: it is said, and the session goes on.
    func noteLineFailure(_ report: Value) {
        guard let lines else { return worker.kill() }
        let (failure, trace, code) = failure(of: report)
        // Where a person types, errors are a part of the talk. Lines from a file or a pipe are a script's.
        if lines.console == nil, lines.firstCode == nil { lines.firstCode = code == 0 ? ExitCode.scriptError : code }
        say(failure, trace: trace)
    }

    /// Ctrl-C while a line runs ends the line. A second one kills its programs; a third ends the session, where the line
    /// does not end by itself.
    ///
    /// - Returns: Whether that was all that is to be done.
    func interruptLine(_ number: Int32) -> Bool {
        guard let lines, lines.console != nil, number == SIGINT else { return false }
        // Between two lines there is nothing to end.
        guard let id = lines.watching.first else { return true }
        lines.interruptions += 1
        guard lines.interruptions < 3 else { return false }
        spawner.signalAll(lines.interruptions == 1 ? SIGINT : SIGKILL)
        guard lines.interruptions == 1 else { return true }
        reply(id, .null)
        worker.pressDeadline(id)
        return true
    }
}
