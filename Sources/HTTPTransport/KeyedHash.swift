import CCurlShims
public import Diagnostics
public import SecretMemory

/// HMAC (RFC 2104) by OpenSSL, from secret memory into secret memory.
///
/// It lives here because this module alone reaches the library that brings OpenSSL along: opened by anyone else, OpenSSL
/// would have allocated before it was given allocators that wipe.
public enum KeyedHash: String, CaseIterable, Sendable {
    case sha1, sha256, sha512

    /// The length of a digest.
    public var byteCount: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    /// The digest of `message` under `key`.
    ///
    /// - Throws: `.io` where OpenSSL is missing or refuses, `.limit` when secret memory is used up.
    public func digest(key: SecretBytes, message: SecretBytes) throws(Failure) -> SecretBytes {
        let digest = try SecretBytes(count: byteCount)
        var text = [CChar](repeating: 0, count: 256)
        let result = unsafe key.withUnsafeBytes { key in
            unsafe message.withUnsafeBytes { message in
                unsafe digest.withUnsafeMutableBytes { digest in
                    unsafe text.withUnsafeMutableBufferPointer { room in
                        unsafe vs_curl_hmac(
                            code, key.baseAddress, key.count, message.baseAddress, message.count, digest.baseAddress,
                            digest.count, room.baseAddress, room.count)
                    }
                }
            }
        }
        guard result != 0 else { return digest }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw Failure(
            .io, "the \(rawValue) of a secret cannot be computed", reason: words,
            hint: "install OpenSSL 3: apt install libssl3 (libssl3t64 from Debian 13 and Ubuntu 24.04 on)")
    }

    private var code: vs_curl_hash {
        switch self {
        case .sha1: VS_CURL_SHA1
        case .sha256: VS_CURL_SHA256
        case .sha512: VS_CURL_SHA512
        }
    }
}
