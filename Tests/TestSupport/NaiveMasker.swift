/// The oracle: tries every needle at every place.
///
/// For tests alone, slow on purpose.
public struct NaiveMasker {
    /// A form that is looked for.
    private struct Needle {
        var text: [UInt8]
        var looksThroughBreaks: Bool
        var name: String
        /// Places before this one were decided when the needle came.
        var since: Int
        /// Its place in the order of registration; what is of a part of a value comes after all values.
        var order: Int
        var isPart: Bool
    }

    /// Where a needle is, or the beginning of one at the text's end.
    private struct Match {
        /// Where its mask begins: past the breaks with fewer than 4 bytes before them.
        var start: Int
        /// nil where the text ends before the needle does.
        var end: Int?
    }

    /// A needle that is in a text, with its place in the order of registration.
    private struct Find {
        var start: Int
        var end: Int
        var order: Int
        var name: String
    }

    /// In the order of registration; the first name of a needle stays.
    private var needles: [Needle] = []
    private var byFirst: [[Int]] = Array(repeating: [], count: 256)
    private var known: [[UInt8]: Int] = [:]
    private var knownWrapped: [[UInt8]: Int] = [:]
    private var count = 0

    /// An oracle that knows no value yet.
    public init() {}

    /// Every needle known.
    public var texts: [[UInt8]] { needles.map(\.text) }

    /// Registers a value with all its forms; the first name of a form stays, but for that of a part of another value.
    ///
    /// In a stream it is looked for from the place `since` on.
    public mutating func add(_ value: [UInt8], name: String, since: Int = 0) {
        guard value.count >= 4 else { return }
        let forms = NaiveForms(value)
        // In one order in every process: a fuzz input names forms by their number.
        for form in forms.all.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let isPart = !forms.ofWhole.all.contains(form)
            add(
                Needle(text: form, looksThroughBreaks: false, name: name, since: since, order: 0, isPart: isPart),
                wrapped: false)
        }
        for form in forms.wrapped.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let isPart = !forms.ofWhole.wrapped.contains(form)
            add(
                Needle(text: form, looksThroughBreaks: true, name: name, since: since, order: 0, isPart: isPart),
                wrapped: true)
        }
    }

    private mutating func add(_ needle: Needle, wrapped: Bool) {
        var needle = needle
        needle.order = needle.isPart ? count + (1 << 30) : count
        count += 1
        if let number = wrapped ? knownWrapped[needle.text] : known[needle.text] {
            // Before this place the name stays that of the part.
            guard needles[number].isPart, !needle.isPart else { return }
        }
        if wrapped { knownWrapped[needle.text] = needles.count } else { known[needle.text] = needles.count }
        byFirst[Int(needle.text[0])].append(needles.count)
        needles.append(needle)
    }

    // MARK: - Matching

    private static func match(_ needle: Needle, _ text: [UInt8], at start: Int) -> Match? {
        var (index, place, maskStart, before) = (0, start, start, 0)
        var followsBreak = true
        while index < needle.text.count {
            guard place < text.count else { return Match(start: maskStart) }
            if needle.looksThroughBreaks, !followsBreak, needle.text[index] != 61,
                let end = breakEnd(text, place)
            {
                if before < 4 { maskStart = end }
                if end == text.count { return Match(start: maskStart) }
                if needle.text[index] == 32 { index += 1 }
                place = end
                followsBreak = true
                continue
            }
            guard needle.text[index] == text[place] else { return nil }
            (index, place, before, followsBreak) = (index + 1, place + 1, before + 1, false)
        }
        return Match(start: maskStart, end: place)
    }

    /// The end of LF or CRLF and up to 32 blanks and tabs; what the text's end cuts counts.
    private static func breakEnd(_ text: [UInt8], _ place: Int) -> Int? {
        var end = place
        if text[end] == 13 { end += 1 }
        guard end < text.count else { return end > place ? end : nil }
        guard text[end] == 10 else { return nil }
        end += 1
        var blanks = 0
        while end < text.count, blanks < 32, text[end] == 32 || text[end] == 9 { (end, blanks) = (end + 1, blanks + 1) }
        return end
    }

    private func matches(_ text: [UInt8], _ take: (Match, Int, Int) -> Void) {
        for place in text.indices {
            for number in byFirst[Int(text[place])] where place >= needles[number].since {
                guard let match = Self.match(needles[number], text, at: place) else { continue }
                take(match, place, number)
            }
        }
    }

    /// The finds, those that overlap as one with the name of the leftmost, of several there the longest.
    private func merged(_ text: [UInt8]) -> [Find] {
        var finds: [Find] = []
        matches(text) { match, _, number in
            if let end = match.end {
                finds.append(
                    Find(start: match.start, end: end, order: needles[number].order, name: needles[number].name))
            }
        }
        finds.sort { ($0.start, -$0.end, $0.order) < ($1.start, -$1.end, $1.order) }
        var result: [Find] = []
        for find in finds {
            if let last = result.last, find.start < last.end {
                result[result.count - 1].end = max(last.end, find.end)
            } else {
                result.append(find)
            }
        }
        return result
    }

    // MARK: - Answers

    /// The text with each stretch of overlapping finds replaced by its mask.
    public func mask(_ text: [UInt8]) -> [UInt8] {
        mask(text, shown: Array(repeating: false, count: text.count))
    }

    /// The same where some bytes were shown before they could be decided.
    fileprivate func mask(_ text: [UInt8], shown: [Bool]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        for find in merged(text) {
            result += text[place..<find.start]
            var isMasked = false
            for index in find.start..<find.end {
                if shown[index] {
                    result.append(text[index])
                } else if !isMasked {
                    result += Array("[secret:\(find.name)]".utf8)
                    isMasked = true
                }
            }
            place = find.end
        }
        return result + text[place...]
    }

    /// What is in finds of the text so far.
    fileprivate func covered(_ text: [UInt8]) -> [Bool] {
        var covered = Array(repeating: false, count: text.count)
        for find in merged(text) { for index in find.start..<find.end { covered[index] = true } }
        return covered
    }

    /// The length of the longest end of `text` that is a proper prefix of some needle and is held back.
    public func heldCount(after text: [UInt8]) -> Int { text.count - ends(text).held }

    /// Where the longest end of `text` that is a proper prefix of some needle begins, and what is held of it.
    fileprivate func ends(_ text: [UInt8]) -> (start: Int, held: Int) {
        var ends = (start: text.count, held: text.count)
        matches(text) { match, place, _ in
            guard match.end == nil else { return }
            ends = (min(ends.start, place), min(ends.held, match.start))
        }
        return ends
    }

    /// Whether any needle is in `text`.
    public func finds(in text: [UInt8]) -> Bool { !merged(text).isEmpty }
}

/// The oracle of one stream: values come in the middle, and a terminal is shown what is short.
public struct NaiveStream {
    private var masker: NaiveMasker
    private let isForTerminal: Bool
    private var text: [UInt8] = []
    private var shown: [Bool] = []
    private var decided = 0

    /// A stream of a masker as it is now.
    public init(_ masker: NaiveMasker, forTerminal: Bool = false) {
        (self.masker, isForTerminal) = (masker, forTerminal)
    }

    /// Registers a value: what begins like a form takes part, as far as it is not out yet.
    public mutating func add(_ value: [UInt8], name: String) {
        let (ends, covered) = (masker.ends(text), masker.covered(text))
        for index in 0..<ends.held where !covered[index] { shown[index] = true }
        decided = max(decided, ends.held)
        masker.add(value, name: name, since: ends.start)
    }

    /// Takes the next bytes.
    public mutating func write(_ piece: [UInt8]) {
        guard !piece.isEmpty else { return }
        text += piece
        shown += Array(repeating: false, count: piece.count)
        guard isForTerminal else { return }
        let held = masker.ends(text).held
        decided = max(decided, held)
        guard text.count - held < 4 else { return }
        decided = text.count
        let covered = masker.covered(text)
        for index in held..<text.count where !covered[index] { shown[index] = true }
    }

    /// The number of bytes held back.
    public var heldCount: Int {
        isForTerminal ? text.count - decided : min(masker.heldCount(after: text), text.count - decided)
    }

    /// All that came out.
    public var output: [UInt8] { masker.mask(text, shown: shown) }
}
