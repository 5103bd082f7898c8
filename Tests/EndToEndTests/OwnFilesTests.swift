import Foundation
import TestSupport
import Testing

/// What the host is made of, in the reach of a script that may write files: itself, and the libraries that it opens when
/// the script has begun.
@Suite struct `The program itself` {
    private let canary = Canary()

    /// A program in a folder that the user may write, as `~/.local/bin` is.
    private func copy(_ folder: TemporaryFolder) throws -> String {
        let copy = folder.path + "/bin/vaultscript"
        try FileManager.default.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
        // By a program: a file that this process writes is busy for as long as another test's fork has its descriptor.
        _ = try Program.run(["--", Program.path, copy], program: "/bin/cp")
        return copy
    }

    /// The file that a loader would find is no library: a host that tries it cannot log in.
    @Test(arguments: [["": ""], ["LD_LIBRARY_PATH": "{bin}"], ["LD_LIBRARY_PATH": "/usr/lib:"]])
    func `opens no library that the script has written`(variables: [String: String]) throws {
        let folder = try TemporaryFolder()
        let vault = try DevelopmentVault(folders: ["/": ["A": canary.value]])
        let program = try copy(folder)
        let script = try folder.write(
            "s.lua",
            """
            for _, place in ipairs { "\(folder.path)/bin/", "" } do
              for _, name in ipairs { "libcurl.so.4", "libssl.so.3", "libcrypto.so.3", "libnss_myhostname.so.2", "libgcc_s.so.1" } do
                fs.write(place .. name, "no library")
              end
            end
            print(getSecret("A"))
            print(secret.hmac("sha256", getSecret("A"), "x"))
            """)
        var environment = vault.environment
        for (name, value) in variables where !name.isEmpty {
            environment[name] = value.replacingOccurrences(of: "{bin}", with: folder.path + "/bin")
        }
        let outcome = try Program.run(
            ["-c", "cd \"$1\" && exec \"$2\" \"$3\"", "sh", folder.path, program, script], environment: environment,
            program: "/bin/sh")
        #expect(outcome.text == "[secret:A]\n[secret:hmac(A)]\n", "\(outcome)")
    }

    /// Whoever opens a pipe that nobody writes waits for ever.
    @Test func `follows no variable of a library's`() throws {
        let folder = try TemporaryFolder()
        let vault = try DevelopmentVault(folders: ["/": ["A": canary.value]])
        let pipe = folder.path + "/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        var environment = vault.environment
        for name in ["OPENSSL_CONF", "GCONV_PATH", "KRB5_CONFIG", "RESOLV_HOST_CONF", "HOSTALIASES", "SSL_CERT_FILE", "NETRC"] {
            environment[name] = pipe
        }
        let outcome = try Program.script(
            "print(getSecret('A')) print(spawn{ 'printenv', 'OPENSSL_CONF', capture = true }.stdout == arg[1] .. '\\n')", [pipe],
            environment: environment)
        #expect(outcome.text == "[secret:A]\ntrue\n", "\(outcome)")
    }

    @Test func `is replaced by no script`() throws {
        let folder = try TemporaryFolder()
        let program = try copy(folder)
        let script = try folder.write(
            "s.lua",
            """
            local program, other = arg[1], arg[2]
            fs.write(other, "#!/bin/sh")
            print((select(2, pcall(fs.write, program, "x")).kind))
            print((select(2, pcall(fs.rename, other, program)).kind))
            print((select(2, pcall(fs.copy, other, program, { atomic = true })).kind))
            print((select(2, pcall(fs.remove, program)).kind))
            print((select(2, pcall(fs.rename, program, other)).kind))
            fs.write(arg[3], "beside it all is the user's")
            """)
        let outcome = try Program.run(
            [script, program, folder.path + "/other", folder.path + "/bin/mine"], program: program)
        #expect(outcome.text == "denied\ndenied\ndenied\ndenied\ndenied\n", "\(outcome)")
        #expect(try folder.read("bin/mine") == "beside it all is the user's")
    }
}
