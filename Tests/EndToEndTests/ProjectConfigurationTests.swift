import Foundation
import TestSupport
import Testing

/// Runs the program in a folder of the test's own.
private func run(in folder: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.run(
        ["-c", "cd \"$0\" && exec \"$@\"", folder, Program.path] + arguments, environment: environment, program: "/bin/bash")
}

/// The settings of a project, and what holds of all that is said.
@Suite struct `A project's configuration` {
    /// A home with a project in it.
    private struct Place {
        let folder: TemporaryFolder
        var home: String { folder.path + "/home" }
        var project: String { home + "/work/blog" }
        var environment: [String: String] { ["HOME": home] }

        init() throws {
            folder = try TemporaryFolder()
            try folder.write("home/work/blog/src/.keep", "")
        }

        func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
            try folder.write("home/work/blog/" + name, text, mode: mode)
        }

        func user(_ text: String) throws { try folder.write("home/.config/vaultscript/config.toml", text) }

        /// The value and source of a setting, as `config --json` has them.
        func setting(_ name: String, _ options: [String] = [], more: [String: String] = [:], at below: String = "/src") throws
            -> [String?]
        {
            let outcome = try run(
                in: project + below, ["config", "--json"] + options, environment: environment.merging(more) { _, new in new })
            let json = try JSONSerialization.jsonObject(with: outcome.output) as? [String: [[String: Any]]]
            let rows = json?["settings"]?.filter { $0["name"] as? String == name } ?? []
            return rows.flatMap { [$0["value"] as? String, $0["source"] as? String] }
        }
    }

    @Test(arguments: [
        (Array(repeating: "a", count: 100_000).joined(separator: ".") + "=1", "", "it is larger than 64 KiB"),
        (
            "[" + Array(repeating: "a", count: 30_000).joined(separator: ".") + "]", ":1: this is not read",
            "tables or lists are nested more than 16 deep"
        ),
    ])
    func `that would overrun the parser is refused`(text: String, place at: String, reason: String) throws {
        let place = try Place()
        try place.write("vaultscript.toml", text)
        let outcome = try run(in: place.project, ["-e", "print(1)"], environment: place.environment)
        #expect(outcome.code == 2 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains(place.project + "/vaultscript.toml" + at), "\(outcome)")
        #expect(outcome.errorText.contains(reason), "\(outcome)")
    }

    @Test func `is found upward, and each level goes before the next`() throws {
        let place = try Place()
        #expect(try place.setting("env") == ["dev", "default"])
        #expect(try place.setting("project") == [nil, "nobody says"])
        try place.user("env = \"one\"\n[profiles.default]\nenv = \"two\"\n")
        let user = place.home + "/.config/vaultscript/config.toml"
        #expect(try place.setting("env") == ["two", user + ":3"])
        try place.folder.write(
            "home/.config/vaultscript/credentials/default.env", "INFISICAL_ENVIRONMENT=three\nINFISICAL_TOKEN=\(Canary().value)")
        #expect(try place.setting("env") == ["three", place.home + "/.config/vaultscript/credentials/default.env"])
        try place.write(".infisical.json", #"{"workspaceId":"w","defaultEnvironment":"four"}"#)
        #expect(try place.setting("env") == ["four", place.project + "/.infisical.json"])
        #expect(try place.setting("project") == ["w", place.project + "/.infisical.json"])
        try place.write("vaultscript.toml", "\nenvironment = \"five\"\n")
        #expect(try place.setting("env") == ["five", place.project + "/vaultscript.toml:2"])
        try place.write("vaultscript.toml", "\nenvironment = \"five\"\n[profiles.default]\nenv = \"six\"")
        #expect(try place.setting("env") == ["six", place.project + "/vaultscript.toml:4"])
        let more = ["INFISICAL_ENVIRONMENT": "seven"]
        #expect(try place.setting("env", more: more) == ["seven", "the variable INFISICAL_ENVIRONMENT"])
        // A profile that was named brings its own.
        #expect(try place.setting("env", ["--profile", "default"], more: more).first == "three")
        #expect(try place.setting("env", ["--env", "eight", "--profile", "default"], more: more) == ["eight", "--env"])
    }

    @Test func `is not looked for in the home folder, nor above it`() throws {
        let place = try Place()
        try place.folder.write("home/vaultscript.toml", "nonsense = 1")
        try place.folder.write("vaultscript.toml", "nonsense = 1")
        #expect(try place.setting("env") == ["dev", "default"])
        try place.write("vaultscript.toml", "nonsense = 1")
        let outcome = try run(in: place.project + "/src", ["-e", "print('ran')"], environment: place.environment)
        #expect(outcome.code == 2 && outcome.text.isEmpty, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("\(place.project)/vaultscript.toml:1: there is no setting nonsense\n"), "\(outcome)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func `is not looked for in folders of somebody else, and not read when it is theirs`() throws {
        let place = try Place()
        try place.write("vaultscript.toml", "env = \"theirs\"")
        func give(_ path: String, to user: uid_t) throws {
            guard unsafe chown(path, user, user) == 0 else { throw POSIXError(.EPERM) }
        }
        try give(place.project, to: 65534)
        #expect(try place.setting("env", at: "") == ["dev", "default"])
        try give(place.project, to: 0)
        try give(place.project + "/vaultscript.toml", to: 65534)
        let outcome = try run(in: place.project, ["-e", ""], environment: place.environment)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
            outcome.errorText == """
                the configuration \(place.project)/vaultscript.toml is not used
                it belongs to the user with id 65534
                make it yours, or run elsewhere: chown $(id -u) \(place.project)/vaultscript.toml

                """, "\(outcome)")
    }

    @Test func `that everybody can write is refused`() throws {
        let place = try Place()
        try place.write("vaultscript.toml", "env = \"x\"", mode: 0o666)
        let outcome = try run(in: place.project, ["-e", ""], environment: place.environment)
        #expect(outcome.code == 2 && outcome.errorText.contains("somebody else can write it"), "\(outcome)")
        try place.write("vaultscript.toml", "env = \"x\"", mode: 0o664)
        #expect(try place.setting("env").first == "x")
    }

    @Test func `takes the environment of the branch that is checked out`() throws {
        let place = try Place()
        try place.write(
            ".infisical.json",
            #"{"defaultEnvironment":"dev","gitBranchToEnvironmentMapping":{"main":"prod","feat/a":"stage"},"defaultSecretPath":"/web"}"#)
        #expect(try place.setting("env").first == "dev")
        try place.write(".git/HEAD", "ref: refs/heads/feat/a\n")
        #expect(try place.setting("env").first == "stage")
        #expect(try place.setting("path").first == "/web")
        try place.write(".git/HEAD", "1f0c2ab0000000000000000000000000000000000\n")
        #expect(try place.setting("env").first == "dev")
        try FileManager.default.removeItem(atPath: place.project + "/.git")
        try place.write(".git", "gitdir: src/tree\n")
        try place.write("src/tree/HEAD", "ref: refs/heads/main\n")
        #expect(try place.setting("env").first == "prod")
        try place.write(".infisical.json", #"{"defaultEnvironment":7}"#)
        let outcome = try run(in: place.project, ["config"], environment: place.environment)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("\(place.project)/.infisical.json cannot be read\nit is not the JSON that Infisical writes\n"))
    }

    @Test func `lowers limits and raises none`() throws {
        let place = try Place()
        try place.user("[limits]\nmemory = \"256M\"\ncalls = 9\n")
        try place.write("vaultscript.toml", "[limits]\nmemory = \"64M\"\ncpu = \"5m\"\ncalls = 50\n")
        #expect(try place.setting("limits.memory") == ["64 MiB", place.project + "/vaultscript.toml:2"])
        #expect(try place.setting("limits.cpu") == ["60 s of CPU time", "default"])
        #expect(try place.setting("limits.calls") == ["9", place.home + "/.config/vaultscript/config.toml:3"])
        let more = ["VAULTSCRIPT_LIMITS": "calls=11"]
        #expect(try place.setting("limits.calls", more: more) == ["11", "the variable VAULTSCRIPT_LIMITS"])
        #expect(try place.setting("limits.memory", ["--limit", "memory=1G"]) == ["1 GiB", "--limit"])
    }

    @Test func `a host that it names has to be the one that is bound`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["A": canary.value])
        let place = try Place()
        let environment = vault.environment.merging(place.environment) { $1 }
        let script = ["-e", "print(getSecret('A'))"]
        for (file, text) in [("vaultscript.toml", "domain = \"%\""), (".infisical.json", "{\"domain\":\"%/api\"}")] {
            let path = place.project + "/" + file
            try place.write(file, text.replacingOccurrences(of: "%", with: vault.url))
            #expect(try run(in: place.project, script, environment: environment).text == "[secret:A]\n")
            let stub = StubHTTPServer([.json(200, "{}")])
            try place.write(file, text.replacingOccurrences(of: "%", with: stub.url))
            let outcome = try run(in: place.project, script, environment: environment)
            #expect(outcome.code == 77 && outcome.text.isEmpty && stub.requests.isEmpty, "\(outcome)")
            let line = file.hasSuffix("toml") ? ":1" : ""
            #expect(outcome.errorText.contains("login: the credentials are not for \(stub.url)"), "\(outcome)")
            #expect(outcome.errorText.contains(", which \(path)\(line) names\nthey are bound to \(vault.url)/api; nothing has been sent\n"), "\(outcome)")
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `a profile of the user's file binds credentials to a host, and names their file`() throws {
        let vault = try DevelopmentVault(secrets: ["A": Canary().value])
        let place = try Place()
        let file = try place.folder.write(
            "else/where.env",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=\(vault.clientID)\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(vault.clientSecret)\n")
        try place.user("[profiles.blog]\ndomain = \"\(vault.url)\"\nproject = \"\(vault.projectID)\"\ncredentials = \"\(file)\"\n")
        try place.write("vaultscript.toml", "profile = \"blog\"\n")
        // A host in the environment is not that of these credentials.
        var environment = place.environment
        environment["INFISICAL_DOMAIN"] = "http://127.0.0.1:1"
        let outcome = try run(
            in: place.project,
            ["-e", "print(getSecret('A')) print(select(2, pcall(fs.read, '\(file)')).kind) login{ domain = 'http://127.0.0.1:1' }"],
            environment: environment)
        #expect(outcome.text == "[secret:A]\ndenied\n" && outcome.code == 77, "\(outcome)")
        #expect(!outcome.errorText.contains(vault.clientSecret))
    }

    @Test func `config shows no credential, wherever it stands`() throws {
        let canary = Canary()
        let place = try Place()
        let outcome = try run(
            in: place.project, ["config"],
            environment: place.environment.merging([
                "INFISICAL_TOKEN": canary.value, "INFISICAL_PROJECT_ID": canary.value, "MY_API_KEY": canary.value,
            ]) { $1 })
        #expect(outcome.code == 0 && canary.found(in: outcome) == nil, "\(outcome)")
        let words = outcome.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(words.contains("INFISICAL_TOKEN set the environment"), "\(outcome)")
        let missing = try run(in: place.project, ["config"], environment: place.environment)
        #expect(missing.code == 0 && missing.text.contains("\ncredentials "), "\(missing)")
        #expect(missing.text.contains("there are no credentials to log in with"), "\(missing)")
    }
}

/// What the user's own file says of variables, masks and the network.
@Suite struct `The user's word on values` {
    private func folder(_ text: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("vaultscript/config.toml", text)
        return folder
    }

    @Test func `public values are not masked and may be short, whatever a script calls its own`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["LOG_LEVEL": "verbose-mode", "PORT": "80", "GH_PAT": canary.value])
        let config = try folder("[masking]\npublic = [\"LOG_*\", \"PORT\"]\n")
        let outcome = try Program.script(
            """
            local all = getSecrets()
            spawn{ "sh", "-c", "echo $LOG_LEVEL $PORT $GH_PAT", env = { LOG_LEVEL = all.LOG_LEVEL, PORT = all.PORT, GH_PAT = all.GH_PAT } }
            local mine = secret.random(40, { name = "LOG_MINE" })
            print(all.PORT, spawn{ "sh", "-c", "echo $X", env = { X = mine }, capture = true }.stdout)
            """, environment: vault.environment.merging(["XDG_CONFIG_HOME": config.path]) { $1 })
        #expect(outcome.text == "verbose-mode 80 [secret:GH_PAT]\n[secret:PORT]\t[secret:LOG_MINE]\n\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `a script writes no secret under a public name`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["LOG_LEVEL": "verbose-mode", "PORT": "8080", "GH_PAT": canary.value])
        let config = try folder("[masking]\npublic = [\"LOG_*\", \"PORT\"]\n")
        let outcome = try Program.script(
            """
            local vault = login()
            local token = vault:getSecret("GH_PAT")
            local function try(name, value)
              local ok, e = pcall(vault.putSecret, vault, name, value)
              print(name, ok or e.kind .. ": " .. e.message)
            end
            try("LOG_TOKEN", token)
            try("LOG_TOKEN", secret.template("x${t}", { t = token }))
            try("LOG_TOKEN", spawn{ "echo", "a text of a program", capture = "secret" }.stdout)
            try("PORT", secret.template("$${GH_PAT}", {}))
            local ok, e = pcall(vault.putSecrets, vault, { OTHER = token, LOG_B = token })
            print(e.message)
            try("PORT", secret.template("9090", {}))
            try("LOG_LEVEL", vault:getSecret("LOG_LEVEL"))
            -- A copy of it elsewhere is no public name's.
            try("ELSEWHERE", vault:getSecret("LOG_LEVEL"))
            spawn{ "sh", "-c", "echo $A $B", env = { A = vault:getSecret("LOG_LEVEL"), B = vault:getSecret("PORT") } }
            """, environment: vault.environment.merging(["XDG_CONFIG_HOME": config.path]) { $1 })
        let denied = "denied: putSecret:"
        #expect(
            outcome.text == """
                LOG_TOKEN\t\(denied) LOG_TOKEN is a public name, and GH_PAT is a secret
                LOG_TOKEN\t\(denied) LOG_TOKEN is a public name, and GH_PAT is a secret
                LOG_TOKEN\t\(denied) LOG_TOKEN is a public name, and echo is a secret
                PORT\t\(denied) PORT is a public name, and template refers to other secrets
                putSecrets: LOG_B is a public name, and GH_PAT is a secret
                PORT\ttrue
                LOG_LEVEL\ttrue
                ELSEWHERE\ttrue
                verbose-mode 9090

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
        // The user's own command may, and the next run shows it.
        let environment = vault.environment.merging(["XDG_CONFIG_HOME": config.path]) { $1 }
        let set = try Program.run(["set", "LOG_TOKEN"], environment: environment, input: Data("seen-by-all".utf8))
        #expect(set.code == 0, "\(set)")
        let shown = try Program.script(
            #"spawn{ "printenv", "A", env = { A = getSecret("LOG_TOKEN") } }"#, environment: environment)
        #expect(shown.text == "seen-by-all\n", "\(shown)")
    }

    @Test func `a tag of the vault makes a value public where the user says so, and nowhere else`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(folders: [
            "/": [
                "LOG_LEVEL": ["value": "verbose-mode", "tags": ["ci", "public"]], "PORT": ["value": "80", "tags": ["public"]],
                "GH_PAT": ["value": canary.value, "tags": ["ci"]], "PLAIN": "plain-value",
            ]
        ])
        let code = """
            local one, all = getSecret("LOG_LEVEL"), getSecrets()
            spawn{ "sh", "-c", "echo $A $B $C $D $E", env = {
              A = one, B = all.LOG_LEVEL, C = all.GH_PAT, D = all.PLAIN, E = PORT_TOO and all.PORT } }
            """
        func run(_ text: String, _ code: String) throws -> Program.Outcome {
            let config = try folder(text)
            return try Program.script(
                code, environment: vault.environment.merging(["XDG_CONFIG_HOME": config.path]) { $1 })
        }
        let shown = try run("[masking]\npublicTags = [\"public\"]\n", "PORT_TOO = true\n" + code)
        #expect(shown.text == "verbose-mode verbose-mode [secret:GH_PAT] [secret:PLAIN] 80\n", "\(shown)")
        #expect(canary.found(in: shown) == nil)
        let masked = try run("[masking]\npublicTags = [\"publi\", \"Public\"]\n", code)
        #expect(
            masked.text == "[secret:LOG_LEVEL] [secret:LOG_LEVEL] [secret:GH_PAT] [secret:PLAIN]\n", "\(masked)")
        // A file of the working tree cannot say it.
        let tree = try TemporaryFolder()
        try tree.write("vaultscript.toml", "[masking]\npublicTags = [\"public\"]\n")
        let project = try Program.run(
            ["-c", "cd \"$1\" && exec \"$2\" -e 'print(1)'", "sh", tree.path, Program.path], program: "/bin/sh")
        #expect(project.code == 2 && project.text.isEmpty, "\(project)")
    }

    @Test func `variables are withheld and passed as it says, and masked in any case`() throws {
        let hidden = Canary()
        let passed = Canary()
        let config = try folder("[variables]\nwithhold = [\"ACME_*\"]\npass = [\"SENTRY_AUTH_TOKEN\", \"ACME_TOKEN\"]\n")
        let outcome = try Program.script(
            """
            spawn{ "sh", "-c", "echo ${ACME_ONE-none} ${ACME_TOKEN-none} $SENTRY_AUTH_TOKEN ${OTHER_TOKEN-none}" }
            print(os.getenv("SENTRY_AUTH_TOKEN"), (pcall(os.getenv, "ACME_ONE")))
            spawn{ "sh", "-c", "echo $ACME_ONE", passEnv = { "ACME_ONE" } }
            """,
            environment: [
                "XDG_CONFIG_HOME": config.path, "ACME_ONE": hidden.value, "ACME_TOKEN": hidden.value,
                "SENTRY_AUTH_TOKEN": passed.value, "OTHER_TOKEN": "xxxxxxxx-other",
            ])
        let mask = "[secret:SENTRY_AUTH_TOKEN]"
        #expect(
            outcome.text == "none none \(mask) none\n\(mask)\tfalse\n[secret:ACME_ONE]\n"
                || outcome.text == "none none \(mask) none\n\(mask)\tfalse\n[secret:ACME_TOKEN]\n", "\(outcome)")
        #expect(hidden.found(in: outcome) == nil && passed.found(in: outcome) == nil)
    }

    @Test func `a project withholds no variable that tells where programs and their configuration are`() throws {
        let tree = try TemporaryFolder()
        try tree.write("vaultscript.toml", "[variables]\nwithhold = [\"PATH\", \"HOME\", \"XDG_*\", \"MINE\"]\n")
        let script = """
            recipe{ name = "r", secrets = {}, programs = { "/usr/bin/printenv", "nice" } }
            for _, name in ipairs{ "PATH", "HOME", "XDG_DATA_HOME", "MINE" } do
              print((spawn{ "/usr/bin/printenv", name, capture = true, check = false }.stdout:gsub("\\n", "")))
            end
            for _, path in ipairs{ "", ":", "/bin:" } do
              print(select(2, pcall(spawn, { "nice", "./evil", env = { PATH = path } })).kind)
            end
            """
        for variables in [["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "XDG_DATA_HOME": "/x", "MINE": "m"], [:]] {
            let outcome = try Program.run(
                ["-i", "-C", tree.path] + variables.map { "\($0)=\($1)" } + [Program.path, "-e", script], program: "/usr/bin/env")
            let shown = variables.isEmpty ? "/bin:/usr/bin\n\n\n\n" : "/usr/bin:/bin\n/nonexistent\n/x\n\n"
            #expect(outcome.text == shown + "denied\ndenied\ndenied\n", "\(outcome)")
        }
    }

    @Test(arguments: [[], ["--allow-http"]])
    func `a proxy sees nothing of what goes to this machine in clear text`(options: [String]) throws {
        let vault = try DevelopmentVault(secrets: ["A": Canary().value])
        let stub = StubHTTPServer([.json(502, "{}")])
        defer { stub.stop() }
        let config = try folder("[network]\nproxy = \"\(stub.url)\"\n")
        let environment = vault.environment.merging(["XDG_CONFIG_HOME": config.path]) { $1 }
        let outcome = try Program.script("print(getSecret('A'))", options: options, environment: environment)
        #expect(outcome.code == 0 && outcome.text == "[secret:A]\n", "\(outcome)")
        #expect(stub.connectionCount == 0)
    }

    @Test func `a proxy and certificates reach the vault's connection`() throws {
        let vault = try DevelopmentVault(secrets: ["A": Canary().value])
        let stub = StubHTTPServer([.json(502, "{}")])
        let config = try folder("[network]\nproxy = \"\(stub.url)\"\n")
        let environment = vault.environment.merging([
            "XDG_CONFIG_HOME": config.path, "INFISICAL_DOMAIN": "http://vault.invalid",
        ]) { $1 }
        let outcome = try Program.script("getSecret('A')", options: ["--allow-http"], environment: environment)
        #expect(outcome.code == 3 && !stub.requests.isEmpty, "\(outcome)")
        #expect(stub.requests.first?.target.hasPrefix("http://vault.invalid/api/") == true, "\(stub.requests)")
    }
}
