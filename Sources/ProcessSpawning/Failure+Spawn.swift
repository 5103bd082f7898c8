import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The wording of what can go wrong before a program runs. Names and paths, never values.

extension Failure {
    static func holdsNUL(_ what: String) -> Failure {
        Failure(
            .usage, "\(what) holds a NUL byte", reason: "the kernel would cut it there",
            hint: "pass bytes with NUL by standard input or a file")
    }

    static func unknownFile(_ name: [UInt8], known: [[UInt8]]) -> Failure {
        let names = known.map(shown).sorted().joined(separator: ", ")
        return Failure(
            .usage, "${file:\(shown(name))} in an argument names no file of this child",
            reason: names.isEmpty ? "it has no files" : "its files are \(names)", hint: "add it to files")
    }

    static func noDescriptor(_ what: String, _ error: Int32) -> Failure {
        Failure(
            .io, "\(what) for a child cannot be made", reason: errorText(error),
            hint: "see the limits of this session: ulimit -n; run fewer children at once")
    }

    static func cannotStart(_ program: String, stage: String, _ error: Int32) -> Failure {
        Failure(
            .start, "\(program) cannot be started", reason: "\(stage): \(errorText(error))", hint: hint(error),
            code: 126)
    }

    static func tooLarge(_ request: SpawnRequest) -> Failure {
        // Only of those that are no secret: nothing may be learned of the length of one.
        let plain = request.allVariables.filter { if case .text = $0.value { true } else { false } }
        let largest = plain.max { $0.value.count < $1.value.count }
        let name = largest.map { ", the largest variable is \(shown($0.name))" } ?? ""
        var failure = Failure(
            .start, "the arguments and variables of \(shown(request.program)) are too large",
            reason: "one may take 128 KiB, all together about a quarter of the stack limit\(name)",
            hint: "pass large data by standard input or files", code: 126)
        // What fits beside a secret is exact, and would tell its length.
        failure.endsRun = plain.count < request.allVariables.count && !request.hasTooLongText
        return failure
    }

    private static func hint(_ error: Int32) -> String {
        switch error {
        case EAGAIN: "see the limits of this session: ulimit -u"
        case EMFILE, ENFILE: "see the limits of this session: ulimit -n; run fewer children at once"
        default: ""
        }
    }
}

/// Turns what the kernel answered into what a person can act on, looking at the files again.
struct StartFailure {
    let request: SpawnRequest
    let candidates: [[UInt8]]
    let result: vs_sys_spawn_result
    /// Whether names in the folders of PATH are compared: a program that was started may have made one of a secret.
    let comparesNames: Bool

    private var program: String { shown(request.program) }
    private var isPath: Bool { request.program.contains(UInt8(ascii: "/")) }

    /// The failure for `result`, with the code that a shell would give: 127 for what is not there, else 126.
    var failure: Failure {
        switch result.stage {
        case VS_SYS_SPAWN_EXECUTE: executeFailure
        case VS_SYS_SPAWN_DIRECTORY: directoryFailure
        case VS_SYS_SPAWN_CLONE: .cannotStart(program, stage: "a process cannot be made", result.error)
        case VS_SYS_SPAWN_DESCRIPTORS: .cannotStart(program, stage: "its descriptors cannot be set", result.error)
        case VS_SYS_SPAWN_TERMINAL: .cannotStart(program, stage: "its terminal cannot be set", result.error)
        default: .cannotStart(program, stage: "its session cannot be set up", result.error)
        }
    }

    private var directoryFailure: Failure {
        Failure(
            .start, "the working directory \(shown(request.workingDirectory ?? [])) of \(program) cannot be entered",
            reason: errorText(result.error), hint: "check cwd", code: 126)
    }

    private var executeFailure: Failure {
        switch result.error {
        case ENOENT, ENOTDIR: missingFailure
        case EACCES: deniedFailure
        case ENOEXEC: unknownFormatFailure
        case E2BIG: .tooLarge(request)
        default:
            Failure(.start, "\(program) cannot be run", reason: errorText(result.error), code: 126)
        }
    }

    // MARK: - Not there

    private var missingFailure: Failure {
        for candidate in candidates {
            switch look(candidate) {
            case VS_SYS_PROGRAM_SCRIPT: return badInterpreterFailure(candidate)
            case VS_SYS_PROGRAM_OTHER: return missingLoaderFailure(candidate)
            default: continue
            }
        }
        return notFoundFailure
    }

    private var notFoundFailure: Failure {
        guard !isPath else {
            return Failure(
                .start, "program \(program) was not found", reason: errorText(result.error),
                hint: "check the path; a relative one starts at the child's working directory", code: 127)
        }
        let path = request.searchPath.map { "PATH is \(shown($0))" } ?? "PATH is not set; searched /bin:/usr/bin"
        return Failure(
            .start, "program \(program) was not found", reason: path,
            hint: nearName.map { "did you mean \($0)?" } ?? lineHint ?? "install it, or give its path", code: 127)
    }

    /// A whole line of a shell where a program's name is expected.
    private var lineHint: String? {
        guard request.program.contains(0x20) else { return nil }
        let isForShell = request.program.contains { "|&;<>$*`".utf8.contains($0) }
        return isForShell
            ? "that is a line for a shell: give it to sh, with the arguments -c and the line"
            : "program and arguments are texts of their own: give the program's name alone, then each argument"
    }

    private func badInterpreterFailure(_ path: [UInt8]) -> Failure {
        Failure(
            .start, "\(shown(path)) cannot be run: its interpreter was not found",
            reason: "the first line of the script names it",
            hint:
                "install the interpreter, or mend the #! line; where that ends with a carriage return, save the script "
                + "with Unix line ends", code: 127)
    }

    private func missingLoaderFailure(_ path: [UInt8]) -> Failure {
        Failure(
            .start, "\(shown(path)) cannot be run: the loader it asks for was not found",
            reason: "it was built for another system or C library", hint: "see what it asks for: file \(shown(path))",
            code: 127)
    }

    private var nearName: String? {
        guard comparesNames else { return nil }
        for directory in Spawner.searchDirectories(request.searchPath) {
            var found = [CChar](repeating: 0, count: 256)
            let isFound = withCString(directory) { directory in
                withCString(request.program) { name in
                    unsafe found.withUnsafeMutableBufferPointer { room in
                        unsafe vs_sys_program_near(directory, name, room.baseAddress, room.count)
                    }
                }
            }
            if isFound { return text(found) }
        }
        return nil
    }

    // MARK: - There, but not to be run

    private var deniedFailure: Failure {
        let candidate = candidates.indices.contains(Int(result.candidate)) ? candidates[Int(result.candidate)] : []
        let (what, hint) =
            switch look(candidate) {
            case VS_SYS_PROGRAM_DIRECTORY: ("is a directory", "name a program in it")
            case VS_SYS_PROGRAM_NOT_EXECUTABLE: ("is not executable", "allow it: chmod +x \(shown(candidate))")
            case VS_SYS_PROGRAM_SCRIPT: ("cannot be run: its interpreter is not executable", "mend the #! line")
            default: ("may not be run", "check the rights of the file, of its directories, and mount options (noexec)")
            }
        return Failure(.start, "\(shown(candidate)) \(what)", reason: errorText(result.error), hint: hint, code: 126)
    }

    private var unknownFormatFailure: Failure {
        Failure(
            .start, "\(program) is no program that this system can run",
            reason: "it is neither a binary for this machine nor a script with a #! line",
            hint: "begin a script with its interpreter, such as #!/bin/sh, or name the interpreter first", code: 126)
    }

    // MARK: - Looking

    private func look(_ path: [UInt8]) -> vs_sys_program {
        let directory = request.workingDirectory ?? [UInt8(ascii: ".")]
        return withCString(directory) { directory in
            withCString(path) { path in unsafe vs_sys_program_look(directory, path) }
        }
    }

    private func text(_ bytes: [CChar]) -> String {
        shown(bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }
}
