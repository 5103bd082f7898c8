import Foundation
import TestSupport
import Testing

/// `vaultscript list` and `vaultscript describe`: recipes, read and not run.
@Suite struct `Reading recipes` {
    private static let release = """
        local params = recipe{
          name = "release",
          description = "Tags and uploads " .. "a release",
          params = {
            version = { type = "string", required = true, pattern = "v%d+" },
            dryRun = { type = "boolean", description = "only says what it would do" },
            count = { type = "integer", default = -2, enum = { -2, 3 } },
            where_to = { default = os.getenv("WHERE") or "here" },
          },
          secrets = { "GH_PAT", { name = "KEY", path = "/web" } },
          programs = { "git", "gh" },
          hosts = { "api.github.com" },
        }
        spawn{ "touch", "touched" }
        """

    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("release.lua", release)
        try folder.write("plain.lua", "print('no recipe')\n")
        try folder.write("backup.lua", "recipe{ name = 'backup' }\n")
        try folder.write(".hidden.lua", "recipe{ name = 'hidden' }\n")
        return folder
    }

    @Test func `a folder's recipes are listed with what they do`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(["list", folder.path])
        let path = folder.path
        #expect(outcome.code == 0)
        #expect(outcome.text == "\(path)/backup.lua   backup\n\(path)/release.lua  Tags and uploads a release\n", "\(outcome)")
        #expect(outcome.error.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: path + "/touched"))
    }

    @Test func `a script that cannot be read does not hide the others`() throws {
        let folder = try Self.folder()
        try folder.write("broken.lua", "recipe{ name = 'x'\n")
        let outcome = try Program.run(["list", folder.path])
        #expect(outcome.code == 2 && outcome.text.contains("release.lua"), "\(outcome)")
        #expect(outcome.errorText.hasPrefix("\(folder.path)/broken.lua:1:19: expected }"), "\(outcome)")
    }

    @Test func `a folder without recipes says so`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(["list", folder.path])
        #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorText == "no script in \(folder.path) declares recipe{}\n")
    }

    @Test func `a recipe is described, and what is no literal is shown as its source`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(["describe", folder.path + "/release.lua"])
        #expect(outcome.code == 0)
        #expect(
            outcome.text == """
                release: Tags and uploads a release

                parameters:
                  --version   string (required) (pattern: v%d+)
                  --dry-run   boolean only says what it would do
                  --count     integer (default: -2) (enum: -2, 3)
                  --where-to  string (default: (os.getenv("WHERE") or "here"))

                secrets:
                  GH_PAT
                  name = KEY, path = /web

                programs:
                  git
                  gh

                hosts:
                  api.github.com

                """, "\(outcome)")
    }

    @Test func `the same as JSON, in the order of the script`() throws {
        let folder = try Self.folder()
        let file = folder.path + "/release.lua"
        let outcome = try Program.run(["describe", "--json", file])
        #expect(
            outcome.text == """
                {"file":"\(file)","recipe":true,"name":"release","description":"Tags and uploads a release",\
                "secrets":["GH_PAT",{"name":"KEY","path":"/web"}],"programs":["git","gh"],"hosts":["api.github.com"],\
                "params":{"version":{"type":"string","required":true,"pattern":"v%d+"},\
                "dryRun":{"type":"boolean","description":"only says what it would do"},\
                "count":{"type":"integer","default":-2,"enum":[-2,3]},\
                "where_to":{"type":"string","default":{"code":"os.getenv(\\"WHERE\\") or \\"here\\""}}}}

                """, "\(outcome)")
        #expect(try JSONSerialization.jsonObject(with: outcome.output) is [String: Any])
    }

    @Test func `a script without a recipe is told how one begins`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(["describe", folder.path + "/plain.lua"])
        #expect(outcome.code == 2 && outcome.output.isEmpty)
        #expect(
            outcome.errorText == """
                \(folder.path)/plain.lua declares no recipe
                there is no recipe{ … } outside of its functions
                a recipe begins: local params = recipe{ name = "…", description = "…" }

                """, "\(outcome)")
    }
}
