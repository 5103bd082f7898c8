/// When the lines that a program prints are given to a script: what stands in them has no part in it.
///
/// A line end may stand inside a form of a value, so that a line which could be the first of one is not decided before the
/// next ones are there. Given then, it would answer a guess byte for byte. So the text ends, and all of its lines are given,
/// when no other line has come for a while, and at the latest when one of them has waited for long.
struct LinePace {
    /// No line comes for so long, and the text ends: a program that prints one text over several lines does not rest so
    /// long between them.
    private static let silence = Duration.milliseconds(200)
    /// No line waits longer.
    private static let age = Duration.seconds(1)
    /// A line with so much behind it is given before the text ends, where nothing in it is open: a program that prints much
    /// would have to wait for its reader. Only who knows as many bytes of a value sees whether it goes on by that.
    static let bytesBehind = 1 << 16
    /// Of a line that is not whole so much waits until it is: the text can end before it. Of a longer one it cannot.
    static let longestOpenLine = 1 << 14

    /// When the first and the last of the lines came that have not been given.
    private var lines: (first: ContinuousClock.Instant, last: ContinuousClock.Instant)?

    mutating func lineCame() {
        let now = ContinuousClock.now
        lines = (lines?.first ?? now, now)
    }

    /// Lines were given before the text ended; those that wait now came later.
    mutating func lineWasGiven() {
        if let last = lines?.last { lines = (last, last) }
    }

    /// The text has ended.
    mutating func textEnded() { lines = nil }

    /// When the text is to end; nil where no lines wait.
    var due: ContinuousClock.Instant? { lines.map { min($0.last + Self.silence, $0.first + Self.age) } }
}
