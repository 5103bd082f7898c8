import Foundation
import TestSupport
import Testing

/// Leases of the built program: renewed while it runs, revoked at its end, however that comes.
@Suite struct `Leases` {
    private func vault(ttl: Int = 3600, maximum: Int = 86_400) throws -> DevelopmentVault {
        try DevelopmentVault(
            folders: [
                "/": ["A": "value of A"], "/db": [:],
                "dynamic": [
                    "/db": [
                        [
                            "name": "orders", "ttl": ttl, "maxTtl": maximum,
                            "data": ["DB_USERNAME": "app-", "DB_PASSWORD": "pw-canary-"],
                        ]
                    ]
                ],
            ])
    }

    /// The leases that there were and how each call about them ended.
    private func calls(_ vault: DevelopmentVault) -> [String] {
        vault.finish().filter { $0.contains("dynamic-secrets") || $0.contains("token/") }.map { line in
            line.replacing(/leases\/[0-9a-f-]{36}/) { _ in "leases/ID" }
        }
    }

    private let made = "POST /api/v1/dynamic-secrets/leases 200"
    private let renewed = "POST /api/v1/dynamic-secrets/leases/ID/renew 200"
    private let revoked = "DELETE /api/v1/dynamic-secrets/leases/ID 200"
    private let ended = "POST /api/v1/auth/token/revoke 200"

    @Test func `gives handles, and is revoked before the token at the end of the run`() throws {
        let vault = try vault()
        let outcome = try Program.script(
            #"""
            local db = login():lease("orders", { path = "/db", ttl = "1h" })
            print(db, db.name, #db.id, db.DB_USERNAME, db.secrets.DB_PASSWORD, db:expires():match("^%d%d%d%d%-"))
            spawn{ "sh", "-c", 'case "$DB_USERNAME$DB_PASSWORD" in app-*pw-canary-*) echo both;; esac; echo "$DB_PASSWORD"', env = db.secrets }
            print((select(2, pcall(function() return db.DB_NAME end)).hint))
            """#, environment: vault.environment)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(
            outcome.text.hasPrefix(
                "lease: orders\torders\t36\t[secret:orders.DB_USERNAME]\t[secret:orders.DB_PASSWORD]\t20"), "\(outcome)")
        #expect(
            outcome.text.hasSuffix(
                """

                both
                [secret:orders.DB_PASSWORD]
                it has: DB_PASSWORD, DB_USERNAME; secrets, id, name, expires(), renew(), revoke()

                """), "\(outcome)")
        #expect(!outcome.text.contains("pw-canary"))
        #expect(calls(vault) == [made, revoked, ended])
    }

    @Test(arguments: ["error('no')", "os.exit(3)", "fail('x')", "spawn{ 'false' }", "while true do os.exit(0) end"])
    func `is revoked whatever ends the script`(ending: String) throws {
        let vault = try vault()
        let outcome = try Program.script(
            "local db = login():lease('orders', { path = '/db' }) \(ending)", environment: vault.environment)
        #expect(!outcome.errorText.contains("warning"), "\(outcome)")
        #expect(calls(vault) == [made, revoked, ended])
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `is revoked on a signal`(signal: Int32) throws {
        let vault = try vault()
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            "login():lease('orders', { path = '/db' }) fs.write(arg[1] .. '/there', '') sleep(60)", [folder.path],
            environment: vault.environment
        ) { pid in
            try waitForFile(folder.path + "/there")
            kill(pid, signal)
        }
        #expect(outcome.code == 128 + signal, "\(outcome)")
        #expect(calls(vault) == [made, revoked, ended])
    }

    @Test func `is ended by its scope, by revoke and by logout, once`() throws {
        let vault = try vault()
        let outcome = try Program.script(
            #"""
            local vault = login()
            local kept
            do
              local db <close> = vault:lease("orders", { path = "/db" })
              kept = db.DB_PASSWORD
            end
            print((select(2, pcall(spawn, { "true", env = { P = kept } })).message))
            local db = vault:lease("orders", { path = "/db" })
            db:revoke() db:revoke()
            print((select(2, pcall(db.renew, db)).message))
            print((select(2, pcall(db.renew)).message))
            vault:lease("orders", { path = "/db" })
            vault:logout()
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                the secret orders.DB_PASSWORD has been closed
                renew: the lease of orders has ended
                lease:renew: expected a lease before the colon, got nothing

                """, "\(outcome)")
        #expect(calls(vault) == [made, revoked, made, revoked, made, revoked, ended])
    }

    @Test(arguments: ["vault:logout()", "os.exit(0)", "spawn{ 'true' } vault:logout() os.exit(0)"])
    func `that is being made is waited for, and revoked`(ending: String) throws {
        let vault = try vault()
        let front = VaultFront(of: vault.url) { request, moment in
            if moment == .asked, request.method == "POST", request.target.hasSuffix("/leases") { usleep(800_000) }
        }
        let outcome = try Program.script(
            """
            local vault = login()
            vault:folders()
            parallel{
              function() pcall(vault.lease, vault, "orders", { path = "/db" }) end,
              function() sleep(0.2) \(ending) end,
            }
            """, environment: vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 })
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        #expect(calls(vault) == [made, revoked, ended])
    }

    @Test func `is renewed before its end while the script runs`() throws {
        let vault = try vault(ttl: 8)
        let outcome = try Program.script(
            "local db = login():lease('orders', { path = '/db' }) sleep(10) print(db:expires() > '2')",
            environment: vault.environment)
        #expect(outcome.text == "true\n" && outcome.errorText.isEmpty, "\(outcome)")
        let calls = calls(vault)
        #expect(calls.first == made && calls.suffix(2) == [revoked, ended])
        #expect(calls.contains(renewed), "\(calls)")
    }

    @Test func `is not renewed beyond its longest life, and that is said`() throws {
        let vault = try vault(ttl: 4, maximum: 4)
        let outcome = try Program.script(
            "login():lease('orders', { path = '/db' }) sleep(3.6)", environment: vault.environment)
        #expect(
            outcome.errorText.wholeMatch(
                of: /warning: the lease of orders ends at 20[0-9T:.Z-]+: it has reached its longest life\n/) != nil,
            "\(outcome)")
        #expect(!calls(vault).contains { $0.contains("renew 4") })
    }

    @Test func `a recipe gets a lease of what it declares alone`() throws {
        let vault = try vault()
        let script = "recipe{ name = 'x', secrets = { 'A' } } login():lease('orders', { path = '/db' })"
        let outcome = try Program.script(script, environment: vault.environment)
        #expect(outcome.code == 77, "\(outcome)")
        #expect(!calls(vault).contains(made))
    }

    @Test func `a dynamic secret that is not there, and wrong options, are told`() throws {
        let vault = try vault()
        let outcome = try Program.script(
            #"""
            local vault = login()
            for _, f in ipairs {
              function() vault:lease("order", { path = "/db" }) end, function() vault:lease("orders") end,
              function() vault:lease("orders", { path = "/db", ttl = "2d" }) end,
              function() vault:lease("orders", { ttl = 0 }) end, function() vault:lease(1) end,
              function() vault:lease("orders", { tll = 1 }) end, function() vault:lease("orders", { path = "/no" }) end,
            } do
              print((select(2, pcall(f)).message))
            end
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                dynamic secret order was not found
                dynamic secret orders was not found
                the lease of orders could not be made
                lease: ttl: expected at least a second and at most a year
                lease: name: expected the name of a dynamic secret, got a number
                lease: there is no option "tll"
                the lease of orders could not be made

                """, "\(outcome)")
    }
}

@Suite struct `The length of a lease` {
    @Test func `is a minute or more, which the error says`() throws {
        let vault = try DevelopmentVault(
            folders: ["/": [:], "dynamic": ["/": [["name": "orders", "ttl": 600, "maxTtl": 900, "data": ["USER": "app-"]]]]])
        let script = """
            local vault = login()
            print(select(2, pcall(function() vault:lease("orders", { ttl = "59s" }) end)))
            print(select(2, pcall(function() vault:lease("orders", { ttl = "1m" }):renew("10s") end)))
            """
        let outcome = try Program.script(script, environment: vault.environment)
        let why =
            "\(vault.host) does not take a lease of that length (422: TTL must be a greater than 1min)\n"
            + "give a ttl of at least a minute, such as \"5m\", or none: then it is what the dynamic secret has set\n"
        #expect(
            outcome.text == "the lease of orders could not be made\n\(why)the lease of orders could not be renewed\n\(why)",
            "\(outcome)")
        let raised = try Program.script("login():lease('orders', { ttl = '10s' })", environment: vault.environment)
        #expect(raised.code == 3 && raised.errorText.hasSuffix(": the lease of orders could not be made\n\(why)"), "\(raised)")
    }
}

/// Waits until a program under test has written a file.
func waitForFile(_ path: String) throws {
    for _ in 0..<1200 {
        if FileManager.default.fileExists(atPath: path) { return }
        usleep(25_000)
    }
    throw POSIXError(.ETIMEDOUT)
}
