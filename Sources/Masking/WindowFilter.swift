import Diagnostics

/// Says where no needle can be, at memory speed: a Bloom filter over windows of `width` bytes, asked only at every
/// `stride`-th place.
///
/// Every needle has each of its first `stride` windows in it, so one of them is always asked for.
final class WindowFilter {
    private var words: SecretArray<UInt64>
    private var shift: UInt64
    private let key = RunKey()
    private(set) var width = 8
    private(set) var stride = 8
    private var mask = UInt64.max
    private var count = 0

    init() throws(Failure) {
        words = try SecretArray(count: 64)
        shift = 58
    }

    var secretBytes: Int { words.count * 8 }

    /// The windows for needles of `shortest` bytes and more: as wide, then as far apart, as the shortest allows.
    static func shape(shortest: Int) -> (width: Int, stride: Int) {
        switch shortest {
        case 15...: (8, 8)
        case 12...: (min(8, shortest - 5), 6)
        case 8...: (5, shortest - 4)
        default: (4, max(1, shortest - 3))
        }
    }

    /// Whether there is room for `more` windows at a low rate of false alarms.
    func hasRoom(_ more: Int) -> Bool { (count + more) <= words.count * 4 || words.count >= WindowFilter.largest }

    private static let largest = 64 * 1024

    /// Empties the filter and makes it large enough for `windows` windows.
    ///
    /// On an error it is as before.
    func reset(shortest: Int, windows: Int) throws(Failure) {
        var size = 64
        while size * 4 < windows && size < WindowFilter.largest { size *= 2 }
        if size != words.count { words = try SecretArray(count: size) } else { words.wipe(first: size) }
        shift = UInt64(64 - size.trailingZeroBitCount)
        (width, stride) = WindowFilter.shape(shortest: shortest)
        mask = UInt64.max >> UInt64(64 - width * 8)
        count = 0
    }

    /// Adds the first windows of `needle`.
    func insert(_ needle: Needle) {
        for offset in 0..<stride {
            let word = unsafe loadWord(needle.text + offset)
            let hash = key.quickHash(word & mask)
            words[Int(truncatingIfNeeded: hash >> shift)] |= bits(hash)
        }
        count += stride
    }

    /// The two bits of a window within its word.
    @inline(__always) private func bits(_ hash: UInt64) -> UInt64 {
        (1 &<< (hash &>> 40)) | (1 &<< (hash &>> 34))
    }

    /// The first place from `start` on, in steps of `step`, whose window may belong to a needle; or the first one
    /// that has not 8 bytes left.
    func nextHit(in text: UnsafePointer<UInt8>, from start: Int, count: Int, step: Int) -> Int {
        let table = unsafe words.base
        let (shift, mask, key) = (shift, mask, key)
        // In bounds: the table has 2^(64 - shift) words.
        @inline(__always) func isHit(_ place: Int) -> UInt64 {
            let hash = unsafe key.quickHash(loadWord(text + place) & mask)
            let word = unsafe table[Int(truncatingIfNeeded: hash &>> shift)]
            return (word &>> (hash &>> 40)) & (word &>> (hash &>> 34)) & 1
        }
        var place = start
        while place + 3 * step + 8 <= count {
            let any = isHit(place) | isHit(place + step) | isHit(place + 2 * step) | isHit(place + 3 * step)
            if any != 0 { break }
            place += 4 * step
        }
        while place + 8 <= count, isHit(place) == 0 { place += step }
        return place
    }
}

/// Eight bytes as one word, in memory order.
@inline(__always) func loadWord(_ place: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
}
