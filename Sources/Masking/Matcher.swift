/// A find, in places of the stream.
struct Find {
    /// Where the needle begins; its mask may begin later, past breaks.
    var needleStart: Int
    var start: Int
    var end: Int
    var mask: Mask
    /// Of equal finds the needle that was registered first counts.
    var order: Int32
    /// `Needle.value` and `Needle.owner`.
    var value: Int32
    var owner: Int32
    /// Where the bytes end that are there wherever the value ends (`Needle.ownCount`).
    var ownEnd: Int
    /// Whether what its mask stands for begins with a letter or a digit.
    var beginsAlphanumeric: Bool

    /// Of a line of a value, or of what one sets.
    var isOfPart: Bool { order >> 30 & 1 == 1 }

    /// Leftmost first, of several there the longest.
    func comes(before other: Find) -> Bool {
        if start != other.start { return start < other.start }
        if end != other.end { return end > other.end }
        return order < other.order
    }
}

/// What a mask stands for. Where values of later origins are looked for, one stands in the place of what it was put for.
struct Mask: Equatable {
    /// The number of its name.
    var name: Int32
    /// `Spelling.number`.
    var spelling: UInt16
    /// So many bytes of the form stand before it: those before a line break that came too early to be held.
    var early: UInt8
}

/// How a matcher reads line breaks.
enum Reading {
    /// As the bytes that they are.
    case asIs
    /// As nothing.
    case joined
    /// As the blank between two pairs of digits, else as nothing.
    ///
    /// A text with breaks between all its digits can be read in two ways that exclude each other. They differ by where
    /// pairs begin, so there is a matcher for each: one takes beginnings after an even number of digits, one the others.
    case spaced(afterOdd: Bool)
}

/// One index at work on one stream of bytes.
///
/// It follows the longest end of the text that begins a needle. A find is told when nothing longer can begin at its
/// place, so those at one place are one and they come in order.
final class Matcher {
    private let index: NeedleIndex
    /// nil: a value counts wherever it begins.
    private let arrivals: Arrivals?
    private let looksThroughBreaks: Bool
    private let fillsBlanks: Bool
    private let isAfterOdd: Bool
    private var digits = DigitParity()

    /// The end of the text that begins a needle: its node, its beginning in the stream and in bytes of needles.
    private var node: Node?
    private var start = 0
    private var firstSymbol = 0
    /// The breaks in it, in order, from `firstBreak` on.
    private var breaks: [LineBreak] = []
    private var firstBreak = 0
    /// A break at its end that may not be whole.
    private var openBreak: LineBreak?

    /// Nothing follows the text in work.
    private var isLast = false

    /// Work done so far; proves the linear bound.
    private(set) var steps = 0

    init(_ index: NeedleIndex, _ reading: Reading, _ arrivals: Arrivals?) {
        (self.index, self.arrivals) = (index, arrivals)
        switch reading {
        case .asIs: (looksThroughBreaks, fillsBlanks, isAfterOdd) = (false, false, false)
        case .joined: (looksThroughBreaks, fillsBlanks, isAfterOdd) = (true, false, false)
        case .spaced(let afterOdd): (looksThroughBreaks, fillsBlanks, isAfterOdd) = (true, true, afterOdd)
        }
    }

    /// The shortest needle's length at least.
    var anchor: Int { index.anchor }

    /// Where it goes on.
    private enum Step {
        case search(from: Int)
        case follow(at: Int)
        case end
    }

    /// Runs over the view's bytes from `first` up to `end`; `places` has all beginnings there that lie in its slice.
    func run(_ view: TextView, from first: Int, to end: Int, _ places: PlaceSet, _ finds: inout [Find]) {
        guard !index.isEmpty else { return }
        defer { if fillsBlanks, node == nil { digits.advance(to: end, view) } }
        var step = resume(view, at: first)
        while true {
            switch step {
            case .search(let place): step = search(view, from: place, to: end, places)
            case .follow(let place): step = follow(view, at: place, to: end, &finds)
            case .end: return
            }
        }
    }

    private func resume(_ view: TextView, at first: Int) -> Step {
        guard let node else { return .search(from: first) }
        guard node.depth >= index.anchor else {
            forget()
            return .search(from: start - view.origin)
        }
        defer { openBreak = nil }
        return .follow(at: first - (openBreak?.count ?? 0))
    }

    /// Begins to count digits anew: what comes before this place is not looked at any more.
    func countDigits(from place: Int) { digits = DigitParity(at: place) }

    /// Drops what is followed: the text will be run over again.
    func forget() {
        node = nil
        breaks.removeAll(keepingCapacity: true)
        firstBreak = 0
        openBreak = nil
    }

    // MARK: - What is open

    /// The end of the text that begins a needle, if any; `end` is the end of the text.
    func held(to end: Int) -> HeldText? {
        guard let node else { return nil }
        return HeldText(
            index.needles[node.needle], from: start, to: end, firstSymbol: firstSymbol, breaks: breaks,
            openBreak: openBreak)
    }

    /// The name of the needle that the end of the text begins, if any.
    var heldName: Int32? { node.map { index.needles[$0.needle].name } }

    /// Before this place all is decided.
    func limit(_ end: Int) -> Int {
        guard node != nil else { return end }
        if let openBreak, isEarly(openBreak) { return openBreak.end }
        return maskStart(firstSymbol).place
    }

    /// Whether fewer bytes come before the break at the end than it takes to hold it.
    private func isEarly(_ last: LineBreak) -> Bool {
        guard breaks.count - firstBreak < LineBreak.minimumBefore else { return false }
        let inBreaks = breaks[firstBreak...].reduce(0) { $0 + $1.count }
        return last.place - start - inBreaks < LineBreak.minimumBefore
    }

    /// The text ended with what `view` holds: what is followed goes no further.
    func finish(_ view: TextView, _ places: PlaceSet, _ finds: inout [Find]) {
        isLast = true
        run(view, from: 0, to: 0, places, &finds)
        isLast = false
        forget()
        countDigits(from: view.origin)
    }

    // MARK: - Between needles

    private func search(_ view: TextView, from first: Int, to end: Int, _ places: PlaceSet) -> Step {
        forget()
        var place = first
        while place < min(places.low, end) {
            if let step = tryPlace(view, place, end) { return step }
            place += 1
        }
        place = places.next(from: place)
        while place < end {
            if let step = tryPlace(view, place, end) { return step }
            place = places.next(from: place + 1)
        }
        return .end
    }

    private func tryPlace(_ view: TextView, _ place: Int, _ end: Int) -> Step? {
        steps += 1
        guard place >= 0, place + 8 <= end else { return tryEnd(view, place, end) }
        let word = view.word(at: place)
        if let node = index.wayIn(word) {
            guard isMine(view, place) else { return nil }
            return begin(node, view, place, next: place + index.anchor)
        }
        return looksThroughBreaks && holdsLineEnd(word) ? trySlowly(view, place, end) : nil
    }

    /// Before the write, or with fewer than eight bytes to its end: there, every place is tried in every write.
    private func tryEnd(_ view: TextView, _ place: Int, _ end: Int) -> Step? {
        let count = end - place
        guard place >= 0, count > 0, end >= 8 else { return trySlowly(view, place, end) }
        let word = view.word(at: end - 8) >> UInt64(64 - count * 8)
        if looksThroughBreaks, holdsLineEnd(word) { return trySlowly(view, place, end) }
        let node = count < index.anchor ? index.shallowNode(word, count: count) : index.wayIn(word)
        guard let node, isMine(view, place) else { return nil }
        return begin(node, view, place, next: place + min(count, index.anchor))
    }

    /// Whether one of the bytes is LF or CR.
    private func holdsLineEnd(_ word: UInt64) -> Bool {
        holdsZero(word ^ 0x0a0a_0a0a_0a0a_0a0a) || holdsZero(word ^ 0x0d0d_0d0d_0d0d_0d0d)
    }

    private func begin(_ node: Node, _ view: TextView, _ place: Int, next: Int) -> Step {
        self.node = node
        start = view.origin + place
        firstSymbol = 0
        return node.depth < index.anchor ? .end : .follow(at: next)
    }

    /// Whether a beginning here is for this matcher: of the two readings of spaced digits it has one.
    private func isMine(_ view: TextView, _ place: Int) -> Bool {
        guard fillsBlanks else { return true }
        digits.advance(to: place, view)
        return digits.isOdd == isAfterOdd
    }

    /// Before the write, at the end of a short one, or at a line break.
    private func trySlowly(_ view: TextView, _ place: Int, _ end: Int) -> Step? {
        // Nothing that looks through line breaks begins with one, or with a blank.
        if looksThroughBreaks, isBlank(view.byte(place)) { return nil }
        var start = Start(place: place)
        read(&start, view, end)
        let isWhole = start.count == index.anchor
        let node = isWhole ? index.wayIn(start.word) : index.shallowNode(start.word, count: start.count)
        guard let node, isMine(view, place) else { return nil }
        if start.holdsBreak {
            start = Start(place: place, keepsBreaks: true)
            breaks.removeAll(keepingCapacity: true)
            openBreak = nil
            read(&start, view, end)
        }
        return begin(node, view, place, next: start.place)
    }

    /// The first bytes from a place on, line breaks left out or as the blanks of spaced digits.
    private struct Start {
        var place: Int
        /// Nearly nothing begins a needle, and until then the breaks are not kept.
        var keepsBreaks = false
        var holdsBreak = false
        var word: UInt64 = 0
        var count = 0

        mutating func append(_ byte: UInt8) {
            word |= UInt64(byte) << UInt64(count * 8)
            count += 1
        }
    }

    private func read(_ start: inout Start, _ view: TextView, _ end: Int) {
        var followsBreak = true
        while start.count < index.anchor, start.place < end {
            let byte = view.byte(start.place)
            let mayBreak = looksThroughBreaks && !followsBreak && LineBreak.begins(with: byte)
            let length = mayBreak ? breakLength(view, start.place, end) : nil
            guard let length else {
                start.append(byte)
                start.place += 1
                followsBreak = false
                continue
            }
            let stands = fillsBlanks && start.count % 3 == 2
            start.holdsBreak = true
            if start.keepsBreaks { keepBreak(start, view, length, end, stands: stands) }
            if stands { start.append(0x20) }
            start.place += length
            followsBreak = true
        }
    }

    private func keepBreak(_ start: Start, _ view: TextView, _ length: Int, _ end: Int, stands: Bool) {
        var found = LineBreak(view, at: start.place, count: length)
        (found.symbol, found.stands) = (start.count, stands ? 1 : 0)
        if start.place + length == end { openBreak = found } else { breaks.append(found) }
    }

    // MARK: - Inside of needles

    private func follow(_ view: TextView, at first: Int, to end: Int, _ finds: inout [Find]) -> Step {
        guard var node else { return .search(from: first) }
        var place = first
        while true {
            walk(view, &node, &place, end)
            if place < end, let next = index.branch(node, view.byte(place)) {
                node = next
                place += 1
                continue
            }
            if place == end && !isLast && index.isProperPrefix(node) {
                self.node = node
                return .end
            }
            if looksThroughBreaks, place < end, let goesOn = passBreak(view, &node, &place, end) {
                if goesOn { continue }
                self.node = node
                if !isLast { return .end }
            }
            steps += 1
            let next = index.failure(node)
            report(node, next, &finds)
            guard let next else {
                return .search(from: streamPlace(firstSymbol + node.depth - index.anchor + 1) - view.origin)
            }
            leave(upTo: firstSymbol + node.depth - next.depth)
            node = next
        }
    }

    /// Goes along one needle as far as the text agrees.
    private func walk(_ view: TextView, _ node: inout Node, _ place: inout Int, _ end: Int) {
        let needle = index.needles[node.needle]
        let begin = place
        while place < end, node.depth < needle.count, needle.byte(node.depth) == view.byte(place) {
            place += 1
            node.depth += 1
        }
        steps += place - begin + 1
    }

    /// The candidate now begins with `symbol`.
    private func leave(upTo symbol: Int) {
        start = streamPlace(symbol)
        firstSymbol = symbol
        // What comes before is gone.
        if fillsBlanks { digits = DigitParity(at: start, isOdd: isAfterOdd) }
        while firstBreak < breaks.count, breaks[firstBreak].symbol <= symbol { firstBreak += 1 }
        guard firstBreak > 64, firstBreak > breaks.count / 2 else { return }
        breaks.removeFirst(firstBreak)
        firstBreak = 0
    }

    private func report(_ node: Node, _ next: Node?, _ finds: inout [Find]) {
        index.reportEnds(node, next: next) { offset, number in
            guard let number = known(number, at: streamPlace(firstSymbol + offset)) else { return }
            let needle = index.needles[number]
            let (first, last) = (firstSymbol + offset, firstSymbol + offset + needle.count - 1)
            let (start, early) = maskStart(first)
            finds.append(
                Find(
                    needleStart: streamPlace(first), start: start, end: streamPlace(last) + 1,
                    mask: Mask(name: needle.name, spelling: needle.spelling.number, early: early), order: needle.order,
                    value: needle.value, owner: needle.owner,
                    ownEnd: streamPlace(firstSymbol + offset + max(1, needle.ownCount) - 1) + 1,
                    beginsAlphanumeric: isAlphanumeric(needle.byte(Int(early)))))
        }
    }

    /// The longest of the needles with which `number` begins whose value was known when a find at `place` begins.
    private func known(_ number: Int, at place: Int) -> Int? {
        guard let arrivals else { return number }
        var longest: Int? = number
        while let number = longest, !arrivals.covers(Int(index.needles[number].value), at: place) {
            longest = index.shorterEnd(than: number)
        }
        return longest
    }

    // MARK: - Line breaks

    /// The length of the break at a place up to `end`; nil where none is.
    private func breakLength(_ view: TextView, _ place: Int, _ end: Int) -> Int? {
        var next = place
        if view.byte(next) == 0x0d {
            next += 1
            guard next < end else { return 1 }
        }
        guard view.byte(next) == 0x0a else { return nil }
        next += 1
        let most = min(end, next + LineBreak.maximumIndent)
        while next < most, view.byte(next) == 0x20 || view.byte(next) == 0x09 { next += 1 }
        return next - place
    }

    /// Goes on past a line break and the byte after it; false where the text ends in the break, nil where it cannot.
    private func passBreak(_ view: TextView, _ node: inout Node, _ place: inout Int, _ end: Int) -> Bool? {
        guard LineBreak.begins(with: view.byte(place)), index.goesOnUnpadded(node) else { return nil }
        guard let length = breakLength(view, place, end) else { return nil }
        steps += length
        var found = LineBreak(view, at: place, count: length)
        found.symbol = firstSymbol + node.depth
        guard place + length < end else {
            openBreak = found
            return false
        }
        let byte = view.byte(place + length)
        var next = node
        if let blank = index.child(node, 0x20) {
            found.stands = 1
            next = blank
        }
        guard byte != Base64.padding, let child = index.child(next, byte) else { return nil }
        breaks.append(found)
        node = child
        place += length + 1
        return true
    }

    /// The place in the stream of a byte of the candidate, counted in bytes of needles.
    private func streamPlace(_ symbol: Int) -> Int {
        let count = breakCount(upTo: symbol)
        guard count > firstBreak else { return start + symbol - firstSymbol }
        let last = breaks[count - 1]
        return last.end + symbol - last.symbol - last.stands
    }

    private func breakCount(upTo symbol: Int) -> Int {
        var (low, high) = (firstBreak, breaks.count)
        while low < high {
            let middle = (low + high) / 2
            if breaks[middle].symbol <= symbol { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the mask of a find that begins with `symbol` begins, past the breaks that come too early to be held, and how
    /// many bytes of the form come before those.
    private func maskStart(_ symbol: Int) -> (place: Int, early: UInt8) {
        var place = streamPlace(symbol)
        var (start, before, early) = (place, 0, 0)
        for index in breakCount(upTo: symbol)..<breaks.count {
            before += breaks[index].place - place
            guard before < LineBreak.minimumBefore else { break }
            place = breaks[index].end
            (start, early) = (place, before)
        }
        return (start, UInt8(early))
    }
}
