public import Diagnostics
public import SecretMemory

/// Exchanges the client secret of an identity, so that at each moment the one that is stored is valid.
///
/// 1. Another client secret is made; both are valid.
/// 2. It is logged in with: proof that it works.
/// 3. The caller stores it (`store`), atomically.
/// 4. The former one is revoked, by the new login: a token dies with the client secret that minted it. The caller may put
///    that off, or have it left out (`hold`).
///
/// Where a step before the fourth fails, the new one is revoked again and all is as it was. Where the fourth fails, both
/// are valid and the outcome names the one that is left.
public final class ClientSecretRotation {
    /// How it ended.
    public struct Outcome: Sendable {
        /// The id of the client secret that is stored now.
        public let newID: String
        /// How long it lives; nil without an end.
        public let lifetime: Duration?
        /// The former one, where it has not been revoked, and why it could not be; nil where it was not to be.
        public let leftValid: (id: String, failure: Failure?)?
    }

    /// What the new one is to be like.
    public struct Wish: Sendable {
        /// What people read beside it in the vault.
        public var description: String
        /// How long it lives; nil without an end.
        public var lifetime: Duration?
        /// How many logins it allows; nil without a limit.
        public var usesLimit: Int?

        /// Describes it.
        public init(description: String, lifetime: Duration?, usesLimit: Int? = nil) {
            self.description = description
            self.lifetime = lifetime
            self.usesLimit = usesLimit
        }
    }

    private let client: InfisicalClient
    private let session: InfisicalSession
    private let clientID: String
    private let organization: String?
    private let store: (SecretBytes, Duration?) throws(Failure) -> Void
    private let hold: (@escaping (_ revokes: Bool) -> Void) -> Void

    /// - Parameters:
    ///   - session: A login with the client secret that is to be replaced; it ends with it.
    ///   - store: Keeps the new one where the next login looks for it; called once it is proved, with its life.
    ///   - hold: Says when the former one is revoked, or that it is not; called once the new one is stored.
    public init(
        client: InfisicalClient, session: InfisicalSession, clientID: String, organization: String? = nil,
        store: @escaping (SecretBytes, Duration?) throws(Failure) -> Void,
        hold: @escaping (@escaping (_ revokes: Bool) -> Void) -> Void = { $0(true) }
    ) {
        self.client = client
        self.session = session
        self.clientID = clientID
        self.organization = organization
        self.store = store
        self.hold = hold
    }

    /// Does it; `completion` is called once.
    public func start(_ wish: Wish, completion: @escaping (Result<Outcome, Failure>) -> Void) {
        guard let oldID = session.clientSecretID else {
            return completion(
                .failure(
                    Failure(
                        .auth, "the client secret cannot be rotated",
                        reason: "the access token does not say which client secret minted it",
                        hint: "log in with a client id and a client secret (universal-auth)")))
        }
        session.makeClientSecret(
            description: wish.description, lifetime: wish.lifetime, usesLimit: wish.usesLimit
        ) { [self] made in
            switch made {
            case .failure(let failure): completion(.failure(failure))
            case .success(let new): prove(new, insteadOf: oldID, completion)
            }
        }
    }

    private func prove(
        _ new: MintedClientSecret, insteadOf oldID: String, _ completion: @escaping (Result<Outcome, Failure>) -> Void
    ) {
        client.login(
            .universalAuth(clientID: clientID, clientSecret: new.value, organizationSlug: organization)
        ) { [self] login in
            do throws(Failure) {
                let proved = try login.get()
                try store(new.value, new.lifetime)
                hold { [self] revokes in retire(oldID, new, by: proved, revokes, completion) }
            } catch {
                takeBack(new, after: error, completion)
            }
        }
    }

    private func retire(
        _ oldID: String, _ new: MintedClientSecret, by proved: any SecretSession, _ revokes: Bool,
        _ completion: @escaping (Result<Outcome, Failure>) -> Void
    ) {
        func end(_ left: (id: String, failure: Failure?)?) {
            let outcome = Outcome(newID: new.id, lifetime: new.lifetime, leftValid: left)
            proved.logout { _ in completion(.success(outcome)) }
        }
        guard revokes, let session = proved as? InfisicalSession else { return end((oldID, nil)) }
        session.revokeClientSecret(oldID) { revoked in
            if case .failure(let failure) = revoked { end((oldID, failure)) } else { end(nil) }
        }
    }

    private func takeBack(
        _ new: MintedClientSecret, after failure: Failure, _ completion: @escaping (Result<Outcome, Failure>) -> Void
    ) {
        session.revokeClientSecret(new.id) { revoked in
            var told = failure
            let state =
                (try? revoked.get()) == nil
                ? "the new client secret \(new.id) is still valid: revoke it in the vault"
                : "the new client secret has been revoked again, the former one is in use"
            told.reason += told.reason.isEmpty ? state : "; \(state)"
            completion(.failure(told))
        }
    }
}
