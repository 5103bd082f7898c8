import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalLogin {
    /// Asks the platform and logs in with what it says.
    func start(
        _ platform: PlatformLogin, _ call: ProviderCall,
        completion: @escaping (Result<InfisicalToken, InfisicalRefusal>) -> Void
    ) {
        let wire = wire
        platform.proof(call) { result in
            guard !call.isCancelled else { return }
            do throws(Failure) {
                let members = try result.get()
                // The other parts of a signed request are public words, such as its method.
                for member in members where ["jwt", "iamRequestHeaders"].contains(member.name) {
                    try wire.environment.didReceiveCredential(member.value, PlatformLogin.tokenName)
                }
                let body = try InfisicalLogin.body(platform, members)
                let path = "/v1/auth/\(platform.method.rawValue)-auth/login"
                wire.send(wire.request("POST", path, body: body), call) { answer in
                    body.wipe()
                    completion(InfisicalLogin.token(answer, wire.environment))
                }
            } catch {
                // At a later turn, as every other answer.
                call.underway(wire.environment.wait(.zero) { completion(.failure(.failure(error))) })
            }
        }
    }

    private static func body(
        _ platform: PlatformLogin, _ members: [PlatformLogin.Member]
    ) throws(Failure) -> SecretBytes {
        var writer = try JSONWriter(maximumBytes: InfisicalWire.maximumBodyBytes)
        try writer.add("identityId", text: platform.identityID)
        if let organization = platform.organizationSlug { try writer.add("organizationSlug", text: organization) }
        for member in members { try writer.add(member.name, secret: member.value) }
        return try writer.finish()
    }
}

extension ProviderCredentials {
    /// The login with them, for messages.
    var login: InfisicalOperation {
        if case .platform(let platform) = self { return .loginBy(method: platform.method.rawValue) }
        return .login
    }
}

extension InfisicalFailures {
    /// Why a login by a platform's word is refused. The server's words are shown: they are of the method's own.
    func login(_ answer: InfisicalAnswer, by method: String) -> Finding? {
        let message = "login at \(host) by \(method) was refused"
        let words = answer.message.isEmpty ? "" : ": \(shown(answer.message))"
        if answer.message.contains("from the current IP address") {
            return Finding(
                .auth, message,
                "this machine's address is not in the trusted IPs of the identity's \(method) auth (403)",
                "add it there; behind a proxy the server may see another address")
        }
        if answer.status == 404, answer.message.contains("did you configure") {
            return Finding(
                .auth, message, "the identity has no \(method) auth, or there is no such identity (404)",
                "add the method to the identity, and check INFISICAL_MACHINE_IDENTITY_ID; asked was \(base.hostAndRegion)"
            )
        }
        if answer.isRouteMissing {
            return Finding(
                .auth, message, "the server does not know this method (404 Route not found)",
                "use universal-auth, or a newer server")
        }
        if answer.status == 422 { return invalid(answer) }
        guard (400..<500).contains(answer.status), answer.status != 429 else { return nil }
        return Finding(
            .auth, message, "what the platform says of this machine is not accepted (\(answer.status)\(words))",
            "compare it with what the identity's \(method) auth allows: issuer, audience, subject, names, accounts")
    }
}
