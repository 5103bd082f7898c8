/// Notices a text in which the end of one value is the beginning of another: their masks become one, and whoever knows the one
/// value sees by that how the other begins or ends.
///
/// Programs seldom print values so, but one that a script has asked to. One for a run, off at first.
final class OverlapWatch {
    /// Digits of shorter ones, such as a port and a code, may come so by chance.
    private static let fewestBytes = 10

    /// Called with the names of the two, before what stands behind the first comes out.
    var onFind: ((_ first: String, _ second: String) -> Void)?

    /// Whether two finds, of which the second begins inside of the first and ends past it, are of two values that overlap.
    ///
    /// Not where the second one lies in the first but for a line break behind it, or what base64 fills up. A sign alone may
    /// be one that values are put together by: the slash between an address and a path, the zero byte of UTF-16.
    static func counts(_ first: Find, _ second: Find) -> Bool {
        // Of one value a part may be known; over itself it tells nothing else.
        let isOfPart = (first.isOfPart || second.isOfPart) && first.order != second.order
        guard first.owner != second.owner || isOfPart else { return false }
        guard second.ownEnd > first.end, second.end - first.start >= fewestBytes else { return false }
        return first.end - second.start > 1 || second.beginsAlphanumeric
    }
}
