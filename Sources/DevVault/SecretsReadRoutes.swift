/// Reads of one secret and of a list, v3 and v4.
extension Vault {
    static let hiddenValue = "<hidden-by-infisical>"

    func listSecrets(_ request: APIRequest, _ version: APIVersion, for identity: Identity) throws(APIError) -> JSON {
        let read = try secretRead(request, version, isList: true, for: identity)
        let project = state.projects[read.projectIndex]
        if !read.isRecursive { try identity.require(.describe, in: read.place) }
        guard let environment = project.environments[read.place.environment],
            environment.folders[read.place.path] != nil
        else { throw .noFolder(read.place, operation: "NotFound") }
        let viewer = SecretViewer(project: project, identity: identity, read: read, version: version)
        let paths = environment.folders.keys.sorted().filter { path in
            let depth = FolderPath.depth(of: path, below: read.place.path)
            return depth == 0 || (read.isRecursive && (1...20).contains(depth ?? 0))
        }
        var rows: [JSON] = []
        var failures: [JSON] = []
        for path in paths {
            let place = Place(environment: read.place.environment, path: path)
            rows += viewer.rows(of: environment.folders[path], at: place, &failures)
        }
        var answer: [String: JSON] = ["secrets": .array(rows)]
        if read.includesImports {
            // Of all folders that are listed: an answer does not say which of them imports.
            let entries = paths.flatMap { environment.folders[$0]?.imports ?? [] }
            answer["imports"] = .array(viewer.imports(entries, &failures))
        }
        guard failures.isEmpty else {
            throw APIError(
                403, "ForbiddenError", "Failed to expand one or more secret references", details: .array(failures))
        }
        return .object(answer)
    }

    func readSecret(
        _ request: APIRequest, _ version: APIVersion, _ name: String, for identity: Identity
    ) throws(APIError) -> JSON {
        let read = try secretRead(request, version, isList: false, for: identity)
        // Before existence, so that a refusal tells nothing about it.
        try identity.require(.describe, in: read.place, name: name)
        let project = state.projects[read.projectIndex]
        guard let folder = project.environments[read.place.environment]?.folders[read.place.path] else {
            throw .noFolder(read.place, operation: "GetSecretByName")
        }
        let viewer = SecretViewer(project: project, identity: identity, read: read, version: version)
        guard let (secret, place) = viewer.find(name, in: folder) else { throw .noSecret(name) }
        return ["secret": try viewer.single(secret, at: place)]
    }

    func readSecret(_ request: APIRequest, id: String, for identity: Identity) throws(APIError) -> JSON {
        var fields = Fields(query: try request.queryFields())
        let shows = fields.queryFlag("viewSecretValue", default: true)
        try fields.check()
        for (index, project) in state.projects.enumerated() {
            guard let (place, secret) = project.locate(id) else { continue }
            guard identity.projects?.contains(project.id) ?? true else { throw .notMember(project.id) }
            try identity.require(.describe, in: place, name: secret.name)
            let read = SecretRead(
                projectIndex: index, place: place, showsValue: shows, expands: false, includesImports: false,
                isRecursive: false, replacesWithPersonal: false, kind: secret.kind, version: nil, tagSlugs: [],
                metadata: [])
            let viewer = SecretViewer(project: project, identity: identity, read: read, version: .v4)
            return ["secret": try viewer.single(secret, at: place)]
        }
        throw .notFound("Secret with ID '\(id)' not found")
    }
}

extension Project {
    /// The place and the secret of an id.
    fileprivate func locate(_ id: String) -> (Place, Secret)? {
        for (slug, environment) in environments {
            for (path, folder) in environment.folders {
                if let secret = folder.secrets.first(where: { $0.id == id }) {
                    return (Place(environment: slug, path: path), secret)
                }
            }
        }
        return nil
    }
}

/// Secrets as one identity sees them through one request.
struct SecretViewer {
    let project: Project
    let identity: Identity
    let read: SecretRead
    let version: APIVersion

    /// The rows of a folder in a list.
    ///
    /// What may not be described is left out, what may not be read is hidden.
    func rows(of folder: Folder?, at place: Place, _ failures: inout [JSON]) -> [JSON] {
        visible(in: folder, at: place).map { row($0, at: place, &failures) }
    }

    /// The imported folders, in the order of the folders' own lists.
    func imports(_ entries: [FolderImport], _ failures: inout [JSON]) -> [JSON] {
        entries.compactMap { entry in
            let source = Place(environment: entry.environment, path: entry.path)
            guard let found = self.folder(source), identity.may(.describe, in: source) else { return nil }
            let rows = visible(in: found, at: source).filter { $0.kind == .shared }.map { secret in
                var members = row(secret, at: source, &failures).object ?? [:]
                members["createdAt"] = nil
                members["updatedAt"] = nil
                return JSON.object(members)
            }
            return [
                "secretPath": .string(entry.path), "environment": .string(entry.environment),
                "folderId": .string(found.id), "secrets": .array(rows),
            ]
        }
    }

    /// A secret of the folder itself, else of its imports, the last one first.
    func find(_ name: String, in folder: Folder) -> (Secret, Place)? {
        if let own = folder.secrets.first(where: { $0.name == name && $0.kind == read.kind }) {
            return (own, read.place)
        }
        guard read.includesImports, read.kind == .shared else { return nil }
        for entry in folder.imports.reversed() {
            let source = Place(environment: entry.environment, path: entry.path)
            guard identity.may(.describe, in: source, name: name) else { continue }
            if let secret = self.folder(source)?.secrets.first(where: { $0.name == name && $0.kind == .shared }) {
                return (secret, source)
            }
        }
        return nil
    }

    /// One secret by name: its value, or a refusal.
    func single(_ secret: Secret, at place: Place) throws(APIError) -> JSON {
        let chosen = read.version.map { secret.version($0) } ?? secret.current
        guard let chosen else { throw .noSecret(secret.name) }
        let isReadable = identity.may(.readValue, in: place, name: secret.name)
        guard isReadable || !read.showsValue else { throw .valueNotReadable(secret.name) }
        let value =
            read.showsValue && read.expands
            ? try ReferenceExpander(project: project, identity: identity).expand(chosen.value, at: place)
            : chosen.value
        return json(secret, chosen, value: read.showsValue ? value : nil, at: place)
    }

    /// The shape of a secret on the wire; without a value it is hidden.
    func json(_ secret: Secret, _ chosen: SecretVersion, value: String?, at place: Place) -> JSON {
        let tags = project.tags.filter { secret.tagIDs.contains($0.id) }
        return [
            "id": .string(secret.id), "_id": .string(secret.id), "workspace": .string(project.id),
            "environment": .string(place.environment), "version": .int(chosen.number),
            "type": .string(secret.kind.rawValue), "secretKey": .string(secret.name),
            "secretValue": .string(value ?? Vault.hiddenValue), "secretValueHidden": .bool(value == nil),
            "secretComment": .string(secret.comment), "secretPath": .string(place.path),
            "secretReminderNote": secret.reminderNote.map { .string($0) } ?? .null,
            "secretReminderRepeatDays": secret.reminderRepeatDays.map { .int($0) } ?? .null,
            "skipMultilineEncoding": .bool(secret.skipMultilineEncoding),
            "createdAt": .string(secret.createdAt.wire), "updatedAt": .string(secret.updatedAt.wire),
            "actor": .null, "isRotatedSecret": false, "rotationId": .null,
            "secretMetadata": .array(secret.metadata.map { ["key": .string($0.key), "value": .string($0.value)] }),
            "tags": .array(
                tags.map { ["id": .string($0.id), "slug": .string($0.slug), "name": .string($0.slug), "color": ""] }),
        ]
    }

    // MARK: - Private

    private func folder(_ place: Place) -> Folder? { project.environments[place.environment]?.folders[place.path] }

    private func row(_ secret: Secret, at place: Place, _ failures: inout [JSON]) -> JSON {
        guard read.showsValue, identity.may(.readValue, in: place, name: secret.name) else {
            return json(secret, secret.current, value: nil, at: place)
        }
        var value = secret.current.value
        if read.expands {
            do {
                value = try ReferenceExpander(project: project, identity: identity).expand(value, at: place)
            } catch {
                failures.append(error.message)
            }
        }
        return json(secret, secret.current, value: value, at: place)
    }

    private func visible(in folder: Folder?, at place: Place) -> [Secret] {
        let all = (folder?.secrets ?? []).filter { secret in
            identity.may(.describe, in: place, name: secret.name) && passesFilters(secret)
        }
        return choose(all).sorted { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }
    }

    /// v3 gives both kinds and the client decides; v4 gives one row a name, the personal one only when asked.
    private func choose(_ secrets: [Secret]) -> [Secret] {
        guard version == .v4 else { return secrets }
        let personal = read.replacesWithPersonal ? secrets.filter { $0.kind == .personal } : []
        let overridden = Set(personal.map(\.name))
        return personal + secrets.filter { $0.kind == .shared && !overridden.contains($0.name) }
    }

    private func passesFilters(_ secret: Secret) -> Bool {
        let slugs = project.tags.filter { secret.tagIDs.contains($0.id) }.map(\.slug)
        return (read.tagSlugs.isEmpty || read.tagSlugs.contains { slugs.contains($0) })
            && read.metadata.allSatisfy { secret.metadata.contains($0) }
    }
}
