import Foundation

/// Failed logins of one identity under one client id, since the counter last lapsed.
struct Lockout: Equatable, Sendable {
    var failures = 0
    var isLocked = false
    /// When the counter, or the lock, ends.
    ///
    /// Each failure moves it.
    var endsAt: Date
}

extension Vault {
    /// Universal Auth login: the server's checks in the server's order.
    ///
    /// - Parameters:
    ///   - address: The caller's IP as the server sees it.
    ///   - organizationSlug: A sub-organisation to log in to.
    /// - Throws: 401 or 404 for an unknown client id, 403 for the address, 401 for a lock, a wrong or revoked secret,
    ///   and, once each, for an expired and for a used-up one.
    mutating func login(
        clientID: String, clientSecret: String, organizationSlug: String?, address: String, now: Date
    ) throws(APIError) -> JSON {
        // 1. The client id.
        guard let index = state.identities.firstIndex(where: { $0.clientID == clientID && $0.ending != .methodRevoked })
        else {
            throw settings.hasOldUnknownClientMessage
                ? .notFound("No identity with specified client ID was found") : .invalidCredentials
        }
        let identity = state.identities[index]
        // 2. The address. It precedes the lock, so a refused address never locks.
        guard identity.secrets.contains(where: { $0.trustedIPs.contains { $0.contains(address) } }) else {
            throw .addressRefused
        }
        // 3. The lock.
        let lock = currentLockout(of: identity, now: now)
        guard lock?.isLocked != true else {
            throw .unauthorized("This identity auth method is temporarily locked, please try again later")
        }
        // 4. The secret.
        guard let place = identity.secrets.firstIndex(where: { !$0.isRevoked && $0.matches(clientSecret) }) else {
            countFailure(of: identity, after: lock, now: now)
            throw .invalidCredentials
        }
        lockouts[identity.id] = nil
        // 5 and 6. Speak once: the secret is revoked with the message.
        try refuseSpentSecret(place, of: index, now: now)
        // 7. The sub-organisation.
        if let organizationSlug { try require(organizationSlug, of: identity) }
        state.identities[index].secrets[place].uses += 1
        return issueToken(for: identity, clientSecretID: identity.secrets[place].id, now: now)
    }

    private func require(_ organization: String, of identity: Identity) throws(APIError) {
        guard settings.subOrganizations.contains(organization) else {
            throw .notFound("Sub organization with name \(organization) not found")
        }
        guard identity.subOrganizations?.contains(organization) == true else {
            throw .unauthorized("Identity not authorized to access sub organization \(organization)")
        }
    }

    private mutating func refuseSpentSecret(_ place: Int, of index: Int, now: Date) throws(APIError) {
        let secret = state.identities[index].secrets[place]
        if secret.ttl != 0, now.timeIntervalSince(secret.createdAt) >= Double(secret.ttl) {
            state.identities[index].secrets[place].isRevoked = true
            throw .unauthorized("Access denied due to expired client secret")
        }
        if secret.useLimit > 0, secret.uses >= secret.useLimit {
            state.identities[index].secrets[place].isRevoked = true
            throw .unauthorized("Access denied due to client secret usage limit reached")
        }
    }

    private func currentLockout(of identity: Identity, now: Date) -> Lockout? {
        lockouts[identity.id].flatMap { now < $0.endsAt ? $0 : nil }
    }

    private mutating func countFailure(of identity: Identity, after earlier: Lockout?, now: Date) {
        let failures = (earlier?.failures ?? 0) + 1
        let isLocked = failures >= identity.lockout.threshold
        let seconds = isLocked ? identity.lockout.durationSeconds : identity.lockout.resetSeconds
        lockouts[identity.id] = Lockout(
            failures: failures, isLocked: isLocked, endsAt: now.addingTimeInterval(Double(seconds)))
    }
}
