import Diagnostics
import HostProtocol
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `spawn{ … }`: from the script's table to a child, and from its end to the result.
extension ScriptRun {
    func spawn(_ id: UInt32, _ value: Value) throws(Failure) {
        let plan = try SpawnPlan(value, store: store)
        let call = try SpawnCall(plan, id: id, run: self)
        if options.isVerbose { gate.say(plan.shownCommand) }
        guard plan.borrowsInput else { return try call.start() }
        input.lend { [self] in
            do throws(Failure) {
                try call.start()
            } catch {
                input.giveBack()
                fault(id, error)
            }
        }
    }
}

/// One child of a script, while it runs. Kept alive by the handlers of its process.
final class SpawnCall {
    private let plan: SpawnPlan
    private let id: UInt32
    private unowned let run: ScriptRun
    private let output: ChildOutput
    private let error: ChildOutput
    private var child: ChildProcess?
    private var terminal: ChildTerminal?
    /// Why the host ended the child, where it did.
    private var verdict: Failure?
    private var hasWarned = false

    init(_ plan: SpawnPlan, id: UInt32, run: ScriptRun) throws(Failure) {
        self.plan = plan
        self.id = id
        self.run = run
        output = try Self.output(plan, run.gate)
        error = Self.error(plan, run.gate)
    }

    private static func output(_ plan: SpawnPlan, _ gate: Gate) throws(Failure) -> ChildOutput {
        switch plan.capture {
        case .both, .stdout, .merge: .captured(gate, maximum: plan.maximumOutput)
        case .secret: try .secret(maximum: plan.maximumOutput)
        case .none, .stderr: plan.isQuiet ? .dropped(gate) : .shown(gate, .output)
        }
    }

    private static func error(_ plan: SpawnPlan, _ gate: Gate) -> ChildOutput {
        switch plan.capture {
        case .both, .stderr: .captured(gate, maximum: plan.maximumOutput)
        case .none, .stdout, .merge, .secret: plan.isQuiet ? .dropped(gate) : .shown(gate, .error)
        }
    }

    // MARK: - Start

    func start() throws(Failure) {
        var request = SpawnRequest(program: plan.program, arguments: plan.arguments, environment: try environment())
        request.workingDirectory = plan.workingDirectory
        request.timeout = plan.timeout
        request.newPrivileges = plan.newPrivileges
        request.standardError = plan.capture == .merge ? .sameAsOutput : .pipe
        request.files = plan.files.map {
            SpawnFile($0.name, Self.value($0.content), form: $0.isMemoryFile ? .memory : .file)
        }
        for (number, content) in plan.descriptors { request.descriptors[number] = .bytes(Self.value(content)) }
        let opened = try setInput(&request)
        defer { if let opened { close(opened) } }
        run.terminal.prepare()
        terminal = try plan.makeTerminal(run.terminal, &request) { [unowned self] in take(.output, $0) }
        let child = try run.spawner.start(request, handlers)
        self.child = child
        terminal?.childHasStarted(child)
        run.childHasStarted(self)
    }

    private var handlers: SpawnHandlers {
        SpawnHandlers(
            output: { [self] stream, bytes in take(stream, bytes) },
            ended: { [self] stream in (stream == .output ? output : error).finish() },
            finished: { [self] outcome in programHasEnded(outcome) })
    }

    private static func value(_ content: SpawnPlan.Content) -> SpawnValue {
        switch content {
        case .text(let bytes): .text(bytes)
        case .secret(let entry): .secret(entry.value)
        }
    }

    /// Gives a descriptor that was opened for the child, to be closed once it runs.
    private func setInput(_ request: inout SpawnRequest) throws(Failure) -> Int32? {
        switch plan.input {
        case .null: return nil
        case .content(let content): request.standardInput = .bytes(Self.value(content))
        case .inherit: request.standardInput = isatty(0) == 1 ? .relay(0) : .descriptor(0)
        case .file(let path):
            let text = String(decoding: path, as: UTF8.self)
            let descriptor = unsafe open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else {
                throw Failure(
                    .io, "spawn: stdin: the file \(text.printable) cannot be opened",
                    reason: unsafe String(cString: strerror(errno)), hint: "look at the path, and at the file's rights")
            }
            request.standardInput = .descriptor(descriptor)
            return descriptor
        }
        return nil
    }

    // MARK: - Environment

    private func environment() throws(Failure) -> [EnvironmentVariable] {
        var result: [EnvironmentVariable] = []
        var overridden = Set(plan.variables.map(\.name))
        if !plan.startsEmpty {
            for (name, value) in run.environment.inherited where !overridden.contains(name) {
                result.append(EnvironmentVariable(Array(name.utf8), .text(value)))
            }
        }
        for name in plan.passed where overridden.insert(name).inserted {
            if let value = try passed(name) { result.append(EnvironmentVariable(Array(name.utf8), value)) }
        }
        for case (let name, .value(let content)) in plan.variables {
            result.append(EnvironmentVariable(Array(name.utf8), Self.value(content)))
        }
        return result
    }

    private func passed(_ name: String) throws(Failure) -> SpawnValue? {
        if let value = run.environment.withheld[name] { return .secret(value) }
        return run.environment.inherited.last { $0.name == name }.map { .text($0.value) }
    }

    // MARK: - While it runs

    func setPaused(_ paused: Bool) {
        terminal?.setPaused(paused)
        for stream in SpawnStream.allCases {
            if paused { child?.pauseOutput(stream) } else { child?.resumeOutput(stream) }
        }
    }

    private func take(_ stream: SpawnStream, _ bytes: Span<UInt8>) {
        let target = stream == .output ? output : error
        target.write(bytes)
        if target.isOverflowing { return stop(overflow) }
        guard plan.onLeak != .mask, verdict == nil, !hasWarned, leaks > 0 else { return }
        hasWarned = true
        if plan.onLeak == .warn {
            run.gate.say("warning: \(shownProgram) prints a secret; it is masked\n")
        } else {
            stop(
                Failure(
                    .leak, "\(shownProgram) printed a secret and was stopped", reason: "onLeak = \"abort\"",
                    hint: "find out what prints it; with onLeak = \"mask\" it is only masked"))
        }
    }

    private func stop(_ failure: Failure) {
        guard verdict == nil else { return }
        verdict = failure
        child?.send(SIGKILL)
    }

    private var overflow: Failure {
        Failure(
            .limit, "\(shownProgram) printed more than \(plan.maximumOutput) bytes",
            reason: "captured output is held in memory, and a secret in locked memory",
            hint: "raise maxOutput, let the program write to a file, or leave capture out")
    }

    private var leaks: Int { output.leaks + error.leaks }

    // MARK: - The end

    private func programHasEnded(_ outcome: ChildOutcome) {
        guard let terminal else { return finish(outcome) }
        terminal.finish { [self] in
            output.finish()
            finish(outcome)
        }
    }

    private func finish(_ outcome: ChildOutcome) {
        if plan.borrowsInput { run.input.giveBack() }
        run.childHasEnded(self)
        child = nil
        do throws(Failure) {
            if let verdict { throw verdict }
            if plan.checks { try check(outcome) }
            run.reply(id, try result(outcome))
        } catch {
            run.fault(id, error, arguments: [plan.program] + plan.arguments, standardError: tail)
        }
    }

    private func result(_ outcome: ChildOutcome) throws(Failure) -> Value {
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value?) {
            if let value { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        }
        add("code", outcome.code.map { .integer(Int64($0)) })
        add("signal", outcome.signal.map { .integer(Int64($0)) })
        add("ok", .boolean(outcome.code == 0 && !outcome.timedOut))
        add("timedOut", .boolean(outcome.timedOut))
        add("duration", .number(outcome.duration / .seconds(1)))
        add("leaks", .integer(Int64(leaks)))
        if let value = try output.takeSecret(keepsLineEnd: plan.keepsLineEnd) {
            let source = SecretSource(provider: "spawn")
            add("stdout", .object(try run.store.add(value, name: shownName, source: source)))
        } else {
            add("stdout", output.capturedText)
        }
        add("stderr", error.capturedText)
        return .map(fields)
    }

    private func check(_ outcome: ChildOutcome) throws(Failure) {
        guard outcome.timedOut || outcome.code != 0 else { return }
        var failure = Failure(
            .exit, "\(shownProgram) exited with code \(outcome.code ?? 0)", reason: lastLine, hint: withheldHint)
        failure.code = outcome.code.map(Int.init)
        failure.signal = outcome.signal.map(Int.init)
        if outcome.timedOut {
            failure.kind = .timeout
            failure.message = "\(shownProgram) did not end within \(plan.timeout ?? .zero) and was stopped"
            failure.hint = "give it more time: timeout = …, or find out what it waits for"
        } else if let signal = outcome.signal {
            failure.kind = .signal
            failure.message = "\(shownProgram) was ended by signal \(signal)"
        }
        throw failure
    }

    /// The end of standard error; on a terminal it is one with standard output.
    private var tail: [UInt8] { terminal == nil ? error.tail : output.tail }

    /// The last line of standard error, where nobody has seen it yet.
    private var lastLine: String {
        guard plan.capture == .both || plan.capture == .stderr || plan.isQuiet else { return "" }
        let line = tail.split(separator: 10).last { !$0.allSatisfy { $0 <= 32 } }
        return line.map { String(decoding: $0.prefix(500), as: UTF8.self).printable } ?? ""
    }

    private var withheldHint: String {
        let names = run.environment.withheld.keys.filter {
            EnvironmentPolicy.saysCredential($0) && !$0.hasPrefix("INFISICAL_") && !plan.passed.contains($0)
        }
        guard !names.isEmpty, !plan.startsEmpty else { return "" }
        return
            "withheld from it: \(names.sorted().joined(separator: ", ").printable); where it needs one: passEnv = { NAME }"
    }

    private var shownProgram: String { String(decoding: plan.program.prefix(200), as: UTF8.self).printable }

    /// The program's name without its folder: what a captured secret is called.
    private var shownName: String {
        let name = plan.program.split(separator: 47).last ?? plan.program[...]
        return String(decoding: name.prefix(64), as: UTF8.self).printable
    }
}

extension SpawnPlan {
    /// The command as `-v` shows it: quoted as for a shell, with the names of its secrets.
    var shownCommand: String {
        let words = ([program] + arguments).map { word -> String in
            let text = String(decoding: word, as: UTF8.self).printable
            let isPlain =
                !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && !Array("'\"\\$`|&;<>()*?[]#~!{}".utf8).contains($0) }
            return isPlain
                ? text
                : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        let secrets = grants.isEmpty ? "" : "   [secrets: \(grants.sorted().joined(separator: ", ").printable)]"
        return "+ \(words.joined(separator: " "))\(secrets)\n"
    }
}
