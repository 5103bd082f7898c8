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

    /// Where the line feeds of a slice are, and the numbers of those whose break a needle may go over.
    private let feeds: UnsafeMutablePointer<UInt32>
    private let suspects: UnsafeMutablePointer<UInt16>
    /// The numbers of those beside which the wide filter has hits.
    private let besideHits = GrowingArray<Int>()
    /// The next break that has not been looked at.
    private var next = 0

    init(wide: WindowFilter, middle: WindowFilter) throws(Failure) {
        (self.wide, self.middle) = (wide, middle)
        joined = try SecretArray(count: JoinedLines.capacity + 8)
        unsafe feeds = .allocate(capacity: PlaceSet.capacity + 2)
        unsafe suspects = .allocate(capacity: PlaceSet.capacity + 1)
    }

    deinit {
        unsafe feeds.deallocate()
        unsafe suspects.deallocate()
    }

    var secretBytes: Int { joined.count }

    /// Adds to `places` what may begin before a line break of its slice, and what the wide filter finds in it.
    func scan(_ view: TextView, _ places: PlaceSet) {
        let (low, high) = (places.low, places.high)
        precondition(low >= 0 && high <= view.count && high - low <= PlaceSet.capacity, "a slice lies in its write")
        reach = max(wide.reach, middle.reach) - 1
        var slice = unsafe vs_sys_slice_scan(
            count: high - low, wide: wide.shimTable, hits: wide.shimHits,
            middle: middle.isEmpty ? vs_sys_window_table() : middle.shimTable, reach: reach,
            feeds: feeds, feed_count: 0, suspects: suspects, suspect_count: 0)
        unsafe vs_sys_scan_slice(view.base + low, &slice)
        unsafe wide.takeHits(slice.hits.count, in: view.base, from: low, to: high) { run in
            wide.takeRun(run) { first, last in places.insert(from: first, through: last) }
            // A needle that goes over a break has windows before or after it.
            let (first, last) = (max(low, run.lowerBound - 1), min(high - 1, run.upperBound + 8))
            if view.holdsFeed(from: first, through: last) {
                unsafe noteFeeds(from: first - low, through: last - low, slice.feed_count)
            }
        }
        unsafe lookAtBreaks(slice.feed_count, suspectCount: slice.suspect_count, view, places)
    }

    private func noteFeeds(from first: Int, through last: Int, _ feedCount: Int) {
        var (low, high) = (0, feedCount)
        while low < high {
            let middle = (low + high) / 2
            // In bounds: below the number of line feeds.
            if unsafe Int(feeds[middle]) < first { low = middle + 1 } else { high = middle }
        }
        while low < feedCount, unsafe Int(feeds[low]) <= last {
            besideHits.append(low)
            low += 1
        }
    }

    private func lookAtBreaks(_ breakCount: Int, suspectCount: Int, _ view: TextView, _ places: PlaceSet) {
        var noted = 0
        next = 0
        for index in 0..<suspectCount {
            let suspect = unsafe Int(suspects[index])
            while noted < besideHits.count, besideHits[noted] < suspect {
                look(upTo: besideHits[noted], of: breakCount, view, places)
                noted += 1
            }
            look(upTo: suspect, of: breakCount, view, places)
        }
        while noted < besideHits.count {
            look(upTo: besideHits[noted], of: breakCount, view, places)
            noted += 1
        }
        besideHits.removeAll()
        while count > 0, next < breakCount { look(upTo: next, of: breakCount, view, places) }
        guard count > 0 else { return }
        flush(places, isCut: places.high - lineStart(breakCount, view, places) <= reach)
        clear()
    }

    /// Looks at a break, if that has not been done, and at those before it where short lines are put together.
    private func look(upTo number: Int, of breakCount: Int, _ view: TextView, _ places: PlaceSet) {
        while count > 0, next < number {
            look(at: next, of: breakCount, view, places)
            next += 1
        }
        guard next <= number else { return }
        look(at: number, of: breakCount, view, places)
        next = number + 1
    }

    /// Looks at a break: at the lines before and after it.
    private func look(at number: Int, of breakCount: Int, _ view: TextView, _ places: PlaceSet) {
        precondition(number < breakCount, "a break is one of its slice's")
        let (line, after) = (lineStart(number, view, places), lineStart(number + 1, view, places))
        let end = lineEnd(number, from: line, view, places)
        let afterEnd = number + 1 < breakCount ? lineEnd(number + 1, from: after, view, places) : places.high
        if end > line, isSpacedDigit(view.byte(end - 1)) { insertSpaced(view, line..<end, places) }
        if count == 0, end - line > reach, afterEnd - after > reach, !isCrossed(view, end, after) { return }
        join(view, line..<end, after..<afterEnd, places)
    }

    /// Where the line before a line feed begins: past the break before it and that one's blanks.
    private func lineStart(_ number: Int, _ view: TextView, _ places: PlaceSet) -> Int {
        guard number > 0 else { return places.low }
        // In bounds: `number` is at most the number of line feeds.
        var place = unsafe places.low + Int(feeds[number - 1]) + 1
        let most = min(places.high, place + LineBreak.maximumIndent)
        while place < most, view.byte(place) == 0x20 || view.byte(place) == 0x09 { place += 1 }
        return place
    }

    /// Where it ends: LF or CRLF begins there.
    private func lineEnd(_ number: Int, from start: Int, _ view: TextView, _ places: PlaceSet) -> Int {
        let feed = unsafe places.low + Int(feeds[number])
        return feed > start && view.byte(feed - 1) == 0x0d ? feed - 1 : feed
    }

    /// Whether a needle may go over a break between two long lines.
    private func isCrossed(_ view: TextView, _ end: Int, _ after: Int) -> Bool {
        // Seven bytes before the break and one after it; then eight after it.
        let (before, begin) = (view.word(at: end - 8), view.word(at: after))
        if wide.windows.hitsBeside(before, begin) != 0 { return true }
        guard !middle.isEmpty else { return false }
        let across = before &>> 8 | begin &<< 56
        return middle.windows.hit(across &>> 32) | middle.windows.hit(begin) != 0
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
            unsafe filter.findPlaces(in: joined.base, from: 0, to: count) { first, last in
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
