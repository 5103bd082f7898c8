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
    private static let known: Set<String> = [
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_TOKEN",
        "INFISICAL_DOMAIN", "INFISICAL_API_URL", "INFISICAL_PROJECT_ID", "INFISICAL_ENVIRONMENT",
        "INFISICAL_SECRET_PATH", "INFISICAL_AUTH_METHOD", "INFISICAL_MACHINE_IDENTITY_ID", "INFISICAL_JWT",
        "INFISICAL_OIDC_AUTH_JWT", "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH",
        "INFISICAL_AUTH_ORGANIZATION_SLUG",
    ]

    /// Those of them that log in.
    static let credentialNames = [
        "INFISICAL_TOKEN", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET",
    ]

    let path: String
    private var values: [String: SecretBytes] = [:]

    /// Reads and checks the file at `path`; nil where there is none.
    static func read(_ path: String) throws(Failure) -> CredentialsFile? {
        let room = try SecretBytes(count: maximumBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read(path, $0.baseAddress, $0.count)
        }
        if found.result == VS_SYS_CREDENTIALS_UNREADABLE, found.error == ENOENT || found.error == ENOTDIR { return nil }
        return try CredentialsFile(path, found, room)
    }

    /// Reads an open descriptor that the user handed over; its owner and mode are the user's affair.
    static func read(descriptor: Int32) throws(Failure) -> CredentialsFile {
        let room = try SecretBytes(count: maximumBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(descriptor, $0.baseAddress, $0.count)
        }
        return try CredentialsFile("descriptor \(descriptor)", found, room)
    }

    private init(_ path: String, _ found: vs_sys_credentials, _ room: SecretBytes) throws(Failure) {
        self.path = path
        try Self.check(path, found)
        room.truncate(to: found.count)
        try parse(room)
    }

    private static func check(_ path: String, _ found: vs_sys_credentials) throws(Failure) {
        func refuse(_ reason: String, _ hint: String) -> Failure {
            Failure(.usage, "the credentials file \(path.printable) is not used", reason: reason, hint: hint)
        }
        switch found.result {
        case VS_SYS_CREDENTIALS_OK: return
        case VS_SYS_CREDENTIALS_NOT_REGULAR:
            throw refuse("it is no regular file, or a link", "name the file itself: --credentials FILE")
        case VS_SYS_CREDENTIALS_OTHER_OWNER:
            throw refuse("it belongs to the user with id \(found.owner)", "chown it to yourself: chown $(id -u) FILE")
        case VS_SYS_CREDENTIALS_OPEN_MODE:
            throw refuse(
                "its mode is 0\(String(found.mode, radix: 8)): other users may read or change it",
                "chmod 600 \(path.printable)")
        case VS_SYS_CREDENTIALS_TOO_LARGE:
            throw refuse("it is larger than \(maximumBytes / 1024) KiB", "it holds a few lines NAME=value, no more")
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
            var start = 0
            var line = 1
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != 10 { end += 1 }
                try take(bytes, start..<end, line)
                start = end + 1
                line += 1
            }
        }
    }

    private mutating func take(_ bytes: Span<UInt8>, _ whole: Range<Int>, _ number: Int) throws(Failure) {
        var line = Self.trimmed(bytes, whole)
        guard let first = line.first, bytes[first] != 35 else { return }
        if Self.starts(bytes, line, with: "export ") {
            line = Self.trimmed(bytes, (line.lowerBound + 7)..<line.upperBound)
        }
        guard let equals = line.first(where: { bytes[$0] == 61 }), equals > line.lowerBound else {
            throw malformed(number, "it has no NAME=value")
        }
        guard !(line.lowerBound..<equals).contains(where: { !Self.isNameByte(bytes[$0]) }) else {
            throw malformed(number, "the text before = is no variable name")
        }
        let key = String(decoding: (line.lowerBound..<equals).map { bytes[$0] }, as: UTF8.self)
        guard Self.known.contains(key) else { throw unknown(key, number) }
        let value = Self.unquoted(bytes, Self.trimmed(bytes, (equals + 1)..<line.upperBound))
        if !value.isEmpty { values[key] = try SecretBytes(copying: bytes.extracting(value)) }
    }

    private func malformed(_ line: Int, _ reason: String) -> Failure {
        Failure(
            .usage, "line \(line) of the credentials file \(path.printable) cannot be read", reason: reason,
            hint: "write one NAME=value a line; known names: \(Self.known.sorted().joined(separator: ", "))")
    }

    private func unknown(_ key: String, _ line: Int) -> Failure {
        let near = NearNames.best(for: key, among: Self.known).map { "did you mean \($0)?" }
        return malformed(line, "the name \(key) is not known" + (near.map { "; \($0)" } ?? ""))
    }

    private static func trimmed(_ bytes: Span<UInt8>, _ whole: Range<Int>) -> Range<Int> {
        var range = whole
        while let first = range.first, bytes[first] <= 32 { range = (first + 1)..<range.upperBound }
        while let last = range.last, bytes[last] <= 32 { range = range.lowerBound..<last }
        return range
    }

    private static func unquoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, let first = range.first, let last = range.last, bytes[first] == bytes[last],
            bytes[first] == 34 || bytes[first] == 39
        else { return range }
        return (first + 1)..<last
    }

    private static func starts(_ bytes: Span<UInt8>, _ range: Range<Int>, with text: String) -> Bool {
        let letters = Array(text.utf8)
        return range.count > letters.count
            && !letters.indices.contains { bytes[range.lowerBound + $0] != letters[$0] }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 95 || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
