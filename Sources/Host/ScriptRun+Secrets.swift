import Diagnostics
import HostProtocol
import Masking
import SecretMemory

/// Describing secrets, and taking them from the environment.
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

    /// The most that Linux lets one variable have (MAX_ARG_STRLEN).
    private static let maximumVariableBytes = 128 * 1024

    func secretFromEnvironment(_ id: UInt32, _ value: Value) throws(Failure) {
        let name = value["name"]?.asText ?? ""
        try Self.checkMayBeHandedOn(name, "secret.env")
        try policy.check(.environment, name)
        var found = environment.withheld[name]
        // What is not withheld the script could take as text, too: os.getenv(NAME).
        let chooser = found == nil ? .script : environment.chooser(of: name)
        if found == nil { found = try inheritedValue(name) }
        guard let found, found.count > 0 else {
            throw Self.missingVariable(name)
        }
        reply(id, .object(try secret(ofVariable: name, found, chooser: chooser)))
    }

    private func secret(
        ofVariable name: String, _ value: SecretBytes, chooser: Masker.Origin
    ) throws(Failure) -> ObjectReference {
        let copy = try value.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
        let draft = SecretStore.Draft.loaded(
            copy, name: name, source: SecretSource(provider: "environment"), atMost: Self.maximumVariableBytes,
            origin: SecretOrigin("environment", [name]), chooser: chooser)
        return try store.add(copy, draft)
    }

    /// Makes the credentials that `passEnv` hands on secrets of this run, as `secret.env` does: the program may print them.
    func takePassed(_ plan: inout SpawnPlan) throws(Failure) {
        for name in plan.passed where plan.passedSecrets[name] == nil {
            guard let value = environment.heldCredential(name) else { continue }
            let object = try secret(ofVariable: name, value, chooser: environment.chooser(of: name))
            defer { store.close(object) }
            plan.passedSecrets[name] = try store.entry(object)
        }
        try plan.checkLengths()
    }

    static func missingVariable(_ name: String) -> Failure {
        Failure(
            .notFound, "the environment has no variable \(name.printable)",
            hint: "set it for this command, or look at its name")
    }

    private func inheritedValue(_ name: String) throws(Failure) -> SecretBytes? {
        guard let found = environment.inherited.last(where: { $0.name == name }) else { return nil }
        return try SecretBytes(copying: found.value.span)
    }

    /// The credentials that this host logs in with are its own: no script gets a handle for them, no child the variable.
    static func checkMayBeHandedOn(_ name: String, _ function: String) throws(Failure) {
        try EnvironmentPolicy.checkName(name, function)
        guard name.uppercased().hasPrefix("INFISICAL_"),
            EnvironmentPolicy.saysCredential(name) || name.hasSuffix("_CLIENT_ID")
        else { return }
        throw Failure(
            .denied, "\(function): \(name.printable) is not handed on",
            reason: "it is the credential of vaultscript itself",
            hint: "fetch the secret that the program needs: getSecret(NAME)")
    }
}
