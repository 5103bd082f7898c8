import Foundation
import TestSupport
import Testing

/// What a handle does where it does not belong: the error names the secret and the right place.
@Suite struct `A handle` {
    @Test(arguments: [
        ("('x'):rep(s)", "got the secret KEY, whose value never enters the script"), ("string.rep(s, 2)", "got the secret KEY"),
        ("('%d'):format(s)", "number expected, got the secret KEY"), ("tonumber(s)", "the secret KEY cannot be made a number"), ("math.floor(s)", "secret.template"), ("utf8.len(s)", "secret.template"),
        ("next(s)", "secret.template"),
        ("rawlen(s)", "secret.template"), ("rawset(s, 1, 1)", "secret.template"), ("setmetatable(s, {})", "secret.template"), ("load(s)", "secret.template"),
        ("for i = s, 2 do end", "secret.template"),
        ("table.concat{ 'a', s }", "the secret KEY cannot be joined to a text"), ("return s .. 'x'", "the secret KEY cannot be joined to a text"),
        ("for _ in ipairs(s) do end", "the value of KEY never enters the script"), ("return s.value", "the value of KEY never enters the script"),
        ("json.encode{ a = s }", "secret.json{ name = handle }"), ("fail(s)", "got the secret KEY"),
        ("error(s)", "'error' (text or table expected, got the secret KEY, whose value never enters the script"), ("error(s, 2)", "secret.template"),
        ("log.info(s)", "env = { NAME = handle }"), ("os.getenv(s)", "env = { NAME = handle }"), ("require(s)", "got the secret KEY"), ("io.write(s)", "env = { NAME = handle }"),
        ("getSecret(s)", "getSecret: name: expected the name of a secret, got the secret KEY"), ("sleep(s)", "sleep: duration"),
        ("login{ domain = s }", "login: domain: expected \"us\", \"eu\" or a URL, got the secret KEY"), ("login{ project = s }", "login: project"),
        ("login(s)", "login: options: expected a table of options, got the secret KEY"),
        ("spawn{ s }", "the secret KEY cannot be the program"), ("spawn{ 'echo', { s } }", "hand it over with env = { KEY = handle }, stdin = handle, or files"),
        ("spawn{ 'true', cwd = s }", "spawn: cwd: expected a path, got the secret KEY"), ("spawn{ 'true', timeout = s }", "files = { NAME = handle }"),
        ("spawn{ 'true', capture = s }", "spawn: capture"), ("spawn{ 'true', env = { [s] = 'x' } }", "spawn: env: a handle cannot be a key: it is the value, { NAME = handle }"),
        ("spawn{ 'true', env = s }", "env = { NAME = handle }"), ("spawn{ 'true', stdin = { file = s } }", "stdin: file: expected a path"),
        ("spawn{ 'true', passEnv = { s } }", "passEnv"), ("spawn('echo', s)", "write spawn{ \"echo\", env = { NAME = handle } }"),
    ])
    func `in the wrong place is an error that names the right one`(code: String, message: String) throws {
        let outcome = try Program.run(["-e", "local s = secret.random(8, { name = 'KEY' }); \(code)"])
        #expect(outcome.code != 0 && outcome.errorText.contains(message), "\(outcome)")
        #expect(!outcome.errorText.contains("object") && !outcome.errorText.contains("userdata"), "\(outcome)")
    }

    @Test func `stays itself through tables, coroutines and calls`() throws {
        let outcome = try Program.script(
            """
            local s, t = secret.random(8), secret.random(8)
            local keys = { [s] = "s", [t] = "t" }
            local function through(...) return select(2, coroutine.resume(coroutine.create(function(...) return ... end), ...)) end
            secret.hex(s)
            print(keys[s], keys[t], through(s) == s, s == t, s ~= t, rawequal(table.pack(s)[1], s))
            """)
        #expect(outcome.text == "s\tt\ttrue\tfalse\ttrue\ttrue\n", "\(outcome)")
    }

    @Test func `is an error once it was closed, by whatever way`() throws {
        let outcome = try Program.script(
            #"""
            local function used(s) return (select(2, pcall(secret.hex, s)).message) end
            local s = secret.random(8, { name = "BYCALL" }) s:close() print(used(s))
            local kept
            do local t <close> = secret.random(8, { name = "BYSCOPE" }) kept = t end print(used(kept))
            pcall(function() local t <close> = secret.random(8, { name = "BYERROR" }) kept = t error("x") end) print(used(kept))
            local co = coroutine.create(function() local t <close> = secret.random(8, { name = "BYCOROUTINE" }) kept = t coroutine.yield() end)
            coroutine.resume(co) coroutine.close(co) print(used(kept))
            s = secret.random(8, { name = "AGAIN" })
            s:close() s:close()
            local reused = secret.random(8, { name = "NEXT" })
            print(used(s), pcall(secret.hex, reused))
            """#)
        #expect(
            outcome.text.split(separator: "\n").prefix(4) == [
                "the secret BYCALL has been closed", "the secret BYSCOPE has been closed", "the secret BYERROR has been closed",
                "the secret BYCOROUTINE has been closed",
            ], "\(outcome)")
        #expect(outcome.text.hasSuffix("the secret AGAIN has been closed\ttrue\t[secret:hex(NEXT)]\n"), "\(outcome)")
    }

    @Test func `that shares its value with another leaves the other one whole`() throws {
        let files = try SecretFiles()
        let canary = Canary()
        let outcome = try Program.script(
            """
            local a, b = secret.file(arg[1]), secret.file(arg[1])
            a:close()
            spawn{ "sh", "-c", 'test ${#S} = 40 && echo whole', env = { S = b } }
            print(pcall(secret.hex, a))
            """, [try files.write("value", Data(canary.value.utf8))])
        #expect(outcome.text.hasPrefix("whole\nfalse\tthe secret value has been closed"), "\(outcome)")
    }
}
