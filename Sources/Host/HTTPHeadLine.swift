import Masking

/// One header line of an answer, masked as it comes, with the lines that continue it.
///
/// Name and value are masked each for itself, and the line as a whole. Where these differ a value reaches over the colon,
/// and neither of its pieces is given.
struct HTTPHeadLine {
    private let whole: MaskingStream
    private let name: MaskingStream
    private let value: MaskingStream
    private var masked: (whole: [UInt8], name: [UInt8], value: [UInt8]) = ([], [], [])
    private var isCut = false

    private static let colon = UInt8(ascii: ":")

    init(_ line: Span<UInt8>, _ masker: Masker) {
        (whole, name, value) = (masker.makeStream(), masker.makeStream(), masker.makeStream())
        add(line)
    }

    /// Whether a line belongs to the one before it (RFC 9112, 5.2).
    static func isContinuation(_ line: Span<UInt8>) -> Bool {
        !line.isEmpty && isBlank(line[0])
    }

    /// The line goes on: its break and the blanks after it are one blank.
    mutating func goOn(_ line: Span<UInt8>) {
        var start = 0
        while start < line.count, Self.isBlank(line[start]) { start += 1 }
        let blank: [UInt8] = [32]
        add(blank.span)
        add(line.extracting(start..<line.count))
    }

    /// The name in small letters, and the value without blanks around it. Where a value reaches over the colon the masked
    /// line is the name, and the value is empty. Nil for a line without a name.
    mutating func finish() -> (name: [UInt8], value: [UInt8])? {
        whole.finish { masked.whole.append(copying: $0) }
        name.finish { masked.name.append(copying: $0) }
        value.finish { masked.value.append(copying: $0) }
        guard isCut, !masked.name.isEmpty else { return nil }
        guard masked.whole == masked.name + [Self.colon] + masked.value else { return (masked.whole, []) }
        let blanks = masked.value.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank)
        return (masked.name.lowercased, blanks.reversed())
    }

    private mutating func add(_ bytes: Span<UInt8>) {
        whole.write(bytes) { masked.whole.append(copying: $0) }
        guard !isCut else { return value.write(bytes) { masked.value.append(copying: $0) } }
        var end = 0
        while end < bytes.count, bytes[end] != Self.colon { end += 1 }
        name.write(bytes.extracting(0..<end)) { masked.name.append(copying: $0) }
        guard end < bytes.count else { return }
        isCut = true
        value.write(bytes.extracting((end + 1)..<bytes.count)) { masked.value.append(copying: $0) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}
