import Diagnostics
import Foundation
import Glibc

/// What a seed file describes, and what the ready line says of it.
struct Seed: Sendable {
    var state: VaultState
    var settings: ServerSettings
    /// What to tell whoever started the vault.
    var credentials: SeedCredentials
    /// Places of values that are words, or nearly: they are masked wherever such a word stands.
    var plainValues: [String] = []

    /// What to say of these; nil where there are none.
    var warning: String? {
        guard !plainValues.isEmpty else { return nil }
        let more = plainValues.count > 5 ? " and \(plainValues.count - 5) more" : ""
        return
            "warning: values of fewer than \(SeedBuilder.plainBytes) bytes are masked wherever such a word stands, in "
            + "messages too: \(plainValues.prefix(5).joined(separator: ", "))\(more)"
    }

    /// Reads a seed file.
    ///
    /// - Throws: `Failure` of kind `usage` that names the file and every problem in it, never a value.
    init(contentsOf path: String, now: Date) throws(Failure) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let isReadable = unsafe access(path, R_OK) == 0
            let reason = isReadable ? "it is no regular file" : unsafe String(cString: strerror(errno))
            throw Failure(
                .usage, "seed \(path) cannot be read", reason: reason, hint: "check the path given to --seed")
        }
        try self.init(data, name: path, now: now)
    }

    /// Reads the text of a seed; `name` stands for it in messages.
    init(_ data: Data, name: String, now: Date) throws(Failure) {
        let tree: JSON
        do {
            tree = try JSON(parsing: data)
        } catch {
            throw Failure(
                .usage, "seed \(name) is not JSON", reason: Self.firstFault(in: data),
                hint: "the format is shown by: vaultscript dev --help")
        }
        var builder = SeedBuilder(now: now)
        self = builder.build(tree)
        guard builder.reader.problems.isEmpty else {
            throw Failure(
                .usage, "seed \(name) cannot be used", reason: builder.reader.problems.joined(separator: "\n"),
                hint: "mend the file; the format is shown by: vaultscript dev --help")
        }
    }

    init(
        state: VaultState, settings: ServerSettings, credentials: SeedCredentials = SeedCredentials(),
        plainValues: [String] = []
    ) {
        (self.state, self.settings, self.credentials) = (state, settings, credentials)
        self.plainValues = plainValues
    }

    /// Where the text stops being JSON, without a word of it.
    private static func firstFault(in data: Data) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: data)
        } catch {
            let text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
            guard let match = text.firstMatch(of: /character (\d+)/), let offset = Int(match.1) else {
                return "the text ends too early"
            }
            let before = String(decoding: data.prefix(offset), as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            return "the first fault is at line \(before.count), column \((before.last?.count ?? 0) + 1)"
        }
        return "it holds something that JSON does not have"
    }
}

/// The first identity and the first project.
struct SeedCredentials: Equatable, Sendable {
    var clientID: String?
    var clientSecret: String?
    var projectID: String?
}

/// Builds a seed from its tree; problems gather in `reader`.
struct SeedBuilder {
    /// A value with fewer bytes is found in ordinary text.
    static let plainBytes = 8

    var reader = SeedReader()
    let now: Date
    private var plainValues: [String] = []

    init(now: Date) { self.now = now }

    mutating func build(_ tree: JSON) -> Seed {
        let top = reader.object(tree, "", keys: ["projects", "identities", "server"])
        var state = VaultState()
        state.projects = (reader.list(top["projects"], "projects") ?? []).map { project($0.value, $0.place) }
        let identities = (reader.list(top["identities"], "identities") ?? []).map { identity($0.value, $0.place) }
        state.identities = identities.map(\.0)
        refuseTwins(state.projects.map(\.id), "projects", "id")
        refuseTwins(state.projects.map(\.slug), "projects", "slug")
        refuseTwins(state.identities.map(\.clientID), "identities", "clientId")
        refuseUnknownProjects(in: state)
        let credentials = SeedCredentials(
            clientID: state.identities.first?.clientID, clientSecret: identities.first?.1,
            projectID: state.projects.first?.id)
        return Seed(state: state, settings: server(top["server"]), credentials: credentials, plainValues: plainValues)
    }

    // MARK: - Projects

    private mutating func project(_ value: JSON, _ place: String) -> Project {
        let keys = ["id", "slug", "name", "environments", "protected", "otherOrganization"]
        let members = reader.object(value, place, keys: keys)
        let id = reader.required(members, "id", place)
        let slug = reader.string(members["slug"], "\(place).slug") ?? id
        let name = reader.string(members["name"], "\(place).name") ?? slug
        var project = Project(id: id, slug: slug, name: name, createdAt: now)
        project.protectedFolders = reader.list(members["protected"], "\(place).protected")?.map { entry in
            let folder = reader.object(entry.value, entry.place, keys: ["environment", "path"])
            return FolderImport(
                environment: reader.required(folder, "environment", entry.place),
                path: FolderPath.normal(reader.string(folder["path"], "\(entry.place).path") ?? "/"))
        }
        project.isForeign = reader.flag(members["otherOrganization"], "\(place).otherOrganization")
        if members["environments"] == nil { reader.note(place, "key \"environments\" is missing") }
        let environments = "\(place).environments"
        for (slug, folders) in reader.map(members["environments"], environments) {
            project.environments[slug] = environment(folders, "\(environments).\(slug)", tags: &project.tags)
        }
        return project
    }

    private mutating func environment(_ value: JSON, _ place: String, tags: inout [Tag]) -> ProjectEnvironment {
        var environment = ProjectEnvironment()
        environment.addFolder("/", now: now)
        for (key, content) in reader.map(value, place) {
            if key == "dynamic" {
                addDynamicSecrets(content, "\(place).dynamic", to: &environment)
            } else if key == "imports" {
                addImports(content, "\(place).imports", to: &environment)
            } else if key.hasPrefix("/") {
                let path = FolderPath.normal(key)
                environment.addFolder(path, now: now)
                let secrets = folder(content, "\(place).\(key)", tags: &tags)
                environment.folders[path]?.secrets += secrets
            } else {
                reader.note(place, "\"\(key)\" is no folder; a folder's path begins with /")
            }
        }
        return environment
    }

    private mutating func addImports(_ value: JSON, _ place: String, to environment: inout ProjectEnvironment) {
        for (key, entries) in reader.map(value, place) {
            let path = FolderPath.normal(key)
            environment.addFolder(path, now: now)
            for entry in reader.list(entries, "\(place).\(key)") ?? [] {
                let members = reader.object(entry.value, entry.place, keys: ["environment", "path"])
                let source = FolderImport(
                    environment: reader.required(members, "environment", entry.place),
                    path: FolderPath.normal(reader.string(members["path"], "\(entry.place).path") ?? "/"))
                environment.folders[path]?.imports.append(source)
            }
        }
    }

    private mutating func folder(_ value: JSON, _ place: String, tags: inout [Tag]) -> [Secret] {
        reader.map(value, place).flatMap { name, content in
            if let text = content.string {
                noteWord(text, "\(place).\(name)")
                return [secret(name, text)]
            }
            return described(name, content, "\(place).\(name)", tags: &tags)
        }
    }

    private mutating func described(_ name: String, _ value: JSON, _ place: String, tags: inout [Tag]) -> [Secret] {
        guard value.object != nil else {
            reader.note(place, "a secret is a string or an object")
            return []
        }
        let keys = ["value", "comment", "tags", "metadata", "version", "personal"]
        let members = reader.object(value, place, keys: keys)
        if members["value"] == nil { reader.note(place, "key \"value\" is missing") }
        let content = text(members["value"], "\(place).value") ?? ""
        noteWord(content, "\(place).value")
        var shared = secret(name, content)
        shared.comment = text(members["comment"], "\(place).comment") ?? ""
        shared.versions[0].number = reader.number(members["version"], "\(place).version", 1...1_000_000) ?? 1
        shared.metadata = reader.map(members["metadata"], "\(place).metadata").compactMap { key, item in
            text(item, "\(place).metadata.\(key)").map { SecretMetadata(key: key, value: $0) }
        }
        shared.tagIDs = (reader.strings(members["tags"], "\(place).tags") ?? []).map { Self.tagID($0, &tags) }
        guard let value = text(members["personal"], "\(place).personal") else { return [shared] }
        var personal = secret(name, value)
        personal.kind = .personal
        return [shared, personal]
    }

    /// Shorter ones are not masked at all.
    private mutating func noteWord(_ value: String, _ place: String) {
        let isWord = value.unicodeScalars.allSatisfy { CharacterSet.letters.contains($0) }
        if isWord, (4..<Self.plainBytes).contains(value.utf8.count) { plainValues.append(place) }
    }

    private func secret(_ name: String, _ value: String) -> Secret {
        Secret(name: name, versions: [SecretVersion(number: 1, value: value)], createdAt: now, updatedAt: now)
    }

    /// A string that may be empty, as a value may.
    private mutating func text(_ value: JSON?, _ place: String) -> String? {
        value == .string("") ? "" : reader.string(value, place)
    }

    private static func tagID(_ slug: String, _ tags: inout [Tag]) -> String {
        if let known = tags.first(where: { $0.slug == slug }) { return known.id }
        let tag = Tag(slug: slug)
        tags.append(tag)
        return tag.id
    }

    // MARK: - Checks over the whole

    private mutating func refuseTwins(_ names: [String], _ place: String, _ key: String) {
        let twins = Dictionary(grouping: names.filter { !$0.isEmpty }, by: { $0 }).filter { $1.count > 1 }
        for name in twins.keys.sorted() { reader.note(place, "\(key) \"\(name)\" is there twice") }
    }

    private mutating func refuseUnknownProjects(in state: VaultState) {
        let known = state.projects.map(\.id)
        for (index, identity) in state.identities.enumerated() {
            for id in identity.projects ?? [] where !known.contains(id) {
                let near = NearName.nearest(to: id, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                reader.note("identities[\(index)].projects", "no project has the id \"\(id)\"" + near)
            }
        }
    }
}

// MARK: - Identities and server

extension SeedBuilder {
    private static let identityKeys = [
        "clientId", "clientSecret", "name", "projects", "trustedIps", "secretTtl", "secretUses", "secretRevoked",
        "tokenTtl", "tokenMaxTtl", "tokenUses", "accessTokenTrustedIps", "access", "lockout", "id", "methods",
        "managesSecrets",
        "subOrganizations", "ending",
    ]
    private static let longest = 315_360_000

    /// The identity, and its client secret in clear for the ready line.
    private mutating func identity(_ value: JSON, _ place: String) -> (Identity, String) {
        let members = reader.object(value, place, keys: Self.identityKeys)
        let clientID = reader.required(members, "clientId", place).trimmingCharacters(in: .whitespacesAndNewlines)
        let clear = reader.required(members, "clientSecret", place).trimmingCharacters(in: .whitespacesAndNewlines)
        if !clear.isEmpty, clear.utf8.count < Self.plainBytes { plainValues.append("\(place).clientSecret") }
        var secret = ClientSecret(digest: Crypto.sha256(Data(clear.utf8)), createdAt: now)
        // A life below zero is over before the first login: a way to an expired secret without waiting.
        secret.ttl = reader.number(members["secretTtl"], "\(place).secretTtl", -1...Self.longest) ?? 0
        secret.useLimit = reader.number(members["secretUses"], "\(place).secretUses", 0...1_000_000) ?? 0
        secret.isRevoked = reader.flag(members["secretRevoked"], "\(place).secretRevoked") ?? false
        secret.trustedIPs = ranges(members["trustedIps"], "\(place).trustedIps")
        let name = reader.string(members["name"], "\(place).name") ?? clientID
        var identity = Identity(name: name, clientID: clientID, secret: secret)
        if let id = reader.string(members["id"], "\(place).id") { identity.id = id }
        identity.managesSecrets = reader.flag(members["managesSecrets"], "\(place).managesSecrets")
        identity.platforms = platforms(members["methods"], "\(place).methods")
        identity.projects = reader.strings(members["projects"], "\(place).projects")
        identity.access = reader.list(members["access"], "\(place).access")?.map { rule($0.value, $0.place) }
        identity.tokenTrustedIPs = ranges(members["accessTokenTrustedIps"], "\(place).accessTokenTrustedIps")
        readTokenLimits(members, place, into: &identity)
        identity.lockout = lockout(members["lockout"], "\(place).lockout")
        identity.subOrganizations = reader.strings(members["subOrganizations"], "\(place).subOrganizations")
        identity.ending = choice(members["ending"], "\(place).ending")
        return (identity, clear)
    }

    private mutating func readTokenLimits(_ members: [String: JSON], _ place: String, into identity: inout Identity) {
        let ttl = reader.number(members["tokenTtl"], "\(place).tokenTtl", 0...Self.longest)
        let maximum = reader.number(members["tokenMaxTtl"], "\(place).tokenMaxTtl", 1...Self.longest)
        identity.tokenTTL = ttl ?? min(identity.tokenTTL, maximum ?? identity.tokenTTL)
        identity.tokenMaxTTL = maximum ?? max(identity.tokenMaxTTL, identity.tokenTTL)
        if identity.tokenTTL > identity.tokenMaxTTL {
            reader.note("\(place).tokenTtl", "a token cannot live longer than tokenMaxTtl")
        }
        identity.tokenUses = reader.number(members["tokenUses"], "\(place).tokenUses", 0...1_000_000) ?? 0
    }

    private mutating func ranges(_ value: JSON?, _ place: String) -> [AddressRange] {
        guard let texts = reader.strings(value, place) else { return AddressRange.anywhere }
        return texts.compactMap { text in
            let range = AddressRange(text)
            if range == nil { reader.note(place, "\"\(text)\" is no IP address or block, such as 127.0.0.0/8") }
            return range
        }
    }

    private mutating func rule(_ value: JSON, _ place: String) -> AccessRule {
        let members = reader.object(value, place, keys: ["environment", "path", "secretName", "actions"])
        var rule = AccessRule()
        rule.environment = reader.string(members["environment"], "\(place).environment") ?? rule.environment
        rule.path = reader.string(members["path"], "\(place).path") ?? rule.path
        rule.secretName = reader.string(members["secretName"], "\(place).secretName") ?? rule.secretName
        guard let names = reader.strings(members["actions"], "\(place).actions") else { return rule }
        rule.actions = names.compactMap { name in
            let action = SecretAction.allCases.first { $0.seedName == name }
            let known = SecretAction.allCases.map(\.seedName).joined(separator: ", ")
            if action == nil { reader.note("\(place).actions", "\"\(name)\" is no action; they are \(known)") }
            return action
        }
        return rule
    }

    private mutating func lockout(_ value: JSON?, _ place: String) -> LockoutSettings {
        guard let value else { return LockoutSettings() }
        let members = reader.object(value, place, keys: ["threshold", "durationSeconds", "resetSeconds"])
        var lockout = LockoutSettings()
        lockout.threshold = reader.number(members["threshold"], "\(place).threshold", 1...30) ?? lockout.threshold
        // The real server's lowest are 30 and 5 seconds; shorter ones save tests their waiting.
        lockout.durationSeconds =
            reader.number(members["durationSeconds"], "\(place).durationSeconds", 1...86_400)
            ?? lockout.durationSeconds
        lockout.resetSeconds =
            reader.number(members["resetSeconds"], "\(place).resetSeconds", 1...3_600) ?? lockout.resetSeconds
        return lockout
    }

    /// One of the words of an enumeration.
    private mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ value: JSON?, _ place: String) -> T? {
        guard let word = reader.string(value, place) else { return nil }
        if let known = T(rawValue: word) { return known }
        reader.note(place, "\"\(word)\" is not known; known are \(T.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    private mutating func server(_ value: JSON?) -> ServerSettings {
        guard let value else { return ServerSettings() }
        let keys = [
            "v4", "batch", "upsert", "oldUnknownClientMessage", "trustForwardedFor", "rateLimit", "projectRoutes",
            "oldRenewMessage", "subOrganizations", "requiredLoginFields",
        ]
        let members = reader.object(value, "server", keys: keys)
        var settings = ServerSettings()
        settings.hasV4 = reader.flag(members["v4"], "server.v4") ?? true
        settings.hasBatch = reader.flag(members["batch"], "server.batch") ?? true
        settings.hasUpsert = reader.flag(members["upsert"], "server.upsert") ?? true
        settings.hasOldUnknownClientMessage =
            reader.flag(members["oldUnknownClientMessage"], "server.oldUnknownClientMessage") ?? false
        settings.trustsForwardedFor =
            reader.flag(members["trustForwardedFor"], "server.trustForwardedFor") ?? false
        settings.hasProjectRoutes = reader.flag(members["projectRoutes"], "server.projectRoutes") ?? true
        settings.hasOldRenewMessage = reader.flag(members["oldRenewMessage"], "server.oldRenewMessage") ?? false
        settings.subOrganizations = reader.strings(members["subOrganizations"], "server.subOrganizations") ?? []
        settings.requiredLoginFields =
            reader.strings(members["requiredLoginFields"], "server.requiredLoginFields") ?? []
        guard let limit = members["rateLimit"] else { return settings }
        let limits = reader.object(limit, "server.rateLimit", keys: ["requests", "windowSeconds", "bucket"])
        settings.rateLimit = RateLimit(
            requests: reader.number(limits["requests"], "server.rateLimit.requests", 0...1_000_000) ?? 600,
            windowSeconds: reader.number(limits["windowSeconds"], "server.rateLimit.windowSeconds", 1...3_600) ?? 60,
            bucket: choice(limits["bucket"], "server.rateLimit.bucket"))
        return settings
    }
}

extension ProjectEnvironment {
    /// Makes sure that a folder and all above it exist.
    mutating func addFolder(_ path: String, now: Date) {
        if path != "/" { addFolder(FolderPath.parent(of: path), now: now) }
        if folders[path] == nil { folders[path] = Folder(createdAt: now) }
    }
}
