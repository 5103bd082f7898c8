import Foundation
import TestSupport
import Testing

/// `vaultscript run`: secrets in the environment of one program.
@Suite struct `vaultscript run` {
    private func run(_ vault: DevelopmentVault, _ arguments: [String], _ more: [String: String] = [:], input: Data? = nil) throws
        -> Program.Outcome
    {
        try Program.run(
            ["run"] + arguments, environment: vault.environment.merging(more) { $1 }, input: input)
    }

    @Test func `gives a folder's secrets to the program, and masks what it prints`() throws {
        let (one, two) = (Canary(), Canary())
        let vault = try DevelopmentVault(folders: ["/": ["A": one.value], "/web": ["B": two.value, "C": "plain-value"]])
        let script = #"echo "$A|$B|$C|$X|$INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET|$GITHUB_TOKEN|"; read line; echo "$line"; echo "err $B" >&2"#
        let outcome = try run(
            vault, ["--path", "/web", "--", "sh", "-c", script], ["X": "kept", "GITHUB_TOKEN": "ghs_0123456789abcdef"],
            input: Data("typed\n".utf8))
        #expect(outcome.text == "|[secret:B]|[secret:C]|kept|||\ntyped\n", "\(outcome)")
        #expect(outcome.errorText == "err [secret:B]\n" && outcome.code == 0, "\(outcome)")
        #expect(one.found(in: outcome) == nil && two.found(in: outcome) == nil)
        let passed = try run(
            vault, ["--pass", "GITHUB_TOKEN", "--only", "A", "sh", "-c", "test -n \"$A\" && echo \"$GITHUB_TOKEN\""],
            ["GITHUB_TOKEN": "ghs_0123456789abcdef"])
        #expect(passed.text == "[secret:GITHUB_TOKEN]\n", "\(passed)")
    }

    @Test func `gives only what is asked for, all but what is not, and by other ways`() throws {
        let vault = try DevelopmentVault(secrets: [
            "A": "value-a-1", "B": "value-b-2", "C": "value-c-3", "D": "value-d-4",
        ])
        let show = #"echo "${A+a} ${B+b} ${C+c} ${D+d}""#
        #expect(try run(vault, ["--only", "A,C", "sh", "-c", show]).text == "a  c \n")
        #expect(try run(vault, ["--only", "A", "--only", "B,C,D", "sh", "-c", show]).text == "a b c d\n")
        #expect(try run(vault, ["--except", "B", "--", "sh", "-c", show]).text == "a  c d\n")
        let ways = try run(
            vault, ["--only", "A", "--file", "B", "--stdin", "C", "sh", "-c", #"cat "$B" "$1"; cat; echo; test -z "$C$D" && echo none"#, "x", "${file:B}"])
        #expect(ways.text == "[secret:B][secret:B][secret:C]\nnone\n", "\(ways)")
        let missing = try run(vault, ["--only", "AA", "true"])
        #expect(missing.code == 125 && missing.errorText.hasPrefix("secret AA was not found\n"), "\(missing)")
    }

    @Test func `what is not chosen may hold whatever it holds`() throws {
        // All but CLOSED.
        let access = ["A", "B", "C", "D", "E", "BAD", "WORSE"].map { ["secretName": $0] as [String: Any] } + [["actions": ["describe"]]]
        let vault = try DevelopmentVault(
            folders: [
                "/": ["A": "value-a-1", "B": "value-b-2", "C": "value-c-3", "D": "value-d-4", "BAD": "x-${NOPE}", "CLOSED": "value-x"],
                "/web": ["E": "value-e-5", "WORSE": "x-${NOPE}"],
            ], identity: ["access": access])
        let show = #"echo "${A+a} ${B+b} ${C+c} ${D+d} ${E+e} ${BAD+bad}""#
        for (options, want) in [
            (["--only", "A,B,C"], "a b c   \n"), (["--only", "A,B,C,D"], "a b c d  \n"), (["--only", "A", "--recursive"], "a     \n"),
            (["--only", "E", "--recursive", "--except", "BAD"], "    e \n"),
            (["--only", "A,B,C", "--stdin", "D"], "a b c   \n"),
        ] {
            let outcome = try run(vault, options + ["--", "sh", "-c", show])
            #expect(outcome.text == want && outcome.errorText.isEmpty && outcome.code == 0, "\(outcome)")
        }
        let refused = try run(vault, ["--only", "A,B,C,BAD", "echo", "ran"])
        #expect(refused.code == 125 && refused.text.isEmpty, "\(refused)")
        #expect(
            refused.errorText == """
                the secret BAD holds a reference that the vault left as it is
                what a ${…} in its value names is not there, or leads back to itself
                mend it in the vault, or leave it out: --except BAD

                """, "\(refused)")
    }

    @Test func `a choice of nothing is wrong usage, not a program without secrets`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a-1"])
        for (options, message) in [
            (["--only", ""], "vaultscript run: --only names no secret\n"), (["--only", ","], "vaultscript run: --only names no secret\n"),
            (["--stdin", ""], "vaultscript run: --stdin names no secret\n"),
            (["--only", "A", "--except", "A"], "--except leaves nothing of what --only names\n"),
        ] {
            let outcome = try run(vault, options + ["--", "echo", "ran"])
            #expect(outcome.code == 125 && outcome.text.isEmpty && outcome.errorText.hasPrefix(message), "\(outcome)")
        }
    }

    @Test func `what was to be left out is not handed over because of a slip`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["API_KEY": canary.value, "NAME": "value-of-name"])
        for words in [["--only", "NAME", "run"], ["--from", "NAME", "run"], ["run", "--except", "API_KY"]] {
            let outcome = try Program.run(words + ["--", "sh", "-c", "test -z \"$API_KEY\" || echo has"], environment: vault.environment)
            #expect(outcome.code != 0 && outcome.text.isEmpty, "\(words): \(outcome)")
            #expect(outcome.errorText.contains(words.first == "run" ? "API_KY" : "\(words[0]) before run does nothing\n"), "\(outcome)")
        }
    }

    @Test func `--except costs no request, and a slip in it is told with the near name`() throws {
        let vault = try DevelopmentVault(folders: ["/": ["API_KEY": "value-a-1", "B": "value-b-2"], "/web": ["C": "value-c-3"]])
        func requests(_ options: [String]) throws -> [String] {
            let before = vault.asked.count
            let outcome = try run(vault, options + ["--", "true"])
            #expect(outcome.code == 0, "\(outcome)")
            // The vault may write the last one down, which revokes the token, a little later.
            return vault.asked.dropFirst(before).filter { $0.hasPrefix("GET") }
        }
        for more in [[], ["--recursive"]] {
            let without = try requests(more)
            #expect(try requests(more + ["--except", "B"]) == without && !without.isEmpty)
        }
        let near = try run(vault, ["--except", "API_KY", "--", "echo", "ran"])
        #expect(near.errorText == "--except names what is not there: API_KY\ndid you mean API_KEY?\n", "\(near)")
        #expect(near.code == 125 && near.text.isEmpty, "\(near)")
        let several = try run(vault, ["--except", "ONE,B,OTHER", "--", "echo", "ran"])
        #expect(several.errorText.hasPrefix("--except names what is not there: ONE, OTHER\nsee the names"), "\(several)")
        let script = try Program.script("login():getSecrets{ exceptIsThere = true }", environment: vault.environment)
        #expect(script.code == 2 && script.errorText.contains("there is no option"), "\(script)")
    }

    @Test func `a program that takes too long is ended, and that is said`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a-1"])
        for script in ["sleep 60", "trap 'exit 0' TERM; sleep 60 & wait"] {
            let outcome = try run(vault, ["--timeout", "1s", "--", "sh", "-c", script])
            #expect(outcome.code == 124, "\(outcome)")
            #expect(
                outcome.errorText.hasSuffix(
                    """
                    sh did not end within 1s and was stopped
                    give it more time: --timeout TIME, or find out what it waits for

                    """), "\(outcome)")
        }
        let wrong = try run(vault, ["--timeout", "soon", "--", "echo", "ran"])
        #expect(wrong.code == 125 && wrong.errorText.hasPrefix("--timeout: expected seconds"), "\(wrong)")
    }

    @Test func `takes the folders below too when asked, and names what two of them have`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(folders: [
            "/": ["TOP": "value-top"], "/web": ["A": canary.value, "B": "value-b-1"], "/web/api": ["C": "value-c-1", "B": "value-b-2"],
            "/web/jobs": ["C": "value-c-2"],
        ])
        let show = #"echo "${TOP+top} ${A+a} ${B+b} ${C+c} $A""#
        let several = try run(vault, ["--recursive", "--path", "/web", "sh", "-c", "echo ran"])
        #expect(several.code == 125 && several.text.isEmpty, "\(several)")
        #expect(
            several.errorText == """
                names that several folders have: B, C
                B in /web and /web/api; C in /web/api and /web/jobs; a variable has room for one secret
                name the folder that is meant: --path, or leave them out: --except B,C

                """, "\(several)")
        #expect(try run(vault, ["--recursive", "--except", "B,C", "sh", "-c", show]).text == "top a   [secret:A]\n")
        #expect(try run(vault, ["--recursive", "--only", "A,TOP", "sh", "-c", show]).text == "top a   [secret:A]\n")
        #expect(try run(vault, ["--recursive", "--path", "/web/api", "sh", "-c", show]).text == "  b c \n")
        let missing = try run(vault, ["--recursive", "--only", "AA", "sh", "-c", "echo ran"])
        #expect(missing.code == 125 && missing.errorText.hasPrefix("secret AA was not found\n"), "\(missing)")
        #expect(canary.found(in: several) == nil)
    }

    @Test func `ends as the program ends, and with codes of its own before that`() throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a-1"])
        for code in [0, 1, 3, 125, 255] {
            let outcome = try run(vault, ["sh", "-c", "exit \(code)"])
            #expect(outcome.code == Int32(code) && outcome.errorText.isEmpty, "\(outcome)")
        }
        #expect(try run(vault, ["sh", "-c", "kill -9 $$"]).code == 137)
        #expect(try run(vault, ["no-such-program"]).code == 127)
        #expect(try run(vault, ["/etc/hostname"]).code == 126)
        for (arguments, message) in [
            ([], "vaultscript run: something is missing\n"), (["--onyl", "A", "true"], "there is no option --onyl\ndid you mean --only?\n"),
            (["--env", "none", "true"], ""), (["--watch", "--interval", "0s", "true"], "vaultscript run: --interval: expected 1s or more"),
            (["--interval", "foo", "true"], "vaultscript run: --interval: expected 1s or more, such as 30s or 5m, got \"foo\"\n"),
            (["--interval", "30s", "true"], "vaultscript run: --interval says how often --watch looks, and there is no --watch\n"),
        ] {
            let outcome = try run(vault, arguments)
            #expect(outcome.code == 125 && outcome.errorText.hasPrefix(message) && outcome.text.isEmpty, "\(outcome)")
        }
        let denied = try Program.run(["run", "true"], environment: ["INFISICAL_TOKEN": "x", "INFISICAL_DOMAIN": vault.url])
        #expect(denied.code == 125, "\(denied)")
    }

    @Test func `refuses names that steer loaders, leaves out those of the system, warns of short values`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: [
            "LD_PRELOAD": canary.value, "BASH_ENV": canary.value, "PATH": "/nowhere", "XDG_CACHE_HOME": "/nowhere", "PORT": "80",
            "A": "value-a-1",
        ])
        let refused = try run(vault, ["sh", "-c", "echo ran"])
        #expect(refused.code == 125 && refused.text.isEmpty, "\(refused)")
        #expect(
            refused.errorText.hasSuffix(
                """
                secrets are not put into variables that steer a loader or an interpreter: BASH_ENV, LD_PRELOAD
                whoever may write such a secret could run code in every program that gets it
                leave them out: --except BASH_ENV,LD_PRELOAD

                """), "\(refused)")
        let outcome = try run(vault, ["--except", "BASH_ENV,LD_PRELOAD", "sh", "-c", #"echo "$A $PORT ${XDG_CACHE_HOME-none}""#])
        #expect(outcome.code == 0 && outcome.text == "[secret:A] 80 none\n", "\(outcome)")
        #expect(outcome.errorText.contains("warning: the secret PATH is left out: the variable PATH belongs to the system\n"))
        #expect(outcome.errorText.contains("warning: the secret XDG_CACHE_HOME is left out"))
        #expect(outcome.errorText.contains("warning: too short to be masked in what sh prints: PORT\n"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil && canary.found(in: refused) == nil)
    }

    @Test func `a secret that cannot be a variable is refused by its name, with the ways round it`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["A=B": canary.value, "C D=": "value-c-d", "X": "value-x-1"])
        let refused = try run(vault, ["sh", "-c", "echo ran"])
        #expect(
            refused.errorText == """
                secrets that cannot be variables: A=B, C D=
                the name of a variable is not empty, and ends at its first =
                leave them out: --except 'A=B,C D=', or hand it over on standard input: --stdin A=B

                """ && refused.code == 125 && refused.text.isEmpty, "\(refused)")
        let only = try run(vault, ["--only", "X,A=B", "true"])
        #expect(only.code == 125 && only.errorText.hasPrefix("secret A=B cannot be a variable\n"), "\(only)")
        #expect(only.errorText.hasSuffix("\nleave it out of --only, or hand it over on standard input: --stdin A=B\n"), "\(only)")
        let handed = try run(vault, ["--only", "X", "--stdin", "A=B", "sh", "-c", "cat; echo; echo $X"])
        #expect(handed.text == "[secret:A=B]\n[secret:X]\n" && handed.code == 0, "\(handed)")
        let without = try run(vault, ["--except", "A=B,C D=", "sh", "-c", "echo $X"])
        #expect(without.text == "[secret:X]\n", "\(without)")
        #expect(canary.found(in: refused) == nil && canary.found(in: handed) == nil)
    }

    /// One line is one line: what a name holds neither ends it nor moves a cursor.
    @Test func `names with line ends stay within the lines of errors and of masks`() throws {
        let vault = try DevelopmentVault(secrets: ["X\nY": Canary().value, "S\nT": "abc"])
        let absent = try run(vault, ["--only", "Q\nZ", "true"])
        #expect(absent.errorText.hasPrefix("secret Q\\u{a}Z was not found\n"), "\(absent)")
        #expect(absent.errorText.split(separator: "\n").count == 3, "\(absent)")
        let shown = try run(vault, ["--only", "X\nY", "--stdin", "S\nT", "env"])
        #expect(("\n" + shown.text).contains("\nX\nY=[secret:X\\u{a}Y]\n"), "\(shown)")
        #expect(shown.errorText == "warning: too short to be masked in what env prints: S\\u{a}T\n", "\(shown)")
        for (script, message) in [
            ("login():getSecret('X', { path = '/no\\nne' })", "secret X was not found\n"),
            ("login():names{ env = 'd\\nev' }", "the secrets of env d\\u{a}ev, path / could not be listed\n"),
        ] {
            let outcome = try Program.script(script, environment: vault.environment)
            #expect(outcome.code == 3 && outcome.errorText.hasPrefix("script.lua:1: " + message), "\(outcome)")
            #expect(outcome.errorText.split(separator: "\n").count == 3, "\(outcome)")
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `passes a signal on once, and waits for the program`(signal: Int32) throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a-1"])
        let folder = try TemporaryFolder()
        let trap = "trap 'echo caught >> \(folder.path)/log; sleep 1.5; exit 7' TERM INT HUP; echo > \(folder.path)/ready; while :; do sleep 0.1; done"
        let outcome = try Program.run(["run", "sh", "-c", trap], environment: vault.environment) { pid in
            while !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(20_000) }
            kill(pid, signal)
        }
        // The shell may say how its own child ended, which gets the signal too.
        #expect(outcome.code == 7 && !outcome.errorText.contains("the run was"), "\(outcome)")
        #expect(try folder.read("log") == "caught\n")
    }

    @Test func `an interactive program has the terminal and the keyboard`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["A": canary.value])
        let script = #"test -t 0 && test -t 1 && test -t 2 && stty size; printf "name? "; read x; echo "got $x $A"; exit 4"#
        let terminal = try PseudoTerminal(Program.path, ["run", "sh", "-c", script], environment: vault.environment, rows: 31, columns: 97)
        #expect(terminal.expect("31 97") && terminal.expect("name? "), "\(terminal.text)")
        terminal.type("me\r")
        #expect(terminal.expect("got me [secret:A]"), "\(terminal.text)")
        #expect(terminal.wait() == 4 && terminal.isCooked && !terminal.text.contains(canary.value), "\(terminal.text)")
        // Ctrl-C is the program's own.
        let other = try PseudoTerminal(
            Program.path, ["run", "sh", "-c", "trap 'echo caught; exit 9' INT; echo up; while :; do sleep 0.1; done"],
            environment: vault.environment)
        #expect(other.expect("up"), "\(other.text)")
        other.type("\u{3}")
        #expect(other.expect("caught") && other.wait() == 9, "\(other.text)")
    }

    @Test func `with --watch starts the program anew when a secret has changed, and only then`() throws {
        let (one, two) = (Canary(), Canary())
        let vault = try DevelopmentVault(secrets: ["A": one.value])
        let folder = try TemporaryFolder()
        let script = """
            n=$(cat \(folder.path)/count 2>/dev/null || echo 0); echo $((n + 1)) > \(folder.path)/count
            echo "start $A" ; printf %s "$A" | cksum >> \(folder.path)/sums
            trap 'echo stopped; exit 3' TERM
            [ $n = 1 ] && exit 6
            while :; do sleep 0.1; done
            """
        let outcome = try Program.run(
            ["run", "--watch", "--interval", "1s", "sh", "-c", script], environment: vault.environment
        ) { _ in
            while !FileManager.default.fileExists(atPath: folder.path + "/sums") { usleep(50_000) }
            sleep(3)
            let changed = try Program.run(
                ["-e", "login():putSecret('A', secret.env('NEW_SECRET'))"],
                environment: vault.environment.merging(["NEW_SECRET": two.value]) { $1 })
            #expect(changed.code == 0, "\(changed)")
        }
        #expect(outcome.code == 6, "\(outcome)")
        #expect(outcome.text == "start [secret:A]\nstopped\nstart [secret:A]\n", "\(outcome)")
        let said = outcome.errorText.components(separatedBy: "vaultscript: secrets have changed; the program is started anew\n")
        #expect(said.count == 2, "\(outcome)")
        #expect(try Set(folder.read("sums").split(separator: "\n")).count == 2)
        #expect(one.found(in: outcome) == nil && two.found(in: outcome) == nil)
    }

    /// Waits until a run with `--watch` has looked twice more, so that what was changed before has been seen.
    private func waitForLooks(_ vault: DevelopmentVault) {
        func looks() -> Int { vault.asked.count { $0.hasPrefix("GET /v4/secrets?") || $0 == "GET /v4/secrets" } }
        let before = looks()
        while looks() < before + 2 { usleep(50_000) }
    }

    private func change(_ vault: DevelopmentVault, _ arguments: [String]) throws {
        let changed = try Program.run(arguments, environment: vault.environment)
        #expect(changed.code == 0, "\(changed)")
    }

    private static let watched = """
        echo "start $K1"; trap 'echo stopped; exit 3' TERM; echo x >> "$COUNT"; while :; do sleep 0.1; done
        """

    /// A run with `--watch` of a program that counts its starts in a file `count` of `folder`; `body` goes on when it has
    /// started.
    private func watch(
        _ vault: DevelopmentVault, _ options: [String], in folder: TemporaryFolder, _ body: @escaping () throws -> Void
    ) throws -> Program.Outcome {
        let count = folder.path + "/count"
        return try Program.run(
            ["run"] + options + ["--watch", "--interval", "1s", "sh", "-c", Self.watched],
            environment: vault.environment.merging(["COUNT": count]) { $1 }
        ) { pid in
            while !FileManager.default.fileExists(atPath: count) { usleep(50_000) }
            try body()
            kill(pid, SIGTERM)
        }
    }

    /// Waits until the program has been started twice.
    private func waitForSecondStart(_ folder: TemporaryFolder) {
        while (try? folder.read("count")) != "x\nx\n" { usleep(50_000) }
    }

    @Test func `with --watch a program goes on where the new secrets cannot be given to it`() throws {
        let vault = try DevelopmentVault(secrets: ["K1": "value-k-1", "BAD": "x-${NOPE}"])
        let folder = try TemporaryFolder()
        let outcome = try watch(vault, ["--except", "BAD"], in: folder) {
            try change(vault, ["set", "LD_PRELOAD", "--random", "9"])
            waitForLooks(vault)
            waitForLooks(vault)
            try change(vault, ["delete", "--yes", "LD_PRELOAD"])
            let broken = try Program.run(["set", "K1"], environment: vault.environment, input: Data("x-${NOPE}".utf8))
            #expect(broken.code == 0, "\(broken)")
            waitForLooks(vault)
            waitForLooks(vault)
            #expect(try folder.read("count") == "x\n")
            try change(vault, ["set", "K1", "--random", "9"])
            waitForSecondStart(folder)
        }
        #expect(outcome.code == 3, "\(outcome)")
        #expect(outcome.text == "start [secret:K1]\nstopped\nstart [secret:K1]\nstopped\n", "\(outcome)")
        let warning =
            "warning: secrets have changed: secrets are not put into variables that steer a loader or an interpreter: LD_PRELOAD; "
            + "the program goes on with what it has\n"
        #expect(outcome.errorText.components(separatedBy: warning).count == 2, "\(outcome)")
        let reference =
            "warning: secrets have changed: the secret K1 holds a reference that the vault left as it is; the program goes on with "
            + "what it has\n"
        #expect(outcome.errorText.components(separatedBy: reference).count == 2, "\(outcome)")
    }

    /// Names are compared as the vault has them: masked, all that hold a value would be others after it was fetched.
    @Test(arguments: [[], ["--only", "STAGE,PROD_KEY"]])
    func `with --watch a name that holds a value is no change`(options: [String]) throws {
        let vault = try DevelopmentVault(secrets: ["STAGE": "PROD", "PROD_KEY": "value-k-1"])
        let folder = try TemporaryFolder()
        let count = folder.path + "/count"
        let environment = vault.environment.merging(["COUNT": count]) { $1 }
        let outcome = try Program.run(
            ["run"] + options + ["--watch", "--interval", "1s", "sh", "-c", Self.watched], environment: environment
        ) { pid in
            while !FileManager.default.fileExists(atPath: count) { usleep(50_000) }
            waitForLooks(vault)
            waitForLooks(vault)
            let starts = try folder.read("count")
            #expect(starts == "x\n")
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 3 && !outcome.errorText.contains("secrets have changed"), "\(outcome)")
    }

    @Test func `with --watch only what the program gets counts, and one that is gone ends nothing`() throws {
        let vault = try DevelopmentVault(secrets: ["K1": "value-k-1", "OTHER": "value-o-1"])
        let folder = try TemporaryFolder()
        let outcome = try watch(vault, ["--only", "K1"], in: folder) {
            try change(vault, ["set", "OTHER", "--random", "9"])
            waitForLooks(vault)
            try change(vault, ["delete", "--yes", "K1"])
            waitForLooks(vault)
            #expect(try folder.read("count") == "x\n")
            // Made anew it has the version that it had.
            try change(vault, ["set", "K1", "--random", "9"])
            waitForSecondStart(folder)
        }
        #expect(outcome.code == 3, "\(outcome)")
        #expect(outcome.text == "start [secret:K1]\nstopped\nstart [secret:K1]\nstopped\n", "\(outcome)")
        let warning = "warning: secrets have changed: secret K1 is not there any more; the program goes on with what it has\n"
        #expect(outcome.errorText.contains(warning), "\(outcome)")
    }
}
