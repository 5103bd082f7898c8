/// One way that programs write a text inside another: the rows "JSON" to "XML" of docs/masking-forms.md.
enum TextEncoding {
    case json(JSONStyle)
    case jsonTwice(JSONStyle)
    case shellSingleQuoted(ShellQuotes)
    case shellBackslash(escapesFirst: Bool)
    case shellDoubleQuoted
    /// Octal above ASCII for all, else for what no terminal shows.
    case shellANSI(octalAboveASCII: Bool)
    case goQuoted(asciiOnly: Bool)
    case literal(LiteralStyle)
    /// With this sign written twice: the quotes around it, as in SQL and YAML and in CSV, or the dollar of make.
    case doubled(sign: UInt8)
    /// Such quotes and backslashes, both twice (PostgreSQL).
    case doubledWithBackslash(quote: UInt8)
    case percent(PercentStyle)
    case xml(XMLStyle)
    case escaped(EscapeStyle)
    case shown(ShownText)
    /// The other way round.
    case read(ReadText)

    /// Every variant, in the order of the page; the rare ones last, so that none of them counts for another that makes the
    /// same.
    static let all: [TextEncoding] = variants.filter { !$0.isRare } + variants.filter(\.isRare)

    private static let variants: [TextEncoding] =
        JSONStyle.all.map { .json($0) } + JSONStyle.all.map { .jsonTwice($0) } + [
            .shellSingleQuoted(.backslash), .shellSingleQuoted(.doubleQuotes), .shellSingleQuoted(.git),
            .shellSingleQuoted(.dash), .shellSingleQuoted(.zsh), .shellBackslash(escapesFirst: true),
            .shellBackslash(escapesFirst: false),
            .shellDoubleQuoted, .shellANSI(octalAboveASCII: false), .shellANSI(octalAboveASCII: true),
            .goQuoted(asciiOnly: false), .goQuoted(asciiOnly: true),
        ] + LiteralStyle.all.map { .literal($0) } + [.doubled(sign: 0x27), .doubled(sign: 0x22), .doubled(sign: 0x24)]
        + [.doubledWithBackslash(quote: 0x27), .doubledWithBackslash(quote: 0x22)]
        + PercentStyle.all.map { .percent($0) } + XMLStyle.all.map { .xml($0) }
        + EscapeStyle.all.map { .escaped($0) } + ShownText.allCases.map { .shown($0) }
        + ReadText.allCases.map { .read($0) }

    /// The most bytes that one byte can become.
    static let maximumExpansion = 8

    /// Whether the encoding can make something else of a text with these bytes.
    func changes(_ profile: TextProfile) -> Bool {
        let controls: UInt64 = 0xffff_ffff
        guard !profile.isOfWords || changesWords else { return false }
        switch self {
        case .json(let style), .jsonTwice(let style):
            let escaped = profile.holds(0x22) || profile.holds(0x5c) || (style.escapesSlash && profile.holds(0x2f))
            let isForeign = style.asciiOnly && profile.hasHigh
            // Else the same as without.
            guard !style.isForDelete || profile.holds(0x7f) else { return false }
            let holdsSeparators = style.escapesSeparators && profile.hasHigh
            return escaped || isForeign || holdsSeparators || profile.low & controls != 0
                || style.alsoEscapes.meets(profile)
        case .shellSingleQuoted(let quotes): return profile.holds(0x27) || (quotes == .git && profile.holds(0x21))
        case .literal(let style): return style.changes(profile)
        case .doubled(let sign): return profile.holds(sign)
        case .doubledWithBackslash: return profile.holds(0x5c)
        case .xml(let style): return !style.asciiOnly || profile.hasHigh
        case .percent(let style): return style.changes(profile)
        case .escaped(let style): return style.changes(profile)
        case .shown(let shown): return shown.changes(profile)
        case .read: return profile.holds(0x5c)
        default: return true
        }
    }

    /// Whether it can make something else of letters, digits and `-._`.
    private var changesWords: Bool {
        guard case .escaped(let style) = self else { return false }
        return style.changesWords
    }

    /// Whether what becomes of a byte of a text with these hangs on its place.
    func treatsFirst(of profile: TextProfile) -> Bool {
        if looksAround { return changes(profile) }
        switch self {
        case .shellBackslash(escapesFirst: true): return profile.first == 0x23 || profile.first == 0x7e
        case .escaped(let style): return style.treatsFirst(of: profile)
        default: return false
        }
    }

    /// Whether few programs write so. Of lines, and of large values, such forms would take up much memory for little.
    var isRare: Bool {
        switch self {
        case .escaped, .shown, .read, .doubledWithBackslash: true
        case .doubled(let sign): sign == 0x24
        case .percent(let style): style.isRare
        case .xml(let style): style.asciiOnly
        default: false
        }
    }

    /// Whether what becomes of a byte hangs on those beside it.
    var looksAround: Bool {
        switch self {
        case .shellSingleQuoted(.dash), .shellSingleQuoted(.zsh), .read: true
        case .escaped(let style): style.looksAhead
        case .shown(let shown): shown.looksAround
        default: false
        }
    }

    /// Whether nobody can read back what it makes: what is left has to be long enough to be looked for.
    var isLossy: Bool {
        guard case .escaped(let style) = self else { return false }
        return style.isLossy
    }

    /// What becomes of bytes above ASCII: the same in encodings for which this is equal.
    enum AboveASCII: Hashable {
        case raw
        case json(isTwice: Bool, upper: Bool)
        case percent(upper: Bool, keepsCharacters: Bool)
        case decimal
        case escaped(EscapeStyle.Digits)
    }

    /// Nil where it is like no other's.
    var aboveASCII: AboveASCII? {
        switch self {
        case .shellSingleQuoted, .shellBackslash, .shellDoubleQuoted, .doubled, .doubledWithBackslash: .raw
        case .json(let style): style.aboveASCII(isTwice: false)
        case .jsonTwice(let style): style.aboveASCII(isTwice: true)
        case .percent(let style):
            style.keepsHigh ? .raw : .percent(upper: style.upper, keepsCharacters: style.keepsCharacters)
        case .xml(let style): style.asciiOnly ? .decimal : .raw
        case .escaped(let style): style.high == .raw ? .raw : .escaped(style.high)
        default: nil
        }
    }

    /// Appends `source` in this encoding to `draft`.
    ///
    /// Uses `scratch` where it encodes twice.
    func write(_ source: Span<UInt8>, scratch: Draft, to draft: Draft) {
        switch self {
        case .json(let style): style.write(source, to: draft)
        case .jsonTwice(let style):
            scratch.clear()
            style.write(source, to: scratch)
            scratch.withBytes { once in style.write(once, to: draft) }
        case .shellSingleQuoted(let quotes): writeShellSingleQuoted(source, quotes, to: draft)
        case .shellBackslash(let escapesFirst): writeShellBackslash(source, escapesFirst, to: draft)
        case .shellDoubleQuoted: writeShellDoubleQuoted(source, to: draft)
        case .shellANSI(let octal): writeShellANSI(source, octal, to: draft)
        case .goQuoted(let asciiOnly): writeGoQuoted(source, asciiOnly, to: draft)
        case .literal(let style): style.write(source, to: draft)
        case .doubled(let sign): writeDoubled(source, sign, sign, to: draft)
        case .doubledWithBackslash(let quote): writeDoubled(source, quote, 0x5c, to: draft)
        case .percent(let style): style.write(source, to: draft)
        case .xml(let style): style.write(source, to: draft)
        case .escaped(let style): style.write(source, to: draft)
        case .shown(let shown): shown.write(source, to: draft)
        case .read(let reader): reader.write(source, to: draft)
        }
    }
}

// MARK: - Bytes

func isAlphanumeric(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}

/// Bytes that few encodings change.
func isPlain(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f
}

/// White space as C's `isspace` has it.
func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

func isHexDigit(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

func hexDigit(_ value: UInt32, upper: Bool) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: value & 15)
    if digit < 10 { return 0x30 + digit }
    return (upper ? 0x41 : 0x61) + digit - 10
}

extension Draft {
    /// Appends `digits` hexadecimal digits of `value`.
    func appendHex(_ value: UInt32, digits: Int, upper: Bool) {
        for place in stride(from: digits - 1, through: 0, by: -1) {
            append(hexDigit(value >> UInt32(place * 4), upper: upper))
        }
    }

    /// Appends a number in decimal digits.
    func appendDecimal(_ value: UInt32) {
        if value >= 10 { appendDecimal(value / 10) }
        append(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }

    /// Appends `\` and the byte as three octal digits.
    func appendOctal(_ byte: UInt8) {
        append(0x5c)
        append(0x30 + (byte >> 6))
        append(0x30 + ((byte >> 3) & 7))
        append(0x30 + (byte & 7))
    }

    /// Appends `\uXXXX`, two of them where the scalar needs a surrogate pair.
    func appendUTF16Escape(_ scalar: UInt32, upper: Bool) {
        guard scalar > 0xffff else {
            append("\\u")
            return appendHex(scalar, digits: 4, upper: upper)
        }
        append("\\u")
        appendHex(0xd800 + ((scalar - 0x10000) >> 10), digits: 4, upper: upper)
        append("\\u")
        appendHex(0xdc00 + ((scalar - 0x10000) & 0x3ff), digits: 4, upper: upper)
    }
}

/// Whether a character is a letter, mark, number, punctuation or symbol: others Python and Go do not show as they are.
func isGraphic(_ scalar: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        return false
    default: return true
    }
}

/// Whether the C library calls a character printable (`iswprint` of glibc).
func isPrintableInC(_ scalar: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
}

/// The scalar that starts at `index` and its length in bytes, or nil where the bytes are not UTF-8.
func decodeScalar(_ source: Span<UInt8>, at index: Int) -> (scalar: UInt32, count: Int)? {
    let first = UInt32(source[index])
    if first < 0x80 { return (first, 1) }
    let count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    guard first >= 0xc2, first <= 0xf4, index + count <= source.count else { return nil }
    var scalar = first & (0x7f >> UInt32(count))
    for next in 1..<count {
        let byte = UInt32(source[index + next])
        guard byte & 0xc0 == 0x80 else { return nil }
        scalar = scalar << 6 | (byte & 0x3f)
    }
    let least: UInt32 = count == 2 ? 0x80 : count == 3 ? 0x800 : 0x10000
    guard scalar >= least, scalar <= 0x10ffff, !(0xd800...0xdfff).contains(scalar) else { return nil }
    return (scalar, count)
}
