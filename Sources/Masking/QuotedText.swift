// Shell, Go, SQL and CSV quoting: what stands between the quotes.

/// How an apostrophe is written where a text stands in apostrophes.
enum ShellQuotes {
    /// `'\''`
    case backslash
    /// `'"'"'`
    case doubleQuotes
    /// `'\''`, and `!` as `'\!'` (`sq_quote_buf` of git).
    case git
    /// `'"''"'`: those that follow one another together (`set` of dash).
    case dash
    /// `'\'\''`: those that follow one another together, without empty `''` at the edges (zsh).
    case zsh
}

extension TextEncoding {
    /// Inside `'…'` (POSIX shell, 2.2.2).
    func writeShellSingleQuoted(_ source: Span<UInt8>, _ quotes: ShellQuotes, to draft: Draft) {
        for index in source.indices {
            switch (source[index], quotes) {
            case (0x27, .backslash), (0x27, .git): draft.append("'\\''")
            case (0x21, .git): draft.append("'\\!'")
            case (0x27, .doubleQuotes): draft.append("'\"'\"'")
            case (0x27, .dash):
                if index == 0 || source[index - 1] != 0x27 { draft.append("'\"") }
                draft.append(0x27)
                // At the end there is no empty `''`.
                if index + 1 == source.count {
                    draft.append("\"")
                } else if source[index + 1] != 0x27 {
                    draft.append("\"'")
                }
            case (0x27, .zsh):
                if index > 0, source[index - 1] != 0x27 { draft.append(0x27) }
                draft.append("\\'")
                if index + 1 < source.count, source[index + 1] != 0x27 { draft.append(0x27) }
            default: draft.append(source[index])
            }
        }
    }

    /// Inside quotes that are doubled where the text has them (SQL, YAML, CSV).
    func writeDoubled(_ source: Span<UInt8>, _ quote: UInt8, _ other: UInt8, to draft: Draft) {
        for index in source.indices {
            if source[index] == quote || source[index] == other { draft.append(source[index]) }
            draft.append(source[index])
        }
    }

    /// As bash's `printf %q` and `${x@Q}`-like tools write a word without control characters.
    func writeShellBackslash(_ source: Span<UInt8>, _ escapesFirst: Bool, to draft: Draft) {
        let special = ByteSet(" \t\n'\"\\|&;()<>!{}*[]?^$`,")
        for index in source.indices {
            let byte = source[index]
            let isSpecial = special.contains(byte)
            let specialHere = escapesFirst && index == 0 && (byte == 0x23 || byte == 0x7e)
            if isSpecial || specialHere { draft.append(0x5c) }
            draft.append(byte)
        }
    }

    /// Inside `"…"`: `"`, `\`, `$` and the backquote get a backslash (POSIX shell, 2.2.3).
    func writeShellDoubleQuoted(_ source: Span<UInt8>, to draft: Draft) {
        let special = ByteSet("\"\\$`")
        for index in source.indices {
            if special.contains(source[index]) { draft.append(0x5c) }
            draft.append(source[index])
        }
    }

    /// Inside `$'…'`, as bash's `printf %q` writes a word with control characters.
    func writeShellANSI(_ source: Span<UInt8>, _ octalAboveASCII: Bool, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            let (scalar, count) = decodeScalar(source, at: index) ?? (UInt32(byte), 1)
            if byte >= 0x80, !octalAboveASCII, count > 1, isPrintableInC(scalar) {
                draft.append(source.extracting(index..<index + count))
                index += count
                continue
            }
            index += 1
            switch byte {
            case 0x07: draft.append("\\a")
            case 0x08: draft.append("\\b")
            case 0x09: draft.append("\\t")
            case 0x0a: draft.append("\\n")
            case 0x0b: draft.append("\\v")
            case 0x0c: draft.append("\\f")
            case 0x0d: draft.append("\\r")
            case 0x1b: draft.append("\\E")
            case 0x27: draft.append("\\'")
            case 0x5c: draft.append("\\\\")
            default:
                if isControl(byte) || byte >= 0x80 {
                    draft.appendOctal(byte)
                } else {
                    draft.append(byte)
                }
            }
        }
    }

    /// Inside Go's `"…"` (`strconv.Quote`, `%q`; with `asciiOnly` `strconv.QuoteToASCII`, `%+q`).
    func writeGoQuoted(_ source: Span<UInt8>, _ asciiOnly: Bool, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte < 0x80 {
                writeGoASCII(byte, to: draft)
                index += 1
            } else if let (scalar, count) = decodeScalar(source, at: index) {
                writeGoScalar(scalar, source.extracting(index..<index + count), asciiOnly, to: draft)
                index += count
            } else {
                draft.append("\\x")
                draft.appendHex(UInt32(byte), digits: 2, upper: false)
                index += 1
            }
        }
    }

    private func writeGoASCII(_ byte: UInt8, to draft: Draft) {
        switch byte {
        case 0x07: draft.append("\\a")
        case 0x08: draft.append("\\b")
        case 0x09: draft.append("\\t")
        case 0x0a: draft.append("\\n")
        case 0x0b: draft.append("\\v")
        case 0x0c: draft.append("\\f")
        case 0x0d: draft.append("\\r")
        case 0x22: draft.append("\\\"")
        case 0x5c: draft.append("\\\\")
        default:
            guard isControl(byte) else { return draft.append(byte) }
            draft.append("\\x")
            draft.appendHex(UInt32(byte), digits: 2, upper: false)
        }
    }

    private func writeGoScalar(_ scalar: UInt32, _ bytes: Span<UInt8>, _ asciiOnly: Bool, to draft: Draft) {
        guard asciiOnly || !isGraphic(scalar) else { return draft.append(bytes) }
        draft.append(scalar > 0xffff ? "\\U" : "\\u")
        draft.appendHex(scalar, digits: scalar > 0xffff ? 8 : 4, upper: false)
    }
}
