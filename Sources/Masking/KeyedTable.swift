import Diagnostics

/// A hash table in secret memory from 12-bit tags to numbers of 20 bits; the caller compares what a tag promises.
final class KeyedTable {
    private var slots: SecretArray<UInt32>
    private(set) var count = 0

    init() throws(Failure) {
        slots = try SecretArray(count: 64)
    }

    var secretBytes: Int { slots.count * 4 }

    private static let large = 16 * 1024

    /// Numbers are below this.
    static let largestValue = 0xf_ffff

    /// Makes room for `more` entries, so that `insert` cannot fail; `hashOf` gives the hash of a number again.
    func reserve(_ more: Int, hashOf: (Int) -> UInt64) throws(Failure) {
        var size = slots.count
        // Each time all hashes are made again: in large steps while the table is small.
        while (count + more) * 4 > size * 3 { size *= size < KeyedTable.large ? 4 : 2 }
        guard size > slots.count else { return }
        let old = slots
        slots = try SecretArray(count: size)
        for index in 0..<old.count where old[index] != 0 {
            place(old[index], home: start(hashOf(Int(old[index] & 0xf_ffff) - 1)))
        }
    }

    func removeAll() {
        for index in 0..<slots.count { slots[index] = 0 }
        count = 0
    }

    /// Adds an entry; equal tags may occur more than once.
    func insert(hash: UInt64, value: Int) {
        precondition((count + 1) * 8 <= slots.count * 7, "insert needs room: call reserve first")
        precondition(value < KeyedTable.largestValue, "a value has 20 bits")
        place(UInt32(hash >> 52) << 20 | UInt32(value + 1), home: start(hash))
        count += 1
    }

    private func place(_ entry: UInt32, home: Int) {
        var index = home
        while slots[index] != 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = entry
    }

    @inline(__always) private func start(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 28) & (slots.count - 1)
    }

    /// The first value with the tag of `hash` that `matches` accepts.
    @inline(__always) func find(hash: UInt64, matches: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        let tag = UInt32(truncatingIfNeeded: hash >> 52)
        let table = unsafe slots.base
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
