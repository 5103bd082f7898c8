import Diagnostics

/// Says where no needle can begin, at memory speed: a Bloom filter over windows of a few bytes, asked only at every
/// `stride`-th place.
///
/// Every needle has each of its first `stride` windows in it, so one of them is always asked for.
final class WindowFilter {
    /// The windows of needles of some length.
    struct Shape: Equatable {
        var width: Int
        var stride: Int

        /// For needles of `shortest` bytes and more: the farther apart, the fewer questions.
        init(shortest: Int) {
            switch shortest {
            case 23...: (width, stride) = (8, 16)
            case 15...: (width, stride) = (8, 8)
            default: (width, stride) = (4, shortest - 3)
            }
        }
    }

    /// The fewest bytes of a needle whose windows are as wide as they can be.
    static let wideLength = 15
    /// From this far before a text's end on, a place may have no window that is asked.
    static let reach = 23
    private static let largest = 64 * 1024

    private var words: SecretArray<UInt64>
    private var shift: UInt64
    private var mask = UInt64.max
    private let key = RunKey()
    private(set) var shape = Shape(shortest: 23)
    private var shortest = Int.max
    private var count = 0
    private var members: [Needle] = []

    init() throws(Failure) {
        words = try SecretArray(count: 64)
        shift = 58
    }

    var secretBytes: Int { words.count * 8 }
    var isEmpty: Bool { members.isEmpty }
    var stride: Int { shape.stride }

    /// Makes room so that the next `insert`, of a needle of `length` bytes, cannot fail.
    ///
    /// On an error the filter is as before.
    func reserveOne(length: Int) throws(Failure) {
        let newShortest = min(shortest, length)
        let newShape = Shape(shortest: newShortest)
        let isFull = count + newShape.stride > words.count * 4 && words.count < WindowFilter.largest
        guard newShape != shape || isFull else { return shortest = newShortest }
        var size = 64
        while size * 2 < (members.count + 1) * newShape.stride && size < WindowFilter.largest { size *= 2 }
        if size != words.count { words = try SecretArray(count: size) } else { words.wipe(first: size) }
        shift = UInt64(64 - size.trailingZeroBitCount)
        (shape, shortest, count) = (newShape, newShortest, 0)
        mask = UInt64.max >> UInt64(64 - shape.width * 8)
        for needle in members { addWindows(needle) }
    }

    /// Adds the first windows of `needle`.
    ///
    /// `reserveOne` came before.
    func insert(_ needle: Needle) {
        members.append(needle)
        addWindows(needle)
    }

    private func addWindows(_ needle: Needle) {
        var word = needle.word(width: shape.width)
        for offset in 0..<shape.stride {
            let hash = key.quickHash(word)
            words[Int(truncatingIfNeeded: hash >> shift)] |= bits(hash)
            guard offset + 1 < shape.stride else { break }
            word = word >> 8 | UInt64(needle.byte(offset + shape.width)) << UInt64(shape.width * 8 - 8)
        }
        count += shape.stride
    }

    /// The two bits of a window within its word.
    @inline(__always) private func bits(_ hash: UInt64) -> UInt64 {
        (1 &<< (hash &>> 40)) | (1 &<< (hash &>> 34))
    }

    // MARK: - Asking

    /// What it takes to ask, at hand for loops; valid until the filter changes.
    @safe struct Windows {
        fileprivate let table: UnsafeMutablePointer<UInt64>
        fileprivate let shift: UInt64
        fileprivate let mask: UInt64
        fileprivate let key: RunKey

        /// 1 where a window may belong to a needle, else 0.
        @inline(__always) func hit(_ window: UInt64) -> UInt64 {
            let hash = key.quickHash(window & mask)
            // In bounds: the table has 2^(64 - shift) words.
            let word = unsafe table[Int(truncatingIfNeeded: hash &>> shift)]
            return (word &>> (hash &>> 40)) & (word &>> (hash &>> 34)) & 1
        }
    }

    var windows: Windows { unsafe Windows(table: words.base, shift: shift, mask: mask, key: key) }

    /// Hands on the places from `low` on at which a needle may begin, as ranges whose ends count.
    ///
    /// The last places of the text, `reach` bytes at most, are not among them: they have not all their windows.
    func findPlaces(
        in text: UnsafePointer<UInt8>, from low: Int, count: Int, _ take: (_ first: Int, _ last: Int) -> Void
    ) {
        guard !isEmpty else { return }
        let (stride, windows) = (shape.stride, windows)
        var window = low + stride - 1
        while true {
            let hit = unsafe WindowFilter.nextHit(windows, in: text, from: window, count: count, step: stride)
            guard hit + 8 <= count else { return }
            // Where a needle begins, all its windows are hits.
            var (first, last) = (hit, hit)
            while first > max(low, hit - stride + 1), unsafe windows.hit(loadWord(text + first - 1)) != 0 { first -= 1 }
            while last < hit + stride - 1, last + 9 <= count, unsafe windows.hit(loadWord(text + last + 1)) != 0 {
                last += 1
            }
            if last + 9 > count { last = hit + stride - 1 }
            if last - first + 1 >= stride { take(first, last - stride + 1) }
            window = hit + stride
        }
    }

    /// The first place from `start` on, in steps of the stride, whose window may belong to a needle; or the first one
    /// that has not 8 bytes left.
    @inline(__always) private static func nextHit(
        _ windows: Windows, in text: UnsafePointer<UInt8>, from start: Int, count: Int, step: Int
    ) -> Int {
        @inline(__always) func hit(_ place: Int) -> UInt64 { unsafe windows.hit(loadWord(text + place)) }
        var place = start
        while place &+ 3 &* step &+ 8 <= count {
            if hit(place) | hit(place &+ step) | hit(place &+ 2 &* step) | hit(place &+ 3 &* step) != 0 { break }
            place = place &+ 4 &* step
        }
        while place &+ 8 <= count, hit(place) == 0 { place = place &+ step }
        return place
    }
}

/// Eight bytes as one word, in memory order.
@inline(__always) func loadWord(_ place: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
}
