import Diagnostics

/// Words for whoever has asked: a script, which calls functions and gives options, or a person at a command line, who has
/// written neither. The programs of the commands call the same functions as scripts do.
struct CommandWords {
    /// Functions that commands call, as errors begin with them.
    private static let functions = [
        "getSecret", "getSecrets", "names", "folders", "putSecret", "putSecrets", "deleteSecret", "secret.random",
        "secret.file", "secret.input", "secret.prompt", "secret.dotenv",
    ]

    /// The name of the command; nil for a script.
    var command: String?
    /// The options of the command line that say which vault is meant, each with a blank before it.
    var vault = ""
    /// Whether the command line names a project.
    var namesProject = false

    init(command: String?) { self.command = command }

    /// For whoever has written that command line.
    init(_ options: RunOptions) {
        command = options.command
        vault = options.vaultWords
        namesProject = options.project != nil
    }

    /// What errors call the function that failed.
    func function(_ name: String) -> String { command.map { "vaultscript \($0)" } ?? name }

    /// A failure of a function, under the name of what was asked for.
    func worded(_ failure: Failure) -> Failure {
        var failure = failure
        if failure.hint == "run: vaultscript doctor" { failure.hint += vault }
        guard command != nil, let name = Self.functions.first(where: { failure.message.hasPrefix("\($0): ") }) else {
            return failure
        }
        failure.message = function(name) + failure.message.dropFirst(name.count)
        return failure
    }

    // MARK: - What to do next

    /// The values of these names hold references that the vault did not expand.
    func unexpandedHint(_ names: [String]) -> String {
        switch command {
        case nil: "mend it in the vault, or say allowUnexpanded = true if the text is meant as it stands"
        case "doctor": "mend it in the vault; a script that means the text as it stands says allowUnexpanded = true"
        case "run": "mend it in the vault, or leave it out: --except \(names.joined(separator: ",").shellWord)"
        default: "mend it in the vault"
        }
    }

    /// A name of `--except` that is misspelt would hand over what was to be left out.
    func refuseAbsent(_ except: Set<String>, among names: [String]) throws(Failure) {
        let absent = except.subtracting(names).sorted()
        guard !absent.isEmpty else { return }
        let near = absent.count == 1 ? NearNames.best(for: absent[0], among: names) : nil
        throw Failure(
            .usage, "--except names what is not there: \(absent.map(\.printable).joined(separator: ", "))",
            hint: near.map { "did you mean \($0.printable)?" }
                ?? "see the names with vaultscript secrets\(vault), and leave out of --except what is not among them")
    }

    /// A change policy stands before what `function` should do.
    func approvalHint(_ function: String) -> String {
        command == nil
            ? "have it approved there and run again, or go on without it: \(function)(…, { allowApproval = true })"
            : "nothing more is to be done here: it takes effect when it is approved there; to run this again makes "
                + "another request"
    }

    /// The names of a folder: a line that does as it stands what it says, where this was asked.
    ///
    /// - Parameter usual: The project of the login, which need not be said.
    func listing(project: String, usual: String?, environment: String, path: String) -> String {
        guard command != nil else {
            return
                "for _, name in ipairs(login():names{ env = \"\(environment)\", path = \"\(path)\" }) do print(name) end"
        }
        let named = namesProject || project != usual ? " --project \(project.shellWord)" : ""
        return "vaultscript secrets\(vault)\(named) --env \(environment.shellWord) --path \(path.shellWord)"
    }

    /// Standard input was to hold a value, and was empty. Never a way that puts the value into the shell's history.
    var emptyInputHint: String {
        command == nil
            ? "hand the value over from where it is kept: … | vaultscript FILE, or vaultscript FILE <VALUE-FILE"
            : "type it where it is asked for, at a terminal: vaultscript set\(vault) NAME; or take it from a file: "
                + "vaultscript set\(vault) NAME <FILE"
    }

    /// A failure of a name that is none, or an address.
    func ofAddress(_ failure: Failure) -> Failure {
        guard command != nil, !failure.hint.isEmpty else { return failure }
        var failure = failure
        failure.hint = "name the folder apart: --path /web, or write infisical://project/env/path/NAME"
        return failure
    }

    /// Nobody has said which project is meant.
    func noProject(_ function: String) -> Failure {
        let asked = command == nil ? "project = \"…\", --project" : "--project"
        return Failure(
            .usage, "\(function): it is not known which project is meant",
            reason: "a machine identity can be in several",
            hint: "say \(asked), or INFISICAL_PROJECT_ID in the credentials file or the environment")
    }
}
