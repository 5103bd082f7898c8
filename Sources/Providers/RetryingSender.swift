import Diagnostics
import HTTPTransport

/// Sends a request until it has an answer that a repetition would not better.
///
/// Repeated: 429 (after its `retry-after`), 5xx, and network errors that may pass. Never another 4xx. A request that
/// must not be done twice is repeated only after 429 or when the server cannot have seen it.
final class RetryingSender {
    /// The last answer or error, and how many attempts it took.
    struct Outcome {
        let result: Result<HTTPResponse, HTTPTransportError>
        let attempts: Int
    }

    private let transport: HTTPTransport
    private let policy: RetryPolicy
    private let environment: ProviderEnvironment

    init(transport: HTTPTransport, policy: RetryPolicy, environment: ProviderEnvironment) {
        self.transport = transport
        self.policy = policy
        self.environment = environment
    }

    func makeCall() -> ProviderCall { ProviderCall(deadline: environment.now() + policy.totalTime) }

    func send(_ request: HTTPRequest, _ call: ProviderCall, completion: @escaping (Outcome) -> Void) {
        attempt(request, call, number: 1, completion)
    }

    private func attempt(
        _ request: HTTPRequest, _ call: ProviderCall, number: Int, _ completion: @escaping (Outcome) -> Void
    ) {
        guard !call.isCancelled else { return }
        var request = request
        request.connectTimeout = policy.connectTime
        request.totalTimeout = max(.milliseconds(1), call.deadline - environment.now())
        let exchange = transport.send(request) { result in
            guard !call.isCancelled else { return }
            call.underway(nil)
            guard let delay = self.delay(after: result, request, call, number: number) else {
                return completion(Outcome(result: result, attempts: number))
            }
            call.underway(
                self.environment.wait(delay) { self.attempt(request, call, number: number + 1, completion) })
        }
        call.underway { exchange?.cancel() }
    }

    /// How long to wait before the next attempt; nil when this result stands.
    private func delay(
        after result: Result<HTTPResponse, HTTPTransportError>, _ request: HTTPRequest, _ call: ProviderCall,
        number: Int
    ) -> Duration? {
        guard !call.isTriedOnce, number <= policy.maximumRetries,
            RetryingSender.mayPass(result, isRepeatable: request.isRepeatable)
        else {
            return nil
        }
        var delay = policy.delay(beforeRetry: number, jitter: environment.jitter())
        if case .success(let response) = result, let wish = response.retryAfter { delay = max(delay, wish) }
        // A wait that outlasts the limit is not begun: the answer in hand says more than a time limit would.
        return environment.now() + delay < call.deadline ? delay : nil
    }

    private static func mayPass(_ result: Result<HTTPResponse, HTTPTransportError>, isRepeatable: Bool) -> Bool {
        switch result {
        case .success(let response):
            return response.status == 429 || (response.status >= 500 && isRepeatable)
        case .failure(let error):
            guard [.dns, .connect, .timeoutConnect, .reset, .truncated].contains(error.kind) else { return false }
            return isRepeatable || error.cannotHaveBeenProcessed
        }
    }
}

extension HTTPResponse {
    /// The wait that the server asks for, in whole seconds; a date instead is not read.
    var retryAfter: Duration? {
        guard let text = headers["retry-after"], let seconds = Int(text), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86400))
    }
}
