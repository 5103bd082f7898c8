/// How a programming language shows a text as a literal of its own, inside `'…'`, or inside `"…"` where the text holds
/// apostrophes.
struct LiteralStyle {
    enum Language {
        /// `repr` of a `str`.
        case python
        /// `ascii`.
        case pythonASCII
        /// `repr` of `bytes`.
        case pythonBytes
        /// `util.inspect`, as `console.log` shows what stands in an object.
        case javaScript
        /// Data::Dumper of Perl, `var_export` of PHP: control characters stay.
        case perl
    }

    let language: Language
    /// Between apostrophes; else the quotes are others.
    let escapesApostrophe: Bool

    static let all: [LiteralStyle] =
        [Language.python, .pythonASCII, .pythonBytes, .javaScript].flatMap { language in
            [false, true].map { LiteralStyle(language: language, escapesApostrophe: $0) }
        } + [LiteralStyle(language: .perl, escapesApostrophe: true)]

    /// Whether a text with these bytes can become another one.
    func changes(_ profile: TextProfile) -> Bool {
        if profile.holds(0x5c) || (escapesApostrophe && profile.holds(0x27)) { return true }
        let hasControls = profile.low & 0xffff_ffff != 0 || profile.holds(0x7f)
        return language != .perl && (hasControls || profile.hasHigh)
    }

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte < 0x80 || language == .perl {
                writeASCII(byte, to: draft)
                index += 1
            } else if language != .pythonBytes, let (scalar, count) = decodeScalar(source, at: index) {
                write(scalar, source.extracting(index..<index + count), to: draft)
                index += count
            } else {
                writeByte(byte, to: draft)
                index += 1
            }
        }
    }

    private func writeASCII(_ byte: UInt8, to draft: Draft) {
        if byte == 0x5c || (byte == 0x27 && escapesApostrophe) {
            draft.append(0x5c)
            return draft.append(byte)
        }
        guard isControl(byte), language != .perl else { return draft.append(byte) }
        switch byte {
        case 0x09: draft.append("\\t")
        case 0x0a: draft.append("\\n")
        case 0x0d: draft.append("\\r")
        case 0x08 where language == .javaScript: draft.append("\\b")
        case 0x0c where language == .javaScript: draft.append("\\f")
        default: writeHex(UInt32(byte), to: draft)
        }
    }

    /// A byte that is no part of a character; Python has it as a surrogate (PEP 383).
    private func writeByte(_ byte: UInt8, to draft: Draft) {
        switch language {
        case .pythonBytes: writeHex(UInt32(byte), to: draft)
        case .python, .pythonASCII:
            draft.append("\\udc")
            draft.appendHex(UInt32(byte), digits: 2, upper: false)
        case .javaScript, .perl: draft.append(byte)
        }
    }

    private func write(_ scalar: UInt32, _ bytes: Span<UInt8>, to draft: Draft) {
        let isEscaped =
            switch language {
            case .python: !isGraphic(scalar)
            case .pythonASCII: true
            default: scalar <= 0x9f
            }
        guard isEscaped else { return draft.append(bytes) }
        guard scalar > 0xff else { return writeHex(scalar, to: draft) }
        draft.append(scalar > 0xffff ? "\\U" : "\\u")
        draft.appendHex(scalar, digits: scalar > 0xffff ? 8 : 4, upper: false)
    }

    private func writeHex(_ value: UInt32, to draft: Draft) {
        draft.append("\\x")
        draft.appendHex(value, digits: 2, upper: language == .javaScript)
    }
}
