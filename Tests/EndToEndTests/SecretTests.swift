import Foundation
import TestSupport
import Testing

/// Secrets from the development vault: what a script can do with them, and that nothing comes out.
@Suite struct `Secrets` {
    @Test func `a secret prints as its name and in no other way`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let outcome = try Program.script(
            #"""
            local s = getSecret("GH_PAT")
            print(s, tostring(s), ("%s"):format(s), s:name())
            local source = s:source()
            print(source.provider, source.project, source.env, source.path, source.version)
            for _, f in ipairs {
              function() return s .. "x" end, function() return "x" .. s end, function() return #s end,
              function() return s < s end, function() return s <= s end, function() return s + 1 end, function() return -s end,
              function() return s() end, function() s.x = 1 end, function() for _ in pairs(s) do end end,
              function() return s.value end, function() return ("%d"):format(s) end, function() return json.encode(s) end,
              function() return json.encode { a = s } end, function() log.info(s) end, function() io.write(s) end,
              function() fail(s) end, function() return setmetatable({}, getmetatable(s)) end,
              function() return s:name(1, 2).x.y end, function() return s.name("x") end,
              function() return string.rep(s, 2) end, function() return s & 1 end,
            } do
              local ok, e = pcall(f)
              print(ok, (tostring(e):match("^[^\n]*")))
            end
            print(s == s, s == getSecret("GH_PAT"), getmetatable(s), rawequal(s, s), rawlen and pcall(rawlen, s))
            error(s)
            """#, environment: vault.environment)
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
        #expect(outcome.code == 1, "\(outcome)")
        let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "[secret:GH_PAT]\t[secret:GH_PAT]\t[secret:GH_PAT]\tGH_PAT")
        #expect(lines[1] == "infisical\t\(vault.projectID)\tdev\t/\t1")
        #expect(lines[2..<24].allSatisfy { $0.hasPrefix("false\t") }, "\(outcome)")
        #expect(lines[2].contains("the secret GH_PAT cannot be joined to a text"))
    }

    @Test func `a closed secret is an error that names it`() throws {
        let vault = try DevelopmentVault(secrets: ["A": Canary().value, "B": Canary().value])
        let outcome = try Program.script(
            """
            local a = getSecret("A")
            a:close() a:close()
            print(a, select(2, pcall(spawn, { "true", env = { A = a } })))
            do local b <close> = getSecret("B") a = b end
            print(select(2, pcall(a.source, a)))
            """, environment: vault.environment)
        #expect(outcome.text.contains("[secret:A]\tthe secret A has been closed"), "\(outcome)")
        #expect(outcome.text.contains("the secret B has been closed"), "\(outcome)")
    }

    @Test func `a folder comes as names and secrets`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(folders: ["/": ["A": "1"], "/web": ["B": canary.value, "C": Canary().value]])
        let outcome = try Program.script(
            """
            local vault = login()
            local all = vault:getSecrets{ path = "/web" }
            print(all.A, all.B, all.C)
            print(table.concat(vault:names{ path = "/web" }, " "))
            print(getSecret("NONE", { optional = true }))
            print(vault:getSecret("B", { path = "/web" }))
            spawn{ "printenv", "B", env = all }
            """, environment: vault.environment)
        #expect(
            outcome.text == """
                nil\t[secret:B]\t[secret:C]
                B C
                nil
                [secret:B]
                [secret:B]

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `one secret is found by address, by version and by a field of its JSON`() throws {
        let canary = Canary()
        let value = "{\"user\":\"deployer\",\"inner\":{\"token\":\"\(canary.value)\"},\"n\":1}"
        let vault = try DevelopmentVault(folders: ["/": ["A": "root"], "/web": ["CFG": value]])
        let outcome = try Program.script(
            #"""
            local token = getSecret("CFG", { path = "/web", field = "inner.token" })
            print(token, getSecret("infisical://" .. arg[1] .. "/dev/web/CFG"), getSecret("CFG", { path = "/web", version = 1 }))
            spawn{ "sh", "-c", 'test "$T" = "$EXPECTED" && echo right; echo "$T"', env = { T = token, EXPECTED = token } }
            for _, options in ipairs { { field = "none" }, { field = "n" }, { field = "inner" }, { field = "user.x" } } do
              options.path = "/web"
              print((select(2, pcall(getSecret, "CFG", options)).message))
            end
            print((select(2, pcall(getSecret, "infisical://x")).message))
            """#, [vault.projectID], environment: vault.environment)
        #expect(
            outcome.text == """
                [secret:CFG.inner.token]\t[secret:CFG]\t[secret:CFG]
                right
                [secret:CFG.inner.token]
                the secret CFG has no text field none
                the secret CFG has no text field n
                the secret CFG has no text field inner
                the secret CFG has no text field user.x
                getSecret: name: "infisical://x" is no address of a secret

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `a template puts secrets together in the host`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let outcome = try Program.script(
            #"""
            local pat = getSecret("PAT")
            local url = secret.template("https://x:${pat}@${host}/$${", { pat = pat, host = "h" })
            print(url)
            spawn{ "sh", "-c", 'test "$URL" = "https://x:$PAT@h/\\${" && echo same; echo "$URL"', env = { URL = url, PAT = pat } }
            for _, f in ipairs { { "${x}", {} }, { "${pat", { pat = pat } }, { "${}", {} }, { "x", { y = 1 } }, { "${t}", { t = {} } } } do
              print((select(2, pcall(secret.template, f[1], f[2])).message))
            end
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                [secret:PAT]
                same
                https://x:[secret:PAT]@h/${
                secret.template: there is no field for ${x}
                secret.template: text: a "${" is not closed
                secret.template: text: "${}" names no field
                secret.template: the text has no ${y}
                secret.template: fields.t: expected a secret or a text, got a table

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `credentials reach neither the script nor a child nor the host's own environment`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        var environment = vault.environment
        environment["GITHUB_TOKEN"] = Canary().value
        environment["MY_DB_PASSWORD"] = Canary("pw").value
        environment["PLAIN"] = "plain value"
        let outcome = try Program.script(
            #"""
            login()
            print(os.getenv("PLAIN"))
            for _, name in ipairs { "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "GITHUB_TOKEN", "MY_DB_PASSWORD", "INFISICAL_DOMAIN" } do
              print((select(2, pcall(os.getenv, name)).message))
            end
            spawn{ "sh", "-c", "env | cut -d= -f1 | grep -E 'INFISICAL|TOKEN|PASSWORD|PLAIN' || true" }
            spawn{ "sh", "-c", "env | grep -c GITHUB_TOKEN", passEnv = { "GITHUB_TOKEN" } }
            print((select(2, pcall(spawn, { "true", passEnv = { "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET" } })).message))
            print((select(2, pcall(secret.env, "INFISICAL_TOKEN")).message))
            local token = secret.env("GITHUB_TOKEN")
            spawn{ "sh", "-c", 'echo "$T"', env = { T = token } }
            spawn{ "sh", "-c", "tr '\\0' '\\n' < /proc/$PPID/environ 2>/dev/null | grep -c INFISICAL", check = false }
            """#, environment: environment)
        #expect(
            outcome.text == """
                plain value
                os.getenv: INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET is withheld from scripts
                os.getenv: GITHUB_TOKEN is withheld from scripts
                os.getenv: MY_DB_PASSWORD is withheld from scripts
                os.getenv: INFISICAL_DOMAIN is withheld from scripts
                PLAIN
                1
                spawn: passEnv: INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET is not handed on
                secret.env: INFISICAL_TOKEN is not handed on
                [secret:GITHUB_TOKEN]
                0

                """, "\(outcome)")
        for name in ["GITHUB_TOKEN", "MY_DB_PASSWORD", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] {
            let value = try #require(environment[name])
            #expect(!outcome.text.contains(value) && !outcome.errorText.contains(value))
        }
    }

    @Test func `a credentials file is read when it is safe, and the message mends it when it is not`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let folder = try TemporaryFolder()
        let text = "# a comment\n" + vault.environment.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: "\n") + "\n"
        let file = try folder.write("config/vaultscript/credentials/work.env", text)
        let script = ["-e", "print(getSecret('PAT'))"]
        let home = ["XDG_CONFIG_HOME": folder.path + "/config"]
        #expect(try Program.run(["--credentials", file] + script).text == "[secret:PAT]\n")
        #expect(try Program.run(["--profile", "work"] + script, environment: home).text == "[secret:PAT]\n")
        let login = try Program.run(["-e", "login{ profile = 'work' } print(getSecret('PAT'))"], environment: home)
        #expect(login.text == "[secret:PAT]\n", "\(login)")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let open = try Program.run(["--profile", "work"] + script, environment: home)
        #expect(open.code == 2 && open.errorText.contains("chmod 600") && open.errorText.contains("0644"), "\(open)")
        let missing = try Program.run(["--profile", "none"] + script, environment: home)
        #expect(missing.code == 2 && missing.errorText.contains(home["XDG_CONFIG_HOME"] ?? "?"), "\(missing)")
        let typo = try folder.write("typo.env", "INFISICAL_UNIVERSAL_AUTH_CLIENT_IDD=x\n")
        let unknown = try Program.run(["--credentials", typo] + script)
        #expect(unknown.code == 2 && unknown.errorText.contains("did you mean INFISICAL_UNIVERSAL_AUTH_CLIENT_ID?"), "\(unknown)")
    }

    @Test func `credentials do not go to another machine without encryption`() throws {
        let environment = ["INFISICAL_TOKEN": Canary().value, "INFISICAL_DOMAIN": "http://192.0.2.1:1", "INFISICAL_PROJECT_ID": "x"]
        let outcome = try Program.run(["-e", "getSecret('PAT')"], environment: environment)
        #expect(outcome.code == 77 && outcome.errorText.contains("is not encrypted"), "\(outcome)")
    }

    @Test func `a domain that the credentials are not bound to is refused before any request`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        for domain in ["https://elsewhere.example", "eu", vault.url + "/other", "http://127.0.0.1:1"] {
            let outcome = try Program.run(["-e", "login{ domain = '\(domain)' }"], environment: vault.environment)
            #expect(outcome.code == 77 && outcome.errorText.contains("nothing has been sent"), "\(outcome)")
        }
        for domain in [vault.url, vault.url + "/", vault.url + "/api"] {
            let outcome = try Program.run(["-e", "login{ domain = '\(domain)' } print('in')"], environment: vault.environment)
            #expect(outcome.text == "in\n", "\(outcome)")
        }
    }

    @Test(arguments: [
        ("getSecret('NONE')", Int32(3), "NONE"), ("getSecret('PAT', { env = 'prod' })", 3, "prod"),
        ("getSecret('PAT', { path = '/none' })", 3, "/none"), ("getSecret('PAT', { paht = '/' })", 2, "did you mean \"path\"?"),
        ("getSecret()", 2, "getSecret: name"), ("login{ method = 'oidc' }", 2, "oidc"), ("login('x')", 2, "login: options"),
        ("getSecret('PAT'):nothing()", 2, "a secret has no field \"nothing\""),
        ("login().getSecret('PAT')", 2, "write it with a colon"),
    ])
    func `a wrong call says what is wrong`(code: String, exit: Int32, message: String) throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.run(["-e", code], environment: vault.environment)
        #expect(outcome.code == exit && outcome.errorText.contains(message), "\(outcome)")
    }
}
