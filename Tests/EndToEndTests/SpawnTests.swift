import Foundation
import TestSupport
import Testing

/// Section 4 of the script API: what a child gets, and what comes back.
@Suite struct `spawn` {
    @Test func `arguments arrive as written, without a shell`() throws {
        let outcome = try Program.script(
            #"spawn{ "printf", "<%s>", "a b", "$HOME", "*", 1, 2.5, { "x", { "y" } }, "", 'q"' }"#)
        #expect(outcome.text == #"<a b><$HOME><*><1><2.5><x><y><><q">"#, "\(outcome)")
    }

    @Test func `the result has code, streams, time and leaks`() throws {
        let outcome = try Program.script(
            """
            local r = spawn{ "sh", "-c", "echo out; echo err >&2; exit 3", capture = true, check = false }
            print(r.code, r.signal, r.ok, r.timedOut, r.stdout == "out\\n", r.stderr == "err\\n", r.duration >= 0, r.leaks)
            r = spawn{ "sh", "-c", "echo out; echo err >&2", capture = "stdout" }
            print(r.code, r.ok, r.stdout, r.stderr)
            r = spawn{ "sh", "-c", "echo out; echo err >&2", capture = "merge" }
            print(r.stdout == "out\\nerr\\n", r.stderr)
            r = spawn{ "sh", "-c", "kill -TERM $$", capture = true, check = false }
            print(r.code, r.signal, r.ok)
            r = spawn{ "sleep", "30", timeout = "200ms", check = false }
            print(r.timedOut, r.ok, r.signal)
            """)
        #expect(
            outcome.text == """
                3\tnil\tfalse\tfalse\ttrue\ttrue\ttrue\t0
                0\ttrue\tout
                \tnil
                true\tnil
                nil\t15\tfalse
                true\tfalse\t15

                """, "\(outcome)")
        #expect(outcome.errorText == "err\n", "\(outcome)")
    }

    @Test func `a failure tells code, arguments and the end of standard error`() throws {
        let outcome = try Program.script(
            """
            local ok, e = pcall(spawn, { "sh", "-c", "echo why >&2; exit 5" })
            print(ok, e.kind, e.code, e.signal, e.args[1], e.args[3], e.stderr)
            ok, e = pcall(spawn, { "no-such-program-here" })
            print(e.kind, e.code, e.message)
            """)
        #expect(
            outcome.text == "false\texit\t5\tnil\tsh\techo why >&2; exit 5\twhy\n\nstart\t127\t\(outcome.text.split(separator: "\t").last ?? "")",
            "\(outcome)")
        #expect(outcome.text.contains("no-such-program-here"))
    }

    @Test func `the environment is what was asked for`() throws {
        let outcome = try Program.script(
            """
            spawn{ "env", clearEnv = true, env = { B = "2", A = 1 } }
            spawn{ "sh", "-c", 'echo "${KEEP-unset} ${GONE-unset}"', env = { GONE = false } }
            spawn{ "sh", "-c", 'echo "${MY_TOKEN-unset}"' }
            """, environment: ["KEEP": "kept", "GONE": "here", "MY_TOKEN": "abcdefghijkl"])
        #expect(outcome.text == "A=1\nB=2\nkept unset\nunset\n", "\(outcome)")
    }

    @Test func `a failed start lists what was withheld`() throws {
        let outcome = try Program.run(
            ["-e", "spawn{ 'sh', '-c', 'exit 1' }"], environment: ["MY_TOKEN": "abcdefghijkl"])
        #expect(outcome.code == 1 && outcome.errorText.contains("MY_TOKEN"), "\(outcome)")
    }

    @Test func `standard input is a text, a secret, a file or the host's own`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let folder = try TemporaryFolder()
        let file = try folder.write("in.txt", "from a file")
        let outcome = try Program.script(
            #"""
            spawn{ "cat", stdin = "a text\n" }
            spawn{ "cat" }
            spawn{ "sh", "-c", "wc -c", stdin = getSecret("PAT") }
            spawn{ "cat", stdin = { file = arg[1] } }
            print()
            print(io.read())
            spawn{ "cat", stdin = "inherit" }
            spawn{ "head", "-c", "1", stdin = ("x"):rep(1 << 22) }
            """#, [file], environment: vault.environment, input: Data("first\nrest of it\n".utf8))
        #expect(outcome.text == "a text\n40\nfrom a file\nfirst\nrest of it\nx", "\(outcome)")
    }

    @Test func `files are private, in memory, and gone afterwards`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["KEY": canary.value])
        let outcome = try Program.script(
            #"""
            local key = getSecret("KEY")
            local r = spawn{ "sh", "-c", [[
              stat -c '%a' "$KEY"; stat -f -c '%T' "$KEY"; test "$KEY" = "$1" && echo same
              test "$(cat "$KEY")" = "$VALUE" && echo right; echo "$KEY"; cat "$NOTE"
            ]], "sh", "${file:KEY}", files = { KEY = key, NOTE = "plain\n" }, env = { VALUE = key }, capture = true }
            print(r.stdout)
            local path = r.stdout:match("\n(/[^\n]*)\n")
            spawn{ "test", "!", "-e", path }
            spawn{ "sh", "-c", 'test "$(cat "$M")" = "$VALUE" && echo by descriptor', files = { M = { key, memfd = true } }, env = { VALUE = key } }
            """#, environment: vault.environment)
        #expect(outcome.code == 0, "\(outcome)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.prefix(4) == ["600", "tmpfs", "same", "right"], "\(outcome)")
        #expect(lines.contains("plain") && lines.contains("by descriptor"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `descriptors hold what they were given, read-only and from the start`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["KEY": canary.value])
        let outcome = try Program.script(
            #"""
            local key = getSecret("KEY")
            spawn{ "sh", "-c", 'test "$(cat <&3)" = "$VALUE" && echo three; cat <&7; (echo x >&3) 2>/dev/null || echo read-only; ls /proc/self/fd | tr "\n" " "',
              fds = { [3] = key, [7] = "seven\n" }, env = { VALUE = key } }
            """#, environment: vault.environment)
        #expect(outcome.text.hasPrefix("three\nseven\nread-only\n0 1 2 3 "), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `a captured secret never becomes text, and is masked from then on`() throws {
        let outcome = try Program.script(
            #"""
            local t = spawn{ "sh", "-c", "printf 'minted-%s\\n' 4711-0815", capture = "secret" }.stdout
            print(t)
            spawn{ "sh", "-c", 'echo "$T"; test "$T" = "minted-4711-0815" && echo exact', env = { T = t } }
            spawn{ "echo", "it was minted-4711-0815" }
            local raw = spawn{ "echo", "keeps-its-end", capture = "secret", raw = true }.stdout
            spawn{ "wc", "-c", stdin = raw }
            """#)
        #expect(outcome.text == "[secret:sh]\n[secret:sh]\nexact\nit was [secret:sh]\n14\n", "\(outcome)")
    }

    @Test func `a secret has no place in arguments, program, folder or the names of variables`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let outcome = try Program.script(
            """
            local s = getSecret("PAT")
            for _, spec in ipairs {
              { "echo", s }, { s }, { "echo", { "a", { s } } }, { "true", cwd = s }, { "true", env = { [s] = "x" } },
              { "true", env = { LD_PRELOAD = s } }, { "true", env = { PATH = s } }, { "true", timeout = s }, { "true", env = s },
              { "true", capture = s }, { "true", stdin = { file = s } }, { "true", files = { ["../x"] = s } },
            } do
              local ok, e = pcall(spawn, spec)
              print(ok, e.kind, (tostring(e):match("^[^\\n]*")))
            end
            """, environment: vault.environment)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 12 && lines.allSatisfy { $0.hasPrefix("false\t") }, "\(outcome)")
        #expect(lines[0].contains("the secret PAT cannot be argument 2"))
        #expect(lines[5].contains("env.LD_PRELOAD does not take a secret"))
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(arguments: [
        ("spawn('git', 'push')", "write spawn{ \"git\", \"push\" }"), ("spawn{ 'a', nil, 'b' }", "a hole at 2"),
        ("spawn{ 'a', fds = { a = 'x' } }", "fds: \"a\" is no descriptor"),
        ("spawn{ 'a', capture = true, secrets = { 'x' }, tty = true }", "tty = true does not go with secrets"),
        ("spawn{ 'a', true }", "argument 2: expected a string"), ("spawn{ 'a', 'b\\0c' }", "argument 2 holds a NUL byte"),
        ("spawn{ 'a', tiemout = 1 }", "did you mean \"timeout\"?"), ("spawn{ 'a', timeout = 'soon' }", "timeout: expected seconds"),
        ("spawn{ 'a', env = { X = print } }", "env.X: a function cannot be passed"), ("spawn{ 'a', env = 'X=1' }", "env: expected a table"),
        ("spawn{ 'a', env = { ['A=B'] = '1' } }", "no variable name"), ("spawn{ 'a', capture = 'all' }", "capture: expected"),
        ("spawn{ 'a', stdin = 1 == 1 }", "stdin: expected"), ("spawn{ 'a', fds = { [1] = 'x' } }", "descriptors from 3 to 255"),
        ("spawn{ cwd = '/' }", "there is no program"), ("spawn{ '' }", "there is no program"),
        ("spawn{ 'true', cwd = '/none' }", "/none"), ("spawn{ 'a', check = 'no' }", "check: expected true or false"),
        ("spawn{ 'a', passEnv = 'X' }", "passEnv: expected a list of names"),
    ])
    func `a wrong call is an error before anything starts`(code: String, message: String) throws {
        let outcome = try Program.run(["-e", code])
        #expect(outcome.errorText.contains(message), "\(outcome)")
        #expect(outcome.code == 2 || message == "/none", "\(outcome)")
    }

    @Test func `capturing more than the limit is an error, a smaller limit can be set`() throws {
        let outcome = try Program.script(
            """
            print((select(2, pcall(spawn, { "head", "-c", "2000", "/dev/zero", capture = true, maxOutput = 1999 })).kind))
            print(#spawn{ "head", "-c", "2000", "/dev/zero", capture = true, maxOutput = 2000 }.stdout)
            """)
        #expect(outcome.text == "limit\n2000\n", "\(outcome)")
    }

    @Test func `two streams that are too large together are an error too`() throws {
        let outcome = try Program.script(
            """
            local ok, e = pcall(spawn, { "sh", "-c", "head -c 25000000 /dev/zero; head -c 25000000 /dev/zero >&2", capture = true, maxOutput = 32 << 20 })
            print(ok, e.kind, e.message)
            """)
        #expect(outcome.text == "false\tlimit\tthe captured streams are larger than 47 MiB together\n", "\(outcome)")
    }

    @Test func `large answers side by side wait until there is room, each comes once, and small ones with them`() throws {
        let outcome = try Program.script(
            """
            local running, waits = {}, {}
            for i = 1, 8 do
              running[i] = spawn{ "head", "-c", tostring(16000000 + i), "/dev/zero", capture = true, maxOutput = 32 << 20, background = true }
            end
            for i = 1, 8 do while running[i]:running() do sleep(0.02) end end
            for i = 1, 24 do
              local p = running[(i + 2) // 3]
              waits[i] = i % 3 == 1 and function() return #p:wait().stdout - 16000000 end or function() sleep(0.001) return "." end
            end
            print(table.concat({ parallel(waits) }, " "))
            """)
        #expect(outcome.text == "1 . . 2 . . 3 . . 4 . . 5 . . 6 . . 7 . . 8 . .\n", "\(outcome)")
    }

    @Test func `what cannot be run is told as itself, with the code that a shell gives`() throws {
        let folder = try TemporaryFolder()
        try folder.write("plain", "echo", mode: 0o644)
        try folder.write("lost", "#!/no/such/interpreter\n", mode: 0o755)
        try folder.write("odd", "no program\n", mode: 0o755)
        try folder.write("crlf", "#!/bin/sh\r\necho\n", mode: 0o755)
        let outcome = try Program.script(
            """
            for _, name in ipairs { "none", "plain", "lost", "odd", "crlf", "." } do
              local ok, e = pcall(spawn, { arg[1] .. "/" .. name })
              print(e.kind, e.code, e.message)
            end
            local ok, e = pcall(spawn, { "true", ("x"):rep(200000) })
            print(e.kind, e.code, e.message)
            """, [folder.path])
        #expect(
            outcome.text.replacingOccurrences(of: folder.path, with: "FOLDER") == """
                start\t127\tprogram FOLDER/none was not found
                start\t126\tFOLDER/plain is not executable
                start\t127\tFOLDER/lost cannot be run: its interpreter was not found
                start\t126\tFOLDER/odd is no program that this system can run
                start\t127\tFOLDER/crlf cannot be run: its interpreter was not found
                start\t126\tFOLDER/. is a directory
                start\t126\tthe arguments and variables of true are too large

                """, "\(outcome)")
    }

    /// The kernel takes 6 MiB at most, and tells exactly what does not fit.
    @Test func `what fits beside a secret is bounded where the stack is not`() throws {
        let vault = try DevelopmentVault(secrets: ["T": Canary("T").value])
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "script.lua",
            """
            local words = { "true", env = { T = getSecret("T") } }
            for i = 1, 63 do words[i + 1] = ("x"):rep(100000) end
            print(select(2, pcall(spawn, words)).reason)
            """)
        let outcome = try Program.run(
            ["-c", #"ulimit -s unlimited && exec "$0" "$1""#, Program.path, script], environment: vault.environment,
            program: "/bin/sh")
        #expect(outcome.text == "its arguments and environment can be too large together\n", "\(outcome)")
    }

    @Test func `a short secret is refused unless the script allows it`() throws {
        let vault = try DevelopmentVault(secrets: ["PIN": "123"])
        let outcome = try Program.script(
            """
            local pin = getSecret("PIN")
            print((select(2, pcall(spawn, { "true", env = { PIN = pin } })).message))
            print(spawn{ "true", env = { PIN = pin }, allowShort = true }.ok)
            """, environment: vault.environment)
        #expect(outcome.text == "spawn: the secret PIN is too short to be masked\ntrue\n", "\(outcome)")
    }

    @Test func `the error of a program that needs powers names the option that gives them`() throws {
        let outcome = try Program.script(
            #"local ok, e = pcall(spawn, { "su", "no-such-user-here", quiet = true }) print(e.kind, e.hint)"#)
        #expect(outcome.text == "exit\tsu needs powers that children do not get: newPrivileges = true lets it have them\n", "\(outcome)")
    }

    @Test func `-v shows each command with the names of its secrets`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let outcome = try Program.script(
            "spawn{ 'true', 'an argument', env = { T = getSecret('PAT') } }", options: ["-v"], environment: vault.environment)
        #expect(outcome.errorText.contains("true 'an argument'") && outcome.errorText.contains("PAT (env T)"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }
}
