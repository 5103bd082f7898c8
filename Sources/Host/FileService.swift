import CSystemShims
import Diagnostics
import HostProtocol
import Masking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `fs`: the files of a script. Whatever is read passes the masker, whatever is written has passed it, and what belongs
/// to vaultscript is out of reach whatever path leads to it.
///
/// This guards the way through the host only: a program that a script starts has the rights of the user.
final class FileService {
    static let maximumBytes = 16 << 20
    /// Masks can be longer than what they replace.
    static let maximumMaskedBytes = 32 << 20
    static let maximumCopiedBytes: Int64 = 1 << 30
    static let maximumNames = 100_000
    /// How many entries one call looks at.
    static let maximumEntries = 200_000
    static let maximumDepth = 256

    let gate: Gate
    let store: SecretStore
    let protected: ProtectedPlaces
    let temporary: TemporaryFolders
    /// What is being written by programs and downloads.
    let outputs: OpenOutputs
    /// What the script itself has written so far.
    let made = ScriptFiles()

    init(
        options: RunOptions, environment: HostEnvironment, gate: Gate, store: SecretStore,
        hasLeftPrograms: @escaping () -> Bool
    ) {
        self.gate = gate
        self.store = store
        outputs = OpenOutputs(hasLeftPrograms: hasLeftPrograms)
        protected = ProtectedPlaces(options: options, environment: environment)
        temporary = TemporaryFolders(environment.setting("TMPDIR"))
    }

    /// Those of its functions that change nothing.
    private static let looking: Set<String> = ["read", "exists", "stat", "list", "glob"]

    /// The answer to one call.
    func answer(_ value: Value) throws(Failure) -> Value {
        let verb = value["verb"]?.asText ?? ""
        if verb == "tempDir" { return try makeTemporaryFolder() }
        let masked: ([UInt8]) -> [UInt8] = { [gate] in gate.masker.mask($0) }
        var call = try FileCall(
            "fs.\(verb)", value, try protected.look(changes: !Self.looking.contains(verb)), masked: masked)
        switch verb {
        case "read": return try read(&call)
        case "write": return try write(&call, value["text"])
        case "exists": return try exists(&call)
        case "stat": return try stat(&call)
        case "list": return try list(&call)
        case "glob": return try glob(&call)
        case "mkdir": return try makeFolder(&call)
        case "remove": return try remove(&call)
        case "rename": return try rename(&call, to: try FileCall.path(value["to"], call.function, "to"))
        case "copy": return try copy(&call, to: try FileCall.path(value["to"], call.function, "to"))
        default: throw Failure(.usage, "there is no function \(call.function.printable)")
        }
    }

    /// Looks at a file that the host opens for a child, with the same care as for `fs`; `function` is named in errors.
    ///
    /// What is opened is judged once more, with `FileCall.judge`.
    func callForChild(_ path: [UInt8], _ function: String, writes: Bool) throws(Failure) -> FileCall {
        let call = try call(path, function)
        let place = try call.place()
        if writes { try call.checkChangeable(place) }
        return call
    }

    /// A call about `path`, with what is out of reach now.
    func call(_ path: [UInt8], _ function: String) throws(Failure) -> FileCall {
        try FileCall(function, .record(["path": .bytes(path)]), try protected.look()) { [gate] in gate.masker.mask($0) }
    }

    /// Judges what was opened by other ways than those of `fs`.
    func judge(_ descriptor: Int32, named path: [UInt8], _ function: String) throws(Failure) {
        try call(path, function).judge(descriptor)
    }

    // MARK: - Reading

    private func read(_ call: inout FileCall) throws(Failure) -> Value {
        try call.options.finish()
        return .bytes(try maskedText(of: try call.openForReading(), call))
    }

    /// The whole text, masked as one.
    private func maskedText(of file: OpenFile, _ call: FileCall) throws(Failure) -> [UInt8] {
        guard file.facts.size <= Self.maximumBytes else { throw tooLarge(call) }
        var room = [UInt8](repeating: 0, count: min(Int(file.facts.size) + 1, 1 << 18) + 4096)
        var text: [UInt8] = []
        text.reserveCapacity(Int(file.facts.size))
        func take(_ piece: Span<UInt8>) {
            if text.count + piece.count > text.capacity {
                var larger: [UInt8] = []
                larger.reserveCapacity(max(text.capacity * 2, text.count + piece.count))
                larger += text
                unsafe text.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) }
                text = larger
            }
            text.append(copying: piece)
        }
        let stream = gate.masker.makeStream()
        let credentials = CredentialSettings(gate.masker)
        var isRead = false
        defer {
            unsafe room.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) }
            // What is refused may hold what the masker does not know.
            if !isRead { unsafe text.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) } }
        }
        var total = 0
        while true {
            let count = unsafe vs_sys_file_read(file.number, &room, room.count)
            guard count >= 0 else { throw call.failed(errno) }
            total += count
            credentials.write(room.span.extracting(0..<count))
            stream.write(room.span.extracting(0..<count), sink: take)
            guard total <= Self.maximumBytes, text.count <= Self.maximumMaskedBytes else { throw tooLarge(call) }
            if count < room.count { break }
        }
        try credentials.finish(call.function, call.path)
        stream.finish(sink: take)
        // What was held back counts as what was not.
        guard text.count <= Self.maximumMaskedBytes else { throw tooLarge(call) }
        isRead = true
        return text
    }

    private func tooLarge(_ call: FileCall) -> Failure {
        Failure(
            .limit, "\(call.function): \(call.path.shownPath) is larger than \(Self.maximumBytes >> 20) MiB",
            reason: "a script holds what it reads in memory",
            hint: "let a program do it: spawn{ \"grep\", …, path, capture = true }, or stdin = { file = path }")
    }

    // MARK: - Looking

    private func exists(_ call: inout FileCall) throws(Failure) -> Value {
        try call.options.finish()
        do throws(FileTrouble) {
            return .boolean(try FileWalk(protection: call.protection).resolve(call.path).file != nil)
        } catch {
            guard error.isMissing else { throw call.failure(error, call.path) }
            return .boolean(false)
        }
    }

    private func stat(_ call: inout FileCall) throws(Failure) -> Value {
        let followsLast = try call.options.boolean("followLinks") ?? true
        try call.options.finish()
        let (_, file) = try call.found(followsLast: followsLast)
        let facts = file.facts
        let mode = String(facts.mode & 0o7777, radix: 8)
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value) { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        add("type", .text(FileKind.name(facts.mode)))
        add("size", .integer(facts.size))
        add("mode", .text(String(repeating: "0", count: max(0, 4 - mode.utf8.count)) + mode))
        add("mtime", .number(facts.modified))
        add("owner", .integer(Int64(facts.owner)))
        add("group", .integer(Int64(facts.group)))
        add("links", .integer(Int64(clamping: facts.links)))
        if let target = file.isLink ? file.linkText : nil { add("target", gate.inward(target)) }
        return .map(fields)
    }

    private func list(_ call: inout FileCall) throws(Failure) -> Value {
        try call.options.finish()
        let (_, file) = try call.found()
        guard file.isFolder else {
            throw Failure(
                .io, "\(call.function): \(call.path.shownPath) is no folder",
                reason: "it is a \(FileKind.name(file.facts.mode))", hint: "its content: fs.read(path)")
        }
        var names: [[UInt8]] = []
        let error = file.forEachName { name, _ in
            names.append(name)
            return names.count <= Self.maximumNames
        }
        if let error { throw call.failed(error) }
        return try sorted(names, call)
    }

    private func glob(_ call: inout FileCall) throws(Failure) -> Value {
        let showsHidden = try call.options.boolean("hidden") ?? false
        try call.options.finish()
        var search = GlobSearch(call: call, showsHidden: showsHidden)
        return try sorted(try search.run(), call)
    }

    /// Names as a script sees them. Masked first and sorted then: the place of a masked name among others would tell
    /// which guess comes before the value and which after it.
    private func sorted(_ names: [[UInt8]], _ call: FileCall) throws(Failure) -> Value {
        let masked = names.map { gate.masker.mask($0) }.sorted { $0.lexicographicallyPrecedes($1) }
        guard masked.count <= Self.maximumNames, masked.reduce(0, { $0 + $1.count }) <= Self.maximumMaskedBytes else {
            throw Failure(
                .limit, "\(call.function): \(call.path.shownPath) has more than \(Self.maximumNames) entries",
                hint: "let a program do it: spawn{ \"find\", …, capture = true }")
        }
        return .list(masked.map { .bytes($0) })
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying piece: Span<UInt8>) {
        unsafe piece.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
