import Foundation
import TestSupport
import Testing

/// Interruption from outside: children first, then the script with what it deferred, then the host.
@Suite struct `Signals` {
    /// Runs a script that prints `ready` when it is where the signal should find it.
    private func interrupted(_ script: String, by signal: Int32, times: Int = 1, option: String? = nil) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        let ready = folder.path + "/ready"
        return try Program.script(script, (option.map { [$0] } ?? []) + [ready]) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: ready) { usleep(25_000) }
            for _ in 0..<times {
                usleep(100_000)
                kill(pid, signal)
            }
        }
    }

    private static let waitingScript = """
        defer(function(e) print("deferred", e.kind) spawn{ "echo", "still works" } end)
        spawn{ "sh", "-c", [[trap 'echo child got it; exit 9' INT TERM HUP; : > "$1"; while :; do sleep 0.05; done]], "sh", arg[1] }
        """

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `reach the child once, then the script, and give the exit code`(signal: Int32) throws {
        let outcome = try interrupted(Self.waitingScript, by: signal)
        #expect(outcome.code == 128 + signal, "\(outcome)")
        #expect(outcome.text.contains("child got it\n"), "\(outcome)")
        #expect(outcome.text.contains("still works\n"), "\(outcome)")
        #expect(outcome.text.components(separatedBy: "child got it").count == 2, "\(outcome)")
    }

    @Test func `end a computing script too`() throws {
        let outcome = try interrupted(
            "spawn{ 'touch', arg[1] } defer(function(e) print(e.kind) end) while true do end", by: SIGINT)
        #expect(outcome.code == 130 && outcome.text == "cancelled\n", "\(outcome)")
    }

    /// Waits, and catches the error of an interruption.
    private static let caught = "pcall(parallel, { function() sleep(900) end, function() fs.write(arg[1], '') end }) "

    @Test func `are told of whatever the script does`() throws {
        let caught = try interrupted(Self.caught + "print('went on')", by: SIGINT)
        #expect(caught.code == 130 && caught.text == "went on\n", "\(caught)")
        #expect(caught.errorText == "the run was interrupted (Ctrl-C)\nrunning then: sleep()\n", "\(caught)")
        let exits = try interrupted(Self.caught + "os.exit(0)", by: SIGTERM)
        #expect(exits.code == 143 && exits.errorText == "the run was terminated (SIGTERM)\nrunning then: sleep()\n", "\(exits)")
        let other = try interrupted(Self.caught + "fail('mine')", by: SIGINT)
        #expect(other.code == 130 && other.errorText == "the run was interrupted (Ctrl-C)\nscript.lua:1: mine\n", "\(other)")
    }

    @Test func `leave a recipe without a result`() throws {
        let outcome = try interrupted(
            "local p = recipe{ name = 'x', params = { at = { type = 'path' } } } fs.write(p.at, '') pcall(sleep, 900) return { a = 1 }", by: SIGINT,
            option: "--at")
        #expect(outcome.code == 130 && outcome.text.isEmpty && outcome.errorText.hasPrefix("the run was interrupted"), "\(outcome)")
    }

    @Test func `name the programs and calls that were waited for`() throws {
        let outcome = try interrupted(
            """
            parallel{
              function() spawn{ "sleep", "1000" } end,
              function() sleep(900) end,
              function() fs.write(arg[1], "") end,
            }
            """, by: SIGINT)
        #expect(outcome.code == 130 && outcome.errorText.contains("the run was interrupted\nrunning then: sleep, sleep()\n"), "\(outcome)")
    }

    @Test func `end a script that catches every error`() throws {
        let outcome = try interrupted(
            "spawn{ 'touch', arg[1] } while true do pcall(function() while true do end end) end", by: SIGTERM)
        #expect(outcome.code == 143, "\(outcome)")
    }

    @Test func `a second one hurries`() throws {
        let started = ContinuousClock.now
        let outcome = try interrupted(
            "spawn{ 'sh', '-c', [[trap '' INT TERM; : > \"$1\"; sleep 60 & wait; sleep 60]], 'sh', arg[1] }", by: SIGINT, times: 2)
        #expect(outcome.code == 130, "\(outcome)")
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test func `what a child left that does not mind Ctrl-C is told to end before it is killed`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            spawn{ "sh", "-c", "sh -c \"trap 'echo told > $0/told; exit' TERM; touch $0/ready; while :; do sleep 0.05; done\" >/dev/null 2>&1 & wait", arg[1] }
            """#, [folder.path]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            kill(pid, SIGINT)
        }
        #expect(outcome.code == 130, "\(outcome)")
        #expect(try folder.read("told") == "told\n")
    }

    @Test func `nothing of a run outlives it`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).25"
        let outcome = try Program.script(
            "spawn{ 'sh', '-c', 'sleep \(mark) & setsid sleep \(mark) & (setsid sh -c \"sleep \(mark) & sleep \(mark)\" &) ; exit 0' }")
        #expect(outcome.code == 0, "\(outcome)")
        let left = try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep")
        #expect(left.code == 1, "\(left)")
    }

    @Test func `a timed-out child is ended with its group, partial output kept`() throws {
        let outcome = try Program.script(
            """
            local r = spawn{ "sh", "-c", "echo partial; sleep 60 & wait", timeout = 0.3, capture = true, check = false }
            print(r.timedOut, r.signal, r.stdout)
            local ok, e = pcall(spawn, { "sleep", "60", timeout = "300ms" })
            print(e.kind, e.signal)
            """)
        #expect(outcome.text == "true\t15\tpartial\n\ntimeout\t15\n", "\(outcome)")
    }
}
