/// A set of ASCII bytes; every test is two shifts.
struct ByteSet {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The bytes of a text, which is ASCII.
    init(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { insert(unsafe text.utf8Start[index]) }
    }

    /// All of ASCII.
    static let ascii: ByteSet = {
        var set = ByteSet("")
        (set.low, set.high) = (.max, .max)
        return set
    }()

    /// All of ASCII but these.
    static func all(but text: StaticString) -> ByteSet {
        let left = ByteSet(text)
        var set = ByteSet.ascii
        (set.low, set.high) = (set.low & ~left.low, set.high & ~left.high)
        return set
    }

    private mutating func insert(_ byte: UInt8) {
        precondition(byte < 0x80, "a byte set holds ASCII")
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        return ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
    }

    /// Whether a text holds one of the bytes.
    func meets(_ profile: TextProfile) -> Bool { low & profile.low | high & profile.high != 0 }
}
