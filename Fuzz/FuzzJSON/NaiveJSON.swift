/// A JSON value as the naive reader makes it: everything copied, nothing shared with the product.
indirect enum NaiveJSON: Equatable {
    case null
    case boolean(Bool)
    case number(String)
    /// The bytes that it stands for; nil where half a character is in it.
    case string([UInt8]?)
    case array([NaiveJSON])
    case object([(key: [UInt8]?, value: NaiveJSON)])

    static func == (left: NaiveJSON, right: NaiveJSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// What RFC 8259 makes of a text, nil where it is none; nested at most as deep as the product reads.
    static func read(_ bytes: [UInt8]) -> NaiveJSON? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var reader = Reader(scalars: Array(text.unicodeScalars))
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipBlanks()
        return reader.isAtEnd ? value : nil
    }
}

/// Reads code point by code point, the grammar written down as it stands in the RFC.
private struct Reader {
    let scalars: [Unicode.Scalar]
    var place = 0

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    var isAtEnd: Bool { place == scalars.count }
    private var next: Unicode.Scalar? { isAtEnd ? nil : scalars[place] }

    mutating func skipBlanks() {
        while let scalar = next, " \t\n\r".unicodeScalars.contains(scalar) { place += 1 }
    }

    private mutating func accept(_ wanted: String) -> Bool {
        let wanted = Array(wanted.unicodeScalars)
        guard scalars[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    mutating func value(depth: Int) -> NaiveJSON? {
        guard depth < 64 else { return nil }
        skipBlanks()
        if accept("null") { return .null }
        if accept("true") { return .boolean(true) }
        if accept("false") { return .boolean(false) }
        if accept("\"") { return string().map { .string($0.bytes) } }
        if accept("[") { return array(depth) }
        if accept("{") { return object(depth) }
        return number()
    }

    private mutating func array(_ depth: Int) -> NaiveJSON? {
        var items: [NaiveJSON] = []
        skipBlanks()
        if accept("]") { return .array([]) }
        repeat {
            guard let item = value(depth: depth + 1) else { return nil }
            items.append(item)
            skipBlanks()
        } while accept(",")
        return accept("]") ? .array(items) : nil
    }

    private mutating func object(_ depth: Int) -> NaiveJSON? {
        var members: [(key: [UInt8]?, value: NaiveJSON)] = []
        skipBlanks()
        if accept("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard accept("\""), let key = string() else { return nil }
            skipBlanks()
            guard accept(":"), let value = value(depth: depth + 1) else { return nil }
            members.append((key.bytes, value))
            skipBlanks()
        } while accept(",")
        return accept("}") ? .object(members) : nil
    }

    private mutating func number() -> NaiveJSON? {
        let start = place
        _ = accept("-")
        if !accept("0") { guard digits() else { return nil } }
        if accept(".") { guard digits() else { return nil } }
        if accept("e") || accept("E") {
            if !accept("+") { _ = accept("-") }
            guard digits() else { return nil }
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<place])
        return .number(String(text))
    }

    private mutating func digits() -> Bool {
        let start = place
        while let scalar = next, ("0"..."9").contains(scalar) { place += 1 }
        return place > start
    }

    private mutating func string() -> (bytes: [UInt8]?, Void)? {
        // UTF-16, the form that the escapes are made for: a half stays a half until the end.
        var units: [UInt16] = []
        while let scalar = next {
            place += 1
            switch scalar {
            case "\"": return (bytes(units), ())
            case "\\":
                guard let unit = escape() else { return nil }
                units.append(unit)
            case "\u{0}"..."\u{1F}": return nil
            default: units += Array(String(scalar).utf16)
            }
        }
        return nil
    }

    private func bytes(_ units: [UInt16]) -> [UInt8]? {
        String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    private mutating func escape() -> UInt16? {
        let simple: [Unicode.Scalar: UInt16] = [
            "\"": 34, "\\": 92, "/": 47, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        guard let scalar = next else { return nil }
        place += 1
        guard scalar == "u" else { return simple[scalar] }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next, let value = Character(digit).hexDigitValue, digit.isASCII else { return nil }
            unit = unit << 4 | UInt16(value)
            place += 1
        }
        return unit
    }
}
