import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite(.timeLimit(.minutes(1))) struct LimitErrors {
        private static let prelude =
            runner + """

                host.setCancelError({ kind = "cancelled" })
                host.setLimitError({ kind = "limit" })
                host.setMemoryError({ kind = "memory" })
                """

        private func registered() throws -> LuaVM { try machine(Self.prelude, memoryLimitBytes: 4 << 20) }

        @Test func `each reason of an interrupt raises its own error, and cancelling goes first`() throws {
            let vm = try registered()
            // A hook sees a host function when it returns, so one function asks for all.
            try vm.defineFunction("interruptAll") { [unowned vm] arguments in
                for reason in arguments.values { vm.interrupt(reason == .text("limit") ? .limit : .cancelled) }
                return .results([])
            }
            let text = """
                local kinds = {}
                for _, reasons in ipairs { { "limit" }, { "cancel" }, { "limit", "cancel" }, { "cancel", "limit" } } do
                    local ok, e = pcall(function()
                        host.interruptAll(table.unpack(reasons))
                        while true do end
                    end)
                    kinds[#kinds + 1] = e.kind
                end
                return kinds
                """
            let kinds: [Value] = ["limit", "cancelled", "cancelled", "cancelled"].map { .text($0) }
            #expect(try vm.run(text) == [.list(kinds)])
        }

        static let catchers = [
            "pcall(bomb)", "xpcall(bomb, error)", "host.resume(coroutine.create(bomb))",
            "coroutine.resume(coroutine.create(bomb))",
            "pcall(coroutine.wrap(bomb))", "pcall(pcall, bomb)", "coroutine.wrap(function() return pcall(bomb) end)()",
            "pcall(function() local t <close> = setmetatable({}, { __close = bomb }) end)",
            "coroutine.close(suspended(function() local t <close> = setmetatable({}, { __close = bomb }) coroutine.yield() end))",
        ]

        @Test(arguments: catchers)
        func `memory that ends is the registered error, whoever catches it`(catcher: String) throws {
            let vm = try registered()
            let text = """
                function bomb() local t = {} while true do t[#t + 1] = {} end end
                function suspended(f) local co = coroutine.create(f) coroutine.resume(co) return co end
                local results = table.pack(\(catcher))
                return results[results.n].kind
                """
            for _ in 0..<3 { #expect(try vm.run(text) == [.text("memory")]) }
        }

        @Test func `without a registered error it is Lua's own text`() throws {
            let vm = try machine(runner, memoryLimitBytes: 1 << 20)
            #expect(
                try vm.run("return pcall(string.rep, 'x', 1 << 21)") == [.boolean(false), .text("not enough memory")])
        }

        @Test func `protected calls are Lua's own in all else`() throws {
            let vm = try registered()
            func expect(_ text: String, _ values: Value...) throws { #expect(try vm.run(text) == values, "\(text)") }
            try expect("return pcall(pcall)", .boolean(false), .text("bad argument #1 to 'pcall' (value expected)"))
            try expect("return select('#', pcall(function() return nil, nil end))", .integer(3))
            try expect(
                "return xpcall(function(...) return ... end, error, 1, nil, 3)", .boolean(true), .integer(1), .null,
                .integer(3))
            try expect("return xpcall(error, function(e) return e .. '!' end, 'x')", .boolean(false), .text("x!"))
            try expect(
                "return pcall(xpcall, print)", .boolean(false),
                .text("bad argument #2 to 'xpcall' (function expected, got no value)"))
            let yielding = """
                local w = coroutine.wrap(function(...)
                    local a = { pcall(function(...) return coroutine.yield(...) end, ...) }
                    local b = { xpcall(function() coroutine.yield("again") error("in", 0) end, function(e) return e .. "!" end) }
                    return a[2], b[1], b[2]
                end)
                return w("first"), w("second"), w()
                """
            let values: [Value] = [.text("first"), .text("again"), .text("second"), .boolean(false), .text("in!")]
            #expect(try vm.run(yielding) == values)
        }

        @Test func `coroutines are counted as they come and go`() throws {
            let vm = try LuaVM(memoryLimitBytes: 8 << 20, coroutineLimit: 100)
            try vm.runPrelude(Array(runner.utf8).span, name: "=prelude")
            try vm.run("kept = {} for i = 1, 99 do kept[i] = coroutine.create(type) end")
            #expect(vm.coroutineCount == 99)
            #expect(try vm.run("return host.hasCoroutineRoom()") == [.boolean(true)])
            try vm.run("kept[100] = coroutine.create(type)")
            #expect(try vm.run("return host.hasCoroutineRoom()") == [.boolean(false)])
            // Garbage is collected before the answer is no.
            try vm.run("kept = nil")
            #expect(try vm.run("return host.hasCoroutineRoom()") == [.boolean(true)])
            #expect(vm.coroutineCount == 0)
            try vm.run("for i = 1, 5000 do coroutine.wrap(function() end)() end collectgarbage()")
            #expect(vm.coroutineCount == 0)
        }
    }
}
