/// An error as a person meets it: what happened, why, and what to do next. Names, never values.
///
/// Every target reports its own failures with this shape, so that one place renders them and one place decides the
/// exit code. Text that came from a library, a server or a child has passed the masker before it is put in here.
public struct Failure: Error, Equatable, Sendable {
    /// The sort of failure, as `docs/script-api.md` section 7 lists them. A script reads it as `err.kind`.
    public enum Kind: String, Sendable, CaseIterable {
        case usage, auth, notFound, denied, network, timeout, exit, signal, start, leak, limit, cancelled, io
        /// A script's own `error` or a fault of Lua.
        case script
    }

    /// The sort of failure.
    public var kind: Kind
    /// What happened: the thing and its name, one line.
    public var message: String
    /// Why: the fact found. Empty where nothing more is known.
    public var reason: String
    /// What to do next: a command, an option, a file.
    public var hint: String
    /// The HTTP status, where a server answered.
    public var status: Int?
    /// Why, for a program: a name that its maker documents, such as those of `InfisicalCause`. Not shown.
    public var cause: String?
    /// The exit code of a child.
    public var code: Int?
    /// The signal that ended a child.
    public var signal: Int?
    /// The exit code of a run that ends with it, where it is not the kind's own.
    public var exitCode: Int32?
    /// A script must not learn of it: the run ends with it, whatever the script would catch.
    public var endsRun = false
    /// What failed may have been done all the same, as a whole or in part.
    public var mayBeDone = false

    /// Makes a failure; `reason` and `hint` may be empty.
    public init(
        _ kind: Kind, _ message: String, reason: String = "", hint: String = "", status: Int? = nil, code: Int? = nil,
        signal: Int? = nil
    ) {
        self.kind = kind
        self.message = message
        self.reason = reason
        self.hint = hint
        self.status = status
        self.code = code
        self.signal = signal
    }

    /// Message, reason and hint on separate lines; empty ones are left out.
    public var text: String {
        [message, reason, hint].filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
