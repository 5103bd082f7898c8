import Diagnostics
import HostProtocol
import Providers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a session tells of the vault beside secrets: folders, and as whom it acts. Names only.
extension ScriptRun {
    func inspect(_ id: UInt32, _ value: Value) throws(Failure) {
        switch value["way"]?.asText {
        case "folders": try folders(id, value)
        case "identity": try identity(id, value)
        default: throw Failure(.usage, "there is no such question about a session")
        }
    }

    private func identity(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "identity")
        entry.session.identity { [weak self] result in
            self?.answer(id, result) { [weak self] found throws(Failure) in
                guard let self else { return .null }
                return record(found, entry)
            }
        }
    }

    private func record(_ found: SessionIdentity, _ entry: SessionService.Entry) -> Value {
        let now = Int(time(nil))
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value?) {
            if let value { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        }
        func text(_ value: String?) -> Value? { value.map { gate.inward(Array($0.printable.utf8)) } }
        add("id", text(found.id))
        add("name", text(found.name))
        add("method", text(found.method))
        add("organization", text(found.organization))
        add("host", text(entry.session.host))
        add("project", text(entry.project))
        add("env", text(entry.environment))
        add("path", text(entry.path))
        add("expiresIn", found.expiresAt.map { .integer(Int64($0 - now)) })
        add("maximumLifeLeft", found.finalExpiry.map { .integer(Int64($0 - now)) })
        return .map(fields)
    }
}
