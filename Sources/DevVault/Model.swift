import Foundation

/// Everything that the vault remembers: what the state file holds and what a seed fills.
struct VaultState: Codable, Sendable {
    /// The one organisation of this instance.
    var organization = Organization()
    /// The key that signs access tokens.
    ///
    /// A token of another instance fails on it.
    var signingKey = Crypto.random(32)
    var projects: [Project] = []
    var identities: [Identity] = []
    /// Issued access tokens by token id.
    var tokens: [String: AccessToken] = [:]
    /// Leases of dynamic secrets by id. Absent in older state files.
    var leases: [String: Lease]?
}

/// The organisation that owns all projects and identities.
struct Organization: Codable, Sendable {
    var id = Identifier.uuid()
    var name = "Development"
    var slug = "development"
}

/// A project: environments by slug, and the tags known in it.
struct Project: Codable, Sendable {
    var id: String
    var slug: String
    var name: String
    var environments: [String: ProjectEnvironment] = [:]
    var tags: [Tag] = []
    /// Folders whose changes a policy protects: a change there only asks for approval. Absent in older state files.
    var protectedFolders: [FolderImport]?
    var createdAt: Date
    /// Whether it belongs to another organisation than the identities do.
    var isForeign: Bool?
}

/// An environment: folders by path.
///
/// The root `/` always exists.
struct ProjectEnvironment: Codable, Sendable {
    var id = Identifier.uuid()
    var folders: [String: Folder] = [:]
}

/// A folder: its secrets, and what it imports, in order; the last import wins.
struct Folder: Codable, Sendable {
    var id = Identifier.uuid()
    var secrets: [Secret] = []
    var imports: [FolderImport] = []
    /// What accounts can be leased here. Absent in older state files.
    var dynamicSecrets: [DynamicSecret]?
    var createdAt: Date
}

/// Another folder of the same project whose secrets show through.
struct FolderImport: Codable, Equatable, Sendable {
    var environment: String
    var path: String
}

/// A label on secrets.
struct Tag: Codable, Equatable, Sendable {
    var id = Identifier.uuid()
    var slug: String
}

/// Who sees a secret: everybody, or the one who overrides it.
enum SecretKind: String, Codable, Sendable, CaseIterable {
    case shared, personal
}

/// A secret with all versions that were written; the last is the current one.
struct Secret: Codable, Sendable {
    var id = Identifier.uuid()
    var kind: SecretKind = .shared
    var name: String
    var versions: [SecretVersion]
    var comment = ""
    var metadata: [SecretMetadata] = []
    var tagIDs: [String] = []
    var skipMultilineEncoding = false
    var reminderNote: String?
    var reminderRepeatDays: Int?
    var createdAt: Date
    var updatedAt: Date

    /// The version that a read without a number gives.
    var current: SecretVersion { versions[versions.count - 1] }

    /// A version by number, nil when it was never written or is not kept.
    func version(_ number: Int) -> SecretVersion? { versions.last { $0.number == number } }
}

/// One value of a secret, with its number.
struct SecretVersion: Codable, Sendable {
    var number: Int
    var value: String
}

/// A free-form pair on a secret.
struct SecretMetadata: Codable, Equatable, Sendable {
    var key: String
    var value: String
}

/// A machine identity with Universal Auth, and other ways to log in where the seed names them.
struct Identity: Codable, Sendable {
    var id = Identifier.uuid()
    var name: String
    var clientID: String
    var secret: ClientSecret
    /// Client secrets that were made beside the first. Absent in older state files.
    var moreSecrets: [ClientSecret]?
    /// Whether it may make and revoke client secrets of its own. Absent in older state files.
    var managesSecrets: Bool?
    /// The other ways to log in. Absent in older state files.
    var platforms: [PlatformAuth]?
    /// Project ids that the identity is a member of; nil is all.
    var projects: [String]?
    /// What it may do there; nil is everything.
    var access: [AccessRule]?
    /// Life of an access token in seconds; 0 is without end.
    var tokenTTL = 2_592_000
    /// Ceiling of a token's life in seconds from its first issue, renewals included.
    var tokenMaxTTL = 2_592_000
    /// How often one token may be used; 0 is without limit.
    var tokenUses = 0
    /// Where tokens may be used from; a list separate from the client secret's.
    var tokenTrustedIPs = AddressRange.anywhere
    var lockout = LockoutSettings()
    /// Sub-organisations that it is a member of.
    var subOrganizations: [String]?
    /// What has happened to it since it logged in; nil where nothing has.
    var ending: IdentityEnding?
}

/// What ends all tokens of an identity, besides the token's own end and a revoked client secret.
enum IdentityEnding: String, Codable, Sendable, CaseIterable {
    case tokensRevoked, methodRevoked, notInOrganization, inactive

    /// The server's words, after what it was that failed.
    var words: String {
        switch self {
        case .tokensRevoked: "identity tokens have been revoked"
        case .methodRevoked: "auth method has been revoked"
        case .notInOrganization: "Identity is not a member of the organization"
        case .inactive: "Identity organization membership is inactive"
        }
    }
}

/// A client secret, known by its digest alone.
struct ClientSecret: Codable, Sendable {
    var id = Identifier.uuid()
    /// SHA-256 of the secret.
    var digest: Data
    /// Life in seconds from `createdAt`; 0 is without end.
    var ttl = 0
    var createdAt: Date
    /// How many logins it allows; 0 is without limit.
    var useLimit = 0
    var uses = 0
    var isRevoked = false
    /// Where logins may come from.
    var trustedIPs = AddressRange.anywhere

    /// Whether `text` is this secret.
    func matches(_ text: String) -> Bool { Crypto.isEqual(Crypto.sha256(Data(text.utf8)), digest) }
}

/// When repeated failures lock a client id.
struct LockoutSettings: Codable, Equatable, Sendable {
    var threshold = 3
    var durationSeconds = 300
    var resetSeconds = 30
}

/// What the server remembers of an issued access token.
struct AccessToken: Codable, Sendable {
    var id: String
    var identityID: String
    var firstIssuedAt: Date
    var uses = 0
    var isRevoked = false
    /// The client secret that minted it; nil for other ways to log in and in older state files.
    var clientSecretID: String?
}

/// Switches of the whole server, for tests of clients against other servers than the newest.
struct ServerSettings: Equatable, Sendable {
    /// Whether the v4 routes exist.
    var hasV4 = true
    /// Whether the batch routes of secrets exist.
    var hasBatch = true
    /// Whether a batch knows the mode `upsert`; without, the mode is ignored as any unknown key.
    var hasUpsert = true
    /// Whether an unknown client id gets the 404 of servers before December 2025.
    var hasOldUnknownClientMessage = false
    /// Whether the routes that find projects exist; servers before mid 2025 have none.
    var hasProjectRoutes = true
    /// Whether a renewal past the longest life is refused in the words of older servers.
    var hasOldRenewMessage = false
    /// Sub-organisations of the instance.
    var subOrganizations: [String] = []
    /// Fields that a login must have besides its own, as a newer server may want.
    var requiredLoginFields: [String] = []
    /// Whether `x-forwarded-for` is believed.
    var trustsForwardedFor = false
    /// Requests allowed per caller and window; nil is without limit.
    var rateLimit: RateLimit?

    /// Whether this server has a route that not every one has.
    func has(_ route: Route) -> Bool {
        if case .writeSecrets = route { return hasBatch }
        return hasProjectRoutes || !route.isOfProjects
    }
}

/// A number of requests per caller in a fixed window.
struct RateLimit: Equatable, Sendable {
    var requests: Int
    var windowSeconds: Int
    /// Which requests are counted; nil counts all.
    var bucket: RateBucket?
}

/// A sort of requests with a limit of its own.
enum RateBucket: String, Codable, Sendable, CaseIterable {
    case read, write, secrets

    /// Whether a request of this method and route is of the sort. A login is a write.
    func counts(_ method: String, _ route: Route) -> Bool {
        switch self {
        case .read: method == "GET" || method == "HEAD"
        case .write: method != "GET" && method != "HEAD"
        case .secrets: route.isOfSecrets
        }
    }
}
