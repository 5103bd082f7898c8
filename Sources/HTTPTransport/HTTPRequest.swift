public import SecretMemory

/// One request.
public struct HTTPRequest {
    /// The value of a header.
    public enum HeaderValue {
        /// Public text.
        case text(String)
        /// `prefix` followed by a secret, such as `Bearer ` and a token. Put together in secret memory only.
        case secret(prefix: String, SecretBytes)
        /// A secret that is the whole value, blanks inside it included: `Bearer …` as one secret.
        case whole(SecretBytes)
    }

    /// A regular file that is sent as the body, as it is read.
    public struct Upload {
        /// An open descriptor; the caller's, and open until the request has ended.
        public var descriptor: Int32
        /// How many bytes of it, from its start.
        public var count: Int64

        /// Makes an upload.
        public init(descriptor: Int32, count: Int64) {
            self.descriptor = descriptor
            self.count = count
        }
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
    /// The URL that is sent instead of `url`, where a secret stands in it.
    ///
    /// The caller answers for it that scheme, host and port are those of `url`, which is what is judged and shown.
    public var secretURL: SecretBytes?
    /// Header lines besides Host, User-Agent, Content-Type and Content-Length.
    public var headers: [Header] = []
    /// The body, where there is one.
    ///
    /// Sent from where it lies; the request keeps it alive.
    public var body: SecretBytes?
    /// A body that is no secret, instead of `body`.
    public var publicBody: [UInt8]?
    /// A file as the body, instead of `body`.
    public var upload: Upload?
    /// The media type of the body; empty for none.
    public var contentType = "application/json"
    /// The longest wait for the connection, name lookup and TLS included.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time for all of it.
    public var totalTimeout: Duration = .seconds(30)
    /// The largest body taken; more is `.tooLarge`, and never held in memory.
    public var maximumBodyBytes = 2 * 1024 * 1024
    /// Takes the answer as it comes, instead of the response's own buffer in secret memory.
    public var receiver: (any HTTPReceiver)?
    /// Whether an answer that points elsewhere is an answer like any other, for a caller that judges the place.
    public var reportsRedirects = false
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

/// Who takes an answer as it comes from the connection. Bytes are lent for the call: what must not become text is masked,
/// or put into secret memory, before it is kept.
public protocol HTTPReceiver: AnyObject {
    /// One line of a head, without its line end; the first is the status line. A head may follow another one (100).
    func receiveHead(_ line: Span<UInt8>)
    /// Some bytes of the body; false stops the transfer with `.receiver`.
    func receiveBody(_ bytes: Span<UInt8>, status: Int) -> Bool
}
