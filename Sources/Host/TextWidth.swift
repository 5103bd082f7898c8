/// How many columns of a terminal a text takes, and what of it fits.
///
/// Terminals differ about a few characters; where they do, the wider answer is taken, so that a clipped line never wraps.
enum TextWidth {
    /// The columns of `text`, which has no control characters.
    static func of(_ text: some StringProtocol) -> Int { text.unicodeScalars.reduce(0) { $0 + of($1) } }

    /// As much of `text` as fits into `columns`, with `…` where something is left out.
    static func clipped(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var room = columns - 1
        var result = ""
        for character in text {
            let width = of(String(character))
            guard width <= room else { break }
            room -= width
            result.append(character)
        }
        return result + "…"
    }

    /// `text`, clipped or with blanks after it, so that it takes `columns`.
    static func padded(_ text: String, to columns: Int) -> String {
        let clipped = clipped(text, to: columns)
        return clipped + String(repeating: " ", count: max(0, columns - of(clipped)))
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x300 else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        return isWide(scalar) ? 2 : 1
    }

    /// - Source: Unicode's EastAsianWidth.txt, W and F, in blocks.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
            0x1F000...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}

extension String {
    /// The text without control sequences of a terminal, control characters and characters that turn the direction: safe to
    /// be set anywhere on a line.
    var withoutControls: String {
        var result = ""
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar.value == 0x1B {
                Self.dropSequence(&rest)
            } else if scalar.value == 0x09 {
                result += " "
            } else if !Self.unseen.contains(scalar.properties.generalCategory) {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let unseen: Set<Unicode.GeneralCategory> = [
        .control, .format, .lineSeparator, .paragraphSeparator,
    ]

    /// What follows an escape character: `[`, parameters and a final letter, or one character.
    ///
    /// - Source: ECMA-48, 5.4.
    private static func dropSequence(_ rest: inout Substring.UnicodeScalarView) {
        guard let first = rest.popFirst(), first == "[" else { return }
        while let scalar = rest.popFirst(), !(0x40...0x7E).contains(scalar.value) {}
    }
}
