import Diagnostics
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import Providers

/// The calls that a run can make beside login, one secret and a list, each with the answer that a vault gives.
private enum Call: String, Sendable, CaseIterable {
    case folders, identity, projects, environments, lookUp
    case create, update, delete, batch
    case lease, leaseRenewal, leaseRevocation
    case clientSecret, clientSecrets, clientSecretRevocation
    case tokenRenewal, tokenRevocation
    case forbidden, missing

    var status: Int {
        switch self {
        case .forbidden: 403
        case .missing: 404
        default: 200
        }
    }

    var body: String {
        switch self {
        case .folders:
            #"{"folders":[{"id":"f1","name":"web","parentId":"root"},{"id":"f2","name":"ci","parentId":"root"}]}"#
        case .identity: #"{"identityDetails":{"organization":{"id":"o1","name":"Development","slug":"development"}}}"#
        case .projects: #"{"projects":[{"id":"p1","slug":"blog"},{"id":"p2","slug":"shop"}]}"#
        case .environments: #"{"project":{"id":"p1","environments":[{"slug":"dev"},{"slug":"prod"}]}}"#
        case .lookUp: #"{"id":"\#(ProviderBench.project)","slug":"blog","name":"Blog"}"#
        case .create, .update, .delete: #"{"secret":\#(ProviderBench.secret())}"#
        case .batch: #"{"secrets":[\#(ProviderBench.secret()),\#(ProviderBench.secret("B"))]}"#
        case .lease:
            #"{"lease":\#(Self.leaseBody),"dynamicSecret":{"maxTTL":"24h"},"data":{"USER":"canary-user","PASSWORD":"canary-pw"}}"#
        case .leaseRenewal, .leaseRevocation: #"{"lease":\#(Self.leaseBody)}"#
        case .clientSecret:
            #"{"clientSecret":"canary-new-secret","clientSecretData":{"id":"secret-2","clientSecretTTL":86400}}"#
        case .clientSecrets: #"{"clientSecretData":[{"id":"secret-1","clientSecretTTL":0,"clientSecretNumUses":3}]}"#
        case .clientSecretRevocation: #"{"clientSecretData":{"id":"secret-1","isClientSecretRevoked":true}}"#
        case .tokenRenewal: Self.login
        case .tokenRevocation: #"{"message":"Successfully revoked access token"}"#
        case .forbidden:
            #"{"reqId":"req-1","statusCode":403,"message":"You are not allowed to readValue on secrets","error":"PermissionDenied"}"#
        case .missing:
            #"{"reqId":"req-1","statusCode":404,"message":"Secret with name 'GH_PAT' not found","error":"NotFound"}"#
        }
    }

    private static let leaseBody =
        #"{"id":"lease-1","expireAt":"2026-01-01T01:00:00.000Z","createdAt":"2026-01-01T00:00:00.000Z","#
        + #""updatedAt":"2026-01-01T00:00:00.000Z"}"#

    /// A token whose claims name an identity, as making a client secret needs it.
    static let token = "canary.eyJpZGVudGl0eUlkIjoiaWRlbnRpdHktMSIsImNsaWVudFNlY3JldElkIjoic2VjcmV0LTEifQ.s"
    static let login =
        #"{"accessToken":"\#(token)","expiresIn":60,"accessTokenMaxTTL":60,"tokenType":"Bearer"}"#

    /// The first line of the error.
    func message(_ host: String) -> String {
        switch self {
        case .folders: "the folders of env dev, path / could not be listed"
        case .identity: "the identity could not be asked for at \(host)"
        case .projects: "the projects of the identity could not be listed at \(host)"
        case .environments: "project \(ProviderBench.project) could not be looked up at \(host)"
        case .lookUp: "project blog could not be looked up at \(host)"
        case .create: "secret GH_PAT could not be created"
        case .update: "secret GH_PAT could not be updated"
        case .delete: "secret GH_PAT could not be deleted"
        case .batch: "the secrets of env dev, path / could not be written"
        case .lease: "the lease of orders could not be made"
        case .leaseRenewal: "the lease of orders could not be renewed"
        case .leaseRevocation: "the lease of orders could not be revoked"
        case .clientSecret: "the client secret could not be made at \(host)"
        case .clientSecrets: "the client secret could not be listed at \(host)"
        case .clientSecretRevocation: "the client secret could not be revoked at \(host)"
        case .tokenRenewal: "the access token could not be renewed at \(host)"
        case .tokenRevocation: "the access token could not be revoked at \(host)"
        case .forbidden, .missing: "secret GH_PAT could not be read"
        }
    }

    /// Whether the server may have done it: then that is said, as it is not done twice.
    var isDoneOnce: Bool {
        [.create, .update, .delete, .batch, .lease, .leaseRenewal, .clientSecret].contains(self)
    }

    /// The whole answer.
    func answer(_ framing: CutCase.Framing) -> [UInt8] {
        let head = "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n"
        let count = body.utf8.count
        let chunk = "\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
        return switch framing {
        case .length: Array("\(head)Content-Length: \(count)\r\n\r\n\(body)".utf8)
        case .chunks: Array("\(head)Transfer-Encoding: chunked\r\n\r\n\(chunk)".utf8)
        case .close: Array("\(head)\r\n\(body)".utf8)
        }
    }

    /// Makes the call once.
    func make(_ bench: ProviderBench, _ session: InfisicalSession) throws -> Result<Void, Failure> {
        let folder = FolderQuery(project: ProviderBench.project, environment: "dev")
        let value = try SecretBytes(copying: "canary-new-value")
        let query = LeaseQuery("orders", in: FolderQuery(project: "blog", environment: "dev"))
        let held = HeldLease("lease-1", of: query)
        switch self {
        case .folders: return try bench.run { session.listFolders(folder, completion: $0) }.map { _ in }
        case .identity: return try bench.run { session.identity(completion: $0) }.map { _ in }
        case .projects: return try bench.run { session.projects(completion: $0) }.map { _ in }
        case .environments:
            return try bench.run { session.environments(of: ProviderBench.project, completion: $0) }.map { _ in }
        case .lookUp: return try bench.get(session, project: "blog").map { _ in }
        case .create: return try bench.write(session, .create(value)).map { _ in }
        case .update: return try bench.write(session, .update(value)).map { _ in }
        case .delete:
            return try bench.run { session.delete(SecretDeletion("GH_PAT", in: folder), completion: $0) }.map { _ in }
        case .batch:
            let batch = SecretBatch(in: folder, [SecretBatch.Item("GH_PAT", value), SecretBatch.Item("B", value)])
            return try bench.run { session.put(batch, completion: $0) }.map { _ in }
        case .lease: return try bench.run { session.lease(query, completion: $0) }.map { _ in }
        case .leaseRenewal: return try bench.run { session.renew(held, completion: $0) }.map { _ in }
        case .leaseRevocation: return try bench.run { session.revoke(held, completion: $0) }
        case .clientSecret:
            return try bench.run {
                session.makeClientSecret(description: "test", lifetime: nil, completion: $0)
            }.map { _ in }
        case .clientSecrets: return try bench.run { session.listClientSecrets(completion: $0) }.map { _ in }
        case .clientSecretRevocation: return try bench.run { session.revokeClientSecret("secret-1", completion: $0) }
        case .tokenRenewal: return try bench.run { session.renew(completion: $0) }
        case .tokenRevocation: return try bench.run { session.logout(completion: $0) }
        case .forbidden, .missing: return try bench.get(session).map { _ in }
        }
    }
}

/// Where the answer stops; written by the test's thread, read by the server's, one request at a time.
private final class Place: @unchecked Sendable { var count = 0 }

@Suite struct `Answers to other calls that stop` {
    private static func bench(
        _ call: Call, _ place: Place, _ answer: [UInt8], end: CutCase.End = .closed,
        within time: Duration = .seconds(30)
    ) throws -> ProviderBench {
        let server = StubHTTPServer { request, _ in
            if request.target.hasSuffix("/login") { return .json(200, Call.login) }
            // What a look-up is for.
            if call == .lookUp, !request.target.contains("/slug/") { return ProviderBench.one() }
            let part = Array(answer[..<place.count])
            switch end {
            case .closed: return .raw(part)
            case .reset: return part.isEmpty ? .reset : .cut(part)
            case .silent: return .stall(part)
            }
        }
        var retry = RetryPolicy()
        retry.maximumRetries = 0
        retry.totalTime = time
        return try ProviderBench(server, retry: retry)
    }

    /// The session: a new one where the call ends it.
    private static func session(_ call: Call, _ bench: ProviderBench) throws -> InfisicalSession {
        let session = call == .tokenRevocation ? try bench.login().get() : try bench.tokenSession(Call.token)
        return try #require(session as? InfisicalSession)
    }

    private static func expectError(
        _ call: Call, _ bench: ProviderBench, _ count: Int, _ kind: Failure.Kind
    ) throws {
        let result = try call.make(bench, session(call, bench))
        let failure = try #require(result.failure, "\(count) bytes passed for an answer")
        #expect(failure.kind == kind && failure.message == call.message(bench.host), "after \(count): \(failure)")
        #expect(!failure.reason.isEmpty && !failure.hint.isEmpty && !failure.text.contains("canary"), "\(failure)")
        // On a machine that is busy, silence may be that of the connection, on which nothing was sent.
        guard kind == .network else { return }
        #expect(failure.hint.hasPrefix("it may have been done or not") == call.isDoneOnce, "after \(count): \(failure)")
    }

    @Test(arguments: Call.allCases, [CutCase.Framing.length, .chunks])
    fileprivate func `at any byte end in an error that names what was done`(
        call: Call, framing: CutCase.Framing
    ) throws {
        let (place, answer) = (Place(), call.answer(framing))
        let bench = try Self.bench(call, place, answer)
        // The last line ends of a chunked answer end it.
        let whole = framing == .chunks ? answer.count - 4 : answer.count
        for count in 0..<whole {
            place.count = count
            try Self.expectError(call, bench, count, .network)
        }
        place.count = answer.count
        #expect((try call.make(bench, Self.session(call, bench)).failure == nil) == (call.status == 200))
        // One credential comes with the whole answers that hold one, none with a part.
        let logins = call == .tokenRevocation ? whole + 1 : 0
        let own = [.clientSecret, .tokenRenewal].contains(call) ? 1 : 0
        #expect(bench.credentials.count == logins + own)
    }

    @Test(arguments: Call.allCases)
    fileprivate func `by a reset end in the same error`(call: Call) throws {
        let (place, answer) = (Place(), call.answer(.length))
        let bench = try Self.bench(call, place, answer, end: .reset)
        for count in stride(from: 0, to: answer.count, by: 5) {
            place.count = count
            try Self.expectError(call, bench, count, .network)
        }
    }

    /// But for the end of a token, which needs a login first, in the same short time.
    @Test(arguments: Call.allCases.filter { $0 != .tokenRevocation })
    fileprivate func `and stay silent end with the time limit`(call: Call) throws {
        let (place, answer) = (Place(), call.answer(.length))
        let bench = try Self.bench(call, place, answer, end: .silent, within: .milliseconds(300))
        for count in [0, 20, answer.count - call.body.utf8.count, answer.count - 1] {
            place.count = count
            try Self.expectError(call, bench, count, .timeout)
        }
    }

    /// Without a length a part of an error is an error that nobody knows: never what the whole one says.
    @Test(arguments: [Call.forbidden, .missing])
    fileprivate func `of errors without a length are taken for nothing that they do not say`(call: Call) throws {
        let (place, answer) = (Place(), call.answer(.close))
        let bench = try Self.bench(call, place, answer)
        let session = try Self.session(call, bench)
        for count in 0..<answer.count {
            place.count = count
            // Not even a secret that may be absent is.
            let failure = try #require(try bench.get(session, isOptional: true).failure, "after \(count) bytes")
            #expect(failure.message == call.message(bench.host), "after \(count) bytes: \(failure)")
            #expect(failure.cause == nil || failure.cause == "unknown", "after \(count) bytes: \(failure)")
        }
        place.count = answer.count
        let whole = try bench.get(session, isOptional: true)
        #expect((whole.failure == nil) == (call == .missing), "\(whole)")
    }

    @Test func `a page in the place of a lease or a project says nothing of either`() throws {
        let page = StubHTTPServer.Reply.text(404, "<html>not found</html>", type: "text/html")
        let bench = try ProviderBench([page, page])
        let session = try Self.session(.leaseRevocation, bench)
        let revoked = try Call.leaseRevocation.make(bench, session)
        #expect(revoked.failure?.message == Call.leaseRevocation.message(bench.host), "\(revoked)")
        let found = try Call.lookUp.make(bench, session)
        #expect(found.failure?.message == Call.lookUp.message(bench.host), "\(found)")
        #expect(found.failure?.reason.contains("web page") == true && bench.asked.count == 2, "\(found)")
    }
}
