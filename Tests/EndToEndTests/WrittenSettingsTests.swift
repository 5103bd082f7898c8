import Foundation
import TestSupport
import Testing

/// A script, or a program of it, writes where a login reads.
@Suite struct `A login takes nothing from what is written while a script runs` {
    private let value = Canary("jwt-")

    /// A script in a project with these files.
    private func run(_ script: String, _ files: [String: String], _ environments: [String: Any]) throws -> Program.Outcome {
        let vault = try DevelopmentVault(environments: environments)
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return try Program.run(
            ["-C", folder.path, Program.path, "-e", script], environment: vault.environment, program: "/usr/bin/env")
    }

    @Test(arguments: [
        #"{"defaultEnvironment":"\u00e${v}"}"#, #"{"defaultEnvironment":"${v}"}"#, "{${v}", #"{"domain":"https://${v}"}"#,
    ])
    func `of .infisical.json`(text: String) throws {
        let script = """
            local text = secret.template([[\(text)]], { v = getSecret("JWT") })
            spawn{ "cat", stdin = text, stdout = { file = ".infisical.json" } }
            print(login():identity().env)
            """
        let outcome = try run(script, [".infisical.json": "{}"], ["dev": ["/": ["JWT": value.value]]])
        #expect(outcome.text == "dev\n" && value.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `of .infisical.json under a recipe, by fs`() throws {
        let script = """
            recipe{ name = "s", secrets = { "A" }, programs = {} }
            fs.write(".infisical.json", [[{"defaultEnvironment":"prod"}]])
            print(login():identity().env)
            """
        let outcome = try run(script, [".infisical.json": "{}"], ["dev": ["/": ["A": "a"]], "prod": ["/": ["A": "b"]]])
        #expect(outcome.text == "dev\n", "\(outcome)")
    }

    @Test func `of the branch that is checked out`() throws {
        let script = """
            spawn{ "sh", "-c", "echo ref: refs/heads/main >.git/HEAD" }
            print(login():identity().env)
            """
        let mapping = #"{"gitBranchToEnvironmentMapping":{"main":"prod","side":"stage"}}"#
        let outcome = try run(
            script, [".infisical.json": mapping, ".git/HEAD": "ref: refs/heads/side\n"],
            ["dev": ["/": [:]], "stage": ["/": [:]], "prod": ["/": [:]]])
        #expect(outcome.text == "stage\n", "\(outcome)")
    }

    @Test func `and .infisical.json is an error of a login alone`() throws {
        let script = "print(1) fs.write('.infisical.json', '{}') print(pcall(login))"
        let outcome = try run(script, [".infisical.json": "no JSON"], ["dev": ["/": [:]]])
        #expect(outcome.text.hasPrefix("1\nfalse\t") && outcome.text.contains("/.infisical.json cannot be read"), "\(outcome)")
    }
}
