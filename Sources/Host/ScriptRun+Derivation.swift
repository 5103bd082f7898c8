import Diagnostics
import HTTPTransport
import HostProtocol
import Masking
import Providers
import SecretMemory

/// New secrets from old ones. Each way decides from public facts whether there is room, then makes the value in secret
/// memory; where the value itself stands in the way there is one error, whatever was wrong with it.
extension ScriptRun {
    func derive(_ id: UInt32, _ value: Value) throws(Failure) {
        let way = value["way"]?.asText ?? ""
        switch way {
        case "base64": reply(id, try base64(value))
        case "base64Decode": reply(id, try base64Decode(value))
        case "hex": reply(id, try hex(value))
        case "urlEncode": reply(id, try urlEncode(value))
        case "trim": reply(id, try trim(value))
        case "field": reply(id, try field(value))
        case "json": reply(id, try json(value))
        case "hmac": reply(id, try hmac(value))
        case "random": reply(id, try random(value))
        case "file": reply(id, try secretFile(value))
        case "dotenv": reply(id, try secretsFromDotenv(value))
        case "input": try secretInput(id, value)
        case "prompt": try prompt(id, value)
        default: throw Failure(.usage, "there is no way \"\(way.printable)\" to make a secret")
        }
    }

    /// A result that depends on one secret and public options.
    private func one(
        _ way: String, _ value: Value, options: String = "", name: String? = nil, size: (SecretSize) -> SecretSize,
        _ write: (SecretStore.Entry, SecretBuffer) throws(Failure) -> [SecretPart]?
    ) throws(Failure) -> Value {
        let entry = try store.entry(try Self.reference(value["secret"], "secret.\(way)"))
        let isPart = ["base64Decode", "field", "trim"].contains(way)
        // What is taken out of a draw may be known: of letters and blanks the base64 of nothing but one letter.
        let chooser = isPart && entry.isDraw ? max(entry.chooser, .derived) : entry.chooser
        var draft = SecretStore.Draft(
            name: name ?? SecretName.of(way, [entry.name]), source: SecretSource(provider: way),
            size: size(entry.size), origin: SecretOrigin(way, [entry.origin, options]),
            isAssembled: entry.isAssembled || !isPart, chooser: chooser)
        draft.isDraw = entry.isDraw
        draft.isPublic = isPart && entry.isPublic
        return .object(try store.make(draft) { (buffer) throws(Failure) in try write(entry, buffer) })
    }

    static func reference(_ value: Value?, _ place: String) throws(Failure) -> ObjectReference {
        guard case .object(let object) = value ?? .null, object.kind == .secret else {
            throw Failure(.usage, "\(place): expected a secret, got \((value ?? .null).described)")
        }
        return object
    }

    // MARK: - Forms

    private func base64(_ value: Value) throws(Failure) -> Value {
        var options = try OptionReader("secret.base64", value["options"])
        let isURL = try options.boolean("url") ?? false
        let isPadded = try options.boolean("padding") ?? true
        try options.finish()
        return try one(
            "base64", value, options: "\(isURL) \(isPadded)", size: { $0.mapped { ($0 + 2) / 3 * 4 } }
        ) { (entry, buffer) throws(Failure) in
            try entry.value.withBytes { (bytes) throws(Failure) in
                try SecretEncoding.base64(bytes, isURL: isURL, isPadded: isPadded, to: buffer)
            }
            return SecretParts.inBase64(of: entry, count: buffer.count)
        }
    }

    private func base64Decode(_ value: Value) throws(Failure) -> Value {
        try checkApart("base64Decode", value)
        return try one("base64Decode", value, size: { $0 }) { (entry, buffer) throws(Failure) in
            let isDecoded = try entry.value.withBytes { [gate] (bytes) throws(Failure) in
                if !gate.masker.places(in: bytes, before: entry.chooser).isEmpty {
                    throw InertText.holdsSecret(
                        "secret.base64Decode: \(entry.name.printable) holds a secret of the vault: use that one")
                }
                return try SecretEncoding.decodeBase64(bytes, to: buffer)
            }
            guard isDecoded else {
                throw Failure(
                    .usage, "secret.base64Decode: the secret \(entry.name.printable) is no base64",
                    reason: "its value does not have that form",
                    hint: "look at it in the vault; both alphabets are read, with padding or without")
            }
            return nil
        }
    }

    /// What can fail for what a value holds takes apart only what was loaded. Of a value that the script has put together
    /// itself success would answer questions about any part of it: "does it begin with a hexadecimal digit?". What has
    /// come back from outside may hold such a text: of it the vault's values are left whole (`InertText`).
    private func checkApart(_ way: String, _ value: Value) throws(Failure) {
        let entry = try store.entry(try Self.reference(value["secret"], "secret.\(way)"))
        if entry.isAssembled { throw Self.putTogether("secret.\(way)", entry.name) }
    }

    static func putTogether(_ function: String, _ name: String) -> Failure {
        Failure(
            .usage, "\(function): \(name.printable) was put together by the script",
            reason: "only what was loaded is taken apart: fetched, captured, read from a file, typed",
            hint: "take the secret that it was made from apart first, and put the parts together then")
    }

    private func hex(_ value: Value) throws(Failure) -> Value {
        try one("hex", value, size: { $0.mapped { $0 * 2 } }) { (entry, buffer) throws(Failure) in
            try SecretParts.encode(entry, to: buffer) { (bytes, buffer) throws(Failure) in
                try SecretEncoding.hex(bytes, to: buffer)
            }
        }
    }

    private func urlEncode(_ value: Value) throws(Failure) -> Value {
        try one("urlEncode", value, size: { $0.mapped({ $0 * 3 }, usual: { $0 * 2 }) }) {
            (entry, buffer) throws(Failure) in
            try SecretParts.encode(entry, to: buffer) { (bytes, buffer) throws(Failure) in
                try SecretEncoding.percent(bytes, to: buffer)
            }
        }
    }

    private func trim(_ value: Value) throws(Failure) -> Value {
        try one("trim", value, size: { $0 }) { (entry, buffer) throws(Failure) in
            try entry.value.withBytes { (bytes) throws(Failure) in
                let stretch = SecretEncoding.trimmed(bytes)
                try buffer.append(bytes.extracting(stretch))
                return SecretParts.cut(entry.parts, to: stretch)
            }
        }
    }

    private func field(_ value: Value) throws(Failure) -> Value {
        let path = value["field"]?.asText ?? ""
        guard !path.isEmpty, path.utf8.count <= 1024 else {
            throw Failure(
                .usage, "secret.field: path: expected the names of fields, such as \"db.password\"",
                reason: path.isEmpty ? "it is empty" : "it is longer than 1024 bytes")
        }
        try checkApart("field", value)
        let entry = try store.entry(try Self.reference(value["secret"], "secret.field"))
        let name = SecretName.field(path.printable, of: entry.name)
        return try one("field", value, options: path, name: name, size: { $0 }) {
            [gate] (entry, buffer) throws(Failure) in
            try buffer.append(
                try JSONField.value(
                    of: path, in: entry.value, name: entry.name, apartFrom: gate.masker, before: entry.chooser))
            return nil
        }
    }

    // MARK: - Put together

    /// The worker has written the JSON; where a secret stands in it, it becomes a JSON string here.
    private func json(_ value: Value) throws(Failure) -> Value {
        guard case .list(let parts) = value["parts"] ?? .null else {
            throw Failure(.usage, "secret.json: value: expected a table")
        }
        var pieces = SecretPieces()
        for part in parts {
            if case .bytes(let text) = part {
                pieces.add(text)
            } else {
                pieces.add(try store.entry(try Self.reference(part, "secret.json")))
            }
        }
        guard !pieces.isTooLarge else {
            throw Failure(
                .limit, "secret.json: the value is too large",
                reason:
                    "it may have \(SecretPieces.maximumTextBytes / 1024) KiB of text and \(SecretPieces.maximumSecrets) secrets",
                hint: "hand the parts over one by one")
        }
        let draft = SecretStore.Draft(
            name: SecretName.of("json", pieces.names), source: SecretSource(provider: "json"),
            size: pieces.size { $0.mapped({ $0 * 6 + 2 }, usual: { $0 * 2 }) }, origin: pieces.origin("json"),
            isAssembled: true)
        return .object(try store.make(draft) { (buffer) throws(Failure) in try Self.writeJSON(pieces, to: buffer) })
    }

    @discardableResult
    static func writeJSON(_ pieces: SecretPieces, to buffer: SecretBuffer) throws(Failure) -> [SecretPart] {
        var parts: [SecretPart] = []
        for piece in pieces.all {
            switch piece {
            case .text(let bytes): try buffer.append(bytes.span)
            case .secret(let entry):
                guard let own = try SecretParts.appendJSON(entry, to: buffer) else {
                    throw Failure(
                        .usage, "secret.json: the secret \(entry.name.printable) has no form in JSON",
                        reason: "its value is not UTF-8 text, and JSON holds no other",
                        hint: "put an encoded form of it there: secret.base64(handle)")
                }
                parts += own
            }
        }
        return parts
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
        let pieces = try template.pieces(fields, in: store)
        let name = pieces.names.isEmpty ? "template" : SecretName.joined(pieces.names)
        let draft = SecretStore.Draft(
            name: name, source: SecretSource(provider: "template"), size: pieces.size { $0 },
            origin: pieces.origin("template"), isAssembled: true, beginning: pieces.beginning)
        let made = try store.make(draft) { (buffer) throws(Failure) in
            var parts: [SecretPart] = []
            for piece in pieces.all {
                switch piece {
                case .text(let bytes): try buffer.append(bytes.span)
                case .secret(let entry):
                    parts += try SecretParts.encode(entry, to: buffer) { (bytes, buffer) throws(Failure) in
                        try buffer.append(bytes)
                    }
                }
            }
            return parts
        }
        reply(id, .object(made))
    }

    // MARK: - Keyed hashes

    private func hmac(_ value: Value) throws(Failure) -> Value {
        var options = try OptionReader("secret.hmac", value["options"])
        let format = try options.choice("format", ["hex", "base64", "base64url"]) ?? "hex"
        try options.finish()
        let algorithm = value["algorithm"]?.asText ?? ""
        guard let hash = KeyedHash(rawValue: algorithm) else {
            throw Failure(
                .usage, "secret.hmac: there is no algorithm \"\(algorithm.printable)\"",
                hint: "it knows: \(KeyedHash.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let key = try store.entry(try Self.reference(value["key"], "secret.hmac: key"))
        let (message, origin, parts) = try message(value["message"])
        let draft = SecretStore.Draft(
            name: SecretName.of("hmac", [key.name]), source: SecretSource(provider: "hmac"),
            size: SecretSize(known: hash.byteCount * 2),
            origin: SecretOrigin("hmac", [algorithm, format, key.origin, origin]), isAssembled: true)
        let inputs = key.parts + parts
        // Whoever knows both, or finds what is short by trying all, can choose how a hash ends.
        let isKnown = inputs.allSatisfy { $0.chooser >= .drawn }
        return .object(
            try store.make(draft) { (buffer) throws(Failure) in
                let digest = try hash.digest(key: key.value, message: message)
                try digest.withBytes { (bytes) throws(Failure) in
                    try Self.write(bytes, format, to: buffer)
                }
                guard !inputs.isEmpty else { return [] }
                // Keys that end in NUL give the hash of the key without: the names of two masks would tell of that.
                return [SecretPart(range: 0..<buffer.count, chooser: isKnown ? inputs.latest : .hashed, name: "hmac")]
            })
    }

    private func message(_ value: Value?) throws(Failure) -> (SecretBytes, AnyHashable, [SecretPart]) {
        guard case .bytes(let text) = value ?? .null else {
            let entry = try store.entry(try Self.reference(value, "secret.hmac: message"))
            return (entry.value, AnyHashable(entry.origin), entry.parts)
        }
        guard text.count <= SecretPieces.maximumTextBytes else {
            throw Failure(
                .limit, "secret.hmac: message: it is longer than \(SecretPieces.maximumTextBytes / 1024) KiB",
                hint: "let a program compute it: openssl dgst reads from files and standard input")
        }
        return (try SecretBytes(copying: text.span), AnyHashable(text), [])
    }

    static func write(_ bytes: Span<UInt8>, _ format: String, to buffer: SecretBuffer) throws(Failure) {
        switch format {
        case "hex": try SecretEncoding.hex(bytes, to: buffer)
        case "base64": try SecretEncoding.base64(bytes, isURL: false, isPadded: true, to: buffer)
        default: try SecretEncoding.base64(bytes, isURL: true, isPadded: false, to: buffer)
        }
    }
}
