import Foundation

/// A way to log in with what a platform says of us.
struct PlatformAuth: Codable, Equatable, Sendable {
    /// `oidc`, `jwt`, `kubernetes` or `aws`.
    var method: String
    /// SHA-256 of the token that is accepted. This vault asks no issuer, it knows the one token.
    var tokenDigest: Data?
    /// The access key whose signature is accepted.
    var accessKeyID: String?
    var secretAccessKey: String?
    var sessionToken: String?

    /// Whether `segment` is the part of a path that stands for such a method, such as `oidc-auth`.
    static func isKnown(_ segment: String) -> Bool {
        ["oidc-auth", "jwt-auth", "kubernetes-auth", "aws-auth"].contains(segment)
    }
}

extension Vault {
    /// Logs in by one of the other methods.
    mutating func platformLogin(
        _ request: APIRequest, by method: String, address: String, now: Date
    ) throws(APIError) -> JSON {
        var fields = try Fields(body: request.bodyJSON())
        let id = fields.required("identityId")
        let names = method == "aws" ? ["iamHttpRequestMethod", "iamRequestBody", "iamRequestHeaders"] : ["jwt"]
        let given = names.map { fields.required($0) }
        try fields.check()
        guard let identity = state.identities.first(where: { $0.id == id }),
            let auth = identity.platforms?.first(where: { $0.method == method })
        else {
            let name = ["oidc": "OIDC", "jwt": "JWT", "kubernetes": "Kubernetes", "aws": "AWS"][method] ?? method
            throw .notFound("\(name) auth method not found for identity, did you configure \(name) auth?")
        }
        guard identity.tokenTrustedIPs.contains(where: { $0.contains(address) }) else { throw .addressRefused }
        guard auth.accepts(given, now: now) else {
            throw .unauthorized("Access denied: \(method == "aws" ? "signature" : "token") not accepted")
        }
        return issueToken(for: identity, now: now)
    }
}

extension PlatformAuth {
    fileprivate func accepts(_ given: [String], now: Date) -> Bool {
        if let tokenDigest { return Crypto.isEqual(Crypto.sha256(Data(given[0].utf8)), tokenDigest) }
        guard let accessKeyID, let secretAccessKey, let body = Data(base64Encoded: given[1]),
            let headers = Data(base64Encoded: given[2]).flatMap({ try? JSON(parsing: $0) })?.object
        else { return false }
        let signed = SignedRequest(
            method: given[0], body: body, headers: headers.compactMapValues(\.string), accessKeyID: accessKeyID,
            secretAccessKey: secretAccessKey)
        return signed.isValid(now: now) && signed.headers["x-amz-security-token"] == sessionToken
    }
}

/// A request to STS as AWS checks it: Signature Version 4, by an implementation of its own.
struct SignedRequest {
    let method: String
    let body: Data
    /// Names in lower case.
    let headers: [String: String]
    let accessKeyID: String
    let secretAccessKey: String

    init(method: String, body: Data, headers: [String: String], accessKeyID: String, secretAccessKey: String) {
        self.method = method
        self.body = body
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// Whether it asks STS who the caller is, is signed with the key, and is not older than five minutes.
    func isValid(now: Date) -> Bool {
        guard let authorization = headers["authorization"], let date = headers["x-amz-date"],
            let host = headers["host"], host.hasPrefix("sts."), host.hasSuffix(".amazonaws.com"),
            String(decoding: body, as: UTF8.self).contains("Action=GetCallerIdentity"),
            let match = authorization.firstMatch(
                of: /^AWS4-HMAC-SHA256 Credential=([^\/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
            ),
            match.1 == accessKeyID, Self.isNear(date, now)
        else { return false }
        let scope = String(match.2)
        let names = String(match.3)
        guard names.split(separator: ";").contains("host"), names.contains("x-amz-date"),
            headers["x-amz-security-token"] == nil || names.contains("x-amz-security-token")
        else { return false }
        let lines = names.split(separator: ";").map { "\($0):\(headers[String($0)] ?? "")\n" }.joined()
        let canonical = "\(method)\n/\n\n\(lines)\n\(names)\n\(Crypto.sha256(body).hex)"
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(Crypto.sha256(Data(canonical.utf8)).hex)"
        var key = Data("AWS4\(secretAccessKey)".utf8)
        for part in scope.split(separator: "/") { key = Crypto.hmacSHA256(key: key, Data(part.utf8)) }
        return Crypto.hmacSHA256(key: key, Data(text.utf8)).hex == String(match.4)
    }

    private static func isNear(_ text: String, _ now: Date) -> Bool {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        guard let date = formatter.date(from: text) else { return false }
        return abs(now.timeIntervalSince(date)) < 300
    }
}

extension SeedBuilder {
    /// The other ways to log in that an identity has.
    mutating func platforms(_ value: JSON?, _ place: String) -> [PlatformAuth]? {
        guard value != nil else { return nil }
        let members = reader.object(value, place, keys: ["oidc", "jwt", "kubernetes", "aws"])
        return members.sorted { $0.key < $1.key }.map { method, content in
            guard method == "aws" else {
                let token = reader.string(content, "\(place).\(method)") ?? ""
                return PlatformAuth(method: method, tokenDigest: Crypto.sha256(Data(token.utf8)))
            }
            let keys = reader.object(
                content, "\(place).aws", keys: ["accessKeyId", "secretAccessKey", "sessionToken"])
            var auth = PlatformAuth(method: method)
            auth.accessKeyID = reader.required(keys, "accessKeyId", "\(place).aws")
            auth.secretAccessKey = reader.required(keys, "secretAccessKey", "\(place).aws")
            auth.sessionToken = reader.string(keys["sessionToken"], "\(place).aws.sessionToken")
            return auth
        }
    }
}
