import Configuration
import Diagnostics

/// The user's credentials files as they were before the run started its first program.
///
/// A program can write where the user can. What it puts into such a file, or in its place, is the script's word and not
/// the user's: it would bind what the surroundings give, and the values of the run, to a host of its choice.
final class KnownCredentials {
    private var versions: [String: CredentialsFile.Version]?

    /// Looks at all of them, once: before the first program starts.
    func remember(_ options: RunOptions, _ environment: HostEnvironment) {
        guard versions == nil else { return }
        var paths = environment.profileFolders.flatMap { folder in
            HostEnvironment.profiles(in: folder).map { "\(folder)/\($0).env" }
        }
        paths += (options.settings.user?.profiles ?? [:]).values.compactMap { $0.credentials?.value }
        if let file = options.credentialsFile { paths.append(file) }
        var found: [String: CredentialsFile.Version] = [:]
        for path in paths { found[path] = CredentialsFile.Version(of: path) }
        versions = found
    }

    /// Refuses a file that the user has named where it is another one than before.
    ///
    /// - Throws: `.denied`.
    func check(_ file: CredentialsFile) throws(Failure) {
        guard let versions, let version = file.version, !version.isMounted, versions[file.path] != version else {
            return
        }
        throw Failure(
            .denied, "the credentials file \(file.path.printable) is not used",
            reason: "it was made or changed while programs of this run could have done it, and it says which host gets "
                + "what the run knows; nothing has been sent",
            hint: "run it again, or log in before the first program starts")
    }
}
