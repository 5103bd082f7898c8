import Diagnostics
import EventLoop
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import Host
@testable import Providers

@Suite("What a run has written") struct WrittenSecretsTests {
    /// A session with a ready token, for which nothing is asked.
    private func session() throws -> SessionService.Entry {
        let loop = try EventLoop()
        let client = InfisicalClient(
            base: try InfisicalBaseURL("http://127.0.0.1:1"), transport: HTTPTransport(loop: loop),
            environment: ProviderEnvironment(loop: loop, sanitize: { $0 }))
        let token = try SecretBytes(copying: "token")
        var session: Result<any SecretSession, Failure>?
        client.login(.token(token)) {
            session = $0
            loop.stop()
        }
        if session == nil { loop.run() }
        let plan = LoginPlan(
            source: "test", proof: .token(token), domain: "http://127.0.0.1:1", isHostOfUser: true, project: "p",
            environment: "dev", path: "/")
        return SessionService.Entry(try #require(session).get(), plan)
    }

    @Test(
        arguments: [
            ("dev", "/\u{e9}/", true), ("dev", "/e\u{301}", false), ("d\u{e9}v", "/\u{e9}", nil),
        ] as [(String, String, Bool?)])
    func `is known where it is that place byte for byte, and may be there where it looks the same`(
        environment: String, path: String, isIt: Bool?
    ) throws {
        let session = try session()
        let folder = FolderQuery(project: "p", environment: "dev", path: "/\u{e9}")
        let value = try SecretBytes(copying: "x")
        let note = WrittenSecrets.Note(
            name: "A", isScriptMade: true, mayRefer: false, size: SecretSize(loaded: value, atMost: 10))
        var written = WrittenSecrets()
        written.note([note], in: folder, of: session)
        written.settle([note], in: folder, of: session, .done(["A": 1]))
        let found = FetchedSecret(name: "A", value: value, version: 1, environment: environment, path: path)
        let project = WrittenSecrets.Project("p", of: session)
        #expect((written.sizeOfAssembled(found, in: project) != nil) == (isIt == true))
        #expect(written.mayHoldOthers(found, in: project) == (isIt != true))
        #expect(written.isUncertain(found, in: project) == (isIt == false))
    }
}
