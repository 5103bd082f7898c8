/// A line that is being typed: what the keys do to it. It knows neither terminal nor files.
struct LineEditor {
    /// What a key asks of the surroundings.
    enum Effect: Equatable {
        /// The line is to be shown as it is now.
        case changed
        /// It is done.
        case entered
        /// Ctrl-C: it is given up.
        case interrupted
        /// Ctrl-D on an empty line.
        case ended
        /// Tab: what could stand here is asked for.
        case completes
        case clearsScreen
        case suspends
        case none
    }

    /// The longest line; more is not taken.
    static let maximumCount = 1 << 16

    /// What has been typed.
    private(set) var text: [Unicode.Scalar] = []
    /// The place before which the next character goes.
    private(set) var cursor = 0
    /// What was killed last.
    private var killed: [Unicode.Scalar] = []
    private var history: [String]
    /// Which line of the history is shown; its count for the new one.
    private var place: Int
    /// The new line, while one of the history is shown.
    private var draft: [Unicode.Scalar] = []

    /// Begins an empty line.
    init(history: [String] = []) {
        self.history = history
        place = history.count
    }

    /// The line as text.
    var line: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        return String(view)
    }

    /// What stands before the cursor.
    var beforeCursor: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text[..<cursor])
        return String(view)
    }

    // MARK: - Keys

    /// Does what the key means.
    mutating func press(_ key: EditorKey) -> Effect {
        switch key {
        case .text(let scalar): return insert([scalar])
        case .enter: return .entered
        case .interrupt: return .interrupted
        case .suspend: return .suspends
        case .clearScreen: return .clearsScreen
        case .endOfInput: return text.isEmpty ? .ended : remove(cursor..<min(cursor + 1, text.count))
        // At the beginning of a line it indents.
        case .tab: return text[..<cursor].allSatisfy { $0 == " " } ? insert([" ", " "]) : .completes
        case .previous: return show(place - 1)
        case .next: return show(place + 1)
        case .yank: return insert(killed)
        default: return move(key) ?? edit(key)
        }
    }

    private mutating func move(_ key: EditorKey) -> Effect? {
        switch key {
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(text.count, cursor + 1)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .home: cursor = 0
        case .end: cursor = text.count
        default: return nil
        }
        return .changed
    }

    private mutating func edit(_ key: EditorKey) -> Effect {
        switch key {
        case .backspace: remove(max(0, cursor - 1)..<cursor)
        case .delete: remove(cursor..<min(cursor + 1, text.count))
        case .killToEnd: kill(cursor..<text.count)
        case .killToStart: kill(0..<cursor)
        case .killWordLeft: kill(wordStart..<cursor)
        case .killWordRight: kill(cursor..<wordEnd)
        default: .none
        }
    }

    // MARK: - Changes

    /// Puts a text before the cursor.
    mutating func insert(_ scalars: [Unicode.Scalar]) -> Effect {
        guard text.count + scalars.count <= Self.maximumCount else { return .none }
        text.insert(contentsOf: scalars, at: cursor)
        cursor += scalars.count
        return .changed
    }

    /// Replaces `count` characters before the cursor.
    mutating func complete(_ count: Int, with word: String) {
        _ = remove(max(0, cursor - count)..<cursor)
        _ = insert(Array(word.unicodeScalars))
    }

    private mutating func remove(_ range: Range<Int>) -> Effect {
        text.removeSubrange(range)
        cursor = range.lowerBound
        return .changed
    }

    private mutating func kill(_ range: Range<Int>) -> Effect {
        if !range.isEmpty { killed = Array(text[range]) }
        return remove(range)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private var wordStart: Int {
        var at = cursor
        while at > 0, !Self.isWord(text[at - 1]) { at -= 1 }
        while at > 0, Self.isWord(text[at - 1]) { at -= 1 }
        return at
    }

    private var wordEnd: Int {
        var at = cursor
        while at < text.count, !Self.isWord(text[at]) { at += 1 }
        while at < text.count, Self.isWord(text[at]) { at += 1 }
        return at
    }

    // MARK: - History

    private mutating func show(_ wanted: Int) -> Effect {
        guard wanted != place, (0...history.count).contains(wanted) else { return .none }
        if place == history.count { draft = text }
        place = wanted
        text = wanted == history.count ? draft : Array(history[wanted].unicodeScalars)
        cursor = text.count
        return .changed
    }
}
