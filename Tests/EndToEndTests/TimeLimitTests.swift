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

    /// The reader takes nothing until the run has ended: neither the program nor what is deferred may wait for it.
    @Test(arguments: ["spawn{ 'sh', '-c', 'yes' }", "while true do print(('x'):rep(1000)) end", "spawn{ 'sh', '-c', 'yes >&2' }"])
    func `a reader that takes nothing holds nothing up`(script: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", "defer(function() spawn{ 'touch', arg[1] } end) " + script)
        let run = #"{ "$0" --timeout 500ms "$1" "$2/deferred" 2> "$3"; echo $? > "$2/code"; } | { until [ -e "$2/code" ]; do sleep 0.05; done; }"#
        let isError = script.contains(">&2")
        let outcome = try Program.run(
            ["-c", isError ? run.replacing(#"2> "$3""#, with: "2>&1 >/dev/null") : run, Program.path, file, folder.path, folder.path + "/error"],
            program: "/bin/bash")
        #expect(try folder.read("code") == "124\n", "\(outcome)")
        #expect(FileManager.default.fileExists(atPath: folder.path + "/deferred"))
        guard !isError else { return }
        let error = try folder.read("error")
        #expect(error.hasPrefix("the run took longer than 0.5 s and was stopped\n") && !error.contains("warning"), "\(error)")
    }

    @Test func `what is printed at the end waits for a reader as long as it takes, but not past the time limit`() throws {
        let folder = try TemporaryFolder()
        let ended = #"{ "$0" $2 -e "print(('x'):rep(300000))" 2> "$1/error"; echo $? > "$1/code"; } | "#
        let late = try Program.run(["-c", ended + "{ sleep 7; wc -c; }", Program.path, folder.path, ""], program: "/bin/bash")
        #expect(late.text.contains("300001"), "\(late)")
        #expect(try folder.read("code") == "0\n" && folder.read("error").isEmpty)
        let never = try Program.run(
            ["-c", ended + #"until [ -e "$1/over" ]; do [ "$(cat "$1/code")" != 124 ] || touch "$1/over"; sleep 0.05; done"#, Program.path, folder.path, "--timeout 0.5"],
            program: "/bin/bash")
        #expect(try folder.read("code") == "124\n", "\(never)")
        #expect(
            try folder.read("error") == """
                the run took longer than 0.5 s and was stopped
                all was done, but nobody took what it had printed
                give it more time: --timeout TIME, or find out what it waits for

                """)
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
