import Diagnostics
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that a program is started from: its own, and where that is a script the interpreter that its first line
/// names, with what `env` finds there.
struct ProgramFiles {
    /// As Linux has it (`BINPRM_BUF_SIZE`, and five interpreters at most).
    private static let lineBytes = 256
    private static let maximumDepth = 5

    private(set) var paths: [[UInt8]] = []
    /// Why one of them cannot be looked into, other than for its rights, which stop an interpreter as well.
    private(set) var lack: Int32?
    private let request: SpawnRequest

    init(_ path: [UInt8], of request: SpawnRequest) {
        self.request = request
        add(path, depth: 0)
    }

    private mutating func add(_ path: [UInt8], depth: Int) {
        paths.append(path)
        guard depth < Self.maximumDepth, let (interpreter, rest) = firstLine(of: path) else { return }
        add(interpreter, depth: depth + 1)
        guard interpreter.split(separator: 47).last.map(Array.init) == Array("env".utf8) else { return }
        // Its options, and variables that it sets.
        let word = rest.first { $0.first != 45 && !$0.contains(61) }
        guard let word else { return }
        var found = request
        found.program = word
        if let file = found.programFile { add(file.path, depth: depth + 1) }
    }

    private mutating func firstLine(of path: [UInt8]) -> (interpreter: [UInt8], rest: [[UInt8]])? {
        let file = unsafe open(path.cString, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno != ENOENT, errno != EACCES { lack = lack ?? errno }
            return nil
        }
        defer { close(file) }
        var room = [UInt8](repeating: 0, count: Self.lineBytes)
        let count = unsafe read(file, &room, room.count)
        guard count > 2, room.starts(with: [35, 33]) else { return nil }
        let line = room[2..<count].prefix { $0 != 10 && $0 != 0 }
        let words = line.split { $0 == 32 || $0 == 9 || $0 == 13 }.map(Array.init)
        return words.first.map { ($0, Array(words.dropFirst())) }
    }
}
