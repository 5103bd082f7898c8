import Foundation
import TestSupport
import Testing

/// What a script finds: Lua as the reference describes it, and nothing else.
@Suite struct `The script's language` {
    @Test func `the globals are the allow-list and nothing else`() throws {
        let outcome = try Program.script(
            """
            local names = {}
            for name in pairs(_G) do names[#names + 1] = name end
            table.sort(names)
            print(table.concat(names, " "))
            """)
        #expect(
            outcome.text == """
                _G _VERSION arg assert collectgarbage confirm coroutine debug defer dofile error fail fs getSecret getSecrets \
                getmetatable http io ipairs json load loadfile log login math next os pairs parallel pcall pipe print progress \
                rawequal rawget rawlen rawset recipe require retry scriptDir secret select setmetatable sleep spawn string \
                table task timeout tonumber tostring type utf8 warn xpcall

                """, "\(outcome)")
    }

    @Test(arguments: [
        ("os.execute('id')", "spawn{"), ("io.popen('id')", "spawn{"), ("io.open('/etc/passwd')", "fs.read("),
        ("dofile('x')", "require"), ("loadfile('x')", "require"), ("os.remove('x')", "fs.remove("),
    ])
    func `what people miss names its replacement`(code: String, replacement: String) throws {
        let outcome = try Program.run(["-e", code])
        #expect(outcome.code == 2, "\(outcome)")
        #expect(outcome.errorText.contains("is not available in a script"))
        #expect(outcome.errorText.contains(replacement), "\(outcome)")
    }

    @Test(arguments: [
        "package", "debug.getregistry", "debug.getinfo", "debug.sethook", "debug.setmetatable", "string.dump",
        "io.popen2", "os.tmpname2",
    ])
    func `a way out is absent`(name: String) throws {
        let outcome = try Program.run(["-e", "print(type(\(name)))"])
        #expect(outcome.text == "nil\n", "\(outcome)")
    }

    @Test func `bytecode is refused in every way`() throws {
        let outcome = try Program.script(
            #"""
            print(load("\27Lua"))
            local parts = { "\27L", "ua" }
            print(load(function() return table.remove(parts, 1) end))
            print(load("\27Lua", "x", "b"))
            print(load("return 1", "x", "bt")())
            """#)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 4 && lines[..<3].allSatisfy { $0.hasPrefix("nil") }, "\(outcome)")
        #expect(lines.last == "1")
    }

    @Test func `waiting works in coroutines, in callbacks and in metamethods`() throws {
        let outcome = try Program.script(
            """
            local co = coroutine.wrap(function() sleep(0.01) coroutine.yield(1) sleep("10ms") return 2 end)
            print(co(), co())
            local t = { 3, 1, 2 }
            table.sort(t, function(a, b) sleep(0.001) return a < b end)
            print(table.concat(t, ","))
            print((("abc"):gsub(".", function(c) sleep(0.001) return c:upper() end)))
            print(tostring(setmetatable({}, { __tostring = function() sleep(0.001) return "shown" end })))
            print(pcall(function() sleep(0.001) error("caught", 0) end))
            do local x <close> = setmetatable({}, { __close = function() sleep(0.001) print("closed") end }) end
            for v in coroutine.wrap(function() for i = 1, 3 do sleep(0.001) coroutine.yield(i) end end) do io.write(v, " ") end
            print(coroutine.isyieldable(), select(2, coroutine.running()), pcall(coroutine.yield))
            """)
        #expect(
            outcome.text == """
                1\t2
                1,2,3
                ABC
                shown
                false\tcaught
                closed
                1 2 3 false\ttrue\tfalse\tattempt to yield from outside a coroutine

                """, "\(outcome)")
    }

    @Test func `standard input is read as asked and not beyond`() throws {
        let outcome = try Program.script(
            """
            print(io.read())
            print(io.read("L"), io.read(3), io.read("a"))
            print(io.read(), io.read("a"), io.read(1))
            """, input: Data("one\ntwo\nthreefour\nfive".utf8))
        #expect(outcome.text == "one\ntwo\n\tthr\teefour\nfive\nnil\t\tnil\n", "\(outcome)")
    }

    @Test func `whether io.read takes so much does not hang on text that is held back`() throws {
        let canary = Canary()
        let long = String(repeating: "N", count: 200)
        let vault = try DevelopmentVault(secrets: ["T": canary.value, long: "abcd"])
        // Masked it is just below what one read gives; with what comes after it, as it is, above.
        let (most, mask) = ((16 << 20) - 120, "[secret:\(long)]".utf8.count)
        let begin = String(repeating: "abcd", count: most / mask) + String(repeating: "x", count: most % mask)
        let chosen = String(repeating: "y", count: 200)
        for guess in [String(canary.value.prefix(8)), String(canary.value.prefix(7)) + "_"] {
            let outcome = try Program.script(
                """
                getSecret("T") getSecret("\(long)")
                spawn{ "printf", "%s", "\(chosen + guess)", capture = "secret" }
                local ok, text = pcall(io.read, "a")
                print(ok, ok and #text or text.message)
                """, environment: vault.environment, input: Data((begin + chosen + guess).utf8))
            #expect(outcome.text == "true\t\(most + "[secret:printf]".utf8.count)\n", "\(outcome)")
        }
    }

    @Test(arguments: [("a", "x", 17 << 20), ("a", "abcd", 80_300), ("l", "abcd", 80_300)])
    func `too much standard input for one read ends all reading`(what: String, text: String, count: Int) throws {
        let long = String(repeating: "N", count: 200)
        let vault = try DevelopmentVault(secrets: [long: "abcd"])
        let outcome = try Program.script(
            """
            getSecret("\(long)")
            print(select(2, pcall(io.read, "\(what)")).kind, pcall(io.read) == false, pcall(io.read, 5) == false)
            """, environment: vault.environment, input: Data((String(repeating: text, count: count) + "\nmore\n").utf8))
        #expect(outcome.text == "limit\ttrue\ttrue\n", "\(outcome)")
    }

    @Test func `lines of standard input can be walked`() throws {
        let outcome = try Program.script("for line in io.lines() do io.write('<', line, '>') end", input: Data("a\nb\n\nc".utf8))
        #expect(outcome.text == "<a><b><><c>", "\(outcome)")
    }

    @Test func `json keeps integers, floats, null and the order of keys`() throws {
        let outcome = try Program.script(
            #"""
            print(json.encode({ b = 1, a = { 1, 2.0, json.null, true }, c = "x\n\0é" }))
            local v = json.decode('{"n":9007199254740993,"f":1.0,"z":null,"e":[],"u":"\\ud83d\\ude00"}')
            print(v.n, v.f, v.z == json.null, json.encode(v.e), v.u, json.encode(v))
            print(json.encode({ 1, { x = {} } }, { indent = 2 }))
            for _, text in ipairs { "", "{", "[1,]", "01", "1.", '"\\x"', '{"a":1,}', "nul", '"\1"', "1 2", '"\\ud800"' } do
              assert(not pcall(json.decode, text), text)
            end
            print(select(2, pcall(json.encode, { 1, x = 2 })))
            local t = {} t.t = t
            print(select(2, pcall(json.encode, t)))
            """#)
        #expect(
            outcome.text == #"""
                {"a":[1,2.0,null,true],"b":1,"c":"x\n\u0000é"}
                9007199254740993	1.0	true	[]	😀	{"e":[],"f":1.0,"n":9007199254740993,"u":"😀","z":null}
                [
                  1,
                  {
                    "x": {}
                  }
                ]
                json.encode: a table has the key 1 beside others
                use either the keys 1 to n, for an array, or names, for an object
                json.encode: a table holds itself

                """#, "\(outcome)")
    }

    @Test func `require finds the stdlib and files beside the script, and no way out`() throws {
        let folder = try TemporaryFolder()
        try folder.write("outside.lua", "return 'outside'")
        try folder.write("project/tools.lua", "return { name = ..., answer = 42 }")
        try folder.write("project/lib/deep.lua", "return 'deep'")
        try folder.write("project/bad.lua", "return +")
        try folder.write("project/loop.lua", "return require('loop')")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/project/link.lua", withDestinationPath: "../outside.lua")
        try folder.write(
            "project/main.lua",
            """
            local tools = require("tools")
            print(tools.name, tools.answer, tools == require("tools"), require("lib.deep"), type(require("git").push))
            for _, name in ipairs { "link", "../outside", "..outside", "/etc/passwd", "none", "bad", "loop", "a/b", "" } do
              local ok, e = pcall(require, name)
              print(ok, (tostring(e):match("^[^\\n]*")))
            end
            """)
        let outcome = try Program.run([folder.path + "/project/main.lua"])
        #expect(
            outcome.text == """
                tools\t42\ttrue\tdeep\tfunction
                false\trequire: the module link lies outside the script's folder
                false\trequire: "../outside" is no module name
                false\trequire: "..outside" is no module name
                false\trequire: "/etc/passwd" is no module name
                false\trequire: the module none was not found
                false\tbad.lua:1: unexpected symbol near '+'
                false\trequire: the module loop requires itself while it is being loaded
                false\trequire: "a/b" is no module name
                false\trequire: "" is no module name

                """, "\(outcome)")
    }

    @Test func `deferred functions run in reverse order, after errors too`() throws {
        let outcome = try Program.script(
            """
            defer(function(e) print("first", e) end)
            defer(function(e) error("in a deferred function") end)
            defer(function(e) sleep(0.01) print("last", e) end)
            error("the script's own")
            """)
        #expect(outcome.code == 1)
        #expect(outcome.text == "last\tscript.lua:4: the script's own\nfirst\tscript.lua:4: the script's own\n", "\(outcome)")
        #expect(
            outcome.errorText == """
                error: a deferred function failed: script.lua:2: in a deferred function
                script.lua:4: the script's own

                """, "\(outcome)")
    }

    @Test func `of several deferred functions that fail the first is the run's error, and each other is told`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            """
            defer(function() error("third " .. os.getenv("PLAIN")) end)
            defer(function() spawn{ "no-such-program" } end)
            defer(function() spawn{ "sh", "-c", "exit 7" } end)
            secret.env("API_TOKEN")
            """, environment: ["API_TOKEN": canary.value, "PLAIN": canary.value])
        #expect(outcome.code == 7, "\(outcome)")
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.first?.hasPrefix("error: a deferred function failed: script.lua:2: program no-such-program was not found") == true, "\(outcome)")
        #expect(lines.contains("error: a deferred function failed: script.lua:1: third [secret:API_TOKEN]"), "\(outcome)")
        #expect(lines.contains("script.lua:3: sh exited with code 7"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(
        arguments: [
            ("os.exit(0)", 1, "script.lua:1: cleanup\n"), ("os.exit()", 1, "script.lua:1: cleanup\n"),
            ("os.exit(3)", 3, "error: a deferred function failed: script.lua:1: cleanup\n"),
            ("coroutine.wrap(function() os.exit(true) end)()", 1, "script.lua:1: cleanup\n"),
        ] as [(String, Int32, String)])
    func `os.exit does not hide what a deferred function fails for`(end: String, code: Int32, shown: String) throws {
        let outcome = try Program.script("defer(function() error('cleanup') end)\n" + end)
        #expect(outcome.code == code && outcome.errorText == shown, "\(outcome)")
    }

    @Test func `a deferred function that does not end does not hide what another one has failed for`() throws {
        let outcome = try Program.script("defer(function() sleep(100) end)\ndefer(function() error('cleanup') end)")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(
            outcome.errorText == """
                warning: the deferred functions were stopped after 5.0 seconds
                script.lua:2: cleanup

                """, "\(outcome)")
    }

    @Test func `os.exit in a deferred function does not hide what another one has failed for`() throws {
        let outcome = try Program.script("defer(function() os.exit(0) end)\ndefer(function() error('cleanup') end)")
        #expect(outcome.code == 1 && outcome.errorText == "script.lua:2: cleanup\n", "\(outcome)")
        let branch = try Program.script(
            "parallel{ function() defer(function() os.exit(0) end) defer(function() error('cleanup') end) end }")
        #expect(branch.code == 1 && branch.errorText == "script.lua:1: cleanup\n", "\(branch)")
    }

    @Test func `a printed part of a line appears before input is asked for and at the end`() throws {
        let outcome = try Program.script("io.write('name? ') local n = io.read() io.write('hello ', n)", input: Data("x\n".utf8))
        #expect(outcome.text == "name? hello x", "\(outcome)")
    }
}
