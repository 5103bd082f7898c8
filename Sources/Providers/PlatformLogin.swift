public import Diagnostics
public import SecretMemory

/// A login with what a platform says of us: a signed token, or a signed request.
public struct PlatformLogin {
    /// A part of the login's body.
    public typealias Member = (name: String, value: SecretBytes)

    /// The methods of this kind.
    public enum Method: String, Sendable, CaseIterable {
        case oidc, jwt, kubernetes, aws
    }

    /// What a platform's word is called where it is masked.
    public static let tokenName = "platform token"

    /// The method.
    public var method: Method
    /// The machine identity that is logged in as.
    public var identityID: String
    /// The sub-organisation to log in to; nil for the identity's own.
    public var organizationSlug: String?
    /// Asks the platform, anew for each login: what it gives is short-lived.
    ///
    /// Called and answered on the loop; what it does within the call can be cancelled through it.
    public var proof: (ProviderCall, @escaping (Result<[Member], Failure>) -> Void) -> Void

    /// Describes a login.
    public init(
        _ method: Method, identityID: String,
        proof: @escaping (ProviderCall, @escaping (Result<[Member], Failure>) -> Void) -> Void
    ) {
        self.method = method
        self.identityID = identityID
        self.proof = proof
    }
}
