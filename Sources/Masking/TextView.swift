import CSystemShims

/// A line break inside of a find, with the blanks after it.
struct LineBreak {
    /// How many bytes of the needle came before.
    var symbol = 0
    /// Its place in the stream.
    let place: Int
    /// It stands for the needle's blank (1) or for nothing (0).
    var stands = 0

    /// So many bytes: CR, LF or both, and blanks and tabs. Nothing of a value.
    let count: Int
    private let beginsWithReturn: Bool
    /// A bit for each byte that is a tab.
    private let tabs: UInt64

    /// The break of `count` bytes at `first` of a view.
    init(_ view: TextView, at first: Int, count: Int) {
        (place, self.count) = (view.origin + first, count)
        beginsWithReturn = view.byte(first) == 0x0d
        var tabs: UInt64 = 0
        for index in 0..<count where view.byte(first + index) == 0x09 { tabs |= 1 << UInt64(index) }
        self.tabs = tabs
    }

    var end: Int { place + count }

    func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "a byte of a line break")
        if index == 0 { return beginsWithReturn ? 0x0d : 0x0a }
        if index == 1, beginsWithReturn { return 0x0a }
        return tabs >> UInt64(index) & 1 != 0 ? 0x09 : 0x20
    }

    /// The most blanks and tabs that may follow a line end.
    static let maximumIndent = Int(VS_SYS_INDENT_LIMIT_BYTES)
    /// With fewer bytes of a form before it, a break is not held back and the mask begins after it.
    static let minimumBefore = 4

    static func begins(with byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }
}

/// Bytes of the stream that are not at hand any more but begin like a needle, so that they can be told from it.
struct HeldText {
    private let needle: Needle?
    private let breaks: [LineBreak]
    private let openBreak: LineBreak?
    private let firstSymbol: Int
    /// Where it begins in the stream.
    let start: Int
    let count: Int

    /// No text, at the end of the stream.
    static func none(at place: Int) -> HeldText { HeldText(at: place) }

    private init(at place: Int) {
        (needle, breaks, openBreak, firstSymbol, start, count) = (nil, [], nil, 0, place, 0)
    }

    /// - Parameters:
    ///   - breaks: Those inside, in order; some that come before the text may lead.
    ///   - openBreak: The one at its end.
    init(
        _ needle: Needle, from start: Int, to end: Int, firstSymbol: Int, breaks: [LineBreak], openBreak: LineBreak?
    ) {
        (self.needle, self.breaks, self.openBreak) = (needle, breaks, openBreak)
        (self.firstSymbol, self.start, count) = (firstSymbol, start, end - start)
    }

    /// The byte `offset` bytes after the start.
    func byte(_ offset: Int) -> UInt8 {
        guard let needle, offset >= 0 else { preconditionFailure("place before what is held") }
        let place = start + offset
        if let openBreak, place >= openBreak.place { return openBreak.byte(place - openBreak.place) }
        guard let last = lastBreak(breakCount(upTo: place)) else { return needle.byte(offset) }
        if place < last.end { return last.byte(place - last.place) }
        return needle.byte(last.symbol + last.stands + place - last.end - firstSymbol)
    }

    /// Writes the `count` bytes from `offset` bytes after the start on to `room`: faster than one by one.
    func write(from offset: Int, count: Int, to room: UnsafeMutablePointer<UInt8>) {
        guard let needle, offset >= 0, offset + count <= self.count else {
            preconditionFailure("place before what is held")
        }
        var (written, place) = (0, start + offset)
        var next = breakCount(upTo: place)
        var last = lastBreak(next)
        while written < count {
            if let inside = [openBreak, last].lazy.compactMap({ $0 }).first(where: {
                $0.place <= place && place < $0.end
            }) {
                // In bounds: `written` is less than `count`.
                unsafe room[written] = inside.byte(place - inside.place)
                (written, place) = (written + 1, place + 1)
                continue
            }
            let end = next < breaks.count ? breaks[next].place : openBreak?.place ?? Int.max
            var index = last.map { $0.symbol + $0.stands + place - $0.end - firstSymbol } ?? place - start
            while written < count, place < end {
                unsafe room[written] = needle.byte(index)
                (written, place, index) = (written + 1, place + 1, index + 1)
            }
            if next < breaks.count { (last, next) = (breaks[next], next + 1) }
        }
    }

    /// How many of the breaks begin at `place` or before.
    private func breakCount(upTo place: Int) -> Int {
        var (low, high) = (0, breaks.count)
        while low < high {
            let middle = (low + high) / 2
            if breaks[middle].place <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The last of the first `count` breaks, where that lies in the text.
    private func lastBreak(_ count: Int) -> LineBreak? {
        count > 0 && breaks[count - 1].end > start ? breaks[count - 1] : nil
    }
}

/// The bytes of one write with the held ones before them; valid during that write only.
///
/// Places count from the first byte of the write, so those of held bytes are negative.
@safe struct TextView {
    private static let empty: StaticString = ""
    /// An address to which nobody looks.
    static var nothing: UnsafePointer<UInt8> { unsafe empty.utf8Start }

    let base: UnsafePointer<UInt8>
    let count: Int
    /// How many bytes of the stream came before.
    let origin: Int
    let before: HeldText
    /// The last `tailCount` of the held bytes.
    private let tail: UnsafePointer<UInt8>
    private let tailCount: Int

    /// So many held bytes are enough to look for what begins at the end of them: seven bytes of a form, with line breaks.
    static let tailRoom = 8 * (LineBreak.maximumIndent + 3)

    /// - Parameter room: `tailRoom` bytes for the last of the held ones, which are as long valid as the view.
    init(
        base: UnsafePointer<UInt8>, count: Int, origin: Int, before: HeldText, room: UnsafeMutablePointer<UInt8>?
    ) {
        unsafe self.base = base
        (self.count, self.origin, self.before) = (count, origin, before)
        guard let room = unsafe room else {
            tailCount = 0
            unsafe tail = base
            return
        }
        tailCount = min(before.count, TextView.tailRoom)
        if tailCount > 0 { unsafe before.write(from: before.count - tailCount, count: tailCount, to: room) }
        unsafe tail = UnsafePointer(room)
    }

    @inline(__always) func byte(_ place: Int) -> UInt8 {
        guard place >= 0 else { return heldByte(place) }
        precondition(place < count, "place outside of a write")
        return unsafe base[place]
    }

    private func heldByte(_ place: Int) -> UInt8 {
        // In bounds: the tail has the last `tailCount` bytes before the write.
        unsafe place >= -tailCount ? tail[tailCount + place] : before.byte(before.count + place)
    }

    /// The eight bytes from `place` on, which lie in the write, in memory order.
    @inline(__always) func word(at place: Int) -> UInt64 {
        precondition(place >= 0 && place + 8 <= count, "word outside of a write")
        return unsafe loadWord(base + place)
    }

    /// Whether a line feed is among the bytes from `first` to `last`, both included and eight of them at least.
    @inline(__always) func holdsFeed(from first: Int, through last: Int) -> Bool {
        var place = first
        while place < last - 7 {
            if holdsZero(word(at: place) ^ 0x0a0a_0a0a_0a0a_0a0a) { return true }
            place += 8
        }
        return holdsZero(word(at: last - 7) ^ 0x0a0a_0a0a_0a0a_0a0a)
    }

    /// Lends the bytes of a range of the write; nothing where it is empty.
    func withBytes(from low: Int, to high: Int, _ body: (Span<UInt8>) -> Void) {
        guard low < high else { return }
        precondition(low >= 0 && high <= count, "range outside of a write")
        body(unsafe UnsafeBufferPointer(start: base + low, count: high - low).span)
    }
}

/// Whether one of eight bytes is zero.
@inline(__always) func holdsZero(_ word: UInt64) -> Bool {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
}
