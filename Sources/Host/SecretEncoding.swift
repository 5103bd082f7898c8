import Diagnostics
import SecretMemory

/// Forms of a value, written byte by byte from secret memory into secret memory.
enum SecretEncoding {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let lowerDigits = Array("0123456789abcdef".utf8)
    private static let upperDigits = Array("0123456789ABCDEF".utf8)

    // MARK: - Base64 (RFC 4648, sections 4 and 5)

    static func base64(
        _ bytes: Span<UInt8>, isURL: Bool, isPadded: Bool, to buffer: SecretBuffer
    ) throws(Failure) {
        let alphabet = isURL ? url : standard
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0) }
            for place in 0..<4 where place <= count {
                try buffer.append(alphabet[Int(group >> UInt32(18 - place * 6)) & 63])
            }
            for _ in count..<3 where isPadded { try buffer.append(UInt8(ascii: "=")) }
        }
    }

    /// Both alphabets, with padding or without, white space anywhere; false where it is nothing of the kind.
    static func decodeBase64(_ bytes: Span<UInt8>, to buffer: SecretBuffer) throws(Failure) -> Bool {
        var group: UInt32 = 0
        var count = 0
        var padding = 0
        for index in bytes.indices where !isBlank(bytes[index]) {
            if bytes[index] == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(bytes[index]) else { return false }
            group = group << 6 | value
            count += 1
            guard count % 4 == 0 else { continue }
            for shift in [16, 8, 0] as [UInt32] { try buffer.append(UInt8(truncatingIfNeeded: group >> shift)) }
            group = 0
        }
        return try finish(group, count % 4, padding, buffer)
    }

    /// The last group: two characters make a byte, three make two; what they do not need must be zero.
    private static func finish(
        _ group: UInt32, _ rest: Int, _ padding: Int, _ buffer: SecretBuffer
    ) throws(Failure) -> Bool {
        switch rest {
        case 0: return padding == 0
        case 2:
            guard padding == 0 || padding == 2, group & 0xF == 0 else { return false }
            try buffer.append(UInt8(truncatingIfNeeded: group >> 4))
        case 3:
            guard padding == 0 || padding == 1, group & 0x3 == 0 else { return false }
            try buffer.append(UInt8(truncatingIfNeeded: group >> 10))
            try buffer.append(UInt8(truncatingIfNeeded: group >> 2))
        default: return false
        }
        return true
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    // MARK: - Other forms

    static func hex(_ bytes: Span<UInt8>, isUpper: Bool = false, to buffer: SecretBuffer) throws(Failure) {
        let digits = isUpper ? upperDigits : lowerDigits
        for index in bytes.indices {
            try buffer.append(digits[Int(bytes[index] >> 4)])
            try buffer.append(digits[Int(bytes[index] & 15)])
        }
    }

    /// All but the unreserved characters of RFC 3986 as `%XX`: right in every part of a URL.
    static func percent(_ bytes: Span<UInt8>, to buffer: SecretBuffer) throws(Failure) {
        for index in bytes.indices {
            if isUnreserved(bytes[index]) {
                try buffer.append(bytes[index])
            } else {
                try buffer.append(UInt8(ascii: "%"))
                try hex(bytes.extracting(index..<(index + 1)), isUpper: true, to: buffer)
            }
        }
    }

    /// What is left without white space around it.
    static func trimmed(_ bytes: Span<UInt8>) -> Range<Int> {
        var range = 0..<bytes.count
        while let first = range.first, isBlank(bytes[first]) { range = (first + 1)..<range.upperBound }
        while let last = range.last, isBlank(bytes[last]) { range = range.lowerBound..<last }
        return range
    }

    /// Blank, tab, line feed, vertical tab, form feed, carriage return: Lua's `%s`.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
