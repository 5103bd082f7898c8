import Diagnostics
import EventLoop
import Foundation
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

/// What a child of a test did.
struct Captured {
    var outcome: ChildOutcome?
    var output: [UInt8] = []
    var error: [UInt8] = []
    var ended: [SpawnStream] = []

    var text: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: error, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// A loop and a spawner for one test.
final class Bench {
    let loop: EventLoop
    let spawner: Spawner
    let files: RunDirectory

    init() throws {
        loop = try EventLoop()
        files = RunDirectory(places: [RunDirectory.Place(Array("/dev/shm".utf8), isPrivate: false)])
        spawner = try Spawner(loop: loop, runDirectory: files)
    }

    /// Runs one child to its end.
    ///
    /// A test that hangs is ended, and fails, by `limit`.
    func run(
        _ request: SpawnRequest, limit: Duration = .seconds(60), started: (ChildProcess) -> Void = { _ in }
    ) throws -> Captured {
        var captured = Captured()
        let child = try spawner.start(
            request,
            SpawnHandlers(
                output: { stream, bytes in
                    var copy: [UInt8] = []
                    copy.reserveCapacity(bytes.count)
                    for index in bytes.indices { copy.append(bytes[index]) }
                    if stream == .output { captured.output += copy } else { captured.error += copy }
                },
                ended: { captured.ended.append($0) },
                finished: { [loop] outcome in
                    captured.outcome = outcome
                    loop.stop()
                }))
        started(child)
        runLoop(limit)
        return captured
    }

    func runLoop(_ limit: Duration = .seconds(60)) {
        let timer = loop.schedule(after: limit) { [self] in
            Issue.record("the loop was still waiting after \(limit)")
            spawner.signalAll(SIGKILL)
            loop.stop()
        }
        loop.run()
        timer.cancel()
    }

    func shell(_ script: String, _ arguments: [String] = []) throws -> Captured {
        try run(SpawnRequest.shell(script, arguments))
    }
}

extension SpawnRequest {
    static var path: EnvironmentVariable { EnvironmentVariable("PATH", "/usr/local/bin:/usr/bin:/bin") }

    static func shell(_ script: String, _ arguments: [String] = []) -> SpawnRequest {
        SpawnRequest("sh", ["-c", script, "sh"] + arguments, environment: [path])
    }

    func with(_ change: (inout SpawnRequest) -> Void) -> SpawnRequest {
        var copy = self
        change(&copy)
        return copy
    }
}

func secret(_ text: String) throws -> SecretBytes { try SecretBytes(copying: text) }

/// A directory of a test, removed with it.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/spawning-test-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template)
        path = try #require(unsafe made.map { unsafe String(cString: $0) })
        _ = unsafe chmod(path, 0o755)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        let file = path + "/" + name
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
        try #require(descriptor >= 0)
        let bytes = Array(text.utf8)
        try #require(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        return file
    }
}

/// The names in a directory.
func entries(_ path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Whether a process is there and no zombie.
func isAlive(_ pid: Int32) -> Bool {
    let descriptor = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 512)
    let count = unsafe read(descriptor, &text, text.count)
    guard count > 0, let end = text.lastIndex(of: UInt8(ascii: ")")) else { return false }
    return text[end + 2] != UInt8(ascii: "Z")
}

/// A pipe that no child inherits: the reading and the writing end.
func makePipe(nonBlocking: Bool = false) throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    let status = unsafe pipe(&ends)
    try #require(status == 0)
    for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        if nonBlocking { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
    return (ends[0], ends[1])
}

/// Processor time that this thread has used, in microseconds.
func threadMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}

func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Whether a process ends within ten seconds: for what the kernel or a signal does in its own time.
func ends(_ pid: Int32) -> Bool {
    for _ in 0..<1000 where isAlive(pid) { usleep(10000) }
    return !isAlive(pid)
}
