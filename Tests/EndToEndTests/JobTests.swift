import Foundation
import TestSupport
import Testing

/// The main job: scripts/deploy.lua pushes to a real git server with a token that appears nowhere.
@Suite struct `The job` {
    /// A git server of a test's own with one empty repository, which asks for the token and whose hook shouts it.
    private final class GitServer {
        let folder: TemporaryFolder
        let port = TestPort.unused()
        let running: RunningProgram

        init(token: String) throws {
            folder = try TemporaryFolder()
            let repository = folder.path + "/srv/blog.git"
            _ = try Program.run(["init", "-q", "--bare", "--initial-branch=main", repository], program: "/usr/bin/git")
            _ = try Program.run(["-C", repository, "config", "http.receivepack", "true"], program: "/usr/bin/git")
            try folder.write(
                "srv/blog.git/hooks/post-receive",
                "#!/bin/sh\necho \"token: \(token) \(Data(token.utf8).base64EncodedString())\"\nsleep 1\n", mode: 0o700)
            running = try RunningProgram(
                Program.repository + "/dev/git-server", [folder.path, "\(port)", "deployer", token],
                environment: ProcessInfo.processInfo.environment)
            try TestPort.wait(for: port)
        }

        deinit { running.terminate() }

        var url: String { "http://127.0.0.1:\(port)/git/blog.git" }
        var head: String? {
            try? Program.run(["-C", folder.path + "/srv/blog.git", "rev-parse", "main"], program: "/usr/bin/git").text
        }
    }

    private func workTree(_ url: String) throws -> TemporaryFolder {
        let tree = try TemporaryFolder()
        for arguments in [
            ["init", "-q", "--initial-branch=main"], ["config", "user.name", "Test"], ["config", "user.email", "t@example.invalid"],
            ["remote", "add", "origin", url],
        ] {
            _ = try Program.run(["-C", tree.path] + arguments, program: "/usr/bin/git")
        }
        try tree.write("post.md", "a post")
        return tree
    }

    @Test func `a commit is pushed, and the token is in no argument, no file, no log`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let server = try GitServer(token: canary.value)
        let tree = try workTree(server.url)
        let traces = try TemporaryFolder()
        var environment = vault.environment
        environment["USER_NAME"] = "deployer"
        let outcome = try Program.run(
            [
                "-f", "-ff", "-v", "-y", "-s", "100000", "-e", "trace=execve,write,pwrite64,writev,sendto,openat,symlink,link", "-o", traces.path + "/t",
                Program.path, "-v", Program.repository + "/scripts/deploy.lua", tree.path, "Deploy",
            ], environment: environment, program: "/usr/bin/strace")
        #expect(outcome.code == 0, "\(outcome)")
        let head = try Program.run(["-C", tree.path, "rev-parse", "HEAD"], program: "/usr/bin/git").text
        #expect(server.head == head && !head.isEmpty)
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
        #expect(outcome.errorText.contains("token: [secret:GH_PAT] [secret:GH_PAT]"), "\(outcome)")
        try expectNoToken(canary, traces.path)
        let kept = try Program.run(["-r", "-c", canary.value, tree.path], program: "/bin/grep")
        #expect(!kept.text.split(separator: "\n").contains { !$0.hasSuffix(":0") }, "\(kept)")
    }

    /// In a trace the token stands in no argument and no environment of a program, and is written only to pipes, sockets
    /// and the run's folder in memory; what leaves the host itself has been looked at before.
    private func expectNoToken(_ canary: Canary, _ folder: String) throws {
        let base64 = Data("deployer:\(canary.value)".utf8).base64EncodedString()
        var places: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let lines = try String(contentsOfFile: folder + "/" + file, encoding: .utf8).split(separator: "\n")
            for line in lines where line.contains(canary.value) || line.contains(base64) {
                let place = line.firstMatch(of: /^(?:write|pwrite64|writev|sendto)\(\d+<([a-zA-Z]+:|\/dev\/shm\/|\/run\/user\/)/)
                #expect(place != nil, "\(line.prefix(300))")
                if let place { places.insert(String(place.1)) }
            }
        }
        // The file of the run's folder is written from secret memory, which a tracer cannot read either.
        #expect(places.contains("pipe:"), "the trace was looked at: \(places)")
    }

    @Test func `the process list does not show the token while git pushes`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let server = try GitServer(token: canary.value)
        let tree = try workTree(server.url)
        var environment = vault.environment
        environment["USER_NAME"] = "deployer"
        var seen = ""
        let outcome = try Program.run(
            [Program.repository + "/scripts/deploy.lua", tree.path], environment: environment
        ) { pid in
            for _ in 0..<400 where kill(pid, 0) == 0 {
                seen += try Program.run(["axww", "-o", "args"], program: "/bin/ps").text
                if seen.contains("git-remote-http") || seen.contains("remote-http") { break }
                usleep(20_000)
            }
            for _ in 0..<5 { seen += try Program.run(["axww", "-o", "args"], program: "/bin/ps").text }
        }
        #expect(outcome.code == 0, "\(outcome)")
        #expect(seen.contains("remote-http"), "git was seen while it pushed")
        #expect(canary.found(in: Data(seen.utf8)) == nil)
    }

    @Test func `a wrong token is git's error, with its exit code`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let server = try GitServer(token: Canary().value)
        let tree = try workTree(server.url)
        let outcome = try Program.run([Program.repository + "/scripts/deploy.lua", tree.path], environment: vault.environment)
        #expect(outcome.code == 128, "\(outcome)")
        #expect(outcome.errorText.contains("Authentication failed"), "\(outcome)")
    }

    @Test(arguments: [
        ("ssh://git@example.invalid/x.git", "a token needs an http or https address"),
        ("http://example.invalid/x.git", "is not encrypted"),
        ("http://localhost.example.invalid/x.git", "is not encrypted"),
        ("http://localhostexample.invalid/x.git", "is not encrypted"),
        ("http://127.example.invalid/x.git", "is not encrypted"), ("http://[::1].example.invalid/x.git", "is not encrypted"),
    ])
    func `a token is not sent where it does not belong`(url: String, message: String) throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let tree = try workTree(url)
        let outcome = try Program.run([Program.repository + "/scripts/deploy.lua", tree.path], environment: vault.environment)
        #expect(outcome.code == 1 && outcome.errorText.contains(message), "\(outcome)")
    }
}
