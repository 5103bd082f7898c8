/// What a read asks for, from the query of either version.
struct SecretRead {
    var projectIndex: Int
    var place: Place
    var showsValue: Bool
    var expands: Bool
    var includesImports: Bool
    var isRecursive: Bool
    var replacesWithPersonal: Bool
    var kind: SecretKind
    var version: Int?
    var tagSlugs: [String]
    var metadata: [SecretMetadata]
}

extension Vault {
    /// Reads the query of a list or of one secret: fields, then presence, then project, as the server does.
    func secretRead(
        _ request: APIRequest, _ version: APIVersion, isList: Bool, for identity: Identity
    ) throws(APIError) -> SecretRead {
        var fields = Fields(query: try request.queryFields())
        let isNew = version == .v4
        // Only reading one secret through v4 insists on the project by itself.
        let projectID =
            isNew && !isList ? fields.required("projectId") : fields.optional(isNew ? "projectId" : "workspaceId")
        let slug = isNew ? nil : fields.optional("workspaceSlug")
        let environment = fields.optional("environment")
        let path = FolderPath.normal(fields.optional("secretPath") ?? "/")
        let shows = fields.queryFlag("viewSecretValue", default: true)
        let expands = fields.queryFlag("expandSecretReferences", default: isNew)
        let imports = fields.queryFlag(isNew ? "includeImports" : "include_imports", default: isNew)
        let recursive = isList && fields.queryFlag("recursive", default: false)
        let personal = isList && isNew && fields.queryFlag("includePersonalOverrides", default: false)
        let kind = isList ? .shared : fields.kind()
        let number = isList ? nil : fields.number("version")
        let tags = isList ? fields.optional("tagSlugs") ?? "" : ""
        let filter = isList ? fields.optional("metadataFilter") ?? "" : ""
        try fields.check()
        if isNew && isList && (projectID == nil || environment == nil) {
            throw .badRequest("Missing project id or environment")
        }
        if projectID == nil && slug == nil { throw .badRequest("You must provide projectSlug or workspaceId") }
        guard let environment else { throw .badRequest("Missing environment") }
        let index =
            if let projectID {
                try projectIndex(id: projectID, for: identity)
            } else {
                try projectIndex(slug: slug ?? "", for: identity)
            }
        return SecretRead(
            projectIndex: index, place: Place(environment: environment, path: path), showsValue: shows,
            expands: expands, includesImports: imports, isRecursive: recursive, replacesWithPersonal: personal,
            kind: kind, version: number, tagSlugs: tags.split(separator: ",").map(String.init),
            metadata: Self.metadataFilter(filter))
    }

    /// `key=a,value=b|key=c,value=d`: all pairs must be there.
    private static func metadataFilter(_ text: String) -> [SecretMetadata] {
        text.split(separator: "|").map { pair in
            var filter = SecretMetadata(key: "", value: "")
            for part in pair.split(separator: ",") {
                if part.hasPrefix("key=") { filter.key = String(part.dropFirst(4)) }
                if part.hasPrefix("value=") { filter.value = String(part.dropFirst(6)) }
            }
            return filter
        }
    }
}
