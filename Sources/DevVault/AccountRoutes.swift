import Foundation

/// Login, tokens, status, identity, projects and folders.
extension Vault {
    func loginFields(_ request: APIRequest) throws(APIError) -> (id: String, secret: String, organization: String?) {
        var fields = try Fields(body: request.bodyJSON())
        let id = fields.required("clientId").trimmingCharacters(in: .whitespacesAndNewlines)
        let secret = fields.required("clientSecret").trimmingCharacters(in: .whitespacesAndNewlines)
        let organization = fields.optional("organizationSlug", length: 1...64)
        for name in settings.requiredLoginFields { _ = fields.required(name) }
        try fields.check()
        return (id, secret, organization)
    }

    mutating func loginAnswer(_ request: APIRequest, address: String, now: Date) throws(APIError) -> JSON {
        let given = try loginFields(request)
        return try login(
            clientID: given.id, clientSecret: given.secret, organizationSlug: given.organization, address: address,
            now: now)
    }

    /// The token that renew and revoke name in their body.
    func accessToken(in request: APIRequest) throws(APIError) -> String {
        var fields = try Fields(body: request.bodyJSON())
        let token = fields.required("accessToken").trimmingCharacters(in: .whitespacesAndNewlines)
        try fields.check()
        return token
    }

    func statusAnswer(now: Date) -> JSON {
        [
            "date": .string(now.wire), "message": "Ok", "emailConfigured": true, "inviteOnlySignup": false,
            "redisConfigured": true, "secretScanningConfigured": false,
        ]
    }

    func identityDetails() -> JSON {
        let organization = state.organization
        return [
            "identityDetails": [
                "organization": [
                    "id": .string(organization.id), "name": .string(organization.name),
                    "slug": .string(organization.slug),
                ]
            ]
        ]
    }

    // MARK: - Projects

    func projectList(for identity: Identity) -> JSON {
        let own = state.projects.filter { identity.projects?.contains($0.id) ?? true }
        let list = JSON.array(own.map(json))
        return ["projects": list, "workspaces": list]
    }

    func projectAnswer(id: String, key: String, for identity: Identity) throws(APIError) -> JSON {
        let project = state.projects[try projectIndex(id: id, for: identity)]
        return [key: json(project)]
    }

    /// By slug the project stands bare in the answer.
    func projectAnswer(slug: String, for identity: Identity) throws(APIError) -> JSON {
        json(state.projects[try projectIndex(slug: slug, for: identity)])
    }

    /// The place of a project that the identity is a member of.
    func projectIndex(id: String, for identity: Identity) throws(APIError) -> Int {
        guard let index = state.projects.firstIndex(where: { $0.id == id }) else {
            throw .notFound("Project with ID '\(id)' not found")
        }
        return try member(index, identity)
    }

    /// The same by slug.
    func projectIndex(slug: String, for identity: Identity) throws(APIError) -> Int {
        guard let index = state.projects.firstIndex(where: { $0.slug == slug }) else {
            throw .notFound("No project found with slug \(slug)")
        }
        return try member(index, identity)
    }

    private func member(_ index: Int, _ identity: Identity) throws(APIError) -> Int {
        let id = state.projects[index].id
        guard state.projects[index].isForeign != true else {
            throw APIError(403, "ForbiddenError", "This project does not belong to your selected organization.")
        }
        guard identity.projects?.contains(id) ?? true else { throw .notMember(id) }
        return index
    }

    private func json(_ project: Project) -> JSON {
        let environments = project.environments.sorted { $0.key < $1.key }.map { slug, environment -> JSON in
            ["id": .string(environment.id), "name": .string(slug), "slug": .string(slug)]
        }
        return [
            "id": .string(project.id), "_id": .string(project.id), "name": .string(project.name),
            "slug": .string(project.slug), "orgId": .string(state.organization.id), "type": "secret-manager",
            "autoCapitalization": false, "version": 3, "createdAt": .string(project.createdAt.wire),
            "updatedAt": .string(project.createdAt.wire), "environments": .array(environments),
        ]
    }

    // MARK: - Folders

    func folderList(_ request: APIRequest, _ version: APIVersion, for identity: Identity) throws(APIError) -> JSON {
        var fields = Fields(query: try request.queryFields())
        let projectID = fields.required(version == .v3 ? "workspaceId" : "projectId")
        let environment = fields.required("environment")
        let path = FolderPath.normal(fields.optional("path") ?? fields.optional("directory") ?? "/")
        let isRecursive = fields.queryFlag("recursive", default: false)
        try fields.check()
        let project = state.projects[try projectIndex(id: projectID, for: identity)]
        guard let found = project.environments[environment] else {
            throw .notFound("Environment with slug '\(environment)' in project with ID '\(projectID)' not found")
        }
        guard found.folders[path] != nil else {
            throw .noFolder(Place(environment: environment, path: path), operation: "NotFound")
        }
        let inside = found.folders.keys.filter {
            FolderPath.depth(of: $0, below: path) == 1
                || (isRecursive && FolderPath.depth(of: $0, below: path) ?? 0 > 0)
        }
        return ["folders": .array(inside.sorted().compactMap { folderJSON($0, in: found) })]
    }

    private func folderJSON(_ path: String, in environment: ProjectEnvironment) -> JSON? {
        guard let folder = environment.folders[path] else { return nil }
        let parent = environment.folders[FolderPath.parent(of: path)]?.id
        return [
            "id": .string(folder.id), "name": .string(String(path.split(separator: "/").last ?? "root")), "version": 1,
            "createdAt": .string(folder.createdAt.wire), "updatedAt": .string(folder.createdAt.wire),
            "envId": .string(environment.id), "parentId": parent.map { .string($0) } ?? .null, "isReserved": false,
            "description": .null, "lastSecretModified": .null, "path": .string(path),
        ]
    }
}

extension Date {
    /// ISO 8601 with milliseconds in UTC, as every answer writes a time.
    var wire: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}

/// Paths of folders: `/` or `/a/b`, without a slash at the end.
enum FolderPath {
    /// The one form of a path, however it was written.
    static func normal(_ text: String) -> String {
        "/" + text.split(separator: "/").joined(separator: "/")
    }

    /// The folder above; the root is above itself.
    static func parent(of path: String) -> String {
        "/" + path.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// How many levels `path` is below `base`: 0 for itself, nil when it is not below.
    static func depth(of path: String, below base: String) -> Int? {
        let parts = path.split(separator: "/")
        let above = base.split(separator: "/")
        return parts.starts(with: above) ? parts.count - above.count : nil
    }
}
