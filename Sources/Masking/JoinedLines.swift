import CSystemShims
import Diagnostics

/// Finds where a needle that looks through line breaks may begin before a break, at little more than the price of finding
/// the breaks.
///
/// Between long lines two questions to a filter are enough. Short lines are put together and asked as a text of their own.
@safe final class JoinedLines {
    /// No needle's asked windows reach further, in the scan at work.
    private var reach = 22
    private static let capacity = 4096

    private let wide: WindowFilter
    private let middle: WindowFilter
    /// Ends of lines without their breaks.
    private let joined: SecretArray<UInt8>
    private var count = 0
    /// Where in the joined text a piece begins, and its place in the view.
    private var pieces: [(start: Int, place: Int)] = []

    /// Where the line feeds of a slice are, counted from its beginning.
    private let feeds: UnsafeMutablePointer<UInt16>

    init(wide: WindowFilter, middle: WindowFilter) throws(Failure) {
        (self.wide, self.middle) = (wide, middle)
        joined = try SecretArray(count: JoinedLines.capacity + 8)
        unsafe feeds = .allocate(capacity: PlaceSet.capacity + 1)
    }

    deinit { unsafe feeds.deallocate() }

    var secretBytes: Int { joined.count }

    /// Adds to `places` what may begin before a line break of its slice.
    func scan(_ view: TextView, _ places: PlaceSet) {
        let (low, high, hasMiddle) = (places.low, places.high, !middle.isEmpty)
        precondition(low >= 0 && high <= view.count && high - low <= PlaceSet.capacity, "a slice lies in its write")
        let text = unsafe view.base
        let feedCount = unsafe vs_sys_find_byte(text + low, high - low, 0x0a, feeds)
        let (wideWindows, middleWindows) = (wide.windows, middle.windows)
        let reach = max(wide.reach, middle.reach) - 1
        self.reach = reach
        var line = low
        var (end, after) = feedCount == 0 ? (high, high) : unsafe lineBreak(text, 0, line, low, high)
        var next = 1
        while next <= feedCount {
            // The line from `line` to `end`, then the one from `after` to `afterEnd`.
            let following = next == feedCount ? (high, high) : unsafe lineBreak(text, next, after, low, high)
            let afterEnd = following.0
            // In bounds: lines lie in the slice.
            if end > line, unsafe isSpacedDigit(text[end - 1]) { insertSpaced(view, line..<end, places) }
            if count == 0, end - line > reach, afterEnd - after > reach {
                // Seven bytes before the break and one after it; then eight after it.
                let (before, begin) = unsafe (loadWord(text + end - 8), loadWord(text + after))
                let across = before &>> 8 | begin &<< 56
                var hits = wideWindows.hit(across) | wideWindows.hit(begin)
                // Where a needle begins, the windows beside are hits too.
                if hits != 0 { hits = wideWindows.hitsBeside(before, begin) }
                if hasMiddle { hits |= middleWindows.hit(across &>> 32) | middleWindows.hit(begin) }
                if hits != 0 { join(view, line..<end, after..<afterEnd, places) }
            } else {
                join(view, line..<end, after..<afterEnd, places)
            }
            line = after
            (end, after) = following
            next += 1
        }
        guard count > 0 else { return }
        flush(places, isCut: high - line <= reach)
        clear()
    }

    /// Where LF or CRLF begins, of which a line feed is known, and where the line after it begins, past its blanks.
    ///
    /// `line` is where the line before it begins.
    @inline(__always) private func lineBreak(
        _ text: UnsafePointer<UInt8>, _ number: Int, _ line: Int, _ low: Int, _ high: Int
    ) -> (Int, Int) {
        // In bounds: `number` is below the number of line feeds, `next` stays below the slice's end.
        let place = unsafe low + Int(feeds[number])
        var next = place + 1
        if next < high, unsafe text[next] == 0x20 || text[next] == 0x09 {
            let most = min(high, next + LineBreak.maximumIndent)
            while next < most, unsafe text[next] == 0x20 || text[next] == 0x09 { next += 1 }
        }
        let isLong = place > line ? unsafe text[place - 1] == 0x0d : false
        return (isLong ? place - 1 : place, next)
    }

    // MARK: - Short lines

    private func clear() {
        count = 0
        pieces.removeAll(keepingCapacity: true)
    }

    /// Takes in the end of a line, and of the line after it what a needle from before can reach.
    private func join(_ view: TextView, _ line: Range<Int>, _ after: Range<Int>, _ places: PlaceSet) {
        let isLast = after.count > 2 * reach
        let part = isLast ? after.lowerBound..<after.lowerBound + reach : after
        if count + part.count > JoinedLines.capacity {
            // There is no room: what cannot be asked any more is taken for a hit.
            flush(places, isCut: true)
            clear()
        }
        if count == 0 { append(view, max(line.lowerBound, line.upperBound - reach)..<line.upperBound) }
        append(view, part)
        guard isLast else { return }
        flush(places, isCut: false)
        clear()
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
        for filter in [wide, middle] {
            unsafe filter.findPlaces(in: joined.base, from: 0, count: count) { first, last in
                insert(from: first, through: last, places)
            }
        }
        if isCut { insert(from: max(0, count - reach - 1), through: count - 1, places) }
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

    @inline(__always) private func isSpacedDigit(_ byte: UInt8) -> Bool { byte == 0x20 || isHexDigit(byte) }

    /// Where a break stands for the blank between two pairs of digits, no joined text has that blank.
    private func insertSpaced(_ view: TextView, _ line: Range<Int>, _ places: PlaceSet) {
        // Three bytes of spaced digits have a blank among them.
        let isSpacedLine = (1...3).contains { line.count >= $0 && view.byte(line.upperBound - $0) == 0x20 }
        let low = max(line.lowerBound, line.upperBound - (isSpacedLine ? reach : 2))
        var place = line.upperBound - 1
        while place >= low, isSpacedDigit(view.byte(place)) {
            if view.byte(place) != 0x20, isSpaced(view, from: place, places.high) {
                places.insert(from: place, through: place)
            }
            place -= 1
        }
    }

    /// Whether two pairs of digits with a blank or a break between them could begin here.
    private func isSpaced(_ view: TextView, from start: Int, _ high: Int) -> Bool {
        var (place, count) = (start, 0)
        while count < 5 {
            guard place < high else { return true }
            let byte = view.byte(place)
            if byte == 0x0a || byte == 0x0d {
                place += 1
                while place < high, isBlank(view.byte(place)) { place += 1 }
                if count % 3 == 2 { count += 1 }
                continue
            }
            guard count % 3 == 2 ? byte == 0x20 : isHexDigit(byte) else { return false }
            (place, count) = (place + 1, count + 1)
        }
        return true
    }
}
