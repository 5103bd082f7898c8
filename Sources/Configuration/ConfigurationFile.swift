import Diagnostics

/// What is set for logins, at the top of a file or for one profile.
public struct LoginSettings: Equatable, Sendable {
    /// `us`, `eu` or a URL.
    public var domain: Located?
    /// The id or slug of a project.
    public var project: Located?
    /// The slug of an environment.
    public var environment: Located?
    /// A folder in it.
    public var path: Located?
    /// How to log in. Of the user's own file alone.
    public var method: Located?
    /// The path of a credentials file. Of the user's own file alone.
    public var credentials: Located?
}

/// One file of settings, checked: every key exists and has a value of its kind.
public struct ConfigurationFile: Equatable, Sendable {
    /// Its path.
    public let path: String
    /// The profile that is meant where none is named.
    public private(set) var profile: Located?
    /// What holds for all logins.
    public private(set) var login = LoginSettings()
    /// What holds for the logins of one profile.
    public private(set) var profiles: [String: LoginSettings] = [:]
    /// Limits by name, in the order of the lines; not checked further.
    public private(set) var limits: [Limit] = []
    /// A proxy for the vault's connection.
    public private(set) var proxy: Located?
    /// A file of certificates that the vault's connection trusts instead of the system's.
    public private(set) var certificates: Located?
    /// More variables that programs do not inherit; a `*` at the end stands for any rest.
    public private(set) var withheld: [Located] = []
    /// Variables that programs inherit, though their names say credential.
    public private(set) var passed: [Located] = []
    /// Secrets whose values are public, by name; a `*` at the end stands for any rest.
    public private(set) var publicNames: [Located] = []
    /// Tags of the vault that say the same.
    public private(set) var publicTags: [Located] = []
    /// Hosts that `http.request` may send secrets to; nil where the file does not say.
    public private(set) var hosts: [Located]?

    /// One limit.
    public struct Limit: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// What it was set to.
        public var value: Located
    }

    /// Takes `bytes` apart.
    ///
    /// - Throws: `.usage` with file, line and what is near, for the first thing that is wrong.
    init(_ bytes: [UInt8], path: String, _ origin: TrustedFile.Origin) throws(Failure) {
        self.path = path
        for entry in try TOMLDocument(bytes, path).entries {
            try ConfigurationKeys.check(entry, origin, "\(path.printable):\(entry.line)")
            try take(entry)
        }
    }

    private mutating func take(_ entry: TOMLDocument.Entry) throws(Failure) {
        switch (entry.path[0], entry.path.count) {
        case ("profile", 1): profile = try name(entry)
        case (_, 1): try take(entry, into: &login)
        case ("profiles", _): try take(entry, into: &profiles[entry.path[1], default: LoginSettings()])
        case ("limits", _): limits.append(Limit(name: entry.path[1], value: scalar(entry)))
        default: try takeOfTable(entry)
        }
    }

    private mutating func takeOfTable(_ entry: TOMLDocument.Entry) throws(Failure) {
        switch entry.path {
        case ["network", "proxy"]: proxy = try address(entry)
        case ["network", "ca"]: certificates = try absolutePath(entry)
        case ["variables", "withhold"]: withheld = try names(entry)
        case ["variables", "pass"]: passed = try passedNames(entry)
        case ["masking", "public"]: publicNames = try names(entry)
        case ["masking", "publicTags"]: publicTags = try list(entry)
        case ["http", "hosts"]: hosts = try list(entry)
        default: preconditionFailure("\(entry.path) is on the list of keys and read by nobody")
        }
    }

    private func take(_ entry: TOMLDocument.Entry, into login: inout LoginSettings) throws(Failure) {
        switch entry.path[entry.path.count - 1] {
        case "domain": login.domain = try text(entry)
        case "project": login.project = try text(entry)
        case "environment", "env": login.environment = try environment(entry, login.environment)
        case "path": login.path = try folder(entry)
        case "method": login.method = try text(entry)
        case "credentials": login.credentials = try absolutePath(entry)
        default: preconditionFailure("\(entry.path) is on the list of keys and read by nobody")
        }
    }

    // MARK: - Values

    private func located(_ value: String, _ entry: TOMLDocument.Entry) -> Located {
        Located(value, file: path, line: entry.line)
    }

    private func scalar(_ entry: TOMLDocument.Entry) -> Located {
        switch entry.content {
        case .text(let text), .scalar(let text): located(text, entry)
        case .texts, .other: located("a list or a date", entry)
        }
    }

    private func text(_ entry: TOMLDocument.Entry) throws(Failure) -> Located {
        guard case .text(let text) = entry.content, !text.isEmpty, text == text.printable else {
            throw wrong(entry, "a text in quotation marks")
        }
        return located(text, entry)
    }

    private func list(_ entry: TOMLDocument.Entry) throws(Failure) -> [Located] {
        guard case .texts(let texts) = entry.content, texts.allSatisfy({ !$0.isEmpty && $0 == $0.printable }) else {
            throw wrong(entry, "a list of texts, such as [\"one\", \"two\"]")
        }
        return texts.map { located($0, entry) }
    }

    /// The name of a profile is the name of a file.
    private func name(_ entry: TOMLDocument.Entry) throws(Failure) -> Located {
        let found = try text(entry)
        guard !found.value.hasPrefix("."), !found.value.contains("/") else {
            throw wrong(entry, "a name without / in it")
        }
        return found
    }

    private func folder(_ entry: TOMLDocument.Entry) throws(Failure) -> Located {
        let found = try text(entry)
        guard found.value.hasPrefix("/") else { throw wrong(entry, "a folder of the vault, such as \"/web\"") }
        return found
    }

    /// A proxy's address. With a name and a password in it, it would be a credential among settings.
    private func address(_ entry: TOMLDocument.Entry) throws(Failure) -> Located {
        let found = try text(entry)
        guard found.value.contains("@") else { return found }
        throw Failure(
            .usage,
            "\(path.printable):\(entry.line): \(ConfigurationKeys.shown(entry.path)): it holds a name or a password",
            reason: "settings are no place for credentials",
            hint: "leave it to the environment: HTTPS_PROXY and --use-env-proxy")
    }

    private func absolutePath(_ entry: TOMLDocument.Entry) throws(Failure) -> Located {
        let found = try text(entry)
        guard found.value.hasPrefix("/") else { throw wrong(entry, "the path of a file, from / on") }
        return found
    }

    private func environment(_ entry: TOMLDocument.Entry, _ known: Located?) throws(Failure) -> Located {
        guard let known else { return try text(entry) }
        throw Failure(
            .usage, "\(path.printable):\(entry.line): the environment is set twice",
            reason: "env and environment are the same; the other stands in line \(known.line)",
            hint: "leave one of them out")
    }

    private func names(_ entry: TOMLDocument.Entry) throws(Failure) -> [Located] {
        let found = try list(entry)
        guard found.allSatisfy({ $0.value != "*" && !$0.value.dropLast().contains("*") }) else {
            throw wrong(entry, "names, with a * at the end at most, such as \"ACME_*\"")
        }
        return found
    }

    private func passedNames(_ entry: TOMLDocument.Entry) throws(Failure) -> [Located] {
        let found = try names(entry)
        guard let own = found.first(where: { Self.isOwn($0.value) }) else { return found }
        throw Failure(
            .usage, "\(path.printable):\(entry.line): \(own.value) is never handed on",
            reason: "what begins with INFISICAL_ or VAULTSCRIPT_ belongs to vaultscript itself",
            hint: "leave it out; a program that needs credentials of its own gets them from the vault")
    }

    private static func isOwn(_ pattern: String) -> Bool {
        let upper = pattern.uppercased()
        return ["INFISICAL_", "VAULTSCRIPT_", "CREDENTIALS_DIRECTORY"].contains { own in
            upper.hasPrefix(own) || (upper.hasSuffix("*") && own.hasPrefix(upper.dropLast()))
        }
    }

    private func wrong(_ entry: TOMLDocument.Entry, _ expected: String) -> Failure {
        let got: String
        switch entry.content {
        case .text(let text): got = "\"\(text.printable)\""
        case .scalar(let text): got = text
        case .texts(let texts): got = "[\(texts.map { "\"\($0.printable)\"" }.joined(separator: ", "))]"
        case .other: got = "something else"
        }
        return Failure(
            .usage,
            "\(path.printable):\(entry.line): \(ConfigurationKeys.shown(entry.path)): expected \(expected), got \(got)",
            hint: "see: vaultscript help configuration")
    }
}
