public import Diagnostics
import HTTPTransport
import HostProtocol
import Providers
import SecretMemory

/// `vaultscript credentials rotate`: exchanges the client secret of a credentials file for a new one. Both are valid for a
/// while, and the file holds a working one at each moment, wherever this is killed.
public struct CredentialsRotation {
    /// What has been done, and what was left undone.
    public struct Report {
        /// For standard output.
        public var text: String
        /// The former client secret is still valid, though it was to be revoked.
        public var failure: Failure?
    }

    /// The name of the profile; nil for the usual one, or where `--credentials FILE` says which file.
    public var profile: String?
    /// `--ttl`: how long the new one lives, or `never`.
    public var lifetime: String?
    /// `--keep-old`: how long the former one stays valid, or `always`.
    public var keepsOld: String?

    /// A rotation of a profile.
    public init(profile: String?) { self.profile = profile }

    /// Does it.
    ///
    /// - Throws: what stopped it; then the file is as it was, and its client secret valid.
    public func run(_ options: RunOptions, keeper: KeeperLink?) throws(Failure) -> Report {
        var options = options
        options.profile = profile ?? options.profile
        let wishes = try Wishes(lifetime: lifetime, keepsOld: keepsOld)
        let host = try CredentialsHost(options, keeper)
        return try host.run { () throws(Failure) in try rotate(host, wishes) }
    }

    /// The options, read.
    private struct Wishes {
        enum Lifetime: Equatable { case asFormer, never, of(Duration) }

        var lifetime = Lifetime.asFormer
        /// Nil for ever.
        var keepsOld: Duration? = .zero

        init(lifetime text: String?, keepsOld kept: String?) throws(Failure) {
            if let text {
                let isNever = text == "never"
                lifetime = isNever ? .never : .of(try DurationText.parse(.text(text), "--ttl"))
            }
            if let kept { keepsOld = kept == "always" ? nil : try DurationText.parse(.text(kept), "--keep-old") }
            guard case .of(let duration) = lifetime, duration < .seconds(3600) else { return }
            throw Failure(
                .usage, "--ttl: a client secret of less than an hour is of no use", hint: "such as --ttl 90d, or never")
        }
    }

    // MARK: - Steps

    private func rotate(_ host: CredentialsHost, _ wishes: Wishes) throws(Failure) -> Report {
        let planner = Self.planner(host)
        let place = CredentialsPlace(path: try path(planner), host.keeper)
        try place.checkReplaceable()
        try place.prepareFolder()
        let lock = try place.lock()
        let plan = try planner.plan(.map([]))
        guard case .universalAuth(let clientID, _) = plan.proof else { throw Self.noClientSecret(place.path) }
        // What is to be exchanged now need not be exchanged in time.
        host.sessions.hasWarnedOfEnd = true
        let session = try host.login(plan)
        let all = try? host.wait { session.listClientSecrets(completion: $0) }
        let former = all?.first { $0.id == session.clientSecretID }
        let wish = wish(wishes, former)
        warn(host, all, former, wish, wishes)
        let base = try host.sessions.checkedBase(plan.domain)
        let rotation = ClientSecretRotation(
            client: host.sessions.client(at: base), session: session,
            clientID: clientID, organization: plan.organization,
            store: { value, lifetime throws(Failure) in
                try store(value, lifetime, place)
                if host.options.isVerbose { host.gate.say("stored the new client secret in \(place.path.printable)\n") }
            },
            hold: { goOn in hold(host, wishes, goOn) })
        host.onInterruption = { host.gate.say("interrupted: the exchange is brought to its end first\n") }
        let outcome: ClientSecretRotation.Outcome
        do throws(Failure) { outcome = try host.wait(isWhole: true) { rotation.start(wish, completion: $0) } } catch {
            throw Self.explained(error, base)
        }
        withExtendedLifetime(lock) {}
        return report(outcome, place, host, wishes)
    }

    /// The development vault's identities may not, unless its seed says so.
    private static func explained(_ failure: Failure, _ base: InfisicalBaseURL) -> Failure {
        guard failure.kind == .denied, failure.status == 403, base.endpoint.isLoopback else { return failure }
        var explained = failure
        explained.hint += "; at the development vault: \"managesSecrets\": true in the seed (vaultscript help dev)"
        return explained
    }

    private static func planner(_ host: CredentialsHost) -> LoginPlanner {
        LoginPlanner(
            options: host.options, environment: host.environment,
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { (_) throws(Failure) in throw Failure(.usage, "there are no handles here") }, note: { _ in })
    }

    private func path(_ planner: LoginPlanner) throws(Failure) -> String {
        guard planner.options.credentialsDescriptor == nil else {
            throw Failure(
                .usage, "a client secret that comes on a descriptor cannot be replaced there",
                hint: "name the file: --credentials FILE")
        }
        guard let file = try planner.credentials((nil, nil)).file else {
            throw Failure(
                .usage, "a client secret of the environment cannot be replaced there",
                reason: "INFISICAL_… variables are set, and no profile is named",
                hint: "name one: vaultscript credentials rotate default")
        }
        return file.path
    }

    private static func noClientSecret(_ path: String) -> Failure {
        Failure(
            .usage, "there is no client secret to rotate",
            reason: "\(path.printable) logs in with a token or by a platform",
            hint: "a client id and a client secret (universal-auth) can be rotated")
    }

    private func wish(_ wishes: Wishes, _ former: ClientSecretFacts?) -> ClientSecretRotation.Wish {
        let lifetime: Duration? =
            switch wishes.lifetime {
            case .never: nil
            case .of(let duration): duration
            case .asFormer: former?.lifetime
            }
        return ClientSecretRotation.Wish(
            description: "vaultscript credentials rotate, \(CalendarDay.today.text)", lifetime: lifetime,
            usesLimit: former?.usesLimit)
    }

    /// The service's limits, where they matter.
    private func warn(
        _ host: CredentialsHost, _ all: [ClientSecretFacts]?, _ former: ClientSecretFacts?,
        _ wish: ClientSecretRotation.Wish, _ wishes: Wishes
    ) {
        if all == nil, wishes.lifetime == .asFormer {
            host.gate.say(
                "warning: this identity may not ask how long the former client secret lives; the new one has no end "
                    + "(--ttl 90d gives it one, --ttl never says that this is meant)\n")
        }
        if let limit = wish.usesLimit {
            host.gate.say(
                "warning: the new client secret allows \(limit) logins, as the former one; proving it takes one\n")
        }
        let now = CalendarDay.now
        let others = (all ?? []).filter { !$0.isRevoked && $0.id != former?.id && ($0.endsAt ?? .max) > now }
        guard !others.isEmpty else { return }
        host.gate.say(
            "warning: the identity has \(others.count) more valid client secret\(others.count == 1 ? "" : "s") "
                + "(\(others.prefix(5).map(\.id).joined(separator: ", "))): revoke what nobody uses\n")
    }

    /// Read again: what was changed in the file meanwhile stays.
    private func store(_ value: SecretBytes, _ lifetime: Duration?, _ place: CredentialsPlace) throws(Failure) {
        guard let content = try CredentialsFile.content(place.path) else {
            throw Failure(
                .io, "the credentials file \(place.path.printable) is gone",
                hint: "make it anew: vaultscript credentials add")
        }
        let end =
            lifetime.map { CalendarDay(secondsSince1970: CalendarDay.now + Int($0.components.seconds)).text }
            ?? ClientSecretEnd.never
        try place.replace(
            with: try CredentialsText.setting(
                [
                    .init(CredentialsAddition.clientSecretName, secret: value),
                    .init(CredentialsFile.expiryName, end),
                ], in: content))
    }

    private func hold(_ host: CredentialsHost, _ wishes: Wishes, _ goOn: @escaping (Bool) -> Void) {
        guard let time = wishes.keepsOld else { return goOn(false) }
        guard time > .zero else { return goOn(true) }
        var isOver = false
        func end(_ revokes: Bool) {
            guard !isOver else { return }
            isOver = true
            goOn(revokes)
        }
        host.gate.say("the new client secret is in place; the former one is revoked in \(keepsOld ?? "")\n")
        host.onInterruption = { end(false) }
        host.schedule(after: time) { end(true) }
    }

    // MARK: - Afterwards

    private func report(
        _ outcome: ClientSecretRotation.Outcome, _ place: CredentialsPlace, _ host: CredentialsHost, _ wishes: Wishes
    ) -> Report {
        let end = outcome.lifetime.map {
            ", expires \(CalendarDay(secondsSince1970: CalendarDay.now + Int($0.components.seconds)).text)"
        }
        let former =
            outcome.leftValid.map { "the former one (id \($0.id)) is still valid" } ?? "the former one is revoked"
        let text = "rotated the client secret in \(place.path)\(end ?? ""); \(former)"
        var report = Report(text: host.gate.inward(text.printable))
        let isMeant = wishes.keepsOld == nil
        guard let left = outcome.leftValid, !isMeant else { return report }
        let reason = left.failure.map { [$0.message, $0.reason].joined(separator: ": ") } ?? "the wait was interrupted"
        report.failure = host.gate.inward(
            Failure(
                left.failure?.kind ?? .cancelled, "the former client secret is still valid", reason: reason,
                hint: "revoke it in the vault: id \(left.id)", status: left.failure?.status))
        return report
    }
}
