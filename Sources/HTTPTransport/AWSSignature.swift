import CCurlShims
import Diagnostics
public import SecretMemory

/// A request signed for AWS (Signature Version 4), made by libcurl and never sent anywhere.
public struct AWSSignature {
    private static let maximumBytes = 16 * 1024

    /// The header block, line by line, as it would be sent.
    public let headers: SecretBytes

    /// Signs a form that is posted to `https://HOST/`.
    ///
    /// - Parameters:
    ///   - credentials: `ID:SECRET`.
    ///   - sessionToken: Sent and signed as `X-Amz-Security-Token`, where there is one.
    /// - Throws: `.library` where libcurl is missing or older than 7.75, `.other` for anything else.
    public init(
        host: String, region: String, service: String, credentials: SecretBytes, sessionToken: SecretBytes?,
        form: String
    ) throws(HTTPTransportError) {
        let room: SecretBytes
        let key: SecretBytes
        let token: SecretBytes?
        do {
            room = try SecretBytes(count: Self.maximumBytes)
            key = try Self.line("", credentials)
            token = try sessionToken.map { value throws(Failure) in try Self.line("X-Amz-Security-Token: ", value) }
        } catch { throw HTTPTransportError(.memory, host: host, text: "secret memory is used up") }
        defer {
            key.wipe()
            token?.wipe()
        }
        var words = [CChar](repeating: 0, count: 256)
        let count = unsafe Self.sign("http://\(host)/", "aws:amz:\(region):\(service)", key, token, form, room, &words)
        guard count >= 0 else {
            let text = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw HTTPTransportError(.other, host: host, text: "the request could not be signed: \(text)")
        }
        room.truncate(to: count)
        headers = room
    }

    @unsafe private static func sign(
        _ url: String, _ scope: String, _ key: SecretBytes, _ token: SecretBytes?, _ form: String, _ room: SecretBytes,
        _ words: inout [CChar]
    ) -> Int {
        let type = "Content-Type: application/x-www-form-urlencoded; charset=utf-8"
        let wordCount = words.count
        return unsafe url.withCString { url in
            unsafe scope.withCString { scope in
                unsafe type.withCString { type in
                    unsafe form.withCString { form in
                        unsafe key.withUnsafeBytes { key in
                            unsafe withText(token) { token in
                                var request = unsafe vs_curl_aws_request(
                                    url: url, scope: scope,
                                    credentials: key.baseAddress?.assumingMemoryBound(to: CChar.self),
                                    content_type: type, token: token, body: form)
                                return unsafe room.withUnsafeMutableBytes { room in
                                    let block = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
                                    return unsafe Int(
                                        vs_curl_sign_aws(&request, block, room.count, &words, wordCount))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @unsafe private static func withText(
        _ line: SecretBytes?, _ body: (UnsafePointer<CChar>?) -> Int
    ) -> Int {
        guard let line else { return body(nil) }
        return unsafe line.withUnsafeBytes { unsafe body($0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
    }

    /// A text with a secret at its end, and a NUL.
    private static func line(_ prefix: String, _ secret: SecretBytes) throws(Failure) -> SecretBytes {
        let count = prefix.utf8.count + secret.count + 1
        let buffer = try SecretBuffer(reserving: count, maximumCount: count)
        try buffer.append(prefix)
        try buffer.append(secret)
        try buffer.append(0)
        return try buffer.take()
    }
}
