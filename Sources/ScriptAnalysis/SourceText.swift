/// The bytes of a script, with the places of its lines.
public struct SourceText: Sendable {
    /// The bytes, as they came.
    public let bytes: [UInt8]
    /// Where each line begins.
    private let lineStarts: [Int]

    /// Takes the text of a script.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 10 { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// The place of a byte: its line, and its column in characters, both from 1.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let place = min(max(offset, 0), bytes.count)
        let line = lineIndex(of: place)
        let before = String(decoding: bytes[lineStarts[line]..<place], as: UTF8.self)
        return (line + 1, before.unicodeScalars.count + 1)
    }

    /// The line of a byte, from 1.
    func line(of offset: Int) -> Int { lineIndex(of: min(max(offset, 0), bytes.count)) + 1 }

    /// The text of a line (from 1) without its end.
    public func lineText(_ line: Int) -> String {
        guard lineStarts.indices.contains(line - 1) else { return "" }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
        if end > start, bytes[end - 1] == 13 { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

/// A stretch of a script, in bytes.
struct Span: Equatable, Sendable {
    var start: Int
    var end: Int

    /// From the beginning of this to the end of the other.
    func through(_ other: Span) -> Span { Span(start: start, end: max(end, other.end)) }
}

/// What is wrong with the form of a script: the first fault ends its reading, as it ends Lua's.
struct SyntaxFault: Error, Equatable {
    var message: String
    var hint: String
    var span: Span
}
