import Diagnostics
import SecretMemory

/// JSON strings, both ways, byte by byte: nothing here makes a Swift text of them.
enum JSONText {
    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// Hands on the bytes that the scanned string from `start` to `end` stands for.
    ///
    /// `emit` says whether to go on.
    static func decode(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ emit: (UInt8) -> Bool
    ) throws(JSONError) {
        var index = start
        while index < end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                guard emit(bytes[index]) else { return }
                index += 1
                continue
            }
            let scalar = try escaped(bytes, &index, end)
            for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() {
                guard emit(byte) else { return }
            }
        }
    }

    private static func escaped(
        _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int
    ) throws(JSONError) -> Unicode.Scalar {
        let mark = bytes[index + 1]
        index += 2
        switch mark {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try hexEscaped(bytes, &index, end)
        default: return Unicode.Scalar(mark)
        }
    }

    private static func hexEscaped(
        _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int
    ) throws(JSONError) -> Unicode.Scalar {
        let first = fourDigits(bytes, index)
        index += 4
        if let scalar = Unicode.Scalar(first) { return scalar }
        // Not a scalar, so a surrogate: only a high one with a low one right behind it means a character.
        let isPair =
            first < 0xDC00 && index + 6 <= end && bytes[index] == UInt8(ascii: "\\")
            && bytes[index + 1] == UInt8(ascii: "u")
        let second = isPair ? fourDigits(bytes, index + 2) : 0
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(kind: .surrogate, offset: index - 6) }
        index += 6
        return scalar
    }

    private static func fourDigits(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | (hexValue(bytes[index + $1]) ?? 0) }
    }

    /// Appends `bytes` as a JSON string with its quotes.
    ///
    /// They must be UTF-8.
    static func append(_ bytes: Span<UInt8>, to buffer: SecretBuffer) throws(Failure) {
        let digits = Array("0123456789abcdef".utf8)
        try buffer.append(UInt8(ascii: "\""))
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                try buffer.append(UInt8(ascii: "\\"))
                try buffer.append(bytes[index])
            case 0..<0x20:
                try buffer.append("\\u00")
                try buffer.append(digits[Int(bytes[index] >> 4)])
                try buffer.append(digits[Int(bytes[index] & 15)])
            default: try buffer.append(bytes[index])
            }
        }
        try buffer.append(UInt8(ascii: "\""))
    }
}
