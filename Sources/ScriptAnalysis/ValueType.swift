/// What may stand in a place: the types of the API table.
///
/// They are written in the table as text, in the notation that lua-language-server uses too: `string|Secret`,
/// `integer`, `"a"|"b"`, `string[]`, `map<Secret>`, `SpawnOptions`.
public indirect enum ValueType: Equatable, Sendable {
    /// Everything, a handle too.
    case any
    /// Everything but a handle, at any depth.
    case value
    /// Everything that is no handle itself.
    case plain
    case nothing
    case boolean
    /// `false` alone.
    case no
    case number
    case integer
    case string
    /// A text or a number, as Lua's own functions take them.
    case text
    /// A number or a text of digits.
    case numeric
    /// Seconds, or a text such as `"90s"`.
    case duration
    /// What may be an argument of a program: a text, a number, a list of them.
    case argument
    case function
    case table
    case thread
    case secret
    /// One of the strings of a choice.
    case literal(String)
    case list(ValueType)
    /// A table from names to values.
    case map(ValueType)
    /// An options table or an object of the table.
    case named(String)
    case either([ValueType])

    private static let words: [String: ValueType] = [
        "any": .any, "value": .value, "plain": .plain, "nil": .nothing, "boolean": .boolean, "false": .no,
        "number": .number,
        "integer": .integer, "string": .string, "text": .text, "numeric": .numeric, "duration": .duration,
        "argument": .argument,
        "function": .function, "table": .table, "thread": .thread, "Secret": .secret,
    ]

    /// Reads the notation; a trailing `?` adds nil.
    @inline(never)
    init(_ notation: String) {
        var reader = NotationReader(notation)
        self = reader.type()
        precondition(reader.isAtEnd, "the type \(notation) of the API table cannot be read")
    }

    /// The type that is named by one word.
    static func of(word: String) -> ValueType { words[word] ?? .named(word) }

    /// The type without nil.
    var withoutNothing: ValueType {
        guard case .either(let parts) = self else { return self }
        let rest = parts.filter { $0 != .nothing }
        return rest.count == 1 ? rest[0] : .either(rest)
    }

    /// The type's alternatives.
    var alternatives: [ValueType] {
        if case .either(let parts) = self { parts } else { [self] }
    }

    /// Whether a handle may stand here or somewhere inside.
    public var takesSecret: Bool {
        switch self {
        case .any, .secret: true
        case .list(let inner), .map(let inner): inner.takesSecret
        case .either(let parts): parts.contains { $0.takesSecret }
        default: false
        }
    }
}

/// Reads the notation of types and signatures.
struct NotationReader {
    private var rest: Substring

    init(_ text: String) { rest = Substring(text) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ text: String) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest.removeFirst(text.count)
        return true
    }

    mutating func word() -> String {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest.removeFirst(word.count)
        return String(word)
    }

    mutating func upTo(_ end: Character) -> String {
        let text = rest.prefix { $0 != end }
        rest.removeFirst(text.count)
        return String(text)
    }

    mutating func type() -> ValueType {
        var parts = [postfixed()]
        while skip("|") { parts.append(postfixed()) }
        if skip("?") { parts.append(.nothing) }
        return parts.count == 1 ? parts[0] : .either(parts)
    }

    private mutating func postfixed() -> ValueType {
        var type = atom()
        while skip("[]") { type = .list(type) }
        return type
    }

    private mutating func atom() -> ValueType {
        if skip("\"") {
            let text = upTo("\"")
            _ = skip("\"")
            return .literal(text)
        }
        if skip("(") {
            let inner = type()
            _ = skip(")")
            return inner
        }
        if skip("map<") {
            let inner = type()
            _ = skip(">")
            return .map(inner)
        }
        return .of(word: word())
    }
}
