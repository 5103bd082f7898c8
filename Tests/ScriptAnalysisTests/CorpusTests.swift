import Foundation
import ScriptAnalysis
import TestSupport
import Testing

/// A script with one mistake, and a comment on its line that says what has to be said: `--> rule: words`.
struct PlantedMistake: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String

    var testDescription: String { name }

    static var folder: String { Program.repository + "/Tests/ScriptAnalysisTests/corpus" }

    static var all: [PlantedMistake] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)).map {
                PlantedMistake(name: name, text: $0)
            }
        }
    }

    /// The line, the rule and the words that are expected.
    var expected: (line: Int, rule: String, words: String)? {
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            guard let mark = line.range(of: "--> ") else { continue }
            let parts = line[mark.upperBound...].components(separatedBy: ": ")
            return (index + 1, parts[0], parts.dropFirst().joined(separator: ": "))
        }
        return nil
    }
}

@Suite struct `What check finds` {
    private static func findings(_ text: String) -> [Finding] {
        let surroundings = ScriptCheck.Surroundings { _ in .missing(others: ["helpers"]) }
        return ScriptCheck(SourceText(Array(text.utf8)), surroundings).findings
    }

    @Test func `the corpus has at least 60 mistakes`() {
        #expect(PlantedMistake.all.count >= 60)
    }

    @Test(arguments: PlantedMistake.all)
    func `each planted mistake is found on its line, and nothing else`(mistake: PlantedMistake) throws {
        let expected = try #require(mistake.expected)
        let findings = Self.findings(mistake.text)
        try #require(findings.count == 1, "\(findings)")
        #expect(findings[0].line == expected.line)
        #expect(findings[0].rule.rawValue == expected.rule)
        #expect("\(findings[0].message) / \(findings[0].hint)".contains(expected.words), "\(findings[0])")
    }

    @Test func `the corpus has a mistake for every rule`() {
        let rules = Set(PlantedMistake.all.compactMap { $0.expected?.rule })
        #expect(Set(Finding.Rule.allCases.map(\.rawValue)).subtracting(rules).isEmpty)
    }

    @Test func `there is nothing to say about the scripts and the standard library of the repository`() throws {
        var count = 0
        for folder in ["stdlib", "scripts"] {
            let path = Program.repository + "/" + folder
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name.hasSuffix(".lua") {
                let text = try String(contentsOfFile: path + "/" + name, encoding: .utf8)
                let findings = ScriptCheck(SourceText(Array(text.utf8)), ScriptCheck.Surroundings { _ in .found })
                    .findings
                #expect(findings.isEmpty, "\(folder)/\(name): \(findings)")
                count += 1
            }
        }
        #expect(count >= 2)
    }

    @Test func `a finding is shown with its line and a caret below the place`() {
        let source = SourceText(Array("local t =\tgetSecrt('ä\u{1B}')\n".utf8))
        let finding = ScriptCheck(source).findings[0]
        #expect(
            FindingText(file: "a\u{1B}b.lua", source: source).text(finding) == """
                a\\u{1b}b.lua:1:11: there is no global getSecrt
                  local t =\tgetSecrt('ä\u{FFFD}')
                           \t^^^^^^^^
                  did you mean getSecret?
                """)
    }

    @Test func `columns count characters, and a long line is cut around the place`() {
        let text = "local s = \"" + String(repeating: "ü", count: 300) + "\" .. getSecrt\n"
        let source = SourceText(Array(text.utf8))
        let finding = ScriptCheck(source).findings[0]
        #expect(finding.column == 317 && finding.endColumn == 325)
        let lines = FindingText(file: "x.lua", source: source).text(finding).components(separatedBy: "\n")
        #expect(lines[1].count <= 130 && lines[1].contains("getSecrt"))
        let caret = lines[2].distance(from: lines[2].startIndex, to: lines[2].firstIndex(of: "^") ?? lines[2].endIndex)
        #expect(Array(lines[1])[caret...].starts(with: Array("getSecrt")))
    }
}

/// Scripts that are right, however they look.
@Suite struct `What check leaves alone` {
    static let scripts: [String] = [
        "local t = getSecret('T') t = 'text' print('x' .. t)",
        "local t = os.getenv('CI') and getSecret('T') or 'none' print('x' .. t)",
        "local function f(t) return 'x' .. t end print(f('a'))",
        "local t if arg[1] then t = getSecret('T') else t = 'x' end print('x' .. t)",
        "local s = getSecret('T', { optional = true }) if s == nil then print('none') end",
        "local a, b = getSecret('A'), getSecret('B') print(a == b, a ~= b)",
        "print(getSecret('T'), tostring(getSecret('T')), ('%s'):format(getSecret('T')))",
        "log.info('x', { token = getSecret('T') })",
        "local spawn = function(...) return ... end spawn('git', 'status')",
        "local fs = { open = print } fs.open('x')",
        "fs.raed = fs.read print(fs.raed('x'))",
        "string.trim = function(s) return (s:match('^%s*(.-)%s*$')) end print(('x'):trim())",
        "if _G.something then print(something) end",
        "_G.helper = print helper('x')",
        "_ENV.x = 1 print(x)",
        "local _ENV = { print = print } print(x)",
        "setmetatable(_G, { __index = function() return 1 end }) print(x)",
        "function helper() return 1 end print(helper())",
        "local r = spawn{ 'id', capture = true } r.note = 'mine' print(r.note)",
        "local r = spawn{ 'id', capture = arg[1] } print(r.stdout:upper())",
        "local o = { capture = true } spawn{ 'id', table.unpack(arg), capture = o.capture }",
        "spawn{ 'x', arg[1] and '--flag' or {}, { 'a', { 1, 2.5 } }, env = { A = 1, B = false, C = 'x' } }",
        "spawn{ 'x', stdin = 'text', stderr = 'stdout', timeout = '1h30m' }",
        "spawn{ 'x', ['capture'] = 'merge', fds = { [3] = getSecret('T') }, files = { A = { getSecret('B'), memfd = true } } }",
        "for k, v in pairs(getSecrets()) do print(k, v) v = 'x' print('x' .. v) end",
        "local p <close> = spawn{ 'x', background = true } print(p:wait().code, p:lines()())",
        "print(pcall(getSecret), pcall(spawn, 'x'))",
        "print((' x'):rep('3', 0), math.floor('3.7'), ('x'):sub('1'))",
        "print(string.format('%5.2f%% %s', 1, 2, 3), ('%d'):format(table.unpack({ 1 })))",
        "print(secret.template('$${x} ${a}', { a = 'x' }), secret.template(arg[1], { b = 'x' }))",
        "local t = { a = 1, ['b'] = 2, [3] = 3 } t.a, t.b = t.b, t.a print(#t)",
        "goto done do local x = 1 print(x) end ::done::",
        "for i = 1, 3 do if i == 2 then goto continue end print(i) ::continue:: end",
        "local x <const>, y <close> = 1, nil print(x, y)",
        "return { a = function(...) return select('#', ...) end }",
        "local M = {} function M.f() return M.g() end function M.g() return 1 end return M",
        "local ok, err = pcall(error, { kind = 'usage' }) print(ok, err.kind, err.message)",
        "io.stderr:write('x', 1, '\\n') io.write('x'):flush() print(io.read('l'), io.read(5, 'a'))",
        "local git = require('git') git.push{ token = getSecret('T'), timeout = 5 } print(git.head())",
        "local h = require('helpers') h.anything{ x = 1 }",
        "coroutine.wrap(function() coroutine.yield(getSecret('T')) end)()",
        "local t = setmetatable({}, { __index = function(_, k) return k end }) print(t.x .. t.y)",
        "#!/usr/bin/env vaultscript\nprint('x')",
        "json.encode({ a = json.null, b = { 1, 2 } }, { indent = 2 })",
        "fail('x' .. 1, { code = 3 })", "sleep('250ms') sleep(0.5) sleep('7')",
        "defer(function(err) print(err) end) defer(print)",
        "local p = recipe{ name = 'x' } local function f() spawn{ arg[1] } end print(p, f)",
        "local function early() print('x') end local p = recipe{ name = 'x' } early(p)",
        "if arg[1] then print('x') end recipe{ name = 'x' }",
        "local x = arg[1] and print('x') local p = recipe{ name = 'x' } print(p, x)",
        "local git = require('git') local t = json.decode('{}') local p = recipe{ name = 'x' } print(p, t, git)",
        "if arg[1] then task('a', print) else task('a', print) end",
        "task('a', print) if arg[1] then return end task('a', print)",
        "for _, n in ipairs{ 'a', 'b' } do task(n, print) end task('c', { needs = { 'a', 'b' } }, print)",
        "local name = 'a' task(name, print) task('c', { needs = 'a' }, print)",
        "require('helpers') task('c', { needs = 'a' }, print)",
        "pcall(task, 'a', print) task('c', { needs = 'a' }, print)",
        "local h = getSecret('A') print(('%s %q %d'):format(h, 'x', 5), ('%5.1f%%'):format(3), ('%p'):format(h))",
        "print(table.concat({ 1, getSecret('A') }, ',', 1, 1), table.concat{ a = getSecret('A') })",
        "spawn{ 'x', detach = true, env = { A = 'b', LD_PRELOAD = 'x' } } spawn{ 'x', detach = false, env = { A = getSecret('A') } }",
        "recipe{ name = 'x', programs = { 'git' } } print(require('git').head())",
        "recipe{ name = 'x', params = { a = { required = false, default = 'x' }, b = { type = 'integer', default = 5, min = 5, max = 5 } } }",
        "recipe{ name = 'x', params = { a = { enum = { 'a', 'b' }, default = 'a' }, b = { type = 'list', enum = { 'a' }, default = { 'a' } } } }",
        "recipe{ name = 'x', params = { a = { type = 'list', default = {} }, b = { default = arg[1] }, c = { default = '-x', allowDash = true } } }",
        "recipe{ name = 'x', params = { a = { type = 'number', enum = { 1, 2.5 }, default = 1.0 }, b = { type = 'boolean', default = true } } }",
        "recipe{ name = 'x', params = { a = { type = 'integer', default = -1, min = -1 }, b = { default = 'a' .. 'b', enum = { 'ab' } } } }",
        "recipe{ name = 'x', hosts = { 'a.com', 'a.com:8080', '127.0.0.1:80', '[::1]:8080', arg[1] } } http.request{ url = arg[1] }",
        "retry(1, print) retry({ times = 3 }, print) retry(arg[1], print) task('a', { retry = 1, timeout = '0.5s' }, print)",
        "pipe{ { 'a' }, { 'b' } } pipe{ table.unpack(arg) } pipe{ { 'a' }, arg[1] and { 'b' } }",
        "spawn{ 'a', timeout = '10ms' } timeout(0.1, print)",
        "http.request{ url = arg[1], timeout = '1m', method = 'PATCH', retry = { times = 10 } }",
        "spawn{ 'a', stdout = { file = 'x', append = true, atomic = false } } fs.write('x', 'y', { append = true })",
        "print(io.read('*l'), io.read('L'), io.read('a'), io.read(3), io.read('line'), io.read('all'))",
    ]

    @Test(arguments: scripts)
    func `a script that works is passed over in silence`(text: String) {
        let surroundings = ScriptCheck.Surroundings { _ in .found }
        let findings = ScriptCheck(SourceText(Array(text.utf8)), surroundings).findings
        #expect(findings.isEmpty, "\(findings)")
    }
}
