public import Diagnostics
import HTTPTransport
import SecretMemory

/// Dynamic secrets. These calls name the project by its slug.
extension InfisicalSession {
    /// Makes a lease. Sent once: a second one would be a second account.
    @discardableResult
    public func lease(
        _ query: LeaseQuery, completion: @escaping (Result<FetchedLease, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.lease(query, .make)
        askLease(query, "POST", "/v1/dynamic-secrets/leases", isRepeatable: false, operation, call) {
            writer throws(Failure) in
            try writer.add("dynamicSecretName", text: query.name)
            if let lifetime = query.lifetime { try writer.add("ttl", text: LeaseTime.text(lifetime)) }
        } completion: { answer in
            completion(self.fetched(answer, operation))
        }
        return call
    }

    /// Gives a lease a new end, `query.lifetime` from now, or what the vault has set.
    @discardableResult
    public func renew(
        _ lease: HeldLease, completion: @escaping (Result<RenewedLease, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.lease(lease.query, .renew)
        let path = "/v1/dynamic-secrets/leases/\(PercentEncoding.encode(lease.id))/renew"
        askLease(lease.query, "POST", path, isRepeatable: true, operation, call) { writer throws(Failure) in
            if let lifetime = lease.query.lifetime { try writer.add("ttl", text: LeaseTime.text(lifetime)) }
        } completion: { answer in
            completion(self.renewed(answer, operation))
        }
        return call
    }

    /// Ends a lease and the account with it. One that has ended already is a success.
    @discardableResult
    public func revoke(_ lease: HeldLease, completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.lease(lease.query, .revoke)
        let path = "/v1/dynamic-secrets/leases/\(PercentEncoding.encode(lease.id))"
        askLease(lease.query, "DELETE", path, isRepeatable: true, operation, call) { writer throws(Failure) in
            try writer.add("isForced", flag: false)
        } completion: { answer in
            switch answer {
            case .success: completion(.success(()))
            // In the API's own words: the 404 of a proxy says nothing of a lease.
            case .failure(.answer(let refused, _))
            where refused.status == 404 && refused.isAPI && !refused.isRouteMissing:
                completion(.success(()))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: operation)))
            }
        }
        return call
    }

    // MARK: - Requests

    private func askLease(
        _ query: LeaseQuery, _ method: String, _ path: String, isRepeatable: Bool, _ operation: InfisicalOperation,
        _ call: ProviderCall, _ write: @escaping (inout JSONWriter) throws(Failure) -> Void,
        completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        withSlug(of: query.folder.project, call) { slug in
            switch slug {
            case .failure(let failure): completion(.failure(.failure(failure)))
            case .success(let slug):
                self.authorized(call) { (token) throws(Failure) in
                    var writer = try JSONWriter()
                    try writer.add("projectSlug", text: slug)
                    try writer.add("environmentSlug", text: query.folder.environment)
                    try writer.add("path", text: query.folder.path)
                    try write(&writer)
                    var request = self.wire.request(method, path, token: token, body: try writer.finish())
                    request.isRepeatable = isRepeatable
                    return request
                } completion: { answer in
                    completion(answer)
                }
            }
        }
    }

    /// The project's slug: as it was given, or after one look-up of an id.
    private func withSlug(
        of project: String, _ call: ProviderCall, _ completion: @escaping (Result<String, Failure>) -> Void
    ) {
        guard InfisicalAPI.Project.isID(project) else { return completion(.success(project)) }
        if let slug = projectSlugs[project] { return completion(.success(slug)) }
        lookUpSlug(project, "/v1/projects/", call) { answer in
            guard case .failure(.answer(let refused, _)) = answer, refused.isRouteMissing else {
                return completion(self.slug(answer, project))
            }
            self.lookUpSlug(project, "/v1/workspace/", call) { completion(self.slug($0, project)) }
        }
    }

    private func lookUpSlug(
        _ project: String, _ path: String, _ call: ProviderCall, _ completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        authorized(call) { token in
            self.wire.request("GET", path + PercentEncoding.encode(project), token: token)
        } completion: { answer in
            completion(answer)
        }
    }

    private func slug(_ answer: InfisicalWire.Answer, _ project: String) -> Result<String, Failure> {
        switch answer {
        case .failure(let refusal): return .failure(wire.failures.make(refusal, during: .lookUp(project)))
        case .success(let json):
            let nested = ((try? json.root.member("project")) ?? nil) ?? ((try? json.root.member("workspace")) ?? nil)
            let slug = ((try? (nested ?? json.root).member("slug")) ?? nil)?.publicText(maximumBytes: 200)
            guard let slug, !slug.isEmpty else {
                let fault = JSONError(kind: .shape, offset: 0)
                return .failure(wire.failures.make(.broken(fault), during: .lookUp(project)))
            }
            projectSlugs[project] = slug
            return .success(slug)
        }
    }

    // MARK: - Answers

    private func fetched(
        _ answer: InfisicalWire.Answer, _ operation: InfisicalOperation
    ) -> Result<FetchedLease, Failure> {
        read(answer, operation) { json throws(JSONError) in
            guard let lease = try json.root.member("lease"), let id = try lease.member("id")?.publicText(), !id.isEmpty,
                let data = try json.root.member("data"), data.isObject
            else { throw JSONError(kind: .shape, offset: 0) }
            let (lifetime, end) = try times(lease, from: "createdAt")
            let longest = try json.root.member("dynamicSecret")?.member("maxTTL")
            return FetchedLease(
                id: id, lifetime: lifetime, expiresAt: end,
                maximumLifetime: longest.flatMap { $0.publicText().flatMap(LeaseTime.duration) },
                values: try LeaseData.values(data))
        }
    }

    private func renewed(
        _ answer: InfisicalWire.Answer, _ operation: InfisicalOperation
    ) -> Result<RenewedLease, Failure> {
        read(answer, operation) { json throws(JSONError) in
            guard let lease = try json.root.member("lease"), lease.isObject else {
                throw JSONError(kind: .shape, offset: 0)
            }
            let (lifetime, end) = try times(lease, from: "updatedAt")
            return RenewedLease(lifetime: lifetime, expiresAt: end)
        }
    }

    private func times(
        _ lease: SecretJSON.Node, from start: String
    ) throws(JSONError) -> (lifetime: Duration?, end: String) {
        let end = try lease.member("expireAt")?.publicText(maximumBytes: 64) ?? ""
        let begin = try lease.member(start)?.publicText(maximumBytes: 64) ?? ""
        return (LeaseTime.between(begin, end), end)
    }

    private func read<T>(
        _ answer: InfisicalWire.Answer, _ operation: InfisicalOperation, _ make: (SecretJSON) throws(JSONError) -> T
    ) -> Result<T, Failure> {
        switch answer {
        case .failure(let refusal): return .failure(wire.failures.make(refusal, duringWrite: operation))
        case .success(let json):
            do throws(JSONError) { return .success(try make(json)) } catch {
                return .failure(wire.failures.make(.broken(error), duringWrite: operation))
            }
        }
    }
}

/// The data of a lease: every text and every number in it is a secret.
enum LeaseData {
    /// Names and values, sorted by name; what is nested has its path with dots, places of a list counted from 1.
    static func values(_ data: SecretJSON.Node) throws(JSONError) -> [(name: String, value: SecretBytes)] {
        var found: [(name: String, value: SecretBytes)] = []
        try collect(data, "", &found)
        return found.sorted { $0.name < $1.name }
    }

    private static func collect(
        _ node: SecretJSON.Node, _ path: String, _ found: inout [(name: String, value: SecretBytes)]
    ) throws(JSONError) {
        guard found.count < 1000, path.utf8.count < 1000 else { throw JSONError(kind: .shape, offset: 0) }
        if let value = try node.secret() {
            found.append((path, value))
        } else if let value = try node.secretNumber() {
            found.append((path, value))
        } else if let elements = node.elements {
            for (place, element) in elements.enumerated() { try collect(element, join(path, "\(place + 1)"), &found) }
        } else {
            for (key, member) in try node.members() { try collect(member, join(path, key), &found) }
        }
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension InfisicalFailures {
    /// What is known of refusals of a lease.
    func lease(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        guard case .lease(let query, let step) = operation else { return nil }
        if answer.isRouteMissing {
            return Finding(
                .notFound, "\(host) has no dynamic secrets (404 Route not found)", "ask for them at a newer server")
        }
        if answer.status == 422, let fault = answer.validations.first(where: { $0.field == "ttl" }) {
            return Finding(
                .usage, "\(host) does not take a lease of that length (422: \(shown(fault.message)))",
                "give a ttl of at least a minute, such as \"5m\", or none: then it is what the dynamic secret has set")
        }
        let words = answer.message.lowercased()
        if answer.status == 404, words.hasPrefix("dynamic secret") {
            return Finding(
                .notFound, "dynamic secret \(query.name.printable) was not found",
                "\(place(query.folder)) at \(host) has no such dynamic secret (404)",
                "look at its name, env and path in the vault")
        }
        if answer.status == 400, words.contains("plan") {
            return Finding(
                .denied, "the plan of \(host) has no dynamic secrets (400)",
                "keep a static secret and rotate it: scripts/rotate_token.lua")
        }
        if answer.status == 400, words.contains("ttl") {
            let reason =
                step == .make
                ? "\(host) does not give a lease of that length (400: \(shown(answer.message)))"
                : "it has reached its longest life, or the renewal is longer than that (400)"
            return Finding(.limit, reason, "ask for a shorter ttl, or let the dynamic secret's maximum be raised")
        }
        return nil
    }
}
