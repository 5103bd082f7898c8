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

/// The client secrets of the identity that is logged in.
extension InfisicalSession {
    /// Makes another client secret for the identity; the one that is in use stays valid.
    ///
    /// Sent once. `lifetime` of nil is without an end.
    @discardableResult
    public func makeClientSecret(
        description: String, lifetime: Duration?,
        completion: @escaping (Result<MintedClientSecret, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.clientSecret("made")
        withClaims(call, completion) { claims in
            self.authorized(call) { (token) throws(Failure) in
                var writer = try JSONWriter()
                try writer.add("description", text: description)
                try writer.add("ttl", number: Int(lifetime?.components.seconds ?? 0))
                try writer.add("numUsesLimit", number: 0)
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

    /// The id of the client secret that minted the token in use; nil where the token does not say.
    public var clientSecretID: String? { currentToken.flatMap(TokenClaims.init)?.clientSecretID }

    // MARK: - Parts

    private static func clientSecretsPath(_ claims: TokenClaims) -> String {
        "/v1/auth/universal-auth/identities/\(PercentEncoding.encode(claims.identityID))/client-secrets"
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
            do throws(JSONError) {
                guard let value = try json.root.member("clientSecret")?.secret(), InfisicalToken.isSendable(value),
                    let data = try json.root.member("clientSecretData"),
                    let id = try data.member("id")?.publicText(maximumBytes: 100), !id.isEmpty
                else { throw JSONError(kind: .shape, offset: 0) }
                wire.environment.didReceiveCredential(value, "client secret")
                let seconds = try data.member("clientSecretTTL")?.integer ?? 0
                return .success(
                    MintedClientSecret(id: id, value: value, lifetime: seconds > 0 ? .seconds(seconds) : nil))
            } catch { return .failure(wire.failures.make(.broken(error), duringWrite: operation)) }
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
            "\(host) does not let it edit identities (403)",
            "give its organisation role the right to edit identities, or make a new client secret in the vault by hand")
    }
}
