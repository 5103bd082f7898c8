import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

@Suite struct `Writing to Infisical` {
    private static let place = #""environment":"dev","secretPath":"/","type":"shared""#

    @Test func `create, update and delete send their bodies`() throws {
        let bench = try ProviderBench([ProviderBench.one()])
        let session = try bench.tokenSession()
        #expect(try bench.write(session, .create(SecretBytes(copying: "v\"1"))).get() == .done(version: 3))
        #expect(try bench.write(session, .update(SecretBytes(copying: "v2"))).get() == .done(version: 3))
        #expect(try bench.write(session, .delete).get() == .done(version: 3))
        #expect(
            bench.asked == [
                "POST /api/v4/secrets/GH_PAT", "PATCH /api/v4/secrets/GH_PAT", "DELETE /api/v4/secrets/GH_PAT",
            ])
        let project = #"{"projectId":"\#(ProviderBench.project)","#
        #expect(
            bench.server.requests.map(\.body) == [
                project + Self.place + #","secretValue":"v\"1"}"#, project + Self.place + #","secretValue":"v2"}"#,
                project + Self.place + "}",
            ])
    }

    @Test func `an instance without v4 gets the same on v3`() throws {
        let bench = try ProviderBench([ProviderBench.noRoute, ProviderBench.one()])
        _ = try bench.write(bench.tokenSession(), .create(SecretBytes(copying: "v1"))).get()
        #expect(bench.asked == ["POST /api/v4/secrets/GH_PAT", "POST /api/v3/secrets/raw/GH_PAT"])
        #expect(
            bench.server.requests[1].body
                == #"{"workspaceId":"\#(ProviderBench.project)",\#(Self.place),"secretValue":"v1"}"#)
    }

    @Test func `a change that awaits approval is told as such`() throws {
        let bench = try ProviderBench([.json(200, #"{"approval":{"id":"1"}}"#)])
        #expect(try bench.write(bench.tokenSession(), .delete).get() == .awaitsApproval)
    }

    @Test func `a write is not repeated where it may have been done`() throws {
        for reply in [StubHTTPServer.Reply.reset, ProviderBench.error(503, "X", "y"), .raw(Array("HTTP/1.1 200".utf8))]
        {
            let bench = try ProviderBench([reply, ProviderBench.one()])
            #expect(try bench.write(bench.tokenSession(), .create(SecretBytes(copying: "v"))).failure?.kind == .network)
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test func `a write is not repeated on a kept connection that died`() throws {
        let bench = try ProviderBench([ProviderBench.one(), .reset, ProviderBench.one()])
        let session = try bench.tokenSession()
        _ = try bench.get(session).get()
        #expect(try bench.write(session, .create(SecretBytes(copying: "v"))).failure?.kind == .network)
        #expect(bench.server.requests.count == 2)
    }

    @Test func `a write is repeated after 429`() throws {
        let bench = try ProviderBench([ProviderBench.error(429, "RateLimitExceeded", "slow"), ProviderBench.one()])
        #expect(try bench.write(bench.tokenSession(), .create(SecretBytes(copying: "v"))).get() == .done(version: 3))
        #expect(bench.server.requests.count == 2)
    }

    @Test func `a value that JSON cannot hold is refused before it is sent`() throws {
        let bench = try ProviderBench([ProviderBench.one()])
        let bytes: [UInt8] = [0xFF, 0xFE]
        let failure = try bench.write(bench.tokenSession(), .create(SecretBytes(copying: bytes.span))).failure
        #expect(failure?.kind == .usage)
        #expect(failure?.reason == "it is not UTF-8 text, and JSON holds no other")
        #expect(bench.server.requests.isEmpty)
    }

    @Test func `known refusals of a write have their own words`() throws {
        let bench = try ProviderBench([
            ProviderBench.error(400, "BadRequest", "Secret already exist: GH_PAT"),
            ProviderBench.error(404, "NotFound", "Secret does not exist: GH_PAT"),
            ProviderBench.error(403, "PolicyViolationError", "policy"),
        ])
        let session = try bench.tokenSession()
        #expect(
            try bench.write(session, .create(SecretBytes(copying: "v"))).failure?.text
                == """
                secret GH_PAT could not be created
                a secret of that name is there already, in project \(ProviderBench.project), env dev, path / (400)
                update it instead
                """)
        #expect(
            try bench.write(session, .delete).failure?.text
                == """
                secret GH_PAT was not found
                project \(ProviderBench.project) at \(bench.host) has no such name in env dev, path /
                list the names: for _, name in ipairs(login():names{ env = "dev", path = "/" }) do print(name) end
                """)
        #expect(
            try bench.write(session, .delete).failure?.text
                == """
                secret GH_PAT may not be deleted
                a change policy of the project forbids it (403)
                ask for the change where the policy is kept
                """)
    }
}
