/// What a key, or a key with Control or Alt, means to the line editor.
enum EditorKey: Equatable {
    case text(Unicode.Scalar)
    case enter, tab, backspace, delete
    case left, right, wordLeft, wordRight, home, end
    case previous, next
    case killToEnd, killToStart, killWordLeft, killWordRight, yank
    case clearScreen, interrupt, endOfInput, suspend
}

/// Makes keys of the bytes that a terminal in raw mode sends. What is not understood is passed over.
struct EditorKeyReader {
    private var bytes: [UInt8] = []

    /// Takes what has been read.
    mutating func append(_ read: Span<UInt8>) {
        for index in read.indices { bytes.append(read[index]) }
    }

    /// The next key; nil where more bytes are needed.
    mutating func next() -> EditorKey? {
        while let first = bytes.first {
            let found: (key: EditorKey?, length: Int)?
            switch first {
            case 27: found = escape()
            case 0..<32, 127: found = (Self.controls[first], 1)
            default: found = scalar(first)
            }
            guard let found else { return nil }
            bytes.removeFirst(found.length)
            if let key = found.key { return key }
        }
        return nil
    }

    private static let controls: [UInt8: EditorKey] = [
        1: .home, 2: .left, 3: .interrupt, 4: .endOfInput, 5: .end, 6: .right, 8: .backspace, 9: .tab, 10: .enter,
        11: .killToEnd, 12: .clearScreen, 13: .enter, 14: .next, 16: .previous, 21: .killToStart, 23: .killWordLeft,
        25: .yank, 26: .suspend, 127: .backspace,
    ]

    // MARK: - Text

    private func scalar(_ first: UInt8) -> (EditorKey?, Int)? {
        let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard bytes.count >= length else { return nil }
        let text = String(decoding: bytes.prefix(length), as: UTF8.self)
        let scalars = text.unicodeScalars
        guard scalars.count == 1, let only = scalars.first, only != "\u{FFFD}" else { return (nil, 1) }
        return (.text(only), length)
    }

    // MARK: - Escape sequences

    private static let letters: [UInt8: EditorKey] = [
        65: .previous, 66: .next, 67: .right, 68: .left, 70: .end, 72: .home,
    ]
    private static let numbers: [String: EditorKey] = [
        "1": .home, "3": .delete, "4": .end, "7": .home, "8": .end,
    ]
    private static let alternatives: [UInt8: EditorKey] = [
        98: .wordLeft, 100: .killWordRight, 102: .wordRight, 127: .killWordLeft,
    ]

    private func escape() -> (EditorKey?, Int)? {
        guard bytes.count >= 2 else { return nil }
        switch bytes[1] {
        case 79:  // ESC O x
            guard bytes.count >= 3 else { return nil }
            return (Self.letters[bytes[2]], 3)
        case 91: return sequence()
        case let letter: return (Self.alternatives[letter], 2)
        }
    }

    /// `ESC [ parameters final`.
    private func sequence() -> (EditorKey?, Int)? {
        guard let last = bytes.dropFirst(2).firstIndex(where: { (64...126).contains($0) }) else {
            // No terminal sends so long a one.
            return bytes.count > 32 ? (nil, bytes.count) : nil
        }
        let parameters = String(decoding: bytes[2..<last], as: UTF8.self)
        let hasModifier = parameters.hasPrefix("1;")
        switch (bytes[last], hasModifier) {
        case (126, _): return (Self.numbers[parameters], last + 1)
        case (67, true): return (.wordRight, last + 1)
        case (68, true): return (.wordLeft, last + 1)
        case (let letter, _): return (Self.letters[letter], last + 1)
        }
    }
}
