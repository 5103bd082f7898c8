import CSystemShims
public import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import Masking
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One run of one script, as the host sees it: answers the worker, and ends everything that belongs to the run.
///
/// The order of the end is fixed: the script (with its deferred functions), the worker, the children, the tokens, what
/// is still to be written, the run directory.
public final class ScriptRun {
    static let cancelGrace: Duration = .seconds(5)

    let options: RunOptions
    let loop: EventLoop
    let gate: Gate
    let store: SecretStore
    let environment: HostEnvironment
    let spawner: Spawner
    let worker: WorkerConnection
    let input: StandardInput
    /// The user's terminal; made when the first child starts.
    private(set) lazy var terminal = Terminal(loop: loop, spawner: spawner, gate: gate)
    let modules: ModuleLoader
    let sessions: SessionService
    /// Secrets that the script has declared; made when one is declared or asked for.
    private(set) lazy var prefetch = SecretPrefetch(
        keep: { [unowned self] found, project, session throws(Failure) in
            try keepPrefetched(found, project, session)
        },
        drop: { [store] in store.close($0) }, hasWritten: { [sessions] in sessions.hasWritten })
    let keeper: KeeperLink?
    /// Who is told what happens.
    let observer: any RunObserver
    /// What is known of the script's tasks.
    let tasks = TaskLedger()
    /// The programs started so far, for `SpawnStart.number`.
    var spawnCount = 0
    /// Questions at the terminal; made when a script first asks one.
    private(set) var prompts: SecretPrompt?
    var ledger = FaultLedger()
    private var madeFiles: FileService?
    var waitingReads: [WaitingRead] = []
    var isAnsweringReads = false
    let watchdog: Watchdog
    /// Where lines are typed instead of a script.
    let lines: LineSession?
    /// When the run began, in seconds as files have them.
    let startedAt = time(nil)
    let captureBudget = TextBudget()
    let inputBudget = TextBudget()
    let policy: RunPolicy
    /// What `http.request` sends with; made when a script first does.
    private(set) lazy var web = WebService(self)
    var hasWeb = false
    var processes = ProcessHandles()
    var maskWarnings = MaskWarnings()
    var hasMaskedOwnCredentials = false

    private var children: [ObjectIdentifier: ChildCall] = [:]
    var requests = OpenRequests()
    private var isEnding = false
    /// How the run ends if its deferred functions do not.
    private var endingReport: Value?
    private var isCleanedUp = false
    /// All is done, but somebody still has to take what was printed.
    private var isWaitingForReader = false
    private var exitCode: Int32 = 0
    private var signals: EventLoop.Watch?
    private var interruptions = InterruptionCount()
    private var interruption: Int32?
    /// What is said of it.
    private var interruptionFailure: Failure?
    /// Two values that overlap have ended the run, because of this.
    private var overlap: Failure?
    /// `--timeout` has ended the run, because of this.
    private var overTime: Failure?

    /// Takes over the forked worker, hardens this process and reads its environment.
    ///
    /// - Throws: `.io` or `.limit` where the system lacks room.
    public init(options: RunOptions, fork: WorkerFork, keeper: KeeperLink? = nil) throws(Failure) {
        self.options = options
        self.keeper = keeper
        policy = RunPolicy(ownHosts: try options.namedHosts, shown: options.shownRecipe)
        _ = vs_sys_harden()
        loop = try EventLoop()
        worker = try WorkerConnection(loop: loop, fork: fork)
        watchdog = Watchdog(loop: loop, worker: worker, limits: options.limits)
        let canWait = HTTPTransport.canWaitForLibrary
        environment = try HostEnvironment(options.settings)
        HTTPTransport.settleLibrary(canWait: canWait)
        let masker = try Masker()
        // `vaultscript run` has no script: its program is given the values.
        masker.takesEvenTime = options.command != "run"
        gate = Gate(loop: loop, masker: masker)
        observer = Self.observer(options, environment, loop, gate, tasks)
        lines = options.interactive.map { [loop, gate] in LineSession($0, loop: loop, gate: gate) }
        store = SecretStore(masker: masker)
        store.maximumCount = options.limits.handles
        spawner = try Spawner(
            loop: loop, runDirectory: RunDirectory(willMake: { keeper?.remove($0) }, didMake: { keeper?.remove($0) }))
        spawner.spared = [worker.pid]
        try spawner.adoptOrphans()
        input = StandardInput(loop: loop, masker: masker)
        modules = ModuleLoader(folder: options.scriptFolder)
        sessions = SessionService(options: options, environment: environment, loop: loop, gate: gate, store: store)
        try environment.maskCredentials(masker, note: store.noteReferences)
    }

    /// Runs to the end and gives the exit code.
    public func run() -> Int32 {
        connect()
        observer.begin(RunStart(version: options.version, script: options.scriptName.printable))
        if let limit = options.timeLimit { loop.schedule(after: limit) { [weak self] in self?.timeIsOver(limit) } }
        loop.run()
        defer {
            loop.clear()
            input.forget()
        }
        gate.drain()
        terminal.leaveRaw()
        if let failure = gate.failure, exitCode == 0 {
            exitCode = ExitCode.scriptError
            say(failure, trace: nil)
            gate.drain()
        }
        return exitCode
    }

    private func connect() {
        connectDisplay()
        worker.onMessage = { [unowned self] in take($0) }
        worker.onEnd = { [unowned self] in workerHasEnded($0) }
        worker.onViolation = { [unowned self] failure in
            end(
                ExitCode.scriptError,
                saying: Failure(
                    .script, "the script's worker has been stopped",
                    reason: "what it sent was no message: \(failure.reason)",
                    hint: "this is a bug in Lua or in vaultscript; please report the script that shows it"))
        }
        worker.onRoom = { [unowned self] in answerWaitingReads() }
        gate.onStallChange = { [unowned self] in
            worker.setPaused(gate.isStalled)
            for call in children.values { call.refreshPauses() }
        }
        gate.onOutputClosed = { [unowned self] in interrupt(SIGPIPE) }
        if options.shownRecipe != nil { watchOverlaps() }
        signals = try? loop.watchSignals(Interruption.signals) { [unowned self] number in
            if interruptions.counts(number, from: .system) { interrupt(number) }
        }
        keeper?.attach(
            to: loop,
            onSignal: { [unowned self] number in if interruptions.counts(number, from: .keeper) { interrupt(number) } },
            onLoss: { [unowned self] in interrupt(SIGTERM, passing: false) })
    }

    // MARK: - Messages

    private func take(_ message: Message) {
        switch message {
        // Nothing that is asked for now would be ended with the run.
        case .request where isEnding: return
        case .request(let id, let operation, let value):
            guard requests.open(id, Self.function(operation, value)) else { return refuseNumber(id) }
            answer(id, operation, value)
        case .notice(.finished, let report): scriptHasFinished(report)
        case .notice(.ending, let report): scriptIsEnding(report)
        case .notice(let operation, let value): note(operation, value)
        case .answer, .fault, .cancel: worker.kill()
        }
    }

    private func answer(_ id: UInt32, _ operation: Operation, _ value: Value) {
        do throws(Failure) {
            try options.limits.check(
                "calls", requests.count - 1, below: options.limits.calls, "waiting calls", "let some end first")
            try policy.check(operation)
            policy.note(operation)
            switch operation {
            case .recipe: try recipe(id, value)
            case .http: try http(id, value)
            case .login: try login(id, value)
            case .getSecret: try getSecret(id, value)
            case .getSecrets: try getSecrets(id, value)
            case .names: try names(id, value)
            case .renew: try renew(id, value)
            case .logout: try logout(id, value)
            case .writeSecret: try writeSecret(id, value)
            case .lease: try lease(id, value)
            case .inspect: try inspect(id, value)
            case .describe: try describe(id, value)
            case .template: try template(id, value)
            case .secretFromEnvironment: try secretFromEnvironment(id, value)
            case .derive: try derive(id, value)
            case .spawn: try spawn(id, value)
            case .pipe: try pipe(id, value)
            case .processWait: try processWait(id, value)
            case .processKill: try processKill(id, value)
            case .processLines: try processLines(id, value)
            case .processState: try processState(id, value)
            case .processStop: try processStop(id, value)
            case .sleep: try sleep(id, value)
            case .module: try module(id, value)
            case .environmentVariable: try environmentVariable(id, value)
            case .readInput: try readInput(id, value)
            case .confirm: try confirm(id, value)
            case .readLine: try readLine(id, value)
            case .awaitInterruption: try awaitInterruption(id)
            case .file: try file(id, value)
            case .write, .log, .release, .finished, .ending, .task, .retry, .progress, .abandon, .lineFailed:
                worker.kill()
            }
        } catch {
            fault(id, error)
        }
    }

    private func note(_ operation: Operation, _ value: Value) {
        policy.note(operation)
        switch operation {
        case .write:
            guard
                let stream = value["stream"]?.asInteger.flatMap({ Gate.Stream(rawValue: Int32(truncatingIfNeeded: $0)) }
                ),
                let text = value["text"]?.asBytes
            else { return worker.kill() }
            gate.writeScriptText(text, to: stream)
        case .log: log(value)
        case .task: noteTask(value)
        case .retry: noteRetry(value)
        case .progress: noteProgress(value)
        case .abandon: abandon(value)
        case .lineFailed: noteLineFailure(value)
        case .release:
            guard case .object(let object) = value else { return }
            if object.kind == .process { processes.release(object) } else { store.close(object) }
        default: worker.kill()
        }
    }

    /// Answers a request.
    func reply(_ id: UInt32, _ value: Value) {
        guard requests.close(id) else { return discard(value) }
        do throws(Failure) { try worker.answer(id, value) } catch {
            discard(value)
            refuse(id, error)
        }
    }

    /// Two requests of one number could not be told apart. The one that is open stays.
    private func refuseNumber(_ id: UInt32) {
        refuse(id, Failure(.usage, "the request \(id) has no answer yet"))
    }

    /// Refuses a request; the failure is recorded, so that the exit code can be taken from it.
    func fault(_ id: UInt32, _ failure: Failure, arguments: [[UInt8]] = [], standardError: [UInt8] = []) {
        let isWanted = requests.close(id)
        guard !failure.endsRun else { return end(by: failure) }
        guard isWanted else { return }
        refuse(id, gate.inward(words.worded(failure)), arguments: arguments, standardError: standardError)
    }

    /// Ends the run for what no script may be told otherwise (`Failure.endsRun`).
    func end(by failure: Failure) {
        end(failure.exitCode ?? ExitCode.scriptError, saying: gate.inward(words.worded(failure)))
    }

    /// Under a recipe two values that overlap in a text end the run: that tells whoever knows one of them something of the
    /// other, this once and no more. Without a recipe a script has programs enough that tell it all.
    func watchOverlaps() { gate.masker.onOverlap = { [unowned self] in stop(atOverlapOf: $0, $1) } }

    private func stop(atOverlapOf first: String, _ second: String) {
        guard overlap == nil else { return }
        worker.kill()
        gate.shut()
        let which =
            first == second
            ? "the secret \(first.printable) and a part of it overlap"
            : "the secrets \(first.printable) and \(second.printable) overlap"
        let failure = Failure(
            .leak, "the run was stopped: \(which) in a text",
            reason:
                "the one ends there in what the other begins with, or begins as it does; a script that knows the one "
                + "would learn how the other begins, or ends",
            hint:
                "look at what the script puts beside secrets; what is no secret at all belongs under masking.public in "
                + "config.toml")
        overlap = failure
        loop.enqueue { [weak self] in self?.end(ExitCode.of(failure)) }
    }

    /// Sends a recorded fault; instead of one that is too large to hand over, that it is.
    func refuse(_ id: UInt32, _ failure: Failure, arguments: [[UInt8]] = [], standardError: [UInt8] = []) {
        let value = FaultRecord.value(
            failure, id: ledger.record(failure), arguments: arguments, standardError: standardError)
        do throws(Failure) { try worker.send(.fault(id: id, value)) } catch {
            try? worker.send(.fault(id: id, FaultRecord.value(error, id: ledger.record(error))))
        }
    }

    /// How whoever has asked for this run is spoken to.
    var words: CommandWords { CommandWords(options) }

    /// Made when a script first uses files or programs.
    var files: FileService {
        if let madeFiles { return madeFiles }
        environment.knownCredentials.remember(options, environment)
        let made = FileService(options: options, environment: environment, gate: gate, store: store) { [spawner] in
            spawner.hasLeftPrograms
        }
        made.temporary.willMake = { [keeper] in keeper?.remove($0) }
        made.temporary.didMake = { [keeper] in keeper?.remove($0) }
        made.protected.handed = { [spawner] in spawner.handedDescriptors }
        made.protected.programFolders = { [unowned self] in policy.recipe == nil ? [] : environment.programFolders }
        madeFiles = made
        return made
    }

    /// Made when a script first asks. What is asked is shown again when the run goes on after Ctrl-Z.
    func madePrompts() -> SecretPrompt {
        if let prompts { return prompts }
        let made = SecretPrompt(loop: loop)
        prompts = made
        terminal.prepare()
        terminal.onContinue = { [weak made] in made?.showAgain() }
        return made
    }

    func childHasStarted(_ call: ChildCall) {
        children[ObjectIdentifier(call)] = call
        call.hasBegun = true
        if gate.isStalled { call.refreshPauses() }
    }

    func childHasEnded(_ call: ChildCall) { children[ObjectIdentifier(call)] = nil }

    // MARK: - The script's end

    /// The deferred functions have their time; after that the run ends as it would have without them, or with the error of
    /// the first that has failed by then: its report takes the place of the other.
    private func scriptIsEnding(_ report: Value) {
        let isFirst = endingReport == nil
        endingReport = report
        guard isFirst else { return }
        loop.schedule(after: Self.cancelGrace) { [weak self] in
            guard let self, !isEnding, let report = endingReport else { return }
            gate.say("warning: the deferred functions were stopped after \(Self.cancelGrace)\n")
            scriptHasFinished(report)
        }
    }

    private func scriptHasFinished(_ report: Value) {
        switch report["status"]?.asText {
        case "done":
            let isStopped = interruption != nil || overTime != nil
            if policy.missingDeclaration == nil, !isStopped { showResult(report) }
            endWell(lines?.firstCode ?? 0)
        case "exit": endWell(Int32(clamping: report["code"]?.asInteger ?? 0) & 0xFF)
        case "syntax":
            end(
                ExitCode.usage,
                saying: syntaxFailure(report["text"]?.asText ?? ""))
        default: scriptHasFailed(report)
        }
    }

    private func endWell(_ code: Int32) {
        guard code == 0, let failure = policy.missingDeclaration else { return end(code) }
        end(ExitCode.of(failure), saying: failure)
    }

    /// What a link leads to may be no script at all: Lua's message, which quotes it, is not shown then.
    private func syntaxFailure(_ text: String) -> Failure {
        guard options.isScriptLinked else {
            return Failure(.usage, Self.clipped(text), hint: "mend the line and run it again")
        }
        // NAME:LINE: and what is wrong.
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let line = parts.firstIndex { !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) } ?? -1
        let place = parts[..<(line + 1)].map { $0 + ":" }.joined() + (line < 0 ? "" : " ")
        return Failure(
            .usage, "\(place)this is no Lua", reason: "its text is not shown, as a link leads to the file",
            hint: "name the file itself to see more")
    }

    /// Lua quotes the word at which it stopped, however long that is.
    private static func clipped(_ text: String) -> String {
        let most = 500
        return text.utf8.count <= most ? text : text.prefix(most) + "…"
    }

    private func scriptHasFailed(_ report: Value) {
        let (failure, trace, code) = failure(of: report)
        end(code == 0 ? ExitCode.scriptError : code, saying: failure, trace: trace)
    }

    /// What the worker tells of an error, with what the host knows of it itself.
    func failure(of report: Value) -> (failure: Failure, trace: String?, code: Int32) {
        let recorded = report["fault"]?.asInteger.flatMap { ledger.failure($0) }
        let text = recorded?.text ?? report["text"]?.asText.map(Self.withoutLineEnds) ?? "the script raised an error"
        // Errors of the worker's own functions have no record here; of their kinds only wrong usage has a code.
        let kind = recorded?.kind ?? report["kind"]?.asText.flatMap(Failure.Kind.init) ?? .script
        let code =
            recorded.map(ExitCode.of) ?? report["code"]?.asInteger.map { Int32(clamping: $0) & 0xFF }
            ?? (kind == .usage ? ExitCode.usage : ExitCode.scriptError)
        let place = report["place"]?.asText.map { "\($0): " } ?? ""
        let trace = options.isVerbose ? report["traceback"]?.asText : nil
        var failure = recorded ?? Failure(kind, text)
        failure.message = place + failure.message
        if recorded == nil, let instead = options.advice.instead(failure.message) { failure.hint = instead }
        return (failure, trace, code)
    }

    /// What a program has printed, and a script passes on in an error, ends with the end of a line.
    private static func withoutLineEnds(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
        return scalars.isEmpty ? text : String(String.UnicodeScalarView(scalars))
    }

    private func workerHasEnded(_ how: WorkerConnection.End) {
        guard !isEnding else { return stopWhenEnded() }
        switch how {
        case .signalled(let number):
            end(ExitCode.scriptError, saying: worker.verdict ?? WorkerDeath.failure(signal: number))
        case .exited(let code):
            end(
                ExitCode.scriptError,
                saying: Failure(
                    .script, "the script's worker ended by itself", reason: "its exit code was \(code)",
                    hint: "this is a bug in vaultscript; please report the script that shows it"))
        }
    }

    // MARK: - Interruption

    /// A signal, or the reader of standard output gone: children first, then the script, then the host. A second one
    /// hurries.
    ///
    /// Where the run stands for its program (`vaultscript run`), a signal is the program's own affair as long as it runs:
    /// it gets each one once, and its end is the run's.
    private func interrupt(_ number: Int32, passing: Bool = true) {
        if options.passesSignals, passing, number != SIGPIPE, !children.isEmpty, !isEnding {
            return spawner.signalAll(number)
        }
        if interruptLine(number) { return }
        if isWaitingForReader { return stopWaitingForReader(128 + number) }
        guard interruption == nil, overTime == nil else { return hurry() }
        interruption = number
        let failure = gate.inward(interruptionFailure(number, programs: children.values.map(\.shownProgram)))
        if number == SIGPIPE { observer.outputClosed() } else { interruptionFailure = failure }
        stop(by: number == SIGPIPE ? SIGTERM : number, failure)
    }

    /// `--timeout`: the script hears of it as of an interruption, and cannot change how the run ends.
    private func timeIsOver(_ limit: Duration) {
        guard !isWaitingForReader else { return readerIsLate(limit) }
        guard !isEnding, interruption == nil else { return }
        let failure = gate.inward(overTimeFailure(limit, programs: children.values.map(\.shownProgram)))
        overTime = failure
        // To the script it is an interruption: nothing that it calls is tried again for it.
        stop(by: SIGTERM, Failure(.cancelled, failure.message))
    }

    private func stop(by number: Int32, _ failure: Failure) {
        prompts?.cancel()
        spawner.signalAll(number)
        gate.beginEnding()
        guard !isEnding else { return }
        try? worker.send(.cancel(FaultRecord.value(failure, id: ledger.record(failure))))
        loop.schedule(after: .milliseconds(50)) { [weak self] in self?.worker.interrupt() }
        loop.schedule(after: Self.cancelGrace) { [weak self] in self?.hurry() }
    }

    private func hurry() {
        spawner.signalAll(SIGKILL)
        end(exitCode)
        // Joins the end that is under way, without any more patience.
        spawner.terminateAll(grace: .zero) { _ in }
    }

    // MARK: - The end

    /// The host has done all that was asked for: a help text.
    func endByItself() { end(0) }

    /// Says why, and ends everything. Only the first call counts.
    private func end(_ code: Int32, saying failure: Failure? = nil, trace: String? = nil) {
        guard !isEnding else { return }
        isEnding = true
        exitCode = interruption.map { 128 + $0 } ?? options.code(code, of: failure)
        var failure = failure
        if let overTime {
            exitCode = ExitCode.timeLimit
            failure = overTime
        }
        if let overlap { (exitCode, failure) = (ExitCode.of(overlap), overlap) }
        prompts?.cancel()
        lines?.finish()
        gate.finishLines()
        if let interruptionFailure, overTime == nil { failure = interrupted(failure, interruptionFailure) }
        if let failure, interruption != SIGPIPE { say(failure, trace: trace) }
        observer.end(
            RunEnd(
                exitCode: exitCode, failure: failure, isInterrupted: interruption != nil || overTime != nil,
                isOverTime: overTime != nil))
        if hasWeb { web.close() }
        worker.kill()
        // Nobody will take what they print: none of them may wait for that.
        for call in children.values { call.forgetOutput() }
        spawner.terminateAll { [self] left in
            if !left.isEmpty { gate.say("warning: \(left.count) processes of this run could not be ended\n") }
            removeTemporaryFolders()
            sessions.revokeAll { [self] in
                isCleanedUp = true
                stopWhenEnded()
            }
        }
    }

    /// What is said of an interrupted run. A script that went on, or failed by something else meanwhile, was interrupted all the same.
    private func interrupted(_ failure: Failure?, _ interruption: Failure) -> Failure {
        guard var failure else { return interruption }
        if failure.kind == .cancelled {
            if failure.reason.isEmpty { failure.reason = interruption.reason }
        } else if !options.writesErrorsAsJSON {
            gate.say(interruption.message + "\n")
        }
        return failure
    }

    private func removeTemporaryFolders() {
        for (path, reason) in madeFiles?.temporary.removeAll() ?? [] {
            gate.say("warning: the temporary folder \(path.shownPath) is left: \(reason)\n")
        }
    }

    /// Stops the loop once the worker is gone, everything else is cleaned up, and what was printed has been taken: a
    /// reader may be slow, as a person with a pager is. Whoever stops the run does not wait for that.
    private func stopWhenEnded() {
        guard worker.hasEnded && isCleanedUp else { return }
        observer.allEnded()
        guard interruption == nil, overTime == nil else { return loop.stop() }
        isWaitingForReader = true
        gate.whenWritten { [loop] in loop.stop() }
    }

    private func readerIsLate(_ limit: Duration) {
        var failure = overTimeFailure(limit, programs: [])
        failure.reason = "all was done, but nobody took what it had printed"
        say(failure, trace: nil)
        stopWaitingForReader(ExitCode.timeLimit)
    }

    private func stopWaitingForReader(_ code: Int32) {
        exitCode = code
        loop.stop()
    }

    func say(_ failure: Failure, trace: String?) {
        if options.writesErrorsAsJSON {
            gate.say(ErrorReport.json(failure, exitCode: exitCode) + "\n")
        } else {
            gate.say((failure.text + "\n" + (trace.map { $0 + "\n" } ?? "")).printableText)
        }
    }
}

/// Which signals have come, by which way. A terminal, `timeout` and `kill` of a whole group reach keeper and host alike,
/// and the keeper passes on what it gets: that is one interruption. A second one of the same way hurries.
struct InterruptionCount {
    enum Way { case system, keeper }

    private static let oneOccasion = Duration.milliseconds(100)

    private var lastTime: [Way: ContinuousClock.Instant] = [:]
    private var counts: [Way: Int] = [:]
    private var most = 0

    /// Whether this signal is a new interruption.
    mutating func counts(_ number: Int32, from way: Way) -> Bool {
        let now = ContinuousClock.now
        if let last = lastTime[way], now - last < Self.oneOccasion { return false }
        lastTime[way] = now
        counts[way, default: 0] += 1
        defer { most = max(most, counts[way, default: 0]) }
        return counts[way, default: 0] > most
    }
}

/// The signals that end a run, and words for the ends that come from outside.
enum Interruption {
    /// Those that were ignored at the start stay so (`nohup`, a background job of a shell without job control).
    static var signals: [Int32] { [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !vs_sys_signal_is_ignored($0) } }

    static func word(_ number: Int32) -> String {
        switch number {
        case SIGINT: "interrupted (Ctrl-C)"
        case SIGTERM: "terminated (SIGTERM)"
        case SIGHUP: "ended: the terminal was closed (SIGHUP)"
        case SIGPIPE: "ended: standard output was closed by its reader"
        default: "ended by signal \(number)"
        }
    }
}

/// What a worker that died of a signal means.
enum WorkerDeath {
    static func failure(signal number: Int32) -> Failure {
        switch number {
        case SIGSYS:
            Failure(
                .script, "the script's worker was stopped by its sandbox (SIGSYS)",
                reason: "it asked the kernel for something that a script may not do",
                hint: "no script can do that by itself: this is a bug in Lua or in vaultscript; please report it")
        case SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE:
            Failure(
                .script, "the script's worker crashed (signal \(number))",
                reason: "a fault in the Lua interpreter; no secret was in that process",
                hint: "please report the script that shows it")
        default:
            Failure(
                .script, "the script's worker was killed (signal \(number))",
                hint: "somebody, or the kernel when memory ran out, ended it: look at dmesg")
        }
    }
}
