import Configuration
import Diagnostics
import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One option of a subcommand: what it is called, what it takes, and its line of the help.
struct CommandOption {
    /// With its dashes: `--only`.
    var name: String
    /// The one-letter form with its dash, where there is one.
    var short: String?
    /// What stands for its value in the help; nil for a switch.
    var value: String?
    var help: String

    /// A switch.
    init(_ name: String, short: String? = nil, _ help: String) {
        self.name = name
        self.short = short
        self.help = help
    }

    /// An option with a value.
    init(_ name: String, short: String? = nil, _ value: String, _ help: String) {
        self.init(name, short: short, help)
        self.value = value
    }

    /// The line of the help.
    fileprivate var line: String {
        let left = "  " + (short.map { $0 + ", " } ?? "") + name + (value.map { " " + $0 } ?? "")
        guard left.count < 26 else { return left + "\n" + String(repeating: " ", count: 26) + help }
        return left + String(repeating: " ", count: 26 - left.count) + help
    }

    /// The lines of the help for several.
    static func lines(_ options: [CommandOption]) -> String { options.map(\.line).joined(separator: "\n") }
}

extension CommandOption {
    /// What is said of a vault and of a run, by scripts and by subcommands alike.
    static let shared: [CommandOption] = [
        CommandOption("--verbose", short: "-v", "each command with the names of its secrets; tracebacks"),
        CommandOption("--quiet", short: "-q", "errors and results alone"),
        CommandOption("--profile", "NAME", "the profile of that name"),
        CommandOption("--credentials", "FILE", "credentials from FILE (mode 0600)"),
        CommandOption("--credentials-fd", "N", "credentials from the open descriptor N"),
        CommandOption("--domain", "D", "us, eu, or the URL of a self-hosted Infisical"),
        CommandOption("--project", "P", "the id or slug of the project"),
        CommandOption("--env", "E", "the slug of the environment"),
        CommandOption("--path", "P", "the folder in it, such as /web"),
        CommandOption("--error-format", "FORMAT", "errors as text, or as one line of json"),
        CommandOption("--limit", "NAME=VALUE", "what the run may use up (vaultscript help limits)"),
        CommandOption("--use-env-proxy", "proxy and CA settings for the vault from the environment"),
        CommandOption("--allow-http", "send credentials to another machine without encryption"),
    ]
}

/// The shared options, as they are read one by one.
struct SharedOptions {
    var run = RunOptions(scriptFolder: ".")
    private var limits: [String] = []

    init() { run.version = programVersion }

    /// Takes one of `CommandOption.shared`; the value of a switch does not count.
    mutating func take(_ name: String, _ value: String) throws(Failure) {
        switch name {
        // The last one counts.
        case "--verbose": (run.isVerbose, run.isQuiet) = (true, false)
        case "--quiet": (run.isVerbose, run.isQuiet) = (false, true)
        case "--allow-http": run.allowsPlainHTTP = true
        case "--use-env-proxy": run.usesEnvironmentProxy = true
        case "--profile": run.profile = value
        case "--credentials": run.credentialsFile = value
        case "--credentials-fd": run.credentialsDescriptor = try Self.descriptor(value)
        case "--domain": run.domain = value
        case "--project": run.project = value
        case "--env": run.environment = value
        case "--path": run.path = value
        case "--limit": limits.append(value)
        case "--error-format": run.writesErrorsAsJSON = try Self.isJSON(value)
        default: preconditionFailure("\(name) is no shared option")
        }
    }

    /// The options of the run, the configuration taken in.
    func finished() throws(Failure) -> RunOptions {
        var run = run
        // The command line goes before the environment, and that before configuration files.
        run.settings = try Settings.load()
        try run.limits.take(run.settings)
        try run.limits.takeEnvironment()
        for limit in limits { try run.limits.take(option: limit) }
        return run
    }

    private static func descriptor(_ text: String) throws(Failure) -> Int32 {
        guard let number = Int32(text), number >= 0, number != 1, number != 2 else {
            throw Failure(
                .usage, "--credentials-fd: expected the number of an open descriptor, got \"\(text)\"",
                hint: "such as: vaultscript --credentials-fd 3 FILE 3<credentials")
        }
        guard fcntl(number, F_GETFD) >= 0 else {
            throw Failure(
                .usage, "--credentials-fd: descriptor \(number) is not open",
                hint: "open it in the same command: vaultscript --credentials-fd \(number) FILE \(number)<credentials")
        }
        return number == 0 ? withdrawnInput : number
    }

    /// Standard input by another number: no program that inherits it can read the credentials once more.
    private static var withdrawnInput: Int32 {
        let copy = fcntl(0, F_DUPFD_CLOEXEC, 3)
        let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard copy >= 0, null >= 0, dup2(null, 0) == 0 else { return 0 }
        close(null)
        return copy
    }

    private static func isJSON(_ text: String) throws(Failure) -> Bool {
        guard text == "json" || text == "text" else {
            throw Failure(.usage, "--error-format: expected text or json, got \"\(text)\"")
        }
        return text == "json"
    }
}
