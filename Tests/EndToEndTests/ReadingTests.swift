import Foundation
import TestSupport
import Testing

/// What a script reads of a vault besides one secret: folders, lists of several, choices, references, projects.
@Suite struct `Reading` {
    // MARK: - Requests

    @Test func `login and one secret are two requests on one connection, a folder of fifty two more than none`() throws {
        let values = Dictionary(uniqueKeysWithValues: (1...50).map { ("NAME_\($0)", Canary().value) })
        let vault = try DevelopmentVault(secrets: values)
        let front = VaultFront(of: vault.url)
        var environment = vault.environment
        environment["INFISICAL_DOMAIN"] = front.url
        let one = try Program.script("print(getSecret('NAME_1'))", environment: environment)
        #expect(one.text == "[secret:NAME_1]\n", "\(one)")
        let revoke = "POST /v1/auth/token/revoke"
        #expect(front.asked == ["POST /v1/auth/universal-auth/login", "GET /v4/secrets/NAME_1", revoke])
        #expect(front.connectionCount == 1)
        let all = try Program.script(
            "local n = 0 for _ in pairs(getSecrets()) do n = n + 1 end print(n)", environment: environment)
        #expect(all.text == "50\n", "\(all)")
        #expect(front.asked.dropFirst(3) == ["POST /v1/auth/universal-auth/login", "GET /v4/secrets", revoke])
        #expect(front.connectionCount == 2)
    }

    // MARK: - Folders and lists

    @Test func `folders are named, those below them too when asked`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "1"], "/web/api/v2": ["B": "2"], "/ci": [:]])
        let script = """
            local vault = login()
            for _, options in ipairs{ {}, { recursive = true }, { path = "/web" }, { path = "/ci" } } do
              print(table.concat(vault:folders(options), " "))
            end
            """
        let want = "ci web\nci web web/api web/api/v2\napi\n\n"
        let outcome = try Program.script(script, environment: vault.environment)
        #expect(outcome.text == want, "\(outcome)")
    }

    @Test func `under a recipe nothing comes from folders below that it does not declare`() throws {
        let vault = try DevelopmentVault(folders: [
            "/": ["TOP": "value"], "/web": ["OWN": "value"], "/web/api": ["API": "value"], "/hidden": ["HIDDEN": "value"],
            "imports": ["/web/api": [["environment": "dev", "path": "/hidden"]]],
        ])
        let script = #"""
            local vault = login()
            local function list(options, way)
              options.path, options.recursive = "/web", true
              local ok, found = pcall(vault[way], vault, options)
              if not ok then return print(way, found.kind, found.message) end
              local names = {}
              for key, name in pairs(found) do names[#names + 1] = way == "getSecrets" and key or name end
              table.sort(names)
              print(way, table.concat(names, " "))
            end
            list({ only = { "HIDDEN", "OWN" }, optional = true }, "getSecrets")
            list({ only = { "HIDDEN" } }, "getSecrets")
            list({}, "folders")
            list({}, "names")
            list({}, "getSecrets")
            """#
        func outcome(_ declared: String) throws -> String {
            let recipe = "recipe{ name = 'r', secrets = { \(declared) } }\n"
            return try Program.script(recipe + script, environment: vault.environment).text
        }
        let denied = "denied\tthe whole of env dev, path /web with the folders below it is not declared by this recipe\n"
        let (list, names) = ("getSecrets\t" + denied, "names\t" + denied)
        #expect(try outcome("{ path = '/web' }") == list + list + "folders\t\n" + names + list)
        #expect(
            try outcome("{ path = '/web' }, { path = '/web/api' }")
                == "getSecrets\tHIDDEN OWN\ngetSecrets\tHIDDEN\nfolders\tapi\nnames\tHIDDEN OWN api/API\ngetSecrets\tAPI HIDDEN OWN\n")
    }

    @Test(arguments: ["getSecrets", "names"])
    func `under a recipe a folder that is not among the folders gives nothing`(way: String) throws {
        let vault = FaultyVault { request, _ in
            switch request.target.prefix(while: { $0 != "?" }) {
            case "/api/v2/folders": .json(200, #"{"folders":[{"id":"1","name":"api"}]}"#)
            case "/api/v4/secrets":
                .json(
                    200,
                    #"{"secrets":[{"secretKey":"A","secretValue":"a","secretPath":"/web"},"#
                        + #"{"secretKey":"B","secretValue":"b","secretPath":"/web/api"},"#
                        + #"{"secretKey":"C","secretValue":"c","secretPath":"/web/\#(request.target.contains("prod") ? "api" : "hidden")"}],"#
                        + #""imports":[{"environment":"dev","secretPath":"/","secrets":[{"secretKey":"D","secretValue":"d"}]}]}"#)
            default: nil
            }
        }
        let outcome = try vault.run(
            """
            recipe{ name = "r", secrets = { { path = "/web", env = "dev" }, { path = "/web/api", env = "dev" }, { path = "/web", env = "prod" }, { path = "/web/api", env = "prod" } } }
            for _, env in ipairs{ "dev", "prod" } do
              local ok, found = pcall(login().\(way), login(), { path = "/web", env = env, recursive = true })
              local count = 0
              for _ in pairs(ok and found or {}) do count = count + 1 end
              print(ok, count, ok or found.message)
            end
            """)
        #expect(
            outcome.text == "false\t0\tthe whole of env dev, path /web with the folders below it is not declared by this recipe\n"
                + "true\t4\ttrue\n", "\(outcome)")
    }

    @Test func `an older server names its folders too`() throws {
        let vault = try DevelopmentVault(folders: ["/web/api": ["B": "2"]], server: ["v4": false])
        let outcome = try Program.script(
            "print(getSecret('B', { path = '/web/api' }), table.concat(login():folders{ recursive = true }, ' '))",
            environment: vault.environment)
        #expect(outcome.text == "[secret:B]\tweb web/api\n", "\(outcome)")
    }

    @Test(arguments: [true, false])
    func `a list of folders gives names alone where they are clear, and with their folder when asked`(hasV4: Bool) throws {
        let canary = Canary()
        let vault = try DevelopmentVault(
            folders: ["/": ["A": "1"], "/web": ["B": canary.value, "A2": "3"], "/web/api": ["C": "4", "B": "5"]],
            server: ["v4": hasV4])
        let outcome = try Program.script(
            #"""
            local vault = login()
            local function keys(t) local k = {} for name in pairs(t) do k[#k + 1] = name end table.sort(k) return table.concat(k, " ") end
            print(keys(vault:getSecrets{ recursive = true, path = "/web/api" }))
            print(keys(vault:getSecrets{ recursive = true, qualified = true }))
            print(keys(vault:getSecrets{ recursive = true, qualified = true, path = "/web" }))
            print(vault:getSecrets{ recursive = true, qualified = true }["web/api/C"]:source().path)
            print(table.concat(vault:names{ recursive = true }, " "))
            vault:getSecrets{ recursive = true }
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                B C
                A web/A2 web/B web/api/B web/api/C
                A2 B api/B api/C
                /web/api
                A web/A2 web/B web/api/B web/api/C

                """, "\(outcome)")
        #expect(outcome.code == 2)
        #expect(
            outcome.errorText.hasSuffix(
                """
                script.lua:8: getSecrets: B is in several folders: /web and /web/api
                under one name there is room for one secret
                read one folder, or say qualified = true: the keys then hold the folder, as web/B

                """), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test(arguments: [true, false])
    func `own secrets beat imported ones, the last import wins, and a source says where from`(hasV4: Bool) throws {
        let vault = try DevelopmentVault(
            environments: [
                "dev": [
                    "/": ["OWN": "1"], "/one": ["OWN": "x", "SHARED": "one", "FIRST": "f"], "/two": ["SHARED": "two"],
                    "imports": [
                        "/": [["environment": "dev", "path": "/one"], ["environment": "dev", "path": "/two"]]
                    ],
                ]
            ], server: ["v4": hasV4])
        let outcome = try Program.script(
            #"""
            local all = getSecrets()
            for _, name in ipairs{ "FIRST", "OWN", "SHARED" } do
              print(name, all[name]:source().path, getSecret(name):source().path)
            end
            """#, environment: vault.environment)
        #expect(outcome.text == "FIRST\t/one\t/one\nOWN\t/\t/\nSHARED\t/two\t/two\n", "\(outcome)")
    }

    // MARK: - Choices

    @Test(arguments: [true, false])
    func `tags and metadata choose, of imported secrets too`(hasV4: Bool) throws {
        let vault = try DevelopmentVault(
            environments: [
                "dev": [
                    "/": [
                        "A": ["value": "1", "tags": ["ci"], "metadata": ["owner": "ops", "tier": "1"]],
                        "B": ["value": "2", "tags": ["web"], "metadata": ["owner": "ops"]], "C": "3",
                    ], "/shared": ["D": ["value": "4", "tags": ["ci"]], "E": "5"],
                    "imports": ["/": [["environment": "dev", "path": "/shared"]]],
                ]
            ], server: ["v4": hasV4])
        let outcome = try Program.script(
            #"""
            local vault = login()
            for _, options in ipairs{
              {}, { tags = { "ci" } }, { tags = "web" }, { tags = { "web", "ci" } }, { tags = {} }, { tags = { "none" } },
              { metadata = { owner = "ops" } }, { metadata = { owner = "ops", tier = "1" } }, { metadata = { owner = "dev" } },
              { tags = { "ci" }, metadata = { owner = "ops" } },
            } do print(table.concat(vault:names(options), " ")) end
            for _, options in ipairs{
              { tags = { "a,b" } }, { tags = { 1, {} } }, { tags = true }, { metadata = { a = "b|c" } }, { metadata = { "x" } },
            } do print((select(2, pcall(vault.names, vault, options)).message)) end
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                A B C D E
                A D
                B
                A B D
                A B C D E

                A B
                A

                A
                names: tags: "a,b" is no slug of a tag
                names: tags: expected a list of tags' slugs, such as { "ci" }, got 1
                names: tags: expected a list of tags' slugs, such as { "ci" }, got true
                names: metadata: "b|c" cannot be asked for
                names: metadata: expected a table of texts, such as { owner = "ops" }, got a table

                """, "\(outcome)")
    }

    @Test func `a server that does not choose gets no secret more in`() throws {
        let values = [Canary().value, Canary().value]
        let server = StubHTTPServer { request, _ in
            guard request.target.contains("/secrets?") else { return .json(200, "{}") }
            return .json(
                200,
                #"{"secrets":[{"secretKey":"A","secretValue":"\#(values[0])","tags":[{"slug":"ci"}]},"#
                    + #"{"secretKey":"B","secretValue":"\#(values[1])"}],"imports":[]}"#)
        }
        defer { server.stop() }
        let outcome = try Program.script(
            "for name in pairs(login():getSecrets{ tags = { 'ci' } }) do print(name) end",
            environment: ["INFISICAL_TOKEN": "a.b.c", "INFISICAL_DOMAIN": server.url, "INFISICAL_PROJECT_ID": "0000aaaa-0000-4000-8000-000000000000"])
        #expect(outcome.text == "A\n", "\(outcome)")
    }

    @Test(arguments: [true, false])
    func `an own override comes only when asked for`(hasV4: Bool) throws {
        let (shared, own) = (Canary(), Canary())
        let vault = try DevelopmentVault(
            folders: ["/": ["BOTH": ["value": shared.value, "personal": own.value], "ONE": "only-shared"]],
            server: ["v4": hasV4])
        let outcome = try Program.script(
            #"""
            local function same(a, b)
              return spawn{ "sh", "-c", 'test "$A" = "$B"', env = { A = a, B = b }, check = false }.ok
            end
            local vault = login()
            local shared, own = getSecret("BOTH"), getSecret("BOTH", { personal = true })
            local all, mine = vault:getSecrets(), vault:getSecrets{ personal = true }
            print(same(shared, own), same(shared, all.BOTH), same(own, mine.BOTH))
            print(getSecret("ONE", { personal = true }), same(mine.ONE, all.ONE), getSecret("NONE", { personal = true, optional = true }))
            """#, environment: vault.environment)
        #expect(outcome.text == "false\ttrue\ttrue\n[secret:ONE]\ttrue\tnil\n", "\(outcome)")
        #expect(shared.found(in: outcome) == nil && own.found(in: outcome) == nil)
    }

    @Test func `hidden values are left out of a folder by name, and never injected`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(
            folders: ["/": ["OPEN": "visible-value", "CLOSED": canary.value]],
            identity: ["access": [["secretName": "OPEN"], ["actions": ["describe"]]]])
        let outcome = try Program.script(
            "local all = getSecrets() print(all.OPEN, all.CLOSED) spawn{ 'sh', '-c', 'env | grep -c hidden-by || true', env = all }",
            environment: vault.environment)
        #expect(outcome.text == "[secret:OPEN]\tnil\n0\n", "\(outcome)")
        #expect(outcome.errorText == "warning: getSecrets leaves out what this identity may not read: CLOSED\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `of a folder only what is asked for is read and judged`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(
            folders: ["/": ["A": "value-a", "B": "value-b", "BAD": "x${NOPE}"], "/web": ["A": "value-w", "C": canary.value]])
        let outcome = try Program.script(
            #"""
            local function names(t)
              local all = {}
              for key in pairs(t) do all[#all + 1] = key end
              table.sort(all)
              print(#all, table.concat(all, " "))
            end
            names(getSecrets{ only = { "A", "B", "NONE" }, optional = true })
            print((tostring(select(2, pcall(getSecrets, { only = { "A", "NONE", "NIL" } }))):gsub("\n.*", "")))
            names(getSecrets{ only = { "A", "B" }, except = { "A" } })
            names(getSecrets{ only = { "A", "C" }, recursive = true, qualified = true })
            names(getSecrets{ only = {} })
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                2\tA B
                secrets NIL, NONE were not found
                1\tB
                3\tA web/A web/C
                0\t

                """, "\(outcome)")
        let limited = try Program.script(
            #"""
            recipe{ name = "x", secrets = { "A", "B" } }
            print(getSecrets{ only = { "A", "B" } }.B)
            print((select(2, pcall(getSecrets, { only = { "A", "BAD" } })).message))
            print(select(2, pcall(getSecrets, { only = {} })).kind)
            """#, environment: vault.environment)
        #expect(
            limited.text == """
                [secret:B]
                the secret BAD of env dev, path / is not declared by this recipe
                denied

                """, "\(limited)")
    }

    // MARK: - References

    @Test func `references are expanded, and what the vault left as it is is refused by name`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(
            folders: [
                "/": [
                    "HOST": "db.example", "URL": "postgres://${dev.ci.PASSWORD}@${HOST}/x", "TYPO": "x${PASWORD}y",
                    "LOOP": "a${LOOP}", "PRICE": "5$ {no} ${} ${a b} $HOME", "NEST": "${TYPO}",
                ], "/ci": ["PASSWORD": canary.value], "/ok": ["A": "1"],
            ])
        let outcome = try Program.script(
            #"""
            local url = getSecret("URL")
            spawn{ "sh", "-c", 'test "$URL" = "postgres://$P@db.example/x" && echo expanded', env = { URL = url, P = getSecret("PASSWORD", { path = "/ci" }) } }
            print(getSecret("PRICE"))
            for _, name in ipairs{ "TYPO", "LOOP", "NEST" } do
              local e = select(2, pcall(getSecret, name))
              print(e.kind, e.message)
              print(getSecret(name, { allowUnexpanded = true }))
            end
            print(select(2, pcall(getSecrets)))
            local all = getSecrets{ allowUnexpanded = true }
            print(all.TYPO, all.URL)
            spawn{ "sh", "-c", [[test "$T" = "x\${PASWORD}y" && echo as it stands]], env = { T = all.TYPO } }
            getSecret("TYPO", { optional = true })
            """#, environment: vault.environment)
        let one = "holds a reference that the vault left as it is"
        #expect(
            outcome.text == """
                expanded
                [secret:PRICE]
                notFound\tthe secret TYPO \(one)
                [secret:TYPO]
                notFound\tthe secret LOOP \(one)
                [secret:LOOP]
                notFound\tthe secret NEST \(one)
                [secret:NEST]
                the secrets LOOP, NEST, TYPO hold references that the vault left as they are
                what a ${…} in their values names is not there, or leads back to itself
                mend it in the vault, or say allowUnexpanded = true if the text is meant as it stands
                [secret:TYPO]\t[secret:URL]
                as it stands

                """, "\(outcome)")
        #expect(outcome.code == 3)
        // Nothing of the value, not even the name that it refers to.
        #expect(!outcome.errorText.contains("PASWORD"))
        #expect(
            outcome.errorText.hasSuffix(
                """
                script.lua:13: the secret TYPO \(one)
                what a ${…} in its value names is not there, or leads back to itself
                mend it in the vault, or say allowUnexpanded = true if the text is meant as it stands

                """), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    // MARK: - Versions, projects, identities

    @Test func `a version is read by its number`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": ["value": "third-value", "version": 3]]])
        let outcome = try Program.script(
            "print(getSecret('A'):source().version, getSecret('A', { version = 3 }), (select(2, pcall(getSecret, 'A', { version = 2 })).kind))",
            environment: vault.environment)
        #expect(outcome.text == "3\t[secret:A]\tnotFound\n", "\(outcome)")
    }

    @Test func `several projects, by id and by slug, and several identities are read in one run`() throws {
        let canaries = [Canary(), Canary(), Canary()]
        let second = UUID().uuidString.lowercased()
        let vault = try DevelopmentVault(
            environments: ["dev": ["/": ["A": canaries[0].value]]],
            others: [["id": second, "slug": "second-project", "environments": ["prod": ["/web": ["A": canaries[1].value]]]]])
        let other = try DevelopmentVault(secrets: ["A": canaries[2].value])
        let folder = try TemporaryFolder()
        try vault.change(identity: ["projects": [vault.projectID, second]])
        let text = other.environment.map { "\($0.key)=\($0.value)" }.joined(separator: "\n") + "\n"
        _ = try folder.write("config/vaultscript/credentials/other.env", text)
        var environment = vault.environment
        environment["XDG_CONFIG_HOME"] = folder.path + "/config"
        let outcome = try Program.script(
            #"""
            local mine, other = login(), login{ profile = "other" }
            local a = { mine:getSecret("A"), mine:getSecret("A", { project = arg[1], env = "prod", path = "/web" }),
              mine:getSecret("infisical://second-project/prod/web/A"), mine:getSecret("infisical://project-one/dev/A"), other:getSecret("A") }
            for _, s in ipairs(a) do local from = s:source() print(s, from.project, from.env, from.path) end
            """#, [second], environment: environment)
        #expect(
            outcome.text == """
                [secret:A]\t\(vault.projectID)\tdev\t/
                [secret:A]\t\(second)\tprod\t/web
                [secret:A]\tsecond-project\tprod\t/web
                [secret:A]\tproject-one\tdev\t/
                [secret:A]\t\(other.projectID)\tdev\t/

                """, "\(outcome)")
        for canary in canaries { #expect(canary.found(in: outcome) == nil) }
        // Each slug is looked up once.
        #expect(vault.asked.count { $0.contains("/slug/") } == 2, "\(vault.log)")
    }
}
