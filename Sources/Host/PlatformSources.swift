import Diagnostics
import HTTPTransport
import Providers
import SecretMemory

/// Turns a plan's source into what a login asks at each try.
enum PlatformSources {
    static func login(
        _ method: PlatformLogin.Method, _ identityID: String, _ organization: String?,
        _ source: LoginPlan.PlatformSource, _ transport: HTTPTransport, _ environment: ProviderEnvironment
    ) -> PlatformLogin {
        var login = login(method, identityID, source, transport, environment)
        login.organizationSlug = organization
        return login
    }

    private static func login(
        _ method: PlatformLogin.Method, _ identityID: String, _ source: LoginPlan.PlatformSource,
        _ transport: HTTPTransport, _ environment: ProviderEnvironment
    ) -> PlatformLogin {
        switch source {
        case .token(let token):
            PlatformLogin(method, identityID: identityID) { _, completion in
                completion(.success([("jwt", token)]))
            }
        case .file(let file):
            PlatformLogin(method, identityID: identityID) { _, completion in
                do throws(Failure) {
                    completion(.success([("jwt", try file.read())]))
                } catch { completion(.failure(error)) }
            }
        case .github(let url, let token, let audience):
            PlatformLogin(
                method, identityID: identityID,
                proof: GitHubIdentityToken(
                    url: url, token: token, audience: audience, transport: transport, environment: environment
                ).ask)
        case .aws(let source):
            PlatformLogin(
                method, identityID: identityID,
                proof: AWSIdentity(source, transport: transport, environment: environment).ask)
        }
    }
}
