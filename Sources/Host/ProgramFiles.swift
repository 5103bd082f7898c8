import CSystemShims
import Diagnostics
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that a recipe has let through.
struct JudgedProgram {
    /// What is executed, and nothing else that has its name; empty where nothing is found.
    let executable: [UInt8]
    let files: ProgramFiles?
}

/// The files that a program is started from: its own, and where that is a script the interpreter that its first line
/// names, with what `env` finds there.
struct ProgramFiles {
    /// As Linux has it (`BINPRM_BUF_SIZE`).
    private static let lineBytes = 256

    private(set) var paths: [[UInt8]] = []
    /// Those of them that `env` finds, which it does after the start.
    private(set) var late: Set<[UInt8]> = []
    /// Why one of them cannot be looked into, other than for its rights, which stop an interpreter as well.
    private(set) var lack: Int32?
    /// A first line has `env` look elsewhere than can be seen from here.
    private(set) var isUnclear = false
    private let request: SpawnRequest

    init(_ path: [UInt8], of request: SpawnRequest) {
        self.request = request
        var open = [path]
        var seen: Set<[UInt8]> = []
        while let path = open.popLast() {
            guard seen.insert(path).inserted else { continue }
            paths.append(path)
            guard let (interpreter, rest) = firstLine(of: path) else { continue }
            let file = request.seenFromChild(interpreter)
            let isEnv = Self.isEnv(interpreter) || Self.target(of: file).map(Self.isEnv) == true
            let found = isEnv ? envPaths(rest) : []
            if isEnv, Self.isUnclear(rest) { isUnclear = true }
            if late.contains(path) { late.insert(file) }
            late.formUnion(found)
            open += [file] + found
        }
    }

    private static func isEnv(_ path: [UInt8]) -> Bool {
        path.split(separator: 47).last.map(Array.init) == Array("env".utf8)
    }

    /// What a path leads to, where links may be in it.
    private static func target(of path: [UInt8]) -> [UInt8]? {
        guard let target = unsafe realpath(path.cString, nil) else { return nil }
        defer { unsafe free(target) }
        return unsafe Array(String(cString: target).utf8)
    }

    /// Whether `env` may put variables in, read escapes, change the folder or look through another PATH, with `-S`.
    private static func isUnclear(_ text: [UInt8]) -> Bool {
        text.contains(UInt8(ascii: "$")) || text.contains(UInt8(ascii: "\\"))
            || words(text).contains { word in
                let isShort = word.first == 45 && word.dropFirst().first != 45
                return word.starts(with: Array("PATH=".utf8)) || word.starts(with: Array("--c".utf8))
                    || isShort && (word.contains(UInt8(ascii: "C")) || word.contains(UInt8(ascii: "P")))
            }
    }

    /// Where `env` may find what it runs: it goes on to the next folder of PATH where the first file cannot be run.
    private func envPaths(_ text: [UInt8]) -> [[UInt8]] {
        Self.words(text).flatMap { word in
            var found = request
            found.program = word
            return found.possiblePaths
        }
    }

    /// What `env` may take for a program in its one argument: all of it, and with `-S` each word. Which of them are options,
    /// their arguments and variables depends on the `env`.
    private static func words(_ text: [UInt8]) -> Set<[UInt8]> {
        let words = text.split { [9, 10, 11, 12, 13, 32].contains($0) }
        let bare = words.map { $0.filter { $0 != 34 && $0 != 39 } }
        // Behind -S, -vS and --split-string=.
        let joined = bare.filter { $0.first == 45 }.flatMap { option in
            [UInt8(ascii: "S"), UInt8(ascii: "=")].compactMap { mark in
                option.firstIndex(of: mark).map { Array(option[($0 + 1)...]) }
            }
        }
        return Set([text] + words.map(Array.init) + bare + joined).subtracting([[]])
    }

    private mutating func firstLine(of path: [UInt8]) -> (interpreter: [UInt8], rest: [UInt8])? {
        var room = [UInt8](repeating: 0, count: Self.lineBytes)
        defer { unsafe room.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) } }
        let count = Self.readStart(of: path, into: &room)
        if count < 0, ![ENOENT, ENOTDIR, EACCES].contains(errno) { lack = lack ?? errno }
        guard count > 2, room.starts(with: [35, 33]) else { return nil }
        // As the kernel divides it: blanks and tabs alone, and one argument.
        let line = Self.withoutBlanks(room[2..<count].prefix { $0 != 10 && $0 != 0 })
        let interpreter = line.prefix { !Self.isBlank($0) }
        guard !interpreter.isEmpty else { return nil }
        return (Array(interpreter), Array(Self.withoutBlanks(line[interpreter.endIndex...])))
    }

    /// Reads as many bytes of a regular file as there is room for; gives their number, or -1 with the reason in `errno`.
    ///
    /// From a terminal or a pipe it would take somebody's input: nothing is read there, and it is opened only when it is seen
    /// to be a file.
    static func readStart(of path: [UInt8], into room: inout [UInt8]) -> Int {
        var facts = stat()
        guard unsafe stat(path.cString, &facts) == 0 else { return -1 }
        guard facts.st_mode & S_IFMT == S_IFREG else { return 0 }
        let file = unsafe open(path.cString, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { return -1 }
        defer { close(file) }
        guard unsafe fstat(file, &facts) == 0 else { return -1 }
        guard facts.st_mode & S_IFMT == S_IFREG else { return 0 }
        return unsafe read(file, &room, room.count)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    private static func withoutBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) } ?? start.startIndex - 1
        return start[..<(end + 1)]
    }
}
