/// As whom a session acts, as far as its token and the server say. All of it is public.
public struct SessionIdentity: Equatable, Sendable {
    /// The machine identity's id.
    public var id: String?
    /// Its name.
    public var name: String?
    /// How it logged in, such as `universal-auth`.
    public var method: String?
    /// The organisation's name, with its slug where that differs.
    public var organization: String?
    /// When the token was issued, in seconds since 1970.
    public var issuedAt: Int?
    /// When it ends, in the same seconds; nil where it has no end.
    public var expiresAt: Int?
    /// When renewing it ends too.
    public var finalExpiry: Int?
}
