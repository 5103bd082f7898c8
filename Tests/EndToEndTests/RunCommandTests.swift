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
            (["--env", "none", "true"], ""), (["--watch", "--interval", "0s", "true"], "--interval: expected 1s or more"),
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
}
