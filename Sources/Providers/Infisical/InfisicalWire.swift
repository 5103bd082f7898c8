import Diagnostics
import HTTPTransport
import SecretMemory

/// Why a call of the API brought nothing.
enum InfisicalRefusal: Error {
    /// The server said no, or something other than an Infisical API answered.
    case answer(InfisicalAnswer, attempts: Int)
    /// No answer came.
    case transport(HTTPTransportError, attempts: Int)
    /// The answer says yes and is broken.
    case broken(JSONError)
    /// Found out on our side, in words already.
    case failure(Failure)
}

/// Requests to one instance, and its answers as JSON.
///
/// Client and session share it.
final class InfisicalWire {
    typealias Answer = Result<SecretJSON, InfisicalRefusal>

    /// The largest body with a secret in it: room for any value of 1 MiB, which escapes can make six times as long, and
    /// for what stands beside it, so that nothing is refused here for its length. What the server takes is its own affair.
    static let maximumBodyBytes = 7 * 1024 * 1024

    let base: InfisicalBaseURL
    let environment: ProviderEnvironment
    private let sender: RetryingSender

    init(base: InfisicalBaseURL, sender: RetryingSender, environment: ProviderEnvironment) {
        self.base = base
        self.sender = sender
        self.environment = environment
    }

    var failures: InfisicalFailures {
        InfisicalFailures(base: base, sanitize: environment.sanitize, listing: environment.listing)
    }

    func makeCall() -> ProviderCall { sender.makeCall() }

    /// A request for `path` below the base URL; `path` is percent-encoded and begins with a version.
    func request(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], token: SecretBytes? = nil,
        body: SecretBytes? = nil
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: base.text + path + PercentEncoding.query(query))
        request.headers.append(.init("Accept", .text("application/json")))
        if let token { request.headers.append(.init("Authorization", .secret(prefix: "Bearer ", token))) }
        request.body = body
        // The user's own configuration says http, or it would not stand in the base URL.
        request.allowsPlainHTTP = base.endpoint.scheme == "http"
        return request
    }

    /// Sends, and gives the body of a 2xx.
    ///
    /// HTML and other types never pass for an answer.
    func send(_ request: HTTPRequest, _ call: ProviderCall, completion: @escaping (Answer) -> Void) {
        sender.send(request, call) { outcome in completion(InfisicalWire.read(outcome)) }
    }

    private static func read(_ outcome: RetryingSender.Outcome) -> Answer {
        switch outcome.result {
        case .failure(let error): return .failure(.transport(error, attempts: outcome.attempts))
        case .success(let response):
            guard (200..<300).contains(response.status), response.isJSON else {
                return .failure(.answer(InfisicalAnswer(response), attempts: outcome.attempts))
            }
            do { return .success(try SecretJSON(response.body)) } catch { return .failure(.broken(error)) }
        }
    }
}
