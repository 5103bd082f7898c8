import CCurlShims
import Diagnostics
public import EventLoop
public import SecretMemory

/// How a transport reaches servers.
///
/// All of it is the operator's, none a script's.
public struct HTTPSettings {
    /// A proxy's URL, such as `http://proxy.example:3128`.
    ///
    /// None by default, and none from the environment.
    public var proxy: String?
    /// Whether plain http goes through the proxy too, which can read and change it.
    ///
    /// Never what is meant for this machine or its link (`HTTPEndpoint.staysHere`).
    public var proxiesPlainHTTP = false
    /// `user:password` for the proxy.
    public var proxyCredentials: SecretBytes?
    /// A PEM file of certificates trusted instead of the system's.
    public var caFile: String?
    /// Why there is no such file, though one is named: no request is sent over TLS.
    public var caFault: String?
    /// The User-Agent.
    public var userAgent: String
    /// How many connections a host gets at a time.
    ///
    /// One request after the other uses one; few at once share these, so that no server takes a run for an attack. A request
    /// that waits for one uses up its own time. 0: as many as there are requests, for a caller that counts them itself.
    public var connectionsPerHost = 4

    /// No proxy, the system's certificates.
    public init(userAgent: String = "vaultscript") { self.userAgent = userAgent }

    /// The proxy on the way to `endpoint`; nil where there is none.
    func proxy(to endpoint: HTTPEndpoint) -> String? {
        endpoint.scheme == "https" || (proxiesPlainHTTP && !endpoint.staysHere) ? proxy : nil
    }
}

/// HTTP on the event loop, through libcurl: HTTP/1.1, connections kept for the next request.
///
/// Nothing is followed, cached, decompressed or logged. What is received goes straight into secret memory, or to the
/// request's receiver. libcurl is
/// opened at the first request; see `CCurlShims.h` for what is done about its own memory. One thread, the loop's.
@safe public final class HTTPTransport {
    private let loop: EventLoop
    private let settings: HTTPSettings
    private var multi: CurlMulti?
    private var active: [UInt: HTTPExchange] = [:]

    /// A transport without a connection; nothing is opened yet.
    public init(loop: EventLoop, settings: HTTPSettings = HTTPSettings()) {
        self.loop = loop
        self.settings = settings
    }

    deinit { close() }

    /// Sends `request`.
    ///
    /// `completion` is called once, at a later turn of the loop.
    ///
    /// - Returns: The exchange, to cancel it; the transport keeps it until it completes.
    @discardableResult
    public func send(_ request: HTTPRequest, completion: @escaping HTTPExchange.Completion) -> HTTPExchange? {
        do {
            return try start(request, completion)
        } catch {
            loop.enqueue { completion(.failure(error)) }
            return nil
        }
    }

    /// Whether a request is under way.
    public var isBusy: Bool { !active.isEmpty }

    /// Gives up what is under way, without a report, and closes all connections.
    ///
    /// A later `send` starts anew.
    public func close() {
        // Not by their cancel(): while this object goes away they no longer reach it.
        for exchange in active.values {
            exchange.forget()
            drop(exchange)
        }
        multi?.close()
        multi = nil
    }

    /// What of the memory protection of security 1d is in force: for `doctor`.
    ///
    /// Known after the first request.
    public static var wipesLibraryMemory: (curl: Bool, openSSL: Bool, plaintext: Bool) {
        let bits = vs_curl_protection()
        return (
            bits & Int32(VS_CURL_WIPES_CURL) != 0, bits & Int32(VS_CURL_WIPES_OPENSSL) != 0,
            bits & Int32(VS_CURL_CLEANSES_PLAINTEXT) != 0
        )
    }

    // MARK: - Starting

    private func start(
        _ request: HTTPRequest, _ completion: @escaping HTTPExchange.Completion
    ) throws(HTTPTransportError) -> HTTPExchange {
        guard let endpoint = HTTPEndpoint(url: request.url) else {
            throw HTTPTransportError(.request, host: "", text: "the URL of the request is not one that is sent")
        }
        guard endpoint.scheme == "https" || request.allowsPlainHTTP || endpoint.isLoopback else {
            throw HTTPTransportError(.request, host: endpoint.name, text: "plain http to another machine is refused")
        }
        try HTTPTransport.openLibrary()
        let multi = try theMulti()
        let exchange = try makeExchange(request, endpoint, completion)
        guard let transfer = unsafe exchange.transfer, unsafe multi.add(transfer) else {
            throw outOfMemory(endpoint.name)
        }
        active[UInt(bitPattern: transfer)] = exchange
        return exchange
    }

    /// Whether libcurl can be opened at the first request, although a script may have written files by then.
    ///
    /// To be asked before the environment is cleaned.
    public static var canWaitForLibrary: Bool { vs_curl_can_wait() }

    /// Before a script begins: opens libcurl where that cannot wait, and from here on looks in folders of the system alone.
    public static func settleLibrary(canWait: Bool) { vs_curl_settle(canWait) }

    /// Opens libcurl under its usual name, or under `name` for a test.
    static func openLibrary(_ name: String? = nil) throws(HTTPTransportError) {
        var text = [CChar](repeating: 0, count: 256)
        let result = unsafe text.withUnsafeMutableBufferPointer { room in
            if let name {
                unsafe name.withCString { unsafe vs_curl_open($0, room.baseAddress, room.count) }
            } else {
                unsafe vs_curl_open(nil, room.baseAddress, room.count)
            }
        }
        guard result != 0 else { return }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw HTTPTransportError(.library, host: "", text: oneLine(words))
    }

    private func theMulti() throws(HTTPTransportError) -> CurlMulti {
        if let multi { return multi }
        let made = try CurlMulti(loop: loop, connectionsPerHost: settings.connectionsPerHost)
        made.didAct = { [weak self] in self?.finish() }
        multi = made
        return made
    }

    private func makeExchange(
        _ request: HTTPRequest, _ endpoint: HTTPEndpoint, _ completion: @escaping HTTPExchange.Completion
    ) throws(HTTPTransportError) -> HTTPExchange {
        let exchange: HTTPExchange
        do { exchange = try HTTPExchange(request, host: endpoint.name, completion: completion) } catch {
            throw HTTPTransportError(.memory, host: endpoint.name, text: "\(error.message): \(error.reason)")
        }
        exchange.transport = self
        exchange.proxy = settings.proxy(to: endpoint).flatMap { HTTPEndpoint(url: $0)?.name }
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        unsafe exchange.transfer = vs_curl_transfer_make(
            { context, bytes, count in
                guard let context = unsafe context else { return 0 }
                let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
                let buffer = unsafe UnsafeBufferPointer(start: bytes?.assumingMemoryBound(to: UInt8.self), count: count)
                return unsafe exchange.receiveBody(buffer.span)
            },
            { context, bytes, count in
                guard let context = unsafe context else { return 0 }
                let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
                let buffer = unsafe UnsafeBufferPointer(start: bytes?.assumingMemoryBound(to: UInt8.self), count: count)
                return unsafe exchange.receiveHeader(buffer.span)
            }, context)
        guard let transfer = unsafe exchange.transfer else { throw outOfMemory(endpoint.name) }
        let builder = unsafe TransferBuilder(transfer: transfer, host: endpoint.name)
        try builder.apply(request, scheme: endpoint.scheme)
        try builder.apply(settings, to: endpoint)
        return exchange
    }

    private func outOfMemory(_ host: String) -> HTTPTransportError {
        HTTPTransportError(.other, host: host, text: "libcurl could not start the request: out of memory")
    }

    // MARK: - Ending

    /// Takes a cancelled exchange out.
    func drop(_ exchange: HTTPExchange) {
        guard let transfer = unsafe exchange.transfer,
            active.removeValue(forKey: UInt(bitPattern: transfer)) != nil
        else { return }
        unsafe multi?.remove(transfer)
        unsafe vs_curl_transfer_free(transfer)
        unsafe exchange.transfer = nil
    }

    /// Reports what is finished.
    ///
    /// First all are taken out of libcurl: a completion may send, cancel or close.
    private func finish() {
        var done: [(HTTPExchange, Result<HTTPResponse, HTTPTransportError>)] = []
        while let (transfer, code) = unsafe multi?.next() {
            unsafe multi?.remove(transfer)
            guard let exchange = active.removeValue(forKey: UInt(bitPattern: transfer)) else { continue }
            done.append((exchange, exchange.conclude(code: code)))
        }
        for (exchange, result) in done { exchange.complete(result) }
    }
}
