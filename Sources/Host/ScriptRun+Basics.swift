import CSystemShims
import Diagnostics
import EventLoop
import HostProtocol
import SecretMemory

/// The answers that need neither vault nor child.
extension ScriptRun {
    func sleep(_ id: UInt32, _ value: Value) throws(Failure) {
        let duration = try DurationText.parse(value["duration"] ?? .null, "sleep: duration")
        let interrupts = value["interrupts"]?.asBoolean == true
        let timer = loop.schedule(after: duration) { [weak self] in
            self?.reply(id, .null)
            if interrupts { self?.worker.pressDeadline(id) }
        }
        whenAbandoned(id) { [weak self] in
            timer.cancel()
            self?.fault(id, Self.abandoned)
        }
    }

    func module(_ id: UInt32, _ value: Value) throws(Failure) {
        try maskOwnCredentials()
        var found = try modules.load(value["name"]?.asText ?? "") { (descriptor, file) throws(Failure) in
            try files.judge(descriptor, named: Array(file.utf8), "require")
        }
        // A program may have written a secret there.
        defer { unsafe found.text.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) } }
        let credentials = CredentialSettings(gate.masker)
        credentials.write(found.text.span)
        try credentials.finish("require", Array(found.file.utf8))
        reply(id, .record(["file": .text(found.file), "text": gate.inward(found.text)]))
    }

    func environmentVariable(_ id: UInt32, _ value: Value) throws(Failure) {
        let name = value["name"]?.asText ?? ""
        try EnvironmentPolicy.checkName(name, "os.getenv")
        guard environment.withheld[name] == nil else {
            throw Self.withheld(name.printable, isOwn: (try? Self.checkMayBeHandedOn(name, "os.getenv")) == nil)
        }
        guard let found = environment.inherited.last(where: { $0.name == name }) else { return reply(id, .null) }
        reply(id, gate.inward(found.value))
    }

    private static func withheld(_ name: String, isOwn: Bool) -> Failure {
        Failure(
            .usage, "os.getenv: \(name) is withheld from scripts",
            reason: isOwn ? "it belongs to the login of vaultscript" : "its name says that it holds a credential",
            hint: isOwn
                ? "fetch the secret that the script needs: getSecret(NAME)"
                : "take it as a secret: secret.env(\"\(name)\"), or hand it on: spawn{ …, passEnv = { \"\(name)\" } }")
    }

    func readInput(_ id: UInt32, _ value: Value) throws(Failure) {
        whenAbandoned(id) { [weak self] in self?.input.withdraw(id) }
        gate.showUnfinished()
        input.read(try Self.wanted(value), id: id) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let bytes): reply(id, bytes.map { .bytes($0) } ?? .null)
            case .failure(let failure): fault(id, failure)
            }
        }
    }

    private static func wanted(_ value: Value) throws(Failure) -> StandardInput.Wanted {
        if let count = value["count"]?.asInteger {
            guard (0...Int64(StandardInput.maximumBytes)).contains(count) else {
                throw Failure(.usage, "io.read: expected at most \(StandardInput.maximumBytes) bytes, got \(count)")
            }
            return .count(Int(count))
        }
        if value["all"]?.asBoolean == true { return .all }
        return .line(keepsEnd: value["keep"]?.asBoolean == true)
    }

    func log(_ value: Value) {
        var shown: [(name: String, text: String)] = []
        if case .map(let fields) = value["fields"] ?? .null {
            shown = fields.compactMap { field in
                guard case .bytes(let name) = field.key else { return nil }
                return (gate.inward(String(decoding: name, as: UTF8.self)), gate.inward(field.value.asText ?? ""))
            }
        }
        observer.log(
            LogEntry(
                level: value["level"]?.asText ?? "info", message: gate.inward(value["message"]?.asText ?? ""),
                fields: shown.sorted { $0.name < $1.name }))
    }
}
