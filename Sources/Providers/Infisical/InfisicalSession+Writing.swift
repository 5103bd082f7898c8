public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// Creates, updates or deletes one secret.
    ///
    /// The server trims blanks around a value, except for one last line end.
    @discardableResult
    public func write(
        _ write: SecretWrite, completion: @escaping (Result<WriteOutcome, Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withProject(write.folder.project, named: write.name, .write(write), call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(.slug(let slug)) where write.method == "DELETE":
                completion(.failure(self.wire.failures.needsProjectID(slug, .write(write))))
            case .success(let project):
                self.send(write, project, call) { answer in completion(self.outcome(answer, write)) }
            }
        }
        return call
    }

    /// Sends one change.
    ///
    /// Once, unless the server cannot have seen it.
    func send(
        _ write: SecretWrite, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        versioned(call) { (api, token) throws(Failure) in
            let body = try InfisicalSession.body(write, project, api)
            var request = self.wire.request(write.method, api.secretPath(write.name), token: token, body: body)
            request.isRepeatable = false
            return request
        } completion: { answer in
            completion(answer)
        }
    }

    /// What the answer to a change says.
    func outcome(_ answer: InfisicalWire.Answer, _ write: SecretWrite) -> Result<WriteOutcome, Failure> {
        do {
            let root = try answer.get().root
            if let approval = try root.member("approval"), !approval.isNull { return .success(.awaitsApproval) }
            guard let secret = try root.member("secret"), secret.isObject else {
                throw JSONError(kind: .shape, offset: 0)
            }
            return .success(.done(version: try secret.member("version")?.integer))
        } catch let refusal as InfisicalRefusal {
            return .failure(wire.failures.make(refusal, duringWrite: .write(write)))
        } catch {
            let fault = error as? JSONError ?? JSONError(kind: .shape, offset: 0)
            return .failure(wire.failures.make(.broken(fault), duringWrite: .write(write)))
        }
    }

    private static func body(
        _ write: SecretWrite, _ project: InfisicalAPI.Project, _ api: InfisicalAPI
    ) throws(Failure) -> SecretBytes {
        var writer = try JSONWriter(maximumBytes: InfisicalWire.maximumBodyBytes)
        let named: (name: String, value: String)
        if case .delete = write.change { named = api.project(project) } else { named = api.projectInBody(project) }
        try writer.add(named.name, text: named.value)
        try writer.add("environment", text: write.folder.environment)
        try writer.add("secretPath", text: write.folder.path)
        try writer.add("type", text: "shared")
        switch write.change {
        case .create(let value), .update(let value): try writer.add("secretValue", secret: value)
        case .delete: break
        }
        if let comment = write.comment { try writer.add("secretComment", text: comment) }
        return try writer.finish()
    }
}

extension SecretWrite {
    var method: String {
        switch change {
        case .create: "POST"
        case .update: "PATCH"
        case .delete: "DELETE"
        }
    }

    /// The change as part of a sentence.
    var verb: String {
        switch change {
        case .create: "created"
        case .update: "updated"
        case .delete: "deleted"
        }
    }
}

extension InfisicalFailures {
    /// A refusal of something that is not done twice: where the server may have done it, that is said.
    func make(_ refusal: InfisicalRefusal, duringWrite operation: InfisicalOperation) -> Failure {
        var failure = make(refusal, during: operation)
        if InfisicalFailures.mayHaveBeenDone(refusal) {
            failure.mayBeDone = true
            failure.hint =
                "it may have been done or not, so it was not repeated: look at the vault before you try again"
        }
        return failure
    }

    private static func mayHaveBeenDone(_ refusal: InfisicalRefusal) -> Bool {
        switch refusal {
        // By a proxy that gave up waiting (408), or after another write of the same secret (409).
        case .answer(let answer, _): answer.status >= 500 || [408, 409].contains(answer.status)
        case .transport(let error, _): !error.cannotHaveBeenProcessed && error.kind != .memory
        case .broken: true
        case .failure: false
        }
    }
}
