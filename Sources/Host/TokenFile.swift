import CSystemShims
import Diagnostics
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file in which a platform keeps a token: at its usual place, or where the user has named it. Owner and mode are the
/// platform's affair; what is read is sent to the vault, so it has to be a token and no file of ours.
struct TokenFile {
    static let maximumBytes = 64 * 1024

    let path: String
    /// Credentials, configuration and state of vaultscript.
    let own: ProtectedPlaces

    init(_ path: String, _ options: RunOptions, _ environment: HostEnvironment) {
        self.path = path
        // Where secrets are mounted a platform's token may lie beside the credentials; those are told by what they hold.
        own = ProtectedPlaces(options: options) { name in
            name == "CREDENTIALS_DIRECTORY" ? nil : environment.setting(name)
        }
    }

    /// The token, without the line end.
    ///
    /// - Throws: `.usage` for what cannot be read or is no token, `.denied` for a file of vaultscript's own.
    func read() throws(Failure) -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw unreadable(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        try check(descriptor)
        let room = try SecretBytes(count: Self.maximumBytes + 1)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard found.result == VS_SYS_CREDENTIALS_OK else {
            throw unusable
        }
        room.truncate(to: found.count)
        guard let token = try Self.token(in: room) else {
            throw unreadable(
                room.count == 0
                    ? "it is empty" : "what it holds is no token: one line of letters, digits and - . _ ~ + /")
        }
        return token
    }

    /// The token in what such a file holds, of which the line end is cut off; nil where it is none.
    static func token(in content: SecretBytes) throws(Failure) -> SecretBytes? {
        guard content.count <= maximumBytes else { return nil }
        return try content.withBytes { (bytes) throws(Failure) in
            var end = bytes.count
            while end > 0, bytes[end - 1] <= 32 { end -= 1 }
            let token = bytes.extracting(0..<end)
            return isToken(token) ? try SecretBytes(copying: token) : nil
        }
    }

    /// Whatever name or link leads to it. Nobody waits for who writes to a pipe.
    private func check(_ descriptor: Int32) throws(Failure) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw unreadable(unsafe String(cString: strerror(errno))) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw unusable }
        let identity = FileIdentity(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
        guard let what = try own.look().inside[identity] else { return }
        throw Failure(
            .denied, "login: \(path.printable) is not taken as the platform's token",
            reason: "it belongs to the \(what); nothing has been sent",
            hint: "name the file that the platform keeps: INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH")
    }

    /// What may stand behind Bearer (RFC 6750, section 2.1): `=` at the end alone, no blank, no line end.
    static func isToken(_ bytes: Span<UInt8>) -> Bool {
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end > 0 else { return false }
        return (0..<end).allSatisfy { index in
            switch bytes[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }

    private var unusable: Failure {
        unreadable("it is no regular file of at most \(Self.maximumBytes / 1024) KiB")
    }

    private func unreadable(_ reason: String) -> Failure {
        Failure(
            .usage, "login: the platform's token \(path.printable) cannot be read", reason: reason,
            hint: "name the file: INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH; in a pod it is there unless "
                + "automountServiceAccountToken is false")
    }
}
