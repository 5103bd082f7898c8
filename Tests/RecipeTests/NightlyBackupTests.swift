import Foundation
import TestSupport
import Testing

/// `scripts/nightly_backup.lua` against a real PostgreSQL.
@Suite(
    .enabled(
        if: PostgreSQLServer.isInstalled && FileManager.default.isExecutableFile(atPath: "/usr/bin/gpg"),
        "PostgreSQL or gpg is not installed"))
struct `A nightly backup` {
    private let password = Canary("pw")
    private let passphrase = Canary("phrase")
    private let server: PostgreSQLServer
    private let vault: DevelopmentVault
    private let folder: TemporaryFolder

    init() throws {
        server = try PostgreSQLServer(password: password.value)
        vault = try DevelopmentVault(secrets: ["DB_PASSWORD": password.value, "BACKUP_PASSPHRASE": passphrase.value])
        folder = try TemporaryFolder()
        try query("create database app")
        try query("create database shop")
        try query("create table t as select n, 'row ' || n as text from generate_series(1, 2000) n", in: "app")
    }

    private var psql: [String: String] {
        ["PGHOST": "127.0.0.1", "PGPORT": "\(server.port)", "PGUSER": "postgres", "PGPASSWORD": password.value]
    }

    @discardableResult
    private func query(_ text: String, in database: String = "postgres") throws -> String {
        let arguments = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text]
        let outcome = try Program.run(arguments, environment: psql, program: "/usr/bin/psql")
        #expect(outcome.code == 0, "\(outcome)")
        return outcome.text
    }

    private func backUp(
        _ arguments: [String] = [], databases: String = "app,shop", environment: [String: String] = [:], whileRunning: ((Int32) throws -> Void)? = nil
    ) throws -> Program.Outcome {
        let script = Program.repository + "/scripts/nightly_backup.lua"
        return try Program.run(
            [script, "--folder", folder.path, "--host", "127.0.0.1", "--port", "\(server.port)", "--databases", databases]
                + arguments,
            environment: vault.environment.merging(environment) { $1 }, whileRunning: whileRunning)
    }

    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    /// What a dump says, opened by hand as the head of the script tells.
    private func opened(_ file: String) throws -> String {
        let line = #"gpg --batch -q --pinentry-mode loopback --passphrase "$PHRASE" --homedir "$HOME" --decrypt "$FILE" | gunzip"#
        let home = try TemporaryFolder()
        let outcome = try Program.run(
            ["-c", line], environment: ["PHRASE": passphrase.value, "HOME": home.path, "FILE": folder.path + "/" + file],
            program: "/bin/sh")
        return outcome.text
    }

    @Test func `keeps whole, encrypted dumps of its owner alone, removes old ones, and reports`() throws {
        for year in 2018...2020 { try folder.write("app.\(year)0101T000000Z.sql.gz.gpg", "old") }
        // Another database's, and somebody else's.
        try folder.write("app-2.20180101T000000Z.sql.gz.gpg", "other")
        try folder.write("app.notes.txt", "notes")
        let outcome = try backUp(["--keep", "2"])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(password.found(in: outcome) == nil && passphrase.found(in: outcome) == nil)
        let left = try files
        #expect(left.count == 5 && left[0] == "app-2.20180101T000000Z.sql.gz.gpg" && left[1].hasPrefix("app.2020"), "\(left)")
        #expect(left[2].hasPrefix("app.20") && left[3] == "app.notes.txt" && left[4].hasPrefix("shop.20"), "\(left)")
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + left[2])[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try opened(left[2]).contains("2000\trow 2000\n"))
        let report = try #require(try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
        #expect(
            (report["removed"] as? [String])?.map { ($0 as NSString).lastPathComponent } == [
                "app.20180101T000000Z.sql.gz.gpg", "app.20190101T000000Z.sql.gz.gpg",
            ], "\(outcome)")
        #expect((report["dumps"] as? [[String: Any]])?.count == 2, "\(outcome)")
    }

    @Test func `reaches a database through a tunnel that ends with the run, and keeps all when it is told to`() throws {
        try folder.write("app.20180101T000000Z.sql.gz.gpg", "old")
        // In the place of ssh: it takes a while, notes its arguments, and passes a socket's bytes on to the server.
        let tools = try TemporaryFolder()
        let ssh = """
            #!/usr/bin/python3
            import os, socket, sys, threading, time
            open("\(tools.path)/noted", "w").write("%d %s" % (os.getpid(), " ".join(sys.argv[1:])))
            place, host, port = sys.argv[sys.argv.index("-L") + 1].rsplit(":", 2)
            time.sleep(0.5)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(place)
            listener.listen()
            def copy(one, other):
                while data := one.recv(65536): other.sendall(data)
                other.shutdown(socket.SHUT_WR)
            while True:
                near, far = listener.accept()[0], socket.create_connection((host, int(port)))
                for pair in ((near, far), (far, near)): threading.Thread(target=copy, args=pair, daemon=True).start()

            """
        try tools.write("ssh", ssh, mode: 0o700)
        let outcome = try backUp(
            ["--via", "me@gate", "--keep", "0"], databases: "app", environment: ["PATH": tools.path + ":/usr/bin:/bin"])
        #expect(outcome.code == 0 && outcome.errorText.contains("task rotate: skipped"), "\(outcome)")
        #expect(password.found(in: outcome) == nil && passphrase.found(in: outcome) == nil)
        #expect(try files.count == 2)
        let noted = try tools.read("noted")
        #expect(noted.contains(".s.PGSQL.\(server.port):127.0.0.1:\(server.port) me@gate") && !noted.contains(password.value), "\(noted)")
        let pid = try #require(noted.split(separator: " ").first.flatMap { Int32($0) })
        #expect(kill(pid, 0) != 0)
    }

    @Test func `removes nothing that is younger than it is told to keep`() throws {
        for day in 1...3 { try folder.write("shop.2026010\(day)T000000Z.sql.gz.gpg", "new") }
        let outcome = try backUp(["--keep", "1", "--days", "7"], databases: "shop")
        #expect(outcome.code == 0 && outcome.text.hasSuffix("\"removed\":[]}\n"), "\(outcome)")
        #expect(try files.count == 4)
    }

    @Test func `that fails leaves no half file, and removes no old one`() throws {
        try folder.write("app.20180101T000000Z.sql.gz.gpg", "old")
        let outcome = try backUp(["--keep", "1"], databases: "app,nowhere")
        #expect(outcome.code == 1 && outcome.text == "", "\(outcome)")
        #expect(outcome.errorText.contains("nowhere") && password.found(in: outcome) == nil, "\(outcome)")
        let left = try files
        #expect(left.count == 2 && left.allSatisfy { $0.hasPrefix("app.20") }, "\(left)")
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func `that is ended in the middle leaves no half file`(signal: Int32) throws {
        try folder.write("app.20180101T000000Z.sql.gz.gpg", "old")
        // pg_dump waits for it, so the middle is where the test wants it.
        let lock = try RunningProgram(
            "/usr/bin/psql", ["-XAtq", "-d", "app", "-c", "begin; lock table t; select pg_sleep(600)"],
            environment: psql)
        defer { lock.terminate() }
        let locks = "select count(*) from pg_locks where relation = 't'::regclass and mode = 'AccessExclusiveLock'"
        for _ in 0..<400 where try query(locks, in: "app") != "1\n" { usleep(25_000) }
        let outcome = try backUp(["--keep", "1"], databases: "app") { keeper in
            let host = try ProcessTree.host(of: keeper)
            for _ in 0..<4000 where try files.count < 2 { usleep(5000) }
            #expect(try files.count == 2)
            kill(host, signal)
        }
        #expect(outcome.code == 128 + signal, "\(outcome)")
        #expect(try files == ["app.20180101T000000Z.sql.gz.gpg"])
        #expect(password.found(in: outcome) == nil && passphrase.found(in: outcome) == nil)
    }
}
