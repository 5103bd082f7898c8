import Diagnostics

/// Walks a script and judges it.
///
/// A variable is known when all that is ever assigned to it is of one sort, whatever the order: its facts are the join
/// of all assignments. They are gathered in passes until nothing changes, and only then is anything reported.
struct Checker {
    private static let maximumPasses = 8
    /// A text with more is no script; each costs a little.
    private static let maximumFindings = 500
    /// What is compared for a near name: no more than that many names, and none that is longer.
    private static let maximumNearNames = 2500
    private static let maximumNearBytes = 256

    let chunk: Chunk
    let survey: Survey
    let source: SourceText
    let surroundings: ScriptCheck.Surroundings
    let api: API

    private(set) var findings: [Finding] = []
    private(set) var requiredModules: [String] = []
    private var isReporting = false
    /// What the last pass found of each local variable, and of globals that the script sets.
    private var known: [Fact]
    private var knownGlobals: [String: Fact] = [:]
    /// What this pass has found so far.
    private var gathered: [Fact?]
    private var gatheredGlobals: [String: Fact] = [:]
    /// What the script asks for by name, and what it declares.
    var uses = DeclaredUses()
    var recipe: RecipeDeclaration?
    /// What the last call of `pairs` walks over; nil after any other call.
    var walked: Fact?

    init(
        chunk: Chunk, survey: Survey, source: SourceText, surroundings: ScriptCheck.Surroundings, api: API
    ) {
        self.chunk = chunk
        self.survey = survey
        self.source = source
        self.surroundings = surroundings
        self.api = api
        known = Array(repeating: .unknown, count: chunk.variables.count)
        gathered = Array(repeating: nil, count: chunk.variables.count)
    }

    /// Gathers what is known, then reports.
    mutating func check() {
        var isStable = false
        for _ in 0..<Self.maximumPasses where !isStable { isStable = pass() }
        if !isStable {
            known = known.map { _ in .unknown }
            knownGlobals = knownGlobals.mapValues { _ in .unknown }
        }
        recipe = RecipeDeclaration(chunk, source)
        isReporting = true
        walk(chunk.block)
        reportNeeds()
        reportSameTasks()
        reportDeclarations()
    }

    /// One silent walk; true when it found what the walk before had found.
    private mutating func pass() -> Bool {
        walk(chunk.block)
        let found = gathered.map { $0 ?? .nothing }
        let isSame = found == known && gatheredGlobals == knownGlobals
        known = found
        knownGlobals = gatheredGlobals
        gathered = gathered.map { _ in nil }
        gatheredGlobals = [:]
        uses = DeclaredUses()
        return isSame
    }

    // MARK: - Facts

    func fact(of variable: VariableID) -> Fact { known[variable] }

    func fact(ofGlobal name: String) -> Fact { knownGlobals[name] ?? .unknown }

    mutating func learn(_ variable: VariableID, _ fact: Fact) {
        gathered[variable] = gathered[variable]?.joined(fact) ?? fact
    }

    mutating func learn(global name: String, _ fact: Fact) {
        gatheredGlobals[name] = gatheredGlobals[name]?.joined(fact) ?? fact
    }

    // MARK: - Reporting

    /// Whether it is worth while to find words: in the passes before nothing is told.
    var canReport: Bool { isReporting && findings.count < Self.maximumFindings }

    mutating func report(
        _ rule: Finding.Rule, _ message: String, hint: String = "", at span: Span, _ severity: Finding.Severity = .error
    ) {
        guard canReport else { return }
        let finding = Finding(rule, severity, message, hint: hint, at: span, in: source)
        if !findings.contains(finding) { findings.append(finding) }
    }

    mutating func noteModule(_ name: String) {
        if isReporting, !requiredModules.contains(name) { requiredModules.append(name) }
    }

    /// A hint with the near name, or another.
    func near(_ name: String, among names: some Sequence<String>, otherwise: String) -> String {
        guard canReport else { return "" }
        guard name.utf8.count <= Self.maximumNearBytes else { return otherwise }
        let names = names.prefix(Self.maximumNearNames)
        let longer = name.count < 4 ? nil : names.first { $0.hasPrefix(name) || ($0.count > 2 && name.hasPrefix($0)) }
        return (NearNames.best(for: name, among: names) ?? longer).map { "did you mean \($0)?" } ?? otherwise
    }
}
