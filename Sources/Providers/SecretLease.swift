public import SecretMemory

/// Which dynamic secret is wanted, and for how long.
public struct LeaseQuery: Equatable, Sendable {
    /// The dynamic secret's name.
    public var name: String
    /// Where it is.
    public var folder: FolderQuery
    /// How long a lease lives unless it is renewed; nil for what the vault has set.
    public var lifetime: Duration?

    /// Names a dynamic secret.
    public init(_ name: String, in folder: FolderQuery, lifetime: Duration? = nil) {
        self.name = name
        self.folder = folder
        self.lifetime = lifetime
    }
}

/// A lease as the vault gave it: an account of its own, with an end.
public struct FetchedLease {
    /// The lease's id.
    public let id: String
    /// How long it lives from now; nil where the vault's times cannot be read.
    public let lifetime: Duration?
    /// When it ends, as the vault writes it.
    public let expiresAt: String
    /// The longest life that renewals can give it, from its beginning; nil where the vault does not say.
    public let maximumLifetime: Duration?
    /// What the account consists of, by name, sorted: of nested data the path with dots.
    public let values: [(name: String, value: SecretBytes)]
}

/// A lease that is there, to be renewed or revoked.
public struct HeldLease: Equatable, Sendable {
    /// The lease's id.
    public var id: String
    /// What it is a lease of.
    public var query: LeaseQuery

    /// Names a lease.
    public init(_ id: String, of query: LeaseQuery) {
        self.id = id
        self.query = query
    }
}

/// What a renewal gave.
public struct RenewedLease: Equatable, Sendable {
    /// How long it lives from now; nil where the vault's times cannot be read.
    public let lifetime: Duration?
    /// When it ends, as the vault writes it.
    public let expiresAt: String
}
