import Foundation
import TestSupport
import Testing

/// `retry`, and `confirm` and `progress` where nobody sits at a terminal.
@Suite struct `retry` {
    @Test func `tries again until it succeeds and gives the results`() throws {
        let outcome = try Program.script(
            """
            print(retry({ times = 5, backoff = "5ms" }, function(try) if try < 3 then spawn{ "false" } end return "ok", try end))
            """, options: ["-v"])
        #expect(outcome.text == "ok\t3\n", "\(outcome)")
        #expect(outcome.errorText.contains("retry: try 2 of 5 failed, the next in 0.0 s: false exited with code 1"), "\(outcome)")
    }

    @Test func `runs what a failed try has deferred before the next, and nothing else`() throws {
        let outcome = try Program.script(
            """
            defer(function(e) print("run", e) end)
            local ok = retry({ times = 3, backoff = 0 }, function(try)
              defer(function(e) print("deferred", try, e) end)
              if try == 1 then defer(function() error("cleanup", 0) end) end
              if try < 3 then error("no", 0) end
              return "ok"
            end)
            print(ok)
            """)
        #expect(
            outcome.code == 0 && outcome.text == "deferred\t1\tno\ndeferred\t2\tno\nok\ndeferred\t3\tnil\nrun\tnil\n",
            "\(outcome)")
        #expect(outcome.errorText == "error: a deferred function failed: cleanup\n", "\(outcome)")
    }

    @Test func `raises the last error when all tries have failed, with its exit code`() throws {
        let outcome = try Program.script(
            """
            local n = 0
            defer(function() print(n) end)
            retry({ times = 3, backoff = 0 }, function() n = n + 1 spawn{ "sh", "-c", "exit " .. 10 + n } end)
            """)
        #expect(outcome.code == 13 && outcome.text == "3\n", "\(outcome)")
    }

    @Test(arguments: [
        ("denied", "spawn{ 'true', detach = true, env = { X = secret.random(32) } }"), ("usage", "sleep()"),
        ("cancelled", "error(setmetatable({ kind = 'cancelled' }, nil))"), ("auth", "error({ kind = 'auth' })"),
    ])
    func `never repeats what another try cannot mend`(kind: String, code: String) throws {
        let outcome = try Program.script(
            """
            local n = 0
            local ok, e = pcall(retry, { times = 5, backoff = 0 }, function() n = n + 1 \(code) end)
            print(n, e.kind)
            """)
        #expect(outcome.text == "1\t\(kind)\n", "\(outcome)")
    }

    @Test func `on says which errors are worth it, by kind or by a function`() throws {
        let outcome = try Program.script(
            """
            local function count(on, f)
              local n = 0
              pcall(retry, { times = 3, backoff = 0, on = on }, function() n = n + 1 f() end)
              return n
            end
            local function exits() spawn{ "false" } end
            print(count({ "exit" }, exits), count("network", exits), count(nil, exits))
            print(count(function(e, try) return e.kind == "exit" and try < 2 end, exits), count(nil, error))
            """)
        #expect(outcome.text == "3\t1\t3\n2\t3\n", "\(outcome)")
    }

    @Test func `waits twice as long each time, up to max, and leaves a part to chance`() throws {
        let outcome = try Program.script(
            """
            pcall(retry, { times = 5, backoff = 0.01, max = 0.03, jitter = false }, error)
            """, options: ["-v"])
        #expect(
            outcome.errorText.components(separatedBy: "failed, the next in").count == 5, "\(outcome)")
        let spread = try Program.script(
            """
            for i = 1, 20 do pcall(retry, { times = 2, backoff = 0.02, jitter = 1 }, error) end
            """)
        #expect(spread.code == 0, "\(spread)")
    }

    @Test(arguments: [
        ("retry(3)", "retry: argument 2: expected a function, got nothing"),
        ("retry({ time = 3 }, print)", "retry: there is no option \"time\""),
        ("retry({ times = 0 }, print)", "retry: times: expected a number from 1, got 0"),
        ("retry({ on = 'denied' }, print)", "retry: on: errors of the kind denied are never tried again"),
        ("retry({ on = 'netwrok' }, print)", "retry: on: there is no kind of error \"netwrok\""),
        ("retry({ jitter = 2 }, print)", "retry: jitter: expected true, false or a part from 0 to 1, got 2"),
        ("retry({ backoff = 'x' }, print)", "retry: backoff: expected seconds or a text such as \"90s\", got \"x\""),
        ("progress(-1)", "progress: done: expected a number from 0, got -1"),
        ("confirm()", "confirm: question: expected the question, such as \"Deploy?\", got nothing"),
    ])
    func `wrong use is an error that names it`(code: String, message: String) throws {
        let outcome = try Program.run(["-e", code])
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("(-e):1: \(message)\n"), "\(outcome)")
    }

    @Test func `confirm refuses where nobody can answer, unless yes was said`() throws {
        let refused = try Program.run(["-c", "exec setsid \(Program.path) -e 'print(confirm(\"Deploy?\"))'"], program: "/bin/sh")
        #expect(
            refused.code == 2
                && refused.errorText == """
                    (-e):1: confirm: nobody can be asked
                    there is no terminal
                    run it at a terminal, or answer every question with yes: --yes

                    """,
            "\(refused)")
        let agreed = try Program.run(["--yes", "-e", "print(confirm('Deploy?'))"])
        #expect(agreed.code == 0 && agreed.text == "true\n" && agreed.errorText.isEmpty, "\(agreed)")
    }

    @Test func `progress shows with -v, a line each tenth`() throws {
        let script = "for i = 0, 1000 do progress(i, 1000, 'files') end"
        let quiet = try Program.run(["-e", script])
        #expect(quiet.code == 0 && quiet.errorText.isEmpty, "\(quiet)")
        let outcome = try Program.run(["-v", "-e", script])
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.count == 11 && lines.last == "progress 1000 of 1000 files", "\(outcome)")
    }
}
