#if os(Linux)
    import Diagnostics
    import EventLoop
    import Foundation
    import Glibc
    import HTTPTransport
    import SecretMemory
    import TestSupport
    import Testing

    @testable import Providers

    /// A random text that exists in plain only in secret memory, and XOR 0x55 elsewhere.
    private struct Canary {
        let veiled: [UInt8]

        init() { veiled = (0..<40).map { _ in UInt8.random(in: 0x61...0x7A) ^ 0x55 } }

        func secret() throws -> SecretBytes {
            let secret = try SecretBytes(count: veiled.count)
            secret.withMutableBytes { room in
                for index in veiled.indices { room[index] = veiled[index] ^ 0x55 }
            }
            return secret
        }
    }

    private func veil(_ text: String) -> [UInt8] { text.utf8.map { $0 ^ 0x55 } }

    /// An answer with JSON that holds a canary, veiled.
    private func answer(_ before: String, _ canary: Canary, _ after: String) -> StubHTTPServer.Reply {
        let length = before.utf8.count + canary.veiled.count + after.utf8.count
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
        return .veiled(veil(head + before) + canary.veiled + veil(after))
    }

    /// Looks through all readable memory of this process, as a debugger or a core dump would.
    private func copies(of canary: Canary) throws -> Int {
        let needle = try canary.secret()
        let file = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        let size = 1 << 20
        let room = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let buffer = unsafe room else { return -1 }
        defer { unsafe munmap(buffer, size) }
        let own = UInt(bitPattern: buffer)..<(UInt(bitPattern: buffer) + UInt(size))
        var count = 0
        // To its end: Foundation's own reading of a file stops at the first short piece, which here is the first page.
        let maps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd() ?? Data()
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ")
            let ends = parts[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard parts[1].hasPrefix("r"), ends.count == 2, ends[1] < 1 << 63 else { continue }
            var at = ends[0]
            while at < ends[1] {
                let got = unsafe pread(file, buffer, min(size, Int(ends[1] - at)), off_t(at))
                guard got > 0 else { break }
                count += unsafe needle.withUnsafeBytes { wanted in
                    unsafe hits(of: wanted, in: UnsafeRawBufferPointer(start: buffer, count: got)) {
                        !own.contains(at + UInt($0))
                    }
                }
                guard at + UInt(got) < ends[1] else { break }
                // Overlapping, so that nothing hides on an edge.
                at += UInt(got) - (got > canary.veiled.count ? UInt(canary.veiled.count) : 0)
            }
        }
        return count
    }

    /// Counts where `wanted` is in `room`; only the offsets that `counts` takes.
    @unsafe private func hits(
        of wanted: UnsafeRawBufferPointer, in room: UnsafeRawBufferPointer, where counts: (Int) -> Bool
    ) -> Int {
        guard let start = room.baseAddress, let needle = wanted.baseAddress else { return 0 }
        var found = 0
        var offset = 0
        while offset + wanted.count <= room.count,
            let hit = unsafe memchr(start + offset, Int32(wanted[0]), room.count - wanted.count - offset + 1)
        {
            offset = unsafe UnsafeRawPointer(hit) - start
            if unsafe memcmp(hit, needle, wanted.count) == 0, counts(offset) { found += 1 }
            offset += 1
        }
        return found
    }

    private struct Disproved: Error {}

    /// In a process of its own an issue is an error: the exit status tells.
    private func require(_ claim: Bool) throws { if !claim { throw Disproved() } }

    private func checkSearch() throws {
        let canary = Canary()
        let copy = canary.veiled.map { $0 ^ 0x55 }
        try require(try copies(of: canary) >= 1)
        try require(copy.count == 40)
    }

    private func checkLoginAndRead() throws {
        // Locked pages, where memfd_secret is missing, can be read by a debugger: the true copies would be found.
        guard try copies(of: Canary()) == 0 else { return }
        let clientSecret = Canary()
        let token = Canary()
        let value = Canary()
        let replies = [
            answer(#"{"accessToken":""#, token, #"","expiresIn":60,"tokenType":"Bearer"}"#),
            answer(#"{"secret":{"secretKey":"GH_PAT","secretValue":""#, value, #""}}"#),
        ]
        let server = StubHTTPServer(isBlind: true) { _, number in replies[min(number, 1)] }
        defer { server.stop() }
        let loop = try EventLoop()
        let transport = HTTPTransport(loop: loop)
        let client = InfisicalClient(
            base: try InfisicalBaseURL(server.url), transport: transport,
            environment: ProviderEnvironment(loop: loop, sanitize: { $0 }))
        var session: (any SecretSession)?
        var fetched: FetchedSecret?
        let credentials = ProviderCredentials.universalAuth(clientID: "id", clientSecret: try clientSecret.secret())
        client.login(credentials) { session = try? $0.get() }
        loop.run()
        let query = SecretQuery("GH_PAT", in: FolderQuery(project: ProviderBench.project, environment: "dev"))
        try #require(session).getSecret(query) { fetched = try? $0.get() }
        loop.run()
        // The client may be here before the stub has wiped what it sent.
        while server.isAnswering { usleep(1000) }
        // The connection is still open, the session and the value still held.
        try require(fetched?.value?.isEqual(to: try value.secret()) == true)
        try require(try copies(of: value) == 0)
        try require(try copies(of: token) == 0)
        try require(try copies(of: clientSecret) == 0)
        try require(server.connectionCount == 1)
        transport.close()
    }

    /// Writes an answer with a canary for another process to serve.
    private func write(_ canary: Canary, to path: String) throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n"
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        let answer = try SecretBuffer(maximumCount: 1024)
        try answer.append(head)
        try answer.append(try canary.secret())
        let whole = try answer.take()
        let sent = unsafe whole.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        try require(sent == head.utf8.count + 40)
    }

    private func checkTLS() throws {
        guard try copies(of: Canary()) == 0 else { return }
        let server = try TLSServer(servingFiles: true)
        let keys = server.directory.appendingPathComponent("keys").path
        unsafe setenv("SSLKEYLOGFILE", keys, 1)
        let value = Canary()
        let token = Canary()
        try write(value, to: server.directory.appendingPathComponent("answer").path)
        var request = HTTPRequest(url: "https://localhost:\(server.port)/answer")
        request.headers = [.init("Authorization", .secret(prefix: "Bearer ", try token.secret()))]
        let response = try server.send(request, caFile: server.certificate).get()
        try require(response.body.count == 40)
        try require(try copies(of: value) == 0)
        try require(try copies(of: token) == 0)
        try unsafe require(getenv("SSLKEYLOGFILE") == nil)
        try require(!FileManager.default.fileExists(atPath: keys))
    }

    /// Each in a process of its own: other tests' threads would change the memory map while it is read.
    @Suite struct `Copies in memory` {
        @Test func `the search finds a copy where there is one`() async {
            await #expect(processExitsWith: .success) { try checkSearch() }
        }

        @Test func `after login and read no copy of secret, token or value is outside secret memory`() async {
            await #expect(processExitsWith: .success) { try checkLoginAndRead() }
        }

        @Test(.enabled(if: TLSServer.isAvailable, "needs /usr/bin/openssl"))
        func `after a TLS request no copy is left either, and no session key was written`() async {
            await #expect(processExitsWith: .success) { try checkTLS() }
        }
    }
#endif
