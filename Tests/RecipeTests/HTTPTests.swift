import Foundation
import TestSupport
import Testing

/// `http.request` against servers of the tests' own: what goes out, what comes back, and how it fails.
@Suite struct `HTTP requests` {
    private static func run(
        _ script: String, _ server: StubHTTPServer, options: [String] = [], environment: [String: String] = [:]
    ) throws -> Program.Outcome {
        let head = """
            recipe{ name = "x", secrets = { "env:API_TOKEN", "env:API_HOOK" }, hosts = { "127.0.0.1:\(server.port)" } }
            local U = "\(server.url)"
            local function failure(spec)
              local ok, e = pcall(http.request, spec)
              return ok and "no error" or e.kind .. " " .. tostring(e.status) .. " " .. tostring(e)
            end

            """
        return try Program.script(head + script, options: options, environment: environment)
    }

    // MARK: - What goes out and comes back

    @Test func `a request carries method, headers and body, and gives status, headers, body and JSON`() throws {
        let server = StubHTTPServer([
            .json(201, #"{"a":[1,1.0,null]}"#, headers: ["X-Page": "2", "Set-Cookie": "session=hidden"])
        ])
        defer { server.stop() }
        let outcome = try Self.run(
            #"""
            local r = http.request{ url = U .. "/x?y=%20z", method = "PATCH", headers = { Accept = "a/b", ["X-N"] = 5 }, json = { b = {}, a = "é" } }
            print(r.status, r.ok, r.headers["x-page"], r.headers["set-cookie"], r.body, json.encode(r.json))
            http.request{ url = U .. "/1" }
            http.request{ url = U .. "/2", body = "plain" }
            http.request{ url = U .. "/3", body = "a=b", method = "PUT", headers = { ["content-type"] = "application/x-www-form-urlencoded" } }
            http.request{ url = U .. "/4", method = "POST" }
            http.request{ url = U .. "/5", method = "DELETE" }
            print(http.request{ url = U .. "/6", method = "HEAD" }.body == "")
            """#, server)
        #expect(
            outcome.text == #"201\#ttrue\#t2\#tnil\#t{"a":[1,1.0,null]}\#t{"a":[1,1.0,null]}"# + "\ntrue\n",
            "\(outcome)")
        let sent = server.requests
        #expect(sent.map(\.method) == ["PATCH", "GET", "POST", "PUT", "POST", "DELETE", "HEAD"])
        #expect(sent[0].target == "/x?y=%20z" && sent[0].body == #"{"a":"é","b":{}}"#)
        #expect(sent[0].headers["content-type"] == "application/json" && sent[0].headers["x-n"] == "5")
        #expect(sent[0].headers["accept"] == "a/b" && sent[0].headers["accept-encoding"] == nil)
        #expect(sent[1].headers["content-type"] == nil && sent[1].headers["content-length"] == nil)
        #expect(sent[2].headers["content-type"] == "text/plain; charset=utf-8" && sent[2].body == "plain")
        #expect(sent[3].headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(sent[4].headers["content-length"] == "0" && sent[4].headers["content-type"] == nil)
    }

    @Test func `a header that goes on in the next line is one, and equal ones are joined but for cookies`() throws {
        let head = "HTTP/1.1 200 OK\r\nX-Fold: one\r\n  two\r\n\tthree: four\r\nX-A: 1\r\nSet-Cookie: a=1\r\n  ; b: 2\r\nx-a: 2\r\n"
        let server = StubHTTPServer { _, _ in
            .raw(Array((head + "Set-Cookie: c=3\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n").utf8), closes: true)
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local all = {}
            for name, value in pairs(http.request{ url = U }.headers) do all[#all + 1] = name .. "=" .. value end
            table.sort(all)
            print(table.concat(all, "|"))
            """, server)
        #expect(outcome.text == "content-length=0|x-a=1, 2|x-empty=|x-fold=one two three: four\n", "\(outcome)")
    }

    @Test func `a value in a header is masked across the colon and across lines`() throws {
        let (canary, other) = (Canary(), Canary())
        let hook = "X-Name: " + canary.value
        let folded = other.value + " and " + other.value
        let server = StubHTTPServer { _, _ in
            .raw(
                Array(
                    ("HTTP/1.1 200 OK\r\n\(hook)\r\nX-Lines: \(other.value)\r\n and \(other.value)\r\n\(other.value): x\r\n"
                        + "Content-Length: 0\r\n\r\n").utf8), closes: true)
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local hook, token = secret.env("API_HOOK"), secret.env("API_TOKEN")
            local all = {}
            for name, value in pairs(http.request{ url = U }.headers) do all[#all + 1] = name .. "=" .. value end
            table.sort(all)
            print(table.concat(all, "|"))
            """, server, environment: ["API_HOOK": hook, "API_TOKEN": folded])
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
        #expect(outcome.text.contains("[secret:API_HOOK]=|") && outcome.text.contains("x-lines=[secret:API_TOKEN]"), "\(outcome)")
    }

    @Test func `a redirect to a place with a value in it is not followed with the mask`() throws {
        let canary = Canary()
        let server = StubHTTPServer { request, _ in
            request.target == "/" ? .json(302, "", headers: ["Location": "/k/\(canary.value)"]) : .json(200, "{}")
        }
        defer { server.stop() }
        let outcome = try Self.run(
            "local t = secret.env('API_TOKEN') print(failure{ url = U .. '/' })", server, environment: ["API_TOKEN": canary.value])
        #expect(server.requests.count == 1 && outcome.text.contains("it points to no place that can be followed"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    /// A server may say the value in more than one place; what says how long it is is left out.
    @Test(arguments: [#"secrets = { "token" }"#, #"capture = "secret""#])
    func `headers that came before a value was taken hold neither it nor its length`(way: String) throws {
        let canary = Canary()
        let body = way.hasPrefix("secrets") ? #"{"token":"\#(canary.value)"}"# : canary.value
        let server = StubHTTPServer { _, _ in
            .json(201, body, headers: ["Location": "/sessions/\(canary.value)", "X-Token": canary.value, "Content-Digest": "x", "ETag": "x"])
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local h = http.request{ url = U, \(way) }.headers
            print(h["x-token"], h.location, h["content-length"], h["content-digest"] or h.etag, h["content-type"])
            """, server)
        let name = way.hasPrefix("secrets") ? "token" : "127.0.0.1"
        #expect(
            outcome.text == "[secret:\(name)]\t/sessions/[secret:\(name)]\tnil\tnil\tapplication/json; charset=utf-8\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `secrets go out in URL, headers and body, and an echo of them is masked`() throws {
        let canary = Canary()
        let server = StubHTTPServer { request, _ in
            .json(
                200, #"{"at":"\#(request.target)","body":"\#(request.body.replacingOccurrences(of: "\"", with: "'"))"}"#,
                headers: ["X-Echo": request.headers["authorization"] ?? "none"])
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local t = secret.env("API_TOKEN")
            local bearer = secret.template("Bearer ${t}", { t = t })
            local r = http.request{ url = secret.template(U .. "/k/${t}?a=1", { t = t }), headers = { Authorization = bearer },
              json = { token = t, list = { 1, t } } }
            print(r.headers["x-echo"], r.body)
            print(http.request{ url = U .. "/plain", body = t }.body)
            print(http.request{ url = secret.env("API_HOOK") }.body)
            """, server, options: ["-v"],
            environment: ["API_TOKEN": canary.value, "API_HOOK": "\(server.url)/hook/\(canary.value)"])
        let sent = server.requests
        #expect(sent.count == 3, "\(outcome)")
        #expect(sent[0].target == "/k/\(canary.value)?a=1" && sent[0].headers["authorization"] == "Bearer \(canary.value)")
        #expect(sent[0].body == #"{"list":[1,"\#(canary.value)"],"token":"\#(canary.value)"}"#)
        #expect(sent[1].body == canary.value && sent[2].target == "/hook/\(canary.value)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
        #expect(outcome.text.contains("[secret:API_TOKEN]"), "\(outcome)")
        #expect(
            outcome.errorText.contains(
                "+ POST [secret:API_TOKEN]   [secrets: API_TOKEN (header Authorization), API_TOKEN (json), API_TOKEN (json), API_TOKEN (url)]"
            ), "\(outcome)")
    }

    @Test func `fields of an answer become secrets before the rest is text`() throws {
        let (token, other) = (Canary(), Canary())
        let server = StubHTTPServer([
            .json(200, #"{"token":"\#(token.value)","n":{"id":"\#(other.value)"},"again":"\#(token.value)","x":1}"#),
            .text(200, other.value, type: "text/plain"), .json(404, #"{"token":"\#(token.value)"}"#),
            .json(200, #"{"nothing":1}"#),
        ])
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local r = http.request{ url = U, secrets = { "token", "n.id" } }
            print(r.json.token, r.json.n.id, r.json.again, r.json.x, r.secrets["n.id"], r.body)
            print(http.request{ url = U, capture = "secret" }.body)
            local r = http.request{ url = U, secrets = { "token" }, check = false }
            print(r.status, r.body, r.json, r.secrets)
            print(failure{ url = U, secrets = { "token" } })
            """, server)
        #expect(token.found(in: outcome) == nil && other.found(in: outcome) == nil, "\(outcome)")
        #expect(
            outcome.text == """
                [secret:token]\t[secret:n.id]\t[secret:token]\t1\t[secret:n.id]\t{"token":"[secret:token]","n":{"id":"[secret:n.id]"},"again":"[secret:token]","x":1}
                [secret:127.0.0.1]
                404\tnil\tnil\tnil
                notFound nil the secrets cannot be taken from what the server printed
                it is not JSON, or a field is missing, there twice, or neither text nor number
                look at what it prints, without its values, and at the names in secrets = { … }

                """, "\(outcome)")
    }

    // MARK: - Files

    @Test func `a file is sent as it is, and an answer goes to a file as it is`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let up = try folder.write("up", String(repeating: "0123456789", count: 30_000))
        let big = String(repeating: "download ", count: 50_000) + canary.value
        let server = StubHTTPServer([
            .json(200, "{}"), .text(200, big, type: "application/octet-stream"), .text(404, "gone", type: "text/plain"),
            .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut".utf8)),
        ])
        defer { server.stop() }
        let down = folder.path + "/down"
        let outcome = try Self.run(
            """
            secret.env("API_TOKEN")
            print(http.request{ url = U, upload = { file = "\(up)" }, headers = { ["Content-Type"] = "text/x" } }.status)
            local r = http.request{ url = U, download = { file = "\(down)", mode = "0640" } }
            print(r.status, r.body, r.file, r.size, fs.stat("\(down)").mode)
            print(failure{ url = U, download = { file = "\(down)" } })
            print((failure{ url = U, download = { file = "\(down)" } }:match("^[^\\n]*")))
            print(#fs.list("\(folder.path)"))
            """, server, environment: ["API_TOKEN": canary.value])
        #expect(server.requests[0].method == "PUT" && server.requests[0].headers["content-type"] == "text/x", "\(outcome)")
        #expect(server.requests[0].body.count == 300_000 && server.requests[0].headers["content-length"] == "300000")
        #expect(
            outcome.text == """
                200
                200\t\t\(down)\t\(big.utf8.count)\t0640
                notFound 404 http.request: GET \(server.url) was answered with 404
                the server says: gone
                look at the path, and whether the token may see it
                network nil http.request: GET \(server.url) failed
                2

                """, "\(outcome)")
        #expect(try String(contentsOfFile: down, encoding: .utf8) == big)
    }

    @Test func `files that are out of reach are neither sent nor written`() throws {
        let folder = try TemporaryFolder()
        let credentials = try folder.write("config/vaultscript/credentials/default.env", "A=b\n", mode: 0o600)
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let outcome = try Self.run(
            """
            for _, spec in ipairs{
              { upload = { file = "\(credentials)" } }, { upload = { file = "/proc/self/environ" } }, { upload = { file = "/dev/null" } },
              { download = { file = "\(credentials)" } }, { download = { file = "\(folder.path)/config/vaultscript/config.toml" } },
              { download = { file = "/proc/self/comm" } }, { upload = { file = "\(folder.path)/none" } },
            } do
              spec.url = U
              print((failure(spec):match("^%S+")))
            end
            """, server, environment: ["XDG_CONFIG_HOME": folder.path + "/config"])
        #expect(outcome.text == "denied\ndenied\nio\ndenied\ndenied\ndenied\nio\n", "\(outcome)")
        #expect(server.requests.isEmpty)
    }

    // MARK: - Refusals and retries

    @Test func `a refusal is an error with status, kind and what the server says, and exit 1`() throws {
        let canary = Canary()
        for (status, kind) in [
            (400, "usage"), (401, "auth"), (403, "denied"), (404, "notFound"), (409, "usage"), (429, "network"),
            (500, "network"),
        ] {
            let server = StubHTTPServer([.json(status, #"{"message":"no: \#(canary.value)"}"#)])
            defer { server.stop() }
            let outcome = try Self.run(
                """
                secret.env("API_TOKEN")
                local r = http.request{ url = U .. "/a?q=1", check = false }
                print(r.status, r.ok, r.json.message)
                print((failure{ url = U }:match("^%S+ %S+")))
                http.request{ url = U .. "/a?q=1" }
                """, server, environment: ["API_TOKEN": canary.value])
            #expect(outcome.code == 1, "\(outcome)")
            #expect(outcome.text == "\(status)\tfalse\tno: [secret:API_TOKEN]\n\(kind) \(status)\n", "\(outcome)")
            #expect(
                outcome.errorText.contains(
                    "http.request: GET \(server.url)/a was answered with \(status)\n"
                        + #"the server says: {"message":"no: [secret:API_TOKEN]"}"#), "\(outcome)")
            #expect(canary.found(in: outcome) == nil)
        }
    }

    struct RetryCase: Sendable, CustomTestStringConvertible {
        var name: String
        var replies: [StubHTTPServer.Reply]
        var options = ""
        var result: String
        var requests: Int
        var testDescription: String { name }

        private static let fine = StubHTTPServer.Reply.json(200, "{}")
        static let all = [
            RetryCase(name: "503 then 200", replies: [.json(503, ""), fine], result: "200", requests: 2),
            RetryCase(name: "a broken connection", replies: [.reset, .reset, fine], result: "200", requests: 3),
            RetryCase(name: "three times at most", replies: [.json(502, "")], result: "network 502", requests: 3),
            RetryCase(
                name: "POST is not repeated", replies: [.json(503, "")], options: "method = 'POST'",
                result: "network 503", requests: 1),
            RetryCase(
                name: "POST after a broken connection", replies: [.reset], options: "body = 'x'", result: "network nil",
                requests: 1),
            RetryCase(
                name: "429 is repeated, POST too", replies: [.json(429, "", headers: ["Retry-After": "0"]), fine],
                options: "body = 'x'", result: "200", requests: 2),
            RetryCase(
                name: "too long a wait", replies: [.json(429, "", headers: ["Retry-After": "4000"]), fine],
                result: "network 429", requests: 1),
            RetryCase(name: "a refusal stays one", replies: [.json(404, ""), fine], result: "notFound 404", requests: 1),
            RetryCase(name: "500 stays one", replies: [.json(500, ""), fine], result: "network 500", requests: 1),
        ]
    }

    @Test(arguments: RetryCase.all)
    func `what may pass is tried again, a refusal is not`(testCase: RetryCase) throws {
        let server = StubHTTPServer(testCase.replies)
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local spec = { \(testCase.options) }
            spec.url, spec.retry = U, { times = 3, backoff = 0.01 }
            local ok, r = pcall(http.request, spec)
            print(ok and r.status or r.kind .. " " .. tostring(r.status))
            """, server)
        #expect(outcome.text == testCase.result + "\n", "\(outcome)")
        #expect(server.requests.count == testCase.requests)
    }

    @Test func `Retry-After is waited for`() throws {
        let server = StubHTTPServer([.json(429, "", headers: ["Retry-After": "1"]), .json(200, "{}")])
        defer { server.stop() }
        let started = ContinuousClock.now
        let outcome = try Self.run("print(http.request{ url = U, retry = { backoff = 0.01 } }.status)", server)
        #expect(outcome.text == "200\n" && ContinuousClock.now - started >= .seconds(1), "\(outcome)")
    }

    @Test func `with -v each failed try is told, with its reason`() throws {
        let server = StubHTTPServer([.json(503, "{}"), .json(200, "{}")])
        defer { server.stop() }
        let script = "print(http.request{ url = U .. '/x?y=z', retry = { times = 3, backoff = 0.01 } }.status)"
        let outcome = try Self.run(script, server, options: ["-v"])
        #expect(outcome.text == "200\n", "\(outcome)")
        #expect(
            outcome.errorText.contains(
                "retry: try 1 of 3 failed, the next in 0.0 s: http.request: GET \(server.url)/x: the answer was 503\n"),
            "\(outcome)")
        let usual = StubHTTPServer([.json(503, "{}"), .json(200, "{}")])
        defer { usual.stop() }
        let silent = try Self.run(script, usual)
        #expect(silent.text == "200\n" && silent.errorText.isEmpty, "\(silent)")
    }

    /// How many requests a server has before it at once.
    private final class Crowd: @unchecked Sendable {
        // What the server's threads share is behind the lock.
        private let lock = NSLock()
        private var now = 0
        private var largest = 0

        var most: Int { lock.withLock { largest } }

        func enter() {
            lock.withLock {
                now += 1
                largest = max(largest, now)
            }
        }

        func leave() { lock.withLock { now -= 1 } }
    }

    @Test func `what waits for its turn at a host has all of its time when it comes`() throws {
        let crowd = Crowd()
        // The first sixteen are answered when the time of the last would be over, had it begun with theirs.
        let server = StubHTTPServer { request, _ in
            crowd.enter()
            if request.target == "/held" { Thread.sleep(forTimeInterval: 4) }
            crowd.leave()
            return .json(200, "{}")
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local list = {}
            for i = 1, 16 do list[i] = function() return http.request{ url = U .. "/held", timeout = 60 }.status end end
            list[17] = function() return http.request{ url = U .. "/last", timeout = 3 }.status end
            -- One that waits may give up; the others do not lose its turn.
            list[18] = function() return (pcall(timeout, 0.5, function() http.request{ url = U .. "/never" } end)) end
            print(select(16, parallel(list)))
            print(http.request{ url = U .. "/after" }.status)
            """, server)
        #expect(outcome.text == "200\t200\tfalse\n200\n", "\(outcome)")
        #expect(crowd.most == 16, "\(crowd.most)")
        #expect(server.requests.map(\.target).suffix(2) == ["/last", "/after"], "\(server.requests.map(\.target))")
    }

    @Test func `an error of a time limit shows the time that was given`() throws {
        let server = StubHTTPServer([.stall([])])
        defer { server.stop() }
        let outcome = try Self.run(
            """
            for _, limit in ipairs{ "250ms", 0.3 } do print(failure{ url = U, timeout = limit }:match("no answer within [^\\n]*")) end
            """, server)
        #expect(outcome.text == "no answer within 0.25 s\nno answer within 0.3 s\n", "\(outcome)")
    }

    @Test func `nothing that answers, too slow and too large are errors of their own`() throws {
        let server = StubHTTPServer { request, _ in
            switch request.target {
            case "/slow": .stall([])
            case "/drip": .drip(StubHTTPServer.whole(200, String(repeating: "x", count: 1000), "text/plain", [:]), perSecond: 20)
            case "/announced": .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".utf8))
            case "/flood": .flood(head: "HTTP/1.1 200 OK\r\n\r\n", count: 64 << 20)
            case "/cut": .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".utf8))
            case "/other": .raw(Array("SSH-2.0-none\r\n".utf8))
            case "/compressed": .json(200, "{}", headers: ["Content-Encoding": "gzip"])
            default: .json(200, "{}")
            }
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            for _, path in ipairs{ "slow", "drip", "announced", "flood", "cut", "other", "compressed" } do
              print(path, (failure{ url = U .. "/" .. path, timeout = path == "flood" and 60 or 0.5 }:match("^%S+")))
            end
            print((failure{ url = U .. "/x", maxBody = 1 }:match("^%S+")), http.request{ url = U .. "/x", maxBody = 2 }.body)
            """, server)
        #expect(
            outcome.text == """
                slow\ttimeout
                drip\ttimeout
                announced\tlimit
                flood\tlimit
                cut\tnetwork
                other\tnetwork
                compressed\tnetwork
                limit\t{}

                """, "\(outcome)")
    }

    @Test func `redirects are followed on the same host alone, and never with a secret`() throws {
        let server = StubHTTPServer { request, _ in
            switch request.target {
            case "/a": .json(302, "", headers: ["Location": "/b?x=1"])
            case "/b?x=1": .json(307, "", headers: ["Location": "c"])
            case "/away": .json(301, "", headers: ["Location": "http://evil.example/x"])
            case "/port": .json(301, "", headers: ["Location": "http://127.0.0.1:1/x"])
            case "/slashes": .json(301, "", headers: ["Location": "//evil.example/x"])
            case "/user": .json(301, "", headers: ["Location": "http://x@127.0.0.1/"])
            case "/loop": .json(302, "", headers: ["Location": "/loop"])
            case "/see": .json(303, "", headers: ["Location": "/c"])
            default: .json(200, #"{"method":"\#(request.method)","at":"\#(request.target)"}"#)
            }
        }
        defer { server.stop() }
        let outcome = try Self.run(
            """
            local t = secret.env("API_TOKEN")
            print(http.request{ url = U .. "/a" }.body)
            print(http.request{ url = U .. "/see", body = "x" }.body)
            for _, path in ipairs{ "away", "port", "slashes", "user", "loop" } do
              print((failure{ url = U .. "/" .. path }:match("^(%S+ %S+)")))
            end
            print((failure{ url = U .. "/a", body = "x" }:match("^(%S+ %S+)")))
            print(failure{ url = U .. "/a", headers = { Authorization = t } })
            local r = http.request{ url = U .. "/a", headers = { Authorization = t }, check = false }
            print(r.status, r.headers.location)
            """, server, environment: ["API_TOKEN": Canary().value])
        #expect(
            outcome.text == """
                {"method":"GET","at":"/c"}
                {"method":"GET","at":"/c"}
                network 301
                network 301
                network 301
                network 301
                network 302
                network 302
                network 302 http.request: GET \(server.url)/a was answered with 302, a redirect that is not followed
                it points to another place of the same host; what carries secrets is sent once, to the host that was named
                name the place that answers, or look at headers.location with check = false
                302\t/b?x=1

                """, "\(outcome)")
        #expect(server.requests.filter { $0.target == "/loop" }.count == 6)
        #expect(server.requests.filter { $0.headers["authorization"] != nil }.allSatisfy { $0.target == "/a" })
    }

    // MARK: - Interruption and TLS

    @Test func `an interrupted run gives its requests up at once`() throws {
        let folder = try TemporaryFolder()
        let server = StubHTTPServer { _, _ in .stall([]) }
        defer { server.stop() }
        let started = ContinuousClock.now
        let outcome = try Program.script(
            """
            defer(function() fs.write("\(folder.path)/deferred", "x") end)
            http.request{ url = "\(server.url)", timeout = 600, download = { file = "\(folder.path)/down" } }
            """
        ) { pid in
            while server.requests.isEmpty { usleep(10_000) }
            kill(pid, SIGINT)
        }
        #expect(outcome.code == 130 && ContinuousClock.now - started < .seconds(60), "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["deferred"])
        #expect(outcome.errorText.hasSuffix("running then: http.request GET \(server.url)\n"), "\(outcome)")
        let late = try Program.script("http.request{ url = '\(server.url)', timeout = 600 }", options: ["--timeout", "3"])
        #expect(late.code == 124 && late.errorText.contains("\nrunning then: http.request GET \(server.url)\n"), "\(late)")
    }

    @Test func `TLS is checked, and a secret goes over it`() throws {
        let canary = Canary()
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let front = try TLSFront(port: Int(server.port))
        let script = """
            recipe{ name = "x", secrets = { "env:API_TOKEN" }, hosts = { "\(front.url.dropFirst(8))" } }
            print(http.request{ url = "\(front.url)/", headers = { A = secret.env("API_TOKEN") } }.status)
            """
        let unknown = try Program.script(script, environment: ["API_TOKEN": canary.value])
        #expect(unknown.code == 1 && unknown.errorText.contains("TLS with localhost:"), "\(unknown)")
        #expect(server.requests.isEmpty)
        let known = try Program.script(
            script, options: ["--use-env-proxy"],
            environment: ["API_TOKEN": canary.value, "SSL_CERT_FILE": front.certificate])
        #expect(known.text == "200\n" && server.requests.first?.headers["a"] == canary.value, "\(known)")
        #expect(canary.found(in: known) == nil && canary.found(in: unknown) == nil)
    }
}
