public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// Sends a request of the secrets API in the version that the instance has.
    ///
    /// The first answer that v4 has no such route settles on v3 for the session.
    func versioned(
        _ call: ProviderCall, _ makeRequest: @escaping (InfisicalAPI, SecretBytes) throws(Failure) -> HTTPRequest,
        completion: @escaping (InfisicalWire.Answer) -> Void
    ) {
        let asked = api
        authorized(call) { (token) throws(Failure) in
            try makeRequest(asked, token)
        } completion: { answer in
            guard asked == .v4, case .failure(.answer(let refused, _)) = answer, refused.isRouteMissing else {
                return completion(answer)
            }
            self.api = .v3
            self.versioned(call, makeRequest, completion: completion)
        }
    }

    /// Finds out how to name the project to the server: an id as it is, a slug after one look-up.
    func withProject(
        _ project: String, named name: String?, _ operation: InfisicalOperation, _ call: ProviderCall,
        _ completion: @escaping (Result<InfisicalAPI.Project, Failure>) -> Void
    ) {
        if let failure = InfisicalSession.fault(project, name) {
            return call.underway(wire.environment.wait(.zero) { completion(.failure(failure)) })
        }
        if InfisicalAPI.Project.isID(project) { return completion(.success(.id(project))) }
        if let id = projectIDs[project] { return completion(.success(.id(id))) }
        if hasNoLookUp { return completion(.success(.slug(project))) }
        waitingForProject[project, default: []].append { result in
            if !call.isCancelled { completion(result) }
        }
        guard waitingForProject[project]?.count == 1 else { return }
        // A call of its own: others may wait for it when the first one is cancelled.
        let lookUp = ProviderCall(deadline: call.deadline)
        authorized(lookUp) { token in
            self.wire.request("GET", "/v1/projects/slug/" + PercentEncoding.encode(project), token: token)
        } completion: { answer in
            let waiting = self.waitingForProject.removeValue(forKey: project) ?? []
            let result = self.lookedUp(answer, project)
            for report in waiting { report(result) }
        }
    }

    /// How a project is named to the server, where that is known already.
    func knownProject(_ project: String) -> InfisicalAPI.Project? {
        if InfisicalAPI.Project.isID(project) { return .id(project) }
        return projectIDs[project].map { .id($0) } ?? (api == .v3 ? .slug(project) : nil)
    }

    private func lookedUp(_ answer: InfisicalWire.Answer, _ slug: String) -> Result<InfisicalAPI.Project, Failure> {
        switch answer {
        case .success(let json):
            guard let id = InfisicalSession.projectID(json) else {
                return .failure(wire.failures.make(.broken(JSONError(kind: .shape, offset: 0)), during: .lookUp(slug)))
            }
            projectIDs[slug] = id
            return .success(.id(id))
        case .failure(.answer(let refused, _)) where refused.isRouteMissing:
            // An instance too old for the look-up is too old for v4; v3 takes the slug itself.
            api = .v3
            hasNoLookUp = true
            return .success(.slug(slug))
        case .failure(.answer(let refused, _)) where refused.status == 404 && refused.isAPI:
            // No slug of the instance: an id of an unusual form, then, which the next answer will tell.
            projectIDs[slug] = slug
            return .success(.id(slug))
        case .failure(let refusal): return .failure(wire.failures.make(refusal, during: .lookUp(slug)))
        }
    }

    /// The id of a project, where it is given or was looked up; nil where it is not known.
    public func projectID(of project: String) -> String? {
        InfisicalAPI.Project.isID(project) ? project : projectIDs[project]
    }

    /// Why the slug of a project does not do for all that is asked of this instance; nil where it does, or where that is
    /// not known yet.
    public func slugFault(of project: String) -> Failure? {
        guard hasNoLookUp, projectID(of: project) == nil else { return nil }
        return wire.failures.needsProjectID(project, .lookUp(project))
    }

    private static func projectID(_ json: SecretJSON) -> String? {
        let nested = ((try? json.root.member("project")) ?? nil) ?? ((try? json.root.member("workspace")) ?? nil)
        let node = nested ?? json.root
        let id = ((try? node.member("id")) ?? nil) ?? ((try? node.member("_id")) ?? nil)
        return id?.publicText(maximumBytes: 100).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What no request can be made of.
    private static func fault(_ project: String, _ name: String?) -> Failure? {
        if project.isEmpty {
            return Failure(
                .usage, "no project is given", reason: "a machine identity has to name the project that it reads",
                hint: "give its id or slug: login{ project = … } or INFISICAL_PROJECT_ID")
        }
        // These would change the path of the URL, however they are encoded.
        let steps = [".", ".."]
        if steps.contains(project) {
            return Failure(
                .usage, "\"\(project)\" is no project", reason: "a slug is not . or ..", hint: "give its id or slug")
        }
        guard let name, name.isEmpty || steps.contains(name) else { return nil }
        return Failure(
            .usage, "\"\(name.printable)\" is no name of a secret", reason: "a name is not empty and not . or ..",
            hint: "write it as Infisical shows it")
    }
}
