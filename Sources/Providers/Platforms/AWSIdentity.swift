public import Diagnostics
public import HTTPTransport
public import SecretMemory

/// Where AWS credentials are taken from: the environment, the container, the instance, in that order.
public struct AWSCredentialsSource {
    /// Keys as they are used.
    public struct Keys {
        /// The access key's id; public.
        public var id: String
        /// The secret access key.
        public var secret: SecretBytes
        /// The token of temporary keys.
        public var sessionToken: SecretBytes?

        /// Puts keys together.
        public init(id: String, secret: SecretBytes, sessionToken: SecretBytes?) {
            self.id = id
            self.secret = secret
            self.sessionToken = sessionToken
        }
    }

    /// The keys of the environment.
    public var keys: Keys?
    /// The region whose STS the signature is for.
    public var region = "us-east-1"
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
    public var containerPath: String?
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    public var containerURL: String?
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    public var containerToken: SecretBytes?
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`; nil for the usual address.
    public var metadataEndpoint: String?
    /// Whether the instance is asked where nothing else is there.
    public var asksInstance = true

    /// Nothing but the instance.
    public init() {}
}

/// Who we are at AWS: a request to STS that asks for the caller's identity, signed and handed to the vault, which sends it.
public final class AWSIdentity {
    static let form = "Action=GetCallerIdentity&Version=2011-06-15"

    private let source: AWSCredentialsSource
    private let sender: RetryingSender

    /// Nothing is asked yet.
    public init(_ source: AWSCredentialsSource, transport: HTTPTransport, environment: ProviderEnvironment) {
        self.source = source
        var policy = RetryPolicy()
        // Of a machine that is no instance nothing answers; that should not take long.
        policy.connectTime = .seconds(1)
        policy.maximumRetries = 1
        sender = RetryingSender(transport: transport, policy: policy, environment: environment)
    }

    /// Finds keys and signs with them.
    public func ask(
        _ call: ProviderCall, _ completion: @escaping (Result<[PlatformLogin.Member], Failure>) -> Void
    ) {
        findKeys(call) { keys in
            do throws(Failure) {
                completion(.success(try self.members(try keys.get())))
            } catch { completion(.failure(error)) }
        }
    }

    // MARK: - Signing

    private func members(_ keys: AWSCredentialsSource.Keys) throws(Failure) -> [PlatformLogin.Member] {
        guard source.region.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            throw Failure(
                .usage, "login: the AWS region is not one",
                reason: "AWS_REGION holds other characters than a-z, 0-9, -",
                hint: "set AWS_REGION to a region such as eu-west-1")
        }
        let host = "sts.\(source.region).amazonaws.com"
        let credentials = try SecretBuffer(maximumCount: keys.id.utf8.count + 1 + keys.secret.count)
        try credentials.append(keys.id + ":")
        try credentials.append(keys.secret)
        let signature: AWSSignature
        do throws(HTTPTransportError) {
            signature = try AWSSignature(
                host: host, region: source.region, service: "sts", credentials: try Self.take(credentials, host),
                sessionToken: keys.sessionToken, form: Self.form)
        } catch { throw error.failure("login: AWS could not be asked who we are") }
        return [
            ("iamHttpRequestMethod", try SecretBytes(copying: "POST")),
            ("iamRequestBody", try Base64Text.encode(try SecretBytes(copying: Self.form))),
            ("iamRequestHeaders", try Base64Text.encode(try Self.json(signature.headers))),
        ]
    }

    private static func take(_ buffer: SecretBuffer, _ host: String) throws(HTTPTransportError) -> SecretBytes {
        do { return try buffer.take() } catch { throw HTTPTransportError.outOfMemory(host) }
    }

    /// The headers that count, as an object.
    static func json(_ block: SecretBytes) throws(Failure) -> SecretBytes {
        let wanted: Set<String> = [
            "host", "authorization", "content-type", "content-length", "x-amz-date", "x-amz-security-token",
        ]
        var writer = try JSONWriter(maximumBytes: 64 * 1024)
        for line in HeaderLine.all(block) where wanted.contains(line.name.lowercased()) {
            try writer.add(line.name, secret: try line.value(in: block))
        }
        return try writer.finish()
    }

    // MARK: - Keys

    private func findKeys(
        _ call: ProviderCall, _ completion: @escaping (Result<AWSCredentialsSource.Keys, Failure>) -> Void
    ) {
        if let keys = source.keys { return completion(.success(keys)) }
        if let path = source.containerPath { return askContainer("http://169.254.170.2" + path, call, completion) }
        if let url = source.containerURL { return askContainer(url, call, completion) }
        guard source.asksInstance else { return completion(.failure(nothing("AWS_EC2_METADATA_DISABLED is set"))) }
        askInstance(call, completion)
    }

    private func askContainer(
        _ url: String, _ call: ProviderCall,
        _ completion: @escaping (Result<AWSCredentialsSource.Keys, Failure>) -> Void
    ) {
        // The addresses at which containers find their credentials; elsewhere they go encrypted or not at all.
        let isLocal = ["http://169.254.170.2/", "http://169.254.170.23/"].contains { url.hasPrefix($0) }
        var headers: [HTTPRequest.Header] = []
        if let token = source.containerToken { headers.append(.init("Authorization", .secret(prefix: "", token))) }
        get(url, headers, allowsPlain: isLocal, call) { answer in
            completion(answer.flatMap { self.keys($0) })
        }
    }

    /// IMDSv2: a token first, then the role's name, then its keys.
    private func askInstance(
        _ call: ProviderCall, _ completion: @escaping (Result<AWSCredentialsSource.Keys, Failure>) -> Void
    ) {
        let base = (source.metadataEndpoint ?? "http://169.254.169.254") + "/latest/"
        let life = HTTPRequest.Header("X-aws-ec2-metadata-token-ttl-seconds", .text("300"))
        get(base + "api/token", [life], method: "PUT", allowsPlain: true, call) { answer in
            let token: SecretBytes
            do throws(Failure) { token = try answer.get().body.take() } catch { return completion(.failure(error)) }
            guard token.count > 0 else {
                return completion(.failure(self.nothing("the instance gave an empty token")))
            }
            let header = HTTPRequest.Header("X-aws-ec2-metadata-token", .secret(prefix: "", token))
            let roles = base + "meta-data/iam/security-credentials/"
            self.get(roles, [header], allowsPlain: true, call) { answer in
                guard case .success(let response) = answer, let role = Self.firstLine(response.body) else {
                    return completion(answer.flatMap { _ in .failure(self.nothing("the instance has no role")) })
                }
                self.get(roles + PercentEncoding.encode(role), [header], allowsPlain: true, call) { answer in
                    completion(answer.flatMap { self.keys($0) })
                }
            }
        }
    }

    private func get(
        _ url: String, _ headers: [HTTPRequest.Header], method: String = "GET", allowsPlain: Bool,
        _ call: ProviderCall, _ completion: @escaping (Result<HTTPResponse, Failure>) -> Void
    ) {
        var request = HTTPRequest(method: method, url: url)
        request.headers = headers
        request.allowsPlainHTTP = allowsPlain
        sender.send(request, call) { outcome in
            switch outcome.result {
            case .failure(let error):
                let failure = error.failure("login: AWS credentials could not be fetched")
                completion(.failure(failure.endsRun ? failure : self.nothing(failure.reason)))
            case .success(let response) where response.status == 200: completion(.success(response))
            case .success(let response):
                completion(.failure(self.nothing("what gives them to this machine answers \(response.status)")))
            }
        }
    }

    private func keys(_ response: HTTPResponse) -> Result<AWSCredentialsSource.Keys, Failure> {
        do throws(JSONError) {
            let root = try SecretJSON(response.body).root
            if let id = try root.member("AccessKeyId")?.publicText(maximumBytes: 200),
                let key = try root.member("SecretAccessKey")?.secret()
            {
                let token = try root.member("Token")?.secret()
                return .success(AWSCredentialsSource.Keys(id: id, secret: key, sessionToken: token))
            }
        } catch {
            if error.kind == .memory { return .failure(SecretBytes.noRoom) }
        }
        return .failure(nothing("what gives them to this machine answers with something else"))
    }

    private static func firstLine(_ body: SecretBuffer) -> String? {
        let bytes = body.withBytes { bytes in bytes.indices.prefix(256).map { bytes[$0] } }
        let line = String(decoding: bytes.prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
        return line.isEmpty ? nil : line
    }

    private func nothing(_ reason: String) -> Failure {
        Failure(
            .usage, "login: there are no AWS credentials", reason: reason,
            hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the instance or the task a role")
    }
}

/// One line of a header block in secret memory.
struct HeaderLine {
    let name: String
    private let valueRange: Range<Int>

    /// The lines with a name and a value.
    static func all(_ block: SecretBytes) -> [HeaderLine] {
        block.withBytes { bytes in
            var lines: [HeaderLine] = []
            var start = 0
            for end in bytes.indices where bytes[end] == 10 {
                if let line = HeaderLine(bytes, start..<end) { lines.append(line) }
                start = end + 1
            }
            return lines
        }
    }

    private init?(_ bytes: Span<UInt8>, _ whole: Range<Int>) {
        guard let colon = whole.first(where: { bytes[$0] == UInt8(ascii: ":") }), colon > whole.lowerBound else {
            return nil
        }
        let name = String(decoding: (whole.lowerBound..<colon).map { bytes[$0] }, as: UTF8.self)
        guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.name = name
        var first = colon + 1
        var end = whole.upperBound
        while first < end, bytes[first] <= 0x20 { first += 1 }
        while end > first, bytes[end - 1] <= 0x20 { end -= 1 }
        valueRange = first..<end
    }

    func value(in block: SecretBytes) throws(Failure) -> SecretBytes {
        try block.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes.extracting(valueRange)) }
    }
}

/// Base64 (RFC 4648, section 4), padded.
enum Base64Text {
    static func encode(_ secret: SecretBytes) throws(Failure) -> SecretBytes {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let buffer = try SecretBuffer(maximumCount: max(1, (secret.count + 2) / 3 * 4))
        try secret.withBytes { (bytes) throws(Failure) in
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let count = min(3, bytes.count - start)
                var group: UInt32 = 0
                for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0) }
                for place in 0..<4 {
                    let letter = letters[Int(group >> UInt32(18 - 6 * place)) & 63]
                    try buffer.append(place <= count ? letter : UInt8(ascii: "="))
                }
            }
        }
        return try buffer.take()
    }
}
