/// Something that `check` has to say of a place in a script.
public struct Finding: Equatable, Sendable {
    /// How sure and how bad it is.
    public enum Severity: String, Sendable {
        /// It cannot work.
        case error
        /// It works, and is probably not what was meant.
        case warning
    }

    /// What sort of thing was found, for tools: docs/reference.md lists the names.
    public enum Rule: String, CaseIterable, Sendable {
        case syntax
        case unknownGlobal = "unknown-global"
        case unknownField = "unknown-field"
        case unknownMethod = "unknown-method"
        case unknownOption = "unknown-option"
        case wrongType = "wrong-type"
        case wrongValue = "wrong-value"
        case missingArgument = "missing-argument"
        case notAvailable = "not-available"
        case secretMisuse = "secret-misuse"
        case template
        case format
        case unknownModule = "unknown-module"
        case globalAssignment = "global-assignment"
        case hiddenGlobal = "hidden-global"
        case duplicateKey = "duplicate-key"
        case undeclaredSecret = "undeclared-secret"
        case undeclaredProgram = "undeclared-program"
        case undeclaredHost = "undeclared-host"
        case recipeAvoided = "recipe-avoided"
        case unusedSecret = "unused-secret"
        case unusedProgram = "unused-program"
        case unusedHost = "unused-host"

        /// What it means, in a sentence of the reference.
        public var doc: String {
            switch self {
            case .syntax: "Lua cannot read the text; the first fault of a file alone is told."
            case .unknownGlobal: "A global is read that no script has, and that no file of the call sets."
            case .unknownField: "A library, a result or a handle has no such field."
            case .unknownMethod: "A handle, a session, a process or a text has no such method."
            case .unknownOption: "A function does not take such an option."
            case .wrongType: "A value is of another type than the function takes, as far as it is literal or known."
            case .wrongValue:
                "A literal value is one that is always refused: no tries, no time, a default that is none of the enum, a task that is there already or is needed and not there."
            case .missingArgument: "An argument or an option that cannot be left out is missing."
            case .notAvailable: "A function of Lua's that scripts do not have is called."
            case .secretMisuse: "A handle stands where it cannot be: joined, compared, measured, an argument, in a log."
            case .template:
                "The fields of secret.template and its text do not fit, or ${file:NAME} names no file of the program."
            case .format: "A text for string.format has more places than there are values."
            case .unknownModule: "A module is required that is neither of the standard library nor beside the script."
            case .globalAssignment: "A variable is assigned that was not declared with local (warning)."
            case .hiddenGlobal: "A global of the API is assigned (warning)."
            case .duplicateKey: "A key stands twice in one table (warning)."
            case .undeclaredSecret, .undeclaredProgram, .undeclaredHost:
                "The script uses by a literal name what its recipe{} does not declare."
            case .recipeAvoided:
                "A return or a goto may leave out recipe{}, or its name is given to something else (warning); the host is called before it, or there is a second one. Such a run is refused."
            case .unusedSecret, .unusedProgram, .unusedHost: "recipe{} declares what the script does not use (warning)."
            }
        }
    }

    /// The sort.
    public var rule: Rule
    /// How bad it is.
    public var severity: Severity
    /// What it is.
    public var message: String
    /// What to do about it; may be empty.
    public var hint: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1.
    public var column: Int
    /// The line of the end, and the column behind it.
    public var endLine: Int
    /// The column behind the end.
    public var endColumn: Int

    init(_ rule: Rule, _ severity: Severity, _ message: String, hint: String, at span: Span, in source: SourceText) {
        self.rule = rule
        self.severity = severity
        self.message = Self.clipped(message)
        self.hint = Self.clipped(hint)
        (line, column) = source.position(of: span.start)
        (endLine, endColumn) = source.position(of: max(span.start, span.end))
    }
}

extension Finding {
    /// The most characters that are quoted of a word of the script, and of a message as a whole.
    private static let (maximumWord, maximumText) = (80, 1000)

    /// A message quotes names and texts of the script, which may be as long as the file.
    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > maximumWord else { return text }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.utf8.count <= maximumWord || word.count <= maximumWord ? word : word.prefix(maximumWord) + "…"
        }
        let joined = words.joined(separator: " ")
        return joined.count <= maximumText ? joined : joined.prefix(maximumText) + "…"
    }

    /// The same with nothing of the script's text in it: what a link leads to may be no script at all.
    public var withoutText: Finding {
        var finding = self
        finding.message = rule == .syntax ? "this is no Lua" : "\(rule.rawValue): its text is not shown"
        finding.hint = "a link leads to the file: name the file itself to see more"
        return finding
    }
}
