public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// The names of the folders right below a folder, sorted.
    @discardableResult
    public func listFolders(
        _ query: FolderQuery, completion: @escaping (Result<[String], Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withProject(query.project, named: nil, .list(query), call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(let project): self.folders(query, project, call, completion)
            }
        }
        return call
    }

    private func folders(
        _ query: FolderQuery, _ project: InfisicalAPI.Project, _ call: ProviderCall,
        _ completion: @escaping (Result<[String], Failure>) -> Void
    ) {
        versioned(call) { api, token in
            let pairs: [(name: String, value: String)] = [
                api.project(project), ("environment", query.environment), ("path", query.path),
            ]
            return self.wire.request("GET", api == .v4 ? "/v2/folders" : "/v1/folders", query: pairs, token: token)
        } completion: { answer in
            switch answer {
            case .success(let json):
                guard let names = Self.names(json) else {
                    let fault = InfisicalRefusal.broken(JSONError(kind: .shape, offset: 0))
                    return completion(.failure(self.wire.failures.make(fault, during: .list(query))))
                }
                completion(.success(names))
            case .failure(let refusal): completion(.failure(self.wire.failures.make(refusal, during: .list(query))))
            }
        }
    }

    private static func names(_ json: SecretJSON) -> [String]? {
        guard let list = (try? json.root.member("folders"))??.elements else { return nil }
        let names = list.compactMap { (try? $0.member("name"))??.publicText(maximumBytes: 256) }
        guard names.count == list.count else { return nil }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
