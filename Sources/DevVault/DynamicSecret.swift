import Foundation

/// What accounts can be leased, and for how long.
struct DynamicSecret: Codable, Equatable, Sendable {
    var id = Identifier.uuid()
    var name: String
    /// Life of a lease in seconds where none is asked for.
    var ttl = 3600
    /// Ceiling of a lease's life in seconds from its making, renewals included.
    var maximumTTL = 86_400
    /// The names of what an account consists of, each with what its random value begins with.
    var data: [String: String]
}

/// A leased account.
struct Lease: Codable, Sendable {
    var id = Identifier.uuid()
    var projectID: String
    var environment: String
    var path: String
    var dynamicSecret: DynamicSecret
    var createdAt: Date
    var updatedAt: Date
    var expiresAt: Date
}

/// What can be done with leases.
enum LeaseAction: Equatable, Sendable {
    case create
    case read(String)
    case renew(String)
    case revoke(String)
    case list(of: String)

    /// `v1/dynamic-secrets/leases`, below it `ID` and `ID/renew`; and `v1/dynamic-secrets/NAME/leases`.
    init?(_ method: String, _ path: [String]) {
        guard path.count >= 3, path.starts(with: ["v1", "dynamic-secrets"]) else { return nil }
        switch (method, path.count) {
        case ("GET", 4) where path[3] == "leases": self = .list(of: path[2])
        case _ where path[2] != "leases": return nil
        case ("POST", 3): self = .create
        case ("GET", 4): self = .read(path[3])
        case ("DELETE", 4): self = .revoke(path[3])
        case ("POST", 5) where path[4] == "renew": self = .renew(path[3])
        default: return nil
        }
    }
}

extension SeedBuilder {
    /// The dynamic secrets of an environment, by folder.
    mutating func addDynamicSecrets(_ value: JSON, _ place: String, to environment: inout ProjectEnvironment) {
        for (key, entries) in reader.map(value, place) {
            let path = FolderPath.normal(key)
            environment.addFolder(path, now: now)
            var secrets = environment.folders[path]?.dynamicSecrets ?? []
            for entry in reader.list(entries, "\(place).\(key)") ?? [] {
                secrets.append(dynamicSecret(entry.value, entry.place))
            }
            environment.folders[path]?.dynamicSecrets = secrets
        }
    }

    private mutating func dynamicSecret(_ value: JSON, _ place: String) -> DynamicSecret {
        let members = reader.object(value, place, keys: ["name", "ttl", "maxTtl", "data"])
        var secret = DynamicSecret(name: reader.required(members, "name", place), data: [:])
        // The real server's shortest is a minute; shorter ones save tests their waiting.
        secret.ttl = reader.number(members["ttl"], "\(place).ttl", 1...315_360_000) ?? secret.ttl
        secret.maximumTTL = reader.number(members["maxTtl"], "\(place).maxTtl", 1...315_360_000) ?? secret.maximumTTL
        for (key, prefix) in reader.map(members["data"], "\(place).data") { secret.data[key] = prefix.string ?? "" }
        return secret
    }
}
