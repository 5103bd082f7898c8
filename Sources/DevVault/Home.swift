import Diagnostics
import Foundation
import Glibc

/// The vault of a person without a seed: it lives in the state directory and is known as profile `dev`.
struct Home: Sendable {
    static let defaultPort: UInt16 = 8843

    /// `$XDG_STATE_HOME/vaultscript/dev-vault.json`.
    let statePath: String
    /// `$XDG_CONFIG_HOME/vaultscript/credentials/dev.env`.
    let profilePath: String

    /// - Parameter environment: Where `XDG_STATE_HOME`, `XDG_CONFIG_HOME` and `HOME` are looked up.
    init(environment: [String: String]) throws(Failure) {
        let state = try Self.directory("XDG_STATE_HOME", ".local/state", environment)
        let config = try Self.directory("XDG_CONFIG_HOME", ".config", environment)
        statePath = "\(state)/vaultscript/dev-vault.json"
        profilePath = "\(config)/vaultscript/credentials/dev.env"
    }

    /// The XDG rule: an absolute path in the variable, else a directory in the home.
    private static func directory(
        _ variable: String, _ fallback: String, _ environment: [String: String]
    ) throws(Failure) -> String {
        if let path = environment[variable], path.hasPrefix("/") { return path }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw Failure(
                .usage, "there is no place for the development vault", reason: "neither \(variable) nor HOME is set",
                hint: "set HOME, or give a seed with --seed FILE")
        }
        return "\(home)/\(fallback)"
    }

    // MARK: - The lock

    /// Keeps a second vault off the same files until the process ends.
    ///
    /// - Throws: `Failure` when another one holds them.
    func lock() throws(Failure) {
        try PrivateFile.makeDirectory(of: statePath)
        // The descriptor stays open on purpose: the lock goes with the process.
        let file = unsafe open("\(statePath).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .io, "the development vault is running already", reason: "another process holds \(statePath)",
                hint: "stop it, or start a separate one beside it: vaultscript dev --seed FILE --port 0")
        }
    }

    // MARK: - The state

    /// The stored vault, or a new one.
    func load(now: Date) throws(Failure) -> StoredVault {
        guard let data = try PrivateFile.read(statePath) else { return .fresh(now: now) }
        do {
            var stored = try StoredVault.decoder.decode(StoredVault.self, from: data)
            stored.isFresh = false
            return stored
        } catch {
            throw Failure(
                .io, "\(statePath) cannot be used", reason: "it does not hold a development vault of this version",
                hint: "move it away; the next start makes a new one")
        }
    }

    /// Writes the stored vault.
    func save(_ stored: StoredVault) throws(Failure) {
        guard let data = try? StoredVault.encoder.encode(stored) else {
            throw Failure(.io, "\(statePath) cannot be written", reason: "the state could not be encoded")
        }
        try PrivateFile.write(data, to: statePath)
    }

    // MARK: - The profile

    /// Registers the vault as profile `dev`.
    ///
    /// - Throws: `Failure` when a profile of that name belongs to something else.
    func register(_ stored: StoredVault, url: String) throws(Failure) {
        if let data = try PrivateFile.read(profilePath) {
            let isOurs = String(decoding: data, as: UTF8.self).split(separator: "\n")
                .contains { $0.hasPrefix("INFISICAL_DOMAIN=http://127.0.0.1:") }
            guard isOurs else {
                throw Failure(
                    .io, "profile dev is taken",
                    reason: "\(profilePath) names another vault than the development vault",
                    hint: "rename that file, so that it becomes a profile of another name")
            }
        }
        let lines = [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=\(stored.clientID)",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(stored.clientSecret)",
            "INFISICAL_DOMAIN=\(url)",
            "INFISICAL_PROJECT_ID=\(stored.projectID)",
            "INFISICAL_ENVIRONMENT=dev",
        ]
        try PrivateFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: profilePath)
    }
}

/// The state file: the vault, and the credentials that the profile repeats.
struct StoredVault: Codable, Sendable {
    var state: VaultState
    var clientID: String
    var clientSecret: String
    var projectID: String
    /// Whether this run made it.
    ///
    /// Not stored.
    var isFresh = true

    private enum CodingKeys: String, CodingKey {
        case state, clientID, clientSecret, projectID
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .secondsSince1970
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }

    /// A project with a few secrets of random values and an identity that may do everything in it.
    static func fresh(now: Date) -> StoredVault {
        let clientSecret = Identifier.clientSecret()
        let identity = Identity(
            name: "dev", clientID: Identifier.uuid(),
            secret: ClientSecret(digest: Crypto.sha256(Data(clientSecret.utf8)), createdAt: now))
        var project = Project(id: Identifier.uuid(), slug: "dev", name: "Development", createdAt: now)
        for slug in ["dev", "staging", "prod"] {
            var environment = ProjectEnvironment()
            environment.addFolder("/", now: now)
            project.environments[slug] = environment
        }
        let examples = ["GREETING": "hello-\(Crypto.random(6).hex)", "GH_PAT": "ghp_\(Crypto.random(18).hex)"]
        project.environments["dev"]?.folders["/"]?.secrets = examples.sorted { $0.key < $1.key }.map { name, value in
            Secret(name: name, versions: [SecretVersion(number: 1, value: value)], createdAt: now, updatedAt: now)
        }
        var state = VaultState()
        state.projects = [project]
        state.identities = [identity]
        return StoredVault(
            state: state, clientID: identity.clientID, clientSecret: clientSecret, projectID: project.id)
    }
}
