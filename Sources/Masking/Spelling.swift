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

    /// Writes the first `count` bytes of the spelling of `text` to `room`, in one go; `inner` is room for as many.
    func write(
        first count: Int, of text: UnsafeBufferPointer<UInt8>, to room: UnsafeMutablePointer<UInt8>,
        inner: UnsafeMutablePointer<UInt8>
    ) {
        switch kind {
        case .plain: for index in 0..<count { unsafe room[index] = unsafe text[index] }
        case .hex: unsafe writeHex(count, of: text, to: room)
        case .base64:
            unsafe writeBase64(count, of: text.baseAddress ?? TextView.nothing, text.count, firstBit, to: room)
        case .base64Twice:
            // Three inner characters make four outer ones; those at the ends may lend bits alone.
            let needed = min(Int(innerCount), count * 3 / 4 + 2)
            unsafe writeBase64(needed, of: text.baseAddress ?? TextView.nothing, text.count, firstBit, to: inner)
            unsafe writeBase64(count, of: inner, Int(innerCount), outerBit, to: room)
        }
    }

    private func writeHex(
        _ count: Int, of text: UnsafeBufferPointer<UInt8>, to room: UnsafeMutablePointer<UInt8>
    ) {
        let letters: UInt8 = isSecond ? 0x41 : 0x61
        @inline(__always) func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : letters + value - 10 }
        let step = separator == 0 ? 2 : 3
        var (index, place) = (0, 0)
        while index < count {
            let byte = unsafe text[place]
            unsafe room[index] = digit(byte >> 4)
            if index + 1 < count { unsafe room[index + 1] = digit(byte & 15) }
            if step == 3, index + 2 < count { unsafe room[index + 2] = separator }
            index += step
            place += 1
        }
    }

    /// The base64 of `length` bytes from bit `first` on.
    private func writeBase64(
        _ count: Int, of bytes: UnsafePointer<UInt8>, _ length: Int, _ first: UInt8,
        to room: UnsafeMutablePointer<UInt8>
    ) {
        let characters = alphabet
        var (place, bits, left) = (0, UInt32(0), -Int(first))
        for index in 0..<count {
            while left < 6, place < length {
                bits = bits &<< 8 | (unsafe UInt32(bytes[place]))
                place += 1
                left += 8
            }
            if left <= 0 {
                unsafe room[index] = Base64.padding
            } else if left < 6 {
                unsafe room[index] = characters.character(bits &<< UInt32(6 - left))
                left = 0
            } else {
                left -= 6
                unsafe room[index] = characters.character(bits &>> UInt32(left))
            }
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
