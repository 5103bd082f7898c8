/// Whether the number of hexadecimal digits before a place of a stream is odd, counted from the last byte that spaced
/// digits cannot hold.
///
/// Each byte is looked at once.
struct DigitParity {
    /// What is known: `isOdd` holds at this place of the stream.
    private var known: Int
    private(set) var isOdd: Bool

    init(at place: Int = 0, isOdd: Bool = false) { (known, self.isOdd) = (place, isOdd) }

    /// Goes on to a place of the view that is not before the last one.
    mutating func advance(to end: Int, _ view: TextView) {
        let first = known - view.origin
        var (place, isChanged) = (end, false)
        while place > first {
            let byte = view.byte(place - 1)
            if isHexDigit(byte) {
                isChanged.toggle()
            } else if byte != 0x20, byte != 0x09, !LineBreak.begins(with: byte) {
                isOdd = false
                break
            }
            place -= 1
        }
        isOdd = isOdd != isChanged
        known = max(known, view.origin + end)
    }
}
