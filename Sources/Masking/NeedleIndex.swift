import Diagnostics

/// All needles of a run and the automaton over them (Aho and Corasick, "Efficient string matching", 1975), kept small.
///
/// A full automaton over every form of a thousand values does not fit in locked memory. Here a state is a place inside
/// a needle (`Node`), the needle's own bytes are the transitions, and only what differs is stored:
/// - the first `anchor` bytes of each needle, in a hash table: the ways into the trie;
/// - an edge wherever one needle leaves the path of another;
/// - failure links of at least anchor length, as runs (`FailureRun`): almost none in real values, one for a periodic
///   one. A shorter suffix is found again by looking at the text's last bytes, a bounded number of steps.
final class NeedleIndex {
    private(set) var needles: [Needle] = []
    /// The length of the ways in: that of the shortest needle, 8 at most.
    private(set) var anchor = 8
    private var anchorMask = UInt64.max
    private var shortest = Int.max
    /// Rises whenever the needles change.
    private(set) var generation = 0

    let filter: WindowFilter
    private let arena = NeedleArena()
    private let ways: KeyedTable
    private let edges: KeyedTable
    private var edgeBytes: SecretArray<UInt8>
    private var edgeParents: [Node] = []
    private var edgeTargets: [Int32] = []
    private let key = RunKey()

    /// Needles that end on another's path, by needle, in order of depth.
    private(set) var terminals: [[Mark]] = []
    private(set) var marks: [[Mark]] = []
    private(set) var runs: [[FailureRun]] = []
    private var linkedGeneration = 0

    /// The anchors in order, as big-endian words: for what is shorter than an anchor.
    private var sortedAnchors: SecretArray<UInt64>
    private var sortedCount = 0

    init() throws(Failure) {
        filter = try WindowFilter()
        ways = try KeyedTable()
        edges = try KeyedTable()
        edgeBytes = try SecretArray(count: 64)
        sortedAnchors = try SecretArray(count: 64)
    }

    /// Bytes of secret memory in use.
    var secretBytes: Int {
        arena.secretBytes + filter.secretBytes + ways.secretBytes + edges.secretBytes
            + edgeBytes.count + sortedAnchors.count * 8
    }

    var isEmpty: Bool { needles.isEmpty }

    // MARK: - Adding

    /// Adds `text` unless it is there.
    ///
    /// On an error the index is as before.
    func insert(_ text: Span<UInt8>, name: Int) throws(Failure) {
        precondition(text.count >= Forms.minimumVerbatim, "a needle has 4 bytes at least")
        let newShortest = min(shortest, text.count)
        let newAnchor = min(8, newShortest)
        try reserveOne(text.count, willChangeAnchor: newAnchor != anchor)
        let number = needles.count
        let needsNewShape = shapeChanges(newShortest) || !filter.hasRoom(filter.stride)
        if needsNewShape { try refillFilter(shortest: newShortest) }
        unsafe needles.append(Needle(text: arena.store(text), count: Int32(text.count), name: Int32(name)))
        terminals.append([])
        shortest = newShortest
        if newAnchor != anchor {
            anchor = newAnchor
            anchorMask = UInt64.max >> UInt64(64 - anchor * 8)
            rebuildTrie()
        } else if !link(number) {
            needles.removeLast()
            terminals.removeLast()
            return arena.takeBack(text.count)
        }
        filter.insert(needles[number])
        generation += 1
    }

    private func refillFilter(shortest: Int) throws(Failure) {
        let stride = WindowFilter.shape(shortest: shortest).stride
        try filter.reset(shortest: shortest, windows: (needles.count + 1) * stride * 2)
        for needle in needles { filter.insert(needle) }
    }

    private func shapeChanges(_ newShortest: Int) -> Bool {
        guard !needles.isEmpty else { return true }
        return WindowFilter.shape(shortest: newShortest) != WindowFilter.shape(shortest: shortest)
    }

    private func reserveOne(_ count: Int, willChangeAnchor: Bool) throws(Failure) {
        guard needles.count < KeyedTable.largestValue - 1 else { throw NeedleIndex.tooMany }
        try arena.reserve(count)
        // With a shorter anchor the needles fall anew on ways in and edges: one of the two for each at most.
        let all = needles.count + 1
        try ways.reserve(willChangeAnchor ? max(1, all - ways.count) : 1) { number in
            key.hash(unsafe loadWord(needles[number].text) & anchorMask)
        }
        try edges.reserve(willChangeAnchor ? max(1, all - edges.count) : 1) { edge in
            edgeHash(edgeParents[edge], edgeBytes[edge])
        }
        if needles.count + 1 > sortedAnchors.count {
            sortedAnchors = try SecretArray(count: sortedAnchors.count / 4 * 5)
            sortedCount = 0
            linkedGeneration = -1
        }
        if needles.count + 1 > edgeBytes.count {
            let larger: SecretArray<UInt8> = try SecretArray(count: edgeBytes.count * 2)
            for index in 0..<edgeBytes.count { larger[index] = edgeBytes[index] }
            edgeBytes = larger
        }
    }

    private static var tooMany: Failure {
        Failure(
            .limit, "the values of this run have more than a million forms", reason: "the masker's tables end there",
            hint: "fetch fewer secrets in one run")
    }

    // MARK: - The trie

    private func rebuildTrie() {
        ways.removeAll()
        edges.removeAll()
        edgeParents.removeAll(keepingCapacity: true)
        edgeTargets.removeAll(keepingCapacity: true)
        for number in needles.indices {
            needles[number].parent = -1
            needles[number].branchDepth = 0
            needles[number].isExtended = false
            terminals[number] = []
        }
        for number in needles.indices { _ = link(number) }
    }

    /// Puts a needle into the trie: a new way in, or an edge where it leaves the path, or an end on the path.
    ///
    /// False where the trie has these bytes as a needle already.
    private func link(_ number: Int) -> Bool {
        let needle = needles[number]
        guard var node = wayIn(unsafe loadWord(needle.text) & anchorMask) else {
            ways.insert(hash: key.hash(unsafe loadWord(needle.text) & anchorMask), value: number)
            return true
        }
        while node.depth < needle.count, let next = child(node, needle.byte(node.depth)) { node = next }
        let isPath = node.depth == needle.count
        if isPath && end(onPathAt: node) != nil { return false }
        needles[number].parent = Int32(node.needle)
        needles[number].branchDepth = Int32(node.depth)
        guard !isPath else {
            let mark = Mark(depth: needle.count, length: needle.count, name: needle.name)
            addTerminal(mark, to: node.needle)
            return true
        }
        if node.depth == Int(needles[node.needle].count) { needles[node.needle].isExtended = true }
        let byte = needle.byte(node.depth)
        edgeBytes[edgeParents.count] = byte
        edges.insert(hash: edgeHash(node, byte), value: edgeParents.count)
        edgeParents.append(node)
        edgeTargets.append(Int32(number))
        return true
    }

    private func addTerminal(_ mark: Mark, to needle: Int) {
        terminals[needle].insert(mark, at: terminals[needle].index(from: mark.depth))
    }

    private func edgeHash(_ node: Node, _ byte: UInt8) -> UInt64 {
        key.hash(UInt64(node.needle) << 40 | UInt64(node.depth) << 8 | UInt64(byte))
    }

    /// The node whose bytes are `word`, the `anchor` bytes of a text.
    @inline(__always) func wayIn(_ word: UInt64) -> Node? {
        let mask = anchorMask
        let found = ways.find(hash: key.hash(word & mask)) { number in
            unsafe loadWord(needles[number].text) & mask == word & mask
        }
        guard let found else { return nil }
        return Node(needle: found, depth: anchor)
    }

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

    // MARK: - Failure links

    /// The node of the longest proper suffix of at least anchor length.
    func failure(_ node: Node) -> Node? {
        runs[node.needle].link(at: node.depth)
    }

    /// The needle whose bytes are those of the node, if there is one.
    func end(onPathAt node: Node) -> Mark? {
        let needle = needles[node.needle]
        if node.depth == needle.count {
            return Mark(depth: needle.count, length: needle.count, name: needle.name)
        }
        return terminals[node.needle].mark(at: node.depth)
    }

    /// Brings failure links, marks and the order of the anchors up to date.
    func prepare() {
        guard linkedGeneration != generation else { return }
        linkedGeneration = generation
        sortAnchors()
        var builder = FailureBuilder(index: self)
        builder.build()
        runs = builder.runs
        marks = merged(builder.inner)
    }

    /// Inner ends and ends on the path in one list; they are never at one depth.
    private func merged(_ inner: [Int: [Mark]]) -> [[Mark]] {
        var all = terminals
        for (number, list) in inner {
            all[number] += list
            all[number].sort { $0.depth < $1.depth }
        }
        return all
    }

    // MARK: - Shorter than an anchor

    private func sortAnchors() {
        sortedCount = 0
        for number in needles.indices {
            let word = unsafe loadWord(needles[number].text) & anchorMask
            guard needles[number].parent < 0, wayIn(word)?.needle == number else { continue }
            sortedAnchors[sortedCount] = word.bigEndian
            sortedCount += 1
        }
        var all = unsafe UnsafeMutableBufferPointer(start: sortedAnchors.base, count: sortedCount)
        unsafe all.sort()
    }

    /// A node of depth `count`, less than `anchor`, whose bytes are the first `count` of `word` (big-endian).
    func shallowNode(_ word: UInt64, count: Int) -> Node? {
        let mask = ~(UInt64.max >> UInt64(count * 8))
        var (low, high) = (0, sortedCount)
        while low < high {
            let middle = (low + high) / 2
            if sortedAnchors[middle] & mask < word & mask { low = middle + 1 } else { high = middle }
        }
        guard low < sortedCount, sortedAnchors[low] & mask == word & mask else { return nil }
        guard let way = wayIn(UInt64(bigEndian: sortedAnchors[low])) else { return nil }
        return Node(needle: way.needle, depth: count)
    }
}
