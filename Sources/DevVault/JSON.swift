import Foundation

/// A JSON value, as requests bring it and answers carry it.
enum JSON: Codable, Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        // Strings first: each kind that does not fit costs an error, and most values are strings.
        if let value = try? box.decode(String.self) {
            self = .string(value)
        } else if box.decodeNil() {
            self = .null
        } else if let value = try? box.decode([String: JSON].self) {
            self = .object(value)
        } else if let value = try? box.decode(Int.self) {
            self = .int(value)
        } else if let value = try? box.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? box.decode(Double.self) {
            self = .double(value)
        } else {
            self = .array(try box.decode([JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var box = encoder.singleValueContainer()
        switch self {
        case .null: try box.encodeNil()
        case .bool(let value): try box.encode(value)
        case .int(let value): try box.encode(value)
        case .double(let value): try box.encode(value)
        case .string(let value): try box.encode(value)
        case .array(let value): try box.encode(value)
        case .object(let value): try box.encode(value)
        }
    }

    /// The value of a JSON text; throws the decoder's own error with its position.
    init(parsing data: Data) throws {
        self = try JSONDecoder().decode(JSON.self, from: data)
    }

    /// The text of this value: one line, keys sorted, so that equal values give equal bytes.
    var data: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A tree of this type always encodes, except for infinities, which no parser and no answer of ours makes.
        return (try? encoder.encode(self)) ?? Data("null".utf8)
    }

    /// The text of this value as a string.
    var text: String { String(decoding: data, as: UTF8.self) }

    /// The member of an object, nil for anything else.
    subscript(key: String) -> JSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The string, nil for any other kind.
    var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number, nil for any other kind.
    var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The truth value, nil for any other kind.
    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, nil for any other kind.
    var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, nil for any other kind.
    var object: [String: JSON]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The kind as the server's validator calls it.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
