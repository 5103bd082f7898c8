/// What an encoding makes of each ASCII byte, made ready: nothing in it is of a value.
@safe final class ByteTable {
    /// What becomes of each byte, in memory order, and its length: eight bytes at most.
    private let words: UnsafeMutablePointer<UInt64>
    private let counts: UnsafeMutablePointer<UInt8>

    /// Lets `encoding` write each byte; uses the drafts.
    init(_ encoding: TextEncoding, source: Draft, scratch: Draft, draft: Draft) {
        unsafe words = .allocate(capacity: 128)
        unsafe counts = .allocate(capacity: 128)
        for byte in 0..<128 as Range<UInt8> {
            source.clear()
            // A byte that no encoding treats in its own way at the beginning leads.
            source.append(0x61)
            source.append(byte)
            draft.clear()
            source.withBytes { bytes in encoding.write(bytes, scratch: scratch, to: draft) }
            let (word, count) = draft.withBytes { ByteTable.pack($0.extracting(1..<$0.count)) }
            unsafe words[Int(byte)] = word
            unsafe counts[Int(byte)] = UInt8(count)
        }
    }

    deinit {
        unsafe words.deallocate()
        unsafe counts.deallocate()
    }

    private static func pack(_ bytes: Span<UInt8>) -> (UInt64, Int) {
        precondition(bytes.count <= TextEncoding.maximumExpansion, "an encoding expands a byte to eight at most")
        var word: UInt64 = 0
        for index in bytes.indices { word |= UInt64(bytes[index]) << UInt64(index * 8) }
        return (word, bytes.count)
    }

    /// Writes an ASCII text from `room` on, with up to seven bytes of anything after it, and gives its length.
    func write(_ source: Span<UInt8>, to room: UnsafeMutablePointer<UInt8>) -> Int {
        let room = UnsafeMutableRawPointer(room)
        var place = 0
        for index in source.indices {
            let byte = Int(source[index] & 0x7f)
            unsafe room.storeBytes(of: words[byte], toByteOffset: place, as: UInt64.self)
            place += unsafe Int(counts[byte])
        }
        return place
    }
}
