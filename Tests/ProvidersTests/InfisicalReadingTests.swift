import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

private let readQuery =
    "projectId=\(ProviderBench.project)&environment=dev&secretPath=%2F&viewSecretValue=true&expandSecretReferences=true"
    + "&includeImports=true&include_imports=true"

@Suite struct `Reading from Infisical` {
    @Test func `login, read and revoke are three requests on one connection`() throws {
        let bench = try ProviderBench([
            ProviderBench.login, ProviderBench.one(), .json(200, #"{"message":"Successfully revoked access token"}"#),
        ])
        let session = try bench.login().get()
        #expect(session.isMinted)
        #expect(session.tokenLifetime == .seconds(2_592_000))
        #expect(bench.credentials == ["access token"])
        let secret = try #require(try bench.get(session).get())
        #expect(plain(secret.value) == ProviderBench.value)
        #expect(secret.name == "GH_PAT")
        #expect(secret.version == 3)
        #expect(secret.environment == "dev")
        #expect(secret.path == "/")
        try bench.run { session.logout(completion: $0) }.get()
        #expect(bench.server.connectionCount == 1)
        #expect(
            bench.asked == [
                "POST /api/v1/auth/universal-auth/login", "GET /api/v4/secrets/GH_PAT?\(readQuery)&type=shared",
                "POST /api/v1/auth/token/revoke",
            ])
        let requests = bench.server.requests
        #expect(
            requests[0].body
                == #"{"clientId":"7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11","clientSecret":"\#(ProviderBench.clientSecret)"}"#
        )
        #expect(requests[0].headers["authorization"] == nil)
        #expect(requests[1].headers["authorization"] == "Bearer \(ProviderBench.token)")
        #expect(requests[1].headers["content-type"] == nil)
        #expect(requests[1].headers["user-agent"] == "vaultscript/test")
        #expect(requests[2].headers["authorization"] == nil)
        #expect(requests[2].body == #"{"accessToken":"\#(ProviderBench.token)"}"#)
    }

    @Test func `a ready token is used without a login and is not revoked`() throws {
        let bench = try ProviderBench([ProviderBench.one()])
        let session = try bench.tokenSession()
        #expect(!session.isMinted)
        #expect(plain(try bench.get(session).get()?.value) == ProviderBench.value)
        try bench.run { session.logout(completion: $0) }.get()
        #expect(bench.server.requests.count == 1)
        #expect(
            try bench.get(session).failure?.text == """
                the session with \(bench.host) is closed
                it was logged out
                log in again: login{ … }
                """)
    }

    @Test func `an instance without v4 is asked once, and v3 from then on`() throws {
        let bench = try ProviderBench([ProviderBench.noRoute, ProviderBench.one()])
        let session = try bench.tokenSession()
        #expect(plain(try bench.get(session).get()?.value) == ProviderBench.value)
        #expect(plain(try bench.get(session, version: 2).get()?.value) == ProviderBench.value)
        let v3 = readQuery.replacing("projectId", with: "workspaceId")
        #expect(
            bench.asked == [
                "GET /api/v4/secrets/GH_PAT?\(readQuery)&type=shared",
                "GET /api/v3/secrets/raw/GH_PAT?\(v3)&type=shared",
                "GET /api/v3/secrets/raw/GH_PAT?\(v3)&type=shared&version=2",
            ])
    }

    @Test func `a 404 of an application does not lead to v3`() throws {
        let bench = try ProviderBench([ProviderBench.error(404, "NotFound", "Secret with name 'GH_PAT' not found")])
        _ = try bench.get(bench.tokenSession())
        #expect(!bench.asked.contains { $0.contains("/v3/") })
    }

    @Test func `names, paths and environments are percent-encoded whole`() throws {
        let bench = try ProviderBench([ProviderBench.one(ProviderBench.secret("A/B C?é&x=1"))])
        let folder = FolderQuery(project: ProviderBench.project, environment: "dev&x", path: "/a b/#c%")
        let session = try bench.tokenSession()
        _ = try bench.run { session.getSecret(SecretQuery("A/B C?é&x=1", in: folder), completion: $0) }.get()
        let target = try #require(bench.server.requests.first?.target)
        #expect(target.hasPrefix("/api/v4/secrets/A%2FB%20C%3F%C3%A9%26x%3D1?"))
        #expect(target.contains("&environment=dev%26x&secretPath=%2Fa%20b%2F%23c%25&"))
    }

    @Test(arguments: ["", ".", ".."])
    func `a name that would change the URL's path is refused before anything is sent`(name: String) throws {
        let bench = try ProviderBench([ProviderBench.one()])
        #expect(try bench.get(bench.tokenSession(), name).failure?.kind == .usage)
        #expect(try bench.get(bench.tokenSession(), project: name).failure?.kind == .usage)
        #expect(bench.server.requests.isEmpty)
    }

    // MARK: - Projects

    @Test func `a slug is looked up once`() throws {
        let bench = try ProviderBench([
            .json(200, #"{"id":"\#(ProviderBench.project)","slug":"web-x"}"#), ProviderBench.one(),
        ])
        let session = try bench.tokenSession()
        _ = try bench.get(session, project: "web-x").get()
        _ = try bench.get(session, project: "web-x").get()
        #expect(bench.asked.count == 3)
        #expect(bench.asked[0] == "GET /api/v1/projects/slug/web-x")
        #expect(bench.asked[2] == "GET /api/v4/secrets/GH_PAT?\(readQuery)&type=shared")
    }

    @Test func `an instance without the look-up gets the slug on v3`() throws {
        let bench = try ProviderBench([ProviderBench.noRoute, ProviderBench.one()])
        _ = try bench.get(bench.tokenSession(), project: "web-x").get()
        #expect(bench.asked.count == 2)
        #expect(bench.asked[1].hasPrefix("GET /api/v3/secrets/raw/GH_PAT?workspaceSlug=web-x&environment=dev"))
    }

    @Test func `an id is one by its form`() {
        #expect(InfisicalAPI.Project.isID("2222aaaa-0000-4000-8000-123456789abc"))
        #expect(InfisicalAPI.Project.isID("63cefb15c8d3175601cfa989"))
        #expect(!InfisicalAPI.Project.isID("63cefb15c8d3175601cfa98"))
        #expect(!InfisicalAPI.Project.isID("my-project-ab12"))
        #expect(!InfisicalAPI.Project.isID("2222aaaa-0000-4000-8000-123456789abg"))
    }

    // MARK: - Values

    @Test(arguments: [
        (#"line1\nline2\r\n"#, "line1\nline2\r\n"), (#"\"quoted\" \\ \/"#, "\"quoted\" \\ /"), ("", ""),
        (#"\u00e9\ud83d\ude00€"#, "é\u{1F600}€"), (#"a\u0000b"#, "a\0b"),
        ("<hidden-by-infisical> not quite", "<hidden-by-infisical> not quite"),
    ])
    func `a value comes as it is`(json: String, want: String) throws {
        let bench = try ProviderBench([ProviderBench.one(ProviderBench.secret("GH_PAT", json))])
        #expect(plain(try bench.get(bench.tokenSession()).get()?.value) == want)
    }

    @Test(arguments: [
        ProviderBench.secret().replacing("\"secretValueHidden\":false", with: "\"secretValueHidden\":true"),
        ProviderBench.secret().replacing("\"secretValueHidden\":false", with: "\"secretValueHidden\":\"true\""),
        ProviderBench.secret("GH_PAT", "<hidden-by-infisical>"),
        ProviderBench.secret("GH_PAT", #"\u003chidden-by-infisical>"#)
            .replacing(",\"secretValueHidden\":false", with: ""),
    ])
    func `a hidden value is refused and never handed on`(secret: String) throws {
        let bench = try ProviderBench([ProviderBench.one(secret)])
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(failure?.kind == .denied)
        #expect(
            failure?.text
                == """
                secret GH_PAT may not be read
                \(bench.host) hides its value from this identity (project \(ProviderBench.project), env dev, path /)
                grant the identity readValue on secrets there
                """)
    }

    @Test func `an optional secret that is not there is nil, a wrong folder stays an error`() throws {
        let bench = try ProviderBench([
            ProviderBench.error(404, "NotFound", "Secret with name 'GH_PAT' not found"),
            ProviderBench.error(404, "NotFound", "Folder with path '/' in environment with slug 'dev' not found"),
        ])
        let session = try bench.tokenSession()
        #expect(try bench.get(session, isOptional: true).get() == nil)
        #expect(try bench.get(session, isOptional: true).failure?.kind == .notFound)
    }

    @Test func `an answer about another secret is refused`() throws {
        let bench = try ProviderBench([ProviderBench.one(ProviderBench.secret("OTHER"))])
        #expect(try bench.get(bench.tokenSession()).failure?.kind == .network)
    }

    // MARK: - Lists

    @Test func `own secrets beat imported ones, and the last import wins`() throws {
        func imported(_ environment: String, _ secrets: [String]) -> String {
            #"{"secretPath":"/shared","environment":"\#(environment)","secrets":[\#(secrets.joined(separator: ","))]}"#
        }
        func bare(_ name: String, _ value: String) -> String { #"{"secretKey":"\#(name)","secretValue":"\#(value)"}"# }
        let imports = [
            imported("one", [bare("B", "import1"), bare("C", "import1"), bare("D", "import1")]),
            imported("two", [bare("A", "import2"), bare("C", "import2")]),
        ]
        let personal = ProviderBench.secret("B", "mine").replacing("shared", with: "personal")
        let own = [personal, ProviderBench.secret("A", "own"), ProviderBench.secret("Z", "<hidden-by-infisical>")]
        let body =
            #"{"secrets":[\#(own.joined(separator: ","))],"imports":[\#(imports.joined(separator: ","))]}"#
        let bench = try ProviderBench([.json(200, body)])
        let list = try bench.list(bench.tokenSession()).get()
        #expect(list.map(\.name) == ["A", "B", "C", "D", "Z"])
        #expect(list.map { plain($0.value) } == ["own", "import1", "import2", "import1", nil])
        #expect(list.map(\.environment) == ["dev", "one", "two", "one", "dev"])
        #expect(list.map(\.path) == ["/", "/shared", "/shared", "/shared", "/"])
        #expect(
            bench.asked == ["GET /api/v4/secrets?\(readQuery)&recursive=false&includePersonalOverrides=false"])
    }

    @Test func `a secret is one person's own where the server says so, and not by the question`() throws {
        let bare = #"{"secretKey":"GH_PAT","secretValue":"x"}"#
        let own = #"{"secretKey":"GH_PAT","secretValue":"x","type":"personal"}"#
        let bench = try ProviderBench([ProviderBench.one(bare), ProviderBench.one(own)])
        let session = try bench.tokenSession()
        var folder = FolderQuery(project: ProviderBench.project, environment: "dev")
        folder.prefersPersonal = true
        let query = SecretQuery("GH_PAT", in: folder)
        #expect(try bench.run { session.getSecret(query, completion: $0) }.get()?.isPersonal == false)
        #expect(try bench.run { session.getSecret(query, completion: $0) }.get()?.isPersonal == true)
    }

    @Test func `texts that look the same are two places`() {
        func fetched(_ environment: String, _ path: String) -> FetchedSecret {
            FetchedSecret(name: "A", value: nil, version: 1, environment: environment, path: path)
        }
        let (one, other) = ("\u{e9}", "e\u{301}")
        #expect(fetched(one, one).isSame(fetched(one, one)))
        #expect(!fetched(one, one).isSame(fetched(one, other)) && !fetched(one, one).isSame(fetched(other, one)))
    }

    @Test func `names alone come without values and without a right to them`() throws {
        let body = #"{"secrets":[\#(ProviderBench.secret("A", "<hidden-by-infisical>"))]}"#
        let bench = try ProviderBench([ProviderBench.noRoute, .json(200, body)])
        let list = try bench.list(bench.tokenSession(), includesValues: false).get()
        #expect(list.map(\.name) == ["A"])
        #expect(list[0].value == nil)
        #expect(bench.asked[1].hasPrefix("GET /api/v3/secrets/raw?workspaceId="))
        #expect(
            bench.asked[1].hasSuffix(
                "viewSecretValue=false&expandSecretReferences=true&includeImports=true"
                    + "&include_imports=true&recursive=false"))
    }

    @Test func `a folder of many values is read whole`() throws {
        let all = (0..<500).map { ProviderBench.secret("NAME_\($0)", "value-\($0)") }.joined(separator: ",")
        let bench = try ProviderBench([.json(200, #"{"secrets":[\#(all)],"imports":null}"#)])
        #expect(try bench.list(bench.tokenSession()).get().count == 500)
    }

    // MARK: - Broken answers

    @Test(arguments: [
        ("{\"secret\":[1]}", "has not the parts that were expected"),
        ("{}", "has not the parts that were expected"),
        ("{\"secret\":{\"secretKey\":\"GH_PAT\"}}", "has not the parts that were expected"),
        (
            "{\"secret\":{\"secretKey\":\"GH_PAT\",\"secretValue\":7}}",
            "has not the parts that were expected"
        ),
        (
            "{\"secret\":{\"secretKey\":\"GH_PAT\",\"secretValue\":\"canary1\",\"secretValue\":\"canary2\"}}",
            "names one key twice in an object"
        ),
        (
            "{\"secret\":{\"secretKey\":\"GH_PAT\",\"secretValue\":\"canary\\ud800\"}}",
            "has half a character"
        ),
        ("{\"secret\":canary}", "is no JSON"), ("", "is cut off"),
    ])
    func `an answer that is not as expected names the place, not the contents`(body: String, words: String) throws {
        let bench = try ProviderBench([.json(200, body)])
        let failure = try bench.get(bench.tokenSession()).failure
        #expect(
            failure?.text
                == """
                secret GH_PAT could not be read
                the answer of \(bench.host) \(words)
                try again; if it stays, look at the server and at proxies between
                """)
        #expect(failure?.kind == .network)
    }
}
