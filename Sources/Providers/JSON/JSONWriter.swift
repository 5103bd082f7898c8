public import Diagnostics
public import SecretMemory

/// Puts a JSON object together in secret memory: the body of a login or of a write.
public struct JSONWriter: ~Copyable {
    private let buffer: SecretBuffer
    private var isFirst = true

    /// An object without members, of at most `maximumBytes` in the end.
    public init(maximumBytes: Int = 1024 * 1024) throws(Failure) {
        let started = try SecretBuffer(reserving: 256, maximumCount: maximumBytes)
        try started.append(UInt8(ascii: "{"))
        buffer = started
    }

    /// Adds a member with public text.
    public mutating func add(_ key: String, text: String) throws(Failure) {
        try addKey(key)
        let bytes = Array(text.utf8)
        try JSONText.append(bytes.span, to: buffer)
    }

    /// Adds a member with a secret.
    ///
    /// - Throws: `.usage` when the secret is not UTF-8: JSON cannot hold it.
    public mutating func add(_ key: String, secret: SecretBytes) throws(Failure) {
        try addKey(key)
        try secret.withBytes { (bytes) throws(Failure) in
            guard UTF8Check.isValid(bytes) else {
                throw Failure(
                    .usage, "the value of \(key) cannot be sent",
                    reason: "it is not UTF-8 text, and JSON holds no other",
                    hint: "store an encoded form of it: secret.base64(value)")
            }
            try JSONText.append(bytes, to: buffer)
        }
    }

    /// Adds a member that is true or false.
    public mutating func add(_ key: String, flag: Bool) throws(Failure) {
        try addKey(key)
        try buffer.append(flag ? "true" : "false")
    }

    /// Adds a member that is a whole number.
    public mutating func add(_ key: String, number: Int) throws(Failure) {
        try addKey(key)
        try buffer.append(String(number))
    }

    /// Adds a member with a list of objects, each written by `write` on the writer itself.
    public mutating func add<T>(
        _ key: String, objects items: [T], _ write: (inout JSONWriter, T) throws(Failure) -> Void
    ) throws(Failure) {
        try addKey(key)
        try buffer.append(UInt8(ascii: "["))
        for (place, item) in items.enumerated() {
            try buffer.append(place == 0 ? "{" : ",{")
            isFirst = true
            try write(&self, item)
            try buffer.append(UInt8(ascii: "}"))
        }
        isFirst = false
        try buffer.append(UInt8(ascii: "]"))
    }

    /// Closes the object and gives it.
    public consuming func finish() throws(Failure) -> SecretBytes {
        try buffer.append(UInt8(ascii: "}"))
        return try buffer.take()
    }

    private mutating func addKey(_ key: String) throws(Failure) {
        if !isFirst { try buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        let bytes = Array(key.utf8)
        try JSONText.append(bytes.span, to: buffer)
        try buffer.append(UInt8(ascii: ":"))
    }
}
