import CSystemShims
import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads the Lua modules that lie beside a script: text only, and no way out of the script's folder.
struct ModuleLoader {
    static let maximumBytes = 4 << 20
    /// The script's folder.
    let folder: String

    /// The text of module `name` (`a.b` is `a/b.lua`), and the file it came from, relative to the folder.
    ///
    /// - Parameter judge: Throws for an open file that is out of reach, whatever name it has here.
    func load(
        _ name: String, judge: (Int32, String) throws(Failure) -> Void
    ) throws(Failure) -> (file: String, text: [UInt8]) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 1024, !parts.isEmpty, parts.count <= 16, !parts.contains(where: { !Self.isPlain($0) })
        else {
            throw Failure(
                .usage, "require: \"\(name.utf8.shownText())\" is no module name",
                hint: "a name is letters, digits, - and _, with dots for folders: require(\"lib.tools\")")
        }
        let file = parts.joined(separator: "/") + ".lua"
        return (file, try read(file, name, judge))
    }

    private static func isPlain(_ part: Substring) -> Bool {
        !part.isEmpty && part.utf8.count <= 128
            && part.utf8.allSatisfy {
                $0 == 45 || $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
    }

    private func read(
        _ file: String, _ name: String, _ judge: (Int32, String) throws(Failure) -> Void
    ) throws(Failure) -> [UInt8] {
        let start = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if start >= 0 { close(start) } }
        let descriptor = unsafe vs_sys_open_beneath(start, file)
        guard descriptor >= 0 else { throw failure(file, name, errno) }
        defer { close(descriptor) }
        try judge(descriptor, file)
        var text = [UInt8](repeating: 0, count: Self.maximumBytes)
        let count = unsafe text.withUnsafeMutableBytes {
            unsafe vs_sys_read_whole(descriptor, $0.baseAddress, $0.count)
        }
        guard count >= 0 else { throw failure(file, name, errno) }
        text.removeSubrange(count...)
        return text
    }

    private func failure(_ file: String, _ name: String, _ error: Int32) -> Failure {
        switch error {
        case ENOENT, ENOTDIR:
            notFound(file, name)
        case EXDEV, ELOOP:
            Failure(
                .denied, "require: the module \(name) lies outside the script's folder",
                reason: "\(file) is a link that leads out of \(folder.printable)",
                hint: "copy the file beside the script")
        case EFBIG:
            Failure(.limit, "require: the module \(name) is larger than \(Self.maximumBytes >> 20) MiB")
        default:
            Failure(
                .io, "require: the module \(name) cannot be read",
                reason: "\(file): \(unsafe String(cString: strerror(error)))", hint: "look at the file's rights")
        }
    }
    /// A mistake of the script's: not the exit code of a secret that is not there.
    private func notFound(_ file: String, _ name: String) -> Failure {
        var failure = Failure(
            .notFound, "require: the module \(name) was not found",
            reason: "the stdlib has none of that name, and there is no \(file) beside the script (\(folder.printable))",
            hint: "modules of the stdlib: git")
        failure.exitCode = ExitCode.scriptError
        return failure
    }
}
