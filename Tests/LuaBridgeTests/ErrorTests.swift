import Diagnostics
import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Errors {
        @Test func `each sort of error has its kind, message, value and traceback`() throws {
            let vm = try machine(runner)
            #expect(
                throws: LuaError(
                    kind: .syntax, message: Array("prelude:1: unexpected symbol near '='".utf8),
                    value: .text("prelude:1: unexpected symbol near '='"))
            ) {
                try vm.runPrelude(Array("=".utf8).span, name: "=prelude")
            }
            let error = #expect(throws: LuaError.self) {
                try vm.run("local function f() local x = nil; x.y = 1 end f()")
            }
            #expect(error?.kind == .runtime)
            #expect(error?.description == "test:1: attempt to index a nil value (local 'x')")
            let traceback = String(decoding: error?.traceback ?? [], as: UTF8.self)
            #expect(traceback.contains("test:1: in local 'f'"))
            let table = #expect(throws: LuaError.self) { try vm.run("error({ message = 'm', kind = 'usage' })") }
            #expect(table?.description == "m")
            #expect(table?.value["kind"] == .text("usage"))
            let other = #expect(throws: LuaError.self) { try vm.run("error(print_)") }
            #expect(other?.description == "an error value without a message")
            let missing = #expect(throws: LuaError.self) { try vm.call("nothing", []) }
            #expect(missing?.description == "the prelude defined no function 'nothing'")
            let memory = #expect(throws: LuaError.self) { try vm.run("return ('x'):rep(1 << 30)") }
            #expect(memory?.kind == .memory)
            #expect(memory?.description == "not enough memory")
            #expect(try vm.run("return 1") == [.integer(1)])
        }

        @Test func `a host function's failure is raised as the very value it gave`() throws {
            let failure = Value.record(["kind": .text("denied"), "message": .text("no")])
            let vm = try machine(runner, functions: ["fail": { _ in .failure(failure) }])
            let caught = try vm.run("local ok, e = pcall(host.fail, 1) return ok, e.kind, type(e)")
            #expect(caught == [.boolean(false), .text("denied"), .text("table")])
            let error = #expect(throws: LuaError.self) { try vm.run("host.fail()") }
            #expect(error?.value["kind"] == .text("denied"))
            #expect(error?.description == "no")
        }

        @Test func `a thousand errors of host functions leave nothing alive`() throws {
            let ledger = LuaLedger()
            try {
                let held = Tracked()
                let fail: (LuaArguments) -> LuaOutcome = { arguments in
                    let local = Tracked()
                    defer { withExtendedLifetime((local, held)) {} }
                    return .failure(.list([.integer(Int64(Tracked.count)), arguments[0]]))
                }
                let vm = try machine(runner, functions: ["fail": fail], ledger: ledger)
                let text = """
                    local function failing() host.fail({ 1, 2, "three" }) end
                    for i = 1, 1000 do
                        local ok, e = pcall(failing)
                        assert(not ok and e[1] == 2 and e[2][3] == "three")
                    end
                    for i = 1, 1000 do
                        local ok, e = coroutine.resume(coroutine.create(failing))
                        assert(not ok and e[1] == 2)
                        ok, e = pcall(coroutine.wrap(function() return pcall(coroutine.wrap(failing)) end))
                        assert(ok and e == false)
                        ok, e = host.resume(coroutine.create(function() coroutine.yield() failing() end))
                        assert(ok)
                    end
                    """
                try vm.run(text)
                #expect(Tracked.count == 1)
                for _ in 0..<1000 { #expect(throws: LuaError.self) { try vm.run("host.fail()") } }
                #expect(Tracked.count == 1)
            }()
            #expect(Tracked.count == 0)
            #expect(ledger.liveCount == 0)
            #expect(ledger.leakedBytes == 0)
        }

        @Test func `a finalizer that calls a host function does not disturb a call that is under way`() throws {
            var collected = 0
            let vm = try machine(
                runner,
                functions: [
                    "collected": {
                        collected += 1
                        return .results([.bytes([UInt8](repeating: 9, count: 5000)), $0[0]])
                    },
                    "echo": { .results($0.values) },
                ])
            let text = """
                collectgarbage("generational")
                local function litter()
                    for i = 1, 50 do setmetatable({}, { __gc = function() host.collected({ i, "text" }) end }) end
                end
                local list = ...
                for round = 1, 200 do
                    litter()
                    local answer = host.echo(list)
                    assert(#answer == #list and answer[#list] == "v" .. #list)
                end
                return list
                """
            let list = Value.list((1...500).map { .text("v\($0)") })
            #expect(try vm.run(text, [list]) == [list])
            #expect(try vm.run(text, [list]) == [list])
            #expect(collected > 1000)
        }

        @Test func `the traceback and the place of a call are at hand for the prelude`() throws {
            let vm = try machine(runner)
            #expect(
                try vm.run("local function f()\nreturn (host.where(2))\nend\nlocal p = f()\nreturn p, host.where(99)")
                    == [.text("test:4")])
            let text = """
                local co = coroutine.create(function() local function inner() coroutine.yield() end inner() end)
                coroutine.resume(co)
                return host.traceback(co, "message"), host.isYieldable()
                """
            let answer = try vm.run(text)
            #expect(answer[0].asText?.hasPrefix("message\nstack traceback:") == true)
            #expect(answer[0].asText?.contains("in local 'inner'") == true)
            #expect(answer[1] == .boolean(false))
            #expect(try vm.run("return coroutine.wrap(function() return host.isYieldable() end)()") == [.boolean(true)])
        }

        @Test func `a VM used by a host function that it called traps`() async {
            await #expect(processExitsWith: .failure) {
                let vm = try LuaVM(memoryLimitBytes: 1 << 20)
                try vm.defineFunction("again") { _ in .results((try? vm.call("run", [])) ?? []) }
                try vm.runPrelude(Array("local host = ... host.run = host.again".utf8).span, name: "=prelude")
                _ = try vm.call("run", [])
            }
        }
    }
}
