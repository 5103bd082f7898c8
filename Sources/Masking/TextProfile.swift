/// Which bytes a text holds.
struct TextProfile: Equatable {
    /// ASCII bytes below 64, and the others.
    let low: UInt64
    let high: UInt64
    /// A byte above ASCII.
    let hasHigh: Bool
    /// The first byte where it can count: some encodings treat it in its own way.
    let first: UInt8

    /// Letters, digits and `_` as such a set, and `-.`.
    private static let plain = (low: UInt64(0x03ff_0000_0000_0000), high: UInt64(0x07ff_fffe_87ff_fffe))
    private static let joints: UInt64 = 0x6000_0000_0000

    /// Letters, digits and `_`, which no encoding changes, count as none; `-` and `.` count for some of the rare ones.
    init(_ text: Span<UInt8>, countsJoints: Bool) {
        let canCount =
            !text.isEmpty && text[0] < 0x80 && (countsJoints && text[0] == 0x2e || !isPlain(text[0]))
        first = canCount ? text[0] : 0x61
        // The parts of the set, by the byte's two highest bits: no branch to guess.
        var (low, high, above) = (UInt64(0), UInt64(0), UInt8(0))
        for index in text.indices {
            let byte = text[index]
            let bit = UInt64(1) &<< UInt64(byte & 63)
            low |= byte < 64 ? bit : 0
            high |= byte < 64 ? 0 : bit
            above |= byte
        }
        hasHigh = above >= 0x80
        if hasHigh { high = TextProfile.highASCII(text) }
        let plain = TextProfile.plain.low | (countsJoints ? 0 : TextProfile.joints)
        (self.low, self.high) = (low & ~plain, high & ~TextProfile.plain.high)
    }

    /// The bytes from 64 to 127 alone.
    private static func highASCII(_ text: Span<UInt8>) -> UInt64 {
        var set: UInt64 = 0
        for index in text.indices where text[index] & 0xc0 == 0x40 { set |= 1 << UInt64(text[index] & 63) }
        return set
    }

    /// Every encoding leaves the text as it is.
    var isUnchanged: Bool { low | high == 0 && !hasHigh }

    /// Most encodings leave the text as it is: letters, digits, `-`, `.` and `_` only.
    var isOfWords: Bool { low & ~TextProfile.joints | high == 0 && !hasHigh }

    func holds(_ byte: UInt8) -> Bool { (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1 }

    /// Makes `draft` a text of the same ASCII bytes, each once, with the same first byte: what each of them becomes shows
    /// on it.
    func writeSample(to draft: Draft) {
        draft.clear()
        draft.append(first)
        for byte in 0..<128 as Range<UInt8> where holds(byte) { draft.append(byte) }
    }
}
