import Foundation
import TestSupport
import Testing

/// How `vaultscript doctor` behaves, whatever it finds; and what a login remembers.
@Suite struct `A run of doctor` {
    @Test func `gives programs the same as one line of JSON`() throws {
        let scene = try RefusalScene(
            ["/web": ["OTHER": Canary().value]], identity: ["name": "bot", "access": [["path": "/"], ["path": "/web", "actions": ["describe"]]]])
        let folder = try TemporaryFolder()
        let file = try folder.write("deploy.lua", #"recipe{ name = "d", secrets = { { path = "/web" }, "GH_PAT" } }"#)
        let outcome = try Program.run(["doctor", "--json", file], environment: scene.environment)
        let tree = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any] ?? [:]
        let steps = tree["steps"] as? [[String: Any]] ?? []
        #expect(outcome.code == 3 && tree["exitCode"] as? Int == 3, "\(outcome)")
        #expect(steps.map { $0["state"] as? String }.contains("ok"), "\(outcome)")
        let failed = steps.first { $0["state"] as? String == "failed" }
        #expect(failed?["step"] as? String == "secrets" && failed?["cause"] as? String == "hiddenValue", "\(outcome)")
        #expect(failed?["status"] as? Int == 403 && failed?["hint"] as? String == tree["next"] as? String, "\(outcome)")
        #expect((tree["sentence"] as? String)?.hasPrefix("secret OTHER may not be read: ") == true, "\(outcome)")
        #expect(outcome.text.filter { $0 == "\n" }.count == 1 && outcome.text.hasSuffix("\n"), "\(outcome)")
        for value in scene.values { #expect(!outcome.text.contains(value)) }
    }

    @Test func `logs in once, revokes its token and asks for no value that is not needed`() throws {
        let vault = try DevelopmentVault(
            environments: ["dev": ["/": ["GH_PAT": Canary().value]], "prod": ["/": ["ROOT": Canary().value]]])
        let front = VaultFront(of: vault.url)
        let environment = vault.environment.merging(["INFISICAL_DOMAIN": front.url]) { $1 }
        let outcome = try Program.run(["doctor"], environment: environment)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(front.asked.count { $0.hasSuffix("/universal-auth/login") } == 1, "\(front.asked)")
        #expect(front.asked.last == "POST /v1/auth/token/revoke", "\(front.asked)")
        let withValues = front.requests.filter { $0.target.contains("viewSecretValue=true") }.map(\.target)
        #expect(withValues.count == 1 && withValues[0].contains("environment=dev"), "\(withValues)")
    }

    @Test func `sends no credential to what is not Infisical`() throws {
        let secret = Canary("cs")
        let server = StubHTTPServer { _, _ in .json(200, #"{"status":"up"}"#) }
        defer { server.stop() }
        let outcome = try Program.run(
            ["doctor", "--domain", server.url, "--project", "p1"],
            environment: [
                "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": UUID().uuidString,
                "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": secret.value,
            ])
        #expect(outcome.code == 3 && server.requests.map(\.target) == ["/api/status"], "\(outcome)")
    }

    @Test(arguments: ["memfd_secret", "landlock", "seccomp", "terminals"])
    func `names what the kernel lacks, and goes on`(missing: String) throws {
        let words = [
            "memfd_secret": "note     kernel         no memfd_secret: values lie in locked pages",
            "landlock": "note     kernel         no Landlock: seccomp alone holds the script's process",
            "seccomp": "note     kernel         no seccomp filter: Landlock and resource limits alone",
            "terminals": "note     kernel         no user namespaces with a devpts: programs of a run can open",
        ]
        let scene = try RefusalScene()
        let outcome = try Program.run(
            [missing, Program.path, "doctor"], environment: scene.environment, program: Program.folder + "/OldKernel")
        #expect(outcome.code == 0 && outcome.text.contains(words[missing] ?? "no such row"), "\(outcome)")
    }

    @Test func `a file that is no script is wrong usage`() throws {
        let outcome = try Program.run(["doctor", "/nowhere.lua"])
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("the script /nowhere.lua cannot be read\n"), "\(outcome)")
    }

    @Test func `an interrupted one revokes its token`() throws {
        let vault = FaultyVault { request, _ in
            if request.target == "/api/status" { return .json(200, #"{"message":"Ok"}"#) }
            return request.target.hasPrefix("/api/v4/secrets?") ? .stall([]) : nil
        }
        let outcome = try Program.run(["doctor"], environment: vault.environment) { pid in
            vault.waitUntil { vault.asked.contains("GET list") }
            // The first question of this path has no token and is answered by nobody either.
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        vault.expectSilence(outcome)
    }
}

@Suite struct `What a server says once` {
    private static func files(_ folder: TemporaryFolder) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains("refused-logins/") }
    }

    @Test func `is kept for its owner alone, without a value, until a login succeeds`() throws {
        let scene = try RefusalScene(identity: ["secretTtl": -1, "lockout": ["threshold": 30]])
        let folder = try TemporaryFolder()
        let environment = scene.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
        let told = try Program.script("login()", environment: environment)
        #expect(told.errorText.contains("the client secret has expired (401)"), "\(told)")
        let file = try #require(Self.files(folder).first)
        let rights = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
        #expect((rights[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let text = try folder.read(file)
        #expect(text.wholeMatch(of: /expiredSecret \d{10}\n/) != nil, "\(text)")
        #expect(file.wholeMatch(of: /vaultscript\/refused-logins\/[0-9a-f]{64}/) != nil, "\(file)")

        let again = try Program.script("login()", environment: environment)
        #expect(again.errorText.contains("said that the client secret of this client id had expired"), "\(again)")
        try scene.vault.change(identity: ["secretTtl": 0])
        let well = try Program.script("login()", environment: environment)
        #expect(well.code == 0 && Self.files(folder).isEmpty, "\(well)")
    }

    @Test func `belongs to its client id and its host`() throws {
        let first = try RefusalScene(identity: ["secretTtl": -1])
        let second = try RefusalScene(identity: ["secretRevoked": true])
        let folder = try TemporaryFolder()
        for scene in [first, second] { scene.environment["XDG_STATE_HOME"] = folder.path }
        _ = try Program.script("login()", environment: first.environment)
        let other = try Program.script("login()", environment: second.environment)
        #expect(other.errorText.contains("401 Invalid credentials: another region"), "\(other)")
        // The same client id at another address.
        first.environment["INFISICAL_DOMAIN"] = second.vault.url
        let elsewhere = try Program.script("login()", environment: first.environment)
        #expect(elsewhere.errorText.contains("401 Invalid credentials: another region"), "\(elsewhere)")
    }

    @Test(arguments: ["", "expiredSecret", "locked 1795825434\n", "expiredSecret x\n", "expiredSecret 1795825434 more\n"])
    func `is not believed in a form that was never written`(text: String) throws {
        let scene = try RefusalScene(identity: ["secretTtl": -1, "lockout": ["threshold": 30]])
        let folder = try TemporaryFolder()
        let environment = scene.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
        _ = try Program.script("login()", environment: environment)
        try folder.write(try #require(Self.files(folder).first), text)
        let again = try Program.script("login()", environment: environment)
        #expect(again.errorText.contains("401 Invalid credentials: another region"), "\(again)")
    }

    /// It can hold a value: nine digits with two zeros behind them are a time.
    @Test func `is not believed once a program of the run may have written it`() throws {
        let scene = try RefusalScene(identity: ["secretTtl": -1, "lockout": ["threshold": 30]])
        let folder = try TemporaryFolder()
        let environment = scene.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
        _ = try Program.script("login()", environment: environment)
        let file = folder.path + "/" + (try #require(Self.files(folder).first))
        let outcome = try Program.script(
            """
            spawn{ "sh", "-c", 'echo "expiredSecret 86753091200" >"$0"', "\(file)" }
            login()
            """, environment: environment)
        #expect(outcome.errorText.contains("401 Invalid credentials: on 20") && !outcome.errorText.contains(" 4719-"), "\(outcome)")
        #expect(outcome.errorText.contains("said that the client secret of this client id had expired"), "\(outcome)")
        #expect(try folder.read(try #require(Self.files(folder).first)) == "expiredSecret 86753091200\n")
        try FileManager.default.removeItem(atPath: file)
        let made = try Program.script(
            """
            spawn{ "sh", "-c", 'echo "expiredSecret 86753091200" >"$0"', "\(file)" }
            login()
            """, environment: environment)
        #expect(made.errorText.contains("401 Invalid credentials: another region"), "\(made)")
    }

    @Test func `is also told of where a long run logs in again`() throws {
        let scene = try RefusalScene(identity: ["secretUses": 1, "tokenUses": 1])
        let folder = try TemporaryFolder()
        let environment = scene.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
        let outcome = try Program.script("getSecret('GH_PAT') login():names()", environment: environment)
        #expect(outcome.code == 3 && Self.files(folder).count == 1, "\(outcome)")
    }
}

@Suite struct `The end of a client secret` {
    /// A run with a client secret that ends in so many days, and that day.
    private static func run(in days: Int) throws -> (day: String, outcome: Program.Outcome) {
        try UTCDay.within {
            let day = UTCDay.text(in: days)
            return (day, try run(day))
        }
    }

    private static func run(_ day: String, _ script: String = "login() login()") throws -> Program.Outcome {
        let scene = try RefusalScene()
        let folder = try TemporaryFolder()
        let lines = scene.environment.map { "\($0.key)=\($0.value)" } + ["VAULTSCRIPT_CLIENT_SECRET_EXPIRES=\(day)"]
        let file = try folder.write("blog.env", lines.joined(separator: "\n"))
        let outcome = try Program.script(script, options: ["--credentials", file])
        for value in scene.values { #expect(!outcome.errorText.contains(value)) }
        return outcome
    }

    @Test(arguments: [(14, "in 14 days"), (1, "tomorrow"), (0, "today")])
    func `is warned of once a run when it is near`(days: Int, words: String) throws {
        let (day, outcome) = try Self.run(in: days)
        let wanted =
            "warning: the client secret expires on \(day), \(words), as "
        #expect(outcome.code == 0 && outcome.errorText.hasPrefix(wanted), "\(outcome)")
        #expect(outcome.errorText.split(separator: "\n").count == 2, "\(outcome)")
    }

    /// The command that is named rotates what the run has logged in with, and nothing else.
    @Test func `is warned of with the way to replace that very one`() throws {
        let scene = try RefusalScene()
        let home = try TemporaryFolder()
        let place = "vaultscript/credentials/"
        let day = UTCDay.text(in: 3)
        let text = (scene.environment.map { "\($0.key)=\($0.value)" } + ["VAULTSCRIPT_CLIENT_SECRET_EXPIRES=\(day)"])
            .joined(separator: "\n")
        for name in [place + "blog.env", place + "default.env", "my own.env"] { try home.write(name, text) }
        let files = ["XDG_CONFIG_HOME": home.path]
        let byHand = "replace it in time, by hand: make a new client secret in Infisical, and put it where "
        for (options, environment, words) in [
            (["--profile", "blog"], files, "replace it in time: vaultscript credentials rotate blog, or"),
            ([], files, "replace it in time: vaultscript credentials rotate default, or"),
            (
                ["--credentials", home.path + "/my own.env"], files,
                "replace it in time: vaultscript credentials rotate --credentials '\(home.path)/my own.env', or"
            ),
            (
                [], scene.environment.merging(["VAULTSCRIPT_CLIENT_SECRET_EXPIRES": day]) { $1 },
                byHand + "the environment gets it from"
            ),
            (
                [], ["CREDENTIALS_DIRECTORY": home.path + "/vaultscript/credentials"],
                byHand + home.path + "/vaultscript/credentials/default.env gets it from"
            ),
        ] as [([String], [String: String], String)] {
            let outcome = try Program.script("login()", options: options, environment: environment)
            let lines = outcome.errorText.split(separator: "\n")
            #expect(outcome.code == 0 && lines.count == 2 && lines.last?.hasPrefix(words) == true, "\(outcome)")
        }
    }

    @Test func `is warned of by doctor once, at its end`() throws {
        let scene = try RefusalScene()
        let day = UTCDay.text(in: 3)
        let outcome = try Program.run(
            ["doctor"], environment: scene.environment.merging(["VAULTSCRIPT_CLIENT_SECRET_EXPIRES": day]) { $1 })
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        #expect(outcome.text.contains("\nwarning  client secret  it ends on \(day), as the environment says\nok "), "\(outcome)")
        for words in ["the client secret expires on", "replace it in time"] {
            #expect(outcome.text.components(separatedBy: words).count == 2, "\(outcome)")
        }
    }

    @Test func `is told when it is over, and the login is tried all the same`() throws {
        let outcome = try Self.run(in: -1).outcome
        #expect(outcome.code == 0 && outcome.errorText.hasPrefix("warning: the client secret has expired on "), "\(outcome)")
    }

    @Test func `is not told while it is far`() throws {
        let outcome = try Self.run(in: 15).outcome
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
    }

    @Test(arguments: ["soon", "2026-02-30", "2026-1-01", "26-01-01", "2026-13-01"])
    func `has to be a day`(text: String) throws {
        let outcome = try Self.run(text)
        #expect(outcome.code == 2 && outcome.errorText.contains("VAULTSCRIPT_CLIENT_SECRET_EXPIRES is no date\n"), "\(outcome)")
    }
}
