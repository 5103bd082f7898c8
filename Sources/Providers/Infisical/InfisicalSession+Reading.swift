public import Diagnostics
import SecretMemory

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
        request(query, query.folder.prefersPersonal ? "personal" : "shared", project, call) { answer in
            guard query.folder.prefersPersonal, case .failure(.answer(let refused, _)) = answer,
                refused.isSecretMissing
            else { return self.take(answer, query, call, completion) }
            // No override: what all share, then.
            self.request(query, "shared", project, call) { self.take($0, query, call, completion) }
        }
    }

    private func request(
        _ query: SecretQuery, _ kind: String, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        versioned(call) { api, token in
            var pairs = api.readQuery(project, query.folder) + [("type", kind)]
            if let version = query.version { pairs.append(("version", String(version))) }
            return self.wire.request("GET", api.secretPath(query.name), query: pairs, token: token)
        } completion: {
            completion($0)
        }
    }

    private func take(
        _ answer: InfisicalWire.Answer, _ query: SecretQuery, _ call: ProviderCall,
        _ completion: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) {
        switch answer {
        case .success(let json): completion(fetched(json, query))
        case .failure(.answer(let refused, _)) where query.isOptional && refused.isSecretMissing:
            completion(.success(nil))
        case .failure(let refusal): fail(refusal, during: .read(query), call) { completion(.failure($0)) }
        }
    }

    private func fetched(_ json: SecretJSON, _ query: SecretQuery) -> Result<FetchedSecret?, Failure> {
        do throws(JSONError) {
            guard let node = try json.root.member("secret") else { throw JSONError(kind: .shape, offset: 0) }
            let secret = try InfisicalList.secret(node, in: query.folder)
            guard secret.name.utf8.elementsEqual(query.name.utf8) else { throw JSONError(kind: .shape, offset: 0) }
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
            let pairs = api.readQuery(project, query) + api.listQuery(query)
            return self.wire.request("GET", api.listPath, query: pairs, token: token)
        } completion: { answer in
            let merged = answer.flatMap { json in InfisicalList.merged(json, query) }
            switch merged {
            case .success(let secrets): completion(.success(secrets))
            case .failure(let refusal): self.fail(refusal, during: .list(query), call) { completion(.failure($0)) }
            }
        }
    }
}

extension InfisicalAnswer {
    /// Whether just the secret is missing, its folder being there.
    var isSecretMissing: Bool {
        status == 404
            && (message.hasPrefix("Secret with name '") || message.hasPrefix("Secret does not exist"))
    }
}
