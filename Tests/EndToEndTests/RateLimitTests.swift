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

    @Test func `a short wait is made, as long as the vault asks`() throws {
        let scene = try RefusalScene(server: ["rateLimit": ["requests": 2, "windowSeconds": 2, "bucket": "read"]])
        let outcome = try Program.script("for _ = 1, 3 do print(getSecret('GH_PAT')) end", environment: scene.environment)
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n[secret:GH_PAT]\n[secret:GH_PAT]\n", "\(outcome)")
        let answers = scene.vault.log.filter { $0.contains("GH_PAT") }.compactMap { $0.split(separator: " ").last }
        // The wait is rounded up to seconds, so that one more answer of 429 is rare, and no error.
        #expect(answers.first == "200" && answers.contains("429") && answers.last == "200" && answers.count <= 5, "\(answers)")
    }
}
