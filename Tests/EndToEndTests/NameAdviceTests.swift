import Foundation
import TestSupport
import Testing

/// Names that a script stumbles over are told with the near one when it runs, as `check` tells them before.
@Suite struct `A name that is not there` {
    @Test(arguments: [
        ("getsecret('A')", "did you mean getSecret?"), ("\n\nspwan{ 'ls' }", "did you mean spawn?"),
        ("secret.tempalte('A')", "did you mean template?"), ("local s = secret\ns.tempalte('A')", "did you mean template?"),
        ("local token = 1\nprint(tokn.x)", "did you mean token?"), ("local text = 'a' print(text:uper())", "did you mean upper?"),
        ("print('a' .. secrt)", "did you mean secret?"), ("secret.random(8, { name = 'KEY' }):nmae()", "did you mean name?"),
        ("task('a', function() getsecret('A') end)", "did you mean getSecret?"),
        ("local t = setmetatable({}, { __index = function() getsecret() end }) print(t.x)", "did you mean getSecret?"),
    ])
    func `is told with what was meant`(script: String, hint: String) throws {
        let outcome = try Program.script(script, options: ["-q"])
        let lines = outcome.errorText.split(separator: "\n").map(String.init)
        #expect(outcome.code != 0 && outcome.text.isEmpty, "\(outcome)")
        #expect(lines.contains(hint), "\(outcome)")
    }

    @Test func `of a module too, and of a session`() throws {
        let folder = try TemporaryFolder()
        try folder.write("m.lua", "return function() getsecrt('A') end")
        let file = try folder.write("x.lua", "require('m')()")
        let module = try Program.run([file])
        #expect(module.errorText == "m.lua:1: attempt to call a nil value (global 'getsecrt')\ndid you mean getSecret?\n", "\(module)")
        let vault = try DevelopmentVault(secrets: ["A": "value-a-1"])
        let session = try Program.script("login():getsecret('A')", environment: vault.environment)
        #expect(session.errorText.hasSuffix("\ndid you mean getSecret?\n"), "\(session)")
        let lines = try Program.run(["repl"], input: Data("getsecret('A')\n".utf8))
        #expect(lines.errorText.hasSuffix("\ndid you mean getSecret?\n"), "\(lines)")
    }

    @Test(arguments: ["local t = {} t.foo()", "local t = { a = {} } t.a.tempalte()", "zzyzx()", "error('attempt to call a nil value')"])
    func `is not guessed where nothing is near, or the table is the script's own`(script: String) throws {
        let outcome = try Program.script(script)
        #expect(outcome.code == 1 && outcome.errorText.split(separator: "\n").count == 1, "\(outcome)")
    }

    @Test func `is the hint of the error for tools`() throws {
        let outcome = try Program.script("getsecret('A')", options: ["--error-format", "json"])
        #expect(outcome.errorText.contains(#","hint":"did you mean getSecret?","#), "\(outcome)")
    }
}

/// What a script says last, as it is shown.
@Suite struct `The end of a message` {
    @Test(arguments: [
        ("fail('GitHub says: ' .. spawn{ 'echo', 'no', capture = true }.stdout)", "script.lua:1: GitHub says: no\n"),
        ("error('two\\nlines\\r\\n\\n')", "script.lua:1: two\nlines\n"), ("error({ message = 'of a table\\n' })", "of a table\n"),
        ("fail('a\\n b ')", "script.lua:1: a\n b \n"),
    ])
    func `has one line end`(script: String, shown: String) throws {
        let outcome = try Program.script(script)
        #expect(outcome.code == 1 && outcome.errorText == shown, "\(outcome)")
    }

    @Test func `is the script's own in the error that it catches`() throws {
        let outcome = try Program.script(#"local _, e = pcall(fail, "x\n") print(("%q"):format(e.message))"#)
        #expect(outcome.text == "\"x\\\n\"\n", "\(outcome)")
    }

    @Test func `quotes no more of a script than a person reads`() throws {
        let word = String(repeating: "a", count: 8_000)
        let folder = try TemporaryFolder()
        try folder.write("m.lua", "x \(word)")
        let outcomes = [
            try Program.run([try folder.write("x.lua", "x \(word)")]), try Program.run([try folder.write("y.lua", "require('m')")]),
            try Program.run(["repl"], input: Data("x \(word)\n".utf8)), try Program.run(["describe", folder.path + "/x.lua"]),
        ]
        for outcome in outcomes {
            #expect(outcome.code == 2 && outcome.errorText.contains("aaaa") && outcome.errorText.count < 1000, "\(outcome)")
        }
    }

    @Test func `of the log has none of its own`() throws {
        let outcome = try Program.script(#"log.info("a\n") log.warn("b\nc\n", { d = 1 })"#)
        #expect(outcome.errorText == "info: a\nwarn: b\n  c d=1\n", "\(outcome)")
    }
}
