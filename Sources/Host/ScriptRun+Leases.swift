import Diagnostics
import HostProtocol
import Providers
import SecretMemory

/// `vault:lease(name)` and what a lease answers.
extension ScriptRun {
    /// The longest time to live that the vault takes.
    private static let longestLease: Duration = .seconds(366 * 86400)

    func lease(_ id: UInt32, _ value: Value) throws(Failure) {
        switch value["way"]?.asText ?? "" {
        case "make": try makeLease(id, value)
        case "renew": try renewLease(id, value)
        case "revoke":
            // Ending twice is no error.
            guard let lease = try? sessions.leases.lease(value["lease"], "revoke") else { return reply(id, .null) }
            sessions.leases.revoke(lease) { [weak self] result in
                self?.answer(id, result) { _ throws(Failure) in .null }
            }
        case "expires":
            reply(id, gate.inward(Array(try sessions.leases.lease(value["lease"], "expires").expiresAt.utf8)))
        case let way: throw Failure(.usage, "there is no way \"\(way.printable)\" to use a lease")
        }
    }

    private func makeLease(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "lease")
        var options = try OptionReader("lease", value["options"])
        let address = try SecretAddress(value["name"]?.asText ?? "", "lease")
        let folder = try folder(&options, entry, address)
        try policy.check(secret: address.name, in: folder, of: entry)
        let lifetime = try Self.lifetime(try options.duration("ttl"), "lease: ttl")
        try options.finish()
        let query = LeaseQuery(address.name, in: folder, lifetime: lifetime)
        var fields: [Value.Entry] = []
        let make: (FetchedLease) throws(Failure) -> [ObjectReference] = { [weak self] fetched throws(Failure) in
            guard let self else { return [] }
            fields = try leaseFields(fetched, query, entry)
            return fields.compactMap { if case .object(let handle) = $0.value { handle } else { nil } }
        }
        try sessions.leases.make(query, entry, keep: make) { [weak self] result in
            self?.answer(id, result) { [weak self] made throws(Failure) in
                guard let self else { return .null }
                return .record([
                    "lease": .integer(Int64(made.0.number)), "id": gate.inward(Array(made.0.held.id.utf8)),
                    "secrets": .map(fields),
                ])
            }
        }
    }

    private func renewLease(_ id: UInt32, _ value: Value) throws(Failure) {
        let lease = try sessions.leases.lease(value["lease"], "renew")
        var wanted = lease.held
        if let given = value["ttl"], given != .null {
            wanted.query.lifetime = try Self.lifetime(try DurationText.parse(given, "renew: ttl"), "renew: ttl")
        }
        sessions.leases.renew(lease, as: wanted) { [weak self] result in
            self?.answer(id, result) { [weak self] _ throws(Failure) in
                self?.gate.inward(Array(lease.expiresAt.utf8)) ?? .null
            }
        }
    }

    private static func lifetime(_ duration: Duration?, _ place: String) throws(Failure) -> Duration? {
        guard let duration else { return nil }
        guard (.seconds(1)...longestLease).contains(duration) else {
            throw Failure(.usage, "\(place): expected at least a second and at most a year")
        }
        return duration
    }

    /// A handle for each text and number of a lease.
    private func leaseFields(
        _ fetched: FetchedLease, _ query: LeaseQuery, _ entry: SessionService.Entry
    ) throws(Failure) -> [Value.Entry] {
        let source = SecretSource(
            provider: "infisical", project: query.folder.project, environment: query.folder.environment,
            path: query.folder.path)
        var fields: [Value.Entry] = []
        for (name, value) in fetched.values {
            guard value.count <= SecretSize.maximumLoadedBytes else {
                throw Failure(
                    .limit, "lease: \(name.printable) of \(query.name.printable) is larger than a secret may be",
                    reason: "values of up to \(SecretSize.maximumLoadedBytes / 1024) KiB are kept in locked memory")
            }
            let draft = SecretStore.Draft.loaded(
                value, name: "\(query.name).\(name)", source: source, atMost: SecretSize.maximumLoadedBytes,
                origin: SecretOrigin("lease", [fetched.id, name]), chooser: entry.chooser)
            fields.append(Value.Entry(.bytes(Array(name.utf8)), .object(try store.add(value, draft))))
        }
        return fields
    }
}
