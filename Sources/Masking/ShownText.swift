// How programs show a text that they do not print as it is, and what shells make of backslashes in one.

/// What zsh, `cat -v` and the GNU tools show.
enum ShownText: CaseIterable {
    /// A part of a pattern that zsh traces.
    case zshPattern
    /// `printf %q` of zsh, in a UTF-8 locale and where characters are bytes.
    case zshWord
    case zshWordBytes
    /// zsh's `$'…'`, in a UTF-8 locale and where characters are bytes.
    case zshQuoted
    case zshQuotedBytes
    /// `cat -v`, and `cat -A`, which shows tabs.
    case caret
    case caretWithTabs
    /// GNU names in errors, in a UTF-8 locale and where characters are bytes: `'a'$'\001''b'`.
    case gnu
    case gnuBytes

    func changes(_ profile: TextProfile) -> Bool {
        let hasControls = profile.low & 0xffff_ffff != 0 || profile.holds(0x7f)
        switch self {
        case .zshPattern, .zshWord: return true
        case .zshWordBytes: return profile.hasHigh
        case .zshQuoted: return hasControls
        default: return hasControls || profile.hasHigh
        }
    }

    /// Whether what becomes of a byte hangs on its neighbours.
    var looksAround: Bool { [.gnu, .gnuBytes, .zshWord, .zshWordBytes].contains(self) }

    func write(_ source: Span<UInt8>, to draft: Draft) {
        switch self {
        case .zshPattern: writePattern(source, to: draft)
        case .zshWord, .zshWordBytes: writeWord(source, to: draft)
        case .gnu, .gnuBytes: writeNames(source, to: draft)
        default: for index in source.indices { writeByte(source[index], to: draft) }
        }
    }

    private func writePattern(_ source: Span<UInt8>, to draft: Draft) {
        let special = ByteSet(" #$()*<>?[]^|~\\")
        for index in source.indices {
            let byte = source[index]
            switch byte {
            case 0x09: draft.append("$'\\t'")
            case 0x0a: draft.append("$'\\n'")
            case 0x0d: draft.append("$'\\r'")
            default:
                if special.contains(byte) { draft.append(0x5c) }
                draft.append(byte)
            }
        }
    }

    private func writeWord(_ source: Span<UInt8>, to draft: Draft) {
        let special = ByteSet(" \"#$&'()*;<>?[\\]^`{|}")
        var index = 0
        while index < source.count {
            let byte = source[index]
            let (scalar, count) = decodeScalar(source, at: index) ?? (UInt32(byte), 1)
            let isShown = byte < 0x80 ? !isControl(byte) : self == .zshWord && count > 1 && isPrintableInC(scalar)
            if isShown {
                let isFirst = index == 0 && (byte == 0x7e || byte == 0x3d)
                if isFirst || special.contains(byte) { draft.append(0x5c) }
                draft.append(source.extracting(index..<index + count))
                index += count
            } else {
                draft.append("$'")
                writeEscape(byte, to: draft)
                draft.append("'")
                index += 1
            }
        }
    }

    /// One byte for zsh and cat.
    private func writeByte(_ byte: UInt8, to draft: Draft) {
        let isZsh = self == .zshQuoted || self == .zshQuotedBytes
        switch byte {
        case 0x0a where !isZsh, 0x09 where self == .caret: draft.append(byte)
        case 0x0a: draft.append("\\n")
        case 0x09 where isZsh: draft.append("\\t")
        case 0x27 where isZsh, 0x5c where isZsh:
            draft.append(0x5c)
            draft.append(byte)
        case 0x80... where self == .zshQuoted: draft.append(byte)
        case 0x80...:
            draft.append(isZsh ? "\\M-" : "M-")
            writeASCII(byte & 0x7f, isZsh, to: draft)
        default: writeASCII(byte, isZsh, to: draft)
        }
    }

    private func writeASCII(_ byte: UInt8, _ isZsh: Bool, to draft: Draft) {
        if isControl(byte) { draft.append(isZsh ? "\\C-" : "^") }
        draft.append(isControl(byte) ? byte ^ 0x40 : byte)
    }

    private func writeNames(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        var isEscaping = false
        while index < source.count {
            let byte = source[index]
            let (scalar, count) = decodeScalar(source, at: index) ?? (UInt32(byte), 1)
            let isRaw =
                byte < 0x80 ? !isControl(byte) : self == .gnu && count > 1 && isPrintableInC(scalar)
            if isRaw {
                // A run of escapes ends with the quotes that stood around it.
                if isEscaping, byte != 0x27 { draft.append("''") }
                isEscaping = false
                if byte == 0x27 {
                    draft.append("'\\''")
                } else {
                    draft.append(source.extracting(index..<index + count))
                }
                index += count
                continue
            }
            if !isEscaping, index > 0 { draft.append("'$'") }
            isEscaping = true
            writeEscape(byte, to: draft)
            index += 1
        }
    }

    private func writeEscape(_ byte: UInt8, to draft: Draft) {
        guard byte >= 7, byte <= 13 else { return draft.appendOctal(byte) }
        let letters: StaticString = "abtnvfr"
        draft.append(0x5c)
        draft.append(unsafe letters.utf8Start[Int(byte) - 7])
    }
}

/// What becomes of a text with backslashes in it where a shell reads it as one with escapes.
enum ReadText: CaseIterable {
    /// `echo` of dash.
    case echo
    /// `echo` of zsh.
    case zshEcho
    /// `read` without `-r`: a backslash goes, what follows it stays. So does xargs.
    case read

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            index += 1
            guard byte == 0x5c else {
                draft.append(byte)
                continue
            }
            guard index < source.count else {
                if self != .read { draft.append(byte) }
                return
            }
            let letter = source[index]
            index += 1
            if self == .read || letter == 0x5c {
                draft.append(letter)
            } else if letter == 0x63 {
                // The rest is not printed: what comes is no more than a beginning.
                return draft.clear()
            } else if let control = Self.control(letter) {
                draft.append(control)
            } else if !readNumber(source, letter, &index, to: draft) {
                draft.append(0x5c)
                draft.append(letter)
            }
        }
    }

    private static func control(_ letter: UInt8) -> UInt8? {
        let letters: StaticString = "abtnvfr"
        if letter == 0x65 { return 0x1b }
        for place in 0..<letters.utf8CodeUnitCount where unsafe letters.utf8Start[place] == letter {
            return UInt8(7 + place)
        }
        return nil
    }

    /// A byte or character by its number: `\0101`, `\101` in dash, `\x41` and `\u41` in zsh.
    private func readNumber(_ source: Span<UInt8>, _ letter: UInt8, _ index: inout Int, to draft: Draft) -> Bool {
        switch letter {
        case 0x30:
            draft.append(UInt8(truncatingIfNeeded: digits(source, &index, most: 3, bits: 3)))
        case 0x31...0x37 where self == .echo:
            index -= 1
            draft.append(UInt8(truncatingIfNeeded: digits(source, &index, most: 3, bits: 3)))
        case 0x78 where self == .zshEcho:
            draft.append(UInt8(truncatingIfNeeded: digits(source, &index, most: 2, bits: 4)))
        case 0x75 where self == .zshEcho: appendScalar(digits(source, &index, most: 4, bits: 4), to: draft)
        case 0x55 where self == .zshEcho: appendScalar(digits(source, &index, most: 8, bits: 4), to: draft)
        default: return false
        }
        return true
    }

    private func digits(_ source: Span<UInt8>, _ index: inout Int, most: Int, bits: UInt32) -> UInt32 {
        var (value, count) = (UInt32(0), 0)
        while count < most, index < source.count {
            let byte = source[index]
            guard bits == 4 ? isHexDigit(byte) : (0x30...0x37).contains(byte) else { break }
            let digit = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10
            value = value << bits | UInt32(digit)
            (index, count) = (index + 1, count + 1)
        }
        return value
    }

    private func appendScalar(_ value: UInt32, to draft: Draft) {
        guard let scalar = Unicode.Scalar(value) else { return }
        for byte in UTF8.encode(scalar) ?? .init() { draft.append(byte) }
    }
}
