import Foundation
import TestSupport
import Testing

/// `scripts/rotate_token.lua` against a real PostgreSQL, killed at each of its steps.
///
/// A token is `ROLE:PASSWORD` of a role that may log in; making one makes another role, so two work at once.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"))
struct `Rotating a token` {
    private static let query = #"PGHOST=127.0.0.1 PGPORT=$PORT PGDATABASE=postgres psql -XqAt -v ON_ERROR_STOP=1"#
    private static let make = #"""
        set -e
        role=app_$(od -An -N4 -tx4 /dev/urandom | tr -d ' ') password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        echo "create role $role login password '$password'" | PGUSER=postgres PGPASSWORD=$ADMIN QUERY
        echo "$role:$password"
        """#.replacing("QUERY", with: query)
    private static let prove = "echo 'select 1' | PGUSER=${TOKEN%%:*} PGPASSWORD=${TOKEN#*:} QUERY >/dev/null"
        .replacing("QUERY", with: query)
    private static let retire = "echo \"drop role if exists ${TOKEN%%:*}\" | PGUSER=postgres PGPASSWORD=$ADMIN QUERY 2>/dev/null"
        .replacing("QUERY", with: query)
    private static let set = "echo \"alter role app password '$TOKEN'\" | PGUSER=postgres PGPASSWORD=$ADMIN QUERY"
        .replacing("QUERY", with: query)
    /// Ends the host and so the run, from within one of its programs.
    private static let death = "kill -9 $PPID; sleep 5"

    private let admin = Canary("admin")
    private let first = Canary("first")

    private func vault(_ token: String) throws -> DevelopmentVault {
        try DevelopmentVault(secrets: ["APP_TOKEN": token, "DB_ADMIN": admin.value])
    }

    private func rotate(
        _ vault: DevelopmentVault, _ server: PostgreSQLServer, make: String = make, prove: String = prove,
        retire: String = retire, killedAfter line: String? = nil
    ) throws -> Program.Outcome {
        let script = Program.repository + "/scripts/rotate_token.lua"
        let arguments = [
            script, "APP_TOKEN", "--admin", "DB_ADMIN", "--make", make, "--prove", prove, "--retire", retire,
        ]
        let environment = vault.environment.merging(["PORT": "\(server.port)"]) { $1 }
        guard let line else { return try Program.run(arguments, environment: environment) }
        // A reader that kills the run when it has come to a line of its log.
        let reader = #"""
            line=$1; shift
            { "$@" 2>&1 & echo "pid $!"; wait $!; } | while read -r text; do
              case $text in "pid "*) pid=${text#pid };; "$line"*) pkill -KILL -P "$pid"; kill -9 "$pid";; esac
            done
            """#
        return try Program.run(
            ["-c", reader, "sh", line, Program.path] + arguments, environment: environment, program: "/bin/sh")
    }

    /// Whether what readers of the vault find opens the database.
    private func works(_ vault: DevelopmentVault, _ server: PostgreSQLServer) throws -> Bool {
        let outcome = try Program.script(
            "spawn{ 'sh', '-c', arg[1], env = { TOKEN = getSecret('APP_TOKEN') } }", [Self.prove],
            environment: vault.environment.merging(["PORT": "\(server.port)"]) { $1 })
        return outcome.code == 0
    }

    private func roles(_ server: PostgreSQLServer) throws -> [String] {
        try Program.run(
            ["-c", "echo \"select rolname from pg_roles where rolname like 'app%' order by 1\" | \(Self.query)"],
            environment: ["PORT": "\(server.port)", "PGUSER": "postgres", "PGPASSWORD": admin.value],
            program: "/bin/sh"
        ).text.split(separator: "\n").map(String.init)
    }

    private func start() throws -> (PostgreSQLServer, DevelopmentVault) {
        let server = try PostgreSQLServer(password: admin.value)
        _ = try Program.run(
            ["-c", "echo \"create role app login password '\(first.value)'\" | \(Self.query)"],
            environment: ["PORT": "\(server.port)", "PGUSER": "postgres", "PGPASSWORD": admin.value],
            program: "/bin/sh")
        return (server, try vault("app:\(first.value)"))
    }

    private func names(_ vault: DevelopmentVault) throws -> String {
        try Program.script("print(table.concat(login():names(), ' '))", environment: vault.environment).text
    }

    private func expectDone(_ vault: DevelopmentVault, _ server: PostgreSQLServer, _ place: String) throws {
        #expect(try works(vault, server), "\(place)")
        let roles = try roles(server)
        #expect(roles.count == 1 && roles.first?.hasPrefix("app_") == true, "\(place): \(roles)")
        #expect(try names(vault) == "APP_TOKEN DB_ADMIN\n", "\(place)")
    }

    @Test func `exchanges one token for another, and shows neither`() throws {
        let (server, vault) = try start()
        let outcome = try rotate(vault, server)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(
            outcome.errorText == """
                info: made secret=APP_TOKEN_NEXT
                info: proved secret=APP_TOKEN_NEXT
                info: kept secret=APP_TOKEN_OLD
                info: stored secret=APP_TOKEN
                info: retired secret=APP_TOKEN

                """, "\(outcome)")
        #expect(admin.found(in: outcome) == nil && first.found(in: outcome) == nil)
        try expectDone(vault, server, "at once")
    }

    @Test func `killed at any step, the token in the vault works, and the next run ends the work`() throws {
        let (server, vault) = try start()
        let lines = ["made", "proved", "kept", "stored", "retired"].map { "info: \($0)" }
        for line in lines {
            _ = try rotate(vault, server, killedAfter: line)
            #expect(try works(vault, server), "killed after \(line)")
            let again = try rotate(vault, server)
            #expect(again.code == 0, "\(line): \(again)")
            try expectDone(vault, server, "killed after \(line)")
        }
        let deaths: [(String, (DevelopmentVault) throws -> Program.Outcome)] = [
            ("prove, before it", { try rotate($0, server, prove: Self.death) }),
            ("prove, after it", { try rotate($0, server, prove: "\(Self.prove)\n\(Self.death)") }),
            ("retire, before it", { try rotate($0, server, retire: Self.death) }),
            ("retire, after it", { try rotate($0, server, retire: "\(Self.retire)\n\(Self.death)") }),
        ]
        for (place, die) in deaths {
            let dead = try die(vault)
            #expect(dead.code != 0, "\(place): \(dead)")
            #expect(try works(vault, server), "killed in \(place)")
            let again = try rotate(vault, server)
            #expect(again.code == 0, "\(place): \(again)")
            try expectDone(vault, server, place)
        }
    }

    @Test func `killed while it makes a token, the old one works, and one is left over as the script says`() throws {
        let (server, vault) = try start()
        _ = try rotate(vault, server, make: "\(Self.make)\n\(Self.death)")
        #expect(try works(vault, server))
        #expect(try roles(server).count == 2)
        #expect(try rotate(vault, server).code == 0)
        #expect(try works(vault, server))
        #expect(try roles(server).count == 2)
    }

    @Test func `a token that does not work never takes the place of one that does`() throws {
        let (server, vault) = try start()
        let outcome = try rotate(vault, server, make: "echo app:wrong")
        #expect(outcome.code != 0, "\(outcome)")
        #expect(try works(vault, server))
        #expect(try names(vault) == "APP_TOKEN APP_TOKEN_NEXT DB_ADMIN\n")
    }

    @Test func `where the service takes one token at a time the gap is told, and a run that died in it goes on`() throws {
        let server = try PostgreSQLServer(password: admin.value)
        let sql = "echo \"create role app login password '\(first.value)'\" | \(Self.query)"
        let environment = ["PORT": "\(server.port)", "PGUSER": "postgres", "PGPASSWORD": admin.value]
        let made = try Program.run(["-c", sql], environment: environment, program: "/bin/sh")
        #expect(made.code == 0, "\(made)")
        let vault = try vault(first.value)
        let prove = "echo 'select 1' | PGUSER=app PGPASSWORD=$TOKEN \(Self.query) >/dev/null"
        let arguments = { (prove: String) in
            [
                Program.repository + "/scripts/rotate_token.lua", "APP_TOKEN", "--admin", "DB_ADMIN", "--random", "24",
                "--set", Self.set, "--prove", prove,
            ]
        }
        let variables = vault.environment.merging(["PORT": "\(server.port)"]) { $1 }
        let dead = try Program.run(arguments(Self.death), environment: variables)
        #expect(dead.code != 0, "\(dead)")
        let outcome = try Program.run(arguments(prove), environment: variables)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(
            outcome.errorText.contains("warn: the service takes one token at a time: APP_TOKEN did not work for a while"))
        let reader = try Program.script(
            "spawn{ 'sh', '-c', arg[1], env = { TOKEN = getSecret('APP_TOKEN') } }", [prove], environment: variables)
        #expect(reader.code == 0, "\(reader)")
        #expect(try names(vault) == "APP_TOKEN DB_ADMIN\n")
    }
}

/// `scripts/rotate_token.lua` where a new token does not work.
@Suite struct `A next token that does not work` {
    private let vault: DevelopmentVault
    private let folder: TemporaryFolder
    private let first = Canary("first")
    private let wrong = Canary("wrong")
    private let right = Canary("right")

    init() throws {
        vault = try DevelopmentVault(secrets: ["APP_TOKEN": first.value])
        folder = try TemporaryFolder()
    }

    private func rotate(_ arguments: [String]) throws -> Program.Outcome {
        let outcome = try Program.run(
            [Program.repository + "/scripts/rotate_token.lua", "APP_TOKEN"] + arguments,
            environment: vault.environment.merging(["RIGHT": right.value, "WRONG": wrong.value, "ENDED": folder.path + "/ended"]) { $1 })
        for canary in [first, wrong, right] { #expect(canary.found(in: outcome) == nil, "\(outcome)") }
        return outcome
    }

    private func names() throws -> String {
        try Program.script("print(table.concat(login():names(), ' '))", environment: vault.environment).text
    }

    private let prove = ["--prove", #"test "$TOKEN" = "$RIGHT""#, "--retire", #"echo "$TOKEN" >> "$ENDED""#]

    @Test func `is kept and named, and given up when that is said`() throws {
        let said = """
            the token in APP_TOKEN_NEXT does not work: --prove exited with code 1
            APP_TOKEN is as it was; APP_TOKEN_NEXT is kept, and the next run tries it again
            if the token itself is wrong, run this with --again: that ends it with --retire and makes another one

            """
        let failed = try rotate(["--make", #"echo "$WRONG""#] + prove)
        #expect(failed.code == 1 && failed.errorText == "info: made secret=APP_TOKEN_NEXT\n" + said, "\(failed)")
        let kept = try rotate(["--make", #"echo "$RIGHT""#] + prove)
        #expect(kept.code == 1 && kept.errorText == said, "\(kept)")
        #expect(try names() == "APP_TOKEN APP_TOKEN_NEXT\n")
        let again = try rotate(["--again", "--make", #"echo "$RIGHT""#] + prove)
        #expect(again.code == 0, "\(again)")
        #expect(
            again.errorText == """
                info: given up secret=APP_TOKEN_NEXT
                info: made secret=APP_TOKEN_NEXT
                info: proved secret=APP_TOKEN_NEXT
                info: kept secret=APP_TOKEN_OLD
                info: stored secret=APP_TOKEN
                info: retired secret=APP_TOKEN

                """, "\(again)")
        #expect(try folder.read("ended") == "\(wrong.value)\n\(first.value)\n")
        #expect(try names() == "APP_TOKEN\n")
    }

    @Test func `stays a former version where the service takes one token, and nothing is called retired`() throws {
        let set = ["--random", "16", "--set", "true", "--prove"]
        let failed = try rotate(set + ["kill -9 $$"])
        #expect(
            failed.errorText == """
                info: made secret=APP_TOKEN_NEXT
                the token in APP_TOKEN_NEXT does not work: --prove ended by signal 9
                APP_TOKEN is as it was, and may not work: --set has told the service the new token; APP_TOKEN_NEXT is kept, and the \
                next run tries it again
                if the token itself is wrong, run this with --again: that makes another one; this one stays in the vault as a former \
                version of APP_TOKEN_NEXT

                """, "\(failed)")
        let second = try rotate(set + ["false", "--again"])
        #expect(second.code == 1, "\(second)")
        let former = try Program.script(
            "print(getSecret('APP_TOKEN_NEXT', { version = 1 }), getSecret('APP_TOKEN_NEXT'):source().version)",
            environment: vault.environment)
        #expect(former.text == "[secret:APP_TOKEN_NEXT]\t2\n", "\(former)")
        let done = try rotate(set + ["true"])
        #expect(done.code == 0 && done.errorText.hasSuffix("info: stored secret=APP_TOKEN\ninfo: done secret=APP_TOKEN\n"), "\(done)")
        #expect(try names() == "APP_TOKEN\n")
    }
}
