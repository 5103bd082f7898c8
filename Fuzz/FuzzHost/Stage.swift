import CFuzzFence
import Foundation
import FuzzSupport
import TestSupport

/// What a run of the host needs around it: a vault, an address that nothing may be sent to, programs, and a fence around
/// all of it, because the input chooses what is started.
final class Stage: @unchecked Sendable {
    /// The values of one run; new ones each time, so that no fuzzer can learn them.
    struct Canaries {
        let clientSecret = Canary("cs_")
        let token = Canary("at_")
        let value = Canary("ghp_")
        let field = Canary("fld_")
        let line = Canary("pem_")
        let variable = Canary("var_")
        var all: [Canary] { [clientSecret, token, value, field, line, variable] }
    }

    static let programs = ["cat", "true", "printenv", "false", "/bin/sh", "not-there"]
    let folder: String
    private let files: TemporaryFolder
    private let lock = NSLock()
    private var canaries = Canaries()
    /// Where the credentials belong.
    let vault: StubHTTPServer
    /// Where they do not.
    let stranger: StubHTTPServer
    private let output: Capture
    private let error: Capture

    init() throws {
        Findings.keepStandardError()
        files = try TemporaryFolder()
        folder = files.path
        output = Capture(1, in: files.path)
        error = Capture(2, in: files.path)
        try files.write("module.lua", "return 1")
        let box = Box()
        vault = StubHTTPServer { request, _ in box.stage?.answer(request) ?? .reset }
        stranger = StubHTTPServer([.json(200, "{}")])
        try makePrograms()
        box.stage = self
        raiseFence()
    }

    /// The server is made before the stage is whole.
    private final class Box: @unchecked Sendable { weak var stage: Stage? }

    private func makePrograms() throws {
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        for name in ["cat", "true", "printenv", "false"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/bin/" + name, withDestinationPath: "/usr/bin/" + name)
        }
    }

    private func raiseFence() {
        let fence = vs_fuzz_fence_make()
        require(fence >= 0, "this target starts programs and needs Landlock (Linux 6.7 or later) around it")
        let writable = [folder, "/dev/shm", FileManager.default.currentDirectoryPath + "/.build-fuzz", "/dev/null"]
        for path in writable { _ = unsafe vs_fuzz_fence_allow(fence, path, true) }
        let loader = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"]
        // The last one names the places in libFuzzer's report of a crash.
        for path in loader + ["/usr/bin/llvm-symbolizer"]
            + ["cat", "true", "printenv", "false"].map({ "/usr/bin/" + $0 })
        {
            _ = unsafe vs_fuzz_fence_allow(fence, path, false)
        }
        for port in [vault.port, stranger.port] { _ = vs_fuzz_fence_allow_port(fence, port) }
        require(vs_fuzz_fence_enter(fence), "the fence cannot be raised")
    }

    // MARK: - One run

    /// Makes new values and an environment with some of them.
    func begin() -> Canaries {
        let new = Canaries()
        lock.withLock { canaries = new }
        vault.forgetRequests()
        clearenv()
        let variables = [
            "PATH": folder + "/bin", "HOME": folder, "PLAIN": "plain", "APP_TOKEN": new.variable.value,
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": new.clientSecret.value, "INFISICAL_DOMAIN": vault.url,
            "INFISICAL_PROJECT_ID": "2f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b22",
        ]
        for (name, value) in variables { unsafe setenv(name, value, 1) }
        output.begin()
        error.begin()
        return new
    }

    /// What was written to standard output and standard error.
    func end() -> (output: [UInt8], error: [UInt8]) { (output.end(), error.end()) }

    // MARK: - The vault

    private func answer(_ request: StubHTTPServer.Request) -> StubHTTPServer.Reply {
        let values = lock.withLock { canaries }
        let path = request.target.prefix { $0 != "?" }
        if path.hasSuffix("/login") || path.hasSuffix("/renew") {
            return .json(200, #"{"accessToken":"\#(values.token.value)","expiresIn":60,"tokenType":"Bearer"}"#)
        }
        if path.hasSuffix("/revoke") { return .json(200, "{}") }
        let secrets = [
            "PAT": values.value.value, "JSONISH": #"{\"a\":{\"b\":\"\#(values.field.value)\"}}"#,
            "MULTI": "first line\\n\(values.line.value)\\nend",
        ]
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        if let value = secrets[name] { return .json(200, #"{"secret":\#(Self.record(name, value))}"#) }
        if name == "secrets" || name == "raw" {
            let list = secrets.sorted { $0.key < $1.key }.map { Self.record($0.key, $0.value) }
            return .json(200, #"{"secrets":[\#(list.joined(separator: ","))],"imports":[]}"#)
        }
        // A server that quotes what it was sent.
        let echo = request.headers["authorization"] ?? ""
        return .json(404, #"{"statusCode":404,"error":"NotFound","message":"no '\#(name)' for \#(echo)"}"#)
    }

    private static func record(_ name: String, _ value: String) -> String {
        #"{"secretKey":"\#(name)","secretValue":"\#(value)","version":1,"environment":"dev","secretPath":"/"}"#
    }
}

/// One of the standard descriptors, into a file for the time of a run.
private final class Capture {
    private let descriptor: Int32
    private let saved: Int32
    private var file: Int32 = -1

    private let path: String

    init(_ descriptor: Int32, in folder: String) {
        self.descriptor = descriptor
        path = "\(folder)/\(descriptor)"
        saved = fcntl(descriptor, F_DUPFD_CLOEXEC, 100)
    }

    func begin() {
        file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        dup2(file, descriptor)
    }

    func end() -> [UInt8] {
        let size = Int(lseek(file, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: size)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        dup2(saved, descriptor)
        close(file)
        return Array(bytes[..<max(0, count)])
    }
}
