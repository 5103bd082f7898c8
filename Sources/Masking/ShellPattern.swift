/// How bash writes a quoted text in a trace (`set -x`) where it is part of a pattern: `[[ x == "$v" ]]`, `[[ x =~ "$v" ]]`.
///
/// Measured with bash 5.2 on every byte, and on characters above ASCII.
enum ShellPattern: CaseIterable {
    /// A backslash before each byte, as where characters are bytes.
    case bytes
    /// One before each character, as in a UTF-8 locale.
    case characters
    /// One before each byte that means something in a regular expression.
    case regularExpression

    /// Which of them make something of a text.
    struct Profile {
        /// Bytes that get no backslash: bash marks others with them.
        private(set) var holdsUnescaped = false
        private(set) var hasHigh = false
        private(set) var holdsSpecial = false

        init(_ text: Span<UInt8>) {
            let special = ShellPattern.special
            for index in text.indices {
                let byte = text[index]
                if ShellPattern.isUnescaped(byte) { holdsUnescaped = true }
                if byte >= 0x80 { hasHigh = true }
                if special.contains(byte) { holdsSpecial = true }
            }
        }
    }

    private static let special = ByteSet("$()*+.?[\\^{|")

    private static func isUnescaped(_ byte: UInt8) -> Bool { byte == 0x01 || byte == 0x7f }

    /// Appends `source`, at most twice as long.
    func write(_ source: Span<UInt8>, to draft: Draft) {
        let special = ShellPattern.special
        var index = 0
        while index < source.count {
            let byte = source[index]
            if self == .characters, byte >= 0x80, let (_, count) = decodeScalar(source, at: index) {
                draft.append(0x5c)
                draft.append(source.extracting(index..<index + count))
                index += count
                continue
            }
            let isEscaped = self == .regularExpression ? special.contains(byte) : !ShellPattern.isUnescaped(byte)
            if isEscaped { draft.append(0x5c) }
            draft.append(byte)
            index += 1
        }
    }
}
