public import Diagnostics
public import HTTPTransport
public import SecretMemory

/// The identity token of a GitHub Actions job: asked for at the address that the runner names, with the runner's token.
public final class GitHubIdentityToken {
    private let url: String
    private let token: SecretBytes
    private let sender: RetryingSender

    /// - Parameters:
    ///   - url: `ACTIONS_ID_TOKEN_REQUEST_URL`; the token goes to its host only.
    ///   - audience: Who the token is for; nil for GitHub's default.
    public init(
        url: String, token: SecretBytes, audience: String?, transport: HTTPTransport,
        environment: ProviderEnvironment
    ) {
        let query = audience.map { (url.contains("?") ? "&" : "?") + "audience=" + PercentEncoding.encode($0) }
        self.url = url + (query ?? "")
        self.token = token
        sender = RetryingSender(transport: transport, policy: RetryPolicy(), environment: environment)
    }

    /// Asks for a token.
    public func ask(
        _ call: ProviderCall, _ completion: @escaping (Result<[PlatformLogin.Member], Failure>) -> Void
    ) {
        var request = HTTPRequest(url: url)
        request.headers.append(.init("Accept", .text("application/json")))
        request.headers.append(.init("Authorization", .secret(prefix: "Bearer ", token)))
        sender.send(request, call) { outcome in completion(Self.read(outcome)) }
    }

    private static func read(_ outcome: RetryingSender.Outcome) -> Result<[PlatformLogin.Member], Failure> {
        let message = "GitHub gave no identity token for this job"
        let hint = "give the job the right to ask for one: permissions: { id-token: write }"
        switch outcome.result {
        case .failure(let error): return .failure(error.failure(message, attempts: outcome.attempts))
        case .success(let response):
            guard (200..<300).contains(response.status) else {
                return .failure(
                    Failure(
                        .auth, message, reason: "its answer was \(response.status)", hint: hint,
                        status: response.status))
            }
            do throws(JSONError) {
                if let token = try SecretJSON(response.body).root.member("value")?.secret(), token.count > 0 {
                    return .success([("jwt", token)])
                }
            } catch {
                if error.kind == .memory { return .failure(SecretBytes.noRoom) }
            }
            return .failure(Failure(.auth, message, reason: "its answer holds no token", hint: hint))
        }
    }
}
