public import Diagnostics

/// Secret bytes that grow: a server's answer as it arrives, a value put together from parts.
///
/// Growing copies into a larger block and wipes the smaller one at once. Never beyond `maximumCount`.
public final class SecretBuffer {
    private var storage: SecretBytes
    /// The number of bytes held.
    public private(set) var count = 0
    /// The most bytes it takes.
    public let maximumCount: Int

    /// An empty buffer with room for `reserving` bytes.
    public init(reserving: Int = 256, maximumCount: Int) throws(Failure) {
        precondition(maximumCount > 0, "a buffer needs room")
        storage = try SecretBytes(count: min(max(reserving, 16), maximumCount))
        self.maximumCount = maximumCount
    }

    /// Appends a copy of `bytes`.
    ///
    /// - Throws: `.limit` past `maximumCount` or when secret memory is used up; nothing is appended then.
    public func append(_ bytes: Span<UInt8>) throws(Failure) {
        try makeRoom(for: bytes.count)
        storage.withMutableBytes { room in
            for index in bytes.indices { room[count + index] = bytes[index] }
        }
        count += bytes.count
    }

    /// Appends a copy of another secret.
    public func append(_ secret: SecretBytes) throws(Failure) {
        try secret.withBytes { (bytes) throws(Failure) in try append(bytes) }
    }

    /// Appends a text that is no secret itself.
    public func append(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        try append(bytes.span)
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) throws(Failure) {
        try makeRoom(for: 1)
        storage.withMutableBytes { room in room[count] = byte }
        count += 1
    }

    /// Lends what is held.
    public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        try storage.withBytes { (bytes) throws(E) in try body(bytes.extracting(0..<count)) }
    }

    /// Gives the bytes as a value of their own size and empties the buffer.
    public func take() throws(Failure) -> SecretBytes {
        let value = try withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
        removeAll()
        return value
    }

    /// Wipes what is held; the room stays.
    public func removeAll() {
        storage.withMutableBytes { room in
            for index in 0..<count { room[index] = 0 }
        }
        count = 0
    }

    private func makeRoom(for more: Int) throws(Failure) {
        guard more <= maximumCount - count else {
            throw Failure(
                .limit, "an answer or a value is too large",
                reason: "secret memory is small and locked", hint: "fetch it in parts")
        }
        guard count + more > storage.count else { return }
        let larger = try SecretBytes(count: min(maximumCount, max(storage.count * 2, count + more)))
        withBytes { held in
            larger.withMutableBytes { room in
                for index in held.indices { room[index] = held[index] }
            }
        }
        storage.wipe()
        storage = larger
    }
}
