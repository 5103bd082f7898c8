import Diagnostics
import Providers

/// The ways to log in, under the names that scripts, `INFISICAL_AUTH_METHOD` and other clients give them.
enum LoginMethod: Equatable {
    case universalAuth
    case token
    case platform(PlatformLogin.Method)

    /// The names of the methods there are.
    static let names = ["universal-auth", "token"] + PlatformLogin.Method.allCases.map(\.rawValue)

    private static let aliases: [String: String] = [
        "oidc-auth": "oidc", "jwt-auth": "jwt", "kubernetes-auth": "kubernetes", "aws-auth": "aws", "aws-iam": "aws",
        "token-auth": "token",
    ]

    /// What to do in the place of a method that there is not.
    private static let waysRound: [String: String] = [
        "gcp": "give the identity OIDC auth as well: Google signs such tokens (gcloud auth print-identity-token)",
        "azure": "give the identity OIDC auth as well: Azure signs such tokens for managed identities",
        "ldap": "give the identity Universal Auth, and keep its client secret in a credentials file",
        "oci": "give the identity Universal Auth, and keep its client secret in the instance's own vault",
        "alicloud": "give the identity Universal Auth, and keep its client secret in the instance's own vault",
        "tls-cert": "give the identity Universal Auth, or JWT auth with a token that your CA's tools sign",
    ]

    /// The method of a name.
    ///
    /// - Throws: `.usage` with the way round for one that is not supported, with the near name for one that nobody knows.
    init(_ name: String, _ place: String) throws(Failure) {
        let known = Self.aliases[name] ?? name
        switch known {
        case "universal-auth": self = .universalAuth
        case "token": self = .token
        default:
            guard let method = PlatformLogin.Method(rawValue: known) else { throw Self.unknown(name, place) }
            self = .platform(method)
        }
    }

    private static func unknown(_ name: String, _ place: String) -> Failure {
        let reason = "it knows: \(names.joined(separator: ", "))"
        let refused = waysRound.first { name == $0.key || name.hasPrefix($0.key + "-") }
        let near = NearNames.best(for: name, among: Set(names))
        return Failure(
            .usage, "\(place): \"\(name.printable)\" is not supported", reason: reason,
            hint: refused?.value ?? near.map { "did you mean \"\($0)\"?" }
                ?? "log in by that method elsewhere and hand the token over in INFISICAL_TOKEN")
    }
}
