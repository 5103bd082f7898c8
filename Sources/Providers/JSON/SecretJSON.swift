public import SecretMemory

/// A JSON text in secret memory, checked as a whole and read in place.
///
/// A value leaves it as `SecretBytes`; only what the caller declares public becomes text. The text must stay as it is
/// while the document is in use.
public final class SecretJSON {
    private enum Storage {
        case bytes(SecretBytes)
        case buffer(SecretBuffer)
    }

    private let storage: Storage
    fileprivate let tokens: [JSONToken]

    /// Reads what a server sent.
    public init(_ buffer: SecretBuffer) throws(JSONError) {
        storage = .buffer(buffer)
        tokens = try buffer.withBytes { (bytes) throws(JSONError) in try SecretJSON.scan(bytes) }
    }

    /// Reads a value that is JSON itself.
    public init(_ secret: SecretBytes) throws(JSONError) {
        storage = .bytes(secret)
        tokens = try secret.withBytes { (bytes) throws(JSONError) in try SecretJSON.scan(bytes) }
    }

    /// The outermost value.
    public var root: Node { Node(document: self, index: 0) }

    private static func scan(_ bytes: Span<UInt8>) throws(JSONError) -> [JSONToken] {
        var scanner = JSONScanner()
        try scanner.scan(bytes)
        return scanner.tokens
    }

    fileprivate func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        switch storage {
        case .bytes(let secret): try secret.withBytes(body)
        case .buffer(let buffer): try buffer.withBytes(body)
        }
    }

    /// A value of the document.
    public struct Node {
        fileprivate let document: SecretJSON
        fileprivate let index: Int
        private var token: JSONToken { document.tokens[index] }

        /// Whether it is an object.
        public var isObject: Bool { token.kind == .object }
        /// Whether it is `null`.
        public var isNull: Bool { token.kind == .null }
        /// Whether it is a number.
        public var isNumber: Bool { token.kind == .number }
        /// Where it stands in the text; a string without its quotes. Not for a script: it tells a value's length.
        public var sourceRange: Range<Int> { Int(token.start)..<Int(token.end) }
        /// Its truth value; nil for anything but `true` and `false`.
        public var bool: Bool? {
            switch token.kind {
            case .yes: true
            case .no: false
            default: nil
            }
        }

        /// The member `key` of an object; nil where there is none or this is no object.
        ///
        /// - Throws: `.duplicateKey` when there are two: readers disagree which one counts.
        public func member(_ key: String) throws(JSONError) -> Node? {
            guard token.kind == .object else { return nil }
            var found: Node?
            var at = index + 1
            while at < Int(token.next) {
                if Node(document: document, index: at).isText(key) {
                    guard found == nil else { throw JSONError(kind: .duplicateKey, offset: Int(token.start)) }
                    found = Node(document: document, index: at + 1)
                }
                at = Int(document.tokens[at + 1].next)
            }
            return found
        }

        /// The members of an object in their order; empty for anything else.
        ///
        /// - Throws: `.shape` for a name that is no text of at most 4096 bytes, `.duplicateKey` for a name twice.
        public func members() throws(JSONError) -> [(key: String, value: Node)] {
            guard token.kind == .object else { return [] }
            var found: [(key: String, value: Node)] = []
            var names: Set<String> = []
            var at = index + 1
            while at < Int(token.next) {
                guard let key = Node(document: document, index: at).publicText() else {
                    throw JSONError(kind: .shape, offset: Int(token.start))
                }
                guard names.insert(key).inserted else {
                    throw JSONError(kind: .duplicateKey, offset: Int(token.start))
                }
                found.append((key, Node(document: document, index: at + 1)))
                at = Int(document.tokens[at + 1].next)
            }
            return found
        }

        /// The elements of an array; nil for anything else.
        public var elements: [Node]? {
            guard token.kind == .array else { return nil }
            var nodes: [Node] = []
            var at = index + 1
            while at < Int(token.next) {
                nodes.append(Node(document: document, index: at))
                at = Int(document.tokens[at].next)
            }
            return nodes
        }

        /// Whether it is the string `text`, found out without making a text of it.
        public func isText(_ text: String) -> Bool {
            guard token.kind == .string else { return false }
            var expected = text.utf8.makeIterator()
            var isEqual = true
            let isWhole: ()? = try? document.withBytes { (bytes) throws(JSONError) in
                try JSONText.decode(bytes, Int(token.start), Int(token.end)) { byte in
                    isEqual = expected.next() == byte
                    return isEqual
                }
            }
            return isWhole != nil && isEqual && expected.next() == nil
        }

        /// A string as text.
        ///
        /// Only for what is public: an error's message, a name.
        ///
        /// Nil for anything but a string, for half characters, and for more than `maximumBytes`.
        public func publicText(maximumBytes: Int = 4096) -> String? {
            guard token.kind == .string, Int(token.end - token.start) <= maximumBytes else { return nil }
            var text: [UInt8] = []
            let isWhole: ()? = try? document.withBytes { (bytes) throws(JSONError) in
                try JSONText.decode(bytes, Int(token.start), Int(token.end)) { byte in
                    text.append(byte)
                    return true
                }
            }
            return isWhole == nil ? nil : String(decoding: text, as: UTF8.self)
        }

        /// The value as it stands in the text, blanks included.
        ///
        /// Only for what is public: a permission's conditions.
        public func publicSource(maximumBytes: Int = 1024) -> String? {
            let quotes = token.kind == .string ? 1 : 0
            let start = Int(token.start) - quotes
            let end = Int(token.end) + quotes
            guard end - start <= maximumBytes else { return nil }
            let text = document.withBytes { bytes in (start..<end).map { bytes[$0] } }
            return String(decoding: text, as: UTF8.self)
        }

        /// A number without fraction or exponent, of those that every reader of JSON takes for the same (RFC 8259,
        /// section 6); nil for anything else. So sums of a few of them never overflow, whatever a server sends.
        public var integer: Int? {
            guard token.kind == .number, token.end - token.start <= 17 else { return nil }
            let text = document.withBytes { bytes in (Int(token.start)..<Int(token.end)).map { bytes[$0] } }
            guard let number = Int(String(decoding: text, as: UTF8.self)), number.magnitude < 1 << 53 else {
                return nil
            }
            return number
        }

        /// A number as a secret, as it is written; nil for anything but a number.
        ///
        /// - Throws: `.memory` when secret memory is used up.
        public func secretNumber() throws(JSONError) -> SecretBytes? {
            guard isNumber else { return nil }
            let copy = document.withBytes { bytes in try? SecretBytes(copying: bytes.extracting(sourceRange)) }
            guard let copy else { throw JSONError(kind: .memory, offset: Int(token.start)) }
            return copy
        }

        /// A string as a secret; nil for anything but a string.
        ///
        /// - Throws: `.surrogate` for half a character, `.memory` when secret memory is used up.
        public func secret() throws(JSONError) -> SecretBytes? {
            guard token.kind == .string else { return nil }
            // What a string stands for is never longer than its escaped form.
            guard let value = try? SecretBytes(count: Int(token.end - token.start)) else {
                throw JSONError(kind: .memory, offset: Int(token.start))
            }
            var count = 0
            try document.withBytes { (bytes) throws(JSONError) in
                try value.withMutableBytes { (room) throws(JSONError) in
                    try JSONText.decode(bytes, Int(token.start), Int(token.end)) { byte in
                        room[count] = byte
                        count += 1
                        return true
                    }
                }
            }
            value.truncate(to: count)
            return value
        }
    }
}
