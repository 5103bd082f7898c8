import Foundation
import TestSupport
import Testing

/// Standard input in all its forms, and children that do not take it.
@Suite struct `Standard input` {
    @Test func `a large text arrives whole, NUL bytes included`() throws {
        let outcome = try Program.script(
            #"""
            local text = ("0123456789abcde\0"):rep(1 << 21)
            local same = "import sys; data = sys.stdin.buffer.read(); print(len(data), data == b'0123456789abcde\\0' * (1 << 21))"
            spawn{ "python3", "-c", same, stdin = text }
            """#)
        #expect(outcome.text == "33554432 True\n", "\(outcome)")
    }

    @Test func `a child that never reads, closes early or ends early is no error`() throws {
        let outcome = try Program.script(
            #"""
            local text = ("x"):rep(1 << 24)
            print(spawn{ "true", stdin = text }.code)
            print(spawn{ "sleep", "0.3", stdin = text }.code)
            print(spawn{ "sh", "-c", "exec <&-; sleep 0.2; echo closed", stdin = text, capture = true }.stdout)
            print(spawn{ "head", "-c", "3", stdin = text, capture = true }.stdout)
            print(spawn{ "sh", "-c", "exit 3", stdin = text, check = false }.code)
            """#)
        #expect(outcome.text == "0\n0\nclosed\n\nxxx\n3\n", "\(outcome)")
    }

    /// Linux 6.4 was the first to say of a pipe that a read would wait.
    private static let isToldOfPipes = ProcessInfo.processInfo.isOperatingSystemAtLeast(
        OperatingSystemVersion(majorVersion: 6, minorVersion: 4, patchVersion: 0))

    @Test(.enabled(if: isToldOfPipes, "the kernel cannot say of a pipe that a read would wait"))
    func `a secret input that another process has taken does not hold up the host`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "take.lua",
            """
            spawn{ "sh", "-c", "exec 3<&0; for i in $(seq 60); do dd bs=1 of=/dev/null <&3 2>/dev/null & done; sleep 0.1",
              stdin = "inherit" }
            secret.input()
            """)
        let pipe = """
            start=$(date +%s)
            (sleep 1.5; for i in $(seq 55); do printf x; sleep 0.01; done; sleep 6) |
              { "$0" --timeout 3s "$1" 2>/dev/null; echo $(($(date +%s) - start)); }
            """
        let outcome = try Program.run(["-c", pipe, Program.path, script], program: "/bin/sh")
        let seconds = Int(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(try #require(seconds) <= 6, "\(outcome)")
    }

    @Test func `a secret input that nobody waits for any more leaves what comes later to the next reader`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "late.lua",
            """
            print((pcall(timeout, 0.2, secret.input)))
            local p = spawn{ "sh", "-c", "sleep 0.6", stdin = "inherit", background = true }
            print((pcall(timeout, 0.2, secret.input)))
            p:wait()
            print(io.read("l"))
            spawn{ "sh", "-c", 'test "$T" = more', env = { T = secret.input() } }
            """)
        let outcome = try Program.run(
            ["-c", #"(sleep 2; echo late; echo more) | "$0" "$1""#, Program.path, script], program: "/bin/sh")
        #expect(outcome.text == "false\nfalse\nlate\n" && outcome.code == 0, "\(outcome)")
    }

    @Test func `a child that answers while it reads does not lock up`() throws {
        let outcome = try Program.script(
            #"""
            local text = ("0123456789abcdef"):rep(1 << 18)
            local r = spawn{ "sh", "-c", "tee /dev/stderr", stdin = text, capture = true }
            print(r.stdout == text, r.stderr == text)
            """#)
        #expect(outcome.text == "true\ttrue\n", "\(outcome)")
    }

    @Test func `a read that is refused ends all reading, whatever is held back`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let name = String(repeating: "n", count: 90)
        try folder.write(name, "abcd", mode: 0o600)
        try folder.write(
            "script.lua",
            """
            local token, short = secret.env("API_TOKEN"), secret.file("\(name)")
            print(#spawn{ "printf", "abcd", capture = true }.stdout, pcall(io.read, "a"))
            print(pcall(io.read, "l") == false)
            """)
        // As much as may be read but for the last four bytes of the guess, where the host's read ends.
        let count = try #require((0..<169_000).last { 95 * $0 % (1 << 16) == 4 })
        let text = String(repeating: "abcd", count: count) + String(repeating: "x", count: (16 << 20) - 4 - 99 * count)
        for guess in [String(canary.value.prefix(8)), "!!!!!!!!"] {
            #expect((text + guess).utf8.count % (1 << 16) == 0)
            try folder.write("input", text + guess + "line 1\nline 2\n")
            let outcome = try Program.run(
                ["-c", "cd \"$1\" && exec \"$0\" script.lua < input", Program.path, folder.path],
                environment: ["API_TOKEN": canary.value], program: "/bin/bash")
            #expect(outcome.text.hasPrefix("99\tfalse\t") && outcome.text.hasSuffix("\ntrue\n"), "\(outcome)")
        }
    }

    @Test func `a file is the child's own to read, gigabytes of it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("big", "")
        let grown = unsafe truncate(folder.path + "/big", 3 << 30)
        #expect(grown == 0)
        let outcome = try Program.script(
            #"""
            spawn{ "sh", "-c", "stat -L -c %s /proc/self/fd/0; dd bs=1M skip=3071 2>/dev/null | wc -c", stdin = { file = arg[1] } }
            spawn{ "sh", "-c", "grep VmHWM /proc/$PPID/status" }
            """#, [folder.path + "/big"])
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.prefix(2) == ["3221225472", "1048576"], "\(outcome)")
        let peak = lines.last?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        #expect(try #require(peak) < 64 * 1024)
    }

    @Test func `a secret is fed as it is, and is masked where it comes back`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["T": canary.value])
        let outcome = try Program.script(
            #"""
            local t = getSecret("T")
            spawn{ "sh", "-c", "cat; echo; echo end", stdin = t }
            print(spawn{ "cat", stdin = t, capture = true }.stdout)
            spawn{ "sleep", "0.1", stdin = t }
            """#, environment: vault.environment)
        #expect(outcome.text == "[secret:T]\nend\n[secret:T]\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `the host's own goes to one child, which leaves the rest to the next`() throws {
        let outcome = try Program.script(
            #"""
            spawn{ "sh", "-c", "read x; echo first $x", stdin = "inherit" }
            print("script", io.read())
            pipe{ { "cat", stdin = "inherit" }, { "tr", "a-z", "A-Z" } }
            """#, input: Data("one\ntwo\nthree\n".utf8))
        #expect(outcome.text == "first one\nscript\ttwo\nTHREE\n", "\(outcome)")
    }

    /// As a socket is for inetd: what a program writes there passes no mask.
    @Test func `the host's own that can be written to is handed on as a pipe`() throws {
        let canary = Canary("T")
        let folder = try TemporaryFolder()
        let file = try folder.write("both", "one\n")
        let script = try folder.write(
            "script.lua",
            #"""
            spawn{ "sh", "-c", "read x; echo got $x >both2; echo $T >&0", stdin = "inherit", check = false,
              env = { T = secret.env("MY_TOKEN") }, cwd = arg[1] }
            """#)
        let outcome = try Program.run(
            ["-c", #""$0" "$1" "$2" 0<>"$2/both" >&0"#, Program.path, script, folder.path],
            environment: ["MY_TOKEN": canary.value], program: "/bin/sh")
        #expect(try String(contentsOfFile: folder.path + "/both2", encoding: .utf8) == "got one\n", "\(outcome)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "one\n", "\(outcome)")
    }

    /// Read byte by byte, and looked through once: a quarter of a megabyte would else take minutes.
    @Test func `a long line comes whole`() throws {
        let line = String(repeating: "abcdefgh", count: 1 << 15)
        let outcome = try Program.script("print(#io.read(), io.read())", input: Data("\(line)\nnext\n".utf8))
        #expect(outcome.text == "\(line.utf8.count)\tnext\n", "\(outcome)")
    }

    @Test func `gigabytes into a secret are refused with the way to do it`() throws {
        let outcome = try Program.script(
            #"""
            local ok, e = pcall(spawn, { "sh", "-c", "cat /dev/zero", capture = "secret" })
            print(e.kind, e)
            print((select(2, pcall(spawn, { "head", "-c", "1001", "/dev/zero", capture = "secret", maxOutput = 1000 })).kind))
            """#)
        #expect(
            outcome.text == """
                limit\tsh printed more than 1048576 bytes, which is too much for a secret
                a value is held in locked memory, of which there is little
                let the program write to a file (stdout = { file = path }), or hand it on with pipe{ … }
                limit

                """, "\(outcome)")
    }
}
