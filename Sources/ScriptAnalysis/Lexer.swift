/// Takes a script apart into words, as Lua 5.4 does.
///
/// - Source: Lua 5.4 manual, section 3.1.
struct Lexer {
    let bytes: [UInt8]
    var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A first line such as `#!/usr/bin/env vaultscript`.
        // Lua ends it at the line feed alone.
        if bytes.first == UInt8(ascii: "#") { place = bytes.firstIndex(of: 10) ?? bytes.count }
    }

    /// The next word; `.end` again and again at the end.
    mutating func next() throws(SyntaxFault) -> Token {
        try skipBlanks()
        let start = place
        guard let byte = peek() else { return Token(kind: .end, span: Span(start: start, end: start)) }
        let kind: Token.Kind
        if Self.isLetter(byte) {
            kind = word()
        } else if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true) {
            kind = try number()
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            kind = .string(try shortString(byte))
        } else if byte == UInt8(ascii: "["), let level = longBracketLevel() {
            kind = .string(try longString(level, "string"))
        } else {
            kind = try symbol()
        }
        return Token(kind: kind, span: Span(start: start, end: place))
    }

    // MARK: - Reading on

    func peek(_ ahead: Int = 0) -> UInt8? {
        place + ahead < bytes.count ? bytes[place + ahead] : nil
    }

    mutating func take() -> UInt8? {
        guard let byte = peek() else { return nil }
        place += 1
        return byte
    }

    private mutating func skipLine() {
        while let byte = peek(), byte != 10, byte != 13 { place += 1 }
    }

    private mutating func skipBlanks() throws(SyntaxFault) {
        while let byte = peek() {
            if byte == 32 || (9...13).contains(byte) {
                place += 1
            } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(SyntaxFault) {
        place += 2
        if peek() == UInt8(ascii: "["), let level = longBracketLevel() {
            _ = try longString(level, "comment")
        } else {
            skipLine()
        }
    }

    private mutating func word() -> Token.Kind {
        let start = place
        while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        return Keyword(rawValue: text).map { .keyword($0) } ?? .name(text)
    }

    private mutating func symbol() throws(SyntaxFault) -> Token.Kind {
        for length in [3, 2, 1] where place + length <= bytes.count {
            let text = String(decoding: bytes[place..<place + length], as: UTF8.self)
            guard let symbol = Self.symbols[text] else { continue }
            place += length
            return .symbol(symbol)
        }
        throw unexpected()
    }

    private static let symbols = Dictionary(uniqueKeysWithValues: Symbol.allCases.map { ($0.rawValue, $0) })

    /// A character that Lua does not know, with what it may have been meant to be.
    private func unexpected() -> SyntaxFault {
        var end = place + 1
        // The rest of a character of several bytes.
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        let text = String(decoding: bytes[place..<end], as: UTF8.self)
        let hint =
            switch text {
            case "!": "not equal is written ~=, and negation: not x"
            case "“", "”", "„", "’", "‘": "a text is written in plain quotes: \"…\" or '…'"
            case "@", "$", "?", "\\", "`": "Lua has no such sign"
            default: "outside of texts and comments a script is written in ASCII"
            }
        return SyntaxFault(
            message: "the character \(text) does not belong here", hint: hint, span: Span(start: place, end: end))
    }

    // MARK: - Sorts of bytes

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
