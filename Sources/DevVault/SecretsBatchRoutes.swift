import Foundation

/// Create, update and delete of many secrets of one folder, v3 and v4; and what a change policy makes of changes.
extension Vault {
    /// What a batch asks for.
    private struct Batch {
        var projectIndex: Int
        var place: Place
        var mode: String
        var items: [(name: String, write: SecretWrite)]
    }

    mutating func writeSecrets(
        _ request: APIRequest, _ version: APIVersion, _ action: SecretAction, for identity: Identity, now: Date
    ) throws(APIError) -> JSON {
        let batch = try batch(request, version, action, for: identity)
        for item in batch.items { try identity.require(action, in: batch.place, name: item.name) }
        if let approval = approval(for: batch.projectIndex, batch.place, names: batch.items.map(\.name), now: now) {
            return approval
        }
        let project = state.projects[batch.projectIndex]
        guard var folder = project.environments[batch.place.environment]?.folders[batch.place.path] else {
            throw .noFolder(batch.place, operation: Self.operationNames[action] ?? "NotFound")
        }
        // On a copy of the folder: a batch is done whole or not at all.
        var answers: [JSON] = []
        for item in batch.items {
            guard let done = try change(item.name, item.write, batch.mode, action, &folder, project, identity, now)
            else { continue }
            answers.append(answer(to: item.write, done, version, for: identity))
        }
        state.projects[batch.projectIndex].environments[batch.place.environment]?.folders[batch.place.path] = folder
        return ["secrets": .array(answers)]
    }

    private func change(
        _ name: String, _ write: SecretWrite, _ mode: String, _ action: SecretAction, _ folder: inout Folder,
        _ project: Project, _ identity: Identity, _ now: Date
    ) throws(APIError) -> Secret? {
        let isMissing = Self.index(of: name, write.kind, in: folder) == nil
        guard action == .edit, isMissing else {
            return try Self.apply(action, name, write, in: &folder, of: project, now: now)
        }
        switch mode {
        case "ignore": return nil
        case "upsert":
            try identity.require(.create, in: write.place, name: name)
            return try Self.apply(.create, name, write, in: &folder, of: project, now: now)
        default: throw .notFound("Secret does not exist: \(name)")
        }
    }

    private func batch(
        _ request: APIRequest, _ version: APIVersion, _ action: SecretAction, for identity: Identity
    ) throws(APIError) -> Batch {
        var fields = try Fields(body: request.bodyJSON())
        let projectID = version == .v4 ? fields.required("projectId") : fields.optional("workspaceId")
        let slug = version == .v3 ? fields.optional("projectSlug") : nil
        let environment = fields.required("environment")
        let path = FolderPath.normal(fields.optional("secretPath") ?? "/")
        let mode = settings.hasUpsert ? fields.optional("mode") ?? "failOnNotFound" : "failOnNotFound"
        let rows = fields.list("secrets", expected: "object") { $0.object == nil ? nil : $0 }
        if rows == nil { fields.refuse("secrets", "Required") }
        try fields.check()
        let place = Place(environment: environment, path: path)
        let index: Int
        if let projectID {
            index = try projectIndex(id: projectID, for: identity)
        } else if let slug {
            index = try projectIndex(slug: slug, for: identity)
        } else {
            throw .badRequest("You must provide projectSlug or workspaceId")
        }
        var items: [(name: String, write: SecretWrite)] = []
        for row in rows ?? [] { items.append(try Self.item(row, action, index, place)) }
        return Batch(projectIndex: index, place: place, mode: mode, items: items)
    }

    private static func item(
        _ row: JSON, _ action: SecretAction, _ project: Int, _ place: Place
    ) throws(APIError) -> (name: String, write: SecretWrite) {
        var fields = try Fields(body: row)
        let name = fields.required("secretKey")
        var write = SecretWrite(projectIndex: project, place: place, kind: fields.kind())
        if action != .delete { readContent(&fields, into: &write, isNew: action == .create) }
        if action != .delete { checkName(name, "secretKey", &fields) }
        try fields.check()
        return (name, write)
    }

    // MARK: - Change policies

    /// The answer in the place of a change that a policy protects; nil where none does.
    func approval(for project: Int, _ place: Place, names: [String], now: Date) -> JSON? {
        let policies = state.projects[project].protectedFolders ?? []
        guard policies.contains(FolderImport(environment: place.environment, path: place.path)) else { return nil }
        return [
            "approval": [
                "id": .string(Identifier.uuid()), "status": "open", "hasMerged": false, "slug": "change-request",
                "createdAt": .string(now.wire), "updatedAt": .string(now.wire),
                "commits": .array(names.map { ["secretKey": .string($0)] }),
            ]
        ]
    }
}
