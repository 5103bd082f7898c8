import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

private let noSecret = ProviderBench.error(404, "NotFound", "Secret does not exist: GH_PAT")
private let folder = FolderQuery(project: ProviderBench.project, environment: "dev")

private func version(_ number: Int, _ name: String = "GH_PAT") -> StubHTTPServer.Reply {
    .json(200, #"{"secret":{"secretKey":"\#(name)","version":\#(number)}}"#)
}

extension ProviderBench {
    fileprivate func put(_ ifVersion: Int? = nil, comment: String? = nil) throws -> Result<PutOutcome, Failure> {
        let session = try tokenSession()
        let put = SecretPut(
            "GH_PAT", in: folder, try SecretBytes(copying: "new"), ifVersion: ifVersion, comment: comment)
        return try run { session.put(put, completion: $0) }
    }

    fileprivate func batch(_ names: [String] = ["A", "B"]) throws -> Result<BatchOutcome, Failure> {
        let session = try tokenSession()
        let items = try names.map { SecretBatch.Item($0, try SecretBytes(copying: "v-" + $0)) }
        return try run { session.put(SecretBatch(in: folder, items), completion: $0) }
    }
}

@Suite struct `Putting into Infisical` {
    @Test func `a secret that is there is updated by one request`() throws {
        let bench = try ProviderBench([version(4)])
        #expect(try bench.put(comment: "why").get() == .updated(version: 4))
        #expect(bench.asked == ["PATCH /api/v4/secrets/GH_PAT"])
        #expect(bench.server.requests[0].body.hasSuffix(#""secretValue":"new","secretComment":"why"}"#))
    }

    @Test func `a secret that is not there is created by a second request`() throws {
        let bench = try ProviderBench([noSecret, version(1)])
        #expect(try bench.put().get() == .created(version: 1))
        #expect(bench.asked == ["PATCH /api/v4/secrets/GH_PAT", "POST /api/v4/secrets/GH_PAT"])
    }

    @Test func `a missing folder is told, and nothing is created`() throws {
        let bench = try ProviderBench([
            ProviderBench.error(404, "NotFound", "Folder with path '/' in environment with slug 'dev' not found")
        ])
        #expect(try bench.put().failure?.kind == .notFound)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `ifVersion looks at the secret itself, without its value and without imports`() throws {
        let bench = try ProviderBench([version(3), version(4)])
        #expect(try bench.put(3).get() == .updated(version: 4))
        #expect(bench.asked.count == 2)
        let look = bench.asked[0]
        #expect(look.contains("viewSecretValue=false"))
        #expect(look.contains("includeImports=false&include_imports=false"))
    }

    @Test func `another version than ifVersion is a conflict, and nothing is written`() throws {
        let bench = try ProviderBench([version(5)])
        let failure = try bench.put(3).failure
        #expect(
            failure?.text
                == """
                secret GH_PAT could not be updated
                it has version 5 now, version 3 was expected; nothing has been written
                somebody else has changed it: fetch it again, decide, and give its version as ifVersion
                """)
        #expect(failure?.kind == .denied && failure?.status == 409)
        #expect(bench.server.requests.count == 1)
    }

    @Test func `ifVersion 0 creates, and does nothing where the secret is there`() throws {
        let missing = ProviderBench.error(404, "NotFound", "Secret with name 'GH_PAT' not found")
        let bench = try ProviderBench([missing, version(1)])
        #expect(try bench.put(0).get() == .created(version: 1))
        #expect(bench.server.requests.map(\.method) == ["GET", "POST"])
        let there = try ProviderBench([version(2)])
        #expect(
            try there.put(0).failure?.reason
                == "it has version 2 now, it should not have been there; nothing has been written")
    }

    @Test func `a change between look and write is told with both versions`() throws {
        let bench = try ProviderBench([version(3), version(5)])
        #expect(
            try bench.put(3).failure?.text
                == """
                secret GH_PAT was changed by somebody else at the same time
                version 4 was expected; the new value became version 5, on top of theirs
                look at version 4 in the vault: it is theirs, and nothing of it is lost
                """)
    }

    @Test func `a put is never repeated where it may have been done, and says so`() throws {
        for reply in [StubHTTPServer.Reply.reset, ProviderBench.error(503, "X", "y"), .json(200, "{")] {
            let bench = try ProviderBench([reply, version(9)])
            let failure = try bench.put().failure
            #expect(
                failure?.hint
                    == "it may have been done or not, so it was not repeated: look at the vault before you try again")
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test func `a failure says whether something may have been done`() throws {
        for (status, mayBeDone) in [(400, false), (403, false), (404, false), (408, true), (409, true), (503, true)] {
            let bench = try ProviderBench([ProviderBench.error(status, "X", "y")])
            #expect(try bench.put().failure?.mayBeDone == mayBeDone, "\(status)")
        }
        #expect(try ProviderBench([version(5)]).put(3).failure?.mayBeDone == false)
        #expect(try ProviderBench([version(3), version(5)]).put(3).failure?.mayBeDone == true)
        let refused = ProviderBench.error(403, "PolicyViolationError", "policy")
        #expect(try ProviderBench([noSecret, version(2, "A"), refused]).batch().failure?.mayBeDone == true)
        #expect(try ProviderBench([noSecret, refused]).batch().failure?.mayBeDone == false)
    }

    @Test func `a put refused for its token logs in once, and is done once`() throws {
        let bench = try ProviderBench([
            ProviderBench.login, ProviderBench.error(403, "TokenError", "Your token has expired."),
            ProviderBench.login, version(2),
        ])
        let session = try bench.login().get()
        let put = SecretPut("GH_PAT", in: folder, try SecretBytes(copying: "new"))
        #expect(try bench.run { session.put(put, completion: $0) }.get() == .updated(version: 2))
        #expect(bench.server.requests.map(\.method) == ["POST", "PATCH", "POST", "PATCH"])
    }

    @Test func `a put that awaits approval is told as such`() throws {
        let bench = try ProviderBench([.json(200, #"{"approval":{"id":"1"}}"#)])
        #expect(try bench.put().get() == .awaitsApproval)
    }

    // MARK: - Deleting

    private func delete(
        _ bench: ProviderBench, ifVersion: Int? = nil, isOptional: Bool = false
    ) throws -> Result<DeletionOutcome, Failure> {
        let session = try bench.tokenSession()
        let deletion = SecretDeletion("GH_PAT", in: folder, ifVersion: ifVersion, isOptional: isOptional)
        return try bench.run { session.delete(deletion, completion: $0) }
    }

    @Test func `a deletion tells done, absent and awaiting approval apart`() throws {
        #expect(try delete(ProviderBench([version(1)])).get() == .done)
        #expect(try delete(ProviderBench([noSecret])).failure?.message == "secret GH_PAT was not found")
        #expect(try delete(ProviderBench([noSecret]), isOptional: true).get() == .wasAbsent)
        #expect(try delete(ProviderBench([.json(200, #"{"approval":{"id":"1"}}"#)])).get() == .awaitsApproval)
        let changed = try ProviderBench([version(2)])
        #expect(try delete(changed, ifVersion: 1).failure?.status == 409)
        #expect(changed.server.requests.count == 1)
    }

    // MARK: - Many

    @Test func `a batch is one request`() throws {
        let bench = try ProviderBench([
            .json(200, #"{"secrets":[{"secretKey":"A","version":2},{"secretKey":"B","version":1}]}"#)
        ])
        #expect(try bench.batch().get() == .done(versions: ["A": 2, "B": 1]))
        #expect(bench.asked == ["PATCH /api/v4/secrets/batch"])
        #expect(
            bench.server.requests[0].body
                == #"{"projectId":"\#(ProviderBench.project)","environment":"dev","secretPath":"/","mode":"upsert","#
                + #""secrets":[{"secretKey":"A","secretValue":"v-A"},{"secretKey":"B","secretValue":"v-B"}]}"#)
    }

    @Test func `without v4, without a batch or with one that knows no upsert it goes one by one`() throws {
        let bench = try ProviderBench([
            ProviderBench.noRoute, noSecret, version(2, "A"), noSecret, version(1, "B"),
        ])
        #expect(try bench.batch().get() == .done(versions: ["A": 2, "B": 1]))
        #expect(
            bench.asked == [
                "PATCH /api/v4/secrets/batch", "PATCH /api/v3/secrets/batch/raw", "PATCH /api/v3/secrets/raw/A",
                "PATCH /api/v3/secrets/raw/B", "POST /api/v3/secrets/raw/B",
            ])
    }

    @Test func `one by one, a failure names what was written before it`() throws {
        let bench = try ProviderBench([
            noSecret, version(2, "A"), ProviderBench.error(403, "PolicyViolationError", "policy"),
        ])
        let failure = try bench.batch().failure
        #expect(failure?.message == "secret B may not be updated")
        #expect(failure?.reason == "a change policy of the project forbids it (403); written before it: A")
    }

    @Test func `a batch that awaits approval is told as such, and a cut answer is not repeated`() throws {
        #expect(try ProviderBench([.json(200, #"{"approval":{"id":"1"}}"#)]).batch().get() == .awaitsApproval)
        let cut = try ProviderBench([.reset])
        #expect(try cut.batch().failure?.message == "the secrets of env dev, path / could not be written")
        #expect(cut.server.requests.count == 1)
    }
}
