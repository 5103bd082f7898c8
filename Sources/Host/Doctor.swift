import CSystemShims
import Configuration
public import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import Masking
import Providers
import SecretMemory

/// What `vaultscript doctor` is asked for.
public struct DoctorRequest: Sendable {
    /// An entry of a recipe's `secrets`, as far as it stands there literally.
    public enum Need: Sendable {
        /// `"NAME"`, or an address.
        case text(String)
        /// `{ name = "…", path = "…" }`.
        case fields([String: String])
        /// All of a folder: `{ path = "…" }`, or that of the login.
        case folder([String: String])
    }

    /// What is known of a script without a recipe.
    public struct Calls: Sendable {
        /// How many of its calls have names that are no literals.
        public var openCount: Int
        /// Whether it requires files, which may fetch more.
        public var requiresFiles: Bool

        /// Makes it.
        public init(openCount: Int, requiresFiles: Bool) {
            self.openCount = openCount
            self.requiresFiles = requiresFiles
        }

        /// Whether there may be needs that do not stand in the script.
        var isPartial: Bool { openCount > 0 || requiresFiles }
    }

    /// The script's path as the user wrote it; nil where none is named.
    public var script: String?
    /// What its recipe declares, or its calls name; nil where there is no recipe and no such name.
    public var needs: [Need]?
    /// Where `needs` come from its calls; nil where it has a recipe.
    public var calls: Calls?
    /// What the script's `login{ … }` says literally.
    public var login: [String: String] = [:]
    /// The options of it that are made by code.
    public var unknownLogin: [String] = []
    /// How many entries are made by code, and so are not known.
    public var unknownNeeds = 0
    /// As one line of JSON.
    public var isJSON = false
    /// The client id and secret may be sent to the other public cloud too.
    public var triesOtherRegion = false

    /// Asks for nothing special.
    public init() {}
}

/// Walks the way that a script goes to its secrets, step by step, with the host's own parts: what a script would fail at
/// is told in the words that it would end with.
///
/// No script is run and no worker made. Values that are read are dropped at once.
public final class Doctor {
    let options: RunOptions
    let request: DoctorRequest
    let loop: EventLoop
    let gate: Gate
    let environment: HostEnvironment
    let sessions: SessionService
    private let isHardened: Bool
    private(set) var report = DoctorReport()
    private var isEnding = false
    private var exitCode: Int32?
    private var signals: EventLoop.Watch?

    /// Reads the environment; nothing is asked yet.
    ///
    /// - Throws: `.io` or `.limit` where the system lacks room.
    public init(_ options: RunOptions, _ request: DoctorRequest) throws(Failure) {
        var options = options
        options.command = "doctor"
        self.options = options
        self.request = request
        isHardened = vs_sys_harden()
        loop = try EventLoop()
        environment = try HostEnvironment(options.settings)
        let masker = try Masker()
        gate = Gate(loop: loop, masker: masker)
        sessions = SessionService(
            options: options, environment: environment, loop: loop, gate: gate, store: SecretStore(masker: masker))
        // A step of its own tells it.
        sessions.hasWarnedOfEnd = true
        try environment.maskCredentials(masker)
        // A setting can hold a credential by mistake.
        try OwnCredentials(options: options, environment: environment).mask(masker)
    }

    /// Takes the steps, shows them and gives the exit code: 0, 2 for a wrong configuration, 3 for all else.
    public func run() -> Int32 {
        signals = try? loop.watchSignals(Interruption.signals) { [unowned self] number in
            exitCode = 128 + number
            finish()
        }
        loop.enqueue { [unowned self] in start() }
        loop.run()
        loop.clear()
        gate.drain()
        let code = exitCode ?? report.exitCode
        guard let failure = gate.failure else { return code }
        gate.say(failure.text + "\n")
        gate.drain()
        return code == 0 ? ExitCode.scriptError : code
    }

    // MARK: - Rows

    func show(_ step: String, _ state: DoctorReport.State, _ text: String, hint: String = "") {
        show(DoctorReport.Row(step: step, state: state, text: text, hint: hint))
    }

    /// A warning of which the end tells more.
    func show(_ step: String, warning: String, _ text: String, hint: String) {
        var row = DoctorReport.Row(step: step, state: .warning, text: text, hint: hint)
        row.sentence = warning
        show(row)
    }

    /// A failure that does not yet end the walk.
    func show(_ step: String, _ failure: Failure) {
        var failure = gate.inward(failure)
        // What a script is told of an answer that nobody knows.
        if failure.hint == "run: vaultscript doctor" {
            failure.hint = "look at the server's own log, and at proxies between; the words are the server's"
        }
        show(DoctorReport.Row(step: step, state: .failed, text: failure.message, failure: failure))
    }

    private func show(_ row: DoctorReport.Row) {
        report.add(row)
        if !request.isJSON { gate.writeScriptText(Array(DoctorReport.text(row).utf8), to: .output) }
    }

    func show(_ found: DoctorReport.Surplus, text: String?) {
        report.add(found)
        if let text { show("surplus", .note, text) }
    }

    func conclude(_ sentence: String, next: String) { report.good = (sentence, next) }

    /// The walk ends here, with what is wrong.
    func fail(_ step: String, _ failure: Failure) {
        show(step, failure)
        finish()
    }

    /// Revokes what was minted, and then tells the end.
    func finish() {
        guard !isEnding else { return }
        isEnding = true
        sessions.revokeAll { [self] in
            if exitCode == nil {
                gate.writeScriptText(Array((request.isJSON ? report.json : report.conclusion).utf8), to: .output)
            }
            loop.stop()
        }
    }

    // MARK: - Steps without a login

    private func start() {
        for row in KernelFeatures.rows(isHardened: isHardened) { show(row) }
        do throws(Failure) {
            let plan = try plan()
            show("configuration", .ok, described(plan))
            lint(plan)
            try askServer(plan)
        } catch {
            report.blameConfiguration()
            fail("configuration", error)
        }
    }

    /// What the script's login would do; without a script one without options.
    private func plan() throws(Failure) -> LoginPlan {
        let planner = LoginPlanner(
            options: options, environment: environment,
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { (_) throws(Failure) in throw Failure(.usage, "there are no handles here") },
            note: { [self] in show("configuration", .note, $0) })
        let entries = request.login.map { Value.Entry(.bytes(Array($0.key.utf8)), .text($0.value)) }
        let plan = try planner.plan(entries.isEmpty ? .list([]) : .map(entries))
        if !request.unknownLogin.isEmpty {
            let names = request.unknownLogin.joined(separator: ", ")
            show("configuration", .note, "the script's login makes these by code, and they are not looked at: \(names)")
        }
        _ = try sessions.checkedBase(plan.domain)
        let needs = try declared()
        let needsProject = needs?.contains { $0.source == .vault && $0.project == nil } ?? true
        guard plan.project != nil || !needsProject else {
            throw CommandWords(command: request.script == nil ? options.command : nil).noProject("doctor")
        }
        return plan
    }

    /// What the recipe declares, read as the run would read it; without one, what the calls name. Nil for neither.
    func declared() throws(Failure) -> [DeclaredSecret]? {
        guard let needs = request.needs else { return nil }
        var found: [DeclaredSecret] = []
        for need in needs {
            switch need {
            case .text(let text): found.append(try DeclaredSecret(.text(text)))
            case .fields(let fields):
                let entries = fields.map { Value.Entry(.bytes(Array($0.key.utf8)), .text($0.value)) }
                found.append(try DeclaredSecret(.map(entries)))
            case .folder(let fields):
                var folder = DeclaredSecret.wholeFolder
                (folder.project, folder.environment, folder.path) = (fields["project"], fields["env"], fields["path"])
                found.append(folder)
            }
        }
        return found
    }

    private func described(_ plan: LoginPlan) -> String {
        let host = (try? sessions.checkedBase(plan.domain).hostAndRegion) ?? plan.domain
        let project = plan.project.map { ", project \($0)" } ?? ""
        return
            "\(plan.proof.words) of \(plan.source), for \(host)\(project), env \(plan.environment), path \(plan.path)"
    }

    /// What can be seen of the credentials alone.
    private func lint(_ plan: LoginPlan) {
        guard case .universalAuth(let clientID, let clientSecret) = plan.proof else { return }
        if !Self.isUUID(clientID) {
            let swapped = clientSecret.count == 36 ? "; client id and client secret may be exchanged" : ""
            show("configuration", .note, "the client id has not the form of one (a UUID)\(swapped)")
        }
        let isClean = clientSecret.withBytes { bytes in
            bytes.indices.allSatisfy { (0x21..<0x7F).contains(bytes[$0]) && bytes[$0] != 34 && bytes[$0] != 39 }
        }
        if !isClean {
            show(
                "configuration", .note,
                "the client secret holds a blank, a quote or a line end, which none of Infisical does")
        }
    }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    private func askServer(_ plan: LoginPlan) throws(Failure) {
        try sessions.status(plan) { [self] result in
            switch result {
            case .failure(let failure): fail("server", failure)
            case .success(let status):
                tell(status, plan)
                login(plan)
            }
        }
    }

    /// A difference that neither a certificate nor a platform's word minds.
    private static let goodClock: Duration = .seconds(60)

    private func tell(_ status: InstanceStatus, _ plan: LoginPlan) {
        let host = (try? sessions.checkedBase(plan.domain).host) ?? plan.domain
        if status.hasCurrentAPI == false {
            show("server", .note, "\(host) answers, and is an older Infisical: its former API for secrets (v3) is used")
        } else {
            show("server", .ok, "\(host) answers as Infisical does")
        }
        let memory = HTTPTransport.wipesLibraryMemory
        if !memory.curl || !memory.openSSL || !memory.plaintext {
            show(
                "server", .note, "libcurl or OpenSSL here do not wipe what they have received: a core dump may show it")
        }
        guard let lead = status.clockLead else { return }
        let seconds = lead.components.seconds.magnitude
        guard seconds > UInt64(Self.goodClock.components.seconds) else {
            return show("clock", .ok, "this machine and \(host) agree on the time")
        }
        show(
            "clock", .warning,
            "the clock of this machine is \(seconds) s \(lead > .zero ? "ahead of" : "behind") that of \(host)",
            hint: "set the clock (timedatectl): certificates and the tokens of platforms are judged by it")
    }
}

extension LoginPlan.Proof {
    /// What it is, in words.
    fileprivate var words: String {
        switch self {
        case .universalAuth: "the client id and secret"
        case .token: "the access token"
        case .platform: "the platform's identity, by the settings"
        }
    }
}
