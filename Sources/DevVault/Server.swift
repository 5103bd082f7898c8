import Diagnostics
import FlyingFox
import FlyingSocks
import Foundation
import Glibc

/// The vault with its clock, its file and its log: one request at a time.
actor VaultService {
    private var vault: Vault
    private let save: (@Sendable (VaultState) throws(Failure) -> Void)?
    private let log: @Sendable (String) -> Void

    /// - Parameters:
    ///   - save: Called with the state after each request that may have changed it; nil keeps it in memory.
    ///   - log: Takes one line for each request.
    init(
        vault: Vault, save: (@Sendable (VaultState) throws(Failure) -> Void)?, log: @escaping @Sendable (String) -> Void
    ) {
        (self.vault, self.save, self.log) = (vault, save, log)
    }

    /// Answers a request; what it changed is on disk before the answer goes out.
    func respond(to request: APIRequest) -> APIResponse {
        let before = vault
        var response = vault.handle(request, now: Date())
        if let save, mayHaveChanged(request) {
            do throws(Failure) {
                try save(vault.state)
            } catch {
                vault = before
                response = .error(.internalError)
                StandardError.write(error.text)
            }
        }
        log("\(request.method) \(request.path) \(response.status)")
        return response
    }

    /// Takes over a seed that has changed; tokens and the use of client secrets stay.
    func reload(_ seed: Seed) { vault.reload(seed) }

    /// Reads change nothing but the use counters of limited tokens, which the vault without a seed does not have.
    private func mayHaveChanged(_ request: APIRequest) -> Bool { !["GET", "HEAD"].contains(request.method) }
}

/// Carries requests from the HTTP library to the vault and answers back.
struct HTTPAdapter: HTTPHandler {
    static let maximumBodyBytes = 1 << 20
    let service: VaultService

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let body = try await Self.body(of: request) else {
            return Self.response(.error(.bodyTooLarge), isHead: false, closing: true)
        }
        let headers = Dictionary(
            request.headers.keys.map { ($0.rawValue.lowercased(), request.headers[$0] ?? "") },
            uniquingKeysWith: { $1 })
        let answer = await service.respond(
            to: APIRequest(
                method: request.method.rawValue, path: request.target.path(), query: request.target.query(),
                headers: headers, body: body, peer: Self.peer(of: request)))
        return Self.response(answer, isHead: request.method == .HEAD, closing: false)
    }

    /// The body, nil when it is longer than the limit.
    private static func body(of request: HTTPRequest) async throws -> Data? {
        if let count = request.bodySequence.count, count > maximumBodyBytes { return nil }
        var body = Data()
        for try await part in request.bodySequence {
            body.append(part)
            if body.count > maximumBodyBytes { return nil }
        }
        return body
    }

    private static func peer(of request: HTTPRequest) -> String {
        switch request.remoteAddress {
        case .ip4(let address, port: _), .ip6(let address, port: _): address
        case .unix, nil: "127.0.0.1"
        }
    }

    private static let phrases = [
        200: "OK", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        413: "Payload Too Large", 422: "Unprocessable Entity", 429: "Too Many Requests",
        500: "Internal Server Error",
    ]

    private static func response(_ answer: APIResponse, isHead: Bool, closing: Bool) -> HTTPResponse {
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
        if closing { headers[.connection] = "close" }
        if isHead { headers[.contentLength] = String(answer.body.count) }
        let phrase = phrases[answer.status] ?? "Unknown"
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: phrase), headers: headers,
            body: isHead ? Data() : answer.body)
    }
}

/// A socket pool that switches Nagle's algorithm off.
///
/// The library writes head and body of an answer one after the other; on a connection that is kept alive the body would
/// wait for the client's delayed acknowledgement, 40 ms each time.
struct PromptPool: AsyncSocketPool {
    let base: any AsyncSocketPool

    func prepare() async throws { try await base.prepare() }

    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        // The listening socket is seen here before its first connection, and connections inherit the option.
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(socket.file.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}

/// The HTTP server on loopback.
struct DevServer {
    private let server: HTTPServer
    private let port: UInt16
    /// What starts this vault, but for the port.
    private let command: String

    /// - Parameters:
    ///   - port: 0 takes any that is free.
    ///   - command: For messages: what starts this vault, but for the port.
    init(service: VaultService, port: UInt16, command: String = "vaultscript dev") throws {
        let configuration = HTTPServer.Configuration(
            address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port),
            pool: PromptPool(base: HTTPServer.defaultPool()), logger: .disabled)
        server = HTTPServer(config: configuration, handler: HTTPAdapter(service: service))
        self.port = port
        self.command = command
    }

    /// Serves until the task is cancelled.
    ///
    /// `ready` is called once, with the base URL, when connections are accepted.
    ///
    /// - Throws: `Failure` when the port cannot be had, or what `ready` throws.
    func run(ready: @Sendable @escaping (String) throws -> Void) async throws {
        let (server, port, command) = (server, port, command)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.run()
                } catch let SocketError.failed(type, number, _) where ["Bind", "Listen"].contains(type) {
                    throw Self.portFailure(port, errno: number, command)
                }
            }
            group.addTask {
                try await server.waitUntilListening(timeout: 60)
                guard case .ip4(_, port: let actual) = await server.listeningAddress else { return }
                try ready("http://127.0.0.1:\(actual)")
            }
            // The first to end by itself is `ready`; the server ends by a failure or by being cancelled.
            try await group.next()
            try await group.next()
        }
    }

    private static func portFailure(_ port: UInt16, errno number: Int32, _ command: String) -> Failure {
        let reason =
            number == EADDRINUSE
            ? "another process listens on it" : unsafe String(cString: strerror(number))
        return Failure(
            .io, "port \(port) of 127.0.0.1 cannot be had", reason: reason,
            hint: "take any that is free: \(command) --port 0, or another: --port N")
    }
}

/// Lines for a person.
enum StandardError {
    /// Writes `text` and a newline; that nobody reads any more is no reason to stop serving.
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }
}
