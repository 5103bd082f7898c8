import Foundation
import TestSupport
import Testing

/// The lines under the output where a person watches: what they show, who has the terminal, and that nothing is lost.
@Suite struct `The display` {
    private static let hasTmux = Tmux.path != nil

    /// Waits until the test makes the file `name` in the folder that is the first argument.
    private static let gate = """
        local function gate(name) while not fs.exists(arg[1] .. "/" .. name) do sleep(0.02) end end
        """

    private func window(
        _ script: String, _ options: [String] = [], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24,
        _ body: (Tmux, TemporaryFolder) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("script.lua", Self.gate + "\n" + script)
        let tmux = try Tmux(options + [file, folder.path], environment: environment, columns: columns, rows: rows)
        try body(tmux, folder)
    }

    // MARK: - What it shows

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `each task has its state and time, a progress bar where the total is known, and at the end there is an account`() throws {
        let script = """
            task("build", function() progress(3, 10, "files") gate("build") end)
            task("test", { needs = "build", retry = { times = 2, backoff = "60s" } }, function() error("flaky") end)
            task("other", { needs = "build" }, function() gate("other") error("broken", 0) end)
            task("last", { needs = { "test", "other" } }, function() end)
            """
        try window(script, ["-j4"], columns: 100) { tmux, folder in
            #expect(tmux.waits(for: "[######--------------]  30%  files"), "\(tmux.screen)")
            let first = tmux.screen
            #expect(first.contains { $0.hasPrefix("  build  running") } && first.contains { $0.hasPrefix("  last   waiting") }, "\(first)")
            #expect(first.last?.hasPrefix("0 of 4 done, 1 running  ") == true, "\(first)")
            try folder.write("build", "")
            #expect(tmux.waits(for: "  test   retry"), "\(tmux.screen)")
            #expect(tmux.waits(for: "try 1 of 2 failed: script.lua:3: flaky"), "\(tmux.screen)")
            #expect(tmux.screen.contains { $0.hasPrefix("  build  done") && $0.hasSuffix(" s") }, "\(tmux.screen)")
            try folder.write("other", "")
            #expect(tmux.waits { $0.hasPrefix("  other  failed") && $0.hasSuffix("broken") }, "\(tmux.screen)")
            try tmux.type("C-c")
            let lines = tmux.end()
            #expect(lines.contains { $0.hasPrefix("tasks of the interrupted run: 1 done, 1 failed, 1 interrupted, 1 not started in ") }, "\(lines)")
            #expect(lines.last == "  not started: last" && !lines.contains { $0.contains("  running") }, "\(lines)")
        }
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `more tasks than there is room for: those that run, then those that come`() throws {
        let script = """
            for i = 1, 100 do task("task" .. i, function() if i == 50 then gate("go") end end) end
            """
        try window(script, ["-j2"], rows: 12) { tmux, folder in
            #expect(tmux.waits(for: "99 of 100 done, 1 running"), "\(tmux.screen)")
            #expect(tmux.screen.contains { $0.hasPrefix("  task50   running") } && tmux.screen.count <= 11, "\(tmux.screen)")
            try folder.write("go", "")
            let lines = tmux.end()
            #expect(lines.first?.hasPrefix("tasks: 100 done in ") == true, "\(lines)")
        }
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `wide and combining characters are clipped, not wrapped`() throws {
        let script = """
            task("日本語の名前", function() progress(1, 2, ("漢字e\\u{301}👍"):rep(20)) gate("go") end)
            """
        try window(script, columns: 61) { tmux, folder in
            #expect(tmux.waits(for: "0 of 1 done"), "\(tmux.screen)")
            #expect(tmux.screen.count == 2, "\(tmux.screen)")
            try folder.write("go", "")
            #expect(tmux.end().count == 2, "\(tmux.everything)")
        }
    }

    @Test func `names and texts cannot steer the terminal, and values do not show`() throws {
        let canary = Canary()
        let terminal = try PseudoTerminal.script(
            """
            local s = secret.env("VS_TEST_TOKEN")
            local value = spawn{ "sh", "-c", [[printf %s "$T" | rev]], env = { T = s }, capture = true }.stdout:reverse()
            task("name " .. value, function() progress(1, 2, "\\27[2J\\u{202E}text " .. value) io.write("part \\27]0;x\\7 " .. value) sleep(0.3) print() end)
            """, environment: ["VS_TEST_TOKEN": canary.value])
        #expect(terminal.wait() == 0)
        #expect(canary.found(in: terminal.screen) == nil, "\(terminal.text)")
        #expect(terminal.text.contains("name [secret:VS_TEST_TOKEN]") && !terminal.text.contains("\u{1B}[2J"), "\(terminal.text)")
        #expect(!terminal.text.contains("\u{202E}"), "\(terminal.text)")
    }

    // MARK: - Nothing is lost

    private static let busy = """
        for t = 1, 4 do
          task("t" .. t, function()
            local p = spawn{ "sh", "-c", "for i in $(seq 150); do printf 'child " .. t .. " '; echo line $i end; done; printf 'no end of " .. t .. "'", background = true }
            for i = 1, 50 do io.write("script " .. t .. " ") sleep(0.005) print("line " .. i .. " end") end
            p:wait()
          end)
        end
        """

    /// Every line that the busy script prints.
    private static let busyLines = (1...4).flatMap { t in
        (1...150).map { "child \(t) line \($0) end" } + ["no end of \(t)"]
    }

    @Test func `no line is torn, and each is written once`() throws {
        let terminal = try PseudoTerminal.script(Self.busy, ["-j4"], rows: 20, columns: 80)
        #expect(terminal.wait() == 0)
        let text = terminal.text
        for line in Self.busyLines { #expect(text.components(separatedBy: line + "\r\n").count == 2, "\(line)") }
        #expect(text.contains("\u{1B}[?2026h") && !text.contains("\u{1B}[?25l"), "drawn, the cursor never hidden")
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `all output is in the memory of the terminal once and in order, and nothing of ours`() throws {
        try window(Self.busy, ["-j4"], rows: 15) { tmux, _ in
            let lines = tmux.end()
            for t in 1...4 {
                let child = lines.filter { $0.hasPrefix("child \(t) ") }
                #expect(child == (1...150).map { "child \(t) line \($0) end" }, "\(lines)")
                #expect(lines.filter { $0 == "no end of \(t)" }.count == 1, "\(lines)")
            }
            #expect(!lines.contains { $0.contains("running") || $0.contains("waiting") || $0.contains(" of 4 done") }, "\(lines)")
            #expect(lines.suffix(2).first?.hasPrefix("tasks: 4 done in ") == true, "\(lines.suffix(3))")
        }
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `a window that changes its size in the middle loses nothing`() throws {
        let script = """
            task("lines", function() for i = 1, 120 do print("line " .. i .. " end") sleep(0.02) end end)
            task("waits", function() progress(1, 3, "text") gate("go") end)
            """
        try window(script, ["-j2"], columns: 90, rows: 20) { tmux, folder in
            #expect(tmux.waits(for: "line 10 end"))
            try tmux.resize(columns: 60, rows: 12)
            #expect(tmux.waits(for: "line 50 end"))
            try tmux.resize(columns: 100, rows: 25)
            #expect(tmux.waits(for: "line 120 end"))
            #expect(tmux.waits { $0.hasPrefix("  lines  done") }, "\(tmux.screen)")
            try folder.write("go", "")
            let lines = tmux.end()
            #expect(lines.filter { $0.hasPrefix("line ") } == (1...120).map { "line \($0) end" }, "\(lines)")
        }
    }

    // MARK: - One terminal for all

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `the display, io.read, a program with the keyboard and confirm share the terminal`() throws {
        let script = """
            task("asks", function()
              io.write("Name: ")
              print("hello " .. io.read())
              spawn{ "sh", "-c", "printf 'Colour: '; read c; echo likes $c", stdin = "inherit", tty = true }
              print("sure: " .. tostring(confirm("Deploy?")))
              gate("go")
            end)
            task("prints", function() for i = 1, 1000 do gate("print" .. i) print("other " .. i) end end)
            """
        try window(script, ["-j2"]) { tmux, folder in
            #expect(tmux.waits { $0 == "Name:" }, "\(tmux.screen)")
            #expect(!tmux.screen.contains { $0.contains("running") }, "the lines are away: \(tmux.screen)")
            // Another task's line waits until the script has its own.
            try folder.write("print1", "")
            usleep(400_000)
            #expect(tmux.screen.last == "Name:" && !tmux.screen.contains("other 1"), "\(tmux.screen)")
            try tmux.type("Ada", "Enter")
            #expect(tmux.waits { $0 == "hello Ada" } && tmux.waits { $0 == "other 1" }, "\(tmux.screen)")
            #expect(tmux.waits { $0 == "Colour:" }, "\(tmux.screen)")
            #expect(!tmux.screen.contains { $0.contains("running") }, "\(tmux.screen)")
            try tmux.type("blue", "Enter")
            #expect(tmux.waits { $0 == "likes blue" }, "\(tmux.screen)")
            #expect(tmux.waits { $0 == "Deploy? [y/N]" }, "\(tmux.screen)")
            // What is printed now waits for the answer.
            try folder.write("print2", "")
            usleep(400_000)
            #expect(tmux.screen.last == "Deploy? [y/N]" && !tmux.screen.contains("other 2"), "\(tmux.screen)")
            try tmux.type("y", "Enter")
            #expect(tmux.waits { $0 == "other 2" } && tmux.waits { $0 == "sure: true" }, "\(tmux.screen)")
            #expect(tmux.waits { $0.hasPrefix("  asks    running") }, "the lines are back: \(tmux.screen)")
            try tmux.type("C-c")
            let lines = tmux.end()
            let expected = ["Name: Ada", "other 1", "hello Ada", "Colour: blue", "likes blue", "Deploy? [y/N] y"]
            #expect(Array(lines.prefix(6)) == expected, "\(lines)")
            #expect(Set(lines[6..<8]) == ["other 2", "sure: true"], "\(lines)")
        }
    }

    /// A task that prints lines of its own and of programs once it may, and says when it has.
    private static let noise = """
        task("noise", function()
          gate("noise")
          for i = 1, 20 do
            spawn{ "echo", "noise " .. i }
            print("mine " .. i)
          end
          fs.write(arg[1] .. "/printed", "")
        end)

        """
    private static let noiseLines = (1...20).flatMap { ["noise \($0)", "mine \($0)"] }

    /// Lets the noise come while somebody else has the terminal.
    private func makeNoise(_ folder: TemporaryFolder) throws {
        try folder.write("noise", "")
        for _ in 0..<1200 where !FileManager.default.fileExists(atPath: folder.path + "/printed") { usleep(25_000) }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/printed"))
        usleep(300_000)
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"), arguments: [[], ["-q"]])
    func `while a program has the keyboard the others wait, and come after it, every line once`(options: [String]) throws {
        let script =
            Self.noise + """
                task("asks", function()
                  spawn{ "sh", "-c", "printf 'Colour: '; read c; echo likes $c; read d; echo and $d", stdin = "inherit", tty = true }
                end)
                """
        try window(script, ["-j2"] + options) { tmux, folder in
            #expect(tmux.waits { $0 == "Colour:" }, "\(tmux.screen)")
            try tmux.type("bl")
            try makeNoise(folder)
            try tmux.type("ue", "Enter")
            #expect(tmux.waits { $0 == "likes blue" }, "\(tmux.screen)")
            #expect(tmux.screen == ["Colour: blue", "likes blue"], "\(tmux.screen)")
            try tmux.type("red", "Enter")
            let lines = tmux.end()
            #expect(Array(lines.prefix(44)) == ["Colour: blue", "likes blue", "red", "and red"] + Self.noiseLines, "\(lines)")
        }
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"))
    func `what is typed at io.read stays whole, and what others print comes after it`() throws {
        let script =
            Self.noise + """
                task("asks", function()
                  io.write("Name: ")
                  local name = io.read()
                  gate("go")
                  print("hello " .. name)
                end)
                """
        try window(script, ["-j2"]) { tmux, folder in
            #expect(tmux.waits { $0 == "Name:" }, "\(tmux.screen)")
            try tmux.type("Bo")
            try makeNoise(folder)
            #expect(tmux.screen == ["Name: Bo"], "\(tmux.screen)")
            try tmux.type("b", "Enter")
            #expect(tmux.waits { $0 == "mine 20" }, "\(tmux.screen)")
            try folder.write("go", "")
            let lines = tmux.end()
            #expect(Array(lines.prefix(42)) == ["Name: Bob"] + Self.noiseLines + ["hello Bob"], "\(lines)")
        }
    }

    @Test(arguments: [[], ["-q"]])
    func `more than may wait stops those who print, not the program that has the keyboard`(options: [String]) throws {
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal.script(
            """
            task("noise", function()
              while not fs.exists(os.getenv("FOLDER") .. "/go") do sleep(0.02) end
              spawn{ "seq", "1000001", "1400000" }
            end)
            task("asks", function()
              spawn{ "sh", "-c", "echo begins; read a; seq 1 300; echo got $a; read b; echo ends $b", stdin = "inherit", tty = true }
            end)
            """, ["-j2"] + options, environment: ["FOLDER": folder.path])
        #expect(terminal.expect("begins"))
        try folder.write("go", "")
        sleep(1)
        terminal.type("one\r")
        #expect(terminal.expect("got one"), "the program goes on")
        let before = terminal.text
        terminal.type("two\r")
        #expect(terminal.wait() == 0)
        #expect(!before.contains("1000001"), "\(before)")
        // Some stand behind commands of the terminal's; each ends its line.
        let found = terminal.screen.split(separator: 10).compactMap { Int(String(decoding: $0.dropLast().suffix(7), as: UTF8.self)) }
        #expect(found.filter { (1_000_001...1_400_000).contains($0) } == Array(1_000_001...1_400_000))
        #expect(terminal.text.contains("ends two"))
    }

    @Test(.enabled(if: hasTmux, "tmux is not installed"), arguments: [["-j3"], ["-j3", "-k"], ["-q", "-k", "-j3"]])
    func `every task that failed says why, and each try that is repeated`(options: [String]) throws {
        let script = """
            task("one", function() gate("one") fail("reason one", { code = 5 }) end)
            task("two", function() gate("two") fail("reason two", { code = 6 }) end)
            task("three", { retry = { times = 2, backoff = 0.01 } }, function(try)
              if not TRIED then TRIED = true error("not yet", 0) end
              fs.write(arg[1] .. "/three", "")
            end)
            """
        try window(script, options) { tmux, folder in
            for _ in 0..<1200 where !FileManager.default.fileExists(atPath: folder.path + "/three") { usleep(25_000) }
            try folder.write("one", "")
            usleep(300_000)
            try folder.write("two", "")
            let lines = tmux.end()
            let untimed = lines.map { $0.replacing(#/\d+\.\d s/#, with: "T") }
            #expect(untimed.contains("task two: failed after T: reason two"), "\(lines)")
            #expect(untimed.contains("script.lua:2: reason one"), "\(lines)")
            let retry = "task three: try 1 of 2 failed, the next in T: not yet"
            #expect(untimed.contains(retry) == !options.contains("-q"), "\(lines)")
        }
    }

    @Test func `Ctrl-Z takes the lines away, fg draws them again`() throws {
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal(
            "/bin/bash", ["--norc", "--noediting", "-i"],
            environment: ["PS1": "PROMPT> ", "VS": Program.path, "FOLDER": folder.path])
        #expect(terminal.expect("PROMPT> "))
        terminal.type(
            #""$VS" -e 'task("one", function() while not fs.exists(os.getenv("FOLDER") .. "/go") do sleep(0.02) end end)'"# + "\r")
        #expect(terminal.expect("0 of 1 done, 1 running"), "\(terminal.text)")
        terminal.type("\u{1A}")
        #expect(terminal.expect("Stopped") && terminal.expect("PROMPT> "), "\(terminal.text)")
        let stopped = terminal.text.components(separatedBy: "Stopped")[0]
        #expect(stopped.range(of: "\u{1B}[2K", options: .backwards)!.lowerBound > stopped.range(of: "1 running", options: .backwards)!.lowerBound)
        terminal.type("fg\r")
        #expect(terminal.expect("0 of 1 done, 1 running"), "\(terminal.text)")
        try folder.write("go", "")
        #expect(terminal.expect("tasks: 1 done in ") && terminal.expect("PROMPT> "), "\(terminal.text)")
        terminal.type("exit\r")
        #expect(terminal.wait() == 0)
    }

    @Test func `a host that is killed leaves the terminal as it was`() throws {
        let terminal = try PseudoTerminal.script(#"task("one", function() sleep(100) end)"#)
        let before = terminal.modeText
        #expect(terminal.expect("0 of 1 done, 1 running"), "\(terminal.text)")
        kill(try ProcessTree.host(of: terminal.pid), SIGKILL)
        #expect(terminal.wait() != 0)
        #expect(terminal.modeText == before && !terminal.text.contains("\u{1B}[?25l") && !terminal.text.contains("\u{1B}[?7l"))
        // Each step is begun and ended in one piece.
        #expect(terminal.text.components(separatedBy: "\u{1B}[?2026h").count == terminal.text.components(separatedBy: "\u{1B}[?2026l").count)
    }

    // MARK: - How often, and where not

    @Test func `it is drawn ten times a second at most, and not at all while nothing changes`() throws {
        func draws(_ script: String) throws -> (count: Int, seconds: Double) {
            let began = Date()
            let terminal = try PseudoTerminal.script(script)
            #expect(terminal.wait() == 0)
            return (terminal.text.components(separatedBy: "\u{1B}[?2026h").count - 1, Date().timeIntervalSince(began))
        }
        let busy = try draws("for i = 0, 20000 do progress(i, 20000) print(i) end")
        #expect(busy.count >= 1 && Double(busy.count) <= busy.seconds * 10 + 2, "\(busy)")
        let idle = try draws("progress(1, 2) sleep(2.5)")
        #expect(idle.count == 1, "\(idle)")
    }

    @Test(arguments: [["TERM": "dumb"], ["TERM": ""], ["CI": "true"]])
    func `where the terminal cannot be drawn on there are plain lines`(environment: [String: String]) throws {
        let terminal = try PseudoTerminal.script(#"task("one", function() print("result") progress(1, 2) end)"#, environment: environment)
        #expect(terminal.wait() == 0)
        #expect(terminal.text.hasPrefix("task one: running\r\nresult\r\ntask one: done in ") && !terminal.text.contains("\u{1B}"), "\(terminal.text)")
    }

    @Test func `NO_COLOR draws without colours, -q draws nothing, and without tasks and progress there is nothing`() throws {
        let script = #"task("one", function() print("result") sleep(0.2) end) task("two", { needs = "one" }, function() sleep(0.2) end)"#
        let coloured = try PseudoTerminal.script(script)
        #expect(coloured.wait() == 0 && coloured.text.contains("\u{1B}[32m"), "\(coloured.text)")
        let plain = try PseudoTerminal.script(script, environment: ["NO_COLOR": "1"])
        #expect(plain.wait() == 0 && plain.text.contains("1 of 2 done") && !plain.text.contains("\u{1B}[32m") && !plain.text.contains("\u{1B}[2m"), "\(plain.text)")
        let quiet = try PseudoTerminal.script(script, ["-q"])
        #expect(quiet.wait() == 0 && quiet.text == "result\r\n", "\(quiet.text)")
        let none = try PseudoTerminal.script(#"io.write("a") log.info("b") sleep(0.3) print("c")"#)
        #expect(none.wait() == 0 && none.text == "ainfo: b\r\nc\r\n", "\(none.text)")
    }

    @Test func `standard output in a file gets what the script prints, the lines stay on the terminal`() throws {
        let folder = try TemporaryFolder()
        let terminal = try PseudoTerminal(
            "/bin/sh", ["-c", #""$VS" -e 'task("one", function() print("result") spawn{ "echo", "shown" } sleep(0.2) end)' >"$FOLDER/out""#],
            environment: ["VS": Program.path, "FOLDER": folder.path])
        #expect(terminal.wait() == 0)
        #expect(try folder.read("out") == "result\nshown\n")
        #expect(terminal.text.contains("0 of 1 done, 1 running") && !terminal.text.contains("result"), "\(terminal.text)")
        let piped = try PseudoTerminal("/bin/sh", ["-c", #""$VS" -e 'task("one", function() end)' | cat"#], environment: ["VS": Program.path])
        #expect(piped.wait() == 0 && piped.text.hasPrefix("task one: running\r\n") && !piped.text.contains("\u{1B}"), "\(piped.text)")
    }
}
