/// The oracle: tries every needle at every place.
///
/// For tests alone, slow on purpose.
public struct NaiveMasker {
    /// Needle and name, in the order of registration; the first name of a needle stays.
    private var needles: [(text: [UInt8], name: String)] = []
    private var known: Set<[UInt8]> = []

    /// An oracle that knows no value yet.
    public init() {}

    /// Every needle known.
    public var texts: [[UInt8]] { needles.map(\.text) }

    /// Registers a value with all its forms; the first name of a form stays.
    public mutating func add(_ value: [UInt8], name: String) {
        guard value.count >= 4 else { return }
        for form in NaiveForms(value).all where known.insert(form).inserted { needles.append((form, name)) }
    }

    /// The longest needle that begins at each place: its length and name.
    private func longest(_ text: [UInt8]) -> [(length: Int, name: String)?] {
        let byFirst = Dictionary(grouping: needles) { $0.text[0] }
        return text.indices.map { place in
            var best: (length: Int, name: String)?
            for needle in byFirst[text[place]] ?? [] where needle.text.count > best?.length ?? 0 {
                if Self.isThere(needle.text, in: text, at: place) { best = (needle.text.count, needle.name) }
            }
            return best
        }
    }

    private static func isThere(_ needle: [UInt8], in text: [UInt8], at place: Int) -> Bool {
        guard place + needle.count <= text.count else { return false }
        var index = 0
        while index < needle.count {
            if needle[index] != text[place + index] { return false }
            index += 1
        }
        return true
    }

    /// The text with each stretch of overlapping finds replaced by the mask of its first, longest find.
    public func mask(_ text: [UInt8]) -> [UInt8] {
        let found = longest(text)
        var result: [UInt8] = []
        var place = 0
        while place < text.count {
            guard let first = found[place] else {
                result.append(text[place])
                place += 1
                continue
            }
            result += Array("[secret:\(first.name)]".utf8)
            var end = place + first.length
            while place < end {
                if let more = found[place] { end = max(end, place + more.length) }
                place += 1
            }
        }
        return result
    }

    /// The length of the longest end of `text` that is a proper prefix of some needle.
    public func heldCount(after text: [UInt8]) -> Int {
        var longest = 0
        for needle in needles.map(\.text) where needle.count > 1 {
            var count = min(needle.count - 1, text.count)
            while count > longest {
                if Self.isThere(Array(needle[..<count]), in: text, at: text.count - count) { longest = count }
                count -= 1
            }
        }
        return longest
    }

    /// Whether any needle is in `text`.
    public func finds(in text: [UInt8]) -> Bool {
        longest(text).contains { $0 != nil }
    }
}
