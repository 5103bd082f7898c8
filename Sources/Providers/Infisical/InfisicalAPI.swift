/// The two versions of the secrets API, and what they call things.
enum InfisicalAPI {
    case v4, v3

    /// How a project is named to the server.
    enum Project: Equatable {
        case id(String)
        /// Only v3 takes a slug.
        case slug(String)

        /// Whether `text` has the form of an id: a UUID, or 24 hexadecimal digits of older instances.
        static func isID(_ text: String) -> Bool {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.allSatisfy({ $0.utf8.allSatisfy { JSONText.hexValue($0) != nil } }) else { return false }
            return parts.map(\.count) == [8, 4, 4, 4, 12] || parts.map(\.count) == [24]
        }
    }

    /// Of all secrets of a folder.
    var listPath: String {
        switch self {
        case .v4: "/v4/secrets"
        case .v3: "/v3/secrets/raw"
        }
    }

    /// Of one secret.
    func secretPath(_ name: String) -> String { listPath + "/" + PercentEncoding.encode(name) }

    /// Of many secrets at once.
    var batchPath: String {
        switch self {
        case .v4: "/v4/secrets/batch"
        case .v3: "/v3/secrets/batch/raw"
        }
    }

    /// Of folders: the newest path that each age of server has.
    var folderPath: String {
        switch self {
        case .v4: "/v2/folders"
        case .v3: "/v1/folders"
        }
    }

    /// The project in a query or in a delete's body.
    func project(_ project: Project) -> (name: String, value: String) {
        switch (self, project) {
        case (.v4, .id(let id)), (.v4, .slug(let id)): ("projectId", id)
        case (.v3, .id(let id)): ("workspaceId", id)
        case (.v3, .slug(let slug)): ("workspaceSlug", slug)
        }
    }

    /// The project in the body of a create or update.
    func projectInBody(_ project: Project) -> (name: String, value: String) {
        if case (.v3, .slug(let slug)) = (self, project) { return ("projectSlug", slug) }
        return self.project(project)
    }

    /// What both ways of reading ask for.
    ///
    /// Every boolean is sent, since defaults changed in 2026; imports under both spellings, since a server drops the
    /// one that it does not know.
    func readQuery(
        _ project: Project, _ folder: FolderQuery, includesImports: Bool = true
    ) -> [(name: String, value: String)] {
        let imports = includesImports ? "true" : "false"
        return [
            self.project(project), ("environment", folder.environment), ("secretPath", folder.path),
            ("viewSecretValue", folder.includesValues ? "true" : "false"),
            ("expandSecretReferences", folder.expandsReferences ? "true" : "false"),
            ("includeImports", imports), ("include_imports", imports),
        ]
    }

    /// What a list asks for beside that.
    func listQuery(_ query: FolderQuery) -> [(name: String, value: String)] {
        var pairs = [("recursive", query.isRecursive ? "true" : "false")]
        if self == .v4 { pairs.append(("includePersonalOverrides", query.prefersPersonal ? "true" : "false")) }
        if !query.filter.tags.isEmpty { pairs.append(("tagSlugs", query.filter.tags.joined(separator: ","))) }
        if !query.filter.metadata.isEmpty {
            let filter = query.filter.metadata.sorted { $0.key < $1.key }.map { "key=\($0.key),value=\($0.value)" }
            pairs.append(("metadataFilter", filter.joined(separator: "|")))
        }
        return pairs
    }
}
