import Diagnostics
import HostProtocol
import Masking
import SecretMemory

/// What a script is told of an answer: status and headers, and the body as text, as a value, or as JSON with values in it.
struct HTTPResult {
    private var fields: [Value.Entry] = []
    private var body: (draft: SecretStore.Draft, value: SecretBytes)?
    private var secrets: [(draft: SecretStore.Draft, value: SecretBytes)] = []

    init(_ status: Int, _ answer: HTTPAnswer) {
        add("status", .integer(Int64(status)))
        add("ok", .boolean(status < 400))
        if answer.secretBuffer == nil { add("body", .bytes(answer.text)) }
    }

    mutating func takeHeaders(_ answer: HTTPAnswer) {
        var joined: [[UInt8]: [UInt8]] = [:]
        for header in answer.headers {
            joined[header.name] = joined[header.name].map { $0 + Array(", ".utf8) + header.value } ?? header.value
        }
        add("headers", .map(joined.map { Value.Entry(.bytes($0.key), .bytes($0.value)) }))
    }

    mutating func add(_ name: String, _ value: Value) {
        fields.append(Value.Entry(.bytes(Array(name.utf8)), value))
    }

    /// Takes a value, or JSON with values in it, out of secret memory.
    mutating func take(_ answer: HTTPAnswer, _ plan: HTTPPlan, _ masker: Masker) throws(Failure) {
        guard let buffer = answer.secretBuffer else { return }
        let name = plan.url.hostName
        guard !plan.secretFields.isEmpty else {
            let value = try buffer.take()
            try masker.add(value, name: name, origin: .script)
            return body = (Self.draft(value, name, plan), value)
        }
        let json = try CapturedJSON(buffer, fields: plan.secretFields, masker: masker, from: "the server")
        buffer.removeAll()
        secrets = json.secrets.map { (Self.draft($0.value, $0.path, plan), $0.value) }
        add("body", .bytes(json.text))
    }

    private static func draft(_ value: SecretBytes, _ name: String, _ plan: HTTPPlan) -> SecretStore.Draft {
        .loaded(
            value, name: name, source: SecretSource(provider: "http"), atMost: Int(plan.maximumBody), origin: .unique(),
            chooser: .script)
    }

    /// The result with its handles.
    func value(_ store: SecretStore) throws(Failure) -> Value {
        var result = fields
        if let body {
            result.append(Value.Entry(.bytes(Array("body".utf8)), .object(try store.add(body.value, body.draft))))
        }
        guard !secrets.isEmpty else { return .map(result) }
        var handles: [Value.Entry] = []
        for (draft, value) in secrets {
            handles.append(Value.Entry(.bytes(Array(draft.name.utf8)), .object(try store.add(value, draft))))
        }
        result.append(Value.Entry(.bytes(Array("secrets".utf8)), .map(handles)))
        return .map(result)
    }
}
