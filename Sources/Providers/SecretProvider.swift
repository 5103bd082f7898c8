public import Diagnostics
public import SecretMemory

/// A vault that can be logged in to.
///
/// All calls are made and answered on the event loop's thread.
public protocol SecretProvider: AnyObject {
    /// The provider's name as scripts write it, such as `infisical`.
    var name: String { get }
    /// The host that credentials go to, for messages and for binding credentials to it: `eu.infisical.com`.
    var host: String { get }

    /// Logs in. For `.token` nothing is asked: the token is used as it is.
    ///
    /// - Returns: The call, to cancel it. A cancelled call reports nothing.
    @discardableResult
    func login(
        _ credentials: ProviderCredentials, completion: @escaping (Result<any SecretSession, Failure>) -> Void
    ) -> ProviderCall
}

/// What a login is made with.
///
/// Held in secret memory; the store and the masker may share it.
public enum ProviderCredentials {
    /// A machine identity's Universal Auth. The client id is no secret, but is never shown: people mix the two up.
    case universalAuth(clientID: String, clientSecret: SecretBytes, organizationSlug: String? = nil)
    /// A ready token that somebody else minted: never renewed behind the user's back, never revoked.
    case token(SecretBytes)
    /// What the platform that we run on says of us.
    case platform(PlatformLogin)
}

/// A login's session.
public protocol SecretSession: AnyObject {
    /// The provider's name.
    var provider: String { get }
    /// The host that was logged in to.
    var host: String { get }
    /// Whether the token was minted by this login, and so is revoked by `logout`.
    var isMinted: Bool { get }
    /// Whether a login is under way: the token that it gives is not there to be revoked yet.
    var isLoggingIn: Bool { get }
    /// The life of the token when it was issued; nil where nothing is known.
    var tokenLifetime: Duration? { get }
    /// Called when the token has been exchanged, or a new login has given another.
    var didReplaceToken: (() -> Void)? { get set }

    /// Reads one secret. Nil only if `query.isOptional` and the vault says that there is no secret of that name.
    @discardableResult
    func getSecret(
        _ query: SecretQuery, completion: @escaping (Result<FetchedSecret?, Failure>) -> Void
    ) -> ProviderCall
    /// Reads all secrets of a folder, imported ones merged: own beat imported, the last import wins. Sorted by name, and
    /// by path where folders below are asked for too.
    @discardableResult
    func listSecrets(
        _ query: FolderQuery, completion: @escaping (Result<[FetchedSecret], Failure>) -> Void
    ) -> ProviderCall
    /// Names the folders in a folder, sorted; with `query.isRecursive` those below them too, as `web/api`.
    @discardableResult
    func listFolders(
        _ query: FolderQuery, completion: @escaping (Result<[String], Failure>) -> Void
    ) -> ProviderCall
    /// Creates, updates or deletes one secret.
    @discardableResult
    func write(_ write: SecretWrite, completion: @escaping (Result<WriteOutcome, Failure>) -> Void) -> ProviderCall
    /// Creates or updates one secret, whichever it takes.
    @discardableResult
    func put(_ put: SecretPut, completion: @escaping (Result<PutOutcome, Failure>) -> Void) -> ProviderCall
    /// Creates or updates many secrets of one folder, in one request where the server can.
    @discardableResult
    func put(_ batch: SecretBatch, completion: @escaping (Result<BatchOutcome, Failure>) -> Void) -> ProviderCall
    /// Removes one secret.
    @discardableResult
    func delete(
        _ deletion: SecretDeletion, completion: @escaping (Result<DeletionOutcome, Failure>) -> Void
    ) -> ProviderCall
    /// Makes a lease of a dynamic secret.
    @discardableResult
    func lease(_ query: LeaseQuery, completion: @escaping (Result<FetchedLease, Failure>) -> Void) -> ProviderCall
    /// Gives a lease a new end.
    @discardableResult
    func renew(_ lease: HeldLease, completion: @escaping (Result<RenewedLease, Failure>) -> Void) -> ProviderCall
    /// Ends a lease. One that has ended already is a success.
    @discardableResult
    func revoke(_ lease: HeldLease, completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall
    /// Finds out as whom the session acts.
    @discardableResult
    func identity(completion: @escaping (Result<SessionIdentity, Failure>) -> Void) -> ProviderCall
    /// Exchanges the token for a new one.
    @discardableResult
    func renew(completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall
    /// Revokes a minted token and forgets the session. A token that is already invalid is a success.
    @discardableResult
    func logout(completion: @escaping (Result<Void, Failure>) -> Void) -> ProviderCall
}

/// A change of one secret.
public struct SecretWrite {
    /// The sorts of change.
    public enum Change {
        /// Makes a new secret; one that exists is an error. Never sent twice unless the first cannot have arrived.
        case create(SecretBytes)
        /// Gives an existing secret a new value.
        case update(SecretBytes)
        /// Removes it.
        case delete
    }

    /// The secret's name.
    public var name: String
    /// Where it is.
    public var folder: FolderQuery
    /// The change.
    public var change: Change
    /// A comment to keep with it; nil leaves the one that is there.
    public var comment: String?

    /// Whether there is a value to be written.
    var isPut: Bool { if case .delete = change { false } else { true } }

    /// Describes a change.
    public init(_ name: String, in folder: FolderQuery, _ change: Change, comment: String? = nil) {
        self.name = name
        self.folder = folder
        self.change = change
        self.comment = comment
    }
}

/// What came of a change.
public enum WriteOutcome: Equatable, Sendable {
    /// Done; with the new version where the vault says.
    case done(version: Int?)
    /// A change policy protects the folder: a request for approval was made, nothing is written yet.
    case awaitsApproval
}
