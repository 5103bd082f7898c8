// The rows of docs/masking-forms.md for what single tools write, each as its tool does it; for the oracle.

/// What single tools make of a text.
struct NaiveToolForms {
    private let text: [UInt8]

    init(_ text: [UInt8]) { self.text = text }

    /// The forms, those that equal others too.
    var all: [[UInt8]] { units + traces + perl + logs + mounts + patterns + files + names + replaced }

    private static let alphanumeric = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

    private func isLetter(_ byte: UInt8) -> Bool { Self.alphanumeric.contains(byte) }
    private func isPrinted(_ byte: UInt8) -> Bool { (32...126).contains(byte) }
    private func hex(_ prefix: String, _ byte: UInt8, upper: Bool = false) -> [UInt8] {
        bytes(prefix) + hex2(UInt32(byte), 2, upper)
    }
    private func octal(_ byte: UInt8) -> [UInt8] {
        let digits = String(byte, radix: 8)
        return bytes("\\" + String(repeating: "0", count: 3 - digits.count) + digits)
    }

    /// `write` gets each character above ASCII, with its bytes, and each other byte.
    private func characters(_ write: (UInt32, ArraySlice<UInt8>, UInt8?) -> [UInt8]) -> [UInt8] {
        var (result, rest) = ([UInt8](), text[...])
        while let first = rest.first {
            let (value, count) = scalar(rest) ?? (UInt32(first), 1)
            result += write(value, rest.prefix(count), rest.dropFirst(count).first)
            rest = rest.dropFirst(count)
        }
        return result
    }

    /// Names of units.
    private var units: [[UInt8]] {
        var forms = [":-_.\\@", ":-_.\\@[]!*?"].map { valid in
            text.flatMap { byte in
                byte == 47 ? [45] : isLetter(byte) || bytes(valid).contains(byte) ? [byte] : hex("\\x", byte)
            }
        }
        forms.append(
            text.enumerated().flatMap { index, byte -> [UInt8] in
                if byte == 47 { return [45] }
                let stays = isLetter(byte) || byte == 58 || byte == 95 || (byte == 46 && index > 0)
                return stays ? [byte] : hex("\\x", byte)
            })
        return forms
    }

    /// Paths and addresses.
    private var traces: [[UInt8]] {
        func percent(_ raw: String, _ special: (UInt8) -> [UInt8]? = { _ in nil }) -> [UInt8] {
            text.flatMap { byte in
                special(byte) ?? (isLetter(byte) || bytes(raw).contains(byte) ? [byte] : hex("%", byte, upper: true))
            }
        }
        var forms = [text.flatMap { $0 < 128 ? [$0] : hex("%", $0) }]
        // wget, requests; Go; node's url.parse; PHP.
        forms += ["-_.~:/?#[]@!$&'()*+,;=", "-_.~$&+,/:;=@", "-_.~$&+:=@", "-_.~$&+,;="].map { percent($0) }
        forms += ["%5C", "/"].map { backslash in
            text.flatMap { byte in
                byte == 92
                    ? bytes(backslash)
                    : bytes(" \t\n\r\"'<>^`{|}").contains(byte) ? hex("%", byte, upper: true) : [byte]
            }
        }
        forms.append(percent("-_.") { $0 == 32 ? [43] : nil })
        if !Set(text).isDisjoint(with: [9, 10, 13, 92]) {
            for raw in ["!$%&'()*+,-./:;=@[]_|~", "!$%&'()*+,-./:;=@[]^_|~"] {
                forms.append(percent(raw) { $0 == 92 ? [47] : [9, 10, 13].contains($0) ? [] : nil })
            }
        }
        for quoted in [" \"#%/<>?@[\\]^`{|}", " \"#%<>?[\\]^`{|}"] {
            forms.append(
                characters { value, piece, _ in
                    let kinds: [Unicode.GeneralCategory] = [
                        .control, .spaceSeparator, .lineSeparator, .paragraphSeparator,
                    ]
                    let category = Unicode.Scalar(value)?.properties.generalCategory ?? .control
                    let isRaw =
                        value < 128
                        ? value > 32 && value < 127 && !bytes(quoted).contains(UInt8(value))
                        : piece.count > 1 && !kinds.contains(category)
                    return isRaw ? Array(piece) : piece.flatMap { hex("%", $0, upper: true) }
                })
        }
        return forms.filter { $0.count >= 8 }
    }

    /// Data::Dumper with Useqq and without, and Carp, of texts that are characters.
    private var perl: [[UInt8]] {
        guard text.contains(where: { $0 >= 128 }) else { return [] }
        func point(_ value: UInt32) -> [UInt8] { bytes("\\x{" + String(value, radix: 16) + "}") }
        let letters: [UInt32: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 27: "\\e",
        ]
        return ["Useqq", "Dumper", "Carp"].map { program in
            characters { value, piece, next in
                switch value {
                case 34, 36, 64, 92: return [92] + piece
                case 32..<127: return Array(piece)
                case 128...: return point(value)
                case _ where program == "Dumper": return Array(piece)
                case _ where program == "Carp": return point(value)
                default:
                    if let letter = letters[value] { return bytes(letter) }
                    let digits = next.map { (48...57).contains($0) } == true
                    return digits ? octal(UInt8(value)) : bytes("\\" + String(value, radix: 8))
                }
            }
        }
    }

    /// Logs of servers, redis-cli, curl's C.
    private var logs: [[UInt8]] {
        func make(_ known: [UInt8: String], _ other: (UInt8, UInt8?) -> [UInt8]) -> [UInt8] {
            text.enumerated().flatMap { index, byte -> [UInt8] in
                if let escape = known[byte] { return bytes(escape) }
                return isPrinted(byte) ? [byte] : other(byte, index + 1 < text.count ? text[index + 1] : nil)
            }
        }
        let quotes: [UInt8: String] = [34: "\\\"", 92: "\\\\"]
        let lighttpd: [UInt8: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r",
        ]
        let apache: [UInt8: String] = [8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 13: "\\r"]
        let redis: [UInt8: String] = [7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 13: "\\r"]
        let curl: [UInt8: String] = [9: "\\t", 10: "\\n", 11: "\u{b}", 12: "\u{c}", 13: "\\r", 63: "\\?"]
        return [
            make(quotes.merging(lighttpd) { old, _ in old }) { byte, _ in hex("\\x", byte, upper: true) },
            make(quotes.merging(apache) { old, _ in old }) { byte, _ in hex("\\x", byte) },
            make(quotes.merging(redis) { old, _ in old }) { byte, _ in hex("\\x", byte) },
            make(quotes.merging(curl) { old, _ in old }) { byte, next in
                next.map { bytes("0123456789abcdefABCDEF").contains($0) } == true ? octal(byte) : hex("\\x", byte)
            },
            make([34: "\\x22", 92: "\\x5C"]) { byte, _ in hex("\\x", byte, upper: true) },
        ]
    }

    /// The kernel's tables, and findmnt's lines and pairs.
    private var mounts: [[UInt8]] {
        [text.flatMap { bytes(" \t\n\\#").contains($0) ? octal($0) : [$0] }]
            + [" \\", "\"\\$`"].map { special in
                text.flatMap { isPrinted($0) && !bytes(special).contains($0) ? [$0] : hex("\\x", $0) }
            }
    }

    /// `re.escape`, `quotemeta` of characters and of bytes.
    private var patterns: [[UInt8]] {
        [text.flatMap { bytes("()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}").contains($0) ? [92, $0] : [$0] }]
            + [128, 256].map { end in
                text.flatMap { isLetter($0) || $0 == 95 || Int($0) >= end ? [$0] : [92, $0] }
            }
    }

    /// `${(qqqq)name}` of zsh, Python's cookies, npm's settings.
    private var files: [[UInt8]] {
        let cookie = characters { value, piece, _ in
            switch value {
            case 34, 92: [92] + piece
            case 44, 59, ..<32, 127: octal(UInt8(value))
            case 128..<256 where piece.count > 1: octal(UInt8(value))
            default: Array(piece)
            }
        }
        let letters: [UInt8: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 33: "\\!", 39: "\\'", 92: "\\\\",
        ]
        let zsh = [128, 256].map { end in
            text.flatMap { byte in
                letters[byte].map(bytes) ?? (isPrinted(byte) || Int(byte) >= 128 && end == 128 ? [byte] : octal(byte))
            }
        }
        return zsh + [cookie, text.flatMap { $0 == 59 || $0 == 35 ? [92, $0] : [$0] }]
    }

    /// Names in certificates.
    private var names: [[UInt8]] {
        [text.flatMap { $0 == 34 || $0 == 92 ? [92, $0] : isPrinted($0) ? [$0] : hex("\\", $0, upper: true) }]
    }

    /// `?` for what cannot be shown, and the dollar of make.
    private var replaced: [[UInt8]] {
        func isControl(_ byte: UInt8) -> Bool { byte < 32 || byte == 127 }
        var forms = [
            text.map { $0 > 127 ? 63 : $0 },
            characters { value, piece, _ in value > 127 ? [63] : Array(piece) },
            text.map { $0 > 127 || isControl($0) ? 63 : $0 },
            text.map { isControl($0) ? 63 : $0 },
        ]
        .filter { $0 != text && $0.count { $0 != 63 } >= 8 }
        forms.append(text.flatMap { $0 == 36 ? [36, 36] : [$0] })
        return forms
    }
}
