import Diagnostics
import EventLoop
import Foundation
import HTTPTransport
import Testing

/// `openssl s_server` with a certificate of its own for `localhost`, on a free port.
final class TLSServer {
    let certificate: String
    /// Where its files are; `-HTTP` serves them as whole answers.
    let directory: URL
    let port: Int
    private let process = Process()

    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    init(servingFiles: Bool = false) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let key = directory.appendingPathComponent("key.pem").path
        certificate = directory.appendingPathComponent("cert.pem").path
        let request = Process()
        request.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        request.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ]
        request.standardError = FileHandle.nullDevice
        try request.run()
        request.waitUntilExit()
        process.executableURL = request.executableURL
        process.arguments = [
            "s_server", servingFiles ? "-HTTP" : "-www", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        process.currentDirectoryURL = directory
        try process.run()
        var text = ""
        var found: Int?
        while found == nil {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
            found = text.firstMatch(of: /ACCEPT .*:(\d+)\n/).flatMap { Int($0.1) }
        }
        port = try #require(found, "s_server said no port: \(text)")
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: directory)
    }

    func get(_ host: String, caFile: String?) throws -> Result<HTTPResponse, HTTPTransportError> {
        try send(HTTPRequest(url: "https://\(host):\(port)/"), caFile: caFile)
    }

    func send(_ request: HTTPRequest, caFile: String?) throws -> Result<HTTPResponse, HTTPTransportError> {
        let loop = try EventLoop()
        var settings = HTTPSettings()
        settings.caFile = caFile
        let transport = HTTPTransport(loop: loop, settings: settings)
        var outcome: Result<HTTPResponse, HTTPTransportError>?
        transport.send(request) { outcome = $0 }
        loop.run()
        return try #require(outcome)
    }
}

@Suite(.enabled(if: TLSServer.isAvailable, "needs /usr/bin/openssl")) struct `TLS` {
    @Test func `an unknown certificate authority is refused and named, a known one is taken`() throws {
        let server = try TLSServer()
        guard case .failure(let error) = try server.get("localhost", caFile: nil) else {
            Issue.record("an unknown certificate was taken")
            return
        }
        #expect(error.kind == .tls)
        #expect(error.text.contains("certificate"))
        let failure = error.failure("login at localhost failed")
        #expect(failure.kind == .network)
        #expect(failure.reason == "TLS with localhost:\(server.port) failed: \(error.text)")
        #expect(try server.get("localhost", caFile: server.certificate).get().status == 200)
    }

    @Test func `a certificate for another name is refused`() throws {
        let server = try TLSServer()
        guard case .failure(let error) = try server.get("127.0.0.1", caFile: server.certificate) else {
            Issue.record("a certificate for another name was taken")
            return
        }
        #expect(error.kind == .tls)
    }

    @Test func `a CA file that is not there is told`() throws {
        let server = try TLSServer()
        guard case .failure(let error) = try server.get("localhost", caFile: "/nonexistent/ca.pem") else {
            Issue.record("taken")
            return
        }
        #expect(error.kind == .tls)
    }
}
