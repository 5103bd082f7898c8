import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Masking

/// Marks in a text: where they are in what comes out, whatever is masked, held back or cut.
@Suite struct MarkTests {
    /// Marks behind each line end, and where they come out.
    private func written(_ text: [UInt8], _ cut: Cut, _ masker: Masker, _ random: inout SeededGenerator) -> (
        output: [UInt8], places: [Int]
    ) {
        var (output, places): ([UInt8], [Int]) = ([], [])
        let stream = masker.makeStream()
        stream.onMarkOut = { ahead in places.append(output.count + ahead) }
        for piece in cut.pieces(text, &random) {
            for (index, byte) in piece.enumerated() where byte == 10 { stream.mark(after: index + 1) }
            stream.write(piece.span) { output.append(copying: $0) }
        }
        stream.finish { output.append(copying: $0) }
        return (output, places)
    }

    @Test(
        "lie where they were put, and behind the mask that they are in",
        arguments: ["ab\n", "68756e7465723232\n", "aHVudGVyMjI=\n"])
    func lieInPlace(alphabet: String) throws {
        let alphabet = bytes(alphabet)
        for seed in 0..<120 {
            var random = SeededGenerator(seed: UInt64(seed) + 31_000)
            let masker = try Masker()
            masker.takesEvenTime = seed % 3 == 0
            try masker.add(try SecretBytes(copying: bytes("hunter22").span), name: "V")
            for number in 0..<3 {
                let value = random.bytes(Int.random(in: 4...12, using: &random), of: alphabet)
                let origin = [Masker.Origin.vault, .derived, .brought, .script].randomElement(using: &random) ?? .vault
                try masker.add(try SecretBytes(copying: value.span), name: "S\(number)", origin: origin)
            }
            let text = random.bytes(200, of: alphabet)
            let whole = written(text, .whole, masker, &random)
            #expect(whole.output == masker.mask(text), "seed \(seed)")
            #expect(whole.places.count == text.count { $0 == 10 }, "seed \(seed)")
            #expect(whole.places == whole.places.sorted(), "seed \(seed)")
            // A line end, or the end of the mask that stands for one.
            for place in whole.places { #expect([10, 93].contains(whole.output[place - 1]), "seed \(seed)") }
            for cut in Cut.allCases { #expect(written(text, cut, masker, &random) == whole, "seed \(seed), \(cut)") }
        }
    }

    @Test func `are told as soon as all before them is out`() throws {
        let masker = try Masker()
        try masker.add(try SecretBytes(copying: bytes("hunter22").span), name: "V")
        let stream = masker.makeStream()
        var (count, places) = (0, [Int]())
        stream.onMarkOut = { ahead in places.append(count + ahead) }
        func write(_ text: String) {
            stream.mark(after: text.utf8.count)
            stream.write(bytes(text).span) { count += $0.count }
        }
        write("abc hunt")
        #expect(places.isEmpty)
        write("ing")
        #expect(places == [8])
        write(" hunter2")
        #expect(places == [8, 11])
        write("2 end")
        // Behind what is handed on next.
        #expect(places == [8, 11, 22, 26])
        stream.finish { count += $0.count }
        #expect(places.count == 4 && count == 26)
    }
}
