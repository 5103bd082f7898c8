public import SecretMemory

/// A server's answer.
public struct HTTPResponse {
    /// The status code, 200 to 599 (redirects are `HTTPTransportError.Kind.redirect`).
    public let status: Int
    /// The public headers that anything here reads, names in lower case: `content-type`, `date`, `location`,
    /// `retry-after`.
    ///
    /// The last of equal names wins; a value longer than 512 bytes is left out.
    public let headers: [String: String]
    /// The body, in secret memory.
    public let body: SecretBuffer

    /// Whether the server calls the body JSON.
    public var isJSON: Bool {
        let type = headers["content-type", default: ""].lowercased().prefix { $0 != ";" }
        return type.hasPrefix("application/json") || type.hasPrefix("application/problem+json")
    }
}
