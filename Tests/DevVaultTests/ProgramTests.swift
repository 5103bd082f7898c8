import Foundation
import Glibc
import TestSupport
import Testing

@testable import vaultscript_dev_vault

/// The built program, started beside the running tests.
final class Program {
    let process = Process()
    private let output = Pipe()
    private let errors: FileHandle
    private let errorPath: String

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        process.executableURL = try Self.vault()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        errorPath = Self.temporaryPath()
        _ = FileManager.default.createFile(atPath: errorPath, contents: nil)
        errors = try #require(FileHandle(forWritingAtPath: errorPath))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: errorPath)
    }

    /// The build directory is where the running tests are.
    static func vault() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("vaultscript-dev-vault")
    }

    static func temporaryPath() -> String { NSTemporaryDirectory() + "/vaultscript-\(UUID().uuidString)" }

    /// The ready line; nil when the program ended without one.
    func ready() throws -> JSON? {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
            line += byte
        }
        return line.isEmpty ? nil : try JSON(parsing: line)
    }

    /// What is left of standard output, up to the program's end.
    func rest() throws -> String {
        String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// Waits for the end; exit code and standard error.
    func finish() -> (code: Int32, errors: String) {
        process.waitUntilExit()
        return (process.terminationStatus, (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "")
    }
}

@Suite(.timeLimit(.minutes(2))) struct ProgramTests {
    private static let seed = """
        {"projects":[{"id":"p1","environments":{"dev":{"/":{"A":"canary-value"}}}}],
         "identities":[{"clientId":"i","clientSecret":"s-of-the-tests"}]}
        """

    private func seedFile(_ text: String = seed) throws -> String {
        let path = Program.temporaryPath()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// One request with `Connection: close` over a plain socket: the whole answer.
    private func ask(_ url: String, _ request: String, body: String = "") throws -> String {
        let port = try #require(UInt16(url.split(separator: ":").last ?? ""))
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        let connected = unsafe TestPort.withAddress(of: port) { unsafe connect(socket, $0, $1) }
        try #require(connected == 0)
        let handle = FileHandle(fileDescriptor: socket, closeOnDealloc: false)
        let head = "\(request) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n"
        try handle.write(contentsOf: Data((head + "Content-Type: application/json\r\n\r\n" + body).utf8))
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func `the ready line comes when it accepts, and SIGTERM and SIGINT end it with 0`() throws {
        let file = try seedFile()
        defer { try? FileManager.default.removeItem(atPath: file) }
        for signal in [SIGTERM, SIGINT] {
            let program = try Program(["--port", "0", "--seed", file])
            let ready = try #require(try program.ready())
            #expect(Set(ready.object?.keys ?? [:].keys) == ["url", "clientId", "clientSecret", "projectId"])
            let url = try #require(ready["url"]?.string)
            #expect(url.hasPrefix("http://127.0.0.1:"))
            let status = try ask(url, "GET /api/status")
            #expect(status.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(status.lowercased().contains("content-type: application/json; charset=utf-8\r\n"))
            kill(program.process.processIdentifier, signal)
            #expect(try program.rest() == "")
            let end = program.finish()
            #expect(program.process.terminationReason == .exit)
            #expect(end.code == 0)
            #expect(end.errors == "")
        }
    }

    @Test func `unknown routes are JSON, everything outside api is HTML, and the log names no value`() throws {
        let file = try seedFile()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let program = try Program(["--port", "0", "--seed", file, "--verbose"])
        let url = try #require(try program.ready()?["url"]?.string)
        let missing = try ask(url, "GET /api/v9/none?q=1")
        #expect(missing.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(
            missing.hasSuffix(
                #"{"error":"Not Found","message":"Route GET:/api/v9/none?q=1 not found","statusCode":404}"#))
        let page = try ask(url, "GET /anything")
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(page.lowercased().contains("content-type: text/html"))
        let login = try ask(
            url, "POST /api/v1/auth/universal-auth/login", body: #"{"clientId":"i","clientSecret":"s-of-the-tests"}"#)
        #expect(login.contains(#""tokenType":"Bearer""#))
        program.process.terminate()
        let end = program.finish()
        #expect(
            end.errors == """
                GET /api/v9/none 404
                GET /anything 200
                POST /api/v1/auth/universal-auth/login 200

                """)
    }

    @Test func `a bad seed ends with 2, a port in use with 1`() throws {
        let bad = try seedFile(#"{"identitys":[]}"#)
        let good = try seedFile()
        defer { for file in [bad, good] { try? FileManager.default.removeItem(atPath: file) } }
        let refused = try Program(["--port", "0", "--seed", bad]).finish()
        #expect(refused.code == 2)
        #expect(
            refused.errors == """
                vaultscript dev: seed \(bad) cannot be used
                unknown key "identitys"; did you mean "identities"?
                mend the file; the format is shown by: vaultscript dev --help

                """)
        #expect(try Program(["--prot", "0"]).finish().code == 2)

        let first = try Program(["--port", "0", "--seed", good])
        let port = try #require(try first.ready()?["url"]?.string?.split(separator: ":").last.map(String.init))
        let second = try Program(["--port", port, "--seed", good])
        #expect(try second.ready() == nil)
        let end = second.finish()
        #expect(end.code == 1)
        #expect(
            end.errors == """
                vaultscript dev: port \(port) of 127.0.0.1 cannot be had
                another process listens on it
                take any that is free: vaultscript dev --seed \(good) --port 0, or another: --port N

                """)
    }

    @Test func `values that are words are warned of by their places`() throws {
        let file = try seedFile(
            """
            {"projects":[{"id":"p1","environments":{"dev":{"/":{"A":"hello","B":"hello-there","C":{"value":"Words"},"D":"abc"}}}}],
             "identities":[{"clientId":"i","clientSecret":"secret"}]}
            """)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let program = try Program(["--port", "0", "--seed", file])
        #expect(try program.ready() != nil)
        program.process.terminate()
        let end = program.finish()
        let place = "projects[0].environments.dev./"
        #expect(
            end.errors
                == "warning: values of fewer than 8 bytes are masked wherever such a word stands, in messages too: "
                + "\(place).A, \(place).C.value, identities[0].clientSecret\n", "\(end.errors)")
        #expect(try Seed(Data(SeedFormat.example.utf8), name: "the example", now: Date()).warning == nil)
    }

    @Test func `the help shows the seed format unwrapped and speaks of vaultscript dev`() throws {
        let program = try Program(["--help"])
        let help = try program.rest()
        #expect(help.contains(SeedFormat.example))
        #expect(help.contains(SeedFormat.notes))
        #expect(help.contains("USAGE: vaultscript dev [--port <n>]"))
        #expect(program.finish().code == 0)
    }

    @Test func `it serves on when nobody reads its log`() throws {
        let file = try seedFile()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let program = Process()
        let (output, log) = (Pipe(), Pipe())
        program.executableURL = try Program.vault()
        program.arguments = ["--port", "0", "--seed", file, "--verbose"]
        (program.standardOutput, program.standardError) = (output, log)
        try program.run()
        defer { program.terminate() }
        let ready = try JSON(parsing: output.fileHandleForReading.availableData)
        try log.fileHandleForReading.close()
        for _ in 1...3 {
            #expect(try ask(ready["url"]?.string ?? "", "GET /api/status").hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func `without a seed it keeps its state, registers the profile and can be restarted`() throws {
        let home = Program.temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: home) }
        let environment = ["HOME": home, "XDG_STATE_HOME": "\(home)/state", "XDG_CONFIG_HOME": "\(home)/config"]
        let profile = "\(home)/config/vaultscript/credentials/dev.env"
        let state = "\(home)/state/vaultscript/dev-vault.json"

        let first = try Program(["--port", "0"], environment: environment)
        let ready = try #require(try first.ready())
        let url = try #require(ready["url"]?.string)
        let secret = try #require(ready["clientSecret"]?.string)
        #expect(
            try String(contentsOfFile: profile, encoding: .utf8) == """
                INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=\(ready["clientId"]?.string ?? "")
                INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret)
                INFISICAL_DOMAIN=\(url)
                INFISICAL_PROJECT_ID=\(ready["projectId"]?.string ?? "")
                INFISICAL_ENVIRONMENT=dev

                """)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(profile) == 0o600)
        #expect(try mode((profile as NSString).deletingLastPathComponent) == 0o700)
        #expect(try mode(state) == 0o600)
        let body = #"{"clientId":"\#(ready["clientId"]?.string ?? "")","clientSecret":"\#(secret)"}"#
        let login = try ask(url, "POST /api/v1/auth/universal-auth/login", body: body)
        let token = try #require(login.firstMatch(of: /"accessToken":"([^"]+)"/)?.1)
        let write = #"{"projectId":"\#(ready["projectId"]?.string ?? "")","environment":"dev","secretValue":"kept"}"#
        let made = try ask(
            url, "POST /api/v4/secrets/MADE HTTP/1.1\r\nAuthorization: Bearer \(token)\r\nX-Rest:", body: write)
        #expect(made.contains(#""secretValue":"kept""#))
        // A second one must not write over the first one's files.
        let rival = try Program(["--port", "0"], environment: environment).finish()
        #expect(rival.code == 1)
        #expect(rival.errors.contains("the development vault is running already"))
        #expect(rival.errors.hasSuffix("beside it: vaultscript dev --seed FILE --port 0\n"), "\(rival.errors)")
        first.process.terminate()
        let end = first.finish()
        #expect(end.code == 0)
        #expect(end.errors.contains("GH_PAT, GREETING in env dev, path /"))
        #expect(!end.errors.contains(secret))

        let second = try Program(["--port", "0"], environment: environment)
        let again = try #require(try second.ready())
        #expect(again["clientSecret"]?.string == secret)
        let query = "projectId=\(ready["projectId"]?.string ?? "")&environment=dev"
        let read = try ask(
            again["url"]?.string ?? "",
            "GET /api/v4/secrets/MADE?\(query) HTTP/1.1\r\nAuthorization: Bearer \(token)\r\nX-Rest:")
        #expect(read.contains(#""secretValue":"kept""#), "token and secret outlive the restart")
    }

    @Test func `a profile that is somebody else's is left alone`() throws {
        let home = Program.temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: home) }
        let profile = "\(home)/vaultscript/credentials/dev.env"
        try FileManager.default.createDirectory(
            atPath: (profile as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let theirs = "INFISICAL_DOMAIN=https://vault.example\n"
        try theirs.write(toFile: profile, atomically: true, encoding: .utf8)
        let program = try Program(
            ["--port", "0"], environment: ["HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home])
        #expect(try program.ready() == nil)
        let end = program.finish()
        #expect(end.code == 1)
        #expect(end.errors.contains("profile dev is taken"))
        #expect(try String(contentsOfFile: profile, encoding: .utf8) == theirs)
    }
}
