import Diagnostics
import EventLoop
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import Providers

/// A stub server with a client that talks to it, on a loop and a clock of their own: waits are noted, never made.
final class ProviderBench {
    static let clientSecret = "canary-client-secret-51f0"
    static let token = "canary.token.9a2e"
    static let value = "canary-value-7fe1c0"
    static let login = StubHTTPServer.Reply.json(
        200,
        #"{"accessToken":"\#(token)","expiresIn":2592000,"accessTokenMaxTTL":2592000,"tokenType":"Bearer"}"#)
    static let project = "2222aaaa-0000-4000-8000-123456789abc"

    let loop: EventLoop
    let server: StubHTTPServer
    let transport: HTTPTransport
    let client: InfisicalClient
    private let clock = Clock()

    final class Clock {
        var time: Duration = .seconds(1000)
        var waits: [Duration] = []
        var credentials: [String] = []
    }

    init(
        _ server: StubHTTPServer, retry: RetryPolicy = RetryPolicy(), base: String? = nil,
        sanitize: @escaping (String) -> String = { $0 }
    ) throws {
        self.server = server
        let loop = try EventLoop()
        let clock = clock
        self.loop = loop
        transport = HTTPTransport(loop: loop, settings: HTTPSettings(userAgent: "vaultscript/test"))
        var environment = ProviderEnvironment(loop: loop, sanitize: sanitize) { _, name in
            clock.credentials.append(name)
        }
        environment.now = { clock.time }
        environment.jitter = { 1 }
        environment.wait = { delay, body in
            if delay > .zero { clock.waits.append(delay) }
            clock.time += delay
            let timer = loop.schedule(after: .zero, body)
            return { timer.cancel() }
        }
        client = InfisicalClient(
            base: try InfisicalBaseURL(base ?? server.url), transport: transport, environment: environment,
            retry: retry)
    }

    convenience init(
        _ replies: [StubHTTPServer.Reply], retry: RetryPolicy = RetryPolicy(),
        sanitize: @escaping (String) -> String = { $0 }
    ) throws {
        try self.init(StubHTTPServer(replies), retry: retry, sanitize: sanitize)
    }

    deinit { server.stop() }

    /// The waits between attempts.
    var waits: [Duration] { clock.waits }
    /// The credentials that the masker was told of.
    var credentials: [String] { clock.credentials }
    /// `127.0.0.1:PORT`.
    var host: String { "127.0.0.1:\(server.port)" }
    /// Method and target of every request.
    var asked: [String] { server.requests.map { "\($0.method) \($0.target)" } }

    /// Runs the loop until the call has reported.
    func run<T>(_ start: (@escaping (Result<T, Failure>) -> Void) -> Void) throws -> Result<T, Failure> {
        var outcome: Result<T, Failure>?
        let guardTimer = loop.schedule(after: .seconds(90)) { [loop] in loop.stop() }
        start { result in
            #expect(outcome == nil, "a call reports once")
            outcome = result
            self.loop.stop()
        }
        loop.run()
        guardTimer.cancel()
        return try #require(outcome, "the call never reported")
    }

    func login(_ secret: String = ProviderBench.clientSecret) throws -> Result<any SecretSession, Failure> {
        let credentials = ProviderCredentials.universalAuth(
            clientID: "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11", clientSecret: try SecretBytes(copying: secret))
        return try run { client.login(credentials, completion: $0) }
    }

    /// A session with a ready token; no request is made for it.
    func tokenSession(_ token: String = ProviderBench.token) throws -> any SecretSession {
        let token = try SecretBytes(copying: token)
        return try run { client.login(.token(token), completion: $0) }.get()
    }

    func get(
        _ session: any SecretSession, _ name: String = "GH_PAT", path: String = "/",
        project: String = ProviderBench.project, version: Int? = nil, isOptional: Bool = false
    ) throws -> Result<FetchedSecret?, Failure> {
        let folder = FolderQuery(project: project, environment: "dev", path: path)
        return try run {
            session.getSecret(SecretQuery(name, in: folder, version: version, isOptional: isOptional), completion: $0)
        }
    }

    func list(_ session: any SecretSession, includesValues: Bool = true) throws -> Result<[FetchedSecret], Failure> {
        let folder = FolderQuery(
            project: ProviderBench.project, environment: "dev", path: "/", includesValues: includesValues)
        return try run { session.listSecrets(folder, completion: $0) }
    }

    func write(_ session: any SecretSession, _ change: SecretWrite.Change) throws -> Result<WriteOutcome, Failure> {
        let folder = FolderQuery(project: ProviderBench.project, environment: "dev")
        return try run { session.write(SecretWrite("GH_PAT", in: folder, change), completion: $0) }
    }

    /// The JSON of one secret.
    static func secret(_ name: String = "GH_PAT", _ value: String = ProviderBench.value, more: String = "") -> String {
        #"{"id":"1","workspace":"w","environment":"dev","version":3,"type":"shared","secretKey":"\#(name)","#
            + #""secretValue":"\#(value)","secretPath":"/","secretValueHidden":false\#(more)}"#
    }

    /// An answer with one secret.
    static func one(_ secret: String = ProviderBench.secret()) -> StubHTTPServer.Reply {
        .json(200, #"{"secret":\#(secret)}"#)
    }

    /// An error as the API sends it.
    static func error(
        _ status: Int, _ name: String, _ message: String, more: String = "", headers: [String: String] = [:]
    ) -> StubHTTPServer.Reply {
        .json(
            status,
            #"{"reqId":"req-3kF9aLq0ZxT1bC","statusCode":\#(status),"message":"\#(message)","error":"\#(name)"\#(more)}"#,
            headers: headers)
    }

    static let noRoute = StubHTTPServer.Reply.json(
        404, #"{"message":"Route GET:/api/v4/secrets not found","error":"Not Found","statusCode":404}"#)
}

/// The bytes of a secret as text: for tests only, whose values are made up.
func plain(_ secret: SecretBytes?) -> String? {
    secret?.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
}

extension Result {
    /// The failure of a result that should be one.
    var failure: Failure? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
