import Foundation
import TestSupport
import Testing

/// `stdout = { file = … }` and `stderr`: streams that a child writes itself.
@Suite struct `A stream to a file` {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `is written by the child itself, not masked, readable by its owner alone`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["T": canary.value])
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local r = spawn{ "sh", "-c", 'printf "$T"; echo e >&2', env = { T = getSecret("T") }, stdout = { file = arg[1] .. "/out" }, stderr = { file = arg[1] .. "/err" } }
            print(r.stdout, r.stderr, r.leaks)
            """#, [folder.path], environment: vault.environment)
        #expect(outcome.text == "nil\tnil\t0\n", "\(outcome)")
        #expect(try folder.read("out") == canary.value && folder.read("err") == "e\n")
        #expect(try mode(folder.path + "/out") == 0o600 && mode(folder.path + "/err") == 0o600)
    }

    @Test func `is emptied, appended to, or joined by standard error`() throws {
        let folder = try TemporaryFolder()
        try folder.write("out", "what was there, and was longer")
        let outcome = try Program.script(
            #"""
            local file = arg[1] .. "/out"
            spawn{ "sh", "-c", "echo one; echo two >&2; echo three", stdout = { file = file }, stderr = "stdout" }
            spawn{ "echo", "four", stdout = { file = file, append = true } }
            spawn{ "sh", "-c", "echo five >&2", stderr = { file = file, append = true } }
            print(spawn{ "sh", "-c", "echo o; echo e >&2", stderr = "stdout", capture = "stdout" }.stdout)
            spawn{ "sh", "-c", "echo shown >&2", stderr = "stdout" }
            """#, [folder.path])
        #expect(outcome.text == "o\ne\n\nshown\n" && outcome.errorText.isEmpty, "\(outcome)")
        #expect(try folder.read("out") == "one\ntwo\nthree\nfour\nfive\n")
    }

    @Test func `has the mode that is asked for, and keeps the one it has otherwise`() throws {
        let folder = try TemporaryFolder()
        try folder.write("open", "x", mode: 0o644)
        try folder.write("closed", "x", mode: 0o644)
        let outcome = try Program.script(
            #"""
            spawn{ "true", stdout = { file = arg[1] .. "/new", mode = "0664" } }
            spawn{ "true", stdout = { file = arg[1] .. "/open" } }
            spawn{ "true", stdout = { file = arg[1] .. "/closed", mode = "600" } }
            """#, [folder.path])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try mode(folder.path + "/new") == 0o664 && mode(folder.path + "/open") == 0o644 && mode(folder.path + "/closed") == 0o600)
    }

    @Test func `an atomic one is there as a whole after success, or as it was`() throws {
        let folder = try TemporaryFolder()
        try folder.write("real", "old", mode: 0o640)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "real")
        let outcome = try Program.script(
            #"""
            local link = arg[1] .. "/link"
            local function write(script, check) return spawn{ "sh", "-c", script, "sh", link, stdout = { file = link, atomic = true }, check = check } end
            pcall(write, "echo half; exit 1") write("echo half; exit 2", false)
            pcall(spawn, { "sleep", "60", timeout = 0.2, stdout = { file = link, atomic = true } })
            pcall(spawn, { "no-such-program-here", stdout = { file = link, atomic = true } })
            write('echo new; cat "$1"')
            spawn{ "echo", "fresh", stdout = { file = arg[1] .. "/fresh", atomic = true, mode = "0644" } }
            """#, [folder.path])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try folder.read("real") == "new\nold" && mode(folder.path + "/real") == 0o640)
        #expect(try folder.read("fresh") == "fresh\n" && mode(folder.path + "/fresh") == 0o644)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["fresh", "link", "real"])
    }

    @Test func `a killed host leaves no half of an atomic file, and all that was whole`() throws {
        let folder = try TemporaryFolder()
        try folder.write("old", "as it was")
        let outcome = try Program.script(
            #"""
            local function atomic(name) return { file = arg[1] .. "/" .. name, atomic = true } end
            for i = 1, 3 do spawn{ "echo", i, stdout = atomic("new" .. i) } end
            pcall(spawn, { "false", stdout = atomic("failed") })
            pipe{ { "sh", "-c", "echo half; echo half >&2; : > $0/ready; sleep 60", arg[1], stderr = atomic("errors") }, { "cat" }, stdout = atomic("old") }
            """#, [folder.path]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            let there = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(there.filter { $0.hasPrefix(".") }.count == 2, "\(there)")
            kill(try ProcessTree.host(of: pid), SIGKILL)
        }
        #expect(outcome.code == 137, "\(outcome)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["new1", "new2", "new3", "old", "ready"])
        #expect(try folder.read("old") == "as it was" && folder.read("new3") == "3\n")
    }

    @Test func `an interrupted run leaves no half of an atomic file`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"spawn{ "sh", "-c", "echo half; : > $0/ready; sleep 60", arg[1], stdout = { file = arg[1] .. "/out", atomic = true } }"#, [folder.path]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["ready"])
    }

    @Test(arguments: [
        ("stdout = { file = '/tmp/x' }, capture = true", "standard output is captured and goes elsewhere too"),
        ("stdout = { file = '/tmp/x' }, capture = 'secret'", "standard output is captured"), ("stderr = 'stdout', capture = true", "standard error is captured"),
        ("stderr = { file = '/tmp/x' }, capture = 'stderr'", "standard error is captured"),
        ("stdout = { file = '/tmp/x' }, stderr = { file = '/tmp/x' }", "name the same file"), ("stdout = '/tmp/x'", "stdout: expected { file = path }"),
        ("stdout = {}", "stdout: expected { file = path }"), ("stderr = 'stdin'", "expected { file = path } or \"stdout\""),
        ("stdout = { file = '/tmp/x', append = true, atomic = true }", "exclude each other"), ("stdout = { file = '/tmp/x', mode = 600 }", "mode: expected octal digits as a text"),
        ("stdout = { file = '/tmp/x', mode = '0999' }", "mode: expected octal"), ("stdout = { file = '/tmp/x', mode = '4755' }", "mode: expected octal"),
        ("stdout = { file = '/tmp/x', apend = true }", "did you mean \"append\"?"), ("stdout = { file = '' }", "expected { file = path }"),
    ])
    func `a wrong option is an error before anything starts`(options: String, message: String) throws {
        let outcome = try Program.run(["-e", "spawn{ 'sh', '-c', 'echo started >&2', \(options) }"])
        #expect(outcome.code == 2 && outcome.errorText.contains(message) && !outcome.errorText.contains("started"), "\(outcome)")
    }

    @Test(arguments: [
        ("stdout = { file = '/proc/self/mem' }", "out of reach"), ("stdin = { file = '/proc/self/environ' }", "out of reach"),
        ("stdin = { file = '/proc/self/fd/0' }", "out of reach"), ("stdout = { file = '/dev/stdout' }", "out of reach"),
        ("stdout = { file = '/proc/self/fd/2', append = true }", "out of reach"), ("stdout = { file = '/etc' }", "it is a directory"),
        ("stdout = { file = '/no/such/folder/x' }", "does not exist"), ("stdin = { file = '/no/such' }", "does not exist"), ("stdin = { file = '/tmp' }", "it is a directory"),
        ("stdout = { file = '/no/such/folder/x', atomic = true }", "does not exist"),
    ])
    func `what must not or cannot be opened is told, and nothing starts`(options: String, message: String) throws {
        let outcome = try Program.run(["-e", "spawn{ 'sh', '-c', 'echo started >&2; echo out', \(options) }"])
        #expect(outcome.code != 0 && outcome.errorText.contains(message) && !outcome.errorText.contains("started"), "\(outcome)")
    }

    @Test func `a link into /proc and the folder of credentials are out of reach`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/environ", withDestinationPath: "/proc/self/environ")
        try FileManager.default.createDirectory(atPath: folder.path + "/vaultscript", withIntermediateDirectories: true)
        try folder.write("vaultscript/x.env", "INFISICAL_TOKEN=abcdefgh\n", mode: 0o600)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "vaultscript")
        let outcome = try Program.script(
            #"""
            for _, options in ipairs {
              { stdin = { file = arg[1] .. "/environ" } }, { stdin = { file = arg[1] .. "/vaultscript/x.env" } }, { stdin = { file = arg[1] .. "/link/x.env" } },
              { stdout = { file = arg[1] .. "/vaultscript/../link/x.env" } }, { stdout = { file = arg[1] .. "/link/new" } },
            } do
              options[1] = "cat"
              local ok, e = pcall(spawn, options)
              print(ok, e.kind)
            end
            """#, [folder.path], environment: ["XDG_CONFIG_HOME": folder.path])
        #expect(outcome.text == String(repeating: "false\tdenied\n", count: 5), "\(outcome)")
        #expect(try folder.read("vaultscript/x.env").hasPrefix("INFISICAL_TOKEN"))
    }

    @Test func `a named pipe is not waited for`() throws {
        let folder = try TemporaryFolder()
        let made = unsafe mkfifo(folder.path + "/fifo", 0o600)
        #expect(made == 0)
        let outcome = try Program.script(
            #"""
            print((select(2, pcall(spawn, { "cat", stdin = { file = arg[1] .. "/fifo" } })).kind))
            print((select(2, pcall(spawn, { "echo", stdout = { file = arg[1] .. "/fifo" } })).kind))
            spawn{ "echo", stdout = { file = "/dev/null" } }
            """#, [folder.path])
        #expect(outcome.text == "io\nio\n" && outcome.code == 0, "\(outcome)")
    }
}

/// `secrets = { … }`: fields of captured JSON become handles before the rest is text.
@Suite struct `secrets from captured JSON` {
    @Test func `are handles, and the rest is text with their places masked`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let escaped = canary.value.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
        let file = try folder.write(
            "a.json", #"{"token": "\#(escaped)", "again": "\#(canary.value)", "data": {"id": 1234567890, "n": "é"}, "list": [1, null]}"#)
        let outcome = try Program.script(
            #"""
            local r = spawn{ "cat", arg[1], capture = true, secrets = { "token", "data.id" } }
            print(r.stdout)
            print(r.secrets.token, r.secrets["data.id"], json.decode(r.stdout).data.n)
            spawn{ "sh", "-c", 'test "$T" = "$(cat "$0")" && test "$N" = 1234567890 && echo exact; echo "$T"', arg[2], env = { T = r.secrets.token, N = r.secrets["data.id"] } }
            """#, [file, try folder.write("value", canary.value)])
        #expect(
            outcome.text == """
                {"token": "[secret:token]", "again": "[secret:token]", "data": {"id": "[secret:data.id]", "n": "é"}, "list": [1, null]}
                [secret:token]\t[secret:data.id]\té
                exact
                [secret:token]

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(arguments: [
        #"{"other": "x"}"#, #"{"token": null}"#, #"{"token": {"a": "b"}}"#, #"{"token": "a", "token": "b"}"#, "no JSON", "", #"{"token": "cut"#,
    ])
    func `a text that does not have them gives one error, whatever is wrong, and no byte of it`(text: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"local ok, e = pcall(spawn, { "cat", arg[1], capture = true, secrets = { "token" } }) print(ok, e.kind, e)"#, [try folder.write("a", text)])
        #expect(
            outcome.text == """
                false\tnotFound\tthe secrets cannot be taken from what cat printed
                it is not JSON, or a field is missing, there twice, or neither text nor number
                look at what it prints, without its values, and at the names in secrets = { … }

                """, "\(outcome)")
    }

    @Test func `of a program that failed there is neither secret nor text`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            #"""
            local r = spawn{ "sh", "-c", 'echo "{\"token\": \"$0\"}"; exit 3', arg[1], capture = true, secrets = { "token" }, check = false }
            print(r.code, r.stdout, r.secrets)
            """#, [canary.value])
        #expect(outcome.text == "3\tnil\tnil\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(arguments: [
        ("secrets = { 'token' }", "the output is not captured"), ("secrets = { 'token' }, capture = 'secret'", "the output is not captured"),
        ("secrets = 'token', capture = true", "secrets: expected a list of names"), ("secrets = { '' }, capture = true", "names of fields"),
        ("secrets = { 'a..b' }, capture = true", "names of fields"), ("secrets = { 'a', 'a' }, capture = true", "each once"), ("secrets = {}, capture = true", "expected a list"),
    ])
    func `a wrong list is an error before anything starts`(options: String, message: String) throws {
        let outcome = try Program.run(["-e", "spawn{ 'true', \(options) }"])
        #expect(outcome.code == 2 && outcome.errorText.contains(message), "\(outcome)")
    }
}
