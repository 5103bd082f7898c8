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

    private let wide: WindowFilter
    private let middle: WindowFilter
    /// Ends of lines without their breaks.
    private let joined: SecretArray<UInt8>
    private var count = 0
    /// Where in the joined text a piece begins, and its place in the view.
    private var pieces: [(start: Int, place: Int)] = []

    init(wide: WindowFilter, middle: WindowFilter) throws(Failure) {
        (self.wide, self.middle) = (wide, middle)
        joined = try SecretArray(count: JoinedLines.capacity + 8)
    }

    var secretBytes: Int { joined.count }

    /// Adds to `places` what may begin before a line break of its slice.
    func scan(_ view: TextView, _ places: PlaceSet) {
        let (high, hasMiddle) = (places.high, !middle.isEmpty)
        let (wideWindows, middleWindows) = (wide.windows, middle.windows)
        var (line, end) = (places.low, 0)
        var next = nextBreak(view, from: line, high, &end)
        while end < high {
            // The line from `line` to `end`, then the one from `after` to `afterEnd`.
            let (after, lineEnd) = (next, end)
            next = nextBreak(view, from: after, high, &end)
            if isSpacedDigit(view, lineEnd - 1, from: line) { insertSpaced(view, line..<lineEnd, places) }
            if count == 0, lineEnd - line > JoinedLines.reach, end - after > JoinedLines.reach {
                // Seven bytes before the break and one after it; then eight after it.
                let (before, begin) = (view.word(at: lineEnd - 8), view.word(at: after))
                let across = before &>> 8 | begin &<< 56
                var hits = wideWindows.hit(across) | wideWindows.hit(begin)
                // Where a needle begins, the windows beside are hits too.
                if hits != 0 { hits = wideWindows.hitsBeside(before, begin) }
                if hasMiddle { hits |= middleWindows.hit(across &>> 32) | middleWindows.hit(begin) }
                if hits != 0 { join(view, line..<lineEnd, after..<end, places) }
            } else {
                join(view, line..<lineEnd, after..<end, places)
            }
            line = after
        }
        guard count > 0 else { return }
        flush(places, isCut: high - line <= JoinedLines.reach)
        clear()
    }

    /// Where LF or CRLF begins, as `end`, and where the line after it begins, past its blanks; `high` twice for none.
    @inline(__always) private func nextBreak(_ view: TextView, from low: Int, _ high: Int, _ end: inout Int) -> Int {
        end = high
        guard low < high, let found = unsafe memchr(view.base + low, 0x0a, high - low) else { return high }
        let place = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(view.base)
        end = place > low && view.byte(place - 1) == 0x0d ? place - 1 : place
        var next = place + 1
        let most = min(high, next + LineBreak.maximumIndent)
        while next < most, view.byte(next) == 0x20 || view.byte(next) == 0x09 { next += 1 }
        return next
    }

    // MARK: - Short lines

    private func clear() {
        count = 0
        pieces.removeAll(keepingCapacity: true)
    }

    /// Takes in the end of a line, and of the line after it what a needle from before can reach.
    private func join(_ view: TextView, _ line: Range<Int>, _ after: Range<Int>, _ places: PlaceSet) {
        let isLast = after.count > 2 * JoinedLines.reach
        let part = isLast ? after.lowerBound..<after.lowerBound + JoinedLines.reach : after
        if count + part.count > JoinedLines.capacity {
            // There is no room: what cannot be asked any more is taken for a hit.
            flush(places, isCut: true)
            clear()
        }
        if count == 0 { append(view, max(line.lowerBound, line.upperBound - JoinedLines.reach)..<line.upperBound) }
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

    private func isSpacedDigit(_ view: TextView, _ place: Int, from low: Int) -> Bool {
        guard place >= low else { return false }
        let byte = view.byte(place)
        return byte == 0x20 || isHexDigit(byte)
    }

    /// Where a break stands for the blank between two pairs of digits, no joined text has that blank.
    private func insertSpaced(_ view: TextView, _ line: Range<Int>, _ places: PlaceSet) {
        // Three bytes of spaced digits have a blank among them.
        let isSpacedLine = (1...3).contains { line.count >= $0 && view.byte(line.upperBound - $0) == 0x20 }
        let low = max(line.lowerBound, line.upperBound - (isSpacedLine ? JoinedLines.reach : 2))
        var place = line.upperBound - 1
        while isSpacedDigit(view, place, from: low) {
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
