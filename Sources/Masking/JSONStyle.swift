/// How an encoder writes a text inside a JSON string (RFC 8259, section 7).
struct JSONStyle {
    /// `/` becomes `\/` (PHP's default).
    var escapesSlash = false
    /// Everything above ASCII becomes `\uXXXX` (Python's and PHP's default); a byte that is not UTF-8 becomes `\u00xx`.
    var asciiOnly = false
    /// The hexadecimal digits of `\uXXXX` are capitals.
    var upper = false
    /// Printable characters that become `\u00xx` as well.
    var alsoEscapes = ByteSet("")
    /// Of those alone the digits are capitals.
    var alsoUpper = false
    /// DEL is all that tells it from another style.
    var isForDelete = false
    /// U+2028 and U+2029, which end a line of JavaScript, become `\u2028` and `\u2029`.
    var escapesSeparators = false

    /// The plain ones in both cases; then the defaults of Go, Gson and .NET, PHP's with all of its options for HTML; Python's
    /// default and jq's, with DEL.
    static let all: [JSONStyle] = {
        var styles: [JSONStyle] = []
        for slash in [false, true] {
            for ascii in [false, true] {
                for upper in [false, true] {
                    styles.append(JSONStyle(escapesSlash: slash, asciiOnly: ascii, upper: upper))
                }
            }
        }
        styles.append(JSONStyle(alsoEscapes: ByteSet("<>&"), escapesSeparators: true))
        styles.append(JSONStyle(alsoEscapes: ByteSet("<>&='"), escapesSeparators: true))
        styles.append(JSONStyle(escapesSlash: true, asciiOnly: true, alsoEscapes: ByteSet("<>&'\""), alsoUpper: true))
        styles.append(JSONStyle(asciiOnly: true, upper: true, alsoEscapes: ByteSet("<>&\"'+`\u{7f}")))
        for ascii in [true, false] {
            styles.append(JSONStyle(asciiOnly: ascii, alsoEscapes: ByteSet("\u{7f}"), isForDelete: true))
        }
        return styles
    }()

    /// Nil where it is like no other style's.
    func aboveASCII(isTwice: Bool) -> TextEncoding.AboveASCII? {
        if asciiOnly { return .json(isTwice: isTwice, upper: upper) }
        return escapesSeparators ? nil : .raw
    }

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            let decoded = decodeScalar(source, at: index) ?? (UInt32(byte), 1)
            let isSeparator = decoded.scalar == 0x2028 || decoded.scalar == 0x2029
            guard byte >= 0x80, asciiOnly || (escapesSeparators && isSeparator) else {
                writeASCII(byte, to: draft)
                index += 1
                continue
            }
            draft.appendUTF16Escape(decoded.scalar, upper: upper)
            index += decoded.count
        }
    }

    private func writeASCII(_ byte: UInt8, to draft: Draft) {
        if alsoEscapes.contains(byte) { return draft.appendUTF16Escape(UInt32(byte), upper: upper || alsoUpper) }
        switch byte {
        case 0x08: draft.append("\\b")
        case 0x09: draft.append("\\t")
        case 0x0a: draft.append("\\n")
        case 0x0c: draft.append("\\f")
        case 0x0d: draft.append("\\r")
        case 0x22: draft.append("\\\"")
        case 0x5c: draft.append("\\\\")
        case 0x2f where escapesSlash: draft.append("\\/")
        case 0..<0x20: draft.appendUTF16Escape(UInt32(byte), upper: upper)
        default: draft.append(byte)
        }
    }
}
