/// Why no answer came.
///
/// The words are libcurl's or ours; nothing in it comes from a body.
public struct HTTPTransportError: Error, Equatable, Sendable {
    /// The sorts of failure.
    public enum Kind: String, Sendable, CaseIterable {
        /// libcurl is not installed or cannot be used.
        case library
        /// The request itself is refused: its URL, a header, plain HTTP to another machine.
        case request
        /// The host's name was not found.
        case dns
        /// Nothing answers at that address and port.
        case connect
        /// TLS failed; `text` holds the certificate's fault.
        case tls
        /// No connection within the connect time limit.
        case timeoutConnect
        /// No whole answer within the total time limit.
        case timeoutTotal
        /// The connection broke before an answer.
        case reset
        /// The answer stops in the middle.
        case truncated
        /// The answer is larger than the request takes.
        case tooLarge
        /// The answer points elsewhere; never followed.
        case redirect
        /// What answers does not speak HTTP.
        case notHTTP
        /// Secret memory is used up.
        case memory
        /// The file that was being sent could not be read, or has become shorter.
        case upload
        /// The request's receiver took no more.
        case receiver
        /// The proxy was not found, does not answer, or does not let the request through.
        case proxy
        /// Anything else of libcurl's.
        case other
    }

    /// The sort of failure.
    public let kind: Kind
    /// Host and port that were asked.
    public let host: String
    /// libcurl's CURLcode; 0 where the failure is not libcurl's.
    public let curlCode: Int
    /// The system's errno; 0 where there is none.
    public let systemError: Int
    /// The status, where one had come.
    public let status: Int
    /// The fact in words, one line.
    public let text: String
    /// The proxy that the request went through, `HOST:PORT`; nil without one.
    public let proxy: String?
    /// Whether it was asked without TLS.
    public let isPlain: Bool

    init(
        _ kind: Kind, host: String, curlCode: Int = 0, systemError: Int = 0, status: Int = 0, text: String,
        proxy: String? = nil, isPlain: Bool = false
    ) {
        self.isPlain = isPlain
        self.proxy = proxy
        self.kind = kind
        self.host = host
        self.curlCode = curlCode
        self.systemError = systemError
        self.status = status
        self.text = text
    }

    /// Secret memory is used up.
    public static func outOfMemory(_ host: String) -> HTTPTransportError {
        HTTPTransportError(.memory, host: host, text: "secret memory is used up")
    }

    /// Whether it is certain that the server has not acted on the request.
    public var cannotHaveBeenProcessed: Bool {
        [.library, .request, .dns, .connect, .tls, .timeoutConnect, .proxy].contains(kind)
    }
}
