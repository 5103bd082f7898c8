/// base64 and hexadecimal: the rows of docs/masking-forms.md that take a value as bytes.
enum Base64Alphabet {
    case standard, url

    func character(_ sextet: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: sextet & 63)
        switch value {
        case 0..<26: return 0x41 + value
        case 26..<52: return 0x61 + value - 26
        case 52..<62: return 0x30 + value - 52
        case 62: return self == .standard ? 0x2b : 0x2d
        default: return self == .standard ? 0x2f : 0x5f
        }
    }
}

extension Draft {
    /// Appends the base64 characters of `source` that depend on no neighbour, when `alignment` (0, 1 or 2) bytes stand
    /// before it in its group of three: those whose six bits all lie inside.
    func appendBase64Core(_ source: Span<UInt8>, alignment: Int, _ alphabet: Base64Alphabet) {
        var bit = (6 - alignment * 8 % 6) % 6
        while bit + 6 <= source.count * 8 {
            let index = bit / 8
            let next = index + 1 < source.count ? UInt32(source[index + 1]) : 0
            let pair = UInt32(source[index]) << 8 | next
            append(alphabet.character(pair >> UInt32(10 - bit % 8)))
            bit += 6
        }
    }

    /// Appends the base64 of exactly `source`, with or without padding (RFC 4648).
    func appendBase64(_ source: Span<UInt8>, padded: Bool, _ alphabet: Base64Alphabet) {
        appendBase64Core(source, alignment: 0, alphabet)
        let left = source.count % 3
        guard left > 0 else { return }
        let last = UInt32(source[source.count - 1])
        append(alphabet.character(left == 1 ? last << 4 : last << 2))
        if padded { append(left == 1 ? "==" : "=") }
    }

    /// Appends `text` with a line break after every `columns` bytes.
    func appendWrapped(_ text: Span<UInt8>, columns: Int, crlf: Bool) {
        for index in text.indices {
            if index > 0 && index % columns == 0 { append(crlf ? "\r\n" : "\n") }
            append(text[index])
        }
    }

    /// Appends two hexadecimal digits a byte, with `separator` between the bytes.
    func appendHexText(_ source: Span<UInt8>, upper: Bool, separator: UInt8?) {
        for index in source.indices {
            if index > 0, let separator { append(separator) }
            appendHex(UInt32(source[index]), digits: 2, upper: upper)
        }
    }
}
