/// When the lines that a program prints are given to a script: what stands in them has no part in it.
///
/// A line end may stand inside a form of a value, so that a line which could be the first of one is not decided before the
/// next ones are there. Given then, it would answer a guess byte for byte. So a text ends, and all of its lines are given,
/// when no other line has come for a while: a program that prints one text over several lines does not rest between them.
/// The longer the script has waited, the shorter the while.
struct LinePace {
    private static let silence = Duration.milliseconds(200)
    private static let shortSilence = (after: Duration.seconds(1), Duration.milliseconds(20))
    private static let noSilence = Duration.seconds(5)

    /// When the script began to wait for lines that are there, and when the last one came.
    private var lines: (since: ContinuousClock.Instant, last: ContinuousClock.Instant)?

    mutating func lineCame() {
        let now = ContinuousClock.now
        lines = (lines?.since ?? now, now)
    }

    /// The script waits from now on.
    mutating func scriptWaits() { lines?.since = .now }

    /// The program prints so much elsewhere that it may have to wait for its reader.
    mutating func printsElsewhere() { lines?.last = .now }

    /// Nothing was read for some time: that is no silence of the program's.
    mutating func readingGoesOn() {
        guard lines != nil else { return }
        let now = ContinuousClock.now
        lines = (now, now)
    }

    /// The text has ended.
    mutating func textEnded() { lines = nil }

    /// When the text is to end; nil where no lines wait.
    var due: ContinuousClock.Instant? {
        guard let (since, last) = lines else { return nil }
        return min(
            last + Self.silence, max(last + Self.shortSilence.1, since + Self.shortSilence.after),
            max(last, since + Self.noSilence))
    }
}
