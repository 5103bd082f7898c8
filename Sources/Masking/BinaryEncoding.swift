/// base64 and its URL alphabet (RFC 4648).
enum Base64Alphabet {
    case standard, url

    private static let standardCharacters: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let urlCharacters: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The 64 characters.
    var characters: UnsafePointer<UInt8> {
        unsafe self == .standard ? Self.standardCharacters.utf8Start : Self.urlCharacters.utf8Start
    }

    /// The character of the low six bits.
    @inline(__always) func character(_ sextet: UInt32) -> UInt8 {
        // In bounds: there are 64.
        unsafe characters[Int(truncatingIfNeeded: sextet & 63)]
    }
}

/// The arithmetic of base64: which bits make which character.
enum Base64 {
    static let padding: UInt8 = 0x3d

    /// The first bit of a text that begins a character of its own after `alignment` bytes of the same group.
    static func firstBit(_ alignment: Int) -> UInt8 { UInt8((6 - alignment * 8 % 6) % 6) }

    /// How many characters have all their six bits in `count` bytes.
    static func coreCount(_ count: Int, alignment: Int) -> Int { (count * 8 - Int(firstBit(alignment))) / 6 }

    /// How many characters `count` bytes become to the end, from the first that is all their own.
    static func count(_ count: Int, padded: Bool, alignment: Int = 0) -> Int {
        let all = alignment + count
        return (padded ? (all + 2) / 3 * 4 : (all * 8 + 5) / 6) - (alignment * 8 + 5) / 6
    }

    /// The character that begins at `bit`, which lies in `first`.
    @inline(__always) static func character(
        _ first: UInt8, _ next: UInt8, bit: Int, _ alphabet: Base64Alphabet
    ) -> UInt8 {
        alphabet.character((UInt32(first) << 8 | UInt32(next)) >> UInt32(10 - bit % 8))
    }

    /// At which alignments the base64 of `text` has one of the two characters in which the alphabets differ.
    static func special(_ text: Span<UInt8>) -> (Bool, Bool, Bool) {
        guard holdsFiveOnes(text) else { return (false, false, false) }
        return (hasSpecial(text, alignment: 0), hasSpecial(text, alignment: 1), hasSpecial(text, alignment: 2))
    }

    /// Whether five bits in a row are ones: 62 and 63, the numbers of those characters, begin so.
    private static func holdsFiveOnes(_ text: Span<UInt8>) -> Bool {
        var bits: UInt32 = 0
        for index in text.indices {
            bits = bits &<< 8 | UInt32(text[index])
            let pairs = bits & (bits &<< 1)
            if pairs & (pairs &<< 2) & (bits &<< 4) & 0xfff0 != 0 { return true }
        }
        return false
    }

    private static func hasSpecial(_ text: Span<UInt8>, alignment: Int) -> Bool {
        var bit = Int(firstBit(alignment))
        while bit < text.count * 8 {
            let next = bit / 8 + 1 < text.count ? text[bit / 8 + 1] : 0
            let pair = UInt32(text[bit / 8]) << 8 | UInt32(next)
            if (pair >> UInt32(10 - bit % 8)) & 63 >= 62 { return true }
            bit += 6
        }
        return false
    }
}
