import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP server on loopback that records what it is asked and misbehaves on demand.
///
/// Raw sockets on threads of its own, because it has to cut answers, reset connections and never finish. One thread
/// accepts, one serves each connection; `stop()` ends them all.
///
/// Checked by hand: what threads share is behind `lock`.
@safe public final class StubHTTPServer: @unchecked Sendable {
    /// A request as it arrived.
    public struct Request: Sendable {
        /// The method.
        public let method: String
        /// The request target, percent-encoded as sent.
        public let target: String
        /// Header names in lower case with their values.
        public let headers: [String: String]
        /// The body as text.
        public let body: String
        /// The body as it is.
        public var bytes: [UInt8] = []
        /// Which accepted connection it came on, from 0.
        public let connection: Int
    }

    /// What is done with a request.
    public enum Reply: Sendable {
        /// A whole answer with JSON, and the connection stays open.
        case json(Int, String, headers: [String: String] = [:])
        /// A whole answer of some type.
        case text(Int, String, type: String, headers: [String: String] = [:])
        /// These bytes as they are; then the connection is closed, or stays.
        case raw([UInt8], closes: Bool = true)
        /// As `raw`, given XOR 0x55, so that this process holds the plain bytes only while they are sent.
        case veiled([UInt8])
        /// These bytes, then silence.
        case stall([UInt8])
        /// The head of these bytes at once, and the body so slowly.
        case drip([UInt8], perSecond: UInt32)
        /// A head that announces nothing, then this many zero bytes.
        case flood(head: String, count: Int)
        /// A reset instead of an answer.
        case reset
        /// These bytes, then a reset.
        case cut([UInt8])
    }

    /// The port on 127.0.0.1.
    public private(set) var port: UInt16 = 0
    private let listener: Int32
    private let handler: @Sendable (Request, Int) -> Reply
    private let isBlind: Bool
    private let lock = NSLock()
    private var received: [Request] = []
    private var clients: [Int32] = []
    private var accepted = 0
    private var answering = 0
    private var isStopped = false

    /// Serves until `stop()`; `handler` gets each request with its number, from 0.
    ///
    /// It runs on the server's threads.
    ///
    /// - Parameter isBlind: Whether requests are only counted: nothing of them stays in this process's memory, and
    ///   `handler` gets empty ones.
    public init(isBlind: Bool = false, _ handler: @escaping @Sendable (Request, Int) -> Reply) {
        self.handler = handler
        self.isBlind = isBlind
        listener = socket(AF_INET, streamSocket, 0)
        precondition(listener >= 0, "no socket for the stub server")
        listenOnLoopback()
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Serves these replies in order, and the last one ever after.
    public convenience init(_ replies: [Reply]) {
        precondition(!replies.isEmpty, "a stub server needs a reply")
        self.init { _, number in replies[min(number, replies.count - 1)] }
    }

    /// `http://127.0.0.1:PORT`.
    public var url: String { "http://127.0.0.1:\(port)" }
    /// All requests so far.
    public var requests: [Request] { lock.withLock { received } }
    /// Drops the record of the requests so far, for who asks without end.
    public func forgetRequests() { lock.withLock { received.removeAll() } }
    /// Whether an answer is still being sent, its bytes so still in this process's memory.
    public var isAnswering: Bool { lock.withLock { answering > 0 } }
    /// How many connections were accepted.
    public var connectionCount: Int { lock.withLock { accepted } }

    /// Ends all threads and connections.
    public func stop() {
        lock.withLock {
            guard !isStopped else { return }
            isStopped = true
            shutdown(listener, readAndWrite)
            for client in clients { shutdown(client, readAndWrite) }
        }
    }

    // MARK: - Connections

    private func listenOnLoopback() {
        let bound = unsafe TestPort.withAddress(of: 0) { unsafe bind(listener, $0, $1) }
        var address = sockaddr_in()
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int32 in
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                guard bound == 0, listen(listener, 64) == 0 else { return -1 }
                return unsafe getsockname(listener, pointer, &length)
            }
        }
        precondition(result == 0, "the stub server cannot listen")
        port = UInt16(bigEndian: address.sin_port)
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let number = lock.withLock {
                clients.append(client)
                accepted += 1
                if isStopped { shutdown(client, readAndWrite) }
                return accepted - 1
            }
            Thread.detachNewThread { self.serve(client, number) }
        }
        close(listener)
    }

    private func serve(_ client: Int32, _ number: Int) {
        var pending: [UInt8] = []
        while let request = isBlind ? skipRequest(client, number) : readRequest(client, number, &pending) {
            let index = lock.withLock {
                received.append(request)
                return received.count - 1
            }
            lock.withLock { answering += 1 }
            let staysOpen = answer(client, handler(request, index))
            lock.withLock { answering -= 1 }
            guard staysOpen else { break }
        }
        lock.withLock { clients.removeAll { $0 == client } }
        close(client)
    }

    // MARK: - Reading

    private func readRequest(_ client: Int32, _ number: Int, _ pending: inout [UInt8]) -> Request? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = pending.firstRange(of: mark) {
                let head = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
                let headers = StubHTTPServer.headers(head)
                let length = Int(headers["content-length"] ?? "0") ?? 0
                if pending.count >= end.upperBound + length {
                    let body = String(decoding: pending[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
                    var request = StubHTTPServer.request(head, headers, body, number)
                    request.bytes = Array(pending[end.upperBound..<(end.upperBound + length)])
                    pending.removeFirst(end.upperBound + length)
                    return request
                }
            }
            guard receive(client, &pending) else { return nil }
        }
    }

    /// Reads past one request of at most 64 KiB and forgets it.
    private func skipRequest(_ client: Int32, _ number: Int) -> Request? {
        var room = [UInt8](repeating: 0, count: 65536)
        defer { for position in room.indices { room[position] = 0 } }
        var count = 0
        while true {
            let more = unsafe room.withUnsafeMutableBytes { bytes in
                unsafe recv(client, bytes.baseAddress.map { unsafe $0 + count }, bytes.count - count, 0)
            }
            guard more > 0 else { return nil }
            count += more
            if StubHTTPServer.isWhole(room, count) {
                return Request(method: "", target: "", headers: [:], body: "", connection: number)
            }
        }
    }

    /// Whether the first `count` bytes are a head and as much of a body as it announces.
    private static func isWhole(_ room: [UInt8], _ count: Int) -> Bool {
        func find(_ text: String) -> Int? {
            let mark = Array(text.utf8)
            return (0..<max(0, count - mark.count + 1)).first { at in
                mark.indices.allSatisfy { room[at + $0] == mark[$0] }
            }
            .map { $0 + mark.count }
        }
        guard let end = find("\r\n\r\n") else { return false }
        var length = 0
        if var at = find("\r\nContent-Length: "), at < end {
            while (0x30...0x39).contains(room[at]) {
                length = length * 10 + Int(room[at] - 0x30)
                at += 1
            }
        }
        return count >= end + length
    }

    private func receive(_ client: Int32, _ pending: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(client, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        pending += chunk[..<count]
        // A test that looks through memory must not find the server's copies of what it received.
        for position in 0..<count { chunk[position] = 0 }
        return true
    }

    private static func headers(_ head: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            found[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].drop { $0 == " " }.description
        }
        return found
    }

    private static func request(_ head: String, _ headers: [String: String], _ body: String, _ number: Int) -> Request {
        let parts = head.prefix { $0 != "\r\n" }.split(separator: " ").map(String.init)
        return Request(
            method: parts.first ?? "", target: parts.count > 1 ? parts[1] : "", headers: headers, body: body,
            connection: number)
    }

    // MARK: - Answering

    /// False when the connection is to be closed.
    private func answer(_ client: Int32, _ reply: Reply) -> Bool {
        switch reply {
        case .json(let status, let body, let headers):
            return send(client, StubHTTPServer.whole(status, body, "application/json; charset=utf-8", headers))
        case .text(let status, let body, let type, let headers):
            return send(client, StubHTTPServer.whole(status, body, type, headers))
        case .raw(let bytes, let closes): return send(client, bytes) && !closes
        case .veiled(let bytes):
            var plain = bytes.map { $0 ^ 0x55 }
            defer { for position in plain.indices { plain[position] = 0 } }
            return send(client, plain)
        case .stall(let bytes):
            var rest: [UInt8] = []
            _ = send(client, bytes)
            while receive(client, &rest) {}
            return false
        case .drip(let bytes, let rate):
            let body = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? 0
            guard send(client, Array(bytes[..<body])) else { return false }
            for byte in bytes[body...] {
                guard send(client, [byte]) else { return false }
                usleep(1_000_000 / rate)
            }
            return false
        case .flood(let head, let count):
            guard send(client, Array(head.utf8)) else { return false }
            let zeros = [UInt8](repeating: 0x20, count: 65536)
            for _ in 0..<(count / zeros.count) where !send(client, zeros) { return false }
            return false
        case .cut(let bytes):
            guard send(client, bytes) else { return false }
            // Time for the bytes to be taken: a reset may overtake them.
            usleep(300)
            return answer(client, .reset)
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            return false
        }
    }

    /// An answer's bytes, with its length.
    public static func whole(_ status: Int, _ body: String, _ type: String, _ headers: [String: String]) -> [UInt8] {
        var head = "HTTP/1.1 \(status) Stub\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n" + body).utf8)
    }

    private func send(_ client: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(client, buffer.baseAddress.map { unsafe $0 + sent }, bytes.count - sent, noSignal)
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

private let readAndWrite = Int32(SHUT_RDWR)

#if canImport(Glibc)
    private let streamSocket = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    private let noSignal = Int32(MSG_NOSIGNAL)
#else
    private let streamSocket = SOCK_STREAM
    private let noSignal: Int32 = 0
#endif
