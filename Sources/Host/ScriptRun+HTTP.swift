import Diagnostics
import EventLoop
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
///
/// Those to one host that are more than it gets at a time wait here, not in libcurl: there their time would run already.
final class WebService {
    /// The most requests that are under way to one host.
    static let requestsPerHost = 16

    let transport: HTTPTransport
    private let loop: EventLoop
    private var calls: [UInt32: HTTPCall] = [:]
    private var underWay: [String: Int] = [:]
    private var waiting: [String: [(call: HTTPCall, begin: () -> Void)]] = [:]

    init(_ run: ScriptRun) {
        var settings = run.sessions.connection
        settings.connectionsPerHost = 0
        loop = run.loop
        transport = HTTPTransport(loop: loop, settings: settings)
    }

    func start(_ call: HTTPCall) {
        calls[call.id] = call
        call.send()
    }

    func hasEnded(_ call: HTTPCall) { calls[call.id] = nil }

    /// The requests that are under way, as messages show them.
    var shown: [String] { calls.values.map(\.shown).sorted() }

    // MARK: - Places

    /// Calls `begin` when there is room for a request to that host: at once, or when another has ended. It has the place
    /// until `leave`.
    func enter(_ host: String, _ call: HTTPCall, begin: @escaping () -> Void) {
        guard underWay[host, default: 0] >= Self.requestsPerHost else {
            underWay[host, default: 0] += 1
            return begin()
        }
        waiting[host, default: []].append((call, begin))
    }

    /// Gives a place to the one that has waited longest.
    func leave(_ host: String) {
        if var others = waiting[host], !others.isEmpty {
            let next = others.removeFirst()
            waiting[host] = others.isEmpty ? nil : others
            // At a later turn of the loop: many that fail at once do not call one another.
            return loop.enqueue { [self] in
                // Given up since: its number may be another's by now.
                if calls[next.call.id] === next.call { next.begin() } else { leave(host) }
            }
        }
        let left = underWay[host, default: 1] - 1
        underWay[host] = left == 0 ? nil : left
    }

    /// One that waits gives up.
    func stopWaiting(_ host: String, _ call: HTTPCall) {
        waiting[host]?.removeAll { $0.call === call }
    }

    // MARK: - The end

    /// Gives one up; nothing is reported. False where there is no such request.
    func cancel(_ id: UInt32) -> Bool {
        guard let call = calls.removeValue(forKey: id) else { return false }
        call.cancel()
        return true
    }

    /// Gives all up and closes all connections.
    func close() {
        waiting = [:]
        for call in calls.values { call.cancel() }
        calls = [:]
        transport.close()
    }
}
