import CSystemShims
import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One call of an `fs` function: its arguments, and what an error of it says.
struct FileCall {
    let function: String
    let path: [UInt8]
    var protection: Protection
    /// Names as a script may see them: masked.
    let masked: ([UInt8]) -> [UInt8]
    var options: OptionReader

    init(
        _ function: String, _ value: Value, _ protection: Protection, masked: @escaping ([UInt8]) -> [UInt8]
    ) throws(Failure) {
        self.function = function
        self.protection = protection
        self.masked = masked
        path = try Self.path(value["path"], function, "path")
        options = try OptionReader(function, value["options"])
    }

    /// A path among the arguments.
    static func path(_ value: Value?, _ function: String, _ name: String) throws(Failure) -> [UInt8] {
        guard let bytes = value?.asBytes else {
            throw Failure(.usage, "\(function): \(name): expected a path, got \((value ?? .null).described)")
        }
        guard !bytes.isEmpty else { throw Failure(.usage, "\(function): \(name): the path is empty") }
        guard !bytes.contains(0) else { throw Failure(.usage, "\(function): \(name): the path holds a NUL byte") }
        return bytes
    }

    /// A file's mode, given as in chmod: "0600".
    mutating func mode() throws(Failure) -> UInt32? {
        guard let value = options.value("mode") else { return nil }
        guard let text = value.asText, (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8),
            mode <= 0o777
        else { throw options.wrong("mode", "a mode such as \"0600\", as a text", value) }
        return mode
    }

    // MARK: - Places

    /// The place of `path`, whatever is there.
    func place(_ path: [UInt8]? = nil, followsLast: Bool = true) throws(Failure) -> FilePlace {
        let path = path ?? self.path
        do throws(FileTrouble) {
            return try FileWalk(protection: protection).resolve(path, followsLast: followsLast)
        } catch {
            throw failure(error, path)
        }
    }

    /// The same, with something there.
    func found(_ path: [UInt8]? = nil, followsLast: Bool = true) throws(Failure) -> (place: FilePlace, file: OpenFile) {
        let place = try place(path, followsLast: followsLast)
        guard let file = place.file else {
            throw failure(place.missing, path ?? self.path)
        }
        return (place, file)
    }

    /// The same, for a call that makes, changes, moves or removes the entry itself.
    func changeable(_ path: [UInt8]? = nil, followsLast: Bool = false) throws(Failure) -> FilePlace {
        let place = try place(path, followsLast: followsLast)
        try checkChangeable(place, path)
        return place
    }

    func checkChangeable(_ place: FilePlace, _ path: [UInt8]? = nil) throws(Failure) {
        let path = path ?? self.path
        guard place.name != [46] else {
            throw Failure(
                .usage, "\(function): \(path.shownPath) names no entry of a folder",
                hint: "write the name itself, not / or a path that ends in . or ..")
        }
        if let what = protection.ways[Protection.Entry(place.folder, place.name)] { throw outOfReach(what, path) }
        if let what = protection.settled[place.folder.identity] { throw outOfReach(what, path) }
        if let file = place.file, let what = protection.unchangeable[file.identity] { throw outOfReach(what, path) }
        if place.folder.facts.pseudo == VS_SYS_PSEUDO_PROC {
            throw outOfReach("/proc, which the host does not write to", path)
        }
    }

    /// A file that has just been opened is judged again: what is at a name can change between look and opening.
    func judged(_ file: OpenFile?, _ place: FilePlace, _ path: [UInt8]? = nil) throws(Failure) -> OpenFile {
        guard let file else {
            var trouble = place.missing
            trouble.cause = .system(errno)
            throw failure(trouble, path ?? self.path)
        }
        if let what = protection.inside[file.identity] { throw outOfReach(what, path ?? self.path) }
        return file
    }

    /// Judges a descriptor that was opened otherwise.
    func judge(_ descriptor: Int32) throws(Failure) {
        var facts = vs_sys_file_facts()
        guard unsafe vs_sys_file_learn(descriptor, &facts) else { throw failed(errno) }
        guard facts.pseudo == VS_SYS_PSEUDO_NONE else { throw outOfReach(KernelFiles.counters) }
        try judge(FileIdentity(facts))
    }

    /// Judges what was opened otherwise.
    func judge(_ file: FileIdentity) throws(Failure) {
        if let what = protection.inside[file] { throw outOfReach(what) }
    }

    /// Opens a regular file for reading.
    func openForReading(_ path: [UInt8]? = nil) throws(Failure) -> OpenFile {
        let (place, file) = try found(path)
        // Looked at before: opening alone can have effects on a device.
        guard file.isRegular else { throw notRegular(file, path ?? self.path) }
        return try judged(place.folder.open(place.name, VS_SYS_FILE_READ), place, path)
    }

    // MARK: - Errors

    func failure(_ trouble: FileTrouble, _ path: [UInt8]) -> Failure {
        switch trouble.cause {
        case .outOfReach(let what): outOfReach(what, path)
        case .system(ENOENT), .system(ENOTDIR): missing(trouble, path)
        case .system(let error): failed(error, path)
        }
    }

    /// A call of the system that failed.
    func failed(_ error: Int32, _ path: [UInt8]? = nil) -> Failure {
        let words = unsafe String(cString: strerror(error))
        return Failure(.io, "\(function): \((path ?? self.path).shownPath): \(words)", hint: Self.hint(error))
    }

    private static func hint(_ error: Int32) -> String {
        switch error {
        case EACCES, EPERM: "look at the rights of the file and of its folders: ls -ld"
        case ENOSPC, EDQUOT: "make room: df"
        case EEXIST: "choose another name, or remove what is there: fs.remove(path)"
        case ENOTEMPTY: "remove it with all in it: fs.remove(path, { recursive = true })"
        case EXDEV:
            "that is another file system: copy the file and remove the old one, or let mv do it: spawn{ \"mv\", … }"
        case ELOOP: "a link leads back to itself: look at it with ls -l"
        case EMFILE, ENFILE: "see the limits of this session: ulimit -n; run fewer children at once"
        case EROFS: "that file system is mounted for reading only"
        default: ""
        }
    }

    private func missing(_ trouble: FileTrouble, _ path: [UInt8]) -> Failure {
        var reason = ""
        if trouble.isOfLink {
            reason = "a link leads nowhere"
        } else if case .system(ENOTDIR) = trouble.cause {
            reason = "\(trouble.name.shownPath) is no folder"
        } else if trouble.isOnTheWay {
            reason = "the folder \(trouble.name.shownPath) does not exist"
        }
        var failure = Failure(
            .notFound, "\(function): \(path.shownPath) does not exist", reason: reason, hint: missingHint(trouble, path)
        )
        failure.exitCode = ExitCode.scriptError
        return failure
    }

    private func missingHint(_ trouble: FileTrouble, _ path: [UInt8]) -> String {
        if path.first == 126 { return "~ is not expanded: write os.getenv(\"HOME\") .. \"/…\"" }
        if let near = nearName(trouble) { return "did you mean \"\(near.printable)\"?" }
        return path.first == 47
            ? "" : "paths are relative to the working directory; the script's own folder is scriptDir"
    }

    /// Looked for among the masked names: otherwise a script could ask how close its guess is to a value.
    private func nearName(_ trouble: FileTrouble) -> String? {
        guard !trouble.isOfLink, let folder = trouble.folder, !trouble.name.isEmpty,
            folder.facts.pseudo == VS_SYS_PSEUDO_NONE
        else { return nil }
        var names: [String] = []
        _ = folder.forEachName { name, _ in
            names.append(String(decoding: masked(name), as: UTF8.self))
            return names.count < 1000
        }
        return NearNames.best(for: String(decoding: trouble.name, as: UTF8.self), among: names)
    }

    func outOfReach(_ what: String, _ path: [UInt8]? = nil) -> Failure {
        let shown = (path ?? self.path).shownPath
        func kept(_ reason: String, _ hint: String) -> Failure {
            Failure(.denied, "\(function): \(shown) stays as it is", reason: reason, hint: hint)
        }
        func closed(_ hint: String) -> Failure {
            Failure(
                .denied, "\(function): \(shown) is out of reach of scripts", reason: "it leads to \(what)", hint: hint)
        }
        switch what {
        case ProtectedPlaces.runningProgram:
            return kept("a program that the recipe declares runs from there", "wait for it first: process:wait()")
        case ProtectedPlaces.workingDirectory:
            return kept("it leads to \(what)", "start vaultscript in another folder, or let a program do it")
        case ProtectedPlaces.standardInput: return kept("it is \(what)", "write to another file")
        case ProtectedPlaces.programFolder:
            return kept(
                "it belongs to \(what), where programs that the recipe declares find others",
                "let a program that the recipe declares do it, such as install")
        case KernelFiles.counters: return closed("let a program read it: spawn{ \"cat\", path, capture = true }")
        default: return closed("secrets come with getSecret(name), standard input with io.read()")
        }
    }

    func notRegular(_ file: OpenFile, _ path: [UInt8]) -> Failure {
        let hint =
            file.isFolder
            ? "its entries: fs.list(path)"
            : "let a program do it: spawn{ \"cat\", path, capture = true, timeout = \"10s\" }"
        return Failure(
            .io, "\(function): \(path.shownPath) is no regular file",
            reason: "it is a \(FileKind.name(file.facts.mode))",
            hint: hint)
    }
}

/// The sorts of files, as fs.stat names them.
enum FileKind {
    static func name(_ mode: UInt32) -> String {
        switch mode & S_IFMT {
        case S_IFREG: "file"
        case S_IFDIR: "folder"
        case S_IFLNK: "link"
        case S_IFIFO: "pipe"
        case S_IFSOCK: "socket"
        default: "device"
        }
    }
}
