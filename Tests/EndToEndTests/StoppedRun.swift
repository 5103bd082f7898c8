import Foundation
import TestSupport
import Testing

/// A run that stops where it is told to, so that its processes can be looked at.
final class StoppedRun {
    let running: RunningProgram
    private let executable: String
    private let folder: TemporaryFolder
    private let input: FileHandle

    /// - Parameters:
    ///   - program: what is run: the program, or another one that runs it.
    ///   - executable: by which its processes are known, where that is not the built program.
    init(
        _ script: String, program: [String] = [Program.path], executable: String = Program.path,
        options: [String] = [], environment: [String: String] = [:]
    ) throws {
        self.executable = executable
        folder = try TemporaryFolder()
        // Another user may be the one who runs it.
        let file = try folder.write("script.lua", script, mode: 0o644)
        unsafe chmod(folder.path, 0o755)
        unsafe mkfifo(folder.path + "/in", 0o600)
        // Opened for both, so that neither side waits for the other to open it.
        input = try #require(FileHandle(forUpdatingAtPath: folder.path + "/in"))
        let words = program + options + [file, folder.path]
        running = try RunningProgram(
            "/bin/bash", ["-c", "exec \"$@\" <\"$0/in\" >\"$0/out\" 2>\"$0/err\"", folder.path] + words,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { mine, _ in mine })
    }

    deinit {
        kill(running.pid, SIGKILL)
        _ = running.wait(limit: 10)
    }

    /// Its folder, which it gets as its argument.
    var path: String { folder.path }
    var output: String { (try? folder.read("out")) ?? "" }
    var errors: String { (try? folder.read("err")) ?? "" }

    /// Waits until the run says that it is there, so many seconds at most.
    func wait(for place: String, limit: Int = 30) throws {
        for _ in 0..<(limit * 40) where !output.contains("at \(place)\n") {
            try #require(kill(running.pid, 0) == 0)
            usleep(25_000)
        }
        try #require(output.contains("at \(place)\n"), "\(output)\(errors)")
    }

    /// Lets the script go on, or the child that it waits for.
    func goOn(from place: String) throws {
        if place == "spawned" { try folder.write("go", "") } else { try input.write(contentsOf: Data("\n".utf8)) }
    }

    /// Its processes but the children that the script starts.
    var own: [Int32] { ProcessMemory.processes(of: executable, under: running.pid) }
    /// The children.
    var others: [Int32] { ProcessMemory.tree(running.pid).filter { !own.contains($0) } }
}
