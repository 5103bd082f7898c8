import Configuration
import Diagnostics
import SecretMemory

/// The user's credentials files as they were before the script could first change one.
///
/// A script and its programs can write where the user can. What they put into such a file, or in its place, is the script's word and not
/// the user's: it would bind what the surroundings give, and the values of the run, to a host of its choice.
final class KnownCredentials {
    private var known: [String: CredentialsFile.Whole]?
    /// The names of the profiles that have a file; nil before `remember`.
    private(set) var profiles: [String]?
    private var handedOver: Result<SecretBytes, Failure>?
    /// What has come of that, whether a login can use it or not.
    private(set) var seen: SecretBytes?
    /// The files of platforms' tokens that they name; nil before the first program starts.
    var tokenPaths: [String]?
    /// What is remembered of refused logins, by its file; nil before `remember`.
    var refusals: [String: LoginMemory.Refusal]?

    /// Reads all of them, once: before the script first uses files or programs.
    func remember(_ options: RunOptions, _ environment: HostEnvironment) {
        guard known == nil else { return }
        var paths = environment.profileFolders.flatMap { folder in
            HostEnvironment.profiles(in: folder).map { "\(folder)/\($0).env" }
        }
        paths += (options.settings.user?.profiles ?? [:]).values.compactMap { $0.credentials?.value }
        if let file = options.credentialsFile { paths.append(file) }
        var found: [String: CredentialsFile.Whole] = [:]
        for path in paths {
            // What cannot be used now is no file of the user's later either.
            guard let (content, isMounted) = try? CredentialsFile.whole(path) else { continue }
            found[path] = (try? content.withBytes { try SecretBytes(copying: $0) }).map { ($0, isMounted) }
        }
        known = found
        profiles = environment.profilesWithFile
        refusals = LoginMemory(environment).all
    }

    /// All that an open descriptor held that the user has handed over. Read once: a pipe gives it once, and a program may
    /// write to a file.
    func content(descriptor: Int32) throws(Failure) -> SecretBytes {
        let found =
            handedOver
            ?? Result { () throws(Failure) in try CredentialsFile.content(descriptor: descriptor) { seen = $0 } }
        handedOver = found
        return try found.get()
    }

    /// Refuses a file that the user has named where another text stands in it than before, whatever text that is.
    ///
    /// - Throws: `.denied`.
    func check(_ file: CredentialsFile.Whole, _ path: String) throws(Failure) {
        guard let known else { return }
        if let before = known[path] {
            // Who mounts a secret may exchange it; a link to another file of root's is no mount that was there.
            if before.isMounted && file.isMounted || before.content.isEqual(to: file.content) { return }
        }
        throw Failure(
            .denied, "the credentials file \(path.printable) is not used",
            reason:
                "it was made or changed while this run could have done it, and it says which host gets what the run "
                + "knows; nothing has been sent",
            hint: "run it again, or log in before the script uses files or programs")
    }
}
