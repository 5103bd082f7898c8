public import Diagnostics
import HTTPTransport
public import SecretMemory

/// A client secret that the vault has made. It is shown once.
public struct MintedClientSecret {
    /// Its id: what revoking takes.
    public let id: String
    /// The client secret itself.
    public let value: SecretBytes
    /// How long it lives; nil without an end.
    public let lifetime: Duration?
}

/// What a vault tells of a client secret; never the secret itself.
public struct ClientSecretFacts: Equatable, Sendable {
    /// Its id.
    public let id: String
    /// When it was made, in seconds since 1970.
    public let madeAt: Int?
    /// How long it lives from then on; nil without an end.
    public let lifetime: Duration?
    /// How many logins it allows; nil without a limit.
    public let usesLimit: Int?
    /// How many there have been.
    public let uses: Int
    /// Whether it has been revoked.
    public let isRevoked: Bool

    /// When it ends, in seconds since 1970; nil where it does not, or where that is not told.
    public var endsAt: Int? {
        guard let madeAt, let lifetime else { return nil }
        return madeAt + Int(lifetime.components.seconds)
    }
}

/// The client secrets of the identity that is logged in.
extension InfisicalSession {
    /// Makes another client secret for the identity; the one that is in use stays valid.
    ///
    /// Sent once. `lifetime` of nil is without an end, `usesLimit` of nil without a limit.
    @discardableResult
    public func makeClientSecret(
        description: String, lifetime: Duration?, usesLimit: Int? = nil,
        completion: @escaping (Result<MintedClientSecret, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.clientSecret("made")
        withClaims(call, completion) { claims in
            self.authorized(call) { (token) throws(Failure) in
                var writer = try JSONWriter()
                try writer.add("description", text: description)
                try writer.add("ttl", number: Int(lifetime?.components.seconds ?? 0))
                try writer.add("numUsesLimit", number: usesLimit ?? 0)
                var request = self.wire.request(
                    "POST", InfisicalSession.clientSecretsPath(claims), token: token, body: try writer.finish())
                request.isRepeatable = false
                return request
            } completion: { answer in
                completion(self.minted(answer, operation))
            }
        }
        return call
    }

    /// Revokes a client secret of the identity, with all tokens that it has minted.
    @discardableResult
    public func revokeClientSecret(
        _ id: String, completion: @escaping (Result<Void, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withClaims(call, completion) { claims in
            let path = InfisicalSession.clientSecretsPath(claims) + "/\(PercentEncoding.encode(id))/revoke"
            self.authorized(call) { (token) throws(Failure) in
                self.wire.request("POST", path, token: token, body: try JSONWriter().finish())
            } completion: { answer in
                switch answer {
                case .success: completion(.success(()))
                case .failure(let refusal):
                    completion(.failure(self.wire.failures.make(refusal, during: .clientSecret("revoked"))))
                }
            }
        }
        return call
    }

    /// Reads what the vault tells of all client secrets of the identity; it takes a right that few identities have.
    @discardableResult
    public func listClientSecrets(
        completion: @escaping (Result<[ClientSecretFacts], Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withClaims(call, completion) { claims in
            self.authorized(call) { (token) throws(Failure) in
                self.wire.request("GET", InfisicalSession.clientSecretsPath(claims), token: token)
            } completion: { answer in
                completion(
                    answer.flatMap(Self.facts).mapError { self.wire.failures.make($0, during: .clientSecret("listed")) }
                )
            }
        }
        return call
    }

    /// The id of the client secret that minted the token in use; nil where the token does not say.
    public var clientSecretID: String? { currentToken.flatMap(TokenClaims.init)?.clientSecretID }

    // MARK: - Parts

    private static func clientSecretsPath(_ claims: TokenClaims) -> String {
        "/v1/auth/universal-auth/identities/\(PercentEncoding.encode(claims.identityID))/client-secrets"
    }

    private static func facts(_ json: SecretJSON) -> Result<[ClientSecretFacts], InfisicalRefusal> {
        do throws(JSONError) {
            guard let list = try json.root.member("clientSecretData")?.elements else {
                throw JSONError(kind: .shape, offset: 0)
            }
            var facts: [ClientSecretFacts] = []
            for node in list { facts.append(try fact(node)) }
            return .success(facts)
        } catch { return .failure(.broken(error)) }
    }

    private static func fact(_ node: SecretJSON.Node) throws(JSONError) -> ClientSecretFacts {
        guard let id = try node.member("id")?.publicText(maximumBytes: 100) else {
            throw JSONError(kind: .shape, offset: 0)
        }
        let seconds = try node.member("clientSecretTTL")?.integer ?? 0
        let limit = try node.member("clientSecretNumUsesLimit")?.integer ?? 0
        let made = try node.member("createdAt")?.publicText(maximumBytes: 40)
        return ClientSecretFacts(
            id: id, madeAt: made.flatMap(LeaseTime.milliseconds).map { $0 / 1000 },
            lifetime: seconds > 0 ? .seconds(seconds) : nil, usesLimit: limit > 0 ? limit : nil,
            uses: try node.member("clientSecretNumUses")?.integer ?? 0,
            isRevoked: try node.member("isClientSecretRevoked")?.bool ?? false)
    }

    private func withClaims<T>(
        _ call: ProviderCall, _ completion: @escaping (Result<T, Failure>) -> Void,
        _ body: @escaping (TokenClaims) -> Void
    ) {
        guard let claims = currentToken.flatMap(TokenClaims.init) else {
            let failure = Failure(
                .auth, wire.failures.undone(.clientSecret("changed")),
                reason: "the access token does not say which identity it is of",
                hint: "log in with a client id and a client secret (universal-auth)")
            return call.underway(wire.environment.wait(.zero) { completion(.failure(failure)) })
        }
        body(claims)
    }

    private func minted(
        _ answer: InfisicalWire.Answer, _ operation: InfisicalOperation
    ) -> Result<MintedClientSecret, Failure> {
        switch answer {
        case .failure(let refusal): return .failure(wire.failures.make(refusal, duringWrite: operation))
        case .success(let json):
            let minted: MintedClientSecret
            do throws(JSONError) {
                guard let value = try json.root.member("clientSecret")?.secret(), InfisicalToken.isSendable(value),
                    let data = try json.root.member("clientSecretData"),
                    let id = try data.member("id")?.publicText(maximumBytes: 100), !id.isEmpty
                else { throw JSONError(kind: .shape, offset: 0) }
                let seconds = try data.member("clientSecretTTL")?.integer ?? 0
                minted = MintedClientSecret(id: id, value: value, lifetime: seconds > 0 ? .seconds(seconds) : nil)
            } catch { return .failure(wire.failures.make(.broken(error), duringWrite: operation)) }
            do throws(Failure) {
                try wire.environment.didReceiveCredential(minted.value, "client secret")
            } catch { return .failure(wire.failures.make(.failure(error), duringWrite: operation)) }
            return .success(minted)
        }
    }
}

extension InfisicalFailures {
    /// What is known of refusals to change client secrets.
    func clientSecret(_ answer: InfisicalAnswer) -> Finding? {
        guard answer.status == 403, answer.error == "PermissionDenied" || answer.error == "ForbiddenError" else {
            return nil
        }
        return Finding(
            .denied, "the client secret may not be changed by the identity itself",
            "\(host) does not let it make or revoke client secrets (403)",
            "give its role, on identities, the rights to create and delete tokens (on older servers to create, edit and "
                + "delete identities), or make a new client secret in the vault by hand")
    }
}
