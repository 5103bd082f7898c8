/// Lines of a value: which of them tell something, and which part of a line does.
enum LineText {
    /// What is left without white space around it.
    static func trimmed(_ text: Span<UInt8>) -> Range<Int> { trimmed(text, 0..<text.count) }

    static func trimmed(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end && isBlank(text[start]) { start += 1 }
        while end > start && isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }

    static func hasBreak(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where LineBreak.begins(with: text[index]) { return true }
        return false
    }

    static func hasCR(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] == 0x0d { return true }
        return false
    }

    /// Appends the text with `newline` for each line break.
    static func write(_ text: Span<UInt8>, newline: StaticString, to draft: Draft) {
        var index = 0
        while index < text.count {
            if text[index] == 0x0d, index + 1 < text.count, text[index + 1] == 0x0a { index += 1 }
            if LineBreak.begins(with: text[index]) { draft.append(newline) } else { draft.append(text[index]) }
            index += 1
        }
    }

    // MARK: - Telling lines

    /// 8 bytes or more, not a PEM header or footer, and not punctuation alone.
    static func isTelling(_ line: Span<UInt8>) -> Bool {
        guard line.count >= Forms.minimumEncoded, !isPEMBoundary(line) else { return false }
        for index in line.indices where isAlphanumeric(line[index]) || line[index] >= 0x80 { return true }
        return false
    }

    private static func isPEMBoundary(_ line: Span<UInt8>) -> Bool {
        (starts(line, with: "-----BEGIN ") || starts(line, with: "-----END "))
            && starts(line.extracting(max(0, line.count - 5)..<line.count), with: "-----")
    }

    private static func starts(_ text: Span<UInt8>, with prefix: StaticString) -> Bool {
        guard text.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where unsafe prefix.utf8Start[index] != text[index] { return false }
        return true
    }

    // MARK: - Settings

    /// The telling pieces of what a line such as `key: value`, `"key": "value",` or `KEY=value` sets, or of the strings of
    /// a line of JSON: cut at `\\n` and `\\r`, as a key in JSON writes its lines.
    static func settings(_ line: Span<UInt8>) -> [Range<Int>] {
        guard !isJSON(line) else { return strings(line).flatMap { pieces(line, $0) } }
        return valuePart(line).map { pieces(line, $0) } ?? []
    }

    /// No more strings of one line are parts of their own: each has a score of forms.
    private static let mostStrings = 128

    /// Whether a text looks like JSON on one line.
    static func isJSON(_ text: Span<UInt8>) -> Bool { text.count > 0 && (text[0] == 0x7b || text[0] == 0x5b) }

    /// What stands between quotes and is no name, as it is written.
    private static func strings(_ text: Span<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < text.count, found.count < mostStrings {
            guard text[index] == 0x22 else {
                index += 1
                continue
            }
            let start = index + 1
            index = start
            while index < text.count, text[index] != 0x22 { index += text[index] == 0x5c ? 2 : 1 }
            guard index < text.count else { break }
            let string = start..<index
            index += 1
            while index < text.count, isBlank(text[index]) { index += 1 }
            if index == text.count || text[index] != 0x3a { found.append(string) }
        }
        return found
    }

    private static func pieces(_ line: Span<UInt8>, _ value: Range<Int>) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = value.lowerBound
        var index = start
        while index <= value.upperBound {
            let isEnd = index == value.upperBound
            let isCut = !isEnd && index + 1 < value.upperBound && isEscapedBreak(line, index)
            if isEnd || isCut {
                let piece = trimmed(line, start..<index)
                if isTellingPiece(line.extracting(piece)) { pieces.append(piece) }
                start = index + 2
            }
            index += isCut ? 2 : 1
        }
        return pieces
    }

    private static func isEscapedBreak(_ line: Span<UInt8>, _ index: Int) -> Bool {
        line[index] == 0x5c && (line[index + 1] == 0x6e || line[index + 1] == 0x72)
    }

    private static func valuePart(_ line: Span<UInt8>) -> Range<Int>? {
        var index = starts(line, with: "export ") ? 7 : starts(line, with: "- ") ? 2 : 0
        let first = index
        while index < line.count, isKeyByte(line[index]) { index += 1 }
        guard index > first, index < line.count else { return nil }
        if line[index] == 0x3a {
            guard index + 1 < line.count, line[index + 1] == 0x20 || line[index + 1] == 0x09 else { return nil }
        } else if line[index] != 0x3d {
            return nil
        }
        return unquoted(line, trimmed(line, index + 1..<line.count))
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool { isPlain(byte) || byte == 0x22 || byte == 0x27 }

    /// Without a comma after it and one pair of quotes around it.
    private static func unquoted(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        if end > start, line[end - 1] == 0x2c { end -= 1 }
        if end - start >= 2, line[start] == line[end - 1], line[start] == 0x22 || line[start] == 0x27 {
            start += 1
            end -= 1
        }
        return start..<end
    }

    /// A telling line that is more than words and no public address.
    private static func isTellingPiece(_ piece: Span<UInt8>) -> Bool {
        guard isTelling(piece) else { return false }
        if starts(piece, with: "https://") || starts(piece, with: "http://") { return holds(piece, 0x40) }
        for index in piece.indices where !isWordByte(piece[index]) { return true }
        return false
    }

    private static func holds(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        for index in text.indices where text[index] == byte { return true }
        return false
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        let isLetter = isAlphanumeric(byte) && byte > 0x39
        return isLetter || byte == 0x20 || byte == 0x2c || byte == 0x2d || byte == 0x2e || byte == 0x5f
    }
}
