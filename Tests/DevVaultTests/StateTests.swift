import Foundation
import Testing

@testable import vaultscript_dev_vault

/// States that a seed puts the vault in, so that clients can be tried against them.
@Suite struct `States of the development vault` {
    private static let read = "/api/v4/secrets/GH_PAT?projectId=p1&environment=dev"

    @Test(arguments: [
        ("tokensRevoked", "identity tokens have been revoked"), ("methodRevoked", "auth method has been revoked"),
        ("notInOrganization", "Identity is not a member of the organization"),
        ("inactive", "Identity organization membership is inactive"),
    ])
    func `an identity's end ends its tokens, on use and on renewal`(state: String, words: String) throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        let after = try VaultFixture(identity: #""ending":"\#(state)""#)
        fixture.vault.reload(Seed(state: after.vault.state, settings: after.vault.settings))
        #expect(try fixture.outcome("GET", Self.read, token: token) == "401 Failed to authorize: \(words)")
        #expect(
            try fixture.outcome("POST", "/api/v1/auth/token/renew", body: ["accessToken": .string(token)])
                == "401 Cannot renew: \(words)")
    }

    @Test func `a seed that is read again keeps tokens and the use of client secrets`() throws {
        var fixture = try VaultFixture(identity: #""secretUses":1"#)
        let token = try fixture.token()
        let after = try VaultFixture(identity: #""secretUses":1"#, server: #"{"v4":false}"#)
        fixture.vault.reload(Seed(state: after.vault.state, settings: after.vault.settings))
        #expect(
            try fixture.outcome("GET", "/api/v3/secrets/raw/GH_PAT?workspaceId=p1&environment=dev", token: token)
                == "200")
        #expect(try fixture.outcome("GET", Self.read, token: token).hasPrefix("404 Route "))
        #expect(try fixture.login() == "401 Access denied due to client secret usage limit reached")
    }

    @Test func `a revoked client secret ends the tokens that it minted`() throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        fixture.vault.state.identities[0].secret.isRevoked = true
        #expect(
            try fixture.outcome("GET", Self.read, token: token)
                == "401 Failed to authorize: client secret has been revoked")
    }

    @Test func `sub-organisations are known, and open to their members`() throws {
        func login(_ identity: String, _ server: String) throws -> String {
            var fixture = try VaultFixture(identity: identity, server: server)
            return try fixture.outcome(
                "POST", "/api/v1/auth/universal-auth/login",
                body: ["clientId": "id", "clientSecret": "right", "organizationSlug": "team"])
        }
        #expect(try login("", "{}") == "404 Sub organization with name team not found")
        let server = #"{"subOrganizations":["team"]}"#
        #expect(try login("", server) == "401 Identity not authorized to access sub organization team")
        #expect(try login(#""subOrganizations":["team"]"#, server) == "200")
    }

    @Test func `a newer server may want more of a login, an older one has no way to find projects`() throws {
        var fixture = try VaultFixture(server: #"{"requiredLoginFields":["region"],"projectRoutes":false}"#)
        #expect(try fixture.login().hasPrefix("422"))
        #expect(
            try fixture.outcome("GET", "/api/v1/projects/slug/blog")
                == "404 Route GET:/api/v1/projects/slug/blog not found")
    }

    @Test func `a project of another organisation is refused as such`() throws {
        var fixture = try VaultFixture()
        fixture.vault.state.projects[0].isForeign = true
        #expect(
            try fixture.outcome("GET", Self.read, token: try fixture.token())
                == "403 This project does not belong to your selected organization.")
    }

    @Test func `limits count the sort of requests that they are for`() throws {
        func outcomes(_ bucket: String) throws -> [String] {
            var fixture = try VaultFixture(
                server: #"{"rateLimit":{"requests":1,"windowSeconds":60,"bucket":"\#(bucket)"}}"#)
            let token = try fixture.token()
            let calls = [
                ("GET", "/api/v2/folders?projectId=p1&environment=dev"), ("GET", Self.read), ("GET", Self.read),
                ("POST", "/api/v1/auth/token/revoke"),
            ]
            return try calls.map { method, path in
                let body: JSON? = method == "POST" ? ["accessToken": .string(token)] : nil
                return String(
                    try fixture.outcome(method, path, body: body, token: method == "GET" ? token : nil).prefix(3))
            }
        }
        #expect(try outcomes("read") == ["200", "429", "429", "200"])
        #expect(try outcomes("write") == ["200", "200", "200", "429"])
        #expect(try outcomes("secrets") == ["200", "200", "429", "200"])
    }

    @Test func `a recursive list holds the imports of all folders that it lists`() throws {
        var fixture = try VaultFixture(imports: #"{"/web":[{"environment":"dev","path":"/common"}]}"#)
        let token = try fixture.token()
        let list = try fixture.send("GET", "/api/v4/secrets?projectId=p1&environment=dev&recursive=true", token: token)
        #expect(list.body["imports"]?.array?.compactMap { $0["secretPath"]?.string } == ["/common"])
    }
}
