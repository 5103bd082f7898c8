import Foundation
import TestSupport
import Testing

/// `confirm` where somebody sits at the terminal. (Where nobody does: `RetryTests`.)
@Suite struct `A question that is answered with yes or no` {
    private static let script = """
        local answer = confirm("Deploy to production?")
        print("answer", answer)
        io.read()
        """

    @Test(arguments: [
        ("y\r", "true"), ("yes\r", "true"), (" YES \r", "true"), ("n\r", "false"), ("no\r", "false"), ("\r", "false"),
        ("yesterday\r", "false"), ("maybe\r", "false"),
    ])
    func `takes y and yes for yes, and all else for no`(typed: String, answer: String) throws {
        let terminal = try PseudoTerminal.script(Self.script)
        let modes = terminal.modeText
        #expect(terminal.expect("Deploy to production? [y/N] "), "\(terminal.text)")
        terminal.type(typed)
        #expect(terminal.expect("answer\t\(answer)"), "\(terminal.text)")
        #expect(terminal.wait { terminal.modeText == modes }, "\(terminal.text)")
        terminal.type("\r")
        #expect(terminal.wait() == 0, "\(terminal.text)")
    }

    @Test func `lets others print as much meanwhile, whether the end of it is held back or not`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        // The line end behind base64 may be one of the lines that it comes in.
        let encoded = Data(canary.value.utf8).base64EncodedString()
        let guesses = [String(encoded.prefix(12)), encoded.prefix(11) + "_"]
        let done = (0...1).map { folder.path + "/done\($0)" }
        let terminals = try zip(guesses, done).map { guess, done in
            try PseudoTerminal.script(
                """
                local token = secret.env("API_TOKEN")
                progress(0, 10, "x")
                local code = [[
                yes xxxxxxx | head -c 1048568
                sleep 4
                printf "aaaaaaaa%s\\n" "$1"
                sleep 1
                yes yyyyyyy | head -c 120000
                touch "$2"
                ]]
                parallel{
                  function() confirm("Go on?") end,
                  function() spawn{ "sh", "-c", code, "sh", "\(guess)", "\(done)", tty = false } end
                }
                """, environment: ["API_TOKEN": canary.value])
        }
        Thread.sleep(forTimeInterval: 10)
        for terminal in terminals {
            #expect(terminal.expect("[y/N] "), "\(terminal.text.suffix(400))")
        }
        #expect(done.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
    }

    @Test func `is not asked with --yes`() throws {
        let terminal = try PseudoTerminal.script(Self.script, ["--yes"])
        #expect(terminal.expect("answer\ttrue"), "\(terminal.text)")
        terminal.type("\r")
        #expect(terminal.wait() == 0 && !terminal.text.contains("Deploy"), "\(terminal.text)")
    }

    @Test func `ends the run when it is interrupted, and gives the terminal back`() throws {
        let terminal = try PseudoTerminal.script(Self.script)
        let modes = terminal.modeText
        #expect(terminal.expect("[y/N] "), "\(terminal.text)")
        terminal.type("\u{3}")
        #expect(terminal.wait { terminal.modeText == modes }, "\(terminal.text)")
        #expect(terminal.wait() == 130 && !terminal.text.contains("answer"), "\(terminal.text)")
    }

    @Test func `is an error where the terminal's input is at its end`() throws {
        let terminal = try PseudoTerminal.script(Self.script)
        #expect(terminal.expect("[y/N] "), "\(terminal.text)")
        terminal.type("\u{4}")
        #expect(terminal.wait() != 0 && !terminal.text.contains("answer\ttrue"), "\(terminal.text)")
    }

    @Test(arguments: [("confirm(\"Sure?\")", "Sure? [y/N] ", "y", "true"), ("secret.prompt(\"Word: \")", "Word: ", "typed-it", "[secret:prompt]")])
    func `is shown again after Ctrl-Z and fg`(call: String, question: String, typed: String, answer: String) throws {
        let terminal = try PseudoTerminal(
            "/bin/bash", ["--norc", "--noediting", "-b", "-i"], environment: ["PS1": "PROMPT> ", "VS": Program.path])
        #expect(terminal.expect("PROMPT> "))
        terminal.type("\"$VS\" -e 'print(\(call))'\r")
        // The command line has it too, in other words.
        #expect(terminal.expect("\n\(question)"), "\(terminal.text)")
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        terminal.type("fg\r")
        #expect(terminal.expect("\n\(question)"), "\(terminal.text)")
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        // In the background it stops, as any job that reads.
        terminal.type("bg\r")
        #expect(terminal.expect("Stopped"), "\(terminal.text)")
        terminal.type("fg\r")
        #expect(terminal.expect("\n\(question)"), "\(terminal.text)")
        terminal.type(typed + "\r")
        #expect(terminal.expect(answer) && terminal.expect("PROMPT> "), "\(terminal.text)")
        #expect(typed == "y" || !terminal.text.contains(typed), "\(terminal.text)")
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }
}
