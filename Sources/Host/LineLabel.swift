import Masking

/// Puts a label before each line of a shown stream, and lets through whole lines only: two labelled programs never share
/// a line. A line that is too long is shown in parts.
struct LineLabel {
    private let label: [UInt8]
    private var cutter = LineCutter()

    init(_ label: [UInt8]) { self.label = label }

    /// The bytes of the line that has not ended.
    var count: Int { cutter.open.count }

    /// Takes the next bytes; `show` gets the lines that are whole now.
    mutating func write(_ bytes: Span<UInt8>, _ show: (Span<UInt8>) -> Void) {
        cutter.add(bytes) { [label] line, isWhole in
            var labelled = label
            labelled.append(copying: line)
            if !isWhole { labelled.append(10) }
            show(labelled.span)
        }
    }

    /// The stream has ended; what is no whole line gets its end.
    mutating func finish(_ show: (Span<UInt8>) -> Void) {
        let rest = cutter.take()
        if !rest.isEmpty { show((label + rest + [10]).span) }
    }
}
