import Diagnostics

/// Room in secret memory for the first bytes of one needle: what tables and filters are made from.
@safe final class NeedleHead {
    /// No table looks at more bytes of a needle.
    static let count = 40
    /// No more bytes of a text are read for a head.
    static let sourceCount = count

    private static let room = 64
    private let storage: SecretArray<UInt8>
    /// The bytes; eight more can be read, and more than that written.
    let bytes: UnsafeMutablePointer<UInt8>
    /// The inner of two encodings, while it is made.
    let inner: UnsafeMutablePointer<UInt8>
    /// A text that is shorter than what is read of it, with zeros after it.
    let source: UnsafeMutablePointer<UInt8>

    init() throws(Failure) {
        storage = try SecretArray(count: 3 * NeedleHead.room)
        unsafe bytes = storage.base
        unsafe inner = storage.base + NeedleHead.room
        unsafe source = storage.base + 2 * NeedleHead.room
    }

    /// Takes the first `count` bytes of a needle: at least those, rounded up to a multiple of eight; where it has fewer,
    /// what follows is anything.
    func take(_ needle: Needle, _ count: Int) {
        precondition(count <= NeedleHead.count, "a head has no more bytes")
        needle.write(first: count, to: self)
    }

    /// The first eight bytes in memory order; of a shorter needle what follows them is anything.
    var word: UInt64 { unsafe loadWord(bytes) }

    func wipe() { storage.wipe(first: storage.count) }
}
