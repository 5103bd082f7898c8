public import SecretMemory

/// Bytes for a child: plain ones, or a secret that is handed on without a copy in ordinary memory.
public enum SpawnValue {
    /// Bytes that are no secret.
    case text([UInt8])
    /// A secret; it is read when the child starts (for standard input: while it runs) and shared until then.
    case secret(SecretBytes)
}

/// One variable of a child's environment.
public struct EnvironmentVariable {
    /// The name: not empty, without `=` and NUL.
    public var name: [UInt8]
    /// The value: without NUL.
    public var value: SpawnValue

    /// Makes a variable.
    public init(_ name: [UInt8], _ value: SpawnValue) {
        self.name = name
        self.value = value
    }

    /// Makes a variable that is no secret.
    public init(_ name: String, _ text: String) {
        self.init(Array(name.utf8), .text(Array(text.utf8)))
    }

    /// Makes a variable that holds a secret.
    public init(_ name: String, _ secret: SecretBytes) {
        self.init(Array(name.utf8), .secret(secret))
    }
}

/// A `files` entry: bytes that the child finds at a path, which its variable NAME and `${file:NAME}` in an argument hold.
public struct SpawnFile {
    /// How the child gets to the bytes.
    public enum Form: Sendable {
        /// A 0600 file in the run directory, gone when the child has ended.
        case file
        /// A sealed memory file that the child inherits, named by its `/proc/self/fd/` path.
        case memory
    }

    /// The name: a letter or `_`, then letters, digits and `_`.
    public var name: [UInt8]
    /// The bytes.
    public var value: SpawnValue
    /// File or memory file.
    public var form: Form
    /// So many bytes it takes up in the file system at least: otherwise what is free there would tell its length.
    public var room: Int

    /// Makes an entry.
    public init(_ name: [UInt8], _ value: SpawnValue, form: Form = .file, room: Int = 0) {
        self.name = name
        self.room = room
        self.value = value
        self.form = form
    }

    /// Makes an entry from a name that is a Swift text.
    public init(_ name: String, _ value: SpawnValue, form: Form = .file, room: Int = 0) {
        self.init(Array(name.utf8), value, form: form, room: room)
    }
}

/// What to start, and with what.
///
/// A mechanism: what may be started is the caller's decision.
///
/// An argument cannot hold a secret: argv is visible to every user of the machine, so its type has no room for one.
public struct SpawnRequest {
    /// Where a child reads from.
    public enum Input {
        /// `/dev/null`.
        case null
        /// A descriptor of the host's, inherited. It stays the caller's. Not for what can be written to as well, such as the
        /// user's terminal: `relay`.
        case descriptor(Int32)
        /// A pipe that the loop feeds with these bytes, then closes. A child that closes early is no error.
        case bytes(SpawnValue)
        /// A pipe that the loop feeds from this descriptor of the host's while the child lives, never reading ahead of
        /// what the child can take by more than 4 KiB. For the terminal, which no child ever gets itself.
        case relay(Int32)
    }

    /// Where a child writes to.
    public enum Output {
        /// A pipe; the bytes come to the `output` handler.
        case pipe
        /// `/dev/null`.
        case null
        /// A descriptor of the host's, inherited: the child writes itself. It stays the caller's.
        case descriptor(Int32)
        /// The same as standard output. For standard error only.
        case sameAsOutput
    }

    /// What one further descriptor of the child is.
    public enum Inherited {
        /// A read-only, sealed memory file at offset 0.
        case bytes(SpawnValue)
        /// A descriptor of the host's, which stays the caller's.
        case descriptor(Int32)
    }

    /// A path with a slash, or a name that is searched in the PATH of `environment`.
    public var program: [UInt8]
    /// The one file that is executed in place of whatever `program` is found as, seen from the child's working directory;
    /// empty: there is none, and the start fails so.
    public var executable: [UInt8]?
    /// What follows argv[0].
    ///
    /// `${file:NAME}` stands for the path of an entry of `files`.
    public var arguments: [[UInt8]]
    /// The child's own variables.
    ///
    /// Of two with one name the later counts. With no `base` they are the whole environment.
    public var environment: [EnvironmentVariable]
    /// Variables beside them, laid out once for many children: one of `environment` with the same name counts more.
    public var base: EnvironmentBase?
    /// The names of variables of `base` that this child does not get.
    public var removed: [[UInt8]] = []
    /// The working directory; nil is the host's.
    public var workingDirectory: [UInt8]?
    /// Standard input.
    public var standardInput = Input.null
    /// Standard output.
    public var standardOutput = Output.pipe
    /// Standard error.
    public var standardError = Output.pipe
    /// Further descriptors, 3 to 255.
    public var descriptors: [Int32: Inherited] = [:]
    /// Files that live as long as the child.
    public var files: [SpawnFile] = []
    /// Whether setuid programs keep their powers (`sudo`); else no_new_privs.
    public var newPrivileges = false
    /// Whether it outlives this process: it is neither ended with the run nor waited for then. Its streams should not be
    /// pipes to this process.
    public var isDetached = false
    /// Makes standard output, which then is a `descriptor` of a pseudo-terminal, the child's controlling terminal, with
    /// the child in its foreground; the child can be stopped from there. One child at a time.
    public var controllingTerminal = false
    /// The file mode creation mask of the child; nil is the host's.
    public var creationMask: UInt32?
    /// After this the group gets TERM, and KILL after `grace`.
    public var timeout: Duration?
    /// What a child has between TERM and KILL.
    public var grace = Duration.seconds(5)

    /// A request with `/dev/null` as input and pipes as outputs.
    public init(program: [UInt8], arguments: [[UInt8]] = [], environment: [EnvironmentVariable] = []) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    /// The same, from Swift texts.
    public init(_ program: String, _ arguments: [String] = [], environment: [EnvironmentVariable] = []) {
        self.init(
            program: Array(program.utf8), arguments: arguments.map { Array($0.utf8) }, environment: environment)
    }
}
