import Diagnostics

/// A hash table in secret memory from 12-bit tags to numbers of 20 bits; the caller compares what a tag promises.
@safe final class KeyedTable {
    private var slots: SecretArray<UInt32>
    /// The slots' address and their number less one, at hand for loops.
    private var table: UnsafeMutablePointer<UInt32>
    private var mask = 63
    private(set) var count = 0

    init() throws(Failure) {
        slots = try SecretArray(count: 64)
        unsafe table = slots.base
    }

    var secretBytes: Int { (mask + 1) * 4 }

    private static let large = 16 * 1024

    /// Numbers are below this.
    static let largestValue = 0xf_ffff

    /// Makes room for one entry, so that `insert` cannot fail; `hashOf` gives the hash of a number again.
    @inline(__always) func reserveOne(hashOf: (Int) -> UInt64) throws(Failure) {
        if (count + 1) * 4 > (mask + 1) * 3 { try grow(hashOf) }
    }

    /// Makes room for `more` entries in one step.
    func expect(_ more: Int, hashOf: (Int) -> UInt64) throws(Failure) {
        var size = slots.count
        while (count + more) * 4 > size * 3 { size *= 2 }
        if size > slots.count { try grow(to: size, hashOf) }
    }

    private func grow(_ hashOf: (Int) -> UInt64) throws(Failure) {
        // Each time all hashes are made again: in large steps while the table is small.
        try grow(to: slots.count * (slots.count <= KeyedTable.large ? 4 : 2), hashOf)
    }

    private func grow(to size: Int, _ hashOf: (Int) -> UInt64) throws(Failure) {
        let old = slots
        slots = try SecretArray(count: size)
        unsafe table = slots.base
        mask = slots.count - 1
        for index in 0..<old.count where old[index] != 0 {
            place(old[index], home: start(hashOf(Int(old[index] & 0xf_ffff) - 1)))
        }
    }

    /// Adds an entry; equal tags may occur more than once.
    func insert(hash: UInt64, value: Int) {
        precondition((count + 1) * 8 <= (mask + 1) * 7, "insert needs room: call reserveOne first")
        precondition(value < KeyedTable.largestValue, "a value has 20 bits")
        place(UInt32(hash >> 52) << 20 | UInt32(value + 1), home: start(hash))
        count += 1
    }

    private func place(_ entry: UInt32, home: Int) {
        var index = home
        // In bounds: the mask is the table's size less one.
        while unsafe table[index] != 0 { index = (index + 1) & mask }
        unsafe table[index] = entry
    }

    @inline(__always) private func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 28) & mask }

    /// The first value with the tag of `hash` that `matches` accepts.
    @inline(__always) func find(hash: UInt64, matches: (Int) -> Bool) -> Int? {
        let (mask, table) = unsafe (mask, table)
        let tag = UInt32(truncatingIfNeeded: hash >> 52)
        var index = start(hash)
        while true {
            // In bounds: the mask is the table's size less one.
            let entry = unsafe table[index]
            if entry == 0 { return nil }
            if entry >> 20 == tag {
                let value = Int(entry & 0xf_ffff) - 1
                if matches(value) { return value }
            }
            index = (index + 1) & mask
        }
    }
}
