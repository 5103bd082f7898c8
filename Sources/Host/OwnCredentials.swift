import CSystemShims
import Configuration
import Diagnostics
import Masking
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that vaultscript itself logs in with: no script gets one as a secret.
struct OwnCredentials {
    private let files: [String]
    private let folder: String?
    private let mounted: String?
    private let options: RunOptions
    private let environment: HostEnvironment

    init(options: RunOptions, environment: HostEnvironment) {
        (self.options, self.environment) = (options, environment)
        let profiles = (options.settings.user?.profiles ?? [:]).values
        files = ([options.credentialsFile] + profiles.map { $0.credentials?.value }).compactMap { $0 }
        mounted = environment.setting("CREDENTIALS_DIRECTORY")
        if let home = environment.setting("XDG_CONFIG_HOME"), home.hasPrefix("/") {
            folder = home + "/vaultscript"
        } else {
            folder = environment.setting("HOME").map { $0 + "/.config/vaultscript" }
        }
    }

    /// Their paths: those that were named, and all in the folders for them.
    ///
    /// - Throws: `.limit` where the folders cannot be looked through for a lack of descriptors or memory, `.io` where this user
    ///   has closed one.
    func paths() throws(Failure) -> [String] {
        var all = files
        for folder in [folder.map({ $0 + "/credentials" }), mounted].compactMap({ $0 }) {
            all += try Self.files(in: folder)
        }
        return all
    }

    /// The files in which a platform keeps a token to log in with: those that the user has named, and that of a pod.
    ///
    /// Once a program may have written to the files that name some, those count that were named before.
    ///
    /// - Throws: As `paths`, of the files too.
    func tokenPaths() throws(Failure) -> [String] {
        if let known = environment.knownCredentials.tokenPaths { return known }
        return try tokenPaths { _ in }
    }

    /// The same, as the files say now; what is in these is handed on as it is read.
    private func tokenPaths(_ take: (SecretBytes) throws(Failure) -> Void) throws(Failure) -> [String] {
        let pod = LoginPlanner.kubernetesTokenPath
        let own = environment.setting(LoginPlanner.kubernetesVariable)
        var all = [own, unsafe access(pod, F_OK) == 0 ? pod : nil].compactMap { $0 }
        func look(_ content: SecretBytes?) throws(Failure) {
            guard let content else { return }
            try take(content)
            content.withBytes { bytes in
                for range in CredentialsLine.values(behind: LoginPlanner.kubernetesVariable, in: bytes) {
                    all.append(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
                }
            }
        }
        try look(try handedOver())
        for path in try paths() { try look(try Self.content(path)) }
        return all
    }

    /// What `--credentials-fd` hands over, as far as it has come; nil where that is nothing.
    private func handedOver() throws(Failure) -> SecretBytes? {
        guard let descriptor = options.credentialsDescriptor else { return nil }
        do throws(Failure) {
            return try environment.knownCredentials.content(descriptor: descriptor)
        } catch {
            if error.endsRun { throw error }
            return environment.knownCredentials.seen
        }
    }

    /// What is in a file, at most as much as a login would read and one byte, also where that would refuse it: a program does
    /// not. Nil where there is none.
    private static func content(_ path: String) throws(Failure) -> SecretBytes? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else {
            try checkAbsent(path, errno)
            return nil
        }
        defer { close(file) }
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0 else { throw unseen(path, errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { return nil }
        let room = try SecretBytes(count: max(CredentialsFile.maximumBytes, TokenFile.maximumBytes) + 1)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(file, $0.baseAddress, $0.count, 0)
        }
        guard found.result != VS_SYS_CREDENTIALS_UNREADABLE else { throw unseen(path, found.error) }
        room.truncate(to: found.count)
        return room
    }

    /// Makes what is in them known to the masker, line by line, whether a login can use a file or not, and calls `note` with each.
    ///
    /// - Throws: As `tokenPaths`, and `.limit` when secret memory is used up: no program starts then.
    func mask(_ masker: Masker, note: (SecretBytes) -> Void = { _ in }) throws(Failure) {
        let paths = try tokenPaths { (content) throws(Failure) in
            for (name, label) in [
                ("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "client secret"), ("INFISICAL_TOKEN", "access token"),
                ("INFISICAL_JWT", "platform token"), ("INFISICAL_OIDC_AUTH_JWT", "platform token"),
            ] {
                try content.withBytes { (bytes) throws(Failure) in
                    for range in CredentialsLine.values(behind: name, in: bytes) {
                        let value = try SecretBytes(copying: bytes.extracting(range))
                        try masker.add(value, name: label)
                        note(value)
                    }
                }
            }
        }
        for path in paths {
            guard let content = try Self.content(path), let value = try TokenFile.token(in: content) else { continue }
            try masker.add(value, name: PlatformLogin.tokenName)
            note(value)
        }
        environment.knownCredentials.tokenPaths = paths
    }

    /// - Throws: Why it cannot be told what `path` leads to, unless that is nothing, or no affair of this user's programs:
    ///   what this user has closed they can open.
    private static func checkAbsent(_ path: String, _ error: Int32) throws(Failure) {
        if [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ENXIO].contains(error) { return }
        guard error == EACCES, isClosedByOthers(path) else { throw unseen(path, error) }
    }

    private static func isClosedByOthers(_ path: String) -> Bool {
        do throws(FileTrouble) {
            guard let file = try FileWalk(protection: nil).resolve(Array(path.utf8)).file else { return false }
            return file.facts.owner != geteuid()
        } catch {
            return error.isClosedForGood
        }
    }

    private static func unseen(_ path: String, _ error: Int32) -> Failure {
        let isClosed = error == EACCES
        return Failure(
            isClosed ? .io : .limit, "the user's own credentials cannot be looked through, and so not be masked",
            reason: "\(path.printable): " + (unsafe String(cString: strerror(error))),
            hint: isClosed
                ? "open this user's own to the user: chmod 600 the file, chmod 700 a folder on the way to it"
                : "see the limits of this session: ulimit -n; run fewer programs and requests at once")
    }

    private static func files(in folder: String) throws(Failure) -> [String] {
        guard let entries = unsafe opendir(folder) else {
            try checkAbsent(folder, errno)
            return []
        }
        defer { unsafe closedir(entries) }
        var names: [String] = []
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".env") { names.append("\(folder)/\(name)") }
        }
        return names
    }

    /// - Throws: `.denied` for such a file, by whatever path it is reached.
    func check(_ path: String) throws(Failure) {
        guard let real = Self.real(path) else { return }
        let isOwn =
            (files + (try tokenPaths())).contains { Self.real($0) == real } || Self.isInside(real, folder)
            || (Self.isInside(real, mounted) && real.hasSuffix(".env"))
        guard isOwn else { return }
        throw Failure(
            .denied, "secret.file: \(path.printable) is not handed on",
            reason: "it holds, or may hold, the credentials of vaultscript itself",
            hint: "fetch the secret that the program needs: getSecret(NAME)")
    }

    private static func isInside(_ path: String, _ folder: String?) -> Bool {
        guard let folder = folder.flatMap(real) else { return false }
        return path.hasPrefix(folder + "/")
    }

    private static func real(_ path: String) -> String? {
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}
