import CCrypto
import Foundation

/// Digests, keyed digests and random bytes from OpenSSL's libcrypto.
enum Crypto {
    /// SHA-256 of `data`, 32 bytes.
    static func sha256(_ data: Data) -> Data {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let bytes = [UInt8](data)
        let done = unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        precondition(done == 1, "SHA-256 is part of every libcrypto")
        return Data(digest.prefix(Int(length)))
    }

    /// HMAC-SHA256 of `data` under `key`, 32 bytes.
    static func hmacSHA256(key: Data, _ data: Data) -> Data {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let keyBytes = [UInt8](key)
        let bytes = [UInt8](data)
        let done = unsafe HMAC(EVP_sha256(), keyBytes, Int32(keyBytes.count), bytes, bytes.count, &digest, &length)
        precondition(unsafe done != nil, "HMAC-SHA256 is part of every libcrypto")
        return Data(digest.prefix(Int(length)))
    }

    /// `count` bytes that nobody can guess.
    static func random(_ count: Int) -> Data {
        var bytes = [UInt8](repeating: 0, count: count)
        let done = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(done == 1, "libcrypto could not seed its random generator")
        return Data(bytes)
    }

    /// Whether two digests are equal, in a time that does not tell where they differ.
    static func isEqual(_ left: Data, _ right: Data) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Data {
    /// Lower-case hexadecimal.
    var hex: String {
        let digits = Array("0123456789abcdef")
        return reduce(into: "") { text, byte in
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
    }

    /// Base64 for URLs, without padding (RFC 4648 section 5).
    var base64URL: String {
        base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// The bytes of unpadded URL base64; nil when it is none.
    init?(base64URL text: some StringProtocol) {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }) else { return nil }
        let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}

/// Identifiers in the server's formats.
enum Identifier {
    /// A random UUID in lower case.
    static func uuid() -> String { UUID().uuidString.lowercased() }

    /// A client secret: 64 lower-case hexadecimal characters.
    static func clientSecret() -> String { Crypto.random(32).hex }

    /// The id that an error body names: `req-` and 14 letters or digits.
    static func request() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return "req-" + String((0..<14).compactMap { _ in letters.randomElement() })
    }
}
