/// Finds the name that a mistyped one was probably meant to be.
public enum NearNames {
    /// What is compared of a name.
    private static let comparedBytes = 64

    /// The closest of `candidates`, when at most a third of the letters that are compared differ.
    public static func best(for name: String, among candidates: some Sequence<String>) -> String? {
        let scored = candidates.map { (distance(name.lowercased(), $0.lowercased()), $0) }
        let allowed = max(1, min(name.count, comparedBytes) / 3)
        guard let best = scored.min(by: { $0 < $1 }), best.0 <= allowed else { return nil }
        return best.1
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.utf8.prefix(comparedBytes))
        let b = Array(right.utf8.prefix(comparedBytes))
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return previous[b.count]
    }
}
