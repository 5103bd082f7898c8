import Diagnostics
import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Memory {
        /// Lets every allocation fail in turn, alone or with all that follow, until `body` no longer meets it.
        private func sweep(_ body: (AllocationFailure, LuaLedger) throws -> Bool) rethrows {
            let ledger = LuaLedger()
            for onwards in [false, true] {
                var n: UInt64 = 1
                while try body(AllocationFailure(at: n, onwards: onwards), ledger) { n += 1 }
                #expect(n > 5, "the sweep met hardly any allocation")
            }
            #expect(ledger.liveCount == 0)
            #expect(ledger.leakedBytes == 0)
            #expect(Tracked.count == 0)
        }

        @Test func `creating a VM survives any failing allocation`() {
            sweep { failing, ledger in
                do throws(Failure) {
                    let vm = try LuaVM(memoryLimitBytes: 1 << 20, failing: failing, ledger: ledger)
                    return vm.hasFailedAllocationForTesting
                } catch {
                    #expect(error.kind == .limit)
                    return true
                }
            }
        }

        @Test func `defining functions and running the prelude survive any failing allocation`() throws {
            try sweep { failing, ledger in
                let vm = try LuaVM(memoryLimitBytes: 1 << 20, ledger: ledger)
                let held = Tracked()
                vm.failAllocationForTesting(failing)
                do {
                    try vm.defineFunction("f") { _ in withExtendedLifetime(held) { .results([]) } }
                    try vm.runPrelude(Array(runner.utf8).span, name: "=prelude")
                } catch let error as LuaError {
                    #expect(error.kind == .memory)
                } catch {
                    #expect((error as? Failure)?.kind == .limit)
                }
                let failed = vm.hasFailedAllocationForTesting
                vm.failAllocationForTesting(.never)
                try vm.runPrelude(Array(runner.utf8).span, name: "=prelude")
                #expect(try vm.run("return 1") == [.integer(1)])
                return failed
            }
        }

        /// Made anew each time: the leak checker does not see through a stored indirect enumeration.
        static var everything: Value {
            .list([
                .boolean(true), .integer(7), .number(0.5),
                .text("a text that is longer than forty bytes, so not interned"),
                .object(sampleObject), .record(["a": .list([.integer(1), .list([]), .object(sampleObject)])]),
            ])
        }

        static let programs = [
            "return ...",
            "return host.echo(...)",
            "local ok, e = pcall(host.fail, ...) if ok then error('no failure') end return e",
            "host.fail(...)",
            "return host.load('return function(...) return { ... } end', '=inner')()(...)",
            "local co = coroutine.wrap(function(...) coroutine.yield(...) end) return co(...)",
            "local ok, e = host.resume(coroutine.create(function(...) host.fail(...) end), ...) return e",
            "return host.traceback(nil, 'x'), host.where(1), tostring((...)[5]), host.objectInfo((...)[5])",
            "local t <close> = setmetatable({}, { __close = function() host.echo(1) end }) host.fail(...)",
            "setmetatable({}, { __gc = function() host.echo({ 1, 2 }) end }) collectgarbage() return host.echo(...)",
        ]

        @Test(arguments: programs)
        func `calls with every sort of value survive any failing allocation`(program: String) throws {
            try sweep { failing, ledger in
                let echo: (LuaArguments) -> LuaOutcome = { arguments in
                    let local = Tracked()
                    defer { withExtendedLifetime(local) {} }
                    return .results(arguments.values)
                }
                let fail: (LuaArguments) -> LuaOutcome = { .failure(.list([$0[0], $0[0]])) }
                let vm = try machine(
                    runner, memoryLimitBytes: 1 << 20, functions: ["echo": echo, "fail": fail], ledger: ledger)
                vm.failAllocationForTesting(failing)
                do throws(LuaError) {
                    try vm.run(program, [Self.everything])
                } catch {
                    // The host's own failure is what some programs end with, with or without memory for the rest.
                    let expected =
                        error.kind == .memory || program.contains("fail") || error.kind == .errorInErrorHandler
                    #expect(expected, "\(error.kind): \(error)")
                }
                let failed = vm.hasFailedAllocationForTesting
                vm.failAllocationForTesting(.never)
                #expect(try vm.run("return host.echo(...)", [Self.everything]) == [Self.everything])
                return failed
            }
        }

        static let bombs = [
            "return ('x'):rep(1 << 30)", "local t = {} while true do t[#t + 1] = {} end",
            "local s = 'x' while true do s = s .. s end", "local t = {} for i = 1, 1e9 do t[i] = i end",
            "return table.concat({ ('x'):rep(1 << 20), ('x'):rep(1 << 20) }, ('y'):rep(1 << 21))",
            "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
            "return load(('x = {'):rep(1e5))", "return ('%99d'):rep(1e6):format(1)", "return ('a'):rep(1e9, 'b')",
            "local function f() return f() + 1 end return f()",
            "local function f() return coroutine.wrap(f)() end return f()",
            "return table.unpack({}, 1, 1e6)", "return string.pack(('s'):rep(1e6), 'x')",
        ]

        @Test(arguments: bombs)
        func `a memory or stack bomb is an error and the VM goes on`(bomb: String) throws {
            let vm = try machine(runner, memoryLimitBytes: 4 << 20)
            do throws(LuaError) {
                _ = try vm.run(bomb)
                #expect(bomb.contains("load("), "\(bomb) did not fail")
            } catch {
                #expect(error.kind != .syntax, "\(error)")
            }
            #expect(vm.memoryInUseBytes <= 4 << 20)
            #expect(try vm.run("collectgarbage() return 1") == [.integer(1)])
            #expect(vm.memoryInUseBytes < 1 << 20)
        }

        @Test func `the limit is exact`() throws {
            let vm = try machine(runner, memoryLimitBytes: 1 << 20)
            #expect(throws: LuaError.self) { try vm.run("return #('x'):rep(1 << 20)") }
            #expect(try vm.run("return #('x'):rep(1 << 18)") == [.integer(1 << 18)])
            #expect(throws: Failure.self) { try LuaVM(memoryLimitBytes: 10_000) }
            #expect(throws: Failure.self) { try LuaVM(memoryLimitBytes: -1) }
        }

        @Test func `a closing VM's finalizers cannot call the host any more`() throws {
            var calls = 0
            let ledger = LuaLedger()
            try {
                let count: (LuaArguments) -> LuaOutcome = { _ in
                    calls += 1
                    return .results([])
                }
                let vm = try machine(runner, functions: ["count": count], ledger: ledger)
                try vm.run("kept = setmetatable({}, { __gc = function() host.count() end }) host.count()")
            }()
            #expect(calls == 1)
            #expect(ledger.liveCount == 0)
        }
    }
}
