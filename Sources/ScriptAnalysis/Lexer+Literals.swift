/// Numbers and texts.
extension Lexer {
    // MARK: - Numbers

    mutating func number() throws(SyntaxFault) -> Token.Kind {
        let start = place
        let isHex = peek() == UInt8(ascii: "0") && (peek(1) == UInt8(ascii: "x") || peek(1) == UInt8(ascii: "X"))
        if isHex { place += 2 }
        let exponents: [UInt8] =
            isHex ? [UInt8(ascii: "p"), UInt8(ascii: "P")] : [UInt8(ascii: "e"), UInt8(ascii: "E")]
        // As Lua does it: all that could belong to a number is taken, then judged.
        while let byte = peek() {
            if exponents.contains(byte) {
                place += 1
                if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { place += 1 }
            } else if Self.hexValue(byte) != nil || byte == UInt8(ascii: ".") {
                place += 1
            } else {
                break
            }
        }
        while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { place += 1 }
        guard let kind = Self.numberKind(bytes[(isHex ? start + 2 : start)..<place], isHex: isHex) else {
            let text = String(decoding: bytes[start..<min(place, start + 40)], as: UTF8.self)
            throw SyntaxFault(
                message: "\(text) is no number",
                hint: "numbers are written 12, 1.5, 1e9 or 0xFF; names begin with a letter",
                span: Span(start: start, end: place))
        }
        return kind
    }

    private static func numberKind(_ text: ArraySlice<UInt8>, isHex: Bool) -> Token.Kind? {
        var rest = text
        let isDigit: (UInt8) -> Bool = { isHex ? hexValue($0) != nil : Self.isDigit($0) }
        let whole = takeDigits(&rest, isDigit)
        var fraction = 0
        var kind = Token.Kind.integer
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            kind = .float
            fraction = takeDigits(&rest, isDigit)
        }
        guard whole + fraction > 0 else { return nil }
        let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
        if let first = rest.first, first | 0x20 == exponent {
            kind = .float
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard takeDigits(&rest, Self.isDigit) > 0 else { return nil }
        }
        return rest.isEmpty ? kind : nil
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool) -> Int {
        let count = rest.prefix(while: isDigit).count
        rest.removeFirst(count)
        return count
    }

    // MARK: - Long texts

    /// The number of `=` between two opening brackets here; nil when this is no long bracket.
    func longBracketLevel() -> Int? {
        var ahead = 1
        while peek(ahead) == UInt8(ascii: "=") { ahead += 1 }
        return peek(ahead) == UInt8(ascii: "[") ? ahead - 1 : nil
    }

    mutating func longString(_ level: Int, _ what: String) throws(SyntaxFault) -> [UInt8] {
        let opening = Span(start: place, end: place + level + 2)
        place += level + 2
        if peek() == 13 { place += peek(1) == 10 ? 2 : 1 } else if peek() == 10 { place += peek(1) == 13 ? 2 : 1 }
        let start = place
        while let byte = take() {
            guard byte == UInt8(ascii: "]") else { continue }
            var equals = 0
            while equals < level, peek(equals) == UInt8(ascii: "=") { equals += 1 }
            guard equals == level, peek(equals) == UInt8(ascii: "]") else { continue }
            let text = Array(bytes[start..<place - 1])
            place += level + 1
            return text
        }
        let close = "]" + String(repeating: "=", count: level) + "]"
        throw SyntaxFault(
            message: "the \(what) that begins here is not closed", hint: "it ends with \(close)", span: opening)
    }

    // MARK: - Short texts

    mutating func shortString(_ quote: UInt8) throws(SyntaxFault) -> [UInt8] {
        let start = place
        place += 1
        var text: [UInt8] = []
        while let byte = peek(), byte != 10, byte != 13 {
            place += 1
            if byte == quote { return text }
            if byte == UInt8(ascii: "\\") { try escape(&text) } else { text.append(byte) }
        }
        throw SyntaxFault(
            message: "the text that begins here is not closed",
            hint:
                "it ends with \(quote == UInt8(ascii: "\"") ? "\"" : "'") on the same line; longer ones are written [[…]]",
            span: Span(start: start, end: start + 1))
    }

    private mutating func escape(_ text: inout [UInt8]) throws(SyntaxFault) {
        let start = place - 1
        guard let byte = take() else { return }
        switch byte {
        case UInt8(ascii: "a"): text.append(7)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "v"): text.append(11)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): text.append(byte)
        case 10, 13:
            // Either end of line, and both together, are one line feed.
            if let next = peek(), next == 10 || next == 13, next != byte { place += 1 }
            text.append(10)
        case UInt8(ascii: "z"): while let next = peek(), next == 32 || (9...13).contains(next) { place += 1 }
        case UInt8(ascii: "x"): text.append(try hexEscape(start))
        case UInt8(ascii: "u"): try unicodeEscape(start, &text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): text.append(try decimalEscape(start))
        default: throw badEscape(start, "a backslash itself is written \\\\")
        }
    }

    private mutating func hexEscape(_ start: Int) throws(SyntaxFault) -> UInt8 {
        guard let high = take().flatMap(Self.hexValue), let low = take().flatMap(Self.hexValue) else {
            throw badEscape(start, "two hexadecimal digits follow \\x")
        }
        return UInt8(high << 4 | low)
    }

    private mutating func decimalEscape(_ start: Int) throws(SyntaxFault) -> UInt8 {
        place = start + 1
        var value = 0
        var count = 0
        while count < 3, let byte = peek(), Self.isDigit(byte) {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            place += 1
            count += 1
        }
        guard let byte = UInt8(exactly: value) else { throw badEscape(start, "a byte is at most \\255") }
        return byte
    }

    private mutating func unicodeEscape(_ start: Int, _ text: inout [UInt8]) throws(SyntaxFault) {
        let form = "it is written \\u{1F600}, at most \\u{7FFFFFFF}"
        guard take() == UInt8(ascii: "{"), let first = take().flatMap(Self.hexValue) else {
            throw badEscape(start, form)
        }
        var value = first
        while let digit = peek().flatMap(Self.hexValue) {
            guard value <= 0x7FF_FFFF else { throw badEscape(start, form) }
            value = value << 4 | digit
            place += 1
        }
        guard take() == UInt8(ascii: "}") else { throw badEscape(start, form) }
        Self.append(codePoint: value, to: &text)
    }

    /// As Lua does it: UTF-8 in its first form, of up to six bytes.
    private static func append(codePoint value: UInt32, to text: inout [UInt8]) {
        guard value >= 0x80 else { return text.append(UInt8(value)) }
        var rest = value
        var tail: [UInt8] = []
        var room: UInt32 = 0x3F
        repeat {
            tail.append(UInt8(0x80 | rest & 0x3F))
            rest >>= 6
            room >>= 1
        } while rest > room
        tail.append(UInt8(truncatingIfNeeded: ~room << 1 | rest))
        text += tail.reversed()
    }

    private func badEscape(_ start: Int, _ hint: String) -> SyntaxFault {
        SyntaxFault(
            message: "this escape is not one that Lua knows", hint: hint,
            span: Span(start: start, end: max(start + 1, min(place, bytes.count))))
    }
}
