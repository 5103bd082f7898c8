import Diagnostics

/// Needles of one kind and the automaton over them (Aho and Corasick, "Efficient string matching", 1975), kept small.
///
/// A full automaton over every form of a thousand values does not fit in locked memory. Here a state is a place inside
/// a needle (`Node`), the needle's own bytes are the transitions, and only what differs is stored:
/// - the first `anchor` bytes of each needle, in a hash table: the ways into the trie;
/// - an edge wherever one needle leaves the path of another;
/// - failure links of at least anchor length, found when a text first needs them (`NeedleLinks`). A shorter suffix is
///   found again by looking at the text's last bytes, a bounded number of steps.
final class NeedleIndex {
    let needles = GrowingArray<Needle>()
    /// The length of the ways in; no needle is shorter.
    let anchor: Int
    private let anchorMask: UInt64

    private let ways: KeyedTable
    private let edges: KeyedTable
    private var edgeBytes: SecretArray<UInt8>
    private let edgeParents = GrowingArray<Node>()
    private let edgeTargets = GrowingArray<Int32>()
    private let key = RunKey()
    /// The ways in as big-endian words: for what is shorter than an anchor.
    private let anchors: SortedWords
    /// A bit for the first two bytes of each way in: nearly every end of a text is none of them.
    private let beginnings: SecretArray<UInt64>

    /// Needles that end on another's path past its branch, by that needle, in order of depth.
    private var terminals: [Int: [Mark]] = [:]
    /// Those that came since somebody asked: nearly always nobody does.
    private let newTerminals = GrowingArray<Mark>()
    private var links = NeedleLinks()
    /// How many needles have got the name of a value in the place of that of a part.
    private(set) var renamed = 0

    /// How a needle begins that a table names.
    private let candidate: NeedleHead

    init(anchor: Int) throws(Failure) {
        self.anchor = anchor
        candidate = try NeedleHead()
        anchorMask = UInt64.max >> UInt64(64 - anchor * 8)
        ways = try KeyedTable()
        edges = try KeyedTable()
        edgeBytes = try SecretArray(count: 64)
        anchors = try SortedWords()
        beginnings = try SecretArray(count: 64)
    }

    /// Bytes of secret memory in use.
    var secretBytes: Int {
        ways.secretBytes + edges.secretBytes + edgeBytes.count + anchors.secretBytes + beginnings.count * 8
    }

    var isEmpty: Bool { needles.isEmpty }

    // MARK: - Adding

    /// Makes room so that the next `insert` cannot fail.
    func reserveOne() throws(Failure) {
        guard needles.count < KeyedTable.largestValue - 1 else { throw NeedleIndex.tooMany }
        try ways.reserveOne { number in key.hash(firstWord(number)) }
        try edges.reserveOne { edge in edgeHash(edgeParents[edge], edgeBytes[edge]) }
        try anchors.reserveOne()
        guard edgeParents.count == edgeBytes.count else { return }
        let larger: SecretArray<UInt8> = try SecretArray(count: edgeBytes.count * 2)
        for index in 0..<edgeBytes.count { larger[index] = edgeBytes[index] }
        edgeBytes = larger
    }

    /// Makes room for `more` needles in one step, if there is any: without it the tables are as before.
    func expect(_ more: Int) {
        guard needles.count + more < KeyedTable.largestValue else { return }
        try? ways.expect(more) { number in key.hash(firstWord(number)) }
        try? anchors.expect(more)
    }

    private static var tooMany: Failure {
        Failure(
            .limit, "the values of this run have more than a million forms", reason: "the masker's tables end there",
            hint: "fetch fewer secrets in one run")
    }

    /// Puts a needle into the trie: a new way in, or an edge where it leaves the path, or an end on the path.
    ///
    /// Gives its number; nil where the trie has these bytes as a needle already. `reserveOne` came before. `word` is how
    /// it begins. `longer` is a needle that begins with these bytes, so that they need not be looked at.
    func insert(_ needle: Needle, _ word: UInt64, beginning longer: Int?) -> Int? {
        precondition(needle.count >= anchor, "a needle is as long as its index's anchor")
        let word = word & anchorMask
        let hash = key.hash(word)
        guard var node = wayIn(word, hash: hash) else {
            ways.insert(hash: hash, value: needles.count)
            anchors.insert(word.bigEndian)
            let bit = beginningBit(word)
            beginnings[bit >> 6] |= 1 << UInt64(bit & 63)
            return append(needle)
        }
        if let longer, needle.count > Int(needles[longer].branchDepth) {
            // Past its branch the longer one, which is new, has nothing in common with older needles.
            return append(needle, endingAt: Node(needle: longer, depth: needle.count))
        }
        while node.depth < needle.count, let next = child(node, needle.byte(node.depth)) { node = next }
        if node.depth == needle.count {
            guard let known = end(at: node) else { return append(needle, endingAt: node) }
            var kept = needles[known]
            kept.value = min(kept.value, needle.value)
            if kept.take(nameOf: needle) { renamed += 1 }
            needles[known] = kept
            return nil
        }
        addEdge(node, needle.byte(node.depth))
        return append(needle.branching(at: node))
    }

    private func append(_ needle: Needle, endingAt node: Node) -> Int {
        newTerminals.append(Mark(depth: node.depth, needle: needles.count, path: node.needle))
        var path = needles[node.needle]
        path.hasEnds = true
        needles[node.needle] = path
        return append(needle.branching(at: node))
    }

    private func append(_ needle: Needle) -> Int {
        needles.append(needle)
        links.add()
        return needles.count - 1
    }

    /// The needles that end on the path of `needle` past its branch, in order of depth.
    func terminals(of needle: Int) -> [Mark]? {
        guard needles[needle].hasEnds else { return nil }
        if !newTerminals.isEmpty { settleTerminals() }
        return terminals[needle]
    }

    private func settleTerminals() {
        for index in 0..<newTerminals.count {
            let mark = newTerminals[index]
            let place = terminals[mark.path]?.count(upTo: mark.depth) ?? 0
            terminals[mark.path, default: []].insert(mark, at: place)
        }
        newTerminals.removeAll()
    }

    private func addEdge(_ node: Node, _ byte: UInt8) {
        var left = needles[node.needle]
        if node.depth == left.count, !left.isExtended {
            left.isExtended = true
            needles[node.needle] = left
        }
        edgeBytes[edgeParents.count] = byte
        edges.insert(hash: edgeHash(node, byte), value: edgeParents.count)
        edgeParents.append(node)
        edgeTargets.append(Int32(needles.count))
    }

    private func edgeHash(_ node: Node, _ byte: UInt8) -> UInt64 {
        key.hash(UInt64(node.needle) << 40 | UInt64(node.depth) << 8 | UInt64(byte))
    }

    // MARK: - The trie

    /// The node whose bytes are the first `anchor` of `word`, in memory order.
    @inline(__always) func wayIn(_ word: UInt64) -> Node? {
        wayIn(word & anchorMask, hash: key.hash(word & anchorMask))
    }

    @inline(__always) private func wayIn(_ word: UInt64, hash: UInt64) -> Node? {
        guard let found = ways.find(hash: hash, matches: { number in firstWord(number) == word }) else { return nil }
        return Node(needle: found, depth: anchor)
    }

    /// The first `anchor` bytes of a needle, in memory order.
    private func firstWord(_ number: Int) -> UInt64 {
        candidate.take(needles[number], anchor)
        return candidate.word & anchorMask
    }

    /// A node of depth `count`, less than `anchor`, whose bytes are the first `count` of `word`, in memory order.
    func shallowNode(_ word: UInt64, count: Int) -> Node? {
        let bit = beginningBit(word)
        guard count < 2 || beginnings[bit >> 6] >> UInt64(bit & 63) & 1 != 0 else { return nil }
        guard let found = anchors.first(beginningLike: word.bigEndian, count: count) else { return nil }
        guard let way = wayIn(UInt64(bigEndian: found)) else { return nil }
        return Node(needle: way.needle, depth: count)
    }

    /// The number of the bit for the first two bytes of `word`.
    private func beginningBit(_ word: UInt64) -> Int { Int(truncatingIfNeeded: key.quickHash(word & 0xffff) &>> 52) }

    /// The node one byte further, if any needle goes on so.
    @inline(__always) func child(_ node: Node, _ byte: UInt8) -> Node? {
        let needle = needles[node.needle]
        if node.depth < needle.count && needle.byte(node.depth) == byte {
            return Node(needle: node.needle, depth: node.depth + 1)
        }
        return branch(node, byte)
    }

    /// The node one byte further on another needle than the node's own.
    func branch(_ node: Node, _ byte: UInt8) -> Node? {
        let edge = edges.find(hash: edgeHash(node, byte)) { edgeParents[$0] == node && edgeBytes[$0] == byte }
        guard let edge else { return nil }
        return Node(needle: Int(edgeTargets[edge]), depth: node.depth + 1)
    }

    /// Whether the node is more than an end: bytes could follow.
    func isProperPrefix(_ node: Node) -> Bool {
        node.depth < needles[node.needle].count || needles[node.needle].isExtended
    }

    /// Whether bytes other than padding could follow.
    func goesOnUnpadded(_ node: Node) -> Bool {
        let needle = needles[node.needle]
        if node.depth < needle.count, needle.byte(node.depth) != Base64.padding { return true }
        guard isProperPrefix(node) else { return false }
        return (0x20...0x7a as ClosedRange<UInt8>).contains { $0 != Base64.padding && branch(node, $0) != nil }
    }

    /// The needle whose bytes are those of the node, if there is one.
    private func end(at node: Node) -> Int? {
        if node.depth == needles[node.needle].count { return node.needle }
        guard let marks = terminals(of: node.needle) else { return nil }
        let count = marks.count(upTo: node.depth)
        return count > 0 && marks[count - 1].depth == node.depth ? marks[count - 1].needle : nil
    }

    // MARK: - Links

    /// The node of the longest proper suffix of at least anchor length.
    func failure(_ node: Node) -> Node? { links.failure(node, in: self) }

    /// Hands on the needles that a text at `node` holds and that begin before the text of its link `next`: for each
    /// beginning the longest, in order, as its offset in the node's text and its number.
    func reportEnds(_ node: Node, next: Node?, _ take: (_ offset: Int, _ needle: Int) -> Void) {
        links.reportEnds(node, next: next, in: self, take)
    }
    /// The longest needle of those with which `number` begins.
    func shorterEnd(than number: Int) -> Int? {
        var (path, limit) = (number, needles[number].count - 1)
        while path >= 0 {
            let needle = needles[path]
            if needle.count <= limit { return path }
            if let marks = terminals(of: path) {
                let count = marks.count(upTo: limit)
                if count > 0 { return marks[count - 1].needle }
            }
            (path, limit) = (Int(needle.parent), min(limit, Int(needle.branchDepth)))
        }
        return nil
    }
}
