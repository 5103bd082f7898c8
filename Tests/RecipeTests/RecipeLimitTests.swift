import Foundation
import TestSupport
import Testing

/// What a recipe does not declare is refused, before anything is fetched or started.
@Suite struct `Recipe limits` {
    @Test func `a secret that is not declared is refused without a request`() throws {
        let server = StubHTTPServer([.json(500, "{}")])
        defer { server.stop() }
        let environment = [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "id", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": Canary().value,
            "INFISICAL_DOMAIN": server.url, "INFISICAL_PROJECT_ID": "p",
        ]
        let outcome = try Program.script(
            "recipe{ name = 'x', secrets = { 'GH_PAT' } } getSecret('GH_PTA')", environment: environment)
        #expect(outcome.code == 77, "\(outcome)")
        #expect(
            outcome.errorText == """
                script.lua:1: the secret GH_PTA is not declared by this recipe
                it declares: GH_PAT
                did you mean "GH_PAT"?

                """, "\(outcome)")
        let login = try Program.script("recipe{ name = 'x' } login()", environment: environment)
        #expect(login.code == 77 && login.errorText.contains("the login is not declared by this recipe"), "\(login)")
        #expect(server.requests.isEmpty)
    }

    @Test func `declared secrets are given, where they are declared and nowhere else`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(folders: [
            "/": ["A": canary.value, "B": Canary().value], "/web": ["A": Canary().value, "C": Canary().value],
        ])
        let outcome = try Program.script(
            """
            recipe{ name = "x", secrets = { "A", { name = "C", path = "/web/" }, "infisical://\(vault.projectID)/dev/web/A" } }
            local vault = login()
            local function try(f, ...)
              local ok, e = pcall(f, ...)
              print(ok and tostring(e) or e.kind .. " " .. e.message)
            end
            try(getSecret, "A")
            try(getSecret, "A", { path = "/web" })
            try(getSecret, "C", { path = "/web" })
            try(getSecret, "C")
            try(vault.getSecret, vault, "B")
            try(vault.getSecret, vault, "A", { env = "prod" })
            try(vault.getSecret, vault, "A", { project = "other" })
            try(vault.getSecrets, vault)
            try(vault.names, vault, { path = "/none" })
            print(table.concat(vault:names{ path = "/web" }, " "))
            """, environment: vault.environment)
        #expect(
            outcome.text == """
                [secret:A]
                [secret:A]
                [secret:C]
                denied the secret C of env dev, path / is not declared by this recipe
                denied the secret B of env dev, path / is not declared by this recipe
                denied the secret A of env prod, path / is not declared by this recipe
                denied the secret A of env dev, path / is not declared by this recipe
                denied the folder of secrets env dev, path / is not declared by this recipe
                denied the folder of secrets env dev, path /none is not declared by this recipe
                A C

                """, "\(outcome)")
        let elsewhere = try Program.script(
            """
            recipe{ name = "x", secrets = { "A", { name = "C", path = "/web/", env = "dev" } } }
            print((select(2, pcall(getSecret, "C", { env = "prod", path = "/other" })).hint))
            local vault = login()
            print((select(2, pcall(vault.getSecret, vault, "A", { env = "prod" })).hint))
            """, environment: vault.environment)
        #expect(
            elsewhere.text == """
                C is declared of env dev, path /web, and not of env prod, path /other: where that is meant, \
                declare { name = "C", env = "prod", path = "/other" } too
                A is declared of env dev, and not of env prod: where that is meant, declare { name = "A", env = "prod" } too

                """, "\(elsewhere)")
        let folder = try Program.script(
            """
            recipe{ name = "x", secrets = { { path = "/web" } } }
            local all = getSecrets{ path = "/web" }
            print(all.A, all.C, pcall(getSecrets))
            """, environment: vault.environment)
        #expect(folder.text.hasPrefix("[secret:A]\t[secret:C]\tfalse\tthe folder of secrets env dev, path /"), "\(folder)")
    }

    @Test func `withheld variables and secret files have to be declared`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("key", "a key of some length\n", mode: 0o600)
        let outcome = try Program.script(
            """
            recipe{ name = "x", programs = { "true" }, secrets = { "env:A_TOKEN", "file:\(file)" } }
            print(secret.env("A_TOKEN"), secret.file("\(file)"))
            spawn{ "true", passEnv = { "A_TOKEN" } }
            for _, f in ipairs {
              function() secret.env("B_TOKEN") end, function() secret.file("\(file)x") end,
              function() spawn{ "true", passEnv = { "B_TOKEN" } } end,
            } do print(select(2, pcall(f)).message) end
            """, environment: ["A_TOKEN": Canary().value, "B_TOKEN": Canary().value])
        #expect(
            outcome.text == """
                [secret:A_TOKEN]\t[secret:key]
                the secret env:B_TOKEN is not declared by this recipe
                the secret file:\(file)x is not declared by this recipe
                the secret env:B_TOKEN is not declared by this recipe

                """, "\(outcome)")
    }

    @Test func `a program that is not declared is refused, and no file is touched for it`() throws {
        let folder = try TemporaryFolder()
        let kept = try folder.write("out", "kept")
        let outcome = try Program.script(
            "recipe{ name = 'x', programs = { 'echo' } } spawn{ 'cat', stdout = { file = '\(kept)' } }")
        #expect(outcome.code == 77, "\(outcome)")
        #expect(
            outcome.errorText == """
                script.lua:1: the program cat is not declared by this recipe
                it declares: echo
                where it is meant, add it to recipe{ programs = { … } }

                """, "\(outcome)")
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "kept")
    }

    @Test func `a declared name stands for one file, a path for itself`() throws {
        let folder = try TemporaryFolder()
        let own = try folder.write("echo", "#!/bin/sh\necho own\n", mode: 0o755)
        let outcome = try Program.script(
            """
            recipe{ name = "x", programs = { "echo", "\(own)", "./echo", "nowhere-at-all" } }
            local function try(spec)
              spec.capture = true
              local ok, r = pcall(spawn, spec)
              print(ok and r.stdout:gsub("\\n", "") or r.kind .. " " .. r.message)
            end
            try{ "echo", "system" }
            try{ "\(own)" }
            try{ "echo", "x", env = { PATH = "\(folder.path)" } }
            try{ "/bin/echo", "x" }
            try{ "./echo", cwd = "\(folder.path)" }
            try{ "nowhere-at-all" }
            try{ "../" .. "\(folder.path)" .. "/echo" }
            local ok, e = pcall(pipe, { { "echo", "x" }, { "cat" } })
            print(e.kind, e.message)
            """)
        #expect(
            outcome.text == """
                system
                own
                denied env.PATH: \(folder.path) is not added under a recipe
                denied the program /bin/echo is not declared by this recipe
                denied the program ./echo is not the one that this recipe declares
                start program nowhere-at-all was not found
                denied the program ../\(folder.path)/echo is not declared by this recipe
                denied\tthe program cat is not declared by this recipe

                """, "\(outcome)")
    }

    /// A program that is declared finds others by it.
    @Test(arguments: [("/usr/bin", true), ("/bin:/usr/bin", true), ("/usr/bin:", false), (".:/usr/bin", false), ("/usr/bin:/tmp", false)])
    func `PATH may lose folders, and gets no others`(path: String, isAllowed: Bool) throws {
        let outcome = try Program.script(
            "recipe{ name = 'x', programs = { 'env' } } print(pcall(spawn, { 'env', env = { PATH = '\(path)' } }))",
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
        #expect(outcome.text.hasPrefix(isAllowed ? "true" : "false\tenv.PATH: "), "\(outcome)")
    }

    @Test func `a stdlib module runs within the same limits`() throws {
        let outcome = try Program.script(
            "recipe{ name = 'x', programs = { 'echo' } } print(pcall(require('git').head))")
        #expect(outcome.text.hasPrefix("false\tthe program git is not declared by this recipe"), "\(outcome)")
    }

    /// Lua leaves out a first line that begins with # up to its line feed, whatever carriage returns are in it.
    @Test func `is not shown where Lua sees none`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("x.lua", "#\rrecipe{ name = \"shown\", secrets = { \"TOKEN\" } }\nprint(1)\n")
        let outcome = try Program.run(["describe", script])
        #expect(outcome.code != 0 || !outcome.text.contains("TOKEN"), "\(outcome)")
    }
}
