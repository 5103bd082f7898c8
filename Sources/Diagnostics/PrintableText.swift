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
