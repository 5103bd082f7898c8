import Foundation
import TestSupport
import Testing

/// A vault, and a home for credentials files.
private struct CredentialsBench {
    let home: TemporaryFolder
    let vault: DevelopmentVault

    init(identity: [String: Any] = [:]) throws {
        home = try TemporaryFolder()
        vault = try DevelopmentVault(
            folders: ["/": ["GH_PAT": "value-of-the-pat"]], identity: identity)
    }

    var folder: String { home.path + "/vaultscript/credentials" }
    var file: String { folder + "/blog.env" }
    var text: String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
    var environment: [String: String] { ["XDG_CONFIG_HOME": home.path, "HOME": home.path] }
    /// What stands in the file for the client secret.
    var clientSecret: String {
        let name = "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET="
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.map { String($0.dropFirst(name.count)) } ?? ""
    }

    func run(_ words: [String], input: String? = nil) throws -> Program.Outcome {
        try Program.run(["credentials"] + words, environment: environment, input: input.map { Data($0.utf8) })
    }

    func add(_ more: [String] = [], domain: String? = nil, secret: String? = nil) throws -> Program.Outcome {
        try run(
            ["add", "blog", "--client-id", vault.clientID, "--domain", domain ?? vault.url, "--project", vault.projectID] + more,
            input: (secret ?? vault.clientSecret) + "\n")
    }

    /// Whether a login with the file works.
    func works() throws -> Bool {
        let outcome = try Program.run(
            ["--profile", "blog", "-e", "spawn{ 'true', env = { A = getSecret('GH_PAT') } }"], environment: environment)
        return outcome.code == 0
    }

    func mode(_ path: String) -> Int {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        return (facts?[.posixPermissions] as? Int) ?? -1
    }

    /// What lies in the folder besides the file.
    var leftovers: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0 != "blog.env" }
    }
}

/// `vaultscript credentials add` and `list`.
@Suite struct `Making a credentials file` {
    @Test func `asks at the terminal, shows neither client id nor client secret, and tries the login`() throws {
        let bench = try CredentialsBench()
        let terminal = try PseudoTerminal(
            Program.path, ["credentials", "add", "blog"], environment: bench.environment)
        #expect(terminal.expect("Infisical: us, eu, or the URL of your own [us]: "), "\(terminal.text)")
        terminal.type(bench.vault.url + "\r")
        #expect(terminal.expect("Client id (not shown): "))
        terminal.type(bench.vault.clientID + "\r")
        #expect(terminal.expect("Client secret (not shown): "))
        terminal.type(bench.vault.clientSecret + "\r")
        #expect(terminal.expect("Project, its id or slug (empty: none): "))
        terminal.type(bench.vault.projectID + "\r")
        #expect(terminal.expect("expires on (YYYY-MM-DD, or never; empty: not known): "))
        terminal.type("2026-02-30\r")
        #expect(terminal.expect("expected a day such as 2027-02-26"))
        #expect(terminal.expect("expires on (YYYY-MM-DD, or never; empty: not known): "))
        terminal.type("2999-12-31\r")
        #expect(terminal.expect("expires 2999-12-31; the login works"), "\(terminal.text)")
        #expect(terminal.wait() == 0)
        #expect(!terminal.text.contains(bench.vault.clientSecret) && !terminal.text.contains(bench.vault.clientID))
        #expect(
            bench.text == """
                # Made by vaultscript credentials add; exchange the client secret with: vaultscript credentials rotate blog
                INFISICAL_DOMAIN=\(bench.vault.url)
                INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=\(bench.vault.clientID)
                INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(bench.vault.clientSecret)
                INFISICAL_PROJECT_ID=\(bench.vault.projectID)
                VAULTSCRIPT_CLIENT_SECRET_EXPIRES=2999-12-31

                """)
        #expect(bench.mode(bench.file) == 0o600 && bench.mode(bench.folder) == 0o700 && bench.leftovers.isEmpty)
        #expect(try bench.works())
        #expect(!bench.vault.finish().contains { $0.hasPrefix("GET /api/v4/secrets ") })
    }

    @Test func `is broken off with Ctrl-C, and the terminal is as it was`() throws {
        let bench = try CredentialsBench()
        let terminal = try PseudoTerminal(
            Program.path, ["credentials", "add", "blog", "--domain", bench.vault.url, "--client-id", bench.vault.clientID],
            environment: bench.environment)
        let modes = terminal.modeText
        #expect(terminal.expect("Client secret (not shown): "))
        #expect(!terminal.isCooked)
        terminal.type("\u{3}")
        #expect(terminal.wait() == 130, "\(terminal.text)")
        #expect(terminal.isCooked && terminal.modeText == modes)
        #expect(!FileManager.default.fileExists(atPath: bench.file) && bench.vault.asked.isEmpty)
        #expect(terminal.text.contains("vaultscript credentials was interrupted (Ctrl-C)"), "\(terminal.text)")
    }

    @Test func `a client secret in the place of the client id is neither shown nor sent`() throws {
        let bench = try CredentialsBench()
        let terminal = try PseudoTerminal(
            Program.path, ["credentials", "add", "blog", "--domain", bench.vault.url], environment: bench.environment)
        let hexadecimal = String(repeating: "0123456789abcdef", count: 4)
        #expect(terminal.expect("Client id (not shown): "))
        terminal.type(hexadecimal + "\r")
        #expect(terminal.expect("the client id: that looks like a client secret, and not like a client id"))
        #expect(terminal.expect("Client id (not shown): "))
        terminal.type("\u{3}")
        #expect(terminal.wait() == 130 && !terminal.text.contains(hexadecimal), "\(terminal.text)")
        let option = try bench.run(["add", "blog", "--client-id", hexadecimal], input: "x")
        #expect(option.code == 2 && !option.errorText.contains(hexadecimal), "\(option)")
        #expect(bench.vault.asked.isEmpty)
    }

    @Test func `takes options and standard input, and replaces a file only when told to`() throws {
        let bench = try CredentialsBench()
        let made = try bench.add(["--expires", "never", "--env", "dev", "--path", "/"])
        #expect(made.code == 0 && made.errorText.isEmpty, "\(made)")
        #expect(
            made.text == """
                wrote \(bench.file) (mode 0600): \(bench.vault.host), never expires; the login works
                next: vaultscript --profile blog whoami

                """, "\(made)")
        let never = "VAULTSCRIPT_CLIENT_SECRET_EXPIRES=never\n"
        #expect(bench.text.hasSuffix("INFISICAL_ENVIRONMENT=dev\nINFISICAL_SECRET_PATH=/\n" + never))
        let before = bench.text
        let again = try bench.add()
        #expect(again.code == 2 && bench.text == before, "\(again)")
        #expect(again.errorText.hasPrefix("the credentials file \(bench.file) is there already\n"), "\(again)")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.file)
        let forced = try bench.add(["--force", "--expires", "2999-01-01"])
        #expect(forced.code == 0 && bench.text.hasSuffix("EXPIRES=2999-01-01\n"), "\(forced)")
        #expect(bench.mode(bench.file) == 0o600 && bench.leftovers.isEmpty)
        let refused = try PseudoTerminal(Program.path, ["credentials", "add", "blog"], environment: bench.environment)
        #expect(refused.expect("is there already; replace it? [y/N] "))
        refused.type("\r")
        #expect(refused.expect("nothing has been written") && refused.wait() == 1)
    }

    @Test func `asks again after each answer that cannot be, and writes what is then said`() throws {
        let bench = try CredentialsBench()
        let terminal = try PseudoTerminal(Program.path, ["credentials", "add", "blog"], environment: bench.environment)
        func answer(_ question: String, _ answers: [(text: String, told: String)]) {
            for (text, told) in answers {
                #expect(terminal.expect(question), "\(question): \(terminal.text)")
                terminal.type(text + "\r")
                #expect(terminal.expect(told), "\(told): \(terminal.text)")
            }
            #expect(terminal.expect(question), "\(question): \(terminal.text)")
        }
        answer(
            "[us]: ",
            [
                ("ftp://x", "type us, eu or a URL such as https://vault.example.org"),
                ("http://vault.example.org", "login: the address of vault.example.org is not encrypted"),
            ])
        terminal.type(bench.vault.url + "\r")
        answer("Client id (not shown): ", [("", "the client id is empty"), ("a b", "the client id is none")])
        terminal.type(bench.vault.clientID + "\r")
        answer(
            "Client secret (not shown): ", [("", "there is no client secret"), ("two words", "that is no client secret")])
        terminal.type(bench.vault.clientSecret + "\r")
        answer("Project, its id or slug (empty: none): ", [("a\"b", "project: expected one line of text, without quotes")])
        terminal.type("\r")
        answer("not known): ", [("soon", "expires: expected a day"), ("2020-01-01", "expires: 2020-01-01 has passed")])
        terminal.type("never\r")
        #expect(terminal.expect("never expires; the login works"), "\(terminal.text)")
        #expect(terminal.expect("no project is kept in it: say --project with each command"), "\(terminal.text)")
        #expect(terminal.wait() == 0 && !terminal.text.contains("INFISICAL_DOMAIN"), "\(terminal.text)")
        #expect(bench.text.hasSuffix("VAULTSCRIPT_CLIENT_SECRET_EXPIRES=never\n") && !bench.text.contains("PROJECT"))
    }

    @Test(arguments: ["my dev", "-x", ".x", "a/b", "a'b", "a$b", "a\nb", "", String(repeating: "a", count: 101)])
    func `a name that would have to be quoted is refused with the rule`(name: String) throws {
        let bench = try CredentialsBench()
        let outcome = try bench.run(["add", "--client-id", bench.vault.clientID, "--", name], input: bench.vault.clientSecret)
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("that is no name for a profile\n"), "\(outcome)")
        #expect(outcome.errorText.contains("a name holds letters, digits and . _ - @ +, begins with"), "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: bench.folder) && bench.vault.asked.isEmpty)
    }

    /// `never` is an answer, and not that nobody has answered.
    @Test func `an end that never comes is kept, listed and asked for no more`() throws {
        let bench = try CredentialsBench()
        #expect(try bench.add(["--expires", "never"]).code == 0)
        let list = try bench.run(["list"])
        #expect(list.text.contains(" never    0600  \(bench.file)\n"), "\(list)")
        #expect(try bench.run(["list", "--json"]).text.contains(#""expires":"never""#))
        let doctor = try Program.run(["--profile", "blog", "doctor"], environment: bench.environment)
        #expect(doctor.code == 0 && !doctor.text.contains("client secret  "), "\(doctor)")
        let run = try Program.run(["--profile", "blog", "-e", "login()"], environment: bench.environment)
        #expect(run.code == 0 && run.errorText.isEmpty, "\(run)")
    }

    @Test func `a refused login is told as a script's, and nothing is written`() throws {
        let bench = try CredentialsBench()
        let wrong = Canary("cs")
        let outcome = try bench.add(secret: wrong.value)
        let script = try Program.script(
            "login()",
            environment: bench.vault.environment.merging(["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": wrong.value]) { $1 })
        #expect(outcome.code == 3 && script.code == 3, "\(outcome)\n\(script)")
        #expect(script.errorText == "script.lua:1: " + outcome.errorText)
        #expect(!FileManager.default.fileExists(atPath: bench.file) && wrong.found(in: outcome) == nil)
        let unchecked = try bench.add(["--no-check"], secret: wrong.value)
        #expect(unchecked.code == 0 && bench.clientSecret == wrong.value, "\(unchecked)")
        #expect(wrong.found(in: unchecked) == nil && bench.vault.asked.count == 2)
    }

    @Test func `a client secret on the command line is refused, and not shown`() throws {
        let bench = try CredentialsBench()
        let canary = Canary("cs")
        for words in [
            ["add", "blog", "--client-secret", canary.value], ["add", "blog", "--client-secret=\(canary.value)"],
            ["add", "blog", canary.value], ["rotate", "blog", canary.value], ["--client-secret", canary.value, "add", "blog"],
        ] {
            let outcome = try bench.run(words, input: "x")
            #expect(outcome.code == 2 && canary.found(in: outcome) == nil, "\(outcome)")
            #expect(
                outcome.errorText.hasPrefix("vaultscript credentials: a client secret is not taken from the command line\n"),
                "\(outcome)")
        }
        for words in [["add", "blog", "-X\(canary.value)"], ["rotate", "blog", "--\(canary.value)"]] {
            let outcome = try bench.run(words, input: "x")
            #expect(outcome.code == 2 && canary.found(in: outcome) == nil, "\(outcome)")
            #expect(outcome.errorText.hasPrefix("there is no such option as the one given\n"), "\(outcome)")
        }
        #expect(bench.vault.asked.isEmpty)
    }

    @Test(arguments: [
        (["--expires", "2027-02-30"], "x", "--expires: expected a day such as 2027-02-26, or never, got \"2027-02-30\"\n"),
        (["--expires", "2020-01-01"], "x", "--expires: 2020-01-01 has passed\n"),
        (["--project", "a\nb"], "x", "project: expected one line of text"), (["--domain", "https://u:p@h/"], "x", "the vault's address is not"),
        ([], "", "there is no client secret\n"), ([], "two words", "that is no client secret\n"),
        ([], "\"quoted\"", "that is no client secret\n"), (["--client-id", "a b"], "x", "--client-id is none\n"),
        (["--ttl", "1d"], "x", "vaultscript credentials add takes no --ttl\n"),
        (["--domain", "http://vault.example.org"], "x", "login: the address of vault.example.org is not encrypted\n"),
    ])
    func `what cannot be is an error, and nothing is written or sent`(words: [String], input: String, message: String) throws {
        let bench = try CredentialsBench()
        let outcome = try bench.run(
            ["add", "blog", "--client-id", bench.vault.clientID, "--domain", bench.vault.url] + words, input: input)
        #expect(outcome.code == 2 || outcome.code == 77, "\(outcome)")
        #expect(outcome.errorText.hasPrefix(message), "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: bench.file) && bench.vault.asked.isEmpty)
    }

    @Test func `a folder that others may change gets no credentials`() throws {
        let bench = try CredentialsBench()
        let folder = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let outcome = try bench.run(
            ["add", "--credentials", folder.path + "/a.env", "--client-id", bench.vault.clientID, "--domain", bench.vault.url],
            input: bench.vault.clientSecret)
        #expect(outcome.code == 2 && outcome.errorText.hasPrefix("no credentials are written to \(folder.path)\n"), "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `takes the end of the client secret from the vault where the identity may ask`() throws {
        let (bench, code, day) = try UTCDay.within {
            let bench = try CredentialsBench(identity: ["managesSecrets": true, "secretTtl": 8_640_000])
            return (bench, try bench.add().code, UTCDay.text(in: 100))
        }
        #expect(code == 0)
        #expect(bench.text.hasSuffix("VAULTSCRIPT_CLIENT_SECRET_EXPIRES=\(day)\n"), "\(bench.text.suffix(60)) \(day)")
    }

    @Test func `list shows names, hosts, ends and modes, and no value`() throws {
        let bench = try CredentialsBench()
        let none = try bench.run(["list"])
        #expect(none.code == 0 && none.text.hasPrefix("there are no profiles in \(bench.folder); make one: "), "\(none)")
        #expect(try bench.add(["--expires", "2999-12-31"]).code == 0)
        try bench.home.write("vaultscript/credentials/old.env", "VAULTSCRIPT_CLIENT_SECRET_EXPIRES=2020-01-01\n")
        try bench.home.write("vaultscript/credentials/open.env", "INFISICAL_DOMAIN=eu\n", mode: 0o644)
        try bench.home.write("vaultscript/credentials/odd.env", "VAULTSCRIPT_CLIENT_SECRET_EXPIRES=soon\nINFISICAL_DOMAIN=eu\n")
        let list = try bench.run(["list"])
        let lines = list.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            lines == [
                "NAME HOST EXPIRES MODE FILE", "blog \(bench.vault.host) 2999-12-31 0600 \(bench.file)",
                "odd eu.infisical.com - 0600 \(bench.folder)/odd.env (VAULTSCRIPT_CLIENT_SECRET_EXPIRES is no day such as 2027-02-26, nor never)",
                "old app.infisical.com 2020-01-01 (over) 0600 \(bench.folder)/old.env",
                "open - - 0644 \(bench.folder)/open.env (its mode is 0644: other users may read or change it)",
            ], "\(list)")
        #expect(!list.text.contains(bench.vault.clientSecret) && !list.text.contains(bench.vault.clientID))
        let json = try bench.run(["list", "--json"])
        #expect(json.text.hasPrefix(#"[{"name":"blog","host":"\#(bench.vault.host)","expires":"2999-12-31","mode":"0600","#), "\(json)")
    }
}

/// `vaultscript credentials rotate`.
@Suite struct `Rotating the client secret of a file` {
    private static var mayManage: [String: Any] { ["managesSecrets": true, "secretTtl": 8_640_000] }

    /// Kills the host of a run once, when the vault's front has come to a moment.
    private final class Killer: @unchecked Sendable {
        private let lock = NSLock()
        private var left: Int
        private let moment: VaultFront.Moment
        private var keeper: Int32 = 0
        private(set) var hasKilled = false

        /// - Parameter number: Which request, from 0.
        init(_ number: Int, _ moment: VaultFront.Moment) {
            left = number
            self.moment = moment
        }

        func aim(_ pid: Int32) { lock.withLock { keeper = pid } }

        func watch(_ now: VaultFront.Moment) {
            lock.withLock {
                guard now == moment, keeper != 0, !hasKilled else { return }
                left -= 1
                guard left < 0, let host = try? ProcessTree.host(of: keeper) else { return }
                hasKilled = true
                kill(host, SIGKILL)
            }
        }
    }

    @Test func `puts another into the file, keeps all else in it, and revokes the former one`() throws {
        let (bench, text, outcome, day) = try UTCDay.within {
            let bench = try CredentialsBench(identity: Self.mayManage)
            #expect(try bench.add().code == 0)
            let text =
                "# mine\n\n" + bench.text.replacing("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=", with: "  export INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=")
                + "INFISICAL_ENVIRONMENT=  dev\n# the end"
            try bench.home.write("vaultscript/credentials/blog.env", text, mode: 0o400)
            return (bench, text, try bench.run(["rotate", "blog"]), UTCDay.text(in: 100))
        }
        #expect(
            outcome.text == "rotated the client secret in \(bench.file), expires \(day); the former one is revoked\n"
                && outcome.errorText.isEmpty && outcome.code == 0, "\(outcome)")
        let new = bench.text.split(separator: "\n").first { $0.contains("CLIENT_SECRET=") }?.split(separator: "=").last ?? ""
        #expect(new.count == 64 && new != bench.vault.clientSecret)
        #expect(bench.text == text.replacing(bench.vault.clientSecret, with: String(new)) + "\n")
        #expect(!outcome.text.contains(new) && bench.mode(bench.file) == 0o600 && bench.leftovers.isEmpty)
        #expect(try bench.works())
        let former = try Program.script("login()", environment: bench.vault.environment)
        #expect(former.code == 3, "\(former)")
    }

    @Test func `killed at any request, before or after it, the file holds a client secret that works`() throws {
        let bench = try CredentialsBench(identity: Self.mayManage)
        var revoked = 0
        steps: for moment in [VaultFront.Moment.asked, .answered] {
            for number in 0..<20 {
                let killer = Killer(number, moment)
                let front = VaultFront(of: bench.vault.url) { _, now in killer.watch(now) }
                #expect(try bench.add(["--force", "--no-check"], domain: front.url, secret: bench.clientSecret.isEmpty ? nil : bench.clientSecret).code == 0)
                let before = bench.clientSecret
                let outcome = try Program.run(
                    ["credentials", "rotate", "blog"], environment: bench.environment, whileRunning: { killer.aim($0) })
                guard killer.hasKilled else {
                    #expect(outcome.code == 0 && number >= 5, "\(outcome)")
                    continue steps
                }
                #expect(outcome.code == 137, "\(outcome)")
                #expect(try bench.works(), "killed at request \(number), \(moment): \(front.asked)")
                if before != bench.clientSecret { revoked += 1 }
                #expect(bench.leftovers.isEmpty)
            }
            Issue.record("a rotation has fewer than 20 requests")
        }
        // Some of the deaths came after the new one was stored.
        #expect(revoked >= 2)
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "strace is not installed"),
        arguments: ["fchmod:1", "fsync:1", "rename:1", "fsync:2"])
    func `killed while it writes, the file is the former one or the new one, whole`(place: String) throws {
        let bench = try CredentialsBench(identity: Self.mayManage)
        #expect(try bench.add().code == 0)
        let before = bench.text
        let parts = place.split(separator: ":")
        let calls = parts[0] == "rename" ? "rename,renameat,renameat2" : String(parts[0])
        let trace = ["-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(parts[1])"]
        let outcome = try Program.run(
            trace + [Program.path, "credentials", "rotate", "blog"], environment: bench.environment, program: "/usr/bin/strace")
        #expect(outcome.code != 0 && outcome.text.isEmpty, "\(place): \(outcome)")
        #expect(bench.text.split(separator: "\n").count == before.split(separator: "\n").count, "\(place): \(bench.text)")
        #expect((bench.text == before) == (place != "fsync:2"), "\(place)")
        #expect(try bench.works(), "\(place)")
        #expect(bench.leftovers.isEmpty, "\(place): \(bench.leftovers)")
        let again = try bench.run(["rotate", "blog"])
        #expect(again.code == 0 && again.errorText.contains("1 more valid client secret ("), "\(again)")
        #expect(try bench.works())
    }

    @Test func `keeps the former one for a time, or for good`() throws {
        let bench = try CredentialsBench(identity: Self.mayManage)
        #expect(try bench.add().code == 0)
        let kept = try bench.run(["rotate", "blog", "--keep-old", "always", "--ttl", "30d"])
        #expect(kept.code == 0 && kept.text.contains("; the former one (id "), "\(kept)")
        #expect(try Program.script("login()", environment: bench.vault.environment).code == 0)
        let waited = try bench.run(["rotate", "blog", "--keep-old", "100ms", "--ttl", "never"])
        #expect(waited.code == 0 && waited.text.hasSuffix("; the former one is revoked\n"), "\(waited)")
        #expect(waited.errorText.contains("the former one is revoked in 100ms\n"), "\(waited)")
        #expect(bench.text.hasSuffix("VAULTSCRIPT_CLIENT_SECRET_EXPIRES=never\n"), "\(bench.text)")
        // Interrupted while it waits: the file has the new one, and what is left is said.
        let held = bench.clientSecret
        let running = try PseudoTerminal(
            Program.path, ["credentials", "rotate", "blog", "--keep-old", "1h"], environment: bench.environment)
        #expect(running.expect("the former one is revoked in 1h"), "\(running.text)")
        running.type("\u{3}")
        #expect(running.expect("the former client secret is still valid"), "\(running.text)")
        #expect(running.wait() == 1 && bench.clientSecret != held, "\(running.text)")
        #expect(try bench.works())
    }

    @Test func `an identity that may not is told what right it lacks, and a use limit is carried over`() throws {
        let bench = try CredentialsBench()
        #expect(try bench.add().code == 0)
        let before = bench.text
        let refused = try bench.run(["rotate", "blog", "--ttl", "90d"])
        #expect(refused.code == 3 && bench.text == before, "\(refused)")
        #expect(
            refused.errorText.hasPrefix(
                """
                the client secret may not be changed by the identity itself
                \(bench.vault.host) does not let it make or revoke client secrets (403)
                give its role, on identities, the rights to create and delete tokens
                """), "\(refused)")
        #expect(
            refused.errorText.hasSuffix("; at the development vault: \"managesSecrets\": true in the seed (vaultscript help dev)\n"),
            "\(refused)")
        let unknown = try bench.run(["rotate", "blog"])
        #expect(unknown.errorText.hasPrefix("warning: this identity may not ask how long the former client secret lives"), "\(unknown)")
        let limited = try CredentialsBench(identity: ["managesSecrets": true, "secretUses": 5])
        #expect(try limited.add().code == 0)
        let rotated = try limited.run(["rotate", "blog"])
        #expect(rotated.errorText.hasPrefix("warning: the new client secret allows 5 logins"), "\(rotated)")
        // One was the proof.
        for _ in 0..<4 { #expect(try limited.works()) }
        #expect(try !limited.works())
    }

    @Test func `the end of what is replaced is not warned of`() throws {
        let bench = try CredentialsBench(identity: Self.mayManage)
        let soon = Date(timeIntervalSinceNow: 3 * 86400).formatted(.iso8601.year().month().day())
        #expect(try bench.add(["--expires", soon]).code == 0)
        let outcome = try bench.run(["rotate", "blog"])
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
    }

    @Test func `what cannot be replaced is refused before anything is made`() throws {
        let bench = try CredentialsBench(identity: Self.mayManage)
        let ofEnvironment = try Program.run(
            ["credentials", "rotate"], environment: bench.vault.environment.merging(bench.environment) { $1 })
        #expect(ofEnvironment.code == 2, "\(ofEnvironment)")
        #expect(ofEnvironment.errorText.hasPrefix("a client secret of the environment cannot be replaced there\n"))
        let none = try bench.run(["rotate", "blog"])
        #expect(none.code == 2 && none.errorText.hasPrefix("there are no credentials for the profile blog\n"), "\(none)")
        try bench.home.write("vaultscript/credentials/blog.env", "INFISICAL_TOKEN=\(Canary().value)\nINFISICAL_DOMAIN=\(bench.vault.url)\n")
        let token = try bench.run(["rotate", "blog"])
        #expect(token.code == 2 && token.errorText.hasPrefix("there is no client secret to rotate\n"), "\(token)")
        for words in [["--ttl", "soon"], ["--ttl", "1s"], ["--keep-old", "soon"], ["--expires", "never"]] {
            let outcome = try bench.run(["rotate", "blog"] + words)
            #expect(outcome.code == 2 && outcome.errorText.contains(words[0]), "\(outcome)")
        }
        #expect(bench.vault.asked.isEmpty)
    }
}

/// `vaultscript credentials remove`.
@Suite struct `Removing a credentials file` {
    @Test func `takes the file away, and says what is still valid and what still names it`() throws {
        let bench = try CredentialsBench()
        #expect(try bench.add().code == 0)
        try bench.home.write(
            "vaultscript/config.toml", "profile = \"blog\"\n[profiles.other]\ncredentials = \"\(bench.file)\"\n")
        let outcome = try bench.run(["remove", "blog", "--yes"])
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        let settings = bench.home.path + "/vaultscript/config.toml"
        #expect(
            outcome.text == """
                removed \(bench.file)
                the client secret itself still works at \(bench.vault.host) until it is revoked there (Universal Auth of the machine identity)
                warning: \(settings):3 still names the file, for the profile other: take that line out
                warning: \(settings):1 still names the profile blog as the usual one

                """, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: bench.file) && bench.leftovers.isEmpty)
        #expect(try Program.script("login()", environment: bench.vault.environment).code == 0)
        try FileManager.default.removeItem(atPath: settings)
        let none = try bench.run(["remove", "blog", "--yes"])
        #expect(none.code == 2, "\(none)")
        #expect(
            none.errorText == """
                there is no credentials file of the profile blog
                looked for \(bench.file)
                the files that there are: vaultscript credentials list

                """, "\(none)")
    }

    @Test func `asks at the terminal, and elsewhere wants the word`() throws {
        let bench = try CredentialsBench()
        #expect(try bench.add().code == 0)
        let unasked = try bench.run(["remove", "blog"], input: "y\n")
        #expect(
            unasked.code == 2 && unasked.errorText.hasSuffix("standard input is no terminal\nsay --yes where that is meant\n"),
            "\(unasked)")
        let refused = try PseudoTerminal(Program.path, ["credentials", "remove", "blog"], environment: bench.environment)
        #expect(refused.expect("remove \(bench.file)? [y/N] ".suffix(40).description), "\(refused.text)")
        refused.type("\r")
        #expect(refused.expect("nothing has been removed") && refused.wait() == 1, "\(refused.text)")
        #expect(try bench.works())
        let agreed = try PseudoTerminal(Program.path, ["credentials", "remove", "blog"], environment: bench.environment)
        #expect(agreed.expect("? [y/N] "), "\(agreed.text)")
        agreed.type("y\r")
        #expect(agreed.expect("until it is revoked there") && agreed.wait() == 0, "\(agreed.text)")
        #expect(!FileManager.default.fileExists(atPath: bench.file))
    }

    @Test func `judges the file as a login does, and leaves what it would not use`() throws {
        let bench = try CredentialsBench()
        #expect(try bench.add().code == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.file)
        let open = try bench.run(["remove", "blog", "--yes"])
        #expect(open.code == 2, "\(open)")
        #expect(
            open.errorText == """
                the credentials file \(bench.file) is not removed
                its mode is 0644: other users may read or change it
                chmod 600 \(bench.file)

                """, "\(open)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.file)
        try FileManager.default.createSymbolicLink(atPath: bench.folder + "/link.env", withDestinationPath: "blog.env")
        let link = try bench.run(["remove", "link", "--yes"])
        #expect(link.code == 2 && link.errorText.contains("it is no regular file, or a link\n"), "\(link)")
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: bench.folder)
        let shared = try bench.run(["remove", "blog", "--yes"])
        #expect(
            shared.code == 2 && shared.errorText.hasPrefix("no credentials are removed from \(bench.folder)\n"), "\(shared)")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: bench.folder)
        for words in [["remove"], ["remove", "--credentials", bench.file, "--yes"], ["remove", "blgo", "--yes"]] {
            #expect(try bench.run(words).code == 2, "\(words)")
        }
        #expect(try bench.run(["remove", "blgo", "--yes"]).errorText.contains("did you mean blog? "))
        #expect(try bench.works() && bench.leftovers == ["link.env"])
    }
}
