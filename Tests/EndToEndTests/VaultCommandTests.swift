import Foundation
import TestSupport
import Testing

/// The small commands about what is in the vault.
@Suite struct `Commands about the vault` {
    @Test func `secrets lists names, versions and folders, and no value`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(folders: ["/": ["GH_PAT": canary.value, "A": "1"], "/web": ["B": "2"], "/web/api": [:]])
        let outcome = try Program.run(["secrets"], environment: vault.environment)
        #expect(outcome.text == "web/\nA       version 1\nGH_PAT  version 1\n" && outcome.code == 0, "\(outcome)")
        let json = try Program.run(["secrets", "--json", "--path", "/web"], environment: vault.environment)
        #expect(
            json.text
                == #"{"folders":["api"],"secrets":[{"env":"dev","isImported":false,"name":"B","path":"/web","version":1}]}"# + "\n",
            "\(json)")
        #expect(canary.found(in: outcome) == nil)
        let missing = try Program.run(["secrets", "--path", "/none"], environment: vault.environment)
        #expect(missing.code == 3 && missing.text.isEmpty, "\(missing)")
    }

    @Test func `secrets shows any name, and nothing of it moves the cursor`() throws {
        let long = String(repeating: "LONG", count: 40)
        let vault = try DevelopmentVault(secrets: ["A\u{1B}]0;owned\u{7}": "value-1", "B\u{202E}": "value-2", long: "value-3"])
        let outcome = try Program.run(["secrets"], environment: vault.environment)
        let wide = { (name: String) in name.padding(toLength: 160, withPad: " ", startingAt: 0) + "  version 1\n" }
        #expect(
            outcome.text == wide("A\\u{1b}]0;owned\\u{7}") + wide("B\\u{202e}") + wide(long) && outcome.code == 0, "\(outcome)")
    }

    /// Whatever a line of the file is called.
    @Test(arguments: ["INFISICAL_PROJECT_ID", "INFISICAL_ENVIRONMENT", "INFISICAL_SECRET_PATH"])
    func `doctor shows no credential under the name of a setting`(setting: String) throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        try folder.write(
            "vaultscript/credentials/default.env",
            """
            INFISICAL_DOMAIN=http://127.0.0.1:9
            INFISICAL_PROJECT_ID=blog
            INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=id
            INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(canary.value)
            \(setting)=\(setting.hasSuffix("PATH") ? "/" : "")\(canary.value)
            """, mode: 0o600)
        for options in [[], ["--json"]] {
            let outcome = try Program.run(["doctor"] + options, environment: ["XDG_CONFIG_HOME": folder.path])
            #expect(outcome.code != 0 && outcome.text.contains("127.0.0.1") && canary.found(in: outcome) == nil, "\(outcome)")
        }
    }

    @Test func `set takes a value from standard input, a file, chance and the keyboard`() throws {
        let canaries = (0..<3).map { _ in Canary() }
        let vault = try DevelopmentVault(secrets: ["OLD": "value-old"])
        func check(_ name: String, _ value: String) throws {
            let outcome = try Program.run(
                ["run", "--only", name, "sh", "-c", "test \"$\(name)\" = \"$WANT\" && echo same"],
                environment: vault.environment.merging(["WANT": value]) { $1 })
            #expect(outcome.text == "same\n", "\(outcome)")
        }
        let piped = try Program.run(["set", "ONE"], environment: vault.environment, input: Data((canaries[0].value + "\n").utf8))
        #expect(piped.text == "ONE created, version 1\n" && piped.code == 0 && canaries[0].found(in: piped) == nil, "\(piped)")
        try check("ONE", canaries[0].value)
        let folder = try TemporaryFolder()
        let file = try folder.write("value", canaries[1].value)
        let filed = try Program.run(["set", "OLD", "--file", file], environment: vault.environment)
        #expect(filed.text == "OLD updated, version 2\n" && canaries[1].found(in: filed) == nil, "\(filed)")
        try check("OLD", canaries[1].value)
        let random = try Program.run(["set", "RANDOM", "--random", "32"], environment: vault.environment)
        #expect(random.text == "RANDOM created, version 1\n", "\(random)")
        let length = try Program.run(["run", "sh", "-c", "echo ${#RANDOM}"], environment: vault.environment)
        #expect(length.text == "43\n", "\(length)")
        let terminal = try PseudoTerminal(Program.path, ["set", "TYPED"], environment: vault.environment)
        #expect(terminal.expect("Value of TYPED (not shown): "), "\(terminal.text)")
        terminal.type(canaries[2].value + "\r")
        #expect(terminal.expect("TYPED created, version 1") && terminal.wait() == 0, "\(terminal.text)")
        #expect(!terminal.text.contains(canaries[2].value))
        try check("TYPED", canaries[2].value)
        let empty = try PseudoTerminal(Program.path, ["set", "TYPED"], environment: vault.environment)
        #expect(empty.expect("Value of TYPED (not shown): "), "\(empty.text)")
        empty.type("\r")
        #expect(empty.expect("no value was given") && empty.wait() == 2, "\(empty.text)")
        try check("TYPED", canaries[2].value)
    }

    @Test func `set refuses a value in its arguments without showing it, and an empty one`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: [:])
        for words in [["A=\(canary.value)"], ["A", canary.value], [canary.value + "=="]] {
            let outcome = try Program.run(["set"] + words, environment: vault.environment)
            #expect(outcome.code == 2 && canary.found(in: outcome) == nil, "\(outcome)")
            #expect(outcome.errorText.hasPrefix("vaultscript set: a value is not taken from the command line\n"), "\(outcome)")
        }
        let empty = try Program.run(["set", "A"], environment: vault.environment, input: Data("\n".utf8))
        #expect(
            empty.errorText == """
                vaultscript set: standard input is empty
                type it where it is asked for, at a terminal: vaultscript set NAME; or take it from a file: vaultscript set NAME <FILE

                """ && empty.code == 2, "\(empty)")
        let script = try Program.script("secret.input()", input: Data())
        #expect(script.errorText.contains("\nhand the value over from where it is kept: … | vaultscript FILE, or "), "\(script)")
    }

    @Test func `a folder with nothing in it is said to have nothing`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["A": "value-a"], "/web": [:]])
        let words = ["secrets", "--path", "/web"]
        let outcome = try Program.run(words, environment: vault.environment)
        #expect(outcome.code == 0 && outcome.text.isEmpty, "\(outcome)")
        #expect(outcome.errorText == "there are no secrets and no folders in env dev, path /web\n", "\(outcome)")
        let quiet = try Program.run(words + ["-q"], environment: vault.environment)
        let json = try Program.run(words + ["--json"], environment: vault.environment)
        #expect(quiet.code == 0 && quiet.errorText.isEmpty && json.errorText.isEmpty, "\(quiet)\n\(json)")
        #expect(json.text == "{\"folders\":[],\"secrets\":[]}\n", "\(json)")
    }

    /// The hint is run as it stands, by a shell, and lists what is there.
    @Test func `the command that a hint names leads to the same place`() throws {
        let other = UUID().uuidString.lowercased()
        let id = UUID().uuidString.lowercased()
        let vault = try DevelopmentVault(
            environments: ["dev": ["/": ["HERE": "value-1"]], "prod": ["/": ["THERE": "value-2"]]],
            identity: ["projects": [id, other]], project: ["id": id],
            others: [["id": other, "slug": "other", "environments": ["dev": ["/": ["ELSEWHERE": "value-3"]]]]])
        let home = try TemporaryFolder()
        let text = vault.environment.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        try home.write("vaultscript/credentials/my own.env", text + "\nINFISICAL_ENVIRONMENT=prod\n")
        try home.write("vaultscript/credentials/bare.env", text.replacing(vault.projectID, with: ""))
        let files = ["XDG_CONFIG_HOME": home.path]
        for (options, environment, want) in [
            (["--profile", "my own"], files, "THERE"), (["--profile", "my own", "--env", "dev"], files, "HERE"),
            (["--credentials", home.path + "/vaultscript/credentials/my own.env"], files, "THERE"),
            (["--profile", "bare", "--project", other], files, "ELSEWHERE"),
            (["--project", "other", "--domain", vault.url], vault.environment, "ELSEWHERE"), ([], vault.environment, "HERE"),
        ] as [([String], [String: String], String)] {
            let outcome = try Program.run(options + ["delete", "--yes", "QUITE_ANOTHER_NAME"], environment: environment)
            let hint = outcome.errorText.split(separator: "\n").last.map(String.init) ?? ""
            #expect(outcome.code == 3 && hint.hasPrefix("list the names: vaultscript secrets "), "\(outcome)")
            let command = hint.dropFirst("list the names: vaultscript ".count)
            let listed = try Program.run(
                ["-c", "\"$0\" \(command)", Program.path], environment: environment, program: "/bin/sh")
            #expect(listed.text == "\(want)  version 1\n" && listed.code == 0, "\(options): \(command)\n\(listed)")
        }
        // An address names its own project.
        let address = try Program.run(["delete", "--yes", "infisical://other/dev/QUITE_ANOTHER_NAME"], environment: vault.environment)
        #expect(address.errorText.hasSuffix("vaultscript secrets --project other --env dev --path /\n"), "\(address)")
        let except = try Program.run(["--profile", "my own", "run", "--except", "NO\nNE", "true"], environment: files)
        #expect(
            except.errorText == """
                --except names what is not there: NO\\u{a}NE
                see the names with vaultscript secrets --profile 'my own', and leave out of --except what is not among them

                """, "\(except)")
    }

    @Test func `a profile or a file that is not there is told with what may be meant`() throws {
        let home = try TemporaryFolder()
        try home.write("vaultscript/credentials/blog.env", "INFISICAL_DOMAIN=us\n")
        let profile = try Program.run(["--profile", "blgo", "secrets"], environment: ["XDG_CONFIG_HOME": home.path])
        #expect(profile.code == 2 && profile.errorText.contains("\ndid you mean blog? otherwise set INFISICAL_"), "\(profile)")
        let file = try Program.run(["--credentials", "/no file", "secrets"], environment: ["XDG_CONFIG_HOME": home.path])
        #expect(
            file.errorText == """
                the credentials file /no file does not exist
                it is the path of a file (a profile is named with --profile NAME); to make it: vaultscript credentials add --credentials '/no file'

                """ && file.code == 2, "\(file)")
        let name = try Program.run(["--credentials", "blog", "secrets"], environment: ["XDG_CONFIG_HOME": home.path])
        #expect(name.errorText.hasSuffix("\nthat is the name of a profile: --profile blog\n"), "\(name)")
    }

    /// Whoever uses a command has written no script, and can use none of its options.
    @Test func `errors say what can be done at a command line`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a"])
        let list = "list the names: vaultscript secrets --env dev --path /\n"
        let place = "name the folder apart: --path /web, or write infisical://project/env/path/NAME\n"
        let count = "expected a number of bytes from 4 to 1024\n16 bytes cannot be guessed; 32 are usual for keys\n"
        for (arguments, code, parts) in [
            (["delete", "--yes", "SOMETHING"], 3, ["secret SOMETHING was not found\n", list]),
            (["run", "--only", "SOMETHING", "true"], 125, ["secret SOMETHING was not found\n", list]),
            (["set", ""], 2, ["vaultscript set: name: it is empty\n"]),
            (["set", "web/A"], 2, ["vaultscript set: name: \"web/A\" is no name of a secret\n", place]),
            (["set", "A", "--random", "canary"], 2, ["vaultscript set: --random: " + count]),
            (["set", "A", "--random", "3"], 2, ["vaultscript set: --random: " + count]),
            (
                ["set", "NEW", "--path", "/none"], 3,
                [
                    "secret NEW could not be written: its folder was not found\n",
                    "has no env dev, or no path /none in it (404)\ncheck env (its slug, such as dev) and path; a new folder is made in Infisical\n",
                ]
            ),
        ] as [([String], Int32, [String])] {
            let outcome = try Program.run(arguments, environment: vault.environment, input: Data("value-new\n".utf8))
            #expect(outcome.code == code && outcome.errorText.hasPrefix(parts[0]), "\(outcome)")
            for part in parts { #expect(outcome.errorText.contains(part), "\(outcome)") }
            for word in ["login()", "getSecret", "putSecret", "secret.", "canary"] {
                #expect(!outcome.errorText.contains(word), "\(outcome)")
            }
        }
        let projectless = try Program.run(
            ["run", "true"], environment: vault.environment.filter { $0.key != "INFISICAL_PROJECT_ID" })
        #expect(
            projectless.errorText == """
                vaultscript run: it is not known which project is meant
                a machine identity can be in several
                say --project, or INFISICAL_PROJECT_ID in the credentials file or the environment

                """, "\(projectless)")
    }

    @Test func `a change that awaits approval needs nothing more, and each name of delete gets its request`() throws {
        let vault = try DevelopmentVault(
            secrets: ["A": "value-a", "B": "value-b"], project: ["protected": [["environment": "dev", "path": "/"]]])
        let folder = try TemporaryFolder()
        let file = try folder.write(".env", "C=value-c\nD=value-d\n")
        let end = """
            a change policy protects the folder; \(vault.host) has made a request for approval, and nothing has changed yet
            nothing more is to be done here: it takes effect when it is approved there; to run this again makes another request

            """
        let set = try Program.run(["set", "A"], environment: vault.environment, input: Data("value-new\n".utf8))
        #expect(set.code == 3 && set.text.isEmpty, "\(set)")
        #expect(set.errorText == "secret A is not written: the change awaits approval\n" + end, "\(set)")
        let imported = try Program.run(["import", file], environment: vault.environment)
        #expect(imported.code == 3 && imported.text.isEmpty, "\(imported)")
        #expect(imported.errorText == "2 secrets are not written: the change awaits approval\n" + end, "\(imported)")
        let deleted = try Program.run(["delete", "--yes", "A", "B"], environment: vault.environment)
        #expect(deleted.code == 3 && deleted.text.isEmpty, "\(deleted)")
        #expect(
            deleted.errorText == "secret B is not deleted: the change awaits approval\n"
                + "secret A is not deleted: the change awaits approval\n" + end, "\(deleted)")
        #expect(vault.asked.filter { $0.hasPrefix("DELETE ") }.count == 2)
    }

    @Test func `delete asks first, and says what it has done`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a", "B": "value-b", "C": "value-c"])
        let unasked = try Program.run(
            ["-w", Program.path, "delete", "A"], environment: vault.environment, program: "/usr/bin/setsid")
        #expect(unasked.code == 2, "\(unasked)")
        #expect(unasked.errorText == "nobody can be asked: delete A? [y/N] \nthere is no terminal\nsay --yes where that is meant\n")
        let refused = try PseudoTerminal(Program.path, ["delete", "A"], environment: vault.environment)
        #expect(refused.expect("delete A? [y/N] "))
        refused.type("\r")
        #expect(refused.expect("nothing has been deleted") && refused.wait() == 1)
        let agreed = try PseudoTerminal(Program.path, ["delete", "A"], environment: vault.environment)
        #expect(agreed.expect("delete A? [y/N] "))
        agreed.type("y\r")
        #expect(agreed.expect("A deleted") && agreed.wait() == 0, "\(agreed.text)")
        let outcome = try Program.run(["delete", "--yes", "B", "NONE"], environment: vault.environment)
        #expect(outcome.text == "B deleted\n" && outcome.code == 3, "\(outcome)")
        #expect(try Program.run(["secrets"], environment: vault.environment).text == "C  version 1\n")
    }

    /// Masked, the name would not be found among those that are there, and what is there would be written over.
    @Test func `import finds what is there also where a value is a part of its name`() throws {
        let vault = try DevelopmentVault(secrets: ["STAGE": "TEST", "PROD_KEY": "of the vault"])
        let folder = try TemporaryFolder()
        let file = try folder.write("imported", "PROD_KEY=of the file\nSTAGE=PROD\nPROD_OTHER=new\n")
        let outcome = try Program.run(["import", file], environment: vault.environment)
        #expect(outcome.text == "[secret:STAGE]_OTHER  created\n[secret:STAGE]_KEY  left as it is\nSTAGE  left as it is\n", "\(outcome)")
        let value = try Program.run(
            ["run", "--only", "PROD_KEY", "sh", "-c", "test \"$PROD_KEY\" = 'of the vault'"], environment: vault.environment)
        #expect(value.code == 0, "\(value)")
    }

    @Test func `import stores what an environment file sets, whatever its quotes`() throws {
        let (one, two) = (Canary(), Canary())
        let vault = try DevelopmentVault(secrets: ["THERE": "value-there"])
        let folder = try TemporaryFolder()
        let file = try folder.write(
            ".env",
            """
            \u{FEFF}# a comment
            PLAIN=\(one.value)   # not the value
            export QUOTED = "\(two.value)\\n\\"x\\" # y"
              SINGLE='a\\n$b'  # said
            HASH=ab#cd
            BACK=`it's "it"`
            KEY="-----BEGIN X-----
            line two
            -----END X-----"\r
            EMPTY=
            REFERS=${OTHER}x
            TWICE=first-one
            TWICE=second-one
            THERE=other-value
            """, mode: 0o644)
        let dry = try Program.run(["import", "--dry-run", file], environment: vault.environment)
        #expect(
            dry.text.split(separator: "\n").filter { $0.hasSuffix("would be created") }.count == 8
                && dry.text.contains("THERE  would be left as it is\n"), "\(dry)")
        let outcome = try Program.run(["import", file], environment: vault.environment)
        #expect(
            outcome.text == """
                BACK  created
                HASH  created
                KEY  created
                PLAIN  created
                QUOTED  created
                REFERS  created
                SINGLE  created
                TWICE  created
                THERE  left as it is

                """ && outcome.code == 0, "\(outcome)")
        for warning in [
            "warning: other users may read \(file): its mode is 0644\n",
            "warning: \(file): set more than once, and the last one counts: TWICE\n",
            "warning: \(file): empty, and left out: EMPTY\n",
            "warning: \(file): with ${…}, which the vault reads as a reference to another secret: REFERS\n",
            "what is there already has been left: --overwrite replaces it\n",
            "\(file) still holds what was left (THERE) and all the rest; when that is not needed any more, remove the file (shred",
        ] {
            #expect(outcome.errorText.contains(warning), "\(outcome)")
        }
        #expect(one.found(in: outcome) == nil && two.found(in: outcome) == nil)
        let script = """
            test "$PLAIN" = "$ONE" && test "$QUOTED" = "$(printf '%s\\n"x" # y' "$TWO")" && test "$SINGLE" = 'a\\n$b' &&
            test "$HASH" = 'ab#cd' && test "$BACK" = "it's \\"it\\"" && test "$TWICE" = second-one &&
            test "$KEY" = "$(printf -- '-----BEGIN X-----\\nline two\\n-----END X-----')" && test -z "$EMPTY" && echo all
            """
        let check = try Program.run(
            ["run", "--except", "REFERS", "sh", "-c", script],
            environment: vault.environment.merging(["ONE": one.value, "TWO": two.value]) { $1 })
        #expect(check.text == "all\n", "\(check)")
        let again = try Program.run(["import", "--overwrite", file], environment: vault.environment)
        #expect(again.text.contains("THERE  updated\n") && again.errorText.contains("remove the file (shred -u \(file))"), "\(again)")
    }

    @Test(arguments: [
        ("A=1\nnonsense here\n", 2, "it is no NAME=value"), ("A=\"open\nB=2\n", 1, "the quotes are not closed"),
        ("A=\"x\" y\n", 1, "something stands behind the quotes"), ("=x", 1, "it is no NAME=value"), ("1A=x", 1, "it is no NAME=value"),
        ("\n\nKEY=-----BEGIN PRIVATE KEY-----\nMIIEcanary==\n", 3, "a value of several lines has no quotes"),
    ])
    func `import names the line that it cannot read, and nothing of it`(text: String, line: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(".env", text)
        let outcome = try Program.run(["import", file], environment: ["INFISICAL_TOKEN": "x"])
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("\(file):\(line): the line cannot be read\n\(reason)\n"), "\(outcome)")
        #expect(!outcome.errorText.contains("nonsense") && !outcome.errorText.contains("MIIE"))
    }

    @Test func `whoami tells identity, organisation, host and the token's life`() throws {
        let vault = try DevelopmentVault(secrets: [:])
        let outcome = try Program.run(["whoami", "--json"], environment: vault.environment)
        let found = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any] ?? [:]
        #expect(outcome.code == 0 && found["method"] as? String == "universal-auth", "\(outcome)")
        #expect(found["host"] as? String == String(vault.url.dropFirst(7)) && found["project"] as? String == vault.projectID)
        #expect(found["env"] as? String == "dev" && found["name"] is String && found["organization"] is String, "\(outcome)")
        #expect((found["expiresIn"] as? Int ?? 0) > 0 && !outcome.text.contains(vault.clientSecret))
        let text = try Program.run(["whoami"], environment: vault.environment)
        #expect(text.text.contains("host                    \(vault.url.dropFirst(7))\n"), "\(text)")
        #expect(text.text.contains("token ends for good in  ") && !text.text.contains(#/\d{4,} s\n/#), "\(text)")
        let refused = try Program.run(
            ["whoami"], environment: vault.environment.merging(["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": "wrong"]) { $1 })
        #expect(refused.code == 3, "\(refused)")
    }
}
