public import SecretMemory

/// A value for a secret that may be there already or not.
public struct SecretPut {
    /// The secret's name.
    public var name: String
    /// Where it is.
    public var folder: FolderQuery
    /// The new value.
    public var value: SecretBytes
    /// The version that must be the newest one now; 0: the secret must not be there; nil: whatever is there.
    public var ifVersion: Int?
    /// A comment to keep with it; nil leaves the one that is there.
    public var comment: String?

    /// Describes what is to be put where.
    public init(
        _ name: String, in folder: FolderQuery, _ value: SecretBytes, ifVersion: Int? = nil, comment: String? = nil
    ) {
        self.name = name
        self.folder = folder
        self.value = value
        self.ifVersion = ifVersion
        self.comment = comment
    }
}

/// What came of a put.
public enum PutOutcome: Equatable, Sendable {
    /// It is new; with its version where the vault says.
    case created(version: Int?)
    /// It was there and has a new value; with its version where the vault says.
    case updated(version: Int?)
    /// A change policy protects the folder: a request for approval was made, nothing is written yet.
    case awaitsApproval
}

/// Values for many secrets of one folder.
public struct SecretBatch {
    /// One of them.
    public struct Item {
        /// The secret's name.
        public var name: String
        /// Its new value.
        public var value: SecretBytes

        /// Names a value.
        public init(_ name: String, _ value: SecretBytes) {
            self.name = name
            self.value = value
        }
    }

    /// Where they are.
    public var folder: FolderQuery
    /// The values, in the order in which they are written where the server takes them one by one.
    public var items: [Item]
    /// A comment to keep with each; nil leaves what is there.
    public var comment: String?

    /// Describes what is to be put where.
    public init(in folder: FolderQuery, _ items: [Item], comment: String? = nil) {
        self.folder = folder
        self.items = items
        self.comment = comment
    }
}

/// What came of a batch.
public enum BatchOutcome: Equatable, Sendable {
    /// All are written; with their versions where the vault says. A version of 1 is a new secret.
    case done(versions: [String: Int])
    /// A change policy protects the folder: a request for approval was made, nothing is written yet.
    case awaitsApproval
}

/// A secret to be removed.
public struct SecretDeletion: Equatable, Sendable {
    /// The secret's name.
    public var name: String
    /// Where it is.
    public var folder: FolderQuery
    /// The version that must be the newest one now; nil: whatever is there.
    public var ifVersion: Int?
    /// Whether its absence is an answer instead of an error.
    public var isOptional: Bool

    /// Names a secret.
    public init(_ name: String, in folder: FolderQuery, ifVersion: Int? = nil, isOptional: Bool = false) {
        self.name = name
        self.folder = folder
        self.ifVersion = ifVersion
        self.isOptional = isOptional
    }
}

/// What came of a deletion.
public enum DeletionOutcome: Equatable, Sendable {
    /// It is gone.
    case done
    /// It was not there; only where that was allowed.
    case wasAbsent
    /// A change policy protects the folder: a request for approval was made, nothing is gone yet.
    case awaitsApproval
}
