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
            found = TokenClaims.identity(token)
            return self.wire.request("GET", "/v1/identities/details", token: token)
        } completion: { answer in
            switch answer {
            case .success(let json):
                found.organization = Self.organization(json)
                completion(.success(found))
            // An instance from before there was this question; the token's claims are what there is.
            case .failure(.answer(let refused, _)) where refused.isRouteMissing: completion(.success(found))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: .renew)))
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

/// The claims of an access token, for showing only: nothing is decided by them.
enum TokenClaims {
    private static let maximumBytes = 16 * 1024

    /// What the middle part of a JWT says; nothing where it is no JWT.
    static func identity(_ token: SecretBytes) -> SessionIdentity {
        var identity = SessionIdentity()
        guard let payload = payload(token), let claims = try? SecretJSON(payload) else { return identity }
        func text(_ key: String) -> String? { (try? claims.root.member(key))??.publicText(maximumBytes: 256) }
        func number(_ key: String) -> Int? { (try? claims.root.member(key))??.integer }
        identity.id = text("identityId")
        identity.name = text("identityName")
        identity.method = text("authMethod")
        identity.issuedAt = number("iat")
        identity.expiresAt = number("exp")
        if let first = number("creationEpoch"), let most = number("accessTokenMaxTTL"), most > 0 {
            identity.finalExpiry = first + most
        }
        return identity
    }

    /// The base64url text between the two dots, in secret memory: it is a part of the token.
    private static func payload(_ token: SecretBytes) -> SecretBytes? {
        guard token.count <= maximumBytes, let room = try? SecretBuffer(maximumCount: maximumBytes) else { return nil }
        let isWhole = token.withBytes { bytes in
            let dots = bytes.indices.filter { bytes[$0] == 46 }
            guard dots.count == 2 else { return false }
            var bits: UInt32 = 0
            var held = 0
            for index in (dots[0] + 1)..<dots[1] {
                guard let digit = digit(bytes[index]) else { return false }
                bits = bits << 6 | digit
                held += 6
                guard held >= 8 else { continue }
                held -= 8
                guard (try? room.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))) != nil else { return false }
            }
            return true
        }
        return isWhole ? try? room.take() : nil
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 65...90: UInt32(byte - 65)
        case 97...122: UInt32(byte - 71)
        case 48...57: UInt32(byte + 4)
        case 45: 62
        case 95: 63
        default: nil
        }
    }
}
