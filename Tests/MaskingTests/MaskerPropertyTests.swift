import Masking
import SecretMemory
import TestSupport
import Testing

/// Random values and texts over small alphabets, so that overlaps abound, against the oracle.
@Suite struct MaskerPropertyTests {
    /// Texts made of pieces of needles, so that near misses and overlaps are the rule.
    private func text(_ needles: [[UInt8]], _ alphabet: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            if Bool.random(using: &random), let needle = needles.randomElement(using: &random) {
                let start = Bool.random(using: &random) ? 0 : Int.random(in: 0..<needle.count, using: &random)
                let end =
                    Bool.random(using: &random) ? needle.count : Int.random(in: start...needle.count, using: &random)
                text += needle[start..<end].prefix(120)
            } else {
                text += random.bytes(Int.random(in: 0...6, using: &random), of: alphabet)
            }
        }
        return text
    }

    private func values(_ alphabet: [UInt8], _ lengths: ClosedRange<Int>, _ random: inout SeededGenerator) -> [[UInt8]]
    {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            random.bytes(Int.random(in: lengths, using: &random), of: alphabet)
        }
    }

    @Test(
        "any text comes out as the oracle says, whatever the cuts",
        arguments: [
            ("ab", 4...7, 300), ("ab", 4...20, 300), ("abc", 8...30, 200), ("a\n b", 4...30, 200),
            ("\u{0}aé/'\"\\&\n\r", 4...40, 250), ("a", 4...60, 60), ("abcdefghijk", 15...60, 150),
        ] as [(String, ClosedRange<Int>, Int)])
    func equalsOracle(alphabet: String, lengths: ClosedRange<Int>, cases: Int) throws {
        let alphabet = bytes(alphabet)
        for seed in 0..<cases {
            var random = SeededGenerator(seed: UInt64(seed))
            let pair = try Pair(values(alphabet, lengths, &random))
            for _ in 0..<4 {
                let text = text(pair.oracle.texts, alphabet, &random)
                let want = pair.oracle.mask(text)
                for cut in Cut.allCases {
                    let stream = pair.masker.makeStream()
                    var got: [UInt8] = []
                    for piece in cut.pieces(text, &random) { got += stream.masked(piece) }
                    got += stream.finished()
                    #expect(got == want, "seed \(seed), \(cut), text \(text)")
                    guard got == want else { return }
                }
                #expect(pair.oracle.finds(in: text) || want == text)
            }
        }
    }

    @Test(
        "after every write only the longest end that is a proper prefix of a needle is held",
        arguments: [("ab", 4...12), ("abc\n", 8...24), ("aé'", 8...20), ("abcdefgh", 15...40)]
            as [(String, ClosedRange<Int>)])
    func holdsTheLeast(alphabet: String, lengths: ClosedRange<Int>) throws {
        let alphabet = bytes(alphabet)
        for seed in 0..<40 {
            var random = SeededGenerator(seed: UInt64(seed) + 7000)
            let pair = try Pair(values(alphabet, lengths, &random))
            let text = text(pair.oracle.texts, alphabet, &random)
            let stream = pair.masker.makeStream()
            var before: [UInt8] = []
            for piece in Cut.random.pieces(text, &random) {
                _ = stream.masked(piece)
                before += piece
                let want = pair.oracle.heldCount(after: before)
                #expect(stream.heldCount == want, "seed \(seed), text \(before)")
                guard stream.heldCount == want else { return }
            }
        }
    }

    /// Forms as encoders wrap them, and as nobody does.
    private func wrap(_ form: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        let lineBreak = bytes(["\n", "\r\n", "\n ", "\n\t  ", "\r\n    "].randomElement(using: &random) ?? "\n")
        let columns = [1, 2, 3, 7, 16, 30, 60].randomElement(using: &random) ?? 1
        let first = Int.random(in: 0..<columns, using: &random)
        return form.enumerated().flatMap { $0 > 0 && ($0 + first) % columns == 0 ? lineBreak + [$1] : [$1] }
    }

    @Test("wrapped forms come out as the oracle says, whatever the cuts", arguments: ["ab", "abcdefgh/?", "é'\n "])
    func wrapsAsOracle(alphabet: String) throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: UInt64(seed) + 500)
            let pair = try Pair(values(bytes(alphabet), 8...24, &random))
            let forms = pair.oracle.texts
            var text: [UInt8] = []
            for _ in 0..<4 {
                text += random.bytes(Int.random(in: 0...3, using: &random), of: bytes("Y6 \n"))
                text += wrap(forms.randomElement(using: &random) ?? [], &random).prefix(200)
            }
            for cut in Cut.allCases {
                let stream = pair.masker.makeStream()
                var (got, before): ([UInt8], [UInt8]) = ([], [])
                for piece in cut.pieces(text, &random) {
                    got += stream.masked(piece)
                    before += piece
                    guard cut == .random else { continue }
                    #expect(stream.heldCount == pair.oracle.heldCount(after: before), "seed \(seed), \(before)")
                }
                got += stream.finished()
                #expect(got == pair.oracle.mask(text), "seed \(seed), \(cut), text \(string(text))")
            }
        }
    }

    @Test(
        "a value added in mid-stream is found from the held bytes on, on a terminal too", arguments: [false, true],
        ["ab", "a\nb"])
    func addsInMidStream(forTerminal: Bool, alphabet: String) throws {
        let alphabet = bytes(alphabet)
        for seed in 0..<100 {
            var random = SeededGenerator(seed: UInt64(seed) + 9000)
            let pair = try Pair(values(alphabet, 6...14, &random))
            let late = random.bytes(Int.random(in: 4...14, using: &random), of: alphabet)
            let text = text(pair.oracle.texts + [late], alphabet, &random)
            let stream = pair.masker.makeStream(forTerminal: forTerminal)
            var want = NaiveStream(pair.oracle, forTerminal: forTerminal)
            var got: [UInt8] = []
            let pieces = Cut.random.pieces(text, &random)
            for (number, piece) in pieces.enumerated() {
                if number == pieces.count / 2 {
                    try pair.masker.add(try SecretBytes(copying: late.span), name: "late")
                    want.add(late, name: "late")
                }
                got += stream.masked(piece)
                want.write(piece)
                #expect(stream.heldCount == want.heldCount, "seed \(seed)")
            }
            got += stream.finished()
            #expect(got == want.output, "seed \(seed)")
        }
    }

    @Test("no form of a value is left in the output, whatever the neighbours")
    func leavesNoNeedle() throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: UInt64(seed) + 100)
            let value = random.bytes(
                Int.random(in: 8...90, using: &random), of: Array(33...126) + [10, 32, 0xc3, 0xa9])
            let pair = try Pair([value])
            var text: [UInt8] = []
            for needle in pair.oracle.texts { text += random.bytes(3, of: Array(0...255)) + needle }
            let output = pair.masker.mask(text)
            for needle in pair.oracle.texts where needle.count >= 8 {
                #expect(!output.contains(needle), "seed \(seed): \(needle) of \(value)")
            }
            #expect(output == pair.oracle.mask(text), "seed \(seed)")
        }
    }
}
