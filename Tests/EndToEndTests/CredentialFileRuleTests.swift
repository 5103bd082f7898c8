import Foundation
import TestSupport
import Testing

/// Owner and mode of credentials files, looked at on the open descriptor.
@Suite struct `A credentials file` {
    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o700]) func `that others may read or change is refused`(mode: Int) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.env", "INFISICAL_TOKEN=\(Canary().value)\n", mode: mode)
        let outcome = try Program.run(["--credentials", file, "-e", "login()"])
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
            outcome.errorText.contains(
                "the credentials file \(file) is not used\nits mode is 0\(String(mode, radix: 8)): other users may read or change it\nchmod 600 \(file)\n"),
            "\(outcome)")
    }

    @Test(arguments: [0o600, 0o400]) func `of this user alone is used`(mode: Int) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.env", "INFISICAL_TOKEN=\(Canary().value)\n", mode: mode)
        let outcome = try Program.run(["--credentials", file, "-e", "login() print('in')"])
        #expect(outcome.text == "in\n", "\(outcome)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away")) func `of somebody else is refused`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.env", "INFISICAL_TOKEN=\(Canary().value)\n")
        guard unsafe chown(file, 65534, 65534) == 0 else { throw POSIXError(.EPERM) }
        let outcome = try Program.run(["--credentials", file, "-e", "login()"])
        #expect(outcome.code == 2 && outcome.errorText.contains("it belongs to the user with id 65534\nchown"), "\(outcome)")
    }

    @Test func `that is a folder or a pipe is refused, and not waited for`() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/pipe"
        guard unsafe mkfifo(pipe, 0o600) == 0 else { throw POSIXError(.EPERM) }
        for path in [folder.path, pipe, "/proc/self/environ"] {
            let outcome = try Program.run(["--credentials", path, "-e", "login()"], timeLimitSeconds: 60)
            #expect(outcome.code == 2 && outcome.errorText.contains("it is no regular file, or a link\n"), "\(outcome)")
        }
    }

    /// What Kubernetes mounts: files of root behind two links of root, which the user cannot write.
    @Test(.enabled(if: geteuid() == 0, "only root can run it as somebody else"))
    func `of root, behind links in root's folders, is used by a user who cannot write it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("mount/..2026/c.env", "INFISICAL_TOKEN=\(Canary().value)\n", mode: 0o644)
        for (link, target) in [("..data", "..2026"), ("c.env", "..data/c.env")] {
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/mount/" + link, withDestinationPath: target)
        }
        for path in ["", "/mount", "/mount/..2026"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + path)
        }
        let program = folder.path + "/vaultscript"
        let source = URL(fileURLWithPath: Program.path).resolvingSymlinksInPath().path
        try #require(try Program.run([source, program], program: "/bin/cp").code == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        func login() throws -> Program.Outcome {
            try Program.run(
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", "--", program, "--credentials", folder.path + "/mount/c.env", "-e",
                    "login() print('in')",
                ], environment: ["HOME": "/nonexistent"], program: "/usr/bin/setpriv")
        }
        let outcome = try login()
        #expect(outcome.text == "in\n", "\(outcome)")
        // A link of the user's own to a file of the user's own is none of that.
        let file = folder.path + "/mount/..2026/c.env"
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        guard unsafe chown(file, 65534, 65534) == 0 else { throw POSIXError(.EPERM) }
        let linked = try login()
        #expect(linked.code == 2 && linked.errorText.contains("it is no regular file, or a link\n"), "\(linked)")
    }
}
