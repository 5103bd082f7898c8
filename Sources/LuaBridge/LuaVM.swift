import CLuaShims
public import Diagnostics
public import HostProtocol

/// A Lua 5.4 interpreter that Swift can use without fear of longjmp: whatever a script does and wherever memory ends,
/// no Lua error passes through a Swift frame.
///
/// One thread, one owner. A host function must not use the VM that calls it; that traps. Values cross as copies.
/// A script reaches only what the prelude leaves in its globals; the prelude itself gets the *host table* with the
/// defined functions and the primitives listed at `runPrelude`.
@safe public final class LuaVM {
    /// The most bytes that one call's arguments or results may take on their way (40 bytes a value plus its text).
    public static let exchangeLimitBytes = 64 * 1024 * 1024

    private let machine: OpaquePointer
    private let functions = HostFunctions()
    private let ledger: LuaLedger?

    /// Opens a VM with the libraries that reach nothing outside it.
    ///
    /// Base without `print`, `warn`, `dofile`, `loadfile` and with a `load` for text only; `string` without `dump` and
    /// `%p`; `table`, `math`, `utf8`, `coroutine`; `os.time`, `clock`, `date`, `difftime`; and `debug`, which the
    /// prelude removes.
    ///
    /// - Parameters:
    ///   - memoryLimitBytes: All that Lua may allocate; about 40 KiB are in use after opening.
    ///   - coroutineLimit: Coroutines that may exist at a time, as the prelude asks with `host.hasCoroutineRoom`.
    /// - Throws: `.limit` where the memory does not suffice.
    public convenience init(memoryLimitBytes: Int, coroutineLimit: Int = .max) throws(Failure) {
        try self.init(memoryLimitBytes: memoryLimitBytes, coroutineLimit: coroutineLimit, ledger: nil)
    }

    /// The same with the limits and failures that tests need.
    init(
        memoryLimitBytes: Int, coroutineLimit: Int = .max, exchangeLimitBytes: Int = LuaVM.exchangeLimitBytes,
        failing: AllocationFailure = .never,
        ledger: LuaLedger?
    ) throws(Failure) {
        self.ledger = ledger
        var options = unsafe vs_lua_options()
        unsafe options.memory_limit = max(memoryLimitBytes, 0)
        unsafe options.coroutine_limit = max(coroutineLimit, 1)
        unsafe options.exchange_limit = max(exchangeLimitBytes, 0)
        unsafe options.host_function = callHostFunction
        // Unretained: the VM owns the functions and is closed before they go.
        unsafe options.context = Unmanaged.passUnretained(functions).toOpaque()
        unsafe options.fail_at = failing.at
        unsafe options.fail_onwards = failing.onwards
        unsafe ledger?.register(in: &options)
        guard let machine = unsafe vs_lua_make(&options) else {
            throw Failure(
                .limit, "the Lua interpreter could not start",
                reason: "\(memoryLimitBytes) bytes of memory are not enough, or the system has no more",
                hint: "raise the memory limit of the run")
        }
        unsafe self.machine = machine
    }

    deinit {
        unsafe vs_lua_free(machine)
        withExtendedLifetime((functions, ledger)) {}
    }

    // MARK: - Setting up

    /// Makes `body` the field `name` of the host table, which only the prelude gets.
    ///
    /// Arguments arrive as copies. What cannot be passed (a function, a cycle, more than 64 tables deep …) is an error
    /// in Lua that names the path, such as `env.PATH[2]: a function cannot be passed`; `body` is not called then.
    ///
    /// - Parameter body: Must not use this VM. What it captures lives until the VM is gone.
    /// - Throws: `.limit` where memory ends.
    public func defineFunction(
        _ name: String, _ body: @escaping (LuaArguments) -> LuaOutcome
    ) throws(Failure) {
        checkIdle()
        let number = functions.add(body)
        var name = name
        let status = name.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) {
                unsafe vs_lua_define(machine, $0.baseAddress, $0.count, number)
            }
        }
        guard Int(status) == VS_LUA_OK else {
            throw Failure(
                .limit, "the host function \(name) could not be defined", reason: "Lua's memory limit is reached",
                hint: "raise the memory limit of the run")
        }
    }

    /// Runs the prelude with the host table as its one argument (`local host = ...`).
    ///
    /// The host table holds the defined functions, and in C:
    /// `load(text, chunkname [, env])`, `objectInfo(value)`, `setObjectMethods(kind, fields)`, `resume(co, ...)`,
    /// `close(co)`, `isYieldable()`, `hasCoroutineRoom()`, `setCancelError(value)`, `setLimitError(value)`,
    /// `setMemoryError(value)`, `ignoreInterrupts()`, `where(level)`, `traceback(co, message, level)`,
    /// `setGlobals(table)`, `lockStringMetatable()`.
    ///
    /// - Parameters:
    ///   - source: Lua text; a binary chunk is refused.
    ///   - name: The chunk's name in Lua's form: `@file` or `=name`.
    public func runPrelude(_ source: Span<UInt8>, name: String) throws(LuaError) {
        checkIdle()
        let status = unsafe source.withUnsafeBufferPointer { text in
            unsafe vs_lua_run_prelude(machine, text.baseAddress, text.count, name)
        }
        try check(status)
    }

    // MARK: - Running

    /// Calls the function that the prelude stored as the field `name` of the host table.
    ///
    /// - Returns: Its results, by the same rules as a host function's arguments.
    /// - Throws: `.runtime` for an error that nobody caught (a missing function, or a result that cannot be passed, is
    ///   one too), `.memory` at the limit, `.errorInErrorHandler`. The VM stays usable after each.
    public func call(_ name: String, _ arguments: [Value]) throws(LuaError) -> [Value] {
        checkIdle()
        if let outgoing = unsafe vs_lua_outgoing(machine) { unsafe ExchangeWriter(outgoing).write(arguments) }
        var name = name
        let status = name.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) { unsafe vs_lua_call(machine, $0.baseAddress, $0.count) }
        }
        try check(status)
        return incoming()
    }

    /// Bytes that Lua has allocated now.
    public var memoryInUseBytes: Int { unsafe vs_lua_memory_in_use(machine) }

    /// Coroutines that exist, those that garbage collection has not found yet included.
    public var coroutineCount: Int { unsafe vs_lua_coroutine_count(machine) }

    // MARK: - Interrupting

    /// Why running Lua code is interrupted.
    public enum InterruptReason: Sendable {
        /// Raises what the prelude gave to `host.setCancelError`.
        case cancelled
        /// Raises what the prelude gave to `host.setLimitError`.
        case limit
        /// Asks what the prelude gave to `host.setDeadline`.
        case deadline

        fileprivate var code: Int32 {
            switch self {
            case .cancelled: Int32(VS_LUA_INTERRUPT_CANCEL)
            case .limit: Int32(VS_LUA_INTERRUPT_LIMIT)
            case .deadline: Int32(VS_LUA_INTERRUPT_DEADLINE)
            }
        }
    }

    /// Raises the error that the prelude registered for `reason`, once, in whatever coroutine runs.
    ///
    /// It comes at the next instruction; where nothing runs, in the next call. A finalizer or a long C function is not
    /// interrupted.
    public func interrupt(_ reason: InterruptReason = .cancelled) { unsafe vs_lua_interrupt(machine, reason.code) }

    /// Withdraws an interrupt that no Lua code has seen yet.
    public func clearInterrupt() { unsafe vs_lua_clear_interrupt(machine) }

    /// Makes a signal of this process interrupt this VM.
    ///
    /// The last VM that asked is meant. System calls restart.
    public func interruptOnSignal(_ signal: Int32, _ reason: InterruptReason = .cancelled) throws(Failure) {
        guard unsafe vs_lua_interrupt_on_signal(machine, signal, reason.code) == 0 else {
            throw Failure(.io, "signal \(signal) cannot be handled", reason: "sigaction refused it")
        }
    }

    // MARK: - Private

    /// Lends the machine to the hooks for tests.
    func withMachineForTesting<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(machine) }

    private func checkIdle() {
        precondition(unsafe !vs_lua_is_running(machine), "a VM is not used while it runs, by a host function for one")
    }

    private func incoming() -> [Value] {
        guard let buffer = unsafe vs_lua_incoming(machine) else { return [] }
        var reader = unsafe ExchangeReader(buffer.pointee)
        return reader.all()
    }

    private func check(_ status: Int32) throws(LuaError) {
        if Int(status) == VS_LUA_OK { return }
        let report = incoming()
        let kind = Self.kind(of: status)
        throw LuaError(
            kind: kind,
            message: report.count > 1 ? report[1].asBytes ?? [] : Array(Self.fallback(for: kind).utf8),
            traceback: report.count > 2 ? report[2].asBytes ?? [] : [],
            value: report.first ?? .null)
    }

    private static func kind(of status: Int32) -> LuaError.Kind {
        switch Int(status) {
        case VS_LUA_ERROR_SYNTAX: .syntax
        case VS_LUA_ERROR_MEMORY: .memory
        case VS_LUA_ERROR_IN_HANDLER: .errorInErrorHandler
        default: .runtime
        }
    }

    // Where there was no room for a report.
    private static func fallback(for kind: LuaError.Kind) -> String {
        kind == .memory ? "not enough memory" : "values too large or too deep to be passed"
    }
}

/// The one entrance from C.
///
/// It has only copies to work with and returns in the ordinary way, always.
private func callHostFunction(
    context: UnsafeMutableRawPointer?, number: Int32, arguments: UnsafePointer<vs_lua_values>?,
    results: UnsafeMutablePointer<vs_lua_values>?
) -> Int32 {
    guard let context = unsafe context, let arguments = unsafe arguments, let results = unsafe results else {
        return Int32(VS_LUA_HOST_FAILURE)
    }
    let functions = unsafe Unmanaged<HostFunctions>.fromOpaque(context).takeUnretainedValue()
    var reader = unsafe ExchangeReader(arguments.pointee)
    let outcome = functions.call(number, LuaArguments(values: reader.all()))
    let writer = unsafe ExchangeWriter(results)
    switch outcome {
    case .results(let values):
        writer.write(values)
        return Int32(VS_LUA_HOST_RESULTS)
    case .failure(let value):
        writer.write(value)
        return Int32(VS_LUA_HOST_FAILURE)
    }
}
