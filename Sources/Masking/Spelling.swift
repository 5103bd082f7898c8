/// How a needle writes its text: as it is, or in digits that are computed when they are asked for.
///
/// So a value lies in secret memory once, however many forms it has.
struct Spelling {
    enum Kind: UInt8 { case plain, hex, base64, base64Twice }

    private(set) var kind = Kind.plain
    /// Capitals, or the URL alphabet.
    private var isSecond = false
    /// Between the bytes of `hex`; 0 for none.
    private(set) var separator: UInt8 = 0
    /// The first bit of the text that the first character shows, in the inner and in the outer base64.
    private var firstBit: UInt8 = 0
    private var outerBit: UInt8 = 0
    /// The length of the inner base64.
    private var innerCount: Int32 = 0

    static let plain = Spelling()

    static func hex(upper: Bool, separator: UInt8) -> Spelling {
        var spelling = Spelling()
        (spelling.kind, spelling.isSecond, spelling.separator) = (.hex, upper, separator)
        return spelling
    }

    /// base64 after `alignment` (0, 1 or 2) foreign bytes, from the first character that is all the text's own.
    static func base64(_ alphabet: Base64Alphabet, alignment: Int) -> Spelling {
        var spelling = Spelling()
        (spelling.kind, spelling.isSecond) = (.base64, alphabet == .url)
        spelling.firstBit = Base64.firstBit(alignment)
        return spelling
    }

    /// base64 of `innerCount` characters of `inner`.
    static func base64Twice(_ inner: Spelling, innerCount: Int, alignment: Int) -> Spelling {
        var spelling = inner
        spelling.kind = .base64Twice
        spelling.outerBit = Base64.firstBit(alignment)
        spelling.innerCount = Int32(innerCount)
        return spelling
    }

    /// Line breaks may stand inside: docs/masking-forms.md, "Line breaks".
    var looksThroughBreaks: Bool { kind != .plain }
    /// Hexadecimal with blanks, for which a line break can stand.
    var isSpaced: Bool { kind == .hex && separator == 0x20 }

    /// The byte at `index` of the spelling of `text`.
    func byte(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        switch kind {
        case .plain: unsafe text[index]
        case .hex: unsafe hexByte(index, of: text)
        case .base64: unsafe base64Byte(index, of: text)
        case .base64Twice: unsafe outerByte(index, of: text)
        }
    }

    private func hexByte(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        let step = separator == 0 ? 2 : 3
        let (place, part) = index.quotientAndRemainder(dividingBy: step)
        guard part < 2 else { return separator }
        let byte = unsafe UInt32(text[place])
        return hexDigit(part == 0 ? byte >> 4 : byte, upper: isSecond)
    }

    private func base64Byte(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        let bit = Int(firstBit) + index * 6
        guard bit < text.count * 8 else { return Base64.padding }
        let next = bit / 8 + 1 < text.count ? unsafe text[bit / 8 + 1] : 0
        return Base64.character(unsafe text[bit / 8], next, bit: bit, alphabet)
    }

    private func outerByte(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        let bit = Int(outerBit) + index * 6
        guard bit < Int(innerCount) * 8 else { return Base64.padding }
        let next = bit / 8 + 1 < Int(innerCount) ? unsafe base64Byte(bit / 8 + 1, of: text) : 0
        return Base64.character(unsafe base64Byte(bit / 8, of: text), next, bit: bit, alphabet)
    }

    private var alphabet: Base64Alphabet { isSecond ? .url : .standard }
}
