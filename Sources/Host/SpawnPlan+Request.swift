import Diagnostics
import HostProtocol
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// From the plan to what the spawner is asked for, and from the outcome to the error.
extension SpawnPlan {
    /// The request but for what has to be opened: input and outputs from and to files (`ChildFiles`).
    func request(_ run: ScriptRun) throws(Failure) -> SpawnRequest {
        var request = SpawnRequest(program: program, arguments: arguments, environment: environment(run))
        if !startsEmpty {
            request.base = run.environment.base
            request.removed = removed
        }
        // Without one a program may look for others in the working directory, which is the script's.
        if run.policy.recipe != nil, request.searchPath == nil {
            let path = run.environment.programPath ?? Spawner.usualPath
            request.environment.append(EnvironmentVariable(Array("PATH".utf8), .text(path)))
        }
        try request.checkTexts()
        try checkRoom(request)
        request.workingDirectory = workingDirectory
        request.timeout = timeout
        request.newPrivileges = newPrivileges
        request.isDetached = isDetached
        request.files = files.map {
            SpawnFile(
                $0.name, Self.value($0.content), form: $0.isMemoryFile ? .memory : .file, room: Self.room($0.content))
        }
        for (number, content) in descriptors { request.descriptors[number] = .bytes(Self.value(content)) }
        switch input {
        case .content(let content): request.standardInput = .bytes(Self.value(content))
        case .null, .inherit, .file: break
        }
        return request
    }

    private static func room(_ content: Content) -> Int {
        if case .secret(let entry) = content { entry.size.room } else { 0 }
    }

    private static func value(_ content: Content) -> SpawnValue {
        switch content {
        case .text(let bytes): .text(bytes)
        case .secret(let entry): .secret(entry.value)
        }
    }

    /// What outlives the run has no pipe to it.
    func closeStreams(of request: inout SpawnRequest) {
        if case .pipe = request.standardOutput { request.standardOutput = .null }
        if case .pipe = request.standardError { request.standardError = .null }
    }

    // MARK: - Room

    /// The kernel bounds one text and all of them together. A secret counts as large as its kind may be, and is refused
    /// before the kernel would: how much fits beside it would tell its length.
    private func checkRoom(_ request: SpawnRequest) throws(Failure) {
        var longest = 0
        let rooms = secretRooms
        var sum = ([program] + arguments).reduce(2 * program.count + Self.reserve) { $0 + $1.count + Self.wordOverhead }
        sum += roomOfPaths
        for variable in request.environment {
            var size = variable.name.count + Self.wordOverhead
            switch variable.value {
            case .text(let value): size += value.count
            case .secret(let value):
                size += rooms[variable.name] ?? SecretSize.counted(value)
                longest = max(longest, size)
            }
            sum += size
        }
        guard longest > 0 else { return }
        // There is always room for 128 KiB: mostly the exact sum and the system call are not needed.
        let most = sum + (request.base.map { $0.byteCount + $0.count * Self.wordOverhead } ?? 0)
        if most <= Self.longestWord { return }
        sum += room(ofBase: request)
        guard sum > min(sysconf(Int32(_SC_ARG_MAX)), Self.most) || longest > Self.longestWord else { return }
        var failure = Failure(
            .start, "\(shownProgram) cannot be started",
            reason: "its arguments and environment can be too large together",
            hint: "hand large secrets over with stdin = handle, files = { NAME = handle } or fds = { [3] = handle }")
        failure.code = 126
        throw failure
    }

    /// The paths of `files`, in their variables and for each `${file:NAME}`, count as the longest ones that there are.
    private var roomOfPaths: Int {
        guard !files.isEmpty else { return 0 }
        let variables = files.reduce(0) { $0 + $1.name.utf8.count + Self.wordOverhead + Int(PATH_MAX) }
        return arguments.reduce(variables) { $0 + Self.fileMarks(in: $1) * Int(PATH_MAX) }
    }

    private static func fileMarks(in argument: [UInt8]) -> Int {
        let mark = Array("${file:".utf8)
        return argument.indices.count { argument[$0] == mark[0] && argument[$0...].starts(with: mark) }
    }

    /// What the handles among the variables count as, by name.
    private var secretRooms: [[UInt8]: Int] {
        var rooms: [[UInt8]: Int] = [:]
        for (name, entry) in passedSecrets { rooms[Array(name.utf8)] = entry.size.room }
        for case (let name, .value(.secret(let entry))) in variables { rooms[Array(name.utf8)] = entry.size.room }
        return rooms
    }

    private func room(ofBase request: SpawnRequest) -> Int {
        guard let base = request.base else { return 0 }
        let hidden = Set(request.removed + request.environment.map(\.name)).reduce(0) { sum, name in
            sum + (base.value(name).map { name.count + $0.count + Self.wordOverhead } ?? 0)
        }
        return base.byteCount + base.count * Self.wordOverhead - hidden
    }

    /// The pointer, `=` and the NUL.
    private static let wordOverhead = 16
    /// For what the kernel puts beside them.
    private static let reserve = 8192
    /// Linux: three quarters of _STK_LIM, whatever the limit of the stack.
    private static let most = 6 << 20
    /// Linux: MAX_ARG_STRLEN.
    private static let longestWord = 131_072

    // MARK: - Environment

    /// The child's own variables; those that all children inherit are the base.
    private func environment(_ run: ScriptRun) -> [EnvironmentVariable] {
        var result: [EnvironmentVariable] = []
        var names = Set(variables.map(\.name))
        for name in passed where names.insert(name).inserted {
            if let value = passed(name, run.environment) {
                result.append(EnvironmentVariable(Array(name.utf8), value))
            }
        }
        for case (let name, .value(let content)) in variables {
            result.append(EnvironmentVariable(Array(name.utf8), Self.value(content)))
        }
        return result
    }

    private var removed: [[UInt8]] {
        variables.compactMap { name, variable in
            if case .removed = variable { Array(name.utf8) } else { nil }
        }
    }

    private func passed(_ name: String, _ environment: HostEnvironment) -> SpawnValue? {
        if let entry = passedSecrets[name] { return .secret(entry.value) }
        if let value = environment.withheld[name] { return .secret(value) }
        return environment.base.value(Array(name.utf8)).map { .text($0) }
    }

    // MARK: - Failure

    /// How a program ended, in a few words.
    func words(_ outcome: ChildOutcome) -> String {
        if let signal = outcome.signal { return "was ended by signal \(signal)" }
        return "exited with code \(outcome.code ?? 0)"
    }

    /// The error for a program that did not succeed.
    func failure(
        _ outcome: ChildOutcome, lastLine: String, timeout: Duration?, _ environment: HostEnvironment
    ) -> Failure {
        var failure = Failure(
            outcome.signal == nil ? .exit : .signal, "\(shownProgram) \(words(outcome))", reason: lastLine,
            hint: privilegesHint ?? withheldHint(environment))
        failure.code = outcome.code.map(Int.init)
        failure.signal = outcome.signal.map(Int.init)
        guard outcome.timedOut else { return failure }
        failure.kind = .timeout
        failure.message = "\(shownProgram) did not end within \(timeout ?? .zero) and was stopped"
        failure.hint = "give it more time: timeout = …, or find out what it waits for"
        return failure
    }

    private func withheldHint(_ environment: HostEnvironment) -> String {
        let names = environment.withheld.keys.filter {
            EnvironmentPolicy.saysCredential($0) && !$0.hasPrefix("INFISICAL_") && !passed.contains($0)
        }
        guard !names.isEmpty, !startsEmpty else { return "" }
        return
            "withheld from it: \(names.sorted().joined(separator: ", ").printable); where it needs one: passEnv = { NAME }"
    }

    /// For a program such as `sudo`, which without its powers fails in words of its own.
    private var privilegesHint: String? {
        guard !newPrivileges, SpawnRequest(program: program).gainsPrivileges else { return nil }
        return "\(shownProgram) needs powers that children do not get: newPrivileges = true lets it have them"
    }

    /// The last line that says something.
    static func lastLine(_ tail: [UInt8]) -> String {
        let line = tail.split(separator: 10).last { !$0.allSatisfy { $0 <= 32 } }
        return line.map { String(decoding: $0.prefix(500), as: UTF8.self).printable } ?? ""
    }
}
