import Diagnostics
import HostProtocol
import Providers

/// The login, and what is known of its token and client secret.
extension Doctor {
    /// Once: a refusal counts towards locking the identity.
    func login(_ plan: LoginPlan) {
        open(plan) { [self] result in
            switch result {
            case .failure(let failure): askOtherRegion(failure, plan)
            case .success(let entry):
                if case .token = plan.proof {
                    // Nothing has been asked of the server yet.
                } else {
                    show("login", .ok, "\(entry.session.host) took it")
                }
                askIdentity(entry, plan)
            }
        }
    }

    private func open(_ plan: LoginPlan, _ completion: @escaping (Result<SessionService.Entry, Failure>) -> Void) {
        do throws(Failure) {
            try sessions.login(plan) { [self] result in
                completion(
                    result.flatMap { reference in
                        do throws(Failure) { return .success(try sessions.entry(.object(reference), "doctor")) } catch {
                            return .failure(error)
                        }
                    })
            }
        } catch { completion(.failure(error)) }
    }

    // MARK: - The other cloud

    private static let ofAnUnknownClient: [InfisicalCause] = [.invalidCredentials, .unknownClient]
    /// Refusals that only a client id gets that the instance knows.
    private static let ofAKnownClient: [InfisicalCause] = [.clientAddress, .locked, .expiredSecret, .usedUpSecret]

    /// Only where the user said so, and only between the two public clouds: the client secret goes there.
    private func askOtherRegion(_ failure: Failure, _ plan: LoginPlan) {
        guard request.triesOtherRegion, Self.ofAnUnknownClient.contains(where: { $0.rawValue == failure.cause }),
            case .universalAuth = plan.proof
        else { return fail("login", failure) }
        guard let other = (try? sessions.checkedBase(plan.domain))?.otherCloud, let region = other.region else {
            show("other region", .note, "not asked: this is neither of the two public clouds")
            return fail("login", failure)
        }
        var asked = plan
        asked.domain = region
        open(asked) { [self] result in
            guard let reason = Self.whatIsProved(result, other.hostAndRegion) else {
                show("other region", .note, "\(other.hostAndRegion) refuses it too")
                return fail("login", failure)
            }
            var proved = failure
            proved.reason = "it is of the other region: \(reason)"
            proved.hint = "set INFISICAL_DOMAIN=\(region) in \(plan.source)"
            fail("login", proved)
        }
    }

    /// Why the identity is of the other cloud; nil where its answer does not show that.
    private static func whatIsProved(_ result: Result<SessionService.Entry, Failure>, _ host: String) -> String? {
        switch result {
        case .success: "\(host) takes the client id and secret"
        case .failure(let refusal):
            ofAKnownClient.contains { $0.rawValue == refusal.cause }
                ? "\(host) knows the client id, and says that \(refusal.reason)" : nil
        }
    }

    // MARK: - As whom

    private func askIdentity(_ entry: SessionService.Entry, _ plan: LoginPlan) {
        entry.session.identity { [self] result in
            switch result {
            case .failure(let failure): fail("token", failure)
            case .success(let identity):
                show("token", .ok, described(identity))
                askClientSecret(entry, plan) { [self] in read(entry, plan, identity) }
            }
        }
    }

    private func described(_ identity: SessionIdentity) -> String {
        let name = identity.name ?? identity.id ?? "an identity that is not named"
        let organization = identity.organization.map { ", organisation \($0)" } ?? ""
        let left = identity.expiresAt.map { ", the token ends in \(Self.shown(seconds: $0 - CalendarDay.now))" } ?? ""
        return "\(name)\(organization)\(left)"
    }

    private static func shown(seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(max(0, seconds)) s"
        case ..<7200: "\(seconds / 60) minutes"
        case ..<172_800: "\(seconds / 3600) hours"
        default: "\(seconds / 86400) days"
        }
    }

    // MARK: - The client secret

    /// Fewer uses than this are warned of.
    private static let fewUses = 10

    private func askClientSecret(_ entry: SessionService.Entry, _ plan: LoginPlan, _ next: @escaping () -> Void) {
        guard case .universalAuth = plan.proof, let session = entry.session as? InfisicalSession else { return next() }
        session.listClientSecrets { [self] result in
            // Few identities may ask: to be refused is no fault.
            let all = (try? result.get()) ?? []
            tell(all.first { $0.id == session.clientSecretID }, session.host, plan)
            next()
        }
    }

    private func tell(_ facts: ClientSecretFacts?, _ host: String, _ plan: LoginPlan) {
        let step = "client secret"
        if let facts, let limit = facts.usesLimit {
            let left = max(0, limit - facts.uses)
            let text = "the client secret is good for \(left) more logins"
            if left < Self.fewUses {
                show(step, warning: text, "\(left) more logins with it", hint: plan.secretPlace.hint)
            } else {
                show(step, .ok, text)
            }
        }
        let ofServer = facts?.endsAt.map { ClientSecretEnd(day: CalendarDay(secondsSince1970: $0), source: host) }
        guard let end = ofServer ?? plan.secretEnd else {
            guard facts == nil else { return show(step, .ok, "\(host) says that it has no end") }
            return show(
                step, .note,
                "\(host) does not tell this identity when it ends; write it beside it: \(ClientSecretEnd.variable)=2026-12-31, "
                    + "or \(ClientSecretEnd.never)")
        }
        guard let day = end.day else { return }
        let text = "it ends on \(day.text), as \(end.source) says"
        guard let warning = end.warning(today: .today) else { return show(step, .ok, text) }
        show(step, warning: warning, text, hint: plan.secretPlace.hint)
    }
}
