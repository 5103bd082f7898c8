import Foundation
import TestSupport
import Testing

/// What `vaultscript doctor` says of what a script does not need.
@Suite struct `What doctor calls not needed` {
    private static let other = "bbbb0000-0000-4000-8000-000000000002"

    /// Project `project-one` with GH_PAT, CFG and `/web`, project `other`, and one that nobody reads.
    private static func vault() throws -> DevelopmentVault {
        let id = UUID().uuidString.lowercased()
        let third = "cccc0000-0000-4000-8000-000000000003"
        return try DevelopmentVault(
            environments: [
                "dev": [
                    "/": ["GH_PAT": Canary().value, "CFG": Canary().value],
                    "/web": ["WEB_KEY": Canary().value, "SPARE": Canary().value],
                ], "staging": ["/": ["STAGE": Canary().value]],
            ],
            identity: ["name": "bot", "projects": [id, other, third]], project: ["id": id],
            others: [
                ["id": other, "slug": "other", "environments": ["dev": ["/": ["OTHER": "value-o", "UNREAD": "value-u"]]]],
                ["id": third, "slug": "third", "environments": ["dev": ["/": [:]]]],
            ])
    }

    private static func surplus(_ secrets: String, project: String? = nil) throws -> [String] {
        let vault = try vault()
        let folder = try TemporaryFolder()
        let file = try folder.write("script.lua", "recipe{ name = 'r', secrets = { \(secrets) } }")
        let given = project.map { ["INFISICAL_PROJECT_ID": $0] } ?? [:]
        let outcome = try Program.run(["doctor", file], environment: vault.environment.merging(given) { $1 })
        #expect(outcome.code == 0, "\(outcome)")
        let lines = outcome.text.split(separator: "\n").filter { $0.contains(" surplus ") }
        return lines.map { String($0).replacing(/note +surplus +/, with: "") }
    }

    @Test func `is told of a project that is named by its id and by its slug`() throws {
        let want = [
            "not needed: env dev, path /: CFG", "not needed: env dev, path /web: SPARE",
            "not needed: env staging, path /: STAGE", "the identity is in other projects too: other, third",
        ]
        #expect(try Self.surplus("'GH_PAT', { name = 'WEB_KEY', path = '/web', project = 'project-one' }") == want)
        #expect(try Self.surplus("'infisical://project-one/dev/GH_PAT', { name = 'WEB_KEY', path = '/web' }") == want)
        #expect(try Self.surplus("'GH_PAT', { name = 'WEB_KEY', path = '/web' }", project: "project-one") == want)
    }

    @Test func `is told of every project that is read`() throws {
        #expect(
            try Self.surplus("'infisical://project-one/dev/GH_PAT', 'CFG', 'infisical://other/dev/OTHER'") == [
                "not needed: project project-one, env dev, path /web: SPARE, WEB_KEY",
                "not needed: project project-one, env staging, path /: STAGE",
                "not needed: project other, env dev, path /: UNREAD", "the identity is in other projects too: third",
            ])
    }

    @Test func `does not count a secret twice that is declared by two names`() throws {
        let vault = try Self.vault()
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "script.lua",
            "recipe{ name = 'r', secrets = { 'GH_PAT', 'infisical://project-one/dev/GH_PAT', { path = '/web' }, "
                + "{ name = 'WEB_KEY', path = '/web/', project = 'project-one' } } }")
        let outcome = try Program.run(["doctor", file], environment: vault.environment)
        #expect(outcome.text.contains("\nall is well: bot can read the 3 secrets that \(file) needs, and sees 2 more\n"), "\(outcome)")
    }

    /// A look that fails, and what is then said of it.
    private static let looks = [
        ("/api/v1/projects", "the projects of the identity could not be listed at HOST"),
        ("/api/v1/projects/\(FaultyVault.project)", "project \(FaultyVault.project) could not be looked up at HOST"),
        ("viewSecretValue=false", "the secrets of env staging, path / could not be listed"),
    ]

    @Test(arguments: looks)
    func `has gaps where a look fails, which is said`(cut: String, message: String) throws {
        let vault = FaultyVault { request, _ in
            let path = request.target.prefix { $0 != "?" }
            if path == cut || request.target.contains(cut) && request.target.contains("environment=staging") { return .reset }
            switch path {
            case "/api/status": return .json(200, #"{"message":"Ok"}"#)
            case "/api/v1/identities/details": return .json(200, #"{"identityDetails":{}}"#)
            case "/api/v1/projects": return .json(200, #"{"projects":[{"id":"\#(FaultyVault.project)","slug":"one"}]}"#)
            case "/api/v1/projects/\(FaultyVault.project)":
                return .json(200, #"{"project":{"environments":[{"slug":"dev"},{"slug":"staging"}]}}"#)
            default: return nil
            }
        }
        let outcome = try Program.run(["doctor"], environment: vault.environment)
        let line = "note     surplus        \(message): HOST closed the connection before an answer, in 4 attempts\n"
        #expect(outcome.text.contains(line.replacing("HOST", with: vault.host)), "\(outcome)")
        let end = "\nall is well: the identity can read 1 secret of env dev, path /; what else it sees could not be looked at in full\n"
        #expect(outcome.text.contains(end) && outcome.code == 0, "\(outcome)")
        vault.expectSilence(outcome)
    }

    @Test func `is nothing where the identity may not look`() throws {
        let vault = try DevelopmentVault(
            environments: ["dev": ["/": ["GH_PAT": Canary().value]], "prod": ["/": ["ROOT": Canary().value]]],
            identity: ["name": "bot", "access": [["environment": "dev"]]])
        let outcome = try Program.run(["doctor"], environment: vault.environment)
        #expect(!outcome.text.contains(" surplus ") && outcome.text.contains("\nall is well: bot can read 1 secret of env dev, path /\n"), "\(outcome)")
    }
}

@Suite struct `An identity that cannot be asked for` {
    private static func vault(_ reply: StubHTTPServer.Reply) -> FaultyVault {
        FaultyVault { request, _ in
            if request.target == "/api/status" { return .json(200, #"{"message":"Ok"}"#) }
            return request.target == "/api/v1/identities/details" ? reply : nil
        }
    }

    @Test func `is told as that, by whoami and by doctor`() throws {
        let vault = Self.vault(FaultyVault.error(500, "InternalServerError", "Something went wrong"))
        let fault = "\(vault.host) has a fault of its own (500, request req-3kF9aLq0ZxT1bC), in 4 attempts"
        let whoami = try Program.run(["whoami"], environment: vault.environment)
        #expect(
            whoami.errorText == "the identity could not be asked for at \(vault.host)\n\(fault)\ntry again later; look at the server\n",
            "\(whoami)")
        #expect(whoami.code == 3)
        let doctor = try Program.run(["doctor"], environment: vault.environment)
        #expect(doctor.text.contains("\n\nthe identity could not be asked for at \(vault.host): \(fault)\n"), "\(doctor)")
    }

    @Test func `is told as that where the answer is cut off`() throws {
        let vault = Self.vault(.raw(Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"id".utf8)))
        let outcome = try Program.run(["whoami"], environment: vault.environment)
        #expect(
            outcome.errorText.hasPrefix("the identity could not be asked for at \(vault.host)\nthe answer of \(vault.host) is cut off: "),
            "\(outcome)")
        #expect(outcome.code == 3)
    }
}
