import CSystemShims
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A descriptor with one owner, closed with it.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { _ = close(number) } }
}

/// The system's error number of the last call.
func errorNumber() -> Int32 { errno }

func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

/// The system's words for `number`.
func errorText(_ number: Int32) -> String {
    guard let words = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: words)
}

/// The result of one read or write that does not block.
enum Transfer: Equatable {
    case moved(Int)
    /// Nothing now; the loop says when.
    case later
    /// The end, or the other end has gone.
    case over

    /// From what read(2) or write(2) gave; `isEnd` is what zero means.
    init(_ count: Int, isEnd: Bool) {
        if count > 0 || (count == 0 && !isEnd) {
            self = .moved(count)
        } else if count < 0, [EAGAIN, EWOULDBLOCK, EINTR].contains(errno) {
            self = .later
        } else {
            self = .over
        }
    }
}

func readSome(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Transfer {
    unsafe Transfer(vs_sys_read_ready(descriptor, room.baseAddress, room.count), isEnd: true)
}

func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
    unsafe Transfer(write(descriptor, bytes.baseAddress, bytes.count), isEnd: false)
}

/// Bytes of a name or a path for a message: control characters and what is no UTF-8 made visible, at most 200 bytes,
/// and a mark where there are more.
func shown(_ bytes: [UInt8]) -> String {
    let maximum = 200
    var text = String(decoding: bytes.prefix(maximum), as: UTF8.self).unicodeScalars[...]
    if bytes.count > maximum {
        // A letter may have been cut in two.
        if text.last == "\u{FFFD}" { text.removeLast() }
        text.append("…")
    }
    return text.reduce(into: "") { shown, scalar in
        if scalar.value < 32 || scalar.value == 127 {
            shown += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        } else {
            shown.unicodeScalars.append(scalar)
        }
    }
}

extension SpawnValue {
    /// The number of bytes.
    var count: Int {
        switch self {
        case .text(let bytes): bytes.count
        case .secret(let secret): secret.count
        }
    }

    /// Lends the bytes for reading.
    @unsafe func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        switch self {
        case .text(let bytes):
            // withUnsafeBytes of Array does not pass on a typed error.
            let result = unsafe bytes.withUnsafeBytes { bytes in
                Result { () throws(E) -> R in try unsafe body(bytes) }
            }
            return try result.get()
        case .secret(let secret):
            return try unsafe secret.withUnsafeBytes(body)
        }
    }

    /// Whether one of the bytes is zero.
    var holdsNUL: Bool {
        unsafe withUnsafeBytes { bytes in unsafe bytes.contains(0) }
    }
}
