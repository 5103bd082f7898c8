import Diagnostics
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import Providers

/// A conversation of login, one secret and one list, of which one answer stops somewhere.
struct CutCase: Sendable, CustomTestStringConvertible {
    enum Step: String, Sendable, CaseIterable { case login, secret, list }
    /// How a client knows where an answer ends.
    enum Framing: String, Sendable, CaseIterable { case length, chunks, close }
    /// How the answer stops.
    enum End: String, Sendable, CaseIterable { case closed, reset, silent }

    let step: Step
    let framing: Framing
    let end: End

    var testDescription: String { "\(step), \(framing), \(end)" }

    static let all = Step.allCases.flatMap { step in
        Framing.allCases.flatMap { framing in
            [End.closed, .reset].map { CutCase(step: step, framing: framing, end: $0) }
        }
    }

    /// Silence costs its time limit each time: three answers, one framing.
    static let silent = Step.allCases.map { CutCase(step: $0, framing: .length, end: .silent) }

    /// The whole answer.
    var answer: [UInt8] {
        let body = Self.body(step)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        switch framing {
        case .length: return Array("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        case .close: return Array("\(head)\r\n\(body)".utf8)
        case .chunks:
            let half = body.utf8.count / 2
            let parts = [body.utf8.prefix(half), body.utf8.dropFirst(half)].map { part in
                "\(String(part.count, radix: 16))\r\n\(String(decoding: part, as: UTF8.self))\r\n"
            }
            return Array("\(head)Transfer-Encoding: chunked\r\n\r\n\(parts.joined())0\r\n\r\n".utf8)
        }
    }

    /// From how many bytes on there is nothing more to be missed: the last line ends of a chunked answer end it.
    var wholeCount: Int { framing == .chunks ? answer.count - 4 : answer.count }

    func reply(_ count: Int) -> StubHTTPServer.Reply {
        let bytes = Array(answer[..<count])
        switch end {
        case .closed: return .raw(bytes)
        case .reset: return count == 0 ? .reset : .cut(bytes)
        case .silent: return .stall(bytes)
        }
    }

    static func body(_ step: Step) -> String {
        switch step {
        case .login:
            #"{"accessToken":"\#(ProviderBench.token)","expiresIn":2592000,"accessTokenMaxTTL":2592000,"tokenType":"Bearer"}"#
        case .secret: #"{"secret":\#(ProviderBench.secret())}"#
        case .list: #"{"secrets":[\#(ProviderBench.secret()),\#(ProviderBench.secret("B"))],"imports":[]}"#
        }
    }

    static func step(of request: StubHTTPServer.Request) -> Step {
        if request.method == "POST" { return .login }
        return request.target.contains("/GH_PAT") ? .secret : .list
    }
}

/// Where the answer stops; written by the test's thread, read by the server's, one request at a time.
private final class Place: @unchecked Sendable { var count = 0 }

@Suite struct `Answers that stop` {
    @Test(arguments: CutCase.all)
    func `at any byte end in a clear error, never in a part of a value`(cut: CutCase) throws {
        let place = Place()
        let bench = try bench(cut, place, within: .seconds(30))
        let ready = try bench.tokenSession()
        for count in 0..<cut.wholeCount {
            place.count = count
            try expectError(try outcome(cut, bench, ready), cut, count, .network, bench)
        }
        guard cut.end == .closed else { return }
        place.count = cut.answer.count
        #expect(try outcome(cut, bench, ready).failure == nil)
        #expect(bench.credentials == (cut.step == .login ? ["access token"] : []))
    }

    @Test(arguments: CutCase.silent)
    func `and stay silent end with the time limit`(cut: CutCase) throws {
        let place = Place()
        let bench = try bench(cut, place, within: .milliseconds(300))
        let ready = try bench.tokenSession()
        for count in stride(from: 0, to: cut.answer.count, by: 53) {
            place.count = count
            try expectError(try outcome(cut, bench, ready), cut, count, .timeout, bench)
        }
    }

    private func bench(_ cut: CutCase, _ place: Place, within time: Duration) throws -> ProviderBench {
        let server = StubHTTPServer { request, _ in
            let step = CutCase.step(of: request)
            return step == cut.step ? cut.reply(place.count) : .json(200, CutCase.body(step))
        }
        var retry = RetryPolicy()
        retry.maximumRetries = 0
        retry.totalTime = time
        return try ProviderBench(server, retry: retry)
    }

    /// The step once more; what came of it.
    private func outcome(_ cut: CutCase, _ bench: ProviderBench, _ ready: any SecretSession) throws -> Result<
        Int, Failure
    > {
        switch cut.step {
        case .login: try bench.login().map { _ in 1 }
        case .secret: try bench.get(ready).map { $0?.value?.count ?? 0 }
        case .list: try bench.list(ready).map(\.count)
        }
    }

    private func expectError(
        _ result: Result<Int, Failure>, _ cut: CutCase, _ count: Int, _ kind: Failure.Kind, _ bench: ProviderBench
    ) throws {
        let failure = try #require(result.failure, "\(count) bytes passed for an answer")
        let message =
            switch cut.step {
            case .login: "login at \(bench.host) failed"
            case .secret: "secret GH_PAT could not be read"
            case .list: "the secrets of env dev, path / could not be listed"
            }
        #expect(failure.kind == kind, "after \(count) bytes: \(failure)")
        #expect(failure.message == message && !failure.reason.isEmpty && !failure.hint.isEmpty)
        #expect(!failure.text.contains("canary"))
        #expect(bench.credentials.isEmpty)
    }
}
