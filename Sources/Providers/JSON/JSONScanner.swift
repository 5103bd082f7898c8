/// One value of a JSON text: where it is, not what it is.
struct JSONToken {
    enum Kind: UInt8 { case object, array, string, number, yes, no, null }

    var kind: Kind
    /// The first byte; for a string the one after its quote.
    var start: Int32
    /// The byte after the last; for a string its closing quote.
    var end: Int32 = 0
    /// The token after this one and all within it.
    var next: Int32 = 0
}

/// Checks a JSON text (RFC 8259, UTF-8 only) and lists its values.
///
/// Bounded in depth and number; never copies a byte.
struct JSONScanner {
    static let maximumDepth = 64
    static let maximumTokens = 200_000

    private(set) var tokens: [JSONToken] = []
    private var position = 0

    /// Scans a whole text.
    ///
    /// All tokens of an object alternate: key, value.
    mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        try value(bytes, depth: 0)
        skipBlanks(bytes)
        guard position == bytes.count else { throw fault(.syntax) }
    }

    // MARK: - Values

    private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) {
        guard depth < JSONScanner.maximumDepth, tokens.count < JSONScanner.maximumTokens else {
            throw fault(.tooComplex)
        }
        skipBlanks(bytes)
        switch try peek(bytes) {
        case UInt8(ascii: "{"): try members(bytes, depth)
        case UInt8(ascii: "["): try elements(bytes, depth)
        case UInt8(ascii: "\""): try string(bytes)
        case UInt8(ascii: "t"): try word("true", .yes, bytes)
        case UInt8(ascii: "f"): try word("false", .no, bytes)
        case UInt8(ascii: "n"): try word("null", .null, bytes)
        default: try number(bytes)
        }
    }

    private mutating func members(_ bytes: Span<UInt8>, _ depth: Int) throws(JSONError) {
        let index = open(.object)
        position += 1
        skipBlanks(bytes)
        if try peek(bytes) == UInt8(ascii: "}") { return close(index) }
        while true {
            skipBlanks(bytes)
            guard try peek(bytes) == UInt8(ascii: "\"") else { throw fault(.syntax) }
            try string(bytes)
            skipBlanks(bytes)
            guard try peek(bytes) == UInt8(ascii: ":") else { throw fault(.syntax) }
            position += 1
            try value(bytes, depth: depth + 1)
            if try endsList(bytes, UInt8(ascii: "}")) { return close(index) }
        }
    }

    private mutating func elements(_ bytes: Span<UInt8>, _ depth: Int) throws(JSONError) {
        let index = open(.array)
        position += 1
        skipBlanks(bytes)
        if try peek(bytes) == UInt8(ascii: "]") { return close(index) }
        while true {
            try value(bytes, depth: depth + 1)
            if try endsList(bytes, UInt8(ascii: "]")) { return close(index) }
        }
    }

    /// Steps over a comma, or stays at the end mark.
    private mutating func endsList(_ bytes: Span<UInt8>, _ mark: UInt8) throws(JSONError) -> Bool {
        skipBlanks(bytes)
        let byte = try peek(bytes)
        if byte == mark { return true }
        guard byte == UInt8(ascii: ",") else { throw fault(.syntax) }
        position += 1
        return false
    }

    private mutating func word(
        _ word: StaticString, _ kind: JSONToken.Kind, _ bytes: Span<UInt8>
    ) throws(JSONError) {
        let index = open(kind)
        for expected in "\(word)".utf8 {
            guard try peek(bytes) == expected else { throw fault(.syntax) }
            position += 1
        }
        finish(index, end: position)
    }

    private mutating func number(_ bytes: Span<UInt8>) throws(JSONError) {
        let index = open(.number)
        if try peek(bytes) == UInt8(ascii: "-") { position += 1 }
        if try peek(bytes) == UInt8(ascii: "0") { position += 1 } else { try digits(bytes) }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let sign = try peek(bytes)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try digits(bytes)
        }
        finish(index, end: position)
    }

    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        guard (0x30...0x39).contains(try peek(bytes)) else { throw fault(.syntax) }
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    }

    // MARK: - Strings

    private mutating func string(_ bytes: Span<UInt8>) throws(JSONError) {
        guard tokens.count < JSONScanner.maximumTokens else { throw fault(.tooComplex) }
        position += 1
        let index = open(.string)
        while true {
            switch try peek(bytes) {
            case UInt8(ascii: "\""):
                finish(index, end: position)
                position += 1
                return
            case UInt8(ascii: "\\"): try escape(bytes)
            case 0..<0x20: throw fault(.syntax)
            case 0x20..<0x80: position += 1
            default: try wideCharacter(bytes)
            }
        }
    }

    private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError) {
        position += 1
        switch try peek(bytes) {
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard JSONText.hexValue(try peek(bytes)) != nil else { throw fault(.syntax) }
                position += 1
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw fault(.syntax)
        }
    }

    private mutating func wideCharacter(_ bytes: Span<UInt8>) throws(JSONError) {
        switch UTF8Check.length(of: bytes, at: position) {
        case .some(let length): position += length
        case nil: throw fault(UTF8Check.isCut(bytes, at: position) ? .truncated : .encoding)
        }
    }

    // MARK: - Steps

    private func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw fault(.truncated) }
        return bytes[position]
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func open(_ kind: JSONToken.Kind) -> Int {
        tokens.append(JSONToken(kind: kind, start: Int32(position)))
        return tokens.count - 1
    }

    private mutating func close(_ index: Int) {
        position += 1
        finish(index, end: position)
    }

    private mutating func finish(_ index: Int, end: Int) {
        tokens[index].end = Int32(end)
        tokens[index].next = Int32(tokens.count)
    }

    private func fault(_ kind: JSONError.Kind) -> JSONError { JSONError(kind: kind, offset: position) }
}
