import Foundation
import TestSupport
import Testing

/// The user's own credentials, where it is not easy to see which they are.
@Suite struct `The user's own credentials` {
    private let value = Canary("cs_")

    private var lines: String {
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=c0a8e3a1-8a3b-4c1d-9e2f-1234567890ab\n"
            + "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(value.value)\n"
    }

    /// Requests that are not answered take all descriptors for a second.
    @Test func `of a descriptor stay out of reach where none was left at the first look`() throws {
        let servers = (1...3).map { _ in StubHTTPServer([.stall([])]) }
        defer { for server in servers { server.stop() } }
        let folder = try TemporaryFolder()
        try folder.write("own.env", lines, mode: 0o600)
        let script = """
            pcall(require, "absent")
            local jobs = {}
            for _, url in ipairs{ \(servers.map { "\"\($0.url)\"" }.joined(separator: ", ")) } do
              for i = 1, 16 do jobs[#jobs + 1] = function() pcall(http.request, { url = url, timeout = 1 }) end end
            end
            jobs[#jobs + 1] = function() sleep(0.5) print((pcall(fs.exists, "x"))) end
            parallel(jobs)
            print((pcall(fs.exists, "x")))
            local ok, e = pcall(secret.file, "own.env")
            print(ok, not ok and e.kind)
            """
        let outcome = try Program.run(
            ["-c", "cd \"$1\"; ulimit -n 40; exec \"$0\" --credentials-fd 3 -e \"$2\" 3<own.env", Program.path, folder.path, script],
            environment: ["HOME": folder.path], program: "/bin/bash")
        #expect(outcome.text == "false\ntrue\nfalse\tdenied\n", "\(outcome)")
    }

    /// A login refuses such a file; a program does not.
    @Test func `in the file of a platform's token are masked whatever it belongs to`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(".config/vaultscript/token", value.value + "\n", mode: 0o600)
        let outcome = try Program.run(
            ["-e", "print(spawn{ 'cat', '\(path)', capture = true }.stdout)"],
            environment: [
                "HOME": folder.path, "XDG_CONFIG_HOME": folder.path + "/.config",
                "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": path,
            ])
        #expect(outcome.text == "[secret:platform token]\n\n" && value.found(in: outcome) == nil, "\(outcome)")
    }
}
