import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import Providers
import SecretMemory
import TestSupport
import Testing

@testable import Host

/// A session with a development vault, and what is kept of its secrets.
private final class PrefetchBench {
    let loop: EventLoop
    let front: VaultFront
    let vault: DevelopmentVault
    private let transport: HTTPTransport
    private(set) var entry: SessionService.Entry
    /// `NAME=value` of what is in the store now.
    private(set) var kept: [UInt32: String] = [:]
    private(set) var keptEver = 0
    var isFull = false
    var hasWritten = false

    init(_ vault: DevelopmentVault, project: String? = nil) throws {
        let (loop, front) = (try EventLoop(), VaultFront(of: vault.url))
        self.vault = vault
        self.loop = loop
        self.front = front
        let transport = HTTPTransport(loop: loop)
        self.transport = transport
        let client = InfisicalClient(
            base: try InfisicalBaseURL(front.url), transport: transport,
            environment: ProviderEnvironment(loop: loop, sanitize: { $0 }))
        let secret = try SecretBytes(copying: vault.clientSecret)
        let session = try Self.run(loop) {
            client.login(.universalAuth(clientID: vault.clientID, clientSecret: secret), completion: $0)
        }
        let plan = LoginPlan(
            source: "test", proof: .token(secret), domain: front.url,
            isHostOfUser: true, project: project ?? vault.projectID,
            environment: "dev", path: "/")
        entry = SessionService.Entry(try session.get(), plan)
    }

    lazy var prefetch = SecretPrefetch(
        keep: { [unowned self] found, _, _ throws(Failure) in
            if isFull { throw SecretBytes.noRoom }
            keptEver += 1
            let value = found.value?.withBytes { bytes in
                String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
            }
            kept[UInt32(keptEver)] = "\(found.name)=\(value ?? "")"
            return ObjectReference(kind: .secret, index: UInt32(keptEver), generation: 1, name: [])
        },
        drop: { [unowned self] in kept[$0.index] = nil }, hasWritten: { [unowned self] in hasWritten })

    private static func run<T>(
        _ loop: EventLoop, _ start: (@escaping (Result<T, Failure>) -> Void) -> Void
    ) throws -> Result<T, Failure> {
        var outcome: Result<T, Failure>?
        var isRunning = false
        start {
            #expect(outcome == nil, "a call reports once")
            outcome = $0
            if isRunning { loop.stop() }
        }
        isRunning = true
        if outcome == nil { loop.run() }
        return try #require(outcome, "the call never reported")
    }

    func take(_ name: String, path: String = "/", isOptional: Bool = false) throws -> Result<
        SecretPrefetch.Taken, Failure
    > {
        let folder = FolderQuery(project: vault.projectID, environment: "dev", path: path)
        return try Self.run(loop) {
            prefetch.take(SecretQuery(name, in: folder, isOptional: isOptional), from: entry, completion: $0)
        }
    }

    /// The name of what was taken; nil where it has to be asked for.
    func taken(_ name: String, path: String = "/", isOptional: Bool = false) throws -> String? {
        guard case .found(let found) = try take(name, path: path, isOptional: isOptional).get() else { return nil }
        return found?.name ?? "nothing"
    }
}

@Suite struct `Secrets fetched ahead` {
    private typealias Declaration = SecretPrefetch.Declaration

    @Test func `fifty of one folder are one request after the login, on one connection`() throws {
        let names = (1...50).map { "NAME_\($0)" }
        let values = Dictionary(uniqueKeysWithValues: (names + ["NOT_ASKED_FOR"]).map { ($0, Canary().value) })
        let bench = try PrefetchBench(DevelopmentVault(secrets: values))
        bench.prefetch.declare(names.map { Declaration(name: $0) })
        for name in names { #expect(try bench.taken(name) == name) }
        #expect(bench.front.asked == ["POST /v1/auth/universal-auth/login", "GET /v4/secrets"])
        #expect(bench.front.connectionCount == 1)
        // What was not declared is not taken out of the answer.
        #expect(bench.keptEver == 50)
        // What was handed on is no longer kept.
        #expect(bench.kept.isEmpty)
    }

    @Test func `nothing is asked before a declared secret is`() throws {
        let bench = try PrefetchBench(DevelopmentVault(secrets: ["A": "1", "B": "2"]))
        bench.prefetch.declare([Declaration(name: "A"), Declaration(name: "A")])
        #expect(try bench.taken("B") == nil)
        #expect(try bench.taken("A", path: "/other") == nil)
        #expect(bench.front.asked.count == 1)
        #expect(try bench.taken("A") == "A")
        // A single one is asked for by name: no value that nobody needs is sent.
        #expect(bench.front.asked.last == "GET /v4/secrets/A")
    }

    @Test func `each is given once, and then the vault is asked`() throws {
        let bench = try PrefetchBench(DevelopmentVault(secrets: ["A": "1", "B": "2"]))
        bench.prefetch.declare([Declaration(name: "A"), Declaration(name: "B")])
        #expect(try bench.taken("A") == "A")
        #expect(bench.kept.values.sorted() == ["B=2"])
        #expect(try bench.taken("A") == nil)
        bench.prefetch.forget("B", in: FolderQuery(project: bench.vault.projectID, environment: "dev"))
        #expect(try bench.taken("B") == nil)
        #expect(bench.kept.isEmpty)
        #expect(bench.front.asked.count == 2)
    }

    @Test func `folders are asked for side by side, on few connections`() throws {
        let folders = Dictionary(uniqueKeysWithValues: (1...6).map { ("/f\($0)", ["A": "a", "B": "b"]) })
        let bench = try PrefetchBench(DevelopmentVault(folders: folders))
        bench.prefetch.declare(
            folders.keys.sorted().flatMap { [Declaration(name: "A", path: $0), Declaration(name: "B", path: $0)] })
        for path in folders.keys { #expect(try bench.taken("B", path: path) == "B") }
        #expect(bench.front.asked.count == 7)
        #expect((2...4).contains(bench.front.connectionCount), "\(bench.front.connectionCount)")
    }

    @Test func `a slug is looked up once, however many folders are asked for at once`() throws {
        let bench = try PrefetchBench(
            DevelopmentVault(folders: ["/a": ["A": "1", "B": "2"], "/b": ["A": "1", "B": "2"]]), project: "project-one")
        bench.prefetch.declare(
            ["/a", "/b"].flatMap { [Declaration(name: "A", path: $0), Declaration(name: "B", path: $0)] })
        let folder = FolderQuery(project: "project-one", environment: "dev", path: "/a")
        var taken = 0
        bench.prefetch.take(SecretQuery("A", in: folder), from: bench.entry) { result in
            if case .success(.found(.some)) = result { taken += 1 }
            bench.loop.stop()
        }
        bench.loop.run()
        #expect(taken == 1)
        #expect(bench.front.asked.count { $0 == "GET /v1/projects/slug/project-one" } == 1)
        #expect(bench.front.asked.count == 4)
    }

    @Test func `who cannot be had is named, all at once, and the vault says why`() throws {
        let rules: [[String: Any]] = [
            ["secretName": "HIDDEN", "actions": ["describe"]], ["secretName": "A*"], ["secretName": "SECOND"],
        ]
        let bench = try PrefetchBench(
            DevelopmentVault(folders: ["/": ["A": "1", "HIDDEN": "2", "UNSEEN": "3"]], identity: ["access": rules]))
        bench.prefetch.declare(["A", "HIDDEN", "UNSEEN", "SECOND"].map { Declaration(name: $0) })
        guard case .failure(let failure) = try bench.take("A") else { return _ = Issue.record("A was given") }
        #expect(failure.kind == .denied)
        #expect(
            failure.text == """
                secret HIDDEN may not be read; nor could UNSEEN, SECOND
                the identity may see this secret, not its value (403)
                grant it readValue on secrets in project \(bench.vault.projectID), env dev, path /
                """)
        // Whoever goes on gets what there is.
        #expect(try bench.taken("A") == "A")
        #expect(try bench.taken("HIDDEN") == nil)
    }

    @Test func `an optional one may be absent`() throws {
        let bench = try PrefetchBench(DevelopmentVault(secrets: ["A": "1", "B": "2"]))
        bench.prefetch.declare([
            Declaration(name: "A"), Declaration(name: "B"), Declaration(name: "NONE", isOptional: true),
        ])
        #expect(try bench.taken("A") == "A")
        #expect(try bench.taken("NONE", isOptional: true) == "nothing")
        // Who needs it after all asks the vault, which says what is near.
        #expect(try bench.taken("NONE") == nil)
    }

    @Test func `one that is absent is asked for once, and nothing near it`() throws {
        let bench = try PrefetchBench(DevelopmentVault(secrets: ["A": "1", "B": "2"]))
        bench.prefetch.declare(["A", "NONE", "B"].map { Declaration(name: $0) })
        guard case .failure(let failure) = try bench.take("A") else { return _ = Issue.record("A was given") }
        #expect(failure.message == "secret NONE was not found")
        #expect(try bench.taken("A") == "A")
        #expect(try bench.taken("B") == "B")
        // Who goes on without it has the answer; who needs it asks, and hears what is near.
        #expect(try bench.taken("NONE", isOptional: true) == "nothing")
        #expect(try bench.taken("NONE", isOptional: true) == nil)
        #expect(try bench.taken("NONE") == nil)
        #expect(
            bench.front.asked == [
                "POST /v1/auth/universal-auth/login", "GET /v4/secrets", "GET /v4/secrets/NONE",
            ])
    }

    /// A and B in a folder whose list is too large.
    private static func largeFolder() throws -> PrefetchBench {
        let large = String(repeating: "x", count: 40_000)
        var values = Dictionary(uniqueKeysWithValues: (0..<60).map { ("LARGE_\($0)", large) })
        values["A"] = "1"
        values["B"] = "2"
        return try PrefetchBench(DevelopmentVault(secrets: values))
    }

    @Test func `a folder that is too large to be listed is read by name`() throws {
        let bench = try Self.largeFolder()
        bench.prefetch.declare([Declaration(name: "A"), Declaration(name: "B")])
        #expect(try bench.taken("A") == "A")
        #expect(try bench.taken("B") == "B")
        #expect(bench.front.asked.suffix(3).sorted() == ["GET /v4/secrets", "GET /v4/secrets/A", "GET /v4/secrets/B"])
    }

    /// How much more goes into the list would tell a script how long the values are that it does not declare.
    @Test func `such a folder ends the run once it has written to a vault`() throws {
        let bench = try Self.largeFolder()
        bench.hasWritten = true
        bench.prefetch.declare([Declaration(name: "A"), Declaration(name: "B")])
        guard case .failure(let failure) = try bench.take("A") else { return _ = Issue.record("A was given") }
        #expect(failure.endsRun && failure.kind == .limit)
        #expect(bench.front.asked.last == "GET /v4/secrets")
    }

    @Test(arguments: [false, true]) func `a lack of secret memory ends the run, whatever else fails`(hasWritten: Bool)
        throws
    {
        let bench = try PrefetchBench(DevelopmentVault(secrets: ["A": "1", "B": "2"]))
        bench.hasWritten = hasWritten
        bench.isFull = true
        bench.prefetch.declare(["NONE", "A", "B"].map { Declaration(name: $0) })
        guard case .failure(let failure) = try bench.take("A") else { return _ = Issue.record("A was given") }
        #expect(failure == SecretBytes.noRoom)
    }
}
