import Foundation

/// A real sshd of a test's own on loopback, for the user of the test, who logs in with a key that has a passphrase.
public final class SSHServer {
    /// The folder with the keys: `key`, and `known`, where the host's key is not known yet.
    public let folder: TemporaryFolder
    /// Where it listens.
    public let port = TestPort.unused()
    private let running: RunningProgram

    /// Whether it can be had here.
    public static var isInstalled: Bool {
        ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"].allSatisfy(FileManager.default.isExecutableFile)
    }

    /// Starts it.
    public init(passphrase: String) throws {
        folder = try TemporaryFolder()
        for (name, words) in [("host", ""), ("key", passphrase)] {
            _ = try Program.run(
                ["-q", "-t", "ed25519", "-N", words, "-f", "\(folder.path)/\(name)"], program: "/usr/bin/ssh-keygen")
        }
        let configuration = try folder.write(
            "sshd_config",
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.path)/host
            AuthorizedKeysFile \(folder.path)/key.pub
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PidFile none
            """)
        // What Debian's service makes at its start.
        if getuid() == 0 {
            try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        running = try RunningProgram(
            "/usr/sbin/sshd", ["-D", "-f", configuration, "-E", folder.path + "/log"], environment: Program.defaults)
        try TestPort.wait(for: port)
    }

    deinit { running.terminate() }
}

/// A real PostgreSQL of a test's own on loopback, whose user `postgres` has a password.
public final class PostgreSQLServer {
    /// Where it listens.
    public let port = TestPort.unused()
    private let folder: TemporaryFolder
    private let running: RunningProgram

    private static var binaries: String? {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.map { "/usr/lib/postgresql/\($0)/bin" }.first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
        }
    }

    /// Whether it can be had here. It refuses to run as root, and then runs as the user that its package makes.
    public static var isInstalled: Bool {
        unsafe binaries != nil && FileManager.default.isExecutableFile(atPath: "/usr/bin/psql")
            && (getuid() != 0 || getpwnam("postgres") != nil)
    }

    /// Makes a cluster and starts it.
    public init(password: String) throws {
        guard let binaries = Self.binaries else { throw POSIXError(.ENOENT) }
        folder = try TemporaryFolder()
        let data = folder.path + "/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        let file = try folder.write("password", password + "\n", mode: 0o644)
        var prefix: [String] = []
        if getuid() == 0 {
            _ = unsafe chmod(folder.path, 0o711)
            _ = try Program.run(["postgres", data], program: "/usr/bin/chown")
            prefix = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        }
        _ = unsafe chmod(data, 0o700)
        let make =
            prefix + [
                "\(binaries)/initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", file,
                "--no-sync",
            ]
        _ = try Program.run(Array(make.dropFirst()), program: make[0])
        let start =
            prefix + [
                "\(binaries)/postgres", "-D", data, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
                "unix_socket_directories=", "-c", "fsync=off",
            ]
        running = try RunningProgram(start[0], Array(start.dropFirst()), environment: Program.defaults)
        // It listens before it answers.
        try TestPort.wait {
            try Program.run(["-q", "-h", "127.0.0.1", "-p", "\(port)"], program: "\(binaries)/pg_isready").code == 0
        }
    }

    deinit { running.terminate() }
}
