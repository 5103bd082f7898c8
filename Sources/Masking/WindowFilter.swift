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
    /// A needle of `NeedleSet.longAnchor` bytes has so many windows.
    private static let leastStride = 5
    private static let largest = 64 * 1024
    /// Up to so many needles the table of their windows stays within the fast memory of the processor.
    private static let few = 1024

    private var words: SecretArray<UInt64>
    /// The words' address, at hand for loops.
    private var table: UnsafeMutablePointer<UInt64>
    private var shift: UInt64 = 58
    private var mask = UInt64.max
    private let factor = RunKey().factor
    private(set) var shape = Shape(shortest: 39, count: 0)
    private var shortest = Int.max
    private var count = 0
    private var needleCount = 0
    private var expected = 0
    private let head: NeedleHead
    /// Where windows of a slice are that may belong to a needle.
    private let hits: UnsafeMutablePointer<UInt16>

    init(_ head: NeedleHead) throws(Failure) {
        self.head = head
        words = try SecretArray(count: 64)
        unsafe table = words.base
        unsafe hits = .allocate(capacity: PlaceSet.capacity / WindowFilter.leastStride + 2)
    }

    deinit { unsafe hits.deallocate() }

    var secretBytes: Int { words.count * 8 }
    var isEmpty: Bool { needleCount == 0 }
    /// From this far before a text's end on, a place may have no window that is asked.
    ///
    /// Eight bytes are read for a window, however wide it is.
    var reach: Int { shape.stride + 7 }
    /// How many bytes of a needle its windows cover.
    var headCount: Int { shape.stride + shape.width - 1 }

    /// So many more needles will come: the next `reserveOne` that makes the table larger makes it large enough.
    func expect(_ more: Int) { expected = needleCount + more }

    /// Makes room so that the next `insert`, of a needle of `length` bytes, cannot fail.
    ///
    /// On an error the filter is as before. `members` hands on all needles that were inserted.
    func reserveOne(length: Int, members: ((Needle) -> Void) -> Void) throws(Failure) {
        let newShortest = min(shortest, length)
        let needles = max(needleCount + 1, expected)
        let newShape = Shape(shortest: newShortest, count: needles)
        let isFull = count + newShape.stride > words.count * 4 && words.count < WindowFilter.largest
        guard newShape != shape || isFull else { return shortest = newShortest }
        var size = isFull && newShape == shape ? words.count : 64
        let windows = max(needles * newShape.stride, isFull ? count + newShape.stride : 0)
        while size < WindowFilter.largest, windows > size * 4 { size *= 2 }
        if size == words.count {
            words.wipe(first: size)
        } else {
            do { words = try SecretArray(count: size) } catch {
                // There is no room for so many as were expected: it is made as they come.
                guard expected > needleCount + 1 else { throw error }
                expected = 0
                return try reserveOne(length: length, members: members)
            }
        }
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
        let (windows, stride, bytes) = unsafe (windows, shape.stride, head.bytes)
        precondition(stride + shape.width <= NeedleHead.count, "a filter asks for no more than a head has")
        for offset in 0..<stride { windows.insert(unsafe loadWord(bytes + offset)) }
        count += stride
    }

    // MARK: - Asking

    /// What it takes to ask, at hand for loops; valid until the filter changes.
    ///
    /// The same as `vs_sys_window_table` says.
    @safe struct Windows {
        fileprivate let table: UnsafeMutablePointer<UInt64>
        fileprivate let shift: UInt64
        fileprivate let mask: UInt64
        fileprivate let factor: UInt64

        /// 1 where a window may belong to a needle, else 0.
        @inline(__always) func hit(_ window: UInt64) -> UInt64 {
            let (high, low) = (window & mask).multipliedFullWidth(by: factor)
            // In bounds: the table has 2^(64 - shift) words.
            let word = unsafe table[Int(truncatingIfNeeded: low &>> shift)]
            return (word &>> high) & (word &>> (high &>> 6)) & 1
        }

        @inline(__always) fileprivate func insert(_ window: UInt64) {
            let (high, low) = (window & mask).multipliedFullWidth(by: factor)
            // In bounds: the table has 2^(64 - shift) words.
            unsafe table[Int(truncatingIfNeeded: low &>> shift)] |= (1 &<< high) | (1 &<< (high &>> 6))
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

    var windows: Windows { unsafe Windows(table: table, shift: shift, mask: mask, factor: factor) }

    /// Hands on the places of the slice from `low` up to `high` at which a needle may begin, as ranges whose ends count.
    ///
    /// The last places, `reach` bytes at most, are not among them: they have not all their windows.
    func findPlaces(
        in text: UnsafePointer<UInt8>, from low: Int, to high: Int, _ take: (_ first: Int, _ last: Int) -> Void
    ) {
        precondition(low >= 0 && high - low <= PlaceSet.capacity, "a filter is asked for a slice")
        guard !isEmpty else { return }
        var (table, hits) = unsafe (shimTable, shimHits)
        unsafe vs_sys_find_windows(text + low, high - low, &table, &hits)
        unsafe takeHits(hits.count, in: text, from: low, to: high) { run in takeRun(run, take) }
    }

    /// Hands on the places at which a needle may begin with whose windows a run of hits begins.
    func takeRun(_ run: ClosedRange<Int>, _ take: (_ first: Int, _ last: Int) -> Void) {
        if run.count >= shape.stride { take(run.lowerBound, run.upperBound - shape.stride + 1) }
    }

    /// Hands on the runs of windows that are hits, as far as a needle's windows go, around those in `shimHits`, which has
    /// been filled for the slice.
    func takeHits(
        _ hitCount: Int, in text: UnsafePointer<UInt8>, from low: Int, to high: Int, _ take: (ClosedRange<Int>) -> Void
    ) {
        let windows = windows
        for index in 0..<hitCount {
            take(unsafe run(around: low + Int(hits[index]), windows, text, from: low, count: high))
        }
    }

    /// How the shims ask, and where they write what they find.
    var shimTable: vs_sys_window_table {
        unsafe vs_sys_window_table(table: table, shift: shift, mask: mask, factor: factor)
    }

    var shimHits: vs_sys_window_hits {
        // In bounds: there is room for a hit at every place of a slice that is asked.
        unsafe vs_sys_window_hits(first: shape.stride - 1, step: shape.stride, places: hits, count: 0)
    }

    /// The run of windows that are hits around the one at `hit`: where a needle begins, all its windows are hits.
    private func run(
        around hit: Int, _ windows: Windows, _ text: UnsafePointer<UInt8>, from low: Int, count: Int
    ) -> ClosedRange<Int> {
        let stride = shape.stride
        var (first, last) = (hit, hit)
        while first > max(low, hit - stride + 1), unsafe windows.hit(loadWord(text + first - 1)) != 0 { first -= 1 }
        while last < hit + stride - 1, last + 9 <= count, unsafe windows.hit(loadWord(text + last + 1)) != 0 {
            last += 1
        }
        if last + 9 > count { last = hit + stride - 1 }
        return first...last
    }
}

/// Eight bytes as one word, in memory order.
@inline(__always) func loadWord(_ place: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
}
