/// The bytes of one write, with the held bytes before them; valid during that write only.
///
/// Places count from the first byte of the write, so those of held bytes are negative.
@safe struct Chunk {
    private static let empty: StaticString = ""
    /// An address to which nobody looks.
    static var nothing: UnsafePointer<UInt8> { unsafe empty.utf8Start }

    let base: UnsafePointer<UInt8>
    let count: Int
    /// How many bytes of the stream came before.
    let start: Int
    /// The held bytes.
    let before: UnsafePointer<UInt8>
    let held: Int

    /// The byte at a place inside of the write.
    @inline(__always) func base(at place: Int) -> UInt8 {
        precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "place outside of a chunk")
        return unsafe base[place]
    }

    /// The byte at a place, held ones included.
    private func byte(_ place: Int) -> UInt8 {
        guard place < 0 else { return base(at: place) }
        precondition(held + place >= 0, "place before what is held")
        return unsafe before[held + place]
    }

    /// The eight bytes from `place` on in memory order; zeros past the end.
    func word(at place: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<min(8, count - place) {
            word |= UInt64(byte(place + offset)) << UInt64(offset * 8)
        }
        return word
    }

    /// Lends the bytes of a range that lies wholly before the write or wholly inside; nothing where it is empty.
    func withBytes(from low: Int, to high: Int, _ body: (Span<UInt8>) -> Void) {
        guard low < high else { return }
        precondition(low >= -held && high <= count && (low >= 0 || high <= 0), "range outside of a chunk")
        let first = unsafe low < 0 ? before + (held + low) : base + low
        body(unsafe UnsafeBufferPointer(start: first, count: high - low).span)
    }
}
