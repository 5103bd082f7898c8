import Masking

/// Cuts a text that comes in pieces into lines, and a line that is too long after exactly `longest` bytes: where it is cut
/// must not tell where the masker's pieces ended.
struct LineCutter {
    private static let longest = 1 << 16

    /// What there is of the line that has not ended.
    private(set) var open: [UInt8] = []

    /// Takes the next bytes; `give` gets each line that is whole now, with its end, and the parts of those that are too long.
    mutating func add(_ bytes: Span<UInt8>, _ give: (_ line: Span<UInt8>, _ isWhole: Bool) -> Void) {
        var start = 0
        for index in bytes.indices {
            let isEnd = bytes[index] == 10
            guard isEnd || open.count + index - start == Self.longest else { continue }
            let next = isEnd ? index + 1 : index
            open.append(copying: bytes.extracting(start..<next))
            give(open.span, isEnd)
            open.removeAll(keepingCapacity: true)
            start = next
        }
        open.append(copying: bytes.extracting(start..<bytes.count))
    }

    /// What there is of the line; the next bytes begin another.
    mutating func take() -> [UInt8] {
        defer { open = [] }
        return open
    }
}
