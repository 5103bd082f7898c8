import CSystemShims
import Diagnostics
import HTTPTransport
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns a plan's source into what a login asks at each try.
enum PlatformSources {
    static let maximumTokenBytes = 64 * 1024

    static func login(
        _ method: PlatformLogin.Method, _ identityID: String, _ source: LoginPlan.PlatformSource,
        _ transport: HTTPTransport, _ environment: ProviderEnvironment
    ) -> PlatformLogin {
        switch source {
        case .token(let token):
            PlatformLogin(method, identityID: identityID) { _, completion in
                completion(.success([("jwt", token)]))
            }
        case .file(let path):
            PlatformLogin(method, identityID: identityID) { _, completion in
                do throws(Failure) {
                    completion(.success([("jwt", try token(in: path))]))
                } catch { completion(.failure(error)) }
            }
        case .github(let url, let token, let audience):
            PlatformLogin(
                method, identityID: identityID,
                proof: GitHubIdentityToken(
                    url: url, token: token, audience: audience, transport: transport, environment: environment
                ).ask)
        case .aws(let source):
            PlatformLogin(
                method, identityID: identityID,
                proof: AWSIdentity(source, transport: transport, environment: environment).ask)
        }
    }

    /// A token that the platform has put into a file; owner and mode are the platform's affair.
    static func token(in path: String) throws(Failure) -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let room = try SecretBytes(count: maximumTokenBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(descriptor, $0.baseAddress, $0.count)
        }
        guard found.result == VS_SYS_CREDENTIALS_OK else {
            throw unreadable(path, "it is no regular file of at most \(maximumTokenBytes / 1024) KiB")
        }
        var count = found.count
        let end = room.withBytes { bytes in
            while count > 0, bytes[count - 1] <= 32 { count -= 1 }
            return count
        }
        room.truncate(to: end)
        guard end > 0 else { throw unreadable(path, "it is empty") }
        return try room.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
    }

    private static func unreadable(_ path: String, _ reason: String) -> Failure {
        Failure(
            .usage, "login: the platform's token \(path.printable) cannot be read", reason: reason,
            hint: "name the file: INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH; in a pod it is there unless "
                + "automountServiceAccountToken is false")
    }
}
