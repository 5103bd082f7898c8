import CSystemShims
import Configuration
import Diagnostics
import HostProtocol
import Masking
import Providers
import SecretMemory

/// Where a login goes and with what: command line, script, credentials and environment put together, in that order.
///
/// Credentials belong to a host, which `LoginBinding` finds. A domain that a script names counts only when it is that one.
struct LoginPlan {
    /// What proves who we are.
    enum Proof {
        case universalAuth(clientID: String, clientSecret: SecretBytes)
        case token(SecretBytes)
        case platform(PlatformLogin.Method, identityID: String, PlatformSource)
    }

    /// A folder of the vault.
    struct Place {
        var project: String?
        var environment: String
        var path: String
    }

    /// The identity's name for messages: the profile, the file or the environment.
    var source: String
    var proof: Proof
    /// The domain as the user wrote it: "us", "eu" or a URL.
    var domain: String
    /// Whether the user has named that host, and not just a credentials file that the script names.
    var isHostOfUser: Bool
    /// Who could choose what is logged in with.
    var proofChooser = Masker.Origin.vault
    /// Who could choose the account, and so what is found there.
    var chooser = Masker.Origin.vault
    /// The slug of a sub-organisation to log in to; nil for the identity's own.
    var organization: String?
    /// Whether only the script names that: there, a project's slug means another project.
    var isOrganizationOfScript = false
    var project: String?
    var environment: String
    var path: String
    /// Where the user's own settings lead, which a recipe's entries mean that say no place; nil: there too.
    var usual: Place?
    /// When its client secret ends, where file or environment say so.
    var secretEnd: ClientSecretEnd?
    /// Where that client secret stands.
    var secretPlace = ClientSecretPlace.elsewhere("the environment")

    /// Whether the script names what is logged in with, or the account: it may be its author's.
    var isBrought: Bool { chooser == .brought }
    /// Where its session looks.
    var place: Place { Place(project: project, environment: environment, path: path) }
}

/// Puts a `LoginPlan` together.
struct LoginPlanner {
    let options: RunOptions
    let environment: HostEnvironment
    /// Gives a domain's base URL in one form, so that two spellings of one host are equal.
    let normalize: (String) throws(Failure) -> String
    /// Looks a handle up.
    let secret: (ObjectReference) throws(Failure) -> SecretBytes
    /// Said once for each script option that the command line overrides.
    let note: (String) -> Void
    /// Judges what a credentials file holds that only the script names, before it is read.
    var judge: (_ content: SecretBytes, _ path: String) throws(Failure) -> Void = { _, _ in }

    /// The options of a script's login.
    struct Asked {
        var method: LoginMethod?
        var identityID: String?
        var jwt: ObjectReference?
        var audience: String?
        var profile: String?
        var credentials: String?
        var domain: String?
        var clientID: String?
        var clientSecret: ObjectReference?
        var organization: String?
        var project: String?
        var environment: String?
        var path: String?

        /// Whether the script itself hands over what is logged in with: it goes where the user said, or nowhere.
        var handsOver: Bool { clientSecret != nil || jwt != nil }
        /// The option that does.
        var handedOver: String { jwt == nil ? "clientSecret" : "jwt" }
    }

    /// The plan for `login(value)`.
    ///
    /// - Throws: `.usage` for options or credentials that are not there, `.denied` for a domain that the credentials
    ///   are not bound to. Nothing has been sent by then.
    func plan(_ value: Value) throws(Failure) -> LoginPlan {
        let asked = try read(value)
        let credentials = try credentials(asked)
        let sources = LoginSources(
            options: options, environment: environment, infisical: try environment.infisical.get())
        let identity = try identity(asked, credentials)
        try refuseNested(identity, credentials)
        let host = try boundHost(identity.origin, asked, credentials, sources)
        let proofChooser = chooser(identity.origin, credentials)
        let usualOrganization = organization(credentials.file)
        if asked.organization != nil, case .token = identity.proof {
            throw Failure(
                .usage, "login: organization: an access token is one of its own organisation",
                hint: "leave it out, or take a token of that organisation")
        }
        return LoginPlan(
            source: credentials.file?.path ?? "the environment", proof: identity.proof,
            domain: host.domain, isHostOfUser: host.isOfUser, proofChooser: proofChooser,
            chooser: identity.isNamedByScript ? .brought : proofChooser,
            organization: asked.organization ?? usualOrganization,
            isOrganizationOfScript: asked.organization.map {
                credentials.isOfScript || !DeclaredSecret.areSame($0, usualOrganization)
            } ?? (credentials.isOfScript && usualOrganization != nil),
            project: pick(.project, asked.project, credentials, sources),
            environment: pick(.environment, asked.environment, credentials, sources) ?? "",
            path: pick(.path, asked.path, credentials, sources) ?? "",
            usual: usualPlace(credentials, sources),
            secretEnd: try secretEnd(asked, credentials.file),
            secretPlace: secretPlace(asked, credentials))
    }

    /// A script that starts vaultscript writes its command line, its environment and its configuration: none of them is
    /// the user's word, to which the user's credentials would be bound.
    private func refuseNested(_ identity: LoginIdentity, _ credentials: LoginCredentials) throws(Failure) {
        let isOfUser =
            switch (identity.origin, identity.proof) {
            // What a descriptor brings, or a variable, the script has handed over: programs inherit neither of the user's.
            case (.file, _): credentials.file?.content != nil
            case (.surroundings, .platform): true
            case (.handle, _), (.surroundings, _): false
            }
        guard isOfUser, vs_sys_is_below_marked_run() else { return }
        throw Failure(
            .denied, "a program of another script's run does not log in with the user's credentials",
            reason: "that script decides what this vaultscript is told",
            hint: "let the script itself do it (login, getSecret, require), or start the outer one with --allow-nested")
    }

    private func chooser(_ origin: IdentityOrigin, _ credentials: LoginCredentials) -> Masker.Origin {
        switch origin {
        case .handle: .brought
        case .file: credentials.isOfScript ? .brought : .vault
        case .surroundings: .vault
        }
    }

    private func secretPlace(_ asked: Asked, _ credentials: LoginCredentials) -> ClientSecretPlace {
        if asked.handsOver { return .elsewhere("the script") }
        guard let file = credentials.file else { return .elsewhere("the environment") }
        let mounted = environment.setting("CREDENTIALS_DIRECTORY").map { file.path.hasPrefix($0 + "/") } ?? false
        if options.credentialsDescriptor != nil || mounted { return .elsewhere(file.path) }
        return credentials.profile.map { .profile($0) } ?? .file(file.path)
    }

    private func organization(_ file: CredentialsFile?) -> String? {
        let name = "INFISICAL_AUTH_ORGANIZATION_SLUG"
        return file?.setting(name) ?? environment.setting(name)
    }

    /// A date belongs to the client secret that it stands beside, and to none that a script hands over.
    private func secretEnd(_ asked: Asked, _ file: CredentialsFile?) throws(Failure) -> ClientSecretEnd? {
        let name = ClientSecretEnd.variable
        guard !asked.handsOver, let text = file == nil ? environment.setting(name) : file?.setting(name), !text.isEmpty
        else { return nil }
        return try ClientSecretEnd(text, source: file?.path ?? "the environment")
    }

    // MARK: - Options

    private func read(_ value: Value) throws(Failure) -> Asked {
        var reader = try OptionReader("login", value)
        var asked = Asked()
        asked.profile = try reader.text("profile", "the name of a profile")
        asked.credentials = try reader.text("credentials", "the path of a credentials file")
        asked.domain = try reader.sentText("domain", "\"us\", \"eu\" or a URL")
        asked.clientID = try reader.sentText("clientId")
        asked.clientSecret = try reader.secret(
            "clientSecret", instead: "take it from secret.env(NAME), or leave it to the credentials file")
        asked.organization = try reader.sentText("organization", "the slug of a sub-organisation")
        asked.project = try reader.sentText("project", "a project's id or slug")
        let alias = try reader.sentText("environment", "the slug of an environment")
        let environment = try reader.sentText("env", "the slug of an environment")
        asked.environment = environment ?? alias
        asked.path = try reader.sentText("path", "a folder such as \"/web\"")
        try checkChoice(&reader, "provider", ["infisical"], "other providers are not there yet")
        if let name = try reader.text("method") { asked.method = try LoginMethod(name, "login: method") }
        asked.identityID = try reader.sentText("identityId")
        asked.jwt = try reader.secret("jwt", instead: "take it from secret.env(NAME) or secret.file(path)")
        asked.audience = try reader.sentText("audience")
        try reader.finish()
        guard !asked.handsOver || asked.credentials == nil else {
            throw Failure(
                .usage, "login: credentials and \(asked.handedOver) exclude one another",
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
        _ setting: LoginSetting, _ script: String?, _ credentials: LoginCredentials, _ sources: LoginSources
    ) -> String? {
        let found = sources.find(setting, script: script, credentials)?.value
        if let script, let found, script != found {
            note(
                "login: \(setting.name) = \"\(script.printable)\" of the script is overridden by --\(setting.name) \(found.printable)"
            )
        }
        return found
    }

    /// Where a login leads of which the script says nothing but the profile: a file that only the script names is no
    /// setting of the user's.
    private func usualPlace(_ credentials: LoginCredentials, _ sources: LoginSources) -> LoginPlan.Place {
        let credentials = credentials.isOfScript ? LoginCredentials(isNamed: false) : credentials
        func find(_ setting: LoginSetting) -> String? { sources.find(setting, script: nil, credentials)?.value }
        return LoginPlan.Place(
            project: find(.project), environment: find(.environment) ?? "", path: find(.path) ?? "")
    }

    // MARK: - Credentials

    /// The credentials that are meant: named ones, else those of the environment, else those of the usual profile.
    func credentials(_ named: (profile: String?, file: String?)) throws(Failure) -> LoginCredentials {
        if let descriptor = options.credentialsDescriptor {
            let content = try environment.knownCredentials.content(descriptor: descriptor)
            return LoginCredentials(file: try CredentialsFile(descriptor: descriptor, content), isNamed: true)
        }
        if let path = options.credentialsFile {
            return LoginCredentials(file: try existing(try known(path), path), isNamed: true)
        }
        if let path = named.file {
            let file = try CredentialsFile.read(path) { (found) throws(Failure) in try judge(found.content, path) }
            return LoginCredentials(file: try existing(file, path), isNamed: true)
        }
        if let profile = options.profile ?? named.profile ?? environment.setting("VAULTSCRIPT_PROFILE") {
            return LoginCredentials(file: try profileFile(profile, isNamed: true), profile: profile, isNamed: true)
        }
        if hasEnvironmentCredentials { return LoginCredentials(isNamed: false) }
        let usual = options.settings.profile
        let profile = usual?.value ?? "default"
        return LoginCredentials(
            file: try profileFile(profile, isNamed: usual != nil), profile: profile, isNamed: false)
    }

    private func credentials(_ asked: Asked) throws(Failure) -> LoginCredentials {
        let isFileNamed = options.credentialsDescriptor != nil || options.credentialsFile != nil
        if asked.handsOver, !isFileNamed { return LoginCredentials(isNamed: false) }
        let profile = options.profile ?? asked.profile ?? environment.setting("VAULTSCRIPT_PROFILE")
        if !isFileNamed, asked.credentials == nil, profile == nil, try isPlatform(asked) {
            return LoginCredentials(isNamed: false)
        }
        if !isFileNamed, let file = asked.credentials {
            try ProtectedPlaces(options: options, environment: environment).checkCredentials(file)
        }
        var found = try credentials((asked.profile, asked.credentials))
        found.isOfScript = !isFileNamed && asked.credentials != nil
        return found
    }

    /// Reads a file that the user has named, where it is as it was before the first program of the run.
    private func known(_ path: String) throws(Failure) -> CredentialsFile? {
        try CredentialsFile.read(path) { (found) throws(Failure) in
            try environment.knownCredentials.check(found, path)
        }
    }

    private func existing(_ file: CredentialsFile?, _ path: String) throws(Failure) -> CredentialsFile {
        guard let file else {
            throw Failure(
                .usage, "the credentials file \(path.printable) does not exist",
                hint: missingHint(path))
        }
        return file
    }

    /// Whoever writes a name in the place of a path may mean a profile.
    private func missingHint(_ path: String) -> String {
        if environment.profilesWithFile.contains(path) {
            return "that is the name of a profile: --profile \(path.shellWord)"
        }
        return
            "it is the path of a file (a profile is named with --profile NAME); to make it: vaultscript credentials add "
            + "--credentials \(path.shellWord)"
    }

    /// Which method the script, the profile, the file or the environment names, in that order; nil where none does.
    private func method(_ asked: Asked, _ credentials: LoginCredentials) throws(Failure) -> LoginMethod? {
        if let method = asked.method { return method }
        if let profile = credentials.profile, let method = try configured(profile) { return method }
        let variable = "INFISICAL_AUTH_METHOD"
        let name = credentials.file?.setting(variable) ?? environment.setting(variable)
        guard let name, !name.isEmpty else { return nil }
        return try LoginMethod(name, variable)
    }

    /// The method that the user's configuration gives a profile.
    private func configured(_ profile: String) throws(Failure) -> LoginMethod? {
        guard let method = options.settings.user?.profiles[profile]?.method else { return nil }
        return try LoginMethod(method.value, "\(method.place.printable): the method")
    }

    private func isPlatform(_ asked: Asked) throws(Failure) -> Bool {
        if case .platform = try method(asked, LoginCredentials(isNamed: false)) { return true }
        return false
    }

    /// One half of a client id and its secret counts: whoever sets it means no other identity, and hears of the other half.
    private var hasEnvironmentCredentials: Bool {
        CredentialsFile.credentialNames.contains { environment.credential($0) != nil }
    }

    private func profileFile(_ profile: String, isNamed: Bool) throws(Failure) -> CredentialsFile? {
        guard !profile.isEmpty, !profile.hasPrefix("."), !profile.contains("/") else {
            throw Failure(.usage, "login: \"\(profile.printable)\" is no name for a profile")
        }
        let settings = options.settings.user?.profiles[profile]
        let method = try configured(profile)
        if let path = settings?.credentials?.value { return try existing(try known(path), path) }
        let places = environment.profileFolders.map { "\($0)/\(profile).env" }
        for path in places {
            if let file = try known(path) { return file }
        }
        // A platform's word needs no file.
        if case .platform = method { return nil }
        let looked =
            places.isEmpty ? "neither HOME nor XDG_CONFIG_HOME is set" : "looked for \(places.joined(separator: ", "))"
        let message =
            isNamed
            ? "there are no credentials for the profile \(profile.printable)"
            : "there are no credentials to log in with"
        let near = isNamed ? environment.nearProfile(profile, options.settings) : nil
        throw Failure(
            .usage, message, reason: looked,
            hint: (near.map { "did you mean \($0.printable)? otherwise " } ?? "")
                + "set INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET, or write them to "
                + "such a file: vaultscript credentials add \(profile.shellWord); to try it out: vaultscript dev makes the "
                + "profile dev")
    }

    private func identity(_ asked: Asked, _ credentials: LoginCredentials) throws(Failure) -> LoginIdentity {
        let file = credentials.file
        let method = try method(asked, credentials)
        if case .platform(let platform) = method { return try platformIdentity(platform, asked, credentials) }
        let origin: IdentityOrigin =
            asked.handsOver
            ? .handle(asked.handedOver) : file == nil ? .surroundings("the identity of the environment") : .file
        return LoginIdentity(proof: try proof(method, asked, file), origin: origin)
    }

    private func proof(
        _ method: LoginMethod?, _ asked: Asked, _ file: CredentialsFile?
    ) throws(Failure) -> LoginPlan.Proof {
        func credential(_ name: String) -> SecretBytes? {
            if let file { return file.secret(name) }
            return environment.credential(name)
        }
        let idName = "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"
        let clientID = asked.clientID ?? text(credential(idName))
        var clientSecret = credential("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET")
        if let handle = asked.clientSecret { clientSecret = try secret(handle) }
        if method != .universalAuth, asked.clientID == nil, asked.clientSecret == nil,
            let token = credential("INFISICAL_TOKEN")
        {
            return .token(try usable(token))
        }
        if method == .token {
            throw Failure(
                .usage, "login: there is no token to log in with",
                reason: "INFISICAL_TOKEN is not in \(file?.path.printable ?? "the environment")",
                hint: "add it there, or use another method")
        }
        guard let clientID, let clientSecret else {
            let secretName = "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"
            let (missing, other) = clientID == nil ? (idName, secretName) : (secretName, idName)
            let isHalf = file == nil && environment.credential(other) != nil
            throw Failure(
                .usage, "the credentials are incomplete",
                reason: "\(missing) is not in \(file?.path.printable ?? "the environment")",
                hint:
                    "add it there\(isHalf ? ", or unset \(other) to log in with a credentials file" : ""); Infisical shows both "
                    + "where the machine identity is set up (Universal Auth)")
        }
        return .universalAuth(clientID: clientID, clientSecret: clientSecret)
    }

    /// Refuses a service token: they are deprecated, and are answered in other ways than an identity's.
    private func usable(_ token: SecretBytes) throws(Failure) -> SecretBytes {
        let prefix = Array("st.".utf8)
        let isServiceToken = token.withBytes { bytes in
            bytes.count > prefix.count && !prefix.indices.contains { bytes[$0] != prefix[$0] }
        }
        guard isServiceToken else { return token }
        throw Failure(
            .auth, "login: INFISICAL_TOKEN is a service token, and those are not used",
            reason: "Infisical has deprecated them (st.…) in favour of machine identities",
            hint: "make a machine identity with Universal Auth in the project's access control, and set "
                + "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET")
    }

    /// A client id is a name and no secret, though it travels beside one.
    func text(_ value: SecretBytes?) -> String? {
        guard let value else { return nil }
        return value.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    // MARK: - The host

    private func boundHost(
        _ origin: IdentityOrigin, _ asked: Asked, _ credentials: LoginCredentials, _ sources: LoginSources
    ) throws(Failure) -> LoginBinding.Host {
        let binding = LoginBinding(
            ofUser: sources.boundDomain(credentials)?.value, ofScriptFile: sources.scriptDomain(credentials),
            isFileOfScript: credentials.isOfScript, normalize: normalize)
        let host = try binding.host(for: origin)
        if let wanted = asked.domain { try check(wanted, "", host.domain) }
        if let wanted = sources.projectDomain(credentials.profile) {
            try check(wanted.value, ", which \(wanted.place.printable) names", host.domain)
        }
        return host
    }

    private func check(_ wanted: String, _ origin: String, _ bound: String) throws(Failure) {
        guard try normalize(wanted) != normalize(bound) else { return }
        throw Failure(
            .denied, "login: the credentials are not for \(wanted.printable)\(origin)",
            reason: "they are bound to \(try normalize(bound)); nothing has been sent",
            hint: "bind them yourself: INFISICAL_DOMAIN in the credentials file or the environment, or --domain")
    }
}
