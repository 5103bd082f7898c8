import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files as the script itself has left them: written, copied or moved by `fs`, downloaded, or filled with a program's
/// output. Under a recipe none of them is a program that the recipe declares.
///
/// A file that a program has written since, such as a compiler's result, is that program's affair.
final class ScriptFiles {
    /// How a file was left. A new time of change with the old size is no other content: `touch`, `chmod` and `mv` make one.
    private struct Version {
        let seconds, nanoseconds, size: Int

        func isStill(_ other: Version) -> Bool {
            size == other.size || (seconds == other.seconds && nanoseconds == other.nanoseconds)
        }
    }

    private var files: [FileIdentity: Version] = [:]
    private var folders: Set<FileIdentity> = []
    /// Those that are being filled.
    private var filled: Set<FileIdentity> = []

    /// Notes an open file that is finished.
    func note(_ descriptor: Int32) {
        var facts = stat()
        if unsafe fstat(descriptor, &facts) == 0 { note(facts) }
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
            files[Self.identity(facts)] = Self.version(facts)
        }
    }

    /// An open file or folder was removed: where it has no other name its number may be another's next.
    func forgetRemoved(_ file: OpenFile) {
        var facts = stat()
        guard unsafe fstat(file.number, &facts) == 0, facts.st_nlink == 0 else { return }
        files[file.identity] = nil
        folders.remove(file.identity)
        filled.remove(file.identity)
    }

    /// Calls `body`, which takes a name from an open file: under its other names it stays what it is, though its time of
    /// change is another.
    func keeping<R>(_ file: OpenFile?, _ body: () -> R) -> R {
        var before = stat()
        guard let file, let version = files[file.identity], unsafe fstat(file.number, &before) == 0,
            version.isStill(Self.version(before))
        else { return body() }
        let result = body()
        let error = errno
        note(file.number)
        errno = error
        return result
    }

    /// A program or a server fills the file from now on.
    func begin(_ file: FileIdentity) { filled.insert(file) }

    /// It is filled; moved away meanwhile it stays one of these, whatever its time.
    func end(_ file: FileIdentity, _ path: String) {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0, Self.identity(facts) == file else { return }
        filled.remove(file)
        note(facts)
    }

    /// Whether the file at `path`, or a link or a folder on the way to it, is one of them.
    ///
    /// - Throws: Why that cannot be seen; what is missing, or closed to this user by
    ///   somebody else, is none of them.
    func holds(_ path: [UInt8]) throws(FileTrouble) -> Bool {
        guard !files.isEmpty || !folders.isEmpty || !filled.isEmpty else { return false }
        var isOne = false
        var walk = FileWalk(protection: nil)
        walk.onEntry = { [self] folder, name, _ in
            var facts = stat()
            guard unsafe fstatat(folder.number, name.cString, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            let identity = Self.identity(facts)
            isOne =
                isOne || folders.contains(identity) || filled.contains(identity)
                || files[identity]?.isStill(Self.version(facts)) == true
        }
        do throws(FileTrouble) {
            _ = try walk.resolve(path)
        } catch {
            if !error.isMissing, !error.isClosedForGood { throw error }
        }
        return isOne
    }

    private static func identity(_ facts: stat) -> FileIdentity {
        FileIdentity(device: UInt64(truncatingIfNeeded: facts.st_dev), inode: UInt64(facts.st_ino))
    }

    private static func version(_ facts: stat) -> Version {
        #if canImport(Darwin)
            let time = facts.st_ctimespec
        #else
            let time = facts.st_ctim
        #endif
        return Version(seconds: time.tv_sec, nanoseconds: time.tv_nsec, size: Int(facts.st_size))
    }
}
