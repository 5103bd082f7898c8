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

    @Test("a value added in mid-stream is found from the held bytes on")
    func addsInMidStream() throws {
        let alphabet = bytes("ab")
        for seed in 0..<300 {
            var random = SeededGenerator(seed: UInt64(seed) + 9000)
            var pair = try Pair(values(alphabet, 6...14, &random))
            let late = random.bytes(Int.random(in: 4...14, using: &random), of: alphabet)
            let first = text(pair.oracle.texts + [late], alphabet, &random)
            let second = text(pair.oracle.texts + [late], alphabet, &random)
            let stream = pair.masker.makeStream()
            var got = stream.masked(first)
            let held = stream.heldCount
            let decided = pair.oracle
            try pair.add(late, name: "late")
            got += stream.masked(second) + stream.finished()
            let want = lateOracle(decided, pair.oracle, first, held, second)
            if let want { #expect(got == want, "seed \(seed)") }
            if let want, got != want { return }
        }
    }

    /// What must come out where the first part's decided bytes end outside of a find; nil where they end inside one.
    private func lateOracle(
        _ old: NaiveMasker, _ new: NaiveMasker, _ first: [UInt8], _ held: Int, _ second: [UInt8]
    ) -> [UInt8]? {
        let decided = Array(first.dropLast(held))
        let rest = Array(first.suffix(held)) + second
        let marker: [UInt8] = [0xff]
        // A find across the border shows as a difference between the whole and its two parts.
        guard old.mask(first) == old.mask(decided) + old.mask(Array(first.suffix(held))) else { return nil }
        guard old.mask(decided + marker) == old.mask(decided) + marker else { return nil }
        return old.mask(decided) + new.mask(rest)
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
                #expect(!output.contains(needle), "seed \(seed)")
            }
            #expect(output == pair.oracle.mask(text), "seed \(seed)")
        }
    }
}
