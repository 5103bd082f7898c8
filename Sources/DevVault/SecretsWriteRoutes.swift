import Foundation

/// What a write asks for, from the body of either version.
struct SecretWrite {
    var projectIndex: Int
    var place: Place
    var kind: SecretKind
    var value: String?
    var newName: String?
    var comment: String?
    var metadata: [SecretMetadata]?
    var tagIDs: [String]?
    var skipMultilineEncoding: Bool?
    var reminderNote: String?
    var reminderRepeatDays: Int?
}

/// Create, update and delete of one secret, v3 and v4.
extension Vault {
    mutating func writeSecret(
        _ request: APIRequest, _ version: APIVersion, _ action: SecretAction, _ name: String,
        for identity: Identity, now: Date
    ) throws(APIError) -> JSON {
        let write = try secretWrite(request, version, action, name, for: identity)
        try identity.require(action, in: write.place, name: name)
        if let approval = approval(for: write.projectIndex, write.place, names: [name], now: now) { return approval }
        let project = state.projects[write.projectIndex]
        let folder = project.environments[write.place.environment]?.folders[write.place.path]
        guard var folder else { throw .noFolder(write.place, operation: Self.operationNames[action] ?? "NotFound") }
        let secret = try Self.apply(action, name, write, in: &folder, of: project, now: now)
        state.projects[write.projectIndex].environments[write.place.environment]?.folders[write.place.path] = folder
        return ["secret": answer(to: write, secret, version, for: identity)]
    }

    /// Changes one secret of a folder.
    static func apply(
        _ action: SecretAction, _ name: String, _ write: SecretWrite, in folder: inout Folder, of project: Project,
        now: Date
    ) throws(APIError) -> Secret {
        guard (write.tagIDs ?? []).allSatisfy({ id in project.tags.contains { $0.id == id } }) else {
            throw .badRequest("Tag not found")
        }
        return switch action {
        case .create: try create(name, write, in: &folder, now: now)
        case .edit: try edit(name, write, in: &folder, now: now)
        default: try delete(name, write, in: &folder)
        }
    }

    /// What a folder that is not there is called in an error, by the action.
    static let operationNames: [SecretAction: String] = [
        .create: "CreateSecret", .edit: "UpdateSecret", .delete: "DeleteSecret",
    ]

    /// A written secret as the identity may see it.
    func answer(
        to write: SecretWrite, _ secret: Secret, _ version: APIVersion, for identity: Identity
    ) -> JSON {
        let read = SecretRead(
            projectIndex: write.projectIndex, place: write.place, showsValue: true, expands: false,
            includesImports: false, isRecursive: false, replacesWithPersonal: false, kind: write.kind, version: nil,
            tagSlugs: [], metadata: [])
        let viewer = SecretViewer(
            project: state.projects[write.projectIndex], identity: identity, read: read, version: version)
        let isReadable = identity.may(.readValue, in: write.place, name: secret.name)
        let value = isReadable ? secret.current.value : nil
        return viewer.json(secret, secret.current, value: value, at: write.place)
    }

    // MARK: - The three writes

    private static func create(
        _ name: String, _ write: SecretWrite, in folder: inout Folder, now: Date
    ) throws(APIError) -> Secret {
        guard index(of: name, write.kind, in: folder) == nil else {
            throw .badRequest("Secret already exist: \(name)")
        }
        var secret = Secret(
            kind: write.kind, name: name, versions: [SecretVersion(number: 1, value: write.value ?? "")],
            createdAt: now, updatedAt: now)
        apply(write, to: &secret)
        folder.secrets.append(secret)
        return secret
    }

    private static func edit(
        _ name: String, _ write: SecretWrite, in folder: inout Folder, now: Date
    ) throws(APIError) -> Secret {
        guard let place = index(of: name, write.kind, in: folder) else {
            throw .notFound("Secret does not exist: \(name)")
        }
        var secret = folder.secrets[place]
        if let newName = write.newName, newName != name {
            guard index(of: newName, write.kind, in: folder) == nil else {
                throw .badRequest("Secret already exist: \(newName)")
            }
            secret.name = newName
        }
        let number = secret.current.number + 1
        secret.versions.append(SecretVersion(number: number, value: write.value ?? secret.current.value))
        secret.updatedAt = now
        apply(write, to: &secret)
        folder.secrets[place] = secret
        return secret
    }

    private static func delete(
        _ name: String, _ write: SecretWrite, in folder: inout Folder
    ) throws(APIError) -> Secret {
        guard let place = index(of: name, write.kind, in: folder) else {
            throw .notFound("Secret does not exist: \(name)")
        }
        return folder.secrets.remove(at: place)
    }

    static func index(of name: String, _ kind: SecretKind, in folder: Folder) -> Int? {
        folder.secrets.firstIndex { $0.name == name && $0.kind == kind }
    }

    private static func apply(_ write: SecretWrite, to secret: inout Secret) {
        secret.comment = write.comment ?? secret.comment
        secret.metadata = write.metadata ?? secret.metadata
        secret.tagIDs = write.tagIDs ?? secret.tagIDs
        secret.skipMultilineEncoding = write.skipMultilineEncoding ?? secret.skipMultilineEncoding
        secret.reminderNote = write.reminderNote ?? secret.reminderNote
        secret.reminderRepeatDays = write.reminderRepeatDays ?? secret.reminderRepeatDays
    }

    // MARK: - The body

    private func secretWrite(
        _ request: APIRequest, _ version: APIVersion, _ action: SecretAction, _ name: String, for identity: Identity
    ) throws(APIError) -> SecretWrite {
        var fields = try Fields(body: request.bodyJSON())
        let projectID = version == .v4 ? fields.required("projectId") : fields.optional("workspaceId")
        let slug = version == .v3 ? fields.optional("projectSlug") : nil
        let environment = fields.required("environment")
        let path = FolderPath.normal(fields.optional("secretPath") ?? "/")
        var write = SecretWrite(
            projectIndex: 0, place: Place(environment: environment, path: path), kind: fields.kind())
        if action != .delete { Self.readContent(&fields, into: &write, isNew: action == .create) }
        if action == .create { Self.checkName(name, "secretName", &fields) }
        if let newName = write.newName { Self.checkName(newName, "newSecretName", &fields) }
        try fields.check()
        if let projectID {
            write.projectIndex = try projectIndex(id: projectID, for: identity)
        } else if let slug {
            write.projectIndex = try projectIndex(slug: slug, for: identity)
        } else {
            throw .badRequest("You must provide projectSlug or workspaceId")
        }
        return write
    }

    static func readContent(_ fields: inout Fields, into write: inout SecretWrite, isNew: Bool) {
        write.value = (isNew ? fields.required("secretValue") : fields.optional("secretValue")).map(trimmed)
        write.newName = isNew ? nil : fields.optional("newSecretName")
        write.comment = fields.nullable("secretComment")
        write.metadata = fields.list("secretMetadata", expected: "object") { item in
            guard let key = item["key"]?.string, let value = item["value"]?.string else { return nil }
            return SecretMetadata(key: key, value: value)
        }
        write.tagIDs = fields.list("tagIds", expected: "string") { $0.string }
        write.skipMultilineEncoding = fields.flag("skipMultilineEncoding")
        write.reminderNote = fields.nullable("secretReminderNote", length: 0...1024)
        write.reminderRepeatDays = fields.number("secretReminderRepeatDays")
    }

    static func checkName(_ name: String, _ field: String, _ fields: inout Fields) {
        for (character, word) in [(" ", "spaces"), (":", "colon"), ("/", "forward slash")]
        where name.contains(character) {
            fields.refuse(field, "Secret name cannot contain \(word)")
        }
    }

    /// The server trims a value and keeps one newline at its end.
    private static func trimmed(_ value: String) -> String {
        let core = value.trimmingCharacters(in: .whitespacesAndNewlines)
        return value.hasSuffix("\n") ? core + "\n" : core
    }
}
