/// Computes the failure links of all needles, shallow nodes first.
///
/// Only needles that hold the first bytes of a needle somewhere inside take part. A link that goes on along one needle
/// is a run: the work is a scan of all needles, a comparison of the bytes of each run, and a step at its end.
struct FailureBuilder {
    /// Something that happens at a depth of a needle.
    ///
    /// At one depth the kinds come in this order.
    private enum Kind { case runEnds, wayBegins, branchBegins }

    private struct Event {
        var kind: Kind
        var needle: Int32
        var way: Int32 = -1
    }

    /// A run seen from the needle it leads to.
    private struct ReverseRun {
        var needle: Int32
        var first: Int32
        var last: Int32
        var lag: Int32
    }

    private let index: NeedleIndex
    private var events: [[Event]] = []
    /// Whether the needle's node at the depth in work has a link.
    private var isLinked: [Bool]
    private(set) var runs: [[FailureRun]]
    /// Ends of needles inside of others, proper suffixes all.
    private(set) var inner: [Int: [Mark]] = [:]

    init(index: NeedleIndex) {
        self.index = index
        runs = Array(repeating: [], count: index.needles.count)
        isLinked = Array(repeating: false, count: index.needles.count)
    }

    mutating func build() {
        collectEvents()
        var depth = 0
        while depth < events.count {
            let now = events[depth]
            events[depth] = []
            for event in now where event.kind == .runEnds { endRun(Int(event.needle), depth) }
            for event in now where event.kind == .wayBegins { begin(event, depth) }
            for event in now where event.kind == .branchBegins { begin(event, depth) }
            depth += 1
        }
        spreadEnds()
    }

    // MARK: - Events

    private mutating func schedule(_ event: Event, at depth: Int) {
        while events.count <= depth { events.append([]) }
        events[depth].append(event)
    }

    private mutating func collectEvents() {
        var holds = Array(repeating: false, count: index.needles.count)
        for number in index.needles.indices { holds[number] = collectInnerPrefixes(of: number) }
        for (number, needle) in index.needles.enumerated() {
            guard needle.parent >= 0, needle.branchDepth < needle.count, holds[Int(needle.parent)] else { continue }
            schedule(Event(kind: .branchBegins, needle: Int32(number)), at: Int(needle.branchDepth))
            holds[number] = true
        }
    }

    private mutating func collectInnerPrefixes(of number: Int) -> Bool {
        let needle = index.needles[number]
        let (anchor, count) = (index.anchor, Int(needle.count))
        var found = false
        var place = max(1, Int(needle.branchDepth) - anchor + 1)
        while place + anchor <= count {
            // Every place is asked for: a prefix counts even where the rest of its needle does not follow.
            let hit = unsafe index.filter.nextHit(in: needle.text, from: place, count: count, step: 1)
            // Close to the needle's end there are no whole windows: all places are looked at.
            let last = hit + 8 <= count ? hit : count - anchor
            place = hit
            while place <= last {
                // Past the needle's end a word reads the arena's next bytes; the anchor's mask drops them.
                if let way = index.wayIn(unsafe loadWord(needle.text + place)) {
                    let event = Event(kind: .wayBegins, needle: Int32(number), way: Int32(way.needle))
                    schedule(event, at: place + anchor)
                    found = true
                }
                place += 1
            }
        }
        return found
    }

    // MARK: - Runs

    private mutating func begin(_ event: Event, _ depth: Int) {
        let number = Int(event.needle)
        // A needle that has a link already has a longer one.
        guard !isLinked[number] else { return }
        if event.way >= 0 {
            beginRun(number, depth, Node(needle: Int(event.way), depth: index.anchor))
        } else if let node = link(Node(needle: Int(index.needles[number].parent), depth: depth)) {
            beginRun(number, depth, node)
        }
    }

    /// The link of the needle's node at `depth` is `node`; goes along as far as the two agree.
    private mutating func beginRun(_ number: Int, _ depth: Int, _ node: Node) {
        isLinked[number] = true
        runs[number].append(
            FailureRun(depth: Int32(depth), needle: Int32(node.needle), lag: Int32(depth - node.depth)))
        let (needle, other) = (index.needles[number], index.needles[node.needle])
        let most = min(Int(needle.count) - depth, Int(other.count) - node.depth)
        var agreed = 0
        while agreed < most, needle.byte(depth + agreed) == other.byte(node.depth + agreed) { agreed += 1 }
        if depth + agreed < needle.count {
            schedule(Event(kind: .runEnds, needle: Int32(number)), at: depth + agreed + 1)
        }
    }

    private mutating func endRun(_ number: Int, _ depth: Int) {
        isLinked[number] = false
        guard let node = link(Node(needle: number, depth: depth - 1)) else { return }
        if let next = advance(node, index.needles[number].byte(depth - 1)) {
            beginRun(number, depth, next)
        } else {
            runs[number].append(FailureRun(depth: Int32(depth), needle: -1, lag: 0))
        }
    }

    private func advance(_ from: Node, _ byte: UInt8) -> Node? {
        var node = from
        while true {
            if let next = index.child(node, byte) { return next }
            guard let shorter = link(node) else { return nil }
            node = shorter
        }
    }

    /// The failure link of a node less deep than what is in work.
    private func link(_ node: Node) -> Node? {
        runs[node.needle].link(at: node.depth)
    }

    // MARK: - Ends

    /// An end of a needle at a node is an end at every node whose link leads there.
    ///
    /// Links form a tree, so each end is carried from node to node until it meets a node that is an end itself: that
    /// one is longer.
    private mutating func spreadEnds() {
        let reverse = reverseRuns()
        var work: [(needle: Int, mark: Mark)] = []
        for number in reverse.keys {
            let needle = index.needles[number]
            work.append((number, Mark(depth: needle.count, length: needle.count, name: needle.name)))
            for mark in index.terminals[number] { work.append((number, mark)) }
        }
        while let (number, mark) = work.popLast() {
            for run in reverse[number] ?? [] where run.first <= mark.depth && mark.depth <= run.last {
                let depth = mark.depth + run.lag
                guard index.end(onPathAt: Node(needle: Int(run.needle), depth: Int(depth))) == nil else { continue }
                let carried = Mark(depth: depth, length: mark.length, name: mark.name)
                inner[Int(run.needle), default: []].append(carried)
                work.append((Int(run.needle), carried))
            }
        }
    }

    private func reverseRuns() -> [Int: [ReverseRun]] {
        var reverse: [Int: [ReverseRun]] = [:]
        for number in runs.indices where !runs[number].isEmpty {
            for (place, run) in runs[number].enumerated() where run.needle >= 0 {
                let isLast = place + 1 == runs[number].count
                let last = isLast ? index.needles[number].count : runs[number][place + 1].depth - 1
                reverse[Int(run.needle), default: []].append(
                    ReverseRun(
                        needle: Int32(number), first: run.depth - run.lag, last: last - run.lag, lag: run.lag))
            }
        }
        return reverse
    }
}
