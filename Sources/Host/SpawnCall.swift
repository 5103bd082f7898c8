import Diagnostics
import EventLoop
import HostProtocol
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One child of a script, while it runs. Kept alive by the handlers of its process.
final class SpawnCall: ChildCall {
    private let output: ChildOutput
    private let error: ChildOutput
    private var child: ChildProcess?
    private var files: ChildFiles?
    private var terminal: ChildTerminal?
    /// The requests for lines, in order.
    private var readers: [UInt32] = []
    /// For lines that are there, and not due.
    private var lineTimer: EventLoop.Timer?
    private var isEndingText = false
    /// What the program prints is not read, so that it may have to wait: its silence is no end of a text then.
    private var isHeldUp = false
    /// The process number, once it runs.
    private(set) var pid: Int32 = 0

    /// - Parameter waiter: The request that is answered at the end; nil for a program in the background.
    init(_ plan: SpawnPlan, _ run: ScriptRun, waiter: UInt32?) throws(Failure) {
        output = try Self.output(plan, run)
        error = Self.error(plan, run)
        if !plan.secretFields.isEmpty { try error.waitForValues() }
        super.init(plan: plan, run: run, waiter: waiter)
    }

    static func output(_ plan: SpawnPlan, _ run: ScriptRun) throws(Failure) -> ChildOutput {
        if plan.outputFile != nil || plan.isDetached { return .elsewhere() }
        if !plan.secretFields.isEmpty { return try .secret(maximum: plan.maximumOutput) }
        switch plan.capture {
        case .both, .stdout, .merge:
            return .captured(
                run.gate, maximum: plan.maximumOutput, run.captureBudget, byLine: plan.isBackground,
                tellsFinds: plan.onLeak != .mask)
        case .secret: return try .secret(maximum: plan.maximumOutput)
        case .none, .stderr:
            guard !plan.isQuiet else { return .dropped(run.gate) }
            // Where that goes to a file, the first bytes of a value would stay in it.
            let isAtTerminal = isatty(run.gate.childOutput.rawValue) == 1
            return .shown(
                run.gate, .output, label: plan.label, forTerminal: plan.wantsTerminal(run.terminal) && isAtTerminal)
        }
    }

    private static func error(_ plan: SpawnPlan, _ run: ScriptRun) -> ChildOutput {
        if plan.errorFile != nil || plan.errorJoinsOutput || plan.capture == .merge || plan.isDetached {
            return .elsewhere()
        }
        switch plan.capture {
        case .both, .stderr: return .captured(run.gate, maximum: plan.maximumOutput, run.captureBudget)
        case .none, .stdout, .merge, .secret:
            return plan.isQuiet ? .dropped(run.gate) : .shown(run.gate, .error, label: plan.label)
        }
    }

    override var outputs: [ChildOutput] { [output, error] }
    override func kill() { child?.send(SIGKILL) }

    // MARK: - Start

    func start() throws(Failure) {
        let files = try ChildFiles(plan, run)
        var request = try plan.request(run)
        request.executable = hold?.executable(0)
        try files.place(in: &request)
        if plan.capture == .merge || plan.errorJoinsOutput { request.standardError = .sameAsOutput }
        if plan.isDetached { plan.closeStreams(of: &request) }
        terminal = try plan.makeTerminal(run.terminal, &request) { [unowned self] in take(.output, $0) }
        let child = try run.spawner.start(request, handlers)
        self.child = child
        terminal?.childHasStarted(child)
        self.files = files
        pid = child.pid
        if plan.isDetached { run.keeper?.spare(pid) }
        files.childHasStarted()
        run.childHasStarted(self)
    }

    private var handlers: SpawnHandlers {
        SpawnHandlers(
            output: { [self] stream, bytes in take(stream, bytes) },
            ended: { [self] stream in streamHasEnded(stream) },
            finished: { [self] outcome in programHasEnded(outcome) })
    }

    // MARK: - While it runs

    override func refreshPauses() {
        let wasHeldUp = isHeldUp
        isHeldUp = false
        for (stream, target) in [(SpawnStream.output, output), (.error, error)] {
            let isNobodyReading = target.isFull && waiters.isEmpty && readers.isEmpty
            let isPaused = isNobodyReading || target.isStalled
            if isPaused { child?.pauseOutput(stream) } else { child?.resumeOutput(stream) }
            if stream == .output { terminal?.setPaused(isPaused) }
            if isPaused { isHeldUp = true }
        }
        guard wasHeldUp, !isHeldUp else { return }
        output.readingGoesOn()
        waitForLines()
    }

    private func take(_ stream: SpawnStream, _ bytes: Span<UInt8>) {
        let target = stream == .output ? output : error
        target.write(bytes)
        judge(target)
        if stream == .output { answerReaders() } else { output.otherCame(bytes.count) }
    }

    private func streamHasEnded(_ stream: SpawnStream) {
        (stream == .output ? output : error).finish()
        judgeLeaks()
        if stream == .output { answerReaders() }
    }

    // MARK: - For a program in the background

    /// Whether the program is there; what it left behind does not count.
    var isRunning: Bool { child.map { !$0.hasExited } ?? false }

    /// Sends `signal` to its group. False when there is nobody left.
    func send(_ signal: Int32) -> Bool { child?.send(signal) ?? false }

    /// TERM, and KILL after the grace.
    override func terminate() { child?.terminate() }

    /// The request `id` for lines waits no more.
    func forgetReader(_ id: UInt32) { readers.removeAll { $0 == id } }

    /// Answers `id` with the next lines of standard output; empty at its end.
    func readLines(_ id: UInt32) throws(Failure) {
        guard output.isCaptured else {
            throw Failure(
                .usage, "lines: the standard output of \(shownProgram) is not captured",
                hint: "start it with capture = true (or \"stdout\", \"merge\") beside background = true")
        }
        output.beginLines()
        if !hasEnded { judge(output) } else if let excess = output.excess(shownProgram) { stop(excess) }
        let isFirst = readers.isEmpty
        readers.append(id)
        answerReaders()
        if isFirst, !readers.isEmpty {
            output.scriptWaits()
            waitForLines()
        }
    }

    private func answerReaders() {
        while let id = readers.first {
            if let verdict {
                readers.removeFirst()
                run.fault(id, verdict, arguments: [plan.program] + plan.arguments)
            } else if let lines = output.takeLines(1 << 16) {
                readers.removeFirst()
                run.reply(id, .bytes(lines))
            } else {
                break
            }
        }
        refreshPauses()
        waitForLines()
    }

    private func waitForLines() {
        lineTimer?.cancel()
        lineTimer = nil
        guard !isEndingText, !isHeldUp, !readers.isEmpty, let due = output.linesDue else { return }
        lineTimer = run.loop.schedule(after: max(.zero, due - .now)) { [weak self] in self?.endText() }
    }

    /// What is there to be read by now comes before the end of the text: the host may have been busy.
    private func endText() {
        isEndingText = true
        run.loop.enqueue { [weak self] in
            self?.run.loop.schedule(after: .zero) { [weak self] in
                guard let self else { return }
                isEndingText = false
                if !isHeldUp { output.endTextIfDue() }
                judge(output)
                answerReaders()
            }
        }
    }

    // MARK: - The end

    private func programHasEnded(_ outcome: ChildOutcome) {
        guard let terminal else { return finish(outcome) }
        terminal.finish { [self] in
            streamHasEnded(.output)
            finish(outcome)
        }
    }

    private func finish(_ outcome: ChildOutcome) {
        run.childHasEnded(self)
        child = nil
        self.outcome = outcome
        // A stream that was cut has ended for good too.
        answerReaders()
        defer { files?.discard() }
        do throws(Failure) {
            try reveal([error], beside: output)
            if let verdict { throw verdict }
            try checkRoom()
            if outcome.succeeded { try files?.commit() }
            if plan.checks { try check(outcome) }
            end(.result(try result(outcome)))
        } catch {
            end(.failed(error, arguments: [plan.program] + plan.arguments, standardError: tail))
        }
    }

    private func result(_ outcome: ChildOutcome) throws(Failure) -> SpawnResult {
        var result = SpawnResult(
            code: outcome.code, signal: outcome.signal, timedOut: outcome.timedOut, duration: outcome.duration,
            leaks: leaks, isOkay: outcome.succeeded)
        // Of a program that failed JSON is not to be expected; its text may hold values, so that there is none.
        if plan.secretFields.isEmpty || outcome.succeeded {
            try result.takeOutput(output, plan, from: plan.shownName, run.gate.masker)
        }
        result.add("stderr", error.capturedText.map { .bytes($0) })
        return result
    }

    private func check(_ outcome: ChildOutcome) throws(Failure) {
        guard !outcome.succeeded else { return }
        throw plan.failure(outcome, lastLine: lastLine, timeout: plan.timeout, run.environment)
    }

    /// The last line of standard error, where nobody has seen it yet.
    private var lastLine: String {
        plan.capture.takesError || plan.isQuiet ? SpawnPlan.lastLine(tail) : ""
    }

    /// The end of standard error; on a terminal it is one with standard output.
    private var tail: [UInt8] {
        guard let terminal else { return error.tail }
        return terminal.isShownOnly ? [] : output.tail
    }
}

extension ChildOutcome {
    /// Exit code 0, in time.
    var succeeded: Bool { code == 0 && !timedOut }
}
