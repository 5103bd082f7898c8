/// What a script declares with `recipe{ … }`, read from its text: nothing is run.
public struct RecipeDeclaration {
    /// One parameter.
    public struct Parameter: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// What is said of it; `type`, `required`, `default`, `enum` and more.
        public var facts: LiteralValue

        /// The type, `string` where none is named.
        public var type: String { facts["type"]?.shown ?? "string" }
        /// The option of the command line: `dryRun` and `dry_run` are `--dry-run`.
        public var option: String {
            name.reduce(into: "--") { text, letter in
                if letter == "_" {
                    text += "-"
                } else if letter.isUppercase, text.count > 2 {
                    text += "-" + letter.lowercased()
                } else {
                    text += letter.lowercased()
                }
            }
        }
        /// Whether it has to be given.
        public var isRequired: Bool { facts["required"] == .boolean(true) }
    }

    /// A name that is declared, with its place.
    struct Declared {
        var name: String
        var span: Span
    }

    /// The whole declaration.
    public let declaration: LiteralValue
    /// The keys with the places where they stand.
    let fields: [String: Expression]
    let span: Span
    /// The lines that Lua may name as the call's, by its version: from its beginning to its argument.
    public let lines: ClosedRange<Int>
    /// Whether no other call in these lines may be the one that declares.
    public var isAlone: Bool { rival == nil }
    /// Another call in these lines that Lua may name as this one is: which of the two declares cannot be told.
    let rival: Span?
    private let source: SourceText

    /// Reads the recipe of a script.
    ///
    /// - Returns: nil when the script declares none.
    /// - Throws: a finding, when the text is no Lua, a recipe may stand in what cannot be looked at, or another call in its
    ///   lines may be the one that declares.
    public static func read(_ source: SourceText) throws(RecipeFault) -> RecipeDeclaration? {
        guard case .declared(let recipe) = try show(source) else { return nil }
        guard let rival = recipe.rival else { return recipe }
        throw avoided(rivalMessage(recipe.line), hint: rivalHint, at: rival, in: source)
    }

    /// What a reader of a text takes for its recipe.
    public enum Shown {
        case declared(RecipeDeclaration)
        /// In a block or an expression, or a function of the script's own: nothing is declared by it.
        case misplaced(line: Int)
        case none
    }

    /// What a script shows of a recipe.
    ///
    /// - Throws: as `read` does, but for a recipe that does not stand alone in its lines.
    public static func show(_ source: SourceText) throws(RecipeFault) -> Shown {
        let chunk = try chunk(source)
        if let recipe = RecipeDeclaration(chunk, source) { return .declared(recipe) }
        if let span = unreadPart(of: chunk, source) {
            throw avoided(unreadMessage, hint: unreadHint, at: span, in: source)
        }
        return misplacedCall(in: chunk).map { .misplaced(line: source.line(of: $0.start)) } ?? .none
    }

    private static func avoided(_ message: String, hint: String, at span: Span, in source: SourceText) -> RecipeFault {
        RecipeFault(finding: Finding(.recipeAvoided, .error, message, hint: hint, at: span, in: source))
    }

    static func rivalMessage(_ line: Int) -> String {
        "this call stands in the lines of the recipe{} of line \(line), and may be what declares one"
    }
    static let rivalHint = "such a script is refused: give recipe{ … } lines of its own"

    /// Where a recipe may stand that is not seen: the beginning of a chain that is too long, in a text that names one somewhere
    /// and shows none.
    static func unreadPart(of chunk: Chunk, _ source: SourceText) -> Span? {
        guard let opaque = chunk.opaque, mention(in: source.bytes) != nil, call(in: chunk.block) == nil,
            misplacedCall(in: chunk) == nil
        else { return nil }
        return opaque
    }

    static let unreadMessage = "this chain is too long to be read, and a recipe{} may stand in it"
    static let unreadHint =
        "such a script is refused: break the chain up (local part = a + b), or do without the word recipe"

    /// Where `recipe` stands and may be called, by whatever way: not in a longer word.
    public static func mention(in text: [UInt8]) -> Int? {
        let word = Array("recipe".utf8)
        var rest = text[...]
        while let start = rest.firstIndex(of: word[0]) {
            rest = rest[start...]
            if rest.starts(with: word), !isWordByte(rest.dropFirst(word.count).first ?? 0) { return start }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf) || byte == 0x5f
    }

    /// The first call of the global `recipe` that is a statement of the script itself, or a value that one assigns.
    init?(_ chunk: Chunk, _ source: SourceText) {
        guard let call = Self.call(in: chunk.block), case .call(_, let list) = call.kind, let table = list.first else {
            return nil
        }
        self.source = source
        span = call.span
        lines = Self.lines(of: call, source)
        rival = Self.rival(of: call, in: chunk, source)
        declaration = LiteralValue(table, source)
        guard case .table(let given) = table.kind else {
            fields = [:]
            return
        }
        fields = Dictionary(given.compactMap { field in field.literalName.map { ($0, field.value) } }) { $1 }
    }

    /// Where the script shows a recipe that is no declaration: the first call of what has that name, whichever that is,
    /// in a block or an expression outside of functions. Nil where there is none, or a declaration besides.
    static func misplacedCall(in chunk: Chunk) -> Span? {
        guard call(in: chunk.block) == nil else { return nil }
        var found: Span?
        let walk = SyntaxWalk(
            entersFunctions: false,
            expression: { expression in
                if found == nil, expression.showsRecipe(in: chunk) { found = expression.span }
            })
        walk.walk(chunk.block)
        return found
    }

    /// Lua 5.4 names the line where the call begins, or that of the bracket before its arguments.
    private static func lines(of expression: Expression, _ source: SourceText) -> ClosedRange<Int> {
        var end = expression.span.end
        if case .call(_, let list) = expression.kind, let first = list.first { end = first.span.start }
        return source.line(of: expression.span.start)...source.line(of: end)
    }

    private static func rival(of call: Expression, in chunk: Chunk, _ source: SourceText) -> Span? {
        let own = lines(of: call, source)
        var found: Span?
        let walk = SyntaxWalk(
            entersFunctions: false,
            expression: { expression in
                if found == nil, expression.mayCallRecipe(in: chunk), expression.span != call.span,
                    own.overlaps(lines(of: expression, source))
                {
                    found = expression.span
                }
            })
        walk.walk(chunk.block)
        return found
    }

    private static func chunk(_ source: SourceText) throws(RecipeFault) -> Chunk {
        do throws(SyntaxFault) {
            return try Parser.parse(source)
        } catch {
            throw RecipeFault(
                finding: Finding(.syntax, .error, error.message, hint: error.hint, at: error.span, in: source))
        }
    }

    private static func call(in block: Block) -> Expression? {
        for statement in block.statements {
            let values: [Expression] =
                switch statement.kind {
                case .local(_, let values), .assign(_, let values): values
                case .call(let call): [call]
                default: []
                }
            if let found = values.first(where: isCall) { return found }
        }
        return nil
    }

    /// One without arguments declares nothing.
    private static func isCall(_ expression: Expression) -> Bool {
        if case .call(let callee, let list) = expression.kind { return callee.isGlobal("recipe") && !list.isEmpty }
        return false
    }

    /// The line where it begins.
    public var line: Int { lines.lowerBound }

    // MARK: - What it says

    /// What holds under a key: nil where nothing does, code where that has to be run to be known.
    public func value(_ key: String) -> LiteralValue? {
        if let value = fields[key] { return LiteralValue(value, source) }
        // A key that is computed may be this one.
        if case .code = declaration { return declaration }
        return nil
    }

    /// The name; nil where none is given.
    public var name: String? { declaration["name"]?.shown }
    /// One line about it.
    public var description: String? { declaration["description"]?.shown }

    /// The parameters in the order of the script.
    public var parameters: [Parameter] {
        guard case .map(let entries) = declaration["params"] else { return [] }
        return entries.map { Parameter(name: $0.key, facts: $0.value) }
    }

    /// The names under `secrets`, `programs` or `hosts`; nil where the list, or a key of the recipe, is not literal.
    ///
    /// A secret of another place than the vault is called `env:NAME` or `file:PATH`, as it is declared.
    func declared(_ key: String) -> [Declared]? {
        // A key that is computed may be this one.
        if case .code = declaration { return nil }
        guard let value = fields[key] else { return [] }
        guard case .table(let items) = value.kind else { return nil }
        var names: [Declared] = []
        for item in items {
            guard case .none = item.key, let name = Self.name(item.value) else { return nil }
            names.append(Declared(name: Self.lastPart(ofAddress: name), span: item.value.span))
        }
        return names
    }

    /// The name of an entry; nil for what is not literal, and for a whole folder.
    private static func name(_ value: Expression) -> String? {
        guard case .table(let fields) = value.kind else { return value.literalText }
        return fields.first { $0.literalName == "name" }?.value.literalText
    }

    /// `infisical://project/env/path/NAME` is the secret NAME.
    static func lastPart(ofAddress name: String) -> String {
        guard name.hasPrefix("infisical://") else { return name }
        return name.split(separator: "/").last.map(String.init) ?? name
    }

    // MARK: - As JSON

    /// The declaration for tools.
    public func json(file: String) -> JSONText.Value {
        var entries: [(String, JSONText.Value)] = [("file", .text(file)), ("recipe", .boolean(true))]
        guard case .map(let given) = declaration else {
            return .map(entries + [("declaration", JSONText.Value(declaration))])
        }
        for entry in given where entry.key != "params" { entries.append((entry.key, JSONText.Value(entry.value))) }
        entries.append(("params", paramsJSON))
        return .map(entries)
    }

    private var paramsJSON: JSONText.Value {
        guard let given = declaration["params"] else { return .map([]) }
        guard case .map(let entries) = given else { return JSONText.Value(given) }
        return .map(
            entries.map { entry in
                guard case .map(let facts) = entry.value else { return (entry.key, JSONText.Value(entry.value)) }
                let type: [(String, JSONText.Value)] =
                    facts.contains { $0.key == "type" } ? [] : [("type", .text("string"))]
                return (entry.key, .map(type + facts.map { ($0.key, JSONText.Value($0.value)) }))
            })
    }
}

/// A script that cannot be read.
public struct RecipeFault: Error {
    /// Where and why.
    public let finding: Finding
}
