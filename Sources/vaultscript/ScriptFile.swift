import Diagnostics
import ScriptAnalysis

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads scripts that are looked at and not run.
enum ScriptFile {
    /// The text of a file; `-` is standard input.
    static func read(_ path: String) throws(Failure) -> SourceText {
        guard path != "-" else { return SourceText(try readAll(0, "standard input")) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        return SourceText(try readAll(descriptor, path))
    }

    private static func readAll(_ descriptor: Int32, _ path: String) throws(Failure) -> [UInt8] {
        var text: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return text }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            text.append(contentsOf: room.prefix(count))
            guard text.count <= RunCommand.maximumScriptBytes else {
                throw Failure(
                    .usage, "\(path.printable) is larger than \(RunCommand.maximumScriptBytes >> 20) MiB",
                    hint: "a script is a text file")
            }
        }
    }

    private static func unreadable(_ path: String, _ error: Int32) -> Failure {
        Failure(
            .usage, "the script \(path.printable) cannot be read", reason: unsafe String(cString: strerror(error)),
            hint: error == ENOENT ? "look at the path" : "look at the file and its rights")
    }

    // MARK: - Folders

    /// The folder that a script lies in.
    static func folder(of path: String) -> String {
        guard path != "-", let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The names of the Lua files in a folder, hidden ones left out, sorted.
    static func luaFiles(in folder: String) throws(Failure) -> [String] {
        guard let stream = unsafe opendir(folder) else {
            throw Failure(
                .usage, "the folder \(folder.printable) cannot be read",
                reason: unsafe String(cString: strerror(errno)),
                hint: "name a folder of scripts")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".lua"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
