import Diagnostics

/// Table 3.2 of the API: why a Universal Auth login is refused.
extension InfisicalFailures {
    func login(_ answer: InfisicalAnswer) -> Finding? {
        if answer.message.contains("from the current IP address") { return loginAddress }
        switch (answer.status, answer.error) {
        case (403, "TokenError"):
            return refused(
                .staleHeader,
                "an Authorization header arrived with it, which is never sent on a login (403 TokenError)",
                "look for a proxy that adds the header")
        case (422, _): return invalid(answer)
        case (401, _): return loginRefusal(answer)
        case (404, _) where answer.message.hasPrefix("No identity with specified client ID"):
            return refused(
                .unknownClient,
                "no identity there has this client id (404): another region or instance, a typo, or a deleted identity",
                "check the client id and INFISICAL_DOMAIN; asked was \(base.hostAndRegion)" + otherCloud)
        case (404, _) where answer.message.hasPrefix("Sub organization with name"):
            return refused(
                .unknownOrganization,
                "there is no such sub-organisation (404)",
                "check the organisation's slug; asked was \(base.hostAndRegion)")
        default: return nil
        }
    }

    private func refused(_ cause: InfisicalCause, _ reason: String, _ hint: String) -> Finding {
        Finding(cause, .auth, "login at \(host) was refused", reason: reason, hint: hint)
    }

    private var loginAddress: Finding {
        refused(
            .clientAddress,
            "this machine's address is not in the client secret's trusted IPs (403)",
            "add it to \"Client Secret Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may see "
                + "another address")
    }

    /// The two clouds share nothing, and their refusals do not say which one an identity is of.
    private var otherCloud: String {
        base.otherCloud.map { "; to ask \($0.hostAndRegion) too: vaultscript doctor --try-other-region" } ?? ""
    }

    private func loginRefusal(_ answer: InfisicalAnswer) -> Finding? {
        if answer.message.hasPrefix("Invalid credentials") {
            return refused(
                .invalidCredentials,
                "401 Invalid credentials: another region or instance, a wrong or revoked client id or secret, "
                    + "or a secret that expired or was used up and already said so",
                "check INFISICAL_DOMAIN (asked was \(base.hostAndRegion)) and the client id, then make a new client secret"
                    + otherCloud)
        }
        if answer.message.contains("expired client secret") {
            return refused(
                .expiredSecret,
                "the client secret has expired (401); keep this message: from now on the server only says "
                    + "Invalid credentials", "make a new client secret for the identity")
        }
        if answer.message.contains("client secret usage limit reached") {
            return refused(
                .usedUpSecret,
                "the client secret has been used as often as it may (401); keep this message: from now on the server "
                    + "only says Invalid credentials", "make a new client secret for the identity, with a higher limit")
        }
        if answer.message.contains("temporarily locked") {
            return refused(
                .locked,
                "the identity is locked after repeated failures (401)",
                "wait: by default 3 failures within 30 s lock it for 300 s; find what keeps failing with an old secret")
        }
        if answer.message.hasPrefix("Identity not authorized to access sub organization") {
            return refused(
                .notInOrganization,
                "the identity is no member of that sub-organisation (401)", "add it there, or leave the slug out")
        }
        return nil
    }

    /// A 422: fields and the validator's words.
    func invalid(_ answer: InfisicalAnswer) -> Finding? {
        guard answer.status == 422 else { return nil }
        let fields = answer.validations.map { "\(shown($0.field)): \(shown($0.message))" }.joined(separator: "; ")
        return Finding(
            .invalidForm, .usage,
            reason: "\(host) does not take the form of the request (422)\(fields.isEmpty ? "" : ", \(fields)")",
            hint: "check what was given for these fields")
    }
}
