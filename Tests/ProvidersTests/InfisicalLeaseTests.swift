import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

private let folder = FolderQuery(project: "blog", environment: "dev", path: "/db")

private func times(_ seconds: Int, _ more: String = "") -> String {
    let end = String(format(seconds))
    return
        #"{"id":"lease-1","version":1,"expireAt":"2026-01-01T00:\#(end).500Z","createdAt":"2026-01-01T00:00:00.500Z","#
        + #""updatedAt":"2026-01-01T00:00:00.500Z"\#(more)}"#
}

private func format(_ seconds: Int) -> String {
    let minutes = seconds / 60
    let rest = seconds % 60
    return (minutes < 10 ? "0" : "") + "\(minutes):" + (rest < 10 ? "0" : "") + "\(rest)"
}

@Suite struct `Leases of Infisical` {
    @Test func `a lease is one request by slug, and everything in its data is a secret`() throws {
        let data =
            #"{"DB_USERNAME":"u-canary","DB_PASSWORD":"p-canary","port":5432,"tls":true,"keys":[{"id":"k-canary"}]}"#
        let bench = try ProviderBench([
            .json(200, #"{"lease":\#(times(90)),"dynamicSecret":{"maxTTL":"24h"},"data":\#(data)}"#)
        ])
        let session = try bench.tokenSession()
        let query = LeaseQuery("orders", in: folder, lifetime: .seconds(90))
        let lease = try bench.run { session.lease(query, completion: $0) }.get()
        #expect(lease.id == "lease-1")
        #expect(lease.lifetime == .seconds(90))
        #expect(lease.maximumLifetime == .seconds(86400))
        #expect(lease.expiresAt == "2026-01-01T00:01:30.500Z")
        #expect(lease.values.map(\.name) == ["DB_PASSWORD", "DB_USERNAME", "keys.1.id", "port"])
        #expect(lease.values.map { plain($0.value) } == ["p-canary", "u-canary", "k-canary", "5432"])
        #expect(bench.asked == ["POST /api/v1/dynamic-secrets/leases"])
        #expect(
            bench.server.requests[0].body
                == #"{"projectSlug":"blog","environmentSlug":"dev","path":"/db","dynamicSecretName":"orders","ttl":"90s"}"#
        )
    }

    @Test func `a project that is named by id is looked up once`() throws {
        let answer = StubHTTPServer.Reply.json(
            200, #"{"lease":\#(times(60)),"dynamicSecret":{},"data":{"A":"1"}}"#)
        let bench = try ProviderBench([
            ProviderBench.noRoute, .json(200, #"{"workspace":{"id":"x","slug":"blog"}}"#), answer, answer,
        ])
        let session = try bench.tokenSession()
        let query = LeaseQuery("orders", in: FolderQuery(project: ProviderBench.project, environment: "dev"))
        for _ in 1...2 { _ = try bench.run { session.lease(query, completion: $0) }.get() }
        #expect(
            bench.asked == [
                "GET /api/v1/projects/\(ProviderBench.project)", "GET /api/v1/workspace/\(ProviderBench.project)",
                "POST /api/v1/dynamic-secrets/leases", "POST /api/v1/dynamic-secrets/leases",
            ])
    }

    @Test func `a lease is not asked for twice where it may have been made`() throws {
        let bench = try ProviderBench([.reset, .reset])
        let session = try bench.tokenSession()
        let failure = try bench.run { session.lease(LeaseQuery("orders", in: folder), completion: $0) }.failure
        #expect(failure?.message == "the lease of orders could not be made")
        #expect(failure?.hint.hasPrefix("it may have been done or not") == true)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `a renewal and a revocation name the lease; one that is gone is revoked`() throws {
        let bench = try ProviderBench([
            .json(200, #"{"lease":\#(times(120))}"#), .json(200, #"{"lease":\#(times(120))}"#),
            ProviderBench.error(404, "NotFound", "Dynamic secret lease with ID 'lease-1' not found"),
        ])
        let session = try bench.tokenSession()
        let held = HeldLease("lease-1", of: LeaseQuery("orders", in: folder))
        #expect(try bench.run { session.renew(held, completion: $0) }.get().lifetime == .seconds(120))
        try bench.run { session.revoke(held, completion: $0) }.get()
        try bench.run { session.revoke(held, completion: $0) }.get()
        #expect(
            bench.asked == [
                "POST /api/v1/dynamic-secrets/leases/lease-1/renew", "DELETE /api/v1/dynamic-secrets/leases/lease-1",
                "DELETE /api/v1/dynamic-secrets/leases/lease-1",
            ])
        #expect(
            bench.server.requests[1].body
                == #"{"projectSlug":"blog","environmentSlug":"dev","path":"/db","isForced":false}"#)
    }

    @Test func `refusals of a lease have their own words`() throws {
        let bench = try ProviderBench([
            ProviderBench.error(
                404, "NotFound", "Dynamic secret with name 'orders' in folder with path '/db' not found"),
            ProviderBench.error(400, "BadRequest", "Failed to create lease due to plan restriction. Upgrade plan"),
            ProviderBench.error(400, "BadRequest", "TTL cannot be larger than max TTL"),
            .json(404, #"{"message":"Route POST:/api/v1/dynamic-secrets/leases not found","error":"Not Found"}"#),
        ])
        let session = try bench.tokenSession()
        let texts = try (1...4).map { _ in
            try bench.run { session.lease(LeaseQuery("orders", in: folder), completion: $0) }.failure?.text
        }
        #expect(
            texts == [
                """
                dynamic secret orders was not found
                project blog, env dev, path /db at \(bench.host) has no such dynamic secret (404)
                look at its name, env and path in the vault
                """,
                """
                the lease of orders could not be made
                the plan of \(bench.host) has no dynamic secrets (400)
                keep a static secret and rotate it: scripts/rotate_token.lua
                """,
                """
                the lease of orders could not be made
                \(bench.host) does not give a lease of that length (400: TTL cannot be larger than max TTL)
                ask for a shorter ttl, or let the dynamic secret's maximum be raised
                """,
                """
                the lease of orders could not be made
                \(bench.host) has no dynamic secrets (404 Route not found)
                ask for them at a newer server
                """,
            ])
    }

    @Test func `the vault's times are read, whatever our clock says`() {
        #expect(LeaseTime.milliseconds("1970-01-01T00:00:00.000Z") == 0)
        #expect(LeaseTime.milliseconds("2026-11-27T21:18:58.123Z") == 1_795_814_338_123)
        #expect(LeaseTime.milliseconds("2024-02-29T23:59:59Z") == 1_709_251_199_000)
        #expect(LeaseTime.milliseconds("2024-03-01T01:00:00+02:00") == 1_709_247_600_000)
        #expect(LeaseTime.milliseconds("2024-03-01") == nil)
        #expect(LeaseTime.milliseconds("2024-13-01T00:00:00Z") == nil)
        #expect(
            ["1h", "30m", "90", "7 d", "x", "", "-1h", "1q"].map(LeaseTime.duration) == [
                .seconds(3600), .seconds(1800), .seconds(90), .seconds(604_800), nil, nil, nil, nil,
            ])
    }
}
