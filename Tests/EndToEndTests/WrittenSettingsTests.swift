import Foundation
import TestSupport
import Testing

/// A script, or a program of it, writes where a login reads.
@Suite struct `A login takes nothing from what is written while a script runs` {
    private let value = Canary("jwt-")

    /// A script in a project with these files.
    private func run(_ script: String, _ files: [String: String], _ environments: [String: Any]) throws -> Program.Outcome {
        let vault = try DevelopmentVault(environments: environments)
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return try Program.run(
            ["-C", folder.path, Program.path, "-e", script], environment: vault.environment, program: "/usr/bin/env")
    }

    @Test(arguments: [
        #"{"defaultEnvironment":"\u00e${v}"}"#, #"{"defaultEnvironment":"${v}"}"#, "{${v}", #"{"domain":"https://${v}"}"#,
    ])
    func `of .infisical.json`(text: String) throws {
        let script = """
            local text = secret.template([[\(text)]], { v = getSecret("JWT") })
            spawn{ "cat", stdin = text, stdout = { file = ".infisical.json" } }
            print(login():identity().env)
            """
        let outcome = try run(script, [".infisical.json": "{}"], ["dev": ["/": ["JWT": value.value]]])
        #expect(outcome.text == "dev\n" && value.found(in: outcome) == nil, "\(outcome)")
    }

    /// What a project's file withholds may be its author's: a guess that it ends with finds nothing where it reaches into a
    /// value. Under a recipe a file of credentials that does so ends the run.
    @Test(arguments: ["noninteractive", "noninteractivq"])
    func `as a value beside the user's own`(known: String) throws {
        let vault = try DevelopmentVault(secrets: ["V": "e" + value.value])
        let folder = try TemporaryFolder()
        try folder.write("vaultscript.toml", "[variables]\nwithhold = [\"SOME_TEXT\"]\n")
        try folder.write(".config/vaultscript/credentials/zz.env", "INFISICAL_TOKEN=\(known)\n", mode: 0o600)
        let script = """
            recipe{ name = "r", programs = { "cat" }, secrets = { "V" } }
            local known = secret.template("noninteractiv${v}", { v = getSecret("V") })
            print(spawn{ "cat", stdin = known, capture = true }.stdout)
            """
        for (variables, configuration) in [(["SOME_TEXT": known], "/nonexistent"), ([:], folder.path + "/.config")] {
            let environment = vault.environment.merging(["HOME": "/nonexistent", "XDG_CONFIG_HOME": configuration]) { $1 }
            let outcome = try Program.run(
                ["-C", folder.path, Program.path, "-e", script], environment: environment.merging(variables) { $1 },
                program: "/usr/bin/env")
            if variables.isEmpty, known.hasSuffix("e") {
                #expect(outcome.code == 78 && outcome.text.isEmpty, "\(outcome)")
            } else {
                #expect(outcome.text == "noninteractiv[secret:V]\n", "\(outcome)")
            }
        }
    }

    /// A variable that is masked, and no handle, is nobody's text in what is written to the vault.
    @Test func `as a reference that a recipe does not declare`() throws {
        let vault = try DevelopmentVault(environments: ["dev": ["/": ["NEWREF": "x"], "/web": ["ONLY": value.value]]])
        let folder = try TemporaryFolder()
        try folder.write("vaultscript.toml", "[variables]\nwithhold = [\"NOTE\"]\n")
        let script = """
            recipe{ name = "r", programs = { "cat" }, secrets = { "NEWREF" } }
            local v = login()
            print((pcall(v.putSecret, v, "NEWREF", secret.template(("-"):rep(64) .. "$${dev.web.ONLY}", {}))))
            local ok, h = pcall(v.getSecret, v, "NEWREF")
            if ok then spawn{ "cat", stdin = h, stdout = { file = "o.txt" } } end
            """
        for name in ["NOTE", "CI_KEY"] {
            let environment = vault.environment.merging(["HOME": "/nonexistent", name: "${dev.web.ONLY}"]) { $1 }
            let outcome = try Program.run(
                ["-C", folder.path, Program.path, "-e", script], environment: environment, program: "/usr/bin/env")
            let written = (try? String(contentsOfFile: folder.path + "/o.txt", encoding: .utf8)) ?? ""
            #expect(outcome.text == "false\n" && !written.contains(value.value), "\(outcome)")
        }
    }

    /// Credentials of the user's that no login of this run uses, a token of a platform's, a variable that a project withholds:
    /// what a script makes lays nothing of them bare.
    @Test(arguments: ["credentials", "token", "variable"])
    func `and lays bare nothing of the user's that no login uses`(kind: String) throws {
        let vault = try DevelopmentVault(secrets: [:])
        let folder = try TemporaryFolder()
        let secret = "aaa" + value.value
        var environment = vault.environment.merging(["HOME": "/nonexistent", "XDG_CONFIG_HOME": folder.path + "/.config"]) { $1 }
        let text = "INFISICAL_TOKEN=\(secret)\n"
        switch kind {
        case "credentials": try folder.write(".config/vaultscript/credentials/zz.env", text, mode: 0o600)
        case "token":
            try folder.write("token", secret + "\n", mode: 0o600)
            environment["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"] = folder.path + "/token"
        default:
            try folder.write("vaultscript.toml", "[variables]\nwithhold = [\"SOME_TEXT\"]\n")
            environment["SOME_TEXT"] = secret
        }
        let script = """
            spawn{ "true" }
            fs.write("before", "INFISICAL_TOKEN=")
            local function show()
              local files = { cwd = "\(folder.path)", capture = true, "cat" }
              if "\(kind)" == "credentials" then files[2] = ".config/vaultscript/credentials/zz.env"
              elseif "\(kind)" == "token" then files[2], files[3] = "before", "token"
              else files[2], files[3], files.stdin = "before", "-", secret.env("SOME_TEXT") end
              return spawn(files).stdout
            end
            local first = show()
            spawn{ "cat", stdin = json.encode{ g = "OKEN=aa" .. "a" }, capture = true, secrets = { "g" } }
            for i = 1, 300 do secret.random(4, { alphabet = "=a" }):close() end
            print(first == show(), (first:find("INFISICAL_TOKEN=[secret:", 1, true)))
            """
        let outcome = try Program.run(
            ["-C", folder.path, Program.path, "-e", script], environment: environment, program: "/usr/bin/env")
        // Draws of few letters are of one order with such a variable: under a recipe what overlaps ends the run.
        let same = kind == "variable" ? "false" : "true"
        #expect(outcome.text == "\(same)\t1\n" && value.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `and sends nothing of it to another host`() throws {
        let stub = StubHTTPServer([.json(401, "{}")])
        defer { stub.stop() }
        let folder = try TemporaryFolder()
        try folder.write(
            ".config/vaultscript/credentials/default.env",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=c0a8e3a1-8a3b-4c1d-9e2f-1234567890ab\n"
                + "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(value.value)\n", mode: 0o600)
        let script = """
            recipe{ name = "r", programs = { "cat" }, secrets = { "TOKEN" }, hosts = { "\(stub.url.dropFirst(7))" } }
            fs.write("host.env", "INFISICAL_DOMAIN=\(stub.url)\\n")
            spawn{ "cat", ".config/vaultscript/credentials/default.env", "host.env", stdout = { file = "both.env" } }
            print((pcall(login, { credentials = "both.env" })))
            """
        let outcome = try Program.run(
            ["-C", folder.path, Program.path, "-e", script],
            environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"], program: "/usr/bin/env")
        #expect(outcome.text == "false\n" && stub.requests.isEmpty, "\(outcome)")
    }

    /// Copies that a program of an earlier run has made, before this run starts one.
    @Test func `and tells nothing of a copy of it that is read, or required, first`() throws {
        let folder = try TemporaryFolder()
        let secret = "5b7" + value.value
        try folder.write("token", secret, mode: 0o600)
        try folder.write("copy", secret)
        try folder.write("found.lua", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret)\n")
        let named = "spawn{ 'echo', 'INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET', capture = 'secret' } print(fs.read('found.lua'))"
        for script in [named, "print(fs.read('copy'))", "print(pcall(require, 'found'))", "print(pcall(require, 'copy2'))"] {
            try folder.write("copy2.lua", "return " + secret)
            let outcome = try Program.run(
                ["-C", folder.path, Program.path, "-e", script],
                environment: [
                    "HOME": folder.path, "PATH": "/usr/bin:/bin",
                    "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": folder.path + "/token",
                ], program: "/usr/bin/env")
            #expect(!(outcome.text + outcome.errorText).isEmpty && value.found(in: outcome) == nil, "\(outcome)")
        }
    }

    @Test func `of .infisical.json under a recipe, by fs`() throws {
        let script = """
            recipe{ name = "s", secrets = { "A" }, programs = {} }
            fs.write(".infisical.json", [[{"defaultEnvironment":"prod"}]])
            print(login():identity().env)
            """
        let outcome = try run(script, [".infisical.json": "{}"], ["dev": ["/": ["A": "a"]], "prod": ["/": ["A": "b"]]])
        #expect(outcome.text == "dev\n", "\(outcome)")
    }

    @Test func `of the branch that is checked out`() throws {
        let script = """
            spawn{ "sh", "-c", "echo ref: refs/heads/main >.git/HEAD" }
            print(login():identity().env)
            """
        let mapping = #"{"gitBranchToEnvironmentMapping":{"main":"prod","side":"stage"}}"#
        let outcome = try run(
            script, [".infisical.json": mapping, ".git/HEAD": "ref: refs/heads/side\n"],
            ["dev": ["/": [:]], "stage": ["/": [:]], "prod": ["/": [:]]])
        #expect(outcome.text == "stage\n", "\(outcome)")
    }

    @Test func `and .infisical.json is an error of a login alone`() throws {
        let script = "print(1) fs.write('.infisical.json', '{}') print(pcall(login))"
        let outcome = try run(script, [".infisical.json": "no JSON"], ["dev": ["/": [:]]])
        #expect(outcome.text.hasPrefix("1\nfalse\t") && outcome.text.contains("/.infisical.json cannot be read"), "\(outcome)")
    }
}

/// `--credentials-fd`: what is masked and out of reach, and which text counts.
@Suite struct `Credentials by a descriptor` {
    private let secret = Canary("cs")
    private let token = Canary("eyJ.")

    private func run(_ script: String, _ folder: TemporaryFolder, _ source: String) throws -> Program.Outcome {
        try Program.run(
            ["-c", "cd \"$1\"; exec \"$0\" --credentials-fd 9 -e \"$2\" 9< \(source)", Program.path, folder.path, script],
            program: "/bin/bash")
    }

    @Test(arguments: ["own.env", "<(cat own.env)"])
    func `are masked before a login, as are the tokens that they name`(source: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("token", token.value)
        try folder.write(
            "own.env",
            """
            INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret.value)
            INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=\(path)
            """)
        let outcome = try run("print(select(2, pcall(fs.read, 'token')).kind) spawn{ 'cat', 'token', 'own.env' }", folder, source)
        #expect(outcome.code == 0 && outcome.text.hasPrefix("denied\n"), "\(outcome)")
        #expect(secret.found(in: outcome) == nil && token.found(in: outcome) == nil, "\(outcome)")
    }

    /// What a login would refuse is printed by a program all the same.
    @Test(arguments: ["\u{FEFF}export ", "INFISICAL_TYPO=x\n", "INFISICAL_DOMAIN\n", "?", "# INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET: "])
    func `are masked whatever else stands there`(before: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("own.env", "\(before)INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET = '\(secret.value)'\n")
        let outcome = try run("spawn{ 'cat', 'own.env' }", folder, "own.env")
        #expect(outcome.code == 0 && outcome.text.contains("[secret:client secret]"), "\(outcome)")
        #expect(secret.found(in: outcome) == nil, "\(outcome)")
    }

    @Test(arguments: ["own.env", "<(cat own.env)"])
    func `count as they were before the first program, for each login`(source: String) throws {
        let attacker = StubHTTPServer { _, _ in .json(200, #"{"accessToken": "a.b.c", "expiresIn": 60, "tokenType": "Bearer"}"#) }
        defer { attacker.stop() }
        let vault = try DevelopmentVault(secrets: ["A": "a"])
        let folder = try TemporaryFolder()
        try folder.write("own.env", vault.environment.map { "\($0.key)=\($0.value)\n" }.joined())
        let script = """
            spawn{ "sh", "-c", "sed -i.old 's|^INFISICAL_DOMAIN=.*|INFISICAL_DOMAIN=\(attacker.url)|' own.env; cat own.env >own.env.old" }
            for i = 1, 2 do print(login():getSecret("A")) end
            """
        let outcome = try run(script, folder, source)
        #expect(outcome.text == "[secret:A]\n[secret:A]\n" && attacker.requests.isEmpty, "\(outcome)")
    }
}

/// The user's own profiles, which a program can print with the user's rights.
@Suite struct `Credentials files that no login would use` {
    private let secret = Canary("cs")

    @Test(arguments: [
        (0o640, ""), (0o644, "INFISICAL_TYPO=x\n"), (0o600, "INFISICAL_TYPO=x\n"), (0o600, "no setting\n"),
        (0o600, String(repeating: " \n", count: 1000)), (0o600, "#" + String(repeating: "x", count: 66_000) + "\n"),
    ])
    func `are masked like others`(mode: Int, more: String) throws {
        let folder = try TemporaryFolder()
        let line = "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret.value)\n"
        try folder.write("vaultscript/credentials/own.env", line + more, mode: mode)
        let outcome = try Program.script(
            "io.write(spawn{ 'sh', '-c', 'cat $XDG_CONFIG_HOME/vaultscript/credentials/*.env', capture = true }.stdout)",
            environment: ["XDG_CONFIG_HOME": folder.path])
        #expect(outcome.code == 0 && outcome.text.contains("CLIENT_SECRET=[secret:client secret]\n"), "\(outcome)")
        #expect(secret.found(in: outcome) == nil, "\(outcome)")
    }
}
