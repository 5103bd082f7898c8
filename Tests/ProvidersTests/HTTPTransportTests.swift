import Diagnostics
import EventLoop
import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import HTTPTransport

private final class Bench {
    let loop: EventLoop
    let transport: HTTPTransport

    init(_ settings: HTTPSettings = HTTPSettings(userAgent: "vaultscript/test")) throws {
        loop = try EventLoop()
        transport = HTTPTransport(loop: loop, settings: settings)
    }

    func send(_ request: HTTPRequest) throws -> Result<HTTPResponse, HTTPTransportError> {
        var outcome: Result<HTTPResponse, HTTPTransportError>?
        let guardTimer = loop.schedule(after: .seconds(90)) { [loop] in loop.stop() }
        transport.send(request) { result in
            outcome = result
            self.loop.stop()
        }
        loop.run()
        guardTimer.cancel()
        return try #require(outcome, "the request never ended")
    }

    func get(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) throws -> Result<
        HTTPResponse, HTTPTransportError
    > {
        var request = HTTPRequest(url: url)
        change(&request)
        return try send(request)
    }
}

private func body(_ response: HTTPResponse) -> String {
    response.body.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
}

private func kind(_ result: Result<HTTPResponse, HTTPTransportError>) -> HTTPTransportError.Kind? {
    if case .failure(let error) = result { return error.kind }
    return nil
}

@Suite struct `HTTP transport` {
    @Test func `a request carries its headers and body, and an answer its status, known headers and body`() throws {
        let server = StubHTTPServer([
            .json(201, #"{"a":1}"#, headers: ["Retry-After": "7", "Set-Cookie": "session=hidden"])
        ])
        defer { server.stop() }
        let bench = try Bench()
        let response = try bench.get(server.url + "/x?y=%20z") {
            $0.method = "PATCH"
            $0.body = try? SecretBytes(copying: "hello")
            $0.headers = [
                .init("Authorization", .secret(prefix: "Bearer ", try! SecretBytes(copying: "tok.en"))),
                .init("Accept", .text("application/json")),
            ]
        }.get()
        #expect(response.status == 201)
        #expect(response.isJSON)
        #expect(response.headers == ["retry-after": "7", "content-type": "application/json; charset=utf-8"])
        #expect(body(response) == #"{"a":1}"#)
        let request = try #require(server.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.target == "/x?y=%20z")
        #expect(request.body == "hello")
        #expect(request.headers["authorization"] == "Bearer tok.en")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["user-agent"] == "vaultscript/test")
        #expect(request.headers["accept-encoding"] == nil)
        #expect(request.headers["expect"] == nil)
    }

    @Test func `many requests use one connection`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let bench = try Bench()
        for index in 0..<10 { #expect(try bench.get(server.url + "/\(index)").get().status == 200) }
        #expect(server.requests.count == 10)
        #expect(server.connectionCount == 1)
    }

    @Test func `requests at once share four connections`() throws {
        let server = StubHTTPServer { _, _ in
            Thread.sleep(forTimeInterval: 0.2)
            return .json(200, "{}")
        }
        defer { server.stop() }
        let bench = try Bench()
        var done = 0
        for index in 0..<9 {
            bench.transport.send(HTTPRequest(url: server.url + "/\(index)")) { _ in done += 1 }
        }
        bench.loop.run()
        #expect(done == 9)
        #expect(server.connectionCount == 4)
    }

    @Test func `an empty loop ends although a connection is kept`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let bench = try Bench()
        var status = 0
        bench.transport.send(HTTPRequest(url: server.url)) { status = (try? $0.get().status) ?? -1 }
        bench.loop.run()
        #expect(status == 200)
    }

    @Test func `a cancelled request reports nothing, and the transport goes on`() throws {
        let server = StubHTTPServer { _, number in number == 0 ? .stall([]) : .json(200, "{}") }
        defer { server.stop() }
        let bench = try Bench()
        let exchange = bench.transport.send(HTTPRequest(url: server.url)) { _ in Issue.record("reported") }
        bench.loop.schedule(after: .milliseconds(100)) { exchange?.cancel() }
        bench.loop.run()
        #expect(try bench.get(server.url).get().status == 200)
    }

    @Test func `a completion may send, cancel others and close`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let bench = try Bench()
        var steps: [String] = []
        bench.transport.send(HTTPRequest(url: server.url + "/1")) { _ in
            steps.append("first")
            bench.transport.send(HTTPRequest(url: server.url + "/never")) { _ in Issue.record("reported") }
            bench.transport.close()
            bench.transport.send(HTTPRequest(url: server.url + "/2")) { _ in steps.append("second") }
        }
        bench.loop.run()
        #expect(steps == ["first", "second"])
    }

    @Test func `waiting for a connection is not counted as connecting`() throws {
        let server = StubHTTPServer { _, number in
            if number < 4 { Thread.sleep(forTimeInterval: 1) }
            return .json(200, "{}")
        }
        defer { server.stop() }
        let bench = try Bench()
        var statuses: [Int] = []
        for _ in 0..<5 {
            var request = HTTPRequest(url: server.url)
            request.connectTimeout = .milliseconds(500)
            bench.transport.send(request) { statuses.append((try? $0.get().status) ?? -1) }
        }
        bench.loop.run()
        #expect(statuses == [200, 200, 200, 200, 200])
    }

    @Test func `a transport that goes away takes its requests with it`() throws {
        let server = StubHTTPServer([.stall([])])
        defer { server.stop() }
        let loop = try EventLoop()
        var transport: HTTPTransport? = HTTPTransport(loop: loop)
        transport?.send(HTTPRequest(url: server.url)) { _ in Issue.record("reported") }
        loop.schedule(after: .milliseconds(50)) { transport = nil }
        loop.run()
        #expect(transport == nil)
    }

    @Test func `a proxy is used only when given, with its credentials`() throws {
        let proxy = StubHTTPServer([.json(200, "{}")])
        defer { proxy.stop() }
        var settings = HTTPSettings()
        settings.proxy = proxy.url
        settings.proxyCredentials = try SecretBytes(copying: "user:pw")
        #expect(throws: HTTPTransportError.self) {
            try Bench(settings).get("http://vault.invalid/x") { $0.allowsPlainHTTP = true }.get()
        }
        #expect(proxy.connectionCount == 0)
        settings.proxiesPlainHTTP = true
        for host in [
            "127.0.0.1", "localhost", "[::1]", "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "0.0.0.0", "[::]",
            "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::ffff:0.0.0.0]", "[fd00:ec2:0::254]",
        ] {
            #expect(settings.proxy(to: try #require(HTTPEndpoint(url: "http://\(host)/"))) == nil, "\(host)")
        }
        let result = try Bench(settings).get("http://vault.invalid/x") { $0.allowsPlainHTTP = true }
        #expect(try result.get().status == 200)
        let request = try #require(proxy.requests.first)
        #expect(request.target == "http://vault.invalid/x")
        #expect(request.headers["proxy-authorization"] == "Basic dXNlcjpwdw==")
        settings.proxy = "http://user:pw@127.0.0.1:1/"
        #expect(kind(try Bench(settings).get(proxy.url)) == .request)
    }

    @Test func `proxies of the environment are not used`() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
                unsafe setenv(name, "http://127.0.0.1:1", 1)
            }
            let server = StubHTTPServer([.json(200, "{}")])
            let result = try Bench().get(server.url)
            // In a process of its own a thrown error is what fails.
            _ = try result.get()
        }
    }

    // MARK: - Refusals before anything is sent

    @Test(arguments: [
        "ftp://127.0.0.1/", "127.0.0.1", "http://user:pw@127.0.0.1/", "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1\\@evil/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http:///x", "http://[::1/",
        "http://127.0.0.1/#x", "file:///etc/passwd", "http://h\u{E9}/",
    ])
    func `a URL with a second meaning is not sent`(url: String) throws {
        let result = try Bench().get(url) { $0.allowsPlainHTTP = true }
        #expect(kind(result) == .request)
    }

    @Test func `plain http leaves this machine only when allowed`() throws {
        #expect(kind(try Bench().get("http://vault.invalid/")) == .request)
        #expect(kind(try Bench().get("http://vault.invalid/") { $0.allowsPlainHTTP = true }) == .dns)
    }

    @Test(arguments: ["a b", "a\r\nX-Evil: 1", "a\nb", "a\0b", "caf\u{E9}", ""])
    func `a secret that could break a header is refused before it is sent`(token: String) throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let secret = try SecretBytes(copying: token)
        let result = try Bench().get(server.url) {
            $0.headers = [.init("Authorization", .secret(prefix: "Bearer ", secret))]
        }
        #expect(kind(result) == .request)
        #expect(server.requests.isEmpty)
    }

    @Test func `a header name or text with a line end is refused`() throws {
        #expect(
            kind(try Bench().get("http://127.0.0.1:1/") { $0.headers = [.init("X", .text("a\r\nY: z"))] }) == .request)
        #expect(kind(try Bench().get("http://127.0.0.1:1/") { $0.headers = [.init("X\r\nY", .text("a"))] }) == .request)
        #expect(kind(try Bench().get("http://127.0.0.1:1/") { $0.method = "GET /evil" }) == .request)
    }

    // MARK: - What can go wrong

    @Test func `a name that does not exist is dns`() throws {
        guard case .failure(let error) = try Bench().get("https://nonexistent.invalid/") else {
            Issue.record("answered")
            return
        }
        #expect(error.kind == .dns)
        #expect(error.host == "nonexistent.invalid")
        #expect(error.curlCode == 6)
        #expect(
            error.failure("secret X could not be read", attempts: 2).text
                == """
                secret X could not be read
                the name nonexistent.invalid was not found, in 2 attempts
                check its spelling in your configuration, then the name lookup: getent hosts nonexistent.invalid
                """)
    }

    @Test func `a port where nobody listens is connect`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        let url = server.url
        _ = try Bench().get(url)
        server.stop()
        var result = try Bench().get(url)
        // The listener is closed on its own thread.
        for _ in 0..<100 where kind(result) != .connect { result = try Bench().get(url) }
        #expect(kind(result) == .connect)
    }

    @Test func `a silent server is timeoutTotal, at any point of the answer`() throws {
        for head in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"] {
            let server = StubHTTPServer([.stall(Array(head.utf8))])
            defer { server.stop() }
            let result = try Bench().get(server.url) { $0.totalTimeout = .milliseconds(300) }
            #expect(kind(result) == .timeoutTotal, "after \(head)")
        }
    }

    @Test func `a reset is reset`() throws {
        let server = StubHTTPServer([.reset])
        defer { server.stop() }
        #expect(kind(try Bench().get(server.url)) == .reset)
    }

    @Test func `an answer cut at any byte is an error`() throws {
        let whole = StubHTTPServer.whole(200, #"{"a":"b"}"#, "application/json", ["Date": "now"])
        let server = StubHTTPServer { request, _ in
            .raw(Array(whole[..<(Int(request.target.dropFirst()) ?? 0)]))
        }
        defer { server.stop() }
        let bench = try Bench()
        for count in 0..<whole.count {
            let result = try bench.get(server.url + "/\(count)")
            let found = try #require(kind(result), "\(count) bytes passed for an answer")
            #expect([.reset, .truncated, .notHTTP].contains(found), "after \(count) bytes: \(found)")
        }
        #expect(try bench.get(server.url + "/\(whole.count)").get().status == 200)
    }

    @Test func `a chunked answer is read, and a cut one is an error`() throws {
        let whole = Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n5\r\na\":1}\r\n0\r\n\r\n"
                .utf8)
        let server = StubHTTPServer { request, _ in .raw(Array(whole[..<(Int(request.target.dropFirst()) ?? 0)])) }
        defer { server.stop() }
        let bench = try Bench()
        for count in 0..<(whole.count - 2) {
            #expect(try kind(bench.get(server.url + "/\(count)")) != nil, "\(count) bytes passed for an answer")
        }
        #expect(body(try bench.get(server.url + "/\(whole.count)").get()) == #"{"a":1}"#)
    }

    @Test func `a large answer is refused without being held`() throws {
        let size = 64 * 1024 * 1024
        let announced = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
        for head in [announced, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"] {
            let server = StubHTTPServer([.flood(head: head, count: size)])
            defer { server.stop() }
            guard case .failure(let error) = try Bench().get(server.url) else {
                Issue.record("taken")
                continue
            }
            #expect(error.kind == .tooLarge)
            #expect(error.text == "the answer is larger than 2097152 bytes")
        }
    }

    @Test func `the largest body is taken at its edge`() throws {
        let server = StubHTTPServer { request, _ in
            .text(200, String(repeating: "x", count: Int(request.target.dropFirst()) ?? 0), type: "text/plain")
        }
        defer { server.stop() }
        let bench = try Bench()
        #expect(try bench.get(server.url + "/1000") { $0.maximumBodyBytes = 1000 }.get().body.count == 1000)
        #expect(kind(try bench.get(server.url + "/1001") { $0.maximumBodyBytes = 1000 }) == .tooLarge)
    }

    @Test func `an endless head is refused`() throws {
        let line = "X-Filler: " + String(repeating: "y", count: 1000) + "\r\n"
        let server = StubHTTPServer([.stall(Array(("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 200)).utf8))])
        defer { server.stop() }
        #expect(kind(try Bench().get(server.url)) == .tooLarge)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed, and nothing is sent twice`(status: Int) throws {
        let other = StubHTTPServer([.json(200, "{}")])
        defer { other.stop() }
        let server = StubHTTPServer([.json(status, "", headers: ["Location": other.url + "/steal"])])
        defer { server.stop() }
        let secret = try SecretBytes(copying: "tok.en")
        guard
            case .failure(let error) = try Bench().get(
                server.url,
                {
                    $0.method = "POST"
                    $0.body = secret
                    $0.headers = [.init("Authorization", .secret(prefix: "Bearer ", secret))]
                })
        else {
            Issue.record("followed")
            return
        }
        #expect(error.kind == .redirect)
        #expect(error.text == "status \(status) points to 127.0.0.1:\(other.port)")
        #expect(server.requests.count == 1)
        #expect(other.connectionCount == 0)
    }

    @Test func `what does not speak HTTP is told`() throws {
        let server = StubHTTPServer([.raw(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))])
        defer { server.stop() }
        let found = try #require(kind(try Bench().get(server.url)))
        #expect(found == .notHTTP)
    }

    @Test func `a missing libcurl is named with its package`() throws {
        let error = #expect(throws: HTTPTransportError.self) {
            try HTTPTransport.openLibrary("libcurl-that-is-not-there.so.4")
        }
        #expect(error?.kind == .library)
        let failure = try #require(error?.failure("login at eu.infisical.com failed"))
        #expect(failure.reason.hasPrefix("libcurl could not be opened: libcurl-that-is-not-there.so.4"))
        #expect(
            failure.hint == "install it: apt install libcurl4 (libcurl4t64 from Debian 13 and Ubuntu 24.04 on)")
    }

    /// Whether secret memory needs new pages, and so a descriptor, hangs on a length.
    @Test(arguments: [SecretBytes.noRoom.reason, "Too many open files"])
    func `a lack of secret memory ends the run, for whatever reason`(reason: String) {
        let failure = HTTPTransportError(.memory, host: "host", text: "secret memory cannot be made: \(reason)")
            .failure("undone")
        #expect(failure.endsRun && failure.kind == .limit)
    }

    @Test func `the memory protection is in force`() throws {
        try HTTPTransport.openLibrary()
        let wipes = HTTPTransport.wipesLibraryMemory
        #expect(wipes.curl)
        #if os(Linux)
            #expect(wipes.openSSL)
            #expect(wipes.plaintext)
        #endif
    }
}
