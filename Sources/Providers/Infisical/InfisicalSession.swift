public import Diagnostics
import HTTPTransport
import SecretMemory

/// A session with one Infisical instance: its token, and what was learnt about the instance.
public final class InfisicalSession: SecretSession {
    /// The provider's name.
    public let provider = "infisical"
    let wire: InfisicalWire
    private let credentials: ProviderCredentials
    private var token: InfisicalToken?
    /// Counts tokens, so that a call refused with an older one does not log in once more.
    private var generation = 0
    /// A login that was refused after a token was: never repeated, as repeating it locks the identity.
    private var refusedLogin: Failure?
    /// Whether a login is under way.
    public var isLoggingIn: Bool { !waitingForLogin.isEmpty }
    private var waitingForLogin: [(Result<Void, InfisicalRefusal>) -> Void] = []

    /// Set to v3 for good when the instance has no v4.
    var api = InfisicalAPI.v4
    /// Slugs of projects that were looked up.
    var projectIDs: [String: String] = [:]
    /// Whether the instance is too old to be asked for the id of a slug.
    var hasNoLookUp = false
    /// Slugs of projects that are named by id.
    var projectSlugs: [String: String] = [:]
    /// Called when the token has been exchanged or a new login has given another.
    public var didReplaceToken: (() -> Void)?
    /// Calls that wait for a look-up under way, by slug.
    var waitingForProject: [String: [(Result<InfisicalAPI.Project, Failure>) -> Void]] = [:]

    init(wire: InfisicalWire, credentials: ProviderCredentials, token: InfisicalToken) {
        self.wire = wire
        self.credentials = credentials
        self.token = token
    }

    /// The host that was logged in to.
    public var host: String { wire.base.host }
    /// Whether the token was minted by this login.
    public var isMinted: Bool {
        if case .token = credentials { return false }
        return true
    }
    /// The life of the current token when it was issued; nil where nothing is known.
    public var tokenLifetime: Duration? { token?.lifetime }

    // MARK: - Requests with the token

    /// Sends what `makeRequest` gives for the current token.
    ///
    /// A refused token is answered by one new login and one repetition (rule 3.3), where there are credentials to log
    /// in with.
    func authorized(
        _ call: ProviderCall, _ makeRequest: @escaping (SecretBytes) throws(Failure) -> HTTPRequest,
        completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        if let refusedLogin { return later(call) { completion(.failure(.failure(refusedLogin))) } }
        guard let token else { return later(call) { completion(.failure(.failure(self.closed))) } }
        let request: HTTPRequest
        do { request = try makeRequest(token.bytes) } catch {
            return later(call) { completion(.failure(.failure(error))) }
        }
        let used = generation
        wire.send(request, call) { answer in
            guard case .failure(.answer(let refused, _)) = answer, refused.isTokenRefused, self.isMinted,
                !call.hasLoggedInAgain
            else { return completion(answer) }
            call.hasLoggedInAgain = true
            self.logInAgain(insteadOf: used, call) { result in
                guard !call.isCancelled else { return }
                switch result {
                case .success: self.authorized(call, makeRequest, completion: completion)
                case .failure(let refusal): completion(.failure(refusal))
                }
            }
        }
    }

    /// One login for all calls that wait for one.
    private func logInAgain(
        insteadOf used: Int, _ call: ProviderCall, _ completion: @escaping (Result<Void, InfisicalRefusal>) -> Void
    ) {
        if let refusedLogin { return completion(.failure(.failure(refusedLogin))) }
        // After a logout nobody would revoke another token.
        guard token != nil else { return completion(.failure(.failure(closed))) }
        guard used == generation else { return completion(.success(())) }
        waitingForLogin.append(completion)
        guard waitingForLogin.count == 1 else { return }
        // A call of its own: others may wait for it when the first one is cancelled.
        let login = ProviderCall(deadline: call.deadline)
        InfisicalLogin(wire: wire).start(credentials, login) { result in
            let waiting = self.waitingForLogin
            self.waitingForLogin = []
            let report = self.note(result)
            for completion in waiting { completion(report) }
        }
    }

    private func note(_ result: Result<InfisicalToken, InfisicalRefusal>) -> Result<Void, InfisicalRefusal> {
        switch result {
        case .success(let token):
            wire.environment.didLogIn()
            replaceToken(token)
            return .success(())
        case .failure(let refusal):
            let failure = wire.environment.explainLogin(wire.failures.make(refusal, during: credentials.login))
            if case .answer(let answer, _) = refusal, (400..<500).contains(answer.status), answer.status != 429 {
                refusedLogin = failure
            }
            return .failure(.failure(failure))
        }
    }

    private func replaceToken(_ new: InfisicalToken) {
        // After a logout no token comes back to life.
        guard token != nil else { return }
        token = new
        generation += 1
        didReplaceToken?()
    }

    /// Lends the token to what reads its claims.
    var currentToken: SecretBytes? { token?.bytes }

    private func later(_ call: ProviderCall, _ body: @escaping () -> Void) {
        call.underway(wire.environment.wait(.zero, body))
    }

    private var closed: Failure {
        Failure(
            .auth, "the session with \(host) is closed", reason: "it was logged out",
            hint: "log in again: login{ … }")
    }

    // MARK: - The token itself

    /// Exchanges the token for a new one with the same ceiling.
    @discardableResult
    public func renew(completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        sendToken(to: "/v1/auth/token/renew", call) { answer in
            switch InfisicalLogin.token(answer, self.wire.environment) {
            case .success(let token):
                self.replaceToken(token)
                completion(.success(()))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: .renew)))
            }
        }
        return call
    }

    /// Revokes a minted token, and forgets it in any case.
    ///
    /// Requests under way end as the server has it.
    @discardableResult
    public func logout(completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        if waitingForLogin.isEmpty {
            revoke(call, completion)
        } else {
            // The token that a login under way brings has to be revoked as well.
            waitingForLogin.append { _ in self.revoke(call, completion) }
        }
        return call
    }

    private func revoke(_ call: ProviderCall, _ completion: @escaping (Result<Void, Failure>) -> Void) {
        guard isMinted, token != nil else {
            token = nil
            return later(call) { completion(.success(())) }
        }
        sendToken(to: "/v1/auth/token/revoke", call) { answer in
            switch answer {
            case .success: completion(.success(()))
            // Already expired or revoked: what was wanted.
            case .failure(.answer(let refused, _)) where refused.isTokenRefused: completion(.success(()))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: .revoke)))
            }
        }
        token = nil
    }

    /// Both calls take the token in the body, and no Authorization header.
    private func sendToken(
        to path: String, _ call: ProviderCall, completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        guard let token else { return later(call) { completion(.failure(.failure(self.closed))) } }
        do {
            var writer = try JSONWriter()
            try writer.add("accessToken", secret: token.bytes)
            let body = try writer.finish()
            wire.send(wire.request("POST", path, body: body), call) { answer in
                body.wipe()
                completion(answer)
            }
        } catch { later(call) { completion(.failure(.failure(error))) } }
    }
}
