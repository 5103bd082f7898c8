import Diagnostics
import Dispatch
import EventLoop
import SecretMemory
import TestSupport
import Testing

@testable import Providers

private let expired = ProviderBench.error(403, "TokenError", "Your token has expired. Please re-authenticate.")
private let invalid = ProviderBench.error(401, "UnauthorizedError", "Invalid credentials")
private let fault = ProviderBench.error(503, "InternalServerError", "Something went wrong")

private func secondLogin(_ token: String) -> StubHTTPServer.Reply {
    .json(200, #"{"accessToken":"\#(token)","expiresIn":60,"accessTokenMaxTTL":60,"tokenType":"Bearer"}"#)
}

@Suite struct `Retries against Infisical` {
    @Test func `429 waits as long as the server asks, then goes on`() throws {
        let slow = ProviderBench.error(429, "RateLimitExceeded", "Rate limit exceeded", headers: ["Retry-After": "7"])
        let bench = try ProviderBench([slow, ProviderBench.login, slow, ProviderBench.one()])
        _ = try bench.get(try bench.login().get()).get()
        #expect(bench.waits == [.seconds(7), .seconds(7)])
        #expect(bench.server.requests.count == 4)
    }

    @Test func `429 that asks for more than the time limit is told at once`() throws {
        let slow = ProviderBench.error(429, "RateLimitExceeded", "canary", headers: ["Retry-After": "60"])
        let bench = try ProviderBench([slow])
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(
            failure?.text
                == """
                secret GH_PAT could not be read
                \(bench.host) answers that too many requests were made (429); it asks to wait 60 s
                wait and try again; listing a folder is one request where many reads are many
                """)
        #expect(failure?.kind == .limit)
        #expect(failure?.status == 429)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `5xx is tried three more times, ever slower`() throws {
        let bench = try ProviderBench([fault])
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(bench.server.requests.count == 4)
        #expect(bench.waits == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(
            failure?.text
                == """
                secret GH_PAT could not be read
                \(bench.host) has a fault of its own (503, request req-3kF9aLq0ZxT1bC), in 4 attempts
                try again later; look at the server
                """)
        #expect(failure?.kind == .network)
    }

    @Test func `5xx, a reset and a cut answer in a row still end well`() throws {
        let bench = try ProviderBench([
            fault, .reset, .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".utf8)), ProviderBench.one(),
        ])
        #expect(plain(try bench.get(bench.tokenSession()).get()?.value) == ProviderBench.value)
        #expect(bench.server.requests.count == 4)
    }

    @Test func `waits stop where the time limit for all of it would be passed`() throws {
        var retry = RetryPolicy()
        retry.maximumRetries = 1000
        retry.maximumDelay = .seconds(5)
        let bench = try ProviderBench([fault], retry: retry)
        #expect(try bench.get(bench.tokenSession()).failure?.status == 503)
        let total = bench.waits.reduce(Duration.zero, +)
        #expect(total < .seconds(30) && total > .seconds(20))
    }

    @Test func `a silent server is a timeout within the limit for all of it`() throws {
        var retry = RetryPolicy()
        retry.totalTime = .milliseconds(500)
        let bench = try ProviderBench(
            [.stall(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".utf8))], retry: retry)
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(failure?.kind == .timeout)
        #expect(
            failure?.text
                == """
                secret GH_PAT could not be read
                \(bench.host) is too slow: no answer within 0.5 s
                try again later, or allow more time
                """)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `a refused connection is tried four times`() throws {
        let server = StubHTTPServer([ProviderBench.one()])
        server.stop()
        let bench = try ProviderBench(server)
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(failure?.kind == .network)
        #expect(failure?.message == "secret GH_PAT could not be read")
        #expect(failure?.hint == "check host and port, and whether a firewall or a proxy is between")
        #expect(bench.waits.count == 3)
    }

    @Test func `a name that does not exist is told with the name`() throws {
        let bench = try ProviderBench(StubHTTPServer([ProviderBench.one()]), base: "https://nonexistent.invalid")
        #expect(
            try bench.login().failure?.text
                == """
                login at nonexistent.invalid failed
                the name nonexistent.invalid was not found, in 4 attempts
                check its spelling in your configuration, then the name lookup: getent hosts nonexistent.invalid
                """)
    }

    @Test func `a redirect is told, not followed, and no credential goes elsewhere`() throws {
        let other = StubHTTPServer([ProviderBench.login])
        defer { other.stop() }
        let bench = try ProviderBench([.json(307, "", headers: ["Location": other.url + "/api/v1/auth"])])
        let failure = try bench.login().failure
        #expect(
            failure?.text
                == """
                login at \(bench.host) failed
                \(bench.host) does not answer itself: status 307 points to 127.0.0.1:\(other.port)
                redirects are never followed, so that credentials reach one host only; name the host that answers
                """)
        #expect(failure?.status == 307)
        #expect(other.connectionCount == 0)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `an answer of 64 MiB is refused`() throws {
        let size = 64 * 1024 * 1024
        let bench = try ProviderBench([
            .flood(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", count: size)
        ])
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(failure?.kind == .limit)
        #expect(failure?.reason == "the answer of \(bench.host) is too large: the answer is larger than 2097152 bytes")
        #expect(bench.server.requests.count == 1)
    }

    @Test func `a cancelled call reports nothing and waits for nothing`() throws {
        let bench = try ProviderBench([fault])
        let session = try bench.tokenSession()
        let query = SecretQuery("A", in: FolderQuery(project: ProviderBench.project, environment: "dev"))
        let call = session.getSecret(query) { _ in Issue.record("reported") }
        call.cancel()
        bench.loop.run()
        #expect(bench.waits.isEmpty)
    }
}

@Suite struct `Logging in again` {
    @Test func `an expired token is answered by one login and one repetition`() throws {
        let bench = try ProviderBench([ProviderBench.login, expired, secondLogin("second.token"), ProviderBench.one()])
        let session = try bench.login().get()
        #expect(plain(try bench.get(session).get()?.value) == ProviderBench.value)
        let requests = bench.server.requests
        #expect(requests.count == 4)
        #expect(requests[2].target == "/api/v1/auth/universal-auth/login")
        #expect(requests[2].headers["authorization"] == nil)
        #expect(requests[3].headers["authorization"] == "Bearer second.token")
        #expect(bench.credentials.count == 2)
    }

    @Test func `a token refused twice is not answered by a second login`() throws {
        let bench = try ProviderBench([
            ProviderBench.login, expired, secondLogin("second"), expired, ProviderBench.one(),
        ])
        let session = try bench.login().get()
        #expect(try bench.get(session).failure?.kind == .auth)
        #expect(bench.server.requests.count == 4)
    }

    @Test func `a refused login ends the matter for the whole session`() throws {
        let bench = try ProviderBench([ProviderBench.login, expired, invalid, ProviderBench.one()])
        let session = try bench.login().get()
        let first = try bench.get(session).failure
        #expect(first?.message == "login at \(bench.host) was refused")
        #expect(try bench.get(session).failure == first)
        #expect(try bench.list(session).failure == first)
        #expect(bench.server.requests.count == 3)
    }

    @Test func `a login that fails on the network is not the end of the session`() throws {
        var retry = RetryPolicy()
        retry.maximumRetries = 0
        let bench = try ProviderBench(
            StubHTTPServer([ProviderBench.login, expired, fault, expired, secondLogin("second"), ProviderBench.one()]),
            retry: retry)
        let session = try bench.login().get()
        #expect(try bench.get(session).failure?.status == 503)
        #expect(plain(try bench.get(session).get()?.value) == ProviderBench.value)
    }

    @Test func `calls at once share one login`() throws {
        let server = StubHTTPServer { request, number in
            if request.target.hasSuffix("/login") { return number == 0 ? ProviderBench.login : secondLogin("second") }
            return request.headers["authorization"] == "Bearer second" ? ProviderBench.one() : expired
        }
        let bench = try ProviderBench(server)
        let session = try bench.login().get()
        let query = SecretQuery("GH_PAT", in: FolderQuery(project: ProviderBench.project, environment: "dev"))
        var values: [String?] = []
        for _ in 0..<5 { session.getSecret(query) { values.append(plain((try? $0.get())?.value)) } }
        bench.loop.run()
        #expect(values == Array(repeating: ProviderBench.value, count: 5))
        #expect(bench.asked.count { $0.hasSuffix("/login") } == 2)
        #expect((1...4).contains(server.connectionCount))
    }

    @Test func `cancelling the call that began the login does not hurt the others`() throws {
        let mayAnswer = DispatchSemaphore(value: 0)
        let server = StubHTTPServer { request, number in
            guard request.target.hasSuffix("/login") else {
                return request.headers["authorization"] == "Bearer second" ? ProviderBench.one() : expired
            }
            if number == 0 { return ProviderBench.login }
            mayAnswer.wait()
            return secondLogin("second")
        }
        let bench = try ProviderBench(server)
        let session = try bench.login().get()
        let query = SecretQuery("GH_PAT", in: FolderQuery(project: ProviderBench.project, environment: "dev"))
        let first = session.getSecret(query) { _ in Issue.record("reported") }
        var value: String?
        session.getSecret(query) { value = plain((try? $0.get())?.value) }
        func cancelDuringLogin() {
            guard bench.asked.count(where: { $0.hasSuffix("/login") }) == 2 else {
                bench.loop.schedule(after: .milliseconds(1)) { cancelDuringLogin() }
                return
            }
            first.cancel()
            mayAnswer.signal()
        }
        cancelDuringLogin()
        bench.loop.run()
        #expect(value == ProviderBench.value)
        #expect(server.requests.count { $0.target.hasSuffix("/login") } == 2)
    }

    @Test func `other 403s lead to no login`() throws {
        let bench = try ProviderBench([
            ProviderBench.login, ProviderBench.error(403, "PermissionDenied", "You are not allowed to x on y"),
        ])
        _ = try bench.get(try bench.login().get())
        #expect(bench.server.requests.count == 2)
    }
}
