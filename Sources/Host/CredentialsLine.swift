/// A line of a credentials file that sets something: `NAME=value`, perhaps with `export ` before it and quotes around the
/// value.
struct CredentialsLine {
    /// Why a line cannot be read.
    enum Fault: String, Error {
        case noSetting = "it has no NAME=value"
        case noName = "the text before = is no variable name"
    }

    /// Where the name stands.
    let name: Range<Int>
    /// Where the value stands, without blanks and quotes around it.
    let value: Range<Int>

    /// Reads one line; nil for a comment and for one that is empty.
    init?(_ bytes: Span<UInt8>, _ whole: Range<Int>) throws(Fault) {
        var line = Self.trimmed(bytes, whole)
        guard let first = line.first, bytes[first] != UInt8(ascii: "#") else { return nil }
        if Self.starts(bytes, line, with: "export ") {
            line = Self.trimmed(bytes, (line.lowerBound + 7)..<line.upperBound)
        }
        guard let equals = line.first(where: { bytes[$0] == UInt8(ascii: "=") }), equals > line.lowerBound else {
            throw .noSetting
        }
        name = line.lowerBound..<equals
        guard !name.contains(where: { !Self.isNameByte(bytes[$0]) }) else { throw .noName }
        value = Self.unquoted(bytes, Self.trimmed(bytes, (equals + 1)..<line.upperBound))
    }

    /// The name as text; it is public.
    func name(_ bytes: Span<UInt8>) -> String {
        String(decoding: name.map { bytes[$0] }, as: UTF8.self)
    }

    /// Where something stands behind `name` and `=`, also in a line that cannot be read or says nothing, such as a comment.
    static func values(behind name: String, in bytes: Span<UInt8>) -> [Range<Int>] {
        ranges(of: bytes).compactMap { line in
            for start in line where starts(bytes, start..<line.upperBound, with: name) {
                let rest = trimmed(bytes, (start + name.utf8.count)..<line.upperBound)
                guard let equals = rest.first, bytes[equals] == UInt8(ascii: "=") else { continue }
                let value = unquoted(bytes, trimmed(bytes, (equals + 1)..<rest.upperBound))
                return value.isEmpty ? nil : value
            }
            return nil
        }
    }

    /// Where the lines stand, without their ends.
    static func ranges(of bytes: Span<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 10 { end += 1 }
            ranges.append(start..<end)
            start = end + 1
        }
        return ranges
    }

    // MARK: - Parts

    private static func trimmed(_ bytes: Span<UInt8>, _ whole: Range<Int>) -> Range<Int> {
        var range = whole
        while let first = range.first, bytes[first] <= 32 { range = (first + 1)..<range.upperBound }
        while let last = range.last, bytes[last] <= 32 { range = range.lowerBound..<last }
        return range
    }

    private static func unquoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, let first = range.first, let last = range.last, bytes[first] == bytes[last],
            bytes[first] == 34 || bytes[first] == 39
        else { return range }
        return (first + 1)..<last
    }

    private static func starts(_ bytes: Span<UInt8>, _ range: Range<Int>, with text: String) -> Bool {
        let letters = text.utf8
        guard range.count > letters.count else { return false }
        return zip(range, letters).allSatisfy { bytes[$0] == $1 }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 95 || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
