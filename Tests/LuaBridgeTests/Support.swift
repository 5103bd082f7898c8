import Diagnostics
import HostProtocol
import Testing

@testable import LuaBridge

/// One suite, one test at a time: the count of living things that some compare is the suite's.
@Suite(.serialized) struct `Lua bridge` {}

/// A VM whose prelude is `source`.
func machine(
    _ source: String, memoryLimitBytes: Int = 64 << 20, functions: [String: (LuaArguments) -> LuaOutcome] = [:],
    ledger: LuaLedger? = nil
) throws -> LuaVM {
    let vm = try LuaVM(memoryLimitBytes: memoryLimitBytes, ledger: ledger)
    for (name, body) in functions { try vm.defineFunction(name, body) }
    try vm.runPrelude(Array(source.utf8).span, name: "=prelude")
    return vm
}

/// A prelude that runs the text it is given: `run(text, ...)`, with `host` as a global.
let runner = """
    local host = ...
    _G.host = host
    function host.run(text, ...)
        local chunk, message = host.load(text, "=test")
        if not chunk then error(message, 0) end
        return chunk(...)
    end
    """

extension LuaVM {
    /// Runs `text` in a VM made with `runner`.
    @discardableResult
    func run(_ text: String, _ arguments: [Value] = []) throws(LuaError) -> [Value] {
        try call("run", [.text(text)] + arguments)
    }

    /// Runs `text`, which is expected to fail, and gives the message.
    func failure(of text: String, _ arguments: [Value] = []) -> String {
        do {
            return "no error but \(try run(text, arguments))"
        } catch {
            return "\(error)"
        }
    }
}

/// A thing whose number of living instances is known.
final class Tracked {
    nonisolated(unsafe) static var live = 0
    init() { unsafe Self.live += 1 }
    deinit { unsafe Self.live -= 1 }
    static var count: Int { unsafe live }
}

let sampleObject = ObjectReference(kind: .secret, index: 7, generation: .max, name: Array("GH_PAT".utf8))
