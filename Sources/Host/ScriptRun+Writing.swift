import Configuration
import Diagnostics
import HostProtocol
import Providers
import SecretMemory

/// Changes in the vault: `putSecret`, `putSecrets`, `deleteSecret`.
///
/// What is written is a handle, never a text of the script, and it goes only to a host that the user has named.
extension ScriptRun {
    /// The largest bound of what is written: what a captured secret may have.
    static let maximumWrittenBound = 1024 * 1024
    /// The most secrets of one `putSecrets`.
    static let maximumBatchCount = 1000
    /// The most bytes of a comment, of all secrets of one `putSecrets` together: it is sent, and given back, beside values.
    static let maximumCommentBytes = 64 * 1024

    func writeSecret(_ id: UInt32, _ value: Value) throws(Failure) {
        let way = value["way"]?.asText ?? ""
        switch way {
        case "put": try putSecret(id, value)
        case "putMany": try putSecrets(id, value)
        case "delete": try deleteSecret(id, value)
        default: throw Failure(.usage, "there is no way \"\(way.printable)\" to change a secret")
        }
    }

    private func putSecret(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "putSecret")
        try checkHost(entry, "putSecret")
        var options = try OptionReader("putSecret", value["options"])
        let address = try address(value, "putSecret")
        let folder = try folder(&options, entry, address)
        let version = try options.integer("ifVersion", in: 0...Int64(Int32.max))
        let comment = try options.text("comment", atMost: Self.maximumCommentBytes)
        let allowsApproval = try options.boolean("allowApproval") ?? false
        try options.finish()
        try policy.check(secret: address.name, in: folder, of: entry)
        let secret = try written(value["value"] ?? .null, "putSecret: value")
        if secret.value.count == 0, self.options.command != nil {
            throw Failure(
                .usage, "no value was given", reason: "an Enter alone would make \(address.name.printable) empty",
                hint: "type the value, or say where it is: --file PATH, --random N; only a script writes an empty one")
        }
        try checkReferences(secret, address.name, folder, entry, "putSecret")
        try checkPublic(secret, address.name, "putSecret")
        let put = SecretPut(
            address.name, in: folder, secret.value, ifVersion: version.map(Int.init), comment: comment)
        let notes = try noteWritten([(address.name, secret)], in: folder, of: entry)
        prefetch.forget(address.name, in: folder)
        entry.session.put(put) { [weak self] result in
            self?.sessions.settleWritten(
                notes, in: folder, of: entry, WrittenSecrets.Outcome(result, address.name))
            self?.answer(id, result) { [weak self] outcome throws(Failure) in
                guard let self else { return .null }
                switch outcome {
                case .created(let version): return Self.put("created", version)
                case .updated(let version): return Self.put("updated", version)
                case .awaitsApproval:
                    guard allowsApproval else {
                        throw awaits("secret \(address.name.printable) is not written", entry, "putSecret")
                    }
                    return Self.put("approval", nil)
                }
            }
        }
    }

    private func putSecrets(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "putSecrets")
        try checkHost(entry, "putSecrets")
        var options = try OptionReader("putSecrets", value["options"])
        let folder = try folder(&options, entry, nil)
        let comment = try options.text("comment", atMost: Self.maximumCommentBytes)
        let allowsApproval = try options.boolean("allowApproval") ?? false
        try options.finish()
        let secrets = try namedSecrets(value["values"] ?? .null)
        guard (comment?.utf8.count ?? 0) * secrets.count <= Self.maximumCommentBytes else {
            throw Failure(
                .usage, "putSecrets: comment: it is too long for \(secrets.count) secrets",
                reason: "it is sent with each, and \(Self.maximumCommentBytes / 1024) KiB may be sent",
                hint: "give a shorter one, or write them in parts")
        }
        for secret in secrets {
            try policy.check(secret: secret.name, in: folder, of: entry)
            try checkReferences(secret.entry, secret.name, folder, entry, "putSecrets")
            try checkPublic(secret.entry, secret.name, "putSecrets")
        }
        let batch = SecretBatch(
            in: folder, secrets.map { SecretBatch.Item($0.name, $0.entry.value) }, comment: comment)
        let notes = try noteWritten(secrets, in: folder, of: entry)
        for secret in secrets { prefetch.forget(secret.name, in: folder) }
        entry.session.put(batch) { [weak self] result in
            self?.sessions.settleWritten(notes, in: folder, of: entry, WrittenSecrets.Outcome(result))
            self?.answer(id, result) { [weak self] outcome throws(Failure) in
                guard let self else { return .null }
                guard case .done(let versions) = outcome else {
                    guard allowsApproval else {
                        throw awaits("\(secrets.count) secrets are not written", entry, "putSecrets")
                    }
                    return .record(["what": .text("approval")])
                }
                let fields = versions.sorted { $0.key < $1.key }.map {
                    Value.Entry(.bytes(Array($0.key.utf8)), .integer(Int64($0.value)))
                }
                return .record(["what": .text("written"), "versions": .map(fields)])
            }
        }
    }

    private func deleteSecret(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "deleteSecret")
        var options = try OptionReader("deleteSecret", value["options"])
        let address = try address(value, "deleteSecret")
        let folder = try folder(&options, entry, address)
        let version = try options.integer("ifVersion", in: 1...Int64(Int32.max))
        let isOptional = try options.boolean("optional") ?? false
        let allowsApproval = try options.boolean("allowApproval") ?? false
        try options.finish()
        try policy.check(secret: address.name, in: folder, of: entry)
        let deletion = SecretDeletion(
            address.name, in: folder, ifVersion: version.map(Int.init), isOptional: isOptional)
        prefetch.forget(address.name, in: folder)
        let noted = sessions.noteDeletion(address.name, in: folder, of: entry)
        entry.session.delete(deletion) { [weak self] result in
            self?.sessions.settleDeletion(
                address.name, in: folder, of: entry, notedAt: noted, WrittenSecrets.Outcome(result))
            self?.answer(id, result) { [weak self] outcome throws(Failure) in
                guard let self else { return .null }
                switch outcome {
                case .done: return .text("deleted")
                case .wasAbsent: return .text("absent")
                case .awaitsApproval:
                    guard allowsApproval else {
                        throw awaits("secret \(address.name.printable) is not deleted", entry, "deleteSecret")
                    }
                    return .text("approval")
                }
            }
        }
    }

    // MARK: - Checks

    /// A script may log in with a file of its own making; no value of the run goes where such a file points.
    private func checkHost(_ entry: SessionService.Entry, _ function: String) throws(Failure) {
        guard !entry.isHostOfUser else { return }
        throw Failure(
            .denied, "\(function): no secret is written at \(entry.session.host)",
            reason:
                "the credentials are of a file that the script names, so the account there may be anybody's; the user has not named that host",
            hint: "name it yourself: --domain, --credentials FILE, or INFISICAL_DOMAIN in the environment")
    }

    /// What a recipe does not declare does not come by a reference either, which the script writes itself.
    private func checkReferences(
        _ secret: SecretStore.Entry, _ name: String, _ folder: FolderQuery, _ entry: SessionService.Entry,
        _ function: String
    ) throws(Failure) {
        guard let recipe = policy.recipe else { return }
        let isDeclared = try WrittenReference.isDeclared(
            in: secret.value, gate.masker, readsValues: store.holdsReferences
        ) { reference in
            recipe.secrets.contains { $0.allows(reference: reference, in: folder, of: entry) }
        }
        guard !isDeclared else { return }
        throw Failure(
            .denied, "\(function): the value for \(name.printable) refers to what this recipe does not declare",
            reason: "the vault reads ${…} as a reference, or could, and puts another secret in its place",
            hint: "where it is meant, add that secret to recipe{ secrets = { … } }; else write secret.base64(handle)")
    }

    /// What has a public name is shown by every run that fetches it: only what may be seen goes there, unless the user
    /// writes it. Nothing in it is a reference, for which the vault would put another secret.
    private func checkPublic(
        _ secret: SecretStore.Entry, _ name: String, _ function: String
    ) throws(Failure) {
        // A server may make capitals of the letters.
        let isPublicName = [name, name.uppercased()].contains { NamePattern.matches($0, options.settings.publicNames) }
        guard options.command == nil, isPublicName else { return }
        let isSeen = secret.isPublic || secret.parts.isEmpty
        let isPlain = try !mayRefer(secret)
        guard !isSeen || !isPlain else { return }
        throw Failure(
            .denied,
            "\(function): \(name.printable) is a public name, and \(secret.name.printable) "
                + (isSeen ? "refers to other secrets" : "is a secret"),
            reason: "values of public names are not masked: the configuration says so (masking.public)",
            hint: "write it under another name; vaultscript set \(name.printable) asks nobody")
    }

    /// Whether the vault could read a reference in it.
    private func mayRefer(_ secret: SecretStore.Entry) throws(Failure) -> Bool {
        try !WrittenReference.isDeclared(
            in: secret.value, gate.masker, readsValues: store.holdsReferences
        ) { _ in false }
    }

    private func noteWritten(
        _ secrets: [(name: String, entry: SecretStore.Entry)], in folder: FolderQuery,
        of session: SessionService.Entry
    ) throws(Failure) -> [WrittenSecrets.Note] {
        var notes: [WrittenSecrets.Note] = []
        for (name, entry) in secrets {
            notes.append(
                WrittenSecrets.Note(
                    name: name, isScriptMade: entry.isScriptMade, mayRefer: try mayRefer(entry), size: entry.size))
        }
        sessions.noteWritten(notes, in: folder, of: session)
        return notes
    }

    /// The secret to be written. A text is refused without being shown: it may be the value itself.
    private func written(_ value: Value, _ place: String) throws(Failure) -> SecretStore.Entry {
        guard case .object(let object) = value, object.kind == .secret else {
            throw Failure(
                .usage, "\(place): expected a secret, got \(value.typeName)",
                reason: "a value that a script could read would be in its file, its memory and its errors",
                hint: "take one from secret.random, secret.prompt, secret.file, secret.env, or "
                    + "spawn{ …, capture = \"secret\" }")
        }
        let entry = try store.entry(object)
        guard entry.size.bound <= Self.maximumWrittenBound else {
            throw Failure(
                .limit, "\(place): the secret \(entry.name.printable) could be too large",
                reason: "what it is made from may have up to \(entry.size.bound / 1024) KiB, whatever it has",
                hint: "write a smaller one, or give captured ones a smaller maxOutput")
        }
        // What is fetched again is refused by its own length.
        guard !entry.isAssembled || entry.size.room <= SecretSize.maximumLoadedBytes else {
            throw Failure(
                .limit, "\(place): the secret \(entry.name.printable) could not be read again",
                reason:
                    "its text, and at least \(SecretSize.leastWeight / 1024) KiB for each secret in it, are more than "
                    + "the \(SecretSize.maximumLoadedBytes / 1024) KiB that are fetched",
                hint: "write a smaller one, or the secrets in it by themselves")
        }
        return entry
    }

    private func namedSecrets(_ value: Value) throws(Failure) -> [(name: String, entry: SecretStore.Entry)] {
        guard case .map(let fields) = value, !fields.isEmpty else {
            throw Failure(
                .usage, "putSecrets: values: expected a table of names and secrets, got \(value.typeName)",
                hint: "write vault:putSecrets({ NAME = handle, OTHER = handle }, { path = \"/web\" })")
        }
        guard fields.count <= Self.maximumBatchCount else {
            throw Failure(
                .limit, "putSecrets: more than \(Self.maximumBatchCount) secrets at once", hint: "write them in parts")
        }
        var secrets: [(name: String, entry: SecretStore.Entry)] = []
        var names: Set<String> = []
        for field in fields {
            guard case .bytes(let bytes) = field.key else {
                throw Failure(.usage, "putSecrets: values: expected names as keys, got a number")
            }
            let name = String(decoding: bytes, as: UTF8.self)
            let address = try SecretAddress(name, "putSecrets")
            guard address.project == nil else {
                throw Failure(
                    .usage, "putSecrets: \"\(name.printable)\" is an address, and one call writes to one folder",
                    hint: "give the names alone, and project, env and path as options")
            }
            // The answer tells versions by name.
            guard names.insert(name).inserted else {
                throw Failure(
                    .usage, "putSecrets: values: \(name.printable) is there in two spellings of the same letters",
                    hint: "write one of them, or each in a call of its own")
            }
            secrets.append((name, try written(field.value, "putSecrets: \(name.printable)")))
        }
        return secrets.sorted { $0.name < $1.name }
    }

    // MARK: - Answers

    private static func put(_ what: String, _ version: Int?) -> Value {
        .record(["what": .text(what), "version": version.map { .integer(Int64($0)) } ?? .null])
    }

    /// A script that goes on as if it were done would be wrong, so this is an error unless it was asked for.
    private func awaits(_ message: String, _ entry: SessionService.Entry, _ function: String) -> Failure {
        Failure(
            .denied, "\(message): the change awaits approval",
            reason: "a change policy protects the folder; \(entry.session.host) has made a request for approval, and "
                + "nothing has changed yet",
            hint: words.approvalHint(function), status: 200)
    }
}
