import Foundation
import TestSupport
import Testing

/// `pipe{ {…}, {…} }`: programs joined as a shell joins them, without one.
@Suite struct `pipe` {
    @Test func `what the first prints reaches the last byte for byte`() throws {
        let folder = try TemporaryFolder()
        var random = SystemRandomNumberGenerator()
        let bytes = Data((0..<4_000_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        try bytes.write(to: URL(fileURLWithPath: folder.path + "/data"))
        let outcome = try Program.script(
            #"pipe{ { "cat", arg[1] }, { "gzip", "-1" }, { "cat" }, { "gunzip" }, stdout = { file = arg[2] } }"#,
            [folder.path + "/data", folder.path + "/out"])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/out")) == bytes)
    }

    @Test func `its members are joined by a pipe of their own, and have nothing else open`() throws {
        let outcome = try Program.script(
            #"""
            local r = pipe{ { "sh", "-c", "x=$(readlink /proc/$$/fd/1); echo $x >&2; ls /proc/self/fd | tr '\\n' ' ' >&2" }, { "sh", "-c", "readlink /proc/self/fd/0; ls /proc/self/fd | tr '\\n' ' '" }, capture = true }
            print(r.stdout == r.stderr, r.stdout:match("^pipe:"), r.stdout:match("\n(.*)$"))
            """#)
        #expect(outcome.text == "true\tpipe:\t0 1 2 3 \n", "\(outcome)")
    }

    @Test func `a secret may go to any member, and captured text is masked`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["T": canary.value])
        let outcome = try Program.script(
            #"""
            local t = getSecret("T")
            print(pipe{ { "cat", stdin = t }, { "sh", "-c", 'cat; echo; cat "$F"', files = { F = t } }, { "sh", "-c", 'cat; echo; echo "$T"; cat <&3', env = { T = t }, fds = { [3] = t } }, capture = true }.stdout)
            local s = pipe{ { "printf", "minted-%s", arg[1] }, { "tr", "a-z", "A-Z" }, capture = "secret" }.stdout
            spawn{ "sh", "-c", 'echo "$S"', env = { S = s } }
            """#, ["4711-0815"], environment: vault.environment)
        #expect(outcome.text == "[secret:T]\n[secret:T]\n[secret:T]\n[secret:T]\n[secret:tr]\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `its result has the last program's output and every member's end`() throws {
        let outcome = try Program.script(
            #"""
            local r = pipe{ { "sh", "-c", "echo out; echo e1 >&2" }, { "sh", "-c", "cat; echo e2 >&2; exit 3" }, capture = true, check = false }
            print(r.code, r.ok, r.stdout, r.stderr, #r.members, r.members[1].code, r.members[2].code, r.members[1].ok, r.duration >= 0, r.leaks)
            """#)
        #expect(outcome.text == "3\tfalse\tout\n\te1\ne2\n\t2\t0\t3\ttrue\ttrue\t0\n", "\(outcome)")
    }

    struct Failing: Sendable, CustomTestStringConvertible {
        var members: String
        var want: String
        var testDescription: String { members }
    }

    @Test(arguments: [
        Failing(members: "{ 'sh', '-c', 'exit 3' }, { 'cat' }", want: "exit 3 nil pipe: sh exited with code 3"),
        Failing(members: "{ 'true' }, { 'sh', '-c', 'exit 4' }", want: "exit 4 nil pipe: sh exited with code 4"),
        Failing(members: "{ 'false' }, { 'true' }, { 'sh', '-c', 'exit 4' }", want: "exit 4 nil pipe: false exited with code 1, sh exited with code 4"),
        Failing(members: "{ 'sh', '-c', 'kill -9 $$' }, { 'cat' }", want: "signal nil 9 pipe: sh was ended by signal 9"),
        // Who is ended because nobody reads any more has not failed; the last one has.
        Failing(members: "{ 'yes' }, { 'head', '-n', '1' }", want: "fine"),
        Failing(members: "{ 'yes' }, { 'yes' }, { 'true' }", want: "fine"),
        Failing(members: "{ 'yes' }, { 'false' }", want: "exit 1 nil pipe: false exited with code 1"),
        Failing(members: "{ 'true' }, { 'sh', '-c', 'kill -PIPE $$' }", want: "signal nil 13 pipe: sh was ended by signal 13"),
        Failing(members: "{ 'sh', '-c', 'exit 141' }, { 'true' }", want: "exit 141 nil pipe: sh exited with code 141"),
    ])
    func `fails when any member fails, and the error names it`(_ failing: Failing) throws {
        let outcome = try Program.script(
            """
            local ok, e = pcall(pipe, { \(failing.members), quiet = true })
            print(ok and "fine" or table.concat({ e.kind, tostring(e.code), tostring(e.signal), e.message }, " "))
            """)
        #expect(outcome.text == failing.want + "\n", "\(outcome)")
    }

    @Test func `uncaught, the exit code is that of the last that failed`() throws {
        let outcome = try Program.script("pipe{ { 'sh', '-c', 'exit 9' }, { 'cat' } }")
        #expect(outcome.code == 9, "\(outcome)")
    }

    @Test func `a program that cannot start ends those before it`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).125"
        let outcome = try Program.script(
            """
            local ok, e = pcall(pipe, { { "sleep", "\(mark)" }, { "sleep", "\(mark)" }, { "no-such-program-here" } })
            print(e.kind, e.code, e.message)
            print(spawn{ "pgrep", "-f", "sleep \(mark)", check = false }.code)
            print((select(2, pcall(pipe, { { "no-such-program-here" }, { "cat" } })).code))
            """)
        #expect(outcome.text == "start\t127\tprogram no-such-program-here was not found\n1\n127\n", "\(outcome)")
    }

    @Test func `a time limit ends all of it`() throws {
        let outcome = try Program.script(
            #"""
            local ok, e = pcall(pipe, { { "sleep", "60" }, { "cat" }, timeout = 0.3 })
            print(e.kind, e.message:match("sleep | cat"))
            print(pipe{ { "sh", "-c", "echo partial; sleep 60" }, { "cat" }, timeout = 0.3, capture = true, check = false }.stdout)
            """#)
        #expect(outcome.text == "timeout\tsleep | cat\npartial\n\n", "\(outcome)")
    }

    @Test func `more than the limit is an error, and the output may be a file`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            print(select(2, pcall(pipe, { { "yes" }, { "cat" }, capture = true, maxOutput = 1000 })).kind)
            pipe{ { "seq", "3" }, { "sort", "-r" }, stdout = { file = arg[1], atomic = true } }
            pcall(pipe, { { "seq", "9" }, { "false" }, stdout = { file = arg[1], atomic = true } })
            """#, [folder.path + "/out"])
        #expect(outcome.text == "limit\n", "\(outcome)")
        #expect(try folder.read("out") == "3\n2\n1\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }

    @Test func `stdout of a member may be joined by its errors`() throws {
        let outcome = try Program.script(
            #"print(pipe{ { "sh", "-c", "echo a; echo b >&2", stderr = "stdout" }, { "sort", "-r" }, capture = true }.stdout)"#)
        #expect(outcome.text == "b\na\n\n", "\(outcome)")
    }

    @Test(arguments: [
        ("pipe{ { 'cat' } }", "expected 2 to 64 programs, got 1"), ("pipe{}", "expected 2 to 64 programs, got 0"),
        ("pipe({ 'a' }, { 'b' })", "pipe takes one table"), ("pipe{ 'a', 'b' }", "member 1: expected a table"),
        ("pipe{ { 'a' }, nil, { 'b' } }", "no program at place 2"), ("pipe{ { 'a' }, { 'b', stdin = 'x' } }", "pipe: member 2: stdin: only the first"),
        ("pipe{ { 'a', capture = true }, { 'b' } }", "pipe: member 1: there is no option \"capture\""),
        ("pipe{ { 'a' }, { 'b' }, env = {} }", "pipe: there is no option \"env\""), ("pipe{ { 'a' }, { 'b' }, capture = 'merge' }", "\"merge\" is for one program"),
        ("pipe{ { 'a' }, { 'b' }, capture = true, stdout = { file = '/tmp/x' } }", "standard output is captured and goes elsewhere too"),
        ("pipe{ { 'a' }, { 'b', secret.env('T') } }", "pipe: member 2: the secret T cannot be argument 2"), ("pipe{ { 'a' }, {} }", "member 2: there is no program"),
    ])
    func `a wrong call is an error before anything starts`(code: String, message: String) throws {
        let outcome = try Program.run(["-e", code], environment: ["T": "a-value-of-some-length"])
        #expect(outcome.code == 2 && outcome.errorText.contains(message), "\(outcome)")
    }

    // MARK: - Real programs

    @Test func `a large tree goes through tar and gzip and comes out the same`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local from, to = arg[1] .. "/from", arg[1] .. "/to"
            spawn{ "mkdir", from, to }
            spawn{ "python3", "-c", [[
            import os, random, sys
            for i in range(3000):
                folder = os.path.join(sys.argv[1], str(i % 50), str(i % 7))
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, "file %d" % i), "wb") as f: f.write(random.randbytes(random.randrange(20000)))
            os.symlink("0", os.path.join(sys.argv[1], "link"))]], from }
            pipe{ { "tar", "-C", from, "-cf", "-", "." }, { "gzip", "-1" }, { "gunzip" }, { "tar", "-C", to, "-xf", "-" } }
            spawn{ "diff", "-r", "--no-dereference", from, to }
            print(pipe{ { "find", to, "-type", "f" }, { "wc", "-l" }, capture = true }.stdout)
            """#, [folder.path])
        #expect(outcome.code == 0 && outcome.text == "3000\n\n", "\(outcome)")
    }

    @Test func `git tells tar what python reads`() throws {
        let tree = try TemporaryFolder()
        try tree.write("a.txt", "content of a")
        let outcome = try Program.script(
            #"""
            local git = { "git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-C", arg[1] }
            spawn{ git, "init", "-q" } spawn{ git, "add", "." } spawn{ git, "commit", "-qm", "first" }
            print(pipe{ { git, "archive", "--format=tar", "HEAD" }, { "python3", "-c", "import sys, tarfile; print(tarfile.open(fileobj=sys.stdin.buffer, mode='r|').next().name)" }, capture = true }.stdout)
            print(pipe{ { git, "log", "--format=%s" }, { "head", "-n", "1" }, capture = true }.stdout)
            """#, [tree.path])
        #expect(outcome.text == "a.txt\n\nfirst\n\n", "\(outcome)")
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled, "postgresql is not installed"))
    func `pg_dump tells gzip, and psql what comes out, with a password in those two alone`() throws {
        let canary = Canary("pw_")
        let server = try PostgreSQLServer(password: canary.value)
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local password = secret.env("DB_PASSWORD")
            local function pg(program, ...)
              return { program, "-h", "127.0.0.1", "-p", arg[1], "-U", "postgres", "-w", ..., env = { PGPASSWORD = password } }
            end
            local function sql(database, text) return spawn(pg("psql", { "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text })) end
            sql("postgres", "create database source")
            sql("postgres", "create database target")
            sql("source", "create table t as select n, md5(n::text) as h from generate_series(1, 50000) n")
            local file = arg[2] .. "/dump.sql.gz"
            pipe{ pg("pg_dump", { "-d", "source" }), { "gzip", "-1" }, stdout = { file = file, atomic = true } }
            pipe{ { "gunzip", "-c", file }, pg("psql", { "-Xq", "-v", "ON_ERROR_STOP=1", "-d", "target", "-o", "/dev/null" }) }
            local count = "select count(*), md5(string_agg(h, '' order by n)) from t"
            sql("source", count) sql("target", count)
            local ok, e = pcall(pipe, { { "pg_dump", "-h", "127.0.0.1", "-p", arg[1], "-U", "postgres", "-w" }, { "gzip" }, quiet = true })
            print(e.message)
            """#, ["\(server.port)", folder.path], environment: ["DB_PASSWORD": canary.value])
        #expect(outcome.code == 0, "\(outcome)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("50000|") && lines[0] == lines[1], "\(outcome)")
        #expect(lines.last == "pipe: pg_dump exited with code 1", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
        #expect(try Program.run(["-c", "canary=\(canary.value); gunzip -c '\(folder.path)/dump.sql.gz' | grep -c \"$canary\""], program: "/bin/bash").text == "0\n")
    }
}
