import Foundation
import TestSupport
import Testing

/// What surrounds a run may not steer its connection to the vault, unless the user says so.
@Suite struct `The connection to the vault` {
    private static let project = "2f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b22"

    /// A vault that records what it is asked.
    private static func makeVault(_ canary: Canary) -> StubHTTPServer {
        StubHTTPServer { request, _ in
            if request.target.hasSuffix("/login") {
                return .json(200, #"{"accessToken":"token-token-token-token","expiresIn":60,"tokenType":"Bearer"}"#)
            }
            return .json(200, #"{"secret":{"secretKey":"PAT","secretValue":"\#(canary.value)","version":1}}"#)
        }
    }

    private static func environment(_ domain: String) -> [String: String] {
        [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": Canary("cs").value, "INFISICAL_DOMAIN": domain,
            "INFISICAL_PROJECT_ID": project,
        ]
    }

    private static func proxies(_ url: String) -> [String: String] {
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].reduce(into: [:]) {
            $0[$1] = url
        }
    }

    private static let script = ["-e", "print(getSecret('PAT'))"]

    @Test func `uses no proxy, no .netrc and no .curlrc that happens to be there`() throws {
        let vault = Self.makeVault(Canary())
        let proxy = StubHTTPServer([.json(502, "{}")])
        defer {
            vault.stop()
            proxy.stop()
        }
        let home = try TemporaryFolder()
        try home.write(".netrc", "machine 127.0.0.1 login someone password else\n")
        try home.write(".curlrc", "proxy = \(proxy.url)\nnetrc\n")
        let environment = Self.environment(vault.url).merging(Self.proxies(proxy.url)) { own, _ in own }
        let outcome = try Program.run(
            Self.script,
            environment: environment.merging(["HOME": home.path, "NETRC": home.path + "/.netrc"]) { own, _ in own })
        #expect(outcome.code == 0 && outcome.text == "[secret:PAT]\n", "\(outcome)")
        #expect(proxy.connectionCount == 0)
        #expect(vault.requests.map { $0.headers["authorization"] }.prefix(2) == [nil, "Bearer token-token-token-token"])
    }

    @Test func `takes no certificate from the environment, and then sends nothing`() throws {
        let vault = Self.makeVault(Canary())
        defer { vault.stop() }
        let front = try TLSFront(port: Int(vault.port))
        let folder = URL(fileURLWithPath: front.certificate).deletingLastPathComponent().path
        let environment = Self.environment(front.url).merging([
            "SSL_CERT_FILE": front.certificate, "SSL_CERT_DIR": folder, "CURL_CA_BUNDLE": front.certificate,
            "OPENSSL_CONF": "/nonexistent",
        ]) { own, _ in own }
        let outcome = try Program.run(Self.script, environment: environment)
        #expect(outcome.code != 0 && outcome.errorText.contains("certificate"), "\(outcome)")
        #expect(vault.requests.isEmpty)
    }

    /// Neither what the script writes there counts, nor what a program of the run does.
    @Test(arguments: ["fs.copy(from, to)", "spawn{ 'cp', '--', from, to }"])
    func `trusts the certificates that its file held before the script began`(change: String) throws {
        let canary = Canary()
        let (vault, attacker) = (Self.makeVault(canary), Self.makeVault(canary))
        defer {
            vault.stop()
            attacker.stop()
        }
        let (front, other) = (try TLSFront(port: Int(vault.port)), try TLSFront(port: Int(attacker.port)))
        let folder = try TemporaryFolder()
        let file = try folder.write("ca.pem", try String(contentsOfFile: front.certificate, encoding: .utf8))
        try folder.write("vaultscript/config.toml", "[network]\nca = \"\(file)\"\n")
        let script = "local from, to = arg[1], arg[2] \(change) print(getSecret('PAT'))"
        for (url, options, variables) in [
            (front.url, [], ["XDG_CONFIG_HOME": folder.path]), (other.url, [], ["XDG_CONFIG_HOME": folder.path]),
            (other.url, ["--use-env-proxy"], ["SSL_CERT_FILE": file]),
        ] {
            try folder.write("ca.pem", try String(contentsOfFile: front.certificate, encoding: .utf8))
            let outcome = try Program.run(
                options + ["-e", script, other.certificate, file],
                environment: Self.environment(url).merging(variables) { own, _ in own })
            #expect((outcome.code == 0) == (url == front.url), "\(outcome)")
            #expect(try folder.read("ca.pem") == String(contentsOfFile: other.certificate, encoding: .utf8))
        }
        #expect(attacker.requests.isEmpty && !vault.requests.isEmpty)
    }

    @Test(arguments: [
        ("/nonexistent/ca.pem", "No such file or directory"), ("/dev/null", "it is no regular file of at most 8 MiB"),
        ("/etc/passwd", "it holds no certificate"),
    ])
    func `sends nothing where the certificates that are named cannot be had`(path: String, reason: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("vaultscript/config.toml", "[network]\nca = \"\(path)\"\n")
        let outcome = try Program.run(
            Self.script,
            environment: Self.environment("https://127.0.0.1:1").merging(["XDG_CONFIG_HOME": folder.path]) { own, _ in own })
        #expect(outcome.code == 3, "\(outcome)")
        #expect(
            outcome.errorText.contains("failed: the file of certificates \(path) is not used: \(reason)\n"), "\(outcome)")
    }

    @Test func `takes one when told to, and writes no session key all the same`() throws {
        let canary = Canary()
        let vault = Self.makeVault(canary)
        defer { vault.stop() }
        let front = try TLSFront(port: Int(vault.port))
        let folder = try TemporaryFolder()
        let environment = Self.environment(front.url).merging([
            "SSL_CERT_FILE": front.certificate, "SSLKEYLOGFILE": folder.path + "/keys",
        ]) { own, _ in own }
        let outcome = try Program.run(["--use-env-proxy"] + Self.script, environment: environment)
        #expect(outcome.code == 0 && outcome.text == "[secret:PAT]\n", "\(outcome)")
        #expect(vault.requests.count >= 2 && canary.found(in: outcome) == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/keys"))
    }

    @Test func `goes through a proxy of the environment when told to, and only for TLS`() throws {
        let proxy = StubHTTPServer([.json(502, "{}")])
        defer { proxy.stop() }
        let environment = Self.environment("https://vault.invalid").merging(Self.proxies(proxy.url)) { own, _ in own }
        let outcome = try Program.run(["--use-env-proxy"] + Self.script, environment: environment)
        #expect(outcome.code != 0 && proxy.requests.allSatisfy { $0.method == "CONNECT" }, "\(outcome)")
        #expect(proxy.connectionCount > 0, "\(outcome)")
    }
}
