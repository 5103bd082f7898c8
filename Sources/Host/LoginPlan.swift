import Diagnostics
import HostProtocol
import SecretMemory

/// Where a login goes and with what: command line, script, credentials and environment put together, in that order.
///
/// Credentials belong to a host. A domain that a script names counts only when it is the one the user bound to the
/// credentials: on the command line, in the credentials file, in the environment, or the default where none says.
struct LoginPlan {
    /// What proves who we are.
    enum Proof {
        case universalAuth(clientID: String, clientSecret: SecretBytes)
        case token(SecretBytes)
    }

    /// The identity's name for messages: the profile, the file or the environment.
    var source: String
    var proof: Proof
    /// The domain as the user wrote it: "us", "eu" or a URL.
    var domain: String
    /// Whether the user has named that host, and not just a credentials file that the script names.
    var isHostOfUser: Bool
    var project: String?
    var environment: String
    var path: String
}

/// Puts a `LoginPlan` together.
struct LoginPlanner {
    static let defaultEnvironment = "dev"

    let options: RunOptions
    let environment: HostEnvironment
    /// Gives a domain's base URL in one form, so that two spellings of one host are equal.
    let normalize: (String) throws(Failure) -> String
    /// Looks a handle up.
    let secret: (ObjectReference) throws(Failure) -> SecretBytes
    /// Said once for each script option that the command line overrides.
    let note: (String) -> Void

    private struct Asked {
        var profile: String?
        var credentials: String?
        var domain: String?
        var clientID: String?
        var clientSecret: ObjectReference?
        var project: String?
        var environment: String?
        var path: String?
    }

    /// The plan for `login(value)`.
    ///
    /// - Throws: `.usage` for options or credentials that are not there, `.denied` for a domain that the credentials
    ///   are not bound to. Nothing has been sent by then.
    func plan(_ value: Value) throws(Failure) -> LoginPlan {
        let asked = try read(value)
        let file = try credentialsFile(asked)
        let domain = try boundDomain(asked, file)
        return LoginPlan(
            source: file?.path ?? "the environment", proof: try proof(asked, file), domain: domain,
            isHostOfUser: try isHostOfUser(domain, asked),
            project: pick("project", options.project, asked.project, file, "INFISICAL_PROJECT_ID"),
            environment: pick("env", options.environment, asked.environment, file, "INFISICAL_ENVIRONMENT")
                ?? Self.defaultEnvironment,
            path: pick("path", options.path, asked.path, file, "INFISICAL_SECRET_PATH") ?? "/")
    }

    // MARK: - Options

    private func read(_ value: Value) throws(Failure) -> Asked {
        var reader = try OptionReader("login", value)
        var asked = Asked()
        asked.profile = try reader.text("profile", "the name of a profile")
        asked.credentials = try reader.text("credentials", "the path of a credentials file")
        asked.domain = try reader.text("domain", "\"us\", \"eu\" or a URL")
        asked.clientID = try reader.text("clientId")
        asked.clientSecret = try reader.secret(
            "clientSecret", instead: "take it from secret.env(NAME), or leave it to the credentials file")
        asked.project = try reader.text("project", "a project's id or slug")
        let alias = try reader.text("environment", "the slug of an environment")
        let environment = try reader.text("env", "the slug of an environment")
        asked.environment = environment ?? alias
        asked.path = try reader.text("path", "a folder such as \"/web\"")
        try checkChoice(&reader, "provider", ["infisical"], "other providers are not there yet")
        try checkChoice(
            &reader, "method", ["universal-auth", "token"],
            "log in by that method elsewhere and hand the token over in INFISICAL_TOKEN")
        try reader.finish()
        guard asked.clientSecret == nil || asked.credentials == nil else {
            throw Failure(
                .usage, "login: credentials and clientSecret exclude one another",
                reason: "the client secret of a file is bound to the host in that file, and no other is sent there",
                hint: "leave one of them out")
        }
        return asked
    }

    private func checkChoice(
        _ reader: inout OptionReader, _ name: String, _ known: [String], _ hint: String
    ) throws(Failure) {
        guard let given = try reader.text(name), !known.contains(given) else { return }
        throw Failure(
            .usage, "login: \(name): \"\(given.printable)\" is not supported",
            reason: "it knows: \(known.joined(separator: ", "))", hint: hint)
    }

    private func pick(
        _ name: String, _ commandLine: String?, _ script: String?, _ file: CredentialsFile?, _ variable: String
    ) -> String? {
        if let commandLine {
            if let script, script != commandLine {
                note(
                    "login: \(name) = \"\(script.printable)\" of the script is overridden by --\(name) \(commandLine.printable)"
                )
            }
            return commandLine
        }
        return script ?? file?.setting(variable) ?? environment.setting(variable)
    }

    // MARK: - Credentials

    /// The file that is meant, where one is named or the environment holds no credentials.
    private func credentialsFile(_ asked: Asked) throws(Failure) -> CredentialsFile? {
        if let descriptor = options.credentialsDescriptor { return try CredentialsFile.read(descriptor: descriptor) }
        if let path = options.credentialsFile ?? asked.credentials { return try named(path) }
        if asked.clientSecret != nil { return nil }
        let profile = options.profile ?? asked.profile ?? environment.setting("VAULTSCRIPT_PROFILE")
        if profile == nil, hasEnvironmentCredentials { return nil }
        return try profileFile(profile ?? "default", isNamed: profile != nil)
    }

    private func named(_ path: String) throws(Failure) -> CredentialsFile {
        guard let file = try CredentialsFile.read(path) else {
            throw Failure(
                .usage, "the credentials file \(path.printable) does not exist",
                hint: "look at the path, or make the file: see \"Credentials\" in the README")
        }
        return file
    }

    private var hasEnvironmentCredentials: Bool {
        environment.credential("INFISICAL_TOKEN") != nil
            || environment.credential("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET") != nil
    }

    private func profileFile(_ profile: String, isNamed: Bool) throws(Failure) -> CredentialsFile? {
        guard !profile.isEmpty, !profile.hasPrefix("."), !profile.contains("/") else {
            throw Failure(.usage, "login: \"\(profile.printable)\" is no name for a profile")
        }
        let places = profileFolders.map { "\($0)/\(profile).env" }
        for path in places {
            if let file = try CredentialsFile.read(path) { return file }
        }
        let looked =
            places.isEmpty ? "neither HOME nor XDG_CONFIG_HOME is set" : "looked for \(places.joined(separator: ", "))"
        let message =
            isNamed
            ? "there are no credentials for the profile \(profile.printable)"
            : "there are no credentials to log in with"
        throw Failure(
            .usage, message, reason: looked,
            hint: "set INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET, or write them to "
                + "such a file (chmod 600); to try it out: vaultscript dev makes the profile dev")
    }

    private var profileFolders: [String] {
        var folders: [String] = []
        if let folder = environment.setting("CREDENTIALS_DIRECTORY") { folders.append(folder) }
        if let folder = environment.setting("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            folders.append(folder + "/vaultscript/credentials")
        } else if let home = environment.setting("HOME"), home.hasPrefix("/") {
            folders.append(home + "/.config/vaultscript/credentials")
        }
        return folders
    }

    private func proof(_ asked: Asked, _ file: CredentialsFile?) throws(Failure) -> LoginPlan.Proof {
        func credential(_ name: String) -> SecretBytes? {
            if let file { return file.secret(name) }
            return environment.credential(name)
        }
        let idName = "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"
        let clientID = asked.clientID ?? text(credential(idName))
        var clientSecret = credential("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET")
        if let handle = asked.clientSecret { clientSecret = try secret(handle) }
        if asked.clientID == nil, asked.clientSecret == nil, let token = credential("INFISICAL_TOKEN") {
            return .token(token)
        }
        guard let clientID, let clientSecret else {
            let missing = clientID == nil ? idName : "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"
            throw Failure(
                .usage, "the credentials are incomplete",
                reason: "\(missing) is not in \(file?.path.printable ?? "the environment")",
                hint: "add it there; Infisical shows both where the machine identity is set up (Universal Auth)")
        }
        return .universalAuth(clientID: clientID, clientSecret: clientSecret)
    }

    /// A client id is a name and no secret, though it travels beside one.
    private func text(_ value: SecretBytes?) -> String? {
        guard let value else { return nil }
        return value.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    // MARK: - The host

    /// A file that the script names may be of its own making; its host counts where the user has named it as well.
    private func isHostOfUser(_ domain: String, _ asked: Asked) throws(Failure) -> Bool {
        guard asked.credentials != nil, options.credentialsDescriptor == nil, options.credentialsFile == nil else {
            return true
        }
        let named =
            options.domain ?? environment.setting("INFISICAL_DOMAIN") ?? environment.setting("INFISICAL_API_URL")
        guard let named else { return false }
        return try normalize(named) == normalize(domain)
    }

    private func boundDomain(_ asked: Asked, _ file: CredentialsFile?) throws(Failure) -> String {
        let named =
            options.domain ?? file?.setting("INFISICAL_DOMAIN") ?? file?.setting("INFISICAL_API_URL")
            ?? environment.setting("INFISICAL_DOMAIN") ?? environment.setting("INFISICAL_API_URL")
        // A handle that a script makes a client secret of may be any secret: it goes where the user said, or nowhere.
        guard let bound = named ?? (asked.clientSecret == nil ? "us" : nil) else {
            throw Failure(
                .denied, "login: there is no host that clientSecret is bound to",
                reason: "the user has named none, and a script may not choose it; nothing has been sent",
                hint: "name it yourself: --domain, or INFISICAL_DOMAIN in the environment")
        }
        guard let wanted = asked.domain else { return bound }
        guard try normalize(wanted) == normalize(bound) else {
            throw Failure(
                .denied, "login: the credentials are not for \(wanted.printable)",
                reason: "they are bound to \(try normalize(bound)); nothing has been sent",
                hint: "bind them yourself: INFISICAL_DOMAIN in the credentials file or the environment, or --domain")
        }
        return bound
    }
}
