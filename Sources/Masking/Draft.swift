import Diagnostics

/// A scratch text in secret memory: one encoding while it is made.
@safe final class Draft {
    private var storage: SecretArray<UInt8>
    /// The storage's address and size, at hand for the loops that fill it.
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    /// The longest text since the last `wipe`.
    private var used = 0

    init() throws(Failure) {
        storage = try SecretArray(count: 4096)
        unsafe base = storage.base
        capacity = storage.count
    }

    /// Makes room for texts of up to `capacity` bytes.
    ///
    /// What is in it is lost.
    func reserve(_ capacity: Int) throws(Failure) {
        guard capacity > self.capacity else { return }
        // Texts of one value come in all lengths: in steps, while they are short.
        storage = try SecretArray(count: max(capacity, min(self.capacity * 2, 32 * 1024)))
        unsafe base = storage.base
        self.capacity = storage.count
        count = 0
        used = 0
    }

    /// Starts a new text.
    func clear() {
        used = max(used, count)
        count = 0
    }

    @inline(__always) func append(_ byte: UInt8) {
        precondition(count < capacity, "a text stays inside of its room")
        unsafe base[count] = byte
        count += 1
    }

    func append(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { append(unsafe text.utf8Start[index]) }
    }

    func append(_ bytes: Span<UInt8>) {
        precondition(bytes.count <= capacity - count, "a text stays inside of its room")
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress else { return }
            unsafe (base + count).update(from: first, count: source.count)
        }
        count += bytes.count
    }

    /// Appends an ASCII text as a table says.
    func append(_ source: Span<UInt8>, by table: ByteTable) {
        precondition(count + (source.count + 1) * TextEncoding.maximumExpansion <= capacity, "a text has its room")
        count += unsafe table.write(source, to: base + count)
    }

    /// Forgets the last bytes, down to `newCount`.
    func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "truncate cannot grow a text")
        used = max(used, count)
        count = newCount
    }

    /// Lends the text.
    func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        let bytes = unsafe UnsafeBufferPointer(start: storage.base, count: count)
        return try body(unsafe bytes.span)
    }

    /// Overwrites all that was ever written since the last wipe.
    func wipe() {
        clear()
        storage.wipe(first: min(capacity, used + TextEncoding.maximumExpansion))
        used = 0
    }
}
