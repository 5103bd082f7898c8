import CSystemShims
import Diagnostics
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a credentials file holds: the standard variables, one `NAME=value` a line. Values stay in secret memory; only
/// the settings among them (domain, project, environment, path, client id) ever become text.
struct CredentialsFile {
    static let maximumBytes = 64 * 1024
    /// How long a descriptor may take to its end: somebody may be asked for a passphrase before it comes.
    static let maximumWait = Duration.seconds(60)
    private static let known: Set<String> = [
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_TOKEN",
        "INFISICAL_DOMAIN", "INFISICAL_API_URL", "INFISICAL_PROJECT_ID", "INFISICAL_ENVIRONMENT",
        "INFISICAL_SECRET_PATH", "INFISICAL_AUTH_METHOD", "INFISICAL_MACHINE_IDENTITY_ID", "INFISICAL_JWT",
        "INFISICAL_OIDC_AUTH_JWT", "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH",
        "INFISICAL_AUTH_ORGANIZATION_SLUG", expiryName,
    ]
    /// When the client secret ends: the day in UTC, as `2027-02-26`, or `never`.
    static let expiryName = "VAULTSCRIPT_CLIENT_SECRET_EXPIRES"

    /// Those of them that log in.
    static let credentialNames = [
        "INFISICAL_TOKEN", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET",
    ]

    /// All that a file holds, and whether it is a mount of root's, which no program of an ordinary user changes.
    typealias Whole = (content: SecretBytes, isMounted: Bool)

    let path: String
    /// All of it; nil of a descriptor.
    private(set) var content: SecretBytes?
    private var values: [String: SecretBytes] = [:]

    /// Reads and checks the file at `path`; nil where there is none.
    ///
    /// - Parameter judge: Sees what it holds before anything of that is told, by an error for one.
    static func read(
        _ path: String, judge: (Whole) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> CredentialsFile? {
        guard let found = try whole(path) else { return nil }
        try judge(found)
        var file = try CredentialsFile(path, found.content)
        file.content = found.content
        return file
    }

    /// The bytes of the file at `path`, which has been checked; nil where there is none.
    static func content(_ path: String) throws(Failure) -> SecretBytes? { try whole(path)?.content }

    /// The same, and whether it is a mount of root's.
    static func whole(_ path: String) throws(Failure) -> Whole? {
        let room = try SecretBytes(count: maximumBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read(path, $0.baseAddress, $0.count)
        }
        if found.result == VS_SYS_CREDENTIALS_UNREADABLE, found.error == ENOENT || found.error == ENOTDIR { return nil }
        try check(path, found)
        room.truncate(to: found.count)
        return (room, found.owner == 0 && geteuid() != 0)
    }

    /// All that comes from an open descriptor that the user handed over; its owner and mode are the user's affair.
    ///
    /// - Parameter note: Gets what has come, also where that is not used: it came late, or is too much.
    static func content(
        descriptor: Int32, within wait: Duration = maximumWait, note: (SecretBytes) -> Void = { _ in }
    ) throws(Failure) -> SecretBytes {
        let room = try SecretBytes(count: maximumBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(
                descriptor, $0.baseAddress, $0.count, Int32(wait / .milliseconds(1)))
        }
        room.truncate(to: found.count)
        note(room)
        try check("descriptor \(descriptor)", found)
        return room
    }

    /// What `content` says, which was read from the descriptor with that number.
    init(descriptor: Int32, _ content: SecretBytes) throws(Failure) {
        try self.init("descriptor \(descriptor)", content)
    }

    private init(_ path: String, _ content: SecretBytes) throws(Failure) {
        self.path = path
        try parse(content)
    }

    /// Removes the file at `path`, which is judged as for reading; false where there is none.
    static func remove(_ path: String) throws(Failure) -> Bool {
        let found = unsafe vs_sys_credentials_remove(path)
        if found.result == VS_SYS_CREDENTIALS_UNREADABLE, found.error == ENOENT || found.error == ENOTDIR {
            return false
        }
        try check(path, found, "removed")
        return true
    }

    private static func check(
        _ path: String, _ found: vs_sys_credentials, _ verb: String = "used"
    ) throws(Failure) {
        func refuse(_ reason: String, _ hint: String) -> Failure {
            Failure(.usage, "the credentials file \(path.printable) is not \(verb)", reason: reason, hint: hint)
        }
        switch found.result {
        case VS_SYS_CREDENTIALS_OK: return
        case VS_SYS_CREDENTIALS_NOT_REGULAR:
            throw refuse(
                "it is no regular file, or a link",
                verb == "used"
                    ? "name the file itself: --credentials FILE" : "see where it leads: ls -l \(path.shellWord)")
        case VS_SYS_CREDENTIALS_OTHER_OWNER:
            throw refuse("it belongs to the user with id \(found.owner)", "chown it to yourself: chown $(id -u) FILE")
        case VS_SYS_CREDENTIALS_OPEN_MODE:
            throw refuse(
                "its mode is 0\(String(found.mode, radix: 8)): other users may read or change it",
                "chmod 600 \(path.printable)")
        case VS_SYS_CREDENTIALS_TOO_LARGE:
            throw refuse("it is larger than \(maximumBytes / 1024) KiB", "it holds a few lines NAME=value, no more")
        case VS_SYS_CREDENTIALS_LATE:
            throw refuse(
                "its end has not come within \(maximumWait)",
                "let whatever writes to it end: --credentials-fd 3 3< FILE")
        default:
            throw refuse(
                unsafe String(cString: strerror(found.error)), "look at the path and at the rights of its folders")
        }
    }

    // MARK: - Values

    /// A credential or setting as secret bytes; nil where it is absent or empty.
    func secret(_ name: String) -> SecretBytes? { values[name] }

    /// A setting as text.
    func setting(_ name: String) -> String? {
        precondition(!EnvironmentPolicy.saysCredential(name), "a credential is never read as text")
        return values[name].map {
            $0.withBytes { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    // MARK: - Lines

    private mutating func parse(_ content: SecretBytes) throws(Failure) {
        try content.withBytes { (bytes) throws(Failure) in
            for (index, range) in CredentialsLine.ranges(of: bytes).enumerated() {
                try take(bytes, range, index + 1)
            }
        }
    }

    private mutating func take(_ bytes: Span<UInt8>, _ whole: Range<Int>, _ number: Int) throws(Failure) {
        let line: CredentialsLine?
        do { line = try CredentialsLine(bytes, whole) } catch { throw malformed(number, error.rawValue) }
        guard let line else { return }
        let key = line.name(bytes)
        guard Self.known.contains(key) else { throw unknown(key, number) }
        if !line.value.isEmpty { values[key] = try SecretBytes(copying: bytes.extracting(line.value)) }
    }

    private func malformed(_ line: Int, _ reason: String) -> Failure {
        Failure(
            .usage, "line \(line) of the credentials file \(path.printable) cannot be read", reason: reason,
            hint: "write one NAME=value a line; known names: \(Self.known.sorted().joined(separator: ", "))")
    }

    private func unknown(_ key: String, _ line: Int) -> Failure {
        // It may be a value: base64 ends with =.
        guard key.hasPrefix("INFISICAL_") || key.hasPrefix("VAULTSCRIPT_") else {
            return malformed(line, "what stands before = is no known name")
        }
        let near = NearNames.best(for: key, among: Self.known).map { "did you mean \($0)?" }
        return malformed(line, "the name \(key) is not known" + (near.map { "; \($0)" } ?? ""))
    }
}
