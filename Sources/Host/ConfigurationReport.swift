import CSystemShims
import Configuration
public import Diagnostics
import Masking
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every effective setting with where it came from, for `vaultscript config`. Of credentials it tells names, and that
/// they are set; never a value.
public struct ConfigurationReport {
    private struct Row {
        var name: String
        var value: String?
        var source: String
    }

    private let options: RunOptions
    private let environment: HostEnvironment
    private let masker: Masker
    private var rows: [Row] = []
    /// The files that were looked for, and what became of each.
    private var files: [Row] = []

    /// Looks everything up as a login would, and asks no server.
    ///
    /// - Throws: `.usage` for what a login would be refused for, but for missing credentials: those are told as such.
    public init(_ options: RunOptions) throws(Failure) {
        self.options = options
        _ = vs_sys_harden()
        environment = try HostEnvironment(options.settings)
        masker = try Masker()
        try environment.maskCredentials(masker)
        let infisical = try environment.infisical.get()
        let sources = LoginSources(options: options, environment: environment, infisical: infisical)
        let credentials = try addCredentials(sources)
        addLogin(sources, credentials)
        addRest()
        addFiles(infisical != nil)
    }

    // MARK: - Logins

    private mutating func addCredentials(_ sources: LoginSources) throws(Failure) -> LoginCredentials {
        let planner = LoginPlanner(
            options: options, environment: environment,
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { (_) throws(Failure) in throw Failure(.usage, "there are no handles here") }, note: { _ in })
        do throws(Failure) {
            let found = try planner.credentials((nil, nil))
            addProfile(sources, found)
            for name in CredentialsFile.credentialNames {
                let value = found.file == nil ? environment.credential(name) : found.file?.secret(name)
                guard let value else { continue }
                try masker.add(value, name: name)
                rows.append(Row(name: name, value: "set", source: found.file?.path ?? "the environment"))
            }
            return found
        } catch {
            let profile = sources.usualProfile
            let found = LoginCredentials(profile: options.profile ?? profile.value, isNamed: false)
            addProfile(sources, found)
            rows.append(Row(name: "credentials", value: nil, source: error.text.replacingLineEnds))
            return found
        }
    }

    private mutating func addProfile(_ sources: LoginSources, _ found: LoginCredentials) {
        guard let profile = found.profile else { return }
        let source =
            options.profile != nil
            ? "--profile"
            : environment.setting("VAULTSCRIPT_PROFILE") != nil
                ? "the variable VAULTSCRIPT_PROFILE" : sources.usualProfile.source
        rows.append(Row(name: "profile", value: profile, source: source))
    }

    private mutating func addLogin(_ sources: LoginSources, _ credentials: LoginCredentials) {
        let domain = sources.boundDomain(credentials) ?? SourcedText(value: "us", source: "default")
        rows.append(Row(name: "domain", value: Self.shown(address: domain.value), source: domain.source))
        if let other = sources.projectDomain(credentials.profile), !isSame(other.value, domain.value) {
            rows.append(
                Row(
                    name: "domain", value: nil,
                    source:
                        "\(other.place) names \(Self.shown(address: other.value)): a login is refused, the credentials are not for it"
                ))
        }
        for setting in LoginSetting.allCases {
            let found = sources.find(setting, script: nil, credentials)
            rows.append(Row(name: setting.name, value: found?.value, source: found?.source ?? "nobody says"))
        }
    }

    /// An address is no place for a password; where there may be one all the same, it is not repeated.
    private static func shown(address: String) -> String {
        address.contains("@") ? "an address with a user in it, which is refused" : address
    }

    private func isSame(_ one: String, _ other: String) -> Bool {
        guard let one = try? InfisicalBaseURL(one), let other = try? InfisicalBaseURL(other) else { return false }
        return one == other
    }

    // MARK: - All else

    private mutating func addRest() {
        let settings = options.settings
        addNetwork(settings)
        addList("variables.withhold", settings.withheld)
        addList("variables.pass", settings.passed)
        addList("masking.public", settings.publicNames)
        addList("masking.publicTags", settings.publicTags)
        addList("http.hosts", settings.httpHosts)
        let usual = Limits().shown
        for (limit, normal) in zip(options.limits.shown, usual) {
            rows.append(
                Row(
                    name: "limits.\(limit.name)", value: limit.text,
                    source: limit.text == normal.text ? "default" : limitSource(limit.name, limit.text)))
        }
    }

    private mutating func addNetwork(_ settings: Settings) {
        rows.append(
            Row(
                name: "network.proxy", value: settings.proxy?.value ?? "none",
                source: settings.proxy?.place ?? "default"))
        rows.append(
            Row(
                name: "network.ca", value: settings.certificates?.value ?? "the system's",
                source: settings.certificates?.place ?? "default"))
        guard options.usesEnvironmentProxy else { return }
        rows.append(
            Row(name: "network", value: "HTTPS_PROXY and SSL_CERT_FILE go before these", source: "--use-env-proxy"))
    }

    private mutating func addList(_ name: String, _ list: [Located]) {
        for entry in list { rows.append(Row(name: name, value: entry.value, source: entry.place)) }
    }

    /// The last who set it to that: the command line, the environment, the project, the user.
    private func limitSource(_ name: String, _ text: String) -> String {
        var limits = Limits()
        for limit in options.settings.userLimits + options.settings.projectLimits where limit.name == name {
            try? limits.take(name, limit.value.value, "")
            if limits.text(name) == text { return limit.value.place }
        }
        if environment.setting(Limits.variable) != nil {
            try? limits.take(variable: environment.setting(Limits.variable) ?? "")
            if limits.text(name) == text { return "the variable \(Limits.variable)" }
        }
        return "--limit"
    }

    private mutating func addFiles(_ hasInfisical: Bool) {
        let settings = options.settings
        if let path = Settings.userPath {
            files.append(Row(name: "user", value: path, source: settings.user == nil ? "not there" : "read"))
        }
        let project = settings.project?.path
        files.append(
            Row(
                name: "project", value: project,
                source: project == nil ? "no vaultscript.toml from the working directory up" : "read"))
        if hasInfisical { files.append(Row(name: "project", value: settings.infisicalPath, source: "read")) }
    }

    // MARK: - Shown

    /// For a person.
    public var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        let valueWidth = min(40, rows.map { ($0.value ?? "").count }.max() ?? 0)
        func line(_ row: Row) -> String {
            let value = row.value ?? "-"
            return row.name.padded(width) + "  " + value.padded(valueWidth) + "  " + row.source
        }
        let shown = rows.map(line) + [""] + files.map { "\($0.name) file  \($0.value ?? "-")  (\($0.source))" }
        return masker.mask(shown.map(\.printable).joined(separator: "\n"))
    }

    /// For a program.
    public var json: String {
        func object(_ row: Row) -> String {
            let value = row.value.map(JSONQuote.text) ?? "null"
            return "{\"name\":\(JSONQuote.text(row.name)),\"value\":\(value),\"source\":\(JSONQuote.text(row.source))}"
        }
        let settings = rows.map(object).joined(separator: ",")
        return masker.mask("{\"settings\":[\(settings)],\"files\":[\(files.map(object).joined(separator: ","))]}")
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate var replacingLineEnds: String { split(separator: "\n").joined(separator: "; ") }
}
