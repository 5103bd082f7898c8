import Foundation
import TestSupport
import Testing

/// Section 7 of the script API, on the built program.
@Suite struct `Exit codes and messages` {
    @Test(arguments: [
        ("", Int32(0)), ("os.exit(0)", 0), ("os.exit(true)", 0), ("os.exit(false)", 1), ("os.exit(7)", 7), ("os.exit(255)", 255),
        ("error('x')", 1), ("error({})", 1), ("error()", 1), ("fail('x')", 1), ("fail('x', { code = 9 })", 9),
        ("local x = ", 2), ("spawn{}", 2), ("sleep('soon')", 2), ("require('none')", 1),
        ("spawn{ 'no-such-program-here' }", 127), ("spawn{ '/' }", 126), ("spawn{ '/etc/passwd' }", 126),
        ("spawn{ 'sh', '-c', 'exit 42' }", 42), ("spawn{ 'sh', '-c', 'kill -9 $$' }", 137),
        ("pcall(spawn, { 'sh', '-c', 'exit 42' })", 0),
        ("local ok, e = pcall(spawn, { 'sh', '-c', 'exit 42' }) error(e)", 42),
        ("local ok, e = pcall(spawn, { 'sh', '-c', 'exit 42' }) e.code = 0 e.kind = 'usage' error(e, 0)", 42),
        ("spawn{ 'sh', '-c', 'exit 42', check = false }", 0),
        ("spawn{ 'sleep', '30', timeout = 0.2 }", 143),
        ("login{ domain = 'https://elsewhere.example' }", 77),
    ])
    func `a run ends with its code`(code: String, expected: Int32) throws {
        let outcome = try Program.run(
            ["-e", code], environment: ["INFISICAL_TOKEN": "t0ken-of-nobody", "INFISICAL_DOMAIN": "http://127.0.0.1:9"])
        #expect(outcome.code == expected, "\(outcome)")
        #expect(expected == 0 || code.contains("os.exit") || !outcome.error.isEmpty, "an error says why")
        #expect(outcome.output.isEmpty, "\(outcome)")
    }

    @Test func `an error has the line, why, and what to do`() throws {
        let outcome = try Program.script("\n\nspawn{ 'git', getenv = 1 }")
        #expect(
            outcome.errorText == """
                script.lua:3: spawn: there is no option "getenv"
                it takes: allowShort, background, capture, check, clearEnv, cwd, detach, env, fds, files, label, maxOutput, \
                newPrivileges, onLeak, passEnv, quiet, raw, secrets, stderr, stdin, stdout, timeout, tty

                """, "\(outcome)")
        #expect(outcome.code == 2)
    }

    @Test func `the traceback comes with -v only`() throws {
        let script = "local function inner() error('deep') end\nlocal function outer() inner() end\nouter()"
        #expect(try !Program.script(script).errorText.contains("traceback"))
        let verbose = try Program.script(script, options: ["-v"])
        #expect(verbose.errorText.contains("stack traceback:") && verbose.errorText.contains("script.lua:2"), "\(verbose)")
    }

    @Test func `a syntax error names the line and exits with 2`() throws {
        let outcome = try Program.script("print('a')\nprint('b'\n")
        #expect(outcome.code == 2 && outcome.output.isEmpty)
        #expect(outcome.errorText.hasPrefix("script.lua:3: ')' expected (to close '(' at line 2) near <eof>"), "\(outcome)")
    }

    @Test func `errors can be one line of JSON`() throws {
        let outcome = try Program.script("spawn{ 'sh', '-c', 'exit 3' }", options: ["--error-format", "json"])
        let json = try JSONSerialization.jsonObject(with: outcome.error) as? [String: [String: Any]]
        #expect(json?["error"]?["kind"] as? String == "exit", "\(outcome)")
        #expect(json?["error"]?["code"] as? Int == 3)
        #expect(json?["error"]?["exitCode"] as? Int == 3)
    }

    @Test(arguments: [
        ([], "there is no script to run"), (["--nonsense", "x"], "there is no option --nonsense"),
        (["--profile"], "--profile needs a value"), (["--verb", "x"], "did you mean --verbose?"),
        (["none.lua"], "the script none.lua cannot be read"), (["--credentials-fd", "x", "y"], "number of an open descriptor"),
        (["help", "nothing"], "there is no help on nothing"),
    ])
    func `wrong usage of the command says what is right`(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains(message), "\(outcome)")
    }

    @Test func `help and version go to standard output`() throws {
        #expect(try Program.run(["--version"]).text.hasPrefix("vaultscript "))
        #expect(try Program.run(["--help"]).text.contains("usage: vaultscript"))
        let reference = try Program.run(["help", "script-api"])
        #expect(reference.code == 0 && reference.text.contains("## 4. spawn"))
    }

    @Test func `a script comes from a file, from standard input, from the line, and by its first line`() throws {
        #expect(try Program.run(["-", "a"], input: Data("print(..., arg[0])".utf8)).text == "a\t-\n")
        #expect(try Program.run(["-e", "print(...)", "-v", "--help"]).text == "-v\t--help\n")
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", "#!/usr/bin/env vaultscript\nprint('ran', scriptDir, ...)", mode: 0o700)
        #expect(try Program.run([file, "-e", "x"]).text == "ran\t\(folder.path)\t-e\tx\n")
    }

    @Test func `output that cannot be written ends the run quietly`() throws {
        let outcome = try Program.run(
            ["-c", "\"$0\" -e 'for i = 1, 1e6 do print(i) end defer(function() end)' | head -1; echo ${PIPESTATUS[0]}", Program.path],
            program: "/bin/bash")
        #expect(outcome.text == "1\n141\n", "\(outcome)")
        #expect(outcome.error.isEmpty, "\(outcome)")
    }

    @Test(arguments: ["", "-k -j2"]) func `with tasks, too, the run ends quietly when its reader has gone`(options: String) throws {
        let script =
            #"task("t", function() for i = 1, 1e6 do print(i) end end) task("u", function() sleep(900) end) task("v", { needs = "t" }, print)"#
        let outcome = try Program.run(
            ["-c", "\"$0\" \(options) -e '\(script)' | head -1; echo ${PIPESTATUS[0]}", Program.path], program: "/bin/bash")
        #expect(outcome.text == "1\n141\n", "\(outcome)")
        // Each may say that it begins; nothing is said of how it ends.
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasSuffix(": running") }, "\(outcome)")
    }

    @Test(arguments: [["check", "-"], ["check", "--json", "-"], ["list", "."], ["list", "--json", "."], ["doctor"], ["config"], ["help"]])
    func `output that a command cannot write is an error`(words: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write("x.lua", "recipe{ name = \"x\", description = \"d\" }")
        let outcome = try Program.run(
            ["-c", "cd \"$1\" && shift && echo 'print(absent)' | \"$0\" \"$@\" > /dev/full", Program.path, folder.path] + words,
            environment: ["INFISICAL_DOMAIN": "http://127.0.0.1:9"], program: "/bin/bash")
        #expect(
            outcome.code != 0 && outcome.errorText.contains("standard output cannot be written\nNo space left on device"), "\(outcome)")
    }

    /// Whatever is the first that has none left.
    @Test(arguments: 5...30) func `too few descriptors are told as that`(limit: Int) throws {
        let vault = try DevelopmentVault(secrets: ["KEY": Canary().value])
        for script in ["spawn{ 'true' }", "getSecret('KEY')", "fs.list('/')", "parallel{ function() spawn{ 'true' } end }"] {
            let outcome = try Program.run(
                ["-c", "ulimit -n \(limit); exec \"$0\" -e \"$1\"", Program.path, script], environment: vault.environment,
                program: "/bin/bash")
            #expect(
                outcome.code == 0 || outcome.errorText.contains("ulimit -n") || outcome.code == 127,
                "\(script): \(outcome)")
        }
    }
}
