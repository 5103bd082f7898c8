// The rows of docs/masking-forms.md for what single tools write, each as its tool does it; for the oracle.

/// What single tools make of a text.
struct NaiveToolForms {
    private let text: [UInt8]

    init(_ text: [UInt8]) { self.text = text }

    /// The forms, those that equal others too.
    var all: [[UInt8]] { units + traces }

    private static let alphanumeric = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

    private func isLetter(_ byte: UInt8) -> Bool { Self.alphanumeric.contains(byte) }
    private func isPrinted(_ byte: UInt8) -> Bool { (32...126).contains(byte) }
    private func hex(_ prefix: String, _ byte: UInt8, upper: Bool = false) -> [UInt8] {
        bytes(prefix) + hex2(UInt32(byte), 2, upper)
    }
    private func octal(_ byte: UInt8) -> [UInt8] {
        let digits = String(byte, radix: 8)
        return bytes("\\" + String(repeating: "0", count: 3 - digits.count) + digits)
    }

    /// `write` gets each character above ASCII, with its bytes, and each other byte.
    private func characters(_ write: (UInt32, ArraySlice<UInt8>, UInt8?) -> [UInt8]) -> [UInt8] {
        var (result, rest) = ([UInt8](), text[...])
        while let first = rest.first {
            let (value, count) = scalar(rest) ?? (UInt32(first), 1)
            result += write(value, rest.prefix(count), rest.dropFirst(count).first)
            rest = rest.dropFirst(count)
        }
        return result
    }

    /// Names of units.
    private var units: [[UInt8]] {
        var forms = [":-_.\\@", ":-_.\\@[]!*?"].map { valid in
            text.flatMap { byte in
                byte == 47 ? [45] : isLetter(byte) || bytes(valid).contains(byte) ? [byte] : hex("\\x", byte)
            }
        }
        forms.append(
            text.enumerated().flatMap { index, byte -> [UInt8] in
                if byte == 47 { return [45] }
                let stays = isLetter(byte) || byte == 58 || byte == 95 || (byte == 46 && index > 0)
                return stays ? [byte] : hex("\\x", byte)
            })
        return forms
    }

    /// Paths and addresses.
    private var traces: [[UInt8]] {
        let forms = [text.flatMap { $0 < 128 ? [$0] : hex("%", $0) }]
        return forms.filter { $0.count >= 8 }
    }
}
