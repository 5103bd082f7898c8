import Diagnostics
import Foundation
import Glibc

/// Files that only their owner may read, replaced whole or not at all.
enum PrivateFile {
    /// Writes `data` to `path`, 0600, through a new file beside it and a rename.
    ///
    /// The directory is made, 0700, when it is not there.
    /// - Throws: `Failure` of kind `io` that names the path.
    static func write(_ data: Data, to path: String) throws(Failure) {
        try makeDirectory(of: path)
        let draft = "\(path).\(getpid()).tmp"
        unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("cannot be written", path) }
        let isWritten = writeAll(data, to: file) && fsync(file) == 0
        close(file)
        guard isWritten, unsafe rename(draft, path) == 0 else {
            let error = failure("cannot be written", path)
            unsafe unlink(draft)
            throw error
        }
    }

    /// The content of a file, nil when there is none.
    static func read(_ path: String) throws(Failure) -> Data? {
        guard unsafe access(path, F_OK) == 0 else { return nil }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw failure("cannot be read", path)
        }
    }

    /// Makes the directory that `path` is in, with those above it, 0700.
    static func makeDirectory(of path: String) throws(Failure) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw failure("cannot be made", directory)
        }
    }

    private static func writeAll(_ data: Data, to file: Int32) -> Bool {
        var rest = [UInt8](data)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func failure(_ what: String, _ path: String) -> Failure {
        let reason = unsafe String(cString: strerror(errno))
        return Failure(.io, "\(path) \(what)", reason: reason, hint: "check the rights of its directory")
    }
}
