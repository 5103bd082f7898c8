import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file of settings, read only where nobody else can have written it. Checked on the open descriptor.
struct TrustedFile {
    /// Whose word it is.
    enum Origin {
        /// The user's own configuration: nobody else may be able to write it.
        case user
        /// A file of a working tree: of this user or of root. A group may write it, as in a shared checkout.
        case project
    }

    /// The largest file that is read.
    static let maximumBytes = 64 << 10

    let path: String
    let origin: Origin

    /// What the file holds; nil where there is none.
    ///
    /// - Throws: `.usage` for a file that somebody else can write, that is no file, or that is too large; and for a private
    ///   one that a link of a working tree leads to.
    func read() throws(Failure) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = errno
            if reason == ENOENT || reason == ENOTDIR || isHidden { return nil }
            throw unusable(unsafe String(cString: strerror(reason)), "look at the file's rights")
        }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw unusable("it is no regular file", "put the settings into a file")
        }
        try checkOwner(facts)
        if origin == .project, isLinked { try checkLinked(facts) }
        guard facts.st_size <= Self.maximumBytes else {
            throw unusable("it is larger than \(Self.maximumBytes >> 10) KiB", "leave the settings in it alone")
        }
        return try readAll(descriptor)
    }

    private func checkOwner(_ facts: stat) throws(Failure) {
        guard facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw unusable(
                "it belongs to the user with id \(facts.st_uid)",
                "make it yours, or run elsewhere: chown $(id -u) \(path)")
        }
        let others = origin == .user ? S_IWGRP | S_IWOTH : S_IWOTH
        guard facts.st_mode & others == 0 else {
            throw unusable(
                "somebody else can write it",
                origin == .user ? "make it yours alone: chmod go-w \(path)" : "chmod o-w \(path)")
        }
    }

    // MARK: - Links

    /// Whether the name is a symbolic link: then nothing of what lies there is quoted.
    var isLinked: Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFLNK
    }

    /// A link in a working tree may have been put there to have a private file told.
    private func checkLinked(_ facts: stat) throws(Failure) {
        guard facts.st_mode & (S_IRGRP | S_IROTH | S_IXUSR) != 0 else {
            throw unusable(
                "a link leads to it, and its owner alone may read it: it could be any private file", Self.linkHint)
        }
        guard let place = Self.resolved(path), !Self.ownFolders.contains(where: { place.hasPrefix($0 + "/") }) else {
            throw unusable(
                "a link leads to it, and it belongs to the configuration or the credentials of vaultscript",
                Self.linkHint)
        }
    }

    /// Said in the place of what is wrong with a text that a link leads to.
    var isNoConfiguration: Failure {
        unusable("a link leads to it, and what lies there is no configuration", Self.linkHint)
    }

    private static let linkHint = "see where it leads with ls -l; put the file itself there, or remove the link"

    /// Where vaultscript's own files are, without links.
    private static var ownFolders: [String] {
        func folder(_ variable: String, _ fallback: String) -> String? {
            if let path = Settings.variable(variable), path.hasPrefix("/") { return path + "/vaultscript" }
            return Settings.variable("HOME").map { "\($0)/\(fallback)/vaultscript" }
        }
        return [
            folder("XDG_CONFIG_HOME", ".config"), folder("XDG_STATE_HOME", ".local/state"),
            Settings.variable("CREDENTIALS_DIRECTORY"),
        ].compactMap { $0.flatMap(resolved) }
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// In a folder that this user may not look into, such as the home of another that `sudo` left in HOME.
    private var isHidden: Bool {
        var facts = stat()
        return unsafe stat(path, &facts) != 0
    }

    private func readAll(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes)
        var held = 0
        while held < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress?.advanced(by: held), room.count - held)
            }
            if count == 0 { break }
            guard count > 0 || errno == EINTR else {
                throw unusable(unsafe String(cString: strerror(errno)), "look at the file")
            }
            held += max(0, count)
        }
        return Array(bytes[..<held])
    }

    private func unusable(_ reason: String, _ hint: String) -> Failure {
        Failure(
            .usage, "the configuration \(path.printable) is not used", reason: reason, hint: hint.printable)
    }
}
