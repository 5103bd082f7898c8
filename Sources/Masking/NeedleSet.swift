import Diagnostics

/// All needles of a run, by kind, and the filters that say where none of them begins.
final class NeedleSet: FormTarget {
    /// Needles of 4 to 7 bytes.
    let short: NeedleIndex
    /// Longer ones, met as they are.
    let plain: NeedleIndex
    /// Longer ones that look through line breaks.
    let wrapped: NeedleIndex
    /// Those of them with a blank between each two digits, for which a break can stand.
    let spaced: NeedleIndex
    /// Rises whenever the needles change.
    private(set) var generation = 0
    private(set) var isEmpty = true
    /// The number of the value whose forms come now.
    var value = 0
    var isPart = false

    let arena = NeedleArena()
    /// How the needle in work begins.
    private let head: NeedleHead
    private let pairs = PairFilter()
    private let middle: WindowFilter
    private let wide: WindowFilter
    private let lines: JoinedLines
    private let places = PlaceSet()
    private let shortPlaces = PlaceSet()
    private(set) var count = 0

    private static let longAnchor = 8
    /// Room is made ahead for so many needles at most, some 830 KiB.
    private static let mostExpected = 24 * 1024

    init() throws(Failure) {
        head = try NeedleHead()
        short = try NeedleIndex(anchor: Forms.minimumVerbatim)
        plain = try NeedleIndex(anchor: NeedleSet.longAnchor)
        wrapped = try NeedleIndex(anchor: NeedleSet.longAnchor)
        spaced = try NeedleIndex(anchor: NeedleSet.longAnchor)
        middle = try WindowFilter(head)
        wide = try WindowFilter(head)
        lines = try JoinedLines(wide: wide, middle: middle)
    }

    /// Bytes of secret memory in use.
    var secretBytes: Int {
        arena.secretBytes + short.secretBytes + plain.secretBytes + wrapped.secretBytes + spaced.secretBytes
            + pairs.secretBytes + middle.secretBytes + wide.secretBytes + lines.secretBytes
    }

    // MARK: - Adding

    /// `count` values of `bytes` bytes in all will come: the tables are made for their forms in one step.
    ///
    /// How many forms is a guess: a value of 40 bytes has 20 that line breaks may stand in, each 64 bytes more, a line's 9.
    func expect(values count: Int, bytes: Int) {
        let encoded = min(count * 20 + max(0, bytes - count * 40) / 64 * 9, NeedleSet.mostExpected)
        wrapped.expect(encoded)
        wide.expect(encoded)
    }

    /// Adds the first `count` bytes of the spelling of `text`, which `store` gave, and gives its number; nil
    /// where they are known.
    ///
    /// On an error the set is as before. `longer` is a needle of the same
    /// kind that begins with these bytes.
    func insert(
        _ text: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, count: Int, name: Int, beginning longer: Int?
    ) throws(Failure) -> Int? {
        let needle = unsafe Needle(
            text, spelling, count: count, name: name, order: self.count, value: value, isPart: isPart)
        let isShort = count < NeedleSet.longAnchor
        let index = isShort ? short : index(of: spelling)
        let filter = isShort ? nil : isWide(needle) ? wide : middle
        try index.reserveOne()
        if let filter { try reserveOne(filter, length: count) } else { try pairs.reserveOne() }
        // The windows of a longer one are the same.
        let isKnown = !isShort && longer.map { isWide(index.needles[$0]) == isWide(needle) } ?? false
        head.take(needle, isKnown ? index.anchor : filter?.headCount ?? index.anchor)
        let renamed = index.renamed
        guard let number = index.insert(needle, head.word, beginning: longer) else {
            if index.renamed != renamed { generation += 1 }
            return nil
        }
        if !isKnown { if let filter { filter.insert() } else { pairs.insert(needle) } }
        self.count += 1
        generation += 1
        isEmpty = false
        return number
    }

    private func isWide(_ needle: Needle) -> Bool { needle.count >= WindowFilter.wideLength }

    private func reserveOne(_ filter: WindowFilter, length: Int) throws(Failure) {
        try filter.reserveOne(length: length) { take in
            let isWide = length >= WindowFilter.wideLength
            for index in [plain, wrapped, spaced] {
                for number in 0..<index.needles.count {
                    let needle = index.needles[number]
                    if self.isWide(needle) == isWide, !sharesWindows(needle, index) { take(needle) }
                }
            }
        }
    }

    /// Whether a longer needle of the same filter begins with this one.
    private func sharesWindows(_ needle: Needle, _ index: NeedleIndex) -> Bool {
        guard needle.parent >= 0, needle.branchDepth == needle.count else { return false }
        return isWide(index.needles[Int(needle.parent)]) == isWide(needle)
    }

    /// Wipes what the work on the last needles left outside of the tables.
    func wipeScratch() { head.wipe() }

    private func index(of spelling: Spelling) -> NeedleIndex {
        guard spelling.looksThroughBreaks else { return plain }
        return spelling.isSpaced ? spaced : wrapped
    }

    // MARK: - Looking

    /// One matcher for each kind, two for the one that can be read in two ways.
    ///
    /// Without `arrivals` a value counts wherever it begins.
    func makeMatchers(_ arrivals: Arrivals?) -> [Matcher] {
        [
            Matcher(plain, .asIs, arrivals), Matcher(wrapped, .joined, arrivals),
            Matcher(spaced, .spaced(afterOdd: false), arrivals), Matcher(spaced, .spaced(afterOdd: true), arrivals),
            Matcher(short, .asIs, arrivals),
        ]
    }

    /// Runs the matchers over the view's bytes from `low` up to `high`, a slice.
    func run(_ matchers: [Matcher], _ view: TextView, from low: Int, to high: Int, _ finds: inout [Find]) {
        places.reset(from: low, to: high)
        if wrapped.isEmpty { findPlaces(wide, view, from: low, to: high) } else { lines.scan(view, places) }
        findPlaces(middle, view, from: low, to: high)
        insertLast(view, from: max(low, high - max(wide.reach, middle.reach)), to: high)
        for matcher in matchers {
            matcher.run(view, from: low, to: high, places(for: matcher, view, low, high), &finds)
        }
    }

    private func findPlaces(_ filter: WindowFilter, _ view: TextView, from low: Int, to high: Int) {
        unsafe filter.findPlaces(in: view.base, from: low, to: high) { first, last in
            places.insert(from: first, through: last)
        }
    }

    /// Adds the places close to the end of a slice at which a needle may begin whose asked window is not all there.
    ///
    /// What has eight bytes is asked for itself; what goes on past a line break is for `lines`, to which a carriage return
    /// at the end is none yet.
    private func insertLast(_ view: TextView, from first: Int, to high: Int) {
        let (wideWindows, middleWindows) = (wide.windows, middle.windows)
        let end = view.byte(high - 1) == 0x0d ? high - 1 : high
        var place = first
        while place + 8 <= end {
            let word = view.word(at: place)
            if wideWindows.hit(word) | middleWindows.hit(word) != 0 { places.insert(from: place, through: place) }
            place += 1
        }
        places.insert(from: place, through: high - 1)
    }

    /// Runs the matchers over what is held alone.
    func rerun(_ matchers: [Matcher], _ view: TextView, _ finds: inout [Find]) {
        places.reset(from: 0, to: 0)
        for matcher in matchers {
            matcher.countDigits(from: view.before.start)
            matcher.run(view, from: -view.before.count, to: 0, places, &finds)
        }
    }

    /// The text ends with what is held.
    func finish(_ matchers: [Matcher], _ view: TextView, _ finds: inout [Find]) {
        places.reset(from: 0, to: 0)
        for matcher in matchers { matcher.finish(view, places, &finds) }
    }

    private func places(for matcher: Matcher, _ view: TextView, _ low: Int, _ high: Int) -> PlaceSet {
        guard matcher.anchor < NeedleSet.longAnchor else { return places }
        shortPlaces.reset(from: low, to: high)
        pairs.scan(view, shortPlaces)
        return shortPlaces
    }
}
