import Diagnostics

/// Table 3.3 of the API: why a token is refused, on use, renewal or revocation.
extension InfisicalFailures {
    func token(_ answer: InfisicalAnswer) -> Finding? {
        if answer.status == 403, answer.message.contains("from the current IP address") { return tokenAddress }
        if answer.status == 403, answer.error == "TokenError" { return badToken(answer) }
        if answer.status == 401 { return endedToken(answer) }
        return nil
    }

    private var tokenAddress: Finding {
        refused(
            .tokenAddress,
            "this machine's address is not in the access token's trusted IPs (403), a list of its own beside the "
                + "client secret's",
            "add it to \"Access Token Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may see "
                + "another address", kind: .denied)
    }

    private func refused(
        _ cause: InfisicalCause, _ reason: String, _ hint: String, kind: Failure.Kind = .auth
    ) -> Finding {
        Finding(cause, kind, "the access token was refused by \(host)", reason: reason, hint: hint)
    }

    private var logInAgain: String { "log in again, or give a client id and secret instead of a token" }

    private func badToken(_ answer: InfisicalAnswer) -> Finding? {
        let text = answer.message
        if text.hasPrefix("Your token has expired") {
            return refused(.expiredToken, "it has expired (403 TokenError)", logInAgain)
        }
        if text.contains("token is malformed") {
            return refused(
                .malformedToken,
                "it has not the form of a token (403 TokenError)", "check INFISICAL_TOKEN: no quotes, nothing cut off")
        }
        if text.contains("signed with an invalid algorithm") {
            return refused(
                .wrongAlgorithm,
                "it is signed in a way that no token of Infisical is (403 TokenError)",
                "check where INFISICAL_TOKEN is from")
        }
        if text == "invalid signature" {
            return refused(
                .otherInstance,
                "it was issued by another instance or region (403 TokenError, invalid signature)",
                "set INFISICAL_DOMAIN to where the token is from; asked was \(base.hostAndRegion)")
        }
        if text == "jwt must be provided" {
            return refused(
                .emptyToken, "it arrived empty (403 TokenError)", "check INFISICAL_TOKEN, and proxies between")
        }
        return nil
    }

    private static let endings: [(text: String, cause: InfisicalCause, reason: String)] = [
        ("identity tokens have been revoked", .revokedTokens, "all tokens of the identity have been revoked"),
        ("client secret has been revoked", .revokedSecret, "the client secret that minted it has been revoked"),
        ("auth method has been revoked", .revokedMethod, "the identity no longer has this way to log in"),
        (
            "Identity is not a member of the organization", .leftOrganization,
            "the identity is no longer in the organisation"
        ),
        (
            "Identity organization membership is inactive", .inactiveMembership,
            "the identity is disabled in the organisation"
        ),
        ("token usage limit reached", .usedUpToken, "it has been used as often as it may"),
        ("token has been revoked", .revokedToken, "it has been revoked"),
        ("Cannot renew exhausted access token", .usedUpToken, "it has been used as often as it may"),
        (
            "Cannot renew revoked or unknown access token", .revokedToken,
            "it has been revoked, or is not of this instance"
        ),
        ("reached its max TTL", .endedToken, "it has reached the end of its longest life, which no renewal moves"),
        ("exceeded max age", .endedToken, "it has reached the end of its longest life, which no renewal moves"),
        ("due to TTL expiration", .endedToken, "it has expired"),
        ("Invalid identity access token claims", .unusableClaims, "its contents are not what this instance expects"),
    ]

    private func endedToken(_ answer: InfisicalAnswer) -> Finding? {
        if answer.message == "Token missing" {
            return refused(
                .missingToken, "it did not arrive (401)", "look for a proxy that removes the Authorization header")
        }
        guard let known = InfisicalFailures.endings.first(where: { answer.message.contains($0.text) }) else {
            return nil
        }
        return refused(known.cause, "\(known.reason) (401)", logInAgain)
    }
}
