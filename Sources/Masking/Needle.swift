/// One text that is looked for: a form of a value.
@safe struct Needle {
    /// Its bytes, in the arena of the masker that owns this record.
    let text: UnsafePointer<UInt8>
    let count: Int32
    /// Index of the mask's name.
    let name: Int32
    /// The needle whose path this one leaves, and after how many bytes.
    ///
    /// Deeper nodes of the trie are its own.
    var parent: Int32 = -1
    var branchDepth: Int32 = 0
    /// A longer needle begins with this one.
    var isExtended = false

    @inline(__always) func byte(_ index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: Int(count)), "index outside of a needle")
        return unsafe text[index]
    }
}

/// A node of the trie of all needles: the first `depth` bytes of `needle`, the first needle with these bytes.
struct Node: Equatable {
    var needle: Int
    var depth: Int
}

/// Where a needle ends on the way through another: `length` bytes before `depth`, the longest one there.
struct Mark {
    var depth: Int32
    var length: Int32
    var name: Int32
}

/// From `depth` on, the longest proper suffix that begins a needle is the node `needle`, `lag` bytes less deep.
struct FailureRun {
    var depth: Int32
    /// -1: there is none of anchor length.
    var needle: Int32
    var lag: Int32
}

extension [Mark] {
    /// The index of the first mark at `depth` or deeper.
    ///
    /// The marks are in order of depth.
    func index(from depth: Int32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].depth < depth { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The mark at exactly `depth`.
    func mark(at depth: Int) -> Mark? {
        let place = index(from: Int32(depth))
        return place < count && self[place].depth == depth ? self[place] : nil
    }
}

extension [FailureRun] {
    /// The link of the node at `depth`.
    ///
    /// The runs are in order of depth.
    func link(at depth: Int) -> Node? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].depth <= depth { low = middle + 1 } else { high = middle }
        }
        guard low > 0, self[low - 1].needle >= 0 else { return nil }
        return Node(needle: Int(self[low - 1].needle), depth: depth - Int(self[low - 1].lag))
    }
}
