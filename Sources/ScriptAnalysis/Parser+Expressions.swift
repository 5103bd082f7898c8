/// Expressions.
extension Parser {
    mutating func expressions() throws(SyntaxFault) -> [Expression] {
        var list = [try expression()]
        while try skip(.comma) { list.append(try expression()) }
        return list
    }

    /// One expression; operators that bind no tighter than `limit` are left to the caller.
    mutating func expression(above limit: Int = 0) throws(SyntaxFault) -> Expression {
        try enter()
        defer { leave() }
        var left = try operand()
        while let binary = binaryOperator(), binary.priority.left > limit {
            try advance()
            let right = try expression(above: binary.priority.right)
            let first = beginning(left)
            left = made(.binary(binary, first, right), left.span.through(right.span), first.depth, right.depth)
        }
        return left
    }

    private mutating func operand() throws(SyntaxFault) -> Expression {
        guard let unary = unaryOperator() else { return try simpleExpression() }
        let start = token.span
        try advance()
        let operand = try expression(above: BinaryOperator.unaryPriority)
        return made(.unary(unary, operand), start.through(operand.span), operand.depth)
    }

    private func unaryOperator() -> UnaryOperator? {
        switch token.kind {
        case .keyword(.not): .not
        case .symbol(let symbol): UnaryOperator(rawValue: symbol.rawValue)
        default: nil
        }
    }

    private func binaryOperator() -> BinaryOperator? {
        switch token.kind {
        case .keyword(.and): .and
        case .keyword(.or): .or
        case .symbol(let symbol): BinaryOperator(rawValue: symbol.rawValue)
        default: nil
        }
    }

    private mutating func simpleExpression() throws(SyntaxFault) -> Expression {
        let start = token.span
        let kind: Expression.Kind
        switch token.kind {
        case .integer: kind = .number(isInteger: true)
        case .float: kind = .number(isInteger: false)
        case .string(let text): kind = .string(text)
        case .keyword(.nil): kind = .none
        case .keyword(.true): kind = .boolean(true)
        case .keyword(.false): kind = .boolean(false)
        case .symbol(.dots): kind = try varargs()
        case .symbol(.openBrace): return try table()
        case .keyword(.function):
            try advance()
            let body = try functionBody(start, isMethod: false)
            return made(.function(body), Span(start: start.start, end: lastEnd), body.depth)
        default: return try suffixedExpression()
        }
        try advance()
        return made(kind, start)
    }

    private func varargs() throws(SyntaxFault) -> Expression.Kind {
        guard scope.isVariadic else {
            throw SyntaxFault(
                message: "... stands outside of a function that takes it", hint: "write the function as: function(...)",
                span: token.span)
        }
        return .varargs
    }

    // MARK: - Names, fields and calls

    mutating func variable(_ name: Name) -> Expression {
        made(scope.find(name.text).map { .local($0) } ?? .global(name), name.span)
    }

    private mutating func primaryExpression() throws(SyntaxFault) -> Expression {
        let start = token.span
        if case .name = token.kind { return variable(try name("")) }
        guard try skip(.openParenthesis) else {
            throw expected("a value", misplacedHint)
        }
        let inner = try expression()
        try close(.closeParenthesis, start)
        return made(.parenthesized(inner), Span(start: start.start, end: lastEnd), inner.depth)
    }

    private var misplacedHint: String {
        switch token.kind {
        case .keyword(let word): "\(word.rawValue) is a word of Lua's own and cannot be a name"
        case .symbol(.assign): "a comparison is written =="
        case .end: "something is missing at the end"
        default: "something is missing before it, or it is one too many"
        }
    }

    mutating func suffixedExpression() throws(SyntaxFault) -> Expression {
        var value = try primaryExpression()
        while let next = try suffix(of: beginning(value)) { value = next }
        return value
    }

    private mutating func suffix(of value: Expression) throws(SyntaxFault) -> Expression? {
        switch token.kind {
        case .symbol(.dot):
            try advance()
            let field = try name("the name of a field")
            return made(.field(value, field), value.span.through(field.span), value.depth)
        case .symbol(.openBracket):
            let start = token.span
            try advance()
            let key = try expression()
            try close(.closeBracket, start)
            return made(.index(value, key), Span(start: value.span.start, end: lastEnd), value.depth, key.depth)
        case .symbol(.colon):
            try advance()
            let method = try name("the name of a method")
            guard let list = try arguments() else { throw expected("(", "a method is called: value:\(method.text)(…)") }
            return called(.method(value, method, list), value, list)
        default:
            guard let list = try arguments() else { return nil }
            return called(.call(value, list), value, list)
        }
    }

    private mutating func called(_ kind: Expression.Kind, _ value: Expression, _ list: [Expression]) -> Expression {
        let deepest = list.map(\.depth).max() ?? 0
        return made(kind, Span(start: value.span.start, end: lastEnd), value.depth, deepest)
    }

    private mutating func arguments() throws(SyntaxFault) -> [Expression]? {
        let start = token.span
        switch token.kind {
        case .string(let text):
            try advance()
            return [made(.string(text), start)]
        case .symbol(.openBrace): return [try table()]
        case .symbol(.openParenthesis):
            try advance()
            if try skip(.closeParenthesis) { return [] }
            let list = try expressions()
            try close(.closeParenthesis, start)
            return list
        default: return nil
        }
    }

    // MARK: - Tables and functions

    private mutating func table() throws(SyntaxFault) -> Expression {
        let start = token.span
        try advance()
        var fields: [TableField] = []
        while !isAt(.closeBrace) {
            fields.append(try tableField())
            if try skip(.comma) { continue }
            guard try skip(.semicolon) else { break }
        }
        try close(.closeBrace, start)
        let deepest = fields.map(\.depth).max() ?? 0
        return made(.table(fields), Span(start: start.start, end: lastEnd), deepest)
    }

    private mutating func tableField() throws(SyntaxFault) -> TableField {
        if case .name = token.kind, try peek().kind == .symbol(.assign) {
            let key = try name("")
            try advance()
            return TableField(key: .name(key), value: try expression())
        }
        let start = token.span
        guard try skip(.openBracket) else { return TableField(key: .none, value: try expression()) }
        let key = try expression()
        try close(.closeBracket, start)
        try expect(.assign, "a field is written: [key] = value")
        return TableField(key: .expression(key), value: try expression())
    }

    mutating func functionBody(_ start: Span, isMethod: Bool) throws(SyntaxFault) -> FunctionBody {
        scope.openFunction(isVariadic: false)
        depths.append(0)
        var ids: [VariableID] = isMethod ? [scope.declare(Name(text: "self", span: start), .parameter)] : []
        let opening = token.span
        try expect(.openParenthesis, "the parameters follow: function(a, b)")
        var isVariadic = false
        while !isAt(.closeParenthesis) {
            if try skip(.dots) {
                isVariadic = true
                break
            }
            ids.append(scope.declare(try name("a parameter, or ..."), .parameter))
            guard try skip(.comma) else { break }
            guard !isAt(.closeParenthesis) else { throw expected("a name", "a parameter follows the comma") }
        }
        try close(.closeParenthesis, opening)
        if isVariadic { scope.setVariadic() }
        try activate(ids)
        let block = try block()
        try close(.end, "function", start)
        try closeFunction()
        let depth = depths.popLast() ?? 0
        noteDepth(depth)
        return FunctionBody(parameters: ids, isVariadic: isVariadic, block: block, depth: depth)
    }

    // MARK: - Depth

    /// How deep an expression of this level may be. What is around it adds at most two to that, the table and the call of
    /// `f{ … }`, and is no chain: nothing else than the beginning of one is ever opaque.
    private var depthLimit: Int { Self.maximumDepth - 2 * levels }

    /// What another link of a chain is added to.
    mutating func beginning(_ value: Expression) -> Expression {
        guard value.depth >= depthLimit else { return value }
        if opaque == nil { opaque = value.span }
        return Expression(kind: .opaque, span: value.span)
    }

    mutating func made(_ kind: Expression.Kind, _ span: Span, _ below: Int...) -> Expression {
        let depth = (below.max() ?? 0) + 1
        assert(depth <= depthLimit)
        noteDepth(depth)
        return Expression(kind: kind, span: span, depth: depth)
    }

    /// The deepest expression of a function counts as its own depth.
    private mutating func noteDepth(_ depth: Int) {
        guard let last = depths.indices.last else { return }
        depths[last] = max(depths[last], depth)
    }
}
