import Foundation
import TestSupport
import Testing

private let again = "log in again, or give a client id and secret instead of a token"
private let read = "getSecret('GH_PAT')"
private let renew = "login():renew()"

private func refused(_ reason: String, _ hint: String = again) -> String {
    "the access token was refused by HOST\n\(reason)\n\(hint)"
}

/// A row whose program has a token that was minted before `change` was made.
private func row(
    _ name: String, on script: String = read, _ want: String, identity: [String: any Sendable] = [:],
    server: [String: any Sendable] = [:],
    _ change: @escaping @Sendable (RefusalScene, String) throws -> Void = { _, _ in }
) -> RefusalRow {
    RefusalRow(name, script, want) {
        let scene = try RefusalScene(server: server, identity: identity)
        let token = try scene.vault.token()
        scene.use(token: token)
        try change(scene, token)
        return scene
    }
}

/// A row for a state of the identity that ends its tokens.
private func ended(_ state: String, _ reason: String) -> [RefusalRow] {
    [read, renew].map { script in
        row("\(state), on \(script == read ? "use" : "renewal")", on: script, refused("\(reason) (401)")) { scene, _ in
            try scene.vault.change(identity: ["ending": state])
        }
    }
}

/// Table 3.3: every way in which a token is refused, on use and on renewal, each by the state that causes it.
private let rows: [RefusalRow] =
    [
        row(
            "expired", refused("it has expired (403 TokenError)"), identity: ["tokenTtl": 1],
            { _, _ in usleep(1_300_000) }),
        row(
            "no token at all",
            refused("it has not the form of a token (403 TokenError)", "check INFISICAL_TOKEN: no quotes, nothing cut off")
        ) { scene, _ in scene.use(token: "no-token-of-any-form") },
        row(
            "signed otherwise",
            refused(
                "it is signed in a way that no token of Infisical is (403 TokenError)",
                "check where INFISICAL_TOKEN is from")
        ) { scene, token in
            let parts = token.split(separator: ".")
            scene.use(token: "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\(parts[1]).\(parts[2])")
        },
        row(
            "of another instance",
            refused(
                "it was issued by another instance or region (403 TokenError, invalid signature)",
                "set INFISICAL_DOMAIN to where the token is from; asked was HOST")
        ) { scene, _ in scene.use(token: try DevelopmentVault(secrets: [:]).token()) },
        row(
            "empty on arrival",
            refused("it arrived empty (403 TokenError)", "check INFISICAL_TOKEN, and proxies between")
        ) { scene, _ in scene.place(VaultFront(of: scene.vault.url, authorization: .emptied)) },
        row(
            "missing on arrival",
            refused("it did not arrive (401)", "look for a proxy that removes the Authorization header")
        ) { scene, _ in scene.place(VaultFront(of: scene.vault.url, authorization: .removed)) },
        row("revoked", refused("it has been revoked (401)")) { scene, token in
            try scene.vault.post("/api/v1/auth/token/revoke", ["accessToken": token])
        },
        row("revoked, on renewal", on: renew, refused("it has been revoked, or is not of this instance (401)")) {
            scene, token in
            try scene.vault.post("/api/v1/auth/token/revoke", ["accessToken": token])
        },
        row(
            "used up", on: "getSecret('GH_PAT') getSecret('GH_PAT')", refused("it has been used as often as it may (401)"),
            identity: ["tokenUses": 1]),
        row(
            "used up, on renewal", on: "getSecret('GH_PAT') login():renew()",
            refused("it has been used as often as it may (401)"), identity: ["tokenUses": 1]),
        row(
            "at the end of its longest life",
            refused("it has reached the end of its longest life, which no renewal moves (401)"),
            identity: ["tokenTtl": 0, "tokenMaxTtl": 1], { _, _ in usleep(1_200_000) }),
        row(
            "at the end of its longest life, on renewal", on: renew,
            refused("it has reached the end of its longest life, which no renewal moves (401)"),
            identity: ["tokenTtl": 0, "tokenMaxTtl": 1], { _, _ in usleep(1_200_000) }),
        row(
            "at the end of its longest life, on renewal by an older server", on: renew, refused("it has expired (401)"),
            identity: ["tokenTtl": 0, "tokenMaxTtl": 1], server: ["oldRenewMessage": true],
            { _, _ in usleep(1_200_000) }),
        row("of a deleted identity", refused("its contents are not what this instance expects (401)")) { scene, _ in
            try scene.vault.change(identity: nil)
        },
        row("its client secret revoked", refused("the client secret that minted it has been revoked (401)")) {
            scene, _ in try scene.vault.change(identity: ["secretRevoked": true])
        },
        row(
            "its client secret revoked, on renewal", on: renew,
            refused("the client secret that minted it has been revoked (401)")
        ) { scene, _ in try scene.vault.change(identity: ["secretRevoked": true]) },
        row(
            "from an address outside of the token's",
            refused(
                "this machine's address is not in the access token's trusted IPs (403), a list of its own beside the "
                    + "client secret's",
                "add it to \"Access Token Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may "
                    + "see another address"), identity: ["accessTokenTrustedIps": ["10.0.0.0/8"]]),
    ]
    + ended("tokensRevoked", "all tokens of the identity have been revoked")
    + ended("methodRevoked", "the identity no longer has this way to log in")
    + ended("notInOrganization", "the identity is no longer in the organisation")
    + ended("inactive", "the identity is disabled in the organisation")

@Suite struct `Refused tokens` {
    @Test(arguments: rows) func `say why, with what to do next`(row: RefusalRow) throws {
        let scene = try row.check()
        // The one login is the test's own: a ready token leads to none.
        #expect(scene.vault.asked.count { $0 == "POST /v1/auth/universal-auth/login" } == 1, "\(scene.vault.log)")
    }

    @Test func `an address that may log in may still not read`() throws {
        let scene = try RefusalScene(identity: ["accessTokenTrustedIps": ["10.0.0.0/8"]])
        let outcome = try Program.script("print((tostring(login()):match('^session'))) getSecret('GH_PAT')", environment: scene.environment)
        #expect(outcome.text == "session\n" && outcome.code == 3, "\(outcome)")
        #expect(outcome.errorText.contains("access token's trusted IPs"), "\(outcome)")
        // Refused for its address, no new login would help: none is made.
        #expect(scene.vault.asked.count { $0 == "POST /v1/auth/universal-auth/login" } == 1)
    }

    @Test func `a token that has expired is replaced by one new login`() throws {
        let scene = try RefusalScene(identity: ["tokenTtl": 4, "tokenMaxTtl": 4])
        let outcome = try Program.script(
            "login() sleep(4.2) print(getSecret('GH_PAT'))", environment: scene.environment)
        #expect(outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        let login = "POST /v1/auth/universal-auth/login"
        // It cannot be renewed: it has reached the end of its life.
        let reads = scene.vault.asked.filter { $0 == login || $0.hasPrefix("GET") }
        #expect(reads == [login, "GET /v4/secrets/GH_PAT", login, "GET /v4/secrets/GH_PAT"], "\(scene.vault.log)")
    }

    @Test func `a refused new login ends the matter`() throws {
        let scene = try RefusalScene(identity: ["tokenTtl": 1, "secretUses": 1])
        let outcome = try Program.script(
            "login() sleep(1.3) pcall(getSecret, 'GH_PAT') pcall(getSecret, 'GH_PAT') getSecret('GH_PAT')",
            environment: scene.environment)
        #expect(outcome.code == 3 && outcome.errorText.contains("has been used as often as it may"), "\(outcome)")
        #expect(scene.vault.asked.count { $0 == "POST /v1/auth/universal-auth/login" } == 2, "\(scene.vault.log)")
    }
}
