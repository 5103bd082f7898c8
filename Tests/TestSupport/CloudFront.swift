import Foundation

/// The two public clouds, as a proxy on this machine shows them: whoever is asked to connect to `app.infisical.com:443` or
/// `eu.infisical.com:443` is led to a vault of the test, under a certificate of these names.
public final class CloudFront {
    private let running: RunningProgram
    private let folder: TemporaryFolder
    /// The proxy's address.
    public let url: String
    /// The certificate to trust.
    public let certificate: String

    private static let program = """
        import socket, ssl, sys, threading
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        ports = {"app.infisical.com:443": int(sys.argv[3]), "eu.infisical.com:443": int(sys.argv[4])}
        def pump(source, target):
            try:
                while data := source.recv(65536): target.sendall(data)
            except OSError: pass
            for end in (source, target):
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass
        def serve(client):
            head = b""
            while b"\\r\\n\\r\\n" not in head: head += client.recv(1)
            port = ports.get(head.split(b" ")[1].decode())
            if port is None: return client.close()
            client.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
            try: client = context.wrap_socket(client, server_side=True)
            except OSError: return
            server = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=pump, args=(server, client), daemon=True).start()
            pump(client, server)
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """

    /// Leads to the vaults at `us` and `eu`.
    ///
    /// - Parameter dates: When the certificate holds, as `openssl ca` takes it; nil for now.
    public init(us: String, eu: String, dates: (from: String, to: String)? = nil) throws {
        folder = try TemporaryFolder()
        certificate = folder.path + "/cert.pem"
        let key = folder.path + "/key.pem"
        try Self.make(certificate, key, folder, dates)
        let ready = DispatchSemaphore(value: 0)
        let line = Line()
        let ports = [us, eu].map { String($0.split(separator: ":").last ?? "") }
        running = try RunningProgram(
            "/usr/bin/python3", ["-c", Self.program, certificate, key] + ports, environment: Program.defaults,
            firstLine: {
                line.text = String(decoding: $0, as: UTF8.self)
                ready.signal()
            })
        ready.wait()
        url = "http://127.0.0.1:\(line.text)"
    }

    /// A certificate of both names that signs itself.
    private static func make(
        _ certificate: String, _ key: String, _ folder: TemporaryFolder, _ dates: (from: String, to: String)?
    ) throws {
        try folder.write("index", "")
        try folder.write("serial", "01\n")
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = \(folder.path)/index
            serial = \(folder.path)/serial
            new_certs_dir = \(folder.path)
            default_md = sha256
            policy = any
            x509_extensions = names
            [any]
            commonName = supplied
            [names]
            subjectAltName = DNS:app.infisical.com,DNS:eu.infisical.com
            [req]
            distinguished_name = nobody
            [nobody]
            """
        let file = try folder.write("settings", settings)
        let request = folder.path + "/request.pem"
        let from = dates?.from ?? "20200101000000Z"
        let to = dates?.to ?? "21000101000000Z"
        let steps = [
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", file,
                "-subj",
                "/CN=infisical.com", "-keyout", key, "-out", request,
            ],
            [
                "ca", "-batch", "-selfsign", "-config", file, "-startdate", from, "-enddate", to, "-keyfile", key,
                "-in",
                request, "-out", certificate, "-notext",
            ],
        ]
        for step in steps where try Program.run(step, program: "/usr/bin/openssl").code != 0 {
            throw CocoaError(.executableLoad)
        }
    }

    /// The environment in which the program takes the way through it.
    public var environment: [String: String] { ["HTTPS_PROXY": url, "SSL_CERT_FILE": certificate] }

    /// Handed from the reader's thread to the test's, ordered by the semaphore.
    private final class Line: @unchecked Sendable {
        var text = ""
    }

    deinit { running.terminate() }
}
