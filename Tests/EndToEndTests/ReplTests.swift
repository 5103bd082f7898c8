import Foundation
import TestSupport
import Testing

/// `vaultscript repl`: lines instead of a script.
@Suite struct `A session of lines` {
    private static func piped(
        _ lines: String, _ options: [String] = [], environment: [String: String] = [:]
    ) throws -> Program.Outcome {
        try Program.run(["repl"] + options, environment: environment, input: Data(lines.utf8))
    }

    // MARK: - Without a terminal

    @Test(arguments: [
        ("1 + 1", "2\n"), ("1, nil, \"a\"", "1\tnil\ta\n"), ("x = 5\nx", "5\n"), ("local y = 5\ny", "nil\n"),
        ("function f()\nreturn 7\nend\nf()", "7\n"), ("return 3", "3\n"), ("for i = 1, 2 do\nprint(i) end", "1\n2\n"),
        ("", ""), ("-- nothing", ""), ("io.read()\nhello", "hello\n"),
        ("secret.random(8, { name = \"KEY\" })", "[secret:KEY]\n"),
        ("function g() return function() end end", ""), ("defer(function() print(\"end\") end) print(\"line\")", "line\nend\n"),
        ("task(\"a\", function() print(\"a\") end)\ntask(\"a\", function() print(\"b\") end)", "a\nb\n"),
        ("parallel{ function() return 1 end, function() return 2 end }", "1\t2\n"),
        ("setmetatable({}, { __tostring = function() return \"mine\" end })", "mine\n"),
    ])
    func `shows the values of its lines`(lines: String, shown: String) throws {
        let outcome = try Self.piped(lines + "\n")
        #expect(outcome.code == 0 && outcome.text == shown, "\(outcome)")
    }

    @Test func `says what is wrong with a line in three parts, and goes on`() throws {
        let outcome = try Self.piped(
            """
            error("first")
            secret.random(8, { name = "KEY" }) .. "x"
            )
            spawn{ "false" }
            setmetatable({}, { __tostring = function() error("fourth") end })
            assert(false, { message = "a table" })
            print("on")
            for i = 1, 2 do

            """)
        #expect(outcome.code == 1 && outcome.text == "on\n", "\(outcome)")
        #expect(
            outcome.errorText == """
                (repl):1: first
                (repl):1: the secret KEY cannot be joined to a text
                its value never enters the script
                put it together with secret.template("…${x}…", { x = handle })
                (repl):1: unexpected symbol near ')'
                false exited with code 1
                (repl):1: fourth
                a table
                (repl):1: 'end' expected near <eof>

                """, "\(outcome)")
    }

    @Test(
        arguments: [
            ("error('x')", 1), (")", 2), ("spawn{ 'sh', '-c', 'exit 7' }\nerror('x')", 7), ("error('x')\nos.exit(0)", 0),
            ("\"a\n\n2", 2),
        ] as [(String, Int32)])
    func `ends with the code of its first error where no person types`(lines: String, code: Int32) throws {
        let outcome = try Self.piped(lines + "\n")
        #expect(outcome.code == code && outcome.text == (lines.hasSuffix("\n2") ? "2\n" : ""), "\(outcome)")
    }

    @Test func `takes no recipe, and says so`() throws {
        let outcome = try Self.piped("print(1)\nrecipe{ name = \"x\" }\n")
        #expect(outcome.code == 2 && outcome.text == "1\n", "\(outcome)")
        #expect(
            outcome.errorText == """
                recipe: vaultscript repl takes no recipe
                a recipe limits a whole script, and here there are only lines
                put it into a file, and run that: vaultscript FILE

                """, "\(outcome)")
    }

    @Test func `ends with the code of os.exit`() throws {
        let outcome = try Self.piped("os.exit(7)\nprint(1)\n")
        #expect(outcome.code == 7 && outcome.text.isEmpty, "\(outcome)")
    }

    @Test func `goes on after a line that used up all memory, or all its time`() throws {
        let outcome = try Self.piped(
            "local s, t = (\"x\"):rep(1 << 20), {} while true do t[#t + 1] = s .. #t end\nwhile true do end\nwhile true do end\n\"on\"\n",
            ["--limit", "memory=64M", "--limit", "cpu=1s"])
        #expect(outcome.code == 1 && outcome.text == "on\n", "\(outcome)")
        #expect(outcome.errorText.contains("not enough memory: the script may use 64 MiB"), "\(outcome)")
        let limits = outcome.errorText.split(separator: "\n").filter { $0.contains("the script has computed for") }
        #expect(limits.count == 2, "\(outcome)")
    }

    @Test func `no script reads lines like it`() throws {
        let outcome = try Program.run(["-e", "print(_G.readLine, io.read())"], input: Data("x\n".utf8))
        #expect(outcome.text == "nil\tx\n", "\(outcome)")
    }

    // MARK: - At a terminal

    private static func terminal(
        _ state: TemporaryFolder, _ environment: [String: String] = [:], options: [String] = []
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            Program.path, ["repl"] + options, environment: environment.merging(["XDG_STATE_HOME": state.path]) { $1 })
    }

    /// The prompt of a new line, drawn.
    private static let prompt = "\r\n\r\u{1B}[J> "
    /// The same behind a line of output.
    private static let drawn = "\r\u{1B}[J> "

    private static func history(_ state: TemporaryFolder) -> String {
        (try? state.read("vaultscript/repl_history")) ?? ""
    }

    @Test func `edits lines, keeps them for the next session, and gives the terminal back`() throws {
        let state = try TemporaryFolder()
        let terminal = try Self.terminal(state)
        let modes = terminal.modeText
        #expect(terminal.expect("> "))
        // Typed wrong, and mended with the keys.
        terminal.type("6 * 8\u{7F}7\r")
        #expect(terminal.expect("42\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("function f()\r")
        #expect(terminal.expect(">> "), "\(terminal.text)")
        terminal.type("return 11 * 11 end\r")
        #expect(terminal.expect(Self.prompt), "\(terminal.text)")
        terminal.type("g()\u{1}\u{1B}[3~f\u{5}\r")
        #expect(terminal.expect("121\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("\u{4}")
        #expect(terminal.wait() == 0 && terminal.modeText == modes, "\(terminal.text)")
        #expect(Self.history(state) == "6 * 7\nfunction f()\nreturn 11 * 11 end\nf()\n")
        let mode = try FileManager.default.attributesOfItem(atPath: state.path + "/vaultscript/repl_history")[.posixPermissions]
        #expect(mode as? Int == 0o600)

        let second = try Self.terminal(state)
        #expect(second.expect("> "))
        second.type("\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\r")
        #expect(second.expect("42\r\n") && second.expect(Self.drawn), "\(second.text)")
        second.type("\u{4}")
        #expect(second.wait() == 0)
        #expect(Self.history(state).hasSuffix("f()\n6 * 7\n"))
    }

    @Test(arguments: [
        ("paral\t", "parallel"), ("secret.tem\t", "secret.template"), ("v:getSecrets{ rec\t", "recursive = "),
        ("v:putSecr\t\t", "putSecrets"), ("spawn{ \"x\", capt\t", "capture = "), ("require(\"gi\t", "require(\"git\""),
        ("wh\t", "while"),
    ])
    func `completes`(typed: String, shown: String) throws {
        let terminal = try Self.terminal(try TemporaryFolder())
        #expect(terminal.expect("> "))
        terminal.type(typed)
        #expect(terminal.expect(shown), "\(terminal.text)")
        terminal.type("\u{3}")
        #expect(terminal.expect("^C") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("\u{4}")
        #expect(terminal.wait() == 0)
    }

    @Test(arguments: [
        "while true do end", "sleep(1000)", "spawn{ \"sleep\", \"1000\" }", "secret.prompt(\"Password: \")", "io.read()",
        "parallel{ function() sleep(1000) end, function() while true do end end }",
    ])
    func `goes on after Ctrl-C has ended a line`(line: String) throws {
        let terminal = try Self.terminal(try TemporaryFolder())
        #expect(terminal.expect("> "))
        terminal.type("print(\"begun\") \(line)\r")
        #expect(terminal.expect("begun\r\n"), "\(terminal.text)")
        if line.contains("Password") { #expect(terminal.expect("Password: ")) }
        terminal.type("\u{3}")
        #expect(terminal.expect("the line was interrupted (Ctrl-C)\r\n"), "\(terminal.text)")
        #expect(terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("7 * 191\r")
        #expect(terminal.expect("1337\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("\u{4}")
        #expect(terminal.wait() == 0)
    }

    @Test func `shows no value, and keeps no line with one`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["KEY": canary.value])
        let state = try TemporaryFolder()
        let terminal = try Self.terminal(state, vault.environment)
        #expect(terminal.expect("> "))
        // Not known yet, so it is seen and kept, until it is known.
        terminal.type("early = \"\(canary.value)\"\r")
        #expect(terminal.expect(Self.prompt), "\(terminal.text)")
        terminal.type("s = getSecret(\"KEY\")\r")
        #expect(terminal.expect(Self.prompt), "\(terminal.text)")
        let before = terminal.screen.count
        terminal.type("print(early) spawn{ \"sh\", \"-c\", \"echo $K\", env = { K = s } }\r")
        #expect(
            terminal.expect("[secret:KEY]\r\n[secret:KEY]\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("error(early)\r")
        #expect(terminal.expect("(repl):1: [secret:KEY]") && terminal.expect(Self.drawn), "\(terminal.text)")
        // Pasted as one piece, it is never drawn before it is whole.
        terminal.type("late = \"\(canary.value)\"\r")
        #expect(terminal.expect("late = \"[secret:KEY]\"") && terminal.expect(Self.prompt), "\(terminal.text)")
        terminal.type("\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\u{3}")
        #expect(terminal.expect("^C") && terminal.expect(Self.drawn), "\(terminal.text)")
        terminal.type("\u{4}")
        #expect(terminal.wait() == 0)
        #expect(canary.found(in: terminal.screen[before...]) == nil, "\(terminal.text)")
        let kept = Self.history(state)
        #expect(canary.found(in: Data(kept.utf8)) == nil && kept.contains("getSecret(\"KEY\")"), "\(kept)")
    }

    @Test func `greets, helps, and is left by a word`() throws {
        for word in ["exit", "quit ", "exit()", "quit( )"] {
            let terminal = try Self.terminal(try TemporaryFolder())
            #expect(terminal.expect("type Lua; help shows more, exit or Ctrl-D leaves\r\n") && terminal.expect("> "), "\(terminal.text)")
            terminal.type("help\r")
            #expect(terminal.expect("exit or Ctrl-D leaves.\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
            terminal.type(word + "\r")
            #expect(terminal.wait() == 0, "\(word): \(terminal.text)")
        }
    }

    @Test func `leaves the names of its words to the session's own variables`() throws {
        let terminal = try Self.terminal(try TemporaryFolder(), options: ["-q"])
        #expect(terminal.expect("> ") && !terminal.text.contains("Ctrl-D"), "\(terminal.text)")
        for (word, value) in [("exit", "41"), ("quit", "42"), ("help", "43")] {
            terminal.type("\(word) = \(value)\r")
            #expect(terminal.expect(Self.prompt), "\(terminal.text)")
            terminal.type("\(word)\r")
            #expect(terminal.expect("\(value)\r\n") && terminal.expect(Self.drawn), "\(terminal.text)")
        }
        terminal.type("x =\r")
        #expect(terminal.expect(">> "), "\(terminal.text)")
        terminal.type("exit + 1000\r")
        #expect(terminal.expect(Self.prompt), "\(terminal.text)")
        terminal.type("quit = nil\r")
        #expect(terminal.expect(Self.prompt), "\(terminal.text)")
        terminal.type("quit\r")
        #expect(terminal.wait() == 0, "\(terminal.text)")
        #expect(try Self.piped("exit\nhelp\nquit\n").text == "nil\nnil\nnil\n")
    }

    @Test func `that is killed gives the terminal back`() throws {
        let terminal = try Self.terminal(try TemporaryFolder())
        let modes = terminal.modeText
        #expect(terminal.expect("> ") && terminal.wait { !terminal.isCooked })
        kill(try ProcessTree.host(of: terminal.pid), SIGKILL)
        #expect(terminal.wait() == 137 && terminal.modeText == modes, "\(terminal.text)")
    }
}
