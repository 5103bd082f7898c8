public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What files say about runs: the user's own configuration (`$XDG_CONFIG_HOME/vaultscript/config.toml`, or the same below
/// `~/.config`), and `vaultscript.toml` and `.infisical.json` of the project that the working directory lies in.
///
/// The user's file is the user's word on what runs may do. A file of a working tree chooses among that and narrows it.
public struct Settings: Sendable {
    /// The user's own file; nil where there is none.
    public private(set) var user: ConfigurationFile?
    /// The project's file; nil where there is none.
    public private(set) var project: ConfigurationFile?
    /// The path of the project's `.infisical.json`, which is read before the script begins; nil where there is none.
    public private(set) var infisicalPath: String?

    /// No file at all.
    public init() {}

    /// What one file of the user's says, and nothing else.
    init(userForTesting user: ConfigurationFile) { self.user = user }

    /// Reads what there is. Without any file that is a handful of looks and nothing else.
    ///
    /// - Throws: `.usage` for a file that somebody else can write, for what is not TOML, for settings that do not exist.
    public static func load() throws(Failure) -> Settings {
        var settings = Settings()
        if let path = userPath { settings.user = try file(path, .user) }
        let search = ProjectSearch()
        if let path = search.file { settings.project = try file(path, .project) }
        settings.infisicalPath = search.infisical
        return settings
    }

    private static func file(_ path: String, _ origin: TrustedFile.Origin) throws(Failure) -> ConfigurationFile? {
        let file = TrustedFile(path: path, origin: origin)
        guard let bytes = try file.read() else { return nil }
        do throws(Failure) {
            return try ConfigurationFile(bytes, path: path, origin)
        } catch {
            throw origin == .project && file.isLinked ? file.isNoConfiguration : error
        }
    }

    /// The bytes of the project's `.infisical.json`.
    ///
    /// - Throws: `.usage` where somebody else can write it.
    public func infisicalBytes() throws(Failure) -> [UInt8]? {
        guard let infisicalPath else { return nil }
        return try TrustedFile(path: infisicalPath, origin: .project).read()
    }

    /// Where the user's own file is, or would be; nil where the environment does not tell.
    public static var userPath: String? {
        if let folder = variable("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            return folder + "/vaultscript/config.toml"
        }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.config/vaultscript/config.toml"
    }

    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

/// What holds, of the two files together.
extension Settings {
    /// The profile that is meant where none is named.
    public var profile: Located? { project?.profile ?? user?.profile }

    /// What the project says of logins of `profile`, the most special first.
    public func projectLogins(_ profile: String?) -> [LoginSettings] { Self.logins(project, profile) }

    /// What the user says of logins of `profile`, the most special first.
    public func userLogins(_ profile: String?) -> [LoginSettings] { Self.logins(user, profile) }

    private static func logins(_ file: ConfigurationFile?, _ profile: String?) -> [LoginSettings] {
        guard let file else { return [] }
        return [profile.flatMap { file.profiles[$0] }, file.login].compactMap { $0 }
    }

    /// The names of all profiles that a file describes.
    public var profileNames: [String] {
        Set((user?.profiles ?? [:]).keys).union((project?.profiles ?? [:]).keys).sorted()
    }

    /// A proxy for the vault's connection, from the user's own file.
    public var proxy: Located? { user?.proxy }

    /// A file of certificates for the vault's connection, from the user's own file.
    public var certificates: Located? { user?.certificates }

    /// Names of variables that programs do not inherit: a project may withhold more.
    public var withheld: [Located] { (user?.withheld ?? []) + (project?.withheld ?? []) }

    /// Names of variables that programs inherit all the same.
    public var passed: [Located] { user?.passed ?? [] }

    /// Names of secrets whose values are public.
    public var publicNames: [Located] { user?.publicNames ?? [] }

    /// Tags of the vault that say that a value is public.
    public var publicTags: [Located] { user?.publicTags ?? [] }

    /// Hosts that secrets may be sent to by `http.request`, besides what a recipe declares: those of the user's file, of
    /// which a project may leave some out.
    public var httpHosts: [Located] {
        let own = user?.hosts ?? []
        guard let wanted = project?.hosts?.map(\.value) else { return own }
        return own.filter { wanted.contains($0.value) }
    }

    /// The user's limits, in the order of the lines.
    public var userLimits: [ConfigurationFile.Limit] { user?.limits ?? [] }

    /// The project's limits: they count where they are lower.
    public var projectLimits: [ConfigurationFile.Limit] { project?.limits ?? [] }
}

/// Names that settings list.
public enum NamePattern {
    /// Whether `name` is one of `patterns`; a `*` at the end of one stands for any rest.
    public static func matches(_ name: String, _ patterns: [Located]) -> Bool {
        patterns.contains { pattern in
            pattern.value.hasSuffix("*") ? name.hasPrefix(pattern.value.dropLast()) : name == pattern.value
        }
    }
}
