/// Whether so much waits for a reader that whoever prints has to wait, too.
///
/// What has come and is not out yet counts as what waits: of a text that the masker holds back, as of any other, whoever
/// prints waits after the same byte. Else it would tell of a value's beginning.
struct Backlog {
    /// More than this, and they wait until there is a quarter of it.
    var most = 1 << 20
    /// Somebody writes, and what of it is not out yet is not known.
    var isBeingWritten = false
    private var unshown = 0
    private(set) var isStalled = false

    /// `more`, or fewer, bytes have come that are not out yet.
    mutating func add(unshown more: Int) {
        unshown += more
        isBeingWritten = false
    }

    /// Looks at the `count` bytes that wait for the reader. Where there are none nobody waits for him.
    ///
    /// - Returns: Whether `isStalled` is another.
    mutating func judge(_ count: Int) -> Bool {
        guard !isBeingWritten else { return false }
        let stalled = count > 0 && count + unshown > (isStalled ? most / 4 : most)
        defer { isStalled = stalled }
        return stalled != isStalled
    }
}
