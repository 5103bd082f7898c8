/// How a needle writes its text: as it is, or in digits that are computed when they are asked for.
///
/// So a value lies in secret memory once, however many forms it has.
struct Spelling {
    enum Kind: UInt8 { case plain, escaped, hex, base64, base64Twice }

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

    /// As it is, with line breaks inside.
    private var isWrapped = false
    /// With characters at the end that hold bits of what follows, too: where nothing does.
    private var isWhole = false

    static let plain = Spelling()

    /// A text as it is that line breaks may stand in: an encoded form that is not spelled any more.
    static let wrappedText: Spelling = {
        var spelling = Spelling()
        spelling.isWrapped = true
        return spelling
    }()

    /// A backslash before each byte.
    static let escaped: Spelling = {
        var spelling = Spelling()
        spelling.kind = .escaped
        return spelling
    }()

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

    /// The same to the end of the text, its last character filled up.
    var whole: Spelling {
        var spelling = self
        spelling.isWhole = true
        return spelling
    }

    /// Different wherever other bits of the text stand beside it.
    var number: UInt16 {
        UInt16(kind.rawValue) | (isSecond ? 0x8 : 0) | (isWhole ? 0x10 : 0) | UInt16(firstBit) << 5 | UInt16(outerBit)
            << 8
    }

    /// Whether it is the text itself.
    var isPlain: Bool { kind == .plain }

    /// How many of the characters that `count` bytes of text become have no other bits; nil where all have.
    func ownCount(of count: Int) -> Int? {
        guard isWhole else { return nil }
        let inner = (count * 8 - Int(firstBit)) / 6
        return kind == .base64Twice ? (inner * 8 - Int(outerBit)) / 6 : inner
    }

    /// base64 to the end of the text, with something before it.
    var isWholeBehindOthers: Bool { isWhole && (firstBit | outerBit) != 0 }

    /// Line breaks may stand inside: docs/masking-forms.md, "Line breaks".
    var looksThroughBreaks: Bool {
        switch kind {
        case .plain, .escaped: isWrapped
        case .hex, .base64, .base64Twice: true
        }
    }
    /// Hexadecimal with blanks, for which a line break can stand.
    var isSpaced: Bool { kind == .hex && separator == 0x20 }

    /// The byte at `index` of the spelling of `text`.
    func byte(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        switch kind {
        case .plain: unsafe text[index]
        case .escaped: index & 1 == 0 ? 0x5c : unsafe text[index / 2]
        case .hex: unsafe hexByte(index, of: text)
        case .base64: unsafe base64Byte(index, of: text)
        case .base64Twice: unsafe outerByte(index, of: text)
        }
    }

    /// Writes the first `count` bytes of the spelling of `text` to `head`, and more: eight at a time, in one go.
    func write(first count: Int, of text: UnsafeBufferPointer<UInt8>, to head: NeedleHead) {
        let source = unsafe readable(text, head)
        let groups = (count + 7) / 8
        switch kind {
        case .plain: unsafe head.bytes.update(from: source, count: groups * 8)
        case .escaped: unsafe writeEscaped(groups * 4, of: source, to: head.bytes)
        case .hex: unsafe writeHex(count, of: source, to: head.bytes)
        case .base64: unsafe writeBase64(groups, of: source, text.count, firstBit, to: head.bytes)
        case .base64Twice:
            // Eight outer characters are of six inner ones and a part of a seventh.
            unsafe writeBase64((groups * 6 + 8) / 8, of: source, text.count, firstBit, to: head.inner)
            var place = Int(innerCount)
            while place < NeedleHead.count {
                unsafe head.inner[place] = 0
                place += 1
            }
            unsafe writeBase64(groups, of: head.inner, Int(innerCount), outerBit, to: head.bytes)
        }
    }

    /// The text where all that is read of it is there, else a copy with zeros after it.
    private func readable(_ text: UnsafeBufferPointer<UInt8>, _ head: NeedleHead) -> UnsafePointer<UInt8> {
        guard let start = text.baseAddress else { return unsafe TextView.nothing }
        guard text.count < NeedleHead.sourceCount else { return unsafe start }
        unsafe head.source.update(repeating: 0, count: NeedleHead.sourceCount)
        unsafe head.source.update(from: start, count: text.count)
        return unsafe UnsafePointer(head.source)
    }

    private static let smallPairs: StaticString = """
        000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
        202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\
        404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\
        606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f\
        808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\
        a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\
        c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
        e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
        """
    private static let largePairs: StaticString = """
        000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\
        202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F\
        404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F\
        606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F\
        808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F\
        A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF\
        C0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF\
        E0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF
        """

    private func writeEscaped(_ count: Int, of source: UnsafePointer<UInt8>, to room: UnsafeMutablePointer<UInt8>) {
        for index in 0..<count {
            unsafe room[index * 2] = 0x5c
            unsafe room[index * 2 + 1] = source[index]
        }
    }

    private func writeHex(_ count: Int, of source: UnsafePointer<UInt8>, to room: UnsafeMutablePointer<UInt8>) {
        let digits = unsafe UnsafeRawPointer(isSecond ? Spelling.largePairs.utf8Start : Spelling.smallPairs.utf8Start)
        let step = separator == 0 ? 2 : 3
        var (place, index) = (0, 0)
        while place < count {
            // In bounds: there are 256 pairs.
            let pair = unsafe digits.loadUnaligned(fromByteOffset: Int(source[index]) * 2, as: UInt16.self)
            unsafe UnsafeMutableRawPointer(room + place).storeBytes(of: pair, as: UInt16.self)
            if step == 3 { unsafe room[place + 2] = separator }
            place += step
            index += 1
        }
    }

    /// The base64 of `length` bytes from bit `first` on, in groups of eight characters of six bytes.
    private func writeBase64(
        _ groups: Int, of source: UnsafePointer<UInt8>, _ length: Int, _ first: UInt8,
        to room: UnsafeMutablePointer<UInt8>
    ) {
        let characters = unsafe alphabet.characters
        var place = 0
        for group in 0..<groups {
            var bits = unsafe loadWord(source + group &* 6).bigEndian &<< UInt64(first)
            let end = place &+ 8
            while place < end {
                // In bounds: there are 64 characters.
                unsafe room[place] = unsafe characters[Int(truncatingIfNeeded: bits &>> 58)]
                bits = bits &<< 6
                place &+= 1
            }
        }
        place = (length * 8 - Int(first) + 5) / 6
        while place < groups * 8 {
            unsafe room[place] = Base64.padding
            place += 1
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
