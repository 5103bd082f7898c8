/// JSON for tools, written out: keys keep their order.
public enum JSONText {
    /// A value as JSON.
    public indirect enum Value {
        case null
        case boolean(Bool)
        case integer(Int)
        /// A number as it is written in Lua; what JSON has no form for becomes a text.
        case number(String)
        case text(String)
        case list([Value])
        case map([(String, Value)])
    }

    /// One line.
    public static func line(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .number(let text): isNumber(text) ? text : quoted(text)
        case .text(let text): quoted(text)
        case .list(let items): "[" + items.map(line).joined(separator: ",") + "]"
        case .map(let entries): "{" + entries.map { quoted($0.0) + ":" + line($0.1) }.joined(separator: ",") + "}"
        }
    }

    /// Whether a number of Lua is one of JSON too: digits, perhaps a fraction and an exponent.
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.first == "-" { rest.removeFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        guard !whole.isEmpty, whole.count == 1 || whole.first != "0",
            rest.allSatisfy({ "0123456789.eE+-".contains($0) })
        else { return false }
        return Double(text)?.isFinite == true && rest.last != "." && !rest.contains(".e") && !rest.contains(".E")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                let needsEscape = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                result += needsEscape ? escape(scalar.value) : String(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension JSONText.Value {
    /// A value of a script; what is no literal becomes `{ "code": … }`.
    public init(_ value: LiteralValue) {
        switch value {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .number(let text): self = .number(text)
        case .text(let text): self = .text(text)
        case .list(let items): self = .list(items.map { JSONText.Value($0) })
        // An empty table is a list where a recipe has one.
        case .map(let entries):
            self = entries.isEmpty ? .list([]) : .map(entries.map { ($0.key, JSONText.Value($0.value)) })
        case .code(let code): self = .map([("code", .text(code))])
        }
    }
}

extension Finding {
    /// The finding for tools.
    public func json(file: String) -> JSONText.Value {
        .map([
            ("file", .text(file)), ("line", .integer(line)), ("column", .integer(column)),
            ("endLine", .integer(endLine)),
            ("endColumn", .integer(endColumn)), ("severity", .text(severity.rawValue)), ("rule", .text(rule.rawValue)),
            ("message", .text(message)), ("hint", .text(hint)),
        ])
    }
}
