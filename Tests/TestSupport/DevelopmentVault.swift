import Foundation

/// A development vault of one test's own, started from a seed on a free port, ended with the test.
public final class DevelopmentVault {
    private let running: RunningProgram
    private let folder: TemporaryFolder
    /// Where it answers.
    public let url: String
    /// The seed's one identity.
    public let clientID: String
    /// Its client secret.
    public let clientSecret: String
    /// The seed's one project.
    public let projectID: String

    /// Starts it with one project, environment `dev`, and these secrets in `/`.
    public convenience init(secrets: [String: String]) throws {
        try self.init(folders: ["/": secrets])
    }

    /// Starts it with these folders of one project, environment `dev`; more keys of the seed in the others.
    public init(
        folders: [String: Any], server: [String: Any] = [:], identity: [String: Any] = [:],
        project more: [String: Any] = [:]
    ) throws {
        folder = try TemporaryFolder()
        let project = UUID().uuidString.lowercased()
        let own: [String: Any] = [
            "clientId": UUID().uuidString.lowercased(), "clientSecret": Canary("cs").value, "projects": [project],
        ]
        let whole: [String: Any] = ["id": project, "slug": "project-one", "environments": ["dev": folders]]
        var seed: [String: Any] = [
            "projects": [whole.merging(more) { _, given in given }],
            "identities": [own.merging(identity) { _, given in given }],
        ]
        if !server.isEmpty { seed["server"] = server }
        let file = folder.path + "/seed.json"
        try JSONSerialization.data(withJSONObject: seed).write(to: URL(fileURLWithPath: file))
        let ready = DispatchSemaphore(value: 0)
        let line = FirstLine()
        running = try RunningProgram(
            Program.vaultPath, ["--port", "0", "--seed", file, "--verbose"], environment: Program.defaults,
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
        return running.wait(limit: 10).errorText.split(separator: "\n").map(String.init)
    }

    /// The environment that logs a program in.
    public var environment: [String: String] {
        [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": clientID, "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": clientSecret,
            "INFISICAL_DOMAIN": url, "INFISICAL_PROJECT_ID": projectID,
        ]
    }
}
