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

    @Test func `may have any number of labels`() {
        let text = (0..<20_000).map { "goto l\($0)\n::l\($0)::\n" }.joined()
        #expect(ScriptCheck(SourceText(Array(text.utf8))).findings.isEmpty)
        let twice = "do ::a:: end ::a:: do goto a end ::a::"
        #expect(ScriptCheck(SourceText(Array(twice.utf8))).findings.map(\.column) == [36])
    }
}
