import Diagnostics

/// Room in secret memory for the first bytes of one needle: what tables and filters are made from.
@safe final class NeedleHead {
    /// No table looks at more bytes of a needle.
    static let count = 24

    private let storage: SecretArray<UInt8>
    /// The bytes; eight more can be read.
    var bytes: UnsafeMutablePointer<UInt8> { unsafe storage.base }
    /// The inner of two encodings, while it is made.
    var inner: UnsafeMutablePointer<UInt8> { unsafe storage.base + 32 }

    init() throws(Failure) { storage = try SecretArray(count: 64) }

    /// Takes the first bytes of a needle, as many as it has.
    func take(_ needle: Needle) { needle.write(first: NeedleHead.count, to: self) }

    /// The first eight bytes in memory order; of a shorter needle what follows them is anything.
    var word: UInt64 { unsafe loadWord(storage.base) }

    func wipe() { storage.wipe(first: storage.count) }
}
