import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What stands between a client and a vault: it passes requests on, counts them and their connections, and changes
/// headers as a proxy does.
public final class VaultFront: Sendable {
    /// What is done to the Authorization header of a request.
    public enum Meddling: Sendable {
        /// Nothing.
        case none
        /// It is taken away.
        case removed
        /// It says `Bearer ` and nothing more.
        case emptied
        /// One is added where there is none.
        case added(String)
    }

    private let server: StubHTTPServer

    /// When something happens to a request.
    public enum Moment: Sendable {
        /// It has come, and the vault does not know of it.
        case asked
        /// The vault has done it, and the client does not know.
        case answered
    }

    /// Stands in front of the vault at `url`; `watch` may hold a request up, on a thread of its own.
    public init(
        of url: String, authorization meddling: Meddling = .none,
        watch: @escaping @Sendable (StubHTTPServer.Request, Moment) -> Void = { _, _ in }
    ) {
        let port = UInt16(url.split(separator: ":").last ?? "") ?? 0
        server = StubHTTPServer { request, _ in
            watch(request, .asked)
            let answer = VaultFront.answer(to: request, from: port, meddling)
            watch(request, .answered)
            return .raw(answer, closes: false)
        }
    }

    deinit { server.stop() }

    /// Where it answers.
    public var url: String { server.url }
    /// How many connections were made to it.
    public var connectionCount: Int { server.connectionCount }
    /// Method and path of every request, without `/api` and the query.
    public var asked: [String] {
        server.requests.map { "\($0.method) \($0.target.prefix { $0 != "?" }.dropFirst(4))" }
    }
    /// All requests.
    public var requests: [StubHTTPServer.Request] { server.requests }

    // MARK: - Passing on

    private static func answer(
        to request: StubHTTPServer.Request, from port: UInt16, _ meddling: Meddling
    ) -> [UInt8] {
        var headers = request.headers
        switch meddling {
        case .none: break
        case .removed: headers["authorization"] = nil
        case .emptied where headers["authorization"] != nil: headers["authorization"] = "Bearer "
        case .emptied: break
        case .added(let value): headers["authorization"] = headers["authorization"] ?? value
        }
        headers["connection"] = "close"
        var text = "\(request.method) \(request.target) HTTP/1.1\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return withoutClose(exchange(Array((text + "\r\n" + request.body).utf8), port))
    }

    /// Sends bytes to a port of 127.0.0.1 and gives all that comes until the other side closes.
    static func exchange(_ bytes: [UInt8], _ port: UInt16) -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let connected = unsafe TestPort.withAddress(of: port) { unsafe connect(descriptor, $0, $1) }
        guard connected == 0 else { return [] }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress.map { unsafe $0 + sent }, $0.count - sent, 0)
            }
            guard count > 0 else { return [] }
            sent += count
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return answer }
            answer += chunk[..<count]
        }
    }

    /// The answer without its wish to close: that is for this side's connection alone.
    private static func withoutClose(_ answer: [UInt8]) -> [UInt8] {
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return answer }
        let lines = String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let kept = lines.filter { !$0.lowercased().hasPrefix("connection:") }
        return Array((kept.joined(separator: "\r\n") + "\r\n\r\n").utf8) + answer[end.upperBound...]
    }
}
