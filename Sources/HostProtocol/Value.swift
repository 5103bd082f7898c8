/// What can cross the wire between host and worker, and what Lua values become on the way.
///
/// Text is bytes: Lua strings need not be UTF-8. Secrets are not here and cannot be: an object reference is all that a
/// script ever holds.
public enum Value: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case bytes([UInt8])
    /// A table with the keys 1…n and no others; the empty table too.
    case list([Value])
    /// Any other table with string or integer keys, in no particular order, each key once.
    case map([Entry])
    case object(ObjectReference)

    /// A key and its value.
    public struct Entry: Equatable, Sendable {
        /// The key.
        public var key: Key
        /// What stands there.
        public var value: Value
        /// Makes an entry.
        public init(_ key: Key, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// A table key that can cross.
    public enum Key: Equatable, Hashable, Sendable {
        case integer(Int64)
        case bytes([UInt8])
    }

    /// Text as bytes.
    public static func text(_ text: String) -> Value { .bytes(Array(text.utf8)) }

    /// A map with text keys.
    public static func record(_ fields: KeyValuePairs<String, Value>) -> Value {
        .map(fields.map { Entry(.bytes(Array($0.key.utf8)), $0.value) })
    }
}

/// A thing the host owns and a script may name: a secret, a session, a process. Forged or stale ones are refused by
/// the host, which compares index and generation with its own table.
public struct ObjectReference: Equatable, Hashable, Sendable {
    /// What the host's table holds at that index.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case secret = 1
        case session = 2
        case process = 3
    }
    /// The table that is meant.
    public var kind: Kind
    /// The place in the host's table.
    public var index: UInt32
    /// How often that place had been given out before.
    public var generation: UInt32
    /// The public name, such as `GH_PAT`; shown, never trusted.
    public var name: [UInt8]

    /// Makes a reference.
    public init(kind: Kind, index: UInt32, generation: UInt32, name: [UInt8]) {
        self.kind = kind
        self.index = index
        self.generation = generation
        self.name = name
    }
}

extension Value {
    /// The value at a text key of a map; nil elsewhere.
    public subscript(key: String) -> Value? {
        guard case .map(let entries) = self else { return nil }
        let wanted = Key.bytes(Array(key.utf8))
        return entries.first { $0.key == wanted }?.value
    }

    /// The bytes of a text.
    public var asBytes: [UInt8]? {
        if case .bytes(let bytes) = self { return bytes }
        return nil
    }

    /// A text, repaired where it is not UTF-8.
    public var asText: String? { asBytes.map { String(decoding: $0, as: UTF8.self) } }

    /// A whole number; a float without fraction counts, as in Lua.
    public var asInteger: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// A number of either kind.
    public var asNumber: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// A boolean.
    public var asBoolean: Bool? {
        if case .boolean(let truth) = self { return truth }
        return nil
    }

    /// The name Lua users know this sort of value by.
    public var typeName: String {
        switch self {
        case .null: "nil"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .bytes: "a string"
        case .list, .map: "a table"
        case .object(let object):
            switch object.kind {
            case .secret: "a secret"
            case .session: "a session"
            case .process: "a process"
            }
        }
    }
}
