import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The certificates that are trusted instead of the system's, as their file held them before the script began: what the
/// script, or a program of the run, writes there is not trusted.
final class TrustedCertificates {
    /// The largest file that is read.
    static let maximumBytes = 8 << 20

    /// A sealed copy in memory; -1 where there is none.
    private let copy: Int32
    /// Why there is none.
    let fault: String?

    init(_ path: String) {
        let (copy, reason) = Self.copy(of: path)
        self.copy = copy
        fault = reason.map { "the file of certificates \(path.printable) is not used: \($0)" }
    }

    deinit { if copy >= 0 { close(copy) } }

    /// Where the copy can be read.
    var path: String { "/proc/self/fd/\(copy)" }

    private static let beginning = Array("-----BEGIN ".utf8)

    private static func copy(of path: String) -> (copy: Int32, reason: String?) {
        func failed() -> (Int32, String?) { (-1, unsafe String(cString: strerror(errno))) }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { return failed() }
        defer { close(file) }
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0 else { return failed() }
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_size <= maximumBytes else {
            return (-1, "it is no regular file of at most \(maximumBytes >> 20) MiB")
        }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        let count = unsafe vs_sys_file_read(file, &bytes, bytes.count)
        guard count >= 0 else { return failed() }
        // libcurl would tell of it by the copy's path.
        guard bytes[..<count].indices.contains(where: { bytes[$0...].starts(with: beginning) }) else {
            return (-1, "it holds no certificate")
        }
        let copy = unsafe vs_sys_memory_file(bytes, count)
        return copy < 0 ? failed() : (copy, nil)
    }
}
