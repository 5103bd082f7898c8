/// Looks at a script without running it.
public struct ScriptCheck {
    /// Whether a module can be required.
    public enum Module: Equatable, Sendable {
        /// It is of the standard library, or a file beside the script.
        case found
        /// There is none; names of those that there are.
        case missing(others: [String])
        /// Nobody can tell here: the text came from elsewhere.
        case unknown
    }

    /// What is around the script.
    public struct Surroundings {
        /// Globals that other files of the same program set.
        public var globals: Set<String> = []
        /// Says whether a module is there.
        public var module: (String) -> Module

        /// Nothing is around it but what `module` says.
        public init(module: @escaping (String) -> Module = { _ in .unknown }) { self.module = module }
    }

    /// What was found, in the order of the places.
    public let findings: [Finding]
    /// The names of globals that the script sets.
    public let assignedGlobals: Set<String>
    /// The names of modules that it requires by a literal name.
    public let requiredModules: [String]

    /// Checks one script.
    public init(_ source: SourceText, _ surroundings: Surroundings = Surroundings(), api: API = .table) {
        do throws(SyntaxFault) {
            let chunk = try Parser.parse(source)
            let survey = Survey(chunk)
            var checker = Checker(chunk: chunk, survey: survey, source: source, surroundings: surroundings, api: api)
            checker.check()
            findings = checker.findings.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
            assignedGlobals = survey.globals
            requiredModules = checker.requiredModules
        } catch {
            findings = [Finding(.syntax, .error, error.message, hint: error.hint, at: error.span, in: source)]
            assignedGlobals = []
            requiredModules = []
        }
    }
}
