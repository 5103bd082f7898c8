import CSystemShims
import Diagnostics

/// Says where no needle can begin, at memory speed: a Bloom filter over windows of a few bytes, asked only at every
/// `stride`-th place.
///
/// Every needle has each of its first `stride` windows in it, so one of them is always asked for.
@safe final class WindowFilter {
    /// The windows of needles of some length.
    struct Shape: Equatable {
        var width: Int
        var stride: Int

        /// For `count` needles of `shortest` bytes and more: the farther apart, the fewer questions, but the more windows.
        init(shortest: Int, count: Int) {
            switch shortest {
            case 39... where count <= WindowFilter.few: (width, stride) = (8, 32)
            case 23...: (width, stride) = (8, 16)
            case 15...: (width, stride) = (8, 8)
            default: (width, stride) = (4, shortest - 3)
            }
        }
    }

    /// The fewest bytes of a needle whose windows are as wide as they can be.
    static let wideLength = 15
    private static let largest = 64 * 1024
    /// Up to so many needles the table of their windows stays within the fast memory of the processor.
    private static let few = 1024

    private var words: SecretArray<UInt64>
    /// The words' address, at hand for loops.
    private var table: UnsafeMutablePointer<UInt64>
    private var shift: UInt64 = 58
    private var mask = UInt64.max
    private let key = RunKey()
    private(set) var shape = Shape(shortest: 39, count: 0)
    private var shortest = Int.max
    private var count = 0
    private var needleCount = 0
    private let head: NeedleHead

    init(_ head: NeedleHead) throws(Failure) {
        self.head = head
        words = try SecretArray(count: 64)
        unsafe table = words.base
    }

    var secretBytes: Int { words.count * 8 }
    var isEmpty: Bool { needleCount == 0 }
    /// From this far before a text's end on, a place may have no window that is asked.
    ///
    /// Eight bytes are read for a window, however wide it is.
    var reach: Int { shape.stride + 7 }
    /// How many bytes of a needle its windows cover.
    var headCount: Int { shape.stride + shape.width - 1 }

    /// Makes room so that the next `insert`, of a needle of `length` bytes, cannot fail.
    ///
    /// On an error the filter is as before. `members` hands on all needles that were inserted.
    func reserveOne(length: Int, members: ((Needle) -> Void) -> Void) throws(Failure) {
        let newShortest = min(shortest, length)
        let newShape = Shape(shortest: newShortest, count: needleCount + 1)
        let isFull = count + newShape.stride > words.count * 4 && words.count < WindowFilter.largest
        guard newShape != shape || isFull else { return shortest = newShortest }
        var size = isFull && newShape == shape ? words.count : 64
        while size < WindowFilter.largest, (needleCount + 1) * newShape.stride > size * 2 { size *= 4 }
        if size != words.count { words = try SecretArray(count: size) } else { words.wipe(first: size) }
        unsafe table = words.base
        shift = UInt64(64 - size.trailingZeroBitCount)
        (shape, shortest, count) = (newShape, newShortest, 0)
        mask = UInt64.max >> UInt64(64 - shape.width * 8)
        guard needleCount > 0 else { return }
        members { needle in
            head.take(needle, headCount)
            addWindows()
        }
    }

    /// Adds the first windows of a needle, of whose bytes the head has `headCount`.
    ///
    /// `reserveOne` came before.
    func insert() {
        needleCount += 1
        addWindows()
    }

    private func addWindows() {
        let (table, shift, mask, key) = unsafe (table, shift, mask, key)
        let (stride, bytes) = unsafe (shape.stride, head.bytes)
        precondition(stride + shape.width <= NeedleHead.count, "a filter asks for no more than a head has")
        var offset = 0
        while offset < stride {
            let hash = key.quickHash(unsafe loadWord(bytes + offset) & mask)
            // In bounds: the table has 2^(64 - shift) words.
            unsafe table[Int(truncatingIfNeeded: hash &>> shift)] |= bits(hash)
            offset += 1
        }
        count += stride
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
            // In bounds: the table has 2^(64 - shift) words. The same as `vs_sys_window_hits` does.
            let word = unsafe table[Int(truncatingIfNeeded: hash &>> shift)]
            return (word &>> (hash &>> 40)) & (word &>> (hash &>> 34)) & 1
        }

        /// 1 where a needle may go over a line break, `before` the last eight bytes of the line and `after` the first
        /// eight of the next.
        ///
        /// Such a needle has the first eight after the break and the window one byte before among its windows, or
        /// seven before it with one after it and one of the windows beside.
        func hitsBeside(_ before: UInt64, _ after: UInt64) -> UInt64 {
            func window(_ bytesBefore: UInt64) -> UInt64 {
                bytesBefore == 8 ? before : before &>> (64 &- bytesBefore &* 8) | after &<< (bytesBefore &* 8)
            }
            return hit(after) & hit(window(1)) | hit(window(7)) & (hit(before) | hit(window(6)))
        }
    }

    var windows: Windows { unsafe Windows(table: table, shift: shift, mask: mask, key: key) }

    /// Hands on the places from `low` on at which a needle may begin, as ranges whose ends count.
    ///
    /// The last places of the text, `reach` bytes at most, are not among them: they have not all their windows.
    func findPlaces(
        in text: UnsafePointer<UInt8>, from low: Int, count: Int, _ take: (_ first: Int, _ last: Int) -> Void
    ) {
        guard !isEmpty else { return }
        let (stride, windows) = (shape.stride, windows)
        var table = unsafe shimTable
        var first = low + stride - 1
        // Sixty-four questions at a time and no branch between them: the table's cache misses overlap.
        while first + 63 * stride + 8 <= count {
            // In bounds: the last window ends before the text does.
            var hits = unsafe vs_sys_window_hits(text + first, stride, &table)
            while hits != 0 {
                let hit = first + hits.trailingZeroBitCount * stride
                hits &= hits &- 1
                unsafe look(around: hit, windows, text, from: low, count: count, take)
            }
            first += 64 * stride
        }
        while first + 8 <= count {
            if unsafe windows.hit(loadWord(text + first)) != 0 {
                unsafe look(around: first, windows, text, from: low, count: count, take)
            }
            first += stride
        }
    }

    private var shimTable: vs_sys_window_table {
        unsafe vs_sys_window_table(table: table, shift: shift, window_mask: mask, key: key.mask, factor: key.factor)
    }

    /// Hands on the places at which a needle may begin that has its asked window at `hit`: where one begins, all its
    /// windows are hits.
    private func look(
        around hit: Int, _ windows: Windows, _ text: UnsafePointer<UInt8>, from low: Int, count: Int,
        _ take: (_ first: Int, _ last: Int) -> Void
    ) {
        let stride = shape.stride
        var (first, last) = (hit, hit)
        while first > max(low, hit - stride + 1), unsafe windows.hit(loadWord(text + first - 1)) != 0 { first -= 1 }
        while last < hit + stride - 1, last + 9 <= count, unsafe windows.hit(loadWord(text + last + 1)) != 0 {
            last += 1
        }
        if last + 9 > count { last = hit + stride - 1 }
        if last - first + 1 >= stride { take(first, last - stride + 1) }
    }
}

/// Eight bytes as one word, in memory order.
@inline(__always) func loadWord(_ place: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
}
