/// A value as it stands in the text of a script; what has to be run to be known stays code.
public indirect enum LiteralValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    case text(String)
    case list([LiteralValue])
    case map([Entry])
    /// What is no literal: its source.
    case code(String)

    /// A key and its value, in the order of the script.
    public struct Entry: Equatable, Sendable {
        /// The key.
        public var key: String
        /// The value.
        public var value: LiteralValue
    }

    private static let maximumCodeBytes = 200

    init(_ expression: Expression, _ source: SourceText) {
        self = Self.literal(expression, source) ?? .code(Self.code(expression.span, source))
    }

    private static func literal(_ expression: Expression, _ source: SourceText) -> LiteralValue? {
        switch expression.kind {
        case .none: return .null
        case .boolean(let truth): return .boolean(truth)
        case .number: return .number(code(expression.span, source))
        // Other bytes have no text that is the same as they are.
        case .string(let bytes): return String(validating: bytes, as: UTF8.self).map { .text($0) }
        case .parenthesized(let inner): return literal(inner, source)
        case .unary(.minus, let operand):
            guard case .number(let text) = literal(operand, source) else { return nil }
            return .number("-" + text)
        case .binary(.concatenate, let left, let right):
            guard let first = literal(left, source)?.text, let second = literal(right, source)?.text else { return nil }
            return .text(first + second)
        case .table(let fields): return table(fields, source)
        default: return nil
        }
    }

    /// A list, without what is nil in it, or a map; nil for what is both, and where a key is no literal.
    private static func table(_ fields: [TableField], _ source: SourceText) -> LiteralValue? {
        var items: [Int: LiteralValue] = [:]
        var count = 0
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        for field in fields {
            let value = LiteralValue(field.value, source)
            if let key = field.literalName {
                // Of a key that is there twice the last one holds, as in Lua.
                if let place = places[key] {
                    entries[place].value = value
                } else {
                    places[key] = entries.count
                    entries.append(Entry(key: key, value: value))
                }
                continue
            }
            let place: Int?
            if case .expression(let key) = field.key {
                place = number(key, source)
            } else {
                count += 1
                place = count
            }
            // Which of two at one place holds is not said by their order.
            guard let place, items.updateValue(value, forKey: place) == nil else { return nil }
        }
        items = items.filter { $0.value != .null }
        guard !items.isEmpty else { return .map(entries) }
        let list = (1...items.count).compactMap { items[$0] }
        return entries.isEmpty && list.count == items.count ? .list(list) : nil
    }

    /// An integer as most write it.
    private static func number(_ key: Expression, _ source: SourceText) -> Int? {
        guard case .number(let text) = literal(key, source) else { return nil }
        return Int(text)
    }

    private static func code(_ span: Span, _ source: SourceText) -> String {
        let bytes = source.bytes[span.start..<min(span.end, span.start + maximumCodeBytes)]
        return String(decoding: bytes, as: UTF8.self) + (span.end - span.start > maximumCodeBytes ? "…" : "")
    }

    /// The value under a key.
    public subscript(_ key: String) -> LiteralValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.last { $0.key == key }?.value
    }

    /// The text, where it is one.
    public var text: String? { if case .text(let text) = self { text } else { nil } }

    /// One line for people.
    public var shown: String {
        switch self {
        case .null: "nil"
        case .boolean(let truth): "\(truth)"
        case .number(let text): text
        case .text(let text): text
        case .list(let items): items.map(\.shown).joined(separator: ", ")
        case .map(let entries): entries.map { "\($0.key) = \($0.value.shown)" }.joined(separator: ", ")
        case .code(let code): "(" + code.split(whereSeparator: \.isWhitespace).joined(separator: " ") + ")"
        }
    }
}
