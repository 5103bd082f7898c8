import Foundation
import TestSupport
import Testing

/// What a recipe's declared secrets cost at the vault.
@Suite struct `The secrets of a recipe` {
    private static let login = "POST /v1/auth/universal-auth/login"
    private static let list = "GET /v4/secrets"
    private static let revoke = "POST /v1/auth/token/revoke"

    private func run(_ script: String, _ vault: DevelopmentVault, _ front: VaultFront) throws -> Program.Outcome {
        try Program.script(script, environment: vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 })
    }

    @Test func `fifty of one folder cost a login and one list, on one connection`() throws {
        let names = (1...50).map { String(format: "KEY_%02d", $0) }
        let canaries = names.map { _ in Canary() }
        let secrets = Dictionary(uniqueKeysWithValues: zip(names, canaries.map(\.value)))
        let vault = try DevelopmentVault(secrets: secrets.merging(["OTHER": "value-of-another"]) { $1 })
        let front = VaultFront(of: vault.url)
        let outcome = try run(
            """
            recipe{ name = "x", secrets = { \(names.map { "\"\($0)\"" }.joined(separator: ", ")) }, programs = { "sh" } }
            local env, names = {}, {}
            for i = 1, 50 do
              names[i] = ("KEY_%02d"):format(i)
              env[names[i]] = getSecret(names[i])
            end
            spawn{ "sh", "-c", [[for name in "$@"; do eval "test -n \\"\\$$name\\"" || exit 9; done; echo "$KEY_50"]], "sh", names, env = env }
            """, vault, front)
        #expect(outcome.code == 0 && outcome.errorText == "[secret:KEY_50]\n", "\(outcome)")
        // The token that was minted is revoked when all is done.
        #expect(front.asked == [Self.login, Self.list, Self.revoke])
        #expect(front.connectionCount == 1)
        for canary in canaries { #expect(canary.found(in: outcome) == nil) }
    }

    /// A recipe that declares fifty secrets and OPT, which is not there, and takes the fifty.
    private static func absentee(_ end: String) throws -> (script: String, vault: DevelopmentVault) {
        let names = (1...50).map { String(format: "KEY_%02d", $0) }
        let secrets = Dictionary(uniqueKeysWithValues: names.map { ($0, Canary().value) })
        let environments: [String: Any] = ["dev": ["/": secrets], "a": ["/": [:]], "b": ["/": [:]], "c": ["/": [:]]]
        let script = """
            recipe{ name = "x", secrets = { \((names + ["OPT"]).map { "\"\($0)\"" }.joined(separator: ", ")) } }
            for i = 1, 50 do getSecret(("KEY_%02d"):format(i)) end
            \(end)
            """
        return (script, try DevelopmentVault(environments: environments))
    }

    @Test func `one that is not there and may be absent costs one request more`() throws {
        let (script, vault) = try Self.absentee("return getSecret('OPT', { optional = true }) == nil")
        let front = VaultFront(of: vault.url)
        let outcome = try run(script, vault, front)
        #expect(outcome.text == "true\n" && outcome.code == 0, "\(outcome)")
        // By name, since a list leaves out what may not be seen.
        #expect(front.asked == [Self.login, Self.list, "GET /v4/secrets/OPT", Self.revoke])
    }

    @Test func `one that is made while the script waits for it is seen`() throws {
        let (script, vault) = try Self.absentee(
            "local n = 0 while not getSecret('OPT', { optional = true }) do n = n + 1 sleep(0.1) end return n > 0")
        let own = vault.environment
        let front = VaultFront(of: vault.url) { request, moment in
            // After the first answer that it is not there.
            guard moment == .answered, request.target.hasPrefix("/api/v4/secrets/OPT?") else { return }
            _ = try? Program.run(["set", "OPT"], environment: own, input: Data("value".utf8))
        }
        let outcome = try run(script, vault, front)
        #expect(outcome.text == "true\n" && outcome.code == 0, "\(outcome)")
    }

    @Test func `one that is not there and needed is looked for nearby once, where that is told`() throws {
        let (script, vault) = try Self.absentee("getSecret('OPT')")
        let front = VaultFront(of: vault.url)
        let outcome = try run(script, vault, front)
        #expect(outcome.code == 3 && outcome.errorText.contains("secret OPT was not found\n"), "\(outcome)")
        // No other folder is declared.
        #expect(
            front.asked == [
                Self.login, Self.list, "GET /v4/secrets/OPT", "GET /v4/secrets/OPT", Self.list, Self.revoke,
            ])
        // The first list alone asks for values.
        #expect(front.requests.count { $0.target.contains("viewSecretValue=true") && !$0.target.contains("/OPT") } == 1)
    }

    /// Whether a list has become too large would tell a script that writes how long the values are that it does not declare.
    @Test(arguments: [false, true]) func `come one by one out of a folder that is too large, unless the run has written`(
        hasWritten: Bool
    ) throws {
        let large = String(repeating: "x", count: 40_000)
        var values = Dictionary(uniqueKeysWithValues: (0..<60).map { ("LARGE_\($0)", large) })
        values["A"] = Canary().value
        values["B"] = Canary().value
        let vault = try DevelopmentVault(secrets: values)
        let script = """
            recipe{ name = "x", secrets = { "A", "B", "MADE" } }
            local vault = login()
            if \(hasWritten) then vault:putSecret("MADE", secret.random(16)) end
            print(pcall(vault.getSecret, vault, "A"))
            """
        let outcome = try Program.script(script, environment: vault.environment)
        if hasWritten {
            #expect(outcome.code == 1 && outcome.text.isEmpty && outcome.errorText.contains("is too large"), "\(outcome)")
        } else {
            #expect(outcome.code == 0 && outcome.text == "true\t[secret:A]\n", "\(outcome)")
        }
    }

    /// Counts lists that are under way at the same time.
    private final class Meeting: @unchecked Sendable {
        private let condition = NSCondition()
        private var count = 0
        private(set) var most = 0

        /// Waits until two are there, or for ten seconds.
        func join() {
            condition.lock()
            defer { condition.unlock() }
            count += 1
            most = max(most, count)
            condition.broadcast()
            let deadline = Date(timeIntervalSinceNow: 10)
            while most < 2, condition.wait(until: deadline) {}
        }

        func leave() { condition.withLock { count -= 1 } }
    }

    @Test func `of two folders cost one list each, side by side`() throws {
        let vault = try DevelopmentVault(folders: [
            "/": ["A": "value-a-1", "B": "value-b-1"], "/web": ["C": "value-c-1", "D": "value-d-1"],
        ])
        let meeting = Meeting()
        let front = VaultFront(of: vault.url) { request, moment in
            guard request.method == "GET" else { return }
            if moment == .asked { meeting.join() } else { meeting.leave() }
        }
        let outcome = try run(
            """
            recipe{
              name = "x", programs = { "sh" },
              secrets = { "A", "B", { name = "C", path = "/web" }, { name = "D", path = "/web" } },
            }
            spawn{ "sh", "-c", "echo $A $B $C $D", env = {
              A = getSecret("A"), B = getSecret("B"), C = getSecret("C", { path = "/web" }), D = getSecret("D", { path = "/web" }) } }
            """, vault, front)
        #expect(outcome.errorText == "[secret:A] [secret:B] [secret:C] [secret:D]\n", "\(outcome)")
        #expect(front.asked == [Self.login, Self.list, Self.list, Self.revoke])
        #expect(meeting.most == 2)
    }
}
