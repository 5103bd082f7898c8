import Foundation
import TestSupport
import Testing

/// Ideas of a hostile script author, each with what it gets: nothing.
@Suite struct `A hostile script` {
    @Test func `learns no beginning of a value from a limit on output`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let script = """
            getSecret("PAT")
            for _, guess in ipairs { arg[1], "zzzzzzzz" } do
              print(pcall(spawn, { "sh", "-c", "printf %s " .. ("."):rep(40) .. guess .. "; sleep 0.2", capture = true, maxOutput = 40 }))
            end
            """
        let outcome = try Program.script(script, [String(canary.value.prefix(8))], environment: vault.environment)
        let lines = outcome.text.components(separatedBy: "false\t").dropFirst().map { $0 }
        #expect(lines.count == 2 && lines[0] == lines[1], "\(outcome)")
    }

    @Test func `learns no beginning of a value from what it prints itself`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "x.lua",
            """
            getSecret("PAT")
            for _, guess in ipairs { arg[2], "zzzzzzzz" } do
              io.write(guess)
              io.stderr:write(spawn{ "stat", "-c", "%s", arg[1], capture = true }.stdout)
            end
            """)
        let outcome = try Program.run(
            ["-c", "\"$0\" \"$1\" \"$2\" \"$3\" >\"$2\"", Program.path, script, folder.path + "/log", String(canary.value.prefix(8))],
            environment: vault.environment, program: "/bin/bash")
        #expect(outcome.errorText == "8\n16\n", "\(outcome)")
    }

    @Test func `learns no length from the limits of a template`() throws {
        let vault = try DevelopmentVault(secrets: ["SHORT": "1234", "LONG": Canary().value])
        let outcome = try Program.script(
            """
            for _, size in ipairs { 262140, 262144, 262145, 1048000, 1048572, 1048573 } do
              local texts = {}
              for _, name in ipairs { "SHORT", "LONG" } do
                local ok, e = pcall(secret.template, ("z"):rep(size) .. "${a}", { a = getSecret(name) })
                texts[#texts + 1] = tostring(ok) .. (ok and "" or tostring(e))
              end
              print(texts[1] == texts[2], texts[1])
            end
            """, environment: vault.environment)
        #expect(outcome.code == 0 && !outcome.text.contains("false\tfalse"), "\(outcome)")
        #expect(!outcome.text.split(separator: "\n").contains { $0.hasPrefix("false\t") }, "\(outcome)")
    }

    @Test(arguments: [">&-", "2>&-", "<&-", ">&- 2>&-", ">&- 2>&- <&-"])
    func `gains nothing from closed descriptors`(closed: String) throws {
        let outcome = try Program.run(
            ["-c", "\"$0\" -e 'print(\"x\") spawn{ \"echo\", \"y\" } io.stderr:write(\"z\")' \(closed)", Program.path],
            program: "/bin/bash", timeLimitSeconds: 20)
        let isOutputClosed = closed.hasPrefix(">&-")
        #expect(outcome.code == (isOutputClosed ? 1 : 0), "\(outcome)")
    }

    @Test func `is told when its output was lost`() throws {
        let closed = try Program.run(["-c", "\"$0\" -e 'print(1)' >&-", Program.path], program: "/bin/bash")
        #expect(closed.code == 1 && closed.errorText.contains("standard output cannot be written"), "\(closed)")
        let silent = try Program.run(["-c", "\"$0\" -e 'local x = 1' >&-", Program.path], program: "/bin/bash")
        #expect(silent.code == 0, "\(silent)")
        for script in ["print(\"x\")", "spawn{ \"echo\", \"x\" }"] {
            let outcome = try Program.run(
                ["-c", "\"$0\" -e '\(script)' >/dev/full", Program.path], program: "/bin/bash")
            #expect(outcome.code == 1 && outcome.errorText.contains("standard output cannot be written"), "\(outcome)")
        }
    }

    @Test func `is told of a limit of files that leaves no secret memory`() throws {
        let outcome = try Program.run(
            ["-c", "ulimit -f 10; \"$0\" -e 'print(1)'", Program.path], program: "/bin/bash")
        #expect(outcome.code == 1 && outcome.errorText.contains("ulimit -f"), "\(outcome)")
    }

    @Test func `cannot keep the run alive by what it defers, nor hide its error there`() throws {
        let endless = try Program.script("defer(function() while true do end end) error('the cause', 0)")
        #expect(endless.code == 1 && endless.errorText.contains("the cause"), "\(endless)")
        #expect(endless.errorText.contains("deferred functions were stopped"), "\(endless)")
        let hidden = try Program.script("defer(function() os.exit(0) end) error('the cause', 0)")
        #expect(hidden.code == 1 && hidden.errorText.contains("the cause"), "\(hidden)")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `is interrupted the same when the whole foreground group gets the signal`(signal: Int32) throws {
        let folder = try TemporaryFolder()
        let ready = folder.path + "/ready"
        let script = try folder.write(
            "x.lua", "defer(function(e) print('deferred', e.kind) end) spawn{ 'touch', arg[1] } sleep(60)")
        let outcome = try Program.run(["-w", Program.path, script, ready], program: "/usr/bin/setsid") { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: ready) { usleep(25_000) }
            usleep(200_000)
            kill(-pid, signal)
        }
        #expect(outcome.code == 128 + signal && outcome.text == "deferred\tcancelled\n", "\(outcome)")
        #expect(!outcome.errorText.contains("worker"), "\(outcome)")
    }

    @Test(arguments: [
        ("spawn{ 'true', timeout = 0 }", "timeout: expected more than no time"),
        ("spawn{ 'true', maxOutput = 1 << 30 }", "maxOutput: expected a whole number"),
        ("getSecret(('x'):rep(2000))", "longer than 1024 bytes"),
    ])
    func `is refused what would only be a load`(code: String, message: String) throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.run(["-e", code], environment: vault.environment)
        #expect(outcome.code == 2 && outcome.errorText.contains(message), "\(outcome)")
    }

    @Test func `cannot send any secret to a host that the user did not name`() throws {
        let outcome = try Program.run(
            ["-e", "login{ clientId = 'x', clientSecret = secret.env('GITHUB_TOKEN') }"], environment: ["GITHUB_TOKEN": Canary().value])
        #expect(outcome.code == 77 && outcome.errorText.contains("there is no host that clientSecret is bound to"), "\(outcome)")
    }
}
