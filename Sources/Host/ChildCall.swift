import Diagnostics
import HostProtocol
import Masking
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One `spawn` or `pipe` of a script, while it runs and until everybody who waits has been told. What both have in
/// common: who waits, why the host stopped it, how it ended.
class ChildCall {
    /// The options that hold for the whole.
    let plan: SpawnPlan
    unowned let run: ScriptRun
    /// Counts its texts as long as it is there.
    var heldInput: HeldInput?
    /// The requests that wait for the end.
    private(set) var waiters: [UInt32]
    /// Why the host ended it, where it did.
    private(set) var verdict: Failure?
    private var ending: Ending?
    private var hasToldLeak = false
    /// The number under which observers know it, and since when.
    private(set) var number = 0
    private var toldAt = ContinuousClock.now
    private var hasToldEnd = false
    /// What a recipe has let through for it.
    var hold: ProgramHold?
    /// Whether a program has been started.
    var hasBegun = false
    /// How the program ended; of a pipe, the last member that tells.
    var outcome: ChildOutcome?
    private var completions: [() -> Void] = []

    /// How it ended, for any number of callers.
    enum Ending {
        case result(SpawnResult)
        case failed(Failure, arguments: [[UInt8]], standardError: [UInt8])
    }

    init(plan: SpawnPlan, run: ScriptRun, waiter: UInt32?) {
        self.plan = plan
        self.run = run
        waiters = waiter.map { [$0] } ?? []
    }

    // MARK: - For the two sorts

    /// The streams that the host reads.
    var outputs: [ChildOutput] { [] }
    /// The program, or the programs, as messages show them.
    var shownProgram: String { plan.shownProgram }
    /// Ends everything at once.
    func kill() {}
    /// Tells everything to end, and kills it after the grace.
    func terminate() {}
    /// Stops or goes on reading, as the streams and the host's own output are now.
    func refreshPauses() {}

    // MARK: - While it runs

    /// Looks at what has come, and stops the program where a limit or the script's wish says so.
    func judge(_ output: ChildOutput) {
        let program = shownProgram
        // Where nobody waits yet the program does: what is there may still be taken by line.
        if let excess = waiters.isEmpty ? output.excess(program) : output.excessAsWhole(program) { return stop(excess) }
        if output.isFull { refreshPauses() }
        judgeLeaks()
    }

    /// Tells once that a value has been printed, and stops the program where the script wishes that.
    func judgeLeaks() {
        guard verdict == nil, !hasToldLeak, leaks > 0 else { return }
        hasToldLeak = true
        run.observer.leak(
            LeakNotice(number: number, task: plan.task, program: shownProgram, action: plan.onLeak.rawValue))
        guard plan.onLeak == .abort else { return }
        stop(
            Failure(
                .leak, "\(shownProgram) printed a secret",
                reason: "onLeak = \"abort\": it is stopped where it still runs",
                hint: "find out what prints it; with onLeak = \"mask\" it is only masked"))
    }

    func stop(_ failure: Failure) {
        guard verdict == nil else { return }
        verdict = failure
        for output in outputs { output.discard() }
        refreshPauses()
        kill()
        if failure.endsRun { run.end(by: failure) }
    }

    /// Nobody waits for what it does: it may end by itself, and is killed if it does not. What it shows is still shown.
    func cancel(_ failure: Failure) {
        guard verdict == nil else { return }
        verdict = failure
        for output in outputs { output.discard() }
        refreshPauses()
        terminate()
    }

    var leaks: Int { outputs.reduce(0) { $0 + $1.leaks } }

    /// Nobody will ask any more: the run ends, or the script has let go of the process.
    func forgetOutput() {
        for output in outputs { output.discard() }
        refreshPauses()
    }

    // MARK: - The end

    /// Answers `id` when it has ended.
    func wait(_ id: UInt32) {
        guard ending == nil else { return answer(id) }
        waiters.append(id)
        for output in outputs { judge(output) }
        refreshPauses()
    }

    /// Whether `id` waited; from now on it does not.
    func forget(_ id: UInt32) -> Bool {
        guard let place = waiters.firstIndex(of: id) else { return false }
        waiters.remove(at: place)
        return true
    }

    /// Tells everybody who waits.
    func end(_ ending: Ending) {
        self.ending = ending
        if case .failed(let failure, _, _) = ending {
            tellEnd(failure)
            // Of a program in the background nobody need ask.
            if failure.endsRun { run.end(by: failure) }
        } else {
            tellEnd(nil)
        }
        let waiters = waiters
        self.waiters = []
        for id in waiters { answer(id) }
        for completion in completions { completion() }
        completions = []
    }

    /// Calls `completion` once it has ended, at once if it has.
    func whenEnded(_ completion: @escaping () -> Void) {
        if ending == nil { completions.append(completion) } else { completion() }
    }

    var hasEnded: Bool { ending != nil }

    /// Nothing of what was captured is lost: what was held back to the end needs room, too.
    func checkRoom() throws(Failure) {
        for output in outputs { if let excess = output.excess(shownProgram) { throw excess } }
    }

    /// Makes the text of standard error, once it is known which values may be in it: the fields of what `output` holds.
    func reveal(_ errors: [ChildOutput], beside output: ChildOutput) throws(Failure) {
        guard !plan.secretFields.isEmpty else { return }
        let isComplete = try learnFields(of: output)
        for error in errors { error.reveal(run.gate.masker, isComplete: isComplete) }
    }

    /// Whether all fields are known now, or there can be none.
    private func learnFields(of output: ChildOutput) throws(Failure) -> Bool {
        guard let buffer = output.secretBuffer, !output.isCut else { return false }
        let isBlank = buffer.withBytes { bytes in bytes.indices.allSatisfy { [32, 9, 10, 13].contains(bytes[$0]) } }
        guard !isBlank else { return true }
        do throws(Failure) {
            _ = try CapturedJSON(buffer, fields: plan.secretFields, masker: run.gate.masker, from: shownProgram)
            return true
        } catch {
            if error.endsRun { throw error }
            return false
        }
    }

    // MARK: - Observers

    /// Tells that it is about to start, as number `number`.
    func tellStart(_ number: Int, _ plans: [SpawnPlan]) {
        self.number = number
        toldAt = .now
        guard run.observer.wantsPrograms else { return }
        var start = SpawnPlan.start(plans, plan, number: number)
        start.command = run.gate.inward(start.command)
        start.programs = start.programs.map(run.gate.inward)
        start.label = start.label.map(run.gate.inward)
        run.observer.spawnStarted(start)
    }

    /// Tells that it has ended, or why it could not be started; once.
    func tellEnd(_ failure: Failure?) {
        guard number > 0, !hasToldEnd else { return }
        hasToldEnd = true
        run.observer.spawnEnded(
            SpawnEnd(
                number: number, task: plan.task, code: outcome?.code, signal: outcome?.signal,
                timedOut: outcome?.timedOut ?? false, duration: .now - toldAt, leaks: leaks,
                failure: failure.map { run.gate.inward($0).message }))
    }

    private func answer(_ id: UInt32) {
        guard let ending else { return }
        do throws(Failure) {
            switch ending {
            case .result(let result): run.reply(id, try result.value(run.store))
            case .failed(let failure, let arguments, let standardError):
                run.fault(id, failure, arguments: arguments, standardError: standardError)
            }
        } catch {
            run.fault(id, error)
        }
    }
}

/// What a script is told of a program that has ended.
struct SpawnResult {
    private static let maximumTextBytes = Frame.maximumMessageBytes - (1 << 20)

    private var fields: [Value.Entry] = []
    /// Captured text: what of it is there depends on what was taken by line meanwhile.
    private var captured: ChildOutput?
    /// Standard output as a value, and what it is called.
    private var secret: (draft: SecretStore.Draft, value: SecretBytes)?
    /// The fields of captured JSON.
    private var secrets: [(draft: SecretStore.Draft, value: SecretBytes)] = []

    init(code: Int32?, signal: Int32?, timedOut: Bool, duration: Duration, leaks: Int, isOkay: Bool) {
        add("code", code.map { .integer(Int64($0)) })
        add("signal", signal.map { .integer(Int64($0)) })
        add("ok", .boolean(isOkay))
        add("timedOut", .boolean(timedOut))
        add("duration", .number(duration / .seconds(1)))
        add("leaks", .integer(Int64(leaks)))
    }

    /// Both streams may be at their limit, and a pipe has many.
    private func checkSize() throws(Failure) {
        let texts = fields.map { $0.value.asBytes?.count ?? 0 } + [captured?.capturedText?.count ?? 0]
        guard texts.reduce(0, +) > Self.maximumTextBytes else { return }
        throw Failure(
            .limit, "the captured streams are larger than \(Self.maximumTextBytes >> 20) MiB together",
            reason: "that is the most that one call gives to a script",
            hint: "let the program write to a file: stdout = { file = path }, or take its lines: process:lines()")
    }

    mutating func add(_ name: String, _ value: Value?) {
        if let value { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
    }

    /// Takes what was captured of standard output: as text, as a value, or as JSON with values in it.
    mutating func takeOutput(_ output: ChildOutput, _ plan: SpawnPlan, from name: String, _ masker: Masker)
        throws(Failure)
    {
        guard !plan.secretFields.isEmpty else {
            captured = output
            guard let value = try output.takeSecret(keepsLineEnd: plan.keepsLineEnd) else { return }
            try masker.add(value, name: name, origin: .script)
            secret = (Self.draft(value, name, plan), value)
            return
        }
        guard let buffer = output.secretBuffer else { return }
        let json = try CapturedJSON(buffer, fields: plan.secretFields, masker: masker, from: name)
        buffer.removeAll()
        secrets = json.secrets.map { (Self.draft($0.value, $0.path, plan), $0.value) }
        add("stdout", .bytes(json.text))
    }

    private static func draft(_ value: SecretBytes, _ name: String, _ plan: SpawnPlan) -> SecretStore.Draft {
        .loaded(
            value, name: name, source: SecretSource(provider: "spawn"),
            atMost: ChildOutput.secretBound(plan.maximumOutput), origin: .unique(), chooser: .script)
    }

    /// The result, with handles of its own for each caller: one may close what another still uses.
    ///
    /// - Throws: `.limit` for more text than one message carries, and when there is no room for the handles.
    func value(_ store: SecretStore) throws(Failure) -> Value {
        try checkSize()
        var result = fields
        if let text = captured?.capturedText { result.append(Value.Entry(.bytes(Array("stdout".utf8)), .bytes(text))) }
        if let secret {
            result.append(Value.Entry(.bytes(Array("stdout".utf8)), .object(try store.add(secret.value, secret.draft))))
        }
        guard !secrets.isEmpty else { return .map(result) }
        var handles: [Value.Entry] = []
        for (draft, value) in secrets {
            handles.append(Value.Entry(.bytes(Array(draft.name.utf8)), .object(try store.add(value, draft))))
        }
        result.append(Value.Entry(.bytes(Array("secrets".utf8)), .map(handles)))
        return .map(result)
    }
}
