import CSystemShims
import Foundation
import TestSupport
import Testing

/// What a vault holds for these tests, and what must not be found of it.
private struct Scene {
    static let places = ["fetched", "spawned", "closed", "failed"]
    static let script = """
        local function stop(place) io.write("at ", place, "\\n") io.read() end
        local all = login():getSecrets()
        local h = getSecret("PAT")
        local t = secret.template("x-${h}-y", { h = h })
        stop "fetched"
        spawn{ "sh", "-c", "echo at spawned; while ! [ -e $0/go ]; do sleep 0.02; done; printf %s \\"$A$T\\"; cat; cat <&3", arg[1],
          env = { A = h, T = t }, stdin = h, fds = { [3] = h }, files = { F = h }, capture = "stderr" }
        print(spawn{ "printenv", "A", env = { A = h }, capture = true }.stdout)
        local again = spawn{ "printenv", "A", env = { A = h }, capture = "secret" }.stdout
        h:close() t:close() again:close() all.PAT:close()
        stop "closed"
        pcall(getSecret, "NOT_THERE") pcall(spawn, { "false", env = { A = getSecret("PAT") } })
        pcall(spawn, { "not-there", env = { A = getSecret("PAT") } })
        stop "failed"
        """

    let vault: DevelopmentVault
    let texts: [String: String]

    init() throws {
        // Characters that JSON escapes, so that the value's two forms differ and its halves find any third.
        let (first, second) = (Canary("va_").value, Canary("lue").value)
        vault = try DevelopmentVault(secrets: ["PAT": "\(first)\"\\/\n\t\(second)"])
        texts = [
            "the value": "\(first)\"\\/\n\t\(second)", "the value's escaped form": "\(first)\\\"\\\\",
            "the value's first half": first, "the value's second half": second, "the client secret": vault.clientSecret,
            "the access token": try Self.commonStart(vault),
        ]
    }

    /// All tokens of a vault begin alike.
    private static func commonStart(_ vault: DevelopmentVault) throws -> String {
        let program = """
            import json, sys, urllib.request
            body = json.dumps({"clientId": sys.argv[2], "clientSecret": sys.argv[3]}).encode()
            for _ in range(2):
                request = urllib.request.Request(sys.argv[1] + "/api/v1/auth/universal-auth/login", body, {"Content-Type": "application/json"})
                print(json.load(urllib.request.urlopen(request))["accessToken"])
            """
        let outcome = try Program.run(
            ["-c", program, vault.url, vault.clientID, vault.clientSecret], program: "/usr/bin/python3")
        let tokens = outcome.text.split(separator: "\n")
        try #require(tokens.count == 2, "\(outcome)")
        let start = tokens[0].commonPrefix(with: tokens[1])
        try #require(start.count >= 24)
        return start
    }
}

private let hasSecretPages = vs_sys_secret_pages_kind() == VS_SYS_PAGES_MEMFD_SECRET
private let isRoot = getuid() == 0

/// Host and worker while they live, looked through from outside as root can: with /proc/PID/mem and with gcore.
@Suite(.enabled(if: isRoot, "only root can look into an undumpable process"), .serialized)
struct `The memory of a run` {
    private static let roles = ["keeper", "host", "worker"]

    /// Looks at all its processes in each place; `judge` gets the place, which of them, and what was found there.
    private func look(
        _ scene: Scene, program: [String] = [Program.path], options: [String] = [], environment: [String: String] = [:],
        isDumped: Bool, _ judge: (String, String, [ProcessMemory.Hit]) -> Void
    ) throws {
        let variables = scene.vault.environment.merging(environment) { _, given in given }
        let run = try StoppedRun(Scene.script, program: program, options: options, environment: variables)
        for place in Scene.places {
            try run.wait(for: place)
            try #require(run.own.count == 3, "keeper, host and worker")
            for (role, pid) in zip(Self.roles, run.own) {
                judge(place, role, try ProcessMemory.hits(of: scene.texts, in: pid))
                if isDumped { try dump(pid, scene, run.path, place) }
            }
            if place == "spawned" { try checkSearch(run, scene) }
            try run.goOn(from: place)
        }
    }

    /// The search finds what is there: the script's own text in host and worker, the value in the child that has it.
    private func checkSearch(_ run: StoppedRun, _ scene: Scene) throws {
        let readers = try run.own.filter { pid in
            try !ProcessMemory.hits(of: ["the script": "echo at spawned; while"], in: pid).isEmpty
        }
        #expect(readers.count == 2, "host and worker, and not the keeper: \(readers) of \(run.own)")
        // The shell's own children come and go.
        let hits = run.others.flatMap { (try? ProcessMemory.hits(of: scene.texts, in: $0)) ?? [] }
        #expect(hits.contains { $0.name == "the value" }, "\(run.others): \(hits)")
    }

    private func dump(_ pid: Int32, _ scene: Scene, _ folder: String, _ place: String) throws {
        let outcome = try Program.run(["-o", "\(folder)/core", "\(pid)"], program: "/usr/bin/gcore")
        let core = "\(folder)/core.\(pid)"
        defer { try? FileManager.default.removeItem(atPath: core) }
        let size = try FileManager.default.attributesOfItem(atPath: core)[.size] as? Int ?? 0
        try #require(outcome.code == 0 && size > 1 << 20, "\(outcome)")
        let found = try ProcessMemory.names(of: scene.texts, inFile: core)
        #expect(found.isEmpty, "a core dump of \(pid), \(place)")
    }

    @Test(.enabled(if: hasSecretPages, "this kernel has no memfd_secret"))
    func `holds no value, client secret or token, whenever one looks, nor does a core dump`() throws {
        try look(Scene(), isDumped: true) { place, role, hits in #expect(hits.isEmpty, "\(place), \(role)") }
    }

    @Test(.enabled(if: hasSecretPages, "this kernel has no memfd_secret"))
    func `holds none after TLS either`() throws {
        let scene = try Scene()
        let front = try TLSFront(port: try #require(URL(string: scene.vault.url)?.port))
        let environment = ["INFISICAL_DOMAIN": front.url, "SSL_CERT_FILE": front.certificate]
        try look(scene, options: ["--use-env-proxy"], environment: environment, isDumped: false) { place, role, hits in
            #expect(hits.isEmpty, "\(place), \(role)")
        }
    }

    @Test func `holds them in locked pages alone where there are no secret ones, and a core dump leaves those out`() throws {
        let program = [Program.folder + "/OldKernel", "memfd_secret", Program.path]
        try look(Scene(), program: program, isDumped: true) { place, role, hits in
            #expect(hits.allSatisfy { role == "host" && $0.isLocked }, "\(place), \(role): \(hits)")
        }
    }
}
