import ArgumentParser
import Diagnostics
import Dispatch
import Foundation
import Glibc

/// `vaultscript dev`: arguments, signals, the ready line and exit codes.
@main
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vaultscript dev",
        abstract: "Serve Infisical's API for machine identities from a small store, on loopback only.",
        discussion: """
            Without --seed it keeps a project and an identity in $XDG_STATE_HOME/vaultscript/dev-vault.json and \
            registers them as profile "dev", so that login{ profile = "dev" } works from any shell.

            When it accepts connections it prints one line of JSON: url, clientId, clientSecret, projectId. \
            SIGTERM and SIGINT stop it.

            With --seed it holds exactly what the file says, in memory; SIGUSR1 reads the file again and keeps tokens \
            and counters, as when somebody changes a server's settings:

            \(SeedFormat.example)

            Only id, environments, clientId and clientSecret are needed. More:

            \(SeedFormat.notes)
            """)

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 takes any that is free.", valueName: "n"))
    var port: UInt16 = Home.defaultPort

    @Option(help: ArgumentHelp("Serve what this JSON file describes, in memory.", valueName: "file"))
    var seed: String?

    @Flag(name: .shortAndLong, help: "Write method, path and status of each request to standard error.")
    var verbose = false

    /// Exit codes are vaultscript's: 2 for wrong usage and bad seeds, 1 for everything else.
    static func main() async {
        do {
            let command = try parse()
            try await command.run()
        } catch let failure as Failure {
            StandardError.write("vaultscript dev: \(failure.text)")
            Glibc.exit(failure.kind == .usage ? 2 : 1)
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            StandardError.write(fullMessage(for: error))
            Glibc.exit(code == .validationFailure ? 2 : 1)
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let stop = CaughtSignals([SIGTERM, SIGINT])
        let (service, announce) = try prepare()
        let start = "vaultscript dev" + (seed.map { " --seed \($0.shellWord)" } ?? "")
        let server = try DevServer(service: service, port: port, command: start)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(ready: announce) }
            group.addTask { await stop.wait() }
            if let seed { group.addTask { await Self.reload(seed, into: service) } }
            try await group.next()
            // A signal came. Each write was on disk before it was answered, so nothing is left to do.
            Glibc.exit(0)
        }
    }

    // MARK: - With and without a seed

    /// Reads the seed again at each SIGUSR1; one that cannot be used changes nothing. Returns when it is
    /// cancelled.
    private static func reload(_ seed: String, into service: VaultService) async {
        let changes = CaughtSignals([SIGUSR1])
        while !Task.isCancelled {
            await changes.wait()
            if Task.isCancelled { return }
            do throws(Failure) {
                let content = try Seed(contentsOf: seed, now: Date())
                await service.reload(content)
                StandardError.write("vaultscript dev: the seed was read again")
                if let warning = content.warning { StandardError.write(warning) }
            } catch {
                StandardError.write("vaultscript dev: \(error.text)")
            }
        }
    }

    private func prepare() throws -> (VaultService, @Sendable (String) throws -> Void) {
        let isVerbose = verbose
        let log: @Sendable (String) -> Void = { if isVerbose { StandardError.write($0) } }
        if let seed {
            let content = try Seed(contentsOf: seed, now: Date())
            let vault = Vault(state: content.state, settings: content.settings)
            let announce: @Sendable (String) throws -> Void = { url in
                if let warning = content.warning { StandardError.write(warning) }
                ReadyLine(url: url, credentials: content.credentials).print()
            }
            return (VaultService(vault: vault, save: nil, log: log), announce)
        }
        return try prepareHome(log: log)
    }

    private func prepareHome(
        log: @escaping @Sendable (String) -> Void
    ) throws -> (VaultService, @Sendable (String) throws -> Void) {
        let home = try Home(environment: ProcessInfo.processInfo.environment)
        try home.lock()
        let stored = try home.load(now: Date())
        let save: @Sendable (VaultState) throws(Failure) -> Void = { state throws(Failure) in
            var next = stored
            next.state = state
            try home.save(next)
        }
        // Files are written once the port is ours, so that a failed start leaves none behind.
        let announce: @Sendable (String) throws -> Void = { url in
            try home.register(stored, url: url)
            if stored.isFresh { try home.save(stored) }
            StandardError.write(Self.story(of: stored, at: home))
            ReadyLine(url: url, stored: stored, home: home, isTerminal: isatty(1) == 1).print()
        }
        return (VaultService(vault: Vault(state: stored.state), save: save, log: log), announce)
    }

    /// What a person wants to know at the start: names and paths, no values.
    private static func story(of stored: StoredVault, at home: Home) -> String {
        let names = stored.state.projects.first?.environments["dev"]?.folders["/"]?.secrets.map(\.name) ?? []
        let made = "made project \"dev\" with \(names.joined(separator: ", ")) in env dev, path /"
        return """
            vaultscript dev: \(stored.isFresh ? made : "serving the stored vault")
            store:   \(home.statePath)
            profile: \(home.profilePath)
            use it:  login{ profile = "dev" }
            """
    }
}

/// The one line that says how to reach the vault.
struct ReadyLine {
    let json: JSON

    /// The members in the order in which they are documented.
    var text: String {
        let members = ["url", "clientId", "clientSecret", "projectId"].map { "\"\($0)\":\((json[$0] ?? .null).text)" }
        return "{\(members.joined(separator: ","))}"
    }

    init(url: String, credentials: SeedCredentials) {
        func value(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        json = [
            "url": .string(url), "clientId": value(credentials.clientID),
            "clientSecret": value(credentials.clientSecret), "projectId": value(credentials.projectID),
        ]
    }

    /// Without a seed; a terminal is not shown the client secret, which would stay in its scroll-back.
    init(url: String, stored: StoredVault, home: Home, isTerminal: Bool) {
        let secret = isTerminal ? "\u{2026}in \(home.profilePath)" : stored.clientSecret
        self.init(
            url: url,
            credentials: SeedCredentials(
                clientID: stored.clientID, clientSecret: secret, projectID: stored.projectID))
    }

    /// Prints the line at once, whatever standard output is.
    func print() { try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8)) }
}

/// Signals, caught from when this is made.
final class CaughtSignals: Sendable {
    private let stream: AsyncStream<Void>
    // Sources stop when they are let go, so they are kept; they are never touched again.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init(_ numbers: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        unsafe sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    /// Returns when the next of them has come.
    func wait() async {
        for await _ in stream { return }
    }
}
