import CCurlShims
import Diagnostics
import SecretMemory

/// One request on its way.
///
/// Kept alive by its transport until it completes.
@safe public final class HTTPExchange {
    /// Receives the answer, or why there is none; called once, on the loop, never after `cancel()`.
    public typealias Completion = (Result<HTTPResponse, HTTPTransportError>) -> Void

    let request: HTTPRequest
    let host: String
    /// The proxy that is on the way, for messages.
    var proxy: String?
    weak var transport: HTTPTransport?
    var transfer: OpaquePointer?
    private var completion: Completion?

    private let body: SecretBuffer
    private var head = HTTPResponseHead()
    private var stop: HTTPTransportError.Kind?
    private var memoryWords = ""

    init(_ request: HTTPRequest, host: String, completion: @escaping Completion) throws(Failure) {
        self.request = request
        self.host = host
        self.completion = completion
        unsafe transfer = nil
        body = try SecretBuffer(
            reserving: request.receiver == nil ? 2048 : 16, maximumCount: max(1, request.maximumBodyBytes))
    }

    deinit {
        unsafe vs_curl_transfer_free(transfer)
    }

    /// Gives up.
    ///
    /// The connection is closed where an answer was under way; nothing is reported.
    public func cancel() {
        forget()
        transport?.drop(self)
    }

    /// How many bytes of the body have gone out.
    public var sentBytes: Int64 { unsafe transfer == nil ? 0 : vs_curl_sent(transfer) }

    /// Reports nothing from now on.
    func forget() { completion = nil }

    /// Makes the report; later calls do nothing.
    func complete(_ result: Result<HTTPResponse, HTTPTransportError>) {
        let report = completion
        completion = nil
        report?(result)
    }

    // MARK: - From libcurl

    /// Takes bytes of the body.
    ///
    /// Fewer than given stops the transfer.
    func receiveBody(_ bytes: Span<UInt8>) -> Int {
        if let receiver = request.receiver { return hand(bytes, to: receiver) }
        guard bytes.count <= request.maximumBodyBytes - body.count else {
            stop = .tooLarge
            return 0
        }
        do {
            try body.append(bytes)
            return bytes.count
        } catch {
            memoryWords = "\(error.message): \(error.reason)"
            stop = .memory
            return 0
        }
    }

    private func hand(_ bytes: Span<UInt8>, to receiver: any HTTPReceiver) -> Int {
        guard receiver.receiveBody(bytes, status: unsafe Int(vs_curl_status(transfer))) else {
            stop = .receiver
            return 0
        }
        return bytes.count
    }

    /// Takes one header line.
    func receiveHeader(_ line: Span<UInt8>) -> Int {
        guard head.take(line, keepsFields: request.receiver == nil) else {
            stop = .tooLarge
            return 0
        }
        request.receiver?.receiveHead(line.extracting(0..<Self.countWithoutEnd(line)))
        return line.count
    }

    private static func countWithoutEnd(_ line: Span<UInt8>) -> Int {
        var end = line.count
        while end > 0, line[end - 1] == 10 || line[end - 1] == 13 { end -= 1 }
        return end
    }

    /// What came of the transfer, which is freed here.
    func conclude(code: Int32) -> Result<HTTPResponse, HTTPTransportError> {
        let status = unsafe Int(vs_curl_status(transfer))
        let systemError = code == 0 ? 0 : unsafe Int(vs_curl_system_error(transfer))
        let (kind, text) = unsafe judge(code, status: status, transfer: transfer)
        unsafe vs_curl_transfer_free(transfer)
        unsafe transfer = nil
        guard let kind else { return .success(HTTPResponse(status: status, headers: head.fields, body: body)) }
        body.removeAll()
        return .failure(
            HTTPTransportError(
                kind, host: host, curlCode: Int(code), systemError: systemError, status: status, text: text,
                proxy: proxy, isPlain: HTTPEndpoint(url: request.url)?.scheme == "http"))
    }

    // MARK: - Sorting

    @unsafe private func judge(
        _ code: Int32, status: Int, transfer: OpaquePointer?
    ) -> (HTTPTransportError.Kind?, String) {
        let words = unsafe oneLine(String(cString: vs_curl_error_text(transfer)))
        switch vs_curl_outcome_of(code) {
        case VS_CURL_OK: return judgeAnswer(status)
        case VS_CURL_DNS: return (.dns, words)
        case VS_CURL_CONNECT: return proxy == nil ? (.connect, words) : (.proxy, "it does not answer")
        case VS_CURL_TLS: return (.tls, words)
        case VS_CURL_TIMEOUT:
            let connected = unsafe vs_curl_was_connected(transfer)
            let limit = connected ? request.totalTimeout : min(request.connectTimeout, request.totalTimeout)
            return (connected ? .timeoutTotal : .timeoutConnect, "no answer within \(seconds(limit))")
        case VS_CURL_RESET: return Self.tunnelRefusal(words).map { (.proxy, $0) } ?? (.reset, words)
        // Not after how many bytes: values may be among them.
        case VS_CURL_TRUNCATED: return (.truncated, "the answer stops before its end")
        case VS_CURL_TOO_LARGE: return (.tooLarge, tooLarge)
        case VS_CURL_STOPPED where stop == .tooLarge: return (.tooLarge, tooLarge)
        case VS_CURL_STOPPED where stop == .memory: return (.memory, memoryWords)
        case VS_CURL_STOPPED where stop == .receiver: return (.receiver, "")
        case VS_CURL_UPLOAD_FAILED: return (.upload, words)
        case VS_CURL_BAD_URL: return (.request, words)
        case VS_CURL_NOT_HTTP: return (.notHTTP, words)
        case VS_CURL_PROXY_FAILED: return (.proxy, "its name was not found")
        default: return (.other, words.isEmpty ? "libcurl error \(code)" : words)
        }
    }

    /// What a proxy said that did not let a request through, out of libcurl's words; nil for another error.
    private static func tunnelRefusal(_ words: String) -> String? {
        guard words.contains("CONNECT") else { return nil }
        guard let code = words.split(separator: " ").first(where: { $0.count == 3 && Int($0) != nil }) else {
            return "it does not let the request through"
        }
        return "it answers \(code)" + (code == "407" ? ": it wants a user and a password" : "")
    }

    private func judgeAnswer(_ status: Int) -> (HTTPTransportError.Kind?, String) {
        // libcurl may be content with a head that has no end, so it is looked at here.
        guard head.isComplete else { return (.truncated, "the answer stops within its head") }
        guard (300..<400).contains(status), !request.reportsRedirects else { return (nil, "") }
        let target = head.fields["location"].flatMap(Self.authority)
        return (.redirect, target.map { "status \(status) points to \($0)" } ?? "status \(status) points elsewhere")
    }

    /// As it is written, not in small letters: the masker knows a value as it is.
    private static func authority(_ location: String) -> String? {
        guard HTTPEndpoint(url: location) != nil, let mark = location.firstRange(of: "://") else { return nil }
        return String(location[mark.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }

    private var tooLarge: String { "the answer is larger than \(request.maximumBodyBytes) bytes" }
}

/// A duration as a person says it, to a thousandth: `30 s`, `0.5 s`, `1.25 s`.
func seconds(_ duration: Duration) -> String {
    let (whole, attoseconds) = duration.components
    // A time that was given as 1.2 may be a little less.
    let thousandths = whole * 1000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    var fraction = String(thousandths % 1000 + 1000).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(thousandths / 1000)" + (fraction.isEmpty ? "" : "." + fraction) + " s"
}

/// Control characters become blanks, blanks at the end go, and what is long is cut.
func oneLine(_ text: String) -> String {
    var scalars = text.unicodeScalars.prefix(300).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
    while scalars.last == " " { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
}
