import CSystemShims
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

/// Several children whose outputs and inputs are joined by pipes of the kernel's: what they tell each other never passes
/// the host. Kept alive by the handlers of its processes.
final class PipeCall: ChildCall {
    private struct Member {
        let plan: SpawnPlan
        let error: ChildOutput
        let files: ChildFiles
        var child: ChildProcess?
        var outcome: ChildOutcome?
    }

    private let output: ChildOutput
    private let outputFile: OutputFile?
    private var members: [Member] = []
    private let shown: String
    private var started = ContinuousClock.now
    private var timeLimit: EventLoop.Timer?
    private var timedOut = false

    /// Opens every file that is named; nothing runs yet.
    init(_ pipe: PipePlan, _ run: ScriptRun, waiter: UInt32) throws(Failure) {
        output = try SpawnCall.output(pipe.whole, run)
        shown = pipe.shownPrograms
        var file: OutputFile?
        for plan in pipe.members {
            members.append(
                Member(
                    plan: plan, error: Self.error(plan, pipe.whole, run), files: try ChildFiles(plan, run)))
        }
        if !pipe.whole.secretFields.isEmpty { for member in members { try member.error.waitForValues() } }
        if let plan = pipe.whole.outputFile { file = try OutputFile(plan, "pipe: stdout", run) }
        outputFile = file
        super.init(plan: pipe.whole, run: run, waiter: waiter)
    }

    private static func error(_ member: SpawnPlan, _ whole: SpawnPlan, _ run: ScriptRun) -> ChildOutput {
        if member.errorFile != nil || member.errorJoinsOutput { return .elsewhere() }
        if whole.capture.takesError {
            return .captured(run.gate, maximum: whole.maximumOutput, run.captureBudget)
        }
        return whole.isQuiet ? .dropped(run.gate) : .shown(run.gate, .error, label: whole.label)
    }

    override var outputs: [ChildOutput] { [output] + members.map(\.error) }
    override var shownProgram: String { shown }
    override func kill() { for member in members { member.child?.send(SIGKILL) } }
    override func terminate() { for member in members { member.child?.terminate() } }

    // MARK: - Start

    /// Starts the programs from the first to the last.
    ///
    /// - Throws: What the first could not be started for. Where a later one cannot, those before it are ended first, and
    ///   then the call is answered.
    func start() throws(Failure) {
        started = .now
        var upstream: Int32 = -1
        defer { if upstream >= 0 { close(upstream) } }
        for index in members.indices {
            do throws(Failure) {
                let reading = upstream
                upstream = -1
                upstream = try start(index, reading: reading)
            } catch {
                guard index > 0 else { throw error }
                stop(error)
                break
            }
        }
        run.childHasStarted(self)
        guard let timeout = plan.timeout, verdict == nil else { return }
        timeLimit = run.loop.schedule(after: timeout) { [weak self] in self?.timeIsUp() }
    }

    /// Gives the reading end for the next program, below 0 after the last. Closes `upstream`.
    private func start(_ index: Int, reading upstream: Int32) throws(Failure) -> Int32 {
        defer { if upstream >= 0 { close(upstream) } }
        let plan = members[index].plan
        var request = try plan.request(run)
        request.executable = hold?.executable(index)
        try members[index].files.place(in: &request)
        if upstream >= 0 { request.standardInput = .descriptor(upstream) }
        var ends: [Int32] = [-1, -1]
        if index < members.count - 1 {
            ends = try Self.makePipe()
            request.standardOutput = .descriptor(ends[1])
        } else if let outputFile {
            request.standardOutput = .descriptor(outputFile.descriptor)
        }
        if plan.errorJoinsOutput { request.standardError = .sameAsOutput }
        defer { if ends[1] >= 0 { close(ends[1]) } }
        do throws(Failure) {
            members[index].child = try run.spawner.start(request, handlers(index))
        } catch {
            if ends[0] >= 0 { close(ends[0]) }
            throw error
        }
        members[index].files.childHasStarted()
        return ends[0]
    }

    private static func makePipe() throws(Failure) -> [Int32] {
        var ends: [Int32] = [-1, -1]
        let status = unsafe ends.withUnsafeMutableBufferPointer { unsafe vs_sys_pipe_between($0.baseAddress) }
        guard status == 0 else {
            throw Failure(
                .io, "pipe: there is no room for a pipe", reason: unsafe String(cString: strerror(errno)),
                hint: "see the limits of this session: ulimit -n")
        }
        return ends
    }

    private func handlers(_ index: Int) -> SpawnHandlers {
        SpawnHandlers(
            output: { [self] stream, bytes in
                let target = stream == .output ? output : members[index].error
                target.write(bytes)
                judge(target)
            },
            ended: { [self] stream in
                (stream == .output ? output : members[index].error).finish()
                judgeLeaks()
            },
            finished: { [self] outcome in finish(index, outcome) })
    }

    private func timeIsUp() {
        timedOut = true
        terminate()
    }

    // MARK: - While it runs

    override func refreshPauses() {
        for (index, member) in members.enumerated() {
            setPaused(member, .error, member.error.isStalled)
            if index == members.count - 1 { setPaused(member, .output, output.isStalled) }
        }
    }

    private func setPaused(_ member: Member, _ stream: SpawnStream, _ isPaused: Bool) {
        if isPaused { member.child?.pauseOutput(stream) } else { member.child?.resumeOutput(stream) }
    }

    // MARK: - The end

    private func finish(_ index: Int, _ outcome: ChildOutcome) {
        members[index].outcome = outcome
        members[index].child = nil
        // Those that were never started have neither.
        guard members.allSatisfy({ $0.child == nil }), isWholeStarted else { return }
        timeLimit?.cancel()
        run.childHasEnded(self)
        conclude()
    }

    private var isWholeStarted: Bool { verdict != nil || members.allSatisfy { $0.outcome != nil } }

    private func conclude() {
        defer { discardFiles() }
        do throws(Failure) {
            let failed = members.indices.filter { hasFailed($0) }
            try reveal(members.map(\.error), beside: output)
            if let verdict { throw verdict }
            try checkRoom()
            outcome = members[failed.last ?? members.count - 1].outcome
            outcome?.timedOut = timedOut
            if failed.isEmpty, !timedOut { try commit() }
            if plan.checks, timedOut || !failed.isEmpty { throw failure(failed) }
            end(.result(try result(failed)))
        } catch {
            let culprit = members.last { $0.outcome?.succeeded == false } ?? members[members.count - 1]
            end(
                .failed(
                    error, arguments: [culprit.plan.program] + culprit.plan.arguments,
                    standardError: culprit.error.tail))
        }
    }

    /// A program that was ended because the next one wanted no more of its output has not failed, as `head` is used.
    private func hasFailed(_ index: Int) -> Bool {
        guard let outcome = members[index].outcome, outcome.code != 0 else { return false }
        return index == members.count - 1 || outcome.signal != SIGPIPE
    }

    private func commit() throws(Failure) {
        try outputFile?.commit()
        for member in members { try member.files.commit() }
    }

    private func discardFiles() {
        outputFile?.discard()
        for member in members { member.files.discard() }
    }

    private func result(_ failed: [Int]) throws(Failure) -> SpawnResult {
        // The code of the last that failed, as `set -o pipefail` gives it.
        let telling = members[failed.last ?? members.count - 1].outcome
        let isOkay = failed.isEmpty && !timedOut
        var result = SpawnResult(
            code: telling?.code, signal: telling?.signal, timedOut: timedOut, duration: .now - started, leaks: leaks,
            isOkay: isOkay)
        result.add("members", .list(members.map(Self.told)))
        if plan.secretFields.isEmpty || isOkay {
            let name = members.last?.plan.shownName ?? "pipe"
            try result.takeOutput(output, plan, from: name, run.gate.masker)
        }
        if plan.capture.takesError {
            result.add("stderr", .bytes(members.flatMap { $0.error.capturedText ?? [] }))
        }
        return result
    }

    private static func told(_ member: Member) -> Value {
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value?) {
            if let value { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        }
        add("code", member.outcome?.code.map { .integer(Int64($0)) })
        add("signal", member.outcome?.signal.map { .integer(Int64($0)) })
        add("ok", .boolean(member.outcome?.succeeded ?? false))
        add("duration", member.outcome.map { .number($0.duration / .seconds(1)) })
        return .map(fields)
    }

    /// Names every program that failed; the code is that of the last of them.
    private func failure(_ failed: [Int]) -> Failure {
        guard let last = failed.last, var outcome = members[last].outcome else { return tooSlow(members.last?.outcome) }
        outcome.timedOut = false
        if timedOut { return tooSlow(outcome) }
        let plan = members[last].plan
        var failure = plan.failure(outcome, lastLine: lastLine(failed), timeout: nil, run.environment)
        let words = failed.compactMap { index in
            members[index].outcome.map { "\(members[index].plan.shownProgram) \(members[index].plan.words($0))" }
        }
        failure.message = "pipe: " + words.joined(separator: ", ")
        return failure
    }

    private func tooSlow(_ outcome: ChildOutcome?) -> Failure {
        Failure(
            .timeout, "the pipe \(shown) did not end within \(plan.timeout ?? .zero) and was stopped",
            hint: "give it more time: timeout = …, or find out what it waits for", code: outcome?.code.map(Int.init),
            signal: outcome?.signal.map(Int.init))
    }

    /// What the first that failed said last, where nobody has seen it yet.
    private func lastLine(_ failed: [Int]) -> String {
        guard plan.capture.takesError || plan.isQuiet, let first = failed.first else { return "" }
        return SpawnPlan.lastLine(members[first].error.tail)
    }
}
