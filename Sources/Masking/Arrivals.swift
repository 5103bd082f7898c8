/// From which place of a stream on values count that came while it was open.
///
/// A value that somebody may have chosen counts from the place where the stream was when it came, and not in what was held
/// back then: whether text was held tells that it could be the beginning of a value before.
final class Arrivals {
    /// Values with a number under `count` count from `place` on; in order of both.
    private var steps: [(count: Int, place: Int)] = []

    /// The first `count` values count from `place` on at the latest, and no find to come begins before `start`.
    func note(count: Int, from place: Int, findsFrom start: Int) {
        steps.append((count, place))
        // Of steps that are behind the last one tells all.
        let past = steps.dropFirst().prefix { $0.place <= start }.count
        steps.removeFirst(past)
    }

    /// Whether a form of the value may begin at `place`.
    func covers(_ value: Int, at place: Int) -> Bool {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].count <= value { low = middle + 1 } else { high = middle }
        }
        return low < steps.count && steps[low].place <= place
    }
}
