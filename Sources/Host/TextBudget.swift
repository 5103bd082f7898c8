import Diagnostics

/// How much text of one sort a run holds, over all of its children: a script can make the host hold no more.
final class TextBudget {
    static let totalBytes = 256 << 20
    private var left = totalBytes

    /// False when there is not that much left.
    func take(_ count: Int) -> Bool {
        guard count <= left else { return false }
        left -= count
        return true
    }

    func give(_ count: Int) { left += count }
}

/// What is handed to the programs of one call as text, for as long as the host holds it.
final class HeldInput {
    private let budget: TextBudget
    private let count: Int

    /// - Throws: `.limit` where the run would hold too much.
    init(_ plans: [SpawnPlan], _ budget: TextBudget) throws(Failure) {
        let count = plans.reduce(0) { $0 + $1.textBytes }
        guard budget.take(count) else {
            throw Failure(
                .limit, "\(plans[0].function): too much text is handed to programs at the same time",
                reason:
                    "the host holds it until they have ended, \(TextBudget.totalBytes >> 20) MiB at most in one run",
                hint: "wait for some of them first, or hand over a file: stdin = { file = path }")
        }
        (self.budget, self.count) = (budget, count)
    }

    deinit { budget.give(count) }
}
