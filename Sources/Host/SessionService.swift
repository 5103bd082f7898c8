import Configuration
import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import Masking
import Providers
import SecretMemory

/// The sessions of a run: one login each, on one transport, so that a host has one connection however many there are.
final class SessionService {
    /// A session with where it looks unless the call says otherwise.
    final class Entry {
        let session: any SecretSession
        let project: String?
        let environment: String
        let path: String
        /// Whether the user has named the host, so that values of the run may go there.
        let isHostOfUser: Bool
        fileprivate(set) var isOpen = true

        init(_ session: any SecretSession, _ plan: LoginPlan) {
            self.session = session
            project = plan.project
            environment = plan.environment
            path = plan.path
            isHostOfUser = plan.isHostOfUser
        }
    }

    /// How long the end of a run waits for its tokens to be revoked.
    static let revocationTime: Duration = .seconds(3)
    static let maximumCount = 1000

    private let environment: HostEnvironment
    private let loop: EventLoop
    private let gate: Gate
    private let transport: HTTPTransport
    private let allowsPlainHTTP: Bool
    private var entries: [Entry] = []
    private var written = WrittenSecrets()

    init(options: RunOptions, environment: HostEnvironment, loop: EventLoop, gate: Gate) {
        self.environment = environment
        self.loop = loop
        self.gate = gate
        allowsPlainHTTP = options.allowsPlainHTTP
        transport = HTTPTransport(loop: loop, settings: Self.settings(options, environment))
    }

    /// How servers are reached, as the user has it.
    static func settings(_ options: RunOptions, _ environment: HostEnvironment) -> HTTPSettings {
        var settings = HTTPSettings(userAgent: "vaultscript/\(options.version)")
        settings.proxy = options.settings.proxy?.value
        settings.caFile = options.settings.certificates?.value
        if options.usesEnvironmentProxy {
            settings.proxy =
                environment.setting("HTTPS_PROXY") ?? environment.setting("https_proxy") ?? settings.proxy
            settings.caFile = environment.setting("SSL_CERT_FILE") ?? settings.caFile
        }
        return settings
    }

    /// Logs in as `plan` says and gives the session's reference.
    func login(_ plan: LoginPlan, completion: @escaping (Result<ObjectReference, Failure>) -> Void) throws(Failure) {
        guard entries.count < Self.maximumCount else {
            throw Failure(
                .limit, "there are more than \(Self.maximumCount) sessions", hint: "log in once and keep the session")
        }
        try gate.checkPublic(plan.domain, "login: domain")
        let base = try InfisicalBaseURL(plan.domain)
        guard base.endpoint.scheme == "https" || base.endpoint.isLoopback || allowsPlainHTTP else {
            throw Failure(
                .denied, "login: the address of \(base.host) is not encrypted",
                reason: "the client secret would go there in clear text; nothing has been sent",
                hint: "use https, or say --allow-http where the network is your own")
        }
        try register(plan.proof)
        let client = InfisicalClient(base: base, transport: transport, environment: providerEnvironment)
        client.login(Self.credentials(plan.proof)) { [self] result in
            completion(result.map { add(Entry($0, plan), host: base.host) }.mapError { Self.explained($0, base) })
        }
    }

    /// The commonest mistake at a first try: the development vault is not running.
    private static func explained(_ failure: Failure, _ base: InfisicalBaseURL) -> Failure {
        guard failure.kind == .network, base.endpoint.isLoopback, failure.reason.hasPrefix("nothing answers") else {
            return failure
        }
        var explained = failure
        explained.hint = "is the development vault running? start it in another terminal: vaultscript dev"
        return explained
    }

    private func add(_ entry: Entry, host: String) -> ObjectReference {
        entries.append(entry)
        return ObjectReference(
            kind: .session, index: UInt32(entries.count - 1), generation: 1, name: Array("infisical at \(host)".utf8))
    }

    private static func credentials(_ proof: LoginPlan.Proof) -> ProviderCredentials {
        switch proof {
        case .universalAuth(let id, let secret): .universalAuth(clientID: id, clientSecret: secret)
        case .token(let token): .token(token)
        }
    }

    /// What is logged in with is masked like any other value.
    private func register(_ proof: LoginPlan.Proof) throws(Failure) {
        switch proof {
        case .universalAuth(_, let secret): try gate.masker.add(secret, name: "client secret")
        case .token(let token): try gate.masker.add(token, name: "access token")
        }
    }

    private var providerEnvironment: ProviderEnvironment {
        ProviderEnvironment(
            loop: loop, sanitize: { [gate] in gate.inward($0).printable },
            didReceiveCredential: { [gate] token, _ in
                // Without room to mask it the token is still used; nothing prints it but a server that echoes it.
                try? gate.masker.add(token, name: "access token")
            })
    }

    /// The session behind a reference.
    func entry(_ value: Value?, _ function: String) throws(Failure) -> Entry {
        guard case .object(let object) = value ?? .null, object.kind == .session, object.generation == 1,
            Int(object.index) < entries.count
        else { throw Failure(.usage, "\(function): expected a session before the colon, as login() gives it") }
        let entry = entries[Int(object.index)]
        guard entry.isOpen else {
            throw Failure(
                .usage, "\(function): the session has ended", reason: "logout() was called",
                hint: "log in again: login()")
        }
        return entry
    }

    /// Notes what the run has written.
    func noteWritten(_ secrets: [(name: String, isAssembled: Bool)], in folder: FolderQuery) {
        written.note(secrets, in: folder)
    }

    /// Whether a fetched secret was put together and written by this run.
    func isAssembled(_ found: FetchedSecret) -> Bool {
        written.isAssembled(found.name, environment: found.environment, path: found.path)
    }

    /// Ends one session; its token is revoked if this run minted it.
    func logout(_ entry: Entry, completion: @escaping (Result<Void, Failure>) -> Void) {
        guard entry.isOpen else { return completion(.success(())) }
        entry.isOpen = false
        entry.session.logout(completion: completion)
    }

    /// Revokes every token that this run minted, within a time limit; a failure is told and changes nothing.
    func revokeAll(_ completion: @escaping () -> Void) {
        let open = entries.filter { $0.isOpen && $0.session.isMinted }
        var left = open.count
        var timer: EventLoop.Timer?
        func finish() {
            guard left >= 0 else { return }
            left = -1
            timer?.cancel()
            transport.close()
            completion()
        }
        guard left > 0 else { return finish() }
        // A host has one connection: an answer that never comes would hold up the revocation behind it.
        if transport.isBusy { transport.close() }
        let hosts = Set(open.map(\.session.host)).sorted().joined(separator: ", ")
        timer = loop.schedule(after: Self.revocationTime) { [gate] in
            let seconds = Self.revocationTime.components.seconds
            gate.say(
                "warning: the access token could not be revoked at \(hosts) within \(seconds) s; it ends by itself\n")
            finish()
        }
        for entry in open {
            logout(entry) { [gate] result in
                if case .failure(let failure) = result, left > 0 {
                    gate.say("warning: \(failure.message): \(failure.reason); it ends by itself\n")
                }
                left -= 1
                if left == 0 { finish() }
            }
        }
    }
}
