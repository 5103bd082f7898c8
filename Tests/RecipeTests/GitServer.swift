import Foundation
import TestSupport

/// A real git server of a test's own with one empty repository, which asks for the token.
final class GitServer {
    let folder: TemporaryFolder
    private let port = TestPort.unused()
    private let running: RunningProgram

    init(user: String, token: String) throws {
        folder = try TemporaryFolder()
        let repository = folder.path + "/srv/app.git"
        _ = try Program.run(["init", "-q", "--bare", "--initial-branch=main", repository], program: "/usr/bin/git")
        _ = try Program.run(["-C", repository, "config", "http.receivepack", "true"], program: "/usr/bin/git")
        running = try RunningProgram(
            Program.repository + "/dev/git-server", [folder.path, "\(port)", user, token],
            environment: ProcessInfo.processInfo.environment)
        try TestPort.wait(for: port)
    }

    deinit { running.terminate() }

    var url: String { "http://127.0.0.1:\(port)/git/app.git" }

    /// What git says of the repository.
    func ask(_ arguments: String...) throws -> String {
        let repository = folder.path + "/srv/app.git"
        return try Program.run(["-C", repository] + arguments, program: "/usr/bin/git").text
    }
}
