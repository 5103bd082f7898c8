import Foundation
import TestSupport
import Testing

private let unreachable = "HOST could not be reached: "
private let proxyHint = "check network.proxy in the user config, or HTTPS_PROXY where --use-env-proxy is given"
private let addressHint = "set INFISICAL_DOMAIN to the address whose /api is Infisical's"

/// A program that answers, and is not the API of an Infisical.
private func stub(_ reply: StubHTTPServer.Reply) -> DoctorScene {
    let server = StubHTTPServer { _, _ in reply }
    return DoctorScene(domain: server.url, keeping: [server])
}

/// Two clouds; the identity is of the second.
private func clouds(domain: String, eu: [String: Any] = [:]) throws -> DoctorScene {
    let other = try DevelopmentVault(environments: ["dev": ["/": [:]]])
    let own = try DevelopmentVault(environments: ["dev": ["/": [:]]], identity: eu)
    let front = try CloudFront(us: other.url, eu: own.url)
    let scene = DoctorScene(
        own.environment.merging(front.environment) { $1 }, host: "app.infisical.com", values: [own.clientSecret],
        keeping: [other, own, front])
    scene.environment["INFISICAL_DOMAIN"] = domain
    return scene
}

private let ambiguous =
    "login at app.infisical.com was refused: 401 Invalid credentials: another region or instance, a wrong or revoked client "
    + "id or secret, or a secret that expired or was used up and already said so"
private let ambiguousNext =
    "check INFISICAL_DOMAIN (asked was app.infisical.com (US cloud)) and the client id, then make a new client secret; to "
    + "ask eu.infisical.com (EU cloud) too: vaultscript doctor --try-other-region"

private let connectionRows: [DoctorRow] = [
    DoctorRow(
        "nothing answers", unreachable + "nothing answers at HOST, in 4 attempts",
        next: "is the development vault running? start it in another terminal: vaultscript dev"
    ) { DoctorScene(domain: "http://127.0.0.1:1") },
    DoctorRow(
        "an authority that is not known",
        unreachable + "TLS with HOST failed: SSL certificate problem: self-signed certificate",
        next: "check the host's name; a private certificate authority is named by its file in the user config"
    ) {
        let server = StubHTTPServer { _, _ in .json(200, "{}") }
        let front = try TLSFront(port: Int(server.port))
        return DoctorScene(domain: front.url, keeping: [server, front])
    },
    DoctorRow(
        "a proxy that does not answer", options: ["--use-env-proxy"],
        unreachable + "the proxy 127.0.0.1:1 on the way to HOST fails: it does not answer", next: proxyHint
    ) { DoctorScene(domain: "https://vault.invalid", ["HTTPS_PROXY": "http://127.0.0.1:1"]) },
    DoctorRow(
        "a proxy that wants a password", options: ["--use-env-proxy"],
        line: "fails: it answers 407: it wants a user and a password\n",
        unreachable + "the proxy {project} on the way to HOST fails: it answers 407: it wants a user and a password",
        next: proxyHint
    ) {
        let server = StubHTTPServer { _, _ in .json(407, "{}", headers: ["Proxy-Authenticate": "Basic realm=\"x\""]) }
        let scene = DoctorScene(domain: "https://vault.invalid", ["HTTPS_PROXY": server.url], keeping: [server])
        scene.project = "127.0.0.1:\(server.port)"
        return scene
    },
    DoctorRow(
        "a web page", unreachable + "HOST answers with a web page (200 text/html), not with the API",
        next: addressHint + " (asked was http://HOST/api); a web UI, a login portal or a proxy may be in its place"
    ) { stub(.text(200, "<html></html>", type: "text/html")) },
    DoctorRow(
        "another service", unreachable + "what answers at http://HOST/api is not Infisical", next: addressHint
    ) { stub(.json(200, #"{"status":"up"}"#)) },
    DoctorRow(
        "no such API", unreachable + "HOST has no such API (404 Route not found)",
        next: addressHint + " (asked was http://HOST/api), or update an old server"
    ) { stub(.json(404, #"{"message":"Route GET:/api/status not found","error":"Not Found","statusCode":404}"#)) },
    DoctorRow(
        "a server without this login", "login at HOST failed: HOST has no such API (404 Route not found)",
        next: addressHint + " (asked was http://HOST/api), or update an old server"
    ) {
        DoctorScene(
            FaultyVault { request, _ in
                if request.target == "/api/status" { return .json(200, #"{"message":"Ok"}"#) }
                return request.target.hasSuffix("/login") ? FaultyVault.noRoute(request) : nil
            })
    },
    DoctorRow(
        "a redirect", unreachable + "HOST does not answer itself: status 302 points to other.example",
        next: "redirects are never followed, so that credentials reach one host only; name the host that answers"
    ) { stub(.json(302, "{}", headers: ["Location": "https://other.example/api/status"])) },
    DoctorRow(
        "too many requests", unreachable + "HOST answers that too many requests were made (429); it asks to wait 600 s",
        next: "wait and try again; spread runs that start at the same minute"
    ) { stub(FaultyVault.tooMany(after: 600, "later")) },
    DoctorRow(
        "an answer that nobody knows", unreachable + "HOST answers 418 Teapot: no coffee",
        next: "look at the server's own log, and at proxies between; the words are the server's"
    ) { stub(.json(418, #"{"statusCode":418,"error":"Teapot","message":"no coffee"}"#)) },
    DoctorRow(
        "a fault of the server", unreachable + "HOST has a fault of its own (500, request req-3kF9aLq0ZxT1bC), in 4 attempts",
        next: "try again later; look at the server"
    ) { stub(FaultyVault.error(500, "InternalServerError", "Something went wrong")) },
]

private let regionRows: [DoctorRow] = [
    DoctorRow("a region that is not asked for", options: ["--use-env-proxy"], ambiguous, next: ambiguousNext) {
        try clouds(domain: "us")
    },
    DoctorRow(
        "the other region, proved", options: ["--use-env-proxy", "--try-other-region"],
        "login at app.infisical.com was refused: it is of the other region: eu.infisical.com (EU cloud) takes the client id "
            + "and secret",
        next: "set INFISICAL_DOMAIN=eu in the environment"
    ) { try clouds(domain: "us") },
    DoctorRow(
        "the other region, proved by its refusal", options: ["--use-env-proxy", "--try-other-region"],
        "login at app.infisical.com was refused: it is of the other region: eu.infisical.com (EU cloud) knows the client id, "
            + "and says that this machine's address is not in the client secret's trusted IPs (403)",
        next: "set INFISICAL_DOMAIN=eu in the environment"
    ) { try clouds(domain: "https://app.infisical.com/api", eu: ["trustedIps": ["10.0.0.0/8"]]) },
    DoctorRow(
        "neither region", options: ["--use-env-proxy", "--try-other-region"],
        line: "note     other region   eu.infisical.com (EU cloud) refuses it too\n", ambiguous, next: ambiguousNext
    ) {
        let scene = try clouds(domain: "us")
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = UUID().uuidString.lowercased()
        return scene
    },
    DoctorRow(
        "a server of one's own", options: ["--try-other-region"],
        line: "note     other region   not asked: this is neither of the two public clouds\n",
        "login at HOST was refused: 401 Invalid credentials: another region or instance, a wrong or revoked client id or "
            + "secret, or a secret that expired or was used up and already said so",
        next: "check INFISICAL_DOMAIN (asked was HOST) and the client id, then make a new client secret"
    ) { DoctorScene(try RefusalScene(identity: ["secretRevoked": true])) },
]

@Suite struct `Doctor on the way to the server` {
    @Test(arguments: connectionRows) func `says where it ends`(row: DoctorRow) throws { try row.check() }

    @Test func `names the scheme where TLS meets plain HTTP, and the other way round`() throws {
        let plain = try DevelopmentVault(secrets: [:])
        let asked = DoctorScene(domain: plain.host)
        let outcome = try Program.run(["doctor"], environment: asked.environment)
        #expect(outcome.text.contains("\n\n\(plain.host) could not be reached: TLS with \(plain.host) failed: "), "\(outcome)")
        #expect(!outcome.text.contains(" \n") && outcome.code == 3, "\(outcome)")
        let hint = "next: check the port, and whether TLS is spoken there at all: for plain HTTP the address begins with http://\n"
        #expect(outcome.text.hasSuffix(hint), "\(outcome)")

        let server = StubHTTPServer { _, _ in .json(200, "{}") }
        defer { server.stop() }
        let front = try TLSFront(port: Int(server.port))
        let other = DoctorScene(domain: front.url.replacing("https:", with: "http:"))
        let closed = try Program.run(["doctor"], environment: other.environment)
        #expect(closed.text.hasSuffix(", and whether it wants TLS: the address then begins with https://\n"), "\(closed)")
        #expect(closed.code == 3 && server.requests.isEmpty, "\(closed)")
    }

    @Test(arguments: regionRows) func `asks another region only when told to`(row: DoctorRow) throws { try row.check() }

    @Test(arguments: [("20200101000000Z", "20200201000000Z", "has expired"), ("21000101000000Z", "21010101000000Z", "is not yet valid")])
    func `blames the clock for a certificate that does not hold now`(from: String, to: String, words: String) throws {
        let vault = try DevelopmentVault(secrets: [:])
        let front = try CloudFront(us: vault.url, eu: vault.url, dates: (from, to))
        let outcome = try Program.run(
            ["doctor", "--use-env-proxy", "--domain", "eu"],
            environment: vault.environment.merging(front.environment) { $1 })
        let hint = "next: check the clock of this machine: it says "
        #expect(outcome.code == 3 && outcome.text.contains("SSL certificate problem: certificate \(words)"), "\(outcome)")
        #expect(outcome.text.contains(hint) && vault.asked.isEmpty, "\(outcome)")
    }

    @Test(.enabled(if: canBeCutOff, "needs namespaces of its own"))
    func `tells a machine without a network, as a script does`() throws {
        let vault = ["INFISICAL_TOKEN": Canary("eyJ").value, "INFISICAL_PROJECT_ID": "p1", "INFISICAL_DOMAIN": "eu"]
        let reason = "this machine has no network: there is no way from it to eu.infisical.com, in 4 attempts"
        let doctor = try Self.cutOff([Program.path, "doctor"], vault)
        #expect(doctor.code == 3 && doctor.text.hasSuffix("\(reason)\nnext: connect it, or look at its routes: ip route\n"), "\(doctor)")
        let script = try Self.cutOff([Program.path, "-e", "getSecret('A')"], vault)
        #expect(script.code == 3 && script.errorText.contains("\n\(reason)\nconnect it"), "\(script)")
    }

    @Test(.enabled(if: canBeCutOff, "needs namespaces of its own"))
    func `tells a name that is not found`() throws {
        let folder = try TemporaryFolder()
        let resolver = try folder.write("resolv.conf", "nameserver 127.0.0.1\n", mode: 0o644)
        let code = "mount --bind \(resolver) /etc/resolv.conf && ip link set lo up && ip address add 192.0.2.9/24 dev lo && exec \"$@\""
        let outcome = try Self.cutOff(
            ["sh", "-c", code, "sh", Program.path, "doctor", "--domain", "vault.invalid"],
            ["INFISICAL_TOKEN": Canary("eyJ").value, "INFISICAL_PROJECT_ID": "p1"])
        #expect(
            outcome.text.hasSuffix(
                "vault.invalid could not be reached: the name vault.invalid was not found, in 4 attempts\nnext: check its "
                    + "spelling in your configuration, then the name lookup: getent hosts vault.invalid\n"), "\(outcome)")
        #expect(outcome.code == 3)
    }

    private static func cutOff(_ words: [String], _ environment: [String: String]) throws -> Program.Outcome {
        try Program.run(["-rnm", "--"] + words, environment: environment, program: "/usr/bin/unshare")
    }
}

private let canBeCutOff = (try? Program.run(["-rnm", "--", "ip", "link"], program: "/usr/bin/unshare"))?.code == 0
