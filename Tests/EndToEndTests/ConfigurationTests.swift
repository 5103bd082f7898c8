import Foundation
import TestSupport
import Testing

/// The user's own configuration file.
@Suite struct `The user's configuration` {
    /// Runs `code` with the file's text; `mode` is the file's.
    private func run(_ text: String, _ code: String, _ options: [String] = [], mode: Int = 0o600) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        try folder.write("vaultscript/config.toml", text, mode: mode)
        return try Program.run(options + ["-e", code], environment: ["XDG_CONFIG_HOME": folder.path])
    }

    private static let hungry = "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end"

    @Test func `sets limits, below those of the environment and the command line`() throws {
        let text = "# mine\n[limits]\nmemory = \"8M\"\nhandles = 7\n"
        #expect(try run(text, Self.hungry).errorText.contains("the script may use 8 MiB"))
        #expect(try run(text, Self.hungry, ["--limit", "memory=9M"]).errorText.contains("the script may use 9 MiB"))
        #expect(try run("", "print('ok')").text == "ok\n")
    }

    @Test(arguments: [
        ("[limits]\nmemroy = \"1G\"", "config.toml:2: there is no limit \"memroy\"\ndid you mean memory?"),
        ("memory = \"1G\"", "config.toml:1: there is no setting memory\nwrite it below a line [limits]"),
        ("[limit]\nmemory = \"1G\"", "config.toml:2: there is no setting limit.memory\nwrite it below a line [limits]"),
        ("[limits]\nmemory = [1]", "config.toml:2: memory: expected a size from 1M to 64T, or none, got \"a list or a date\""),
        ("[limits]\nhandles = 0", "config.toml:2: handles: expected a number"), ("[limits", "config.toml:1: this is not TOML"),
    ])
    func `with a fault is an error that names the line`(text: String, message: String) throws {
        let outcome = try run(text, "print('ran')")
        #expect(outcome.code == 2 && outcome.errorText.contains(message) && outcome.text.isEmpty, "\(outcome)")
    }

    @Test func `that others can write is not believed`() throws {
        let outcome = try run("[limits]\nmemory = \"none\"\n", "print('ran')", mode: 0o622)
        #expect(outcome.code == 2 && outcome.errorText.contains("somebody else can write it"), "\(outcome)")
    }

    @Test func `beside a script is not read`() throws {
        let folder = try TemporaryFolder()
        try folder.write("config.toml", "[limits]\nnothing = 1\n")
        try folder.write("vaultscript/config.toml", "[limits]\nnothing = 1\n")
        let script = try folder.write("x.lua", "print('ran')")
        #expect(try Program.run([script], environment: ["HOME": folder.path]).text == "ran\n")
    }
}
