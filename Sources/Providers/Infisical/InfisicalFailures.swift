import Diagnostics
import HTTPTransport

/// What was being done, for the first line of a message.
enum InfisicalOperation {
    case status, login, renew, revoke
    /// As whom the session acts, and in which projects.
    case identity, projects
    case lookUp(String)
    case read(SecretQuery)
    case list(FolderQuery)
    case folders(FolderQuery)
    case write(SecretWrite)
    case writeMany(FolderQuery)
    case lease(LeaseQuery, LeaseStep)
    case loginBy(method: String)
    case clientSecret(String)

    /// What is done with a lease.
    enum LeaseStep: String {
        case make = "made"
        case renew = "renewed"
        case revoke = "revoked"
    }

    /// The folder that it is about.
    var folder: FolderQuery? {
        switch self {
        case .status, .login, .loginBy, .clientSecret, .renew, .revoke, .identity, .projects, .lookUp: nil
        case .lease(let query, _): query.folder
        case .read(let query): query.folder
        case .list(let query), .folders(let query), .writeMany(let query): query
        case .write(let write): write.folder
        }
    }

    /// The secret that it is about.
    var secretName: String? {
        switch self {
        case .read(let query): query.name
        case .write(let write): write.name
        default: nil
        }
    }

    /// The project that it is about.
    var project: String? {
        if case .lookUp(let slug) = self { return slug }
        return folder?.project
    }
}

/// Puts refusals into words: what happened, why, what to do next.
///
/// The server's known texts are recognised and said in our own words; unknown ones are masked, made printable and cut.
struct InfisicalFailures {
    /// What was found out about a refusal.
    ///
    /// Without a message the operation's own is used.
    struct Finding {
        var cause: InfisicalCause
        var kind: Failure.Kind
        var message: String?
        var reason: String
        var hint: String

        init(
            _ cause: InfisicalCause, _ kind: Failure.Kind, _ message: String? = nil, reason: String, hint: String
        ) {
            self.cause = cause
            self.kind = kind
            self.message = message
            self.reason = reason
            self.hint = hint
        }

        /// A finding that no program has to tell apart.
        init(_ kind: Failure.Kind, _ reason: String, _ hint: String) {
            self.init(.unknown, kind, reason: reason, hint: hint)
        }

        /// The same with a first line of its own.
        init(_ kind: Failure.Kind, _ message: String?, _ reason: String, _ hint: String) {
            self.init(.unknown, kind, message, reason: reason, hint: hint)
        }
    }

    let base: InfisicalBaseURL
    let sanitize: (String) -> String
    /// How the names of an environment's folder are listed.
    let listing: (_ project: String, _ environment: String, _ path: String) -> String

    var host: String { base.host }

    /// Each part is one line, whatever the names in it hold.
    func make(_ refusal: InfisicalRefusal, during operation: InfisicalOperation) -> Failure {
        var failure = worded(refusal, operation)
        failure.message = failure.message.printable
        failure.reason = failure.reason.printable
        failure.hint = failure.hint.printable
        return failure
    }

    private func worded(_ refusal: InfisicalRefusal, _ operation: InfisicalOperation) -> Failure {
        switch refusal {
        case .failure(let failure): return failure
        case .transport(let error, let attempts):
            var failure = error.failure(undone(operation), attempts: attempts)
            // Comments and names in it are the script's own perhaps: it would learn how many bytes of values are left.
            if error.kind == .tooLarge {
                failure.endsRun = true
                failure.cause = InfisicalCause.tooLarge.rawValue
            }
            return failure
        case .broken(let fault):
            var failure = Failure(
                fault.kind == .memory ? .limit : .network, undone(operation),
                reason: "the answer of \(host) \(fault.text)",
                hint: fault.kind == .memory
                    ? "fetch fewer secrets in one run, or raise the lock limit (ulimit -l)"
                    : "try again; if it stays, look at the server and at proxies between")
            failure.endsRun = fault.kind == .memory
            return failure
        case .answer(let answer, let attempts): return make(answer, attempts, operation)
        }
    }

    /// A value that came as a mask text.
    func hidden(_ query: SecretQuery) -> Failure {
        var failure = Failure(
            .denied, "secret \(query.name.printable) may not be read",
            reason: "\(host) hides its value from this identity (\(place(query.folder).printable))",
            hint: "grant the identity readValue on secrets there", status: 200)
        failure.cause = InfisicalCause.hiddenValue.rawValue
        return failure
    }

    private func make(_ answer: InfisicalAnswer, _ attempts: Int, _ operation: InfisicalOperation) -> Failure {
        let found = finding(answer, operation)
        let tries = attempts > 1 ? ", in \(attempts) attempts" : ""
        var failure = Failure(
            found.kind, found.message ?? undone(operation), reason: found.reason + tries, hint: found.hint,
            status: answer.status)
        failure.cause = found.cause.rawValue
        return failure
    }

    /// What a refusal means.
    func finding(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding {
        if let found = passing(answer, operation) ?? (answer.isRouteMissing ? lease(answer, operation) : nil)
            ?? noAPI(answer)
        {
            return found
        }
        switch operation {
        case .status: return unknown(answer)
        case .login: return login(answer) ?? unknown(answer)
        case .loginBy(let method): return login(answer, by: method) ?? unknown(answer)
        case .lease: return token(answer) ?? lease(answer, operation) ?? common(answer, operation)
        case .clientSecret: return token(answer) ?? clientSecret(answer) ?? common(answer, operation)
        case .renew, .revoke: return token(answer) ?? unknown(answer)
        default: return token(answer) ?? common(answer, operation)
        }
    }

    private func common(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding {
        access(answer, operation) ?? missing(answer, operation) ?? unknown(answer)
    }

    // MARK: - Words

    /// The first line where nothing more is known.
    func undone(_ operation: InfisicalOperation) -> String { Self.undone(operation, at: host).printable }

    private static func undone(_ operation: InfisicalOperation, at host: String) -> String {
        switch operation {
        case .status: "\(host) could not be reached"
        case .login: "login at \(host) failed"
        case .renew: "the access token could not be renewed at \(host)"
        case .revoke: "the access token could not be revoked at \(host)"
        case .identity: "the identity could not be asked for at \(host)"
        case .projects: "the projects of the identity could not be listed at \(host)"
        case .lookUp(let slug): "project \(slug) could not be looked up at \(host)"
        case .read(let query): "secret \(query.name) could not be read"
        case .list(let folder): "the secrets of env \(folder.environment), path \(folder.path) could not be listed"
        case .folders(let folder): "the folders of env \(folder.environment), path \(folder.path) could not be listed"
        case .write(let write): "secret \(write.name) could not be \(write.verb)"
        case .writeMany(let folder):
            "the secrets of env \(folder.environment), path \(folder.path) could not be written"
        case .lease(let query, let step): "the lease of \(query.name) could not be \(step.rawValue)"
        case .loginBy(let method): "login at \(host) by \(method) failed"
        case .clientSecret(let what): "the client secret could not be \(what) at \(host)"
        }
    }

    /// Where a secret is, without the host.
    func place(_ folder: FolderQuery) -> String {
        "project \(folder.project), env \(folder.environment), path \(folder.path)"
    }

    /// A server's own words: masked first, since a masker must see them whole, then without what looks like a value,
    /// then printable, then cut.
    func shown(_ text: String) -> String {
        let printable = ServerWords.withoutValues(sanitize(text)).unicodeScalars.map {
            InfisicalFailures.isPrintable($0) ? $0 : " "
        }
        let cut = printable.prefix(200)
        return String(String.UnicodeScalarView(cut)) + (printable.count > 200 ? "…" : "")
    }

    /// A name of a secret, a folder or an environment as a server gave it: masked, printable and cut.
    func shownName(_ name: String) -> String {
        let printable = sanitize(name).unicodeScalars.prefix(200).map { InfisicalFailures.isPrintable($0) ? $0 : " " }
        return String(String.UnicodeScalarView(printable))
    }

    /// No control characters, no invisible ones, nothing that turns the direction of a line.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: true
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF0...0xFFFB, 0xE0000...: false
        default: scalar.value >= 0xA1
        }
    }

    /// A text of the server that is not known.
    func unknown(_ answer: InfisicalAnswer) -> Finding {
        let name = answer.error.isEmpty ? "" : " \(shown(answer.error))"
        let words = answer.message.isEmpty ? "" : ": \(shown(answer.message))"
        let id = answer.requestID.isEmpty ? "" : " (request \(shown(answer.requestID)))"
        return Finding(
            .unknown, InfisicalFailures.kind(of: answer.status),
            reason: "\(host) answers \(answer.status)\(name)\(words)\(id)", hint: "run: vaultscript doctor")
    }

    private static func kind(of status: Int) -> Failure.Kind {
        switch status {
        case 400, 409, 422: .usage
        case 401: .auth
        case 403: .denied
        case 404, 410: .notFound
        default: .network
        }
    }
}
