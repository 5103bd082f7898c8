/// Visits every statement and every expression of a block, those of inner functions too.
struct SyntaxWalk {
    var entersFunctions = true
    var statement: (Statement) -> Void = { _ in }
    var expression: (Expression) -> Void = { _ in }

    func walk(_ block: Block) { for each in block.statements { walk(each) } }

    private func walk(_ statement: Statement) {
        self.statement(statement)
        switch statement.kind {
        case .local(_, let values), .giveBack(let values): walk(values)
        case .assign(let targets, let values): walk(targets + values)
        case .call(let call): walk(call)
        case .block(let block): walk(block)
        case .whileLoop(let condition, let block), .repeatLoop(let block, let condition):
            walk(condition)
            walk(block)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                walk(branch.condition)
                walk(branch.block)
            }
            if let otherwise { walk(otherwise) }
        case .numericFor(_, let values, let block), .genericFor(_, let values, let block):
            walk(values)
            walk(block)
        case .function(let target, let body):
            walk(target)
            walk(body)
        case .localFunction(_, let body): walk(body)
        case .jump: break
        }
    }

    private func walk(_ body: FunctionBody) {
        if entersFunctions { walk(body.block) }
    }

    private func walk(_ expressions: [Expression]) { for each in expressions { walk(each) } }

    private func walk(_ expression: Expression) {
        self.expression(expression)
        switch expression.kind {
        case .function(let body): walk(body)
        case .table(let fields): for field in fields { walk(field) }
        case .field(let base, _), .unary(_, let base), .parenthesized(let base): walk(base)
        case .index(let left, let right), .binary(_, let left, let right):
            walk(left)
            walk(right)
        case .call(let base, let list), .method(let base, _, let list):
            walk(base)
            walk(list)
        case .none, .boolean, .number, .string, .varargs, .local, .global, .opaque: break
        }
    }

    private func walk(_ field: TableField) {
        if case .expression(let key) = field.key { walk(key) }
        walk(field.value)
    }
}

/// What a script changes, wherever it does: known before anything is judged.
struct Survey {
    /// Globals that are assigned.
    var globals: Set<String> = []
    /// Names of fields that are assigned to anything.
    var fields: Set<String> = []
    /// Whether globals may come from elsewhere: `_ENV` is used, or `_G` has a metatable.
    var hasOpenGlobals = false
    /// Where the global `recipe` is given another value.
    var recipeChanges: [Span] = []
    /// How often `task` is named more than it is called.
    private var otherTasks = 0

    /// Whether `task` may be called where it is not seen, with names that are not seen.
    var usesTaskOtherwise: Bool { otherTasks > 0 }

    init(_ chunk: Chunk) {
        var found = Survey()
        SyntaxWalk(statement: { found.take($0) }, expression: { found.take($0) }).walk(chunk.block)
        if chunk.variables.contains(where: { $0.name == "_ENV" }) { found.hasOpenGlobals = true }
        self = found
    }

    private mutating func take(_ statement: Statement) {
        switch statement.kind {
        case .assign(let targets, _): for target in targets { take(target: target) }
        case .function(let target, _): take(target: target)
        default: break
        }
    }

    private mutating func take(target: Expression) {
        if target.isRecipe { recipeChanges.append(target.span) }
        switch target.kind {
        case .global(let name): globals.insert(name.text)
        case .field(let base, let name):
            fields.insert(name.text)
            if base.isGlobal("_G") { globals.insert(name.text) }
        case .index(let base, let key):
            if case .string(let text) = key.kind { fields.insert(String(decoding: text, as: UTF8.self)) }
            if base.isGlobal("_G") { hasOpenGlobals = true }
        default: break
        }
    }

    private mutating func take(_ expression: Expression) {
        if expression.isGlobal("_ENV") { hasOpenGlobals = true }
        if expression.isGlobal("task") || expression.isGlobal("load") { otherTasks += 1 }
        // Who asks `if _G.name` knows that it may not be there.
        if case .field(let base, let name) = expression.kind, base.isGlobal("_G") { globals.insert(name.text) }
        guard case .call(let callee, let list) = expression.kind else { return }
        if callee.isGlobal("task") { otherTasks -= 1 }
        let isSetting = callee.isGlobal("setmetatable") || callee.isGlobal("rawset")
        if isSetting, list.first?.isGlobal("_G") == true { hasOpenGlobals = true }
    }
}

extension Survey {
    private init() {}
}

extension Expression {
    /// Whether it is the global `recipe`, by itself or as a field of the table of globals.
    var isRecipe: Bool {
        switch kind {
        case .global(let name): name.text == "recipe"
        case .field(let base, let name): name.text == "recipe" && base.isTableOfGlobals
        case .index(let base, let key): base.isTableOfGlobals && key.literalText == "recipe"
        case .parenthesized(let inner): inner.isRecipe
        default: false
        }
    }

    /// Whether it calls what is named `recipe`, whatever that is: for whoever reads it, it declares one.
    func showsRecipe(in chunk: Chunk) -> Bool {
        switch kind {
        case .call(let callee, _): callee.isNamedRecipe(in: chunk)
        case .method(_, let name, _): name.text == "recipe"
        default: false
        }
    }

    /// Whether it may call what is named `recipe`, by a name that is computed too.
    func mayCallRecipe(in chunk: Chunk) -> Bool {
        switch kind {
        case .call(let callee, _): callee.isNamedRecipe(in: chunk, orComputed: true)
        case .opaque: true
        default: false
        }
    }

    private func isNamedRecipe(in chunk: Chunk, orComputed: Bool = false) -> Bool {
        switch kind {
        case .global(let name), .field(_, let name): name.text == "recipe"
        case .local(let variable): chunk.variables[variable].name == "recipe"
        case .index(_, let key): key.literalText.map { $0 == "recipe" } ?? orComputed
        case .opaque: orComputed
        case .parenthesized(let inner): inner.isNamedRecipe(in: chunk, orComputed: orComputed)
        case .binary(.and, let left, let right), .binary(.or, let left, let right):
            left.isNamedRecipe(in: chunk, orComputed: orComputed)
                || right.isNamedRecipe(in: chunk, orComputed: orComputed)
        default: false
        }
    }

    private var isTableOfGlobals: Bool {
        if case .parenthesized(let inner) = kind { return inner.isTableOfGlobals }
        return isGlobal("_ENV") || isGlobal("_G")
    }
}

extension Expression {
    /// Whether this is the global of that name.
    func isGlobal(_ name: String) -> Bool {
        if case .global(let found) = kind { return found.text == name }
        return false
    }

    /// The text of a literal.
    var literalText: String? {
        switch kind {
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .parenthesized(let inner): inner.literalText
        default: nil
        }
    }

    /// Whether it may give several values, or none.
    var isMultiple: Bool {
        switch kind {
        case .call, .method, .varargs: true
        default: false
        }
    }
}
