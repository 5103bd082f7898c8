import Configuration
public import Diagnostics
import Masking
import Providers
import SecretMemory

/// `vaultscript credentials add`: makes a credentials file, from answers at the terminal or from options and standard
/// input, once the vault has taken what is in it.
public struct CredentialsAddition {
    private static let clientIDName = "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"
    static let clientSecretName = "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"

    /// The name of the profile; nil where `--credentials FILE` says which file.
    public var profile: String?
    /// `--client-id`.
    public var clientID: String?
    /// `--expires`: `YYYY-MM-DD`, or `never`.
    public var expires: String?
    /// `--force`: what is there is replaced.
    public var replaces = false
    /// Whether the vault is asked; not with `--no-check`.
    public var checksLogin = true

    /// An addition of a profile.
    public init(profile: String?) { self.profile = profile }

    /// Does it, and says what has been done.
    ///
    /// - Throws: what a script's login would be refused with; then nothing has been written.
    public func run(_ options: RunOptions, keeper: KeeperLink?) throws(Failure) -> String {
        let host = try CredentialsHost(options, keeper)
        return try host.run { () throws(Failure) in try add(host) }
    }

    private struct Answers {
        var domain: String
        var clientID: String
        var clientSecret: SecretBytes
        var project: String?
        /// A day, or `never`; nil where nobody knows.
        var expiry: String?
    }

    private func add(_ host: CredentialsHost) throws(Failure) -> String {
        let place = try place(host)
        try checkOptions(host)
        try mayReplace(place, host)
        var answers = try answers(host)
        answers.expiry = expires
        if checksLogin {
            let session = try host.login(plan(answers, place, host))
            if answers.expiry == nil { answers.expiry = ownEnd(host, session) }
        }
        if answers.expiry == nil, host.isAtTerminal { answers.expiry = try askExpiry(host) }
        try place.prepareFolder()
        let lock = try place.lock()
        try place.replace(with: try text(answers, place, host))
        withExtendedLifetime(lock) {}
        return said(answers, place, host)
    }

    private func place(_ host: CredentialsHost) throws(Failure) -> CredentialsPlace {
        let options = host.options
        if let path = options.credentialsFile { return CredentialsPlace(path: path, host.keeper) }
        guard let name = profile ?? options.profile else {
            throw Failure(
                .usage, "vaultscript credentials add: which profile is meant?",
                hint: "name it: vaultscript credentials add default")
        }
        try Self.checkName(name)
        return try CredentialsPlace(profile: name, options, host.environment, host.keeper)
    }

    /// A name that stands in commands and hints as it is.
    private static func checkName(_ name: String) throws(Failure) {
        let begins = name.first.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "._-@+".contains($0) }
        guard begins, isPlain, name.utf8.count <= 100 else {
            throw Failure(
                .usage, "that is no name for a profile",
                reason:
                    "a name holds letters, digits and . _ - @ +, begins with a letter, a digit or _, and has at most "
                    + "100 bytes", hint: "such as blog, which is kept in blog.env")
        }
    }

    /// What the command line says is looked at before anything is asked.
    private func checkOptions(_ host: CredentialsHost) throws(Failure) {
        let options = host.options
        if options.credentialsDescriptor != nil {
            throw Failure(
                .usage, "vaultscript credentials add takes no --credentials-fd",
                hint: "name the file: --credentials FILE")
        }
        if let expires { try Self.checkExpiry(expires, "--expires") }
        if let clientID { try Self.checkClientID(clientID, "--client-id") }
        for (name, value) in [("project", options.project), ("env", options.environment), ("path", options.path)] {
            if let value { try Self.checkSetting(value, name, host) }
        }
        if let domain = options.domain { try Self.checkDomain(domain, "give --domain", host) }
    }

    private func mayReplace(_ place: CredentialsPlace, _ host: CredentialsHost) throws(Failure) {
        guard place.isTaken, !replaces else { return }
        guard host.isAtTerminal else {
            throw Failure(
                .usage, "the credentials file \(place.path.printable) is there already",
                reason: "what is in it would be lost",
                hint: "--force replaces it; credentials rotate exchanges its client secret")
        }
        let answer = try host.askText("\(place.path.printable) is there already; replace it? [y/N] ")
        guard answer.lowercased().hasPrefix("y") else {
            throw Failure(.cancelled, "nothing has been written", reason: "\(place.path.printable) stays as it is")
        }
    }

    // MARK: - Answers

    private func answers(_ host: CredentialsHost) throws(Failure) -> Answers {
        let domain = try domain(host)
        let id: String
        if let clientID { id = clientID } else { id = try askClientID(host) }
        let secret = try clientSecret(host)
        try host.gate.masker.add(secret, name: "client secret")
        return Answers(domain: domain, clientID: id, clientSecret: secret, project: try project(host), expiry: nil)
    }

    /// Asks until `read` takes the answer, or the person gives up.
    private func ask<Answer>(
        _ host: CredentialsHost, _ question: String, showsAnswer: Bool = true,
        _ read: (String) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        while true {
            let typed = try host.askText(question, showsAnswer: showsAnswer)
            do throws(Failure) { return try read(typed) } catch { host.gate.say(host.gate.inward(error).text + "\n") }
        }
    }

    private func domain(_ host: CredentialsHost) throws(Failure) -> String {
        if let domain = host.options.domain { return domain }
        let usual =
            host.environment.setting("INFISICAL_DOMAIN") ?? host.options.settings.user?.login.domain?.value ?? "us"
        guard host.isAtTerminal else {
            _ = try host.sessions.checkedBase(usual)
            return usual
        }
        let question = "Infisical: us, eu, or the URL of your own [\(usual.printable)]: "
        return try ask(host, question) { (typed) throws(Failure) in
            let domain = typed.isEmpty ? usual : typed
            try Self.checkDomain(domain, "type", host)
            return domain
        }
    }

    /// - Parameter verb: What the person does with an address, for the hint.
    private static func checkDomain(_ domain: String, _ verb: String, _ host: CredentialsHost) throws(Failure) {
        do throws(Failure) { _ = try host.sessions.checkedBase(domain) } catch {
            guard error.kind == .usage else { throw error }
            var told = error
            told.hint = "\(verb) us, eu or a URL such as https://vault.example.org"
            throw told
        }
    }

    /// Not shown: whoever pastes the client secret here by mistake has not shown it.
    private func askClientID(_ host: CredentialsHost) throws(Failure) -> String {
        guard host.isAtTerminal else {
            throw Failure(
                .usage, "vaultscript credentials add: the client id is missing",
                reason: "standard input is no terminal, so nobody is asked", hint: "--client-id ID")
        }
        return try ask(host, "Client id (not shown): ", showsAnswer: false) { (typed) throws(Failure) in
            try Self.checkClientID(typed, "the client id")
            return typed
        }
    }

    private static func checkClientID(_ text: String, _ place: String) throws(Failure) {
        let isHexadecimal = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0 | 0x20) }
        guard !(isHexadecimal && text.utf8.count == 64) else {
            throw Failure(
                .usage, "\(place): that looks like a client secret, and not like a client id",
                reason: "a client id has dashes and 36 characters",
                hint: place.hasPrefix("--")
                    ? "it is in the shell's history now: revoke it, and make another"
                    : "try again; nothing has been sent")
        }
        let isPlain = text.utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != 34 && $0 != 39 }
        guard !text.isEmpty, text.utf8.count <= 200, isPlain else {
            throw Failure(
                .usage, text.isEmpty ? "\(place) is empty" : "\(place) is none",
                reason: text.isEmpty ? "" : "it holds blanks, quotes or other characters, or is too long",
                hint: "Infisical shows it where the machine identity is set up (Universal Auth)")
        }
    }

    private func clientSecret(_ host: CredentialsHost) throws(Failure) -> SecretBytes {
        guard host.isAtTerminal else {
            let secret = try host.readInput(atMost: SecretPrompt.maximumBytes)
            try Self.checkClientSecret(
                secret, "hand over the client secret alone: … | vaultscript credentials add NAME --client-id ID")
            return secret
        }
        while true {
            let secret = try host.ask("Client secret (not shown): ")
            do throws(Failure) {
                try Self.checkClientSecret(secret, "Infisical shows it once, when it is made: type or paste it alone")
                return secret
            } catch { host.gate.say(error.text + "\n") }
        }
    }

    private static func checkClientSecret(_ secret: SecretBytes, _ hint: String) throws(Failure) {
        let isPlain = secret.withBytes { bytes in
            bytes.indices.allSatisfy { (0x21..<0x7F).contains(bytes[$0]) && bytes[$0] != 34 && bytes[$0] != 39 }
        }
        guard secret.count == 0 || !isPlain else { return }
        throw Failure(
            .usage, secret.count == 0 ? "there is no client secret" : "that is no client secret",
            reason: secret.count == 0
                ? "nothing was typed, or standard input is empty"
                : "it holds blanks, quotes, line ends or other characters that none holds", hint: hint)
    }

    private func project(_ host: CredentialsHost) throws(Failure) -> String? {
        if let project = host.options.project { return project }
        let usual = host.environment.setting("INFISICAL_PROJECT_ID")
        guard host.isAtTerminal else {
            if let usual { try Self.checkSetting(usual, "project", host) }
            return usual
        }
        let shown = usual.map { " [\($0.printable)]" } ?? " (empty: none)"
        return try ask(host, "Project, its id or slug\(shown): ") { (typed) throws(Failure) in
            let project = typed.isEmpty ? usual : typed
            if let project { try Self.checkSetting(project, "project", host) }
            return project
        }
    }

    private static func checkSetting(_ value: String, _ name: String, _ host: CredentialsHost) throws(Failure) {
        try host.gate.checkPublic(value, name)
        guard !value.isEmpty, value == value.printable, value.utf8.count <= 500, !value.contains("\""),
            !value.contains("'")
        else { throw Failure(.usage, "\(name): expected one line of text, without quotes") }
    }

    // MARK: - The end of the client secret

    private static func checkExpiry(_ text: String, _ place: String) throws(Failure) {
        if text == ClientSecretEnd.never { return }
        guard let day = CalendarDay(text) else {
            throw Failure(
                .usage, "\(place): expected a day such as 2027-02-26, or never, got \"\(text.printable)\"",
                hint: "Infisical shows it beside the client secret")
        }
        guard day >= .today else {
            throw Failure(
                .usage, "\(place): \(day.text) has passed", reason: "today is \(CalendarDay.today.text)",
                hint: "make a new client secret for the identity")
        }
    }

    private func askExpiry(_ host: CredentialsHost) throws(Failure) -> String? {
        let question = "The client secret expires on (YYYY-MM-DD, or never; empty: not known): "
        return try ask(host, question) { (typed) throws(Failure) in
            guard !typed.isEmpty else { return nil }
            try Self.checkExpiry(typed, "expires")
            return typed
        }
    }

    /// When the vault has it end, where this identity may ask.
    private func ownEnd(_ host: CredentialsHost, _ session: InfisicalSession) -> String? {
        let all = try? host.wait { session.listClientSecrets(completion: $0) }
        guard let own = all?.first(where: { $0.id == session.clientSecretID }) else { return nil }
        return own.endsAt.map { CalendarDay(secondsSince1970: $0).text } ?? ClientSecretEnd.never
    }

    // MARK: - The file

    private func plan(_ answers: Answers, _ place: CredentialsPlace, _ host: CredentialsHost) -> LoginPlan {
        LoginPlan(
            source: place.path, proof: .universalAuth(clientID: answers.clientID, clientSecret: answers.clientSecret),
            domain: answers.domain, isHostOfUser: true, project: answers.project, environment: "", path: "")
    }

    private func text(
        _ answers: Answers, _ place: CredentialsPlace, _ host: CredentialsHost
    ) throws(Failure) -> SecretBytes {
        let name = host.options.credentialsFile == nil ? profile ?? host.options.profile : nil
        let own = name.map { ClientSecretPlace.profile($0) } ?? .file(place.path)
        return try CredentialsText.new(
            "Made by vaultscript credentials add; exchange the client secret with: \(own.command ?? "")",
            [
                .init("INFISICAL_DOMAIN", answers.domain), .init(Self.clientIDName, answers.clientID),
                .init(Self.clientSecretName, secret: answers.clientSecret),
                .init("INFISICAL_PROJECT_ID", answers.project),
                .init("INFISICAL_ENVIRONMENT", host.options.environment),
                .init("INFISICAL_SECRET_PATH", host.options.path),
                .init(CredentialsFile.expiryName, answers.expiry),
            ])
    }

    private func said(_ answers: Answers, _ place: CredentialsPlace, _ host: CredentialsHost) -> String {
        let base = (try? InfisicalBaseURL(answers.domain))?.host ?? answers.domain
        let end = answers.expiry.map { $0 == ClientSecretEnd.never ? ", never expires" : ", expires \($0)" } ?? ""
        let checked = checksLogin ? "the login works" : "the login has not been tried"
        var lines = ["wrote \(place.path) (mode 0600): \(base)\(end); \(checked)"]
        if answers.project == nil {
            lines.append("no project is kept in it: say --project with each command, or add INFISICAL_PROJECT_ID to it")
        }
        if let name = profile, host.options.credentialsFile == nil {
            let option = name == "default" ? "" : " --profile \(name.shellWord)"
            lines.append("next: vaultscript\(option) whoami")
            for folder in host.environment.profileFolders {
                let other = CredentialsPlace(path: "\(folder)/\(name).env", nil)
                guard other.path != place.path else { break }
                if other.isTaken { lines.append("warning: \(other.path) goes before it") }
            }
        }
        return host.gate.inward(lines.map(\.printable).joined(separator: "\n"))
    }
}
