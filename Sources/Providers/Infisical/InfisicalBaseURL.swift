public import Diagnostics
public import HTTPTransport

/// The address of an Infisical instance's API, as credentials are bound to it.
public struct InfisicalBaseURL: Equatable, Sendable {
    /// Scheme, host and port.
    public let endpoint: HTTPEndpoint
    /// The URL that versions are appended to: `https://eu.infisical.com/api`.
    public let text: String

    /// Reads `us`, `eu`, a host or a URL, with or without `/api` and trailing slashes.
    ///
    /// No scheme means `https`.
    ///
    /// - Throws: `.usage` for anything with a user, a query, a fragment, blanks or control characters. The text itself
    ///   is never shown: it may hold a password.
    public init(_ domain: String) throws(Failure) {
        let full: String
        switch domain.lowercased() {
        case "us": full = "https://app.infisical.com"
        case "eu": full = "https://eu.infisical.com"
        default: full = domain.contains("://") ? domain : "https://" + domain
        }
        guard let endpoint = HTTPEndpoint(url: full), InfisicalBaseURL.isPlainPath(endpoint.path) else {
            throw Failure(
                .usage, "the vault's address is not one that credentials are sent to",
                reason: "it is neither us, eu, a host nor an http(s) URL, or it holds a user, a query or blanks",
                hint: "set INFISICAL_DOMAIN to us, eu or a URL such as https://vault.example.org")
        }
        self.endpoint = endpoint
        text = endpoint.origin + InfisicalBaseURL.apiPath(endpoint.path)
    }

    /// The host with its port, for messages.
    public var host: String { endpoint.name }

    /// The host, and which cloud region that is.
    public var hostAndRegion: String {
        switch endpoint.host {
        case "app.infisical.com", "us.infisical.com": "\(host) (US cloud)"
        case "eu.infisical.com": "\(host) (EU cloud)"
        default: host
        }
    }

    /// The other public cloud, where this is one of the two; nil for every other instance.
    public var otherCloud: InfisicalBaseURL? {
        guard endpoint.scheme == "https", (endpoint.port ?? 443) == 443, text == endpoint.origin + "/api" else {
            return nil
        }
        switch endpoint.host {
        case "app.infisical.com", "us.infisical.com": return try? InfisicalBaseURL("eu")
        case "eu.infisical.com": return try? InfisicalBaseURL("us")
        default: return nil
        }
    }

    /// How the configuration names this public cloud: `us`, `eu`; nil for every other instance.
    public var region: String? { otherCloud.map { $0.endpoint.host == "eu.infisical.com" ? "us" : "eu" } }

    private static func isPlainPath(_ path: String) -> Bool {
        path.split(separator: "/").allSatisfy { part in
            part != "." && part != ".." && part.utf8.allSatisfy { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "%") }
        }
    }

    /// Exactly one `/api` at the end, and no slash after it.
    private static func apiPath(_ path: String) -> String {
        var parts = path.split(separator: "/")
        if parts.last == "api" { parts.removeLast() }
        return parts.map { "/" + $0 }.joined() + "/api"
    }
}
