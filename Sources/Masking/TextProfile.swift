/// Which bytes a text holds.
struct TextProfile: Equatable {
    /// ASCII bytes below 64, and the others.
    private(set) var low: UInt64 = 0
    private(set) var high: UInt64 = 0
    /// A byte above ASCII.
    private(set) var hasHigh = false
    /// The first byte where it can count: some encodings treat it in its own way.
    private let first: UInt8

    /// Letters, digits and `-._`, which no encoding changes, count as none.
    init(_ text: Span<UInt8>) {
        first = text.isEmpty || isPlain(text[0]) ? 0x61 : text[0]
        for index in text.indices {
            let byte = text[index]
            if isPlain(byte) {
                continue
            } else if byte < 64 {
                low |= 1 << UInt64(byte)
            } else if byte < 128 {
                high |= 1 << UInt64(byte - 64)
            } else {
                hasHigh = true
            }
        }
    }

    func holds(_ byte: UInt8) -> Bool { (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1 }

    /// Makes `draft` a text of the same ASCII bytes, each once, with the same first byte: what each of them becomes shows
    /// on it.
    func writeSample(to draft: Draft) {
        draft.clear()
        draft.append(first)
        for byte in 0..<128 as Range<UInt8> where holds(byte) { draft.append(byte) }
    }
}
