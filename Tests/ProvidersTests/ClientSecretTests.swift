import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

/// A token whose claims say who and by which client secret.
private func login(_ number: Int) -> StubHTTPServer.Reply {
    // {"identityId":"identity-1","clientSecretId":"secret-1"} and the same with secret-2.
    let claims = [
        "eyJpZGVudGl0eUlkIjoiaWRlbnRpdHktMSIsImNsaWVudFNlY3JldElkIjoic2VjcmV0LTEifQ",
        "eyJpZGVudGl0eUlkIjoiaWRlbnRpdHktMSIsImNsaWVudFNlY3JldElkIjoic2VjcmV0LTIifQ",
    ][number - 1]
    return .json(
        200, #"{"accessToken":"h.\#(claims).s","expiresIn":60,"accessTokenMaxTTL":60,"tokenType":"Bearer"}"#)
}

private let made = StubHTTPServer.Reply.json(
    200, #"{"clientSecret":"canary-new-secret","clientSecretData":{"id":"secret-2","clientSecretTTL":86400}}"#)
private let revoked = StubHTTPServer.Reply.json(200, #"{"clientSecretData":{"id":"x"}}"#)
private let refused = ProviderBench.error(401, "UnauthorizedError", "Invalid credentials")
private let secrets = "/api/v1/auth/universal-auth/identities/identity-1/client-secrets"

@Suite struct `Rotating a client secret` {
    final class Kept { var values: [String?] = [] }

    private func rotate(
        _ bench: ProviderBench, _ kept: Kept = Kept(), failing: Failure? = nil, usesLimit: Int? = nil
    ) throws -> Result<ClientSecretRotation.Outcome, Failure> {
        let session = try #require(try bench.login().get() as? InfisicalSession)
        let rotation = ClientSecretRotation(client: bench.client, session: session, clientID: "id") {
            value, _ throws(Failure) in
            if let failing { throw failing }
            kept.values.append(plain(value))
        }
        let wish = ClientSecretRotation.Wish(description: "test", lifetime: .seconds(86400), usesLimit: usesLimit)
        return try bench.run { rotation.start(wish, completion: $0) }
    }

    @Test func `it is made, proved, stored and only then the former one revoked, by the new login`() throws {
        let bench = try ProviderBench([login(1), made, login(2), revoked, .json(200, "{}")])
        let kept = Kept()
        let outcome = try rotate(bench, kept).get()
        #expect(outcome.newID == "secret-2")
        #expect(outcome.lifetime == .seconds(86400))
        #expect(outcome.leftValid == nil)
        #expect(kept.values == ["canary-new-secret"])
        #expect(bench.credentials == ["access token", "client secret", "access token"])
        #expect(
            bench.asked == [
                "POST /api/v1/auth/universal-auth/login", "POST \(secrets)", "POST /api/v1/auth/universal-auth/login",
                "POST \(secrets)/secret-1/revoke", "POST /api/v1/auth/token/revoke",
            ])
        #expect(bench.server.requests[1].body == #"{"description":"test","ttl":86400,"numUsesLimit":0}"#)
        #expect(bench.server.requests[2].body == #"{"clientId":"id","clientSecret":"canary-new-secret"}"#)
        #expect(bench.server.requests[3].headers["authorization"]?.contains("LTIifQ") == true)
    }

    @Test func `a new one that does not log in is revoked again, and nothing is stored`() throws {
        let bench = try ProviderBench([login(1), made, refused, revoked])
        let kept = Kept()
        let failure = try rotate(bench, kept).failure
        #expect(failure?.message == "login at \(bench.host) was refused")
        #expect(
            failure?.reason.hasSuffix("; the new client secret has been revoked again, the former one is in use")
                == true)
        #expect(kept.values.isEmpty)
        #expect(bench.asked.last == "POST \(secrets)/secret-2/revoke")
    }

    @Test func `a new one that cannot be stored is revoked again`() throws {
        let bench = try ProviderBench([login(1), made, login(2), revoked])
        let failure = try rotate(bench, failing: Failure(.io, "the disk is full")).failure
        #expect(failure?.message == "the disk is full")
        #expect(bench.asked.last == "POST \(secrets)/secret-2/revoke")
    }

    @Test func `a former one that cannot be revoked is named`() throws {
        let bench = try ProviderBench([
            login(1), made, login(2), ProviderBench.error(403, "PermissionDenied", "no"), .json(200, "{}"),
        ])
        let outcome = try rotate(bench).get()
        #expect(outcome.leftValid?.id == "secret-1")
        #expect(outcome.leftValid?.failure?.message == "the client secret may not be changed by the identity itself")
    }

    @Test func `one that is not to be revoked stays, and a limit of logins is carried over`() throws {
        let bench = try ProviderBench([login(1), made, login(2), .json(200, "{}")])
        let session = try #require(try bench.login().get() as? InfisicalSession)
        let rotation = ClientSecretRotation(
            client: bench.client, session: session, clientID: "id", store: { _, _ throws(Failure) in },
            hold: { $0(false) })
        let wish = ClientSecretRotation.Wish(description: "test", lifetime: nil, usesLimit: 7)
        let outcome = try bench.run { rotation.start(wish, completion: $0) }.get()
        #expect(outcome.leftValid?.id == "secret-1" && outcome.leftValid?.failure == nil)
        #expect(bench.server.requests[1].body == #"{"description":"test","ttl":0,"numUsesLimit":7}"#)
        #expect(bench.asked.count == 4 && bench.asked.last == "POST /api/v1/auth/token/revoke")
    }

    @Test func `the vault tells of all client secrets but what they are`() throws {
        let list = """
            {"clientSecretData":[{"id":"a","createdAt":"2026-11-01T00:00:00.500Z","clientSecretTTL":86400,
            "clientSecretNumUses":3,"clientSecretNumUsesLimit":10,"isClientSecretRevoked":false},
            {"id":"b","clientSecretTTL":0,"isClientSecretRevoked":true}]}
            """
        let bench = try ProviderBench([login(1), .json(200, list)])
        let session = try #require(try bench.login().get() as? InfisicalSession)
        let facts = try bench.run { session.listClientSecrets(completion: $0) }.get()
        #expect(bench.asked.last == "GET \(secrets)")
        #expect(facts.map(\.id) == ["a", "b"] && facts.map(\.isRevoked) == [false, true])
        #expect(facts[0].endsAt == 1_793_577_600 && facts[0].usesLimit == 10 && facts[0].uses == 3)
        #expect(facts[1].endsAt == nil && facts[1].usesLimit == nil && facts[1].lifetime == nil)
    }

    @Test func `an identity that may not is told what right it lacks`() throws {
        let bench = try ProviderBench([login(1), ProviderBench.error(403, "PermissionDenied", "no")])
        #expect(
            try rotate(bench).failure?.text
                == """
                the client secret may not be changed by the identity itself
                \(bench.host) does not let it make or revoke client secrets (403)
                give its role, on identities, the rights to create and delete tokens (on older servers to create, edit and delete identities), or make a new client secret in the vault by hand
                """)
    }

    @Test func `a token that says nothing of its client secret is told`() throws {
        let bench = try ProviderBench([ProviderBench.login])
        #expect(
            try rotate(bench).failure?.reason == "the access token does not say which client secret minted it")
        #expect(bench.server.requests.count == 1)
    }
}
