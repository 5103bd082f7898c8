/// The secrets that a script fetches, as far as that stands in its text: nothing is run.
public struct SecretUses: Equatable, Sendable {
    /// What a call of `getSecret` or `getSecrets` names.
    public struct Use: Equatable, Sendable {
        /// As it is written, a name or an address; nil for all of a folder.
        public var name: String?
        /// Where it is, as far as the call says so: `project`, `env` and `path`.
        public var place: [String: String]
    }

    /// Every one that is needed, once. One that may be absent (`optional = true`) is not.
    public private(set) var uses: [Use] = []
    /// How many calls there are whose names or places are no literals.
    public private(set) var openCalls = 0
    /// Whether it requires files of its own, which may fetch more.
    public private(set) var requiresFiles = false

    private static let placeNames = ["project": "project", "env": "env", "environment": "env", "path": "path"]

    /// Reads a script.
    ///
    /// - Returns: nil where the text is no Lua.
    public static func read(_ source: SourceText) -> SecretUses? {
        guard let chunk = try? Parser.parse(source) else { return nil }
        return SecretUses(chunk.block)
    }

    private init(_ block: Block) {
        let constants = Constants(block)
        var found = Found()
        SyntaxWalk(expression: { found.take($0) }).walk(block)
        requiresFiles = found.requires.contains { list in
            list.first.flatMap(constants.text).map { API.table.module($0) == nil } ?? true
        }
        // The name of the function handed on, to pcall or under another name.
        openCalls = max(0, found.mentions - found.functionCalls)
        for call in found.calls {
            // Which of several sessions is asked cannot be seen.
            guard found.logins <= 1, let uses = Self.uses(call, constants) else {
                openCalls += 1
                continue
            }
            for use in uses where !self.uses.contains(use) { self.uses.append(use) }
        }
    }

    // MARK: - Calls

    private struct Call {
        var isOfFolder: Bool
        var list: [Expression]
    }

    /// What a walk meets.
    private struct Found {
        var calls: [Call] = []
        var logins = 0
        var mentions = 0
        var functionCalls = 0
        var requires: [[Expression]] = []

        mutating func take(_ expression: Expression) {
            switch expression.kind {
            case .global(let name) where SecretUses.isFetching(name.text): mentions += 1
            case .call(let callee, let list):
                guard case .global(let name) = callee.kind else { return }
                if name.text == "login" { logins += 1 }
                if name.text == "require" { requires.append(list) }
                guard SecretUses.isFetching(name.text) else { return }
                functionCalls += 1
                calls.append(Call(isOfFolder: name.text == "getSecrets", list: list))
            case .method(_, let name, let list) where SecretUses.isFetching(name.text):
                calls.append(Call(isOfFolder: name.text == "getSecrets", list: list))
            default: break
            }
        }
    }

    private static func isFetching(_ name: String) -> Bool { name == "getSecret" || name == "getSecrets" }

    /// What one call fetches; nil where that does not stand there.
    private static func uses(_ call: Call, _ constants: Constants) -> [Use]? {
        let optionPlace = call.isOfFolder ? 0 : 1
        var fields: [TableField] = []
        if call.list.count > optionPlace {
            guard case .table(let given) = call.list[optionPlace].kind else { return nil }
            fields = given
        }
        if fields.contains(where: { $0.literalName == "optional" && !$0.value.isFalse }) { return [] }
        guard let place = place(fields, constants) else { return nil }
        guard call.isOfFolder else {
            guard let name = call.list.first.flatMap(constants.text) else { return nil }
            return [Use(name: name, place: place)]
        }
        guard let only = fields.first(where: { $0.literalName == "only" }) else {
            return [Use(name: nil, place: place)]
        }
        guard case .table(let items) = only.value.kind else { return nil }
        let names = items.compactMap { constants.text($0.value) }
        return names.count == items.count ? names.map { Use(name: $0, place: place) } : nil
    }

    private static func place(_ fields: [TableField], _ constants: Constants) -> [String: String]? {
        var place: [String: String] = [:]
        for field in fields {
            guard let name = field.literalName else { return nil }
            guard let key = placeNames[name] else { continue }
            guard let text = constants.text(field.value) else { return nil }
            place[key] = text
        }
        return place
    }

    // MARK: - Literals

    /// Texts, and local variables that are given one where they are declared and nothing else later.
    private struct Constants {
        private var texts: [VariableID: String] = [:]

        init(_ block: Block) {
            var texts: [VariableID: String] = [:]
            var assigned: Set<VariableID> = []
            SyntaxWalk(statement: { statement in
                switch statement.kind {
                case .local(let variables, let values):
                    for (variable, value) in zip(variables, values) { texts[variable] = value.literalText }
                case .assign(let targets, _):
                    for case .local(let variable) in targets.map(\.kind) { assigned.insert(variable) }
                default: break
                }
            }).walk(block)
            self.texts = texts.filter { !assigned.contains($0.key) }
        }

        func text(_ expression: Expression) -> String? {
            if case .local(let variable) = expression.kind { return texts[variable] }
            return expression.literalText
        }
    }
}

extension Expression {
    fileprivate var isFalse: Bool { if case .boolean(false) = kind { true } else { false } }
}
