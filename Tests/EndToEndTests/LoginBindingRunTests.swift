import TestSupport
import Testing

/// What the user's surroundings give goes to hosts that the user has named: a run and the commands beside it.
@Suite struct `An identity of the surroundings` {
    private let token = Canary("jwt.")
    private let client = Canary("cs")

    /// Credentials of the user's, a file that a script has made, and a server that is not meant.
    private func folder(_ attacker: StubHTTPServer, _ method: String, _ more: String = "") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(
            "config/vaultscript/credentials/default.env",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(client.value)\n")
        try folder.write(
            "made.env",
            "INFISICAL_DOMAIN=\(attacker.url)\nINFISICAL_PROJECT_ID=p\nINFISICAL_AUTH_METHOD=\(method)\n"
                + "INFISICAL_MACHINE_IDENTITY_ID=i\n\(more)")
        return folder
    }

    @Test(arguments: [[], ["doctor"], ["doctor", "--json"]])
    func `is not sent where only a script's credentials file says`(command: [String]) throws {
        let attacker = StubHTTPServer { _, _ in .json(200, "{}") }
        defer { attacker.stop() }
        for method in ["jwt", "oidc", "kubernetes"] {
            let folder = try folder(attacker, method)
            let script = try folder.write("s.lua", "login{ credentials = '\(folder.path)/made.env' }")
            let outcome = try Program.run(
                command + [script],
                environment: ["XDG_CONFIG_HOME": folder.path + "/config", "INFISICAL_JWT": token.value])
            #expect(outcome.code == (command.isEmpty ? 77 : 2), "\(outcome)")
            #expect(
                outcome.description.contains("login: INFISICAL_JWT of the environment is not for \(attacker.url)"),
                "\(outcome)")
            #expect(token.found(in: outcome) == nil)
        }
        #expect(attacker.requests.isEmpty)
    }

    @Test(arguments: [[], ["doctor"]])
    func `is no file that a script's credentials file names`(command: [String]) throws {
        let attacker = StubHTTPServer { _, _ in .json(200, "{}") }
        defer { attacker.stop() }
        let folder = try folder(attacker, "kubernetes")
        let own = folder.path + "/config/vaultscript/credentials/default.env"
        let line = "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=\(own)\n"
        try folder.write("made.env", try folder.read("made.env") + line)
        let script = try folder.write(
            "s.lua", "recipe{ name = 's', secrets = { 'A' }, programs = {}, hosts = {} } login{ credentials = '\(folder.path)/made.env' }")
        let outcome = try Program.run(
            command + [script], environment: ["XDG_CONFIG_HOME": folder.path + "/config"])
        #expect(outcome.code == (command.isEmpty ? 77 : 2), "\(outcome)")
        #expect(outcome.description.contains("made.env is not followed"), "\(outcome)")
        #expect(attacker.requests.isEmpty && client.found(in: outcome) == nil)
    }

    @Test func `is not a credentials file, though the user names it`() throws {
        let attacker = StubHTTPServer { _, _ in .json(200, "{}") }
        defer { attacker.stop() }
        let folder = try folder(attacker, "kubernetes")
        let own = folder.path + "/config/vaultscript/credentials/default.env"
        let outcome = try Program.run(
            ["--credentials", folder.path + "/made.env", "-e", "login()"],
            environment: [
                "XDG_CONFIG_HOME": folder.path + "/config", "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": own,
            ])
        #expect(outcome.code == 77, "\(outcome)")
        #expect(outcome.errorText.contains("\(own) is not taken as the platform's token"), "\(outcome)")
        #expect(attacker.requests.isEmpty && client.found(in: outcome) == nil)
    }

    @Test func `goes to a host of a profile and of the command line`() throws {
        let token = self.token.value
        let vault = try DevelopmentVault(
            folders: ["/": ["A": "value"]], identity: ["id": "i", "methods": ["jwt": token]])
        let folder = try TemporaryFolder()
        let lines = "INFISICAL_PROJECT_ID=\(vault.projectID)\nINFISICAL_MACHINE_IDENTITY_ID=i\nINFISICAL_AUTH_METHOD=jwt\n"
        try folder.write("config/vaultscript/credentials/ci.env", "INFISICAL_DOMAIN=\(vault.url)\n" + lines)
        let made = try folder.write("made.env", lines)
        let environment = ["XDG_CONFIG_HOME": folder.path + "/config", "INFISICAL_JWT": token]
        for (options, login) in [
            (["--profile", "ci"], "login()"), ([], "login{ profile = 'ci' }"),
            (["--domain", vault.url], "login{ credentials = '\(made)' }"),
        ] {
            let outcome = try Program.run(options + ["-e", "\(login) print(getSecret('A'))"], environment: environment)
            #expect(outcome.text == "[secret:A]\n", "\(outcome)")
        }
    }
}
