import Diagnostics
import EventLoop
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ScriptRun {
    /// Who is told what happens, as the options say.
    static func observer(
        _ options: RunOptions, _ environment: HostEnvironment, _ loop: EventLoop, _ gate: Gate, _ tasks: TaskLedger
    ) -> any RunObserver {
        guard !options.writesEvents else {
            // Standard output is for events.
            gate.childOutput = .error
            gate.scriptOutput = .error
            return EventObserver(gate: gate, tasks: tasks)
        }
        let volume: PlainObserver.Volume = options.isVerbose ? .verbose : options.isQuiet ? .quiet : .usual
        let plain = PlainObserver(gate: gate, volume: volume, tasks: tasks)
        guard isatty(2) == 1 else { return plain }
        let screen = gate.makeScreen(
            loop, hasOutput: Watching.hasOutput, isColoured: environment.setting("NO_COLOR")?.isEmpty != false)
        guard volume > .quiet, Watching.isPossible(environment) else { return plain }
        return DisplayObserver(plain: plain, screen: screen, tasks: tasks)
    }

    /// Tells the screen who has the terminal, and of its size.
    func connectDisplay() {
        guard gate.screen != nil else { return }
        (observer as? DisplayObserver)?.onShow = { [unowned self] in terminal.prepare() }
        input.onHold = { [gate] in gate.screen?.hold($0) }
        input.onRelease = { [gate] in gate.screen?.release($0) }
    }

    /// What ends a run at its time limit: with what ran then.
    func overTimeFailure(_ limit: Duration, programs: [String]) -> Failure {
        let running = Self.list(tasks.running() + waits(programs))
        return Failure(
            .timeout, "the run took longer than \(TimeText.exact(limit)) and was stopped",
            reason: running.isEmpty
                ? "it waited for no task, program or request then" : "running then: \(running)",
            hint: "give it more time: --timeout TIME, or find out what it waits for")
    }

    /// What a signal ends a run with: what it waited for, as the tasks are in the account.
    func interruptionFailure(_ number: Int32, programs: [String]) -> Failure {
        let running = Self.list(waits(programs))
        return Failure(
            .cancelled, "the run was \(Interruption.word(number))",
            reason: running.isEmpty ? "" : "running then: \(running)")
    }

    /// The programs, requests and calls that have not ended.
    private func waits(_ programs: [String]) -> [String] {
        programs.sorted() + (hasWeb ? web.shown : []) + requests.functions
    }

    private static func list(_ running: [String]) -> String {
        (running.count > 10 ? running.prefix(10) + ["\(running.count - 10) more"] : running).joined(separator: ", ")
    }

    /// The function that a request is of, where it may take long and is neither a program nor an HTTP request.
    static func function(_ operation: Operation, _ value: Value) -> String? {
        switch operation {
        // The time of `timeout` is no wait of the script's.
        case .sleep: value["interrupts"]?.asBoolean == true ? nil : "sleep()"
        case .readInput: "io.read()"
        case .confirm: "confirm()"
        case .login: "login()"
        case .getSecret: "getSecret()"
        case .getSecrets: "getSecrets()"
        case .names, .inspect: "a look into the vault"
        case .writeSecret: "a change in the vault"
        case .lease: "lease()"
        default: nil
        }
    }
}

/// Whether a person watches at a terminal that can be drawn on.
private enum Watching {
    /// Standard error is one, and standard output is no pipe: its reader may have the same terminal.
    static func isPossible(_ environment: HostEnvironment) -> Bool {
        guard isatty(2) == 1, environment.setting("CI")?.isEmpty != false else { return false }
        guard let kind = environment.setting("TERM"), !kind.isEmpty, kind != "dumb" else { return false }
        var output = stat()
        guard unsafe fstat(1, &output) == 0 else { return true }
        let type = output.st_mode & S_IFMT
        return type == S_IFREG || type == S_IFCHR
    }

    /// Whether standard output goes to the same terminal.
    static var hasOutput: Bool {
        var (output, error) = (stat(), stat())
        guard isatty(1) == 1, unsafe fstat(1, &output) == 0 && fstat(2, &error) == 0 else { return false }
        return output.st_rdev == error.st_rdev
    }
}
