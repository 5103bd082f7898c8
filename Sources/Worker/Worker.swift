import CSystemShims
import Diagnostics
import HostProtocol
import LuaBridge

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process that runs Lua: it has a wire to the host, memory, and nothing else.
public enum Worker {
    /// The signal with which the host interrupts running Lua code.
    static let interruptSignal = SIGUSR1
    /// The signal with which the host raises the error of its CPU limit.
    static let limitSignal = SIGUSR2
    /// The signal that says, with the request's number, that a time limit of a part of the script has passed.
    static let deadlineSignal = SIGALRM

    /// Locks this process down, runs the script and ends. Called in the forked child, with its end of the wire.
    public static func run(_ assignment: Assignment, wire descriptor: Int32) -> Never {
        let wire = Wire(descriptor: descriptor)
        do {
            let machine = try ScriptMachine(assignment, wire)
            try lockDown(descriptor, assignment.limits)
            try machine.run()
        } catch let error as LuaError {
            report(text(of: error, assignment.limits), error.traceback, wire)
        } catch let failure as Failure {
            let words = [failure.message, failure.reason].filter { !$0.isEmpty }.joined(separator: ": ")
            report(Array(words.utf8), [], wire)
        } catch {
            report(Array("\(error)".utf8), [], wire)
        }
        // All is said; the VM is not torn down.
        _exit(0)
    }

    /// Wipes what was inherited and gives up every right, before the first line of Lua. Where a kernel lacks a layer
    /// the run goes on with the others; a layer that it has and that does not hold ends the run.
    private static func lockDown(_ descriptor: Int32, _ limits: WorkerLimits) throws(Failure) {
        // What is read from files or hashed with a seed at first use is used once now: neither is possible later.
        tzset()
        _ = Set(["seed"]).contains("seed")
        var options = vs_sys_sandbox_options()
        options.socket = descriptor
        options.erase_environment = true
        options.data_limit = limits.dataLimitBytes
        var report = vs_sys_sandbox_report()
        guard unsafe vs_sys_sandbox_worker(&options, &report) != 0 else { return }
        // Of the report, not of the kernel: the filter is in force and kills whoever asks for another system call.
        let isWhole =
            report.no_new_privileges_error == 0 && report.undumpable_error == 0 && report.descriptors_error == 0
            && (report.landlock_error == 0 || report.landlock_abi == 0)
            && (report.filter_error == 0 || !vs_sys_seccomp_available())
        guard !isWhole else { return }
        let layers = [
            ("no_new_privs", report.no_new_privileges_error), ("undumpable", report.undumpable_error),
            ("descriptors", report.descriptors_error), ("Landlock", report.landlock_error),
            ("seccomp", report.filter_error),
        ]
        let refused = layers.filter { $0.1 != 0 }.map { name, error in
            "\(name): \(unsafe String(cString: strerror(error)))"
        }
        throw Failure(
            .script, "the worker cannot be locked down, so the script was not started",
            reason: "the kernel refuses " + refused.joined(separator: ", "),
            hint: "another sandbox around this program may forbid it: allow seccomp and Landlock")
    }

    /// What the prelude could not catch itself: where not even its own code had memory left.
    private static func text(of error: LuaError, _ limits: WorkerLimits) -> [UInt8] {
        guard error.kind == .memory else { return error.message }
        return Array("not enough memory for the script\nraise the limit: --limit memory=… (docs/limits.md)".utf8)
    }

    private static func report(_ message: [UInt8], _ traceback: [UInt8], _ wire: Wire) {
        let value: Value = .record(["status": .text("error"), "text": .bytes(message), "traceback": .bytes(traceback)])
        try? wire.notify(.finished, value)
    }
}

/// One VM with the prelude's host functions in it.
final class ScriptMachine {
    private let assignment: Assignment
    private let wire: Wire
    private let vm: LuaVM
    /// Whether objects have their methods.
    private var hasHandles = false
    private var keptBack: Message?

    init(_ assignment: Assignment, _ wire: Wire) throws(Failure) {
        self.assignment = assignment
        self.wire = wire
        vm = try LuaVM(
            memoryLimitBytes: assignment.limits.memoryBytes, coroutineLimit: assignment.limits.coroutineLimit)
        try vm.interruptOnSignal(Worker.interruptSignal)
        try vm.interruptOnSignal(Worker.limitSignal, .limit)
        try vm.interruptOnSignal(Worker.deadlineSignal, .deadline)
    }

    func run() throws {
        try defineFunctions()
        for part in EmbeddedText.startParts {
            _ = try EmbeddedText.withPreludePart(part) { text throws(LuaError) in
                try vm.runPrelude(text, name: "=[vaultscript]")
            }
            if part == "errors" { _ = try vm.call("configure", [settings]) }
        }
        let script: [Value] = [.bytes(assignment.text), .text(assignment.chunkName)]
        _ = try vm.call("start", script + assignment.arguments.map { .bytes($0) })
    }

    private var settings: Value {
        let arguments = assignment.arguments.enumerated().map {
            Value.Entry(.integer(Int64($0.offset + 1)), .bytes($0.element))
        }
        let name = Value.Entry(.integer(0), .text(assignment.scriptName))
        return .record([
            "operations": .map(
                Operation.allCases.map { .init(.bytes(Array($0.name.utf8)), .integer(Int64($0.rawValue))) }),
            "limits": assignment.limits.value,
            "scriptDirectory": .text(assignment.scriptFolder),
            "scriptArguments": .map([name] + arguments),
            "taskSelection": assignment.tasks.value,
            "isInteractive": .boolean(assignment.isInteractive),
        ])
    }

    // MARK: - What the prelude calls

    private func defineFunctions() throws(Failure) {
        try vm.defineFunction("send") { [wire] arguments in
            Self.outcome { () throws(Failure) in
                let id = try wire.request(try Self.operation(arguments), arguments[1])
                return [.integer(Int64(id))]
            }
        }
        try vm.defineFunction("notify") { [wire] arguments in
            Self.outcome { () throws(Failure) in
                try wire.notify(try Self.operation(arguments), arguments[1])
                return []
            }
        }
        try vm.defineFunction("receive") { [unowned self] _ in
            defer { vm.clearInterrupt() }
            return .results(receive())
        }
        try vm.defineFunction("handlesAreMade") { [unowned self] _ in
            hasHandles = true
            return .results([])
        }
        try vm.defineFunction("standardModule") { arguments in
            .results([arguments[0].asText.flatMap(EmbeddedText.module).map { .bytes($0) } ?? .null])
        }
        try vm.defineFunction("preludeSource") { arguments in
            .results([arguments[0].asText.flatMap(EmbeddedText.preludePart).map { .bytes($0) } ?? .null])
        }
    }

    private static func operation(_ arguments: LuaArguments) throws(Failure) -> Operation {
        guard let code = arguments[0].asInteger, let operation = UInt8(exactly: code).flatMap(Operation.init) else {
            throw Failure(.usage, "there is no such operation")
        }
        return operation
    }

    private static func outcome(_ body: () throws(Failure) -> [Value]) -> LuaOutcome {
        do throws(Failure) {
            return .results(try body())
        } catch {
            return .failure(.text(error.text))
        }
    }

    /// What comes next from the host. The first message that brings an object is kept back until the prelude has said
    /// what can be done with one: `objects` asks for that.
    private func receive() -> [Value] {
        let message = keptBack ?? wire.receive()
        keptBack = nil
        if !hasHandles, Self.holdsObject(message) {
            keptBack = message
            return [.integer(0), .text("objects"), .null]
        }
        return Self.received(message)
    }

    private static func holdsObject(_ message: Message) -> Bool {
        guard case .answer(_, let value) = message else { return false }
        return holdsObject(value)
    }

    private static func holdsObject(_ value: Value) -> Bool {
        switch value {
        case .object: true
        case .list(let values): values.contains { holdsObject($0) }
        case .map(let entries): entries.contains { holdsObject($0.value) }
        case .null, .boolean, .integer, .number, .bytes: false
        }
    }

    private static func received(_ message: Message) -> [Value] {
        switch message {
        case .answer(let id, let value): [.integer(Int64(id)), .text("answer"), value]
        case .fault(let id, let record): [.integer(Int64(id)), .text("fault"), record]
        case .cancel(let record): [.integer(0), .text("cancel"), record]
        case .request, .notice: [.integer(0), .text("ignored"), .null]
        }
    }
}
