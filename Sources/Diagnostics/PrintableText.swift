extension Collection<UInt8> {
    /// The bytes as a message shows them: printable, and with a mark where more than `maximum` of them are left out.
    public func shownText(atMost maximum: Int = 200) -> String {
        let text = String(decoding: prefix(maximum), as: UTF8.self)
        guard count > maximum else { return text.printable }
        // A letter may have been cut in two.
        let whole = text.unicodeScalars.last == "\u{FFFD}" ? String(text.unicodeScalars.dropLast()) : text
        return whole.printable + "…"
    }
}

extension String {
    /// The text with control characters shown as escapes, those that turn the direction of writing among them, so that
    /// a name cannot move the cursor or read as another.
    public var printable: String { escaped { _ in false } }

    /// The same of a text of several lines, whose line ends and tabs stay.
    public var printableText: String { escaped { $0 == 10 || $0 == 9 } }

    private func escaped(_ stays: (UInt32) -> Bool) -> String {
        unicodeScalars.reduce(into: "") { result, scalar in
            let isControl =
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
            result += isControl && !stays(scalar.value) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }
}

extension String {
    /// As a shell takes it for one word.
    public var shellWord: String {
        let text = printable
        let isPlain =
            !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && !Array("'\"\\$`|&;<>()*?[]#~!{}".utf8).contains($0) }
        return isPlain
            ? text
            : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
