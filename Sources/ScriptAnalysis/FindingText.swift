import Diagnostics

/// A finding as a person reads it: the place and what it is, the line with a caret, what to do.
public struct FindingText {
    /// The longest piece of a line that is shown.
    static let maximumWidth = 120

    /// The file's name.
    public let file: String
    /// The file's text.
    public let source: SourceText
    /// Whether the line is shown.
    public let isQuoted: Bool

    /// Findings of one file.
    public init(file: String, source: SourceText, isQuoted: Bool = true) {
        self.file = file
        self.source = source
        self.isQuoted = isQuoted
    }

    /// The lines for one finding.
    public func text(_ finding: Finding) -> String {
        let word = finding.severity == .error ? "" : finding.severity.rawValue + ": "
        var lines = ["\(file.printable):\(finding.line):\(finding.column): \(word)\(finding.message.printable)"]
        if isQuoted { lines += excerpt(finding) }
        if !finding.hint.isEmpty { lines.append("  " + finding.hint.printable) }
        return lines.joined(separator: "\n")
    }

    /// The last line that was taken apart: findings come in order, many of one line.
    private final class LastLine {
        var number = 0
        var characters: [Unicode.Scalar] = []
    }

    private let last = LastLine()

    private func characters(ofLine number: Int) -> [Unicode.Scalar] {
        if last.number != number {
            last.characters = Array(source.lineText(number).unicodeScalars)
            last.number = number
        }
        return last.characters
    }

    /// The line and the caret below; a long line is cut around the place.
    private func excerpt(_ finding: Finding) -> [String] {
        let line = characters(ofLine: finding.line)
        guard finding.column <= line.count + 1 else { return [] }
        let start = finding.column - 1
        let first = start > Self.maximumWidth / 2 && line.count > Self.maximumWidth ? start - Self.maximumWidth / 2 : 0
        let last = min(line.count, first + Self.maximumWidth)
        let end = finding.endLine == finding.line ? finding.endColumn - 1 : line.count
        let shown = line[first..<last].map(Self.visible)
        let before = line[first..<start].map { $0 == "\t" ? "\t" : " " }
        let carets = String(repeating: "^", count: max(1, min(end, last) - start))
        return ["  " + shown.joined(), "  " + before.joined() + carets]
    }

    /// A character that neither moves the cursor nor turns the direction of writing.
    private static func visible(_ scalar: Unicode.Scalar) -> String {
        let text = String(scalar)
        return scalar == "\t" || text == text.printable ? text : "\u{FFFD}"
    }
}
