public import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// Names the folders in a folder, sorted; with `query.isRecursive` those below them too, as `web/api`.
    @discardableResult
    public func listFolders(
        _ query: FolderQuery, completion: @escaping (Result<[String], Failure>) -> Void
    ) -> ProviderCall {
        let call = wire.makeCall()
        withProject(query.project, named: nil, .folders(query), call) { project in
            switch project {
            case .failure(let failure): completion(.failure(failure))
            case .success(.slug(let slug)):
                completion(.failure(self.wire.failures.needsProjectID(slug, .folders(query))))
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
            let pairs = [
                api.project(project), ("environment", query.environment), ("path", query.path),
                ("recursive", query.isRecursive ? "true" : "false"),
            ]
            return self.wire.request("GET", api.folderPath, query: pairs, token: token)
        } completion: { answer in
            switch answer.flatMap({ json in FolderTree.names(json) }) {
            case .success(let names): completion(.success(names))
            case .failure(let refusal):
                self.fail(refusal, during: .folders(query), call) { completion(.failure($0)) }
            }
        }
    }
}

/// The names of folders out of an answer.
///
/// Put together from each folder's name and the id of the one above it, since servers differ in what they say of paths.
/// The folder that was asked for is not in the list: who has no known folder above is in it.
enum FolderTree {
    static func names(_ json: SecretJSON) -> Result<[String], InfisicalRefusal> {
        do throws(JSONError) {
            guard let nodes = try json.root.member("folders")?.elements else {
                throw JSONError(kind: .shape, offset: 0)
            }
            var folders: [(name: String, id: String?, parent: String?)] = []
            for node in nodes {
                guard let name = try node.member("name")?.publicText() else { throw JSONError(kind: .shape, offset: 0) }
                folders.append((name, try node.member("id")?.publicText(), try node.member("parentId")?.publicText()))
            }
            var above: [String: (name: String, parent: String?)] = [:]
            for folder in folders { if let id = folder.id { above[id] = (folder.name, folder.parent) } }
            let paths = folders.map { folder in
                var parts = [folder.name]
                var parent = folder.parent
                // As deep as a server lists; a ring of parents ends there too.
                while let id = parent, let next = above[id], parts.count < 32 {
                    parts.insert(next.name, at: 0)
                    parent = next.parent
                }
                return parts.joined(separator: "/")
            }
            return .success(paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        } catch { return .failure(.broken(error)) }
    }
}
