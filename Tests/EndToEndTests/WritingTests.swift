import Foundation
import TestSupport
import Testing

/// `putSecret`, `putSecrets` and `deleteSecret` of the built program, against the development vault.
@Suite struct `Writing secrets` {
    @Test func `a secret is created, updated, compared by version and deleted`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["OLD": "old value"])
        let outcome = try Program.script(
            #"""
            local vault = login()
            local new = secret.env("MY_TOKEN")
            print(vault:putSecret("NEW", new))
            print(vault:putSecret("NEW", secret.random(32), { ifVersion = 1, comment = "rotated" }))
            print(vault:putSecret("OLD", new))
            spawn{ "sh", "-c", 'test "$A" = "$B" && echo same', env = { A = getSecret("OLD"), B = new } }
            local ok, e = pcall(vault.putSecret, vault, "NEW", new, { ifVersion = 1 })
            print(e.kind, e.status, e)
            print(vault:deleteSecret("NEW"), vault:deleteSecret("NEW", { optional = true }))
            print(table.concat(vault:names(), " "))
            """#, environment: vault.environment.merging(["MY_TOKEN": canary.value]) { $1 })
        #expect(
            outcome.text == """
                1\tcreated
                2\tupdated
                2\tupdated
                same
                denied\t409\tsecret NEW could not be updated
                it has version 2 now, version 1 was expected; nothing has been written
                somebody else has changed it: fetch it again, decide, and give its version as ifVersion
                true\tfalse
                OLD

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `a recipe's references are to what it declares`() throws {
        let vault = try DevelopmentVault(environments: [
            "dev": ["/": ["A": "value-a", "OTHER": "value-o"], "/web": ["B": "value-b"]],
            "prod": ["/": ["P": "value-p"], "/all": ["Q": "value-q"]],
        ])
        let outcome = try Program.script(
            #"""
            recipe{ name = "r", secrets = { "A", "NEW", { name = "P", env = "prod" }, { path = "/all", env = "prod" } } }
            local vault = login()
            for _, reference in ipairs {
              "A", "dev.A", "prod.P", "prod.all.Q", "OTHER", "dev.OTHER", "P", "prod.A", "dev.web.B", "prod.all.x.Q", "@x.dev.A"
            } do
              local made = secret.template("$${" .. reference .. "}", {})
              local ok, e = pcall(vault.putSecret, vault, "NEW", made)
              print(reference, ok and "written" or e.kind)
            end
            vault:putSecret("NEW", vault:getSecret("A"))
            """#, environment: vault.environment)
        let refused = ["OTHER", "dev.OTHER", "P", "prod.A", "dev.web.B", "prod.all.x.Q", "@x.dev.A"]
        #expect(outcome.code == 0, "\(outcome)")
        for reference in ["A", "dev.A", "prod.P", "prod.all.Q"] {
            #expect(outcome.text.contains("\(reference)\twritten\n"), "\(outcome)")
        }
        for reference in refused { #expect(outcome.text.contains("\(reference)\tdenied\n"), "\(outcome)") }
    }

    @Test func `a text is refused without being shown`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: [:])
        let outcome = try Program.script(
            "login():putSecret('NEW', '\(canary.value)')", environment: vault.environment)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
            outcome.errorText.hasSuffix(
                """
                script.lua:1: putSecret: value: expected a secret, got a string
                a value that a script could read would be in its file, its memory and its errors
                take one from secret.random, secret.prompt, secret.file, secret.env, or spawn{ …, capture = "secret" }

                """), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(arguments: [[:], ["v4": false], ["batch": false], ["upsert": false]])
    func `many are written at once, whatever the server knows`(server: [String: Bool]) throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "1"], "/web": [:]], server: server)
        let outcome = try Program.script(
            #"""
            local vault = login()
            local versions, what = vault:putSecrets{ A = secret.random(32), B = secret.random(32) }
            print(what, versions.A, versions.B)
            vault:putSecrets({ C = secret.hex(getSecret("A")) }, { path = "/web" })
            spawn{ "sh", "-c", 'test ${#A} -gt 30 && test ${#C} -gt 60 && echo there', env = {
              A = getSecret("A"), C = getSecret("C", { path = "/web" }) } }
            """#, environment: vault.environment)
        #expect(outcome.text == "written\t2\t1\nthere\n", "\(outcome)")
    }

    @Test func `what was written before another of its batch was refused is not taken for the vault's own`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "value"]], server: ["batch": false])
        let outcome = try Program.script(
            #"""
            local vault = login()
            local values = { NEW = secret.template("guess", {}), ["X Y"] = secret.random(8) }
            print((select(2, pcall(vault.putSecrets, vault, values)).reason:match("written before it: .*")))
            print((select(2, pcall(vault.getSecret, vault, "NEW")).message))
            print(vault:getSecret("A"))
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                written before it: NEW
                the secret NEW may be what this run has written there, or not
                [secret:A]

                """, "\(outcome)")
    }

    @Test func `a change that only awaits approval is an error, unless the script allows it`() throws {
        let vault = try DevelopmentVault(
            folders: ["/": ["A": "1"]], project: ["protected": [["environment": "dev", "path": "/"]]])
        let host = vault.url.dropFirst("http://".count)
        let refused = try Program.script("login():putSecret('A', secret.random(32))", environment: vault.environment)
        #expect(refused.code == 3, "\(refused)")
        #expect(
            refused.errorText.hasSuffix(
                """
                script.lua:1: secret A is not written: the change awaits approval
                a change policy protects the folder; \(host) has made a request for approval, and nothing has changed yet
                have it approved there and run again, or go on without it: putSecret(…, { allowApproval = true })

                """), "\(refused)")
        let allowed = try Program.script(
            #"""
            local vault, new = login(), secret.random(32)
            print(vault:putSecret("A", new, { allowApproval = true }))
            print(vault:putSecrets({ A = new, B = new }, { allowApproval = true }))
            print(vault:deleteSecret("A", { allowApproval = true }))
            print(getSecret("A"):source().version, (select(2, pcall(vault.deleteSecret, vault, "A")).message))
            """#, environment: vault.environment)
        #expect(
            allowed.text == """
                nil\tapproval
                nil\tapproval
                nil\tapproval
                1\tsecret A is not deleted: the change awaits approval

                """, "\(allowed)")
    }

    @Test func `no value goes to a host that only the script's own credentials file names`() throws {
        let canary = Canary()
        let own = try DevelopmentVault(secrets: ["MINE": canary.value])
        let other = try DevelopmentVault(secrets: [:])
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "other.env", other.environment.map { "\($0.key)=\($0.value)" }.joined(separator: "\n") + "\n", mode: 0o600)
        let script = #"""
            local mine = getSecret("MINE")
            login{ credentials = arg[1], project = arg[2] }:putSecret("TAKEN", mine)
            """#
        let refused = try Program.script(script, [file, other.projectID], environment: own.environment)
        let host = other.url.dropFirst("http://".count)
        #expect(refused.code == 77, "\(refused)")
        #expect(
            refused.errorText.hasSuffix(
                """
                script.lua:2: putSecret: no secret is written at \(host)
                the credentials are of a file that the script names, so the account there may be anybody's; the user has not named that host
                name it yourself: --domain, --credentials FILE, or INFISICAL_DOMAIN in the environment

                """), "\(refused)")
        let named = try Program.script(
            "print(login{ credentials = arg[1] }:putSecret('TAKEN', secret.random(8)))", [file],
            options: ["--domain", other.url])
        #expect(named.text == "1\tcreated\n", "\(named)")
    }

    @Test func `what the script has put together is not taken apart after a way through the vault`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["A": canary.value])
        let outcome = try Program.script(
            #"""
            local vault = login()
            vault:putSecret("B", secret.template('{"x":"${a}"}', { a = getSecret("A") }))
            print((select(2, pcall(secret.field, getSecret("B"), "x")).message))
            print((select(2, pcall(getSecret, "B", { field = "x" })).message))
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                secret.field: B was put together by the script
                getSecret: B was put together by the script

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    /// What counts as the script's own is the version that it has written: neither an older one, nor what a refused write
    /// has left. A captured guess tells: it widens no mask of a value that the script could not choose.
    @Test func `only the written version counts as the script's own`() throws {
        let (first, second) = (Canary(), Canary())
        let vault = try DevelopmentVault(secrets: ["OLD": first.value, "KEPT": second.value])
        let outcome = try Program.script(
            #"""
            local vault = login()
            vault:putSecret("OLD", secret.template("junkjunk", {}))
            print((pcall(vault.putSecret, vault, "KEPT", secret.template("junkjunk", {}), { ifVersion = 9 })))
            local old, kept = vault:getSecret("OLD", { version = 1 }), vault:getSecret("KEPT")
            for i, handle in ipairs { old, kept } do
              spawn{ "printf", "%s", "lead" .. arg[i], capture = "secret" }
              spawn{ "sh", "-c", 'echo "lead$T"', env = { T = handle } }
            end
            print(pcall(vault.getSecret, vault, "Old", { optional = true }))
            vault:putSecret("kept", secret.template("junkjunk", {}))
            print((select(2, pcall(vault.getSecret, vault, "KEPT")).message))
            """#, [String(first.value.prefix(8)), String(second.value.prefix(8))], environment: vault.environment)
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 5 && lines[0] == "false", "\(outcome)")
        #expect(lines.dropFirst().prefix(2) == ["lead[secret:OLD]", "lead[secret:KEPT]"], "\(outcome)")
        #expect(lines.last == "the secret KEPT may be what this run has written there, or not", "\(outcome)")
        #expect(first.found(in: outcome) == nil && second.found(in: outcome) == nil)
    }

    /// Whether a value holds what was written is nobody's business: a reference in the vault is what counts.
    @Test func `after a write a secret with references is not fetched, and any other is`() throws {
        let vault = try DevelopmentVault(secrets: [
            "PLAIN": #"{"x":"of the vault"}"#, "BUILT": #"{"x":"${B}"}"#, "BEFORE": #"{"x":"${OTHER}"}"#, "B": "old", "OTHER": "x",
        ])
        let outcome = try Program.script(
            #"""
            local vault = login()
            vault:getSecret("BEFORE")
            -- A value that nobody could choose changes nothing.
            vault:putSecret("B", secret.random(24))
            vault:getSecret("BUILT"):close()
            vault:putSecret("B", secret.template("of the vault", {}))
            for _, name in ipairs { "PLAIN", "BUILT", "BEFORE" } do
              for _, get in ipairs {
                function() return vault:getSecret(name) end, function() return vault:getSecrets{ only = { name } }[name] end,
              } do
                local ok, e = pcall(get)
                print(name, ok and pcall(secret.field, e, "x") or e.kind .. ": " .. e.message)
              end
            end
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                PLAIN\ttrue
                PLAIN\ttrue
                BUILT\tdenied: the secret BUILT refers to others, and this run has written to the vault
                BUILT\tdenied: the secret BUILT refers to others, and this run has written to the vault
                BEFORE\ttrue
                BEFORE\ttrue

                """, "\(outcome)")
    }

    @Test func `what is written at one vault says nothing of the secret of that name at another`() throws {
        let canary = Canary()
        // One project for both, as an author can have it by its slug.
        let vaults = try [canary.value, "plain"].map { try DevelopmentVault(secrets: ["TOKEN": $0]) }
        let folder = try TemporaryFolder()
        for (name, vault) in zip(["a", "b"], vaults) {
            try folder.write(
                "vaultscript/credentials/\(name).env",
                """
                INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=\(vault.clientID)
                INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(vault.clientSecret)
                INFISICAL_DOMAIN=\(vault.url)
                INFISICAL_PROJECT_ID=project-one

                """, mode: 0o600)
        }
        let script = #"""
            local a, b = login{ profile = "a" }, login{ profile = "b" }
            if arg[1] == "written" then b:deleteSecret("TOKEN") b:putSecret("TOKEN", secret.template("plain", {})) end
            local ok, token = pcall(a.getSecret, a, "TOKEN")
            if not ok then return print(token.kind) end
            spawn{ "printf", "%s", "Q17Q" .. arg[2], capture = "secret" }
            print((spawn{ "sh", "-c", 'printf "Q17Q$T"', env = { T = token }, capture = true }.stdout))
            """#
        func shown(_ how: String, _ guess: Substring) throws -> String {
            try Program.script(
                script, [how, String(guess)],
                environment: ["XDG_CONFIG_HOME": folder.path]
            ).text
        }
        #expect(try shown("not", canary.value.prefix(8)) == "Q17Q[secret:TOKEN]\n")
        #expect(try shown("written", canary.value.prefix(8)) == "denied\n")
        #expect(try shown("written", "12345678") == "denied\n")
    }

    @Test func `what a value begins as a reference counts with what goes on behind it`() throws {
        let vault = try DevelopmentVault(secrets: ["PLAIN": "ab12cdefghijkl", "OPEN": "ab${cdefghijkl"])
        let outcome = try Program.script(
            #"""
            local vault = login()
            for _, name in ipairs{ "PLAIN", "OPEN" } do
              vault:putSecret("MADE", secret.template("${t}}", { t = vault:getSecret(name) }))
              print((pcall(vault.getSecret, vault, "MADE")))
            end
            """#, environment: vault.environment)
        #expect(outcome.text == "true\nfalse\n", "\(outcome)")
    }

    @Test(arguments: [
        ("{ p = \"pa55-w0rd-${\" }", "${p}HIDDEN}"), ("{ p = \"pa55-w0rd-${HID\" }", "${p}DEN}"),
        ("{ p = \"pa55-w0rd-$\", q = \"{HIDDEN}\" }", "${p}${q}"), ("{ p = \"pa55-w0rd-${\", q = \"HIDDEN}\" }", "${p}${q}"),
    ]) func `a recipe's list is not passed by a reference in two values`(ends: String, text: String) throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["HIDDEN": canary.value, "PLAIN": "pa55-w0rd-"])
        let environment = vault.environment
        let written = try Program.script(
            #"""
            for name, text in pairs(\#(ends)) do
              login():putSecret(name, secret.template((text:gsub("%$", "$$")), {}))
            end
            """#, environment: environment)
        #expect(written.code == 0, "\(written)")
        let outcome = try Program.script(
            #"""
            recipe{ name = "r", secrets = { "p", "q", "PLAIN", "OUT" } }
            local vault = login()
            print((pcall(vault.putSecret, vault, "OUT", secret.template("${p}HIDDEN}", { p = vault:getSecret("PLAIN") }))))
            local values = { p = vault:getSecret("p"), q = vault:getSecret("q", { optional = true }) }
            local ok, e = pcall(vault.putSecret, vault, "OUT", secret.template("\#(text)", values))
            print(ok or e.kind)
            """#, environment: environment)
        #expect(outcome.text == "true\ndenied\n", "\(outcome)")
    }

    @Test func `names of one batch that look the same are refused`() throws {
        let vault = try DevelopmentVault(secrets: [:])
        let outcome = try Program.script(
            #"""
            local text = secret.template("x", {})
            print(select(2, pcall(login().putSecrets, login(), { ["X\u{3b1}\u{345}\u{301}"] = text, ["X\u{3b1}\u{301}\u{345}"] = text })).message)
            """#, environment: vault.environment)
        #expect(outcome.text.contains("is there in two spellings of the same letters"), "\(outcome)")
    }

    @Test func `wrong arguments name the place`() throws {
        let vault = try DevelopmentVault(secrets: [:])
        let outcome = try Program.script(
            #"""
            local vault, new = login(), secret.random(8)
            for _, f in ipairs {
              function() vault:putSecret(1, new) end, function() vault:putSecret("", new) end,
              function() vault:putSecret("A", new, { ifversion = 1 }) end, function() vault:putSecret("A") end,
              function() vault:putSecrets({}) end, function() vault:putSecrets({ new }) end,
              function() vault:putSecrets({ A = "text" }) end, function() vault:putSecrets({ ["infisical://p/dev/A"] = new }) end,
              function() vault:deleteSecret("A") end, function() vault:putSecret("A B", new) end,
              function() vault.putSecret(1, "A", new) end,
              function() vault:putSecret("A", new, { comment = ("x"):rep(65537) }) end,
              function() vault:putSecrets({ A = new, B = new }, { comment = ("x"):rep(32769) }) end,
              function() vault:putSecret("A", new, { path = "/" .. ("x"):rep(1024) }) end,
            } do
              print((select(2, pcall(f)).message))
            end
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                putSecret: name: expected the name of a secret, got a number
                putSecret: name: it is empty
                putSecret: there is no option "ifversion"
                putSecret: value: expected a secret, got nil
                putSecrets: values: expected a table of names and secrets, got a table
                putSecrets: values: expected a table of names and secrets, got a table
                putSecrets: A: expected a secret, got a string
                putSecrets: "infisical://p/dev/A" is an address, and one call writes to one folder
                secret A was not found
                secret A B could not be created
                session:putSecret: expected a session before the colon, got a number
                putSecret: comment: it is longer than 65536 bytes
                putSecrets: comment: it is too long for 2 secrets
                putSecret: path: it is longer than 1024 bytes

                """, "\(outcome)")
    }
}
