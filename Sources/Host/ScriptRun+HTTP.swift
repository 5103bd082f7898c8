import Diagnostics
import HTTPTransport
import HostProtocol

/// `http.request{ … }`.
extension ScriptRun {
    func http(_ id: UInt32, _ value: Value) throws(Failure) {
        let (task, value) = TaskTag.taken(from: value)
        var plan = try HTTPPlan(value, store: store)
        plan.task = task
        try plan.check(policy, gate, allowsPlainHTTP: options.allowsPlainHTTP)
        let call = try HTTPCall(plan, self, id)
        if options.isVerbose { gate.say(plan.shownRequest) }
        hasWeb = true
        whenAbandoned(id) { [weak self] in
            if let self, web.cancel(id) { fault(id, Self.abandoned) }
        }
        web.start(call)
    }
}

/// The connections of a script's own requests, apart from the vault's, and the requests that are under way.
final class WebService {
    private static let connectionsPerHost = 16

    let transport: HTTPTransport
    private var calls: [UInt32: HTTPCall] = [:]

    init(_ run: ScriptRun) {
        var settings = SessionService.settings(run.options, run.environment)
        settings.connectionsPerHost = Self.connectionsPerHost
        transport = HTTPTransport(loop: run.loop, settings: settings)
    }

    func start(_ call: HTTPCall) {
        calls[call.id] = call
        call.send()
    }

    func hasEnded(_ call: HTTPCall) { calls[call.id] = nil }

    /// The requests that are under way, as messages show them.
    var shown: [String] { calls.values.map(\.shown).sorted() }

    /// Gives one up; nothing is reported. False where there is no such request.
    func cancel(_ id: UInt32) -> Bool {
        guard let call = calls.removeValue(forKey: id) else { return false }
        call.cancel()
        return true
    }

    /// Gives all up and closes all connections.
    func close() {
        for call in calls.values { call.cancel() }
        calls = [:]
        transport.close()
    }
}
