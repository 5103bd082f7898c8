import Diagnostics
import HostProtocol
import Providers
import SecretMemory

/// `login`, and what a session does with its token; `ScriptRun+Reading.swift` has what it reads.
extension ScriptRun {
    func login(_ id: UInt32, _ value: Value) throws(Failure) {
        try policy.checkLogin()
        let planner = LoginPlanner(
            options: options, environment: environment,
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { [store] (reference) throws(Failure) in try store.entry(reference).value },
            note: { [gate] in gate.say($0 + "\n") },
            judge: { [sessions] (content, path) throws(Failure) in try sessions.refuseValues(in: content, path) })
        if let file = value["credentials"]?.asText { try files.protected.addCredentials(file) }
        let plan = try planner.plan(value)
        if plan.isBrought { try policy.check(broughtTo: try sessions.checkedBase(plan.domain).endpoint) }
        try policy.check(organizationOf: plan)
        try sessions.login(plan) { [weak self] result in
            self?.answer(id, result) { reference throws(Failure) in .object(reference) }
        }
    }

    func renew(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "renew")
        entry.session.renew { [weak self] result in self?.answer(id, result) { _ throws(Failure) in .null } }
    }

    func logout(_ id: UInt32, _ value: Value) throws(Failure) {
        let entry = try sessions.entry(value["session"], "logout")
        sessions.logout(entry) { [weak self] result in self?.answer(id, result) { _ throws(Failure) in .null } }
    }

    /// Answers a request with what came of a call to a vault.
    func answer<T>(
        _ id: UInt32, _ result: Result<T, Failure>, _ make: (T) throws(Failure) -> Value
    ) {
        do throws(Failure) {
            reply(id, try make(try result.get()))
        } catch {
            fault(id, error)
        }
    }
}
