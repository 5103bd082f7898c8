/// How a script logs in, as far as it stands in its text: nothing is run.
public struct LoginDeclaration: Equatable, Sendable {
    /// The options of `login{ … }` that are literal texts.
    public private(set) var options: [String: String] = [:]
    /// The names of those that are made by code.
    public private(set) var unknown: [String] = []

    /// Reads the first `login{ … }` of a script, wherever in it that stands.
    ///
    /// - Returns: nil where there is none, or the text is no Lua.
    public static func read(_ source: SourceText) -> LoginDeclaration? {
        guard let chunk = try? Parser.parse(source) else { return nil }
        var first: [TableField]?
        SyntaxWalk(expression: { expression in
            guard first == nil, case .call(let callee, let list) = expression.kind, callee.isGlobal("login"),
                case .table(let fields)? = list.first?.kind
            else { return }
            first = fields
        }).walk(chunk.block)
        return first.map(LoginDeclaration.init)
    }

    private init(_ fields: [TableField]) {
        for field in fields {
            guard let name = field.literalName else { continue }
            if let text = field.value.literalText { options[name] = text } else { unknown.append(name) }
        }
    }
}
