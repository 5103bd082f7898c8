public import Diagnostics
import HTTPTransport

/// How far the identity that is logged in reaches. Names only: no value is asked for.
extension InfisicalSession {
    /// The slugs of a project's environments, sorted, as far as the identity may see them.
    @discardableResult
    public func environments(
        of project: String, completion: @escaping (Result<[String], Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withProject(project, named: nil, .lookUp(project), call) { found in
            switch found {
            case .failure(let failure): completion(.failure(failure))
            case .success(.slug(let slug)):
                completion(.failure(self.wire.failures.needsProjectID(slug, .lookUp(slug))))
            case .success(.id(let id)):
                let path = self.api == .v4 ? "/v1/projects/" : "/v1/workspace/"
                self.authorized(call) { token in
                    self.wire.request("GET", path + PercentEncoding.encode(id), token: token)
                } completion: { answer in
                    completion(self.names(answer, .lookUp(project), NearSearch.environments))
                }
            }
        }
        return call
    }

    /// The projects that the identity is a member of, sorted by slug.
    @discardableResult
    public func projects(completion: @escaping (Result<[(id: String, slug: String)], Failure>) -> Void) -> ProviderCall
    {
        let call = wire.makeCall()
        authorized(call) { token in
            self.wire.request("GET", self.api == .v4 ? "/v1/projects" : "/v1/workspace", token: token)
        } completion: { answer in
            completion(
                answer.map { Self.projects($0).map { (id: self.shown($0.id), slug: self.shown($0.slug)) } }
                    .mapError { self.wire.failures.make($0, during: .projects) })
        }
        return call
    }

    // MARK: - Parts

    private func names(
        _ answer: InfisicalWire.Answer, _ operation: InfisicalOperation, _ read: (SecretJSON) -> [String]
    ) -> Result<[String], Failure> {
        answer.map { read($0).map(wire.failures.shownName).sorted() }
            .mapError { wire.failures.make($0, during: operation) }
    }

    private func shown(_ name: String) -> String { wire.failures.shownName(name) }

    private static func projects(_ json: SecretJSON) -> [(id: String, slug: String)] {
        let list = ((try? json.root.member("projects")) ?? nil) ?? ((try? json.root.member("workspaces")) ?? nil)
        let found = (list?.elements ?? []).compactMap { node -> (id: String, slug: String)? in
            let id = ((try? node.member("id")) ?? nil)?.publicText(maximumBytes: 200)
            let slug = ((try? node.member("slug")) ?? nil)?.publicText(maximumBytes: 200)
            return id.flatMap { id in slug.map { (id, $0) } }
        }
        return found.sorted { $0.slug < $1.slug }
    }
}
