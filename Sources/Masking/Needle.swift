/// One text that is looked for: a form of a value.
@safe struct Needle {
    /// What it spells, in the arena of the masker that owns this record.
    private let text: UnsafeBufferPointer<UInt8>
    let spelling: Spelling
    let count: Int
    /// Index of the mask's name.
    private(set) var name: Int32
    /// Its place in the order of registration; what is a part of a value comes after all values.
    private(set) var order: Int32
    /// A line of a value, or what one sets.
    private(set) var isPart: Bool
    /// The number of the first value that it is a form of, in the order in which those of its origin came: see `Arrivals`.
    var value: Int32
    /// The number of the first value that it is a form of as a whole; where it is of none, of the first that it is a part of:
    /// see `OverlapWatch`.
    private(set) var owner: Int32
    /// The needle whose path this one leaves, and after how many bytes.
    ///
    /// Deeper nodes of the trie are its own.
    var parent: Int32 = -1
    var branchDepth: Int32 = 0
    /// A longer needle begins with this one.
    var isExtended = false
    /// Others end on its path, past its branch.
    var hasEnds = false

    init(
        _ text: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, count: Int, name: Int, order: Int, value: Int,
        isPart: Bool
    ) {
        unsafe self.text = text
        (self.spelling, self.count, self.name) = (spelling, count, Int32(name))
        (self.order, self.value, self.isPart) = (Int32(order) | (isPart ? 1 << 30 : 0), Int32(value), isPart)
        owner = Int32(value)
    }

    /// The same bytes came as a value of their own, which may have a name for them. Whether it has.
    mutating func take(nameOf other: Needle) -> Bool {
        guard isPart, !other.isPart else { return false }
        (name, order, owner, isPart) = (other.name, other.order, other.owner, false)
        return true
    }

    @inline(__always) func byte(_ index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside of a needle")
        return unsafe spelling.byte(index, of: text)
    }

    /// How many of its bytes are there wherever the value ends: without the white space at its end, and without base64's
    /// characters that are filled up.
    var ownCount: Int {
        var count = unsafe min(self.count, spelling.ownCount(of: text.count) ?? self.count)
        while spelling.isPlain, count > 0, isBlank(byte(count - 1)) { count -= 1 }
        return count
    }

    /// The same where it leaves the path of another at `node`, or ends on it.
    func branching(at node: Node) -> Needle {
        var needle = self
        (needle.parent, needle.branchDepth) = (Int32(node.needle), Int32(node.depth))
        return needle
    }

    /// Writes its first `count` bytes to `head`; see `NeedleHead.take`.
    func write(first count: Int, to head: NeedleHead) { unsafe spelling.write(first: count, of: text, to: head) }

    /// The `width` bytes from `offset` on in memory order; zeros past the needle's end.
    func word(at offset: Int = 0, width: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<min(width, count - offset) { word |= UInt64(byte(offset + index)) << UInt64(index * 8) }
        return word
    }
}

/// A node of the trie of all needles: the first `depth` bytes of `needle`, the first needle with these bytes.
struct Node: Equatable {
    var needle: Int
    var depth: Int
}

/// A needle that ends on another's path.
struct Mark {
    var depth: Int
    var needle: Int
    /// The needle on whose path it ends.
    var path: Int
}

extension [Mark] {
    /// How many marks lie at `depth` or before.
    ///
    /// The marks are in order of depth.
    func count(upTo depth: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].depth <= depth { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
