public import Foundation

/// An unmistakable random value, to be loaded as a secret and then looked for in everything that comes out.
public struct Canary: Sendable {
    /// The value.
    public let value: String

    /// A fresh one, of the shape of a token.
    public init(_ prefix: String = "ghp_") {
        let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        value = prefix + String((0..<36).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }

    /// The forms in which the value could come out.
    public var forms: [String: String] {
        let bytes = Data(value.utf8)
        let hex = bytes.map { String(format: "%02x", $0) }.joined()
        return [
            "verbatim": value, "base64": bytes.base64EncodedString(), "hex": hex, "HEX": hex.uppercased(),
            "reversed": String(value.reversed()),
        ]
    }

    /// The form in which the value, or 12 bytes of it, stands in `data`; nil where there is none.
    public func found(in data: Data) -> String? {
        for (form, text) in forms where data.range(of: Data(text.utf8)) != nil { return form }
        let bytes = Array(value.utf8)
        for start in 0...(bytes.count - 12) where data.range(of: Data(bytes[start..<(start + 12)])) != nil {
            return "12 bytes from \(start)"
        }
        return nil
    }

    /// The same for what a program left.
    public func found(in outcome: Program.Outcome) -> String? { found(in: outcome.output) ?? found(in: outcome.error) }
}
