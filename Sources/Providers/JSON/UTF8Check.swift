/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
enum UTF8Check {
    /// The length of the well-formed character at `index`, or nil.
    static func length(of bytes: Span<UInt8>, at index: Int) -> Int? {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        guard let (length, second) = shape(of: first), index + length <= bytes.count else { return nil }
        guard second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
        return length
    }

    /// Whether the text ends within a character that is well-formed so far.
    static func isCut(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        guard let (length, second) = shape(of: bytes[index]), index + length > bytes.count else { return false }
        if index + 1 < bytes.count, !second.contains(bytes[index + 1]) { return false }
        return true
    }

    /// Whether all of it is well-formed.
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            guard let length = length(of: bytes, at: index) else { return false }
            index += length
        }
        return true
    }

    /// Length and allowed second byte, as in table 3-7 of the Unicode standard.
    private static func shape(of first: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
        switch first {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (3, 0x80...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: nil
        }
    }
}
