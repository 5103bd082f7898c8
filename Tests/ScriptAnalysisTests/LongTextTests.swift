import ScriptAnalysis
import Testing

/// Texts that are large in one way: the work for each finding does not grow with them.
@Suite struct `A script of one long line` {
    @Test func `has the columns that counting from its beginning gives`() {
        let text = "é\n" + String(repeating: "äb😀", count: 800)
        let source = SourceText(Array(text.utf8))
        var offset = 3
        for (place, character) in text.unicodeScalars.dropFirst(2).enumerated() {
            let found = source.position(of: offset)
            #expect(found.line == 2 && found.column == place + 1)
            offset += String(character).utf8.count
        }
        #expect(source.position(of: offset).column == 2401)
    }

    @Test func `is told of each name of a template once, and of no more findings than there is room for`() {
        let template = "secret.template('" + String(repeating: "${a}", count: 50_000) + "', {})"
        #expect(ScriptCheck(SourceText(Array(template.utf8))).findings.count == 1)
        let calls = String(repeating: "print(undef) ", count: 20_000)
        #expect(ScriptCheck(SourceText(Array(calls.utf8))).findings.count == 500)
    }

    @Test(arguments: [
        ("x = [===[", "", "a"), ("x = [===", "\n", "="), ("x = 1", "", "e"), ("x ", "", "a"), ("print(", ")", "a"),
        ("spawn{ 'a', ", " = 1 }", "a"),
        ("require('", "')", "a"), ("recipe{ name = '", "' }", "b."), ("recipe{ name = 'x', hosts = { '", "' } }", "*"),
        ("recipe{ name = 'x', secrets = {} } getSecret('", "')", "b"), ("task('a', { needs = '", "' }, print)", "a"),
        ("recipe{ name = 'x', params = { a = { enum = { '", "' }, default = 'q' } } }", "b "), ("fs.", "()", "a"),
        ("goto ", "", "z"),
    ])
    func `is quoted as far as a person reads`(before: String, after: String, letter: String) {
        let text = before + String(repeating: letter, count: 200_000) + after
        let source = SourceText(Array(text.utf8))
        let surroundings = ScriptCheck.Surroundings { _ in .missing(others: []) }
        let findings = ScriptCheck(source, surroundings).findings
        #expect(!findings.isEmpty)
        for finding in findings {
            #expect(finding.message.count <= 1001 && finding.hint.count <= 1001)
            #expect(FindingText(file: "x.lua", source: source).text(finding).count < 3000)
        }
    }

    @Test func `has the lines that Lua counts`() {
        let text = "a\rb\nc\r\nd\n\re\r\rf\n\ng"
        let source = SourceText(Array(text.utf8))
        let lines = text.unicodeScalars.enumerated().filter { $1.properties.isAlphabetic }.map {
            source.position(of: $0.offset).line
        }
        #expect(lines == [1, 2, 3, 4, 5, 7, 9])
        #expect((1...9).map(source.lineText) == ["a", "b", "c", "d", "e", "", "f", "", "g"])
        #expect(SourceText(Array("#!a\rb\r\n\nc".utf8)).position(of: 8).line == 3)
    }

    @Test func `may use many names below many variables`() {
        let locals = "local " + (0..<190).map { "a\($0)" }.joined(separator: ", ") + "\n"
        let functions = String(repeating: "return function()\n\(locals)", count: 60)
        let text =
            "local y\n\(functions)\(String(repeating: "x=y\n", count: 100_000))\(String(repeating: "end\n", count: 60))"
        #expect(ScriptCheck(SourceText(Array(text.utf8))).findings.allSatisfy { $0.rule != .syntax })
    }

    @Test func `may have any number of labels`() {
        let text = (0..<20_000).map { "goto l\($0)\n::l\($0)::\n" }.joined()
        #expect(ScriptCheck(SourceText(Array(text.utf8))).findings.isEmpty)
        let waiting = (0..<20_000).map { "goto l\($0)\n" } + (0..<20_000).map { "::l\($0):: x = 1\n" }
        #expect(ScriptCheck(SourceText(Array(waiting.joined().utf8))).findings.allSatisfy { $0.rule != .syntax })
        let twice = "do ::a:: end ::a:: do goto a end ::a::"
        #expect(ScriptCheck(SourceText(Array(twice.utf8))).findings.map(\.column) == [36])
    }

    @Test func `may be nested and chained at once`() {
        var keys = "1"
        let links = String(repeating: ".a", count: 300)
        for _ in 0..<60 { keys = "{ [x\(links)[\(keys)]\(links)] = 1 }" }
        let tables = String(repeating: "f{ ", count: 180) + String(repeating: "}", count: 180)
        var sums = "1"
        for _ in 0..<60 { sums = "(-f(\(sums))" + String(repeating: "+1", count: 50) + ")" }
        for text in [
            "local x, t = {} t = \(keys) return t", "local f = print \(tables)", "local f = print return \(sums)",
        ] {
            #expect(ScriptCheck(SourceText(Array(text.utf8))).findings.allSatisfy { $0.rule != .syntax })
        }
    }
}
