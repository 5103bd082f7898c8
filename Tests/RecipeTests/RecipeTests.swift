import Foundation
import TestSupport
import Testing

/// What a recipe declares: the parameters, the help, and the result.
@Suite struct `Recipes` {
    private static let head = """
        local p = recipe{
          name = "release", description = "makes a release",
          params = {
            repo = { type = "slug", required = true, description = "the repository" },
            level = { enum = { "minor", "major", "patch" }, default = "patch" },
            dryRun = { type = "boolean" }, count = { type = "integer", min = 1, max = 10, default = 3 },
            ratio = { type = "number" }, out = { type = "path" },
            tags = { type = "list", pattern = "%l+" }, version = { pattern = "v%d+%.%d+" },
            note = { allowDash = true, allowControl = true },
          },
          programs = { "echo" },
        }

        """
    private static let all = head + "return p\n"

    struct Case: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var result: String
        var testDescription: String { arguments.joined(separator: " ") }

        static let good = [
            Case(
                arguments: ["--repo", "x"],
                result: #"{"count":3,"dryRun":false,"level":"patch","repo":"x","tags":[]}"#),
            Case(
                arguments: [
                    "--repo=a.b", "--dry-run", "--level", "major", "--count", "10", "--ratio", "0.5", "--out", "a/b",
                    "--tags", "a,b", "--tags=c", "--version", "v1.2", "--note", "-x\ny",
                ],
                result: #"{"count":10,"dryRun":true,"level":"major","note":"-x\ny","out":"a/b","ratio":0.5,"#
                    + #""repo":"a.b","tags":["a","b","c"],"version":"v1.2"}"#),
            Case(
                arguments: ["--repo", "x", "--no-dry-run", "--count=1"],
                result: #"{"count":1,"dryRun":false,"level":"patch","repo":"x","tags":[]}"#),
            Case(
                arguments: ["--repo", "x", "--dryRun=true", "--tags", ""],
                result: #"{"count":3,"dryRun":true,"level":"patch","repo":"x","tags":[]}"#),
            Case(
                arguments: ["--params-json", #"{"repo":"x","count":2.0,"tags":["q"],"dryRun":true,"level":null}"#],
                result: #"{"count":2,"dryRun":true,"level":"patch","repo":"x","tags":["q"]}"#),
        ]

        static let bad = [
            Case(arguments: [], result: "repo is missing: --repo NAME"),
            Case(arguments: ["--repo"], result: "--repo needs a value"),
            Case(arguments: ["--repo", "-x"], result: #"repo: expected a text that does not begin with -, got "-x""#),
            Case(arguments: ["--repo", "a/b"], result: #"repo: expected letters, digits, ., _ and -, got "a/b""#),
            Case(arguments: ["--repo", "a..b"], result: #"repo: expected letters, digits, ., _ and -, got "a..b""#),
            Case(
                arguments: ["--repo", "x", "--out", "a\nb"],
                result: #"out: expected a text without control characters, got "a\u{a}b""#),
            Case(arguments: ["--repo", "x", "--repo", "y"], result: "repo is given twice"),
            Case(arguments: ["--repo", "x", "--count", "1.5"], result: #"count: expected a whole number, got "1.5""#),
            Case(arguments: ["--repo", "x", "--count", "0"], result: "count: expected at least 1, got 0"),
            Case(arguments: ["--repo", "x", "--ratio", "nan"], result: #"ratio: expected a number, got "nan""#),
            Case(
                arguments: ["--repo", "x", "--dry-run=yes"], result: #"dryRun: expected true or false, got "yes""#),
            Case(
                arguments: ["--repo", "x", "--version", "v1.2\n"],
                result: #"version: expected a text without control characters, got "v1.2\u{a}""#),
            Case(
                arguments: ["--repo", "x", "--tags", "a,B"],
                result: #"tags: expected a text that matches %l+, got "B""#),
            Case(
                arguments: ["--repo", "x", "--level", "mayor"],
                result: #"level: expected one of minor, major, patch, got "mayor"; did you mean "major"?"#),
            Case(
                arguments: ["--repo", "x", "--verison", "v1.2"],
                result: "there is no parameter --verison; did you mean --version?"),
            Case(
                arguments: ["--repo", "x", "--profile", "dev"],
                result: "there is no parameter --profile; options of vaultscript's own stand before the script's file"),
            Case(
                arguments: ["--repo", "x", "-v"],
                result: #"there is no place for the argument "-v"; options of vaultscript's own stand before the script's file"#),
            Case(arguments: ["--repo", "x", "stray"], result: #"there is no place for the argument "stray""#),
            Case(
                arguments: ["--params-json", #"{"repo":"x","tagz":[]}"#],
                result: "there is no parameter tagz; did you mean tags?"),
            Case(
                arguments: ["--params-json", #"{"repo":1}"#], result: "repo: expected a text, got 1"),
            Case(arguments: ["--params-json", #"["x"]"#], result: "expected a JSON object of parameters, got a table"),
            Case(arguments: ["--params-json=-"], result: "expected a JSON object of parameters, got nothing"),
        ]
    }

    @Test(arguments: Case.good)
    func `parameters come checked and typed, and what a script returns is its result`(testCase: Case) throws {
        let outcome = try Program.script(Self.all, testCase.arguments)
        #expect(outcome.code == 0 && outcome.text == testCase.result + "\n" && outcome.errorText == "", "\(outcome)")
    }

    @Test(arguments: Case.bad)
    func `a wrong parameter is named, and nothing runs`(testCase: Case) throws {
        let outcome = try Program.script(Self.all, testCase.arguments, input: Data("null".utf8))
        #expect(outcome.code == 2 && outcome.text == "", "\(outcome)")
        #expect(outcome.errorText.hasPrefix(testCase.result + "\nsee: vaultscript "), "\(outcome)")
    }

    @Test func `all that is wrong is told at once`() throws {
        let outcome = try Program.script(
            Self.head + "spawn{ 'echo', 'started' } return p", ["--levle", "major", "--count", "x", "--version", "1", "stray"])
        #expect(outcome.code == 2 && outcome.text == "", "\(outcome)")
        #expect(
            outcome.errorText.hasPrefix(
                """
                5 things are wrong with the parameters
                  there is no parameter --levle; did you mean --level?
                  count: expected a whole number, got "x"
                  there is no place for the argument "stray"
                  repo is missing: --repo NAME
                  version: expected a text that matches v%d+%.%d+, got "1"
                see: vaultscript 
                """), "\(outcome)")
    }

    @Test func `parameters come from a file and from standard input`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("params.json", #"{"repo":"from-file"}"#)
        let one = try Program.script(Self.head + "return p.repo", ["--params-json", file])
        #expect(one.text == "\"from-file\"\n", "\(one)")
        let other = try Program.script(
            Self.head + "return p.repo", ["--params-json", "-"], input: Data(#"{"repo":"from-input"}"#.utf8))
        #expect(other.text == "\"from-input\"\n", "\(other)")
        let both = try Program.script(Self.all, ["--params-json", "{}", "--repo", "x"])
        #expect(
            both.code == 2 && both.errorText.hasPrefix("--params-json gives all parameters\nother arguments"), "\(both)")
        let broken = try Program.script(Self.all, ["--params-json", "{"])
        #expect(
            broken.code == 2
                && broken.errorText
                    == """
                    --params-json: the text is not JSON
                    no name at line 1, column 2
                    give one JSON object: {"name": "value"}

                    """,
            "\(broken)")
    }

    @Test func `the help is made from the recipe, and nothing is fetched or started`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "release.lua",
            """
            local p = recipe{
              name = "release", description = "makes a release",
              params = { repo = { type = "slug", required = true, description = "the repository" },
                dryRun = { type = "boolean" }, tags = { type = "list", default = { "a", "b" } },
                keep = { type = "integer", min = 1, max = 9, default = 3 }, least = { type = "number", min = 0.5 },
                most = { type = "integer", max = 7, description = "no more" }, word = { pattern = "%a+", required = true } },
              secrets = { "GH_PAT", { name = "KEY", path = "/web" }, { path = "/all" }, "env:TOKEN_X" },
              programs = { "touch", "/bin/sh" }, hosts = { "api.github.com", "127.0.0.1:8080" },
            }
            spawn{ "touch", "\(folder.path)/started" }
            getSecret("GH_PAT")
            """)
        for flag in ["--help", "-h"] {
            let outcome = try Program.run([script, "--repo", "x", flag])
            #expect(outcome.code == 0 && outcome.errorText == "", "\(outcome)")
            #expect(
                outcome.text == """
                    release: makes a release

                    usage: vaultscript \(script) --repo NAME --word TEXT [parameters]

                    parameters (or all of them as one JSON object: --params-json -|FILE|TEXT):
                      --dry-run
                      --keep NUMBER   (1 to 9) (default: 3)
                      --least NUMBER  (at least 0.5)
                      --most NUMBER   no more (at most 7)
                      --repo NAME     the repository (required)
                      --tags TEXT,…   (default: a,b)
                      --word TEXT     (matches %a+) (required)

                    needs, and is limited to:
                      secrets   GH_PAT, KEY (path /web), all of path /all, env:TOKEN_X
                      programs  touch, /bin/sh
                      hosts     api.github.com, 127.0.0.1:8080

                    """, "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/started"))
    }

    @Test func `a result stands alone on standard output, and is masked`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            """
            recipe{ name = "x", programs = { "echo", "printenv" }, secrets = { "env:MY_TOKEN" } }
            defer(function() spawn{ "echo", "deferred" } end)
            spawn{ "echo", "of a program" }
            spawn{ "printenv", "MY_TOKEN", passEnv = { "MY_TOKEN" } }
            return { b = 1, a = { 1.0, json.null, "\(canary.value)" } }
            """, environment: ["MY_TOKEN": canary.value])
        #expect(outcome.text == #"{"a":[1.0,null,"[secret:MY_TOKEN]"],"b":1}"# + "\n", "\(outcome)")
        #expect(outcome.errorText == "of a program\n[secret:MY_TOKEN]\ndeferred\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
        for (returned, wanted) in [("", ""), ("return nil", ""), ("return json.null", "null\n"), ("return 1, 2", "1\n")] {
            #expect(try Program.script("recipe{ name = 'x' } \(returned)").text == wanted)
        }
        #expect(try Program.script("return 1").text == "")
    }

    @Test func `what has no form in a result is named with its place`() throws {
        for (value, place) in [
            ("{ a = { b = secret.random(8) } }", "the result.a.b is the secret random, which has no form in a result"),
            ("{ 1, print }", "the result[2] is a function, which has no form in a result"),
            ("secret.random(8)", "the result is the secret random, which has no form in a result"),
            ("(function() local t = {} t.x = t return t end)()", "the result.x holds itself"),
        ] {
            let outcome = try Program.script("recipe{ name = 'x' } defer(function() print('clean') end) return \(value)")
            #expect(outcome.code == 2 && outcome.text == "clean\n", "\(outcome)")
            #expect(outcome.errorText.hasPrefix(place), "\(outcome)")
        }
    }

    @Test func `a declaration that is wrong is an error with the near name`() throws {
        for (text, wanted) in [
            ("recipe{ nmae = 'x' }", "recipe: name is missing"),
            ("recipe{ name = 'a b' }", "recipe: name: expected a name of letters"),
            ("recipe{ name = 'x', programz = {} }", "recipe: there is no option \"programz\"\ndid you mean \"programs\"?"),
            ("recipe{ name = 'x', params = { a = { tpye = 'string' } } }", "recipe: params.a: there is no option \"tpye\""),
            ("recipe{ name = 'x', params = { a = { type = 'text' } } }", "recipe: params.a: type: expected \"string\""),
            ("recipe{ name = 'x', params = { a = { default = 1 } } }", "recipe: params.a: default: expected a text, got 1"),
            (
                "recipe{ name = 'x', params = { a = { required = true, default = 'b' } } }",
                "recipe: params.a: it is required and has a default"
            ),
            ("recipe{ name = 'x', params = { help = {} } }", "recipe: params: \"help\" cannot be the name"),
            ("recipe{ name = 'x', hosts = { 'https://a' } }", "recipe: hosts: expected the name of a host, got \"https://a\""),
            ("recipe{ name = 'x', hosts = { '2130706433' } }", "recipe: hosts: expected the name of a host"),
            ("recipe{ name = 'x', hosts = { '*.example.com' } }", "recipe: hosts: expected the name of a host"),
            ("recipe{ name = 'x', secrets = { 1 } }", "recipe: secrets: expected the name of a secret, got 1"),
            ("recipe{ name = 'x', secrets = { {} } }", "recipe: secrets: an entry has neither name nor path"),
            ("recipe{ name = 'x' }\nrecipe{ name = 'x' }", "recipe: the script has a recipe already"),
            ("recipe{ name = 'x' } recipe{ name = 'x' }", "recipe: the lines of the recipe{} of line 1 have another call that may declare one\n"),
            ("print(1) recipe{ name = 'x' }", "recipe: it has to come first in the script"),
            ("recipe('x')", "recipe: expected a table such as"),
            ("recipe({}, 1)", "recipe takes one table"),
        ] {
            let outcome = try Program.script(text)
            #expect(outcome.code == 2, "\(text): \(outcome)")
            #expect(outcome.errorText.contains(wanted), "\(text): \(outcome)")
        }
        #expect(try Program.script("require('git') recipe{ name = 'x' }").code == 0)
    }
}
