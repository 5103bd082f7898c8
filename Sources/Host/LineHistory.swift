import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of earlier sessions and of this one, in a file of the user's own that nobody else can read.
///
/// What the masker would change is not kept: neither in the file, nor to be shown again. What it only comes to know later
/// goes from the file at the end of the session.
final class LineHistory {
    static let maximumLines = 1000
    private static let maximumFileBytes = 4 << 20

    private let path: String?
    private let isPublic: (String) -> Bool
    /// Of this session.
    private var own: [String] = []
    private var earlier: [String] = []

    /// Reads the file; one that is not there, or not as this class makes it, is none.
    init(path: String? = LineHistory.usualPath, isPublic: @escaping (String) -> Bool) {
        self.path = path
        self.isPublic = isPublic
        earlier = Array(read().suffix(Self.maximumLines))
    }

    /// `$XDG_STATE_HOME/vaultscript/repl_history`, or the same below `~/.local/state`.
    static var usualPath: String? {
        func folder(_ name: String) -> String? {
            guard let value = unsafe getenv(name) else { return nil }
            let text = unsafe String(cString: value)
            return text.hasPrefix("/") ? text : nil
        }
        let state = folder("XDG_STATE_HOME") ?? folder("HOME").map { $0 + "/.local/state" }
        return state.map { $0 + "/vaultscript/repl_history" }
    }

    /// The lines that may be shown again, the newest last.
    var lines: [String] { (earlier + own).filter(isPublic) }

    /// Keeps a line that has been run: by then its own secrets are known.
    func add(_ line: String) {
        guard line.contains(where: { $0 != " " }), line != (own.last ?? earlier.last), isPublic(line) else { return }
        own.append(line)
        write(line + "\n")
    }

    /// The session is over.
    func finish() {
        let kept = lines
        guard kept.count < earlier.count + own.count || kept.count > Self.maximumLines else { return }
        write(kept.suffix(Self.maximumLines).map { $0 + "\n" }.joined(), replacing: true)
    }

    // MARK: - The file

    private func read() -> [String] {
        guard let path else { return [] }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        guard Self.isOurs(descriptor) else { return [] }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.maximumFileBytes {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes.append(contentsOf: room.prefix(count))
        }
        return bytes.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A regular file of this user that others may not read.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && facts.st_uid == geteuid()
            && facts.st_mode & 0o077 == 0
    }

    /// What cannot be written is not kept: no reason to end a session.
    private func write(_ text: String, replacing: Bool = false) {
        guard let path else { return }
        makeFolders(of: path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_APPEND, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard Self.isOurs(descriptor) else { return }
        if replacing { _ = ftruncate(descriptor, 0) }
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    private func makeFolders(of path: String) {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/" + part
            _ = unsafe mkdir(made, 0o700)
        }
    }
}
