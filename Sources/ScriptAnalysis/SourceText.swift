/// The bytes of a script, with the places of its lines.
public struct SourceText: Sendable {
    /// The bytes, as they came.
    public let bytes: [UInt8]
    /// Where each line begins.
    private let lineStarts: [Int]
    /// How many characters begin before each block of bytes: a line may be as long as the file.
    private let charactersBefore: [Int]
    private static let blockBytes = 1024

    /// Takes the text of a script.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        lineStarts = Self.lineStarts(bytes)
        var counts: [Int] = []
        var count = 0
        for (offset, byte) in bytes.enumerated() {
            if offset % Self.blockBytes == 0 { counts.append(count) }
            if byte & 0xC0 != 0x80 { count += 1 }
        }
        charactersBefore = counts + [count]
    }

    /// As Lua counts lines: CR, LF, CRLF and LFCR are one end each, and a first line for a shell ends at its line feed.
    private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
        var starts = [0]
        var place = bytes.first == UInt8(ascii: "#") ? bytes.firstIndex(of: 10) ?? bytes.count : 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            guard byte == 10 || byte == 13 else { continue }
            if place < bytes.count, bytes[place] == 23 - byte { place += 1 }
            starts.append(place)
        }
        return starts
    }

    /// The characters that begin before a byte.
    private func characters(before offset: Int) -> Int {
        let block = offset / Self.blockBytes
        var count = charactersBefore[block]
        // The last block has its own entry where the text ends in the middle of it.
        for byte in bytes[(block * Self.blockBytes)..<offset] where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The place of a byte: its line, and its column in characters, both from 1.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let place = min(max(offset, 0), bytes.count)
        let line = lineIndex(of: place)
        return (line + 1, characters(before: place) - characters(before: lineStarts[line]) + 1)
    }

    /// The line of a byte, from 1.
    func line(of offset: Int) -> Int { lineIndex(of: min(max(offset, 0), bytes.count)) + 1 }

    /// The text of a line (from 1) without its end.
    public func lineText(_ line: Int) -> String {
        guard lineStarts.indices.contains(line - 1) else { return "" }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] : bytes.count
        while end > start, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
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
