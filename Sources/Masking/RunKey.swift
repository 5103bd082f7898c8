/// The random key of one masker: whoever writes the text cannot choose collisions.
struct RunKey {
    let mask: UInt64
    let factor: UInt64

    init() {
        var generator = SystemRandomNumberGenerator()
        mask = generator.next()
        factor = generator.next() | 1
    }

    /// One multiplication; the high bits are the good ones.
    @inline(__always) func quickHash(_ word: UInt64) -> UInt64 {
        (word ^ mask) &* factor
    }

    /// All bits depend on all of the word.
    @inline(__always) func hash(_ word: UInt64) -> UInt64 {
        let mixed = (word ^ mask) &* factor
        return (mixed ^ (mixed >> 29)) &* 0x9e37_79b9_7f4a_7c15
    }

    /// A digest of a text.
    func digest(_ text: Span<UInt8>) -> UInt64 {
        var state = hash(UInt64(text.count))
        for index in text.indices {
            state = (state ^ UInt64(text[index])) &* factor
            state ^= state >> 32
        }
        return hash(state)
    }
}
