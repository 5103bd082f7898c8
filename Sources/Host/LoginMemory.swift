import Diagnostics
import HTTPTransport
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an instance says once and never again of a client secret: that it has expired, or was used up. Every later login
/// only hears "Invalid credentials", so the cause is kept here until a login succeeds.
///
/// A file for each in `$XDG_STATE_HOME/vaultscript/refused-logins`, 0600, named by a keyed hash of address and client id;
/// in it the cause and the time. No value, no name, no address. A help and no promise: where the file cannot be written or
/// read, nothing is remembered. What is there is told: once a program of the run may have written it, what was there before
/// counts, and what this run has heard.
struct LoginMemory {
    /// What was said, and when.
    struct Refusal: Equatable {
        var cause: InfisicalCause
        var secondsSince1970: Int
    }

    private static let kept: Set<InfisicalCause> = [.expiredSecret, .usedUpSecret]
    private static let maximumBytes = 100

    /// Nil where the environment does not say where state is kept.
    private let folder: String?
    private let environment: HostEnvironment

    init(_ environment: HostEnvironment) {
        self.environment = environment
        if let folder = environment.setting("XDG_STATE_HOME"), folder.hasPrefix("/") {
            self.folder = folder + "/vaultscript/refused-logins"
        } else if let home = environment.setting("HOME"), home.hasPrefix("/") {
            folder = home + "/.local/state/vaultscript/refused-logins"
        } else {
            folder = nil
        }
    }

    // MARK: - Remembering

    /// A login succeeded: what was remembered of it is over.
    func forget(_ base: InfisicalBaseURL, _ clientID: String) {
        guard let path = path(base, clientID) else { return }
        unsafe unlink(path)
        environment.knownCredentials.refusals?[path] = nil
    }

    /// Takes a refusal in, and gives it back with what is remembered of earlier ones.
    func explain(_ failure: Failure, _ base: InfisicalBaseURL, _ clientID: String) -> Failure {
        guard let cause = failure.cause.flatMap(InfisicalCause.init) else { return failure }
        if Self.kept.contains(cause) {
            note(Refusal(cause: cause, secondsSince1970: CalendarDay.now), base, clientID)
            return failure
        }
        guard cause == .invalidCredentials || cause == .locked, let earlier = recall(base, clientID) else {
            return failure
        }
        var explained = failure
        let told = earlier.cause == .expiredSecret ? "had expired" : "had been used as often as it may"
        let memory =
            "on \(CalendarDay.moment(secondsSince1970: earlier.secondsSince1970)) \(base.host) "
            + "said that the client secret of this client id \(told), which it says only once"
        guard cause == .invalidCredentials else {
            // The lock is what the server says now, and it hides what locked it.
            explained.reason += "; \(memory)"
            explained.hint =
                "make a new client secret for the identity; the lock ends by itself (by default after 300 s)"
            return explained
        }
        explained.reason = "401 Invalid credentials: \(memory)"
        explained.hint =
            "make a new client secret for the identity; if this is a new one, check it and INFISICAL_DOMAIN (asked was "
            + "\(base.hostAndRegion))"
        explained.cause = earlier.cause.rawValue
        return explained
    }

    // MARK: - Files

    private func path(_ base: InfisicalBaseURL, _ clientID: String) -> String? {
        guard let folder, let key = try? SecretBytes(copying: Array("vaultscript login memory".utf8).span),
            let message = try? SecretBytes(copying: Array("\(base.text)\n\(clientID)".utf8).span),
            let digest = try? KeyedHash.sha256.digest(key: key, message: message)
        else { return nil }
        let name = digest.withBytes { bytes in
            bytes.indices.map { index in
                let digits = String(bytes[index], radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
        return "\(folder)/\(name)"
    }

    private func note(_ refusal: Refusal, _ base: InfisicalBaseURL, _ clientID: String) {
        guard let path = path(base, clientID) else { return }
        environment.knownCredentials.refusals?[path] = refusal
        guard makeFolders() else { return }
        let draft = "\(path).\(getpid())"
        unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let text = Array("\(refusal.cause.rawValue) \(refusal.secondsSince1970)\n".utf8)
        let count = unsafe text.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        close(file)
        let isKept = unsafe count == text.count && rename(draft, path) == 0
        if !isKept { unsafe unlink(draft) }
    }

    /// The folder with all above it, 0700 where they are new.
    private func makeFolders() -> Bool {
        guard let folder else { return false }
        var path = ""
        for part in folder.split(separator: "/") {
            path += "/\(part)"
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST || errno == EROFS || errno == EACCES else {
                return false
            }
        }
        return true
    }

    private func recall(_ base: InfisicalBaseURL, _ clientID: String) -> Refusal? {
        guard let path = path(base, clientID) else { return nil }
        guard let known = environment.knownCredentials.refusals else { return Self.refusal(in: path) }
        return known[path]
    }

    /// All that is remembered, by its file.
    var all: [String: Refusal] {
        guard let folder else { return [:] }
        return HostEnvironment.names(in: folder).map { "\(folder)/\($0)" }.reduce(into: [:]) {
            $0[$1] = Self.refusal(in: $1)
        }
    }

    private static func refusal(in path: String) -> Refusal? {
        let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var info = stat()
        guard unsafe fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_uid == geteuid() else {
            return nil
        }
        var room = [UInt8](repeating: 0, count: maximumBytes)
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let words = String(decoding: room.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let cause = InfisicalCause(rawValue: String(words[0])), kept.contains(cause),
            let time = Int(words[1]), (0..<253_402_300_800).contains(time)
        else { return nil }
        return Refusal(cause: cause, secondsSince1970: time)
    }
}
