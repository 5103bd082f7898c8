import Foundation
import TestSupport
import Testing

/// Programs that people use at a terminal, used as people use them.
@Suite struct `Real programs at a terminal` {
    private static func path(_ names: String...) -> String? {
        names.map { "/usr/bin/" + $0 }.first(where: FileManager.default.isExecutableFile)
    }
    private static let less = path("less")
    private static let vim = path("vim", "vim.basic", "vim.tiny")
    private static let tmux = path("tmux")

    @Test(.enabled(if: less != nil, "less is not installed"))
    func `less shows pages, searches and quits`() throws {
        let folder = try TemporaryFolder()
        let lines = (1...500).map { "line \($0) \($0 == 321 ? "needle" : "hay")" }
        let file = try folder.write("text", lines.joined(separator: "\n") + "\n")
        let terminal = try PseudoTerminal.script(
            #"spawn{ "less", "\#(file)", stdin = "inherit" } print("left")"#, environment: ["LESS": ""], rows: 24)
        #expect(terminal.expect("line 23 hay"), "\(terminal.text)")
        terminal.type(" ")
        #expect(terminal.expect("line 46 hay"), "\(terminal.text)")
        terminal.type("/needle\r")
        #expect(terminal.expect("line 321 "), "\(terminal.text)")
        terminal.type("q")
        #expect(terminal.expect("left") && terminal.wait() == 0, "\(terminal.text)")
        #expect(terminal.isCooked)
    }

    @Test(.enabled(if: vim != nil, "vim is not installed"))
    func `vim writes what is typed, leaves its screen, and is suspended and resumed`() throws {
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal(
            "/bin/bash", ["--norc", "--noediting", "-i"], environment: ["PS1": "PROMPT> ", "VS": Program.path])
        #expect(terminal.expect("PROMPT> "))
        terminal.type(
            #""$VS" -e 'spawn{ "\#(Self.vim ?? "")", "-u", "NONE", "-N", "\#(folder.path)/note", stdin = "inherit" } print("left")'"# + "\r")
        #expect(terminal.expect("[New]") || terminal.text.contains("note"), "\(terminal.text)")
        terminal.type("ifirst line\u{1B}")
        #expect(terminal.expect("first line"))
        usleep(300_000)
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        #expect(terminal.isCooked)
        terminal.type("fg\r")
        #expect(terminal.expect("first line") && terminal.wait { !terminal.isCooked }, "it paints its screen again: \(terminal.text)")
        terminal.type("osecond line\u{1B}")
        usleep(300_000)
        terminal.type(":wq\r")
        #expect(terminal.expect("left") && terminal.expect("PROMPT> "), "\(terminal.text)")
        #expect(try folder.read("note") == "first line\nsecond line\n")
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }

    @Test(.enabled(if: vim != nil, "vim is not installed"))
    func `vim -e edits by commands`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("note", "old words\n")
        let terminal = try PseudoTerminal.script(
            #"spawn{ "\#(Self.vim ?? "")", "-u", "NONE", "-es", "\#(file)", stdin = "%s/old/new/\nwq\n" } print("left")"#)
        #expect(terminal.wait() == 0)
        #expect(terminal.text == "left\r\n", "\(terminal.text)")
        #expect(try folder.read("note") == "new words\n")
    }

    @Test func `counts no finds by the first bytes of a value that come by themselves`() throws {
        let canary = Canary()
        let guess = String(canary.value.prefix(3))
        let terminal = try PseudoTerminal.script(
            """
            local token = secret.env("API_TOKEN")
            local code = [[
            printf wxyz; sleep 0.2; v=$A
            printf %s "$(printf %s "$v" | head -c 3)"; sleep 0.3
            printf %s "$v" | tail -c +4; echo
            ]]
            local leaks = {}
            for i, guess in ipairs{ "\(guess)", "!!!" } do
              local made = spawn{ "printf", "%s", "wxyz" .. guess, capture = "secret" }.stdout
              leaks[i] = spawn{ "sh", "-c", code, env = { A = token }, tty = true }.leaks
            end
            print("leaks", table.concat(leaks, " "))
            """, environment: ["API_TOKEN": canary.value])
        #expect(terminal.expect("leaks\t1 1"), "\(terminal.text)")
        #expect(terminal.wait() == 0, "\(terminal.text)")
    }

    @Test func `python3 answers line by line`() throws {
        let terminal = try PseudoTerminal.script(#"spawn{ "python3", "-q", stdin = "inherit", check = false } print("left")"#)
        #expect(terminal.expect(">>> "))
        terminal.type("6 * 7\r")
        #expect(terminal.expect("42"), "\(terminal.text)")
        terminal.type("while True: pass\r\r")
        usleep(300_000)
        terminal.type("\u{3}")
        #expect(terminal.expect("KeyboardInterrupt") && terminal.expect(">>> "), "\(terminal.text)")
        // After a KeyboardInterrupt some versions end by SIGINT.
        terminal.type("\u{4}")
        #expect(terminal.expect("left") && terminal.wait() == 0, "\(terminal.text)")
    }

    @Test(.enabled(if: SSHServer.isInstalled, "openssh-server is not installed"))
    func `ssh asks about the host and for the passphrase, and fails clearly where nobody can answer`() throws {
        let canary = Canary("pass ")
        let server = try SSHServer(passphrase: canary.value)
        let command = """
            "ssh", "-F", "none", "-o", "UserKnownHostsFile=\(server.folder.path)/known", "-o", "IdentitiesOnly=yes",
            "-i", "\(server.folder.path)/key", "-p", \(server.port), "127.0.0.1", "echo from the other side"
            """
        let deaf = try PseudoTerminal.script("print(spawn{ \(command), check = false }.code)")
        #expect(deaf.wait() == 0)
        #expect(deaf.text.contains("Host key verification failed") && deaf.text.hasSuffix("255\r\n"), "\(deaf.text)")

        let terminal = try PseudoTerminal.script(
            "local known = secret.env(\"PASS_WORD_TOKEN\") spawn{ \(command), stdin = \"inherit\" } print(\"left\")",
            environment: ["PASS_WORD_TOKEN": canary.value])
        #expect(terminal.expect("(yes/no/[fingerprint])? "), "\(terminal.text)")
        terminal.type("yes\r")
        #expect(terminal.expect("Enter passphrase for key"), "\(terminal.text)")
        #expect(terminal.expect("': "))
        usleep(200_000)
        terminal.type(canary.value + "\r")
        #expect(terminal.expect("from the other side") && terminal.expect("left"), "\(terminal.text)")
        #expect(terminal.wait() == 0)
        #expect(canary.found(in: terminal.screen) == nil)
        #expect(terminal.isCooked)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled, "postgresql is not installed"))
    func `psql logs in with a password from a handle, asks for it, and talks`() throws {
        let canary = Canary("pw_")
        let server = try PostgreSQLServer(password: canary.value)
        let command = #""psql", "-X", "-h", "127.0.0.1", "-p", \#(server.port), "-U", "postgres""#
        let terminal = try PseudoTerminal.script(
            """
            local password = secret.env("DB_PASSWORD")
            spawn{ \(command), "-Atc", "select 6 * 7", env = { PGPASSWORD = password } }
            spawn{ \(command), "-w", "-c", "select 1", check = false }
            spawn{ \(command), "-W", stdin = "inherit" }
            print("left")
            """, environment: ["DB_PASSWORD": canary.value])
        #expect(terminal.expect("42\r\n") && terminal.expect("no password supplied"), "\(terminal.text)")
        #expect(terminal.expect("Password: "), "\(terminal.text)")
        usleep(200_000)
        terminal.type(canary.value + "\r")
        #expect(terminal.expect("postgres=# "), "\(terminal.text)")
        terminal.type("select '\(canary.value)' as value;\r")
        #expect(terminal.expect("(1 row)"), "\(terminal.text)")
        terminal.type("\\q\r")
        #expect(terminal.expect("left") && terminal.wait() == 0, "\(terminal.text)")
        #expect(canary.found(in: terminal.screen) == nil, "\(terminal.text)")
    }

    @Test(.enabled(if: tmux != nil, "tmux is not installed"))
    func `in tmux the screen is what it should be`() throws {
        let folder = try TemporaryFolder()
        let socket = folder.path + "/tmux"
        func tmux(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(["-S", socket, "-f", "/dev/null"] + arguments, environment: ["LANG": "C.UTF-8"], program: Self.tmux ?? "")
        }
        let script = try folder.write(
            "script.lua", #"spawn{ "sh", "-c", "stty size; printf 'name: '; read name; echo hello $name", stdin = "inherit" } sleep(60)"#)
        _ = try tmux("new-session", "-d", "-x", "90", "-y", "20", "'\(Program.path)' '\(script)'")
        defer { _ = try? tmux("kill-server") }
        func screen(shows wanted: String) throws -> String {
            var text = ""
            for _ in 0..<200 {
                text = try tmux("capture-pane", "-p").text
                if text.contains(wanted) { break }
                usleep(50_000)
            }
            return text
        }
        #expect(try screen(shows: "name:").hasPrefix("20 90\nname:"))
        _ = try tmux("send-keys", "tester", "Enter")
        #expect(try screen(shows: "hello").hasPrefix("20 90\nname: tester\nhello tester\n"))
    }

    @Test(.enabled(if: tmux != nil, "tmux is not installed"), arguments: ["", "stdin = \"inherit\""])
    func `a window of tmux that changes its size tells the program`(input: String) throws {
        let folder = try TemporaryFolder()
        func tmux(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(
                ["-S", folder.path + "/tmux", "-f", "/dev/null"] + arguments, environment: ["LANG": "C.UTF-8"],
                program: Self.tmux ?? "")
        }
        let script = try folder.write(
            "script.lua",
            #"spawn{ "bash", "-c", [[trap 'stty size <&1' WINCH; stty size <&1; while :; do sleep 0.05; done]], \#(input) }"#)
        _ = try tmux("new-session", "-d", "-x", "90", "-y", "20", "'\(Program.path)' '\(script)'")
        defer { _ = try? tmux("kill-server") }
        func waits(for wanted: String) throws -> Bool {
            for _ in 0..<400 {
                if try tmux("capture-pane", "-p").text.contains(wanted) { return true }
                usleep(50_000)
            }
            return false
        }
        #expect(try waits(for: "20 90\n"), "the first size")
        _ = try tmux("resize-window", "-x", "70", "-y", "15")
        #expect(try waits(for: "15 70\n"), "after a resize")
        // Half of a split window.
        _ = try tmux("split-window", "-h", "-d", "sleep 60")
        let isHalved = try waits(for: "15 35\n") ? true : waits(for: "15 34\n")
        #expect(isHalved, "after a split")
    }

    @Test func `the first bytes of a value are seen as they come, and are not in the error of a program that fails`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal.script(
            """
            local ok, e = pcall(spawn, { "python3", "-c", [[
            import os, sys, time
            value = os.environ["T"]
            sys.stdout.write(value[:3])
            sys.stdout.flush()
            while not os.path.exists(sys.argv[1] + "/go"): time.sleep(0.02)
            print(value[3:] + " end")
            sys.exit(1)]], os.getenv("FOLDER"), env = { T = secret.env("APP_TOKEN") } })
            fs.write(os.getenv("FOLDER") .. "/error", e.stderr, { allowMasked = true })
            """,
            environment: ["APP_TOKEN": canary.value, "FOLDER": folder.path])
        #expect(terminal.expect(String(canary.value.prefix(3))), "\(terminal.text)")
        try folder.write("go", "")
        #expect(terminal.wait() == 0, "\(terminal.text)")
        let error = try String(contentsOfFile: folder.path + "/error", encoding: .utf8)
        #expect(error == "[secret:APP_TOKEN] end\n")
    }

    @Test func `a progress bar moves as it is drawn, a value in it is masked`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal.script(
            """
            local token = secret.env("APP_TOKEN")
            spawn{ "python3", "-c", [[
            import os, sys, time
            for done in range(0, 101, 20):
                bar = "#" * (done // 10)
                sys.stdout.write(f"\\r\\033[32m[{bar:<10}]\\033[0m {done:3}% {os.environ['T']}")
                sys.stdout.flush()
                if done == 40:
                    open(sys.argv[1] + "/half", "w").close()
                    while not os.path.exists(sys.argv[1] + "/go"): time.sleep(0.02)
            print()]], os.getenv("FOLDER"), env = { T = token } }
            """,
            environment: ["APP_TOKEN": canary.value, "FOLDER": folder.path])
        // It has not ended its line, and waits: all of what it drew is there.
        #expect(terminal.expect("\u{1B}[32m[####      ]\u{1B}[0m  40% [secret:APP_TOKEN]"), "\(terminal.text)")
        // The file comes right after what was drawn.
        for _ in 0..<500 where !FileManager.default.fileExists(atPath: folder.path + "/half") { usleep(10_000) }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/half"))
        try folder.write("go", "")
        #expect(terminal.wait() == 0, "\(terminal.text)")
        let drawn = stride(from: 0, through: 100, by: 20).map { done -> String in
            let bar = String(repeating: "#", count: done / 10) + String(repeating: " ", count: 10 - done / 10)
            return "\r\u{1B}[32m[\(bar)]\u{1B}[0m \(String(repeating: " ", count: 3 - "\(done)".count))\(done)% [secret:APP_TOKEN]"
        }
        #expect(terminal.text == drawn.joined() + "\r\n", "\(terminal.text)")
        #expect(canary.found(in: terminal.screen) == nil)
    }
}
