import Configuration
public import Diagnostics
import Providers

/// `vaultscript credentials remove`: takes the file of a profile away. What is in it stays valid at the server.
public struct CredentialsRemoval {
    /// The name of the profile.
    public var profile: String
    /// `--yes`: nobody is asked.
    public var isMeant = false

    /// A removal of a profile's file.
    public init(profile: String) { self.profile = profile }

    /// Does it, and says what has been done and what is left to do.
    ///
    /// - Throws: what stopped it; then the file is as it was.
    public func run(_ options: RunOptions, keeper: KeeperLink?) throws(Failure) -> String {
        let host = try CredentialsHost(options, keeper)
        return try host.run { () throws(Failure) in try remove(host) }
    }

    private func remove(_ host: CredentialsHost) throws(Failure) -> String {
        let place = try CredentialsPlace(profile: profile, host.options, host.environment, host.keeper)
        guard place.isTaken else { throw missing(place, host) }
        // Of a file that cannot be read: what is wrong with it is told by its removal, where that minds.
        let file = try? CredentialsFile.read(place.path)
        try ask(place, host)
        try place.checkFolder("removed from")
        let lock = try place.lock()
        guard try place.remove() else { throw missing(place, host) }
        withExtendedLifetime(lock) {}
        return host.gate.inward(
            (["removed \(place.path)"] + leftovers(file, place, host)).map(\.printable).joined(separator: "\n"))
    }

    private func ask(_ place: CredentialsPlace, _ host: CredentialsHost) throws(Failure) {
        guard !isMeant else { return }
        guard host.isAtTerminal else {
            throw Failure(
                .usage, "nobody can be asked whether \(place.path.printable) is to go",
                reason: "standard input is no terminal", hint: "say --yes where that is meant")
        }
        let answer = try host.askText("remove \(place.path.printable)? [y/N] ")
        guard answer.lowercased().hasPrefix("y") else {
            throw Failure(.cancelled, "nothing has been removed", reason: "\(place.path.printable) stays as it is")
        }
    }

    private func missing(_ place: CredentialsPlace, _ host: CredentialsHost) -> Failure {
        let near = host.environment.nearProfile(profile, host.options.settings)
        return Failure(
            .usage, "there is no credentials file of the profile \(profile.printable)",
            reason: "looked for \(place.path.printable)",
            hint: (near.map { "did you mean \($0.printable)? " } ?? "")
                + "the files that there are: vaultscript credentials list")
    }

    // MARK: - What stays

    private func leftovers(_ file: CredentialsFile?, _ place: CredentialsPlace, _ host: CredentialsHost) -> [String] {
        [stillValid(file, host)].compactMap { $0 } + entries(place, host) + others(place, host)
    }

    private func stillValid(_ file: CredentialsFile?, _ host: CredentialsHost) -> String? {
        let what: (name: String, place: String)
        if file?.secret(CredentialsAddition.clientSecretName) != nil {
            what = ("client secret", "Universal Auth of the machine identity")
        } else if file?.secret("INFISICAL_TOKEN") != nil {
            what = ("token", "the machine identity's tokens")
        } else {
            return nil
        }
        let sources = LoginSources(options: host.options, environment: host.environment, infisical: nil)
        let credentials = LoginCredentials(file: file, profile: profile, isNamed: true)
        let domain = sources.boundDomain(credentials)?.value ?? "us"
        let name = (try? InfisicalBaseURL(domain))?.hostAndRegion ?? domain
        return "the \(what.name) itself still works at \(name) until it is revoked there (\(what.place))"
    }

    /// The lines of configuration files that name what is gone.
    private func entries(_ place: CredentialsPlace, _ host: CredentialsHost) -> [String] {
        let settings = host.options.settings
        let named = (settings.user?.profiles ?? [:]).sorted { $0.key < $1.key }
        var lines = named.compactMap { name, login in
            login.credentials.flatMap { $0.value == place.path ? $0.place : nil }.map {
                "warning: \($0) still names the file, for the profile \(name): take that line out"
            }
        }
        for usual in [settings.project?.profile, settings.user?.profile].compactMap({ $0 })
        where usual.value == profile {
            lines.append("warning: \(usual.place) still names the profile \(profile) as the usual one")
        }
        return lines
    }

    /// Other files that are found by this name.
    private func others(_ place: CredentialsPlace, _ host: CredentialsHost) -> [String] {
        host.environment.profileFolders.map { CredentialsPlace(path: "\($0)/\(profile).env", nil) }
            .filter { $0.path != place.path && $0.isTaken }
            .map { "warning: \($0.path) is still found by that name" }
    }
}
