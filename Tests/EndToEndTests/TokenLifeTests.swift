import Foundation
import Synchronization
import TestSupport
import Testing

/// The access token of the built program in runs longer than its life.
@Suite struct `A token's life` {
    private func calls(_ vault: DevelopmentVault) -> [String] {
        vault.finish().map { $0.replacing("/api/v1/auth/", with: "") }
    }

    @Test func `it is renewed before its end, and revoked at the end of the run`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "value"]], identity: ["tokenTtl": 8, "tokenMaxTtl": 600])
        let outcome = try Program.script("login() sleep(10) print(getSecret('A'))", environment: vault.environment)
        #expect(outcome.text == "[secret:A]\n" && outcome.errorText.isEmpty, "\(outcome)")
        let calls = calls(vault)
        #expect(calls.filter { $0 == "POST universal-auth/login 200" }.count == 1, "\(calls)")
        #expect(calls.filter { $0 == "POST token/renew 200" }.count >= 1, "\(calls)")
        #expect(calls.last == "POST token/revoke 200")
        #expect(!calls.contains { $0.hasSuffix(" 403") })
    }

    @Test func `at the end of its longest life there is one new login`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "value"]], identity: ["tokenTtl": 4, "tokenMaxTtl": 5])
        let outcome = try Program.script(
            "login() sleep(6) print(getSecret('A'))", environment: vault.environment)
        #expect(outcome.text == "[secret:A]\n" && outcome.errorText.isEmpty, "\(outcome)")
        #expect(calls(vault).filter { $0 == "POST universal-auth/login 200" }.count == 2)
    }

    @Test func `after a logout there is no other login`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value"])
        let front = VaultFront(of: vault.url) { request, moment in
            if moment == .asked, request.target.contains("/secrets/A") { usleep(800_000) }
        }
        let outcome = try Program.script(
            """
            local vault = login()
            parallel{
              function() print((select(2, pcall(vault.getSecret, vault, "A")).reason)) end,
              function() sleep(0.2) vault:logout() end,
            }
            """, environment: vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 })
        #expect(outcome.code == 0 && outcome.text == "it was logged out\n", "\(outcome)")
        let calls = calls(vault)
        #expect(calls.count { $0.hasPrefix("POST universal-auth/login") } == 1, "\(calls)")
    }

    @Test func `a logout waits for a login under way, and revokes what it brings`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "value"]], identity: ["tokenTtl": 4, "tokenMaxTtl": 5])
        let logins = Mutex(0)
        let front = VaultFront(of: vault.url) { request, moment in
            guard moment == .answered, request.target.hasSuffix("universal-auth/login") else { return }
            let isSecond = logins.withLock { count in
                count += 1
                return count == 2
            }
            if isSecond { usleep(800_000) }
        }
        let outcome = try Program.script(
            """
            local vault = login()
            sleep(6)
            parallel{
              function() pcall(vault.getSecret, vault, "A") end,
              function() sleep(0.3) vault:logout() end,
            }
            """, environment: vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 })
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        let calls = calls(vault)
        let login = calls.lastIndex { $0 == "POST universal-auth/login 200" } ?? 0
        #expect(login > 0 && calls[login...].contains("POST token/revoke 200"), "\(calls)")
    }

    @Test func `the end of a run waits for a first login under way, and revokes what it brings`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value"])
        let front = VaultFront(of: vault.url) { request, moment in
            if moment == .answered, request.target.hasSuffix("universal-auth/login") { usleep(1_200_000) }
        }
        let outcome = try Program.script(
            "parallel{ function() login{} end, function() sleep(0.6) os.exit(0) end }",
            environment: vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 })
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        #expect(calls(vault) == ["POST universal-auth/login 200", "POST token/revoke 200"])
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `it is revoked on a signal`(signal: Int32) throws {
        let vault = try DevelopmentVault(secrets: ["A": "value"])
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            "login() fs.write(arg[1] .. '/there', '') sleep(60)", [folder.path], environment: vault.environment
        ) { pid in
            try waitForFile(folder.path + "/there")
            kill(pid, signal)
        }
        #expect(outcome.code == 128 + signal, "\(outcome)")
        #expect(calls(vault) == ["POST universal-auth/login 200", "POST token/revoke 200"])
    }
}
