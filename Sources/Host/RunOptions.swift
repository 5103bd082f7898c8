public import Configuration
public import Diagnostics
import HostProtocol

/// What one run of a script is asked to do: the command line, taken apart.
public struct RunOptions: Sendable {
    /// The folder that `require` looks in: the script's own, absolute.
    public var scriptFolder: String
    /// The script as it was named: a path, `-`, `-e`.
    public var scriptName = ""
    /// The recipe{} that the script's text shows: before it is declared nothing is fetched or started.
    public var shownRecipe: ShownRecipe?
    /// A symbolic link led to the script: what Lua says of its form shows the place alone.
    public var isScriptLinked = false
    /// The subcommand that asks, where a person has written no script: errors then say what that person can do.
    public var command: String?
    /// The program's version, as the vault's server sees it.
    public var version = ""
    /// `-v`: each command with the names of its secrets, and tracebacks.
    public var isVerbose = false
    /// `-q`: errors and results alone.
    public var isQuiet = false
    /// `--json`: events on standard output, and nothing else there.
    public var writesEvents = false
    /// `--timeout`: how long the whole run may take.
    public var timeLimit: Duration?
    /// `--error-format json`.
    public var writesErrorsAsJSON = false
    /// `--profile NAME`.
    public var profile: String?
    /// `--credentials FILE`.
    public var credentialsFile: String?
    /// `--credentials-fd N`.
    public var credentialsDescriptor: Int32?
    /// `--domain`: "us", "eu" or a URL.
    public var domain: String?
    /// `--project`: id or slug.
    public var project: String?
    /// `--env`.
    public var environment: String?
    /// `--path`.
    public var path: String?
    /// `--allow-nested`: programs of the script may start vaultscript with the user's credentials.
    public var allowsNested = false
    /// `--allow-http`: credentials may go to another machine without encryption.
    public var allowsPlainHTTP = false
    /// `--limit NAME=VALUE` and VAULTSCRIPT_LIMITS: what the run may use up.
    public var limits = Limits()
    /// `--yes`: every `confirm` is answered with yes.
    public var assumesYes = false
    /// `--jobs`, `--only`, `--from`, `--keep-going`.
    public var tasks = TaskSelection()
    /// `--use-env-proxy`: proxy and CA variables reach the vault's connection.
    public var usesEnvironmentProxy = false

    /// What files say: the user's own configuration and the project's.
    public var settings = Settings()

    /// The exit code of every failure but that of a program that cannot be started; nil for the usual ones.
    public var failureCode: Int32?
    /// Whether signals are passed on to the programs and end the run only where there is none.
    public var passesSignals = false

    /// Takes `--timeout TIME`.
    ///
    /// - Throws: `.usage` for what is no time, or none at all.
    public mutating func takeTimeLimit(_ text: String) throws(Failure) {
        let limit = try DurationText.parse(.text(text), "--timeout")
        guard limit > .zero else {
            throw Failure(.usage, "--timeout: expected more than no time, got \"\(text.printable)\"")
        }
        timeLimit = limit
    }

    /// What the caller knows of texts, for errors.
    public var advice = Advice()

    /// There is no script: a person types lines (`vaultscript repl`).
    public var interactive: InteractiveOptions?

    /// Options that ask for nothing special.
    public init(scriptFolder: String) { self.scriptFolder = scriptFolder }
}

/// What errors say that the host itself does not know: it reads no scripts and no command lines. Asked when there is an error,
/// and not before.
public struct Advice: Sendable {
    /// Whether a word is an option of vaultscript's own, which stands before the script.
    public var isOwnOption: @Sendable (String) -> Bool = { _ in false }
    /// What to write instead of a name that Lua or an object of ours does not know, by the text of the error; nil where nobody can tell.
    public var instead: @Sendable (_ error: String) -> String? = { _ in nil }

    /// No advice.
    public init() {}
}

/// What a session of lines needs of its caller.
public struct InteractiveOptions: Sendable {
    /// What could stand at the end of a text.
    public var complete: @Sendable (String) -> LineCompletion

    /// Makes them.
    public init(complete: @escaping @Sendable (String) -> LineCompletion) { self.complete = complete }
}

extension RunOptions {
    /// The options that say which vault is meant, as a shell takes them, each with a blank before it.
    var vaultWords: String {
        let named = [
            ("--profile", profile), ("--credentials", credentialsFile),
            ("--credentials-fd", credentialsDescriptor.map { "\($0)" }), ("--domain", domain),
        ]
        let switches = [("--use-env-proxy", usesEnvironmentProxy), ("--allow-http", allowsPlainHTTP)]
        return Self.words(named) + switches.filter(\.1).map { " " + $0.0 }.joined()
    }

    /// The options that say where in the vault is meant, in the same form.
    var placeWords: String { Self.words([("--project", project), ("--env", environment), ("--path", path)]) }

    private static func words(_ options: [(String, String?)]) -> String {
        options.map { name, value in value.map { " \(name) \($0.shellWord)" } ?? "" }.joined()
    }

    /// A command line that leads to the same place as this one: `vaultscript secrets --profile blog`.
    public func commandLine(_ command: String) -> String { "vaultscript \(command)\(vaultWords)\(placeWords)" }

    /// The hosts of the user's configuration, checked.
    var namedHosts: [DeclaredHost] {
        get throws(Failure) {
            var hosts: [DeclaredHost] = []
            for host in settings.httpHosts {
                hosts.append(try DeclaredHost(.text(host.value), "\(host.place): http.hosts"))
            }
            return hosts
        }
    }

    /// The exit code of a run that ends with `code`, because of `failure` where there is one.
    func code(_ code: Int32, of failure: Failure?) -> Int32 {
        // A limit that the program itself has met is no failure before it.
        guard let failureCode, let failure, failure.kind != .start, code != ExitCode.timeLimit else { return code }
        return failureCode
    }
}
