/// How deep a TOML text nests, told before it is parsed: the parser and the tables it makes call themselves once for each
/// level, and a dotted key makes one with every two bytes.
enum TOMLDepth {
    /// The most parts of a key, and the most brackets within each other.
    static let maximum = 16

    /// The first line that nests deeper; nil where there is none. One pass; texts and comments do not count.
    static func firstLineTooDeep(_ bytes: [UInt8]) -> Int? {
        var scan = Scan(bytes: bytes)
        return scan.run() ? nil : scan.line
    }

    private struct Scan {
        let bytes: [UInt8]
        var place = 0
        var line = 1
        var dots = 0
        var brackets = 0

        /// False at the first place that is too deep.
        mutating func run() -> Bool {
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                take(byte)
                guard dots < maximum, brackets <= maximum else { return false }
            }
            return true
        }

        private mutating func take(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "."): dots += 1
            case 10: (dots, line) = (0, line + 1)
            case UInt8(ascii: "="), UInt8(ascii: ","): dots = 0
            case UInt8(ascii: "["), UInt8(ascii: "{"): (dots, brackets) = (0, brackets + 1)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): (dots, brackets) = (0, max(0, brackets - 1))
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(byte)
            default: break
            }
        }

        private mutating func skipComment() {
            while place < bytes.count, bytes[place] != 10 { place += 1 }
        }

        /// The rest of a text. One that does not end, the parser refuses where it does.
        private mutating func skipText(_ quote: UInt8) {
            let isLong = isQuote(quote, at: place) && isQuote(quote, at: place + 1)
            if isLong { place += 2 }
            while place < bytes.count {
                let byte = bytes[place]
                if byte == 10 {
                    guard isLong else { return }
                    line += 1
                }
                place += 1
                if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                    skipEscaped()
                } else if byte == quote, endsText(quote, isLong) {
                    return
                }
            }
        }

        private mutating func skipEscaped() {
            guard place < bytes.count, bytes[place] != 10 else { return }
            place += 1
        }

        /// Behind a quote in a text: whether that has ended it. Up to two quotes may stand before the three of the end.
        private mutating func endsText(_ quote: UInt8, _ isLong: Bool) -> Bool {
            guard isLong else { return true }
            guard isQuote(quote, at: place), isQuote(quote, at: place + 1) else { return false }
            place += 2
            for _ in 0..<2 where isQuote(quote, at: place) { place += 1 }
            return true
        }

        private func isQuote(_ quote: UInt8, at place: Int) -> Bool { place < bytes.count && bytes[place] == quote }
    }
}
