import Foundation

/// What can be done with the client secrets of an identity.
enum ClientSecretAction: Equatable, Sendable {
    case create, list
    case revoke(String)

    /// `v1/auth/universal-auth/identities/ID/client-secrets`, and below it `SECRET/revoke`.
    init?(_ method: String, _ path: [String]) {
        guard path.count >= 6, path.starts(with: ["v1", "auth", "universal-auth", "identities"]),
            path[5] == "client-secrets"
        else { return nil }
        switch (method, path.count) {
        case ("POST", 6): self = .create
        case ("GET", 6): self = .list
        case ("POST", 8) where path[7] == "revoke": self = .revoke(path[6])
        default: return nil
        }
    }
}

extension Vault {
    mutating func clientSecretAnswer(
        _ request: APIRequest, _ action: ClientSecretAction, of id: String, for caller: Identity, now: Date
    ) throws(APIError) -> JSON {
        guard let index = state.identities.firstIndex(where: { $0.id == id }) else {
            throw .notFound("Failed to find identity with ID \(id)")
        }
        guard caller.id == id, caller.managesSecrets == true else {
            throw APIError(403, "PermissionDenied", "You are not allowed to edit on identity", details: .array([]))
        }
        switch action {
        case .list:
            return ["clientSecretData": .array(state.identities[index].secrets.map { Self.json($0, of: caller) })]
        case .create: return try makeClientSecret(request, of: index, now: now)
        case .revoke(let secretID):
            guard let place = state.identities[index].secrets.firstIndex(where: { $0.id == secretID }) else {
                throw .notFound("Client secret with ID '\(secretID)' not found")
            }
            state.identities[index].secrets[place].isRevoked = true
            return ["clientSecretData": Self.json(state.identities[index].secrets[place], of: caller)]
        }
    }

    private mutating func makeClientSecret(
        _ request: APIRequest, of index: Int, now: Date
    ) throws(APIError) -> JSON {
        var fields = try Fields(body: request.bodyJSON())
        _ = fields.optional("description")
        let ttl = fields.number("ttl") ?? 0
        let limit = fields.number("numUsesLimit") ?? 0
        try fields.check()
        let clear = Identifier.clientSecret()
        var secret = ClientSecret(digest: Crypto.sha256(Data(clear.utf8)), createdAt: now)
        secret.ttl = ttl
        secret.useLimit = limit
        secret.trustedIPs = state.identities[index].secret.trustedIPs
        state.identities[index].secrets.append(secret)
        return [
            "clientSecret": .string(clear), "clientSecretData": Self.json(secret, of: state.identities[index]),
        ]
    }

    private static func json(_ secret: ClientSecret, of identity: Identity) -> JSON {
        [
            "id": .string(secret.id), "createdAt": .string(secret.createdAt.wire),
            "updatedAt": .string(secret.createdAt.wire), "isClientSecretRevoked": .bool(secret.isRevoked),
            "description": "", "clientSecretPrefix": "",
            "clientSecretNumUses": .int(secret.uses), "clientSecretNumUsesLimit": .int(secret.useLimit),
            "clientSecretTTL": .int(secret.ttl), "identityUAId": .string(identity.id),
        ]
    }
}
