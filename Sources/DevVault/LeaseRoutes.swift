import Foundation

/// Leases of dynamic secrets. The project is named by its slug.
extension Vault {
    mutating func leaseAnswer(
        _ request: APIRequest, _ action: LeaseAction, for identity: Identity, now: Date
    ) throws(APIError) -> JSON {
        let isRead = request.method == "GET"
        var fields = isRead ? Fields(query: try request.queryFields()) : try Fields(body: request.bodyJSON())
        let slug = fields.required("projectSlug")
        let environment = fields.required("environmentSlug")
        let place = Place(environment: environment, path: FolderPath.normal(fields.optional("path") ?? "/"))
        let ttl = fields.optional("ttl")
        let name = action == .create ? fields.required("dynamicSecretName") : ""
        let seconds = ttl.flatMap(Self.seconds)
        if ttl != nil, !isRead { Self.check(seconds, &fields) }
        try fields.check()
        let project = state.projects[try projectIndex(slug: slug, for: identity)]
        guard let folder = project.environments[place.environment]?.folders[place.path] else {
            throw .noFolder(place, operation: "NotFound")
        }
        dropEndedLeases(now: now)
        switch action {
        case .create:
            guard let secret = folder.dynamicSecrets?.first(where: { $0.name == name }) else {
                throw .notFound("Dynamic secret with name '\(name)' in folder with path '\(place.path)' not found")
            }
            return try makeLease(secret, project.id, place, seconds, now: now)
        case .read(let id): return ["lease": Self.json(try lease(id, project.id, place))]
        case .list(let name):
            let found = (state.leases ?? [:]).values.filter {
                $0.projectID == project.id && $0.dynamicSecret.name == name
            }
            return ["leases": .array(found.sorted { $0.id < $1.id }.map(Self.json))]
        case .renew(let id): return try renewLease(try lease(id, project.id, place), seconds, now: now)
        case .revoke(let id):
            let lease = try lease(id, project.id, place)
            state.leases?[id] = nil
            return ["lease": Self.json(lease)]
        }
    }

    // MARK: - Parts

    private mutating func makeLease(
        _ secret: DynamicSecret, _ projectID: String, _ place: Place, _ seconds: Int?, now: Date
    ) throws(APIError) -> JSON {
        let life = seconds ?? secret.ttl
        guard life <= secret.maximumTTL else { throw .badRequest("TTL cannot be larger than max TTL") }
        let lease = Lease(
            projectID: projectID, environment: place.environment, path: place.path, dynamicSecret: secret,
            createdAt: now, updatedAt: now, expiresAt: now.addingTimeInterval(Double(life)))
        state.leases = (state.leases ?? [:]).merging([lease.id: lease]) { $1 }
        let data = secret.data.mapValues { JSON.string($0 + Crypto.random(18).base64URL) }
        return ["lease": Self.json(lease), "dynamicSecret": Self.json(secret), "data": .object(data)]
    }

    private mutating func renewLease(_ old: Lease, _ seconds: Int?, now: Date) throws(APIError) -> JSON {
        var lease = old
        lease.updatedAt = now
        lease.expiresAt = now.addingTimeInterval(Double(seconds ?? lease.dynamicSecret.ttl))
        guard lease.expiresAt.timeIntervalSince(lease.createdAt) <= Double(lease.dynamicSecret.maximumTTL) else {
            throw .badRequest("TTL cannot be larger than max ttl")
        }
        state.leases?[lease.id] = lease
        return ["lease": Self.json(lease)]
    }

    private func lease(_ id: String, _ projectID: String, _ place: Place) throws(APIError) -> Lease {
        guard let lease = state.leases?[id], lease.projectID == projectID, lease.environment == place.environment,
            lease.path == place.path
        else { throw .notFound("Dynamic secret lease with ID '\(id)' not found") }
        return lease
    }

    private mutating func dropEndedLeases(now: Date) { state.leases = state.leases?.filter { $1.expiresAt > now } }

    /// What the validator says of a time to live, in its own words.
    private static func check(_ seconds: Int?, _ fields: inout Fields) {
        guard let seconds else { return fields.refuse("ttl", "TTL must be a positive number") }
        if seconds < 60 { fields.refuse("ttl", "TTL must be a greater than 1min") }
        if seconds > 10 * 31_557_600 { fields.refuse("ttl", "TTL must be less than 10 years") }
    }

    /// A time to live: seconds, or a number with a unit.
    private static func seconds(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /(\d+)\s*([smhd]?)/), let number = Int(match.1), number > 0 else {
            return nil
        }
        return number * (["": 1, "s": 1, "m": 60, "h": 3600, "d": 86400][String(match.2)] ?? 1)
    }

    private static func json(_ lease: Lease) -> JSON {
        [
            "id": .string(lease.id), "version": 1, "externalEntityId": .string(lease.id),
            "expireAt": .string(lease.expiresAt.wire), "status": .null, "statusDetails": .null,
            "dynamicSecretId": .string(lease.dynamicSecret.id), "createdAt": .string(lease.createdAt.wire),
            "updatedAt": .string(lease.updatedAt.wire),
        ]
    }

    private static func json(_ secret: DynamicSecret) -> JSON {
        [
            "id": .string(secret.id), "name": .string(secret.name), "version": 1, "type": "sql-database",
            "defaultTTL": .string("\(secret.ttl)s"), "maxTTL": .string("\(secret.maximumTTL)s"),
        ]
    }
}
