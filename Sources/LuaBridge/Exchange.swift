import CLuaShims
import HostProtocol

/// Reads values out of an exchange buffer.
///
/// C has bounded their depth and number.
@safe struct ExchangeReader: ~Copyable {
    private let buffer: vs_lua_values
    private var next = 0

    /// Reads from `buffer`, whose memory must outlive the reader.
    init(_ buffer: vs_lua_values) { unsafe self.buffer = buffer }

    /// All values that are left.
    mutating func all() -> [Value] {
        var values: [Value] = []
        while let value = value() { values.append(value) }
        return values
    }

    /// The next value with all that is in it; nil at the end.
    mutating func value() -> Value? {
        guard let item = nextItem() else { return nil }
        switch Int(item.kind) {
        case VS_LUA_BOOLEAN: return .boolean(item.integer != 0)
        case VS_LUA_INTEGER: return .integer(item.integer)
        case VS_LUA_NUMBER: return .number(item.number)
        case VS_LUA_BYTES: return .bytes(bytes(of: item))
        case VS_LUA_LIST: return list(count: item.length)
        case VS_LUA_MAP: return map(count: item.length)
        case VS_LUA_OBJECT: return object(item)
        default: return .null
        }
    }

    private mutating func nextItem() -> vs_lua_item? {
        guard unsafe next < buffer.count, let items = unsafe buffer.items else { return nil }
        defer { next += 1 }
        return unsafe items[next]
    }

    private func bytes(of item: vs_lua_item) -> [UInt8] {
        guard item.length > 0, let pool = unsafe buffer.bytes else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: pool + item.offset, count: item.length))
    }

    private mutating func list(count: Int) -> Value {
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(value() ?? .null) }
        return .list(values)
    }

    private mutating func map(count: Int) -> Value {
        var entries: [Value.Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            guard let key = key(), let value = value() else { break }
            entries.append(Value.Entry(key, value))
        }
        return .map(entries)
    }

    private mutating func key() -> Value.Key? {
        guard let item = nextItem() else { return nil }
        return Int(item.kind) == VS_LUA_INTEGER ? .integer(item.integer) : .bytes(bytes(of: item))
    }

    private func object(_ item: vs_lua_item) -> Value {
        guard let kind = ObjectReference.Kind(rawValue: UInt8(truncatingIfNeeded: item.object_kind)) else {
            return .null
        }
        let bits = UInt64(bitPattern: item.integer)
        return .object(
            ObjectReference(
                kind: kind, index: UInt32(bits >> 32), generation: UInt32(truncatingIfNeeded: bits),
                name: bytes(of: item)))
    }
}

/// Writes values into an exchange buffer.
///
/// What goes wrong (memory, size) is kept in the buffer, where C finds it.
@safe struct ExchangeWriter {
    private let buffer: UnsafeMutablePointer<vs_lua_values>

    /// Writes to `buffer`, which must outlive the writer.
    init(_ buffer: UnsafeMutablePointer<vs_lua_values>) { unsafe self.buffer = buffer }

    /// Adds all of `values`.
    func write(_ values: [Value]) {
        for value in values { write(value) }
    }

    /// Adds one value with all that is in it.
    ///
    /// Deeper than the limit, it marks the buffer as too large.
    func write(_ value: Value, depth: Int = 0) {
        switch value {
        case .null: unsafe vs_lua_values_add_nil(buffer)
        case .boolean(let truth): unsafe vs_lua_values_add_boolean(buffer, truth)
        case .integer(let number): unsafe vs_lua_values_add_integer(buffer, number)
        case .number(let number): unsafe vs_lua_values_add_number(buffer, number)
        case .bytes(let bytes): write(bytes: bytes)
        case .list(let values): write(list: values, depth: depth)
        case .map(let entries): write(map: entries, depth: depth)
        case .object(let object): write(object: object)
        }
    }

    private func write(bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { raw in
            _ = unsafe vs_lua_values_add_bytes(buffer, raw.baseAddress, raw.count)
        }
    }

    private func write(list: [Value], depth: Int) {
        guard canNest(depth) else { return }
        unsafe vs_lua_values_add_list(buffer, list.count)
        for value in list { write(value, depth: depth + 1) }
    }

    private func write(map: [Value.Entry], depth: Int) {
        guard canNest(depth) else { return }
        unsafe vs_lua_values_add_map(buffer, map.count)
        for entry in map {
            switch entry.key {
            case .integer(let number): unsafe vs_lua_values_add_integer(buffer, number)
            case .bytes(let bytes): write(bytes: bytes)
            }
            write(entry.value, depth: depth + 1)
        }
    }

    private func write(object: ObjectReference) {
        unsafe object.name.withUnsafeBytes { raw in
            _ = unsafe vs_lua_values_add_object(
                buffer, UInt32(object.kind.rawValue), object.index, object.generation, raw.baseAddress, raw.count)
        }
    }

    private func canNest(_ depth: Int) -> Bool {
        if depth < Int(VS_LUA_MAXIMUM_DEPTH) { return true }
        unsafe vs_lua_values_refuse_depth(buffer)
        return false
    }
}
