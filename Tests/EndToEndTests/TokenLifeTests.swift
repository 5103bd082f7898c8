import Foundation
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
