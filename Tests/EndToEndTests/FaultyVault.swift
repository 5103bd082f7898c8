import Foundation
import TestSupport
import Testing

/// The call of a run that goes wrong.
enum Step: CaseIterable {
    case login, secret, list, revoke

    static let reading: [Step] = [.login, .secret, .list]

    /// Method and short name, as `FaultyVault.asked` says it.
    var asks: String {
        switch self {
        case .login: "POST login"
        case .secret: "GET secret"
        case .list: "GET list"
        case .revoke: "POST revoke"
        }
    }

    var script: String { self == .list ? "login():getSecrets()" : "getSecret('GH_PAT')" }
}

/// What goes wrong, each time with all values in what is sent.
enum Fault: CaseIterable {
    case noAPI, tooMany, webPage, cutBody, reset, redirect, flood, silent, slowBody

    /// Those that need not be waited for.
    static let quick: [Fault] = [.noAPI, .tooMany, .webPage, .cutBody, .reset, .redirect, .flood]

    /// What the reason says.
    var words: String {
        switch self {
        case .noAPI: "has no such API (404"
        case .tooMany: "too many requests were made (429); it asks to wait 600 s"
        case .webPage: "answers with a web page (200 text/html)"
        case .cutBody: "is cut off"
        case .reset: "closed the connection before an answer"
        case .redirect: "redirects are never followed"
        case .flood: "is too large: the answer is larger than 2097152 bytes"
        case .silent, .slowBody: "is too slow: no answer within"
        }
    }

    /// How often the call may be made: a cut answer and a reset may pass; v3 is asked where v4 is missing; and libcurl
    /// asks once more where a connection that had been used is reset.
    func attempts(_ step: Step) -> ClosedRange<Int> {
        switch self {
        case .cutBody: 4...4
        case .reset: step == .login ? 4...4 : 4...5
        case .noAPI: step == .login ? 1...1 : 2...2
        default: 1...1
        }
    }
}

/// A vault of which one call goes wrong, and the values that must not come out.
final class FaultyVault: Sendable {
    static let project = "2222aaaa-0000-4000-8000-123456789abc"

    let clientSecret = Canary("st.")
    let token = Canary("eyJ")
    let value = Canary()
    let server: StubHTTPServer

    /// Answers well but where `fault` gives a reply for a request and its number.
    init(_ fault: @escaping @Sendable (StubHTTPServer.Request, Int) -> StubHTTPServer.Reply? = { _, _ in nil }) {
        let (token, value) = (token.value, value.value)
        server = StubHTTPServer { request, number in
            fault(request, number) ?? FaultyVault.answer(request, token, value)
        }
    }

    /// One call goes wrong in this way; `other` is where a redirect points to.
    init(failing step: Step, with fault: Fault, other: String = "http://127.0.0.1:9") {
        let values = [clientSecret.value, token.value, value.value]
        let (token, value) = (token.value, value.value)
        server = StubHTTPServer { request, _ in
            guard FaultyVault.name(request) == step.asks else { return FaultyVault.answer(request, token, value) }
            return FaultyVault.reply(fault, request, values, other)
        }
    }

    /// The good answer to one call is changed by `change`.
    init(changing step: Step, _ change: @escaping @Sendable (StubHTTPServer.Reply) -> StubHTTPServer.Reply) {
        let (token, value) = (token.value, value.value)
        server = StubHTTPServer { request, _ in
            let answer = FaultyVault.answer(request, token, value)
            return FaultyVault.name(request) == step.asks ? change(answer) : answer
        }
    }

    /// One call is refused with `status` and an error that repeats all values.
    init(failing step: Step, status: Int) {
        let echo = [clientSecret.value, token.value, value.value].joined(separator: " ")
        let (token, value) = (token.value, value.value)
        server = StubHTTPServer { request, _ in
            guard FaultyVault.name(request) == step.asks else { return FaultyVault.answer(request, token, value) }
            return FaultyVault.error(status, "SomethingNew", "cannot take \(echo), sorry")
        }
    }

    /// The good answer to one path is another.
    static func answering(_ path: String, with body: String) -> FaultyVault {
        FaultyVault { request, _ in request.target.prefix { $0 != "?" } == path ? .json(200, body) : nil }
    }

    deinit { server.stop() }

    var host: String { "127.0.0.1:\(server.port)" }
    var requests: [StubHTTPServer.Request] { server.requests }
    /// Method and short name of every request.
    var asked: [String] { requests.map(FaultyVault.name) }

    var environment: [String: String] {
        [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": clientSecret.value, "INFISICAL_DOMAIN": server.url,
            "INFISICAL_PROJECT_ID": FaultyVault.project,
        ]
    }

    /// The environment with a ready token instead of a client secret.
    var tokenEnvironment: [String: String] {
        [
            "INFISICAL_TOKEN": token.value, "INFISICAL_DOMAIN": server.url,
            "INFISICAL_PROJECT_ID": FaultyVault.project,
        ]
    }

    func run(
        _ script: String, environment: [String: String]? = nil, whileRunning: ((Int32) throws -> Void)? = nil
    ) throws -> Program.Outcome {
        try Program.script(script, environment: environment ?? self.environment, whileRunning: whileRunning)
    }

    func waitUntil(_ isTrue: () -> Bool) {
        for _ in 0..<1200 where !isTrue() { usleep(25_000) }
    }

    /// In how many requests a value arrived, wherever in it.
    func timesSent(_ canary: Canary) -> Int {
        requests.count { request in
            let all = [request.target, request.body] + request.headers.values
            return all.contains { $0.contains(canary.value) }
        }
    }

    // MARK: - Expectations

    /// No value came out, in any form.
    func expectSilence(_ outcome: Program.Outcome, at location: SourceLocation = #_sourceLocation) {
        for (name, canary) in [("client secret", clientSecret), ("access token", token), ("value", value)] {
            let form = canary.found(in: outcome)
            #expect(form == nil, "\(name): \(outcome)", sourceLocation: location)
        }
    }

    /// The run ended with exit code 3 and an error in three parts that names the host.
    func expectClearEnd(
        _ outcome: Program.Outcome, _ fault: Fault, _ step: Step, at location: SourceLocation = #_sourceLocation
    ) {
        // A script must not learn how much an answer holds: it is not asked.
        let endsRun = fault == .flood
        #expect(outcome.code == (endsRun ? 1 : 3), "\(outcome)", sourceLocation: location)
        #expect(outcome.text.isEmpty, "\(outcome)", sourceLocation: location)
        #expect(outcome.errorText.contains(host), "\(outcome)", sourceLocation: location)
        #expect(outcome.errorText.contains(fault.words), "\(outcome)", sourceLocation: location)
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.count == 3, "\(outcome)", sourceLocation: location)
        #expect(lines.first?.contains("script.lua:1: ") == !endsRun, "\(outcome)", sourceLocation: location)
        expectSilence(outcome, at: location)
        // A token that was minted is revoked, however the run ends.
        let last = step == .login ? "POST login" : "POST revoke"
        #expect(asked.last == last, "\(asked)", sourceLocation: location)
        #expect(timesSent(clientSecret) == asked.count { $0 == "POST login" }, sourceLocation: location)
        let logins = asked.count { $0 == "POST login" }
        #expect((step == .login ? fault.attempts(step) : 1...1).contains(logins), sourceLocation: location)
    }

    // MARK: - Answers

    /// Method and short name.
    private static func name(_ request: StubHTTPServer.Request) -> String {
        let path = String(request.target.prefix { $0 != "?" })
        let call =
            switch path {
            case "/api/v1/auth/universal-auth/login": "login"
            case "/api/v1/auth/token/revoke": "revoke"
            case "/api/v4/secrets/GH_PAT", "/api/v3/secrets/raw/GH_PAT": "secret"
            case "/api/v4/secrets", "/api/v3/secrets/raw": "list"
            default: path
            }
        return request.method + " " + call
    }

    /// The answer of a vault that is well.
    private static func answer(
        _ request: StubHTTPServer.Request, _ token: String, _ value: String
    ) -> StubHTTPServer.Reply {
        let secret =
            #"{"id":"1","workspace":"w","environment":"dev","version":3,"type":"shared","secretKey":"GH_PAT","#
            + #""secretValue":"\#(value)","secretPath":"/","secretValueHidden":false}"#
        switch name(request) {
        case "POST login":
            return .json(
                200,
                #"{"accessToken":"\#(token)","expiresIn":7200,"accessTokenMaxTTL":7200,"tokenType":"Bearer"}"#)
        case "GET secret": return .json(200, #"{"secret":\#(secret)}"#)
        case "GET list": return .json(200, #"{"secrets":[\#(secret)],"imports":[]}"#)
        case "POST revoke": return .json(200, #"{"message":"Successfully revoked access token"}"#)
        default: return noRoute(request)
        }
    }

    private static func reply(
        _ fault: Fault, _ request: StubHTTPServer.Request, _ values: [String], _ other: String
    ) -> StubHTTPServer.Reply {
        let all = values.joined(separator: " ")
        // As an answer of this call would begin, so that a reader of parts would find the values.
        let begin =
            #"{"accessToken":"\#(values[1])","secret":{"secretKey":"GH_PAT","secretValue":"\#(values[2])","x":""#
        let cut = Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n\(begin)\(all)".utf8)
        switch fault {
        case .noAPI: return noRoute(request, all)
        case .tooMany: return tooMany(after: 600, all)
        case .webPage: return .text(200, "<html><body>\(all)</body></html>", type: "text/html; charset=utf-8")
        case .cutBody: return .raw(cut)
        case .reset: return .reset
        case .redirect: return .json(307, begin, headers: ["Location": other + "/\(values[2])"])
        case .flood:
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\(begin)\(all)"
            return .flood(head: head, count: 64 * 1024 * 1024)
        case .silent: return .stall([])
        case .slowBody: return .drip(cut, perSecond: 4)
        }
    }

    static func noRoute(_ request: StubHTTPServer.Request, _ more: String = "") -> StubHTTPServer.Reply {
        .json(
            404,
            #"{"message":"Route \#(request.method):\#(request.target) not found\#(more)","error":"Not Found","statusCode":404}"#
        )
    }

    static func tooMany(after seconds: Int, _ words: String) -> StubHTTPServer.Reply {
        error(429, "RateLimitExceeded", words, headers: ["Retry-After": "\(seconds)"])
    }

    static func error(
        _ status: Int, _ name: String, _ message: String, headers: [String: String] = [:]
    ) -> StubHTTPServer.Reply {
        .json(
            status,
            #"{"reqId":"req-3kF9aLq0ZxT1bC","statusCode":\#(status),"message":"\#(message)","error":"\#(name)"}"#,
            headers: headers)
    }
}

/// The most memory that a program and what is below it had resident.
///
/// Written by the test's thread alone.
final class MemoryMeter {
    private(set) var peakKiB = 0

    /// Looks until the program has ended (it stays a zombie until it is waited for).
    func watch(_ pid: Int32) {
        let limit = ContinuousClock.now + .seconds(110)
        while ContinuousClock.now < limit, let own = MemoryMeter.highWaterMark(pid) {
            let marks = ProcessTree.descendants(of: pid).compactMap(MemoryMeter.highWaterMark)
            peakKiB = max(peakKiB, own, marks.max() ?? 0)
            usleep(5000)
        }
    }

    /// VmHWM of a process in KiB; nil once it has none.
    private static func highWaterMark(_ pid: Int32) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}

/// What several runs at once left; `lock` orders the accesses.
final class Outcomes: @unchecked Sendable {
    struct Found {
        let vault: FaultyVault
        let outcome: Program.Outcome?
        let time: Duration
        let fault: Fault
        let step: Step
    }

    private let lock = NSLock()
    private var found: [Found] = []

    var all: [Found] { lock.withLock { found } }

    func add(_ one: Found) { lock.withLock { found.append(one) } }
}
