/// The head of an answer, line by line: whether it is whole, and the few fields that are read.
struct HTTPResponseHead {
    /// More than this in all is no head of an API's.
    static let maximumBytes = 64 * 1024
    static let maximumValueBytes = 512
    private static let known: Set<String> = ["content-type", "date", "location", "retry-after"]

    private(set) var fields: [String: String] = [:]
    /// Whether the empty line at its end has come.
    private(set) var isComplete = false
    private var byteCount = 0

    /// Takes one line with its line end; false when there are too many bytes.
    ///
    /// - Parameter keepsFields: False where somebody else reads the fields: a value may be echoed in any of them.
    mutating func take(_ line: Span<UInt8>, keepsFields: Bool = true) -> Bool {
        byteCount += line.count
        guard byteCount <= HTTPResponseHead.maximumBytes else { return false }
        if HTTPResponseHead.isStatusLine(line) {
            // A proxy's answer or a 100 came before: only the last head counts.
            fields = [:]
            isComplete = false
        } else if line.count <= 2, line.count > 0, line[line.count - 1] == UInt8(ascii: "\n") {
            isComplete = true
        } else if !isComplete, keepsFields {
            takeField(line)
        }
        return true
    }

    private static func isStatusLine(_ line: Span<UInt8>) -> Bool {
        let mark: [UInt8] = Array("HTTP/".utf8)
        return line.count > mark.count && mark.indices.allSatisfy { line[$0] == mark[$0] }
    }

    private mutating func takeField(_ line: Span<UInt8>) {
        guard line.count <= HTTPResponseHead.maximumValueBytes,
            let colon = line.indices.first(where: { line[$0] == UInt8(ascii: ":") })
        else { return }
        // Only a known name makes its value text: a cookie may be a credential.
        guard let name = HTTPResponseHead.text(line.extracting(0..<colon))?.lowercased(),
            HTTPResponseHead.known.contains(name),
            let value = HTTPResponseHead.text(line.extracting((colon + 1)..<line.count))
        else { return }
        fields[name] = value
    }

    /// Printable ASCII without the blanks around it; nil for anything else.
    private static func text(_ bytes: Span<UInt8>) -> String? {
        var scalars = String.UnicodeScalarView()
        for index in bytes.indices {
            switch bytes[index] {
            case 0x09, 0x0A, 0x0D: scalars.append(" ")
            case 0x20..<0x7F: scalars.append(Unicode.Scalar(bytes[index]))
            default: return nil
            }
        }
        let trimmed = scalars.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return String(String.UnicodeScalarView(trimmed))
    }
}
