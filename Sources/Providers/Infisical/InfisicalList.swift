import SecretMemory

/// What a server puts in the place of a value that the identity may not read.
private let hiddenValueText = "<hidden-by-infisical>"

/// Secrets out of answers: one, or a list with what is imported into it.
enum InfisicalList {
    /// A list with its imports merged: own secrets beat imported ones; among imports the last one wins. Personal
    /// overrides stand in for what they override where they are wanted, and are left out where not.
    static func merged(_ json: SecretJSON, _ query: FolderQuery) -> Result<[FetchedSecret], InfisicalRefusal> {
        do throws(JSONError) {
            guard let own = try json.root.member("secrets")?.elements else { throw JSONError(kind: .shape, offset: 0) }
            var found = Found(query: query)
            try found.addOwn(own)
            for entry in (try json.root.member("imports")?.elements ?? []).reversed() { try found.addImport(entry) }
            return .success(found.sorted)
        } catch { return .failure(.broken(error)) }
    }

    /// A secret's fields; places that it does not name are those of `folder`.
    static func secret(_ node: SecretJSON.Node, in folder: FolderQuery) throws(JSONError) -> FetchedSecret {
        let value = try folder.includesValues ? value(node) : nil
        return FetchedSecret(
            name: try name(node), value: value, version: try node.member("version")?.integer,
            environment: try node.member("environment")?.publicText() ?? folder.environment,
            path: try node.member("secretPath")?.publicText() ?? folder.path,
            isPersonal: try node.member("type")?.isText("personal") ?? false,
            holdsReference: value.map(SecretReference.isIn) ?? false, tags: try tags(node))
    }

    // MARK: - Fields

    static func name(_ node: SecretJSON.Node) throws(JSONError) -> String {
        guard let name = try node.member("secretKey")?.publicText() else { throw JSONError(kind: .shape, offset: 0) }
        return name
    }

    /// The slugs of the tags that it shows.
    static func tags(_ node: SecretJSON.Node) throws(JSONError) -> [String] {
        var slugs: [String] = []
        for tag in try node.member("tags")?.elements ?? [] {
            if let slug = try tag.member("slug")?.publicText() { slugs.append(slug) }
        }
        return slugs
    }

    /// The value; nil where it is hidden.
    ///
    /// Old servers have no field that says so, hence the look at the text too.
    private static func value(_ node: SecretJSON.Node) throws(JSONError) -> SecretBytes? {
        guard let value = try node.member("secretValue") else { throw JSONError(kind: .shape, offset: 0) }
        if let flag = try node.member("secretValueHidden"), !flag.isNull, flag.bool != false { return nil }
        if value.isText(hiddenValueText) { return nil }
        guard let secret = try value.secret() else { throw JSONError(kind: .shape, offset: 0) }
        return secret
    }

    // MARK: - Merging

    private struct Found {
        let query: FolderQuery
        /// By path, then by name: in a list of one folder there is one path.
        private var own: [String: [[UInt8]: FetchedSecret]] = [:]
        private var imported: [[UInt8]: FetchedSecret] = [:]

        init(query: FolderQuery) { self.query = query }

        var sorted: [FetchedSecret] {
            (own.values.flatMap(\.values) + imported.values).sorted {
                $0.name == $1.name
                    ? $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
                    : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
            }
        }

        mutating func addOwn(_ nodes: [SecretJSON.Node]) throws(JSONError) {
            for node in nodes {
                // v3 lists overrides beside what they override; v4 sends one of the two.
                let isPersonal = try node.member("type")?.isText("personal") == true
                let name = try InfisicalList.name(node)
                guard !isPersonal || query.prefersPersonal, try query.filter.lets(name, node) else { continue }
                let path = try node.member("secretPath")?.publicText() ?? query.path
                // Byte for byte: texts that look the same to a person are two names.
                let key = Array(name.utf8)
                if own[path]?[key] != nil, !isPersonal { continue }
                own[path, default: [:]][key] = try InfisicalList.secret(node, in: query)
            }
        }

        mutating func addImport(_ entry: SecretJSON.Node) throws(JSONError) {
            var folder = query
            folder.environment = try entry.member("environment")?.publicText() ?? query.environment
            folder.path = try entry.member("secretPath")?.publicText() ?? query.path
            for node in try entry.member("secrets")?.elements ?? [] {
                if try node.member("type")?.isText("personal") == true { continue }
                let name = try InfisicalList.name(node)
                let key = Array(name.utf8)
                guard imported[key] == nil, !own.values.contains(where: { $0[key] != nil }),
                    try query.filter.lets(name, node)
                else { continue }
                var secret = try InfisicalList.secret(node, in: folder)
                secret.isImported = true
                imported[key] = secret
            }
        }
    }
}

extension SecretFilter {
    /// Whether a secret of this name and with these fields is wanted.
    ///
    /// One that does not show what is asked for is not.
    func lets(_ name: String, _ node: SecretJSON.Node) throws(JSONError) -> Bool {
        if let names, !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return false }
        if !tags.isEmpty {
            guard try InfisicalList.tags(node).contains(where: tags.contains) else { return false }
        }
        for (key, value) in metadata {
            var isThere = false
            for pair in try node.member("secretMetadata")?.elements ?? [] {
                if try pair.member("key")?.isText(key) == true, try pair.member("value")?.isText(value) == true {
                    isThere = true
                }
            }
            guard isThere else { return false }
        }
        return true
    }
}
