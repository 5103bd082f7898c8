public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// Creates or updates many secrets of one folder.
    ///
    /// One request where the server has a batch that takes both (`upsert`); else one by one, in order, and a failure
    /// names what had been written before it.
    @discardableResult
    public func put(_ batch: SecretBatch, completion: @escaping (Result<BatchOutcome, Failure>) -> Void) -> ProviderCall
    {
        let call = wire.makeCall()
        let operation = InfisicalOperation.writeMany(batch.folder)
        withProject(batch.folder.project, named: batch.items.first?.name, operation, call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(let project): self.send(batch, project, call, completion)
            }
        }
        return call
    }

    private func send(
        _ batch: SecretBatch, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<BatchOutcome, Failure>) -> Void
    ) {
        versioned(call) { (api, token) throws(Failure) in
            let body = try InfisicalSession.body(batch, project, api)
            var request = self.wire.request("PATCH", api.batchPath, token: token, body: body)
            request.isRepeatable = false
            return request
        } completion: { answer in
            // No batch, or one that is too old for `upsert`: it has changed nothing, as a batch is done whole or not.
            if case .failure(.answer(let refused, _)) = answer, refused.isRouteMissing || refused.isSecretMissing {
                return self.oneByOne(batch, project, call, BatchProgress(), completion)
            }
            completion(self.outcome(answer, batch))
        }
    }

    private func outcome(_ answer: InfisicalWire.Answer, _ batch: SecretBatch) -> Result<BatchOutcome, Failure> {
        let operation = InfisicalOperation.writeMany(batch.folder)
        do {
            let root = try answer.get().root
            if let approval = try root.member("approval"), !approval.isNull { return .success(.awaitsApproval) }
            guard let secrets = try root.member("secrets")?.elements else { throw JSONError(kind: .shape, offset: 0) }
            var versions: [String: Int] = [:]
            for secret in secrets {
                guard let name = try secret.member("secretKey")?.publicText() else { continue }
                versions[name] = try secret.member("version")?.integer
            }
            return .success(.done(versions: versions))
        } catch let refusal as InfisicalRefusal {
            return .failure(wire.failures.make(refusal, duringWrite: operation))
        } catch {
            let fault = error as? JSONError ?? JSONError(kind: .shape, offset: 0)
            return .failure(wire.failures.make(.broken(fault), duringWrite: operation))
        }
    }

    private static func body(
        _ batch: SecretBatch, _ project: InfisicalAPI.Project, _ api: InfisicalAPI
    ) throws(Failure) -> SecretBytes {
        var writer = try JSONWriter(maximumBytes: InfisicalWire.maximumBodyBytes)
        let named = api.projectInBody(project)
        try writer.add(named.name, text: named.value)
        try writer.add("environment", text: batch.folder.environment)
        try writer.add("secretPath", text: batch.folder.path)
        try writer.add("mode", text: "upsert")
        try writer.add("secrets", objects: batch.items) { (writer, item) throws(Failure) in
            try writer.add("secretKey", text: item.name)
            try writer.add("secretValue", secret: item.value)
            if let comment = batch.comment { try writer.add("secretComment", text: comment) }
        }
        return try writer.finish()
    }

    // MARK: - One by one

    private func oneByOne(
        _ batch: SecretBatch, _ project: InfisicalAPI.Project, _ call: ProviderCall, _ progress: BatchProgress,
        _ completion: @escaping (Result<BatchOutcome, Failure>) -> Void
    ) {
        guard progress.written.count < batch.items.count else {
            return completion(.success(progress.outcome))
        }
        let item = batch.items[progress.written.count]
        let put = SecretPut(item.name, in: batch.folder, item.value, comment: batch.comment)
        update(put, project, call) { result in
            switch result {
            case .failure(let failure): completion(.failure(progress.explained(failure)))
            case .success(let outcome):
                self.oneByOne(batch, project, call, progress.adding(item.name, outcome), completion)
            }
        }
    }
}

/// What of a batch is done, where the server takes it one by one.
private struct BatchProgress {
    var written: [String] = []
    var versions: [String: Int] = [:]
    var awaitsApproval = false

    var outcome: BatchOutcome { awaitsApproval ? .awaitsApproval : .done(versions: versions) }

    func adding(_ name: String, _ outcome: PutOutcome) -> BatchProgress {
        var next = self
        next.written.append(name)
        switch outcome {
        case .created(let version), .updated(let version): next.versions[name] = version
        case .awaitsApproval: next.awaitsApproval = true
        }
        return next
    }

    func explained(_ failure: Failure) -> Failure {
        guard !written.isEmpty else { return failure }
        var explained = failure
        explained.mayBeDone = true
        explained.reason += "; written before it: \(written.joined(separator: ", "))"
        return explained
    }
}
