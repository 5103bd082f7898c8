import CSystemShims

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a path could not be followed, and how far it could.
struct FileTrouble: Error {
    enum Cause {
        case system(Int32)
        /// It leads to what no script may touch.
        case outOfReach(String)
    }

    var cause: Cause
    /// The last folder that was reached, and the name in it that failed.
    var folder: OpenFile?
    var name: [UInt8]
    /// That name is not the path's last one.
    var isOnTheWay: Bool
    /// That name stands in a link, and not in the path: a script is not told it.
    var isOfLink = false

    init(_ cause: Cause, _ folder: OpenFile? = nil, _ name: [UInt8] = [], isOnTheWay: Bool = false) {
        self.cause = cause
        self.folder = folder
        self.name = name
        self.isOnTheWay = isOnTheWay
    }

    /// The system's words.
    var reason: String {
        switch cause {
        case .system(let error): unsafe String(cString: strerror(error))
        case .outOfReach(let what): "it leads to \(what)"
        }
    }

    var isMissing: Bool {
        if case .system(let error) = cause { return error == ENOENT || error == ENOTDIR }
        return false
    }

    /// The user has no right to go on there.
    var isClosed: Bool {
        if case .system(let error) = cause { return error == EACCES }
        return false
    }

    /// It is in a folder that somebody else has closed to this user: none of the user's programs opens it.
    var isClosedForGood: Bool {
        guard isClosed, let folder, folder.facts.owner != geteuid() else { return false }
        var facts = stat()
        return unsafe fstatat(folder.number, ".", &facts, 0) != 0 && errno == EACCES
    }
}

/// Where a path leads: a folder, a name in it, and what is there now.
struct FilePlace {
    let folder: OpenFile
    /// `.` where the path leads to `folder` itself.
    let name: [UInt8]
    /// Opened without any right to its content; nil where there is nothing of that name.
    let file: OpenFile?
    /// `name` stands in a link, and not in the path: a script is not told it.
    var isOfLink = false

    /// The trouble of whoever finds nothing here.
    var missing: FileTrouble {
        var trouble = FileTrouble(.system(ENOENT), folder, name)
        trouble.isOfLink = isOfLink
        return trouble
    }
}

/// Follows a path as the kernel would, one step at a time, and judges every folder, file and link on the way by what it
/// is: by device and inode, on an open descriptor. A name, a link, a hard link or a mount leads past nothing.
struct FileWalk {
    static let maximumLinks = 40
    static let maximumPathBytes = 4096

    /// What may not be reached; nil while the protected places themselves are looked for.
    let protection: Protection?
    /// Told each entry that is gone through, and whether it is the last one.
    var onEntry: (OpenFile, [UInt8], Bool) -> Void = { _, _, _ in }

    /// The place that `path` leads to, seen from `start` (the working directory).
    ///
    /// - Throws: `.system` where a folder on the way is missing or closed; a missing last entry is no trouble.
    func resolve(_ path: [UInt8], from start: OpenFile? = nil, followsLast: Bool = true) throws(FileTrouble)
        -> FilePlace
    {
        guard path.count <= Self.maximumPathBytes else { throw FileTrouble(.system(ENAMETOOLONG)) }
        var isOfLink = false
        do throws(FileTrouble) {
            return try resolve(path, from: start, followsLast, &isOfLink)
        } catch {
            var error = error
            error.isOfLink = isOfLink
            throw error
        }
    }

    private func resolve(
        _ path: [UInt8], from start: OpenFile?, _ followsLast: Bool, _ isOfLink: inout Bool
    ) throws(FileTrouble) -> FilePlace {
        var folder = try beginning(path, start)
        var rest = Self.steps(path)
        // How many of them are the path's own: the others come out of links.
        var own = rest.count
        var links = 0
        while let name = rest.popLast() {
            isOfLink = rest.count >= own
            own = min(own, rest.count)
            if name == [46] { continue }
            let isLast = rest.isEmpty
            guard let file = try step(folder, name, isLast) else {
                return FilePlace(folder: folder, name: name, file: nil, isOfLink: isOfLink)
            }
            if name == [46, 46] {
                folder = file
            } else if file.isLink, !isLast || followsLast {
                links += 1
                guard links <= Self.maximumLinks else { throw FileTrouble(.system(ELOOP), folder, name) }
                let text = try target(of: file, in: folder, name)
                if text.first == 47 { folder = try beginning(text, nil) }
                rest += Self.steps(text)
            } else if isLast {
                guard path.last != 47 || file.isFolder else { throw FileTrouble(.system(ENOTDIR), folder, name) }
                return FilePlace(folder: folder, name: name, file: file, isOfLink: isOfLink)
            } else {
                guard file.isFolder else { throw FileTrouble(.system(ENOTDIR), folder, name) }
                folder = file
            }
        }
        return FilePlace(folder: folder, name: [46], file: folder)
    }

    /// The steps of a path, the first one last.
    private static func steps(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: 47).reversed().map(Array.init)
    }

    private func beginning(_ path: [UInt8], _ start: OpenFile?) throws(FileTrouble) -> OpenFile {
        if path.first != 47, let start { return start }
        guard let folder = OpenFile.start(atRoot: path.first == 47) else { throw FileTrouble(.system(errno)) }
        // The working directory itself may lie where no script may go.
        try judge(folder, from: nil, [])
        return folder
    }

    private func step(_ folder: OpenFile, _ name: [UInt8], _ isLast: Bool) throws(FileTrouble) -> OpenFile? {
        if name != [46, 46] { onEntry(folder, name, isLast) }
        if protection != nil { try KernelFiles.check(name, in: folder) }
        guard let file = folder.step(name, wantsFolder: !isLast || name == [46, 46]) else {
            let error = errno
            if isLast, error == ENOENT { return nil }
            throw FileTrouble(.system(error), folder, name, isOnTheWay: !isLast)
        }
        try judge(file, from: folder, name)
        return file
    }

    private func judge(_ file: OpenFile, from folder: OpenFile?, _ name: [UInt8]) throws(FileTrouble) {
        guard let protection else { return }
        if let what = protection.inside[file.identity] { throw FileTrouble(.outOfReach(what), folder, name) }
        try KernelFiles.check(file, from: folder)
    }

    /// Where a link leads. In a folder that all may write to, a link of somebody else is not followed: it could have
    /// been placed there to lead us astray (as Linux has it with fs.protected_symlinks).
    private func target(of link: OpenFile, in folder: OpenFile, _ name: [UInt8]) throws(FileTrouble) -> [UInt8] {
        let isShared = folder.facts.mode & (S_ISVTX | S_IWOTH) == S_ISVTX | S_IWOTH
        guard !isShared || link.facts.owner == geteuid() || link.facts.owner == folder.facts.owner else {
            throw FileTrouble(.system(EACCES), folder, name)
        }
        guard let text = link.linkText, !text.isEmpty else { throw FileTrouble(.system(errno), folder, name) }
        return text
    }
}

/// What of /proc and /sys a script may see: what the machine is. All of our processes have entries there, under many names
/// and with links to their files, memory and environment; and what the kernel counts (bytes of a network, memory, processor
/// time) tells how long a value is that the host has fetched.
enum KernelFiles {
    /// What only a program may read.
    static let counters = "what the kernel tells of this machine, and of what vaultscript does on it"
    private static let processes = "/proc of processes, vaultscript's own among them"
    private static let rootInode: UInt64 = 1
    private static let harmless: Set<String> = ["cmdline", "cpuinfo", "filesystems", "version"]

    /// The entry that is about to be looked up.
    static func check(_ name: [UInt8], in folder: OpenFile) throws(FileTrouble) {
        guard folder.facts.pseudo == VS_SYS_PSEUDO_PROC, folder.facts.inode == rootInode, name != [46, 46] else {
            return
        }
        let text = String(decoding: name, as: UTF8.self)
        guard !harmless.contains(text) else { return }
        throw FileTrouble(.outOfReach(isProcess(text) ? processes : counters), folder, name)
    }

    private static func isProcess(_ name: String) -> Bool {
        name == "self" || name == "thread-self" || name.utf8.allSatisfy { (48...57).contains($0) }
    }

    /// The file that was found: procfs is entered by its root only, not by a mount of something inside it, and sysfs not
    /// at all.
    static func check(_ file: OpenFile, from folder: OpenFile?) throws(FileTrouble) {
        switch file.facts.pseudo {
        case VS_SYS_PSEUDO_NONE: return
        case VS_SYS_PSEUDO_PROC:
            guard folder?.facts.pseudo != VS_SYS_PSEUDO_PROC, file.facts.inode != rootInode else { return }
            throw FileTrouble(.outOfReach(processes))
        default: throw FileTrouble(.outOfReach(counters))
        }
    }
}
