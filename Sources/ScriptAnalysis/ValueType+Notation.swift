extension ValueType {
    /// The type as the reference writes it.
    public var notation: String {
        switch self {
        case .any: "any"
        case .value: "any but a secret"
        case .plain: "any but a secret"
        case .nothing: "nil"
        case .boolean: "boolean"
        case .no: "false"
        case .number, .numeric: "number"
        case .integer: "integer"
        case .string: "string"
        case .text: "string or number"
        case .duration: "duration"
        case .argument: "string, number or list of them"
        case .function: "function"
        case .table: "table"
        case .thread: "coroutine"
        case .secret: "secret"
        case .literal(let text): "\"\(text)\""
        case .list(let inner): "list of \(inner.notation)"
        case .map(let inner): "{ NAME = \(inner.notation) }"
        case .named(let name): name
        case .either(let parts): parts.map(\.notation).joined(separator: " or ")
        }
    }

    /// The type as lua-language-server reads it.
    var annotation: String {
        switch self {
        case .any, .value, .plain: "any"
        case .nothing: "nil"
        case .boolean: "boolean"
        case .no: "false"
        case .number, .numeric: "number"
        case .integer: "integer"
        case .string: "string"
        case .text: "string|number"
        case .duration: "number|string"
        case .argument: "string|number|table"
        case .function: "function"
        case .table: "table"
        case .thread: "thread"
        case .secret: "Secret"
        case .literal(let text): "\"\(text)\""
        case .list(let inner): inner.bracketed + "[]"
        case .map(let inner): "{ [string]: \(inner.annotation) }"
        case .named(let name): name
        case .either(let parts): parts.map(\.annotation).joined(separator: "|")
        }
    }

    private var bracketed: String {
        if case .either = self { "(\(annotation))" } else { annotation }
    }
}
