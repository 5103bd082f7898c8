import FuzzSupport

/// Makes JSON texts, nearly all of them valid, out of choices.
enum JSONGrammar {
    static func text(_ choices: inout Choices) -> [UInt8] {
        var text: [UInt8] = []
        value(&choices, &text, depth: 0)
        return text
    }

    private static func value(_ choices: inout Choices, _ text: inout [UInt8], depth: Int) {
        blanks(&choices, &text)
        switch choices.below(depth < 70 ? 8 : 5) {
        case 0: text += Array(choices.pick(["null", "true", "false", "nul", "TRUE"]).utf8)
        case 1: text += Array(choices.pick(numbers).utf8)
        case 2...4: string(&choices, &text)
        case 5: list(&choices, &text, "[", "]") { value(&$0, &$1, depth: depth + 1) }
        case 6: list(&choices, &text, "{", "}") { member(&$0, &$1, depth + 1) }
        default: chain(&choices, &text, depth)
        }
        blanks(&choices, &text)
    }

    private static let numbers = [
        "0", "-0", "1", "12", "-7", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "00000000000000000001", "1.5", "1e5", "1E+5", "1e-05", "-1.25E2", "1.", ".5", "+1", "01", "-", "1e",
    ]

    private static func list(
        _ choices: inout Choices, _ text: inout [UInt8], _ open: String, _ close: String,
        _ item: (inout Choices, inout [UInt8]) -> Void
    ) {
        text += Array(open.utf8)
        let count = choices.below(5)
        for index in 0..<count {
            if index > 0 { text += Array((choices.oneIn(64) ? ";" : ",").utf8) }
            item(&choices, &text)
        }
        if choices.oneIn(64) { text += Array(",".utf8) }
        text += Array((choices.oneIn(64) ? "" : close).utf8)
    }

    private static func member(_ choices: inout Choices, _ text: inout [UInt8], _ depth: Int) {
        blanks(&choices, &text)
        string(&choices, &text)
        blanks(&choices, &text)
        text += Array((choices.oneIn(64) ? "" : ":").utf8)
        value(&choices, &text, depth: depth)
    }

    /// Arrays in arrays, up to and over the limit of depth.
    private static func chain(_ choices: inout Choices, _ text: inout [UInt8], _ depth: Int) {
        let more = choices.below(70 - depth)
        text += [UInt8](repeating: UInt8(ascii: "["), count: more)
        value(&choices, &text, depth: depth + more)
        text += [UInt8](repeating: UInt8(ascii: "]"), count: more)
    }

    private static func string(_ choices: inout Choices, _ text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for _ in 0..<choices.below(12) { text += piece(&choices) }
        text.append(UInt8(ascii: "\""))
    }

    private static func piece(_ choices: inout Choices) -> [UInt8] {
        switch choices.below(8) {
        case 0...2: Array(choices.pick(["a", "b", "ab", "key", "value", "x y"]).utf8)
        case 3: Array(choices.pick([#"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\q"#]).utf8)
        case 4: Array(choices.pick([#"\u0000"#, #"\u0061"#, #"\u00E9"#, #"\u20ac"#, #"\uFFFF"#, #"\u12"#]).utf8)
        case 5:
            Array(choices.pick([#"\ud83d\ude00"#, #"\ud83d"#, #"\ude00"#, #"\uDBFF\uDFFF"#, #"\ud83d\ud83d"#]).utf8)
        case 6: Array(choices.pick(["é", "€", "😀", "\u{7F}", "\u{80}", "\u{10FFFF}"]).utf8)
        default: choices.bytes(atMost: 4)
        }
    }

    private static func blanks(_ choices: inout Choices, _ text: inout [UInt8]) {
        if choices.oneIn(8) { text += choices.pick([[0x20], [0x09, 0x0A], [0x0D, 0x20], [0x0B]]) }
    }
}
