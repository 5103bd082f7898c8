/// A stretch of the stream that becomes one mask.
struct Find {
    var start: Int
    var end: Int
    var name: Int32
    /// Its mask has been put out; more of its bytes may follow.
    var isMasked = false
}

/// Finds that are not decided yet, apart from one another and in order; those that overlap become one.
struct FindList {
    private var finds: [Find] = []
    private var head = 0

    var isEmpty: Bool { head == finds.count }
    var count: Int { finds.count - head }
    var first: Find? { isEmpty ? nil : finds[head] }

    /// Adds a find.
    ///
    /// Its end is not before any other's, save that of a masked first one.
    mutating func add(_ find: Find) {
        while let last, last.start >= find.start { finds.removeLast() }
        if let last, last.end > find.start {
            finds[finds.count - 1].end = max(last.end, find.end)
        } else {
            finds.append(find)
        }
    }

    private var last: Find? { isEmpty ? nil : finds[finds.count - 1] }

    mutating func markFirstMasked() {
        finds[head].isMasked = true
    }

    mutating func removeFirst() {
        head += 1
        guard head == finds.count || head > 64 else { return }
        finds.removeFirst(head)
        head = 0
    }

    /// Drops the finds that begin at `place` or later.
    mutating func forget(from place: Int) {
        while let last, last.start >= place { finds.removeLast() }
    }
}
