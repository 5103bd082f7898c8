import Diagnostics
import EventLoop
import HostProtocol
import Masking
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `spawn{ … }`, `pipe{ … }` and what is asked of a process in the background.
extension ScriptRun {
    func spawn(_ id: UInt32, _ value: Value) throws(Failure) {
        let (task, value) = TaskTag.taken(from: value)
        var plan = try SpawnPlan(value, store: store)
        plan.task = task
        try check([plan])
        try takePassed(&plan)
        try prepare(for: 1)
        let call = try SpawnCall(plan, self, waiter: plan.isBackground ? nil : id)
        call.heldInput = try HeldInput([plan], inputBudget)
        spawnCount += 1
        call.tellStart(spawnCount, [plan])
        warnOfMasks([plan])
        if !plan.isBackground { whenAbandoned(id) { call.abandon(id) } }
        try begin(call, plan, id) { [self] () throws(Failure) in
            try hold([plan], for: call)
            try call.start()
        }
        if let warning = plan.shortWarning { gate.say(warning) }
        guard plan.isBackground else { return }
        do throws(Failure) {
            reply(id, .object(try processes.add(call)))
        } catch {
            call.stop(error)
            throw error
        }
    }

    func pipe(_ id: UInt32, _ value: Value) throws(Failure) {
        let (task, value) = TaskTag.taken(from: value)
        var plan = try PipePlan(value, store: store)
        plan.whole.task = task
        try check(plan.members)
        for index in plan.members.indices { try takePassed(&plan.members[index]) }
        try prepare(for: plan.members.count)
        let call = try PipeCall(plan, self, waiter: id)
        call.heldInput = try HeldInput(plan.members, inputBudget)
        spawnCount += 1
        call.tellStart(spawnCount, plan.members)
        warnOfMasks(plan.members)
        whenAbandoned(id) { call.abandon(id) }
        try begin(call, plan.members[0], id) { [self] () throws(Failure) in
            try hold(plan.members, for: call)
            try call.start()
        }
    }

    /// Judges the programs once more, as a start may have waited for standard input, and keeps them as they are from now on
    /// until `call` has ended.
    private func hold(_ plans: [SpawnPlan], for call: ChildCall) throws(Failure) {
        guard policy.recipe != nil else { return }
        let hold = ProgramHold(try check(plans), files.protected)
        call.hold = hold
        call.whenEnded { hold.release() }
    }

    /// What a recipe does not declare is refused before any file is opened.
    ///
    /// Gives what is started, by plan; none without a recipe.
    @discardableResult private func check(_ plans: [SpawnPlan]) throws(Failure) -> [JudgedProgram?] {
        guard policy.recipe != nil else { return [] }
        var programs: [JudgedProgram?] = []
        for plan in plans {
            try plan.checkVariables(policy)
            programs.append(try policy.check(try plan.request(self), ownPath: environment.programPath, files.made))
            for name in plan.passed where environment.withheld[name] != nil { try policy.check(.environment, name) }
        }
        return programs
    }

    /// Before a program starts: it may move files about, and the limit of processes counts all that run.
    private func prepare(for count: Int) throws(Failure) {
        try files.protected.pinOnce()
        try maskOwnCredentials()
        terminal.prepare()
        try options.limits.check(
            "processes", spawner.liveCount + count - 1, below: options.limits.processes, "processes running",
            "wait for some of them first: process:wait()")
    }

    /// A program may print the credentials files before anything has logged in with them, and a file or a module may be a copy
    /// that an earlier run has left. One that cannot be read says so at the login.
    func maskOwnCredentials() throws(Failure) {
        guard !hasMaskedOwnCredentials else { return }
        try OwnCredentials(options: options, environment: environment).mask(
            gate.masker, note: store.noteReferences)
        hasMaskedOwnCredentials = true
    }

    // MARK: - Processes in the background

    func processWait(_ id: UInt32, _ value: Value) throws(Failure) {
        let call = try processes.call(value["process"])
        let limit = try value["duration"].flatMap { (given) throws(Failure) in
            given == .null ? nil : try DurationText.parse(given, "wait: duration")
        }
        whenAbandoned(id) { [weak self] in
            _ = call.forget(id)
            self?.fault(id, Self.abandoned)
        }
        call.wait(id)
        guard let limit, requests.isOpen(id) else { return }
        requests.setTimer(
            id, loop.schedule(after: limit) { [weak self] in if call.forget(id) { self?.reply(id, .null) } })
    }

    func processLines(_ id: UInt32, _ value: Value) throws(Failure) {
        let call = try processes.call(value["process"])
        whenAbandoned(id) { [weak self] in
            call.forgetReader(id)
            self?.fault(id, Self.abandoned)
        }
        try call.readLines(id)
    }

    func processState(_ id: UInt32, _ value: Value) throws(Failure) {
        let call = try processes.call(value["process"])
        reply(id, .record(["pid": .integer(Int64(call.pid)), "running": .boolean(call.isRunning)]))
    }

    func processKill(_ id: UInt32, _ value: Value) throws(Failure) {
        let call = try processes.call(value["process"])
        let signal = try SignalName.number(value["signal"] ?? .null)
        reply(id, .boolean(call.send(signal)))
    }

    /// TERM, then KILL, and the answer once it has ended; the end of a `<close>` scope.
    func processStop(_ id: UInt32, _ value: Value) throws(Failure) {
        let call = try processes.call(value["process"])
        call.forgetOutput()
        call.terminate()
        call.whenEnded { [weak self] in self?.reply(id, .null) }
    }
}

/// Signals as scripts name them: `"TERM"`, `"SIGTERM"` or a number.
enum SignalName {
    private static let numbers: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "KILL": SIGKILL, "USR1": SIGUSR1, "USR2": SIGUSR2,
        "ALRM": SIGALRM, "TERM": SIGTERM, "CONT": SIGCONT, "STOP": SIGSTOP, "TSTP": SIGTSTP, "WINCH": SIGWINCH,
        "PIPE": SIGPIPE, "ABRT": SIGABRT, "TTIN": SIGTTIN, "TTOU": SIGTTOU,
    ]

    /// TERM where nothing is said.
    static func number(_ value: Value) throws(Failure) -> Int32 {
        if case .null = value { return SIGTERM }
        if let text = value.asText {
            let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
            if let number = numbers[name] { return number }
        } else if let number = value.asInteger, (1...64).contains(number) {
            return Int32(number)
        }
        throw Failure(
            .usage, "kill: expected the name or the number of a signal, got \(value.described)",
            hint: "such as \"TERM\", \"KILL\", \"HUP\", \"INT\", \"USR1\" or 15")
    }
}
