/// A server's own words without what could be a value.
///
/// The masker knows only the values that the run has had; a server that quotes one in an error in its stead is told
/// from a sentence by its look.
enum ServerWords {
    /// What stands for a hidden word.
    static let mark = "[hidden]"

    /// Hides each run of letters, digits and `-_+=~` that is 20 bytes or longer and has a digit, or 32 bytes or longer.
    ///
    /// Ids of the form of a UUID stay: they name projects and requests.
    static func withoutValues(_ text: String) -> String {
        var result = ""
        var run: [Unicode.Scalar] = []
        func flush() {
            result += couldBeValue(run) ? mark : String(String.UnicodeScalarView(run))
            run = []
        }
        for scalar in text.unicodeScalars {
            if isPart(scalar) {
                run.append(scalar)
            } else {
                flush()
                result.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }

    private static func couldBeValue(_ run: [Unicode.Scalar]) -> Bool {
        guard run.count >= 20 else { return false }
        return (run.count >= 32 || run.contains(where: isDigit)) && !isUUID(run)
    }

    private static func isUUID(_ run: [Unicode.Scalar]) -> Bool {
        let parts = run.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(\.properties.isASCIIHexDigit)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", "+", "=", "~": true
        default: false
        }
    }
}
