import Foundation
import TestSupport
import Testing

/// The option `tty`: what a program finds at its terminal, what a person at the user's terminal sees and types.
@Suite struct `A program's terminal` {
    // MARK: - Without the keyboard

    @Test func `both streams are a terminal of the user's size, and the user's own is nowhere in reach`() throws {
        let terminal = try PseudoTerminal.script(
            """
            spawn{ "sh", "-c", [[test -t 1 && test -t 2 && echo both; test -t 0 || echo no keyboard
              stty size <&1; readlink /proc/self/fd/1; tput cols]] }
            """, rows: 33, columns: 77)
        #expect(terminal.wait() == 0)
        let lines = terminal.text.split(separator: "\r\n")
        #expect(lines.count == 5 && lines[..<3] == ["both", "no keyboard", "33 77"] && lines[4] == "77", "\(terminal.text)")
        // In a devpts of its own it has no place in /dev.
        #expect(lines.count > 3 && lines[3].wholeMatch(of: /(\/dev\/pts)?\/[0-9]+/) != nil, "\(terminal.text)")
    }

    /// The terminal's answers to a question of the script's would stand between the bytes of the value, and with them in Lua.
    @Test func `a program with the keyboard and a secret is not captured`() throws {
        let terminal = try PseudoTerminal.script(
            """
            local h = secret.random(16)
            local ok, e = pcall(spawn, { "printenv", "T", env = { T = h }, tty = true, stdin = "inherit", capture = true })
            print(ok, e.kind, e.message)
            ok, e = pcall(spawn, { "printenv", "A_TOKEN", passEnv = { "A_TOKEN" }, tty = true, stdin = "inherit", capture = true })
            print(ok, e.kind)
            print(#spawn{ "printenv", "T", env = { T = h }, tty = true, capture = true }.stdout > 0)
            ok, e = pcall(spawn, { "sh", "-c", "echo $T; exit 3", env = { T = h }, tty = true, stdin = "inherit", quiet = true })
            print(e.code, e.stderr == nil or e.stderr == "", e.reason)
            print(spawn{ "echo", "plain", tty = true, stdin = "inherit", capture = true }.stdout)
            """, environment: ["A_TOKEN": "token-of-the-user"])
        #expect(terminal.wait() == 0, "\(terminal.text)")
        #expect(
            terminal.text.hasPrefix("false\tusage\tspawn: the output of printenv, which has the keyboard and a secret, is not captured\r\nfalse\tusage\r\ntrue\r\n3\ttrue\tnil\r\nplain"),
            "\(terminal.text)")
    }

    /// On a terminal the first bytes of a value come at once, so that typing is seen.
    @Test(arguments: [[], ["--json"]])
    func `where its output goes to a file, the first bytes of a value do not come before it is known`(options: [String]) throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "script.lua",
            #"""
            recipe{ name = "shown", secrets = { "env:A_TOKEN" }, programs = { "sh" } }
            spawn{ "sh", "-c", 'printf %.3s "$T"; sleep 0.5; echo "${T#???}"', env = { T = secret.env("A_TOKEN") }, tty = true }
            """#)
        let log = folder.path + "/log"
        let terminal = try PseudoTerminal(
            "/bin/sh", ["-c", #"log=$0; exec "$@" 2>"$log""#, log, Program.path] + options + [script],
            environment: ["A_TOKEN": "token-of-the-user"])
        #expect(terminal.wait() == 0, "\(terminal.text)")
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text == "[secret:A_TOKEN]\n" && !terminal.text.contains("tok"), "\(text) \(terminal.text)")
    }

    @Test func `a program that asks fails instead of waiting`() throws {
        let terminal = try PseudoTerminal.script(
            """
            spawn{ "sh", "-c", "read answer </dev/tty", check = false }
            spawn{ "sh", "-c", "read answer <&2", check = false }
            print(spawn{ "python3", "-c", "import getpass; getpass.getpass()", check = false }.code)
            """)
        #expect(terminal.wait() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("/dev/tty: No such device or address") && terminal.text.hasSuffix("1\r\n"), "\(terminal.text)")
    }

    @Test func `colours and output come byte for byte`() throws {
        let folder = try TemporaryFolder()
        try folder.write("run", "", mode: 0o755)
        let terminal = try PseudoTerminal.script(
            """
            spawn{ "ls", "--color=auto", "\(folder.path)", env = { LS_COLORS = "ex=01;32" } }
            spawn{ "tput", "colors" }
            spawn{ "printf", [[10%%\\r50%%\\r100%%\\n]] }
            """)
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "\u{1B}[0m\u{1B}[01;32mrun\u{1B}[0m\r\n256\r\n10%\r50%\r100%\r\n", "\(terminal.text.debugDescription)")
    }

    @Test func `pagers print, unless the script sets one`() throws {
        let terminal = try PseudoTerminal.script(
            """
            spawn{ "sh", "-c", "echo $PAGER,$GIT_PAGER,$PSQL_PAGER,$SYSTEMD_PAGER" }
            spawn{ "sh", "-c", "echo $PAGER,$GIT_PAGER,$PSQL_PAGER,$SYSTEMD_PAGER", env = { PAGER = "more", PSQL_PAGER = false } }
            spawn{ "sh", "-c", "echo $PAGER,$GIT_PAGER", stdin = "inherit" }
            """, environment: ["PAGER": "less", "PSQL_PAGER": "less"])
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "cat,cat,cat,\r\nmore,cat,,\r\nless,\r\n", "\(terminal.text)")
    }

    @Test func `a new size reaches every program`() throws {
        let terminal = try PseudoTerminal.script(
            #"spawn{ "bash", "-c", [[trap "stty size <&1; exit" WINCH; echo ready; while :; do sleep 0.05; done]] }"#)
        #expect(terminal.expect("ready"))
        terminal.resize(rows: 50, columns: 132)
        #expect(terminal.expect("50 132"), "\(terminal.text)")
        #expect(terminal.wait() == 0)
    }

    @Test func `there is none where the output goes elsewhere, and one where the script asks`() throws {
        let tests = #"spawn{ "sh", "-c", "test -t 1 && echo terminal || echo pipe""#
        let outcome = try Program.script("\(tests) } \(tests), tty = true } print(\(tests), tty = true, capture = true }.stdout)")
        #expect(outcome.text == "pipe\nterminal\nterminal\n\n", "\(outcome)")
        let terminal = try PseudoTerminal.script(
            """
            io.write(\(tests), capture = true }.stdout)
            \(tests), tty = false }
            pipe{ { "sh", "-c", "test -t 1 || test -t 2 || echo no" }, { "cat" } }
            \(tests), background = true }:wait()
            local ok, e = pcall(spawn, { "true", tty = true, capture = "stderr" })
            print(e.kind, e.message)
            """)
        #expect(terminal.wait() == 0)
        #expect(
            terminal.text == "pipe\r\npipe\r\nno\r\npipe\r\nusage\tspawn: tty = true does not go with capture = \"stderr\"\r\n",
            "\(terminal.text)")
    }

    @Test func `both streams are one, which a failure quotes`() throws {
        let terminal = try PseudoTerminal.script(
            #"local ok, e = pcall(spawn, { "sh", "-c", "echo out; echo err >&2; exit 3" }) print(e.code, e.stderr)"#)
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "out\r\nerr\r\n3\tout\r\nerr\r\n\r\n", "\(terminal.text.debugDescription)")
    }

    // MARK: - The keyboard

    @Test func `what is typed reaches the program, echoed once, and the modes are as before`() throws {
        let terminal = try PseudoTerminal.script(
            #"spawn{ "sh", "-c", "echo ready; read line; echo got $line", stdin = "inherit" } print("after")"#)
        let before = terminal.modeText
        #expect(terminal.expect("ready") && terminal.wait { !terminal.isCooked })
        terminal.type("hello\r")
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "ready\r\nhello\r\ngot hello\r\nafter\r\n", "\(terminal.text.debugDescription)")
        #expect(terminal.modeText == before)
    }

    @Test func `a password that is asked for is not echoed`() throws {
        let terminal = try PseudoTerminal.script(
            #"spawn{ "bash", "-c", [[read -rsp "Password: " word; echo; echo "${#word} characters"]], stdin = "inherit" }"#)
        #expect(terminal.expect("Password: "), "a prompt without a line end shows at once")
        terminal.type("opensesame\r")
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "Password: \r\n10 characters\r\n", "\(terminal.text.debugDescription)")
    }

    @Test func `the end of input ends the program's input, not the script's`() throws {
        let terminal = try PseudoTerminal.script(#"spawn{ "cat", stdin = "inherit" } print("read", io.read("l"))"#)
        #expect(terminal.wait { !terminal.isCooked })
        terminal.type("a\r")
        #expect(terminal.expect("a\r\na\r\n"))
        terminal.type("\u{4}")
        #expect(terminal.wait { terminal.isCooked })
        terminal.type("mine\r")
        #expect(terminal.wait() == 0)
        #expect(terminal.text.hasSuffix("read\tmine\r\n"), "\(terminal.text)")
    }

    @Test func `a read of the script waits for the program that has the keyboard, and the program for the read`() throws {
        let terminal = try PseudoTerminal.script(
            """
            local first = spawn{ "sh", "-c", "echo one; read a; echo got $a", stdin = "inherit", background = true, tty = true }
            print("line", io.read("l"))
            first:wait()
            """)
        #expect(terminal.expect("one") && terminal.wait { !terminal.isCooked })
        terminal.type("for the child\r")
        #expect(terminal.expect("got for the child"), "\(terminal.text)")
        #expect(terminal.wait { terminal.isCooked })
        terminal.type("for the script\r")
        #expect(terminal.expect("line\tfor the script"), "\(terminal.text)")
        #expect(terminal.wait() == 0)
    }

    @Test func `a value is masked in what the program shows and in the echo of who types it`() throws {
        let canary = Canary()
        let terminal = try PseudoTerminal.script(
            """
            spawn{ "sh", "-c", [[echo "value $TOKEN"; printf "\\033[1;31m%s\\033[0m\\n" "$TOKEN"; read x; echo "typed $x"]],
              env = { TOKEN = secret.env("MY_TOKEN") }, stdin = "inherit" }
            spawn{ "sh", "-c", [[echo "$TOKEN" | fold -w 9 | tr -d "\\n"; echo; echo "$TOKEN" >&2]], env = { TOKEN = secret.env("MY_TOKEN") } }
            """, environment: ["MY_TOKEN": canary.value])
        #expect(terminal.expect("value [secret:MY_TOKEN]"))
        terminal.type(canary.value + "\r")
        #expect(terminal.wait() == 0)
        #expect(canary.found(in: terminal.screen) == nil, "\(terminal.text)")
        #expect(terminal.text.contains("\u{1B}[1;31m[secret:MY_TOKEN]\u{1B}[0m") && terminal.text.contains("typed [secret:MY_TOKEN]"))
    }

    @Test func `a prompt that begins as a value does shows at once`() throws {
        let terminal = try PseudoTerminal.script(
            #"spawn{ "sh", "-c", "printf '> ab'; read x; echo", env = { TOKEN = secret.env("MY_TOKEN") }, stdin = "inherit" }"#,
            environment: ["MY_TOKEN": "abcdefghijklmnop"])
        #expect(terminal.expect("> ab"), "\(terminal.text)")
        terminal.type("\r")
        #expect(terminal.wait() == 0)
    }

    // MARK: - Signals and jobs

    @Test func `Ctrl-C reaches the program once, with and without the keyboard`() throws {
        for input in [#", stdin = "inherit""#, ""] {
            let terminal = try PseudoTerminal.script(
                """
                defer(function(e) print("deferred", e and e.kind) end)
                spawn{ "bash", "-c", [[trap "" TERM; trap "echo INT" INT; echo ready; for i in 1 2 3 4 5 6; do sleep 0.1; done; exit 7]]\(input) }
                """)
            #expect(terminal.expect("ready"))
            if !input.isEmpty { #expect(terminal.wait { !terminal.isCooked }) }
            terminal.type("\u{3}")
            // With the keyboard the program alone decides; without it the run is interrupted too.
            #expect(terminal.wait() == (input.isEmpty ? 130 : 7), "\(terminal.text)")
            #expect(terminal.text.components(separatedBy: "INT").count == 2, "\(terminal.text)")
            #expect(terminal.text.contains("deferred"))
            #expect(terminal.isCooked)
        }
    }

    @Test func `Ctrl-C ends a program that does not care, with 130`() throws {
        let terminal = try PseudoTerminal.script(#"spawn{ "sleep", "60", stdin = "inherit" }"#)
        #expect(terminal.wait { !terminal.isCooked })
        terminal.type("\u{3}")
        #expect(terminal.wait() == 130, "\(terminal.text)")
        #expect(terminal.isCooked)
    }

    /// A shell at a terminal, as a person has it.
    private func shell() throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(
            "/bin/bash", ["--norc", "--noediting", "-i"], environment: ["PS1": "PROMPT> ", "VS": Program.path])
        #expect(terminal.expect("PROMPT> "))
        return terminal
    }

    @Test(arguments: [#", stdin = "inherit""#, ""])
    func `Ctrl-Z suspends program and run, fg goes on with both`(_ input: String) throws {
        let folder = try TemporaryFolder()
        let terminal = try shell()
        terminal.type(
            #""$VS" -e 'spawn{ "bash", "-c", [[echo started; until [ -e "$1" ]; do sleep 0.05; done; echo going on]], "sh", "\#(folder.path)/go"\#(input) }'"#
                + "\r")
        #expect(terminal.expect("started\r\n"))
        if !input.isEmpty { #expect(terminal.wait { !terminal.isCooked }) }
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        #expect(terminal.isCooked)
        try folder.write("go", "")
        terminal.type("sleep 0.3; echo quiet\r")
        #expect(terminal.expect("\nquiet\r\n"), "\(terminal.text)")
        #expect(!terminal.text.contains("going on\r\n"), "the program stands still")
        terminal.type("fg\r")
        #expect(terminal.expect("going on\r\n"), "\(terminal.text)")
        #expect(terminal.expect("PROMPT> "))
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }

    @Test func `in the background it stops when its program wants the keyboard, and goes on in the foreground`() throws {
        let terminal = try shell()
        terminal.type(#""$VS" -e 'spawn{ "sh", "-c", "read x; echo got $x", stdin = "inherit" }' &"# + "\r")
        #expect(terminal.expect("PROMPT> "))
        for _ in 0..<100 {
            terminal.type("jobs\r")
            guard terminal.expect("PROMPT> "), !terminal.text.contains("Stopped") else { break }
            usleep(50_000)
        }
        #expect(terminal.text.contains("Stopped"), "\(terminal.text)")
        terminal.type("fg\r")
        #expect(terminal.wait { !terminal.isCooked })
        terminal.type("hello\r")
        #expect(terminal.expect("got hello"), "\(terminal.text)")
        #expect(terminal.expect("PROMPT> "))
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGKILL])
    func `the terminal is as it was, however the run ends`(_ signal: Int32) throws {
        let terminal = try PseudoTerminal.script(
            #"spawn{ "sh", "-c", "stty raw -echo; trap : HUP; sleep 60 & wait", stdin = "inherit", check = false }"#)
        let before = terminal.modeText
        #expect(terminal.wait { !terminal.isCooked })
        let host = try #require(ProcessTree.children(of: terminal.pid).first)
        kill(host, signal)
        #expect(terminal.wait() != 0, "\(terminal.text)")
        #expect(terminal.modeText == before, "\(terminal.text)")
    }

    @Test func `a program that leaves somebody at its terminal ends all the same`() throws {
        for input in [#", stdin = "inherit""#, ""] {
            let terminal = try PseudoTerminal.script(
                #"print("code", spawn{ "bash", "-c", "trap '' HUP; sleep 30 & echo last words"\#(input) }.code)"#)
            #expect(terminal.wait(limit: 20) == 0, "\(terminal.text)")
            #expect(terminal.text == "last words\r\ncode\t0\r\n", "\(terminal.text)")
        }
    }

    @Test func `a program that cannot be started is told as itself, and the next one starts`() throws {
        let terminal = try PseudoTerminal.script(
            """
            local ok, e = pcall(spawn, { "no-such-program-here", stdin = "inherit" })
            print(e.kind, e.code)
            for i = 1, 5 do spawn{ "true", stdin = "inherit" } end
            spawn{ "echo", "done", stdin = "inherit" }
            """)
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "start\t127\r\ndone\r\n", "\(terminal.text)")
    }

    @Test func `all that a program writes at once arrives, also at a slow reader`() throws {
        let terminal = try PseudoTerminal.script(#"spawn{ "seq", "1", "300000" } spawn{ "seq", "1", "300000", stdin = "inherit" }"#)
        usleep(500_000)
        #expect(terminal.wait() == 0)
        let lines = terminal.text.split(separator: "\r\n")
        #expect(lines.count == 600_000 && lines.last == "300000" && lines[299_999] == "300000", "\(lines.count) \(lines.last ?? "") \(terminal.text.suffix(100))")
    }

    @Test func `many programs at terminals leave no descriptor and no process`() throws {
        let terminal = try PseudoTerminal.script(
            """
            local function count() return spawn{ "sh", "-c", "sleep 0.5; ls /proc/$PPID/fd | wc -l; ps -o pid= --ppid $PPID | wc -l", capture = true }.stdout end
            local function use()
              for i = 1, 25 do
                spawn{ "true", stdin = "inherit" }
                spawn{ "true" }
                pcall(spawn, { "no-such-program-here", stdin = "inherit" })
              end
            end
            use()
            local before = count()
            use()
            local after = count()
            print(before == after and "the same" or before .. after)
            """)
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "the same\r\n", "\(terminal.text)")
    }

    @Test func `a program with the keyboard that takes too long gives it back`() throws {
        let terminal = try PseudoTerminal.script(
            #"local ok, e = pcall(spawn, { "sh", "-c", "stty raw -echo; echo ready; sleep 60", stdin = "inherit", timeout = 1 }) print(e.kind)"#)
        #expect(terminal.expect("ready") && terminal.wait { !terminal.isCooked })
        #expect(terminal.wait() == 0)
        #expect(terminal.text.hasSuffix("timeout\r\n") && terminal.isCooked, "\(terminal.text)")
    }

    @Test func `a shell in it has jobs of its own, and can be suspended as a whole`() throws {
        let terminal = try shell()
        terminal.type(#""$VS" -e 'spawn{ "bash", "--norc", "--noediting", "-i", stdin = "inherit", env = { PS1 = "INNER> " } } print("left")'"# + "\r")
        #expect(terminal.expect("\nINNER> "), "\(terminal.text)")
        terminal.type("sleep 60\r")
        usleep(300_000)
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("INNER> "), "\(terminal.text)")
        terminal.type("fg\r")
        #expect(terminal.expect("sleep 60"))
        usleep(300_000)
        terminal.type("\u{3}")
        #expect(terminal.expect("INNER> "), "\(terminal.text)")
        terminal.type("suspend\r")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        terminal.type("fg\r")
        #expect(terminal.wait { !terminal.isCooked })
        terminal.type("exit 0\r")
        #expect(terminal.expect("left\r\n") && terminal.expect("PROMPT> "), "\(terminal.text)")
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }
}
