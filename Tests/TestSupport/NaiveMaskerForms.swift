// The second implementation of docs/masking-forms.md: plain arrays, no cleverness, nothing shared with the product.
// What single tools write is in NaiveToolForms.swift.

func hex2(_ value: UInt32, _ digits: Int, _ upper: Bool) -> [UInt8] {
    var text = String(value, radix: 16, uppercase: upper)
    while text.count < digits { text = "0" + text }
    return Array(text.utf8)
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func isWhite(_ byte: UInt8) -> Bool { [9, 10, 11, 12, 13, 32].contains(byte) }

/// Decodes one scalar with the standard library; nil where the bytes are not UTF-8.
func scalar(_ text: ArraySlice<UInt8>) -> (UInt32, Int)? {
    for count in 1...4 where text.count >= count {
        let piece = String(validating: text.prefix(count), as: UTF8.self)
        if let piece, piece.unicodeScalars.count == 1, let first = piece.unicodeScalars.first {
            return (first.value, count)
        }
    }
    return nil
}

/// Every form of a value, by the rows of the page.
public struct NaiveForms {
    /// The forms that are met as they are, each once.
    public private(set) var all: Set<[UInt8]> = []
    /// The forms that look through line breaks, each once.
    public private(set) var wrapped: Set<[UInt8]> = []
    /// Those that are of the whole, not of lines and what they set alone.
    public private(set) var ofWhole: (all: Set<[UInt8]>, wrapped: Set<[UInt8]>) = ([], [])

    /// Forms that few programs print are made, too.
    private var hasRare = false

    /// Makes the forms of `value`.
    public init(_ value: [UInt8]) {
        let core = Self.trim(value)
        verbatim(value)
        verbatim(core)
        textual(core, isWhole: true)
        binary(core, whole: true)
        guard value.contains(10) || value.contains(13) else {
            ofWhole = (all, wrapped)
            for piece in Self.strings(core) { line(piece) }
            return
        }
        for newline in ["\n", "\r\n", " "] {
            verbatim(Self.newlines(value, newline))
            verbatim(Self.newlines(core, newline))
            if newline != " " { textual(Self.newlines(core, newline), isWhole: true) }
        }
        ofWhole = (all, wrapped)
        for line in core.split(whereSeparator: { $0 == 10 || $0 == 13 }).map(Array.init) {
            let inner = Self.trim(line)
            guard Self.tells(inner) else { continue }
            verbatim(line)
            verbatim(inner)
            textual(inner)
            binary(inner, whole: false)
            for piece in Self.settings(inner) + Self.strings(inner) { self.line(piece) }
        }
    }

    private mutating func line(_ piece: [UInt8]) {
        verbatim(piece)
        textual(piece)
        binary(piece, whole: false)
    }

    /// The telling pieces of the strings, but for names, of JSON on one line.
    static func strings(_ line: [UInt8]) -> [[UInt8]] {
        guard line.first == 123 || line.first == 91 else { return [] }
        var found: [[UInt8]] = []
        var rest = line[...]
        var count = 0
        while count < 128, let quote = rest.firstIndex(of: 34) {
            var string: [UInt8] = []
            rest = rest[(quote + 1)...]
            while let byte = rest.first, byte != 34 {
                string += rest.prefix(byte == 92 ? 2 : 1)
                rest = rest.dropFirst(byte == 92 ? 2 : 1)
            }
            guard rest.popFirst() != nil else { break }
            if rest.first(where: { !isWhite($0) }) == 58 { continue }
            count += 1
            found += pieces(string)
        }
        return found.map(trim).filter { tells($0) && !isPublic($0) }
    }

    /// The telling pieces of what `key: value`, `"key": "value",` or `KEY=value` sets.
    static func settings(_ line: [UInt8]) -> [[UInt8]] {
        var rest = line[...]
        for prefix in ["export ", "- "] where rest.starts(with: bytes(prefix)) {
            rest.removeFirst(prefix.utf8.count)
            break
        }
        let keyBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.\"'".utf8)
        let key = rest.prefix { keyBytes.contains($0) }
        rest = rest.dropFirst(key.count)
        guard !key.isEmpty, let sign = rest.popFirst() else { return [] }
        if sign == 58 { guard rest.first == 32 || rest.first == 9 else { return [] } } else if sign != 61 { return [] }
        var value = trim(Array(rest))
        if value.last == 44 { value.removeLast() }
        for quote in [34, 39] as [UInt8] where value.count >= 2 && value.first == quote && value.last == quote {
            value = Array(value.dropFirst().dropLast())
            break
        }
        return pieces(value).map(trim).filter { tells($0) && !isPublic($0) }
    }

    private static func pieces(_ value: [UInt8]) -> [[UInt8]] {
        var (result, piece) = ([[UInt8]](), [UInt8]())
        var index = 0
        while index < value.count {
            if value[index] == 92, index + 1 < value.count, value[index + 1] == 110 || value[index + 1] == 114 {
                result.append(piece)
                piece = []
                index += 2
            } else {
                piece.append(value[index])
                index += 1
            }
        }
        return result + [piece]
    }

    /// Plain words, or an address without a user in it.
    private static func isPublic(_ piece: [UInt8]) -> Bool {
        let words = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-., ".utf8)
        let isAddress = piece.starts(with: bytes("https://")) || piece.starts(with: bytes("http://"))
        return isAddress ? !piece.contains(64) : piece.allSatisfy(words.contains)
    }

    static func trim(_ text: [UInt8]) -> [UInt8] {
        var text = text[...]
        while let first = text.first, isWhite(first) { text.removeFirst() }
        while let last = text.last, isWhite(last) { text.removeLast() }
        return Array(text)
    }

    static func tells(_ line: [UInt8]) -> Bool {
        let text = String(decoding: line, as: UTF8.self)
        let header = (text.hasPrefix("-----BEGIN ") || text.hasPrefix("-----END ")) && text.hasSuffix("-----")
        let telling = line.contains { $0 >= 128 || Character(UnicodeScalar($0)).isLetter || (48...57).contains($0) }
        return line.count >= 8 && !header && telling
    }

    static func newlines(_ text: [UInt8], _ newline: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let first = rest.popFirst() {
            if first == 13, rest.first == 10 { rest.removeFirst() }
            result += first == 13 || first == 10 ? bytes(newline) : [first]
        }
        return result
    }

    private mutating func verbatim(_ text: [UInt8]) {
        if text.count >= 4 { all.insert(text) }
    }

    // MARK: - Text encodings

    private mutating func textual(_ text: [UInt8], isWhole: Bool = false) {
        guard text.count >= 8 else { return }
        hasRare = isWhole && text.count <= 4096
        for slash in [false, true] {
            for ascii in [false, true] {
                for upper in [false, true] { jsonTwice(text, slash: slash, ascii: ascii, upper: upper, extra: "") }
            }
        }
        for extra in ["<>&", "<>&='"] {
            jsonTwice(text, slash: false, ascii: false, upper: false, extra: extra, separators: true)
        }
        jsonTwice(text, slash: true, ascii: true, upper: false, extra: "<>&'\"", extraUpper: true)
        jsonTwice(text, slash: false, ascii: true, upper: true, extra: "<>&\"'+`\u{7f}")
        for ascii in [true, false] { jsonTwice(text, slash: false, ascii: ascii, upper: false, extra: "\u{7f}") }
        shell(text)
        go(text)
        literals(text)
        percent(text)
        xml(text)
        guard hasRare else { return }
        patterns(text)
        urls(text)
        numbers(text)
        escapes(text)
        shown(text)
        read(text)
        all.formUnion(NaiveToolForms(text).all)
    }

    /// A JSON string, and that in a JSON string.
    private mutating func jsonTwice(
        _ text: [UInt8], slash: Bool, ascii: Bool, upper: Bool, extra: String, separators: Bool = false,
        extraUpper: Bool = false
    ) {
        let once = Self.json(
            text, slash: slash, ascii: ascii, upper: upper, extra: extra, separators: separators, extraUpper: extraUpper
        )
        all.insert(once)
        all.insert(
            Self.json(
                once, slash: slash, ascii: ascii, upper: upper, extra: extra, separators: separators,
                extraUpper: extraUpper))
    }

    static func json(
        _ text: [UInt8], slash: Bool, ascii: Bool, upper: Bool, extra: String, separators: Bool = false,
        extraUpper: Bool = false
    ) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        let short: [UInt8: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: "\\\"", 92: "\\\\"]
        while index < text.count {
            let byte = text[index]
            let (value, count) = scalar(text[index...]) ?? (UInt32(byte), 1)
            if byte >= 128, ascii || (separators && (value == 0x2028 || value == 0x2029)) {
                let units =
                    value > 0xffff ? [0xd800 + (value - 0x10000) / 1024, 0xdc00 + (value - 0x10000) % 1024] : [value]
                for unit in units { result += bytes("\\u") + hex2(unit, 4, upper) }
                index += count
                continue
            }
            if extra.utf8.contains(byte) {
                result += bytes("\\u") + hex2(UInt32(byte), 4, upper || extraUpper)
            } else if let escape = short[byte] {
                result += bytes(escape)
            } else if byte == 47, slash {
                result += bytes("\\/")
            } else if byte < 32 {
                result += bytes("\\u") + hex2(UInt32(byte), 4, upper)
            } else {
                result.append(byte)
            }
            index += 1
        }
        return result
    }

    private mutating func shell(_ text: [UInt8]) {
        for apostrophe in ["'\\''", "'\"'\"'"] { all.insert(text.flatMap { $0 == 39 ? bytes(apostrophe) : [$0] }) }
        all.insert(text.flatMap { $0 == 39 ? bytes("'\\''") : $0 == 33 ? bytes("'\\!'") : [$0] })
        all.insert(
            text.indices.flatMap { index -> [UInt8] in
                guard text[index] == 39 else { return [text[index]] }
                let opens = index == 0 || text[index - 1] != 39
                let closes = index == text.count - 1 || text[index + 1] != 39
                let closing = index == text.count - 1 ? "\"" : "\"'"
                return (opens ? bytes("'\"") : []) + [39] + (closes ? bytes(closing) : [])
            })
        // As zsh: each stretch of others in apostrophes, the apostrophes themselves behind backslashes.
        var zsh: [UInt8] = []
        for (index, byte) in text.enumerated() {
            if index > 0, (byte == 39) != (text[index - 1] == 39) { zsh.append(39) }
            zsh += byte == 39 ? [92, 39] : [byte]
        }
        all.insert(zsh)
        let special = Set(bytes(" \t\n'\"\\|&;()<>!{}*[]?^$`,"))
        for first in [false, true] {
            all.insert(
                text.enumerated().flatMap { index, byte -> [UInt8] in
                    let escape = special.contains(byte) || (first && index == 0 && (byte == 35 || byte == 126))
                    return escape ? [92, byte] : [byte]
                })
        }
        all.insert(text.flatMap { bytes("\"\\$`").contains($0) ? [92, $0] : [$0] })
        let ansi: [UInt8: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 27: "\\E", 39: "\\'", 92: "\\\\",
        ]
        for octal in [false, true] {
            all.insert(
                text.enumerated().flatMap { index, byte -> [UInt8] in
                    if let escape = ansi[byte] { return bytes(escape) }
                    guard byte < 32 || byte == 127 || (byte >= 128 && (octal || !isShown(text, index))) else {
                        return [byte]
                    }
                    let digits = String(byte, radix: 8)
                    return bytes("\\" + String(repeating: "0", count: 3 - digits.count) + digits)
                })
        }
    }

    /// What bash traces of a quoted part of a pattern, and of a regular expression.
    private mutating func patterns(_ text: [UInt8]) {
        all.insert(text.flatMap { bytes("$()*+.?[\\^{|").contains($0) ? [92, $0] : [$0] })
        for keepsCharacters in [false, true] {
            var result: [UInt8] = []
            var rest = text[...]
            while let byte = rest.first {
                let count = keepsCharacters ? scalar(rest)?.1 ?? 1 : 1
                if byte != 1, byte != 127 { result.append(92) }
                result += rest.prefix(count)
                rest = rest.dropFirst(count)
            }
            all.insert(result)
        }
    }

    /// Whether the byte is of a character that the C library prints.
    private func isShown(_ text: [UInt8], _ index: Int) -> Bool {
        for start in max(0, index - 3)...index {
            guard let (value, count) = scalar(text[start...]), count > index - start, count > 1 else { continue }
            let separators: [Unicode.GeneralCategory] = [.control, .unassigned, .lineSeparator, .paragraphSeparator]
            return Unicode.Scalar(value).map { !separators.contains($0.properties.generalCategory) } ?? false
        }
        return false
    }

    /// Whether Python and Go show a character as it is.
    private func isGraphic(_ value: UInt32) -> Bool {
        let hidden: [Unicode.GeneralCategory] = [
            .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator,
        ]
        return Unicode.Scalar(value).map { !hidden.contains($0.properties.generalCategory) } ?? false
    }

    private mutating func go(_ text: [UInt8]) {
        let short: [UInt8: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: "\\\"", 92: "\\\\",
        ]
        for ascii in [false, true] {
            var result: [UInt8] = []
            var index = 0
            while index < text.count {
                let byte = text[index]
                if let escape = short[byte] {
                    result += bytes(escape)
                } else if let (value, count) = scalar(text[index...]), byte >= 128 {
                    let wide = value > 0xffff
                    let escaped = bytes(wide ? "\\U" : "\\u") + hex2(value, wide ? 8 : 4, false)
                    result += ascii || !isGraphic(value) ? escaped : Array(text[index..<index + count])
                    index += count - 1
                } else if byte < 32 || byte >= 127 {
                    result += bytes("\\x") + hex2(UInt32(byte), 2, false)
                } else {
                    result.append(byte)
                }
                index += 1
            }
            all.insert(result)
        }
    }

    /// What Python, JavaScript, Perl and PHP show between quotes; SQL, YAML and CSV.
    private mutating func literals(_ text: [UInt8]) {
        for apostrophe in ["'", "\\'"] {
            for kind in ["repr", "ascii", "bytes", "inspect"] {
                var result: [UInt8] = []
                var index = 0
                while index < text.count {
                    let (value, count) =
                        kind == "bytes"
                        ? (UInt32(text[index]), 1) : scalar(text[index...]) ?? (0xdc00 + UInt32(text[index]), 1)
                    let isByte = count == 1 && text[index] >= 128
                    let hex2Digits = bytes("\\x") + hex2(value, 2, kind == "inspect")
                    switch value {
                    case 39: result += bytes(apostrophe)
                    case 92: result += [92, 92]
                    case 9: result += bytes("\\t")
                    case 10: result += bytes("\\n")
                    case 13: result += bytes("\\r")
                    case 8 where kind == "inspect": result += bytes("\\b")
                    case 12 where kind == "inspect": result += bytes("\\f")
                    case ..<32, 127..<160: result += hex2Digits
                    case ..<127: result.append(UInt8(value))
                    case ..<256
                    where kind == "bytes" || kind == "ascii" || (kind == "repr" && !isByte && !isGraphic(value)):
                        result += hex2Digits
                    case _ where isByte && kind == "inspect": result.append(text[index])
                    case _ where isByte: result += bytes("\\u") + hex2(value, 4, false)
                    case _ where kind == "inspect" || (kind == "repr" && isGraphic(value)):
                        result += text[index..<index + count]
                    case ..<65536: result += bytes("\\u") + hex2(value, 4, false)
                    default: result += bytes("\\U") + hex2(value, 8, false)
                    }
                    index += count
                }
                all.insert(result)
            }
        }
        all.insert(text.flatMap { $0 == 39 || $0 == 92 ? [92, $0] : [$0] })
        for quote in [UInt8(34), 39] {
            all.insert(text.flatMap { $0 == quote ? [$0, $0] : [$0] })
            if hasRare { all.insert(text.flatMap { $0 == quote || $0 == 92 ? [$0, $0] : [$0] }) }
        }
    }

    private mutating func percent(_ text: [UInt8]) {
        let alphanumeric = bytes("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        let keepSets = ["-._~", "-._~!*'()", "-._~!*'();/?:@&=+$,#", "-._~/", "*-._", "-._~\"<>\\^`{|}"]
        for keeps in keepSets.map({ Set(alphanumeric + bytes($0)) }) {
            for upper in [false, true] {
                for blank in ["+", "%20"] {
                    all.insert(
                        text.flatMap { byte in
                            keeps.contains(byte)
                                ? [byte] : byte == 32 ? bytes(blank) : [37] + hex2(UInt32(byte), 2, upper)
                        })
                }
            }
        }
    }

    /// What WHATWG's URL writes.
    private mutating func urls(_ text: [UInt8]) {
        let alphanumeric = bytes("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        let urls = [
            "!$%&'()*+,-._~", "!$%&'()*+,-./:;=@[\\]_|~", "!$%&'()*+,-./:;=@[\\]^_|~", "!$%&()*+,-./:;=?@[\\]^_`{|}~",
            "!$%&'()*+,-./:;=?@[\\]^_`{|}~", "!#$%&'()*+,-./:;=?@[\\]^_{|}~",
        ]
        for keeps in urls.map({ Set(alphanumeric + bytes($0)) }) {
            all.insert(text.flatMap { keeps.contains($0) ? [$0] : [37] + hex2(UInt32($0), 2, true) })
        }
    }

    private mutating func xml(_ text: [UInt8]) {
        let blanks = ["\t", "\n", "\r"]
        let styles = [
            ["\"", "'"] + blanks, ["&quot;", "'"] + blanks, ["&quot;", "&apos;"] + blanks,
            ["&quot;", "&#39;"] + blanks,
            ["&quot;", "&#x27;"] + blanks, ["&quot;", "&#039;"] + blanks, ["&#34;", "&#39;"] + blanks,
            ["&quot;", "'", "&#9;", "&#10;", "&#13;"], ["&quot;", "'", "&#09;", "&#10;", "&#13;"],
            ["\"", "'", "&#9;", "&#10;", "&#13;"], ["&quot;", "'", "&#x9;", "&#xA;", "&#xD;"],
            ["\"", "'", "\t", "\n", "&#xD;"],
            ["&#34;", "&#39;", "&#x9;", "&#xA;", "&#xD;"],
        ]
        for style in styles {
            // In attributes of canonical XML.
            let greater = style[0] == "&quot;" && style[2] == "&#x9;" ? ">" : "&gt;"
            let table: [UInt8: String] = [
                38: "&amp;", 60: "&lt;", 62: greater, 34: style[0], 39: style[1], 9: style[2], 10: style[3],
                13: style[4],
            ]
            all.insert(text.flatMap { table[$0].map(bytes) ?? [$0] })
        }
    }

    /// XML without characters above ASCII.
    private mutating func numbers(_ text: [UInt8]) {
        let blanks = ["\t", "\n", "\r"]
        let blanksOfAttributes = ["&#09;", "&#10;", "&#13;"]
        for style in [["\"", "'"] + blanks, ["&quot;", "'"] + blanksOfAttributes, ["&quot;", "&#x27;"] + blanks] {
            let table: [UInt8: String] = [
                38: "&amp;", 60: "&lt;", 62: "&gt;", 34: style[0], 39: style[1], 9: style[2], 10: style[3],
                13: style[4],
            ]
            var result: [UInt8] = []
            var rest = text[...]
            while let byte = rest.first {
                let (value, count) = scalar(rest) ?? (0, 1)
                result += count > 1 ? bytes("&#\(value);") : table[byte].map(bytes) ?? [byte]
                rest = rest.dropFirst(count)
            }
            all.insert(result)
        }
    }

    // MARK: - Other escapes

    /// `\"…\"` of git, sed, strace, Perl, PyYAML and util-linux.
    private mutating func escapes(_ text: [UInt8]) {
        let named: [UInt8: UInt8] = [7: 97, 8: 98, 9: 116, 10: 110, 11: 118, 12: 102, 13: 114, 27: 101]
        func octal(_ byte: UInt8, least: Int) -> [UInt8] {
            let digits = String(byte, radix: 8)
            return bytes("\\" + String(repeating: "0", count: max(0, least - digits.count)) + digits)
        }
        func make(
            _ quoted: String, names: [UInt8], _ other: (UInt8, UInt8?) -> [UInt8], high: ((UInt8) -> [UInt8])? = nil
        ) {
            all.insert(
                text.enumerated().flatMap { index, byte -> [UInt8] in
                    if bytes(quoted).contains(byte) { return [92, byte] }
                    if names.contains(byte), let letter = named[byte] { return [92, letter] }
                    if byte >= 128, let high { return high(byte) }
                    guard byte < 32 || byte >= 127 else { return [byte] }
                    return other(byte, index + 1 < text.count ? text[index + 1] : nil)
                })
        }
        let short: (UInt8, UInt8?) -> [UInt8] = { byte, next in
            octal(byte, least: next.map { (48...57).contains($0) } == true ? 3 : 1)
        }
        make("\"\\", names: [7, 8, 9, 10, 11, 12, 13], { byte, _ in octal(byte, least: 3) })
        make("\"\\", names: [7, 8, 9, 10, 11, 12, 13], { byte, _ in octal(byte, least: 3) }, high: { [$0] })
        make("\\", names: [7, 8, 9, 10, 11, 12, 13], { byte, _ in octal(byte, least: 3) })
        make("\"\\", names: [9, 10, 11, 12, 13]) { byte, next in
            octal(byte, least: next.map { (48...55).contains($0) } == true ? 3 : 1)
        }
        make("\"\\$@", names: [7, 8, 9, 10, 12, 13, 27], short)
        make("\"\\$@", names: [], { byte, _ in bytes("\\x{" + String(byte, radix: 16) + "}") })
        func braced(_ value: UInt32) -> [UInt8] { bytes("\\u{" + String(value, radix: 16) + "}") }
        make("\"'\\", names: [10, 13], { byte, _ in [byte] })
        make("\"\\", names: [9, 10, 13], { byte, _ in braced(UInt32(byte)) }, high: { [$0] })
        for (quoted, names, isJava) in [("\"'\\", [9, 10, 13], false), (":=#!\\", [9, 10, 12, 13], true)]
            as [(String, [UInt8], Bool)]
        {
            var result: [UInt8] = []
            var rest = text[...]
            while let byte = rest.first {
                let (value, count) = scalar(rest) ?? (UInt32(byte), 1)
                rest = rest.dropFirst(count)
                if bytes(quoted).contains(byte) {
                    result += [92, byte]
                } else if names.contains(byte), let letter = named[byte] {
                    result += [92, letter]
                } else if (32..<127).contains(byte) {
                    result.append(byte)
                } else if isJava {
                    for unit in value > 0xffff
                        ? [0xd800 + (value - 0x10000) / 1024, 0xdc00 + (value - 0x10000) % 1024] : [value]
                    {
                        result += bytes("\\u") + hex2(unit, 4, true)
                    }
                } else {
                    result += braced(value)
                }
            }
            all.insert(result)
        }
        make("", names: [], { byte, _ in bytes("\\x") + hex2(UInt32(byte), 2, false) })
        var yaml: [UInt8] = []
        var index = 0
        while index < text.count {
            let (value, count) = scalar(text[index...]) ?? (UInt32(text[index]), 1)
            index += count
            switch value {
            case 34, 92: yaml += [92, UInt8(value)]
            case 0: yaml += bytes("\\0")
            case 0x85 where count > 1: yaml += bytes("\\N")
            case 0xa0 where count > 1: yaml += bytes("\\_")
            case 0x2028: yaml += bytes("\\L")
            case 0x2029: yaml += bytes("\\P")
            case ..<32:
                if let letter = named[UInt8(value)] { yaml += [92, letter] } else { fallthrough }
            case 127..<256: yaml += bytes("\\x") + hex2(value, 2, true)
            case ..<127: yaml.append(UInt8(value))
            case ..<65536: yaml += bytes("\\u") + hex2(value, 4, true)
            default: yaml += bytes("\\U") + hex2(value, 8, true)
            }
        }
        all.insert(yaml)
    }

    /// What zsh, `cat -v` and the names in errors of GNU tools make of a text.
    private mutating func shown(_ text: [UInt8]) {
        all.insert(
            text.flatMap { byte -> [UInt8] in
                switch byte {
                case 9: bytes("$'\\t'")
                case 10: bytes("$'\\n'")
                case 13: bytes("$'\\r'")
                default: bytes(" #$()*<>?[]^|~\\").contains(byte) ? [92, byte] : [byte]
                }
            })
        for keepsHigh in [true, false] {
            all.insert(
                text.indices.flatMap { index -> [UInt8] in
                    let byte = text[index]
                    let first = index == 0 && (byte == 126 || byte == 61)
                    if first || bytes(" \"#$&'()*;<>?[\\]^`{|}").contains(byte) { return [92, byte] }
                    if byte >= 128 ? keepsHigh && isShown(text, index) : (32..<127).contains(byte) { return [byte] }
                    let digits = String(byte, radix: 8)
                    let octal = String(repeating: "0", count: 3 - digits.count) + digits
                    let escape = (7...13).contains(byte) ? [bytes("abtnvfr")[Int(byte) - 7]] : bytes(octal)
                    return bytes("$'\\") + escape + [39]
                })
        }
        func control(_ byte: UInt8, _ sign: String) -> [UInt8] {
            byte < 32 || byte == 127 ? bytes(sign) + [byte == 127 ? 63 : byte + 64] : [byte]
        }
        for keepsHigh in [true, false] {
            all.insert(
                text.flatMap { byte -> [UInt8] in
                    if let known = [9: "\\t", 10: "\\n", 39: "\\'", 92: "\\\\"][Int(byte)] { return bytes(known) }
                    guard byte >= 128 else { return control(byte, "\\C-") }
                    return keepsHigh ? [byte] : bytes("\\M-") + control(byte - 128, "\\C-")
                })
        }
        for tab in ["\t", "^I"] {
            all.insert(
                text.flatMap { byte -> [UInt8] in
                    if byte == 10 { return [10] }
                    if byte == 9 { return bytes(tab) }
                    return byte >= 128 ? bytes("M-") + control(byte - 128, "^") : control(byte, "^")
                })
        }
        for keepsHigh in [true, false] {
            var result: [UInt8] = []
            var wasEscape = false
            for index in text.indices {
                let byte = text[index]
                let isEscape = byte < 32 || byte == 127 || (byte >= 128 && !(keepsHigh && isShown(text, index)))
                if isEscape, !wasEscape, index > 0 { result += bytes("'$'") }
                if wasEscape, !isEscape, byte != 39 { result += bytes("''") }
                wasEscape = isEscape
                if !isEscape {
                    result += byte == 39 ? bytes("'\\''") : [byte]
                } else if (7...13).contains(byte) {
                    result += [92, bytes("abtnvfr")[Int(byte) - 7]]
                } else {
                    let digits = String(byte, radix: 8)
                    result += bytes("\\" + String(repeating: "0", count: 3 - digits.count) + digits)
                }
            }
            all.insert(result)
        }
    }

    /// What `echo` of dash and of zsh, and `read`, make of backslashes.
    private mutating func read(_ text: [UInt8]) {
        guard text.contains(92) else { return }
        let letters: [UInt8: UInt8] = [97: 7, 98: 8, 116: 9, 110: 10, 118: 11, 102: 12, 114: 13, 101: 27, 92: 92]
        func number(_ rest: ArraySlice<UInt8>, radix: Int, most: Int) -> (UInt32, Int) {
            let digits = rest.prefix(most).prefix { UInt8(String(UnicodeScalar($0)), radix: radix) != nil }
            return (UInt32(String(decoding: digits, as: UTF8.self), radix: radix) ?? 0, digits.count)
        }
        for shell in ["dash", "zsh", "read"] {
            var result: [UInt8] = []
            var rest = text[...]
            while let byte = rest.popFirst() {
                guard byte == 92, let next = rest.first else {
                    if byte != 92 || shell != "read" { result.append(byte) }
                    continue
                }
                rest = rest.dropFirst()
                if shell == "read" { result.append(next); continue }
                if next == 99 {
                    result = []
                    break
                }
                if let known = letters[next] { result.append(known); continue }
                var found: (UInt32, Int)?
                switch next {
                case 48: found = number(rest, radix: 8, most: 3)
                case 49...55 where shell == "dash": found = number([next] + rest.prefix(2), radix: 8, most: 3)
                case 120 where shell == "zsh": found = number(rest, radix: 16, most: 2)
                case 117 where shell == "zsh": found = number(rest, radix: 16, most: 4)
                case 85 where shell == "zsh": found = number(rest, radix: 16, most: 8)
                default: break
                }
                guard let (value, count) = found else { result += [92, next]; continue }
                let used = (49...55).contains(next) ? count - 1 : count
                rest = rest.dropFirst(used)
                if next == 117 || next == 85 {
                    if let scalar = UnicodeScalar(value) { result += bytes(String(Character(scalar))) }
                } else {
                    result.append(UInt8(truncatingIfNeeded: value))
                }
            }
            if result.count >= 8 { all.insert(result) }
        }
    }

    // MARK: - Binary encodings

    private mutating func binary(_ text: [UInt8], whole: Bool) {
        guard text.count >= 8 else { return }
        for upper in [false, true] {
            let digits = text.map { hex2(UInt32($0), 2, upper) }
            for separator in ["", " ", ":"] { wrapped.insert(Array(digits.joined(separator: bytes(separator)))) }
        }
        for url in [false, true] {
            let padded = Self.base64(text, url)
            wrapped.formUnion([padded, padded.filter { $0 != 61 }] + (0..<3).map { Self.base64Core(text, $0, url) })
            guard whole else { continue }
            let again = Self.base64(padded, url)
            let cores = (0..<3).flatMap { inner in
                (0..<3).map { Self.base64Core(Self.base64Core(text, inner, url), $0, url) }
            }
            wrapped.formUnion([again, again.filter { $0 != 61 }] + cores)
        }
    }

    static func base64(_ text: [UInt8], _ url: Bool) -> [UInt8] {
        let alphabet = bytes(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (url ? "-_" : "+/"))
        var result: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 3) {
            let group = Array(text[start..<min(start + 3, text.count)])
            let number = group.reduce(0) { $0 * 256 + Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[number >> (18 - 6 * place) & 63] : 61)
            }
        }
        return result
    }

    /// Encodes with neighbours and keeps the characters whose six bits are all the text's own.
    static func base64Core(_ text: [UInt8], _ alignment: Int, _ url: Bool) -> [UInt8] {
        let low = base64([UInt8](repeating: 0, count: alignment) + text + [0, 0, 0], url)
        let first = (alignment * 8 + 5) / 6
        let last = (alignment + text.count) * 8 / 6
        return Array(low[first..<last])
    }
}
