import Foundation
import TestSupport
import Testing

/// A script does what `describe` and `list` show, or nothing.
@Suite struct `A recipe that the text shows` {
    private static let recipe = "recipe{ name = 'good', secrets = { 'S8' }, programs = { 'git' } }"
    private static let start = "print(spawn{ 'id', capture = true }.stdout)"

    @Test(arguments: [
        ("_ENV.recipe = function() end\n\(recipe)\n\(start)", 2), ("recipe = print\n\(recipe)\n\(start)", 2),
        ("goto x\n\(recipe)\n::x::\n\(start)", 2), ("goto y\n\(recipe)\n::x:: ::y::\n\(start)", 2),
        ("do return (function() \(start) end)() end\n\(recipe)", 2),
        ("pcall(function() \(start) end)\ndo return end\n\(recipe)", 3),
        ("do return end\n\(recipe)", 2), ("os.exit(0)\n\(recipe)", 2),
        ("pcall(function() return secret.env('HOME') end) os.exit(0)\n\n\(recipe)", 3),
        ("pcall(function() return http.request{ url = 'http://127.0.0.1:1' } end) os.exit(0)\n\(recipe)", 2),
        ("local _ENV = setmetatable({ recipe = print }, { __index = _ENV })\n\(recipe)\n\(start)", 2),
    ])
    func `is declared before anything is fetched or started, and before the end`(text: String, line: Int) throws {
        let outcome = try Program.script(text)
        #expect(outcome.code == 77 && !outcome.text.contains("uid="), "\(outcome)")
        #expect(outcome.errorText.contains("the script contains a recipe in line \(line) that was never declared\n"), "\(outcome)")
    }

    @Test(arguments: [
        ("require('git') local n = os.getenv('HOME')", Int32(2)), ("error('no')", 1), ("os.exit(3)", 3),
        ("local f = function() recipe{ name = 'inner' } end do return end", 77),
    ])
    func `changes nothing where the run fails by itself`(text: String, code: Int32) throws {
        let outcome = try Program.script(text + "\n" + Self.recipe)
        #expect(outcome.code == code, "\(outcome)")
    }

    /// What looks like a recipe and declares nothing would hold for whoever reads the script.
    @Test(arguments: [
        "if false then \(recipe) end", "while false do \(recipe) end", "for i = 1, 0 do \(recipe) end",
        "repeat break; \(recipe) until true", "if true then else \(recipe) end", "local p = false and \(recipe)",
        "local p = {} or \(recipe)", "local p = ... and \(recipe) or {}", "local recipe = function() end \(recipe)",
        "local function recipe() end \(recipe)", "do local recipe = function() end \(recipe) end",
        "local x = { false and _G.\(recipe) }", "local recipe = function() end local p = (recipe){ name = 'good' }",
        "_G['recipe'] = function() end local p = _G['recipe']{ name = 'good' }",
        "local x = false and ((_G)[('recipe')]){ name = 'good' }",
        "local p = (type or recipe){ name = 'good' }", "local p = (#arg > 9 and recipe or type){ name = 'good' }",
        "local t = { recipe = type } t.\(recipe)", "local t = {} function t.recipe() end t['recipe']{ name = 'good' }",
        "local x = false and _G._G.\(recipe)", "_G.recipe = type _G:\(recipe)", "G = { recipe = type } G.\(recipe)",
    ])
    func `stands in its place, or nothing is started`(text: String) throws {
        let outcome = try Program.script("\(text)\n\(Self.start)")
        #expect(outcome.code == 77 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("the script contains a recipe in line 1 that was never declared\n"), "\(outcome)")
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", text + "\n")
        let check = try Program.run(["check", file])
        #expect(check.code != 0 && check.text.contains(":1:") && check.text.contains(": this recipe{} is refused: "), "\(check)")
    }

    @Test(arguments: [
        "do \(recipe) end", "local function f() return \(recipe) end f()", "local r = recipe r{ name = 'good' }",
        "_G.\(recipe)", "local p = (\(recipe)).x",
    ])
    func `is not declared where the text does not show it`(text: String) throws {
        let outcome = try Program.script("local ok, e = pcall(function() \(text) end) print(ok, e.kind, e.message)")
        #expect(outcome.code == 2 && outcome.text.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("recipe: it is not declared where the script's text shows it\n"), "\(outcome)")
    }

    /// Lua passes over that line, and editors show two.
    @Test func `is none in a first line for a shell`() throws {
        let outcome = try Program.script("#!/usr/bin/env vaultscript\r\(Self.recipe)\n\(Self.start)")
        #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("the script's first line has a carriage return in it"), "\(outcome)")
        let honest = try Program.script("#!/usr/bin/env vaultscript\r\n\(Self.start)")
        #expect(honest.code == 0 && honest.text.contains("uid="), "\(honest)")
    }

    @Test(arguments: [
        ("programs = { 'sh', 'id' }", "secrets = { 'S8' }, programs = { 'git' }", "secrets"),
        ("secrets = { 'S8' }, programs = { 'git', 'id' }", "secrets = { 'S8' }, programs = { 'git' }", "programs"),
        ("secrets = { 'S8' }, programs = { 'id', 'git' }", "secrets = { 'S8', nil }, programs = { 'g' .. 'it', ('id') }", "programs"),
        ("secrets = { { path = '/' } }", "secrets = { { path = '/web' } }", "secrets"),
        ("secrets = { { name = 'A', path = '/' } }", "secrets = { { name = 'A' } }", "secrets"),
        ("programs = { 'id' }", "description = 'harmless'", "programs"),
        ("hosts = { 'evil.example' }", "hosts = {}", "hosts"), ("hosts = { 'evil.example' }", "hosts = nil", "hosts"),
        ("programs = { 'id' }", "programs = { 'git'; [9] = nil }", "programs"),
        ("programs = { 'id' }", "programs = { [1] = 'git' }", "programs"),
        ("programs = { 'id' }", "programs = { 'git' }, nil", "programs"),
        ("programs = { 'id' }", "programs = { 'git' }, secrets = f()", "programs"),
        ("programs = { 'id' }", "programs = { 'git' }, [f()] = nil", "programs"),
        ("programs = { './\\xff' }", "programs = { false }", "programs"),
        ("programs = { './\\xff' }", "programs = { {} }", "programs"),
    ])
    func `is the one that is declared`(declared: String, shown: String, key: String) throws {
        let outcome = try Program.script(
            "pcall(recipe, { name = 'x', \(declared) })\n\(Self.start)\nrecipe{ name = 'x', \(shown) }")
        #expect(outcome.code == 77 && outcome.output.isEmpty, "\(outcome)")
        let caught = try Program.script(
            "local real, ok, e = recipe recipe = print ok, e = pcall(real, { name = 'x', \(declared) }) print(e.kind, e.message, e.reason)\nrecipe{ name = 'x', \(shown) }")
        #expect(
            caught.text.contains("denied\trecipe: what is declared is not what the script shows in line 2\tthe \(key) differ: "), "\(caught)")
    }

    @Test(arguments: [
        "programs = { 'i' .. 'd', nil }, secrets = {}, hosts = { 'a.example', 'b.example:8080' }",
        "programs = { ('id') }, secrets = { { name = 'A', path = '/w\u{e4}b' }, 'B', { path = \"\\x2fx\" } }, hosts = nil",
        "programs = { PROGRAM or 'id' }", "programs = { 'id'; [9] = nil }, nil", "programs = { 'id' }, ['h' .. 'osts'] = { 'a.example' }",
        "[1] = nil, ['programs'] = { [2] = 'git', [1] = 'id' }", "programs = { 'id', [1] = nil }", "programs = (function() return { 'id' } end)()", "programs = { 'id', 'id' }, secrets = { \"\\u{1F600}\" }",
    ])
    func `holds as it is written, and where it is no literal as it is computed`(lists: String) throws {
        let outcome = try Program.script("recipe{ name = 'x', \(lists) } \(Self.start)")
        #expect(outcome.code == 0 && outcome.text.contains("uid="), "\(outcome)")
        let table = try Program.script("local t = { name = 'x', \(lists) }\nrecipe(t) \(Self.start)")
        #expect(table.code == 0 && table.text.contains("uid="), "\(table)")
    }

    /// Called from anywhere else, it is not what a reader sees there.
    @Test(arguments: [
        "local r = load('return recipe')() r(t)", "load('\\n\\n\\nrecipe(...)', '@script.lua')(t)", "pcall(recipe, t)",
        "local r = recipe\nlocal function f() r(t) end\nf()", "local r = recipe\nrecipe = function() return r(t) end\nrecipe(t) os.exit(0)",
    ])
    func `is declared by the call that stands there, where it is computed`(text: String) throws {
        let outcome = try Program.script(
            "local t = { name = 'x', programs = { 'id' } }\n\(text)\n\(Self.start)\nrecipe{ name = 'x', programs = f() }")
        #expect(outcome.code != 0 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("recipe"), "\(outcome)")
    }

    /// Lua says in which line a call stands: what is shown there and what is called are one, however it is written.
    @Test(arguments: [
        "recipe\n{ R }", "recipe{\nR\n}", "recipe\n\n(\n\n{\nR\n}\n)", "local p = recipe{\nR\n}", "local p =\n recipe{ R }",
        "local a, p = type(\n'x'),\nrecipe {\nR }", "local s = 'a'\n.. 'b' recipe{ R }", "local s = ('a'\n.. 'b') local p = recipe { R\n}",
        "p =\n\nrecipe\n--[[\n]]\n{\nR }", "local t = { recipe\n, x\n}\nrecipe{ R }", "local t = { R }\nrecipe(\nt)", "recipe({ R }\n)",
        "local s = [[\r\n\r\n]]\r\rrecipe\n\r{ R }", "local s = 'a\\\n\rb\\z\r\n' -- recipe{}\r\rlocal p =\r\n\rrecipe\r{ R }\r", "#!/x y\r\n\r\nrecipe{ R }",
        "recipe{ R } local t = { a = function() end } t.a()\n", "local n = ('x'):rep(3) recipe{ R }",
    ])
    func `is declared in whatever lines it stands`(text: String) throws {
        let folder = try TemporaryFolder()
        for list in ["{ 'id' }", "{ table.unpack{ 'id' } }"] {
            let recipe = text.replacing("R", with: "name = 'x', programs = \(list)")
            let file = try folder.write("x.lua", "\(recipe)\n\(Self.start)\n")
            let outcome = try Program.run([file])
            #expect(outcome.code == 0 && outcome.text.contains("uid="), "\(recipe) \(outcome)")
        }
    }

    @Test(arguments: [
        "_ENV.recipe(t)", "(_ENV)['recipe'](t)", "local k <const> = 'recipe' _ENV[k](t)", "local k <const> = 'recipe' x = (nil or _ENV[k])(t)",
        "x = { _ENV.recipe\n(t) }", "x = (\(String(repeating: "nil or ", count: 1000))_ENV.recipe)\n(t)", "x = _ENV.recipe(t)\(String(repeating: ".x", count: 1000))",
    ])
    func `stands alone in its lines, or is none`(text: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", "local t = { name = 'y', programs = { 'id' } }\n\(text) \(Self.start) os.exit(0) recipe{ name = 'x', programs = { 'id' } }\n")
        let run = try Program.run([file])
        #expect(run.code == 2 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains("have another call that may declare one"), "\(run)")
        for command in ["check", "describe"] {
            let outcome = try Program.run([command, file])
            let all = outcome.text + outcome.errorText
            #expect(outcome.code == 2 && all.contains("x.lua:2:"), "\(outcome)")
            #expect(all.contains("this call stands in the lines of the recipe{} of line") && all.contains("give recipe{ … } lines of its own"), "\(outcome)")
        }
    }

    private static let deep = "local x = " + String(repeating: "not ", count: 193) + "1"
    private static let long = "local y = '" + String(repeating: "y", count: 1 << 20) + "'"
    /// A recipe at the beginning of a chain that is too long to be looked at.
    private static let chain = "local p = false and \(recipe)" + String(repeating: ".x", count: 1000)

    @Test(arguments: [
        "\(deep)\ngoto on\n\(recipe)\n::on::", "\(long)\ngoto on\n\(recipe)\n::on::", "\(long)\n\n\(recipe)",
        "\(deep)\n\nload('return recipe')(){ name = 'x', programs = { 'id' } }", "\n\n\(chain)",
    ])
    func `limits nothing and allows nothing where the text cannot be read`(text: String) throws {
        let outcome = try Program.script("\(text)\n\(Self.start)")
        #expect(outcome.code == 77 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("the script names a recipe in line 3, and its text cannot be read\n"), "\(outcome)")
        #expect(try Program.script(text).code == 77)
    }

    @Test func `may be mentioned in a text that cannot be read`() throws {
        let deep = Self.deep
        #expect(try Program.script("\(deep)\nprint('a recipe for bread')").text == "a recipe for bread\n")
    }

    /// Of a chain that is too long its beginning alone is not looked at.
    @Test(arguments: [200, 290, 296, 297, 298, 299, 300, 389, 390, 391, 400, 2000])
    func `is seen around a long chain`(count: Int) throws {
        let sum = Array(repeating: "1", count: count).joined(separator: "+")
        let recipe = "recipe{ name = 'good', programs = { 'git' },\nparams = { a = { type = 'integer', default = \(sum) } } }"
        let misplaced = try Program.script("local p = false and \(recipe)\n\(Self.start)")
        #expect(misplaced.code == 77 && misplaced.output.isEmpty, "\(misplaced)")
        let another = try Program.script(
            "goto on\n\(recipe)\n::on:: local r = load('return recipe')() r{ name = 'x', programs = { 'id' } }\n\(Self.start)")
        #expect(another.errorText.contains("what is declared is not what the script shows in line 2"), "\(another)")
        let folder = try TemporaryFolder()
        let described = try Program.run(["describe", try folder.write("x.lua", recipe + "\n")])
        #expect(described.code == 0 && described.text.contains("good"), "\(described)")
    }

    @Test func `is warned of where a chain may hide it`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", Self.chain + "\n")
        for command in ["check", "describe"] {
            let outcome = try Program.run([command, file])
            #expect(outcome.code == 2, "\(outcome)")
            #expect((outcome.text + outcome.errorText).contains("this chain is too long to be read, and a recipe{} may stand in it"), "\(outcome)")
        }
    }

    @Test func `is shown once for each key, as it holds, and nothing is said of a list that may be another`() throws {
        let folder = try TemporaryFolder()
        let twice = try folder.write("twice.lua", "recipe{ name = 'x', secrets = { 'A' }, secrets = { { name = 'B', name = 'C' } } }\n")
        let shown = try Program.run(["describe", "--json", twice])
        #expect(shown.text.contains(#""secrets":[{"name":"C"}]"#) && !shown.text.contains(#""A""#), "\(shown)")
        let computed = try folder.write("computed.lua", "recipe{ name = 'x', secrets = { 'A' }, ['sec' .. 'rets'] = { 'B' } }\n")
        let check = try Program.run(["check", computed])
        #expect(check.code == 0 && check.text.isEmpty, "\(check)")
        let turned = try folder.write("turned.lua", "local s = spawm --[[ \u{202E} ]] s()\nspawm{ '\u{202E}' }\n")
        #expect(!(try Program.run(["check", turned]).text.contains("\u{202E}")))
    }

    @Test func `moves no cursor by what it says of itself`() throws {
        let text = #"recipe{ name = "t", description = "a\27[2Kb\7\nc" }"#
        let help = try Program.script(text, ["--help"])
        #expect(help.text.hasPrefix("t: a\\u{1b}[2Kb\\u{7}\nc\n"), "\(help)")
    }

    @Test func `runs and helps as ever`() throws {
        let text = "#!/usr/bin/env vaultscript\nlocal p = \(Self.recipe)\nprint('good')"
        #expect(try Program.script(text).code == 0)
        #expect(try Program.script(text, ["--help"]).text.contains("good"))
        #expect(try Program.script("print('the word recipe alone')").code == 0)
        #expect(try Program.script("return function() return recipe{ name = 'inner' } end").code == 0)
    }

    @Test(arguments: [
        ("_ENV.recipe = function() end\n\(recipe)", "1:1: warning: the recipe{} of line 2 may not be the one"),
        ("_G['recipe'] = function() end\n\(recipe)", "1:1: warning: the recipe{} of line 2 may not be the one"),
        ("local _ENV = _ENV\n\(recipe)", "1:7: warning: the recipe{} of line 2 may not be the one"),
        ("goto x\n\(recipe)\n::x::", "1:1: warning: goto x jumps past the recipe{} of line 2"),
        ("do goto --[[a]] y end\n\(recipe)\n::x:: ::y::", "1:4: warning: goto y jumps past the recipe{} of line 2"),
        ("do return end\n\(recipe)", "1:4: warning: this return leaves the script before the recipe{} of line 2"),
        ("if arg[1] == 'X' then return 1 end\n\(recipe)", "1:23: warning: this return leaves the script before"),
    ])
    func `is warned of where something may keep it from being declared`(text: String, warning: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", text + "\nspawn{ 'git' } getSecret('S8')\n")
        let outcome = try Program.run(["check", file])
        #expect(outcome.code == 0 && outcome.text.contains("\(file):\(warning)"), "\(outcome)")
    }

    @Test func `is warned of no other jumps`() throws {
        let folder = try TemporaryFolder()
        let text = """
            local function f() return 1 end
            for i = 1, 2 do goto next ::next:: end
            \(Self.recipe)
            print(f()) spawn{ 'git' } getSecret('S8')
            do goto done end
            ::done::
            return 1
            """
        let outcome = try Program.run(["check", try folder.write("x.lua", text)])
        #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome)")
    }
}
