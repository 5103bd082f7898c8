import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Folders of scripts.
enum ScriptFolder {
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

    /// What a name in a folder leads to.
    enum Target {
        /// A regular file in the folder or below it: its path without links.
        case file(String)
        /// Nothing that is a script of this folder, because of this.
        case none(String)
    }

    /// Where `name` leads from `folder`. A link that leads out of it makes no script of what it leads to.
    static func target(of name: String, in folder: String) -> Target {
        let path = folder + "/" + name
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            return .none(errno == ENOENT ? "it is a link that leads nowhere" : unsafe String(cString: strerror(errno)))
        }
        guard facts.st_mode & S_IFMT == S_IFREG else { return .none("it is no regular file") }
        let found = ScriptReader.resolved(path)
        let root = ScriptReader.resolved(folder)
        guard found.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
            return .none("it is a link that leads out of the folder")
        }
        return .file(found)
    }
}
