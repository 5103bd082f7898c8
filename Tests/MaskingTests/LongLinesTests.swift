import CSystemShims
import Masking
import SecretMemory
import TestSupport
import Testing

/// Forms broken between long lines, of which few windows are looked up, against the oracle.
///
/// One test after the other: which instructions are used holds for all.
@Suite(.serialized) struct LongLinesTests {
    private static let breaks = ["\n", "\n", "\n", "\r\n", "\n  ", "\r\n\t"]

    /// A line as logs have them, of digits at its ends too.
    private func line(_ lengths: ClosedRange<Int>, _ random: inout SeededGenerator) -> [UInt8] {
        random.bytes(Int.random(in: lengths, using: &random), of: bytes("abcdef0123456789 abcdefgh:=/-.Z"))
    }

    private func text(_ forms: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        let lineBreak = bytes(LongLinesTests.breaks.randomElement(using: &random) ?? "\n")
        let form = forms.randomElement(using: &random) ?? []
        let columns = Int.random(in: 20...80, using: &random)
        let first = Int.random(in: 0..<columns, using: &random)
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) { text += line(30...150, &random) + lineBreak }
        text += line(0...80, &random)
        for (index, byte) in form.prefix(400).enumerated() {
            if index > 0, (index + first) % columns == 0 { text += lineBreak }
            text.append(byte)
        }
        text += line(0...80, &random)
        for _ in 0..<Int.random(in: 0...2, using: &random) { text += lineBreak + line(30...150, &random) }
        return text
    }

    @Test(
        "a form broken between long lines is found wherever it lies, with and without the processor's own instructions",
        arguments: [[64], [40, 41], [26], [17], [12], [40, 12, 5]], [false, true])
    func findsBroken(lengths: [Int], isPlain: Bool) throws {
        vs_sys_scan_plainly_for_testing(isPlain)
        defer { vs_sys_scan_plainly_for_testing(false) }
        let alphabet = bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var random = SeededGenerator(seed: UInt64(lengths[0]))
        let pair = try Pair(lengths.map { random.bytes($0, of: alphabet) })
        let forms = pair.oracle.texts.filter { $0.count > 8 }
        for number in 0..<1500 {
            let text = text(forms, &random)
            let want = pair.oracle.mask(text)
            #expect(pair.masker.mask(text) == want, "number \(number): \(string(text))")
            let stream = pair.masker.makeStream()
            let cut = Int.random(in: 0...text.count, using: &random)
            let got = stream.masked(Array(text[..<cut])) + stream.masked(Array(text[cut...])) + stream.finished()
            #expect(got == want, "number \(number), cut at \(cut): \(string(text))")
            guard got == want else { return }
        }
    }

    @Test("what is found in a large text does not depend on the processor's own instructions")
    func findsTheSame() throws {
        var random = SeededGenerator(seed: 5)
        let pair = try Pair((0..<60).map { _ in random.bytes(40, of: bytes("abcdefghijklmnopqrstuvwxyz0123456789")) })
        let forms = pair.oracle.texts
        var large: [UInt8] = []
        while large.count < 200_000 { large += text(forms, &random) + [10] }
        let got = pair.masker.mask(large)
        vs_sys_scan_plainly_for_testing(true)
        defer { vs_sys_scan_plainly_for_testing(false) }
        #expect(pair.masker.mask(large) == got)
        #expect(got.count < large.count)
    }
}
