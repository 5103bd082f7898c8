/// Statements and blocks.
extension Parser {
    /// Whether the block ends here. `until` closes one for the grammar, not for labels.
    private func isAtBlockEnd(withUntil: Bool = true) -> Bool {
        switch token.kind {
        case .end, .keyword(.else), .keyword(.elseif), .keyword(.end): true
        case .keyword(.until): withUntil
        default: false
        }
    }

    /// The statements of the block that is open.
    mutating func block() throws(SyntaxFault) -> Block {
        var block = Block()
        while !isAtBlockEnd() {
            if isAt(.return) {
                block.statements.append(try giveBack())
                return block
            }
            if let statement = try statement() { block.statements.append(statement) }
        }
        return block
    }

    /// A block with variables of its own.
    mutating func innerBlock(isLoop: Bool = false, _ variables: [VariableID] = []) throws(SyntaxFault) -> Block {
        scope.openBlock(isLoop: isLoop)
        try activate(variables)
        let block = try block()
        scope.closeBlock()
        return block
    }

    mutating func activate(_ ids: [VariableID]) throws(SyntaxFault) {
        scope.activate(ids)
        guard scope.localCount > Self.maximumLocals else { return }
        throw SyntaxFault(
            message: "there are more than \(Self.maximumLocals) local variables", hint: "put some of them into a table",
            span: token.span)
    }

    private mutating func statement() throws(SyntaxFault) -> Statement? {
        try enter()
        defer { leave() }
        let start = token.span
        guard let kind = try statementKind(start) else { return nil }
        return Statement(kind: kind, span: Span(start: start.start, end: lastEnd))
    }

    private mutating func statementKind(_ start: Span) throws(SyntaxFault) -> Statement.Kind? {
        switch token.kind {
        case .symbol(.semicolon):
            try advance()
            return nil
        case .symbol(.doubleColon): return try label()
        case .keyword(.if): return try conditional(start)
        case .keyword(.while): return try whileLoop(start)
        case .keyword(.do): return try doBlock(start)
        case .keyword(.for): return try forLoop(start)
        case .keyword(.repeat): return try repeatLoop(start)
        case .keyword(.function): return try functionStatement(start)
        case .keyword(.local): return try local(start)
        case .keyword(.break): return try breakStatement()
        case .keyword(.goto): return try jump()
        default: return try expressionStatement()
        }
    }

    // MARK: - Blocks

    private mutating func doBlock(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        let block = try innerBlock()
        try close(.end, "do", start)
        return .block(block)
    }

    private mutating func conditional(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        var branches: [Statement.Branch] = []
        repeat {
            try advance()
            let condition = try expression()
            try expect(.then, isAt(.assign) ? "a comparison is written ==" : "it follows the condition")
            branches.append(Statement.Branch(condition: condition, block: try innerBlock()))
        } while isAt(.elseif)
        let otherwise = try skip(.else) ? try innerBlock() : nil
        try close(.end, "if", start)
        return .conditional(branches, otherwise: otherwise)
    }

    private mutating func whileLoop(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        let condition = try expression()
        try expect(.do, "it follows the condition")
        let block = try innerBlock(isLoop: true)
        try close(.end, "while", start)
        return .whileLoop(condition, block)
    }

    private mutating func repeatLoop(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        scope.openBlock(isLoop: true)
        scope.openBlock()
        let block = try block()
        try close(.until, "repeat", start)
        // The condition sees the variables of the block.
        let condition = try expression()
        scope.closeBlock()
        scope.closeBlock()
        return .repeatLoop(block, condition)
    }

    private mutating func forLoop(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        var names = [try name("the loop's variable")]
        if try skip(.assign) { return try numericFor(names[0], start) }
        while try skip(.comma) { names.append(try name("another variable of the loop")) }
        try expect(.in, "a loop is written: for i = 1, 10 do, or: for key, value in pairs(list) do")
        let values = try expressions()
        try expect(.do, "it follows what the loop walks over")
        let ids = names.map { scope.declare($0, .loop) }
        let block = try innerBlock(isLoop: true, ids)
        try close(.end, "for", start)
        return .genericFor(ids, values, block)
    }

    private mutating func numericFor(_ name: Name, _ start: Span) throws(SyntaxFault) -> Statement.Kind {
        var values = [try expression()]
        try expect(.comma, "the last value of the loop follows: for \(name.text) = first, last do")
        values.append(try expression())
        if try skip(.comma) { values.append(try expression()) }
        try expect(.do, "it follows the loop's bounds")
        let id = scope.declare(name, .loop)
        let block = try innerBlock(isLoop: true, [id])
        try close(.end, "for", start)
        return .numericFor(id, values, block)
    }

    // MARK: - Functions and locals

    private mutating func functionStatement(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        let first = try name("the function's name")
        var target = variable(first)
        var isMethod = false
        while isAt(.dot) || isAt(.colon) {
            isMethod = isAt(.colon)
            try advance()
            let field = try name("the name of a field")
            let base = beginning(target)
            target = made(.field(base, field), base.span.through(field.span), base.depth)
            if isMethod { break }
        }
        let body = try functionBody(start, isMethod: isMethod)
        try checkAssignable(target)
        return .function(target, body)
    }

    private mutating func local(_ start: Span) throws(SyntaxFault) -> Statement.Kind {
        try advance()
        if try skip(.function) {
            let id = scope.declare(try name("the function's name"), .local)
            try activate([id])
            return .localFunction(id, try functionBody(start, isMethod: false))
        }
        var ids: [VariableID] = []
        var closing = 0
        repeat {
            let name = try name("the variable's name")
            let attribute = try attribute()
            if attribute == "close" { closing += 1 }
            guard closing < 2 else {
                throw SyntaxFault(
                    message: "one declaration has two variables with <close>", hint: "declare each on its own",
                    span: name.span)
            }
            ids.append(scope.declare(name, .local, isConstant: attribute != nil))
        } while try skip(.comma)
        let values = try skip(.assign) ? try expressions() : []
        try activate(ids)
        return .local(ids, values)
    }

    private mutating func attribute() throws(SyntaxFault) -> String? {
        guard try skip(.less) else { return nil }
        let name = try name("const or close")
        try expect(.greater, "an attribute is written <const> or <close>")
        guard name.text == "const" || name.text == "close" else {
            throw SyntaxFault(
                message: "there is no attribute \(name.text)", hint: "Lua has <const> and <close>", span: name.span)
        }
        return name.text
    }

    mutating func closeFunction() throws(SyntaxFault) {
        guard let lost = scope.closeFunction() else { return }
        throw SyntaxFault(
            message: "there is no label \(lost.name) to go to",
            hint: "a label is written ::\(lost.name)::, in this block or in one around it", span: lost.span)
    }

    // MARK: - Jumps

    private mutating func giveBack() throws(SyntaxFault) -> Statement {
        let start = token.span
        try advance()
        let values = isAtBlockEnd() || isAt(.semicolon) ? [] : try expressions()
        _ = try skip(.semicolon)
        guard isAtBlockEnd() else {
            throw expected(
                "the end of the block", "return is the last statement of its block; to leave early write: do return end"
            )
        }
        return Statement(kind: .giveBack(values), span: Span(start: start.start, end: lastEnd))
    }

    private mutating func breakStatement() throws(SyntaxFault) -> Statement.Kind {
        guard scope.isInLoop else {
            throw SyntaxFault(
                message: "break stands outside of a loop", hint: "a function is left with return", span: token.span)
        }
        try advance()
        return .jump
    }

    private mutating func jump() throws(SyntaxFault) -> Statement.Kind {
        try advance()
        scope.addJump(try name("the label to go to"))
        return .jump
    }

    private mutating func label() throws(SyntaxFault) -> Statement.Kind {
        try advance()
        let name = try name("the label's name")
        try expect(.doubleColon, "a label is written ::\(name.text)::")
        while isAt(.semicolon) || isAt(.doubleColon) { _ = try statement() }
        if let earlier = scope.label(name.text) {
            throw SyntaxFault(
                message: "the label \(name.text) is there already",
                hint: "see line \(source.line(of: earlier.span.start))",
                span: name.span)
        }
        guard let wrong = scope.addLabel(name, isLast: isAtBlockEnd(withUntil: false)) else { return .jump }
        throw SyntaxFault(
            message: "goto \(name.text) jumps past the declaration of \(wrong.variable.name)",
            hint: "declare it before the goto, or put what lies between into do … end", span: wrong.jump.span)
    }

    // MARK: - Calls and assignments

    private mutating func expressionStatement() throws(SyntaxFault) -> Statement.Kind {
        let start = token
        let first = try suffixedExpression()
        if isAt(.assign) || isAt(.comma) { return try assignment(first) }
        if case .call = first.kind { return .call(first) }
        if case .method = first.kind { return .call(first) }
        throw noStatement(start, first)
    }

    private mutating func assignment(_ first: Expression) throws(SyntaxFault) -> Statement.Kind {
        var targets = [first]
        try checkAssignable(first)
        while try skip(.comma) {
            let next = try suffixedExpression()
            try checkAssignable(next)
            targets.append(next)
            guard targets.count <= Self.maximumLevels else { throw expected("=", "this assigns to too many at once") }
        }
        try expect(.assign, "an assignment is written: name = value")
        return .assign(targets, try expressions())
    }

    private func checkAssignable(_ target: Expression) throws(SyntaxFault) {
        switch target.kind {
        case .global, .field, .index: return
        case .local(let id):
            guard scope.variables[id].isConstant else { return }
            throw SyntaxFault(
                message: "the variable \(scope.variables[id].name) is constant",
                hint:
                    "it was declared with <const> or <close> in line \(source.line(of: scope.variables[id].span.start))",
                span: target.span)
        default:
            throw SyntaxFault(
                message: "this cannot be assigned to", hint: "only variables and fields of tables can",
                span: target.span)
        }
    }

    /// An expression that stands where a statement is expected.
    private func noStatement(_ start: Token, _ found: Expression) -> SyntaxFault {
        var fault = SyntaxFault(
            message: "expected a statement, found \(shown)",
            hint: "a call or an assignment: an expression alone does nothing",
            span: token.span)
        if case .global(let name) = found.kind, let hint = Self.foreignWords[name.text] {
            fault = SyntaxFault(message: "Lua has no \(name.text)", hint: hint, span: name.span)
        } else if case .symbol(let symbol) = token.kind, BinaryOperator(rawValue: symbol.rawValue) != nil {
            fault.hint =
                symbol == .equal ? "an assignment is written with one =" : "Lua has no += or ++: write x = x + 1"
        } else if case .string = start.kind {
            fault.hint = "a text alone does nothing"
        }
        return fault
    }

    /// Words of other languages that a person may write.
    private static let foreignWords = [
        "continue": "write goto continue, and ::continue:: at the end of the loop",
        "elif": "it is written elseif", "elsif": "it is written elseif", "var": "a variable is declared with local",
        "let": "a variable is declared with local", "const": "it is written: local name <const> = value",
        "try": "write: local ok, err = pcall(function() … end)", "switch": "write if … elseif … end",
        "import": "write: local name = require(\"name\")", "def": "it is written: local function name() … end",
        "fn": "it is written function", "func": "it is written function",
        "foreach": "write: for key, value in pairs(list) do",
        "raise": "write: fail(\"what happened\")", "throw": "write: fail(\"what happened\")",
    ]
}
