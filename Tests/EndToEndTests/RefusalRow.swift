import Foundation
import TestSupport
import Testing

/// A vault in the state that causes a refusal, and what is needed to meet it.
final class RefusalScene {
    let vault: DevelopmentVault
    /// What stands between, where something does.
    var front: VaultFront?
    var environment: [String: String]
    /// Values that must not come out.
    var values: [String]

    /// A vault with GH_PAT in `/` of `dev`, and what the row adds.
    init(
        _ folders: [String: [String: Any]] = [:], server: [String: Any] = [:], identity: [String: Any] = [:],
        project: [String: Any] = [:], others: [[String: Any]] = []
    ) throws {
        let value = Canary().value
        let all = folders.merging(["/": ["GH_PAT": value]]) { given, _ in given }
        vault = try DevelopmentVault(
            environments: ["dev": all, "prod": [:]], server: server, identity: identity, project: project,
            others: others)
        environment = vault.environment
        values = [value, vault.clientSecret]
    }

    /// The program has a ready token instead of a client secret.
    func use(token: String) {
        environment = [
            "INFISICAL_TOKEN": token, "INFISICAL_DOMAIN": vault.url, "INFISICAL_PROJECT_ID": vault.projectID,
        ]
        values.append(token)
    }

    /// Something stands between.
    func place(_ front: VaultFront) {
        self.front = front
        environment["INFISICAL_DOMAIN"] = front.url
    }

    /// The host that messages name.
    var host: String { front.map { String($0.url.dropFirst("http://".count)) } ?? vault.host }
}

/// A row of the API's tables 3.2 to 3.5: a state of the vault, a script that meets it, and all that a person then reads.
///
/// `HOST` stands for the vault's host, `PROJECT` for the project's id, `N` in `wait N s` for any number.
struct RefusalRow: Sendable, CustomTestStringConvertible {
    let name: String
    let script: String
    let code: Int32
    let want: String
    let scene: @Sendable () throws -> RefusalScene

    init(
        _ name: String, _ script: String, code: Int32 = 3, _ want: String,
        _ scene: @escaping @Sendable () throws -> RefusalScene
    ) {
        (self.name, self.script, self.code, self.want, self.scene) = (name, script, code, want, scene)
    }

    var testDescription: String { name }

    /// Makes the state, runs the script and compares message, reason, hint and exit code. Gives the scene, to ask what
    /// was sent.
    @discardableResult
    func check() throws -> RefusalScene {
        let scene = try scene()
        let outcome = try Program.script(script, environment: scene.environment)
        let variable = "INFISICAL_PROJECT_ID"
        let want = want.replacing("HOST", with: scene.host).replacing(variable, with: "\u{1}")
            .replacing("PROJECT", with: scene.vault.projectID).replacing("\u{1}", with: variable)
        // A vault that refuses everything refuses to revoke the token too, which is told after the error.
        let text = outcome.errorText.replacing(/warning: the access token could not be revoked at [^\n]*\n/, with: "")
            .replacing(/asks to wait \d+ s/, with: "asks to wait N s")
        let said = text.split(separator: "script.lua:1: ", maxSplits: 1, omittingEmptySubsequences: false)
        #expect(said.count == 2 && said[1] == want + "\n", "\(outcome)")
        #expect(outcome.code == code, "\(outcome)")
        #expect(outcome.text.isEmpty, "\(outcome)")
        for value in scene.values {
            #expect(!outcome.text.contains(value) && !outcome.errorText.contains(value), "\(outcome)")
        }
        return scene
    }
}
