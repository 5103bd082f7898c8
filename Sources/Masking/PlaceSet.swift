/// Places of a slice of text at which something may begin, as a set of bits.
@safe final class PlaceSet {
    /// The most places of one slice.
    static let capacity = 64 * 1024

    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount = PlaceSet.capacity / 64 + 1
    private(set) var low = 0
    private(set) var high = 0

    init() {
        unsafe words = .allocate(capacity: wordCount)
        unsafe words.initialize(repeating: 0, count: wordCount)
    }

    deinit { unsafe words.deallocate() }

    /// Begins anew for the places from `low` up to `high`.
    func reset(from low: Int, to high: Int) {
        precondition(high - low <= PlaceSet.capacity, "a slice fits in its set")
        unsafe words.update(repeating: 0, count: (max(self.high - self.low, high - low) >> 6) + 1)
        (self.low, self.high) = (low, high)
    }

    /// Adds the places from `first` to `last` that lie in the slice, both included; fewer than 64.
    @inline(__always) func insert(from first: Int, through last: Int) {
        let first = max(first, low) - low
        let count = min(last + 1, high) - low - first
        guard count > 0 else { return }
        let bits = (UInt64.max >> UInt64(64 - min(count, 64)))
        let shift = UInt64(first & 63)
        // In bounds: `reset` made sure, and there is a word more than the places need.
        unsafe words[first >> 6] |= bits << shift
        if shift + UInt64(count) > 64 { unsafe words[(first >> 6) + 1] |= bits >> (64 - shift) }
    }

    /// The first place of the set from `place` on; `high` where there is none.
    @inline(__always) func next(from place: Int) -> Int {
        guard place < high else { return high }
        let first = max(place, low) - low
        var index = first >> 6
        let last = (high - low) >> 6
        var word = unsafe words[index] & (UInt64.max << UInt64(first & 63))
        while word == 0 {
            index += 1
            guard index <= last else { return high }
            word = unsafe words[index]
        }
        return min(high, low + index << 6 + word.trailingZeroBitCount)
    }
}
