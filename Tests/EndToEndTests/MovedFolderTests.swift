import Foundation
import TestSupport
import Testing

/// A script that moves folders changes nothing of what a path means that somebody else has written: the user, or a recipe.
@Suite struct `A script that moves folders` {
    private let client = Canary("cs")

    /// What logs in at `url`.
    private func lines(_ url: String, _ secret: String) -> String {
        "INFISICAL_DOMAIN=\(url)\nINFISICAL_PROJECT_ID=p\nINFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id\n"
            + "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret)\n"
    }

    private func makeAttacker() -> StubHTTPServer {
        StubHTTPServer { _, _ in .json(200, #"{"accessToken": "a.b.c", "expiresIn": 60, "tokenType": "Bearer"}"#) }
    }

    private func run(in folder: String, _ arguments: [String], _ environment: [String: String] = [:]) throws -> Program.Outcome {
        try Program.run(["-C", folder, Program.path] + arguments, environment: environment, program: "/usr/bin/env")
    }

    @Test func `puts no credentials where a relative path leads`() throws {
        let attacker = makeAttacker()
        defer { attacker.stop() }
        let folder = try TemporaryFolder()
        try folder.write("p/creds.env", lines("http://127.0.0.1:1", client.value))
        try folder.write("p/w/x", "")
        try folder.write("q/creds.env", lines(attacker.url, "of-the-script"))
        let outcome = try run(
            in: folder.path + "/p/w",
            [
                "--credentials", "../creds.env", "-e",
                """
                local root = "\(folder.path)"
                print((select(2, pcall(fs.rename, root .. "/p/w", root .. "/q/w"))))
                print((select(2, pcall(fs.rename, root .. "/p", root .. "/q"))).kind)
                print((select(2, pcall(fs.remove, root .. "/p/w", { recursive = true }))).kind)
                login()
                """,
            ])
        #expect(outcome.code != 0 && attacker.requests.isEmpty, "\(outcome)")
        #expect(
            outcome.text
                == "fs.rename: \(folder.path)/p/w stays as it is\nit leads to the working directory of this run\n"
                + "start vaultscript in another folder, or let a program do it\ndenied\ndenied\n", "\(outcome)")
    }

    @Test(arguments: [true, false])
    func `puts no credentials where a link of the user's leads`(isThere: Bool) throws {
        let attacker = makeAttacker()
        defer { attacker.stop() }
        let folder = try TemporaryFolder()
        let name = isThere ? "dot/creds/default.env" : "dot/other.env"
        try folder.write(name, lines("http://127.0.0.1:1", client.value))
        try folder.write("x/creds/default.env", lines(attacker.url, "of-the-script"))
        try folder.write("config/vaultscript/config.toml", "")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/config/vaultscript/credentials", withDestinationPath: "../../dot/creds")
        let outcome = try run(
            in: "/",
            [
                "-e",
                """
                local root = "\(folder.path)"
                print((select(2, pcall(fs.rename, root .. "/dot", root .. "/dot.old"))).kind)
                print((select(2, pcall(fs.rename, root .. "/x/creds", root .. "/dot/creds"))).kind)
                print((select(2, pcall(fs.mkdir, root .. "/dot/creds"))).kind)
                pcall(fs.rename, root .. "/x", root .. "/dot")
                login()
                """,
            ], ["XDG_CONFIG_HOME": folder.path + "/config"])
        #expect(outcome.code != 0 && attacker.requests.isEmpty, "\(outcome)")
        #expect(outcome.text == "denied\ndenied\ndenied\n", "\(outcome)")
    }

    /// By whatever way it has come to be another: that of the user's is known before the script's first look at files.
    @Test func `has no use for credentials that became others meanwhile`() throws {
        let attacker = makeAttacker()
        defer { attacker.stop() }
        let folder = try TemporaryFolder()
        let named = try folder.write("named.env", lines("http://127.0.0.1:1", client.value))
        let made = try folder.write("made.env", lines(attacker.url, "of-the-script"))
        let outcome = try Program.run(
            [
                "-c", "(until [ -e \"$1/ready\" ]; do sleep 0.05; done; cat \"$3\" >\"$2\"; : >\"$1/done\") & exec \"$0\" --credentials \"$2\" -e \"$4\"",
                Program.path, folder.path, named, made,
                """
                fs.write("\(folder.path)/ready", "")
                while not fs.exists("\(folder.path)/done") do sleep(0.05) end
                login()
                """,
            ], program: "/bin/sh")
        #expect(outcome.code == 77 && attacker.requests.isEmpty, "\(outcome)")
        #expect(
            outcome.errorText.contains(
                "the credentials file \(named) is not used\nit was made or changed while this run could have done it"),
            "\(outcome)")
    }

    @Test(arguments: ["../tool", "./link"])
    func `makes no other program of one that a recipe declares by a relative path`(program: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("p/tool", "#!/bin/sh\necho declared\n", mode: 0o755)
        try folder.write("q/tool", "#!/bin/sh\necho another\n", mode: 0o755)
        try folder.write("p/sub/x", "")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/p/sub/link", withDestinationPath: "../tool")
        let outcome = try run(
            in: folder.path + "/p/sub",
            [
                "-e",
                """
                recipe{ name = "s", programs = { "\(program)" } }
                pcall(fs.rename, "\(folder.path)/p/sub", "\(folder.path)/q/sub")
                io.write(spawn{ "\(program)", capture = true }.stdout)
                """,
            ])
        #expect(outcome.text == "declared\n", "\(outcome)")
    }
}
