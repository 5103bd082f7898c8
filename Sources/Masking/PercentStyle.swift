/// How an encoder percent-encodes a text (RFC 3986, section 2.1).
struct PercentStyle {
    /// Bytes other than letters and digits that stay as they are.
    var keeps: ByteSet
    /// The hexadecimal digits are capitals.
    var upper: Bool
    /// A blank becomes `+` (HTML forms).
    var plusForBlank: Bool
    /// Few programs write so.
    var isRare = false
    /// Characters above ASCII stay, but for blanks and controls.
    var keepsCharacters = false
    /// All that is above ASCII stays.
    var keepsHigh = false
    /// `\` becomes `/`.
    var slashForBackslash = false
    /// Tab, LF and CR are left out.
    var leavesOutBreaks = false

    /// What encoders keep: RFC 3986's unreserved; JavaScript's `encodeURIComponent` and `encodeURI`; Python's `quote`;
    /// HTML forms; and the encoders that change only the reserved set.
    private static let keepSets: [StaticString] = [
        "-._~", "-._~!*'()", "-._~!*'();/?:@&=+$,#", "-._~/", "*-._", "-._~\"<>\\^`{|}",
    ]

    /// What WHATWG's URL keeps: in user and password, in a path (newer and older), in a query of http and of other schemes,
    /// in a fragment.
    private static let urlKeepSets: [StaticString] = [
        "!$%&'()*+,-._~", "!$%&'()*+,-./:;=@[\\]_|~", "!$%&'()*+,-./:;=@[\\]^_|~",
        "!$%&()*+,-./:;=?@[\\]^_`{|}~", "!$%&'()*+,-./:;=?@[\\]^_`{|}~", "!#$%&'()*+,-./:;=?@[\\]^_{|}~",
    ]

    /// What Java's URI keeps: in user and password, in a path.
    private static let javaKeepSets: [StaticString] = ["!$&'()*+,-.:;=_~", "!$&'()*+,-./:;=@_~"]

    /// What others keep: the reserved set with brackets (wget, Python's requests); Go's URL in a path, a part of one, user and
    /// password.
    private static let otherKeepSets: [StaticString] = [
        "!#$&'()*+,-./:;=?@[]_~", "$&+,-./:;=@_~", "$&+-.:=@_~", "$&+,-.;=_~",
    ]

    /// What node's `url.parse` keeps, above ASCII and controls too.
    private static let parsedKeepSet = ByteSet.all(but: " \t\n\r\"'<>\\^`{|}")

    static let all: [PercentStyle] = {
        var styles: [PercentStyle] = []
        for keeps in keepSets {
            for upper in [true, false] {
                for plus in [false, true] {
                    styles.append(PercentStyle(keeps: ByteSet(keeps), upper: upper, plusForBlank: plus))
                }
            }
        }
        // PHP's forms.
        styles.append(PercentStyle(keeps: ByteSet("-._"), upper: true, plusForBlank: true, isRare: true))
        for keeps in urlKeepSets + otherKeepSets {
            styles.append(PercentStyle(keeps: ByteSet(keeps), upper: true, plusForBlank: false, isRare: true))
        }
        // A path of http and of other schemes that WHATWG's URL knows.
        for keeps in urlKeepSets[1...2] {
            styles.append(
                PercentStyle(
                    keeps: ByteSet(keeps), upper: true, plusForBlank: false, isRare: true, slashForBackslash: true,
                    leavesOutBreaks: true))
        }
        for slashForBackslash in [false, true] {
            styles.append(
                PercentStyle(
                    keeps: parsedKeepSet, upper: true, plusForBlank: false, isRare: true, keepsHigh: true,
                    slashForBackslash: slashForBackslash))
        }
        for keeps in javaKeepSets {
            styles.append(
                PercentStyle(
                    keeps: ByteSet(keeps), upper: true, plusForBlank: false, isRare: true, keepsCharacters: true))
        }
        // libcurl.
        styles.append(PercentStyle(keeps: .ascii, upper: false, plusForBlank: false, isRare: true))
        return styles
    }()

    /// Whether a text with these bytes can become another one than by the other styles.
    func changes(_ profile: TextProfile) -> Bool {
        guard slashForBackslash || leavesOutBreaks else { return true }
        return slashForBackslash && profile.holds(0x5c)
            || leavesOutBreaks && [0x09, 0x0a, 0x0d].contains { profile.holds($0) }
    }

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            if keepsCharacters, byte >= 0x80, let (scalar, count) = decodeScalar(source, at: index), isShown(scalar) {
                draft.append(source.extracting(index..<index + count))
                index += count
                continue
            }
            index += 1
            if slashForBackslash, byte == 0x5c {
                draft.append(0x2f)
            } else if leavesOutBreaks, byte == 0x09 || byte == 0x0a || byte == 0x0d {
                continue
            } else if isAlphanumeric(byte) || keeps.contains(byte) || (keepsHigh && byte >= 0x80) {
                draft.append(byte)
            } else if byte == 0x20 && plusForBlank {
                draft.append(0x2b)
            } else {
                draft.append(0x25)
                draft.appendHex(UInt32(byte), digits: 2, upper: upper)
            }
        }
    }

    /// Whether a character is neither a blank nor a control one.
    private func isShown(_ scalar: UInt32) -> Bool {
        switch Unicode.Scalar(scalar)?.properties.generalCategory {
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
