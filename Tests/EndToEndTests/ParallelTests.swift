import Foundation
import TestSupport
import Testing

/// `parallel`, `timeout` and what is cancelled.
@Suite struct `parallel` {
    @Test func `gives the first result of each branch in order, nil too`() throws {
        let outcome = try Program.script(
            """
            print(parallel{ function() sleep(0.2) return "a", "more" end, function() end, function() return 3 end })
            print(select("#", parallel{}))
            """)
        #expect(outcome.code == 0 && outcome.text == "a\tnil\t3\n0\n", "\(outcome)")
    }

    /// One after the other they would take 10 s. A machine that is busy with other tests gets more tries.
    @Test func `fifty programs of a fifth of a second end within one second`() throws {
        var seconds: [Double] = []
        while seconds.count < 20, !seconds.contains(where: { $0 < 1 }) {
            let outcome = try Program.script(
                """
                local list = {}
                for i = 1, 50 do list[i] = function() spawn{ "sleep", "0.2" } end end
                local before = spawn{ "date", "+%s%N", capture = true }.stdout
                parallel(list)
                local after = spawn{ "date", "+%s%N", capture = true }.stdout
                print((tonumber(after) - tonumber(before)) / 1e9)
                """)
            seconds.append(try #require(Double(outcome.text.dropLast()), "\(outcome)"))
        }
        #expect(seconds.contains { $0 < 1 }, "\(seconds)")
    }

    /// dev/bench measures the same side by side; here a busy machine gets more tries.
    @Test func `five hundred programs, fifty at a time, take no more than what xargs needs, times 1.3`() throws {
        let clock = ContinuousClock()
        let script = "local l = { limit = 50 } for i = 1, 500 do l[i] = function() spawn{ 'sleep', '0.2' } end end parallel(l)"
        let words = ["-c", "seq 500 | xargs -P 50 -I{} sleep 0.2"]
        var codes: Set<Int32> = []
        var ratios: [Double] = []
        while ratios.count < 10, !ratios.contains(where: { $0 <= 1.3 }) {
            let ours = try clock.measure { codes.insert(try Program.run(["-e", script]).code) }
            let other = try clock.measure { codes.insert(try Program.run(words, program: "/bin/sh").code) }
            ratios.append(ours / other)
        }
        #expect(codes == [0] && ratios.contains { $0 <= 1.3 }, "\(codes) \(ratios)")
    }

    @Test func `runs no more at a time than limit says`() throws {
        let outcome = try Program.script(
            """
            local running, most, list = 0, 0, { limit = 3 }
            for i = 1, 20 do
              list[i] = function()
                running = running + 1
                most = math.max(most, running)
                sleep(0.01)
                running = running - 1
                return i
              end
            end
            print(select(20, parallel(list)), most)
            """)
        #expect(outcome.text == "20\t3\n", "\(outcome)")
    }

    @Test func `the first failure ends the programs of the others and is raised when they are gone`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            local ok, e = pcall(parallel, {
              function()
                defer(function(e) print("deferred", e.kind, e.reason) spawn{ "echo", "calls work here" } end)
                spawn{ "sh", "-c", "trap 'echo ended; exit' TERM; : > $0/ready; while :; do sleep 0.05; done", arg[1] }
              end,
              function()
                while not fs.exists(arg[1] .. "/ready") do sleep(0.02) end
                spawn{ "sh", "-c", "exit 7" }
              end,
              function() local s <close> = setmetatable({}, { __close = function() print("closed") end }) sleep(1000) end,
            })
            print(e.kind, e.code)
            spawn{ "echo", "goes on" }
            """, [folder.path])
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(
            lines.sorted()
                == [
                    "calls work here", "closed", "deferred\tcancelled\tbranch 2 of parallel has failed", "ended",
                    "exit\t7", "goes on",
                ], "\(outcome)")
        #expect(lines.suffix(2) == ["exit\t7", "goes on"], "\(outcome)")
    }

    @Test func `its exit code is that of the first failure`() throws {
        let outcome = try Program.script(
            """
            parallel{ function() sleep(100) end, function() spawn{ "sh", "-c", "exit 42" } end }
            """)
        #expect(outcome.code == 42, "\(outcome)")
        #expect(outcome.errorText.contains("script.lua:1: sh exited with code 42"), "\(outcome)")
    }

    @Test func `nests, inside the script's own coroutines too, and only the one that waits stands still`() throws {
        let outcome = try Program.script(
            """
            local log = {}
            local co = coroutine.wrap(function()
              coroutine.yield((parallel{ function()
                return (parallel{ function() sleep(0.05) log[#log + 1] = "inner" return "deep" end })
              end }))
            end)
            print(parallel{ co, function() log[#log + 1] = "other" end })
            print(table.concat(log, " "))
            """)
        #expect(outcome.text == "deep\tnil\nother inner\n", "\(outcome)")
    }

    @Test func `where Lua cannot suspend, a call still works and parallel says why it does not`() throws {
        let outcome = try Program.script(
            """
            local order = {}
            local a, b = parallel{
              function() sleep(0.01) order[#order + 1] = "a" return "a" end,
              function()
                local t = { 3, 1, 2 }
                table.sort(t, function(x, y) sleep(0.02) return x < y end)
                order[#order + 1] = "b"
                return table.concat(t, ",")
              end,
            }
            print(a, b, table.concat(order, " "))
            table.sort({ 2, 1 }, function() parallel{ function() error("never runs") end } end)
            """)
        #expect(outcome.text == "a\t1,2,3\tb a\n", "\(outcome)")
        #expect(
            outcome.code == 2
                && outcome.errorText == """
                    script.lua:12: parallel: other parts of the script cannot be waited for here
                    Lua cannot suspend a function that its own C code has called: in table.sort and string.gsub, in __tostring, in a module while it is loaded
                    do it before or after, and use the result here

                    """,
            "\(outcome)")
    }

    @Test(arguments: [
        ("parallel(print)", "parallel takes one table of functions"),
        ("parallel{ print, 1 }", "parallel: branch 2: expected a function, got a number"),
        ("parallel{ print, nil, print }", "parallel: there is no function at place 2"),
        ("parallel{ limit = 0 }", "parallel: limit: expected a number from 1, got 0"),
        ("parallel{ limits = 3 }", "parallel: there is no option \"limits\""),
        ("parallel{ print, secret.random(32) }", "parallel: branch 2: expected a function, got the secret random"),
        ("spawn{ 'true', task = 1 }", "spawn: there is no option \"task\""),
        ("timeout(0, print)", "timeout: duration: expected more than no time"),
        ("timeout('soon', print)", "timeout: duration: expected seconds or a text such as \"90s\", got \"soon\""),
        ("timeout(1)", "timeout: argument 2: expected a function, got nothing"),
    ])
    func `wrong use is an error that names it`(code: String, message: String) throws {
        let outcome = try Program.run(["-e", code])
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("(-e):1: \(message)\n"), "\(outcome)")
    }

    @Test func `what one branch defers is its own, and runs when it ends`() throws {
        let outcome = try Program.script(
            """
            defer(function() print("run") end)
            parallel{
              function() defer(function() print("first 1") end) defer(function() print("first 2") end) sleep(0.05) end,
              function() defer(function() print("second") end) end,
            }
            print("after")
            """)
        #expect(outcome.text == "second\nfirst 2\nfirst 1\nafter\nrun\n", "\(outcome)")
    }

    @Test func `what a failed branch has deferred is told where it fails too`() throws {
        let outcome = try Program.script(
            """
            parallel{
              function() sleep(100) end,
              function() defer(function() error("cleanup") end) error("own") end,
            }
            """)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(
            outcome.errorText == """
                error: a deferred function failed: script.lua:3: cleanup
                script.lua:3: own

                """, "\(outcome)")
    }

    @Test func `os.exit in a branch fails where another one's deferred function does`() throws {
        let outcome = try Program.script(
            """
            defer(function() error("of the run") end)
            parallel{
              function() defer(function() error("of a branch") end) sleep(100) end,
              function() sleep(0.05) os.exit(0) end,
            }
            """)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(
            outcome.errorText == """
                error: a deferred function failed: script.lua:1: of the run
                script.lua:3: of a branch

                """, "\(outcome)")
    }

    @Test func `os.exit in a branch runs what all have deferred, once`() throws {
        let outcome = try Program.script(
            """
            defer(function() print("run") end)
            parallel{
              function() defer(function() print("waits") end) sleep(100) end,
              function() defer(function() print("ends") end) os.exit(9) end,
            }
            """)
        #expect(outcome.code == 9 && outcome.text == "ends\nwaits\nrun\n", "\(outcome)")
    }

    @Test func `a branch that does not end when it is cancelled is brought to its end`() throws {
        let outcome = try Program.script(
            """
            local ok, e = pcall(parallel, {
              function() while true do pcall(sleep, 1) end end,
              function() error("first", 0) end,
            })
            print(e)
            """, options: ["--limit", "cpu=1s"])
        // It computes for ever once every wait fails, and that has a limit of its own: an error first, which may come
        // between two calls of pcall and end the branch, then the end of the run.
        let isStopped = outcome.code == 1 && outcome.errorText.contains("computed")
        #expect(isStopped || (outcome.code == 0 && outcome.text == "first\n"), "\(outcome)")
    }

    @Test func `a program in the background ends with the branch that fails`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).5"
        let outcome = try Program.script(
            """
            pcall(parallel, { function() local p = spawn{ "sleep", arg[1], background = true } error("x") end })
            print(spawn{ "pgrep", "-f", "sleep " .. arg[1], check = false, quiet = true }.code)
            """, [mark])
        // pgrep does not count itself, but sees the host's own arguments.
        #expect(outcome.text == "1\n" || !outcome.text.isEmpty, "\(outcome)")
        let left = try Program.run(["-fx", "sleep \(mark)"], program: "/usr/bin/pgrep")
        #expect(left.code == 1, "\(left)")
    }

    @Test func `the trace of a failure leads through branches and coroutines`() throws {
        let outcome = try Program.script(
            """
            local function deep() error("broken", 0) end
            local function branch() coroutine.wrap(function() sleep(0.01) deep() end)() end
            parallel{ function() sleep(1) end, branch }
            """, options: ["-v"])
        let text = outcome.errorText
        #expect(outcome.code == 1 && text.hasPrefix("broken\n"), "\(outcome)")
        let places = ["script.lua:1:", "script.lua:2:", "in branch 2 of parallel, called from:", "script.lua:3: in main chunk"]
        var rest = Substring(text)
        for place in places {
            let found = try #require(rest.range(of: place), "\(place) is missing or in the wrong order: \(outcome)")
            rest = rest[found.upperBound...]
        }
    }

    @Test func `timeout cancels what waits and what computes`() throws {
        let outcome = try Program.script(
            """
            print(timeout("10s", function(x) return x, 2 end, 1))
            local ok, e = pcall(timeout, "200ms", function() defer(function() print("deferred") end) spawn{ "sleep", "100" } end)
            print(e.kind, e)
            local ok, e = pcall(timeout, 0.2, function() while true do end end)
            print(e.kind)
            print(select(2, pcall(timeout, 10, function() error("own", 0) end)))
            print(pcall(timeout, 0.1, function() parallel{ function() sleep(100) end, function() sleep(100) end } end))
            """)
        #expect(
            outcome.text == """
                1\t2
                deferred
                timeout\tit did not end within 0.2 seconds
                that is the time it was given
                give it more time, or find out what it waits for
                timeout
                own
                false\tit did not end within 0.1 seconds
                that is the time it was given
                give it more time, or find out what it waits for

                """, "\(outcome)")
    }

    /// What a strand sends after its time has passed says nothing of whether it has seen the end of it.
    @Test func `timeout ends what computes, also where it has just sent something`() throws {
        let outcome = try Program.script(
            """
            local ok, e = pcall(timeout, 0.2, function()
              repeat
                local now = os.clock()
                while os.clock() < now + 0.01 do end
                print("tick")
              until os.clock() > 0.5
              while true do end
            end)
            print(e.kind, os.clock() < 8)
            """, options: ["--limit", "cpu=20s"])
        #expect(outcome.text.hasSuffix("tick\ntimeout\ttrue\n"), "\(outcome)")
    }

    @Test func `an interruption reaches every branch, and what they deferred runs once`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            defer(function(e) print("run", e.kind) end)
            local list = {}
            for i = 1, 3 do
              list[i] = function() defer(function(e) print("branch", e.kind) end) spawn{ "sleep", "1000" } end
            end
            list[4] = function() defer(function(e) print("branch", e.kind) end) sleep(1000) end
            list[5] = function() spawn{ "touch", arg[1] .. "/ready" } sleep(1000) end
            parallel(list)
            """, [folder.path]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            kill(pid, SIGINT)
        }
        #expect(outcome.code == 130, "\(outcome)")
        #expect(outcome.text == String(repeating: "branch\tcancelled\n", count: 4) + "run\tcancelled\n", "\(outcome)")
        #expect(outcome.errorText.contains("the run was interrupted"), "\(outcome)")
    }
}
