import Foundation

/// Access tokens as JSON Web Tokens, HS256, signed with the instance's own key.
enum TokenCodec {
    private static let header = Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8).base64URL

    /// The compact form of `claims`.
    static func sign(_ claims: JSON, key: Data) -> String {
        let signed = "\(header).\(claims.data.base64URL)"
        return "\(signed).\(Crypto.hmacSHA256(key: key, Data(signed.utf8)).base64URL)"
    }

    /// The claims of a token that this instance signed and that has not expired at `now`.
    ///
    /// - Throws: 403 `TokenError`, with the texts that the server and its token library use.
    static func verify(_ token: String, key: Data, now: Date) throws(APIError) -> JSON {
        guard !token.isEmpty else { throw .tokenError("jwt must be provided") }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .tokenError(malformed) }
        guard let head = json(parts[0]), let claims = json(parts[1]), claims.object != nil else {
            throw .tokenError("invalid token")
        }
        guard head["alg"]?.string == "HS256" else { throw .tokenError(wrongAlgorithm) }
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        guard let signature = Data(base64URL: parts[2]),
            Crypto.isEqual(signature, Crypto.hmacSHA256(key: key, signed))
        else { throw .tokenError("invalid signature") }
        if let expiry = claims["exp"]?.int, now.timeIntervalSince1970 >= Double(expiry) {
            throw .tokenError("Your token has expired. Please re-authenticate.")
        }
        return claims
    }

    private static func json(_ part: Substring) -> JSON? {
        Data(base64URL: part).flatMap { try? JSON(parsing: $0) }
    }

    private static let malformed =
        "The provided access token is malformed. Please use a valid token or generate a new one and try again."
    private static let wrongAlgorithm =
        "The access token is signed with an invalid algorithm. Please provide a valid token and try again."
}

extension Vault {
    /// Makes a token for `identity` and remembers it.
    mutating func issueToken(for identity: Identity, clientSecretID: String? = nil, now: Date) -> JSON {
        dropOldTokens(now: now)
        let token = AccessToken(
            id: Identifier.uuid(), identityID: identity.id, firstIssuedAt: now, clientSecretID: clientSecretID)
        state.tokens[token.id] = token
        return tokenAnswer(token, of: identity, lifetime: min(identity.tokenTTL, identity.tokenMaxTTL), now: now)
    }

    /// The identity behind the bearer of a request; counts one use.
    ///
    /// - Throws: 403 `TokenError` for a bad or expired token, 401 for a revoked or exhausted one, 403 for the address.
    mutating func authenticate(bearer: String, address: String, now: Date) throws(APIError) -> Identity {
        if bearer.hasPrefix("st.") {
            let id = bearer.split(separator: ".").dropFirst().first ?? ""
            throw .notFound("Service token with ID '\(id)' not found")
        }
        let (token, identity) = try holder(of: bearer, now: now)
        guard let token, !token.isRevoked else { throw .unauthorized("Failed to authorize: token has been revoked") }
        if let words = identity.endingWords(of: token) { throw .unauthorized("Failed to authorize: \(words)") }
        guard !isBeyondMaximum(token, of: identity, now: now) else {
            throw .unauthorized("Identity access token exceeded max age, please re-authenticate")
        }
        guard !isExhausted(token, of: identity) else {
            throw .unauthorized("Failed to authorize: token usage limit reached")
        }
        guard identity.tokenTrustedIPs.contains(where: { $0.contains(address) }) else { throw .addressRefused }
        if identity.tokenUses > 0 { state.tokens[token.id]?.uses += 1 }
        return identity
    }

    /// Extends a token: same id, life capped by first issue plus maximum.
    mutating func renew(_ text: String, now: Date) throws(APIError) -> JSON {
        let (token, identity) = try holder(of: text, now: now)
        guard let token, !token.isRevoked else { throw .unauthorized("Cannot renew revoked or unknown access token") }
        if let words = identity.endingWords(of: token) { throw .unauthorized("Cannot renew: \(words)") }
        guard !isExhausted(token, of: identity) else { throw .unauthorized("Cannot renew exhausted access token") }
        guard !isBeyondMaximum(token, of: identity, now: now) else {
            throw .unauthorized(
                settings.hasOldRenewMessage
                    ? "Failed to renew MI access token due to TTL expiration"
                    : "Cannot renew: identity access token has reached its max TTL")
        }
        let left =
            Int(token.firstIssuedAt.timeIntervalSince1970) + identity.tokenMaxTTL
            - Int(now.timeIntervalSince1970)
        return tokenAnswer(token, of: identity, lifetime: min(identity.tokenTTL, left), now: now)
    }

    /// Ends a token.
    ///
    /// Ending it twice is no error.
    mutating func revoke(_ text: String, now: Date) throws(APIError) -> JSON {
        if let token = try holder(of: text, now: now).0 { state.tokens[token.id]?.isRevoked = true }
        return ["message": "Successfully revoked access token"]
    }

    private func holder(of text: String, now: Date) throws(APIError) -> (AccessToken?, Identity) {
        let claims = try TokenCodec.verify(text, key: state.signingKey, now: now)
        guard claims["authTokenType"]?.string == "identityAccessToken" else {
            throw .badRequest("Token is not an identity access token")
        }
        guard let id = claims["identityAccessTokenId"]?.string,
            let identity = state.identities.first(where: { $0.id == claims["identityId"]?.string })
        else { throw .unauthorized("Invalid identity access token claims, please re-authenticate") }
        return (state.tokens[id], identity)
    }

    private func isExhausted(_ token: AccessToken, of identity: Identity) -> Bool {
        identity.tokenUses > 0 && token.uses >= identity.tokenUses
    }

    private func isBeyondMaximum(_ token: AccessToken, of identity: Identity, now: Date) -> Bool {
        now.timeIntervalSince(token.firstIssuedAt) >= Double(identity.tokenMaxTTL)
    }

    private mutating func dropOldTokens(now: Date) {
        let ceilings = Dictionary(state.identities.map { ($0.id, $0.tokenMaxTTL) }, uniquingKeysWith: { $1 })
        state.tokens = state.tokens.filter { _, token in
            now.timeIntervalSince(token.firstIssuedAt) < Double(ceilings[token.identityID] ?? 0)
        }
    }

    private func tokenAnswer(_ token: AccessToken, of identity: Identity, lifetime: Int, now: Date) -> JSON {
        [
            "accessToken": .string(compactToken(token, of: identity, lifetime: lifetime, now: now)),
            "expiresIn": .int(lifetime), "accessTokenMaxTTL": .int(identity.tokenMaxTTL), "tokenType": "Bearer",
        ]
    }

    private func compactToken(_ token: AccessToken, of identity: Identity, lifetime: Int, now: Date) -> String {
        let issued = Int(now.timeIntervalSince1970)
        let organization = JSON.string(state.organization.id)
        var claims: [String: JSON] = [
            "identityId": .string(identity.id), "identityName": .string(identity.name),
            "clientSecretId": .string(token.clientSecretID ?? identity.secret.id),
            "identityAccessTokenId": .string(token.id),
            "jti": .string(token.id), "authTokenType": "identityAccessToken", "authMethod": "universal-auth",
            "orgId": organization, "rootOrgId": organization, "parentOrgId": organization,
            "accessTokenTTL": .int(identity.tokenTTL), "accessTokenMaxTTL": .int(identity.tokenMaxTTL),
            "accessTokenPeriod": 0, "creationEpoch": .int(Int(token.firstIssuedAt.timeIntervalSince1970)),
            "ipRestrictionEnabled": .bool(identity.tokenTrustedIPs != AddressRange.anywhere),
            "identityAuth": [:], "iat": .int(issued),
        ]
        if lifetime > 0 { claims["exp"] = .int(issued + lifetime) }
        if identity.tokenUses > 0 { claims["numUsesLimit"] = .int(identity.tokenUses) }
        return TokenCodec.sign(.object(claims), key: state.signingKey)
    }
}

extension Identity {
    /// Why a token of it counts no longer, in the server's words; nil while it does.
    func endingWords(of token: AccessToken) -> String? {
        if let ending { return ending.words }
        guard let id = token.clientSecretID else { return nil }
        return secrets.first { $0.id == id }?.isRevoked != false ? "client secret has been revoked" : nil
    }
}
