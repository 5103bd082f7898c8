import Foundation
import TestSupport
import Testing

private let read = "getSecret('GH_PAT')"
private let wait = "wait and try again; listing a folder is one request where many reads are many"
private let waitWithLogins =
    "wait and try again; log in less often: one run that does more needs one login, and runs that start at the same minute "
    + "can be spread"
private let tooMany = "HOST answers that too many requests were made (429); it asks to wait N s\n"

/// A row for a limit that is reached.
private func row(
    _ name: String, _ script: String, _ message: String, hint: String = wait, _ limit: @escaping @Sendable () -> [String: Any]
) -> RefusalRow {
    RefusalRow(name, script, message + "\n" + tooMany + hint) { try RefusalScene(server: ["rateLimit": limit()]) }
}

/// Table 3.5: each of the limits. The wait that is asked for outlasts what a call may take, so it is told, not made.
///
/// The limit of "Identity/project creation" has no row: it counts what makes an identity, a project or an organisation
/// (`POST /v1/identities`, `/v1/projects`, `/v2/workspace`), and vaultscript asks for none of these, as the last test of
/// this file shows. The client secrets of `credentials rotate` count as writes.
private let rows: [RefusalRow] = [
    row("of all requests", read, "secret GH_PAT could not be read") { ["requests": 1] },
    row("of reads", "login() getSecret('GH_PAT') getSecret('GH_PAT')", "secret GH_PAT could not be read") {
        ["requests": 1, "bucket": "read"]
    },
    row("of reads, in a list", "login():names() login():names()", "the secrets of env dev, path / could not be listed") {
        ["requests": 1, "bucket": "read"]
    },
    row("of writes, which logins are", "login() login()", "login at HOST failed", hint: waitWithLogins) {
        ["requests": 1, "bucket": "write"]
    },
    row("of requests for secrets", "login():folders() getSecret('GH_PAT') getSecret('GH_PAT')", "secret GH_PAT could not be read") {
        ["requests": 1, "bucket": "secrets"]
    },
]

@Suite struct `Rate limits` {
    @Test(arguments: rows) func `are told with the time to wait`(row: RefusalRow) throws {
        try row.check()
    }

    @Test func `no call makes an identity or a project, so that their limit is never met`() throws {
        let vault = try DevelopmentVault(
            folders: ["/": ["GH_PAT": "value-1"], "dynamic": ["/": [["name": "db", "ttl": 600, "maxTtl": 900, "data": ["U": "u"]]]]],
            identity: ["managesSecrets": true])
        let outcome = try Program.script(
            """
            local vault = login()
            vault:getSecret("GH_PAT") vault:getSecrets() vault:names() vault:folders() vault:identity() vault:renew()
            vault:putSecret("A", secret.random(16)) vault:putSecrets{ B = secret.random(16) } vault:deleteSecret("A")
            local lease = vault:lease("db") lease:renew() lease:revoke() vault:logout()
            """, environment: vault.environment)
        #expect(outcome.code == 0, "\(outcome)")
        let folder = try TemporaryFolder()
        let file = try folder.write("own.env", vault.environment.map { "\($0.key)=\($0.value)" }.joined(separator: "\n"))
        let rotated = try Program.run(["credentials", "rotate", "--credentials", file])
        #expect(rotated.code == 0, "\(rotated)")
        let written = Set(
            vault.asked.filter { !$0.hasPrefix("GET") }.map {
                $0.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "ID").replacing(/secrets\/[A-Z]$/, with: "secrets/NAME")
            })
        #expect(
            written.sorted() == [
                "DELETE /v1/dynamic-secrets/leases/ID", "DELETE /v4/secrets/NAME", "PATCH /v4/secrets/NAME",
                "PATCH /v4/secrets/batch", "POST /v1/auth/token/renew", "POST /v1/auth/token/revoke",
                "POST /v1/auth/universal-auth/identities/ID/client-secrets",
                "POST /v1/auth/universal-auth/identities/ID/client-secrets/ID/revoke",
                "POST /v1/auth/universal-auth/login", "POST /v1/dynamic-secrets/leases",
                "POST /v1/dynamic-secrets/leases/ID/renew", "POST /v4/secrets/NAME",
            ])
    }

    @Test func `a short wait is made, as long as the vault asks`() throws {
        let scene = try RefusalScene(server: ["rateLimit": ["requests": 2, "windowSeconds": 2, "bucket": "read"]])
        let outcome = try Program.script("for _ = 1, 3 do print(getSecret('GH_PAT')) end", environment: scene.environment)
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n[secret:GH_PAT]\n[secret:GH_PAT]\n", "\(outcome)")
        let answers = scene.vault.log.filter { $0.contains("GH_PAT") }.compactMap { $0.split(separator: " ").last }
        // The wait is rounded up to seconds, so that one more answer of 429 is rare, and no error.
        #expect(answers.first == "200" && answers.contains("429") && answers.last == "200" && answers.count <= 5, "\(answers)")
    }
}
