import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Masking

/// A text that goes through a masker with these values; the values are named S0, S1 and so on.
struct MaskingCase: Sendable, CustomTestStringConvertible {
    var name: String
    var values: [String]
    var text: String
    var want: String

    init(_ name: String, _ values: [String], _ text: String, _ want: String) {
        (self.name, self.values, self.text, self.want) = (name, values, text, want)
    }

    var testDescription: String { name }

    static let meanings: [MaskingCase] = [
        MaskingCase("a value as it is", ["hunter22"], "pw=hunter22\n", "pw=[secret:S0]\n"),
        MaskingCase("an end without newline", ["hunter22"], "pw=hunter22", "pw=[secret:S0]"),
        MaskingCase("no value", ["hunter22"], "pw=hunter2 \u{0}é", "pw=hunter2 \u{0}é"),
        MaskingCase("aab123 after a", ["aab123"], "xaaab123y", "xa[secret:S0]y"),
        MaskingCase("--token after -", ["--token"], "---token", "-[secret:S0]"),
        MaskingCase("ghp_ghq_7 after ghp_", ["ghp_ghq_7"], "ghp_ghp_ghq_7", "ghp_[secret:S0]"),
        MaskingCase("a value that overlaps itself", ["abcabc"], "abcabcabc", "[secret:S0]"),
        MaskingCase("side by side", ["hunter22"], "hunter22hunter22", "[secret:S0][secret:S0]"),
        MaskingCase("a prefix of another, long", ["hunter", "hunter22"], "hunter22!", "[secret:S1]!"),
        MaskingCase("a prefix of another, short", ["hunter", "hunter22"], "hunter23!", "[secret:S0]23!"),
        MaskingCase("two that overlap", ["abcdef", "efghij"], "_abcdefghij_", "_[secret:S0]_"),
        MaskingCase("one inside another", ["xxabcdyy", "abcd"], "xxabcdyy abcd", "[secret:S0] [secret:S1]"),
        MaskingCase("one inside a near miss", ["xxabcdyy", "abcd"], "xxabcdyz", "xx[secret:S1]yz"),
        MaskingCase("three in a chain", ["abcdef", "efghij", "ijklmn"], "abcdefghijklmn", "[secret:S0]"),
        MaskingCase("the text of a mask", ["[secret:S0]"], "[secret:S0]", "[secret:S0]"),
        MaskingCase("a part of a mask", ["hunter22", "secret:S0"], "hunter22 secret:S0", "[secret:S0] [secret:S1]"),
        MaskingCase(
            "colour codes around", ["hunter22"], "\u{1b}[31mhunter22\u{1b}[0m", "\u{1b}[31m[secret:S0]\u{1b}[0m"),
        MaskingCase("three bytes are none", ["abc"], "abc", "abc"),
        MaskingCase("four bytes", ["abcd"], "abcd YWJjZA==", "[secret:S0] YWJjZA=="),
        MaskingCase("newlines as CRLF", ["one two\nthree\n"], "one two\r\nthree\r\n", "[secret:S0]"),
        MaskingCase("newlines as blanks", ["one two\nthree\n"], "<one two three>", "<[secret:S0]>"),
        MaskingCase("trimmed", ["  hunter22\n"], "pw=hunter22;", "pw=[secret:S0];"),
        MaskingCase("a telling line", ["user: me\n{}\npassword: x\n"], "password: x", "[secret:S0]"),
        MaskingCase("a line that tells nothing", ["{[]}(),;: \nlonger line"], "{[]}(),;:", "{[]}(),;:"),
        MaskingCase("a short line", ["short\nlonger line"], "short", "short"),
        MaskingCase(
            "a PEM header", ["-----BEGIN KEY-----\nQUJDREVGR0g=\n-----END KEY-----\n"],
            "-----BEGIN KEY----- QUJDREVGR0g=x", "-----BEGIN KEY----- [secret:S0]x"),
    ]

    /// The examples of the masking paragraph that are not above: word for word.
    static let examples: [MaskingCase] = [
        MaskingCase("aabx in aaabx", ["aabx"], "aaabx", "a[secret:S0]"),
        MaskingCase("two that overlap, the second longer", ["abcdef", "cdefghij"], "abcdefghij", "[secret:S0]"),
        MaskingCase("a match at the very end, one byte short", ["hunter22"], "pw=hunter2", "pw=hunter2"),
        MaskingCase(
            "colour codes on both sides of a line", ["first line\nthree four"],
            "\u{1b}[1mfirst line\u{1b}[0m\n", "\u{1b}[1m[secret:S0]\u{1b}[0m\n"),
        MaskingCase(
            "words of a value that many have",
            ["{\n  \"enabled\": true,\n  \"kind\": \"service\",\n  \"pass\": \"Tr0ub4dor&3\"\n}"],
            "{ true } service enabled Tr0ub4dor&3", "{ true } service enabled [secret:S0]"),
        MaskingCase(
            "PEM headers between keys",
            ["-----BEGIN RSA PRIVATE KEY-----\nQUJDREVGR0hJ\n-----END RSA PRIVATE KEY-----\n"],
            "-----BEGIN RSA PRIVATE KEY-----\r\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\r\n-----END RSA PRIVATE KEY-----\n"),
    ]

    static let service =
        "{\n  \"type\": \"service_account\",\n  \"key\": \"-----BEGIN KEY-----\\nQUJDREVGR0g1\\n\",\n"
        + "  \"uri\": \"https://example.org/auth\",\n  \"db\": \"https://me:x@example.org\"\n}"

    static let settings: [MaskingCase] = [
        MaskingCase("what YAML sets", ["user: me\npass: Tr0ub4dor&3"], "<Tr0ub4dor&3>", "<[secret:S0]>"),
        MaskingCase("what an environment file sets", ["A=1\nexport PASS='Tr0ub4dor&3'"], "Tr0ub4dor&3", "[secret:S0]"),
        MaskingCase("words that YAML sets", ["restart: unless-stopped\nx"], "unless-stopped", "unless-stopped"),
        MaskingCase("words that JSON sets", [service], "service_account", "service_account"),
        MaskingCase("a line of a key in JSON", [service], "QUJDREVGR0g1", "[secret:S0]"),
        MaskingCase("a public address", [service], "https://example.org/auth", "https://example.org/auth"),
        MaskingCase("an address with a password", [service], "https://me:x@example.org", "[secret:S0]"),
        MaskingCase("a whole line of YAML", ["user: me\nrestart: always"], "restart: always", "[secret:S0]"),
    ]

    static let breaks: [MaskingCase] = [
        MaskingCase("a break after 3 bytes", ["correct horse"], "<Y29\nycmVjdCBob3JzZQ==>", "<Y29\n[secret:S0]>"),
        MaskingCase("a break after 4 bytes", ["correct horse"], "<Y29y\ncmVjdCBob3JzZQ==>", "<[secret:S0]>"),
        MaskingCase(
            "a byte a line", ["hunter22"], "6\n8\n7\n5\n6\ne\n7\n4\n6\n5\n7\n2\n3\n2\n3\n2.", "6\n8\n7\n[secret:S0]."),
        MaskingCase("two breaks", ["hunter22"], "68756e74\n\n65723232", "68756e74\n\n65723232"),
        MaskingCase(
            "33 blanks", ["hunter22"], "68756e74\n" + String(repeating: " ", count: 33) + "65723232",
            "68756e74\n" + String(repeating: " ", count: 33) + "65723232"),
        MaskingCase("a carriage return alone", ["hunter22"], "68756e74\r65723232", "68756e74\r65723232"),
        MaskingCase("a break before the padding", ["correct horse"], "Y29ycmVjdCBob3JzZQ\n==", "[secret:S0]\n=="),
        MaskingCase(
            "od, a byte a line at first", ["hunter22"], "<68\n75\n6e\n74\n65 72 32 32>", "<68\n[secret:S0]>"),
        MaskingCase(
            "od, a digit a line at first", ["hunter22"], "<6\n8\n 7\n5\n6\ne\n7\n4 65 72 32 32>",
            "<6\n8\n 7\n[secret:S0]>"),
        MaskingCase(
            "spaced digits that can be read in two ways", ["vvvvvvvvv", "ggggggggg"],
            "7\n6\n7\n6\n7\n6\n7\n6\n7\n6\n7\n6\n7\n6\n7 67 67.", "7\n6\n7\n6\n[secret:S1]."),
        MaskingCase("a break in the value", ["hunter22"], "hunt\ner22", "hunt\ner22"),
    ]

    static let forms: [MaskingCase] = [
        ("JSON", "a\"b\\c/d\ne", "a\\\"b\\\\c/d\\ne"), ("JSON with \\/", "pass/word1", "pass\\/word1"),
        ("JSON, ASCII", "pässwörd", "p\\u00e4ssw\\u00f6rd"), ("JSON, capitals", "pässwörd", "p\\u00E4ssw\\u00F6rd"),
        ("JSON, a pair", "key-😀-key", "key-\\ud83d\\ude00-key"),
        ("JSON of Go", "a<b>c&d!!", "a\\u003cb\\u003ec\\u0026d!!"),
        ("JSON of .NET", "it's+good", "it\\u0027s\\u002Bgood"), ("shell, single quotes", "it's good", "it'\\''s good"),
        ("shell, printf %q", "a b$c;d!e", "a\\ b\\$c\\;d\\!e"),
        ("shell, double quotes", "a\"b$c`d!", "a\\\"b\\$c\\`d!"),
        ("JSON of Python and jq, DEL", "rub\u{7f}out-p\u{e4}", "rub\\u007fout-p\u{e4}"),
        ("JSON of Python, DEL", "rub\u{7f}out-p\u{e4}", "rub\\u007fout-p\\u00e4"),
        ("shell, what is not shown", "\u{e9}t\u{e9}\u{85}\u{200b}ok", "\u{e9}t\u{e9}\\302\\205\u{200b}ok"),
        ("shell, ANSI", "line1\nit's", "line1\\nit\\'s"), ("shell, octal", "pässword", "p\\303\\244ssword"),
        ("Go", "tab\tbell\u{7}", "tab\\tbell\\a"), ("Go, ASCII", "pässwörd", "p\\u00e4ssw\\u00f6rd"),
        ("repr of Python", "it's a \"\\d\"\u{e9}", "it\\'s a \"\\\\d\"\u{e9}"),
        ("repr of Python, what is not shown", "a\u{200b}b\u{a0}c\u{2028}dd", "a\\u200bb\\xa0c\\u2028dd"),
        ("Go, what is not shown", "\u{e9}a\u{200b}b\u{a0}c\u{2028}d", "\u{e9}a\\u200bb\\u00a0c\\u2028d"),
        ("repr in \"\"", "it's a \\d\u{1}", "it's a \\\\d\\x01"),
        ("ascii of Python", "p\u{e4}ss \u{20ac} \u{1F600}", "p\\xe4ss \\u20ac \\U0001f600"),
        ("repr of bytes", "p\u{e4}ssword", "p\\xc3\\xa4ssword"),
        ("JavaScript", "a\u{1b}\"b\"\u{8}\u{7f}c'd", "a\\x1B\"b\"\\b\\x7Fc\\'d"),
        ("Perl", "one\ntwo\\'s", "one\ntwo\\\\\\'s"),
        ("SQL", "it's good", "it''s good"), ("CSV", "a \"good\" one", "a \"\"good\"\" one"),
        ("percent", "p@ss w/rd", "p%40ss%20w%2Frd"), ("percent, small", "p@ss/wörd", "p%40ss%2fw%c3%b6rd"),
        ("percent, +", "p@ss word", "p%40ss+word"), ("encodeURIComponent", "p@ss(w)rd!", "p%40ss(w)rd!"),
        ("XML", "a<b>&\"c'd", "a&lt;b&gt;&amp;&quot;c&apos;d"), ("XML, numbers", "\"quoted'x", "&#34;quoted&#39;x"),
        ("XML of Python", "a\tb&c'\"d", "a&#09;b&amp;c'&quot;d"),
        ("HTML of PHP", "\"quoted'x", "&quot;quoted&#039;x"),
        ("base64", "correct horse", "Y29ycmVjdCBob3JzZQ=="), ("base64, bare", "correct horse", "Y29ycmVjdCBob3JzZQ"),
        ("base64url", "???>>>???~~~", "Pz8_Pj4-Pz8_fn5-"), ("hex", "hunter22", "68756e7465723232"),
        ("hex, capitals", "hunter2z", "68756E746572327A"), ("hex, blanks", "hunter22", "68 75 6e 74 65 72 32 32"),
        ("hex, colons", "hunter2z", "68:75:6E:74:65:72:32:7A"),
        ("base64 twice", "correct horse", "WTI5eWNtVmpkQ0JvYjNKelpRPT0="),
        ("JSON in JSON", "a\"b\\c/d!", "a\\\\\\\"b\\\\\\\\c/d!"),
        ("JSON in JSON with \\/", "pass/word1", "pass\\\\\\/word1"),
        ("shell, git's trace", "it's good!", "it'\\''s good'\\!'"),
        ("shell, set of dash", "it''s 'good'", "it'\"''\"'s '\"'\"'good'\"'\""),
        ("shell, zsh", "'it''s good'", "\\''it'\\'\\''s good'\\'"),
        ("shell, pattern with a character above ASCII", "kF3\u{e9}9mQwX", "\\k\\F\\3\\\u{e9}\\9\\m\\Q\\w\\X"),
        ("GNU names, an apostrophe behind an escape", "Zq8\t'w7Kd", "Zq8'$'\\t'\\''w7Kd"),
        ("JSON of Go, nothing but a separator", "Q\u{e9}7\u{200b}x\u{2028}Lm9w", "Q\u{e9}7\u{200b}x\\u2028Lm9w"),
        ("strace, a control before 8", "tok\u{1}89Qx7", "tok\\189Qx7"),
        ("canonical XML, an attribute", "x7>Q\tp\"9z", "x7>Q&#x9;p&quot;9z"),
        ("JSON of Gson", "a=b'c&d\u{2028}e", "a\\u003db\\u0027c\\u0026d\\u2028e"),
        ("JSON of Go, separators", "a'b<c\u{2028}d", "a'b\\u003cc\\u2028d"),
        ("JSON of PHP for HTML", "a/b<c\"d'\u{e9}", "a\\/b\\u003Cc\\u0022d\\u0027\\u00e9"),
        ("shell, quotes in quotes", "it's good", "it'\"'\"'s good"),
        ("base64 over lines", "correct horse", "Y29ycm\nVjdCBob\r\n  \t3JzZQ=="),
        ("hex over lines", "hunter22", "68756e7\n465723232"), ("od", "hunter22", "68 75 6e 74\n 65 72 32 32"),
        ("hex with trailing blanks", "hunter22", "68 75 6e 74 \n65 72 32 32"),
        ("colons over lines", "hunter22", "68:75:6e:74:\n    65:72:32:32"),
        ("systemd, a unit", "pq r$\u{e9}A\\b/-@:_.;~+", "pq\\x20r\\x24\\xc3\\xa9A\\b--@:_.\\x3b\\x7e\\x2b"),
        ("systemd, a unit's pattern", "Ab?[1]/d q*!", "Ab?[1]-d\\x20q*!"),
        ("systemd-escape", "pq r$\u{e9}\\b/-@:_.", "pq\\x20r\\x24\\xc3\\xa9\\x5cb-\\x2d\\x40:_."),
        ("systemd-escape, plain", ".Zq8-x.7Kd", "\\x2eZq8\\x2dx.7Kd"),
        ("wget, the reserved set with brackets", "ab[cd%zz|OPq12", "ab[cd%25zz%7COPq12"),
        ("Go's URL, a path", "gU$R5s\"W'tp\\4&sD\u{e9}", "gU$R5s%22W%27tp%5C4&sD%C3%A9"),
        ("Go's URL, a part of a path", "a/b;c,d!e$f&g+h", "a%2Fb%3Bc%2Cd%21e$f&g+h"),
        ("Go's URL, user and password", "a/b:c@d!e$f,g;h", "a%2Fb%3Ac%40d%21e$f,g;h"),
        ("node's url.parse", "gU$R5s\"W'tp\\4&sD\u{e9}", "gU$R5s%22W%27tp/4&sD\u{e9}"),
        ("node's url.parse, blanks", "gr\u{fc}n [a]\u{a0}\u{1}77", "gr\u{fc}n%20[a]\u{a0}\u{1}77"),
        ("PHP's urlencode", "a*b~c d.e-f_g", "a%2Ab%7Ec+d.e-f_g"),
        ("libcurl, a path", "p\u{e9}\"q\\r^s|t`<\u{e9}", "p%c3%a9\"q\\r^s|t`<%c3%a9"),
        (
            "Data::Dumper, Useqq", "a\"$\u{e9}\u{20ac}\u{1F600}\u{1}2\u{1b}\u{7f}",
            "a\\\"\\$\\x{e9}\\x{20ac}\\x{1f600}\\0012\\e\\177"
        ),
        ("Data::Dumper", "p\u{e4}$s\u{20ac}@\t1x", "p\\x{e4}\\$s\\x{20ac}\\@\t1x"),
        ("Carp", "p\u{e4}$s\u{20ac}@\t1x", "p\\x{e4}\\$s\\x{20ac}\\@\\x{9}1x"),
        ("lighttpd", "x\"y\\z\t\u{e9}9q", "x\\\"y\\\\z\\t\\xC3\\xA99q"),
        ("Apache", "x\"y\u{7}\u{b}\u{e9}9q", "x\\\"y\\x07\\v\\xc3\\xa99q"),
        ("redis-cli", "x\"y\u{7}\u{b}\u{e9}9q", "x\\\"y\\a\\x0b\\xc3\\xa99q"),
        ("curl --libcurl", "a?b\"c\\d$e \u{e9}9\u{20ac}Q", "a\\?b\\\"c\\\\d$e \\xc3\\2519\\xe2\\x82\\xacQ"),
        ("curl --libcurl, controls", "Kq\u{7f}z\u{b}\u{c}\u{1b}y", "Kq\\x7fz\u{b}\u{c}\\x1by"),
        ("nginx", "x\"y\\z\t\u{e9}9q", "x\\x22y\\x5Cz\\x09\\xC3\\xA99q"),
        ("URL, a path with \\", "p\\q\tr\"\u{e9}|^`s", "p/qr%22%C3%A9|^%60s"),
        ("mounts", "a b\\x20\"$`c#d\\", "a\\040b\\134x20\"$`c\\043d\\134"),
        ("findmnt -r", "\u{e9}b \"$`c#d\\", "\\xc3\\xa9b\\x20\"$`c#d\\x5c"),
        ("findmnt -P", "\u{e9}b \"$`c#d\\", "\\xc3\\xa9b \\x22\\x24\\x60c#d\\x5c"),
        ("re.escape", "a.b-c!d e/f\u{e9}#", "a\\.b\\-c!d\\ e/f\u{e9}\\#"),
        ("re.escape, plain", "Zq8.x-7_Kd", "Zq8\\.x\\-7_Kd"),
        ("quotemeta", "a.b-c!d \u{e9}\u{20ac}\u{1}", "a\\.b\\-c\\!d\\ \u{e9}\u{20ac}\\\u{1}"),
        ("http.cookies", "\u{e9}\u{20ac}\"\\,; b7", "\\351\u{20ac}\\\"\\\\\\054\\073 b7"),
        ("npm's settings", "a;\"b#\\c\u{e9}7", "a\\;\"b\\#\\c\u{e9}7"),
        ("java.net.URI", "/\u{e9}\u{20ac}\u{85}\u{a0}\u{200b}\" @b", "/\u{e9}\u{20ac}%C2%85%C2%A0\u{200b}%22%20@b"),
        ("java.net.URI, user", "a/\u{e9}\"@b;c,d", "a%2F\u{e9}%22%40b;c,d"),
        ("ps in the C locale", "pq\u{e9}\u{20ac}rstuvw", "pq?????rstuvw"),
        ("Java in the C locale", "pq\u{e9}\u{20ac}\u{1}rstuvw", "pq??\u{1}rstuvw"),
        ("names of ls in the C locale", "pq\u{e9}\u{1}rstuvw", "pq???rstuvw"),
        ("names of ls", "pq\u{e9}\u{1}rstuvw", "pq\u{e9}?rstuvw"),
        ("make -p", "a$b'c$$d", "a$$b'c$$$$d"),
        ("zsh, (qqqq)", "a'b!c\\d\u{1}\u{1b}\t\u{e9}9\"$x", "a\\'b\\!c\\\\d\\001\\033\\t\u{e9}9\"$x"),
        ("zsh, (qqqq), bytes", "a'b!c\u{e9}9x", "a\\'b\\!c\\303\\2519x"),
        ("openssl, subject", "\u{e9}\"x,y\\z\u{1}", "\\C3\\A9\\\"x,y\\\\z\\01"),
    ].map { MaskingCase($0.0, [$0.1], "<\($0.2)>", "<[secret:S0]>") }
}

@Suite struct MaskerTests {
    @Test(
        "a text comes out as documented",
        arguments: MaskingCase.meanings + MaskingCase.examples + MaskingCase.settings + MaskingCase.breaks
            + MaskingCase.forms, Cut.allCases)
    func masks(_ testCase: MaskingCase, cut: Cut) throws {
        let pair = try Pair(testCase.values.map(bytes))
        var random = SeededGenerator(seed: 1)
        let stream = pair.masker.makeStream()
        var got: [UInt8] = []
        for piece in cut.pieces(bytes(testCase.text), &random) { got += stream.masked(piece) }
        got += stream.finished()
        #expect(string(got) == testCase.want)
        #expect(string(pair.oracle.mask(bytes(testCase.text))) == testCase.want)
    }

    @Test("base64 of a value between others is found at every alignment", arguments: 0..<9)
    func findsBase64Inside(before: Int) throws {
        let pair = try Pair([bytes("correct horse battery")])
        let around = [UInt8](repeating: 0x78, count: before) + bytes("correct horse battery") + bytes("staple")
        let output = string(pair.masker.mask(bytes(around.base64)))
        #expect(output.contains("[secret:S0]"))
        // No more than the characters that a neighbour has a part in is left of the value.
        #expect(output.count <= "[secret:S0]".count + (before + 2) / 3 * 4 + 12)
    }

    @Test(
        "wrapped base64 is found wherever the value begins and the lines end", arguments: [16, 61, 64, 76],
        [false, true])
    func findsWrapped(columns: Int, crlf: Bool) throws {
        var random = SeededGenerator(seed: 5)
        let value = random.bytes(90, of: Array(33...126))
        let masker = try Pair([value]).masker
        for before in 0..<columns {
            let text = Array((random.bytes(before, of: Array(33...126)) + value + bytes("more")).base64.utf8)
            let lines = stride(from: 0, to: text.count, by: columns).map { text[$0..<min($0 + columns, text.count)] }
            let output = string(masker.mask(Array(lines.joined(separator: bytes(crlf ? "\r\n" : "\n")))))
            #expect(output.contains("[secret:S0]"))
            // What is left: what came before, at most 3 bytes before a break, what a neighbour has a part in.
            #expect(output.utf8.filter { !"\r\n".utf8.contains($0) }.count <= (before + 2) / 3 * 4 + 11 + 3 + 9)
        }
    }

    @Test("a line is not held for a byte or three that could begin a form")
    func releasesLines() throws {
        let stream = try Pair([bytes("correct horse battery")]).masker.makeStream()
        for line in ["key Y\n", "key Y2\r\n", "key Y29\n"] {
            #expect(string(stream.masked(bytes(line))) == line)
            #expect(stream.heldCount == 0)
        }
        #expect(string(stream.masked(bytes("key Y29y\n"))) == "key ")
        #expect(stream.heldCount == 5)
        #expect(string(stream.masked(bytes("next"))) == "Y29y\nnext")
    }

    @Test("a terminal is shown fewer than four bytes of a match at once, and the rest stays masked")
    func showsTyping() throws {
        let stream = try Pair([bytes("hunter22")]).masker.makeStream(forTerminal: true)
        var output: [String] = []
        for byte in bytes("hunter22!hunt") { output.append(string(stream.masked([byte]))) }
        #expect(output == ["h", "u", "n", "", "", "", "", "[secret:S0]", "!", "h", "u", "n", ""])
        #expect(stream.heldCount == 1)
        #expect(string(stream.finished()) == "t")
        #expect(string(stream.masked(bytes("all of hunter22 at once"))) == "all of [secret:S0] at once")
    }

    @Test("a prompt without newline comes through at once")
    func releasesPrompts() throws {
        let stream = try Pair([bytes("hunter22"), bytes("correct horse battery")]).masker.makeStream()
        #expect(string(stream.masked(bytes("Password: "))) == "Password: ")
        #expect(stream.heldCount == 0)
        #expect(string(stream.masked(bytes("hun"))) == "")
        #expect(stream.heldCount == 3)
        #expect(string(stream.masked(bytes("t "))) == "hunt ")
    }

    @Test("masks are counted by name")
    func counts() throws {
        let stream = try Pair([bytes("hunter22"), bytes("swordfish")]).masker.makeStream()
        _ = stream.masked(bytes("hunter22 swordfish hunter22 "))
        #expect(stream.hits == ["S0": 2, "S1": 1])
    }

    @Test("the first name of a value stays, and adding it again changes nothing")
    func addsOnce() throws {
        var pair = try Pair([bytes("hunter22")])
        let before = pair.masker.needles.count
        try pair.add(bytes("hunter22"), name: "other")
        #expect(pair.masker.needles.count == before)
        #expect(string(pair.masker.mask(bytes("hunter22"))) == "[secret:S0]")
    }

    @Test("a value is masked after its owner has wiped it")
    func keepsItsCopy() throws {
        let masker = try Masker()
        let value = try SecretBytes(copying: "hunter22")
        try masker.add(value, name: "PW")
        value.wipe()
        #expect(string(masker.mask(bytes("a hunter22"))) == "a [secret:PW]")
    }

    @Test("held bytes take part when a value comes in mid-stream")
    func seesLateValues() throws {
        var pair = try Pair([bytes("abcdefgh")])
        let stream = pair.masker.makeStream()
        #expect(string(stream.masked(bytes("xabcdef"))) == "x")
        try pair.add(bytes("cdefxy"), name: "LATE")
        #expect(string(stream.masked(bytes("xy.")) + stream.finished()) == "ab[secret:LATE].")
    }

    @Test("a find that waits for a longer one stays when a value comes in, past breaks that are not held too")
    func keepsWaitingFinds() throws {
        var pair = try Pair([[UInt8](repeating: 0x51, count: 45)])
        let stream = pair.masker.makeStream()
        // The base64 of the value's bytes after another's, two characters a line: it begins one byte before what is held.
        let form = ["F"] + (0..<29).map { $0 % 2 == 0 ? "RU" : "VF" }
        var output = string(stream.masked(bytes(form.joined(separator: "\r\n \t"))))
        try pair.add(bytes("QQQQQQQQ another one"), name: "late")
        output += string(stream.masked([0x2e]) + stream.finished())
        #expect(output == "F\r\n \tRU\r\n \t[secret:S0].")
    }

    @Test(
        "a value that comes in masks what is held of it, once, and nothing where all of it is out",
        arguments: [
            (["\r\n \tRU"], "F\r\n \tRU\r\n \tVF."), (["RU\r\n \tVF"], "F\r\n \tRU\r\n \t[secret:L0]."),
            (["\r\n \tRU", "RU\r\n \tVF"], "F\r\n \tRU\r\n \t[secret:L0]."),
            (["RU\r\n \tVF", "VF..."], "F\r\n \tRU\r\n \t[secret:L0]."),
        ])
    func masksWhatIsHeld(late: [String], want: String) throws {
        let pair = try Pair([[UInt8](repeating: 0x51, count: 45)])
        let stream = pair.masker.makeStream()
        var oracle = NaiveStream(pair.oracle)
        // Line breaks with fewer than four bytes of a form before them are not held back: the last two bytes are.
        var output = stream.masked(bytes("F\r\n \tRU\r\n \tVF"))
        oracle.write(bytes("F\r\n \tRU\r\n \tVF"))
        for (number, value) in late.enumerated() {
            try pair.masker.add(try SecretBytes(copying: value), name: "L\(number)")
            oracle.add(bytes(value), name: "L\(number)")
        }
        output += stream.masked(bytes(".")) + stream.finished()
        oracle.write(bytes("."))
        #expect(string(output) == want)
        #expect(string(oracle.output) == want)
    }

    /// In a process of its own, as other tests need secret memory meanwhile.
    @Test("a stream that has ended takes another text", arguments: 0..<24)
    func takesAnother(text cut: Int) throws {
        let pair = try Pair([bytes("correct horse battery")])
        let spaced = "correct horse battery".utf8.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined(
            separator: " ")
        let stream = pair.masker.makeStream()
        for text in [String(spaced.prefix(cut)), String(spaced.prefix(cut + 1)) + "\n", "a " + spaced, spaced + "\n"] {
            #expect(string(stream.masked(bytes(text)) + stream.finished()) == string(pair.oracle.mask(bytes(text))))
        }
    }

    @Test("too many values for secret memory are a named error")
    func endsAtTheLimit() async {
        await #expect(processExitsWith: .success) {
            let masker = try Masker()
            var random = SeededGenerator(seed: 3)
            let error = #expect(throws: Failure.self) {
                for number in 0..<4000 {
                    let value = random.bytes(400, of: Array(33...126))
                    try masker.add(try SecretBytes(copying: value.span), name: "S\(number)")
                }
            }
            #expect(error?.kind == .limit)
            // What was known before still is.
            var first = SeededGenerator(seed: 3)
            let value = first.bytes(400, of: Array(33...126))
            #expect(string(masker.mask(value + bytes(" clear"))) == "[secret:S0] clear")
        }
    }

    @Test(
        "work stays linear in the text, near misses and periods included",
        arguments: [
            (String(repeating: "a", count: 1024) + "b", "a"), (String(repeating: "ab", count: 512) + "c", "ab"),
            (String(repeating: "a", count: 1024) + "b", String(repeating: "a", count: 1023) + "c"),
            (String(repeating: "abcabcabd", count: 60), "abcabcabdabcabcabx"),
            (String(repeating: "a", count: 1024) + "b", "YWFh"),
            (String(repeating: "a", count: 1024) + "b", "YWF\nhY\n"),
            (String(repeating: "a", count: 1024) + "b", "61 61\n "), (String(repeating: "a", count: 1024) + "b", "6\n"),
        ])
    func isLinear(value: String, unit: String) throws {
        let pair = try Pair([bytes(value), bytes(String(value.dropLast(40)) + "zz"), bytes(String(value.dropFirst(7)))])
        var steps: [Double] = []
        for count in [8192, 32768] {
            let stream = pair.masker.makeStream()
            let text = bytes(String(repeating: unit, count: count / unit.utf8.count + 1))
            for start in stride(from: 0, to: text.count, by: 100) {
                _ = stream.masked(Array(text[start..<min(start + 100, text.count)]))
            }
            steps.append(Double(stream.stepsForTesting) / Double(text.count))
        }
        #expect(steps[1] < 12, "steps for each byte")
        #expect(steps[1] < steps[0] * 1.2)
    }
}

extension [UInt8] {
    /// Standard base64 with padding, by the oracle's rules.
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 { result.append(place <= group.count ? alphabet[number >> (18 - 6 * place) & 63] : 61) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
