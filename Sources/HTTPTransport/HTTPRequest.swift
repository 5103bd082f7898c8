public import SecretMemory

/// One request.
///
/// Its URL is public: a secret never stands in a URL, where servers and proxies write it down.
public struct HTTPRequest {
    /// The value of a header.
    public enum HeaderValue {
        /// Public text.
        case text(String)
        /// `prefix` followed by a secret, such as `Bearer ` and a token. Put together in secret memory only.
        case secret(prefix: String, SecretBytes)
    }

    /// A header line.
    public struct Header {
        /// The name, without the colon.
        public let name: String
        /// The value.
        public let value: HeaderValue

        /// Makes a header line.
        ///
        /// Line ends and other control characters in either part are refused when it is sent.
        public init(_ name: String, _ value: HeaderValue) {
            self.name = name
            self.value = value
        }
    }

    /// The method in capitals.
    public var method: String
    /// An absolute `http` or `https` URL, percent-encoded.
    ///
    /// Plain `http` needs `allowsPlainHTTP`, or this machine.
    public var url: String
    /// Header lines besides Host, User-Agent, Content-Type and Content-Length.
    public var headers: [Header] = []
    /// The body, where there is one.
    ///
    /// Sent from where it lies; the request keeps it alive.
    public var body: SecretBytes?
    /// The media type of the body.
    public var contentType = "application/json"
    /// The longest wait for the connection, name lookup and TLS included.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time for all of it.
    public var totalTimeout: Duration = .seconds(30)
    /// The largest body taken; more is `.tooLarge`, and never held in memory.
    public var maximumBodyBytes = 2 * 1024 * 1024
    /// Whether plain HTTP may leave this machine: only where the user's own configuration spells `http://`.
    public var allowsPlainHTTP = false
    /// Whether the server may be asked twice.
    ///
    /// If not, a connection that was used before is not: libcurl repeats a request by itself when such a connection
    /// has died meanwhile.
    public var isRepeatable = true

    /// Makes a request without headers and body.
    public init(method: String = "GET", url: String) {
        self.method = method
        self.url = url
    }
}
