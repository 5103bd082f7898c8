public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// As whom the session acts: the claims of its token, and what the server says of the organisation.
    @discardableResult
    public func identity(completion: @escaping (Result<SessionIdentity, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        var found = SessionIdentity()
        authorized(call) { token in
            found = TokenClaims.identity(of: token)
            return self.wire.request("GET", "/v1/identities/details", token: token)
        } completion: { answer in
            switch answer {
            case .success(let json):
                found.organization = Self.organization(json)
                completion(.success(found))
            // An instance from before there was this question; the token's claims are what there is.
            case .failure(.answer(let refused, _)) where refused.isRouteMissing: completion(.success(found))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: .identity)))
            }
        }
        return call
    }

    private static func organization(_ json: SecretJSON) -> String? {
        guard let details = (try? json.root.member("identityDetails")) ?? nil,
            let organization = (try? details.member("organization")) ?? nil
        else { return nil }
        func text(_ key: String) -> String? { (try? organization.member(key))??.publicText(maximumBytes: 256) }
        guard let name = text("name") else { return text("slug") }
        guard let slug = text("slug"), slug != name else { return name }
        return "\(name) (\(slug))"
    }
}
