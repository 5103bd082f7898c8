import Diagnostics
import Testing

@Suite struct `A near name` {
    @Test(arguments: [
        ("blgo", "blog", true), ("bloog", "blog", true), ("bgxy", "blog", false), ("x", "y", true), ("xx", "yy", false),
    ])
    func `differs by a third at most`(name: String, candidate: String, isNear: Bool) {
        #expect(NearNames.best(for: name, among: [candidate]) == (isNear ? candidate : nil))
    }

    /// How near it has to be is not said by what nobody looks at.
    @Test func `is not nearer for what stands behind the letters that are compared`() {
        for count in [63, 64, 65, 192, 1000] {
            #expect(
                NearNames.best(for: String(repeating: "~", count: count), among: [String(repeating: "b", count: 40)])
                    == nil)
        }
    }
}
