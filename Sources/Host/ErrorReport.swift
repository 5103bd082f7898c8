public import Diagnostics

/// A failure as one line of JSON, for `--error-format json`.
public enum ErrorReport {
    /// The line, without its end.
    public static func json(_ failure: Failure, exitCode: Int32) -> String {
        var fields = [
            "\"kind\":\(JSONQuote.text(failure.kind.rawValue))", "\"message\":\(JSONQuote.text(failure.message))",
        ]
        if !failure.reason.isEmpty { fields.append("\"reason\":\(JSONQuote.text(failure.reason))") }
        if !failure.hint.isEmpty { fields.append("\"hint\":\(JSONQuote.text(failure.hint))") }
        if let status = failure.status { fields.append("\"status\":\(status)") }
        if let code = failure.code { fields.append("\"code\":\(code)") }
        if let signal = failure.signal { fields.append("\"signal\":\(signal)") }
        fields.append("\"exitCode\":\(exitCode)")
        return "{\"error\":{\(fields.joined(separator: ","))}}"
    }
}

/// Texts as JSON writes them.
enum JSONQuote {
    static func text(_ text: String) -> String {
        let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default:
                let code = String(scalar.value, radix: 16)
                result +=
                    scalar.value < 0x20 ? "\\u" + String(repeating: "0", count: 4 - code.count) + code : String(scalar)
            }
        }
        return "\"\(escaped)\""
    }
}
