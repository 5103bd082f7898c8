import Foundation

/// TLS in front of a server that speaks none: takes connections for `localhost` under a certificate of its own and
/// passes the bytes on.
public final class TLSFront {
    private let running: RunningProgram
    private let folder: TemporaryFolder
    /// `https://localhost:PORT`.
    public let url: String
    /// The certificate to trust.
    public let certificate: String

    private static let program = """
        import socket, ssl, sys, threading
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        def pump(source, target):
            try:
                while data := source.recv(65536): target.sendall(data)
            except OSError: pass
            for end in (source, target):
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass
        def serve(client):
            try: client = context.wrap_socket(client, server_side=True)
            except OSError: return
            server = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
            threading.Thread(target=pump, args=(server, client), daemon=True).start()
            pump(client, server)
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """

    /// Starts it in front of a port of 127.0.0.1.
    public init(port: Int) throws {
        folder = try TemporaryFolder()
        let key = folder.path + "/key.pem"
        certificate = folder.path + "/cert.pem"
        let made = try Program.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
            ], program: "/usr/bin/openssl")
        guard made.code == 0 else { throw CocoaError(.executableLoad) }
        let ready = DispatchSemaphore(value: 0)
        let line = Line()
        running = try RunningProgram(
            "/usr/bin/python3", ["-c", Self.program, certificate, key, "\(port)"], environment: Program.defaults,
            firstLine: {
                line.text = String(decoding: $0, as: UTF8.self)
                ready.signal()
            })
        ready.wait()
        url = "https://localhost:\(line.text)"
    }

    /// Handed from the reader's thread to the test's, ordered by the semaphore.
    private final class Line: @unchecked Sendable {
        var text = ""
    }

    deinit { running.terminate() }
}
