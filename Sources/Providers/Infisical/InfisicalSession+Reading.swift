public import Diagnostics
import SecretMemory

/// What a server puts in the place of a value that the identity may not read.
private let hiddenValueText = "<hidden-by-infisical>"

extension InfisicalSession {
    /// Reads one secret by name.
    ///
    /// A hidden value is a refusal, never handed on.
    @discardableResult
    public func getSecret(
        _ query: SecretQuery, completion: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.read(query)
        withProject(query.folder.project, named: query.name, operation, call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(let project): self.read(query, project, call, completion)
            }
        }
        return call
    }

    /// Reads all secrets of a folder.
    ///
    /// A value that the identity may not read is nil.
    @discardableResult
    public func listSecrets(
        _ query: FolderQuery, completion: @escaping (Result<[FetchedSecret], Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withProject(query.project, named: nil, .list(query), call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(let project): self.list(query, project, call, completion)
            }
        }
        return call
    }

    // MARK: - One

    private func read(
        _ query: SecretQuery, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) {
        let operation = InfisicalOperation.read(query)
        versioned(call) { api, token in
            var pairs = api.readQuery(project, query.folder) + [("type", "shared")]
            if let version = query.version { pairs.append(("version", String(version))) }
            return self.wire.request("GET", api.secretPath(query.name), query: pairs, token: token)
        } completion: { answer in
            switch answer {
            case .success(let json): completion(self.fetched(json, query))
            case .failure(.answer(let refused, _)) where query.isOptional && refused.isSecretMissing:
                completion(.success(nil))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: operation)))
            }
        }
    }

    private func fetched(_ json: SecretJSON, _ query: SecretQuery) -> Result<FetchedSecret?, Failure> {
        do throws(JSONError) {
            guard let node = try json.root.member("secret") else { throw JSONError(kind: .shape, offset: 0) }
            let secret = try secret(node, in: query.folder)
            guard secret.name == query.name else { throw JSONError(kind: .shape, offset: 0) }
            guard secret.value != nil || !query.folder.includesValues else {
                return .failure(wire.failures.hidden(query))
            }
            return .success(secret)
        } catch { return .failure(wire.failures.make(.broken(error), during: .read(query))) }
    }

    // MARK: - All

    private func list(
        _ query: FolderQuery, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<[FetchedSecret], Failure>) -> Void
    ) {
        versioned(call) { api, token in
            var pairs = api.readQuery(project, query) + [("recursive", "false")]
            if api == .v4 { pairs.append(("includePersonalOverrides", "false")) }
            return self.wire.request("GET", api.listPath, query: pairs, token: token)
        } completion: { answer in
            do {
                completion(.success(try self.merged(try answer.get(), query)))
            } catch let refusal as InfisicalRefusal {
                completion(.failure(self.wire.failures.make(refusal, during: .list(query))))
            } catch {
                let fault = error as? JSONError ?? JSONError(kind: .shape, offset: 0)
                completion(.failure(self.wire.failures.make(.broken(fault), during: .list(query))))
            }
        }
    }

    /// Own secrets beat imported ones; among imports the last one wins.
    private func merged(_ json: SecretJSON, _ query: FolderQuery) throws(JSONError) -> [FetchedSecret] {
        guard let own = try json.root.member("secrets")?.elements else { throw JSONError(kind: .shape, offset: 0) }
        var found: [String: FetchedSecret] = [:]
        try add(own, query, to: &found)
        for entry in (try json.root.member("imports")?.elements ?? []).reversed() {
            var folder = query
            folder.environment = try entry.member("environment")?.publicText() ?? query.environment
            folder.path = try entry.member("secretPath")?.publicText() ?? query.path
            try add(try entry.member("secrets")?.elements ?? [], folder, to: &found)
        }
        return found.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private func add(
        _ nodes: [SecretJSON.Node], _ folder: FolderQuery, to found: inout [String: FetchedSecret]
    ) throws(JSONError) {
        for node in nodes {
            // v3 lists personal overrides beside shared secrets; a machine has no use for them.
            if try node.member("type")?.isText("personal") == true { continue }
            let name = try self.name(node)
            guard found[name] == nil else { continue }
            found[name] = try secret(node, in: folder)
        }
    }

    // MARK: - A secret's fields

    private func name(_ node: SecretJSON.Node) throws(JSONError) -> String {
        guard let name = try node.member("secretKey")?.publicText() else { throw JSONError(kind: .shape, offset: 0) }
        return name
    }

    private func secret(_ node: SecretJSON.Node, in folder: FolderQuery) throws(JSONError) -> FetchedSecret {
        FetchedSecret(
            name: try name(node), value: try folder.includesValues ? value(node) : nil,
            version: try node.member("version")?.integer,
            environment: try node.member("environment")?.publicText() ?? folder.environment,
            path: try node.member("secretPath")?.publicText() ?? folder.path)
    }

    /// The value; nil where it is hidden.
    ///
    /// Old servers have no field that says so, hence the look at the text too.
    private func value(_ node: SecretJSON.Node) throws(JSONError) -> SecretBytes? {
        guard let value = try node.member("secretValue") else { throw JSONError(kind: .shape, offset: 0) }
        if let flag = try node.member("secretValueHidden"), !flag.isNull, flag.bool != false { return nil }
        if value.isText(hiddenValueText) { return nil }
        guard let secret = try value.secret() else { throw JSONError(kind: .shape, offset: 0) }
        return secret
    }
}

extension InfisicalAnswer {
    /// Whether just the secret is missing, its folder being there.
    var isSecretMissing: Bool {
        status == 404
            && (message.hasPrefix("Secret with name '") || message.hasPrefix("Secret does not exist"))
    }
}
