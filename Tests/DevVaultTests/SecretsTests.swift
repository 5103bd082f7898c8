import Foundation
import Testing

@testable import vaultscript_dev_vault

@Suite struct SecretsTests {
    static let where4 = "projectId=p1&environment=dev"

    // MARK: - References

    @Test(arguments: [
        ("LOCAL", "<ghp_1>"), ("FAR", "hweb"), ("NONE", "${NOPE}/${prod.X}"), ("LOOP", "aa${LOOP}"),
        ("PING", "pp${PING}"),
    ])
    func `references are replaced, missing ones stay and cycles stop`(name: String, want: String) throws {
        var fixture = try VaultFixture()
        let value = try #require(try fixture.value(name))
        // Where a cycle is cut is the server's own business; that it is cut is the promise.
        if name == "LOOP" || name == "PING" {
            #expect(value.contains("${"))
            #expect(value.count < 20)
        } else {
            #expect(value == want)
        }
    }

    @Test func `v4 expands by default and v3 when asked`() throws {
        var fixture = try VaultFixture()
        #expect(try fixture.value("LOCAL", "&expandSecretReferences=false") == "<${GH_PAT}>")
        let v3 = "/api/v3/secrets/raw/LOCAL?workspaceSlug=blog&environment=dev"
        let token = try fixture.token()
        #expect(try fixture.send("GET", v3, token: token).body["secret"]?["secretValue"] == "<${GH_PAT}>")
        let asked = try fixture.send("GET", v3 + "&expandSecretReferences=true", token: token)
        #expect(asked.body["secret"]?["secretValue"] == "<ghp_1>")
    }

    @Test func `a reference to what may not be read is refused, in a list with details`() throws {
        var fixture = try VaultFixture(identity: #""access":[{"path":"/"}]"#)
        let token = try fixture.token()
        let one = try fixture.send("GET", "/api/v4/secrets/FAR?\(Self.where4)", token: token)
        #expect(one.status == 403)
        #expect(
            one.body["message"]?.string?.hasPrefix(
                "You do not have permission to read secret 'HOST' in environment 'dev' at path '/web'") == true)
        let list = try fixture.send("GET", "/api/v4/secrets?\(Self.where4)", token: token)
        #expect(list.body["message"] == "Failed to expand one or more secret references")
        #expect(list.body["details"]?.array?.count == 1)
    }

    // MARK: - Lists

    @Test func `lists are of one folder, or of all below`() throws {
        var fixture = try VaultFixture()
        let path = "/api/v4/secrets?\(Self.where4)&expandSecretReferences=false&secretPath="
        #expect(try fixture.list(path + "/a") == [])
        #expect(try fixture.list(path + "%2Fa%2F&recursive=true") == ["DEEP=d"])
        #expect(try fixture.list(path + "/&recursive=true").count == 13)
    }

    @Test func `personal rows show in v3, replace in v4 when asked, and are left out else`() throws {
        var fixture = try VaultFixture()
        let v4 = "/api/v4/secrets?\(Self.where4)&tagSlugs=ci,x"
        #expect(try fixture.list(v4) == ["BOTH=shared"])
        let v3 = "/api/v3/secrets/raw?workspaceId=p1&environment=dev"
        #expect(try fixture.list(v3).filter { $0.hasPrefix("BOTH") } == ["BOTH=own", "BOTH=shared"])
        let replaced = try fixture.list("/api/v4/secrets?\(Self.where4)&includePersonalOverrides=true")
        #expect(replaced.filter { $0.hasPrefix("BOTH") } == ["BOTH=own"])
        #expect(try fixture.value("BOTH", "&type=personal") == "own")
    }

    @Test func `lists are filtered by tag and metadata`() throws {
        var fixture = try VaultFixture()
        #expect(try fixture.list("/api/v4/secrets?\(Self.where4)&tagSlugs=other") == [])
        #expect(try fixture.list("/api/v4/secrets?\(Self.where4)&metadataFilter=key%3Da,value%3Db") == ["BOTH=shared"])
        #expect(try fixture.list("/api/v4/secrets?\(Self.where4)&metadataFilter=key%3Da,value%3Dc") == [])
    }

    @Test func `own secrets beat imports and the last import wins`() throws {
        let imports = #"{"/a":[{"environment":"dev","path":"/common"},{"environment":"dev","path":"/web"}]}"#
        var fixture = try VaultFixture(imports: imports)
        #expect(try fixture.value("HOST", "&secretPath=/a") == "hweb")
        #expect(try fixture.value("SHARED", "&secretPath=/a") == "s")
        #expect(try fixture.value("SHARED", "&secretPath=/a&includeImports=false") == nil)
        let list = try fixture.send(
            "GET", "/api/v4/secrets?\(Self.where4)&secretPath=/a", token: try fixture.token()
        ).body
        #expect(list["imports"]?.array?.map { $0["secretPath"] } == ["/common", "/web"])
        #expect(list["imports"]?.array?.first?["secrets"]?.array?.first?["createdAt"] == nil)
    }

    // MARK: - Access

    @Test func `without the right to describe there is no telling what exists`() throws {
        var fixture = try VaultFixture(identity: #""access":[{"environment":"dev","path":"/web"}]"#)
        let token = try fixture.token()
        for name in ["GH_PAT", "NOPE"] {
            let answer = try fixture.send("GET", "/api/v4/secrets/\(name)?\(Self.where4)", token: token)
            #expect(answer.body["message"] == "You are not allowed to describeSecret on secrets")
            #expect(answer.body["error"] == "PermissionDenied")
            #expect(
                answer.body["details"] == [
                    [
                        "action": "describeSecret", "inverted": false, "subject": "secrets",
                        "conditions": ["environment": "dev", "secretPath": ["$glob": "/web"]],
                    ]
                ])
        }
        #expect(try fixture.list("/api/v4/secrets?\(Self.where4)&recursive=true") == ["GH_PAT=web", "HOST=hweb"])
    }

    @Test func `a value without the right to read is hidden in lists and refused by name`() throws {
        let rule = #""access":[{"actions":["describe"]},{"secretName":"GH_*","actions":["readValue"]}]"#
        var fixture = try VaultFixture(identity: rule)
        let rows = try fixture.list("/api/v4/secrets?\(Self.where4)&secretPath=/web")
        #expect(rows == ["GH_PAT=web", "HOST=<hidden-by-infisical>"])
        let token = try fixture.token()
        let path = "/api/v4/secrets/HOST?\(Self.where4)&secretPath=/web"
        #expect(
            try fixture.outcome("GET", path, token: token)
                == "403 You do not have permission to view secret value on secret with name 'HOST'")
        let hidden = try fixture.send("GET", path + "&viewSecretValue=false", token: token).body["secret"]
        #expect(hidden?["secretValue"] == "<hidden-by-infisical>")
        #expect(hidden?["secretValueHidden"] == true)
    }

    @Test(arguments: [
        ("/**", "/", true), ("/**", "/a/b", true), ("/app/**", "/app", true), ("/app/**", "/apple", false),
        ("/*", "/a", true), ("/*", "/a/b", false), ("/*", "/", false), ("/a/**/c", "/a/c", true),
        ("/a/**/c", "/a/x/y/c", true), ("/a?", "/ab", true), ("/", "/", true), ("/", "/a", false),
    ])
    func `path patterns match segment by segment`(pattern: String, path: String, want: Bool) {
        #expect(Glob.matchesPath(pattern, path) == want)
    }

    @Test func `projects have members`() throws {
        var fixture = try VaultFixture(identity: #""projects":["p2"]"#)
        let token = try fixture.token()
        let answer = try fixture.send("GET", "/api/v4/secrets?\(Self.where4)", token: token)
        #expect(answer.body["error"] == "ProjectMembershipNotFound")
        #expect(answer.body["message"]?.string?.hasPrefix("You are not a member of this project with ID p1.") == true)
        let projects = try fixture.send("GET", "/api/v1/projects", token: token).body["projects"]?.array
        #expect(projects?.map { $0["id"] } == ["p2"])
        #expect(
            try fixture.outcome("GET", "/api/v3/secrets/raw?workspaceSlug=zz&environment=dev", token: token)
                == "404 No project found with slug zz")
    }

    // MARK: - What is missing

    @Test(arguments: [
        ("/api/v4/secrets", "400 Missing project id or environment"),
        ("/api/v4/secrets/X?projectId=p1", "400 Missing environment"),
        ("/api/v3/secrets/raw?environment=dev", "400 You must provide projectSlug or workspaceId"),
        ("/api/v4/secrets?projectId=p9&environment=dev", "404 Project with ID 'p9' not found"),
        (
            "/api/v4/secrets?projectId=p1&environment=qa",
            "404 Folder with path '/' in environment with slug 'qa' not found"
        ),
        (
            "/api/v4/secrets/X?projectId=p1&environment=dev&secretPath=/no/",
            "404 Folder with path '/no' in environment with slug 'dev' not found"
        ),
        ("/api/v4/secrets/X?projectId=p1&environment=dev", "404 Secret with name 'X' not found"),
        ("/api/v4/secrets/GH_PAT?projectId=p1&environment=dev&version=7", "404 Secret with name 'GH_PAT' not found"),
        ("/api/v4/secrets?projectId=%zz", "400 Malformed URL encoding in query parameters"),
        ("/api/v4/secrets/A/B?projectId=p1", "404 Route GET:/api/v4/secrets/A/B?projectId=p1 not found"),
    ])
    func `what is missing is said in the server's words`(path: String, want: String) throws {
        var fixture = try VaultFixture()
        #expect(try fixture.outcome("GET", path, token: try fixture.token()) == want)
    }

    @Test func `a folder that is missing names the operation`() throws {
        var fixture = try VaultFixture()
        let path = "/api/v4/secrets/X?projectId=p1&environment=qa"
        #expect(try fixture.send("GET", path, token: try fixture.token()).body["error"] == "GetSecretByName")
    }

    @Test func `a route that is missing has no request id, everything else has one`() throws {
        var fixture = try VaultFixture(server: #"{"v4":false}"#)
        let route = try fixture.send("GET", "/api/v4/secrets?x=y")
        #expect(
            route.body == [
                "message": "Route GET:/api/v4/secrets?x=y not found", "error": "Not Found", "statusCode": 404,
            ])
        let other = try fixture.send("GET", "/api/v3/secrets/raw")
        #expect(other.body["reqId"]?.string?.wholeMatch(of: /req-[A-Za-z0-9]{14}/) != nil)
    }

    // MARK: - Writes

    @Test func `create, update, rename and delete keep the versions`() throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        let path = "/api/v4/secrets/NEW"
        func body(_ more: [String: JSON]) -> JSON {
            .object(more.merging(["projectId": "p1", "environment": "dev", "secretPath": "/web/"]) { $1 })
        }
        let made = try fixture.send("POST", path, body: body(["secretValue": "  one \n\n"]), token: token)
        #expect(made.body["secret"]?["secretValue"] == "one\n")
        #expect(made.body["secret"]?["version"] == 1)
        #expect(
            try fixture.outcome("POST", path, body: body(["secretValue": "x"]), token: token)
                == "400 Secret already exist: NEW")
        let renamed = try fixture.send(
            "PATCH", path, body: body(["secretValue": "two", "newSecretName": "NEWER"]), token: token)
        #expect(renamed.body["secret"]?["version"] == 2)
        #expect(try fixture.value("NEWER", "&secretPath=/web&version=1") == "one\n")
        #expect(try fixture.value("NEWER", "&secretPath=/web") == "two")
        let id = try #require(renamed.body["secret"]?["id"]?.string)
        let byID = try fixture.send("GET", "/api/v4/secrets/id/\(id)", token: token)
        #expect(byID.body["secret"]?["secretKey"] == "NEWER")
        #expect(try fixture.outcome("DELETE", "/api/v4/secrets/NEWER", body: body([:]), token: token) == "200")
        #expect(
            try fixture.outcome("DELETE", "/api/v4/secrets/NEWER", body: body([:]), token: token)
                == "404 Secret does not exist: NEWER")
    }

    @Test func `a write needs its own right and shows no value without that to read`() throws {
        var fixture = try VaultFixture(identity: #""access":[{"actions":["create"]}]"#)
        let token = try fixture.token()
        let body: JSON = ["workspaceId": "p1", "environment": "dev", "secretValue": "v"]
        let made = try fixture.send("POST", "/api/v3/secrets/raw/NEW", body: body, token: token)
        #expect(made.body["secret"]?["secretValue"] == "<hidden-by-infisical>")
        #expect(
            try fixture.outcome("PATCH", "/api/v3/secrets/raw/NEW", body: body, token: token)
                == "403 You are not allowed to edit on secrets")
        #expect(
            try fixture.outcome("DELETE", "/api/v3/secrets/raw/NEW", body: body, token: token)
                == "403 You are not allowed to delete on secrets")
    }

    @Test func `a name with a space is refused`() throws {
        var fixture = try VaultFixture()
        let body: JSON = ["projectId": "p1", "environment": "dev", "secretValue": "v"]
        let answer = try fixture.send("POST", "/api/v4/secrets/A%20B", body: body, token: try fixture.token())
        #expect(answer.status == 422)
    }

    // MARK: - The rest

    @Test func `the rate limit counts per caller and window`() throws {
        var fixture = try VaultFixture(server: #"{"rateLimit":{"requests":2,"windowSeconds":10}}"#)
        for _ in 1...2 { #expect(try fixture.login("wrong") == LoginTests.wrong) }
        fixture.advance(4)
        let refused = fixture.respond("GET", "/api/v4/secrets")
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"] == "6")
        #expect(try fixture.outcome("GET", "/api/v4/secrets", peer: "127.0.0.2") == "401 Token missing")
        #expect(try fixture.outcome("GET", "/api/status") == "200 Ok")
        fixture.advance(6)
        #expect(try fixture.outcome("GET", "/api/v4/secrets") == "401 Token missing")
    }

    @Test func `an unchanged answer is not sent again`() throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        let path = "/api/v4/secrets?\(Self.where4)"
        let tag = try #require(fixture.respond("GET", path, token: token).headers["etag"])
        let again = fixture.respond("GET", path, token: token, headers: ["if-none-match": tag])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
    }

    @Test func `folders and projects can be looked up`() throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        for path in ["/api/v2/folders?projectId=p1", "/api/v1/folders?workspaceId=p1"] {
            let folders = try fixture.send("GET", path + "&environment=dev", token: token).body["folders"]?.array
            #expect(folders?.map { $0["name"] } == ["a", "common", "web"])
        }
        #expect(try fixture.send("GET", "/api/v1/projects/slug/blog", token: token).body["id"] == "p1")
        #expect(try fixture.send("GET", "/api/v1/workspace/p1", token: token).body["workspace"]?["slug"] == "blog")
    }

    @Test func `no refusal holds a value`() throws {
        var fixture = try VaultFixture(identity: #""access":[{"actions":["describe","create"]}]"#)
        let token = try fixture.token()
        let body: JSON = ["projectId": "p1", "environment": "dev", "secretValue": "canary-7431"]
        for (method, path) in [
            ("POST", "/api/v4/secrets/GH_PAT"), ("PATCH", "/api/v4/secrets/GH_PAT"), ("POST", "/api/v4/secrets/A%20B"),
            ("GET", "/api/v4/secrets/GH_PAT?\(Self.where4)"), ("DELETE", "/api/v4/secrets/GH_PAT"),
        ] {
            let answer = try fixture.send(method, path, body: method == "GET" ? nil : body, token: token)
            #expect(answer.status >= 400)
            #expect(!answer.body.text.contains("canary-7431"))
            #expect(!answer.body.text.contains("ghp_1"))
        }
    }
}
