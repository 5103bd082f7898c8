import Foundation
import TestSupport
import Testing

/// `--timeout`: the whole run has a time, and the script cannot change that.
@Suite struct `The time limit of a run` {
    private static let mark = "\(Int.random(in: 100_000...999_999)).5"

    @Test func `ends programs, runs what is deferred, exits with 124 and says what ran`() throws {
        let outcome = try Program.script(
            """
            defer(function(e) print("deferred", e.kind) spawn{ "echo", "still works" } end)
            task("quick", function() end)
            task("build", { needs = "quick" }, function()
              defer(function() print("of the task") end)
              spawn{ "sleep", arg[1] }
            end)
            task("after", { needs = "build" }, function() end)
            """, [Self.mark], options: ["--timeout", "500ms"])
        #expect(outcome.code == 124, "\(outcome)")
        #expect(outcome.text == "of the task\ndeferred\tcancelled\nstill works\n", "\(outcome)")
        let error = outcome.errorText.split(separator: "\n").map(String.init)
        #expect(error.contains("the run took longer than 0.5 s and was stopped"), "\(outcome)")
        #expect(error.contains { $0.hasPrefix("running then: task build (") && $0.hasSuffix("), sleep") }, "\(outcome)")
        #expect(error.contains("give it more time: --timeout TIME, or find out what it waits for"), "\(outcome)")
        #expect(error.contains("  not started: after") && error.contains { $0.hasPrefix("  interrupted: build (") }, "\(outcome)")
        #expect(!ProcessTree.runs("sleep \(Self.mark)"))
    }

    @Test(arguments: [
        "pcall(sleep, 100) print('caught')", "pcall(sleep, 100) os.exit(0)", "defer(function() os.exit(0) end) sleep(100)",
        "pcall(sleep, 100) fail('mine', { code = 9 })", "sleep(100)", "while true do end",
        "pcall(function() while true do end end) os.exit(3)", "retry({ times = 9, backoff = 0 }, function() sleep(100) end)",
        "while true do pcall(sleep, 100) end",
    ])
    func `the exit code and the message stay, whatever the script does`(script: String) throws {
        let outcome = try Program.script(script, options: ["--timeout=200ms"])
        #expect(outcome.code == 124, "\(outcome)")
        #expect(outcome.errorText.contains("the run took longer than 0.2 s and was stopped\n"), "\(outcome)")
    }

    @Test func `programs that do not mind TERM are killed after the grace`() throws {
        let outcome = try Program.script(
            "spawn{ 'sh', '-c', [[trap '' TERM; echo started; sleep 60 & wait; sleep 60]] }", options: ["--timeout", "0.5"])
        #expect(outcome.code == 124 && outcome.text == "started\n", "\(outcome)")
    }

    @Test func `a run in time is not touched`() throws {
        let outcome = try Program.script("print('done') os.exit(4)", options: ["--timeout", "1h"])
        #expect(outcome.code == 4 && outcome.text == "done\n" && outcome.errorText.isEmpty, "\(outcome)")
    }

    @Test(arguments: [("0", "--timeout: expected more than no time, got \"0\""), ("soon", "--timeout: expected seconds or a text such as \"90s\", got \"soon\"")])
    func `what is no time is wrong usage`(time: String, message: String) throws {
        let outcome = try Program.run(["--timeout", time, "-e", "print(1)"])
        #expect(outcome.code == 2 && outcome.text.isEmpty && outcome.errorText.hasPrefix(message + "\n"), "\(outcome)")
    }
}
