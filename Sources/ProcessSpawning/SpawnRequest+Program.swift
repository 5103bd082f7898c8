import CSystemShims

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which file it is, whatever name leads to it.
public struct ProgramFile {
    /// Device and inode.
    public struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    /// The path that is executed, as the child sees it from its working directory.
    public let executable: [UInt8]
    /// The same, as this process sees it.
    public let path: [UInt8]
    /// What it leads to.
    public let identity: Identity
}

extension SpawnRequest {
    /// The file that this request would execute, as things are now; nil where there is none.
    public var programFile: ProgramFile? {
        for candidate in Spawner.candidates(for: program, in: searchPath) {
            if let file = Self.file(candidate, seenFromChild(candidate)) { return file }
        }
        return nil
    }

    /// Every path that may be executed for it, there or not.
    public var possiblePaths: [[UInt8]] { Spawner.candidates(for: program, in: searchPath).map(seenFromChild) }

    /// A path as it leads on from the child's working directory: there the kernel and the child look.
    public func seenFromChild(_ path: [UInt8]) -> [UInt8] {
        guard path.first != UInt8(ascii: "/"), let workingDirectory else { return path }
        return workingDirectory + [UInt8(ascii: "/")] + path
    }

    private static func file(_ executable: [UInt8], _ path: [UInt8]) -> ProgramFile? {
        var facts = stat()
        let isThere = withCString(path) { path in
            unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
        guard isThere else { return nil }
        return ProgramFile(
            executable: executable, path: path,
            identity: .init(device: UInt64(truncatingIfNeeded: facts.st_dev), inode: UInt64(facts.st_ino)))
    }
}
