import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Arguments {
        struct Refusal: Sendable, CustomTestStringConvertible {
            var expression: String
            var want: String
            var testDescription: String { expression }
        }

        static let refusals = [
            Refusal(expression: "print_", want: "argument 1: a function cannot be passed"),
            Refusal(expression: "1, print_", want: "argument 2: a function cannot be passed"),
            Refusal(expression: "{ env = { PATH = { 1, print_ } } }", want: "env.PATH[2]: a function cannot be passed"),
            Refusal(expression: "{ env = { ['A B'] = print_ } }", want: "env[\"A B\"]: a function cannot be passed"),
            Refusal(expression: "{ ['a\\nb\\0'] = print_ }", want: "[\"a?b?\"]: a function cannot be passed"),
            Refusal(expression: "{ [7] = print_ }", want: "[7]: a function cannot be passed"),
            Refusal(expression: "{ a = coroutine.create(print_) }", want: "a: a coroutine cannot be passed"),
            Refusal(expression: "{ x = { [1.5] = 1 } }", want: "x: a key with a fraction cannot be passed"),
            Refusal(
                expression: "{ x = { [true] = 1 } }",
                want: "x: a key that is neither text nor a whole number cannot be passed"),
            Refusal(expression: "cycle", want: "a.b: a table that contains itself cannot be passed"),
            Refusal(
                expression: "deep(65)",
                want: String(repeating: "[1]", count: 64) + ": tables nested more than 64 deep cannot be passed"),
        ]

        static let setUp = """
            function print_() end
            cycle = { a = {} } cycle.a.b = cycle
            function deep(n) local t = {} for _ = 2, n do t = { t } end return t end

            """

        @Test(arguments: refusals)
        func `what cannot be passed is an error that names the path`(refusal: Refusal) throws {
            var called = false
            let record: (LuaArguments) -> LuaOutcome = { _ in
                called = true
                return .results([])
            }
            let vm = try machine(runner, functions: ["take": record])
            #expect(vm.failure(of: Self.setUp + "host.take(\(refusal.expression))") == refusal.want)
            #expect(!called)
            #expect(vm.failure(of: Self.setUp + "return \(refusal.expression)") == refusal.want.asResult)
        }

        @Test func `64 nested tables pass, in both directions, and 65 do not`() throws {
            let vm = try machine(runner, functions: ["echo": { .results($0.values) }])
            let deepest = (1..<64).reduce(Value.list([])) { inner, _ in .list([inner]) }
            #expect(try vm.run(Self.setUp + "return host.echo(deep(64))") == [deepest])
            #expect(try vm.run("return ...", [deepest]) == [deepest])
            #expect(vm.failure(of: "return ...", [.list([deepest])]) == "values too large or too deep to be passed")
        }

        @Test func `a host function's answer nested too deeply is an error in Lua`() throws {
            let tooDeep = (1...64).reduce(Value.list([])) { inner, _ in .list([inner]) }
            let vm = try machine(runner, functions: ["answer": { _ in .results([tooDeep]) }])
            let message = "test:1: the host's answer is nested more than 64 tables deep"
            #expect(try vm.run("return select(2, pcall(function() host.answer() end))") == [.text(message)])
        }

        @Test func `tables are read raw`() throws {
            let vm = try machine(runner, functions: ["echo": { .results($0.values) }])
            let trap = """
                local function trap() error("a metamethod ran") end
                local t = { 1, 2, x = { y = 3 } }
                local mt = { __index = trap, __pairs = trap, __len = trap, __gc = trap, __name = trap }
                setmetatable(t.x, mt)
                return host.echo(setmetatable(t, mt))
                """
            let answer = try vm.run(trap)
            #expect(answer.count == 1)
            #expect(answer[0]["x"] == .record(["y": .integer(3)]))
        }

        @Test func `keys decide between list and map`() throws {
            let vm = try machine(runner)
            #expect(try vm.run("return { [2] = 'b', [1] = 'a' }") == [.list([.text("a"), .text("b")])])
            #expect(try vm.run("return { [1.0] = 'a' }") == [.list([.text("a")])])
            #expect(try vm.run("return { nil, 'b' }") == [.map([.init(.integer(2), .text("b"))])])
            #expect(try vm.run("return { ['1'] = 'a' }") == [.map([.init(.bytes([49]), .text("a"))])])
            #expect(try vm.run("return { [1 << 53] = 1 }") == [.map([.init(.integer(1 << 53), .integer(1))])])
            #expect(try vm.run("return { [2^53] = 1 }") == [.map([.init(.integer(1 << 53), .integer(1))])])
            let big = try vm.run("local t = {} for i = 1, 10000 do t[i] = i end return t")
            #expect(big == [.list((1...10000).map { .integer(Int64($0)) })])
        }

        @Test func `a null leaves a hole in a list and is left out of a map`() throws {
            let vm = try machine(runner)
            let values: [Value] = [.list([.null, .integer(2)]), .record(["a": .null, "b": .integer(1)])]
            let text = "local l, m = ... return l[1], l[2], next(m), m.a"
            #expect(try vm.run(text, values) == [.null, .integer(2), .text("b"), .null])
        }

        @Test func `more than the exchange limit is an error in either direction, and the VM goes on`() throws {
            let vm = try LuaVM(memoryLimitBytes: 64 << 20, exchangeLimitBytes: 100_000, ledger: nil)
            try vm.defineFunction("echo") { .results($0.values) }
            try vm.defineFunction("large") { _ in .results([.bytes([UInt8](repeating: 1, count: 100_001))]) }
            try vm.runPrelude(Array(runner.utf8).span, name: "=prelude")
            let want = "more than 100000 bytes cannot be passed at once"
            #expect(vm.failure(of: "host.echo(('x'):rep(100001))").hasSuffix(want))
            #expect(vm.failure(of: "host.large()").hasSuffix(want))
            #expect(vm.failure(of: "return ('x'):rep(100001)").hasSuffix(want))
            // Shared tables that would unfold without end.
            let bomb = "local t = {} for _ = 1, 60 do t = { t, t } end host.echo(t)"
            #expect(vm.failure(of: bomb).hasSuffix(want))
            #expect(try vm.run("return host.echo(('x'):rep(90000):len())") == [.integer(90000)])
        }
    }
}

extension String {
    /// The message for a call's result where that for an argument is this one.
    fileprivate var asResult: String {
        hasPrefix("argument ") ? "result " + dropFirst("argument ".count) : self
    }
}
