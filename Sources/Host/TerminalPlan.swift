import Diagnostics
import ProcessSpawning

/// Whether a child gets a pseudo-terminal, and how it is joined to the child's request.
extension SpawnPlan {
    /// Where the script says nothing: what comes has to be for a person who sees all of it.
    private var mayHaveTerminal: Bool {
        role == .child && !isBackground && capture == .none && !isQuiet && label == nil && !goesElsewhere
    }

    private var goesElsewhere: Bool { outputFile != nil || errorFile != nil || errorJoinsOutput }

    private var joinsKeyboard: Bool { if case .inherit = input { true } else { false } }

    /// Whether it reads the host's own standard input, so that nobody else may meanwhile.
    var borrowsInput: Bool { joinsKeyboard }

    /// Whether it is to have a terminal.
    func wantsTerminal(_ user: Terminal) -> Bool { terminal ?? (mayHaveTerminal && user.isShown) }

    /// The options that a terminal rules out.
    func checkTerminal() throws(Failure) {
        if terminal == true, !secretFields.isEmpty {
            throw Failure(
                .usage, "spawn: tty = true does not go with secrets",
                reason: "on a terminal standard output and standard error are one stream, which is no JSON",
                hint: "leave tty out: the program then writes to a pipe")
        }
        guard terminal == true, capture == .stderr || goesElsewhere else { return }
        throw Failure(
            .usage,
            "spawn: tty = true does not go with \(capture == .stderr ? "capture = \"stderr\"" : "stdout or stderr")",
            reason: "on a terminal standard output and standard error are one stream, which the host reads",
            hint: "capture = \"merge\" takes both, tty = false keeps them apart")
    }

    /// Gives `request` a pseudo-terminal where it is to have one; nil where it is not.
    ///
    /// - Throws: `.io` where the script asks for one and the system has none.
    func makeTerminal(
        _ user: Terminal, _ request: inout SpawnRequest, deliver: @escaping (Span<UInt8>) -> Void
    ) throws(Failure) -> ChildTerminal? {
        guard wantsTerminal(user) else { return nil }
        let joins = joinsKeyboard && user.hasKeyboard
        let hasSecret = !grants.isEmpty || !passed.isEmpty
        if joins, capture != .none, hasSecret {
            throw Failure(
                .usage, "spawn: the output of \(shownProgram), which has the keyboard and a secret, is not captured",
                reason: "a terminal echoes what is typed, and what it answers, between the bytes of a value",
                hint: "leave capture out, or stdin = \"inherit\"")
        }
        do throws(Failure) {
            let made = try ChildTerminal(
                user, joinsKeyboard: joins, hasSecret: hasSecret, &request, deliver: deliver)
            if !joins { addPagers(&request) }
            return made
        } catch {
            guard terminal == nil, error.kind == .io else { throw error }
            // A system without any: as where output goes to a pipe.
            return nil
        }
    }

    /// Nobody could press a key at a pager: each prints what it is given instead, unless the script set it itself.
    private func addPagers(_ request: inout SpawnRequest) {
        let own = Set(variables.map(\.name) + passed).map { Array($0.utf8) }
        let usual = ["PAGER", "GIT_PAGER"].map { Array($0.utf8) }
        let inherited = request.variableNames.filter { $0.suffix(6) == Array("_PAGER".utf8)[...] }
        for name in Set(usual + inherited).subtracting(own) {
            request.environment.append(EnvironmentVariable(name, .text(Array("cat".utf8))))
        }
    }
}

extension ScriptRun {
    /// Starts a call; one that reads the host's own input when that is free, and nobody else reads until it has ended.
    func begin(
        _ call: ChildCall, _ plan: SpawnPlan, _ id: UInt32, _ body: @escaping () throws(Failure) -> Void
    ) throws(Failure) {
        func start() throws(Failure) {
            do throws(Failure) {
                try body()
            } catch {
                call.tellEnd(error)
                throw error
            }
        }
        guard plan.borrowsInput else { return try start() }
        guard !input.isBusy || !call.plan.isBackground else {
            throw Failure(
                .usage, "spawn: \(plan.shownProgram) cannot have standard input", reason: "somebody else reads it now",
                hint: "wait for that first")
        }
        let isAlone = !call.plan.isBackground
        try withInput(id, for: isAlone ? .program : .shared) { [terminal] done throws(Failure) in
            if isAlone, terminal.hasKeyboard { for output in call.outputs { output.takeKeyboard() } }
            try start()
            call.whenEnded(done)
        }
    }

    /// Calls `start` when the host's own input is free, which is now or later; nobody else reads until `done` is called.
    ///
    /// - Throws: What `start` throws now; later that answers the request `id`.
    func withInput(
        _ id: UInt32, for holder: Screen.Holder,
        _ start: @escaping (_ done: @escaping () -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        var isNow = true
        var failure: Failure?
        input.lend(to: holder) { [self] in
            // Nobody waits for it any more.
            guard requests.isOpen(id) else { return input.giveBack() }
            do throws(Failure) {
                try start { [self] in input.giveBack() }
            } catch {
                input.giveBack()
                if isNow { failure = error } else { fault(id, error) }
            }
        }
        isNow = false
        if let failure { throw failure }
    }
}
