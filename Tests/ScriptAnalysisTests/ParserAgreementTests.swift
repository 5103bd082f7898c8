import Foundation
import ScriptAnalysis
import TestSupport
import Testing

/// The parser takes what Lua takes, and refuses what Lua refuses: both read the same texts.
@Suite struct `The parser and Lua` {
    private static func scripts() throws -> [[UInt8]] {
        var texts: [[UInt8]] =
            PlantedMistake.all.map { Array($0.text.utf8) } + `What check leaves alone`.scripts.map { Array($0.utf8) }
        for folder in ["stdlib", "scripts", "Sources/CEmbedded/prelude", "Tests/AttackTests/scripts"] {
            let path = Program.repository + "/" + folder
            for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() where name.hasSuffix(".lua")
            {
                texts.append(Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))))
            }
        }
        return texts.map { text in
            // A text in which credentials stand is out of reach of `fs.read`.
            let text = Array(String(decoding: text, as: UTF8.self).replacing("INFISICAL_", with: "INF1SICAL_").utf8)
            return text.first == UInt8(ascii: "#") ? Array("--".utf8) + text : text
        }
    }

    /// Texts with one small change each: a word left out, doubled or put elsewhere, a byte changed.
    private static func mutants(_ texts: [[UInt8]], _ count: Int) -> [[UInt8]] {
        var random = SplitMix(state: 20_261_127)
        let pieces = [
            "end", "(", ")", "{", "}", "=", "::a::", "goto a", "local x <const> = 1", "...", "break", "\"", "[[", "0x",
            "..", "if", "~", "return", "a.b:c()", "until", "\\", "--[[",
        ]
        return (0..<count).map { _ in
            var text = texts[random.below(texts.count)]
            if text.count > 3000 { text = Array(text[..<3000]) }
            for _ in 0...random.below(2) {
                let place = random.below(text.count + 1)
                switch random.below(4) {
                case 0: text.removeSubrange(place..<min(text.count, place + 1 + random.below(6)))
                case 1: text.insert(contentsOf: Array((" " + pieces[random.below(pieces.count)] + " ").utf8), at: place)
                case 2: if place < text.count { text[place] = UInt8(32 + random.below(95)) }
                default: text = Array(text[..<place])
                }
            }
            // A first line that begins so is skipped in a file alone.
            return text.first == UInt8(ascii: "#") ? [] : text
        }
    }

    private struct SplitMix {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
        }
    }

    /// What Lua says of each text: nil where it takes it.
    private static func verdicts(_ texts: [[UInt8]]) throws -> [String?] {
        let folder = try TemporaryFolder()
        for (place, text) in texts.enumerated() {
            try Data(text).write(to: URL(fileURLWithPath: folder.path + "/\(place).lua"))
        }
        let outcome = try Program.script(
            """
            for i = 0, tonumber(arg[2]) - 1 do
              local f, message = load(fs.read(arg[1] .. "/" .. i .. ".lua"), "=x")
              print(f and "" or (message:gsub("[%c]", " ")))
            end
            """, [folder.path, "\(texts.count)"])
        #expect(outcome.code == 0, "\(outcome.errorText)")
        return outcome.output.split(separator: 10, omittingEmptySubsequences: false).prefix(texts.count)
            .map { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
    }

    @Test func `agree on every script of the repository and on 4000 damaged ones`() throws {
        let scripts = try Self.scripts()
        let texts = scripts + Self.mutants(scripts, 4000)
        let verdicts = try Self.verdicts(texts)
        try #require(verdicts.count == texts.count)
        var differences: [String] = []
        for (text, verdict) in zip(texts, verdicts) {
            let fault = ScriptCheck(SourceText(text)).findings.first { $0.rule == .syntax }
            guard (fault == nil) != (verdict == nil) else { continue }
            differences.append(
                "Lua: \(verdict ?? "takes it"); check: \(fault.map { "\($0)" } ?? "takes it"): \(String(decoding: text.prefix(400), as: UTF8.self))"
            )
        }
        #expect(verdicts.contains { $0 == nil } && verdicts.contains { $0 != nil })
        #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(3))")
    }
}

/// Texts that mean harm: none may crash the reader, and none may take it long.
@Suite struct `Hostile texts` {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let code: Int32
        var testDescription: String { name }
    }

    private static func many(_ text: String, _ count: Int = 100_000) -> String { String(repeating: text, count: count) }

    static let cases: [Case] = [
        Case(name: "brackets", text: "x = " + many("("), code: 2),
        Case(name: "tables", text: "x = " + many("{"), code: 2),
        Case(name: "functions", text: many("return function() "), code: 2),
        Case(name: "blocks", text: many("do "), code: 2),
        Case(name: "signs", text: "x = " + many("- "), code: 2),
        Case(name: "joins", text: "x = a" + many(" .. a"), code: 2),
        Case(name: "calls of spawn in each other", text: many("spawn{ ", 180) + many("}", 180), code: 2),
        Case(
            name: "loops in each other", text: many("for k, v in pairs((function() ", 40) + many(" end)()) do end", 40),
            code: 0),
        Case(name: "sums", text: "local a = 1 print(a" + many(" + a") + ")", code: 0),
        Case(
            name: "sums with functions in them",
            text: "local a = 1 " + many("local f = a" + many(" + a", 250) + " + (function() ", 35) + many(" end)", 35),
            code: 0),
        Case(name: "fields", text: "local a = {} print(a" + many(".a") + ")", code: 0),
        Case(name: "calls", text: "print" + many("()") + "", code: 0),
        Case(name: "labels", text: many("::a::"), code: 2),
        Case(name: "locals", text: many("local a = 1 "), code: 2),
        Case(name: "unknown names", text: many("x() "), code: 2),
        Case(name: "long name", text: "print(" + many("a") + ")", code: 2), Case(name: "nothing", text: "", code: 0),
        Case(name: "NUL", text: "print('\u{0}')\u{0}", code: 2),
        Case(
            name: "assignments in a circle",
            text: many("do local a, b, c a = b b = c c = a print('x' .. a) end ", 5000), code: 0),
    ]

    @Test(arguments: cases)
    func `are read to the end or refused`(testCase: Case) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("hostile.lua", testCase.text)
        let outcome = try Program.run(["check", file], timeLimitSeconds: 60)
        #expect(outcome.code == testCase.code, "\(String(outcome.description.prefix(600)))")
        #expect(outcome.output.count < 1 << 20)
    }

    @Test func `any bytes are text or a fault`() {
        for seed in 0..<200 {
            let bytes = (0..<400).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 &+ seed &* 40_503) >> 7) }
            let findings = ScriptCheck(SourceText(bytes)).findings
            #expect(findings.allSatisfy { $0.line >= 1 && $0.column >= 1 })
        }
    }
}
