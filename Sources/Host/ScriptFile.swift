import CSystemShims
public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A script as it was read from its file, for a run and for what only looks at it.
public struct ScriptFile: Sendable {
    /// The largest script that is run.
    public static let maximumBytes = 16 << 20
    /// The largest one that is looked at without being run.
    public static let maximumAnalysedBytes = 1 << 20

    /// The text, as it came.
    public let bytes: [UInt8]
    /// A symbolic link led to it: it may be no script at all, and no error quotes it.
    public let isLinked: Bool
}

/// Reads scripts. A name in a working tree may be a link that somebody else has put there to have a private file told:
/// what no script may touch is no script either.
public struct ScriptReader {
    private let protection: Protection

    /// Looks up what no script is read from.
    ///
    /// - Throws: `.limit` where a protected folder is too large to be looked through.
    public init(_ options: RunOptions) throws(Failure) {
        let places = ProtectedPlaces(options: options) { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        }
        protection = try places.look()
    }

    /// The text of a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - shown: What errors call it; the path, where nothing is said.
    ///   - limit: The number of bytes from which on it is refused.
    ///   - missing: What to do where there is none.
    /// - Throws: `.usage` for what is no regular file (nothing is ever waited for) or too large; `.denied` for what is
    ///   out of reach.
    public func read(
        _ path: String, as shown: String? = nil, limit: Int = ScriptFile.maximumBytes,
        missing: @autoclosure () -> String = "look at the path"
    ) throws(Failure) -> ScriptFile {
        let name = (shown ?? path).printable
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let error = errno
            let reason = error == ENXIO ? "it is a socket or a device" : unsafe String(cString: strerror(error))
            let hint = error == ENXIO ? "a script is a text file" : "look at the file's rights"
            throw Self.unreadable(name, reason, error == ENOENT ? missing() : hint)
        }
        defer { close(descriptor) }
        var facts = vs_sys_file_facts()
        guard unsafe vs_sys_file_learn(descriptor, &facts) else {
            throw Self.unreadable(name, unsafe String(cString: strerror(errno)), "look at the file")
        }
        guard facts.mode & S_IFMT == S_IFREG else { throw Self.noFile(name, facts.mode) }
        let isLinked = Self.isLinked(path)
        try check(facts, name, path, isLinked)
        return ScriptFile(bytes: try Self.readAll(descriptor, name, limit), isLinked: isLinked)
    }

    /// The text that comes on standard input, whatever that is.
    public static func readInput(limit: Int = ScriptFile.maximumBytes) throws(Failure) -> ScriptFile {
        ScriptFile(bytes: try readAll(0, "standard input", limit), isLinked: false)
    }

    // MARK: - What is refused

    private func check(_ facts: vs_sys_file_facts, _ name: String, _ path: String, _ isLinked: Bool) throws(Failure) {
        if let what = protection.inside[FileIdentity(facts)] {
            throw Failure(
                .denied, "the script \(name) is not read", reason: "it belongs to the \(what)",
                hint: isLinked
                    ? "it is a link, or lies behind one: see where it leads with ls -l, and remove it" : "name a script"
            )
        }
        // A private file: a key, or a script of a careful user. Programs are no keys.
        guard isLinked, facts.mode & (S_IRGRP | S_IROTH | S_IXUSR) == 0 else { return }
        throw Failure(
            .denied, "the script \(name) is not read",
            reason: "a link leads to it, and its owner alone may read it: it could be any private file",
            hint: "where it is meant, name the file itself: \(Self.resolved(path).printable)")
    }

    private static func noFile(_ name: String, _ mode: UInt32) -> Failure {
        switch mode & S_IFMT {
        case S_IFDIR: unreadable(name, "it is a folder", "name a script in it: vaultscript list \(name)")
        case S_IFIFO:
            unreadable(name, "it is a pipe", "a script that comes through a pipe is read as: … | vaultscript -")
        default:
            unreadable(
                name, "it is a device", "a script is a text file; from standard input it is read as: vaultscript -")
        }
    }

    private static func unreadable(_ name: String, _ reason: String, _ hint: String) -> Failure {
        Failure(.usage, "the script \(name) cannot be read", reason: reason, hint: hint)
    }

    private static func readAll(_ descriptor: Int32, _ name: String, _ limit: Int) throws(Failure) -> [UInt8] {
        var text: [UInt8] = []
        // Most scripts are small, and every page of it costs.
        var room = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return text }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(name, unsafe String(cString: strerror(errno)), "look at the file")
            }
            text.append(contentsOf: room.prefix(count))
            if count == room.count, count < 1 << 16 { room = Array(repeating: 0, count: 1 << 16) }
            guard text.count <= limit else {
                throw Failure(
                    .usage, "\(name) is larger than \(limit >> 20) MiB",
                    hint: limit < ScriptFile.maximumBytes
                        ? "a script of that size can be run, and not looked at" : "a script is a text file")
            }
        }
    }

    // MARK: - Links

    /// Whether the file is a link, or a folder on the way is one that lies below the working directory: links above it
    /// are the user's own order of things.
    private static func isLinked(_ path: String) -> Bool {
        let bytes = Array(path.utf8)
        let own = Array((resolved(".") + "/").utf8)
        for end in bytes.indices.dropFirst() + [bytes.count] where end == bytes.count || bytes[end] == 47 {
            let isBelow = bytes[0] != 47 || bytes[..<end].starts(with: own)
            guard end == bytes.count || isBelow else { continue }
            var facts = stat()
            let prefix = String(decoding: bytes[..<end], as: UTF8.self)
            if unsafe lstat(prefix, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK { return true }
        }
        return false
    }

    /// The path without links; itself where there is nothing.
    public static func resolved(_ path: String) -> String {
        guard let found = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }
}
