import Foundation
import TestSupport
import Testing

private let loginRefused = "login at HOST was refused\n"
private let invalidCredentials =
    loginRefused
    + "401 Invalid credentials: another region or instance, a wrong or revoked client id or secret, or a secret that "
    + "expired or was used up and already said so\n"
    + "check INFISICAL_DOMAIN (asked was HOST) and the client id, then make a new client secret"
private let expired =
    loginRefused
    + "the client secret has expired (401); keep this message: from now on the server only says Invalid credentials\n"
    + "make a new client secret for the identity"
private let usedUp =
    loginRefused
    + "the client secret has been used as often as it may (401); keep this message: from now on the server only says "
    + "Invalid credentials\nmake a new client secret for the identity, with a higher limit"

/// Table 3.2: every way in which a Universal Auth login is refused, each by the state that causes it.
private let rows: [RefusalRow] = [
    RefusalRow(
        "0: a stale header", "login()",
        loginRefused
            + "an Authorization header arrived with it, which is never sent on a login (403 TokenError)\n"
            + "look for a proxy that adds the header"
    ) {
        let scene = try RefusalScene()
        scene.place(VaultFront(of: scene.vault.url, authorization: .added("Bearer stale")))
        return scene
    },
    RefusalRow(
        "0: a field that is missing", "login()",
        "login at HOST failed\nHOST does not take the form of the request (422), region: Required\n"
            + "check what was given for these fields"
    ) { try RefusalScene(server: ["requiredLoginFields": ["region"]]) },
    RefusalRow("1: an unknown client id", "login()", invalidCredentials) {
        let scene = try RefusalScene()
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = UUID().uuidString.lowercased()
        return scene
    },
    RefusalRow(
        "1′: an unknown client id at an older server", "login()",
        loginRefused
            + "no identity there has this client id (404): another region or instance, a typo, or a deleted identity\n"
            + "check the client id and INFISICAL_DOMAIN; asked was HOST"
    ) {
        let scene = try RefusalScene(server: ["oldUnknownClientMessage": true])
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = UUID().uuidString.lowercased()
        return scene
    },
    RefusalRow(
        "2: an address outside of the client secret's", "login()",
        loginRefused
            + "this machine's address is not in the client secret's trusted IPs (403)\n"
            + "add it to \"Client Secret Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may "
            + "see another address"
    ) { try RefusalScene(identity: ["trustedIps": ["10.0.0.0/8"]]) },
    RefusalRow(
        "3: locked after three failures", "login()",
        loginRefused
            + "the identity is locked after repeated failures (401)\n"
            + "wait: by default 3 failures within 30 s lock it for 300 s; find what keeps failing with an old secret; "
            + "at the development vault: start it anew"
    ) {
        let scene = try RefusalScene()
        for _ in 0..<3 {
            _ = try scene.vault.post(
                "/api/v1/auth/universal-auth/login", ["clientId": scene.vault.clientID, "clientSecret": "wrong"])
        }
        return scene
    },
    RefusalRow("4: a wrong client secret", "login()", invalidCredentials) {
        let scene = try RefusalScene()
        let wrong = Canary("cs").value
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] = wrong
        scene.values.append(wrong)
        return scene
    },
    RefusalRow("4: a revoked client secret", "login()", invalidCredentials) {
        try RefusalScene(identity: ["secretRevoked": true])
    },
    RefusalRow("5: an expired client secret, the first time", "login()", expired) {
        try RefusalScene(identity: ["secretTtl": -1])
    },
    RefusalRow("5: an expired client secret, the second time", "pcall(login) login()", invalidCredentials) {
        try RefusalScene(identity: ["secretTtl": -1])
    },
    RefusalRow("6: a used up client secret, the first time", "login() login()", usedUp) {
        try RefusalScene(identity: ["secretUses": 1])
    },
    RefusalRow("6: a used up client secret, the second time", "login() pcall(login) login()", invalidCredentials) {
        try RefusalScene(identity: ["secretUses": 1])
    },
    RefusalRow(
        "7: a sub-organisation that is not there", "login{ organization = 'team' }",
        loginRefused + "there is no such sub-organisation (404)\ncheck the organisation's slug; asked was HOST"
    ) { try RefusalScene() },
    RefusalRow(
        "7: a sub-organisation of others", "login{ organization = 'team' }",
        loginRefused
            + "the identity is no member of that sub-organisation (401)\nadd it there, or leave the slug out"
    ) { try RefusalScene(server: ["subOrganizations": ["team"]]) },
]

@Suite struct `Refused logins` {
    @Test(arguments: rows) func `say why, with what to do next`(row: RefusalRow) throws {
        let scene = try row.check()
        // A refusal is never tried again: three of them lock the identity.
        let logins = scene.vault.log.filter { $0.hasPrefix("POST /api/v1/auth/universal-auth/login 4") }
        let told = row.script.components(separatedBy: "login").count - (row.script.hasPrefix("login() ") ? 2 : 1)
        let before = row.name.hasPrefix("3:") ? 3 : 0
        #expect(logins.count == told + before, "\(scene.vault.log)")
    }

    @Test func `a lock outlasts the right secret, and an address is refused before it`() throws {
        let scene = try RefusalScene(identity: ["lockout": ["threshold": 2, "durationSeconds": 1, "resetSeconds": 30]])
        var wrong = scene.environment
        wrong["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] = "wrong"
        let script = "for _ = 1, 3 do print((select(2, pcall(login)).reason:match('^[^(]*'))) end"
        let failed = try Program.script(script, environment: wrong)
        #expect(failed.text.hasSuffix("the identity is locked after repeated failures \n"), "\(failed)")
        let locked = try Program.script("print(pcall(login)) sleep(1.2) print((tostring(login()):match('^session')))", environment: scene.environment)
        #expect(locked.text.hasSuffix("\nsession\n") && locked.text.hasPrefix("false\t"), "\(locked)")
    }

    @Test func `a login to a sub-organisation of the identity is one`() throws {
        let scene = try RefusalScene(
            server: ["subOrganizations": ["team"]], identity: ["subOrganizations": ["team"]])
        let outcome = try Program.script(
            "login{ organization = 'team' } print(getSecret('GH_PAT'))", environment: scene.environment)
        #expect(outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
    }
}
