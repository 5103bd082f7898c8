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
        var expiry: CalendarDay?
    }

    private func add(_ host: CredentialsHost) throws(Failure) -> String {
        let place = try place(host)
        let given = try givenExpiry()
        if let clientID { try Self.checkClientID(clientID, "--client-id") }
        try mayReplace(place, host)
        var answers = try answers(host)
        var isKnown = given.isSaid
        answers.expiry = given.day
        if checksLogin {
            let session = try host.login(plan(answers, place, host))
            if !isKnown, let end = ownEnd(host, session) {
                answers.expiry = CalendarDay(secondsSince1970: end)
                isKnown = true
            }
        }
        if !isKnown, host.isAtTerminal { answers.expiry = try askExpiry(host) }
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
        return try CredentialsPlace(profile: name, options, host.environment, host.keeper)
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
        _ = try host.sessions.checkedBase(domain)
        let id: String
        if let clientID { id = clientID } else { id = try askClientID(host) }
        let secret = try clientSecret(host)
        try host.gate.masker.add(secret, name: "client secret")
        var project = host.options.project ?? host.environment.setting("INFISICAL_PROJECT_ID")
        if host.options.project == nil, host.isAtTerminal {
            let usual = project.map { " [\($0.printable)]" } ?? " (empty: none)"
            let typed = try host.askText("Project, its id or slug\(usual): ")
            if !typed.isEmpty { project = typed }
        }
        for (name, value) in [("project", project), ("env", host.options.environment), ("path", host.options.path)] {
            if let value { try Self.checkSetting(value, name, host) }
        }
        return Answers(domain: domain, clientID: id, clientSecret: secret, project: project, expiry: nil)
    }

    private func domain(_ host: CredentialsHost) throws(Failure) -> String {
        if let domain = host.options.domain { return domain }
        let usual =
            host.environment.setting("INFISICAL_DOMAIN") ?? host.options.settings.user?.login.domain?.value ?? "us"
        guard host.isAtTerminal else { return usual }
        let typed = try host.askText("Infisical: us, eu, or the URL of your own [\(usual.printable)]: ")
        return typed.isEmpty ? usual : typed
    }

    /// Not shown: whoever pastes the client secret here by mistake has not shown it.
    private func askClientID(_ host: CredentialsHost) throws(Failure) -> String {
        guard host.isAtTerminal else {
            throw Failure(
                .usage, "vaultscript credentials add: the client id is missing",
                reason: "standard input is no terminal, so nobody is asked", hint: "--client-id ID")
        }
        let typed = try host.askText("Client id (not shown): ", showsAnswer: false)
        try Self.checkClientID(typed, "the client id")
        return typed
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
        guard !text.isEmpty, text.utf8.count <= 200,
            text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != 34 && $0 != 39 })
        else {
            throw Failure(
                .usage, "\(place) is none", reason: "it is empty, or holds blanks, quotes or other characters",
                hint: "Infisical shows it where the machine identity is set up (Universal Auth)")
        }
    }

    private func clientSecret(_ host: CredentialsHost) throws(Failure) -> SecretBytes {
        let secret: SecretBytes
        if host.isAtTerminal {
            secret = try host.ask("Client secret (not shown): ")
        } else {
            secret = try host.readInput(atMost: SecretPrompt.maximumBytes)
        }
        let isPlain = secret.withBytes { bytes in
            bytes.indices.allSatisfy { (0x21..<0x7F).contains(bytes[$0]) && bytes[$0] != 34 && bytes[$0] != 39 }
        }
        guard secret.count > 0, isPlain else {
            throw Failure(
                .usage, secret.count == 0 ? "there is no client secret" : "that is no client secret",
                reason: secret.count == 0
                    ? "nothing was typed, or standard input is empty"
                    : "it holds blanks, quotes, line ends or other characters that none holds",
                hint: "hand over the client secret alone: … | vaultscript credentials add NAME --client-id ID")
        }
        return secret
    }

    private static func checkSetting(_ value: String, _ name: String, _ host: CredentialsHost) throws(Failure) {
        try host.gate.checkPublic(value, name)
        guard !value.isEmpty, value == value.printable, value.utf8.count <= 500, !value.contains("\""),
            !value.contains("'")
        else { throw Failure(.usage, "\(name): expected one line of text, without quotes") }
    }

    // MARK: - The end of the client secret

    private func givenExpiry() throws(Failure) -> (isSaid: Bool, day: CalendarDay?) {
        guard let expires else { return (false, nil) }
        return (true, try Self.day(expires, "--expires"))
    }

    private static func day(_ text: String, _ place: String) throws(Failure) -> CalendarDay? {
        if text == "never" { return nil }
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
        return day
    }

    private func askExpiry(_ host: CredentialsHost) throws(Failure) -> CalendarDay? {
        while true {
            let typed = try host.askText("The client secret expires on (YYYY-MM-DD, empty: never or not known): ")
            if typed.isEmpty { return nil }
            do { return try Self.day(typed, "expires") } catch  where error.kind == .usage {
                host.gate.say(error.text + "\n")
            }
        }
    }

    /// When the vault has it end, where this identity may ask.
    private func ownEnd(_ host: CredentialsHost, _ session: InfisicalSession) -> Int? {
        let all = try? host.wait { session.listClientSecrets(completion: $0) }
        return all?.first { $0.id == session.clientSecretID }?.endsAt
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
                .init(CredentialsFile.expiryName, answers.expiry?.text),
            ])
    }

    private func said(_ answers: Answers, _ place: CredentialsPlace, _ host: CredentialsHost) -> String {
        let base = (try? InfisicalBaseURL(answers.domain))?.host ?? answers.domain
        let end = answers.expiry.map { ", expires \($0.text)" } ?? ""
        let checked = checksLogin ? "the login works" : "the login has not been tried"
        var lines = ["wrote \(place.path) (mode 0600): \(base)\(end); \(checked)"]
        if let name = profile, host.options.credentialsFile == nil {
            let option = name == "default" ? "" : " --profile \(name)"
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
