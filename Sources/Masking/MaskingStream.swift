/// The masker at work on one stream of bytes: exact across any cut of the stream and any pause.
///
/// Between writes it holds back the longest end of the text that is a proper prefix of some needle, nothing else. That
/// text is not stored: it is the beginning of a needle, which the masker has in secret memory.
public final class MaskingStream {
    private let masker: Masker
    private let index: NeedleIndex
    private var generation: Int

    /// What is held: the first `held.depth` bytes of a needle, or nothing at depth 0.
    private var held = Node(needle: 0, depth: 0)
    /// Number of bytes taken so far, and of those decided.
    ///
    /// The difference is what is held.
    private var taken = 0
    private var decided = 0
    private var finds = FindList()
    private var counts: [Int: Int] = [:]

    /// Work done so far, in table look-ups and steps of the automaton; proves the linear bound.
    private(set) var stepsForTesting = 0

    init(masker: Masker) {
        self.masker = masker
        index = masker.index
        generation = masker.index.generation
        index.prepare()
    }

    /// How often each name's mask was put in.
    ///
    /// What is held does not count yet.
    public var hits: [String: Int] {
        counts.reduce(into: [:]) { hits, entry in hits[masker.names[entry.key]] = entry.value }
    }

    /// The number of bytes held back.
    public var heldCount: Int { taken - decided }

    /// Takes the next bytes and hands on what is decided, in pieces that are valid during the call only.
    ///
    /// Pieces are cut at will; none is empty. Whether `sink` may be slow is the caller's affair.
    public func write(_ bytes: Span<UInt8>, sink: (Span<UInt8>) -> Void) {
        if generation != index.generation { seeNewNeedles(sink) }
        guard !index.isEmpty else { return pass(bytes, sink) }
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
            let chunk = unsafe Chunk(base: base, count: buffer.count, start: taken, before: heldText, held: held.depth)
            process(chunk, from: -held.depth, sink)
        }
    }

    /// The end of the stream: decides all that is held.
    ///
    /// The stream can be used for another text afterwards.
    public func finish(sink: (Span<UInt8>) -> Void) {
        if generation != index.generation { seeNewNeedles(sink) }
        guard heldCount > 0 || !finds.isEmpty else { return }
        let rest = unsafe Chunk(base: heldText, count: 0, start: taken, before: heldText, held: held.depth)
        decide(upTo: taken, rest, sink)
        held.depth = 0
    }

    /// Where the held bytes begin.
    ///
    /// Points to some needle even when none are held.
    private var heldText: UnsafePointer<UInt8> {
        unsafe index.needles.isEmpty ? Chunk.nothing : index.needles[held.needle].text
    }

    private func pass(_ bytes: Span<UInt8>, _ sink: (Span<UInt8>) -> Void) {
        taken += bytes.count
        decided = taken
        if !bytes.isEmpty { sink(bytes) }
    }

    /// Looks at what is held again, with the needles that came since.
    ///
    /// They only add to what is a prefix, so nothing is released; but a find may lie inside.
    private func seeNewNeedles(_ sink: (Span<UInt8>) -> Void) {
        index.prepare()
        generation = index.generation
        guard held.depth > 0 else { return }
        let text = unsafe heldText
        let count = held.depth
        held.depth = 0
        taken -= count
        finds.forget(from: taken)
        process(unsafe Chunk(base: text, count: count, start: taken, before: text, held: 0), from: 0, sink)
    }

    // MARK: - The automaton

    /// Runs over a chunk whose first undecided byte lies `-start` bytes before it.
    private func process(_ chunk: Chunk, from start: Int, _ sink: (Span<UInt8>) -> Void) {
        taken = chunk.start + chunk.count
        var resume = Place.search(from: start)
        if held.depth >= index.anchor { resume = .inside(held, at: 0) }
        while true {
            switch resume {
            case .search(let place):
                if !finds.isEmpty { decide(upTo: chunk.start + place, chunk, sink) }
                resume = search(chunk, from: place)
            case .inside(let node, let place):
                resume = follow(chunk, node, at: place, sink)
            case .end(let node):
                decide(upTo: taken - node.depth, chunk, sink)
                held = node
                return
            }
        }
    }

    /// Where the automaton stands: between needles, inside one, or at the chunk's end with what is to be held.
    private enum Place {
        case search(from: Int)
        case inside(Node, at: Int)
        case end(Node)
    }

    /// Finds the next place that begins like a needle.
    private func search(_ chunk: Chunk, from start: Int) -> Place {
        var place = start
        while place < min(0, chunk.count - index.anchor + 1) {
            if let found = tryPlace(chunk, place) { return found }
            place += 1
        }
        if place >= 0, let found = skip(chunk, &place) { return found }
        while place < chunk.count {
            if let found = tryPlace(chunk, place) { return found }
            place += 1
        }
        return .end(Node(needle: 0, depth: 0))
    }

    /// Goes on at the filter's pace as far as whole windows reach.
    private func skip(_ chunk: Chunk, _ place: inout Int) -> Place? {
        let stride = index.filter.stride
        var window = place + stride - 1
        while true {
            let hit = unsafe index.filter.nextHit(in: chunk.base, from: window, count: chunk.count, step: stride)
            stepsForTesting += (hit - window) / stride + 1
            place = max(place, hit - stride + 1)
            guard hit + 8 <= chunk.count else { return nil }
            while place <= hit {
                stepsForTesting += 1
                if let node = index.wayIn(unsafe loadWord(chunk.base + place)) {
                    return .inside(node, at: place + node.depth)
                }
                place += 1
            }
            window = hit + stride
        }
    }

    /// Looks at one place the careful way: before the chunk or close to its end.
    private func tryPlace(_ chunk: Chunk, _ place: Int) -> Place? {
        stepsForTesting += 1
        let word = chunk.word(at: place)
        let left = chunk.count - place
        guard left < index.anchor else {
            return index.wayIn(word).map { .inside($0, at: place + $0.depth) }
        }
        return index.shallowNode(word.bigEndian, count: left).map { .end($0) }
    }

    /// Follows the text inside of needles until the chunk ends or no needle of anchor length goes on.
    private func follow(_ chunk: Chunk, _ start: Node, at first: Int, _ sink: (Span<UInt8>) -> Void) -> Place {
        var (node, place) = (start, first)
        // A node that was held has reported its ends; one just reached has not.
        if place > 0 { report(node, chunk.start + place) }
        while true {
            walk(chunk, &node, &place)
            if place < chunk.count, let next = index.branch(node, chunk.base(at: place)) {
                node = next
                place += 1
                report(node, chunk.start + place)
                continue
            }
            if place == chunk.count && index.isProperPrefix(node) { return .end(node) }
            stepsForTesting += 1
            guard let shorter = index.failure(node) else { return .search(from: place - index.anchor + 1) }
            node = shorter
            if finds.count > 16 { decide(upTo: chunk.start + place - node.depth, chunk, sink) }
        }
    }

    /// Goes along one needle as far as the text agrees, reporting what ends on the way.
    private func walk(_ chunk: Chunk, _ node: inout Node, _ place: inout Int) {
        let needle = index.needles[node.needle]
        let marks = index.marks[node.needle]
        var next = marks.index(from: Int32(node.depth + 1))
        let begin = place
        while place < chunk.count, node.depth < needle.count,
            needle.byte(node.depth) == chunk.base(at: place)
        {
            place += 1
            node.depth += 1
            if next < marks.count, marks[next].depth == node.depth {
                add(marks[next], chunk.start + place)
                next += 1
            }
        }
        stepsForTesting += place - begin + 1
        if place > begin, node.depth == needle.count {
            finds.add(Find(start: chunk.start + place - node.depth, end: chunk.start + place, name: needle.name))
        }
    }

    /// Reports the longest needle that ends at the node, `end` bytes into the stream.
    private func report(_ node: Node, _ end: Int) {
        let needle = index.needles[node.needle]
        if node.depth == needle.count {
            finds.add(Find(start: end - node.depth, end: end, name: needle.name))
        } else if let mark = index.marks[node.needle].mark(at: node.depth) {
            add(mark, end)
        }
    }

    private func add(_ mark: Mark, _ end: Int) {
        finds.add(Find(start: end - Int(mark.length), end: end, name: mark.name))
    }

    // MARK: - Output

    /// No find to come begins before `limit`: hands on everything up to there.
    private func decide(upTo limit: Int, _ chunk: Chunk, _ sink: (Span<UInt8>) -> Void) {
        while let find = finds.first, find.start < limit {
            if !find.isMasked {
                passClear(chunk, upTo: find.start, sink)
                let mask = masker.masks[Int(find.name)]
                sink(mask.span)
                counts[Int(find.name), default: 0] += 1
            }
            decided = min(find.end, limit)
            guard find.end <= limit else { return finds.markFirstMasked() }
            finds.removeFirst()
        }
        passClear(chunk, upTo: limit, sink)
    }

    private func passClear(_ chunk: Chunk, upTo limit: Int, _ sink: (Span<UInt8>) -> Void) {
        guard decided < limit else { return }
        chunk.withBytes(from: decided - chunk.start, to: min(limit - chunk.start, 0), sink)
        chunk.withBytes(from: max(decided - chunk.start, 0), to: limit - chunk.start, sink)
        decided = limit
    }
}
