import CSystemShims
import Diagnostics
import EventLoop
import HostProtocol
import Masking
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Secrets that the user has elsewhere: in an environment file, or on standard input.
extension ScriptRun {
    /// `secret.dotenv(path)`: a secret for each setting of the file, by name.
    func secretsFromDotenv(_ value: Value) throws(Failure) -> Value {
        let path = value["path"]?.asText ?? ""
        try policy.check(.file, path)
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < 4096 else {
            throw Failure(.usage, "secret.dotenv: path: expected the path of a file")
        }
        try OwnCredentials(options: options, environment: environment).check(path)
        let (content, isOfThisRun) = try dotenvContent(path)
        let inert =
            isOfThisRun
            ? try content.withBytes { (bytes) throws(Failure) in try InertText(bytes, gate.masker) } : nil
        let text = try DotenvText(content, path, inert: inert)
        try checkNames(text, content, path)
        var fields: [Value.Entry] = []
        for entry in text.entries {
            let draft = SecretStore.Draft.loaded(
                entry.value, name: entry.name, source: SecretSource(provider: "dotenv", path: path),
                atMost: SecretSize.maximumLoadedBytes, origin: SecretOrigin("dotenv", [path, entry.name]),
                chooser: .script)
            fields.append(
                Value.Entry(.bytes(Array(entry.name.utf8)), .object(try store.add(entry.value, draft))))
        }
        warn(text.repeatedNames, "set more than once, and the last one counts", path)
        warn(text.emptyNames.map(\.name), "empty, and left out", path)
        warn(text.referenceNames, "with ${…}, which the vault reads as a reference to another secret", path)
        return .map(fields)
    }

    /// A value that stands in the file as it is may hold `=`: the part before it is then no name, and nobody is told it.
    private func checkNames(_ text: DotenvText, _ content: SecretBytes, _ path: String) throws(Failure) {
        let names = try settingNames(content)
        // A command of vaultscript's own is not kept from a name that holds a whole value, as PROD_KEY does where the
        // vault has a secret PROD: it shows none but by the gate.
        let shown: (String) -> String = { [gate, options] in options.command == nil ? $0 : gate.inward($0) }
        let lines = text.entries.map { ($0.name, $0.line) } + text.emptyNames.map { ($0.name, $0.line) }
        guard let (_, line) = lines.first(where: { !names.contains(shown($0.0)) || text.isValue($0.0) }) else { return }
        throw Failure(
            .usage, "\(path.printable):\(line): the line cannot be read",
            reason: "what stands before = is a part of a secret that this run knows",
            hint: "a value that holds = stands behind a name: NAME=value")
    }

    /// What stands before = in each line of the masked text, which still holds the file's values.
    private func settingNames(_ content: SecretBytes) throws(Failure) -> Set<String> {
        let stream = gate.masker.makeStream()
        let masked = try SecretBuffer(reserving: content.count, maximumCount: .max)
        var failure: Failure?
        let keep = { (bytes: Span<UInt8>) in
            do throws(Failure) { try masked.append(bytes) } catch { failure = failure ?? error }
        }
        content.withBytes { stream.write($0, sink: keep) }
        stream.finish(sink: keep)
        if let failure { throw failure }
        return masked.withBytes { bytes in
            let mark = DotenvText.byteOrderMark
            let start = bytes.count >= mark.count && mark.indices.allSatisfy { bytes[$0] == mark[$0] } ? mark.count : 0
            return DotenvText.settingNames(bytes.extracting(start..<bytes.count))
        }
    }

    private func warn(_ names: [String], _ words: String, _ path: String) {
        guard !names.isEmpty else { return }
        gate.say("warning: \(path.printable): \(words): \(names.sorted().joined(separator: ", "))\n")
    }

    /// The file may be readable by others, as such files are: that is said, and no reason to leave it so.
    ///
    /// Gives its text, and whether it has been changed since the run began, or may have been.
    private func dotenvContent(_ path: String) throws(Failure) -> (SecretBytes, isOfThisRun: Bool) {
        func refuse(_ reason: String) -> Failure {
            Failure(
                .usage, "secret.dotenv: \(path.printable) cannot be read", reason: reason, hint: "look at the path")
        }
        let descriptor: Int32
        do throws(Failure) {
            descriptor = try OutputFile.openInput(Array(path.utf8), "secret.dotenv", files)
        } catch {
            guard error.kind == .denied else { throw refuse(error.reason.isEmpty ? error.message : error.reason) }
            throw error
        }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw refuse("it is no regular file")
        }
        if facts.st_mode & (S_IRWXG | S_IRWXO) != 0 {
            gate.say(
                "warning: other users may read \(path.printable): its mode is 0\(String(facts.st_mode & 0o777, radix: 8))\n"
            )
        }
        let room = try SecretBytes(count: SecretSize.maximumLoadedBytes)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read_descriptor(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard found.result == VS_SYS_CREDENTIALS_OK else {
            throw refuse("it is larger than \(SecretSize.maximumLoadedBytes / 1024) KiB, or cannot be read")
        }
        room.truncate(to: found.count)
        // What a program has written before it was read counts, too.
        var later = stat()
        guard unsafe fstat(descriptor, &later) == 0 else { throw refuse(unsafe String(cString: strerror(errno))) }
        // A change through a mapping leaves no time in memory.
        let mayBeUntold = spawnCount > 0 && vs_sys_is_in_memory(descriptor)
        return (room, mayBeUntold || max(facts.st_ctim.tv_sec, later.st_ctim.tv_sec) >= startedAt - 1)
    }

    // MARK: - Standard input

    /// `secret.input()`: all of standard input, but for one line end at its end.
    func secretInput(_ id: UInt32, _ value: Value) throws(Failure) {
        var options = try OptionReader("secret.input", value["options"])
        let name = try Self.name(&options) ?? "input"
        try options.finish()
        let buffer = try SecretBuffer(maximumCount: SecretSize.maximumLoadedBytes)
        let room = try SecretBytes(count: 4096)
        // Somebody else may have the input.
        whenAbandoned(id) { [weak self] in
            self?.input.withdraw(id)
            self?.fault(id, Self.abandoned)
        }
        input.lend(to: .reader, id: id) { [self] in
            do throws(Failure) {
                var watch: EventLoop.Watch?
                let stop = { [input] in
                    watch?.cancel()
                    watch = nil
                    input.giveBack()
                }
                watch = try loop.watch(0, .readable) { [self] _ in
                    guard let result = readOnce(into: buffer, room) else { return }
                    stop()
                    answer(id, result) { (value) throws(Failure) in try self.keepInput(value, name) }
                }
                whenAbandoned(id) { [weak self] in
                    stop()
                    self?.fault(id, Self.abandoned)
                }
            } catch {
                input.giveBack()
                fault(id, error)
            }
        }
    }

    /// Nil while there may be more.
    private func readOnce(into buffer: SecretBuffer, _ room: SecretBytes) -> Result<SecretBytes, Failure>? {
        let count = unsafe room.withUnsafeMutableBytes { unsafe vs_sys_read_ready(0, $0.baseAddress, $0.count) }
        do throws(Failure) {
            guard count >= 0 else {
                if errno == EAGAIN || errno == EINTR { return nil }
                throw Failure(
                    .io, "secret.input: standard input cannot be read", reason: unsafe String(cString: strerror(errno)))
            }
            guard count == 0 else {
                try room.withBytes { (bytes) throws(Failure) in try buffer.append(bytes.extracting(0..<count)) }
                return nil
            }
            let hasLineEnd = buffer.withBytes { $0.count > 0 && $0[$0.count - 1] == 10 }
            let value = try buffer.take()
            if hasLineEnd { value.truncate(to: value.count - 1) }
            guard value.count > 0 else {
                throw Failure(.usage, "secret.input: standard input is empty", hint: words.emptyInputHint)
            }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private func keepInput(_ value: SecretBytes, _ name: String) throws(Failure) -> Value {
        let draft = SecretStore.Draft.loaded(
            value, name: name, source: SecretSource(provider: "input"), atMost: SecretSize.maximumLoadedBytes,
            origin: .unique(), chooser: .script)
        return .object(try store.add(value, draft))
    }
}
