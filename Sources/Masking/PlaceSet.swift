/// Places of a slice of text at which something may begin, as a set of bits.
@safe final class PlaceSet {
    /// The most places of one slice.
    static let capacity = 64 * 1024

    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount = PlaceSet.capacity / 64 + 1
    /// A bit for each word that is not zero.
    private let summary: UnsafeMutablePointer<UInt64>
    private let summaryCount = PlaceSet.capacity / 4096 + 1
    private(set) var low = 0
    private(set) var high = 0

    init() {
        unsafe words = .allocate(capacity: wordCount)
        unsafe words.initialize(repeating: 0, count: wordCount)
        unsafe summary = .allocate(capacity: summaryCount)
        unsafe summary.initialize(repeating: 0, count: summaryCount)
    }

    deinit {
        unsafe words.deallocate()
        unsafe summary.deallocate()
    }

    /// Begins anew for the places from `low` up to `high`.
    func reset(from low: Int, to high: Int) {
        precondition(high - low <= PlaceSet.capacity, "a slice fits in its set")
        for index in 0..<summaryCount {
            var filled = unsafe summary[index]
            while filled != 0 {
                unsafe words[index << 6 + filled.trailingZeroBitCount] = 0
                filled &= filled &- 1
            }
            unsafe summary[index] = 0
        }
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
        fill(first >> 6, bits << shift)
        if shift + UInt64(count) > 64 { fill((first >> 6) + 1, bits >> (64 - shift)) }
    }

    @inline(__always) private func fill(_ index: Int, _ bits: UInt64) {
        unsafe words[index] |= bits
        unsafe summary[index >> 6] |= 1 &<< UInt64(index & 63)
    }

    /// The first place of the set from `place` on; `high` where there is none.
    @inline(__always) func next(from place: Int) -> Int {
        guard place < high else { return high }
        let first = max(place, low) - low
        var index = first >> 6
        var word = unsafe words[index] & (UInt64.max << UInt64(first & 63))
        if word == 0 {
            guard let next = nextFilled(from: index + 1) else { return high }
            index = next
            word = unsafe words[index]
        }
        return min(high, low + index << 6 + word.trailingZeroBitCount)
    }

    /// The first word from `index` on that is not zero.
    private func nextFilled(from index: Int) -> Int? {
        guard index < wordCount else { return nil }
        var part = index >> 6
        var filled = unsafe summary[part] & (UInt64.max << UInt64(index & 63))
        while filled == 0 {
            part += 1
            guard part < summaryCount else { return nil }
            filled = unsafe summary[part]
        }
        return part << 6 + filled.trailingZeroBitCount
    }
}
