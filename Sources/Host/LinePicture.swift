/// A line on a terminal, which may take several rows of it: what is to be written so that it is shown with the cursor at
/// its place.
struct LinePicture {
    /// The row that the cursor is in, from the first one of the picture.
    private var row = 0

    /// Shows `prompt` and `text` with the cursor after `cursor` characters, in place of what this showed before.
    mutating func draw(_ prompt: String, _ text: [Unicode.Scalar], cursor: Int, columns: Int) -> String {
        let start = Self.erasing(row)
        let first = prompt.unicodeScalars.reduce(0) { $0 + Self.width(of: $1) }
        let place = Self.place(after: text[..<cursor], from: first, columns)
        var end = Self.place(after: text[...], from: first, columns)
        var shown = prompt + Self.visible(text)
        // The terminal waits at the end of a full row; the cursor belongs to the next one.
        if end.column == columns {
            shown += "\r\n"
            end = (end.row + 1, 0)
        }
        row = place.row + (place.column == columns ? 1 : 0)
        let column = place.column == columns ? 0 : place.column
        let up = end.row > row ? "\u{1B}[\(end.row - row)A" : ""
        return start + shown + up + "\r" + (column > 0 ? "\u{1B}[\(column)C" : "")
    }

    /// Leaves what is shown, with the cursor below it.
    mutating func leave(_ prompt: String, _ text: [Unicode.Scalar], columns: Int) -> String {
        let shown = draw(prompt, text, cursor: text.count, columns: columns)
        row = 0
        return shown + "\r\n"
    }

    /// As if nothing were shown: somebody has cleared the screen or written on it.
    mutating func forget() { row = 0 }

    private static func erasing(_ row: Int) -> String { (row > 0 ? "\u{1B}[\(row)A" : "") + "\r\u{1B}[J" }

    /// Control characters of a pasted text as a terminal would show them typed; each takes one column.
    private static func visible(_ text: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text { view.append(scalar.value < 32 || (127..<160).contains(scalar.value) ? "?" : scalar) }
        return String(view)
    }

    private static func place(
        after text: ArraySlice<Unicode.Scalar>, from first: Int, _ columns: Int
    ) -> (row: Int, column: Int) {
        var (row, column) = (first / columns, first % columns)
        for scalar in text {
            let width = width(of: scalar)
            // What does not fit goes to the next row as a whole.
            if column + width > columns { (row, column) = (row + 1, 0) }
            column += width
        }
        return (row, column)
    }

    /// The columns that a character takes: none for what is set on the one before, two for the wide ones of East Asia and
    /// for pictures.
    static func width(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(value) } ? 2 : 1
    }
}
