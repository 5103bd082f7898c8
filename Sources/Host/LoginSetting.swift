import Configuration
import Diagnostics

/// A setting with the words that say where it came from.
struct SourcedText: Equatable {
    var value: String
    var source: String
}

/// What a login can be told besides its credentials.
enum LoginSetting: CaseIterable {
    case project, environment, path

    /// As scripts and the command line name it.
    var name: String {
        switch self {
        case .project: "project"
        case .environment: "env"
        case .path: "path"
        }
    }

    /// The standard variable, in the environment and in credentials files.
    var variable: String {
        switch self {
        case .project: "INFISICAL_PROJECT_ID"
        case .environment: "INFISICAL_ENVIRONMENT"
        case .path: "INFISICAL_SECRET_PATH"
        }
    }

    /// What holds where nobody says anything.
    var usual: String? {
        switch self {
        case .project: nil
        case .environment: "dev"
        case .path: "/"
        }
    }

    func value(_ options: RunOptions) -> String? {
        switch self {
        case .project: options.project
        case .environment: options.environment
        case .path: options.path
        }
    }

    func value(_ settings: LoginSettings) -> Located? {
        switch self {
        case .project: settings.project
        case .environment: settings.environment
        case .path: settings.path
        }
    }

    func value(_ file: InfisicalProjectFile) -> Located? {
        switch self {
        case .project: file.project
        case .environment: file.environment
        case .path: file.path
        }
    }
}

/// The credentials of a login, as far as they say where it goes.
struct LoginCredentials {
    /// The file they are in; nil for those of the environment.
    var file: CredentialsFile?
    /// The profile that is meant, where it is one.
    var profile: String?
    /// Whether profile or file were named for this login, on the command line or by the script: then what they say of
    /// project and environment is meant too, and goes before what holds in general.
    var isNamed: Bool
    /// Only the script has named the file: it may be of its own making.
    var isOfScript = false
}

/// Finds where the settings of a login come from: command line, script, environment, project, user, default.
struct LoginSources {
    let options: RunOptions
    let environment: HostEnvironment
    let infisical: InfisicalProjectFile?

    /// What holds, and why.
    func find(_ setting: LoginSetting, script: String?, _ credentials: LoginCredentials) -> SourcedText? {
        if let value = setting.value(options) { return SourcedText(value: value, source: "--\(setting.name)") }
        if let script { return SourcedText(value: script, source: "the script") }
        let ofFile = credentials.file.flatMap { file in
            file.setting(setting.variable).map { SourcedText(value: $0, source: file.path) }
        }
        if credentials.isNamed, let ofFile { return ofFile }
        return ofEnvironment(setting) ?? ofProject(setting, credentials.profile) ?? ofFile
            ?? ofUser(setting, credentials.profile)
            ?? setting.usual.map { SourcedText(value: $0, source: "default") }
    }

    private func ofEnvironment(_ setting: LoginSetting) -> SourcedText? {
        environment.setting(setting.variable).map { SourcedText(value: $0, source: "the variable \(setting.variable)") }
    }

    private func ofProject(_ setting: LoginSetting, _ profile: String?) -> SourcedText? {
        let own = options.settings.projectLogins(profile).lazy.compactMap { setting.value($0) }.first
        return (own ?? infisical.flatMap { setting.value($0) }).map(Self.sourced)
    }

    private func ofUser(_ setting: LoginSetting, _ profile: String?) -> SourcedText? {
        options.settings.userLogins(profile).lazy.compactMap { setting.value($0) }.first.map(Self.sourced)
    }

    private static func sourced(_ located: Located) -> SourcedText {
        SourcedText(value: located.value, source: located.place)
    }

    // MARK: - The host

    /// The host that the user has bound the credentials to; nil where they said nothing.
    ///
    /// What belongs to the credentials themselves goes before what holds in general. A file that only the script names
    /// is not the user's word.
    func boundDomain(_ credentials: LoginCredentials) -> SourcedText? {
        if let domain = options.domain { return SourcedText(value: domain, source: "--domain") }
        for variable in ["INFISICAL_DOMAIN", "INFISICAL_API_URL"] {
            if !credentials.isOfScript, let file = credentials.file, let domain = file.setting(variable) {
                return SourcedText(value: domain, source: file.path)
            }
        }
        let user = options.settings.user
        if let profile = credentials.profile, let domain = user?.profiles[profile]?.domain {
            return Self.sourced(domain)
        }
        for variable in ["INFISICAL_DOMAIN", "INFISICAL_API_URL"] {
            if let domain = environment.setting(variable) {
                return SourcedText(value: domain, source: "the variable \(variable)")
            }
        }
        return user?.login.domain.map(Self.sourced)
    }

    /// The host that a credentials file names for itself which only the script has named; nil where the command line
    /// decides.
    func scriptDomain(_ credentials: LoginCredentials) -> SourcedText? {
        guard credentials.isOfScript, options.domain == nil, let file = credentials.file else { return nil }
        let domain = file.setting("INFISICAL_DOMAIN") ?? file.setting("INFISICAL_API_URL")
        return domain.map { SourcedText(value: $0, source: file.path) }
    }

    /// The host that a file of the working tree names. It never binds; it has to be the one that is bound.
    func projectDomain(_ profile: String?) -> Located? {
        options.settings.projectLogins(profile).lazy.compactMap(\.domain).first ?? infisical?.domain
    }

    /// The profile that is meant where neither the command line nor the script names one and the environment holds no
    /// credentials.
    var usualProfile: SourcedText {
        options.settings.profile.map(Self.sourced) ?? SourcedText(value: "default", source: "default")
    }
}
