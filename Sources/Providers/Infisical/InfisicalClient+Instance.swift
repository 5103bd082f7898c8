public import Diagnostics
import HTTPTransport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an instance says of itself without a login.
public struct InstanceStatus: Equatable, Sendable {
    /// How far the clock of this machine is ahead of the server's; nil where the server does not say.
    public var clockLead: Duration?
    /// Whether it has the current API for secrets (v4); nil where that is not known.
    public var hasCurrentAPI: Bool?
}

extension InfisicalClient {
    /// Asks whether the API of an Infisical answers at the base URL, and of which age. No credential is sent.
    ///
    /// - Returns: The call, to cancel it. A cancelled call reports nothing.
    @discardableResult
    public func status(completion: @escaping (Result<InstanceStatus, Failure>) -> Void) -> ProviderCall {
        let call = wire.makeCall()
        let wire = wire
        wire.send(wire.request("GET", "/status"), call) { answer in
            let arrived = Self.milliseconds
            switch answer {
            case .failure(let refusal): completion(.failure(wire.failures.make(refusal, during: .status)))
            case .success(let json):
                guard Self.text(json, "message") == "Ok" else {
                    return completion(.failure(wire.failures.otherService))
                }
                let theirs = Self.text(json, "date").flatMap(LeaseTime.milliseconds)
                self.askAge(InstanceStatus(clockLead: theirs.map { .milliseconds(arrived - $0) }), call, completion)
            }
        }
        return call
    }

    /// A question that needs a token, without one: an instance that has the route says so by refusing.
    private func askAge(
        _ status: InstanceStatus, _ call: ProviderCall,
        _ completion: @escaping (Result<InstanceStatus, Failure>) -> Void
    ) {
        wire.send(wire.request("GET", InfisicalAPI.v4.listPath), call) { answer in
            var status = status
            switch answer {
            case .success: status.hasCurrentAPI = true
            case .failure(.answer(let refused, _)) where refused.isAPI: status.hasCurrentAPI = !refused.isRouteMissing
            case .failure: break
            }
            completion(.success(status))
        }
    }

    private static func text(_ json: SecretJSON, _ name: String) -> String? {
        ((try? json.root.member(name)) ?? nil)?.publicText(maximumBytes: 256)
    }

    /// Since 1970, by the clock of this machine.
    private static var milliseconds: Int {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int(now.tv_sec) * 1000 + Int(now.tv_nsec) / 1_000_000
    }
}

extension InfisicalFailures {
    /// JSON, and not what Infisical answers.
    var otherService: Failure {
        var failure = Failure(
            .network, undone(.status), reason: "what answers at \(base.text) is not Infisical",
            hint: "set INFISICAL_DOMAIN to the address whose /api is Infisical's", status: 200)
        failure.cause = InfisicalCause.otherService.rawValue
        return failure
    }
}
