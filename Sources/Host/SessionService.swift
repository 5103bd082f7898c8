import Configuration
import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import Masking
import Providers
import SecretMemory

/// The sessions of a run: one login each, on one transport, so that their connections are shared.
final class SessionService {
    /// A session with where it looks unless the call says otherwise.
    final class Entry {
        let session: any SecretSession
        let project: String?
        let environment: String
        let path: String
        /// Where the user's own settings lead.
        let usual: LoginPlan.Place
        /// Whether the user has named the host, so that values of the run may go there.
        let isHostOfUser: Bool
        /// Who could choose what is in the vault.
        let chooser: Masker.Origin
        fileprivate(set) var isOpen = true
        /// Whether its leases and its token have been ended, or could not be.
        fileprivate var hasEnded = false
        /// Who waits for that.
        fileprivate var waiting: [(Result<Void, Failure>) -> Void] = []
        fileprivate var renewal: TokenRenewal?

        init(_ session: any SecretSession, _ plan: LoginPlan) {
            self.session = session
            project = plan.project
            environment = plan.environment
            path = plan.path
            usual = plan.usual ?? plan.place
            isHostOfUser = plan.isHostOfUser
            chooser = plan.chooser
        }
    }

    /// How long the end of a run waits for its tokens to be revoked.
    static let revocationTime: Duration = .seconds(3)
    static let maximumCount = 1000

    private let environment: HostEnvironment
    private let loop: EventLoop
    private let gate: Gate
    /// How servers are reached, as the user has it.
    let connection: HTTPSettings
    /// Those that `connection` names.
    private let certificates: TrustedCertificates?
    private let transport: HTTPTransport
    private let allowsPlainHTTP: Bool
    private var entries: [Entry] = []
    /// First logins that have no answer yet, and at the end of the run those whose token is being revoked.
    private var loginsUnderWay = 0
    /// Called at the end of the run for each of these that is over; nil before.
    private var whenLoginEnds: (() -> Void)?
    private var written = WrittenSecrets()
    private let memory: LoginMemory
    private let words: CommandWords
    /// Whether the end of a client secret has been warned of, or is told by whoever logs in.
    var hasWarnedOfEnd = false
    let leases: LeaseService

    init(options: RunOptions, environment: HostEnvironment, loop: EventLoop, gate: Gate, store: SecretStore) {
        leases = LeaseService(loop: loop, gate: gate, store: store)
        self.environment = environment
        words = CommandWords(options)
        memory = LoginMemory(environment)
        self.loop = loop
        self.gate = gate
        allowsPlainHTTP = options.allowsPlainHTTP
        var settings = HTTPSettings(userAgent: "vaultscript/\(options.version)")
        settings.proxy = options.settings.proxy?.value
        settings.proxiesPlainHTTP = options.allowsPlainHTTP
        var file = options.settings.certificates?.value
        if options.usesEnvironmentProxy {
            settings.proxy =
                environment.setting("HTTPS_PROXY") ?? environment.setting("https_proxy") ?? settings.proxy
            file = environment.setting("SSL_CERT_FILE") ?? file
        }
        certificates = file.map(TrustedCertificates.init)
        settings.caFile = certificates?.path
        settings.caFault = certificates?.fault
        connection = settings
        transport = HTTPTransport(loop: loop, settings: settings)
    }

    /// Logs in as `plan` says and gives the session's reference.
    func login(_ plan: LoginPlan, completion: @escaping (Result<ObjectReference, Failure>) -> Void) throws(Failure) {
        guard entries.count < Self.maximumCount else {
            throw Failure(
                .limit, "there are more than \(Self.maximumCount) sessions", hint: "log in once and keep the session")
        }
        let base = try checkedBase(plan.domain)
        if !plan.isHostOfUser { try refuseValues(plan, base) }
        try register(plan)
        warnOfEnd(plan)
        let client = InfisicalClient(base: base, transport: transport, environment: remembering(plan, base))
        loginsUnderWay += 1
        client.login(credentials(plan)) { [self] result in
            let entry = result.map { Entry($0, plan) }.mapError { Self.explained($0, base) }
            if let whenLoginEnds { return endLate(try? entry.get(), whenLoginEnds) }
            loginsUnderWay -= 1
            completion(entry.map { add($0, host: base.host) })
        }
    }

    /// The run is over, and nobody else knows the token that this login has given.
    private func endLate(_ entry: Entry?, _ completion: @escaping () -> Void) {
        func finish() {
            loginsUnderWay -= 1
            completion()
        }
        guard let entry else { return finish() }
        logout(entry) { [self] result in
            tellUnrevoked(result)
            finish()
        }
    }

    private func tellUnrevoked(_ result: Result<Void, Failure>) {
        guard case .failure(let failure) = result else { return }
        gate.say("warning: \(failure.message): \(failure.reason); it ends by itself\n")
    }

    /// What has been read of credentials files that only the script names.
    private var broughtFiles: [SecretBytes] = []

    /// Refuses such a file where a value of the run stands in it, which a program may have written there: how far it is
    /// right with that value would tell of what characters that is. What stood in such a file before it was known as a
    /// value, such as a client secret, is none.
    func refuseValues(in content: SecretBytes, _ path: String) throws(Failure) {
        let isClean = content.withBytes { bytes in
            gate.masker.places(in: bytes).allSatisfy { place in
                broughtFiles.contains { $0.contains(bytes.extracting(place)) }
            }
        }
        guard isClean else {
            throw Self.holdsValue(
                path, reason: "a program may have written it there, so nothing of the file is read",
                hint: "name the file yourself (--credentials), or log in with it before that secret is fetched")
        }
        guard !broughtFiles.contains(where: { $0.isEqual(to: content) }) else { return }
        broughtFiles.append(try content.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) })
    }

    private static func holdsValue(_ path: String, reason: String, hint: String) -> Failure {
        Failure(
            .denied, "login: the credentials in \(path.printable) hold a secret of this run",
            reason: reason + "; nothing has been sent", hint: hint)
    }

    /// What this run has logged in with where only the script names the host.
    private var broughtProofs: [(host: String, value: SecretBytes)] = []

    /// A program may have written a value of the run into the credentials file that the script names: it would be sent as
    /// a token, a client secret or a project.
    private func refuseValues(_ plan: LoginPlan, _ base: InfisicalBaseURL) throws(Failure) {
        var texts = [plan.project, plan.organization, plan.environment, plan.path].compactMap(\.self)
        var held = false
        var proofs: [SecretBytes] = []
        func look(_ value: SecretBytes) {
            let isKnownThere = broughtProofs.contains { $0.host == base.text && $0.value.isEqual(to: value) }
            if !isKnownThere, value.withBytes({ !gate.masker.places(in: $0).isEmpty }) { held = true }
            proofs.append(value)
        }
        switch plan.proof {
        case .universalAuth(let id, let secret):
            texts.append(id)
            look(secret)
        case .token(let token): look(token)
        case .platform(_, let identity, let source):
            texts.append(identity)
            if case .token(let token) = source { look(token) }
        }
        guard held || texts.contains(where: { !gate.masker.places(in: Array($0.utf8).span).isEmpty }) else {
            broughtProofs += proofs.map { (base.text, $0) }
            return
        }
        throw Self.holdsValue(
            plan.source, reason: "only the script names \(base.host), and values go to hosts that you have named",
            hint: "name that host yourself, where it is meant: --domain, or INFISICAL_DOMAIN in the environment")
    }

    /// A client for the instance at `base`, on the connections of this run.
    func client(at base: InfisicalBaseURL) -> InfisicalClient {
        InfisicalClient(base: base, transport: transport, environment: providerEnvironment)
    }

    /// Asks whether an Infisical answers where `plan` leads. Nothing of the credentials is sent.
    func status(_ plan: LoginPlan, completion: @escaping (Result<InstanceStatus, Failure>) -> Void) throws(Failure) {
        let base = try checkedBase(plan.domain)
        client(at: base).status { result in completion(result.mapError { Self.explained($0, base) }) }
    }

    /// The address of a domain that credentials may be sent to.
    func checkedBase(_ domain: String) throws(Failure) -> InfisicalBaseURL {
        try gate.checkPublic(domain, "login: domain")
        let base = try InfisicalBaseURL(domain)
        guard base.endpoint.scheme == "https" || base.endpoint.isLoopback || allowsPlainHTTP else {
            throw Failure(
                .denied, "login: the address of \(base.host) is not encrypted",
                reason: "the client secret would go there in clear text; nothing has been sent",
                hint: "use https, or say --allow-http where the network is your own")
        }
        return base
    }

    /// Once a run, on standard error.
    private func warnOfEnd(_ plan: LoginPlan) {
        guard case .universalAuth = plan.proof, !hasWarnedOfEnd,
            let warning = plan.secretEnd?.warning(today: CalendarDay.today)
        else { return }
        hasWarnedOfEnd = true
        gate.say("warning: \(warning)\n\(plan.secretPlace.hint)\n")
    }

    /// The commonest mistakes at a first try: the development vault is not running, or has locked the identity.
    private static func explained(_ failure: Failure, _ base: InfisicalBaseURL) -> Failure {
        guard base.endpoint.isLoopback else { return failure }
        var explained = failure
        if failure.cause == InfisicalCause.locked.rawValue {
            explained.hint += "; at the development vault: start it anew"
            return explained
        }
        guard failure.kind == .network, failure.reason.hasPrefix("nothing answers") else { return failure }
        explained.hint = "is the development vault running? start it in another terminal: vaultscript dev"
        return explained
    }

    private func add(_ entry: Entry, host: String) -> ObjectReference {
        entries.append(entry)
        entry.renewal = TokenRenewal(entry.session, loop: loop)
        return ObjectReference(
            kind: .session, index: UInt32(entries.count - 1), generation: 1, name: Array("infisical at \(host)".utf8))
    }

    private func credentials(_ plan: LoginPlan) -> ProviderCredentials {
        switch plan.proof {
        case .platform(let method, let identityID, let source):
            .platform(
                PlatformSources.login(
                    method, identityID, plan.organization, source, transport, providerEnvironment))
        case .universalAuth(let id, let secret):
            .universalAuth(clientID: id, clientSecret: secret, organizationSlug: plan.organization)
        case .token(let token): .token(token)
        }
    }

    /// What is logged in with is masked like any other value.
    private func register(_ plan: LoginPlan) throws(Failure) {
        func add(_ value: SecretBytes, _ name: String) throws(Failure) {
            try gate.masker.add(value, name: name, origin: plan.proofChooser)
        }
        switch plan.proof {
        case .universalAuth(_, let secret): try add(secret, "client secret")
        case .token(let token): try add(token, "access token")
        case .platform(_, _, .token(let token)): try add(token, PlatformLogin.tokenName)
        case .platform(_, _, .github(_, let token, _)): try add(token, PlatformLogin.tokenName)
        case .platform(_, _, .aws(let source)):
            if let keys = source.keys { try add(keys.secret, PlatformLogin.tokenName) }
        case .platform(_, _, .file): break
        }
    }

    /// With what was said once of the client secret, and where this login looks.
    private func remembering(_ plan: LoginPlan, _ base: InfisicalBaseURL) -> ProviderEnvironment {
        var environment = providerEnvironment
        environment.didReceiveCredential = { [gate] (token, name) throws(Failure) in
            let origin = name == PlatformLogin.tokenName ? plan.proofChooser : plan.chooser
            try gate.masker.add(token, name: name, origin: origin)
        }
        environment.listing = { [words, usual = plan.project] project, environment, path in
            words.listing(project: project, usual: usual, environment: environment, path: path)
        }
        guard case .universalAuth(let clientID, _) = plan.proof else { return environment }
        environment.didLogIn = { [memory] in memory.forget(base, clientID) }
        environment.explainLogin = { [memory] in memory.explain($0, base, clientID) }
        return environment
    }

    private var providerEnvironment: ProviderEnvironment {
        ProviderEnvironment(
            loop: loop, sanitize: { [gate] in gate.inward($0).printable },
            didReceiveCredential: { [gate] (token, name) throws(Failure) in try gate.masker.add(token, name: name) })
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

    /// Notes what the run writes, before it is sent.
    func noteWritten(_ secrets: [WrittenSecrets.Note], in folder: FolderQuery, of entry: Entry) {
        written.note(secrets, in: folder, of: entry)
    }

    /// Notes what has become of it.
    func settleWritten(
        _ secrets: [WrittenSecrets.Note], in folder: FolderQuery, of entry: Entry, _ outcome: WrittenSecrets.Outcome
    ) {
        written.settle(secrets, in: folder, of: entry, outcome)
    }

    /// Notes what it deletes, before that is asked for.
    func noteDeletion(_ name: String, in folder: FolderQuery, of entry: Entry) -> Int {
        written.noteDeletion(name, in: folder, of: entry)
    }

    /// Notes what has become of it.
    func settleDeletion(
        _ name: String, in folder: FolderQuery, of entry: Entry, notedAt number: Int, _ outcome: WrittenSecrets.Outcome
    ) {
        written.settleDeletion(name, in: folder, of: entry, notedAt: number, outcome)
    }

    /// Whether the run has changed something in a vault, or tried to.
    var hasWritten: Bool { !written.isEmpty }

    /// Notes what it has fetched.
    func noteFetched(_ found: FetchedSecret, in project: WrittenSecrets.Project) {
        written.noteFetched(found, in: project)
    }

    /// Whether this run has written where a fetched secret comes from.
    func isWritten(_ found: FetchedSecret) -> Bool { written.isWritten(found) }

    /// What a fetched secret counts as that was put together and written by this run; nil for all others.
    func sizeOfAssembled(_ found: FetchedSecret, in project: WrittenSecrets.Project) -> SecretSize? {
        written.sizeOfAssembled(found, in: project)
    }

    /// - Throws: `.denied` for a fetched secret that may be what this run has written, or that the vault may have put
    ///   together of that.
    func refuseMixed(_ found: FetchedSecret, in project: WrittenSecrets.Project) throws(Failure) {
        guard !written.isUncertain(found, in: project) else {
            throw Failure(
                .denied, "the secret \(found.name.printable) may be what this run has written there, or not",
                reason:
                    "the write was not confirmed, or named the project or the secret otherwise, or was another session's",
                hint: "fetch it before it is written, or in another run; name both as in putSecret")
        }
        guard written.mayHoldOthers(found, in: project) else { return }
        throw Failure(
            .denied, "the secret \(found.name.printable) refers to others, and this run has written to the vault",
            reason: "what the vault puts into it could be what the script has written, beside what it may not see; "
                + "texts, captured values and files count as the script's",
            hint: "fetch it before anything is written and keep the handle, or in another run; "
                + "or put it together here: secret.template(text, { NAME = handle })")
    }

    /// Tells of a fetched secret whether references went into it, where that matters: the vault is asked for it as it
    /// stands.
    func learnPlain(
        _ result: Result<FetchedSecret?, Failure>, _ query: SecretQuery, _ entry: Entry,
        _ completion: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) {
        let project = WrittenSecrets.Project(query.folder.project, of: entry)
        guard case .success(var found?) = result, written.isOpen(found, in: project) else {
            return completion(result)
        }
        var query = query
        query.isOptional = true
        query.folder.looksForNear = false
        query.folder.expandsReferences = false
        entry.session.getSecret(query) { raw in
            if case .failure(let failure) = raw, failure.endsRun { return completion(.failure(failure)) }
            if case .success(let raw?) = raw { found.takePlain(from: raw) }
            completion(.success(found))
        }
    }

    /// The same of all secrets of a folder.
    func learnPlain(
        _ result: Result<[FetchedSecret], Failure>, _ folder: FolderQuery, _ entry: Entry,
        _ completion: @escaping (Result<[FetchedSecret], Failure>) -> Void
    ) {
        let project = WrittenSecrets.Project(folder.project, of: entry)
        guard case .success(var found) = result, found.contains(where: { written.isOpen($0, in: project) }) else {
            return completion(result)
        }
        var folder = folder
        folder.expandsReferences = false
        entry.session.listSecrets(folder) { raw in
            if case .failure(let failure) = raw, failure.endsRun { return completion(.failure(failure)) }
            let all = (try? raw.get()) ?? []
            for place in found.indices {
                if let raw = all.first(where: found[place].isSame) { found[place].takePlain(from: raw) }
            }
            completion(.success(found))
        }
    }

    /// Ends one session: its leases, and then its token if this run minted it.
    func logout(_ entry: Entry, completion: @escaping (Result<Void, Failure>) -> Void) {
        guard !entry.hasEnded else { return completion(.success(())) }
        entry.waiting.append(completion)
        guard entry.isOpen else { return }
        entry.isOpen = false
        entry.renewal?.stop()
        leases.revokeAll(of: entry) {
            entry.session.logout { result in
                entry.hasEnded = true
                let waiting = entry.waiting
                entry.waiting = []
                for completion in waiting { completion(result) }
            }
        }
    }

    /// Revokes every lease of the run and every token that it minted, that of a login under way when it comes, within a
    /// time limit; a failure is told and changes nothing.
    func revokeAll(_ completion: @escaping () -> Void) {
        let open = entries.filter { !$0.hasEnded }
        let hosts = Set(open.filter(\.session.isMinted).map(\.session.host)).sorted().joined(separator: ", ")
        var isDone = false
        var timer: EventLoop.Timer?
        func finish() {
            guard !isDone else { return }
            isDone = true
            timer?.cancel()
            transport.close()
            completion()
        }
        guard !open.isEmpty || loginsUnderWay > 0 else { return finish() }
        for entry in open { entry.renewal?.stop() }
        // A host has few connections: answers that never come would hold up the revocation behind them. A lease that is
        // being made, a login and a logout under way are waited for: nobody else could revoke what they give.
        if transport.isBusy, loginsUnderWay == 0, !leases.isMaking(),
            open.allSatisfy({ $0.isOpen && !$0.session.isLoggingIn })
        {
            transport.close()
        }
        timer = loop.schedule(after: Self.revocationTime) { [self] in
            guard !isDone else { return }
            tellLate(hosts)
            finish()
        }
        var areRevoked = false
        func finishIfAll() { if areRevoked, loginsUnderWay == 0 { finish() } }
        whenLoginEnds = finishIfAll
        leases.revokeAll { [self] in
            guard !isDone else { return }
            revokeTokens(of: open, isOver: { isDone }) {
                areRevoked = true
                finishIfAll()
            }
        }
    }

    private func revokeTokens(of open: [Entry], isOver: @escaping () -> Bool, _ completion: @escaping () -> Void) {
        var left = open.count
        guard left > 0 else { return completion() }
        for entry in open {
            logout(entry) { [self] result in
                if !isOver() { tellUnrevoked(result) }
                left -= 1
                if left == 0 { completion() }
            }
        }
    }

    private func tellLate(_ hosts: String) {
        let seconds = Self.revocationTime.components.seconds
        let names = leases.lateNames
        if !names.isEmpty {
            gate.say(
                "warning: the leases of \(names.joined(separator: ", ")) could not be revoked within \(seconds) s; "
                    + "they end by themselves\n")
        }
        if loginsUnderWay > 0 {
            gate.say(
                "warning: a login had no answer within \(seconds) s after the end; a token that it gives ends by itself\n"
            )
        }
        guard !hosts.isEmpty else { return }
        gate.say(
            "warning: the access token could not be revoked at \(hosts) within \(seconds) s; it ends by itself\n")
    }
}
