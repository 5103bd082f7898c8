import Foundation
import TestSupport
import Testing

/// Where `http.request` does not send, whatever a script tries.
@Suite struct `Where requests go` {
    @Test func `secrets go to named hosts alone, and nothing is sent before that is known`() throws {
        let canary = Canary()
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let outcome = try Program.script(
            """
            http.request{ url = "\(server.url)/", headers = { Authorization = secret.env("API_TOKEN") } }
            """, environment: ["API_TOKEN": canary.value])
        #expect(outcome.code == 77 && server.requests.isEmpty && server.connectionCount == 0, "\(outcome)")
        #expect(
            outcome.errorText == """
                script.lua:1: http.request: no secret may be sent to 127.0.0.1:\(server.port)
                neither a recipe nor your configuration names that host; nothing has been sent
                name it in recipe{ hosts = { "127.0.0.1:\(server.port)" } }, or in [http] hosts of your configuration

                """, "\(outcome)")
        let plain = try Program.script("print(http.request{ url = '\(server.url)/' }.status)")
        #expect(plain.text == "200\n", "\(plain)")
    }

    @Test func `a recipe limits requests without secrets too`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let outcome = try Program.script(
            "recipe{ name = 'x', hosts = { 'api.github.com' } } http.request{ url = '\(server.url)/' }")
        #expect(outcome.code == 77 && server.connectionCount == 0, "\(outcome)")
        #expect(
            outcome.errorText == """
                script.lua:1: the host 127.0.0.1:\(server.port) is not declared by this recipe
                it declares: api.github.com
                where it is meant, add it to recipe{ hosts = { … } }

                """, "\(outcome)")
    }

    @Test func `the port has to be the one that is declared`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        for (host, code) in [
            ("127.0.0.1", 77), ("127.0.0.1:1", 77), ("localhost:\(server.port)", 77), ("127.0.0.1:\(server.port)", 0),
        ] as [(String, Int32)] {
            let outcome = try Program.script(
                "recipe{ name = 'x', hosts = { '\(host)' } } http.request{ url = '\(server.url)/' }")
            #expect(outcome.code == code, "\(host): \(outcome)")
        }
        #expect(server.requests.count == 1)
    }

    @Test func `hosts of the user's configuration count as named`() throws {
        let canary = Canary()
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let environment = ["XDG_CONFIG_HOME": folder.path, "API_TOKEN": canary.value]
        let script = """
            recipe{ name = "x", secrets = { "env:API_TOKEN" }, hosts = { "api.github.com" } }
            print(http.request{ url = "\(server.url)/", headers = { A = secret.env("API_TOKEN") } }.status)
            """
        let before = try Program.script(script, environment: environment)
        #expect(before.code == 77 && server.connectionCount == 0, "\(before)")
        try folder.write("vaultscript/config.toml", "[http]\nhosts = [\"127.0.0.1:\(server.port)\"]\n", mode: 0o600)
        let after = try Program.script(script, environment: environment)
        #expect(after.text == "200\n" && server.requests.first?.headers["a"] == canary.value, "\(after)")
        try folder.write("vaultscript/config.toml", "[http]\nhosts = [\"https://a/\"]\n", mode: 0o600)
        let wrong = try Program.script(script, environment: environment)
        #expect(wrong.code == 2 && wrong.errorText.contains("config.toml:2: http.hosts: expected the name of a host"), "\(wrong)")
    }

    @Test func `plain http to another machine is refused`() throws {
        let outcome = try Program.script("http.request{ url = 'http://example.com/' }")
        #expect(outcome.code == 77, "\(outcome)")
        #expect(
            outcome.errorText.contains("http.request: the connection to example.com would not be encrypted"), "\(outcome)")
    }

    @Test func `a URL has one meaning or is refused`() throws {
        let outcome = try Program.script(
            #"""
            for _, url in ipairs{
              "", "x", "/path", "ftp://a/", "file:///etc/passwd", "https://", "https:///x", "https://a@b/", "https://a:b@c/",
              "https://a/#b", "https://a b/", "https://a\\b/", "https://a\n/", "https://[::1%25eth0]/", "https://2130706433/",
              "https://0x7f000001/", "https://0x7f.0.0.1/", "https://127.1/", "https://0177.0.0.1/", "https://1.2.3.4.5/", "https://1.2.3.256/",
              "https://a./", "https://a..b/", "https://-a/", "https://a:0/", "https://a:65536/", "https://a:x/", "https://a:/",
              "gopher://a/", "HTTPS//a", "https://a/\0", "https://１２７.0.0.1/", "//a/", "javascript:x", "https://*.a/",
            } do
              local ok, e = pcall(http.request, { url = url })
              if ok or e.kind ~= "usage" then print(url, ok, e.kind, e) end
            end
            for _, url in ipairs{ "https://127.0.0.1:1/", "https://[::1]:1/", "HTTPS://LOCALHOST:1/x?y" } do
              local ok, e = pcall(http.request, { url = url })
              print(ok, e.kind)
            end
            """#)
        #expect(outcome.text == "false\tnetwork\nfalse\tnetwork\nfalse\tnetwork\n", "\(outcome)")
    }

    @Test func `options that are wrong are named, and nothing is sent`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let outcome = try Program.script(
            #"""
            local s = secret.random(20)
            for _, spec in ipairs{
              {}, { url = 1 }, { ulr = "x" }, { url = U, method = "get" }, { url = U, method = "CONNECT" },
              { url = U, headers = { "x" } }, { url = U, headers = { ["a b"] = "x" } }, { url = U, headers = { A = "x\r\nB: y" } },
              { url = U, headers = { A = "x", a = "y" } }, { url = U, headers = { Host = "x" } },
              { url = U, headers = { ["Transfer-Encoding"] = "chunked" } }, { url = U, headers = { A = "" } },
              { url = U, headers = { A = {} } }, { url = U, body = {} }, { url = U, body = "x", json = {} },
              { url = U, json = { f = print } }, { url = U, method = "HEAD", body = "x" }, { url = U, timeout = 0 },
              { url = U, retry = { times = 0 } }, { url = U, retry = { tiems = 1 } }, { url = U, capture = true, secrets = { "a" }, download = { file = "x" } },
              { url = U, secrets = { "a b\n" } }, { url = U, capture = "text" }, { url = U, maxBody = 1 << 40 },
              { url = U, upload = "x" }, { url = U, upload = { file = "x", mode = "y" } }, { url = U, download = { file = "x", append = true } },
              { url = U, task = 1 }, { url = U, headers = { Authorization = "Bearer " .. tostring(s) } },
              { url = U, body = "[secret:random]" }, { url = U .. "?t=[secret:random]" },
            } do
              if spec.url == nil then spec.url = nil end
              local ok, e = pcall(http.request, spec)
              print(ok, e.kind, e.message)
            end
            print(select(2, pcall(http.request, "x")))
            """#.replacingOccurrences(of: "= U", with: "= '\(server.url)'"))
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 33, "\(outcome)")
        #expect(lines.prefix(31).allSatisfy { $0.hasPrefix("false\tusage\t") }, "\(outcome)")
        #expect(lines.contains { $0.contains("http.request: there is no option \"ulr\"") } || lines[2].contains("url is missing"))
        #expect(lines.suffix(6).contains { $0.contains("headers: Authorization: the text holds the mask [secret:random]") })
        #expect(server.connectionCount == 0)
    }

    @Test func `the host of a URL with a secret is known without the value`() throws {
        let server = StubHTTPServer([.json(200, "{}")])
        defer { server.stop() }
        let host = "127.0.0.1:\(server.port)"
        let outcome = try Program.script(
            """
            recipe{ name = "x", hosts = { "\(host)" }, secrets = { "env:A_KEY", "env:B_KEY", "env:C_KEY", "env:D_KEY" } }
            local function try(url)
              local ok, r = pcall(http.request, { url = url })
              print(ok and r.status or r.kind .. " " .. r.message)
            end
            local a, b, c, d = secret.env("A_KEY"), secret.env("B_KEY"), secret.env("C_KEY"), secret.env("D_KEY")
            try(a) try(b) try(c) try(d)
            try(secret.template("http://\(host)/${x}", { x = d }))
            try(secret.template("http://\(host)${x}", { x = d }))
            try(secret.template("http://${x}/", { x = d }))
            try(secret.template("${x}/y", { x = a }))
            try(secret.template("http://other.example/${x}", { x = d }))
            try(secret.base64(a))
            """,
            environment: [
                "A_KEY": "http://\(host)/hook/abcdefgh", "B_KEY": "http://evil.example/hook/abcdefgh",
                "C_KEY": "http://\(host)@evil.example/abcdefgh", "D_KEY": "plain-value-of-a-key",
            ])
        #expect(
            outcome.text == """
                200
                denied http.request: the secret B_KEY is no URL of a named host
                denied http.request: the secret C_KEY is no URL of a named host
                denied http.request: the secret D_KEY is no URL of a named host
                200
                usage http.request: url: the host of D_KEY cannot be told without its value
                usage http.request: url: the host of D_KEY cannot be told without its value
                usage http.request: url: the host of A_KEY cannot be told without its value
                denied http.request: no secret may be sent to other.example
                usage http.request: url: the host of base64(A_KEY) cannot be told without its value

                """, "\(outcome)")
        #expect(server.requests.map(\.target) == ["/hook/abcdefgh", "/plain-value-of-a-key"])
    }

    @Test func `proxies, netrc and key logs of the environment are left alone`() throws {
        let folder = try TemporaryFolder()
        let proxy = StubHTTPServer([.json(500, "{}")])
        let server = StubHTTPServer { request, _ in .json(200, request.headers["authorization"] ?? "null") }
        defer { proxy.stop() }
        defer { server.stop() }
        try folder.write(".netrc", "machine 127.0.0.1 login a password b\n", mode: 0o600)
        let outcome = try Program.script(
            "print(http.request{ url = '\(server.url)/' }.body)",
            environment: [
                "http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url, "all_proxy": proxy.url,
                "HOME": folder.path, "SSLKEYLOGFILE": folder.path + "/keys",
            ])
        #expect(outcome.text == "null\n" && proxy.connectionCount == 0, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/keys"))
    }
}
