public import Diagnostics
public import HTTPTransport
import SecretMemory

/// Infisical, cloud or self-hosted, of any age that has machine identities.
///
/// Talks to one host only, the one of its base URL. The contract is that of the public API, v4 with v3 as fallback.
public final class InfisicalClient: SecretProvider {
    /// The provider's name.
    public let name = "infisical"
    let wire: InfisicalWire

    /// A client for the instance at `base`; nothing is sent yet.
    ///
    /// Clients may share a transport, and its connections.
    public init(
        base: InfisicalBaseURL, transport: HTTPTransport, environment: ProviderEnvironment,
        retry: RetryPolicy = RetryPolicy()
    ) {
        let sender = RetryingSender(transport: transport, policy: retry, environment: environment)
        wire = InfisicalWire(base: base, sender: sender, environment: environment)
    }

    /// The host that credentials go to.
    public var host: String { wire.base.host }

    /// Logs in.
    ///
    /// No Authorization header is sent; a refusal is never tried again (three lock the identity).
    @discardableResult
    public func login(
        _ credentials: ProviderCredentials, completion: @escaping (Result<any SecretSession, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let wire = wire
        InfisicalLogin(wire: wire).start(credentials, call) { result in
            switch result {
            case .success(let token):
                wire.environment.didLogIn()
                completion(.success(InfisicalSession(wire: wire, credentials: credentials, token: token)))
            case .failure(let refusal):
                let failure = wire.failures.make(refusal, during: credentials.login)
                completion(.failure(wire.environment.explainLogin(failure)))
            }
        }
        return call
    }
}

/// An access token with what is known of its life.
struct InfisicalToken {
    let bytes: SecretBytes
    let lifetime: Duration?

    /// Reads the four fields of a login's or renewal's answer.
    init(_ json: SecretJSON) throws(JSONError) {
        guard let token = try json.root.member("accessToken")?.secret(), InfisicalToken.isSendable(token) else {
            throw JSONError(kind: .shape, offset: 0)
        }
        bytes = token
        // 0 means "no expiry" on old servers.
        let seconds = try json.root.member("expiresIn")?.integer ?? 0
        lifetime = seconds > 0 ? .seconds(seconds) : nil
    }

    init(ready token: SecretBytes) {
        bytes = token
        lifetime = nil
    }

    /// Whether it can stand in a header: not empty, no blanks, line ends or control characters.
    static func isSendable(_ token: SecretBytes) -> Bool {
        token.count > 0 && token.withBytes { bytes in bytes.indices.allSatisfy { (0x21..<0x7F).contains(bytes[$0]) } }
    }
}

/// The login itself, also used when a session has to log in again.
struct InfisicalLogin {
    let wire: InfisicalWire

    func start(
        _ credentials: ProviderCredentials, _ call: ProviderCall,
        completion: @escaping (Result<InfisicalToken, InfisicalRefusal>) -> Void
    ) {
        switch credentials {
        case .platform(let platform): start(platform, call, completion: completion)
        case .token(let token):
            // At a later turn, as every other answer.
            let cancel = wire.environment.wait(.zero) { completion(InfisicalLogin.check(token)) }
            call.underway(cancel)
        case .universalAuth(let clientID, let clientSecret, let organization):
            let body: SecretBytes
            do { body = try InfisicalLogin.body(clientID, clientSecret, organization) } catch {
                let cancel = wire.environment.wait(.zero) { completion(.failure(.failure(error))) }
                return call.underway(cancel)
            }
            let wire = wire
            wire.send(wire.request("POST", "/v1/auth/universal-auth/login", body: body), call) { answer in
                body.wipe()
                completion(InfisicalLogin.token(answer, wire.environment))
            }
        }
    }

    /// The token of an answer; the masker knows it before anybody else.
    static func token(
        _ answer: InfisicalWire.Answer, _ environment: ProviderEnvironment
    ) -> Result<InfisicalToken, InfisicalRefusal> {
        answer.flatMap { json in
            let token: InfisicalToken
            do throws(JSONError) { token = try InfisicalToken(json) } catch { return .failure(.broken(error)) }
            do throws(Failure) {
                try environment.didReceiveCredential(token.bytes, "access token")
            } catch { return .failure(.failure(error)) }
            return .success(token)
        }
    }

    private static func check(_ token: SecretBytes) -> Result<InfisicalToken, InfisicalRefusal> {
        guard InfisicalToken.isSendable(token) else {
            return .failure(
                .failure(
                    Failure(
                        .auth, "the access token cannot be used",
                        reason: "it is empty, or holds blanks, line ends or other characters that no token holds",
                        hint: "check INFISICAL_TOKEN: no quotes, no blanks, no line end")))
        }
        return .success(InfisicalToken(ready: token))
    }

    private static func body(
        _ clientID: String, _ clientSecret: SecretBytes, _ organization: String?
    ) throws(Failure) -> SecretBytes {
        var writer = try JSONWriter(maximumBytes: InfisicalWire.maximumBodyBytes)
        try writer.add("clientId", text: clientID)
        try writer.add("clientSecret", secret: clientSecret)
        if let organization { try writer.add("organizationSlug", text: organization) }
        return try writer.finish()
    }
}
