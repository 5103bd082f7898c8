public import SecretMemory

/// Where a folder of secrets is, and what of it is wanted.
public struct FolderQuery: Equatable, Sendable {
    /// The project's id or slug.
    public var project: String
    /// The environment's slug.
    public var environment: String
    /// The folder's path; `/` is the root.
    public var path: String
    /// Whether values are asked for; without, only names come (and no right to read values is needed).
    public var includesValues: Bool
    /// Whether the folders below are read too; for lists only.
    public var isRecursive = false
    /// Whether the identity's own override, where there is one, comes instead of what all share.
    public var prefersPersonal = false
    /// Which secrets of a list are wanted.
    public var filter = SecretFilter()
    /// Whether values stand in the place of the references to them; else the references do.
    public var expandsReferences = true
    /// Whether an error about what is not there may cost more requests, which look for what is near. For errors that are
    /// shown.
    public var looksForNear = true
    /// The folders of the project whose names such an error may tell; nil: all that the identity sees, and its projects.
    public var nearPlaces: [NearPlace]?

    /// A folder of the same project.
    public struct NearPlace: Equatable, Sendable {
        let environment: String
        let path: String

        /// Names it; a slash at the end of the path means nothing.
        public init(environment: String, path: String) {
            self.environment = environment
            self.path = NearSearch.normal(path)
        }
    }

    /// Names a folder.
    public init(project: String, environment: String, path: String = "/", includesValues: Bool = true) {
        self.project = project
        self.environment = environment
        self.path = path
        self.includesValues = includesValues
    }
}

/// Which secrets of a list are wanted: those with one of the tags and all of the metadata.
///
/// The server is asked to choose and what it sends is looked at again: an older server ignores what it does not know,
/// and imported secrets are not chosen by every one.
public struct SecretFilter: Equatable, Sendable {
    /// The most pairs of metadata that a server takes.
    public static let maximumPairs = 10

    /// Slugs of tags, one of which a secret must have; empty means any.
    public var tags: [String]
    /// Keys and values, all of which a secret must have.
    public var metadata: [String: String]
    /// Names; nil means any. Others are not taken out of the answer.
    public var names: Set<String>?

    /// Chooses; without arguments everything.
    public init(tags: [String] = [], metadata: [String: String] = [:], names: Set<String>? = nil) {
        self.tags = tags
        self.metadata = metadata
        self.names = names
    }
}

/// Which secret is wanted.
public struct SecretQuery: Equatable, Sendable {
    /// The secret's name.
    public var name: String
    /// Where it is.
    public var folder: FolderQuery
    /// A version; nil for the newest.
    public var version: Int?
    /// Whether its absence is an answer instead of an error.
    ///
    /// A wrong project, environment or path stays an error.
    public var isOptional: Bool

    /// Names a secret.
    public init(_ name: String, in folder: FolderQuery, version: Int? = nil, isOptional: Bool = false) {
        self.name = name
        self.folder = folder
        self.version = version
        self.isOptional = isOptional
    }
}

/// A secret as the vault gave it.
public struct FetchedSecret {
    /// Its name.
    public let name: String
    /// Its value; nil where the vault hides it from this identity, or values were not asked for.
    ///
    /// Never a mask text.
    public let value: SecretBytes?
    /// Its version, where the vault says.
    public let version: Int?
    /// The environment that it comes from (an import may differ from what was asked).
    public let environment: String
    /// The path that it comes from.
    public let path: String
    /// Whether it is this identity's own, in the place of what all share.
    public var isPersonal = false
    /// Whether it shows through from another folder.
    public var isImported = false
    /// Whether the value holds `${…}` that the server left as it is.
    ///
    /// A fact about the value: whoever refuses it says nothing more than that.
    public var holdsReference = false
    /// The slugs of its tags.
    public var tags: [String] = []
    /// Whether it is known that no references went into the value. Nobody knows unless somebody asks.
    public private(set) var isPlain = false

    /// Whether the other stands for the same secret, byte for byte.
    public func isSame(_ other: FetchedSecret) -> Bool {
        isImported == other.isImported && name.utf8.elementsEqual(other.name.utf8)
            && environment.utf8.elementsEqual(other.environment.utf8) && path.utf8.elementsEqual(other.path.utf8)
    }

    /// Takes it from the same secret, fetched without `expandsReferences`, whether references went into this one.
    public mutating func takePlain(from raw: FetchedSecret) {
        guard let value, let other = raw.value else { return isPlain = false }
        isPlain = isSame(raw) && raw.version == version && value.isEqual(to: other)
    }
}
