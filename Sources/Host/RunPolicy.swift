import Diagnostics
import HTTPTransport
import HostProtocol
import ProcessSpawning
import Providers

/// What this run may use: everything that the user may, until a recipe limits it to what it declares. Asked by whatever
/// fetches, starts or sends, before it does; the worker is believed nothing.
final class RunPolicy {
    private(set) var recipe: Recipe?
    /// Hosts of the user's own configuration.
    private let ownHosts: [DeclaredHost]
    /// What the script asked of the host first; a recipe comes before that.
    private var first: String?

    private let shown: ShownRecipe?

    init(ownHosts: [DeclaredHost], shown: ShownRecipe? = nil) {
        self.ownHosts = ownHosts
        self.shown = shown
    }

    // MARK: - The declaration

    /// Notes that the script asks for something. Reading a module of its own is part of reading the script.
    func note(_ operation: Operation) {
        guard recipe == nil, first == nil, ![.recipe, .module, .release].contains(operation) else { return }
        first = operation.name
    }

    /// What is wrong where the recipe that the text shows has not been declared: a script that says one thing, and
    /// by a jump past it, or a function of its own in its place, does another.
    var missingDeclaration: Failure? {
        guard let shown, recipe == nil else { return nil }
        guard shown.standing != .unread else { return Self.unreadRecipe(shown.line) }
        return Failure(
            .denied, "the script contains a recipe in line \(shown.line) that was never declared",
            reason: "until it is, nothing is fetched, started or requested, and the run does not end well",
            hint: "let it be the first thing that the script does: vaultscript check says what stands in the way")
    }

    /// - Throws: `.denied` for what a recipe limits, before the one that the text shows is declared.
    func check(_ operation: Operation) throws(Failure) {
        guard let missingDeclaration, !Self.unlimited.contains(operation) else { return }
        throw missingDeclaration
    }

    /// What no recipe limits.
    private static let unlimited: Set<Operation> = [
        .recipe, .module, .describe, .sleep, .environmentVariable, .readInput, .confirm, .file,
    ]

    /// Limits the run to what `declaration` says, from which `recipe` was read.
    ///
    /// - Parameter line: The line of the script itself where `recipe` is called by this name; nil for another name, a
    ///   function, or another chunk.
    /// - Throws: `.usage` for a second recipe, one that comes late, and one that the text does not surely show; `.denied` for
    ///   another one than it shows, and in a text that cannot be read.
    func limit(to recipe: Recipe, _ declaration: Value, line: Int?) throws(Failure) {
        guard self.recipe == nil else {
            throw Failure(
                .usage, "recipe: the script has a recipe already", reason: "its limits hold to the end of the run",
                hint: "declare all in one recipe{ … }")
        }
        if let first {
            var failure = Failure(
                .usage, "recipe: it has to come first in the script",
                reason: "the script has already called the host (\(first))", hint: "move recipe{ … } to the top")
            if shown == nil { failure.endRun(with: ExitCode.usage) }
            throw failure
        }
        guard let shown, shown.standing != .misplaced else { throw Self.unseenRecipe }
        guard shown.standing != .unread else { throw Self.unreadRecipe(shown.line) }
        guard shown.standing == .inPlace else { throw Self.crowdedRecipe(shown.line) }
        if let key = shown.difference(from: declaration) {
            throw Failure(
                .denied, "recipe: what is declared is not what the script shows in line \(shown.line)",
                reason: "the \(key) differ: a table that is written there has to be the one that holds",
                hint: "write the recipe once, first in the script, and let nothing stand in its way")
        }
        guard shown.isDeclared(in: line) else { throw Self.unseenRecipe }
        self.recipe = recipe
    }

    private static func unreadRecipe(_ line: Int) -> Failure {
        Failure(
            .denied, "the script names a recipe in line \(line), and its text cannot be read",
            reason:
                "it is over 1 MiB, nested nearly as deeply as Lua allows, or has a chain such as a + b + … of hundreds: "
                + "what it declares nobody sees, and nothing is fetched, started or requested",
            hint: "put data into files, and parts of the script into modules, until vaultscript describe reads it")
    }

    private static func crowdedRecipe(_ line: Int) -> Failure {
        Failure(
            .usage, "recipe: the lines of the recipe{} of line \(line) have another call that may declare one",
            reason: "calls by this name, or by one that is computed, are told apart by their lines alone",
            hint: "give recipe{ … } lines of its own")
    }

    private static var unseenRecipe: Failure {
        var failure = Failure(
            .usage, "recipe: it is not declared where the script's text shows it",
            reason:
                "in a function, a block or an expression, in a module, or called by another name, neither people nor "
                + "vaultscript describe see it",
            hint: "write it as a statement of its own, first in the script: local params = recipe{ … }")
        // Caught, it would leave a run without the limits that somebody may have seen.
        failure.endRun(with: ExitCode.usage)
        return failure
    }

    // MARK: - Secrets

    /// - Throws: `.denied` for a secret that is not declared; `name` is nil for all of a folder.
    func check(secret name: String?, in folder: FolderQuery, of session: SessionService.Entry) throws(Failure) {
        guard let recipe, !recipe.secrets.contains(where: { $0.allows(name, in: folder, of: session) }) else { return }
        let place = "env \(folder.environment), path \(folder.path)"
        var failure = undeclared(
            name.map { "secret \($0.printable) of \(place.printable)" } ?? "folder of secrets \(place.printable)",
            "secrets", recipe.secrets.map(\.shown), name)
        if let name, let other = recipe.secrets.first(where: { $0.source == .vault && $0.name == name }) {
            let known = SecretPlace(
                session.usual.project ?? "none", session.usual.environment, session.usual.path)
            failure.hint = Self.declaredElsewhere(name, other, SecretPlace(folder), known: known) ?? failure.hint
        }
        throw failure
    }

    /// A project, an environment's slug and a folder's path, as far as they are known.
    private struct SecretPlace {
        var project, environment, path: String?

        init(_ project: String?, _ environment: String?, _ path: String?) {
            (self.project, self.environment) = (project, environment)
            self.path = path.map { "/" + $0.split(separator: "/").joined(separator: "/") }
        }

        init(_ folder: FolderQuery) { self.init(folder.project, folder.environment, folder.path) }
    }

    /// The name is declared, and something of its place is not what was asked for: that, and how to declare it.
    private static func declaredElsewhere(
        _ name: String, _ declared: DeclaredSecret, _ asked: SecretPlace, known: SecretPlace
    ) -> String? {
        let own = SecretPlace(declared.project, declared.environment, declared.path)
        let all = [
            ("project", own.project ?? known.project, asked.project),
            ("env", own.environment ?? known.environment, asked.environment),
            ("path", own.path ?? known.path, asked.path),
        ]
        let differing = all.compactMap { label, declared, asked -> (label: String, declared: String, asked: String)? in
            guard let asked, let declared, declared != asked else { return nil }
            return (label, declared, asked)
        }
        guard !differing.isEmpty else { return nil }
        let of = differing.map { "\($0.label) \($0.declared)" }.joined(separator: ", ")
        let not = differing.map { "\($0.label) \($0.asked)" }.joined(separator: ", ")
        let fields = differing.map { ", \($0.label) = \"\($0.asked)\"" }.joined()
        return
            "\(name) is declared of \(of), and not of \(not): where that is meant, declare { name = \"\(name)\"\(fields) } too"
            .printable
    }

    /// The same before anybody has logged in, from what the call says itself.
    func check(secret name: String, project: String?, environment: String?, path: String?) throws(Failure) {
        guard let recipe else { return }
        guard
            !recipe.secrets.contains(where: {
                $0.mayAllow(name, project: project, environment: environment, path: path)
            })
        else { return }
        var failure = undeclared("secret \(name.printable)", "secrets", recipe.secrets.map(\.shown), name)
        if let other = recipe.secrets.first(where: { $0.source == .vault && $0.name == name }) {
            let asked = SecretPlace(project, environment, path)
            failure.hint =
                Self.declaredElsewhere(name, other, asked, known: SecretPlace(nil, nil, nil)) ?? failure.hint
        }
        throw failure
    }

    /// Only the names of a folder that holds something declared.
    func check(namesOf folder: FolderQuery, of session: SessionService.Entry) throws(Failure) {
        guard let recipe, !recipe.secrets.contains(where: { $0.allows($0.name, in: folder, of: session) }) else {
            return
        }
        throw undeclared(
            "folder of secrets env \(folder.environment), path \(folder.path)", "secrets", recipe.secrets.map(\.shown))
    }

    /// The folders that an error about what is not there may tell of; nil: all.
    func nearPlaces(of project: String, for session: SessionService.Entry) -> [FolderQuery.NearPlace]? {
        recipe?.secrets.compactMap { secret in
            guard secret.source == .vault, DeclaredSecret.areSame(secret.project ?? session.usual.project, project)
            else { return nil }
            return FolderQuery.NearPlace(
                environment: secret.environment ?? session.usual.environment, path: secret.path ?? session.usual.path)
        }
    }

    /// - Throws: `.denied` where a recipe needs no secret of the vault.
    func checkLogin() throws(Failure) {
        guard let recipe, !recipe.secrets.contains(where: { $0.source == .vault }) else { return }
        throw undeclared("login", "secrets", recipe.secrets.map(\.shown))
    }

    /// - Throws: `.denied` for a variable that is withheld, or a file, that is not declared as a secret.
    func check(_ source: DeclaredSecret.Source, _ name: String) throws(Failure) {
        guard let recipe,
            !recipe.secrets.contains(where: { $0.source == source && DeclaredSecret.areSame($0.name, name) })
        else { return }
        let prefix = source == .file ? "file:" : "env:"
        throw undeclared("secret \(prefix)\(name.printable)", "secrets", recipe.secrets.map(\.shown), prefix + name)
    }

    // MARK: - Programs

    /// A declared name stands for what is found in the PATH of this run, a path for itself; whatever else a script
    /// makes of the name, by a PATH of its own for one, is another program.
    ///
    /// Gives what is started, where there is such a program; nil without a recipe, too.
    func check(_ request: SpawnRequest, ownPath: [UInt8]?, _ made: ScriptFiles) throws(Failure) -> JudgedProgram? {
        guard let recipe else { return nil }
        let name = request.program.shownPath
        guard recipe.programs.contains(request.program) else {
            throw undeclared("program \(name)", "programs", recipe.programs.map(\.shownPath), name)
        }
        guard !request.isDetached || !request.newPrivileges else { throw Self.outlivingMark }
        try Self.check(path: request.searchPath, own: ownPath)
        var declared = SpawnRequest(program: request.program)
        if let ownPath { declared.environment = [EnvironmentVariable(Array("PATH".utf8), .text(ownPath))] }
        let meant = declared.programFile
        // What is not there, or cannot be seen from here, is not looked for once more by the start, which might find another.
        guard let started = request.programFile else { return JudgedProgram(executable: [], files: nil) }
        let files = ProgramFiles(started.path, of: request)
        guard !files.isUnclear else {
            throw Failure(
                .denied, "it cannot be seen what the program \(name) is started from",
                reason:
                    "its first line has env put variables in, read escapes, change the folder or look through another PATH",
                hint: "name the interpreter there, or start that with the script as an argument")
        }
        if let lack = files.lack { throw Self.unseen(name, FileTrouble(.system(lack))) }
        for file in files.paths {
            // What a first line names is cut out of a line that a program may have written: no part of it is told.
            try check(made, file, name, shown: file == started.path ? file.shownPath : "what its first line names")
        }
        guard started.identity != meant?.identity else {
            return JudgedProgram(executable: started.executable, files: files)
        }
        throw Failure(
            .denied, "the program \(name) is not the one that this recipe declares",
            reason: "declared is \(meant?.path.shownPath ?? "no file"), started would be \(started.path.shownPath)",
            hint: "leave PATH and cwd alone for it, or declare it by its path")
    }

    /// A `vaultscript` below it would take the script's word for the user's, once nobody is above who shows that it is none.
    private static var outlivingMark: Failure {
        Failure(
            .denied, "a program is not started with detach and newPrivileges under a recipe",
            reason: "it would outlive the run without its mark, and could log in with the user's credentials",
            hint: "leave one of the two out")
    }

    private static func unseen(_ name: String, _ trouble: FileTrouble) -> Failure {
        Failure(
            .denied, "it cannot be seen whether the program \(name) is the one that this recipe declares",
            reason: trouble.reason,
            hint: trouble.isClosed
                ? "open this user's own folders in PATH to the user"
                : "see the limits of this session: ulimit -n; run fewer programs at once")
    }

    /// The script has made no file that the program is started from.
    private func check(_ made: ScriptFiles, _ file: [UInt8], _ name: String, shown: String) throws(Failure) {
        let isMade: Bool
        do throws(FileTrouble) {
            isMade = try made.holds(file)
        } catch {
            throw Self.unseen(name, error)
        }
        guard isMade else { return }
        throw Failure(
            .denied, "the program \(name) is not the one that this recipe declares",
            reason: "the script itself has written or moved \(shown) in this run",
            hint: "declare what makes the program, such as a compiler, and let that write it")
    }

    /// A program finds others by PATH too: a script may choose among the folders of this run's, and adds none.
    private static func check(path: [UInt8]?, own: [UInt8]?) throws(Failure) {
        let colon = UInt8(ascii: ":")
        let known = Set((own ?? Spawner.usualPath).split(separator: colon, omittingEmptySubsequences: false))
        let added = path?.split(separator: colon, omittingEmptySubsequences: false).first { !known.contains($0) }
        guard let added else { return }
        let folder = added.isEmpty ? "the working directory (an empty entry)" : Array(added).shownPath
        throw Failure(
            .denied, "env.PATH: \(folder) is not added under a recipe",
            reason: "programs that the recipe declares would find others there",
            hint: "leave PATH alone, or set it for vaultscript itself; a program can be declared by its path")
    }

    // MARK: - Hosts

    /// - Throws: `.denied` for a host that a recipe does not declare.
    func check(host endpoint: HTTPEndpoint) throws(Failure) {
        guard let recipe, !isNamed(endpoint) else { return }
        throw undeclared("host \(endpoint.name.printable)", "hosts", recipe.hosts.map(\.name), endpoint.name)
    }

    /// - Throws: `.denied` where a recipe does not declare the host of a login with what only the script names: it could
    ///   write what it has loaded into an account of its author's, at the user's own host too.
    func check(broughtTo endpoint: HTTPEndpoint) throws(Failure) {
        guard recipe != nil, !isNamed(endpoint) else { return }
        throw Failure(
            .denied, "login: the host \(endpoint.name.printable) is not declared by this recipe",
            reason: "only the script names what is logged in with, so the account there may be anybody's",
            hint:
                "where it is meant, add it to recipe{ hosts = { … } }; or name the identity yourself, in the environment, "
                + "in a profile or with --credentials")
    }

    /// - Throws: `.denied` under a recipe where only the script names the sub-organisation: the secrets that are declared are
    ///   those of the user's own.
    func check(organizationOf plan: LoginPlan) throws(Failure) {
        guard recipe != nil, plan.isOrganizationOfScript else { return }
        throw Failure(
            .denied, "login: organization: a recipe's secrets are those of the user's own organisation",
            hint: "leave it out, and name it yourself: INFISICAL_AUTH_ORGANIZATION_SLUG, or in the credentials file")
    }

    /// Whether secrets may be sent there: a recipe or the user's configuration names it.
    func isNamed(_ endpoint: HTTPEndpoint) -> Bool { namedHosts.contains { $0.allows(endpoint) } }

    /// All hosts that are named.
    var namedHosts: [DeclaredHost] { (recipe?.hosts ?? []) + ownHosts }

    // MARK: - Words

    /// Of a folder that is read with all below it. What lies there is named by no error: the recipe says nothing of it.
    func undeclared(below folder: FolderQuery) -> Failure {
        undeclared(
            "whole of env \(folder.environment.printable), path \(folder.path.printable) with the folders below it",
            "secrets", recipe?.secrets.map(\.shown) ?? [])
    }

    private func undeclared(_ what: String, _ list: String, _ declared: [String], _ wanted: String? = nil) -> Failure {
        let near = wanted.flatMap { NearNames.best(for: $0, among: declared) }
        let known = declared.isEmpty ? "it declares no \(list)" : "it declares: \(declared.joined(separator: ", "))"
        return Failure(
            .denied, "the \(what) is not declared by this recipe", reason: known.printable,
            hint: near.map { "did you mean \"\($0.printable)\"?" }
                ?? "where it is meant, add it to recipe{ \(list) = { … } }")
    }
}

extension Failure {
    /// No script catches it: the run ends with this exit code.
    fileprivate mutating func endRun(with code: Int32) { (endsRun, exitCode) = (true, code) }
}
