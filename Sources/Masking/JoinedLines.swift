import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds where a needle that looks through line breaks may begin before a break, at little more than the price of finding
/// the breaks.
///
/// Between long lines two questions to a filter are enough. Short lines are put together and asked as a text of their own.
final class JoinedLines {
    /// No needle's asked windows reach further.
    private static let reach = 22
    private static let capacity = 4096

    private let filters: [WindowFilter]
    /// Ends of lines without their breaks.
    private let joined: SecretArray<UInt8>
    private var count = 0
    /// Where in the joined text a piece begins, and its place in the view.
    private var pieces: [(start: Int, place: Int)] = []

    init(_ filters: [WindowFilter]) throws(Failure) {
        self.filters = filters
        joined = try SecretArray(count: JoinedLines.capacity + 8)
    }

    var secretBytes: Int { joined.count }

    /// Adds to `places` what may begin before a line break of its slice.
    func scan(_ view: TextView, _ places: PlaceSet) {
        var line = places.low..<places.low
        var next = nextBreak(view, from: places.low, places.high)
        clear()
        line = places.low..<(next?.lowerBound ?? places.high)
        while let lineBreak = next {
            next = nextBreak(view, from: lineBreak.upperBound, places.high)
            let after = lineBreak.upperBound..<(next?.lowerBound ?? places.high)
            insertSpaced(view, line, places)
            if count > 0 || line.count <= JoinedLines.reach || after.count <= JoinedLines.reach
                || mayBeginBetween(view, line.upperBound, after.lowerBound)
            {
                join(view, line, after, places)
            }
            line = after
        }
        guard count > 0 else { return }
        flush(places, isCut: line.count <= JoinedLines.reach)
    }

    /// The next LF or CRLF with the blanks after it.
    private func nextBreak(_ view: TextView, from low: Int, _ high: Int) -> Range<Int>? {
        guard low < high, let found = unsafe memchr(view.base + low, 0x0a, high - low) else { return nil }
        let place = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(view.base)
        let start = place > low && view.byte(place - 1) == 0x0d ? place - 1 : place
        var end = place + 1
        let most = min(high, end + LineBreak.maximumIndent)
        while end < most, view.byte(end) == 0x20 || view.byte(end) == 0x09 { end += 1 }
        return start..<end
    }

    // MARK: - Long lines

    private func mayBeginBetween(_ view: TextView, _ end: Int, _ start: Int) -> Bool {
        // Seven bytes before the break and one after it; then eight after it.
        let across = view.word(at: end - 8) >> 8 | UInt64(view.byte(start)) << 56
        let after = view.word(at: start)
        for filter in filters where !filter.isEmpty {
            let window = filter.shape.width == 8 ? across : across >> 32
            if filter.mayHold(window) || filter.mayHold(after) { return true }
        }
        return false
    }

    // MARK: - Short lines

    private func clear() {
        count = 0
        pieces.removeAll(keepingCapacity: true)
    }

    /// Takes in the end of a line, and of the line after it what a needle from before can reach.
    private func join(_ view: TextView, _ line: Range<Int>, _ after: Range<Int>, _ places: PlaceSet) {
        if count == 0 { append(view, max(line.lowerBound, line.upperBound - JoinedLines.reach)..<line.upperBound) }
        guard after.count > 2 * JoinedLines.reach else {
            if count + after.count > JoinedLines.capacity { startAnew(view, line, places) }
            return append(view, after)
        }
        if count + JoinedLines.reach > JoinedLines.capacity { startAnew(view, line, places) }
        append(view, after.lowerBound..<after.lowerBound + JoinedLines.reach)
        flush(places, isCut: false)
        clear()
    }

    /// There is no room: what cannot be asked any more is taken for a hit.
    private func startAnew(_ view: TextView, _ line: Range<Int>, _ places: PlaceSet) {
        flush(places, isCut: true)
        clear()
        append(view, max(line.lowerBound, line.upperBound - JoinedLines.reach)..<line.upperBound)
    }

    private func append(_ view: TextView, _ part: Range<Int>) {
        guard !part.isEmpty else { return }
        precondition(part.lowerBound >= 0 && part.upperBound <= view.count, "a line lies in its write")
        precondition(count + part.count <= JoinedLines.capacity, "joined lines stay inside of their room")
        pieces.append((count, part.lowerBound))
        unsafe (joined.base + count).update(from: view.base + part.lowerBound, count: part.count)
        count += part.count
    }

    /// Asks the filters for the joined text.
    ///
    /// Where it is cut, its last bytes may begin anything.
    private func flush(_ places: PlaceSet, isCut: Bool) {
        for filter in filters {
            unsafe filter.findPlaces(in: joined.base, from: 0, count: count) { first, last in
                insert(from: first, through: last, places)
            }
        }
        if isCut { insert(from: max(0, count - JoinedLines.reach - 1), through: count - 1, places) }
    }

    private func insert(from first: Int, through last: Int, _ places: PlaceSet) {
        guard first <= last else { return }
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].start <= first { low = middle + 1 } else { high = middle }
        }
        var piece = low - 1
        for index in first...last {
            while piece + 1 < pieces.count, pieces[piece + 1].start <= index { piece += 1 }
            let place = pieces[piece].place + index - pieces[piece].start
            places.insert(from: place, through: place)
        }
    }

    // MARK: - Spaced digits

    /// Where a break stands for the blank between two pairs of digits, no joined text has that blank.
    private func insertSpaced(_ view: TextView, _ line: Range<Int>, _ places: PlaceSet) {
        let low = max(line.lowerBound, line.upperBound - JoinedLines.reach)
        var place = line.upperBound - 1
        while place >= low {
            let byte = view.byte(place)
            guard byte == 0x20 || isHexDigit(byte) else { return }
            if byte != 0x20 { places.insert(from: place, through: place) }
            place -= 1
        }
    }
}
