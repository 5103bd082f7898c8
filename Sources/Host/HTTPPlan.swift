import Diagnostics
import HTTPTransport
import HostProtocol
import Masking
import SecretMemory

/// What one `http.request{ … }` asks for, read and checked as a whole before anything is opened or sent.
struct HTTPPlan {
    enum Body {
        case none
        case text([UInt8])
        case secret(SecretStore.Entry)
        /// JSON with secrets in it.
        case pieces(SecretPieces)
        case file([UInt8])
    }

    enum Capture { case text, secret }

    struct Retry {
        var times = 1
        var backoff = Duration.milliseconds(500)
    }

    static let function = "http.request"
    static let defaultMaximumBody: Int64 = 16 << 20
    static let defaultMaximumDownload: Int64 = 1 << 30
    /// As much of JSON or a value as secret memory takes.
    static let maximumSecretBody: Int64 = 1 << 20
    private static let maximumHeaders = 100
    /// What url and headers may be together, by what is public of their size: below the 1 MiB that libcurl sends there,
    /// which it would measure by the lengths of values.
    private static let maximumHeadBytes = 512 * 1024
    /// Set by the transport, or of a meaning that the host has to keep: a compressed answer could not be masked.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer", "keep-alive",
        "proxy-connection", "proxy-authorization", "accept-encoding", "http2-settings",
    ]

    var url: HTTPAddress
    var method = "GET"
    var headers: [HTTPRequest.Header] = []
    var body: Body = .none
    /// What the body is, unless a header says so.
    var contentType = ""
    var download: OutputFile.Plan?
    var timeout = Duration.seconds(30)
    var checks = true
    var capture = Capture.text
    var secretFields: [String] = []
    var retry = Retry()
    var maximumBody: Int64
    /// The task that it belongs to.
    var task: Int64?
    /// The names of the secrets that go out, with the place of each.
    var grants: [String] = []
    /// Texts of the script that go out: none of them should hold a mask.
    private var texts: [(place: String, [UInt8])] = []
    /// What is public of the size of the headers' values.
    private var headRoom = 0
    private let store: SecretStore

    init(_ value: Value, store: SecretStore) throws(Failure) {
        self.store = store
        var options = try OptionReader(Self.function, value)
        url = try HTTPAddress(options.value("url"), store)
        maximumBody = Self.defaultMaximumBody
        if let name = url.secretName { grants.append("\(name) (url)") }
        if let text = url.publicText { texts.append(("url", Array(text.utf8))) }
        try readBody(&options)
        try readMethod(&options)
        try readHeaders(&options)
        try checkHead()
        try readAnswer(&options)
        timeout = try options.duration("timeout") ?? timeout
        guard timeout > .zero else { throw Self.usage("timeout: expected more than no time") }
        checks = try options.boolean("check") ?? true
        try readRetry(&options)
        try options.finish()
    }

    static func usage(_ message: String, reason: String = "", hint: String = "") -> Failure {
        Failure(.usage, "\(function): \(message)", reason: reason, hint: hint)
    }

    // MARK: - What goes out

    private mutating func readBody(_ options: inout OptionReader) throws(Failure) {
        let given = ["body", "json", "upload"].filter { options.value($0) != nil }
        guard given.count <= 1 else {
            throw Self.usage("\(given.joined(separator: " and ")) are two bodies", hint: "leave one of them out")
        }
        switch options.value("body") {
        case nil: break
        case .bytes(let text):
            body = .text(text)
            contentType = "text/plain; charset=utf-8"
            texts.append(("body", text))
        case .object(let object) where object.kind == .secret:
            body = .secret(try entry(object, "body"))
            contentType = "text/plain; charset=utf-8"
        case .some(let other):
            throw options.wrong("body", "a text or a secret (a table goes with json = …)", other)
        }
        if let parts = options.value("json") { try readJSON(parts) }
        guard let upload = options.value("upload") else { return }
        var inner = try OptionReader("\(Self.function): upload", upload)
        guard let path = try inner.text("file", "a path"), !path.isEmpty else {
            throw Self.usage("upload: expected { file = path }, got \(upload.described)")
        }
        try inner.finish()
        body = .file(Array(path.utf8))
        contentType = "application/octet-stream"
    }

    /// The worker has written the JSON; where a secret stands in it, it becomes a JSON string when it is sent.
    private mutating func readJSON(_ value: Value) throws(Failure) {
        guard case .list(let parts) = value else { throw Self.usage("json: expected a table") }
        var pieces = SecretPieces()
        for part in parts {
            switch part {
            case .bytes(let text):
                pieces.add(text)
                texts.append(("json", text))
            case .object(let object): pieces.add(try entry(object, "json"))
            default: throw Self.usage("json: expected a table, got \(part.described)")
            }
        }
        contentType = "application/json"
        if case .text(let text)? = pieces.all.first, pieces.all.count == 1 { return body = .text(text) }
        guard !pieces.isTooLarge else {
            throw Failure(
                .limit, "\(Self.function): json: the value is too large",
                reason:
                    "with secrets in it, it may have \(SecretPieces.maximumTextBytes / 1024) KiB of text and \(SecretPieces.maximumSecrets) secrets",
                hint: "send the large part from a file: upload = { file = path }")
        }
        body = .pieces(pieces)
    }

    private mutating func readMethod(_ options: inout OptionReader) throws(Failure) {
        let usual: String
        switch body {
        case .none: usual = "GET"
        case .file: usual = "PUT"
        case .text, .secret, .pieces: usual = "POST"
        }
        method = try options.text("method", "a method such as \"POST\"") ?? usual
        let isWord = !method.isEmpty && method.utf8.count <= 32 && method.utf8.allSatisfy { (65...90).contains($0) }
        guard isWord, method != "CONNECT", method != "TRACE" else {
            throw options.wrong("method", "a method in capitals, such as \"POST\"", .text(method))
        }
        if case .none = body {
            // Servers want to be told that there is no body.
            if ["POST", "PUT", "PATCH"].contains(method) { body = .text([]) }
        } else if method == "HEAD" {
            throw Self.usage("HEAD has no body", hint: "leave the body out")
        }
    }

    private mutating func readHeaders(_ options: inout OptionReader) throws(Failure) {
        guard let value = options.value("headers"), value != .list([]) else { return }
        guard case .map(let entries) = value, entries.count <= Self.maximumHeaders else {
            throw options.wrong("headers", "a table of at most \(Self.maximumHeaders) names and values", value)
        }
        var seen: Set<String> = []
        for field in entries {
            guard case .bytes(let bytes) = field.key else {
                throw Self.usage("headers: expected names as keys, got a number")
            }
            let name = String(decoding: bytes, as: UTF8.self)
            guard Self.isToken(bytes) else {
                throw Self.usage("headers: \(Value.bytes(bytes).described) is no name of a header")
            }
            guard !Self.reserved.contains(name.lowercased()) else {
                throw Self.usage(
                    "headers: \(name) is not a script's to set", reason: "the host sets what belongs to the connection")
            }
            guard seen.insert(name.lowercased()).inserted else { throw Self.usage("headers: \(name) is there twice") }
            headers.append(HTTPRequest.Header(name, try headerValue(field.value, name)))
        }
        headers.sort { $0.name < $1.name }
    }

    /// What can be known of the size of url and headers.
    private func checkHead() throws(Failure) {
        let size = headers.reduce(url.size + headRoom) { $0 + $1.name.utf8.count + 4 }
        guard size > Self.maximumHeadBytes else { return }
        throw Failure(
            .limit, "\(Self.function): url and headers are larger than \(Self.maximumHeadBytes / 1024) KiB",
            reason: "a secret in them counts as \(SecretSize.leastWeight / 1024) KiB, or as large as it could be",
            hint: "send what is large in the body")
    }

    private static func isToken(_ bytes: [UInt8]) -> Bool {
        (1...256).contains(bytes.count)
            && bytes.allSatisfy { RecipeParameter.isWordByte($0) || $0 == UInt8(ascii: "-") }
    }

    private mutating func headerValue(_ value: Value, _ name: String) throws(Failure) -> HTTPRequest.HeaderValue {
        switch value {
        case .object(let object) where object.kind == .secret:
            let entry = try entry(object, "header \(name)")
            headRoom += entry.size.room
            return .whole(entry.value)
        case .integer(let number): return .text(String(number))
        case .bytes(let bytes):
            guard !bytes.isEmpty, bytes.count <= 16 * 1024, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
                String(validating: bytes, as: UTF8.self) != nil
            else {
                throw Self.usage(
                    "headers: \(name): expected one line of text",
                    reason: "it is empty, too long, or holds line ends or other control characters")
            }
            texts.append(("headers: \(name)", bytes))
            headRoom += bytes.count
            return .text(String(decoding: bytes, as: UTF8.self))
        default:
            throw Self.usage("headers: \(name): expected a text, a number or a secret, got \(value.described)")
        }
    }

    private mutating func entry(_ object: ObjectReference, _ place: String) throws(Failure) -> SecretStore.Entry {
        guard object.kind == .secret else {
            throw Self.usage("\(place): expected a secret, got \(Value.object(object).typeName)")
        }
        let entry = try store.entry(object)
        grants.append("\(entry.name) (\(place))")
        return entry
    }

    // MARK: - What comes back

    private mutating func readAnswer(_ options: inout OptionReader) throws(Failure) {
        switch options.value("capture") {
        case nil, .boolean(true): break
        case .some(let value):
            guard value.asText == "secret" else { throw options.wrong("capture", "\"secret\"", value) }
            capture = .secret
        }
        try readFields(&options)
        try readDownload(&options)
        let isSecret = capture == .secret || !secretFields.isEmpty
        let most: Int64 = download != nil ? 1 << 40 : isSecret ? Self.maximumSecretBody : 32 << 20
        maximumBody = min(most, download != nil ? Self.defaultMaximumDownload : Self.defaultMaximumBody)
        if let given = try options.integer("maxBody", in: 0...most) { maximumBody = given }
    }

    private mutating func readFields(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("secrets") else { return }
        guard case .list(let items) = given, !items.isEmpty, items.count <= 256 else {
            throw options.wrong("secrets", "a list of names of fields, such as { \"token\" }", given)
        }
        for item in items {
            guard let path = item.asText, CapturedJSON.isPath(path), !secretFields.contains(path) else {
                throw options.wrong("secrets", "names of fields, each once, such as \"token\" or \"data.token\"", item)
            }
            secretFields.append(path)
        }
        guard capture == .secret else { return }
        throw Self.usage("capture and secrets are two ways to take the body", hint: "leave one of them out")
    }

    private mutating func readDownload(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("download") else { return }
        var entries: [Value.Entry] = []
        if case .map(let found) = given { entries = found }
        guard given["append"] == nil else { throw Self.usage("download: append: a download is written as a whole") }
        // A download that fails half way leaves the old file, unless told otherwise.
        if given["atomic"] == nil { entries.append(Value.Entry(.bytes(Array("atomic".utf8)), .boolean(true))) }
        download = try OutputFile.Plan(.map(entries), "\(Self.function): download", takesAppend: false)
        guard capture == .text, secretFields.isEmpty, method != "HEAD" else {
            throw Self.usage("download takes the whole body", hint: "leave capture and secrets out")
        }
    }

    private mutating func readRetry(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("retry") else { return }
        var inner = try OptionReader("\(Self.function): retry", given)
        retry.times = Int(try inner.integer("times", in: 1...10) ?? 3)
        retry.backoff = try inner.duration("backoff") ?? retry.backoff
        try inner.finish()
    }

    // MARK: - Whether it may be sent

    /// - Throws: `.denied` where the run may not send this there; `.usage` where a mask would be sent for a value.
    func check(_ policy: RunPolicy, _ gate: Gate, allowsPlainHTTP: Bool) throws(Failure) {
        let endpoint = try url.endpoint(policy, gate.masker)
        if grants.isEmpty {
            try policy.check(host: endpoint)
        } else if !policy.isNamed(endpoint) {
            throw Failure(
                .denied, "\(Self.function): no secret may be sent to \(endpoint.name)",
                reason: "neither a recipe nor your configuration names that host; nothing has been sent",
                hint: "name it in recipe{ hosts = { \"\(endpoint.name)\" } }, or in [http] hosts of your configuration")
        }
        guard endpoint.scheme == "https" || endpoint.isLoopback || allowsPlainHTTP else {
            throw Failure(
                .denied, "\(Self.function): the connection to \(endpoint.name) would not be encrypted",
                reason: "plain http is for this machine; nothing has been sent",
                hint: "use https, or say --allow-http where the network is your own")
        }
        for (place, text) in texts {
            guard let name = MaskText.first(in: text, of: store.names.union(gate.masker.registeredNames)) else {
                continue
            }
            throw Self.usage(
                "\(place): the text holds the mask [secret:\(name.printable)]",
                reason: "the value itself never enters the script, so the server would get the mask",
                hint: "put the handle there, or secret.template(\"…${x}…\", { x = handle })")
        }
    }

    // MARK: - Words

    /// Method and address, without what may be long or personal.
    var shown: String { "\(method) \(url.shown)" }

    /// The request as `-v` shows it, with the names of its secrets.
    var shownRequest: String {
        let secrets = grants.isEmpty ? "" : "   [secrets: \(grants.sorted().joined(separator: ", ").printable)]"
        return "+ \(shown.printable)\(secrets)\n"
    }
}
