import Diagnostics
import HostProtocol
import SecretMemory

/// Making, naming and describing secrets.
extension ScriptRun {
    func describe(_ id: UInt32, _ value: Value) throws(Failure) {
        guard case .object(let object) = value["object"] ?? .null else {
            throw Failure(.usage, "source: expected a secret before the colon")
        }
        let source = try store.entry(object).source
        var fields = [Value.Entry(.bytes(Array("provider".utf8)), gate.inward(Array(source.provider.utf8)))]
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            fields.append(Value.Entry(.bytes(Array(name.utf8)), gate.inward(Array(text.utf8))))
        }
        add("project", source.project)
        add("env", source.environment)
        add("path", source.path)
        if let version = source.version {
            fields.append(Value.Entry(.bytes(Array("version".utf8)), .integer(Int64(version))))
        }
        reply(id, .map(fields))
    }

    func template(_ id: UInt32, _ value: Value) throws(Failure) {
        let template = try SecretTemplate(value["text"]?.asBytes ?? [])
        var fields: [String: Value] = [:]
        if case .map(let entries) = value["fields"] ?? .null {
            for entry in entries {
                guard case .bytes(let name) = entry.key else { continue }
                fields[String(decoding: name, as: UTF8.self)] = entry.value
            }
        }
        let (filled, names) = try template.filled(fields, in: store)
        let name = names.isEmpty ? "template" : names.joined(separator: "+")
        reply(id, .object(try store.add(filled, name: name, source: SecretSource(provider: "template"))))
    }

    func secretFromEnvironment(_ id: UInt32, _ value: Value) throws(Failure) {
        let name = value["name"]?.asText ?? ""
        try Self.checkMayBeHandedOn(name, "secret.env")
        var found = environment.withheld[name]
        if found == nil { found = try inheritedValue(name) }
        guard let found, found.count > 0 else {
            throw Failure(
                .notFound, "the environment has no variable \(name.printable)",
                hint: "set it for this command, or look at its name")
        }
        let copy = try found.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
        reply(id, .object(try store.add(copy, name: name, source: SecretSource(provider: "environment"))))
    }

    private func inheritedValue(_ name: String) throws(Failure) -> SecretBytes? {
        guard let found = environment.inherited.last(where: { $0.name == name }) else { return nil }
        return try SecretBytes(copying: found.value.span)
    }

    /// The credentials that this host logs in with are its own: no script gets a handle for them, no child the variable.
    static func checkMayBeHandedOn(_ name: String, _ function: String) throws(Failure) {
        guard name.uppercased().hasPrefix("INFISICAL_"),
            EnvironmentPolicy.saysCredential(name) || name.hasSuffix("_CLIENT_ID")
        else { return }
        throw Failure(
            .denied, "\(function): \(name.printable) is not handed on",
            reason: "it is the credential of vaultscript itself",
            hint: "fetch the secret that the program needs: getSecret(NAME)")
    }
}
