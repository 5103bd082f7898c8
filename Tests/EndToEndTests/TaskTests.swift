import Foundation
import TestSupport
import Testing

/// `task`: the graph, its options, and how it ends.
@Suite struct `Tasks` {
    private static let diamond = """
        local function work(name) return function(needs) print(name) return name end end
        task("a", work("a"))
        task("b", { needs = "a" }, work("b"))
        task("c", { needs = { "a" } }, function(needs) print("c", needs.a) return "c" end)
        task("d", { needs = { "b", "c" } }, function(needs) print("d", needs.b, needs.c) end)
        print("named")
        """

    @Test func `run after the main chunk, each after what it needs, with its results`() throws {
        let outcome = try Program.script(Self.diamond, options: ["-j1"])
        #expect(outcome.code == 0 && outcome.text == "named\na\nb\nc\ta\nd\tb\tc\n", "\(outcome)")
    }

    /// Standard error with T for every time.
    private static func untimed(_ outcome: Program.Outcome) -> String {
        outcome.errorText.replacing(#/\b(in|after) \d+\.\d s/#) { "\($0.output.1) T" }.replacing(#/\(\d+\.\d s\)/#, with: "(T)")
    }

    private static let noisy = """
        task("one", function() log.info("of one") log.error("odd") print("result") progress(1, 2) end)
        task("two", { needs = "one", retry = { times = 2, backoff = 0.01 } }, function()
          if not TRIED then TRIED = true error("not yet") end
        end)
        task("three", { when = false }, print)
        """

    @Test func `where there is no terminal each has a line as it begins and ends, and there is an account`() throws {
        let outcome = try Program.script(Self.noisy, options: ["-j1"])
        #expect(outcome.code == 0 && outcome.text == "result\n", "\(outcome)")
        #expect(
            Self.untimed(outcome) == """
                task one: running
                info: of one
                error: odd
                task one: done in T
                task two: running
                task two: try 1 of 2 failed, the next in T: script.lua:3: not yet
                task two: running (try 2)
                task two: done in T
                task three: skipped
                tasks: 2 done, 1 not needed in T
                  done: one (T), two (T)
                  not needed: three

                """, "\(outcome)")
    }

    @Test func `-q leaves errors and results, and the last of -q and -v counts`() throws {
        let quiet = try Program.script(Self.noisy, options: ["-q"])
        #expect(quiet.code == 0 && quiet.text == "result\n" && quiet.errorText == "error: odd\n", "\(quiet)")
        #expect(try Program.script(Self.noisy, options: ["-v", "--quiet"]).errorText == quiet.errorText)
        #expect(try Program.script(Self.noisy, options: ["-q", "-v"]).errorText.contains("task one: progress 1 of 2\n"))
        let failed = try Program.script("task('bad', function() error('oh', 0) end) task('next', { needs = 'bad' }, print)", options: ["-q"])
        #expect(failed.code == 1 && Self.untimed(failed).hasPrefix("oh\ntasks: 1 failed, 1 not started in T\n"), "\(failed)")
    }

    @Test(arguments: [
        (["--only", "c"], "a c\ta"), (["--only", "b", "--only=c"], "a b c\ta"), (["--from", "c"], "c\tnil d\tnil\tc"),
        (["--from", "b", "--from", "c"], "b c\tnil d\tb\tc"), (["--only", "a"], "a"),
    ])
    func `only and from choose`(options: [String], ran: String) throws {
        let outcome = try Program.script(Self.diamond, options: options + ["-j", "1"])
        #expect(outcome.text == "named\n" + ran.replacingOccurrences(of: " ", with: "\n") + "\n", "\(outcome)")
    }

    @Test func `independent ones run side by side, no more than -j says`() throws {
        let script = """
            local running, most = 0, 0
            for i = 1, 6 do
              task("t" .. i, function()
                running = running + 1
                most = math.max(most, running)
                sleep(0.05)
                running = running - 1
              end)
            end
            task("last", { needs = { "t1", "t2", "t3", "t4", "t5", "t6" } }, function() print(most) end)
            """
        for jobs in [1, 2, 6] {
            let outcome = try Program.script(script, options: ["--jobs", "\(jobs)"])
            #expect(outcome.text == "\(jobs)\n", "\(outcome)")
        }
    }

    @Test(arguments: [
        (
            "task('a', { needs = 'b' }, print) task('b', { needs = 'c' }, print) task('c', { needs = 'b' }, print)", [],
            "(-e):1: the task b needs itself\nb needs c needs b\nleave out one of these needs\n"
        ),
        ("task('a', { needs = 'a' }, print)", [], "(-e):1: the task a needs itself\na needs a\nleave out one of these needs\n"),
        (
            "task('build', print) task('test', { needs = 'biuld' }, print)", [],
            "(-e):1: the task test needs biuld, which does not exist\ndid you mean \"build\"?\n"
        ),
        (
            "task('a', print)\ntask('a', print)", [],
            "(-e):2: task: there are two tasks a\nthe first one is at (-e):1\ngive one of them another name\n"
        ),
        ("task('build', print)", ["--only", "built"], "--only: there is no task \"built\"\ndid you mean \"build\"?\n"),
        ("task('build', print)", ["--from", "x"], "--from: there is no task \"x\"\nthe tasks are: build\n"),
        ("print(1)", ["--only", "x"], "--only: there is no task \"x\"\nthe script names no task\n"),
        (
            "task('a', { need = 'b' }, print)", [],
            "(-e):1: task a: there is no option \"need\"\ndid you mean \"needs\"?\n"
        ),
        (
            "task('a', function() task('b', print) end)", [],
            "(-e):1: task: it is too late to name the task b\nthe tasks run already\nname all tasks in the main part of the script\n"
        ),
    ])
    func `mistakes are errors before any task runs`(script: String, options: [String], text: String) throws {
        let outcome = try Program.run(options + ["-e", script])
        #expect(outcome.code == 2, "\(outcome)")
        // What a task says of itself may stand before it.
        #expect("\n\(outcome.errorText)".contains("\n\(text)"), "\(outcome)")
        #expect(!outcome.text.contains("table"), "\(outcome)")
    }

    @Test func `after a failure nothing new starts, and the run ends as the failure says`() throws {
        let script = """
            task("slow", function() sleep(0.3) print("slow is done") end)
            task("bad", function() sleep(0.05) spawn{ "sh", "-c", "exit 5" } end)
            task("after", { needs = "bad" }, print)
            task("other", { needs = "slow" }, function() print("other") end)
            """
        let outcome = try Program.script(script, options: ["-j2"])
        #expect(outcome.code == 5 && outcome.text == "slow is done\n", "\(outcome)")
        #expect(
            Self.untimed(outcome) == """
                task slow: running
                task bad: running
                task bad: failed after T: sh exited with code 5
                task after: skipped: it needs bad, which failed
                task slow: done in T
                task other: skipped: bad failed before
                script.lua:2: sh exited with code 5
                tasks: 1 done, 1 failed, 2 not started in T
                  done: slow (T)
                  failed: bad (T)
                  not started: after, other

                """, "\(outcome)")
        let going = try Program.script(script, options: ["-j2", "-k"])
        #expect(going.code == 5 && going.text == "slow is done\nother\n", "\(going)")
        #expect(
            Self.untimed(going).hasSuffix(
                "tasks: 2 done, 1 failed, 1 not started in T\n  done: slow (T), other (T)\n  failed: bad (T)\n  not started: after\n"),
            "\(going)")
    }

    @Test func `when leaves a task out, and what needs it still runs`() throws {
        let outcome = try Program.script(
            """
            task("a", function() return 1 end)
            task("b", { needs = "a", when = function(needs) return needs.a > 1 end }, function() print("b") end)
            task("c", { needs = "b" }, function(needs) print("c", needs.b) end)
            task("d", { when = false }, function() print("d") end)
            """, options: ["-v"])
        #expect(outcome.code == 0 && outcome.text == "c\tnil\n", "\(outcome)")
        #expect(outcome.errorText.contains("task b: skipped\n"), "\(outcome)")
        // One that is left out has never run.
        #expect(!outcome.errorText.contains("task b: running") && !outcome.errorText.contains("task d: running"), "\(outcome)")
        let allowed = try Program.script(
            "task('a', { when = function() return true end, retry = 2 }, print)\ntask('b', { when = function() error('odd') end }, print)",
            options: ["-j1"])
        #expect(
            Self.untimed(allowed).hasPrefix("task a: running\ntask a: done in T\ntask b: failed: script.lua:2: odd\n"), "\(allowed)")
    }

    @Test func `the error of a time limit names the task and its line`() throws {
        let outcome = try Program.script(
            """
            print("main")
            task("slow one", { timeout = "200ms" }, function() spawn{ "sleep", "100" } end)
            """, options: ["-q"])
        #expect(outcome.code == 1, "\(outcome)")
        #expect(
            outcome.errorText.hasPrefix(
                """
                script.lua:2: the task slow one did not end within 0.2 seconds
                that is the time it was given
                give it more time, or find out what it waits for

                """), "\(outcome)")
    }

    @Test func `of a task's deferred functions that fail the first is its error, and the others are told`() throws {
        let outcome = try Program.script(
            """
            task("t", function() defer(function() error("one") end) defer(function() error("two") end) end)
            """)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.errorText.contains("error: a deferred function failed: script.lua:1: one\n"), "\(outcome)")
        #expect(outcome.errorText.contains("\nscript.lua:1: two\n"), "\(outcome)")
    }

    @Test(arguments: ["", ", timeout = 60"])
    func `what a try has deferred runs before the next one, with its error`(limit: String) throws {
        let outcome = try Program.script(
            """
            local n = 0
            task("t", { retry = { times = 3, backoff = 0 }\(limit) }, function()
              n = n + 1
              local try = n
              print("try", try)
              defer(function(e) print("deferred", try, e) end)
              if n < 3 then error("no", 0) end
            end)
            """)
        #expect(
            outcome.code == 0
                && outcome.text == "try\t1\ndeferred\t1\tno\ntry\t2\ndeferred\t2\tno\ntry\t3\ndeferred\t3\tnil\n",
            "\(outcome)")
    }

    @Test func `retry and timeout hold for each try`() throws {
        let outcome = try Program.script(
            """
            local n = 0
            task("slow", { retry = { times = 3, backoff = 0.01 }, timeout = "200ms" }, function()
              n = n + 1
              if n < 3 then sleep(100) end
              return n
            end)
            task("told", { needs = "slow" }, function(needs) print(needs.slow) end)
            """, options: ["-v"])
        #expect(outcome.code == 0 && outcome.text == "3\n", "\(outcome)")
        #expect(outcome.errorText.contains("task slow: running (try 3)\n"), "\(outcome)")
        #expect(outcome.errorText.contains("task slow: try 1 of 3 failed"), "\(outcome)")
    }

    @Test func `with -q every task that failed says why, once`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            task("one", function() fs.write(arg[1] .. "/one", "") fail("reason one", { code = 5 }) end)
            task("two", function()
              while not fs.exists(arg[1] .. "/one") do sleep(0.02) end
              sleep(0.2)
              fail("reason two", { code = 6 })
            end)
            task("three", { needs = "two" }, print)
            """, [folder.path], options: ["-q", "-k", "-j2"])
        #expect(outcome.code == 5, "\(outcome)")
        #expect(
            Self.untimed(outcome) == """
                script.lua:1: reason one
                task two: failed after T: reason two
                tasks: 2 failed, 1 not started in T
                  failed: one (T), two (T)
                  not started: three

                """, "\(outcome)")
    }

    // MARK: - Output side by side

    @Test func `without a terminal lines of tasks are whole`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            local function gate(name) while not fs.exists(arg[1] .. "/" .. name) do sleep(0.02) end end
            task("a", function()
              spawn{ "sh", "-c", "printf 'Password ok, uploading...'; printf 'and more' >&2; : > a; while [ ! -e b ]; do sleep 0.05; done; echo ' finished'; echo ' of it' >&2", cwd = arg[1] }
            end)
            task("b", function()
              gate("a")
              sleep(0.2)
              spawn{ "echo", "hello from b" }
              log.warn("w")
              io.write("of the ")
              spawn{ "touch", arg[1] .. "/b" }
              print("script")
            end)
            """, [folder.path], options: ["-j2"])
        #expect(outcome.code == 0, "\(outcome)")
        let lines = Set(outcome.text.split(separator: "\n").map(String.init))
        #expect(lines == ["hello from b", "Password ok, uploading... finished", "of the script"], "\(outcome)")
        #expect(outcome.errorText.contains("\nwarn: w\n") && outcome.errorText.contains("\nand more of it\n"), "\(outcome)")
    }

    @Test func `to lines of tasks nothing is added, however long they are`() throws {
        let outcome = try Program.script(
            """
            task("a", function() spawn{ "sh", "-c", "printf %0200000d 0" } end)
            task("b", function() spawn{ "sh", "-c", "sleep 0.2; printf 'no end'" } end)
            """, options: ["-j2"])
        #expect(outcome.code == 0 && outcome.text.contains("no end"), "\(outcome.text.count)")
        #expect(outcome.text.replacing("no end", with: "") == String(repeating: "0", count: 200_000), "\(outcome.text.count)")
    }

    @Test func `what one task prints alone comes at once`() throws {
        let folder = try TemporaryFolder()
        // The program ends when the test has seen what it printed, of which no line has ended.
        let script = try folder.write(
            "script.lua",
            """
            task("quick", function() end)
            task("alone", { needs = "quick" }, function()
              spawn{ "sh", "-c", "printf 'Password: '; while [ ! -e seen ]; do sleep 0.05; done; echo", cwd = arg[1] }
            end)
            """)
        let outcome = try Program.run(
            ["-c", #"exec "$0" -j2 "$1" "$2" >"$2/out""#, Program.path, script, folder.path], program: "/bin/sh"
        ) { _ in
            for _ in 0..<1200 where (try? folder.read("out")) != "Password: " { usleep(25_000) }
            #expect(try folder.read("out") == "Password: ")
            try folder.write("seen", "")
        }
        #expect(outcome.code == 0, "\(outcome)")
    }

    // MARK: - Interruption

    @Test(arguments: [[], ["--only", "a"], ["--json"]])
    func `a run that is interrupted before its tasks begin says which there are`(options: [String]) throws {
        let folder = try TemporaryFolder()
        let script = """
            task("a", print)
            task("b", { needs = "a" }, print)
            parallel{ function() sleep(1000) end, function() fs.write(arg[1] .. "/ready", "") end }
            """
        let outcome = try Program.script(script, [folder.path], options: options) { pid in
            for _ in 0..<1200 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            kill(pid, SIGINT)
        }
        #expect(outcome.code == 130, "\(outcome)")
        let reason = "the run was interrupted\nrunning then: sleep()\n"
        switch options.first {
        case "--json":
            #expect(outcome.text.contains(#""tasks":{"waiting":2,"running":0,"done":0,"#), "\(outcome)")
            #expect(outcome.errorText.hasSuffix(reason), "\(outcome)")
        case "--only":
            let account = "tasks of the interrupted run: 1 not started\n  not started: a\n"
            #expect(outcome.errorText.hasSuffix(reason + account), "\(outcome)")
        default:
            let account = "tasks of the interrupted run: 2 not started\n  not started: a, b\n"
            #expect(outcome.errorText.hasSuffix(reason + account), "\(outcome)")
        }
    }

    @Test func `a main part that fails tells of that alone`() throws {
        let outcome = try Program.script(#"task("a", print) error("broken")"#)
        #expect(outcome.code == 1 && outcome.errorText == "script.lua:1: broken\n", "\(outcome)")
    }

    @Test func `an interrupted run says what was done and what was not`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            task("first", function() end)
            task("second", { needs = "first" }, function() spawn{ "touch", arg[1] .. "/ready" } spawn{ "sleep", "1000" } end)
            task("third", { needs = "second" }, function() end)
            """, [folder.path]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            usleep(100_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        #expect(
            Self.untimed(outcome).hasSuffix(
                """
                tasks of the interrupted run: 1 done, 1 interrupted, 1 not started in T
                  done: first (T)
                  interrupted: second (T)
                  not started: third

                """), "\(outcome)")
    }

    /// Thirty tasks: three layers of ten, with failures, a failure that a retry mends, a time limit, and a cancel.
    @Test func `a graph of thirty ends as documented, every defer run once and no child left`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).75"
        let outcome = try Program.script(
            """
            local tries = 0
            local function note(name) defer(function(e) print("deferred", name, e and e.kind or "none") end) end
            local function layer(prefix, needed, body)
              for i = 1, 10 do
                task(prefix .. i, { needs = needed and needed .. i, retry = prefix == "a" and i == 2 and { times = 3, backoff = 0.01 } or nil,
                  timeout = prefix == "a" and i == 3 and "300ms" or nil }, function() note(prefix .. i) return body(i) end)
              end
            end
            layer("a", nil, function(i)
              if i == 1 then spawn{ "sh", "-c", "exit 3" } end
              if i == 2 then tries = tries + 1 if tries < 3 then error("not yet") end end
              if i == 3 then spawn{ "sleep", arg[1] } end
              if i == 4 then pcall(parallel, { function() note("a4.1") spawn{ "sleep", arg[1] } end, function() sleep(0.05) error("x") end }) end
              spawn{ "true" }
            end)
            layer("b", "a", function(i) sleep(0.01) if i == 5 then error("b5 is broken") end end)
            layer("c", "b", function(i) if i == 6 then parallel{ function() end, function() spawn{ "true" } end } end end)
            """, [mark], options: ["-j", "8", "--keep-going"])
        // a1 is first: it fails at once. What follows from each failure is skipped.
        #expect(outcome.code == 3, "\(outcome)")
        #expect(
            Self.untimed(outcome).replacing(" (T)", with: "").hasSuffix(
                """
                tasks: 22 done, 3 failed, 5 not started in T
                  done: a2, a4, a5, a6, a7, a8, a9, a10, b2, b4, b6, b7, b8, b9, b10, c2, c4, c6, c7, c8, c9, c10
                  failed: a1, a3, b5
                  not started: b1, b3, c1, c3, c5

                """), "\(outcome)")
        let deferred = outcome.text.split(separator: "\n").map(String.init)
        // Each try has its own: a2 was tried three times.
        let names = deferred.map { $0.split(separator: "\t")[1] }
        let ran = (1...10).map { "a\($0)" } + [2, 4, 5, 6, 7, 8, 9, 10].map { "b\($0)" } + [2, 4, 6, 7, 8, 9, 10].map { "c\($0)" }
        #expect(names.map(String.init).sorted() == (ran + ["a2", "a2", "a4.1"]).sorted(), "\(outcome)")
        #expect(deferred.contains("deferred\ta1\texit") && deferred.contains("deferred\ta3\tcancelled"), "\(outcome)")
        let left = try Program.run(["-fx", "sleep \(mark)"], program: "/usr/bin/pgrep")
        #expect(left.code == 1, "\(left)")
    }

    @Test func `names of secrets and values that a task prints are masked in what is told of it`() throws {
        let canary = Canary().value
        let outcome = try Program.script(
            """
            local s = secret.env("VS_TEST_TOKEN")
            task("use", function()
              local r = spawn{ "sh", "-c", "echo $T | rev", env = { T = s }, capture = true }
              progress(1, 2, r.stdout:reverse())
              error(r.stdout:reverse())
            end)
            """, options: ["-v"], environment: ["VS_TEST_TOKEN": canary])
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.errorText.contains("task use: failed after "), "\(outcome)")
        #expect(!outcome.errorText.contains(canary) && !outcome.text.contains(canary), "\(outcome)")
    }
}
