public import Diagnostics
import HTTPTransport

extension InfisicalSession {
    /// Creates or updates one secret: an update, and where the server knows no such secret, a creation.
    ///
    /// With `ifVersion` the version is looked at before; a change that came between is told by the version that came
    /// back, since the server itself has no such condition.
    @discardableResult
    public func put(_ put: SecretPut, completion: @escaping (Result<PutOutcome, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        let operation = InfisicalOperation.write(put.update)
        withProject(put.folder.project, named: put.name, operation, call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(let project):
                self.checkVersion(put.ifVersion, operation, project, call) { check in
                    switch check {
                    case .failure(let failure): completion(.failure(failure))
                    case .success where put.ifVersion == 0: self.create(put, project, call, completion)
                    case .success: self.update(put, project, call, completion)
                    }
                }
            }
        }
        return call
    }

    /// Removes one secret.
    @discardableResult
    public func delete(
        _ deletion: SecretDeletion, completion: @escaping (Result<DeletionOutcome, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        let write = SecretWrite(deletion.name, in: deletion.folder, .delete)
        withProject(deletion.folder.project, named: deletion.name, .write(write), call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(.slug(let slug)):
                completion(.failure(self.wire.failures.needsProjectID(slug, .write(write))))
            case .success(let project):
                self.checkVersion(deletion.ifVersion, .write(write), project, call) { check in
                    if case .failure(let failure) = check { return completion(.failure(failure)) }
                    self.send(write, project, call) { answer in completion(self.deleted(answer, write, deletion)) }
                }
            }
        }
        return call
    }

    // MARK: - Parts

    /// An update, or a creation where there is nothing to update.
    func update(
        _ put: SecretPut, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<PutOutcome, Failure>) -> Void
    ) {
        send(put.update, project, call) { answer in
            if case .failure(.answer(let refused, _)) = answer, refused.isSecretMissing, put.ifVersion == nil {
                return self.create(put, project, call, completion)
            }
            completion(self.outcome(answer, put.update).flatMap { self.put($0, put, isNew: false) })
        }
    }

    private func create(
        _ put: SecretPut, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<PutOutcome, Failure>) -> Void
    ) {
        send(put.creation, project, call) { answer in
            completion(self.outcome(answer, put.creation).flatMap { self.put($0, put, isNew: true) })
        }
    }

    private func put(_ outcome: WriteOutcome, _ put: SecretPut, isNew: Bool) -> Result<PutOutcome, Failure> {
        guard case .done(let version) = outcome else { return .success(.awaitsApproval) }
        if let wanted = put.ifVersion, wanted > 0, let version, version != wanted + 1 {
            return .failure(overtaken(put, version))
        }
        return .success(isNew ? .created(version: version) : .updated(version: version))
    }

    private func deleted(
        _ answer: InfisicalWire.Answer, _ write: SecretWrite, _ deletion: SecretDeletion
    ) -> Result<DeletionOutcome, Failure> {
        if case .failure(.answer(let refused, _)) = answer, refused.isSecretMissing, deletion.isOptional {
            return .success(.wasAbsent)
        }
        return outcome(answer, write).map { $0 == .awaitsApproval ? .awaitsApproval : .done }
    }

    // MARK: - Versions

    /// Succeeds where the newest version is `wanted`, or none is wanted.
    private func checkVersion(
        _ wanted: Int?, _ operation: InfisicalOperation, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<Void, Failure>) -> Void
    ) {
        guard let wanted, let name = operation.secretName, var folder = operation.folder else {
            return completion(.success(()))
        }
        folder.includesValues = false
        versioned(call) { api, token in
            // Imports off: a secret that only shows through is not the one that is written.
            let own = api.readQuery(project, folder).map { pair in
                pair.name.lowercased().contains("imports") ? (name: pair.name, value: "false") : pair
            }
            return self.wire.request("GET", api.secretPath(name), query: own + [("type", "shared")], token: token)
        } completion: { answer in
            completion(self.compare(answer, with: wanted, operation))
        }
    }

    private func compare(
        _ answer: InfisicalWire.Answer, with wanted: Int, _ operation: InfisicalOperation
    ) -> Result<Void, Failure> {
        switch answer {
        case .failure(.answer(let refused, _)) where refused.isSecretMissing:
            return wanted == 0 ? .success(()) : .failure(conflict(operation, wanted, found: nil))
        case .failure(let refusal): return .failure(wire.failures.make(refusal, during: operation))
        case .success(let json):
            let secret = (try? json.root.member("secret")) ?? nil
            guard let version = (try? secret?.member("version")?.integer) ?? nil else {
                return .failure(wire.failures.make(.broken(JSONError(kind: .shape, offset: 0)), during: operation))
            }
            return version == wanted ? .success(()) : .failure(conflict(operation, wanted, found: version))
        }
    }

    private func conflict(_ operation: InfisicalOperation, _ wanted: Int, found: Int?) -> Failure {
        let there = found.map { "it has version \($0) now" } ?? "there is no such secret now"
        let asked = wanted == 0 ? "it should not have been there" : "version \(wanted) was expected"
        return Failure(
            .denied, wire.failures.undone(operation), reason: "\(there), \(asked); nothing has been written",
            hint: "somebody else has changed it: fetch it again, decide, and give its version as ifVersion", status: 409
        )
    }

    private func overtaken(_ put: SecretPut, _ version: Int) -> Failure {
        var failure = Failure(
            .denied, "secret \(put.name.printable) was changed by somebody else at the same time",
            reason: "version \((put.ifVersion ?? 0) + 1) was expected; the new value became version \(version), "
                + "on top of theirs",
            hint: "look at version \(version - 1) in the vault: it is theirs, and nothing of it is lost", status: 409)
        failure.mayBeDone = true
        return failure
    }
}

extension SecretPut {
    /// The put as an update.
    var update: SecretWrite { SecretWrite(name, in: folder, .update(value), comment: comment) }
    /// The put as a creation.
    var creation: SecretWrite { SecretWrite(name, in: folder, .create(value), comment: comment) }
}
