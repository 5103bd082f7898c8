import Diagnostics

/// Says where no needle of 4 to 7 bytes can begin: which pairs of bytes are among the first three of any, asked at every
/// third place.
final class PairFilter {
    static let stride = 3

    private var bits: SecretArray<UInt64>?

    var secretBytes: Int { (bits?.count ?? 0) * 8 }

    /// Makes room so that the next `insert` cannot fail.
    func reserveOne() throws(Failure) {
        if bits == nil { bits = try SecretArray(count: 1024) }
    }

    /// Adds a needle.
    ///
    /// `reserveOne` came before.
    func insert(_ needle: Needle) {
        for offset in 0..<PairFilter.stride {
            let pair = Int(needle.word(at: offset, width: 2))
            bits?[pair >> 6] |= 1 << UInt64(pair & 63)
        }
    }

    /// Adds every place from `low` up to `high` at which a needle may begin; `high` is the text's end.
    func scan(_ view: TextView, _ places: PlaceSet) {
        guard let bits else { return }
        let table = unsafe bits.base
        let text = unsafe view.base
        // In bounds: the table has a bit for every pair.
        @inline(__always) func isHit(_ word: UInt64) -> UInt64 {
            let pair = word & 0xffff
            return unsafe (table[Int(truncatingIfNeeded: pair &>> 6)] &>> (pair & 63)) & 1
        }
        var place = places.low + PairFilter.stride - 1
        while place + 8 <= places.high {
            let word = unsafe loadWord(text + place)
            if isHit(word) | isHit(word &>> 24) | isHit(word &>> 48) != 0 {
                for offset in [0, 3, 6] as [Int] where isHit(word &>> UInt64(offset * 8)) != 0 {
                    places.insert(from: place + offset - PairFilter.stride + 1, through: place + offset)
                }
            }
            place += 9
        }
        places.insert(from: place - PairFilter.stride + 1, through: places.high - 1)
    }
}
