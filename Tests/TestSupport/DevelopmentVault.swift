import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A development vault of one test's own, started from a seed on a free port, ended with the test.
public final class DevelopmentVault {
    private let running: RunningProgram
    private let folder: TemporaryFolder
    private var seed: Data
    /// Where it answers.
    public let url: String
    /// The seed's one identity.
    public let clientID: String
    /// Its client secret.
    public let clientSecret: String
    /// The seed's one project.
    public let projectID: String

    /// Starts it with one project, environment `dev`, and these secrets in `/`; more keys of the seed in `project`.
    public convenience init(secrets: [String: String], project: [String: Any] = [:]) throws {
        try self.init(folders: ["/": secrets], project: project)
    }

    /// Starts it with these folders of one project, environment `dev`; more keys of the seed in the others.
    public convenience init(
        folders: [String: Any], server: [String: Any] = [:], identity: [String: Any] = [:],
        project: [String: Any] = [:]
    ) throws {
        try self.init(environments: ["dev": folders], server: server, identity: identity, project: project)
    }

    /// Starts it with these environments of one project; more keys of the seed in `server`, `identity` and `project`.
    ///
    /// - Parameter others: More projects, as the seed describes them.
    public init(
        environments: [String: Any], server: [String: Any] = [:], identity: [String: Any] = [:],
        project: [String: Any] = [:], others: [[String: Any]] = []
    ) throws {
        folder = try TemporaryFolder()
        let id = UUID().uuidString.lowercased()
        let own: [String: Any] = ["id": id, "slug": "project-one", "environments": environments]
        let account: [String: Any] = [
            "clientId": UUID().uuidString.lowercased(), "clientSecret": Canary("cs").value, "projects": [id],
        ]
        var seed: [String: Any] = [
            "projects": [own.merging(project) { _, given in given }] + others,
            "identities": [account.merging(identity) { _, given in given }],
        ]
        if !server.isEmpty { seed["server"] = server }
        let file = folder.path + "/seed.json"
        self.seed = try JSONSerialization.data(withJSONObject: seed)
        try self.seed.write(to: URL(fileURLWithPath: file))
        let ready = DispatchSemaphore(value: 0)
        let line = FirstLine()
        let log = folder.path + "/log"
        running = try RunningProgram(
            "/bin/sh",
            ["-c", "exec \"$0\" --port 0 --verbose --seed \"$1\" 2>\"$2\"", Program.vaultPath, file, log],
            environment: Program.defaults,
            firstLine: {
                line.data = $0
                ready.signal()
            })
        ready.wait()
        let fields = try JSONSerialization.jsonObject(with: line.data) as? [String: String] ?? [:]
        url = fields["url"] ?? ""
        clientID = fields["clientId"] ?? ""
        clientSecret = fields["clientSecret"] ?? ""
        projectID = fields["projectId"] ?? ""
    }

    /// Method, path and status of every request so far, as the vault itself writes them down.
    public var log: [String] {
        let text = (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
        // What it says of a seed at its start is no request.
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("warning: ") }
    }

    /// Method and path of every request so far, without `/api`.
    public var asked: [String] {
        log.compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, parts[1].hasPrefix("/api") else { return nil }
            return "\(parts[0]) \(parts[1].dropFirst(4))"
        }
    }

    /// Changes the one identity while the vault runs, as an administrator would; nil members are taken away, a nil
    /// identity is deleted. Tokens stay.
    public func change(identity changes: [String: Any?]?) throws {
        var tree = try JSONSerialization.jsonObject(with: seed) as? [String: Any] ?? [:]
        var identities = tree["identities"] as? [[String: Any]] ?? []
        if let changes {
            for (key, value) in changes { identities[0][key] = value }
        } else {
            identities = []
        }
        tree["identities"] = identities
        seed = try JSONSerialization.data(withJSONObject: tree)
        try seed.write(to: URL(fileURLWithPath: folder.path + "/seed.json"))
        let told = log.count { $0.hasPrefix("vaultscript dev:") }
        kill(running.pid, SIGUSR1)
        for _ in 0..<400 where log.count(where: { $0.hasPrefix("vaultscript dev:") }) == told { usleep(25_000) }
    }

    /// An access token of the identity, minted now.
    public func token() throws -> String {
        let body = ["clientId": clientID, "clientSecret": clientSecret]
        let answer = try post("/api/v1/auth/universal-auth/login", body)
        return answer["accessToken"] as? String ?? ""
    }

    /// Sends a request that needs no token, and gives the answer.
    @discardableResult
    public func post(_ path: String, _ body: [String: String]) throws -> [String: Any] {
        let body = try JSONSerialization.data(withJSONObject: body)
        let head =
            "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let port = UInt16(url.split(separator: ":").last ?? "") ?? 0
        let answer = VaultFront.exchange(Array(head.utf8) + body, port)
        let end = answer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? answer.endIndex
        return try JSONSerialization.jsonObject(with: Data(answer[end...])) as? [String: Any] ?? [:]
    }

    /// Handed from the reader's thread to the test's, ordered by the semaphore.
    private final class FirstLine: @unchecked Sendable {
        var data = Data()
    }

    deinit { if !isFinished { running.terminate() } }

    private var isFinished = false

    /// Ends it, and gives what it was asked: method, path and status of each request.
    public func finish() -> [String] {
        isFinished = true
        kill(running.pid, SIGTERM)
        _ = running.wait(limit: 10)
        return log
    }

    /// `127.0.0.1:PORT`, as messages name it.
    public var host: String { String(url.dropFirst("http://".count)) }

    /// The environment that logs a program in.
    public var environment: [String: String] {
        [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": clientID, "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": clientSecret,
            "INFISICAL_DOMAIN": url, "INFISICAL_PROJECT_ID": projectID,
        ]
    }
}
