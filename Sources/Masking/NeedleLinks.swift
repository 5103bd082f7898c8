/// Failure links of needles and the needles inside of needles, found the first time that a text leaves a needle.
///
/// Nearly all needles are never left past their anchor. A needle that is left after n bytes is run through the automaton
/// up to there, once; the text had those n bytes too, so the work stays linear in the text.
struct NeedleLinks {
    /// What is known of one needle, from its second byte up to `depth`.
    private final class Scan {
        var depth = 1
        /// The longest proper suffix of anchor length and more that is a node.
        var node: Node?
        var runs: [FailureRun] = []
        /// The longest needle at each beginning that is decided, in order.
        var inner: [(offset: Int, needle: Int)] = []
    }

    /// From `depth` on the link is a node of `needle`, `lag` bytes less deep; -1: there is none.
    private struct FailureRun {
        var depth: Int
        var needle: Int
        var lag: Int
    }

    private var scans: [Scan] = []
    /// For each needle the number of its scan; -1: none.
    private let scanNumbers = GrowingArray<Int32>()
    /// For each needle the longest one that ends on the way to its branch; -1: none, -2: nobody has asked.
    private let endsBelow = GrowingArray<Int32>()
    /// The needles of which something is known.
    private var known: [Int] = []

    /// There is one more needle: what was known need not be so any more.
    ///
    /// The tables have room for it from now on: the first text that needs them would take longer.
    mutating func add() {
        scanNumbers.append(-1)
        endsBelow.append(-2)
        guard !known.isEmpty else { return }
        for needle in known { (scanNumbers[needle], endsBelow[needle]) = (-1, -2) }
        known = []
        scans = []
    }

    mutating func failure(_ node: Node, in index: NeedleIndex) -> Node? {
        guard node.depth > index.anchor else { return nil }
        let scan = scan(node.needle)
        extend(scan, of: node.needle, to: node.depth, index)
        return NeedleLinks.link(scan.runs, at: node.depth)
    }

    private mutating func scan(_ needle: Int) -> Scan {
        if let scan = knownScan(needle) { return scan }
        let scan = Scan()
        scanNumbers[needle] = Int32(scans.count)
        known.append(needle)
        scans.append(scan)
        return scan
    }

    private func knownScan(_ needle: Int) -> Scan? {
        let number = scanNumbers[needle]
        return number < 0 ? nil : scans[Int(number)]
    }

    private static func link(_ runs: [FailureRun], at depth: Int) -> Node? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].depth <= depth { low = middle + 1 } else { high = middle }
        }
        guard low > 0, runs[low - 1].needle >= 0 else { return nil }
        return Node(needle: runs[low - 1].needle, depth: depth - runs[low - 1].lag)
    }

    // MARK: - Scanning a needle

    private mutating func extend(_ scan: Scan, of number: Int, to depth: Int, _ index: NeedleIndex) {
        guard scan.depth < depth else { return }
        let needle = index.needles[number]
        let low = max(1, scan.depth + 1 - index.anchor)
        var word = needle.word(at: low, width: scan.depth - low) << UInt64((index.anchor - (scan.depth - low)) * 8 % 64)
        if scan.depth == low { word = 0 }
        while scan.depth < depth {
            let byte = needle.byte(scan.depth)
            word = word >> 8 | UInt64(byte) << UInt64((index.anchor - 1) * 8)
            advance(scan, byte, index)
            scan.depth += 1
            if scan.node == nil, scan.depth > index.anchor { scan.node = index.wayIn(word) }
            note(scan)
        }
    }

    private mutating func advance(_ scan: Scan, _ byte: UInt8, _ index: NeedleIndex) {
        while let node = scan.node {
            if let next = index.child(node, byte) {
                scan.node = next
                return
            }
            let start = scan.depth - node.depth
            let next = failure(node, in: index)
            reportEnds(node, next: next, in: index) { offset, needle in scan.inner.append((start + offset, needle)) }
            scan.node = next
        }
    }

    private func note(_ scan: Scan) {
        let needle = scan.node?.needle ?? -1
        let lag = scan.node.map { scan.depth - $0.depth } ?? 0
        if let last = scan.runs.last, last.needle == needle, last.lag == lag { return }
        if scan.runs.isEmpty && needle < 0 { return }
        scan.runs.append(FailureRun(depth: scan.depth, needle: needle, lag: lag))
    }

    // MARK: - Ends

    mutating func reportEnds(
        _ node: Node, next: Node?, in index: NeedleIndex, _ take: (_ offset: Int, _ needle: Int) -> Void
    ) {
        if let needle = longestEnd(node, index) { take(0, needle) }
        guard let scan = knownScan(node.needle) else { return }
        // Without a link all is decided that began early enough to be known.
        let limit = next.map { node.depth - $0.depth } ?? node.depth - index.anchor + 1
        for entry in scan.inner {
            guard entry.offset < limit else { return }
            take(entry.offset, entry.needle)
        }
    }

    /// The longest needle with which the node's text begins.
    private mutating func longestEnd(_ node: Node, _ index: NeedleIndex) -> Int? {
        if node.depth == index.needles[node.needle].count { return node.needle }
        if let mark = lastMark(node.needle, node.depth, index) { return mark }
        let below = endBelow(node.needle, index)
        return below < 0 ? nil : below
    }

    private func lastMark(_ needle: Int, _ depth: Int, _ index: NeedleIndex) -> Int? {
        guard let marks = index.terminals(of: needle) else { return nil }
        let count = marks.count(upTo: depth)
        return count > 0 ? marks[count - 1].needle : nil
    }

    private mutating func endBelow(_ number: Int, _ index: NeedleIndex) -> Int {
        var climbed: [Int] = []
        var (needle, found) = (number, -1)
        while true {
            let below = Int(endsBelow[needle])
            if below > -2 {
                found = below
                break
            }
            let (parent, depth) = (Int(index.needles[needle].parent), Int(index.needles[needle].branchDepth))
            guard parent >= 0 else { break }
            climbed.append(needle)
            if depth == index.needles[parent].count {
                found = parent
            } else {
                found = lastMark(parent, depth, index) ?? -1
            }
            if found >= 0 { break }
            needle = parent
        }
        for needle in climbed {
            endsBelow[needle] = Int32(found)
            known.append(needle)
        }
        return found
    }
}
