/// Reads a script by Lua 5.4's grammar, and resolves its local variables, labels and jumps.
///
/// It accepts what Lua accepts; tests compare the two. The text may be hostile: nesting is bounded, and so is the depth
/// of what is made of long chains.
///
/// - Source: Lua 5.4 manual, sections 3.2 to 3.5 and 9.
struct Parser {
    /// How deep blocks and expressions may lie in each other: a little less than Lua's own limit.
    static let maximumLevels = 190
    /// How deep the tree of one expression may become by chains such as `a + b + c …`, which Lua does not bound: the beginning
    /// of a longer one is opaque.
    static let maximumDepth = 400
    static let maximumLocals = 200

    var lexer: Lexer
    let source: SourceText
    /// The word that is next.
    var token: Token
    private var ahead: Token?
    /// Where the last word that was taken ends.
    var lastEnd = 0
    private(set) var levels = 0
    /// The first beginning of a chain that is opaque.
    var opaque: Span?
    /// The depth of the deepest expression of each function that is open.
    var depths: [Int] = []
    var scope = Scope()

    /// Reads the whole of `source`.
    static func parse(_ source: SourceText) throws(SyntaxFault) -> Chunk {
        var parser = try Parser(source)
        parser.scope.openFunction(isVariadic: true)
        let block = try parser.block()
        guard case .end = parser.token.kind else { throw parser.strayEnd() }
        try parser.closeFunction()
        return Chunk(block: block, variables: parser.scope.variables, opaque: parser.opaque)
    }

    private init(_ source: SourceText) throws(SyntaxFault) {
        self.source = source
        lexer = Lexer(source.bytes)
        token = try lexer.next()
    }

    // MARK: - Words

    mutating func advance() throws(SyntaxFault) {
        lastEnd = token.span.end
        if let next = ahead {
            token = next
            ahead = nil
        } else {
            token = try lexer.next()
        }
    }

    mutating func peek() throws(SyntaxFault) -> Token {
        if let ahead { return ahead }
        let next = try lexer.next()
        ahead = next
        return next
    }

    func isAt(_ symbol: Symbol) -> Bool { token.kind == .symbol(symbol) }

    func isAt(_ keyword: Keyword) -> Bool { token.kind == .keyword(keyword) }

    mutating func skip(_ symbol: Symbol) throws(SyntaxFault) -> Bool {
        guard isAt(symbol) else { return false }
        try advance()
        return true
    }

    mutating func skip(_ keyword: Keyword) throws(SyntaxFault) -> Bool {
        guard isAt(keyword) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Symbol, _ purpose: String) throws(SyntaxFault) {
        guard try skip(symbol) else { throw expected(symbol.rawValue, purpose) }
    }

    mutating func expect(_ keyword: Keyword, _ purpose: String) throws(SyntaxFault) {
        guard try skip(keyword) else { throw expected(keyword.rawValue, purpose) }
    }

    /// The word that closes what was opened at `opening`.
    mutating func close(_ keyword: Keyword, _ what: String, _ opening: Span) throws(SyntaxFault) {
        guard try !skip(keyword) else { return }
        throw expected(keyword.rawValue, "it closes the \(what) of line \(source.line(of: opening.start))")
    }

    mutating func close(_ symbol: Symbol, _ opening: Span) throws(SyntaxFault) {
        guard try !skip(symbol) else { return }
        let line = source.line(of: opening.start)
        let missing = symbol == .closeBrace ? ", or a comma is missing before this" : ""
        throw expected(symbol.rawValue, "it closes the bracket of line \(line)\(missing)")
    }

    mutating func name(_ purpose: String) throws(SyntaxFault) -> Name {
        guard case .name(let text) = token.kind else { throw expected("a name", purpose) }
        let name = Name(text: text, span: token.span)
        try advance()
        return name
    }

    // MARK: - Nesting

    mutating func enter() throws(SyntaxFault) {
        levels += 1
        guard levels > Self.maximumLevels else { return }
        throw SyntaxFault(
            message: "this is nested too deeply",
            hint: "Lua takes about \(Self.maximumLevels) levels: make functions of the inner parts",
            span: token.span)
    }

    mutating func leave() { levels -= 1 }

    // MARK: - Faults

    /// The next word as errors show it.
    var shown: String {
        switch token.kind {
        case .end: "the end of the script"
        case .string: "a text"
        default:
            String(decoding: source.bytes[token.span.start..<min(token.span.end, token.span.start + 60)], as: UTF8.self)
        }
    }

    func expected(_ what: String, _ hint: String) -> SyntaxFault {
        // At the end of the text the place is behind the last word: what follows may be comments and blank lines.
        let place = token.kind == .end ? Span(start: lastEnd, end: lastEnd) : token.span
        return SyntaxFault(message: "expected \(what), found \(shown)", hint: hint, span: place)
    }

    private func strayEnd() -> SyntaxFault {
        let hint =
            isAt(.end) || isAt(.else) || isAt(.elseif) || isAt(.until)
            ? "nothing is open that it could close: there is one too many before it, or an opening word is missing" : ""
        return SyntaxFault(message: "\(shown) does not belong here", hint: hint, span: token.span)
    }
}
