import Foundation
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

    @Test func `that cannot all be masked starts no program`() throws {
        let folder = try TemporaryFolder()
        for number in 0..<200 {
            let token = (0..<16).map { _ in Canary().value }.joined()
            let long = String(repeating: token, count: 60_000 / token.utf8.count)
            try folder.write("vaultscript/credentials/p\(number).env", "INFISICAL_TOKEN=\(long)\n", mode: 0o600)
        }
        let outcome = try Program.script(
            "print(pcall(spawn, { 'true' })) print(pcall(spawn, { 'echo', 'started' }))",
            environment: ["XDG_CONFIG_HOME": folder.path])
        #expect(outcome.code == 1 && outcome.text == "", "\(outcome)")
        #expect(outcome.errorText.hasPrefix("there is no secret memory left\n"), "\(outcome)")
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

    /// A program that the script may start, and that writes files, puts a profile where the user's own are.
    @Test(arguments: ["mine", "default", "--credentials"])
    func `is not sent where a file says that a program of the run has written`(place: String) throws {
        let attacker = StubHTTPServer { _, _ in .json(200, #"{"accessToken": "a.b.c", "expiresIn": 60, "tokenType": "Bearer"}"#) }
        defer { attacker.stop() }
        for method in ["jwt", "oidc", "kubernetes", "universal-auth"] {
            let folder = try folder(
                attacker, method, "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=of-the-script\n")
            let named = try folder.write("named.env", "INFISICAL_DOMAIN=\(attacker.url)\n")
            let login = place == "mine" ? "login{ profile = 'mine' }" : "login{}"
            let target = place == "--credentials" ? named : "\(folder.path)/config/vaultscript/credentials/\(place).env"
            let script = try folder.write(
                "s.lua",
                """
                recipe{ name = "s", secrets = { "A" }, programs = { "install" } }
                spawn{ "install", "-m", "600", "\(folder.path)/made.env", "\(target)" }
                \(login)
                """)
            let outcome = try Program.run(
                (place == "--credentials" ? ["--credentials", named] : []) + [script],
                environment: ["XDG_CONFIG_HOME": folder.path + "/config", "INFISICAL_JWT": token.value])
            #expect(outcome.code == 77, "\(outcome)")
            #expect(
                outcome.errorText.contains(
                    "the credentials file \(target) is not used\nit was made or changed while this run could have done it"),
                "\(outcome)")
        }
        #expect(attacker.requests.isEmpty)
    }

    /// On such a file system a write through a mapping changes no time.
    @Test func `is not sent where a file says that was changed in place, with no time to show it`() throws {
        let attacker = StubHTTPServer { _, _ in .json(200, #"{"accessToken": "a.b.c", "expiresIn": 60, "tokenType": "Bearer"}"#) }
        defer { attacker.stop() }
        let port = try #require(attacker.url.split(separator: ":").last)
        let file = "/dev/shm/vaultscript-test-\(Int.random(in: 1_000_000...9_999_999)).env"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let text =
            "INFISICAL_DOMAIN=http://127.0.0.1:\(String(repeating: "1", count: port.count))\nINFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id\n"
            + "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(client.value)\n"
        #expect(FileManager.default.createFile(atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
        let outcome = try Program.run(
            [
                "--credentials", file, "-e",
                """
                spawn{ "python3", "-c", "import mmap, os, sys; f = os.open(sys.argv[1], os.O_RDWR); m = mmap.mmap(f, 0); "
                  .. "i = m.find(b'1:1') + 2; m[i:i + \(port.count)] = b'\(port)'", "\(file)" }
                login()
                """,
            ])
        #expect(outcome.code == 77 && outcome.errorText.contains("the credentials file \(file) is not used"), "\(outcome)")
        #expect(attacker.requests.isEmpty && client.found(in: outcome) == nil)
    }

    @Test func `is sent where the user's own file says, before and after the first program`() throws {
        let server = StubHTTPServer { _, _ in .json(200, #"{"accessToken": "a.b.c", "expiresIn": 60, "tokenType": "Bearer"}"#) }
        defer { server.stop() }
        let folder = try folder(server, "universal-auth")
        try folder.write(
            "config/vaultscript/credentials/blog.env",
            "INFISICAL_DOMAIN=\(server.url)\nINFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(client.value)\n")
        let outcome = try Program.script(
            "for i = 1, 2 do login{ profile = 'blog' } spawn{ 'touch', arg[1] } end login{ profile = 'blog' } print('in')",
            [folder.path + "/x"], environment: ["XDG_CONFIG_HOME": folder.path + "/config"])
        #expect(outcome.code == 0 && outcome.text == "in\n", "\(outcome)")
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
