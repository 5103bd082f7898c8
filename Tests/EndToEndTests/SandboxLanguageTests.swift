import Foundation
import TestSupport
import Testing

/// What a script reaches, and what it cannot turn against the prelude that it runs below.
@Suite(.timeLimit(.minutes(3))) struct `The sandbox of the language` {
    // MARK: - What there is

    /// Names every table, function, userdata and thread that can be reached, whatever way leads there.
    private static let walk = """
        local seen, names = {}, {}
        local reachable = { table = true, ["function"] = true, userdata = true, thread = true }
        local function walk(v, path)
          if not reachable[type(v)] or seen[v] then return end
          seen[v] = true
          names[#names + 1] = path
          if type(v) == "table" then
            for key, value in next, v do
              walk(key, path .. "<key>")
              walk(value, path .. "." .. tostring(key))
            end
          end
          local metatable = getmetatable(v)
          if metatable then walk(metatable, path .. "<metatable>") end
        end
        walk(_G, "_G")
        walk(getmetatable(""), "string")
        walk((coroutine.running()), "task")
        walk(coroutine.create(print), "coroutine")
        for name, f in pairs { host = function() spawn{} end, lua = function() string.rep() end,
            text = function() error("x") end, memory = function() string.rep("x", 1 << 30) end,
            fail = function() fail("x") end, overflow = function() local function f() return f() + 1 end f() end } do
          walk(select(2, pcall(f)), name)
        end
        walk(getSecret("PAT"), "secret")
        walk(getSecret("PAT"):source(), "source")
        walk(login(), "session")
        walk(require("git"), "git")
        walk(spawn{ "true", capture = true }, "result")
        walk(json.decode("[1,{}]"), "json")
        local stolen = {}
        walk(setmetatable(stolen, { __index = function(t, k) return nil end }), "own")
        table.sort(names)
        print(table.concat(names, "\\n"))
        """

    private static let wanted = """
        _G _G.arg _G.assert _G.collectgarbage _G.coroutine _G.debug _G.debug.traceback _G.defer _G.dofile _G.error _G.fail _G.fs
        _G.fs.copy _G.fs.exists _G.fs.glob _G.fs.list _G.fs.mkdir _G.fs.read _G.fs.remove _G.fs.rename _G.fs.stat _G.fs.tempDir _G.fs.write
        _G.confirm _G.parallel _G.progress _G.retry _G.task _G.timeout _G.secret.dotenv _G.secret.input
        _G.getSecret _G.getSecrets _G.getmetatable _G.io _G.ipairs _G.json _G.load _G.loadfile _G.log _G.login _G.math
        _G.next _G.os _G.pairs _G.pcall _G.pipe _G.print _G.rawequal _G.rawget _G.rawlen _G.rawset _G.require _G.secret _G.select
        _G.setmetatable _G.sleep _G.spawn _G.string _G.table _G.tonumber _G.tostring _G.type _G.utf8 _G.warn _G.xpcall
        _G.coroutine.close _G.coroutine.create _G.coroutine.isyieldable _G.coroutine.resume _G.coroutine.running
        _G.coroutine.status _G.coroutine.wrap _G.coroutine.yield
        _G.io.close _G.io.input _G.io.lines _G.io.open _G.io.output _G.io.popen _G.io.read _G.io.stderr _G.io.stdout
        _G.io.tmpfile _G.io.write _G.http _G.http.request _G.json.array _G.json.decode _G.json.encode _G.json.null _G.recipe
        _G.log.debug _G.log.error _G.log.info _G.log.warn
        _G.math.abs _G.math.acos _G.math.asin _G.math.atan _G.math.ceil _G.math.cos _G.math.deg _G.math.exp _G.math.floor
        _G.math.fmod _G.math.log _G.math.max _G.math.min _G.math.modf _G.math.rad _G.math.random _G.math.randomseed
        _G.math.sin _G.math.sqrt _G.math.tan _G.math.tointeger _G.math.type _G.math.ult
        _G.os.clock _G.os.date _G.os.difftime _G.os.execute _G.os.exit _G.os.getenv _G.os.remove _G.os.rename
        _G.os.setlocale _G.os.time _G.os.tmpname _G.secret.base64 _G.secret.base64Decode _G.secret.env _G.secret.field _G.secret.file _G.secret.hex _G.secret.hmac
        _G.secret.json _G.secret.prompt _G.secret.random _G.secret.template _G.secret.trim _G.secret.urlEncode
        _G.string.byte _G.string.char _G.string.find _G.string.format _G.string.gmatch _G.string.gsub _G.string.len
        _G.string.lower _G.string.match _G.string.pack _G.string.packsize _G.string.rep _G.string.reverse _G.string.sub
        _G.string.unpack _G.string.upper
        _G.table.concat _G.table.insert _G.table.move _G.table.pack _G.table.remove _G.table.sort _G.table.unpack
        _G.utf8.char _G.utf8.codepoint _G.utf8.codes _G.utf8.len _G.utf8.offset
        task coroutine host memory fail secret source session git git.clone git.commit git.fetch git.head git.push result json json.2
        own own<metatable> own<metatable>.__index
        """

    @Test func `nothing can be reached that is not on the list`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.script(Self.walk, environment: vault.environment)
        let found = Set(outcome.text.split(separator: "\n").map(String.init))
        let wanted = Set(Self.wanted.split { $0 == " " || $0 == "\n" }.map(String.init))
        #expect(outcome.code == 0, "\(outcome)")
        #expect(found.subtracting(wanted).sorted() == [] as [String])
        #expect(wanted.subtracting(found).sorted() == [] as [String])
    }

    @Test(arguments: [
        "string.dump(print)", "package.loadlib('x', '*')", "package.loaded.io", "debug.getregistry()", "debug.getinfo(1)",
        "debug.getupvalue(spawn, 1)", "debug.getlocal(1, 1)", "debug.sethook()", "debug.getmetatable('')", "debug.setmetatable('', {})",
        "getmetatable('').__index", "setmetatable('', {})", "setmetatable(io.stdout, {})", "setmetatable(json.null, {})",
        "setmetatable(select(2, pcall(spawn, {})), {})", "string.format('%p', print)", "string.format('%-20.3p', {})",
        "io.open('/etc/passwd')", "io.popen('id')", "io.lines('/etc/passwd')()", "os.execute('id')", "os.remove('x')",
        "dofile('x')", "loadfile('x')()", "assert(load('\\27Lua'))", "assert(load('\\27Lua', 'x', 'b'))", "assert(load('\\27Lua', 'x', 'bt', {}))",
        "assert(load(coroutine.wrap(function() for c in ('\\27Lua'):gmatch('.') do coroutine.yield(c) end end)))",
        "assert(load((function() local n = 0 return function() n = n + 1 return n == 1 and '\\27' or n == 2 and 'LuaT' or nil end end)(), 'x', 'b'))",
        "require('string.dump')()", "require('package')", "require('debug')", "require('os')", "coroutine.running().x = 1",
        "utf8.char(-1)", "table.unpack({}, 1, 1e8)", "rawset(_G, nil, 1)", "collectgarbage('nonsense')",
    ])
    func `is an error`(code: String) throws {
        let outcome = try Program.run(["-e", "local value = \(code) print('got', value)"], timeLimitSeconds: 20)
        #expect(outcome.code != 0 && outcome.output.isEmpty && !outcome.error.isEmpty, "\(code): \(outcome)")
        #expect(!outcome.errorText.contains("worker"), "\(code): \(outcome)")
    }

    // MARK: - Coroutines

    @Test func `a finalizer finds no waiting coroutine that it can resume or close, nor the task itself`() throws {
        let outcome = try Program.script(
            """
            local main, waiting, looks = coroutine.running(), nil, 0
            local results = {}
            local function note(...) results[table.concat({ ... }, " ")] = true end
            local function probe(name, co)
              if coroutine.status(co) == "running" or co == coroutine.running() then return end
              looks = looks + 1
              local ok, why = coroutine.resume(co, "answer", "forged")
              note(name, coroutine.status(co), tostring(ok), why)
              note(name, "close", tostring((pcall(coroutine.close, co))))
            end
            local function again()
              setmetatable({}, { __gc = function()
                if waiting then probe("main", main) probe("waiting", waiting) again() end
              end })
            end
            collectgarbage("incremental", 10, 1000, 1)
            waiting = coroutine.create(function()
              for i = 1, 2000 do
                local garbage = ("x"):rep(i % 97)
                assert(os.getenv("HOME") ~= "forged")
              end
              waiting = nil
              return "done"
            end)
            again()
            print(coroutine.resume(waiting))
            print(looks > 100)
            local sorted = {}
            for result in pairs(results) do sorted[#sorted + 1] = result end
            table.sort(sorted)
            print(table.concat(sorted, "\\n"))
            """)
        #expect(
            outcome.text == """
                true\tdone
                true
                main close false
                main normal false cannot resume non-suspended coroutine
                waiting close false
                waiting normal false cannot resume non-suspended coroutine

                """, "\(outcome)")
    }

    @Test func `what a script yields is its own affair, whatever it is`() throws {
        let outcome = try Program.script(
            """
            local co = coroutine.wrap(function(...) local x = coroutine.yield({}, 1) return x, coroutine.yield() end)
            print(type(co()), co("a"), co("b"))
            print(pcall(coroutine.yield, {}, 1))
            print(coroutine.isyieldable(), select(2, coroutine.running()))
            local ok, e = coroutine.resume((coroutine.running()), "answer", 1)
            print(ok, e)
            print(pcall(coroutine.close, (coroutine.running())))
            local inner
            inner = coroutine.create(function() return coroutine.resume(inner) end)
            print(coroutine.resume(inner))
            local sleeper = coroutine.create(function() sleep(0.01) return "slept" end)
            print(coroutine.resume(sleeper))
            print(coroutine.status(sleeper), coroutine.close(sleeper))
            local seen = {}
            local wrapped = coroutine.wrap(function()
              local t <close> = setmetatable({}, { __close = function() seen[#seen + 1] = os.getenv("NONE") == nil end })
              error("gone", 0)
            end)
            print(pcall(wrapped), #seen)
            print(select("#", pcall(xpcall, sleep, coroutine.yield, "soon")))
            print(pcall(coroutine.wrap(function() return table.concat(setmetatable({}, { __index = function() return coroutine.yield() end, __len = function() return 1 end })) end)))
            """)
        #expect(
            outcome.text == """
                table\tnil\ta\tb
                false\tattempt to yield from outside a coroutine
                false\ttrue
                false\tcannot resume non-suspended coroutine
                false\tcannot close a running coroutine
                true\tfalse\tcannot resume non-suspended coroutine
                true\tslept
                dead\ttrue
                false\t1
                3
                false\tattempt to yield across a C-call boundary

                """, "\(outcome)")
    }

    // MARK: - Hijacks

    @Test func `replaced globals and library functions are never called by the prelude`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.script(
            """
            local out, concat, rawnext, type = print, table.concat, next, type
            local calls = {}
            for _, library in rawnext, { string, table, math, utf8 } do
              for name, f in rawnext, library do
                if type(f) == "function" then
                  library[name] = function() calls[name] = true error("hijacked " .. name, 0) end
                end
              end
            end
            for _, name in rawnext, { "assert", "error", "getmetatable", "ipairs", "load", "next", "pairs", "rawequal", "rawget",
                "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall", "pcall" } do
              _G[name] = function() calls[name] = true end
            end
            out("x", 1)
            io.write("a", 1, "\\n")
            io.stderr:write("")
            log.info("hi", { a = { 1, { b = json.null } }, b = "x" })
            out(json.encode({ a = { 1.5, "\\1", { x = true } } }, { indent = 1 }) ~= nil, #json.decode('[1,2.5e3,"\\\\u00e9\\\\ud83d\\\\ude00",null,true]'))
            spawn{ "true", { 1, 2.5, { "x" } }, env = { A = 1 } }
            sleep(0)
            out(os.getenv("NONE"), io.read("*l"), io.read(3), io.read("a"))
            coroutine.wrap(function() os.getenv("X") end)()
            local s = getSecret("PAT")
            out(s, s:name(), s:source().provider, secret.template("${a}", { a = s }))
            s:close()
            defer(function() os.getenv("X") end)
            local names = {}
            for name in rawnext, calls do names[#names + 1] = name end
            out("called:", concat(names, " "))
            """, environment: vault.environment, input: Data("line\nabcdef".utf8))
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.text.hasSuffix("called:\t\n"), "\(outcome)")
    }

    @Test func `what of the prelude is compiled late has its own globals`() throws {
        let outcome = try Program.script(
            """
            local got = {}
            for _, name in ipairs { "type", "next", "setmetatable", "getmetatable", "tostring", "rawget" } do
              local f = _G[name]
              _G[name] = function(...) got[#got + 1] = name return f(...) end
            end
            setmetatable(_G, { __index = function(_, name) got[#got + 1] = name end })
            got = {}
            local text = json.encode { 1, { a = 2 } }
            local names = table.concat(got, " ")
            print(text, names == "", names)
            """)
        #expect(outcome.text == "[1,{\"a\":2}]\ttrue\t\n", "\(outcome)")
    }

    @Test(arguments: [
        ("error(setmetatable({ message = 'm', kind = 'usage', code = 0, fault = 1, id = 1 }, { __index = function() os.exit(0) end }))", Int32(1), "m"),
        ("error(setmetatable({}, { __tostring = function() os.exit(0) end, __name = 'host' }))", 1, "a table was raised as an error"),
        ("error(setmetatable({ message = setmetatable({}, { __tostring = function() os.exit(0) end }) }, {}))", 1, "a table was raised"),
        ("error(function() os.exit(0) end)", 1, "a function was raised as an error"),
        ("error(coroutine.create(print))", 1, "a thread was raised as an error"),
        ("local ok, e = pcall(spawn, {}) e.message = 'changed' e.id = 77 e.kind = 'limit' error(e, 0)", 2, "spawn"),
        ("local ok, e = pcall(fail, 'x', { code = 9 }) e.code = 0 e.status = 'done' error(e, 0)", 9, "x"),
        ("local ok, e = pcall(require, 'none') rawset(e, 'kind', 'usage') error(e)", 1, "none"),
        ("local t <close> = setmetatable({}, { __close = function(_, e) e.kind = nil error('second', 0) end }) spawn{}", 1, "second"),
        ("error('status=done', 0)", 1, "status=done"), ("error({ status = 'done' })", 1, "a table was raised"),
        ("xpcall(spawn, function(e) error(e) end, {}) error('after', 0)", 1, "after"),
        ("local ok, e = xpcall(error, function() return xpcall(error, function() error('deep') end) end) error('after', 0)", 1, "after"),
        ("local ok, e = xpcall(spawn, function(e) sleep(0) return e end, {}) error(e, 0)", 2, "spawn"),
    ])
    func `an error object decides neither the exit code nor what the host is told`(code: String, exit: Int32, message: String) throws {
        let outcome = try Program.run(["-e", code])
        #expect(outcome.code == exit && outcome.output.isEmpty, "\(code): \(outcome)")
        #expect(outcome.errorText.contains(message), "\(code): \(outcome)")
    }

    @Test func `host calls work and fail as ever in every place where Lua cannot yield`() throws {
        let outcome = try Program.script(
            """
            local function ask() sleep(0) return os.getenv("PLACE") end
            print((("x"):gsub("x", ask)))
            table.sort({ 2, 1 }, function(a, b) ask() return a < b end)
            print(tostring(setmetatable({}, { __tostring = ask })))
            print(load(coroutine.wrap(function() ask() coroutine.yield("return 1") end))())
            local finalized
            setmetatable({}, { __gc = function() finalized = ask() end })
            collectgarbage() collectgarbage()
            print(finalized)
            print(select(2, xpcall(error, function() return ask() end)))
            local function deep(n) if n == 0 then return ask() end return (("x"):gsub("x", function() return deep(n - 1) end)) end
            print(deep(50))
            print((pcall(deep, 250)))
            print(ask())
            """, environment: ["PLACE": "here"])
        #expect(outcome.text == "here\nhere\n1\nhere\nhere\nhere\nfalse\nhere\n", "\(outcome)")
    }

    // MARK: - Modules

    @Test func `a module is a regular text file in the script's folder, and nothing else`() throws {
        let folder = try TemporaryFolder()
        try folder.write("outside/secret.lua", "return 'outside'")
        try folder.write("project/inside/fine.lua", "return 'fine'")
        try folder.write("project/binary.lua", "\u{1B}Lua")
        try folder.write("project/nul.lua", "return '\0', #'\0'")
        try folder.write("project/deep/main.lua", "")
        let project = folder.path + "/project"
        for (link, target) in [
            ("file.lua", "../outside/secret.lua"), ("absolute.lua", folder.path + "/outside/secret.lua"), ("dir", "../outside"),
            ("up", ".."), ("proc", "/proc/self/root" + folder.path + "/outside"), ("zero.lua", "/dev/zero"), ("loop.lua", "loop.lua"),
            ("near", "inside"), ("dangling.lua", "none"), ("cwd", "/proc/self/cwd"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: project + "/" + link, withDestinationPath: target)
        }
        #expect(unsafe mkfifo(project + "/pipe.lua", 0o600) == 0)
        try FileManager.default.createDirectory(atPath: project + "/folder.lua", withIntermediateDirectories: false)
        _ = FileManager.default.createFile(atPath: project + "/huge.lua", contents: nil)
        unsafe truncate(project + "/huge.lua", 1 << 40)
        try folder.write(
            "project/main.lua",
            """
            for _, name in ipairs { "inside.fine", "near.fine", "nul", "file", "absolute", "dir.secret", "up.outside.secret", "proc.secret", "zero",
                "loop", "dangling", "cwd.main", "pipe", "folder", "huge", "binary", "inside", "a\\0b", "\\0", ("x"):rep(2000), "inside/fine", "inside..fine", ".", "inside.", "%s" } do
              local ok, e = pcall(require, name)
              print(ok, ok and e or e.kind)
            end
            """)
        let outcome = try Program.run([project + "/main.lua"], timeLimitSeconds: 20)
        let denied = Array(repeating: "false\tdenied", count: 6)
        let kinds =
            ["true\tfine", "true\tfine", "true\t\0"] + denied
            + ["false\tdenied", "false\tnotFound", "false\tdenied", "false\tio", "false\tio", "false\tlimit", "false\tusage", "false\tnotFound"]
            + Array(repeating: "false\tusage", count: 8)
        #expect(outcome.text == kinds.joined(separator: "\n") + "\n", "\(outcome)")
        #expect(outcome.code == 0)
    }

    @Test func `a syntax error in a module exits with 2 and names file and line`() throws {
        let folder = try TemporaryFolder()
        try folder.write("lib/bad.lua", "local x = 1\nlocal y = = 2\n")
        let outcome = try Program.run([try folder.write("main.lua", "require('lib.bad')")])
        #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
        #expect(
            outcome.errorText == """
                lib/bad.lua:2: unexpected symbol near '='
                the module lib.bad cannot be compiled
                mend the line and run it again

                """, "\(outcome)")
    }

    @Test func `an error in a module is the script's, at the module's line`() throws {
        let folder = try TemporaryFolder()
        try folder.write("lib.lua", "\nerror('broken')")
        let outcome = try Program.run([try folder.write("main.lua", "local ok = pcall(require, 'lib') require('lib')")])
        #expect(outcome.code == 1 && outcome.errorText == "lib.lua:2: broken\n", "\(outcome)")
    }
}
