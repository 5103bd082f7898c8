import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files as the script itself has left them: written, copied or moved by `fs`, downloaded, or filled with a program's
/// output. Under a recipe none of them is a program that the recipe declares.
///
/// A file that a program has changed since, such as a compiler's result, is that program's affair.
final class ScriptFiles {
    private struct Change: Equatable {
        let seconds, nanoseconds: Int
    }

    private var files: [FileIdentity: Change] = [:]
    private var folders: Set<FileIdentity> = []

    /// Notes an open file that is finished.
    func note(_ descriptor: Int32) {
        var facts = stat()
        if unsafe fstat(descriptor, &facts) == 0 { note(facts) }
    }

    /// Notes what is at a path now.
    func note(_ path: String) {
        var facts = stat()
        if unsafe stat(path, &facts) == 0 { note(facts) }
    }

    /// Notes a file or a folder that was moved to `name`.
    func note(_ name: [UInt8], in folder: Int32) {
        var facts = stat()
        if unsafe fstatat(folder, name.cString, &facts, AT_SYMLINK_NOFOLLOW) == 0 { note(facts) }
    }

    private func note(_ facts: stat) {
        if facts.st_mode & S_IFMT == S_IFDIR {
            folders.insert(Self.identity(facts))
        } else {
            files[Self.identity(facts)] = Self.change(facts)
        }
    }

    /// Whether the file at `path` is one of them, or lies in a folder that was moved.
    func holds(_ path: [UInt8]) -> Bool {
        guard !files.isEmpty || !folders.isEmpty, let real = unsafe realpath(path.cString, nil) else { return false }
        defer { unsafe free(real) }
        var place = unsafe String(cString: real)
        var facts = stat()
        guard unsafe stat(place, &facts) == 0 else { return false }
        if files[Self.identity(facts)] == Self.change(facts) { return true }
        while !folders.isEmpty, let slash = place.lastIndex(of: "/"), slash > place.startIndex {
            place = String(place[..<slash])
            if unsafe stat(place, &facts) == 0, folders.contains(Self.identity(facts)) { return true }
        }
        return false
    }

    private static func identity(_ facts: stat) -> FileIdentity {
        FileIdentity(device: UInt64(truncatingIfNeeded: facts.st_dev), inode: UInt64(facts.st_ino))
    }

    private static func change(_ facts: stat) -> Change {
        #if canImport(Darwin)
            let time = facts.st_ctimespec
        #else
            let time = facts.st_ctim
        #endif
        return Change(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }
}
