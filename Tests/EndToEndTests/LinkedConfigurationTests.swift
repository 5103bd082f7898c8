import TestSupport
import Testing

/// A working tree may hold a link in the place of its settings, so that a private file is told.
@Suite struct `Settings of a project behind a link` {
    private static let names = ["vaultscript.toml", ".infisical.json"]

    /// The folder of a project in which `name` leads to `target`, and what a run there says.
    private func run(_ name: String, to target: String, _ environment: [String: String] = [:]) throws -> Program.Outcome {
        let project = try TemporaryFolder()
        _ = try Program.run(["-s", target, project.path + "/" + name], program: "/bin/ln")
        return try Program.run(
            ["-C", project.path, Program.path, "config"], environment: environment, program: "/usr/bin/env")
    }

    @Test(arguments: names) func `are not read where their owner alone may read them`(name: String) throws {
        let folder = try TemporaryFolder()
        let canary = Canary("pw-")
        let target = try folder.write("private", "password = 12345\nprofile = \"\(canary.value)\"\n")
        let outcome = try run(name, to: target)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
            outcome.errorText.hasSuffix(
                """
                /\(name) is not used
                a link leads to it, and its owner alone may read it: it could be any private file
                see where it leads with ls -l; put the file itself there, or remove the link

                """), "\(outcome)")
        #expect(canary.found(in: outcome) == nil && !outcome.description.contains("12345"))
    }

    @Test func `are not quoted where they are none`() throws {
        let folder = try TemporaryFolder()
        let target = try folder.write("notes", "wordofmine = 12345\n", mode: 0o644)
        let outcome = try run("vaultscript.toml", to: target)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
            outcome.errorText.hasSuffix(
                """
                /vaultscript.toml is not used
                a link leads to it, and what lies there is no configuration
                see where it leads with ls -l; put the file itself there, or remove the link

                """), "\(outcome)")
        #expect(!outcome.description.contains("wordofmine"))
    }

    @Test(arguments: names) func `are not those of vaultscript itself`(name: String) throws {
        let folder = try TemporaryFolder()
        let target = try folder.write("vaultscript/config.toml", "domain = \"eu\"\n", mode: 0o644)
        let outcome = try run(name, to: target, ["XDG_CONFIG_HOME": folder.path])
        #expect(outcome.code == 2, "\(outcome)")
        #expect(outcome.errorText.contains("it belongs to the configuration or the credentials of vaultscript"))
    }

    @Test func `are read where a link leads to settings that others may read`() throws {
        let folder = try TemporaryFolder()
        let target = try folder.write("shared.toml", "project = \"shared-one\"\n", mode: 0o644)
        let outcome = try run("vaultscript.toml", to: target)
        #expect(outcome.code == 0 && outcome.text.contains("shared-one"), "\(outcome)")
    }
}
