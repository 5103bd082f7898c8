import Configuration
import Diagnostics
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a credentials file is, or is going to be: written as a whole or not at all.
struct CredentialsPlace {
    let path: String
    /// Told of the new file while it has no name of its own yet, so that it does not outlive a killed host.
    let keeper: KeeperLink?

    /// The file of a profile: where the user's configuration has it, else in the user's own folder.
    ///
    /// - Throws: `.usage` for a name that is none, and where the environment tells of no folder.
    init(profile: String, _ options: RunOptions, _ environment: HostEnvironment, _ keeper: KeeperLink?) throws(Failure)
    {
        guard !profile.isEmpty, !profile.hasPrefix("."), !profile.hasPrefix("-"), !profile.contains("/"),
            profile == profile.printable, profile.utf8.count <= 100
        else {
            throw Failure(
                .usage, "that is no name for a profile", reason: "it is the name of a file, such as blog in blog.env",
                hint: "leave out slashes, blanks and dots at the beginning")
        }
        self.keeper = keeper
        if let named = options.settings.user?.profiles[profile]?.credentials?.value {
            path = named
        } else if let folder = environment.ownProfileFolder {
            path = "\(folder)/\(profile).env"
        } else {
            throw Failure(
                .usage, "there is no folder for the profile \(profile)",
                reason: "neither HOME nor XDG_CONFIG_HOME is set", hint: "name the file: --credentials FILE")
        }
    }

    /// A file by its path.
    init(path: String, _ keeper: KeeperLink?) {
        self.path = path
        self.keeper = keeper
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private var name: Substring { path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...] }

    /// Whether there is something of that name, be it a link.
    var isTaken: Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0
    }

    // MARK: - Folder

    /// Makes the folders that are missing, for nobody else to look into.
    ///
    /// - Throws: `.usage` where others may change the folder: they could put another file there.
    func prepareFolder() throws(Failure) {
        var made = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            made += "/" + part
            if unsafe access(made, F_OK) == 0 { continue }
            if unsafe mkdir(made, 0o700) == 0 || errno == EEXIST { continue }
            throw unwritable("the folder \(made.printable) cannot be made")
        }
        try checkFolder()
    }

    /// - Throws: `.usage` where others may change the folder.
    func checkFolder(_ what: String = "written to") throws(Failure) {
        var facts = stat()
        guard unsafe stat(folder, &facts) == 0 else { throw unwritable("the folder cannot be looked at") }
        let isSafe = facts.st_mode & (S_IWGRP | S_IWOTH) == 0 || facts.st_mode & S_ISVTX != 0
        guard isSafe, facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw Failure(
                .usage, "no credentials are \(what) \(folder.printable)",
                reason: "other users may change what is in that folder, and put a file of their own there",
                hint: "chmod 700 \(folder.printable)")
        }
    }

    /// Keeps a second `vaultscript credentials` of this user out of the folder for as long as the descriptor is open.
    func lock() throws(Failure) -> FolderLock { try FolderLock(folder) }

    /// - Throws: `.usage` for a file that is not this user's to replace: one that a service manager has mounted.
    func checkReplaceable() throws(Failure) {
        var facts = stat()
        let isThere = unsafe lstat(path, &facts) == 0
        let isOwn = isThere && facts.st_mode & S_IFMT == S_IFREG && facts.st_uid == geteuid()
        let isWritable = unsafe access(folder, W_OK | X_OK) == 0
        guard !(isOwn && isWritable) else { return }
        throw Failure(
            .usage, "the credentials file \(path.printable) cannot be replaced",
            reason: "it is no regular file of yours in a folder that you may write: a link, or a mount",
            hint: "run this where the file itself lies, and hand the new one on from there")
    }

    // MARK: - Content

    /// Puts `content` in the place of what is there, at once: whoever reads finds the former file or the new one.
    ///
    /// - Throws: `.io` with the system's reason; then all is as it was.
    func replace(with content: SecretBytes) throws(Failure) {
        let suffix = String(decoding: try RandomName.make(), as: UTF8.self)
        let temporary = "\(folder)/.\(name).\(suffix)"
        keeper?.remove(Array(temporary.utf8))
        defer { keeper?.forget(Array(temporary.utf8)) }
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unwritable("the credentials file \(path.printable) cannot be written") }
        // The mode is this, whatever the umask.
        let isDone = fchmod(descriptor, 0o600) == 0 && write(content, to: descriptor) && fsync(descriptor) == 0
        let isNamed = unsafe isDone && rename(temporary, path) == 0
        guard isNamed else {
            let failure = unwritable("the credentials file \(path.printable) cannot be written")
            unsafe _ = unlink(temporary)
            close(descriptor)
            throw failure
        }
        close(descriptor)
        syncFolder()
    }

    /// Takes the file away, which is judged as for reading; false where there is none.
    func remove() throws(Failure) -> Bool {
        guard try CredentialsFile.remove(path) else { return false }
        syncFolder()
        return true
    }

    private func write(_ content: SecretBytes, to descriptor: Int32) -> Bool {
        unsafe content.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    /// So that the new name is on the disk too. What cannot be helped is not told: the file is there.
    private func syncFolder() {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func unwritable(_ message: String) -> Failure {
        Failure(
            .io, message, reason: unsafe String(cString: strerror(errno)),
            hint: "look at the path, at the rights of its folder and at the room on the disk")
    }
}

/// An open folder with a lock on it, until it goes.
final class FolderLock {
    private let descriptor: Int32

    init(_ folder: String) throws(Failure) {
        descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(
                .io, "the folder \(folder.printable) cannot be opened", reason: unsafe String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure(
                .usage, "another vaultscript is changing the credentials in \(folder.printable)",
                hint: "wait until it has ended, and try again")
        }
    }

    deinit { close(descriptor) }
}
