import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Masking

/// What hangs on how many forms there are, and how long they are: tables that grow, filters that change their shape.
@Suite struct ManyFormsTests {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Whether each form of `value`, alone and between other bytes, is one mask, wherever it lies in a write.
    private func expectMasked(_ value: [UInt8], _ name: String, by masker: Masker) {
        var oracle = NaiveMasker()
        oracle.add(value, name: name)
        let mask = Array("[secret:\(name)]".utf8)
        for (number, form) in oracle.texts.enumerated() {
            let before = [UInt8](repeating: 0, count: number % 41)
            let after = [UInt8](repeating: 0, count: number * 7 % 90)
            let got = masker.mask(before + form + after)
            #expect(got == before + mask + after, "\(name), form \(number) of \(form.count) bytes")
            guard got == before + mask + after else { return }
        }
    }

    @Test(
        "all forms of all values are masked however many come or were expected, and whatever length a later one has",
        arguments: [nil, (0, 1), (0, 130), (0, 2000), (20, 110), (44, 1), (60, 1)])
    func growsWithValues(expected: (at: Int, count: Int)?) throws {
        var random = SeededGenerator(seed: 11)
        let masker = try Masker()
        var values: [[UInt8]] = []
        for number in 0..<130 {
            // From 40 bytes on the windows of a filter are farther apart than below.
            let count = number == 100 ? 30 : number == 115 ? 17 : number == 125 ? 9 : 40
            let value = random.bytes(count, of: ManyFormsTests.letters)
            values.append(value)
            if let expected, expected.at == number { masker.expect(values: expected.count, bytes: expected.count * 40) }
            try masker.add(try SecretBytes(copying: value.span), name: "S\(number)")
            guard [0, 1, 10, 43, 44, 45, 99, 100, 115, 125, 129].contains(number) else { continue }
            for known in Set([0, number / 2, number]) { expectMasked(values[known], "S\(known)", by: masker) }
        }
    }

    @Test("long values of many special characters are masked in every encoding", arguments: 0..<3)
    func writesLongTexts(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let special = Array("#~ab1/+=\"'\\`$&<>%!(){}[]*^|;:?@,.-_\t\n\r \u{7}\u{1b}\u{7f}".utf8)
        let value = random.bytes(700, of: special)
        let masker = try Masker()
        // The first makes the tables of the encodings ready, the second is written with them.
        let other = random.bytes(700, of: special)
        try masker.add(try SecretBytes(copying: other.span), name: "other")
        try masker.add(try SecretBytes(copying: value.span), name: "S")
        var oracle = NaiveMasker()
        oracle.add(value, name: "S")
        for form in oracle.texts where form.count >= 700 {
            #expect(string(masker.mask([0] + form + [0])) == "\u{0}[secret:S]\u{0}")
        }
    }

    @Test("a value of many line breaks has room for all its forms", arguments: ["\n", "\r\n", "\n \n"])
    func writesLineBreaks(lineBreak: String) throws {
        let value = bytes("hunter22" + String(repeating: lineBreak, count: 1500) + "&")
        let masker = try Masker()
        try masker.add(try SecretBytes(copying: value.span), name: "S")
        let escaped = bytes("hunter22" + String(repeating: "&#xD;&#xA;", count: 1500) + "&amp;")
        guard lineBreak != "\n \n" else { return }
        #expect(string(masker.mask(escaped)) == "[secret:S]")
    }

    @Test("a carriage return at the end of a write is half of a line break inside of a form", arguments: 0..<60)
    func seesHalfABreak(before: Int) throws {
        let masker = try Masker()
        let value = bytes("correct horse")
        try masker.add(try SecretBytes(copying: value.span), name: "S")
        let form = bytes("Y29ycmVjdCBob3JzZQ==")
        let foreign = [UInt8](repeating: 0x78, count: before)
        for count in 4...12 {
            let stream = masker.makeStream()
            let output =
                stream.masked(foreign + form[..<count] + [13]) + stream.masked([10] + form[count...] + [46])
                + stream.finished()
            #expect(string(output) == string(foreign) + "[secret:S].", "after \(count) bytes of the form")
        }
    }

    @Test("values with one beginning cost a text no more than one value does")
    func isLinearWithOneBeginning() throws {
        var random = SeededGenerator(seed: 4)
        let beginning = bytes("correct-horse-battery-staple-")
        let masker = try Masker()
        for number in 0..<300 {
            let value = beginning + random.bytes(11, of: ManyFormsTests.letters)
            try masker.add(try SecretBytes(copying: value.span), name: "S\(number)")
        }
        let stream = masker.makeStream()
        let text = bytes(String(repeating: "correct-horse-battery-staple-!", count: 2000))
        #expect(stream.masked(text) + stream.finished() == text)
        #expect(Double(stream.stepsForTesting) / Double(text.count) < 12)
    }

    @Test("words are found by how they begin, however they came")
    func ordersWords() throws {
        var random = SeededGenerator(seed: 6)
        let words = try SortedWords()
        var known: [UInt64] = []
        for number in 0..<6000 {
            let word = UInt64.random(in: 0...UInt64.max, using: &random) & 0x0f0f_ffff_ffff_ffff
            try words.reserveOne()
            words.insert(word)
            known.append(word)
            // Now and then, often at first: what is not in order yet is put in order then.
            guard number < 300 || number % 733 == 0 else { continue }
            for count in 1...7 {
                let asked = UInt64.random(in: 0...UInt64.max, using: &random) & 0x0f0f_ffff_ffff_ffff
                for begin in [asked, known[number / 2], word] {
                    let mask = ~(UInt64.max >> UInt64(count * 8))
                    let wanted = known.filter { word in word & mask == begin & mask }
                    let found = words.first(beginningLike: begin, count: count)
                    if let found { #expect(wanted.contains(found)) } else { #expect(wanted.isEmpty) }
                }
            }
        }
    }
}
