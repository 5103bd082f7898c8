/// How a program of the family of C escapes a text inside its quotes; measured on every byte (docs/masking-forms.md).
struct EscapeStyle {
    /// What becomes of a byte that has no letter.
    enum Digits {
        case raw
        /// Three octal digits.
        case octal
        /// As few octal digits as the next byte allows.
        case shortOctal
        /// The same before a digit that is no octal one, too.
        case shortestOctal
        /// `\x1b`
        case hex
        /// `\x1B`
        case upperHex
        /// `\x1b`, three octal digits before a hexadecimal one.
        case hexOrOctal
        /// `\1B`
        case bareHex
        /// A backslash before it.
        case backslash
        /// `\x1B`; a character above ASCII as one: `\xE9`, `\u20AC`, `\U0001F600`.
        case characters
        /// `\x{1b}`
        case braced
        /// The same of a character as one: `\x{20ac}`.
        case bracedPoints
        /// Three octal digits of a character of Latin-1; others stay.
        case latinOctal
        /// `\u{1b}`, of a character as one.
        case bracedCharacters
        /// `\u001B`, two of them where the character needs a surrogate pair.
        case utf16
        /// `?`, which tells nothing of the byte.
        case mark
        /// The same for a character.
        case markOfCharacter

        var isOfCharacters: Bool {
            switch self {
            case .characters, .bracedPoints, .latinOctal, .bracedCharacters, .utf16, .markOfCharacter: true
            default: false
            }
        }
    }

    /// Bytes that get a backslash before them.
    let escaped: ByteSet
    /// The letters of BEL, BS, HT, LF, VT, FF and CR, `-` for none, `=` where the byte stays, and of ESC.
    let letters: StaticString
    let controls: Digits
    let high: Digits
    /// Other bytes that become digits: as controls do, and octal ones where those stay.
    var numbered = ByteSet("")
    /// `/` becomes `-`.
    var hyphenForSlash = false
    /// A dot becomes digits where it comes first.
    var numbersFirstDot = false

    static let all: [EscapeStyle] = [
        // git (`core.quotePath` on and off).
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "abtnvfr-", controls: .octal, high: .octal),
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "abtnvfr-", controls: .octal, high: .raw),
        // `sed -n l`.
        EscapeStyle(escaped: ByteSet("\\"), letters: "abtnvfr-", controls: .octal, high: .octal),
        // strace.
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "--tnvfr-", controls: .shortestOctal, high: .shortestOctal),
        // Perl: Data::Dumper with Useqq; Carp.
        EscapeStyle(escaped: ByteSet("\"\\$@"), letters: "abtn-fre", controls: .shortOctal, high: .shortOctal),
        EscapeStyle(escaped: ByteSet("\"\\$@"), letters: "--------", controls: .braced, high: .braced),
        // PyYAML.
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "abtnvfre", controls: .characters, high: .characters),
        // MySQL; Rust's `{:?}` and `escape_default`; Java's properties.
        EscapeStyle(escaped: ByteSet("\"'\\"), letters: "---n--r-", controls: .raw, high: .raw),
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "--tn--r-", controls: .bracedCharacters, high: .raw),
        EscapeStyle(
            escaped: ByteSet("\"'\\"), letters: "--tn--r-", controls: .bracedCharacters, high: .bracedCharacters),
        EscapeStyle(escaped: ByteSet(":=#!\\"), letters: "--tn-fr-", controls: .utf16, high: .utf16),
        // util-linux where characters are bytes.
        EscapeStyle(escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex),
        // systemd: names of units that commands are given, with patterns or not; `systemd-escape`.
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex,
            numbered: ByteSet(" \"#$%&'()+,;<=>^`{|}~"), hyphenForSlash: true),
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex,
            numbered: ByteSet(" !\"#$%&'()*+,;<=>?[]^`{|}~"), hyphenForSlash: true),
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex,
            numbered: ByteSet(" !\"#$%&'()*+,-;<=>?@[\\]^`{|}~"), hyphenForSlash: true, numbersFirstDot: true),
        // Perl, a text of characters: Data::Dumper with Useqq and without; Carp.
        EscapeStyle(escaped: ByteSet("\"\\$@"), letters: "abtn-fre", controls: .shortOctal, high: .bracedPoints),
        EscapeStyle(escaped: ByteSet("\"\\$@"), letters: "--------", controls: .raw, high: .bracedPoints),
        EscapeStyle(escaped: ByteSet("\"\\$@"), letters: "--------", controls: .braced, high: .bracedPoints),
        // lighttpd, Apache, redis-cli, `curl --libcurl`, nginx.
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "abtnvfr-", controls: .upperHex, high: .upperHex),
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "-btnv-r-", controls: .hex, high: .hex),
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "abtn--r-", controls: .hex, high: .hex),
        EscapeStyle(escaped: ByteSet("\"?\\"), letters: "--tn==r-", controls: .hexOrOctal, high: .hexOrOctal),
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .upperHex, high: .upperHex,
            numbered: ByteSet("\"\\")),
        // The kernel's tables of mounts; `findmnt -r`; `findmnt -P`.
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .raw, high: .raw, numbered: ByteSet(" \t\n\\#")),
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex, numbered: ByteSet(" \\")),
        EscapeStyle(
            escaped: ByteSet(""), letters: "--------", controls: .hex, high: .hex, numbered: ByteSet("\"\\$`")),
        // Python's `re.escape`; Perl's `quotemeta` of characters and of bytes.
        EscapeStyle(
            escaped: ByteSet(" \t\n\r\u{b}\u{c}#$&()*+-.?[\\]^{|}~"), letters: "--------", controls: .raw, high: .raw),
        EscapeStyle(
            escaped: ByteSet(" !\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"), letters: "--------", controls: .backslash,
            high: .raw),
        EscapeStyle(
            escaped: ByteSet(" !\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"), letters: "--------", controls: .backslash,
            high: .backslash),
        // Python's cookies; npm's settings.
        EscapeStyle(
            escaped: ByteSet("\"\\"), letters: "--------", controls: .octal, high: .latinOctal,
            numbered: ByteSet(",;")),
        EscapeStyle(escaped: ByteSet(";#"), letters: "--------", controls: .raw, high: .raw),
        // zsh, `${(qqqq)name}`, in a UTF-8 locale and where characters are bytes.
        EscapeStyle(escaped: ByteSet("!'\\"), letters: "abtnvfr-", controls: .octal, high: .raw),
        EscapeStyle(escaped: ByteSet("!'\\"), letters: "abtnvfr-", controls: .octal, high: .octal),
        // OpenSSL's names in certificates.
        EscapeStyle(escaped: ByteSet("\"\\"), letters: "--------", controls: .bareHex, high: .bareHex),
        // What the C locale cannot show: of ps, Java and Python; names as ls has them on a terminal.
        EscapeStyle(escaped: ByteSet(""), letters: "--------", controls: .raw, high: .mark),
        EscapeStyle(escaped: ByteSet(""), letters: "--------", controls: .raw, high: .markOfCharacter),
        EscapeStyle(escaped: ByteSet(""), letters: "--------", controls: .mark, high: .mark),
        EscapeStyle(escaped: ByteSet(""), letters: "--------", controls: .mark, high: .raw),
    ]

    /// Whether nobody can read back what it makes.
    var isLossy: Bool { controls == .mark || high == .mark || high == .markOfCharacter }

    /// Whether a text with these bytes can become another one.
    func changes(_ profile: TextProfile) -> Bool {
        // Without characters above ASCII programs write so what another style makes.
        guard high != .bracedPoints || profile.hasHigh else { return false }
        let hasControls = profile.low & 0xffff_ffff != 0 || profile.holds(0x7f)
        return hasControls || (profile.hasHigh && high != .raw) || escaped.meets(profile) || numbered.meets(profile)
            || (hyphenForSlash && profile.holds(0x2f)) || treatsFirst(of: profile)
    }

    /// Whether a hyphen or a dot can become something else, which most styles leave alone.
    var changesWords: Bool {
        numbersFirstDot || [0x2d, 0x2e].contains { escaped.contains($0) || numbered.contains($0) }
    }

    /// Whether what becomes of a byte of a text with these hangs on its place.
    func treatsFirst(of profile: TextProfile) -> Bool { numbersFirstDot && profile.first == 0x2e }

    /// Whether what becomes of a byte hangs on the next one.
    var looksAhead: Bool { [.shortOctal, .shortestOctal, .hexOrOctal].contains(controls) }

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte >= 0x80, high.isOfCharacters, let (scalar, count) = decodeScalar(source, at: index) {
                write(scalar, source.extracting(index..<index + count), to: draft)
                index += count
                continue
            }
            let isFirstDot = numbersFirstDot && index == 0 && byte == 0x2e
            index += 1
            let next = index < source.count ? source[index] : 0
            if escaped.contains(byte) {
                draft.append(0x5c)
                draft.append(byte)
            } else if isFirstDot || numbered.contains(byte) {
                write(byte, controls == .raw ? .octal : controls, next: next, to: draft)
            } else if byte >= 0x80 {
                write(byte, high, next: next, to: draft)
            } else if let letter = letter(of: byte) {
                draft.append(0x5c)
                draft.append(letter)
            } else if isControl(byte), !stays(byte) {
                write(byte, controls, next: next, to: draft)
            } else {
                draft.append(byte == 0x2f && hyphenForSlash ? 0x2d : byte)
            }
        }
    }

    private func letter(of byte: UInt8) -> UInt8? {
        guard let letter = sign(of: byte), letter != 0x2d, letter != 0x3d else { return nil }
        return letter
    }

    private func stays(_ byte: UInt8) -> Bool { sign(of: byte) == 0x3d }

    /// What `letters` has of a byte.
    private func sign(of byte: UInt8) -> UInt8? {
        let place = byte == 0x1b ? 7 : Int(byte) - 7
        guard place >= 0, place < 7 || byte == 0x1b else { return nil }
        return unsafe letters.utf8Start[place]
    }

    private func write(_ byte: UInt8, _ digits: Digits, next: UInt8, to draft: Draft) {
        switch digits {
        case .raw, .latinOctal: draft.append(byte)
        case .octal: draft.appendOctal(byte)
        case .shortOctal, .shortestOctal:
            let digits: ClosedRange<UInt8> = digits == .shortOctal ? 0x30...0x39 : 0x30...0x37
            guard byte < 0o100, !digits.contains(next) else { return draft.appendOctal(byte) }
            draft.append(0x5c)
            if byte >= 0o10 { draft.append(0x30 + byte >> 3) }
            draft.append(0x30 + byte & 7)
        case .hex:
            draft.append("\\x")
            draft.appendHex(UInt32(byte), digits: 2, upper: false)
        case .hexOrOctal: write(byte, isHexDigit(next) ? .octal : .hex, next: next, to: draft)
        case .bareHex:
            draft.append(0x5c)
            draft.appendHex(UInt32(byte), digits: 2, upper: true)
        case .backslash:
            draft.append(0x5c)
            draft.append(byte)
        case .braced, .bracedPoints:
            draft.append("\\x{")
            draft.appendHex(UInt32(byte), digits: byte < 0x10 ? 1 : 2, upper: false)
            draft.append(0x7d)
        case .characters where byte == 0: draft.append("\\0")
        case .characters, .upperHex:
            draft.append("\\x")
            draft.appendHex(UInt32(byte), digits: 2, upper: true)
        case .bracedCharacters, .utf16: write(UInt32(byte), digits, to: draft)
        case .mark, .markOfCharacter: draft.append(0x3f)
        }
    }

    /// A character above ASCII, whose bytes are `bytes`, in those styles that have it as one.
    private func write(_ scalar: UInt32, _ bytes: Span<UInt8>, to draft: Draft) {
        guard high == .latinOctal else { return write(scalar, high, to: draft) }
        guard scalar <= 0xff else { return draft.append(bytes) }
        draft.appendOctal(UInt8(scalar))
    }

    private func write(_ scalar: UInt32, _ digits: Digits, to draft: Draft) {
        switch scalar {
        case _ where digits == .markOfCharacter: draft.append(0x3f)
        case _ where digits == .utf16: draft.appendUTF16Escape(scalar, upper: true)
        case _ where digits == .bracedCharacters || digits == .bracedPoints:
            draft.append(digits == .bracedPoints ? "\\x{" : "\\u{")
            draft.appendHex(
                scalar, digits: max(1, (UInt32.bitWidth - scalar.leadingZeroBitCount + 3) / 4), upper: false)
            draft.append(0x7d)
        case 0x85: draft.append("\\N")
        case 0xa0: draft.append("\\_")
        case 0x2028: draft.append("\\L")
        case 0x2029: draft.append("\\P")
        default:
            draft.append(scalar > 0xffff ? "\\U" : scalar > 0xff ? "\\u" : "\\x")
            draft.appendHex(scalar, digits: scalar > 0xffff ? 8 : scalar > 0xff ? 4 : 2, upper: true)
        }
    }
}
