/// Puts a label before each line of a shown stream, and lets through whole lines only: two labelled programs never share
/// a line.
struct LineLabel {
    /// A line that grows past this is shown in parts.
    private static let maximumLineBytes = 1 << 16

    private let label: [UInt8]
    private var line: [UInt8] = []

    init(_ label: [UInt8]) { self.label = label }

    /// Takes the next bytes; `show` gets the lines that are whole now.
    mutating func write(_ bytes: Span<UInt8>, _ show: (Span<UInt8>) -> Void) {
        var start = 0
        for index in bytes.indices where bytes[index] == 10 {
            append(bytes.extracting(start..<(index + 1)))
            flush(show)
            start = index + 1
        }
        append(bytes.extracting(start..<bytes.count))
        if line.count > Self.maximumLineBytes {
            line.append(10)
            flush(show)
        }
    }

    /// The stream has ended; what is no whole line gets its end.
    mutating func finish(_ show: (Span<UInt8>) -> Void) {
        guard !line.isEmpty else { return }
        line.append(10)
        flush(show)
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        if line.isEmpty { line = label }
        unsafe bytes.withUnsafeBufferPointer { unsafe line.append(contentsOf: $0) }
    }

    private mutating func flush(_ show: (Span<UInt8>) -> Void) {
        show(line.span)
        line.removeAll(keepingCapacity: true)
    }
}
