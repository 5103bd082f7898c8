import CSystemShims

/// The masker at work on one stream of bytes: exact across any cut of the stream and any pause.
///
/// Between writes it holds back the longest end of the text that is a proper prefix of some form, nothing else. That
/// text is not stored: it is the beginning of a needle, which the masker has in secret memory.
public final class MaskingStream {
    /// Takes a piece of the output, and, where it is a mask, which.
    typealias Sink = (Span<UInt8>, Mask?) -> Void

    /// On a terminal a partial match of fewer bytes is let through at once.
    public static let leastHeldForTerminal = 4

    private let masker: Masker
    private let names: MaskNames
    /// For so many origins, this one among them.
    private let count: Int
    private let needles: NeedleSet
    /// nil: of the first origin a value counts in what is held, too.
    private let arrivals: Arrivals?
    private let matchers: [Matcher]
    private let isForTerminal: Bool
    private var generation: Int

    /// Number of bytes taken so far, and of those decided.
    ///
    /// The difference is what is held.
    private var taken = 0
    private var decided = 0
    /// Up to here a mask that came out already stands for the text.
    private var masked = 0
    /// The find that ends there.
    private var lastFind: Find?
    /// nil: the text is none that comes out.
    private let overlaps: OverlapWatch?
    /// Of the first origin, from where on values would count if those before did not: see `watch`.
    private let lateValues = Arrivals()
    /// The name of the value whose beginning was held when the last ones came.
    private var heldName: Int32?
    /// The mask of the text up to there, and where that begins, until its mask comes out: a value that came late may
    /// begin in what is out already, or end there.
    private var dueMask: (mask: Mask, start: Int)?
    /// Finds that begin past what is decided, in order from `firstFind` on.
    private var finds: [Find] = []
    private var counts: [Int32: Int] = [:]
    /// Looks for values of the next origin in what comes out of this one.
    private var next: MaskingStream?
    /// How many values each of the origins after this one had at the last write.
    private var seen: [Int] = []
    /// What happens when what comes out gets to a place.
    private enum Waypoint {
        /// More values of the origins after this one are known from here on: how many of each in all.
        case values([Int])
        case mark
    }
    /// In order, as far as what comes out is not there yet; those before `firstWaypoint` are passed.
    private var waypoints: [(place: Int, kind: Waypoint)] = []
    private var firstWaypoint = 0
    /// Called for each mark, in their order, once all that came before it is out, but for the first `ahead` bytes that are
    /// handed on next. Set before the first write.
    public var onMarkOut: (_ ahead: Int) -> Void = { _ in }
    /// Where the masks of the stream before this one lie in what it was given, as far as they are not decided.
    private var masksBefore: [(range: Range<Int>, mask: Mask)] = []
    /// Told where in the text of this stream each mask lies, in order of their beginnings.
    var onMask: (Range<Int>) -> Void = { _ in }
    /// How many of them a mask of this one stands for.
    private var covered: [Int32: Int] = [:]
    /// Where the text in work began, and how many line ends it has had; kept where its time is to be even.
    private var textStart = 0
    private var lineEnds = 0
    /// Where its last line ends are, the latest last.
    private var lastLineEnds: [Int] = []
    /// The last of the held bytes, while they are looked at.
    private var heldTail: SecretArray<UInt8>?
    /// Forms found in the piece of it that is in work.
    private var newFinds = 0
    /// Hands on what has come out of that piece so far.
    private var handOnSoFar: (() -> Void)?
    /// What has come out of it and is to be handed on.
    private var output: EvenTime.Output?

    /// Work done so far, in places tried and steps of the automata; proves the linear bound.
    var stepsForTesting: Int { matchers.reduce(0) { $0 + $1.steps } }

    /// - Parameter isFirst: The text comes from a program, not from a stream of an origin before.
    init(masker: Masker, forTerminal: Bool, count: Int, isFirst: Bool = true, overlaps: OverlapWatch? = nil) {
        self.masker = masker
        (self.count, self.overlaps) = (count, overlaps)
        names = masker.names
        needles = masker.needles
        arrivals = isFirst ? nil : Arrivals()
        matchers = needles.makeMatchers(arrivals)
        isForTerminal = forTerminal
        generation = needles.generation
        lateValues.note(count: masker.count, from: 0, findsFrom: 0)
    }

    /// How often each name's mask was put in.
    ///
    /// What is held does not count yet.
    public var hits: [String: Int] {
        var total = counts
        var later = next
        while let stream = later {
            total.merge(stream.counts) { $0 + $1 }
            for (name, count) in stream.covered { total[name, default: 0] -= count }
            later = stream.next
        }
        return total.reduce(into: [:]) { hits, entry in
            if entry.value > 0 { hits[names.names[Int(entry.key)], default: 0] += entry.value }
        }
    }

    /// How many masks were put in for values of this origin. Of those after it, which a script may have chosen, whether
    /// one is found already tells whether text before it is held back.
    public var hitsOfFirstOrigin: Int { counts.values.reduce(0, +) }

    /// The number of bytes held back.
    public var heldCount: Int { taken - decided + (next?.heldCount ?? 0) }

    /// Takes the next bytes and hands on what is decided, in pieces that are valid during the call only.
    ///
    /// Pieces are cut at will; none is empty. Whether `sink` may be slow is the caller's affair.
    public func write(_ bytes: Span<UInt8>, sink: (Span<UInt8>) -> Void) {
        noteValues()
        write(bytes, nil) { piece, _ in sink(piece) }
    }

    /// The same, with which of the pieces are masks.
    public func write(_ bytes: Span<UInt8>, take: (_ piece: Span<UInt8>, _ isMask: Bool) -> Void) {
        noteValues()
        write(bytes, nil) { piece, mask in take(piece, mask != nil) }
    }

    /// Takes a piece, and, where it is a mask of a stream before this one, which.
    func write(_ bytes: Span<UInt8>, _ mask: Mask?, _ sink: Sink) {
        guard let next = followed() else { return take(bytes, mask, sink) }
        take(bytes, mask) { piece, mask in next.write(piece, mask, sink) }
    }

    private func take(_ bytes: Span<UInt8>, _ mask: Mask?, _ sink: Sink) {
        guard let mask else { return take(bytes, sink) }
        guard !needles.isEmpty else {
            reach(taken)
            return sink(bytes, mask)
        }
        let token = names.token(of: mask)
        masksBefore.append((taken..<taken + token.count, mask))
        take(token.span, sink)
    }

    /// A whole text.
    func takeWhole(_ bytes: Span<UInt8>, _ sink: Sink) {
        noteValues()
        write(bytes, nil, sink)
        finishText(sink)
    }

    /// The stream that looks for values of the next origin, once there may be any.
    private func followed() -> MaskingStream? {
        guard count > 1, let values = masker.later else { return nil }
        if next == nil {
            let stream = MaskingStream(
                masker: values.masker, forTerminal: isForTerminal, count: count - 1, isFirst: false,
                // Those of the last origin are a script's, which learns nothing by them.
                overlaps: count > 2 ? overlaps : nil)
            stream.onMarkOut = onMarkOut
            next = stream
        }
        return next
    }

    // MARK: - Values that come while it is open

    /// Values of later origins that are new count from here on.
    private func noteValues() {
        var (place, isNew) = (0, false)
        var values = masker.later
        while place + 1 < count, let current = values {
            if place == seen.count { seen.append(0) }
            if seen[place] != current.count { (seen[place], isNew) = (current.count, true) }
            values = current.masker.later
            place += 1
        }
        if isNew { add(.values(seen), at: taken) }
    }

    /// What comes from here on was not there yet when so many values of this origin, and of those after it, were known.
    private func open(_ counts: ArraySlice<Int>) {
        guard let count = counts.first else { return }
        arrivals?.note(count: count, from: taken, findsFrom: held.start)
        if counts.count > 1 { add(.values(Array(counts.dropFirst())), at: taken) }
    }

    // MARK: - Places on the way

    /// Marks the place behind the first `count` bytes of what is written next: `onMarkOut` tells where it is in what comes
    /// out; of one inside of what a mask stands for, behind that mask.
    public func mark(after count: Int) { add(.mark, at: taken + count) }

    private func add(_ kind: Waypoint, at place: Int) {
        // What is marked ahead comes later.
        var index = waypoints.count
        while index > firstWaypoint, waypoints[index - 1].place > place { index -= 1 }
        waypoints.insert((place, kind), at: index)
    }

    private var nextWaypoint: Int? { firstWaypoint < waypoints.count ? waypoints[firstWaypoint].place : nil }

    /// What comes out now begins at `place` of the text, or past it.
    private func reach(_ place: Int) {
        while let next = nextWaypoint, next <= place { passWaypoint(ahead: 0) }
    }

    /// Passes the next one, with `ahead` bytes before it that are not handed on yet.
    private func passWaypoint(ahead: Int) {
        let kind = waypoints[firstWaypoint].kind
        firstWaypoint += 1
        if firstWaypoint == waypoints.count || firstWaypoint > 1024 && firstWaypoint > waypoints.count / 2 {
            waypoints.removeFirst(firstWaypoint)
            firstWaypoint = 0
        }
        switch kind {
        case .values(let counts):
            handOnSoFar?()
            next?.open(counts[...])
        case .mark:
            // No piece ends at a mark: how many there are must not tell when it was passed.
            let ahead = ahead + (output?.count ?? 0)
            if let next { next.mark(after: ahead) } else { onMarkOut(ahead) }
        }
    }

    // MARK: - Input

    private func take(_ bytes: Span<UInt8>, _ sink: Sink) {
        guard !needles.isEmpty else {
            unsafe bytes.withUnsafeBufferPointer { buffer in
                if let base = buffer.baseAddress { _ = unsafe cost(base, buffer.count) }
            }
            return pass(bytes, sink)
        }
        if generation != needles.generation {
            evenly(costOfHeld, sink) { sink in seeNewNeedles(sink) }
        }
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
            unsafe process(UnsafeBufferPointer(start: base, count: buffer.count), sink)
        }
    }

    /// The end of the stream: decides all that is held.
    ///
    /// The stream can be used for another text afterwards.
    public func finish(sink: (Span<UInt8>) -> Void) {
        finishText { piece, _ in sink(piece) }
    }

    /// The same, with which of the pieces are masks.
    public func finish(take: (_ piece: Span<UInt8>, _ isMask: Bool) -> Void) {
        finishText { piece, mask in take(piece, mask != nil) }
    }

    func finishText(_ sink: Sink) {
        guard let next = followed() else { return end(sink) }
        end { piece, mask in next.write(piece, mask, sink) }
        next.finishText(sink)
    }

    private func end(_ sink: Sink) {
        let cost = costOfHeld
        defer {
            (textStart, lineEnds) = (taken, 0)
            lastLineEnds = []
        }
        guard !needles.isEmpty else { return reach(taken) }
        evenly(cost, sink) { sink in
            if generation != needles.generation { seeNewNeedles(sink) }
            let rest = restView
            needles.finish(matchers, rest, &finds)
            found(finds.count)
            decide(upTo: taken, rest, sink)
            reach(taken)
        }
        masked = taken
    }

    private func pass(_ bytes: Span<UInt8>, _ sink: Sink) {
        while let place = nextWaypoint, place <= taken + bytes.count { passWaypoint(ahead: max(0, place - taken)) }
        taken += bytes.count
        decided = taken
        if !bytes.isEmpty { sink(bytes, nil) }
    }

    /// The text before the next write, as far back as any matcher follows it.
    private var held: HeldText {
        var longest = HeldText.none(at: taken)
        for matcher in matchers {
            if let held = matcher.held(to: taken), held.count > longest.count { longest = held }
        }
        return longest
    }

    private var restView: TextView { unsafe view(of: TextView.nothing, 0) }

    /// The next `count` bytes of the text, with what is held before them.
    private func view(of base: UnsafePointer<UInt8>, _ count: Int) -> TextView {
        let before = held
        if before.count > 0, heldTail == nil { heldTail = try? SecretArray(count: TextView.tailRoom) }
        let room = unsafe before.count > 0 ? heldTail?.base : nil
        return unsafe TextView(base: base, count: count, origin: taken, before: before, room: room)
    }

    /// Looks at what is held again, with the needles that came since.
    ///
    /// They only add to what is a prefix, so nothing is released; but a find may lie inside.
    private func seeNewNeedles(_ sink: Sink) {
        generation = needles.generation
        let rest = restView
        heldName = matchers.lazy.compactMap(\.heldName).first ?? heldName
        lateValues.note(count: masker.count, from: taken, findsFrom: rest.before.start)
        // What begins before the held text is not found again, even where its mask begins inside.
        finds.removeAll { $0.needleStart >= rest.before.start }
        for matcher in matchers { matcher.forget() }
        needles.rerun(matchers, rest, &finds)
        settle(rest, upTo: taken, sink)
    }

    private func process(_ bytes: UnsafeBufferPointer<UInt8>, _ sink: Sink) {
        guard let base = bytes.baseAddress else { return }
        var low = 0
        var before: TextView?
        while low < bytes.count {
            let high = min(bytes.count, low + PlaceSet.capacity)
            evenly(unsafe cost(base + low, high - low), sink) { sink in
                let view = unsafe before ?? view(of: base, bytes.count)
                before = view
                let known = finds.count
                needles.run(matchers, view, from: low, to: high, &finds)
                found(finds.count - known)
                taken = view.origin + high
                settle(view, upTo: taken, sink)
            }
            low = high
        }
    }

    // MARK: - Even time

    /// nil where the time may tell what stands in the text.
    private var time: EvenTime? { masker.time.isOn ? masker.time : nil }

    private func cost(_ base: UnsafePointer<UInt8>, _ count: Int) -> EvenTime.Cost {
        guard time != nil else { return EvenTime.Cost(bytes: 0, lineBreaks: 0) }
        let before = atHand
        let breaks = unsafe vs_sys_count_line_ends(base, count)
        lineEnds += breaks
        var place = count
        var found: [Int] = []
        while breaks > 0, place > max(0, count - TextView.tailRoom), found.count < 8 {
            place -= 1
            if LineBreak.begins(with: unsafe base[place]) { found.append(taken + place) }
        }
        lastLineEnds = (lastLineEnds + found.reversed()).suffix(8)
        // What is held may be let go: an eighth of the work that a byte is paid for.
        return EvenTime.Cost(bytes: count + before.bytes / 8, lineBreaks: breaks + before.nearLineEnds)
    }

    /// Of looking at what is held.
    private var costOfHeld: EvenTime.Cost {
        let held = atHand
        return EvenTime.Cost(bytes: held.bytes, lineBreaks: held.lineEnds + held.nearLineEnds)
    }

    private var atHand: EvenTime.AtHand {
        // Only the first one has no arrivals.
        guard arrivals == nil else { return masker.time.atHand }
        let near = lastLineEnds.count { $0 >= taken - TextView.tailRoom }
        let own = EvenTime.AtHand(bytes: min(taken - textStart, 4096), lineEnds: min(lineEnds, 64), nearLineEnds: near)
        masker.time.atHand = own
        return own
    }

    private func found(_ count: Int) { newFinds += count }

    /// Does a piece of work on the text in a time that tells nothing, and hands on what comes out when it is over. The time
    /// of whoever takes that does not count.
    private func evenly(_ cost: EvenTime.Cost, _ sink: Sink, _ work: (@escaping Sink) -> Void) {
        guard let time else { return withoutActuallyEscaping(sink) { sink in work(sink) } }
        var cost = cost
        newFinds = 0
        let output = time.lend()
        self.output = output
        defer {
            self.output = nil
            time.takeBack(output)
        }
        var start = EvenTime.now
        withoutActuallyEscaping(sink) { sink in
            let aside: (() -> Void) -> Void = { body in
                let begin = EvenTime.now
                body()
                start += EvenTime.now - begin
            }
            handOnSoFar = { aside { self.handOn(output, sink) } }
            defer { handOnSoFar = nil }
            work { piece, mask in
                guard mask != nil else { return output.append(piece) { piece, mask in aside { sink(piece, mask) } } }
                aside {
                    self.handOn(output, sink)
                    sink(piece, mask)
                }
            }
        }
        cost.finds = newFinds
        time.spend(cost, since: start)
        handOn(output, sink)
    }

    /// Hands on what has come out. Where that is nothing, it takes as long: what is decided by when tells what was held.
    private func handOn(_ output: EvenTime.Output, _ sink: Sink) {
        if output.isEmpty { next?.passEvenly() } else { output.flush(sink) }
    }

    private func passEvenly() {
        if let time, !needles.isEmpty {
            let held = atHand
            time.spend(EvenTime.Cost(bytes: held.bytes / 8, lineBreaks: held.nearLineEnds), since: EvenTime.now)
        }
        next?.passEvenly()
    }

    // MARK: - Output

    /// Hands on what no find to come can change.
    private func settle(_ view: TextView, upTo end: Int, _ sink: Sink) {
        let limit = matchers.reduce(end) { min($0, $1.limit(end)) }
        decide(upTo: limit, view, sink)
        guard isForTerminal, end == view.origin + view.count else { return }
        guard end - limit < MaskingStream.leastHeldForTerminal else { return }
        passClear(view, upTo: end, sink)
    }

    /// No find to come begins before `limit`: hands on everything up to there.
    private func decide(upTo limit: Int, _ view: TextView, _ sink: Sink) {
        if !finds.isEmpty { putMasks(upTo: limit, view, sink) }
        passClear(view, upTo: limit, sink)
    }

    private func putMasks(upTo limit: Int, _ view: TextView, _ sink: Sink) {
        leaveOutCut()
        finds.sort { $0.comes(before: $1) }
        var count = 0
        while count < finds.count, finds[count].start < limit {
            let find = finds[count]
            count += 1
            watch(find)
            if find.start >= masked {
                passClear(view, upTo: find.start, sink)
                dueMask = (find.mask, find.start)
            }
            if let (mask, start) = dueMask, find.end > decided {
                reach(start)
                let text = names.masks[Int(mask.name)]
                sink(text.span, mask)
                counts[mask.name, default: 0] += 1
                dueMask = nil
            }
            for (range, mask) in masksBefore where find.start <= range.lowerBound && range.upperBound <= find.end {
                if range.lowerBound >= masked { covered[mask.name, default: 0] += 1 }
            }
            guard find.end > masked else { continue }
            onMask(max(masked, find.start)..<find.end)
            (masked, lastFind) = (find.end, find)
        }
        finds.removeFirst(count)
    }

    /// Tells where a find goes on from inside of one of another value, and where it begins in what was held back for another
    /// value when its own came.
    private func watch(_ find: Find) {
        guard let onFind = overlaps?.onFind else { return }
        var other: Int32?
        if find.start < masked, find.end > masked, let last = lastFind, OverlapWatch.counts(last, find) {
            other = last.mask.name
        } else if arrivals == nil, !lateValues.covers(Int(find.value), at: find.needleStart) {
            other = heldName
        }
        if let other { onFind(names.names[Int(other)], names.names[Int(find.mask.name)]) }
    }

    /// Nothing is a find that cuts through a mask of the stream before this one, or lies in it: the text there is no longer
    /// the program's.
    private func leaveOutCut() {
        guard !masksBefore.isEmpty else { return }
        finds.removeAll { find in
            masksBefore.contains { mask, _ in
                mask.overlaps(find.start..<find.end) && !(find.start <= mask.lowerBound && mask.upperBound <= find.end)
            }
        }
    }

    /// Hands on the text up to `limit` that no mask stands for.
    private func passClear(_ view: TextView, upTo limit: Int, _ sink: Sink) {
        let start = max(decided, min(masked, limit))
        decided = max(decided, limit)
        defer { if !masksBefore.isEmpty { masksBefore.removeAll { $0.range.upperBound <= decided } } }
        guard start < limit else { return }
        var place = start
        for (token, mask) in masksBefore where token.upperBound > place && token.lowerBound < limit {
            // As soon as its beginning is decided: no find begins inside.
            if token.lowerBound >= place {
                pass(view, from: place, upTo: token.lowerBound, sink)
                reach(token.lowerBound)
                let text = names.masks[Int(mask.name)]
                sink(text.span, mask)
            }
            place = token.upperBound
        }
        pass(view, from: place, upTo: limit, sink)
    }

    private func pass(_ view: TextView, from start: Int, upTo limit: Int, _ sink: Sink) {
        var place = start
        while place < limit {
            reach(place)
            var end = limit
            while let next = nextWaypoint, next <= limit {
                // A piece for each mark would take time that tells how many bytes were held.
                guard case .mark = waypoints[firstWaypoint].kind else {
                    end = next
                    break
                }
                passWaypoint(ahead: next - place)
            }
            if place < view.origin { passHeld(view, from: place, upTo: min(end, view.origin), sink) }
            view.withBytes(from: max(0, place - view.origin), to: end - view.origin) { sink($0, nil) }
            place = end
        }
    }

    /// Held text is told from its needle again, a few bytes at a time.
    private func passHeld(_ view: TextView, from start: Int, upTo limit: Int, _ sink: Sink) {
        var place = start - view.origin
        while place < limit - view.origin {
            let count = min(Masker.scratchCount, limit - view.origin - place)
            unsafe masker.withScratch(
                count, { unsafe view.before.write(from: view.before.count + place, count: count, to: $0) },
                { sink($0, nil) })
            place += count
        }
    }
}
