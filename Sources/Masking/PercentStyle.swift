/// How an encoder percent-encodes a text (RFC 3986, section 2.1).
struct PercentStyle {
    /// Bytes other than letters and digits that stay as they are.
    var keeps: ByteSet
    /// The hexadecimal digits are capitals.
    var upper: Bool
    /// A blank becomes `+` (HTML forms).
    var plusForBlank: Bool
    /// WHATWG's URL.
    var isOfURL = false

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

    static let all: [PercentStyle] = {
        var styles: [PercentStyle] = []
        for keeps in keepSets {
            for upper in [true, false] {
                for plus in [false, true] {
                    styles.append(PercentStyle(keeps: ByteSet(keeps), upper: upper, plusForBlank: plus))
                }
            }
        }
        for keeps in urlKeepSets {
            styles.append(PercentStyle(keeps: ByteSet(keeps), upper: true, plusForBlank: false, isOfURL: true))
        }
        return styles
    }()

    func write(_ source: Span<UInt8>, to draft: Draft) {
        for index in source.indices {
            let byte = source[index]
            if isAlphanumeric(byte) || keeps.contains(byte) {
                draft.append(byte)
            } else if byte == 0x20 && plusForBlank {
                draft.append(0x2b)
            } else {
                draft.append(0x25)
                draft.appendHex(UInt32(byte), digits: 2, upper: upper)
            }
        }
    }
}
