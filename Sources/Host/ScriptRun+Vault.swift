import Configuration
import Diagnostics
import HostProtocol
import Masking
import Providers
import SecretMemory

/// `login` and what a session answers.
extension ScriptRun {
    func login(_ id: UInt32, _ value: Value) throws(Failure) {
        try policy.checkLogin()
        let planner = LoginPlanner(
            options: options, environment: environment,
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { [store] (reference) throws(Failure) in try store.entry(reference).value },
            note: { [gate] in gate.say($0 + "\n") })
        if let file = value["credentials"]?.asText { files.protected.addCredentials(file) }
        try sessions.login(try planner.plan(value)) { [weak self] result in
            self?.answer(id, result) { reference throws(Failure) in .object(reference) }
        }
    }

    func getSecret(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "getSecret")
        var options = try OptionReader("getSecret", value["options"])
        let wanted = try SecretAddress(value["name"]?.asText ?? "")
        let folder = try folder(&options, entry, wanted)
        let version = try options.integer("version", in: 1...Int64(Int32.max))
        let field = try options.text("field", "a key of a JSON value")
        let isOptional = try options.boolean("optional") ?? false
        try options.finish()
        try policy.check(secret: wanted.name, in: folder, of: entry)
        let query = SecretQuery(wanted.name, in: folder, version: version.map(Int.init), isOptional: isOptional)
        entry.session.getSecret(query) { [weak self] result in
            self?.answer(id, result) { [weak self] found throws(Failure) in
                guard let self, let found else { return .null }
                return .object(try keep(found, folder.project, field: field))
            }
        }
    }

    func getSecrets(_ id: UInt32, _ value: Value) throws(Failure) {
        try list(id, value, "getSecrets", includesValues: true) { [weak self] secrets, project throws(Failure) in
            guard let self else { return .null }
            var fields: [Value.Entry] = []
            for secret in secrets where secret.value != nil {
                fields.append(
                    Value.Entry(.bytes(Array(secret.name.utf8)), .object(try keep(secret, project, field: nil))))
            }
            let hidden = secrets.filter { $0.value == nil }.map(\.name)
            if !hidden.isEmpty {
                gate.say(
                    "warning: getSecrets leaves out what this identity may not read: \(hidden.joined(separator: ", ").printable)\n"
                )
            }
            return .map(fields)
        }
    }

    func names(_ id: UInt32, _ value: Value) throws(Failure) {
        let hasDetails = value["options"]?["details"]?.asBoolean ?? false
        try list(id, value, "names", includesValues: false) { [weak self] secrets, _ throws(Failure) in
            guard let self else { return .null }
            guard hasDetails else { return .list(secrets.map { self.gate.inward(Array($0.name.utf8)) }) }
            let entry = try sessions.entry(value["session"], "names")
            let path = value["options"]?["path"]?.asText ?? entry.path
            let environment =
                value["options"]?["env"]?.asText ?? value["options"]?["environment"]?.asText ?? entry.environment
            return .list(
                secrets.map { self.details($0, isImported: $0.path != path || $0.environment != environment) })
        }
    }

    private func details(_ secret: FetchedSecret, isImported: Bool) -> Value {
        .record([
            "name": gate.inward(Array(secret.name.utf8)), "env": gate.inward(Array(secret.environment.utf8)),
            "path": gate.inward(Array(secret.path.utf8)), "isImported": .boolean(isImported),
            "version": secret.version.map { .integer(Int64($0)) } ?? .null,
        ])
    }

    func renew(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "renew")
        entry.session.renew { [weak self] result in self?.answer(id, result) { _ throws(Failure) in .null } }
    }

    func logout(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "logout")
        sessions.logout(entry) { [weak self] result in self?.answer(id, result) { _ throws(Failure) in .null } }
    }

    // MARK: - Parts of it

    private func list(
        _ id: UInt32, _ value: Value, _ function: String, includesValues: Bool,
        _ make: @escaping ([FetchedSecret], String) throws(Failure) -> Value
    ) throws(Failure) {
        let entry = try sessions.entry(value["session"], function)
        var options = try OptionReader(function, value["options"])
        var folder = try folder(&options, entry, nil)
        folder.includesValues = includesValues
        if !includesValues { _ = try options.boolean("details") }
        try options.finish()
        if includesValues {
            try policy.check(secret: nil, in: folder, of: entry)
        } else {
            try policy.check(namesOf: folder, of: entry)
        }
        let project = folder.project
        entry.session.listSecrets(folder) { [weak self] result in
            self?.answer(id, result) { secrets throws(Failure) in try make(secrets, project) }
        }
    }

    func folder(
        _ options: inout OptionReader, _ entry: SessionService.Entry, _ address: SecretAddress?
    ) throws(Failure) -> FolderQuery {
        let project = try options.text("project", "a project's id or slug") ?? address?.project ?? entry.project
        let alias = try options.text("environment", "the slug of an environment")
        let environment = try options.text("env", "the slug of an environment") ?? alias ?? address?.environment
        let path = try options.text("path", "a folder such as \"/web\"") ?? address?.path
        guard let project else {
            throw Failure(
                .usage, "\(options.function): it is not known which project is meant",
                reason: "a machine identity can be in several",
                hint:
                    "say project = \"…\", --project, or INFISICAL_PROJECT_ID in the credentials file or the environment"
            )
        }
        return FolderQuery(project: project, environment: environment ?? entry.environment, path: path ?? entry.path)
    }

    /// Takes a fetched value, or one field of its JSON, into the store.
    private func keep(_ found: FetchedSecret, _ project: String, field: String?) throws(Failure) -> ObjectReference {
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
            "fetched", [project, found.environment, found.path, found.version, found.name] as [AnyHashable])
        var whole = SecretStore.Draft.loaded(
            value, name: found.name, source: source, atMost: SecretSize.maximumLoadedBytes, origin: origin)
        whole.isAssembled = sessions.isAssembled(found)
        whole.isPublic = isPublic(found)
        guard let field else { return try store.add(value, whole) }
        if whole.isAssembled { throw Self.putTogether("getSecret", found.name) }
        // The whole value is known to the masker too, before a part of it is handed out.
        store.close(try store.add(value, whole))
        var draft = SecretStore.Draft(
            name: SecretName.field(field.printable, of: found.name), source: source, size: whole.size,
            origin: SecretOrigin("field", [whole.origin, field]))
        draft.isPublic = whole.isPublic
        return try store.make(draft) { (buffer) throws(Failure) in
            try buffer.append(try JSONField.value(of: field, in: value, name: found.name))
        }
    }

    /// The user's word on what need not be masked. It holds for what comes from the vault under that name, and for
    /// nothing that a script calls so.
    private func isPublic(_ found: FetchedSecret) -> Bool {
        NamePattern.matches(found.name, options.settings.publicNames)
    }

    func answer<T>(
        _ id: UInt32, _ result: Result<T, Failure>, _ make: (T) throws(Failure) -> Value
    ) {
        do throws(Failure) {
            reply(id, try make(try result.get()))
        } catch {
            fault(id, error)
        }
    }
}

/// A secret's name as scripts give it: plain, or `infisical://project/env/path/NAME`.
struct SecretAddress: Equatable {
    private static let scheme = "infisical://"

    var name: String
    var project: String?
    var environment: String?
    var path: String?

    init(_ text: String, _ function: String = "getSecret") throws(Failure) {
        guard !text.isEmpty else { throw Failure(.usage, "\(function): name: it is empty") }
        guard text.utf8.count <= 1024 else { throw Failure(.usage, "\(function): name: it is longer than 1024 bytes") }
        guard text.hasPrefix(Self.scheme) else {
            guard !text.contains("/") else {
                throw Failure(
                    .usage, "\(function): name: \"\(text.printable)\" is no name of a secret",
                    hint:
                        "name the folder apart: \(function)(NAME, { path = \"/web\" }), or write infisical://project/env/path/NAME"
                )
            }
            name = text
            return
        }
        let parts = text.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }), let last = parts.last else {
            throw Failure(
                .usage, "\(function): name: \"\(text.printable)\" is no address of a secret",
                hint: "write infisical://project/env/path/NAME")
        }
        name = last
        project = parts[0]
        environment = parts[1]
        path = "/" + parts[2..<(parts.count - 1)].joined(separator: "/")
    }
}

/// One field of a value that is JSON. A failure says nothing about the value.
enum JSONField {
    static func value(of field: String, in value: SecretBytes, name: String) throws(Failure) -> SecretBytes {
        var found: SecretBytes?
        if let json = try? SecretJSON(value) {
            var node: SecretJSON.Node? = json.root
            for key in field.split(separator: ".", omittingEmptySubsequences: false) {
                node = try? node?.member(String(key))
            }
            found = try? node?.secret()
        }
        guard let found else {
            throw Failure(
                .notFound, "the secret \(name.printable) has no text field \(field.printable)",
                reason: "its value is not JSON, or has another shape",
                hint: "look at it in the vault; inner fields are written with dots: a.b")
        }
        return found
    }
}
