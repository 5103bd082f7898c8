import Diagnostics
import HTTPTransport
import HostProtocol
import Masking
import SecretMemory

/// The URL of a request: a text, or a secret whose host is known without its value.
struct HTTPAddress {
    private static let maximumBytes = 16 * 1024

    /// The whole URL; nil where it is a secret.
    let publicText: String?
    private let secret: SecretStore.Entry?
    private let parsed: HTTPEndpoint?

    init(_ value: Value?, _ store: SecretStore) throws(Failure) {
        switch value {
        case .bytes(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            guard bytes.count <= Self.maximumBytes, let endpoint = Self.endpoint(text) else {
                throw HTTPPlan.usage(
                    "url: expected a URL such as \"https://api.example.com/x\", got \(Value.bytes(bytes).described)",
                    reason:
                        "it has to begin with https:// or http://, and to name a host in its plain form; a user, blanks, \\ and # are not taken",
                    hint: "percent-encode what is not plain; a name and a password go into a header")
            }
            (publicText, secret, parsed) = (text, nil, endpoint)
        case .object(let object) where object.kind == .secret:
            publicText = nil
            let entry = try store.entry(object)
            secret = entry
            parsed = entry.isAssembled ? try Self.beginning(of: entry) : nil
        case .some(let other):
            throw HTTPPlan.usage("url: expected a text or a secret, got \(other.described)")
        case nil: throw HTTPPlan.usage("url is missing", hint: "write http.request{ url = \"https://…\" }")
        }
    }

    /// Strictly read: one meaning, whoever reads it.
    static func endpoint(_ text: String) -> HTTPEndpoint? {
        guard let endpoint = HTTPEndpoint(url: text), HostName.isUnmistakable(endpoint.host) else { return nil }
        return endpoint
    }

    /// Where a template leads: the host has to stand in its text, before the first secret. Otherwise a refusal would
    /// answer questions about the value.
    private static func beginning(of entry: SecretStore.Entry) throws(Failure) -> HTTPEndpoint {
        let text = String(decoding: entry.beginning, as: UTF8.self)
        guard let endpoint = endpoint(text), !endpoint.path.isEmpty else {
            throw HTTPPlan.usage(
                "url: the host of \(entry.name.printable) cannot be told without its value",
                reason: "scheme and host have to stand in the template's text, up to the / behind them",
                hint: "write secret.template(\"https://api.example.com/…${x}\", { x = handle })")
        }
        return endpoint
    }

    /// Where it leads. A secret that is a whole URL is compared with the hosts that the run names, in secret memory; of
    /// one that came from outside, each value of the vault in it is a character that ends no host (`InertText`).
    ///
    /// - Throws: `.denied` where it is none of those, whatever it is; `.limit` when secret memory is used up.
    func endpoint(_ policy: RunPolicy, _ masker: Masker) throws(Failure) -> HTTPEndpoint {
        if let parsed { return parsed }
        let found = try secret?.value.withBytes { (bytes) throws(Failure) -> HTTPEndpoint? in
            guard secret?.chooser == .script, let inert = try InertText(bytes, masker) else {
                return Self.named(bytes, policy)
            }
            return inert.text.withBytes { Self.named($0, policy) }
        }
        if let endpoint = found ?? nil { return endpoint }
        throw Failure(
            .denied, "\(HTTPPlan.function): the secret \(secret?.name.printable ?? "") is no URL of a named host",
            reason: "neither a recipe nor your configuration names the host that it leads to; nothing has been sent",
            hint: "name the host in recipe{ hosts = { … } }, or in [http] hosts of your configuration")
    }

    private static func named(_ bytes: Span<UInt8>, _ policy: RunPolicy) -> HTTPEndpoint? {
        for host in policy.namedHosts {
            for scheme in ["https", "http"] where leads(bytes, "\(scheme)://\(host.name)") {
                if let endpoint = endpoint("\(scheme)://\(host.name)/") { return endpoint }
            }
        }
        return nil
    }

    private static func leads(_ bytes: Span<UInt8>, _ origin: String) -> Bool {
        let wanted = Array(origin.utf8)
        guard bytes.count >= wanted.count, wanted.indices.allSatisfy({ bytes[$0] == wanted[$0] }) else { return false }
        guard bytes.count > wanted.count else { return true }
        return bytes[wanted.count] == UInt8(ascii: "/") || bytes[wanted.count] == UInt8(ascii: "?")
    }

    /// What a captured secret is called: the host, where it is public.
    var hostName: String { parsed?.host ?? "http" }
    var secretName: String? { secret?.name }
    var secretValue: SecretBytes? { secret?.value }
    /// What is public of its size.
    var size: Int { secret?.size.room ?? publicText?.utf8.count ?? 0 }

    /// What is judged and shown in place of a URL that is a secret.
    func text(_ endpoint: HTTPEndpoint) -> String { publicText ?? endpoint.origin + "/" }

    /// Without the query, which may hold what is nobody's business.
    var shown: String {
        guard let publicText else { return secret.map { "[secret:\($0.name)]" } ?? "" }
        return String(publicText.prefix { $0 != "?" }.prefix(200)).printable
    }
}
