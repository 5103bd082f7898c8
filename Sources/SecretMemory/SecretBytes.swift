import CSystemShims
public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A secret value, or a part of one, in secret memory: pages that no core dump, debugger or swap holds.
///
/// A class, because store, masker and a child's stdin share the one copy; nothing here copies the bytes out. They are
/// wiped when the last owner lets go, or at `wipe()`. Not thread-safe: one owner thread, as all of the host.
@safe public final class SecretBytes {
    private var base: UnsafeMutableRawPointer?
    private let capacity: Int
    /// The number of bytes; 0 after `wipe()`.
    public private(set) var count: Int

    /// Zeroed room for `count` bytes.
    ///
    /// - Throws: `.limit` when the process's secret memory (6 MiB) or its lock limit is used up.
    public init(count: Int) throws(Failure) {
        precondition(count >= 0, "a secret has no negative length")
        guard count > 0 else {
            unsafe base = nil
            capacity = 0
            self.count = 0
            return
        }
        guard let bytes = unsafe vs_sys_secret_alloc(count) else {
            throw errno == EMFILE || errno == ENFILE ? SecretBytes.noDescriptor : SecretBytes.noRoom
        }
        unsafe base = bytes
        capacity = count
        self.count = count
    }

    /// A copy of `bytes`. The caller wipes its own.
    public convenience init(copying bytes: Span<UInt8>) throws(Failure) {
        try self.init(count: bytes.count)
        withMutableBytes { room in
            for index in bytes.indices { room[index] = bytes[index] }
        }
    }

    /// A copy of a text that is no secret itself, such as the fixed part of a template.
    public convenience init(copying text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        try self.init(copying: bytes.span)
    }

    deinit {
        unsafe vs_sys_secret_free(base, capacity)
    }

    /// Lends the bytes for the duration of `body`, and no longer.
    public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        let bytes = unsafe UnsafeBufferPointer(start: base?.assumingMemoryBound(to: UInt8.self), count: count)
        return try body(unsafe bytes.span)
    }

    /// Lends the bytes for writing.
    public func withMutableBytes<R, E: Error>(_ body: (inout MutableSpan<UInt8>) throws(E) -> R) throws(E) -> R {
        let bytes = unsafe UnsafeMutableBufferPointer(start: base?.assumingMemoryBound(to: UInt8.self), count: count)
        var span = unsafe bytes.mutableSpan
        return try body(&span)
    }

    /// Lends the address for a system call or a C shim that reads the bytes.
    @unsafe public func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Lends the address for a system call or a C shim that fills the bytes.
    @unsafe public func withUnsafeMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// Overwrites the bytes and leaves none.
    public func wipe() {
        unsafe vs_sys_wipe(base, capacity)
        count = 0
    }

    /// Cuts the value to its first `newCount` bytes and wipes the rest.
    public func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "truncate cannot grow a secret")
        unsafe withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe vs_sys_wipe(start + newCount, count - newCount)
        }
        count = newCount
    }

    /// Whether both hold the same bytes. Only for the host's own decisions: a script never learns the answer.
    public func isEqual(to other: SecretBytes) -> Bool {
        guard count == other.count else { return false }
        guard let left = unsafe base, let right = unsafe other.base else { return true }
        return unsafe vs_sys_equal_constant_time(left, right, count)
    }

    /// Whether `part` stands in it. Only for the host's own decisions.
    public func contains(_ part: Span<UInt8>) -> Bool {
        withBytes { bytes in
            guard part.count <= bytes.count else { return false }
            return (0...bytes.count - part.count).contains { start in
                part.indices.allSatisfy { bytes[start + $0] == part[$0] }
            }
        }
    }

    /// Secret memory is used up.
    ///
    /// No number of bytes, and no error for a script: either would tell it the length of a value.
    public static var noRoom: Failure {
        var failure = Failure(
            .limit, "there is no secret memory left",
            reason:
                "the values of this run, with the masker's copies, may take \(VS_SYS_SECRET_LIMIT_BYTES / 1024) KiB",
            hint:
                "fetch fewer secrets in one run, or raise the limits of locked memory (ulimit -l) and of files (ulimit -f) if "
                + "they are below 8 MiB")
        failure.endsRun = true
        return failure
    }

    /// Pages of secret memory come from a file, which is open for a moment. No error for a script either: whether new pages
    /// are needed hangs on a length.
    private static var noDescriptor: Failure {
        var failure = Failure(
            .limit, "secret memory cannot be made", reason: unsafe String(cString: strerror(EMFILE)),
            hint: "see the limits of this session: ulimit -n; run fewer children at once")
        failure.endsRun = true
        return failure
    }
}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
    /// Never the value, nor its length.
    public var description: String { "[secret]" }
    /// Hides the storage from `dump` and string interpolation.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
