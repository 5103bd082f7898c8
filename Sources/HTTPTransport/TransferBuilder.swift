import CCurlShims
import Diagnostics
import SecretMemory

/// Puts a request's parts into a libcurl transfer.
///
/// Lines with a secret are put together in secret memory.
@safe struct TransferBuilder {
    private let transfer: OpaquePointer
    private let host: String

    @unsafe init(transfer: OpaquePointer, host: String) {
        unsafe self.transfer = transfer
        self.host = host
    }

    func apply(_ request: HTTPRequest, scheme: String) throws(HTTPTransportError) {
        try check(unsafe vs_curl_set_protocol(transfer, scheme), "the scheme")
        try applyURL(request)
        try setNumber(VS_CURL_CONNECT_TIMEOUT_MILLISECONDS, milliseconds(request.connectTimeout))
        try setNumber(VS_CURL_TOTAL_TIMEOUT_MILLISECONDS, milliseconds(request.totalTimeout))
        if request.method == "HEAD" {
            // The size that is announced does not come.
            try setNumber(VS_CURL_HEAD_ALONE, 1)
        } else {
            try check(
                unsafe vs_curl_set_maximum_size(transfer, Int64(request.maximumBodyBytes)), "the largest body")
        }
        if !request.isRepeatable { try setNumber(VS_CURL_FRESH_CONNECT, 1) }
        try applyBody(request)
        for header in request.headers { try add(header) }
    }

    func apply(_ settings: HTTPSettings, to endpoint: HTTPEndpoint) throws(HTTPTransportError) {
        try setText(VS_CURL_USER_AGENT, settings.userAgent, "the User-Agent")
        if let fault = settings.caFault, endpoint.scheme == "https" {
            throw HTTPTransportError(.tls, host: host, text: fault)
        }
        if let file = settings.caFile { try setText(VS_CURL_CA_FILE, file, "the CA file") }
        guard settings.proxy.map({ HTTPEndpoint(url: $0) != nil }) ?? true else {
            throw refused("the proxy is not given as http://HOST:PORT (its password goes elsewhere)")
        }
        guard let proxy = settings.proxy(to: endpoint) else { return }
        try setText(VS_CURL_PROXY, proxy, "the proxy")
        guard let credentials = settings.proxyCredentials else { return }
        try unsafe withLine([], credentials) { (line) throws(HTTPTransportError) in
            try check(unsafe vs_curl_set_text(transfer, VS_CURL_PROXY_CREDENTIALS, line), "the proxy's credentials")
        }
    }

    // MARK: - Parts

    private func applyURL(_ request: HTTPRequest) throws(HTTPTransportError) {
        guard let secret = request.secretURL else { return try setText(VS_CURL_URL, request.url, "the URL") }
        let isClean = secret.withBytes { bytes in
            bytes.indices.allSatisfy {
                (0x21..<0x7F).contains(bytes[$0]) && bytes[$0] != UInt8(ascii: "\\") && bytes[$0] != UInt8(ascii: "#")
            }
        }
        guard isClean, secret.count > 0 else {
            throw refused("a secret that stands in the URL holds characters that no URL may")
        }
        try unsafe withLine([], secret) { (url) throws(HTTPTransportError) in
            try check(unsafe vs_curl_set_text(transfer, VS_CURL_URL, url), "the URL")
        }
    }

    private func applyBody(_ request: HTTPRequest) throws(HTTPTransportError) {
        guard request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }), !request.method.isEmpty else {
            throw refused("the method is not one word in capitals")
        }
        var usual = "GET"
        if let upload = request.upload {
            try check(unsafe vs_curl_set_upload(transfer, upload.descriptor, upload.count), "the file to be sent")
            usual = "PUT"
        } else if let body = request.body {
            let result = unsafe body.withUnsafeBytes { bytes in
                unsafe vs_curl_set_body(transfer, bytes.baseAddress, bytes.count)
            }
            try check(result, "the body")
            usual = "POST"
        } else if let body = request.publicBody {
            let result = unsafe body.withUnsafeBytes { bytes in
                unsafe vs_curl_set_public_body(transfer, bytes.baseAddress, bytes.count)
            }
            try check(result, "the body")
            usual = "POST"
        }
        if usual != "GET", !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            // Without a value libcurl would send one of its own.
            let line = request.contentType.isEmpty ? "Content-Type:" : "Content-Type: \(request.contentType)"
            try check(unsafe vs_curl_add_header(transfer, line), "the media type")
        }
        guard request.method != usual, request.method != "HEAD" || usual != "GET" else { return }
        try setText(VS_CURL_METHOD, request.method, "the method")
    }

    private func add(_ header: HTTPRequest.Header) throws(HTTPTransportError) {
        guard !header.name.isEmpty, header.name.utf8.allSatisfy(TransferBuilder.isNameByte) else {
            throw refused("a header's name holds characters that no name holds")
        }
        switch header.value {
        case .text(let text):
            let line = "\(header.name): \(text)"
            guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw refused("header \(header.name) holds control characters")
            }
            try check(unsafe vs_curl_add_header(transfer, line), "header \(header.name)")
        case .whole(let secret):
            try unsafe withLine(Array("\(header.name): ".utf8), secret, allowsBlanks: true) {
                (line) throws(HTTPTransportError) in
                try check(unsafe vs_curl_add_header(transfer, line), "header \(header.name)")
            }
        case .secret(let prefix, let secret):
            try unsafe withLine(Array("\(header.name): \(prefix)".utf8), secret) { (line) throws(HTTPTransportError) in
                try check(unsafe vs_curl_add_header(transfer, line), "header \(header.name)")
            }
        }
    }

    /// Lends `prefix`, the secret and a NUL, all in secret memory, wiped at the end.
    private func withLine(
        _ prefix: [UInt8], _ secret: SecretBytes, allowsBlanks: Bool = false,
        _ body: (UnsafePointer<CChar>) throws(HTTPTransportError) -> Void
    ) throws(HTTPTransportError) {
        let isClean = secret.withBytes { bytes in
            bytes.indices.allSatisfy { (0x21..<0x7F).contains(bytes[$0]) || (allowsBlanks && bytes[$0] == 0x20) }
        }
        guard isClean, secret.count > 0, prefix.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw refused(
                "a secret that belongs into a header is empty, or holds blanks, line ends or other characters no header may"
            )
        }
        let line: SecretBytes
        do {
            let buffer = try SecretBuffer(
                reserving: prefix.count + secret.count + 1, maximumCount: prefix.count + secret.count + 1)
            try buffer.append(prefix.span)
            try buffer.append(secret)
            try buffer.append(0)
            line = try buffer.take()
        } catch { throw HTTPTransportError(.memory, host: host, text: "\(error.message): \(error.reason)") }
        defer { line.wipe() }
        try unsafe line.withUnsafeBytes { (bytes) throws(HTTPTransportError) in
            guard let start = bytes.baseAddress else { return }
            try unsafe body(start.assumingMemoryBound(to: CChar.self))
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            || byte == 0x5F
    }

    private func setText(_ option: vs_curl_text, _ text: String, _ name: String) throws(HTTPTransportError) {
        try check(unsafe vs_curl_set_text(transfer, option, text), name)
    }

    private func setNumber(_ option: vs_curl_number, _ value: Int) throws(HTTPTransportError) {
        try check(unsafe vs_curl_set_number(transfer, option, value), "a time limit")
    }

    /// At least 1: 0 would mean libcurl's own default.
    private func milliseconds(_ duration: Duration) -> Int {
        let (whole, attoseconds) = duration.components
        return max(1, Int(min(whole, 1_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    private func check(_ result: Int32, _ name: String) throws(HTTPTransportError) {
        guard result != 0 else { return }
        throw HTTPTransportError(.other, host: host, text: "libcurl does not take \(name)")
    }

    private func refused(_ text: String) -> HTTPTransportError {
        HTTPTransportError(.request, host: host, text: text)
    }
}
