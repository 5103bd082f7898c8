import Foundation
import TestSupport
import Testing

/// docs/limits.md, on the built program: each limit at its edge, and what works after it.
@Suite(.timeLimit(.minutes(3))) struct `Limits` {
    private func run(_ limits: [String], _ code: String) throws -> Program.Outcome {
        try Program.run(limits.flatMap { ["--limit", $0] } + ["-e", code])
    }

    // MARK: - Options

    @Test(arguments: [
        ("memry=1G", "--limit: there is no limit \"memry\"\ndid you mean memory?\n"),
        ("speed=1", "--limit: there is no limit \"speed\"\nthe names are memory, cpu, coroutines, handles, processes, calls"),
        ("memory", "--limit: expected NAME=VALUE, got \"memory\"\nsuch as memory=1G"),
        ("memory=1023K", "--limit: memory: expected a size from 1M to 64T, or none, got \"1023K\""),
        ("memory=65T", "got \"65T\""), ("memory=-1G", "got \"-1G\""), ("memory=99999999999999999999", "expected a size"),
        ("memory=", "got \"\""), ("cpu=99ms", "--limit: cpu: expected a time from 100ms, or none, got \"99ms\""),
        ("cpu=soon", "got \"soon\""), ("cpu=nan", "got \"nan\""), ("coroutines=0", "expected a number from 1 to 10000000, or none"),
        ("handles=none", "--limit: handles: expected a number from 1 to 1000000, got \"none\""),
        ("processes=1.5", "got \"1.5\""), ("calls=100001", "expected a number from 1 to 100000"),
    ])
    func `a wrong limit is an error that says what is right`(limit: String, message: String) throws {
        let outcome = try run([limit], "print('started')")
        #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains(message), "\(outcome)")
    }

    @Test(arguments: [
        "memory=1M", "memory=64T", "memory=none", "memory=1048576", "memory=2g", "cpu=100ms", "cpu=none", "cpu=1h",
        "coroutines=1", "coroutines=none", "handles=1", "processes=1", "calls=1",
    ])
    func `an empty script runs with the least and the most`(limit: String) throws {
        let outcome = try run([limit], "print('ran', 1)")
        #expect(outcome.code == 0 && outcome.text == "ran\t1\n" && outcome.error.isEmpty, "\(outcome)")
    }

    @Test func `the command line goes before the environment, the environment before the default`() throws {
        let script = "print((pcall(string.rep, 'x', 3 << 20)), (pcall(string.rep, 'x', 20 << 20)))"
        let environment = ["VAULTSCRIPT_LIMITS": "memory=2M, cpu=5m"]
        #expect(try Program.run(["-e", script]).text == "true\ttrue\n")
        #expect(try Program.run(["-e", script], environment: environment).text == "false\tfalse\n")
        let both = try Program.run(["--limit=memory=8M", "-e", script], environment: environment)
        #expect(both.text == "true\tfalse\n", "\(both)")
        let wrong = try Program.run(["-e", ""], environment: ["VAULTSCRIPT_LIMITS": "memory=2M,handels=5"])
        #expect(wrong.code == 2, "\(wrong)")
        #expect(wrong.errorText == "VAULTSCRIPT_LIMITS: there is no limit \"handels\"\ndid you mean handles?\n", "\(wrong)")
    }

    @Test func `help limits is the table`() throws {
        let help = try Program.run(["help", "limits"])
        #expect(help.code == 0 && help.text.contains("| `coroutines` |"), "\(help)")
    }

    // MARK: - Memory

    @Test func `memory at its edge is an error with the option's name, and the script goes on`() throws {
        let outcome = try run(
            ["memory=16M"],
            """
            print(#(("x"):rep(7 << 20)))
            collectgarbage()
            local ok, e = pcall(string.rep, "x", 8 << 20)
            print(ok, e.kind, e.message)
            print(e.hint)
            local seen = 0
            for _, f in ipairs { pcall, function(...) return xpcall(..., function() seen = seen + 1 end) end,
                function(f) return coroutine.resume(coroutine.create(f)) end,
                function(f) return pcall(coroutine.wrap(f)) end } do
              local _, e = f(function() local t = {} while true do t[#t + 1] = { 1, 2, 3 } end end)
              print(e.kind)
            end
            collectgarbage()
            print(seen, #(("x"):rep(7 << 20)), spawn{ "echo", "on", capture = true }.stdout)
            """)
        #expect(
            outcome.text == """
                7340032
                false\tlimit\tnot enough memory: the script may use 16 MiB
                allow more with --limit memory=1G, hold less at a time, or leave large data to programs
                limit
                limit
                limit
                limit
                0\t7340032\ton


                """, "\(outcome)")
        #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome)")
    }

    @Test(arguments: [
        "local s = 'x' while true do s = s .. s end", "local t = {} while true do t[#t + 1] = { {} } end",
        "local t = {} while true do t[#t + 1] = function() return t end end",
        "return load(('x = {'):rep(1e8))",
        "local t = setmetatable({}, { __gc = function(t) while true do t[#t + 1] = {} end end }) t = nil "
            + "local u = {} while true do u[#u + 1] = {} end",
        "local t = {} while true do t[#t + 1] = coroutine.wrap(function() end) end",
        "local t = {} for i = 1, 1e9 do t[i] = i end", "string.format(('%99d'):rep(1e7), 1)", "table.concat({}, ('x'):rep(1 << 40))",
        "defer(function() local t = {} while true do t[#t + 1] = {} end end) error('first')",
    ])
    func `a bomb ends with an error and never with a crash`(code: String) throws {
        let outcome = try run(["memory=24M", "cpu=20s"], code)
        #expect(outcome.code == 1 || outcome.code == 2, "\(code): \(outcome)")
        #expect(!outcome.error.isEmpty && !outcome.errorText.contains("worker"), "\(code): \(outcome)")
    }

    @Test func `an uncaught memory error says what to do`() throws {
        let outcome = try run(["memory=4M"], "local s = ('x'):rep(1 << 23)")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("not enough memory: the script may use 4 MiB\n"), "\(outcome)")
        #expect(outcome.errorText.contains("--limit memory="), "\(outcome)")
    }

    @Test func `the system keeps a second, wider limit on the script's process`() throws {
        let outcome = try run(
            ["memory=16M"],
            "spawn{ 'sh', '-c', [[for p in $(pgrep -P $PPID); do grep 'Max data size' /proc/$p/limits; done]] }")
        #expect(outcome.text.contains(" \(2 * (16 << 20) + (1 << 30)) "), "\(outcome)")
    }

    // MARK: - CPU time

    @Test func `computing without an end is an error at its line, which deferred functions survive`() throws {
        let outcome = try run(
            ["cpu=300ms"], "defer(function(e) print(e.kind, spawn{ 'echo', 'x', capture = true }.stdout) end)\nwhile true do end")
        #expect(outcome.code == 1 && outcome.text == "limit\tx\n\n", "\(outcome)")
        #expect(
            outcome.errorText == """
                (-e):2: the script has computed for 0.3 s of CPU time without a call to the host
                that is the limit of CPU time between two host calls
                allow more with --limit cpu=5m, or any time with --limit cpu=none

                """, "\(outcome)")
    }

    @Test func `who catches the error may go on, once`() throws {
        let outcome = try run(
            ["cpu=300ms"],
            """
            local ok, e = pcall(function() while true do end end)
            print(ok, e.kind)
            local co = coroutine.create(function() while true do end end)
            coroutine.resume(co)
            print("not reached")
            """)
        #expect(outcome.code == 1 && outcome.text == "false\tlimit\n", "\(outcome)")
        #expect(outcome.errorText.hasPrefix("the script was stopped: it computed beyond 0.3 s of CPU time"), "\(outcome)")
        #expect(outcome.errorText.contains("it caught the error of the limit once and reached the limit again"), "\(outcome)")
    }

    private static let stubborn = [
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "while true do coroutine.wrap(function() pcall(error) while true do pcall(function() while true do end end) end end)() end",
        "setmetatable({}, { __gc = function() while true do end end }) collectgarbage()",
        "local s = ('a?'):rep(40) .. ('a'):rep(40) print(('a'):rep(40):find(s))",
        "local s = ('x'):rep(1 << 20) s:find(('.-'):rep(20) .. 'y')",
        "local t <close> = setmetatable({}, { __close = function() while true do pcall(function() while true do end end) end end }) error('x')",
        "table.sort({ 1, 2, 3, 4 }, function() while true do pcall(function() while true do end end) end end)",
        "local function f() while true do pcall(f) end end f()",
        "local t = setmetatable({}, {}) getmetatable(t).__call = t; t()",
    ]

    @Test(arguments: stubborn)
    func `what Lua cannot interrupt ends with the worker killed, children gone and words`(code: String) throws {
        let mark = "\(Int.random(in: 100_000...999_999)).5"
        let start = "spawn{ 'sh', '-c', 'setsid sleep \(mark) >/dev/null 2>&1 </dev/null & exit 0' } "
        let outcome = try run(["cpu=300ms"], start + code)
        #expect(outcome.code == 1 && outcome.output.isEmpty, "\(code): \(outcome)")
        #expect(outcome.errorText.hasPrefix("the script was stopped: it computed beyond 0.3 s"), "\(code): \(outcome)")
        #expect(outcome.errorText.contains("--limit cpu=none"), "\(code): \(outcome)")
        #expect(try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep").code == 1)
    }

    @Test func `waiting costs no CPU time, and host calls begin it anew`() throws {
        let outcome = try run(
            ["cpu=300ms"],
            """
            sleep(1)
            spawn{ "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done" }
            local function compute(seconds) local stop = os.clock() + seconds repeat until os.clock() > stop end
            for _ = 1, 8 do compute(0.1) os.getenv("X") end
            print(os.clock() > 0.8)
            """)
        #expect(outcome.code == 0 && outcome.text == "true\n" && outcome.error.isEmpty, "\(outcome)")
    }

    @Test func `without the limit a script computes as long as it likes`() throws {
        let outcome = try run(["cpu=none"], "local stop = os.clock() + 3 repeat until os.clock() > stop print('done')")
        #expect(outcome.code == 0 && outcome.text == "done\n", "\(outcome)")
    }

    @Test(arguments: [stubborn[0], stubborn[3], stubborn[4]])
    func `Ctrl-C ends within its grace what nothing else ends`(code: String) throws {
        let folder = try TemporaryFolder()
        let ready = folder.path + "/ready"
        let mark = "\(Int.random(in: 100_000...999_999)).75"
        let script = "spawn{ 'sh', '-c', 'setsid sleep \(mark) >/dev/null 2>&1 </dev/null & : > \"$1\"', 'sh', arg[1] } " + code
        let outcome = try Program.script(script, [ready], options: ["--limit", "cpu=none"]) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: ready) { usleep(25_000) }
            usleep(100_000)
            kill(pid, SIGINT)
        }
        #expect(outcome.code == 130, "\(code): \(outcome)")
        #expect(try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep").code == 1)
    }

    // MARK: - Depth

    @Test(arguments: [
        "local function f() return 1 + f() end f()", "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end return t.x",
        "local t = {} for _ = 1, 300 do t = setmetatable({}, { __call = t }) end t()",
        "local function f() coroutine.wrap(f)() end f()", "local function f() return pcall(f) end error(select(2, f()))",
        "local t = setmetatable({}, { __tostring = function(t) return tostring(t) end }) tostring(t)",
        "local t = setmetatable({}, { __eq = function(a, b) return a == b end }) return t == setmetatable({}, getmetatable(t))",
        "local t = setmetatable({}, { __concat = function(a, b) return a .. b end }) return t .. t",
        "load(('('):rep(1000) .. ('):'):rep(1000))()", "string.gsub('x', '.', function() return string.gsub('x', '.', error) end)",
        "json.encode((function() local t = {} t[1] = t return t end)())", "('x'):rep(500000):find(('(x'):rep(100))",
        "local function f() xpcall(error, f) end f() error('end')", "select(2, xpcall(error, function(e) error(e) end)) error('end')",
        "local t = {} for i = 1, 100 do t = { t } end spawn(t)",
        "local function f() host = setmetatable({}, { __gc = f }) collectgarbage() end f() error('end')",
    ])
    func `any depth is an error`(code: String) throws {
        let outcome = try run(["cpu=20s"], code)
        #expect((1...2).contains(outcome.code) && outcome.output.isEmpty, "\(code): \(outcome)")
        #expect(!outcome.error.isEmpty && !outcome.errorText.contains("worker"), "\(code): \(outcome)")
    }

    // MARK: - Numbers

    @Test func `coroutines are counted while they live`() throws {
        let outcome = try run(
            ["coroutines=10"],
            """
            local kept = {}
            for i = 1, 10 do kept[i] = coroutine.create(function() end) end
            for _, make in ipairs { coroutine.create, coroutine.wrap } do
              local ok, e = pcall(make, function() end)
              print(ok, e.kind, e.message)
            end
            kept[10] = nil
            print(coroutine.wrap(function() return "room again" end)())
            kept = nil
            for i = 1, 1000 do coroutine.wrap(function() end)() end
            print(pcall(coroutine.create, 1))
            """)
        #expect(
            outcome.text == """
                false\tlimit\tthere cannot be more than 10 coroutines
                false\tlimit\tthere cannot be more than 10 coroutines
                room again
                false\tbad argument #1 to 'create' (function expected)

                """, "\(outcome)")
    }

    @Test func `handles are counted while they are open`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.script(
            """
            local kept = {}
            for i = 1, 5 do kept[i] = getSecret("PAT") end
            local ok, e = pcall(getSecret, "PAT")
            print(ok, e.kind, e.message, e.hint:match("--limit %S+"))
            kept[1]:close()
            print(getSecret("PAT"))
            """, options: ["--limit", "handles=5"], environment: vault.environment)
        #expect(
            outcome.text == "false\tlimit\tthere are more than 5 secrets open\t--limit handles=NUMBER\n[secret:PAT]\n", "\(outcome)")
    }

    @Test func `texts that programs have not taken are bounded, and room comes back`() throws {
        let outcome = try Program.script(
            """
            local text, held = ("x"):rep(32 << 20), {}
            for i = 1, 8 do held[i] = spawn{ "sleep", "100", stdin = text, background = true } end
            local ok, e = pcall(spawn, { "true", stdin = "x" })
            print(e.kind, e)
            held[1]:kill() pcall(held[1].wait, held[1]) held[1] = nil
            collectgarbage() collectgarbage()
            print(spawn{ "wc", "-c", stdin = text, capture = true }.stdout)
            for i = 2, 8 do held[i]:kill() end
            """)
        #expect(
            outcome.text.hasPrefix("limit\tspawn: too much text is handed to programs at the same time\n")
                && outcome.text.hasSuffix("\n33554432\n\n"), "\(outcome)")
    }
}
