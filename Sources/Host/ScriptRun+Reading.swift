import Configuration
import Diagnostics
import HostProtocol
import Masking
import Providers
import SecretMemory

/// What a session reads: one secret, a folder, names, folders.
extension ScriptRun {
    func getSecret(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "getSecret")
        var options = try OptionReader("getSecret", value["options"])
        let wanted = try address(value, "getSecret")
        var folder = try folder(&options, entry, wanted)
        let version = try options.integer("version", in: 1...Int64(Int32.max))
        let field = try options.text("field", "a key of a JSON value")
        let isOptional = try options.boolean("optional") ?? false
        folder.prefersPersonal = try options.boolean("personal") ?? false
        let allowsUnexpanded = try options.boolean("allowUnexpanded") ?? false
        try options.finish()
        try policy.check(secret: wanted.name, in: folder, of: entry)
        let query = SecretQuery(wanted.name, in: folder, version: version.map(Int.init), isOptional: isOptional)
        fetch(query, entry) { [weak self] result in
            self?.answer(id, result) { [weak self] found throws(Failure) in
                guard let self, let found else { return .null }
                try judge([found], folder, entry, allowsUnexpanded: allowsUnexpanded)
                return .object(try keep(found, folder.project, entry, field: field))
            }
        }
    }

    /// One secret: of what was fetched ahead, or from the vault.
    private func fetch(
        _ query: SecretQuery, _ entry: SessionService.Entry,
        _ done: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) {
        let completion: (Result<FetchedSecret?, Failure>) -> Void = { [sessions] result in
            sessions.learnPlain(result, query, entry, done)
        }
        prefetch.take(query, from: entry) { [prefetch] result in
            switch result {
            case .success(.found(let found)): completion(.success(found))
            case .success(.notFetched): entry.session.getSecret(query, completion: completion)
            case .failure(let failure) where failure.endsRun: completion(.failure(failure))
            // One that was declared cannot be had: the script hears of that where it asks for it. What could be had is
            // there by now.
            case .failure:
                prefetch.take(query, from: entry) { again in
                    if case .success(.found(let found)) = again { return completion(.success(found)) }
                    entry.session.getSecret(query, completion: completion)
                }
            }
        }
    }

    /// What lies in folders below has to be declared too, where a recipe limits the run. That is asked before any secret
    /// is, and whatever is wanted of it: whether there is one of a name, or with a tag, is nobody's who may not read there.
    private func checkBelow(
        _ folder: FolderQuery, _ entry: SessionService.Entry, _ completion: @escaping (Result<Void, Failure>) -> Void
    ) {
        guard folder.isRecursive, policy.recipe != nil else { return completion(.success(())) }
        entry.session.listFolders(folder) { [weak self] result in
            guard let self else { return }
            completion(
                result.flatMap { below in
                    let areDeclared = below.allSatisfy { self.isDeclared(nil, folder.path + "/" + $0, folder, entry) }
                    return areDeclared ? .success(()) : .failure(self.policy.undeclared(below: folder))
                })
        }
    }

    /// Whether what is asked for of a folder, which lies below the one of the query, is declared: one secret or all, or
    /// anything of it for names.
    private func isDeclared(
        _ name: String?, _ path: String, _ folder: FolderQuery, _ entry: SessionService.Entry
    ) -> Bool {
        var place = folder
        place.path = path
        do throws(Failure) {
            if folder.includesValues {
                try policy.check(secret: name, in: place, of: entry)
            } else {
                try policy.check(namesOf: place, of: entry)
            }
            return true
        } catch { return false }
    }

    func getSecrets(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "getSecrets")
        var options = try OptionReader("getSecrets", value["options"])
        var folder = try folder(&options, entry, nil)
        folder.isRecursive = try options.boolean("recursive") ?? false
        folder.filter = try filter(&options)
        folder.prefersPersonal = try options.boolean("personal") ?? false
        let isQualified = try options.boolean("qualified") ?? false
        let except = Set(try options.texts("except", "a list of names, such as { \"OLD_KEY\" }") ?? [])
        let exceptIsThere = words.command == nil ? false : try options.boolean("exceptIsThere") ?? false
        // What is not wanted is neither read into the store nor judged.
        folder.filter.names = try options.texts("only", "a list of names, such as { \"API_KEY\" }").map(Set.init)
        let allowsUnexpanded = try options.boolean("allowUnexpanded") ?? false
        let isOptional = try options.boolean("optional") ?? false
        try options.finish()
        if let names = folder.filter.names, !names.isEmpty, !folder.isRecursive {
            for name in names.sorted() { try policy.check(secret: name, in: folder, of: entry) }
        } else {
            try policy.check(secret: nil, in: folder, of: entry)
        }
        listSecrets(folder, entry) { [weak self] result in
            self?.answer(id, result) { [weak self] secrets throws(Failure) in
                guard let self else { return .null }
                if exceptIsThere { try words.refuseAbsent(except, among: secrets.map(\.name)) }
                if !isOptional { try refuseAbsent(secrets, folder, entry) }
                let wanted = secrets.filter { !except.contains($0.name) }
                let readable = wanted.filter { $0.value != nil }
                try judge(readable, folder, entry, allowsUnexpanded: allowsUnexpanded)
                let keys = try SecretKeys.of(readable, below: folder.path, isQualified: isQualified)
                if entry.chooser == .vault { store.expect(readable.compactMap { $0.value?.count }) }
                var fields: [Value.Entry] = []
                for (key, secret) in zip(keys, readable) {
                    fields.append(
                        Value.Entry(
                            .bytes(Array(key.utf8)),
                            .object(try keep(secret, folder.project, entry, field: nil))))
                }
                warnOfHidden(wanted)
                return .map(fields)
            }
        }
    }

    /// A name of `only` that is misspelt would be a value that a program lacks.
    private func refuseAbsent(
        _ secrets: [FetchedSecret], _ folder: FolderQuery, _ entry: SessionService.Entry
    ) throws(Failure) {
        let filter = folder.filter
        guard let names = filter.names, filter.tags.isEmpty, filter.metadata.isEmpty else { return }
        let absent = names.subtracting(secrets.map(\.name)).sorted()
        guard let first = absent.first else { return }
        let subject =
            absent.count == 1
            ? "secret \(first.printable) was" : "secrets \(absent.map(\.printable).joined(separator: ", ")) were"
        let place = "env \(folder.environment.printable), path \(folder.path.printable)"
        throw Failure(
            .notFound, "\(subject) not found",
            reason: "project \(folder.project.printable) has no such name in \(place)"
                + (folder.isRecursive ? " or below" : ""),
            hint: "see the names: "
                + words.listing(
                    project: folder.project, usual: nil, environment: folder.environment, path: folder.path)
                + (words.command == nil ? "; where they may be missing: optional = true" : ""))
    }

    private func listSecrets(
        _ folder: FolderQuery, _ entry: SessionService.Entry,
        _ completion: @escaping (Result<[FetchedSecret], Failure>) -> Void
    ) {
        checkBelow(folder, entry) { [weak self] result in
            if case .failure(let failure) = result { return completion(.failure(failure)) }
            entry.session.listSecrets(folder) { [weak self] result in
                guard let self else { return }
                let declared = result.flatMap { self.checked($0, folder, entry) }
                sessions.learnPlain(declared, folder, entry, completion)
            }
        }
    }

    /// What came, where each of it is declared: a folder may have been made since, or have been left out of the list of
    /// them. What is imported does not say by which folder.
    private func checked(
        _ secrets: [FetchedSecret], _ folder: FolderQuery, _ entry: SessionService.Entry
    ) -> Result<[FetchedSecret], Failure> {
        let areDeclared = secrets.allSatisfy { $0.isImported || isDeclared($0.name, $0.path, folder, entry) }
        return areDeclared || !folder.isRecursive ? .success(secrets) : .failure(policy.undeclared(below: folder))
    }

    /// What the script's own text may be in is refused before anything is judged of what else is in it: that would tell how
    /// a value begins or ends, or how long it is. For the same reason what this run has put together and written is not
    /// judged at all.
    private func judge(
        _ secrets: [FetchedSecret], _ folder: FolderQuery, _ entry: SessionService.Entry, allowsUnexpanded: Bool
    ) throws(Failure) {
        let project = WrittenSecrets.Project(folder.project, of: entry)
        for found in secrets {
            sessions.noteFetched(found, in: project)
            try sessions.refuseMixed(found, in: project)
        }
        guard !allowsUnexpanded else { return }
        try UnexpandedReference.refuse(secrets.filter { sessions.sizeOfAssembled($0, in: project) == nil }, words)
    }

    private func warnOfHidden(_ secrets: [FetchedSecret]) {
        let hidden = secrets.filter { $0.value == nil }.map(\.name)
        guard !hidden.isEmpty else { return }
        let names = hidden.joined(separator: ", ").printable
        gate.say("warning: \(words.function("getSecrets")) leaves out what this identity may not read: \(names)\n")
    }

    func names(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "names")
        var options = try OptionReader("names", value["options"])
        var folder = try folder(&options, entry, nil)
        folder.includesValues = false
        folder.isRecursive = try options.boolean("recursive") ?? false
        folder.filter = try filter(&options)
        let hasDetails = try options.boolean("details") ?? false
        let isShown = try shown(&options)
        try options.finish()
        try policy.check(namesOf: folder, of: entry)
        listSecrets(folder, entry) { [weak self] result in
            self?.answer(id, result) { [weak self] secrets throws(Failure) in
                guard let self else { return .null }
                if hasDetails { return .list(secrets.map { self.details($0, isShown: isShown) }) }
                let names = try SecretKeys.of(secrets, below: folder.path, isQualified: folder.isRecursive)
                return .list(names.map { self.told($0) })
            }
        }
    }

    /// Whether a command asks for names as a person is to see them: nothing in them moves a terminal's cursor.
    private func shown(_ options: inout OptionReader) throws(Failure) -> Bool {
        words.command == nil ? false : try options.boolean("printable") ?? false
    }

    /// A name of the vault's, masked for a script. vaultscript's own commands compare names with others, and print them
    /// by the gate: a value such as PROD must not hide the name PROD_KEY from them, or what is there is written over.
    private func told(_ name: String, isShown: Bool = false) -> Value {
        let text = isShown ? name.printable : name
        return options.command == nil ? gate.inward(Array(text.utf8)) : .text(text)
    }

    private func details(_ secret: FetchedSecret, isShown: Bool) -> Value {
        .record([
            "name": told(secret.name, isShown: isShown), "env": told(secret.environment, isShown: isShown),
            "path": told(secret.path, isShown: isShown), "isImported": .boolean(secret.isImported),
            "version": secret.version.map { .integer(Int64($0)) } ?? .null,
        ])
    }

    func folders(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "folders")
        var options = try OptionReader("folders", value["options"])
        var folder = try folder(&options, entry, nil)
        folder.isRecursive = try options.boolean("recursive") ?? false
        let isShown = try shown(&options)
        try options.finish()
        folder.includesValues = false
        try policy.check(namesOf: folder, of: entry)
        entry.session.listFolders(folder) { [weak self] result in
            self?.answer(id, result) { [weak self] names throws(Failure) in
                guard let self else { return .null }
                let declared = names.filter { self.isDeclared(nil, folder.path + "/" + $0, folder, entry) }
                return .list(declared.map { self.told($0, isShown: isShown) })
            }
        }
    }

    // MARK: - Options

    /// Which folder is meant: by the call, by an address, by the session.
    func folder(
        _ options: inout OptionReader, _ entry: SessionService.Entry, _ address: SecretAddress?
    ) throws(Failure) -> FolderQuery {
        let project = try options.sentText("project", "a project's id or slug") ?? address?.project ?? entry.project
        let alias = try options.sentText("environment", "the slug of an environment")
        let environment = try options.sentText("env", "the slug of an environment") ?? alias ?? address?.environment
        let path = try options.sentText("path", "a folder such as \"/web\"") ?? address?.path
        guard let project else { throw words.noProject(options.function) }
        var folder = FolderQuery(
            project: project, environment: environment ?? entry.environment, path: path ?? entry.path)
        for (what, text) in [("project", folder.project), ("env", folder.environment), ("path", folder.path)] {
            try OuterBlanks.refuse(text, "\(options.function): \(what)")
        }
        folder.nearPlaces = policy.nearPlaces(of: project, for: entry)
        return folder
    }

    /// The secret that a call names.
    func address(_ value: Value, _ function: String) throws(Failure) -> SecretAddress {
        do throws(Failure) { return try SecretAddress(value["name"]?.asText ?? "", function) } catch {
            throw words.ofAddress(error)
        }
    }

    private func filter(_ options: inout OptionReader) throws(Failure) -> SecretFilter {
        let tags = try options.texts("tags", "a list of tags' slugs, such as { \"ci\" }") ?? []
        let metadata = try options.textMap("metadata", "a table of texts, such as { owner = \"ops\" }") ?? [:]
        for tag in tags where tag.isEmpty || tag.contains(",") {
            throw Failure(.usage, "\(options.function): tags: \"\(tag.printable)\" is no slug of a tag")
        }
        guard metadata.count <= SecretFilter.maximumPairs else {
            throw Failure(
                .usage, "\(options.function): metadata: a server takes at most \(SecretFilter.maximumPairs) pairs")
        }
        for text in metadata.keys.sorted() + metadata.values.sorted()
        where text.isEmpty || text.contains(where: { ",|=".contains($0) }) {
            throw Failure(
                .usage, "\(options.function): metadata: \"\(text.printable)\" cannot be asked for",
                reason: "it is empty, or holds \",\", \"|\" or \"=\", which end a pair in the request",
                hint: "read the folder and choose by name")
        }
        return SecretFilter(tags: tags, metadata: metadata)
    }

    // MARK: - Into the store

    /// Takes one that was fetched before the script asks for it.
    func keepPrefetched(
        _ found: FetchedSecret, _ name: String, _ session: SessionService.Entry
    ) throws(Failure) -> ObjectReference {
        let project = WrittenSecrets.Project(name, of: session)
        sessions.noteFetched(found, in: project)
        try sessions.refuseMixed(found, in: project)
        return try keep(found, name, session, field: nil)
    }

    /// Takes a fetched value, or one field of its JSON, into the store.
    private func keep(
        _ found: FetchedSecret, _ project: String, _ session: SessionService.Entry, field: String?
    ) throws(Failure) -> ObjectReference {
        guard let value = found.value else {
            throw Failure(
                .denied, "the value of the secret \(found.name.printable) is hidden from this identity",
                hint: "give it the permission to read values", status: 403)
        }
        let source = SecretSource(
            provider: "infisical", project: project, environment: found.environment, path: found.path,
            version: found.version)
        guard value.count <= SecretSize.maximumLoadedBytes else {
            throw Failure(
                .limit, "the secret \(found.name.printable) is larger than a secret may be",
                reason: "values of up to \(SecretSize.maximumLoadedBytes / 1024) KiB are kept in locked memory",
                hint: "keep large data elsewhere, encrypted, and its key in the vault")
        }
        let origin = SecretOrigin(
            "fetched",
            [
                ObjectIdentifier(session), project, found.environment, found.path, found.version, found.name,
                found.isPersonal,
            ] as [AnyHashable])
        var whole = SecretStore.Draft.loaded(
            value, name: found.name, source: source, atMost: SecretSize.maximumLoadedBytes, origin: origin,
            chooser: session.chooser)
        if let size = sessions.sizeOfAssembled(found, in: WrittenSecrets.Project(project, of: session)) {
            whole.isAssembled = true
            whole.size = SecretSize(fetchedAgain: size)
        }
        // A draw that was written is one still.
        whole.isDraw = sessions.isWritten(found)
        whole.isPublic = isPublic(found)
        guard let field else { return try store.add(value, whole) }
        if whole.isAssembled { throw Self.putTogether("getSecret", found.name) }
        // The whole value is known to the masker too, before a part of it is handed out.
        store.close(try store.add(value, whole))
        var draft = SecretStore.Draft(
            name: SecretName.field(field.printable, of: found.name), source: source, size: whole.size,
            origin: SecretOrigin("field", [whole.origin, field]), chooser: session.chooser)
        draft.isPublic = whole.isPublic
        return try store.make(draft) { (buffer) throws(Failure) in
            try buffer.append(try JSONField.value(of: field, in: value, name: found.name))
            return nil
        }
    }

    /// The user's word on what need not be masked. It holds for what comes from the vault under that name or with that
    /// tag, and for nothing that a script calls so: under such a name a script writes only what may be seen
    /// (`checkPublic`), and of what it has written a tag says nothing.
    private func isPublic(_ found: FetchedSecret) -> Bool {
        let settings = options.settings
        if NamePattern.matches(found.name, settings.publicNames) { return true }
        return !sessions.isWritten(found)
            && found.tags.contains { tag in settings.publicTags.contains { $0.value == tag } }
    }
}

/// References `${…}` that a vault did not expand: a program would get the reference in the place of a password.
enum UnexpandedReference {
    /// - Throws: one failure for all secrets that hold one. It names the secrets and nothing of their values: that a
    ///   value holds a reference is all that is told.
    static func refuse(_ secrets: [FetchedSecret], _ words: CommandWords) throws(Failure) {
        let names = secrets.filter(\.holdsReference).map(\.name.printable)
        guard let first = names.first else { return }
        let one = names.count == 1
        throw Failure(
            .notFound,
            one
                ? "the secret \(first) holds a reference that the vault left as it is"
                : "the secrets \(names.joined(separator: ", ")) hold references that the vault left as they are",
            reason: "what a ${…} in \(one ? "its value" : "their values") names is not there, or leads back to itself",
            hint: words.unexpandedHint(names))
    }
}

/// The keys under which secrets of a folder, and of those below it, come into a script.
enum SecretKeys {
    /// Names alone, or with the folder below `base` before them, as `web/api/TOKEN`. An imported secret has no folder
    /// of its own here and keeps its name.
    ///
    /// - Throws: `.usage` where one name stands for two secrets.
    static func of(
        _ secrets: [FetchedSecret], below base: String, isQualified: Bool
    ) throws(Failure) -> [String] {
        let depth = base.split(separator: "/").count
        let keys = secrets.map { secret in
            guard isQualified, !secret.isImported else { return secret.name }
            return (secret.path.split(separator: "/").dropFirst(depth).map(String.init) + [secret.name])
                .joined(separator: "/")
        }
        var paths: [String: String] = [:]
        for (key, secret) in zip(keys, secrets) {
            guard let other = paths.updateValue(secret.path, forKey: key) else { continue }
            throw Failure(
                .usage,
                "getSecrets: \(key.printable) is in several folders: \(other.printable) and \(secret.path.printable)",
                reason: "under one name there is room for one secret",
                hint: "read one folder, or say qualified = true: the keys then hold the folder, as web/\(key.printable)"
            )
        }
        return keys
    }
}
