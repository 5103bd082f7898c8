import Foundation
import TestSupport
import Testing

@testable import vaultscript_dev_vault

@Suite struct `Batches and change policies of the development vault` {
    private static func body(_ rows: [JSON], mode: String? = nil, version: Int = 4) -> JSON {
        var body: [String: JSON] = [
            version == 4 ? "projectId" : "workspaceId": "p1", "environment": "dev", "secretPath": "/web",
            "secrets": .array(rows),
        ]
        if let mode { body["mode"] = .string(mode) }
        return .object(body)
    }

    private static let rows: [JSON] = [
        ["secretKey": "HOST", "secretValue": "new"], ["secretKey": "MADE", "secretValue": "one"],
    ]

    @Test(arguments: [(4, "/api/v4/secrets/batch"), (3, "/api/v3/secrets/batch/raw")])
    func `a batch is done whole or not at all`(version: Int, path: String) throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        #expect(
            try fixture.outcome("PATCH", path, body: Self.body(Self.rows, version: version), token: token)
                == "404 Secret does not exist: MADE")
        let before = try fixture.send(
            "GET", "/api/v4/secrets/HOST?projectId=p1&environment=dev&secretPath=/web", token: token)
        #expect(before.body["secret"]?["version"] == 1)
        let done = try fixture.send(
            "PATCH", path, body: Self.body(Self.rows, mode: "upsert", version: version), token: token)
        #expect(done.body["secrets"]?.array?.map { $0["version"] } == [2, 1])
        let ignored = try fixture.send(
            "PATCH", path,
            body: Self.body([["secretKey": "NEVER", "secretValue": "x"]], mode: "ignore", version: version),
            token: token)
        #expect(ignored.body["secrets"]?.array?.isEmpty == true)
        #expect(
            try fixture.outcome("POST", path, body: Self.body(Self.rows, version: version), token: token)
                == "400 Secret already exist: HOST")
        #expect(
            try fixture.outcome(
                "DELETE", path, body: Self.body([["secretKey": "MADE"], ["secretKey": "HOST"]], version: version),
                token: token) == "200")
        #expect(try fixture.list("/api/v4/secrets?projectId=p1&environment=dev&secretPath=/web") == ["GH_PAT=web"])
    }

    @Test func `servers without a batch or without upsert can be had`() throws {
        var none = try VaultFixture(server: #"{"batch":false}"#)
        #expect(
            try none.outcome(
                "PATCH", "/api/v4/secrets/batch", body: Self.body(Self.rows, mode: "upsert"), token: none.token()
            ).hasPrefix("404 Route PATCH:/api/v4/secrets/batch"))
        var old = try VaultFixture(server: #"{"upsert":false}"#)
        #expect(
            try old.outcome(
                "PATCH", "/api/v4/secrets/batch", body: Self.body(Self.rows, mode: "upsert"), token: old.token())
                == "404 Secret does not exist: MADE")
    }

    @Test func `a change of a protected folder asks for approval and changes nothing`() throws {
        let seed = """
            {"projects":[{"id":"p1","environments":{"dev":{"/":{"A":"1"}}},"protected":[{"environment":"dev"}]}],
             "identities":[{"clientId":"id","clientSecret":"right"}]}
            """
        var fixture = try VaultFixture()
        fixture.vault = Vault(state: try Seed(Data(seed.utf8), name: "test", now: fixture.now).state)
        let token = try fixture.token()
        let body: JSON = ["projectId": "p1", "environment": "dev", "secretValue": "2"]
        for (method, name) in [("PATCH", "A"), ("POST", "B"), ("DELETE", "A")] {
            let answer = try fixture.send(method, "/api/v4/secrets/\(name)", body: body, token: token)
            #expect(answer.status == 200 && answer.body["approval"]?["status"] == "open")
        }
        #expect(try fixture.list("/api/v4/secrets?projectId=p1&environment=dev") == ["A=1"])
    }
}
