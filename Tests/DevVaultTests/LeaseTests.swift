import Foundation
import TestSupport
import Testing

@testable import vaultscript_dev_vault

@Suite struct `Leases, client secrets and platforms of the development vault` {
    private func fixture(_ identity: String = "") throws -> VaultFixture {
        let seed = """
            {"projects":[{"id":"p1","slug":"blog","environments":{"dev":{"/":{},"dynamic":{"/db":[
               {"name":"orders","ttl":60,"maxTtl":100,"data":{"USER":"app-"}}]}}}}],
             "identities":[{"id":"i1","clientId":"id","clientSecret":"right"\(identity)}]}
            """
        var fixture = try VaultFixture()
        fixture.vault = Vault(state: try Seed(Data(seed.utf8), name: "test", now: fixture.now).state)
        return fixture
    }

    private func body(_ more: [String: JSON] = [:]) -> JSON {
        .object(["projectSlug": "blog", "environmentSlug": "dev", "path": "/db"].merging(more) { $1 })
    }

    private let leases = "/api/v1/dynamic-secrets/leases"

    @Test func `a lease is made, renewed up to its ceiling, and ends`() throws {
        var fixture = try fixture()
        let token = try fixture.token()
        let made = try fixture.send("POST", leases, body: body(["dynamicSecretName": "orders"]), token: token)
        let user = made.body["data"]?["USER"]?.string ?? ""
        #expect(user.hasPrefix("app-") && user.count == 28)
        #expect(made.body["dynamicSecret"]?["maxTTL"] == "100s")
        let id = try #require(made.body["lease"]?["id"]?.string)
        #expect(made.body["lease"]?["expireAt"]?.string == fixture.now.addingTimeInterval(60).wire)
        fixture.advance(30)
        #expect(try fixture.outcome("POST", "\(leases)/\(id)/renew", body: body(["ttl": "1m"]), token: token) == "200")
        fixture.advance(30)
        #expect(
            try fixture.outcome("POST", "\(leases)/\(id)/renew", body: body(), token: token)
                == "400 TTL cannot be larger than max ttl")
        let query = "?projectSlug=blog&environmentSlug=dev&path=/db"
        #expect(try fixture.outcome("GET", "\(leases)/\(id)\(query)", token: token) == "200")
        let list = try fixture.send("GET", "/api/v1/dynamic-secrets/orders/leases\(query)", token: token)
        #expect(list.body["leases"]?.array?.count == 1)
        fixture.advance(31)
        #expect(
            try fixture.outcome("DELETE", "\(leases)/\(id)", body: body(), token: token)
                == "404 Dynamic secret lease with ID '\(id)' not found")
    }

    @Test func `what cannot be leased is told in the server's words`() throws {
        var fixture = try fixture()
        let token = try fixture.token()
        func refused(_ more: [String: JSON]) throws -> String {
            try fixture.outcome("POST", leases, body: body(more), token: token)
        }
        #expect(
            try refused(["dynamicSecretName": "order"])
                == "404 Dynamic secret with name 'order' in folder with path '/db' not found")
        #expect(try refused(["dynamicSecretName": "orders", "ttl": "2m"]) == "400 TTL cannot be larger than max TTL")
        for (ttl, words) in [
            ("x", "TTL must be a positive number"), ("59s", "TTL must be a greater than 1min"),
            ("10", "TTL must be a greater than 1min"), ("3653d", "TTL must be less than 10 years"),
        ] {
            let sent = try fixture.send(
                "POST", leases, body: body(["dynamicSecretName": "orders", "ttl": .string(ttl)]), token: token)
            #expect(sent.body["message"]?.array?.first?["message"]?.string == words, "\(ttl)")
        }
        #expect(try refused(["dynamicSecretName": "orders", "ttl": "60"]) == "200")
        #expect(
            try refused(["dynamicSecretName": "orders", "projectSlug": "no"]) == "404 No project found with slug no")
    }

    @Test func `two client secrets are valid at once, and a revoked one takes its tokens along`() throws {
        var fixture = try fixture(#","managesSecrets":true"#)
        let old = try fixture.token()
        let path = "/api/v1/auth/universal-auth/identities/i1/client-secrets"
        let made = try fixture.send("POST", path, body: ["description": "new", "ttl": 60], token: old)
        let new = try #require(made.body["clientSecret"]?.string)
        #expect(made.body["clientSecretData"]?["clientSecretTTL"] == 60)
        #expect(try fixture.login(new) == "ok" && fixture.login("right") == "ok")
        let list = try fixture.send("GET", path, token: old).body["clientSecretData"]?.array ?? []
        #expect(list.count == 2)
        let first = try #require(list.first?["id"]?.string)
        #expect(try fixture.outcome("POST", "\(path)/\(first)/revoke", body: [:], token: old) == "200")
        #expect(try fixture.login() == "401 Invalid credentials")
        #expect(try fixture.login(new) == "ok")
        #expect(
            try fixture.outcome("GET", "/api/v1/projects", token: old)
                == "401 Failed to authorize: client secret has been revoked")
        fixture.advance(61)
        #expect(try fixture.login(new) == "401 Access denied due to expired client secret")
    }

    @Test func `an identity without the right manages no client secrets`() throws {
        var fixture = try fixture()
        let path = "/api/v1/auth/universal-auth/identities/i1/client-secrets"
        #expect(
            try fixture.outcome("POST", path, body: [:], token: fixture.token())
                == "403 You are not allowed to edit on identity")
    }

    @Test func `a platform's word logs in where the identity has the method and it is the right one`() throws {
        var fixture = try fixture(#","methods":{"oidc":"word"}"#)
        func login(_ method: String, _ jwt: JSON = "word", _ id: JSON = "i1") throws -> String {
            try fixture.outcome("POST", "/api/v1/auth/\(method)-auth/login", body: ["identityId": id, "jwt": jwt])
        }
        #expect(try login("oidc") == "200")
        #expect(try login("oidc", "other") == "401 Access denied: token not accepted")
        #expect(
            try login("jwt") == "404 JWT auth method not found for identity, did you configure JWT auth?")
        #expect(try login("oidc", "word", "i2").hasPrefix("404 OIDC auth method not found"))
        #expect(try login("gcp").hasPrefix("404 Route POST:/api/v1/auth/gcp-auth/login not found"))
    }

    @Test func `a signature made by Python's hmac is right, and old after five minutes`() throws {
        let request = SignedRequest(
            method: "POST", body: Data("Action=GetCallerIdentity&Version=2011-06-15".utf8),
            headers: [
                "Host": "sts.us-east-1.amazonaws.com", "X-Amz-Date": "20260921T141320Z",
                "Authorization":
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260921/us-east-1/sts/aws4_request, "
                    + "SignedHeaders=host;x-amz-date, Signature=9f9f1c5edec4d6bb1c9b0740e88c40cb30f49bdfbf880995c2955aa2de347b60",
            ], accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        #expect(request.isValid(now: Date(timeIntervalSince1970: 1_790_000_000)))
        #expect(!request.isValid(now: Date(timeIntervalSince1970: 1_790_000_400)))
    }
}
