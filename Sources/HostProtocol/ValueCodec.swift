public import Diagnostics

/// The bytes of values on the wire. One codec for both ends.
///
/// A tag byte, then: integers and floats as 8 bytes, bytes as a length of 4 and themselves, lists and maps as a count
/// of 4 and their members; little-endian. The decoder treats its input as hostile: depth, the number of members and
/// every length are checked before anything is allocated for them.
public enum ValueCodec {
    /// How deep tables may nest.
    public static let maximumDepth = 64
    /// How many values one message may hold, so that a small frame cannot become a large tree.
    public static let maximumValues = 262_144

    enum Tag: UInt8 {
        case null = 0
        case `false`, `true`, integer, number, bytes, list, map, object
    }

    /// Appends the encoding of `value` to `output`.
    ///
    /// - Throws: `.limit` where `value` is nested deeper than `maximumDepth` or has more than `maximumValues` members.
    public static func encode(_ value: Value, into output: inout [UInt8]) throws(Failure) {
        var left = maximumValues
        try count(value, &left)
        try encode(value, into: &output, depth: 0)
    }

    private static func encode(_ value: Value, into output: inout [UInt8], depth: Int) throws(Failure) {
        switch value {
        case .null: output.append(Tag.null.rawValue)
        case .boolean(let truth): output.append((truth ? Tag.true : Tag.false).rawValue)
        case .integer(let number):
            output.append(Tag.integer.rawValue)
            append(UInt64(bitPattern: number), into: &output)
        case .number(let number):
            output.append(Tag.number.rawValue)
            append(number.bitPattern, into: &output)
        case .bytes(let bytes): encode(bytes, tag: .bytes, into: &output)
        case .list(let items): try encode(list: items, into: &output, depth: depth)
        case .map(let entries): try encode(map: entries, into: &output, depth: depth)
        case .object(let object): encode(object, into: &output)
        }
    }

    /// Reads one value that takes up all of `input`.
    ///
    /// - Throws: `.io` for anything that `encode` could not have written, `.limit` past the limits above.
    public static func decode(_ input: ArraySlice<UInt8>) throws(Failure) -> Value {
        var decoder = Decoder(input)
        let value = try decoder.value(depth: 0)
        guard decoder.left == 0 else { throw malformed("bytes after the value") }
        return value
    }

    // MARK: - Encoding

    private static func encode(list: [Value], into output: inout [UInt8], depth: Int) throws(Failure) {
        try check(depth: depth)
        output.append(Tag.list.rawValue)
        append(UInt32(list.count), into: &output)
        for item in list { try encode(item, into: &output, depth: depth + 1) }
    }

    private static func encode(map: [Value.Entry], into output: inout [UInt8], depth: Int) throws(Failure) {
        try check(depth: depth)
        output.append(Tag.map.rawValue)
        append(UInt32(map.count), into: &output)
        for entry in map {
            switch entry.key {
            case .integer(let number): try encode(.integer(number), into: &output, depth: depth + 1)
            case .bytes(let bytes): encode(bytes, tag: .bytes, into: &output)
            }
            try encode(entry.value, into: &output, depth: depth + 1)
        }
    }

    private static func encode(_ object: ObjectReference, into output: inout [UInt8]) {
        output.append(Tag.object.rawValue)
        output.append(object.kind.rawValue)
        append(object.index, into: &output)
        append(object.generation, into: &output)
        append(UInt32(object.name.count), into: &output)
        output.append(contentsOf: object.name)
    }

    private static func encode(_ bytes: [UInt8], tag: Tag, into output: inout [UInt8]) {
        output.append(tag.rawValue)
        append(UInt32(bytes.count), into: &output)
        output.append(contentsOf: bytes)
    }

    /// As the decoder counts them.
    private static func count(_ value: Value, _ left: inout Int) throws(Failure) {
        left -= 1
        guard left >= 0 else {
            throw Failure(
                .limit, "a table of more than \(maximumValues) values is too large to hand over",
                hint: "hand large data over in files")
        }
        switch value {
        case .list(let items): for item in items { try count(item, &left) }
        case .map(let entries): for entry in entries { try count(entry.value, &left) }
        default: break
        }
    }

    private static func check(depth: Int) throws(Failure) {
        guard depth < maximumDepth else {
            throw Failure(.limit, "a table is nested deeper than \(maximumDepth) levels", hint: "flatten it")
        }
    }

    static func append<T: FixedWidthInteger>(_ number: T, into output: inout [UInt8]) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe output.append(contentsOf: $0) }
    }

    static func malformed(_ what: String) -> Failure {
        Failure(.io, "a message between host and worker is malformed", reason: what)
    }

    // MARK: - Decoding

    private struct Decoder {
        private let input: ArraySlice<UInt8>
        /// The next byte.
        private var place: Int
        private var valuesLeft = ValueCodec.maximumValues

        init(_ input: ArraySlice<UInt8>) {
            self.input = input
            place = input.startIndex
        }

        /// How many bytes are still to be read.
        var left: Int { input.endIndex - place }

        mutating func value(depth: Int) throws(Failure) -> Value {
            try countValue()
            guard let tag = Tag(rawValue: try byte()) else { throw malformed("an unknown tag") }
            switch tag {
            case .null: return .null
            case .false: return .boolean(false)
            case .true: return .boolean(true)
            case .integer: return .integer(Int64(bitPattern: try number(UInt64.self)))
            case .number: return .number(Double(bitPattern: try number(UInt64.self)))
            case .bytes: return .bytes(try bytes())
            case .list: return try list(depth: depth)
            case .map: return try map(depth: depth)
            case .object: return .object(try object())
            }
        }

        private mutating func list(depth: Int) throws(Failure) -> Value {
            var items: [Value] = []
            let count = try count(depth: depth, bytesEach: 1)
            items.reserveCapacity(min(count, 1024))
            for _ in 0..<count { items.append(try value(depth: depth + 1)) }
            return .list(items)
        }

        private mutating func map(depth: Int) throws(Failure) -> Value {
            var entries: [Value.Entry] = []
            let count = try count(depth: depth, bytesEach: 6)
            entries.reserveCapacity(min(count, 1024))
            // Most tables have a few keys, which are compared faster than hashed.
            var seen: Set<Value.Key>? = count > 16 ? [] : nil
            for _ in 0..<count {
                let key = try key()
                let isNew = seen?.insert(key).inserted ?? !entries.contains { $0.key == key }
                guard isNew else { throw malformed("a key twice in one table") }
                entries.append(Value.Entry(key, try value(depth: depth + 1)))
            }
            return .map(entries)
        }

        private mutating func key() throws(Failure) -> Value.Key {
            switch Tag(rawValue: try byte()) {
            case .integer: return .integer(Int64(bitPattern: try number(UInt64.self)))
            case .bytes: return .bytes(try bytes())
            default: throw malformed("a key that is neither text nor integer")
            }
        }

        private mutating func object() throws(Failure) -> ObjectReference {
            guard let kind = ObjectReference.Kind(rawValue: try byte()) else { throw malformed("an unknown object") }
            let index = try number(UInt32.self)
            let generation = try number(UInt32.self)
            return ObjectReference(kind: kind, index: index, generation: generation, name: try bytes())
        }

        /// The number of members of a table, checked against what is left of the input and of the limits.
        private mutating func count(depth: Int, bytesEach: Int) throws(Failure) -> Int {
            guard depth < ValueCodec.maximumDepth else { throw malformed("tables nested too deeply") }
            let count = Int(try number(UInt32.self))
            guard count <= left / bytesEach else { throw malformed("a count beyond the end") }
            guard count <= valuesLeft else { throw malformed("too many values") }
            return count
        }

        private mutating func countValue() throws(Failure) {
            guard valuesLeft > 0 else { throw malformed("too many values") }
            valuesLeft -= 1
        }

        private mutating func byte() throws(Failure) -> UInt8 {
            guard left > 0 else { throw malformed("it ends early") }
            defer { place += 1 }
            return input[place]
        }

        private mutating func bytes() throws(Failure) -> [UInt8] {
            let count = Int(try number(UInt32.self))
            guard count <= left else { throw malformed("a length beyond the end") }
            defer { place += count }
            return Array(input[place..<(place + count)])
        }

        private mutating func number<T: FixedWidthInteger>(_: T.Type) throws(Failure) -> T {
            let size = T.bitWidth / 8
            guard left >= size else { throw malformed("it ends early") }
            var result: T = 0
            for index in 0..<size { result |= T(input[place + index]) << T(index * 8) }
            place += size
            return result
        }
    }
}
