import Diagnostics

/// Makes every form of a value: docs/masking-forms.md, row by row.
struct Forms {
    /// The fewest bytes of a value that is masked as it stands.
    static let minimumVerbatim = 4
    /// The fewest bytes of a text whose encodings are masked, and of a line that is.
    static let minimumEncoded = 8

    /// What a base text is made into.
    private enum Depth { case verbatim, text, lines, all }

    private let base: Draft
    private let draft: Draft
    private let inner: Draft

    init() throws(Failure) {
        base = try Draft()
        draft = try Draft()
        inner = try Draft()
    }

    /// Hands each form of `value` to `take`, some of them twice.
    ///
    /// Wipes its scratch.
    func write(_ value: Span<UInt8>, take: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
        let room = value.count * TextEncoding.maximumExpansion + 64
        try base.reserve(room)
        try draft.reserve(room)
        try inner.reserve(room)
        defer { wipe() }
        try expand(value, .verbatim, take)
        let core = value.extracting(trimmed(value))
        try expand(core, .all, take)
        guard hasLineBreak(value) else { return }
        try writeNewlineVariants(value, .verbatim, take)
        try writeNewlineVariants(core, .text, take)
        try writeLines(core, take)
    }

    private func wipe() {
        base.wipe()
        draft.wipe()
        inner.wipe()
    }

    // MARK: - Base texts

    /// What is left without white space around it.
    private func trimmed(_ text: Span<UInt8>) -> Range<Int> {
        var start = 0
        var end = text.count
        while start < end && isBlank(text[start]) { start += 1 }
        while end > start && isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }

    private func hasLineBreak(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] == 0x0a || text[index] == 0x0d { return true }
        return false
    }

    private func holdsCR(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] == 0x0d { return true }
        return false
    }

    /// The whole with LF, with CRLF (both in text encodings too) and with one blank for each line break.
    private func writeNewlineVariants(
        _ text: Span<UInt8>, _ depth: Depth, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for (newline, depth) in [("\n" as StaticString, depth), ("\r\n", depth), (" ", .verbatim)] {
            // With LF alone in it, the text with LF is the text itself.
            if newline.utf8CodeUnitCount == 1, depth != .verbatim, !holdsCR(text) { continue }
            base.clear()
            var index = 0
            while index < text.count {
                if text[index] == 0x0d, index + 1 < text.count, text[index + 1] == 0x0a { index += 1 }
                if text[index] == 0x0a || text[index] == 0x0d { base.append(newline) } else { base.append(text[index]) }
                index += 1
            }
            try base.withBytes { (bytes) throws(Failure) in try expand(bytes, depth, take) }
        }
    }

    private func writeLines(
        _ text: Span<UInt8>, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        for index in 0...text.count {
            guard index == text.count || text[index] == 0x0a || text[index] == 0x0d else { continue }
            let line = text.extracting(start..<index)
            start = index + 1
            let core = line.extracting(trimmed(line))
            guard isTelling(core) else { continue }
            try expand(line, .verbatim, take)
            try expand(core, .lines, take)
        }
    }

    /// 8 bytes or more, not a PEM header or footer, and not punctuation alone.
    private func isTelling(_ line: Span<UInt8>) -> Bool {
        guard line.count >= Forms.minimumEncoded, !isPEMBoundary(line) else { return false }
        for index in line.indices where isAlphanumeric(line[index]) || line[index] >= 0x80 { return true }
        return false
    }

    private func isPEMBoundary(_ line: Span<UInt8>) -> Bool {
        (starts(line, with: "-----BEGIN ") || starts(line, with: "-----END "))
            && starts(line.extracting(max(0, line.count - 5)..<line.count), with: "-----")
    }

    private func starts(_ text: Span<UInt8>, with prefix: StaticString) -> Bool {
        guard text.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where unsafe prefix.utf8Start[index] != text[index] { return false }
        return true
    }

    // MARK: - Encodings

    private func expand(
        _ text: Span<UInt8>, _ depth: Depth, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard text.count >= Forms.minimumVerbatim else { return }
        try take(text)
        guard depth != .verbatim, text.count >= Forms.minimumEncoded else { return }
        try writeTextEncodings(text, take)
        guard depth != .text else { return }
        for alphabet in [Base64Alphabet.standard, .url] {
            try writeBase64(text, alphabet, whole: depth == .all, take)
        }
        try writeHex(text, take)
    }

    private func writeTextEncodings(
        _ text: Span<UInt8>, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard !TextEncoding.leavesAlone(text) else { return }
        for encoding in TextEncoding.all {
            draft.clear()
            encoding.write(text, to: draft)
            try draft.withBytes(take)
        }
    }

    private func writeHex(_ text: Span<UInt8>, _ take: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
        for upper in [false, true] {
            for separator in [nil, 0x20, 0x3a] as [UInt8?] {
                draft.clear()
                draft.appendHexText(text, upper: upper, separator: separator)
                try draft.withBytes(take)
            }
        }
    }

    private func writeBase64(
        _ text: Span<UInt8>, _ alphabet: Base64Alphabet, whole: Bool, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for alignment in 0..<3 {
            inner.clear()
            inner.appendBase64Core(text, alignment: alignment, alphabet)
            try inner.withBytes { (core) throws(Failure) in
                try take(core)
                guard whole else { return }
                if alignment == 0 { try writeWrapped(core, take) }
                try writeCoresAgain(core, alphabet, take)
            }
        }
        for padded in [false, true] {
            inner.clear()
            inner.appendBase64(text, padded: padded, alphabet)
            try inner.withBytes(take)
        }
        guard whole else { return }
        try inner.withBytes { (padded) throws(Failure) in
            try writeWrapped(padded, take)
            try writeWholeAgain(padded, alphabet, take)
        }
    }

    private func writeWrapped(_ text: Span<UInt8>, _ take: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
        for columns in [64, 76] where text.count > columns {
            for crlf in [false, true] {
                draft.clear()
                draft.appendWrapped(text, columns: columns, crlf: crlf)
                try draft.withBytes(take)
            }
        }
    }

    private func writeCoresAgain(
        _ text: Span<UInt8>, _ alphabet: Base64Alphabet, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for alignment in 0..<3 {
            draft.clear()
            draft.appendBase64Core(text, alignment: alignment, alphabet)
            try draft.withBytes(take)
        }
    }

    private func writeWholeAgain(
        _ text: Span<UInt8>, _ alphabet: Base64Alphabet, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for padded in [false, true] {
            draft.clear()
            draft.appendBase64(text, padded: padded, alphabet)
            try draft.withBytes(take)
        }
    }
}
