#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks for the files of a project, from the working directory upwards. It ends where the project's own folders end: at
/// the home folder (which is not looked into: there the user's own file holds), at another file system, at a folder of
/// somebody else, at the root.
struct ProjectSearch {
    /// The names that are looked for.
    static let fileName = "vaultscript.toml"
    static let infisicalName = ".infisical.json"
    private static let maximumFolders = 64

    /// The nearest of each; nil where there is none.
    private(set) var file: String?
    private(set) var infisical: String?

    init() {
        guard let start = unsafe getcwd(nil, 0) else { return }
        defer { unsafe free(start) }
        var folder = unsafe String(cString: start)
        let home = Self.identity(Self.home)
        var device: dev_t?
        for _ in 0..<Self.maximumFolders {
            var facts = stat()
            guard folder.hasPrefix("/"), unsafe stat(folder, &facts) == 0,
                facts.st_uid == geteuid() || facts.st_uid == 0, device ?? facts.st_dev == facts.st_dev
            else { return }
            if let home, home == Identity(facts) { return }
            device = facts.st_dev
            look(folder)
            guard folder != "/", file == nil || infisical == nil, let slash = folder.lastIndex(of: "/") else { return }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    private mutating func look(_ folder: String) {
        let prefix = folder == "/" ? "/" : folder + "/"
        if file == nil, unsafe access(prefix + Self.fileName, F_OK) == 0 { file = prefix + Self.fileName }
        if infisical == nil, unsafe access(prefix + Self.infisicalName, F_OK) == 0 {
            infisical = prefix + Self.infisicalName
        }
    }

    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init(_ facts: stat) {
            device = facts.st_dev
            inode = facts.st_ino
        }
    }

    private static func identity(_ path: String?) -> Identity? {
        var facts = stat()
        guard let path, unsafe stat(path, &facts) == 0 else { return nil }
        return Identity(facts)
    }

    private static var home: String? {
        guard let value = unsafe getenv("HOME") else { return nil }
        return unsafe String(cString: value)
    }
}
