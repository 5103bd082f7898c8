import Diagnostics
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import Providers

@Suite struct `Logins by a platform's word` {
    private func login(
        _ bench: ProviderBench, _ method: PlatformLogin.Method = .oidc, asked: Counter = Counter()
    ) throws -> Result<any SecretSession, Failure> {
        let tokens = try (1...2).map { try SecretBytes(copying: "canary.jwt.\($0)") }
        let login = PlatformLogin(method, identityID: "identity-1") { _, completion in
            asked.count += 1
            completion(.success([("jwt", tokens[asked.count - 1])]))
        }
        return try bench.run { bench.client.login(.platform(login), completion: $0) }
    }

    final class Counter { var count = 0 }

    @Test(arguments: [PlatformLogin.Method.oidc, .jwt, .kubernetes])
    func `the token goes to the method's own address, and to the masker first`(method: PlatformLogin.Method) throws {
        let bench = try ProviderBench([ProviderBench.login])
        let session = try login(bench, method).get()
        #expect(session.isMinted)
        #expect(bench.asked == ["POST /api/v1/auth/\(method.rawValue)-auth/login"])
        #expect(bench.server.requests[0].body == #"{"identityId":"identity-1","jwt":"canary.jwt.1"}"#)
        #expect(bench.server.requests[0].headers["authorization"] == nil)
        #expect(bench.credentials == ["platform token", "access token"])
    }

    @Test func `a refused token is answered by one login with a fresh word of the platform`() throws {
        let expired = ProviderBench.error(403, "TokenError", "Your token has expired.")
        let bench = try ProviderBench([
            ProviderBench.login, expired, ProviderBench.login, expired, ProviderBench.one(),
        ])
        let asked = Counter()
        let session = try login(bench, asked: asked).get()
        #expect(try bench.get(session).failure?.reason == "it has expired (403 TokenError)")
        #expect(bench.server.requests.map(\.method) == ["POST", "GET", "POST", "GET"])
        #expect(asked.count == 2)
        #expect(bench.server.requests[2].body.contains("canary.jwt.2"))
    }

    @Test func `refusals say what to compare`() throws {
        let bench = try ProviderBench([
            ProviderBench.error(401, "UnauthorizedError", "Access denied: OIDC subject not allowed."),
            ProviderBench.error(
                404, "NotFound", "OIDC auth method not found for identity, did you configure OIDC auth?"),
            ProviderBench.error(
                403, "ForbiddenError", "You are not allowed to access this resource from the current IP address"),
            .json(404, #"{"message":"Route POST:/api/v1/auth/oidc-auth/login not found","error":"Not Found"}"#),
        ])
        let texts = try (1...3).map { _ in try login(bench).failure?.text }
        #expect(
            texts == [
                """
                login at \(bench.host) by oidc was refused
                what the platform says of this machine is not accepted (401: Access denied: OIDC subject not allowed.)
                compare it with what the identity's oidc auth allows: issuer, audience, subject, names, accounts
                """,
                """
                login at \(bench.host) by oidc was refused
                the identity has no oidc auth, or there is no such identity (404)
                add the method to the identity, and check INFISICAL_MACHINE_IDENTITY_ID; asked was \(bench.host)
                """,
                """
                login at \(bench.host) by oidc was refused
                this machine's address is not in the trusted IPs of the identity's oidc auth (403)
                add it there; behind a proxy the server may see another address
                """,
            ])
        #expect(bench.server.requests.count == 3)
    }

    @Test func `a GitHub job's token is asked for where the runner says`() throws {
        let bench = try ProviderBench([.json(200, #"{"value":"canary.job.token"}"#)])
        let source = GitHubIdentityToken(
            url: bench.server.url + "/token?api-version=2.0", token: try SecretBytes(copying: "canary-runner"),
            audience: "https://vault.example", transport: bench.transport,
            environment: ProviderEnvironment(loop: bench.loop, sanitize: { $0 }))
        let members = try bench.run { source.ask(ProviderCall(deadline: .seconds(1_000_000)), $0) }.get()
        #expect(members.map(\.name) == ["jwt"])
        #expect(plain(members.first?.value) == "canary.job.token")
        #expect(bench.asked == ["GET /token?api-version=2.0&audience=https%3A%2F%2Fvault.example"])
        #expect(bench.server.requests[0].headers["authorization"] == "Bearer canary-runner")
    }
}

@Suite struct `Logins by AWS` {
    private func ask(_ bench: ProviderBench, _ source: AWSCredentialsSource) throws -> Result<
        [PlatformLogin.Member], Failure
    > {
        let identity = AWSIdentity(
            source, transport: bench.transport, environment: ProviderEnvironment(loop: bench.loop, sanitize: { $0 }))
        return try bench.run { identity.ask(ProviderCall(deadline: .seconds(1_000_000)), $0) }
    }

    @Test func `libcurl signs what STS would be asked, and nothing is sent`() throws {
        let bench = try ProviderBench([ProviderBench.login])
        var source = AWSCredentialsSource()
        source.keys = AWSCredentialsSource.Keys(
            id: "AKIDEXAMPLE", secret: try SecretBytes(copying: "wJalr/XUtn+EMI"), sessionToken: nil)
        source.region = "eu-west-1"
        let members = try ask(bench, source).get()
        #expect(members.map(\.name) == ["iamHttpRequestMethod", "iamRequestBody", "iamRequestHeaders"])
        #expect(plain(members[0].value) == "POST")
        #expect(plain(members[1].value) == "QWN0aW9uPUdldENhbGxlcklkZW50aXR5JlZlcnNpb249MjAxMS0wNi0xNQ==")
        let headers = try #require(plain(members[2].value).flatMap(decoded))
        #expect(headers.contains(#""Host":"sts.eu-west-1.amazonaws.com""#))
        #expect(headers.contains("/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="))
        #expect(!headers.contains("wJalr"))
        #expect(bench.server.requests.isEmpty)
    }

    private func decoded(_ text: String) -> String? {
        try? SecretBytes(copying: text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
            .withBytes { plain(try Base64URL.decode($0)) }
    }

    @Test func `the instance is asked for token, role and keys`() throws {
        let bench = try ProviderBench([
            .text(200, "canary-imds", type: "text/plain"), .text(200, "my-role\n", type: "text/plain"),
            .json(200, #"{"AccessKeyId":"ASIA","SecretAccessKey":"canary-key","Token":"canary-session"}"#),
        ])
        var source = AWSCredentialsSource()
        source.metadataEndpoint = bench.server.url
        let headers = try #require(plain(try ask(bench, source).get()[2].value).flatMap(decoded))
        #expect(headers.contains("Credential=ASIA/"))
        #expect(headers.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"))
        #expect(headers.contains(#""X-Amz-Security-Token":"canary-session""#))
        #expect(
            bench.asked == [
                "PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/",
                "GET /latest/meta-data/iam/security-credentials/my-role",
            ])
        #expect(bench.server.requests[2].headers["x-aws-ec2-metadata-token"] == "canary-imds")
    }

    @Test func `a container is asked at its address, with its token`() throws {
        let bench = try ProviderBench([.json(200, #"{"AccessKeyId":"ASIA","SecretAccessKey":"k","Token":"t"}"#)])
        var source = AWSCredentialsSource()
        source.containerURL = bench.server.url + "/v2/credentials/x"
        source.containerToken = try SecretBytes(copying: "canary-task")
        #expect(try ask(bench, source).get().count == 3)
        #expect(bench.server.requests[0].headers["authorization"] == "canary-task")
    }

    @Test func `without keys anywhere the message says where they belong`() throws {
        let bench = try ProviderBench([ProviderBench.login])
        var source = AWSCredentialsSource()
        source.asksInstance = false
        #expect(
            try ask(bench, source).failure?.text
                == """
                login: there are no AWS credentials
                AWS_EC2_METADATA_DISABLED is set
                set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the instance or the task a role
                """)
    }
}
