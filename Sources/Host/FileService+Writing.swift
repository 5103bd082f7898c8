import CSystemShims
import Diagnostics
import HostProtocol
import Masking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writing and copying.
extension FileService {
    func write(_ call: inout FileCall, _ text: Value?) throws(Failure) -> Value {
        let appends = try call.options.boolean("append") ?? false
        let isAtomic = try call.options.boolean("atomic") ?? false
        let allowsMasked = try call.options.boolean("allowMasked") ?? false
        let mode = try call.mode()
        try call.options.finish()
        guard !appends || !isAtomic else {
            throw Failure(.usage, "\(call.function): append and atomic exclude one another", hint: "choose one of them")
        }
        let bytes = try writable(text, call, allowsMasked: allowsMasked)
        let sink = try FileSink(call, call.path, mode: mode, newMode: 0o666, appends: appends, isAtomic: isAtomic)
        try sink.checkFree(outputs)
        try sink.fill(made) { file in unsafe vs_sys_file_write(file, bytes, bytes.count) }
        return .null
    }

    /// The text as it may stand in a file.
    ///
    /// A mask of this run in it means that something has been lost; a value in it, that something would be: either is an
    /// error, so that no file is destroyed silently, and no value of this run leaves through the host.
    private func writable(_ value: Value?, _ call: FileCall, allowsMasked: Bool) throws(Failure) -> [UInt8] {
        guard let text = value?.asBytes else { throw noText(value ?? .null, call) }
        guard text.count <= Self.maximumBytes else {
            throw Failure(
                .limit,
                "\(call.function): the text for \(call.path.shownPath) is larger than \(Self.maximumBytes >> 20) MiB",
                hint: "write it in parts: { append = true }")
        }
        if !allowsMasked, let name = MaskText.first(in: text, of: store.names.union(gate.masker.registeredNames)) {
            throw Failure(
                .usage,
                "\(call.function): the text for \(call.path.shownPath) holds the mask [secret:\(name.printable)]",
                reason: "the value itself never enters the script, so the file would lose it",
                hint: "let a program write it: spawn{ …, files = { NAME = handle } } or stdout = { file = path }; "
                    + "where the mask is meant: allowMasked = true")
        }
        let stream = gate.masker.makeStream()
        var masked: [UInt8] = []
        stream.write(text.span) { masked.append(copying: $0) }
        stream.finish { masked.append(copying: $0) }
        guard let name = stream.hits.keys.min() else { return text }
        guard allowsMasked, masked.count <= Self.maximumMaskedBytes else {
            throw Failure(
                .leak,
                "\(call.function): the text for \(call.path.shownPath) holds the value of the secret \(name.printable)",
                reason: "what the host writes is masked, so the file would lose it",
                hint: "hand the secret to the program that writes the file: spawn{ …, files = { NAME = handle } } or "
                    + "stdout = { file = path }; where the mask is meant: allowMasked = true")
        }
        return masked
    }

    private func noText(_ value: Value, _ call: FileCall) -> Failure {
        guard case .object(let object) = value, object.kind == .secret else {
            return Failure(.usage, "\(call.function): text: expected a text, got \(value.described)")
        }
        return Failure(
            .usage, "\(call.function): text: \(value.described) cannot be written to a file",
            reason: "a secret on a disk outlives the run",
            hint:
                "hand it to the program that needs it: spawn{ …, files = { NAME = handle } } makes a file in memory for it; "
                + "a program that must write it: spawn{ …, stdout = { file = path } }")
    }

    func copy(_ call: inout FileCall, to: [UInt8]) throws(Failure) -> Value {
        let isAtomic = try call.options.boolean("atomic") ?? false
        let mode = try call.mode()
        try call.options.finish()
        let source = try call.openForReading()
        guard source.facts.size <= Self.maximumCopiedBytes else { throw tooLargeToCopy(call) }
        let existing = try call.place(to).file
        if existing?.identity == source.identity {
            throw Failure(.usage, "\(call.function): \(call.path.shownPath) and \(to.shownPath) are the same file")
        }
        let sink = try FileSink(
            call, to, mode: mode, newMode: source.facts.mode & 0o777, appends: false, isAtomic: isAtomic)
        try sink.checkFree(outputs)
        try sink.fill(made) { file in vs_sys_file_copy(source.number, file, Self.maximumCopiedBytes) }
        return .null
    }

    private func tooLargeToCopy(_ call: FileCall) -> Failure {
        Failure(
            .limit, "\(call.function): \(call.path.shownPath) is larger than \(Self.maximumCopiedBytes >> 20) MiB",
            reason: "the run stands still while the host copies",
            hint: "let a program do it: spawn{ \"cp\", \"--\", from, to }")
    }
}

/// The file that a call writes: opened and judged before anything in it is changed.
struct FileSink {
    private let call: FileCall
    private let path: [UInt8]
    private let place: FilePlace
    private let file: OpenFile
    private let mode: UInt32?
    private let appends: Bool
    /// The finished file takes the place of the old one; nil where that one is written itself.
    private let temporaryName: [UInt8]?

    init(
        _ call: FileCall, _ path: [UInt8], mode: UInt32?, newMode: UInt32, appends: Bool, isAtomic: Bool
    ) throws(Failure) {
        place = try call.changeable(path, followsLast: true)
        if let existing = place.file, !existing.isRegular { throw call.notRegular(existing, path) }
        (self.call, self.path, self.appends) = (call, path, appends)
        guard isAtomic else {
            (self.mode, temporaryName) = (mode, nil)
            let use = appends ? VS_SYS_FILE_APPEND : VS_SYS_FILE_WRITE
            file = try call.judged(place.folder.open(place.name, use, mode: mode ?? newMode), place, path)
            return
        }
        let name = Array(".vaultscript-".utf8) + (try RandomName.make())
        temporaryName = name
        // What replaces a file has its mode.
        self.mode = mode ?? place.file.map { $0.facts.mode & 0o7777 }
        file = try call.judged(place.folder.open(name, VS_SYS_FILE_CREATE, mode: mode ?? newMode), place, path)
    }

    /// Nobody else of this run writes the file itself.
    func checkFree(_ outputs: OpenOutputs) throws(Failure) {
        if temporaryName == nil { try outputs.check(file.identity, file.number, call.function, path) }
    }

    /// Writes the file with `body`, which gives 0 or -1, and notes it.
    func fill(_ made: ScriptFiles, _ body: (Int32) -> Int32) throws(Failure) {
        var isDone = appends || temporaryName != nil || ftruncate(file.number, 0) == 0
        isDone = isDone && adoptMode() && body(file.number) == 0
        if isDone, let temporaryName {
            isDone = made.keeping(place.file) {
                unsafe vs_sys_file_commit(file.number, place.folder.number, temporaryName.cString, place.name.cString)
                    == 0
            }
        }
        let error = errno
        made.note(file.number)
        guard !isDone else { return }
        if let temporaryName { _ = unsafe unlinkat(place.folder.number, temporaryName.cString, 0) }
        throw call.failed(error, path)
    }

    private func adoptMode() -> Bool {
        if temporaryName != nil, let old = place.file?.facts {
            // Only root can give a file away; for others this does nothing, and need not.
            _ = fchown(file.number, old.owner, old.group)
        }
        guard let mode else { return true }
        return fchmod(file.number, mode) == 0
    }
}

/// Finds masks in a text.
enum MaskText {
    private static let start = Array("[secret:".utf8)

    /// Whether there may be a mask in `text`: a quick look for its beginning.
    static func mayBe(in text: [UInt8]) -> Bool {
        var rest = text[...]
        while let bracket = rest.firstIndex(of: start[0]) {
            if rest[bracket...].starts(with: start) { return true }
            rest = rest[(bracket + 1)...]
        }
        return false
    }

    /// The name of the first mask `[secret:NAME]` in `text` whose name is one of `names`.
    static func first(in text: [UInt8], of names: Set<String>) -> String? {
        guard !names.isEmpty, text.count > start.count else { return nil }
        let lengths = Set(names.map(\.utf8.count)).sorted()
        var place = 0
        while let bracket = text[place...].firstIndex(of: start[0]) {
            place = bracket + 1
            let name = bracket + start.count
            guard text[bracket...].starts(with: start) else { continue }
            for length in lengths where name + length < text.count && text[name + length] == 93 {
                let found = String(decoding: text[name..<(name + length)], as: UTF8.self)
                if names.contains(found) { return found }
            }
        }
        return nil
    }
}
