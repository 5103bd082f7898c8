import Diagnostics
import Host

extension Subcommand {
    /// What `vaultscript credentials` can do.
    static let credentialsActions = ["add", "rotate", "remove", "list"]
    private static let credentialsSynopsis = "add NAME | rotate [NAME] | remove NAME | list"

    /// `vaultscript credentials add|rotate|remove|list`: the files that logins are made with.
    static var credentials: Subcommand {
        Subcommand(
            name: "credentials",
            summary: "make a credentials file, exchange its client secret, remove it, list the files",
            synopsis: credentialsSynopsis,
            options: [
                CommandOption("--client-id", "ID", "add: the client id; asked for otherwise"),
                CommandOption("--expires", "DAY", "add: when the client secret ends, as 2027-02-26, or never"),
                CommandOption("--force", "add: replace the file that is there"),
                CommandOption("--no-check", "add: write the file without trying the login"),
                CommandOption("--ttl", "TIME", "rotate: the life of the new one, such as 90d, or never"),
                CommandOption("--keep-old", "TIME", "rotate: the former one stays valid for that time, or: always"),
                CommandOption("--yes", "remove: do not ask"),
                CommandOption("--json", "list: as one line of JSON"),
            ],
            wordCount: 1...Int.max,
            details: """
                add asks for what is missing at the terminal: host, client id, client secret (neither is shown), project, and when the
                client secret ends. Where standard input is no terminal the client secret is read from there, and nothing is asked; it
                is never taken from the command line. The login is tried before the file is written: mode 0600, in a folder for you alone.
                rotate makes a new client secret by a login with the one in the file, tries it, puts it into the file and revokes the
                former one; without --ttl the new one lives as long as the former one did. Wherever it is stopped, the file
                holds one that works. Both take --credentials FILE in the place of NAME.
                remove takes the file of a profile away, when it is as a login would take it. What is in it stays valid at the server
                until it is revoked there.
                """,
            precheck: refuseClientSecret
        ) { (arguments) throws(Failure) in
            switch arguments.words[0] {
            case "add": try add(arguments)
            case "rotate": try rotate(arguments)
            case "remove": try remove(arguments)
            case "list": try list(arguments)
            default:
                throw Failure(
                    .usage, "vaultscript credentials: there is no such action",
                    reason: "usage: vaultscript credentials \(credentialsSynopsis)",
                    hint: "see: vaultscript help credentials")
            }
        }
    }

    /// Before the words are taken apart: what follows such an option is a client secret, and is not shown.
    private static func refuseClientSecret(_ words: ArraySlice<String>) throws(Failure) {
        let names = ["--client-secret", "--clientSecret", "--secret", "--client_secret"]
        guard words.contains(where: { word in names.contains { word == $0 || word.hasPrefix($0 + "=") } }) else {
            return
        }
        throw onCommandLine
    }

    private static var onCommandLine: Failure {
        Failure(
            .usage, "vaultscript credentials: a client secret is not taken from the command line",
            reason: "every user of this machine can see it there (ps), and the shell keeps it in its history",
            hint:
                "type it when you are asked, or hand it over: … | vaultscript credentials add NAME --client-id ID; if it was "
                + "a real one, revoke it")
    }

    /// The one name after the action. A second word may be a client secret.
    private static func name(_ arguments: CommandArguments) throws(Failure) -> String? {
        guard arguments.words.count <= 2 else { throw onCommandLine }
        return arguments.words.count == 2 ? arguments.words[1] : nil
    }

    private static func add(_ arguments: CommandArguments) throws(Failure) -> Int32 {
        try refuse(["--ttl", "--keep-old", "--json", "--yes"], "add", arguments)
        var addition = CredentialsAddition(profile: try name(arguments))
        addition.clientID = arguments.value("--client-id")
        addition.expires = arguments.value("--expires")
        addition.replaces = arguments.has("--force")
        addition.checksLogin = !arguments.has("--no-check")
        let keeper = try KeeperLink()
        return standardOutputLine(try addition.run(arguments.run, keeper: keeper))
    }

    private static func rotate(_ arguments: CommandArguments) throws(Failure) -> Int32 {
        try refuse(["--client-id", "--expires", "--force", "--no-check", "--json", "--yes"], "rotate", arguments)
        var rotation = CredentialsRotation(profile: try name(arguments))
        rotation.lifetime = arguments.value("--ttl")
        rotation.keepsOld = arguments.value("--keep-old")
        let keeper = try KeeperLink()
        let report = try rotation.run(arguments.run, keeper: keeper)
        let written = standardOutputLine(report.text)
        guard let failure = report.failure else { return written }
        let code = ExitCode.of(failure)
        tell(failure, code, isJSON: arguments.run.writesErrorsAsJSON)
        return code
    }

    private static func remove(_ arguments: CommandArguments) throws(Failure) -> Int32 {
        try refuse(
            ["--client-id", "--expires", "--force", "--no-check", "--ttl", "--keep-old", "--json"], "remove", arguments)
        let options = arguments.run
        guard options.credentialsFile == nil, options.credentialsDescriptor == nil else {
            throw Failure(
                .usage, "vaultscript credentials remove takes the name of a profile, and no file",
                hint: "a file by its path is yours to remove: rm FILE")
        }
        guard let name = try name(arguments) ?? options.profile else {
            throw Failure(
                .usage, "vaultscript credentials remove: which profile is meant?",
                hint: "name it; those that there are: vaultscript credentials list")
        }
        var removal = CredentialsRemoval(profile: name)
        removal.isMeant = arguments.has("--yes")
        return standardOutputLine(try removal.run(options, keeper: try KeeperLink()))
    }

    private static func list(_ arguments: CommandArguments) throws(Failure) -> Int32 {
        try refuse(
            ["--client-id", "--expires", "--force", "--no-check", "--ttl", "--keep-old", "--yes"], "list", arguments)
        guard try name(arguments) == nil else {
            throw Failure(.usage, "vaultscript credentials list: there is a word too many", hint: "it takes no name")
        }
        let report = try CredentialsReport(arguments.run)
        return standardOutputLine(arguments.has("--json") ? report.json : report.text)
    }

    private static func refuse(_ options: [String], _ action: String, _ arguments: CommandArguments) throws(Failure) {
        guard let option = options.first(where: arguments.has) else { return }
        throw Failure(
            .usage, "vaultscript credentials \(action) takes no \(option)", hint: "see: vaultscript help credentials")
    }
}
