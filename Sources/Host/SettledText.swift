import CSystemShims

/// Which part of a masked text is there whatever the masker holds back, and for how much of what came it stands.
///
/// How much of a text is out already hangs on whether its end could be the beginning of a value, and how long that is, on
/// values that only then are found. Nothing that a script sees may hang on that. What has so much behind it that no value
/// can reach over it is settled, and what has ended.
struct SettledText {
    /// A place in the masked text, and how many bytes had come there.
    struct Place {
        var came = 0
        var masked = 0

        /// How much longer the masks have made the text up to there.
        var growth: Int { masked - came }
    }

    /// So many bytes but for line ends and blanks, which may stand between any two of a form: three or four for one of the
    /// value. Only who knows so much of a value sees whether it goes on.
    static let bytesBehind = 1 << 16

    /// So many bytes lie between two places at least, once there are some: a program may print a million short lines.
    private static let step = 1 << 10
    private static let mostClose = 64

    /// Ends of pieces that came; those that are out have their place.
    private var ends: [(came: Int, solid: Int, masked: Int?)] = []
    private var noted = 0
    /// How many bytes came but for line ends and blanks.
    private var solid = 0
    private var outCount = 0
    /// The settled ones that have not been claimed, in order.
    private var settled: [Place] = []
    /// The last of them.
    private(set) var end = Place()
    /// Up to where the text was given away.
    private(set) var claimed = Place()

    /// More of the text comes.
    mutating func count(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return }
            solid += unsafe vs_sys_count_solid(base, text.count)
        }
    }

    /// A piece comes, up to `came` bytes of the text. Whether its end is to be marked.
    mutating func note(came: Int, _ bytes: Span<UInt8>) -> Bool {
        count(bytes)
        guard came - noted >= Self.step || ends.count < Self.mostClose else { return false }
        noted = came
        ends.append((came, solid, nil))
        return true
    }

    /// All before the next end is out, which is at `place` of the masked text.
    mutating func isOut(at place: Int) {
        ends[outCount].masked = place
        outCount += 1
    }

    /// Whether pieces came that are not all out.
    var isWaiting: Bool { outCount < ends.count }

    /// Settles what has enough behind it.
    mutating func advance() {
        var count = 0
        while count < outCount, solid - ends[count].solid >= Self.bytesBehind { count += 1 }
        settle(count)
    }

    /// `came` bytes are there, and all of them are out, up to `place` of the masked text.
    mutating func textEnded(came: Int, at place: Int) {
        settle(outCount)
        add(Place(came: came, masked: place))
    }

    private mutating func settle(_ count: Int) {
        guard count > 0 else { return }
        for (came, _, masked) in ends[..<count] { add(Place(came: came, masked: masked ?? end.masked)) }
        ends.removeFirst(count)
        outCount -= count
    }

    private mutating func add(_ place: Place) {
        if settled.count > 1, place.came - settled[settled.count - 2].came < Self.step { settled.removeLast() }
        settled.append(place)
        end = place
    }

    /// The text before `place` of the masked text is given away.
    mutating func claim(upTo place: Int) {
        let count = settled.prefix { $0.masked <= place }.count
        guard count > 0 else { return }
        claimed = settled[count - 1]
        settled.removeFirst(count)
    }
}
