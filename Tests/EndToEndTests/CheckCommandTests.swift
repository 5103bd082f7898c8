import Foundation
import TestSupport
import Testing

/// `vaultscript check`: what it prints and how it ends.
@Suite struct `Checking a script` {
    @Test func `a script without a mistake is passed in silence`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("good.lua", "local t = getSecret('T')\nspawn{ 'env', env = { T = t } }\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome)")
    }

    @Test func `a mistake is shown with its place, its line and what to do`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("bad.lua", "local t = getSecret('T')\nprint('token ' .. t)\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 2)
        #expect(
            outcome.text == """
                \(file):2:19: a secret cannot be joined to a text: its value never enters the script
                  print('token ' .. t)
                                    ^
                  put it together with secret.template("…${x}…", { x = handle })

                """, "\(outcome)")
        #expect(outcome.errorText == "1 error\n")
    }

    @Test func `nothing of a checked script is run`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("run.lua", "spawn{ 'touch', '\(folder.path)/touched' }\nfs.write('\(folder.path)/written', 'x')\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.lua"])
    }

    @Test func `warnings end well, unless they are to count`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("warn.lua", "count = 1\nprint(count)\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 0 && outcome.errorText == "1 warning\n", "\(outcome)")
        #expect(outcome.text.hasPrefix("\(file):1:1: warning: count is a global variable"))
        #expect(try Program.run(["check", "--strict", file]).code == 2)
    }

    @Test func `tools get one line of JSON for each finding`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("bad.lua", "local x = getSecrt(\"a\\\"b\")\nprint(x, fs.raed)\n")
        let outcome = try Program.run(["check", "--json", file])
        #expect(outcome.code == 2 && outcome.error.isEmpty, "\(outcome)")
        let lines = outcome.text.split(separator: "\n")
        try #require(lines.count == 2)
        let first = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(first["rule"] as? String == "unknown-global" && first["line"] as? Int == 1 && first["column"] as? Int == 11)
        #expect(first["endColumn"] as? Int == 19 && first["severity"] as? String == "error" && first["file"] as? String == file)
        #expect(first["hint"] as? String == "did you mean getSecret?")
    }

    @Test func `modules beside the script are looked at too, each once`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("main.lua", "local a = require('lib.a')\nlocal b = require('b')\nprint(a, b, shared)\n")
        try folder.write("lib/a.lua", "local b = require('b')\nshared = 1\nreturn b\n")
        try folder.write("b.lua", "return fs.raed\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 2)
        let places = outcome.text.split(separator: "\n").filter { !$0.hasPrefix(" ") }
        #expect(
            places == [
                "\(folder.path)/lib/a.lua:2:1: warning: shared is a global variable: every function and module sees it",
                "\(folder.path)/b.lua:1:11: fs has no field raed",
            ], "\(outcome)")
    }

    @Test func `a module that is not there is named`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("main.lua", "local tools = require('tolos')\nprint(tools)\n")
        try folder.write("tools.lua", "return {}\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 2 && outcome.text.contains("there is no module tolos") && outcome.text.contains("did you mean tools?"), "\(outcome)")
    }

    @Test func `standard input is checked as a dash`() throws {
        let outcome = try Program.run(["check", "-"], input: Data("if x then\n".utf8))
        #expect(outcome.code == 2)
        #expect(outcome.text == "-:1:10: expected end, found the end of the script\n  if x then\n           ^\n  it closes the if of line 1\n", "\(outcome)")
    }

    @Test func `a file that cannot be read is wrong usage`() throws {
        let outcome = try Program.run(["check", "/nowhere/x.lua"])
        #expect(outcome.code == 2)
        #expect(outcome.errorText == "the script /nowhere/x.lua cannot be read\nNo such file or directory\nlook at the path\n", "\(outcome)")
    }

    @Test func `a first line for the shell is passed over`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", "#!/usr/bin/env vaultscript\nprint(1\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.text.hasPrefix("\(file):2:8: expected ), found the end of the script\n"), "\(outcome)")
    }

    @Test func `no credential is read and none is shown`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", "print(getSecrt('T'), secret.env('MY_TOKEN'))\n")
        let outcome = try Program.run(["check", file], environment: ["INFISICAL_TOKEN": canary.value, "MY_TOKEN": canary.value])
        #expect(outcome.code == 2 && canary.found(in: outcome) == nil)
    }
}
