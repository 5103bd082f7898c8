import CSystemShims
import Configuration
import Diagnostics
import HostProtocol
import Masking
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Secrets that come from nowhere in a vault: random bytes, a file of the user, the keyboard.
extension ScriptRun {
    // MARK: - Random

    /// How many random bytes a secret may have.
    public static let randomCounts: ClosedRange<Int64> = 4...1024

    /// A drawn text of fewer bits can be found by trying all.
    private static let unguessableBits = 64.0
    /// Of texts with fewer bits as many can be drawn in a run as it takes to get one that is wanted.
    private static let chosenBits = 32.0

    func random(_ value: Value) throws(Failure) -> Value {
        let range = Self.randomCounts
        guard let given = value["count"]?.asInteger, range.contains(given) else {
            throw Failure(
                .usage,
                "secret.random: count: expected a number from \(range.lowerBound) to \(range.upperBound), got \((value["count"] ?? .null).described)",
                hint: "16 bytes cannot be guessed; 32 are usual for keys")
        }
        var options = try OptionReader("secret.random", value["options"])
        let format = try options.choice("format", ["base64url", "base64", "hex"])
        let alphabet = try options.text("alphabet", "a text of the characters to draw from")
        let name = try Self.name(&options) ?? "random"
        try options.finish()
        guard format == nil || alphabet == nil else {
            throw Failure(
                .usage, "secret.random: format and alphabet exclude one another", hint: "leave one of them out")
        }
        let count = Int(given)
        let letters = try alphabet.map { (text) throws(Failure) in try Self.letters(text) }
        let bits = Double(count) * (letters.map { log2(Double($0.count)) } ?? 8)
        // What looks like JSON or holds escapes is looked for in parts and as it is read, too, which have fewer bits; what a
        // vault could read as a reference is the script's choice.
        let isPlain = letters.map { Set($0).isDisjoint(with: [34, 36, 92, 123, 125]) } ?? true
        let isUnguessable = bits >= Self.unguessableBits && isPlain
        // With few bits and many draws a script gets all texts that it wants, as if it had written them. Those with more nobody
        // knows, unless a program that has one tells it in pieces, which could tell any value so.
        var draft = SecretStore.Draft(
            name: name, source: SecretSource(provider: "random"),
            size: SecretSize(known: letters == nil ? count * 2 : count), origin: .unique(),
            chooser: isUnguessable ? .vault : bits >= Self.chosenBits ? .drawn : .weak)
        draft.isDraw = true
        return .object(
            try store.make(draft) { (buffer) throws(Failure) in
                if let letters {
                    try Self.draw(count, letters, to: buffer)
                    return nil
                }
                let bytes = try Self.randomBytes(count)
                try bytes.withBytes { (bytes) throws(Failure) in
                    try Self.write(bytes, format ?? "base64url", to: buffer)
                }
                return nil
            })
    }

    private static func letters(_ text: String) throws(Failure) -> [UInt8] {
        let letters = Array(text.utf8)
        guard letters.count >= 2, letters.count <= 95, Set(letters).count == letters.count,
            letters.allSatisfy({ (32...126).contains($0) })
        else {
            throw Failure(
                .usage,
                "secret.random: alphabet: expected 2 to 95 different ASCII characters, got \"\(text.printable)\"")
        }
        return letters
    }

    /// Bytes past the last whole multiple of the alphabet are thrown away: every character is as likely as any other.
    private static func draw(_ count: Int, _ letters: [UInt8], to buffer: SecretBuffer) throws(Failure) {
        let limit = 256 / letters.count * letters.count
        while buffer.count < count {
            let bytes = try randomBytes(count)
            try bytes.withBytes { (bytes) throws(Failure) in
                for index in bytes.indices where buffer.count < count && Int(bytes[index]) < limit {
                    try buffer.append(letters[Int(bytes[index]) % letters.count])
                }
            }
        }
    }

    /// From the kernel, straight into secret memory.
    private static func randomBytes(_ count: Int) throws(Failure) -> SecretBytes {
        let room = try SecretBytes(count: count)
        let isFilled = unsafe room.withUnsafeMutableBytes { bytes in
            var filled = 0
            while filled < bytes.count, let start = bytes.baseAddress {
                // getentropy gives at most 256 bytes at once.
                let more = min(256, bytes.count - filled)
                guard unsafe getentropy(start + filled, more) == 0 else { return false }
                filled += more
            }
            return true
        }
        guard isFilled else {
            throw Failure(
                .io, "secret.random: the kernel gives no random bytes", reason: unsafe String(cString: strerror(errno)))
        }
        return room
    }

    /// What a new secret is called, where the script says so: it stands in every mask.
    static func name(_ options: inout OptionReader) throws(Failure) -> String? {
        guard let name = try options.text("name", "a name") else { return nil }
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 45
                    || $0 == 46
            })
        else {
            throw Failure(
                .usage,
                "\(options.function): name: expected up to 64 letters, digits, \"_\", \"-\" and \".\", got \"\(name.printable)\""
            )
        }
        return name
    }

    // MARK: - A file

    func secretFile(_ value: Value) throws(Failure) -> Value {
        try policy.check(.file, value["path"]?.asText ?? "")
        let path = value["path"]?.asText ?? ""
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < 4096 else {
            throw Failure(
                .usage, "secret.file: path: expected the path of a file, got \"\(String(path.prefix(100)).printable)\"")
        }
        try OwnCredentials(options: options, environment: environment).check(path)
        let call = try files.callForChild(Array(path.utf8), "secret.file", writes: false)
        let room = try SecretBytes(count: SecretSize.maximumLoadedBytes + 1)
        let found = unsafe room.withUnsafeMutableBytes {
            unsafe vs_sys_credentials_read(path, $0.baseAddress, $0.count)
        }
        try Self.check(path, found)
        try call.judge(FileIdentity(device: found.device, inode: found.inode))
        room.truncate(to: found.count)
        let copy = try room.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let draft = SecretStore.Draft.loaded(
            copy, name: SecretName.joined([name.printable]), source: SecretSource(provider: "file", path: path),
            atMost: SecretSize.maximumLoadedBytes, origin: SecretOrigin("file", [path]),
            chooser: .script)
        return .object(try store.add(copy, draft))
    }

    private static func check(_ path: String, _ found: vs_sys_credentials) throws(Failure) {
        func refuse(_ reason: String, _ hint: String, _ kind: Failure.Kind = .usage) -> Failure {
            Failure(kind, "secret.file: the file \(path.printable) is not read", reason: reason, hint: hint)
        }
        switch found.result {
        case VS_SYS_CREDENTIALS_OK: return
        case VS_SYS_CREDENTIALS_NOT_REGULAR:
            throw refuse("it is no regular file, or a link", "name the file itself")
        case VS_SYS_CREDENTIALS_OTHER_OWNER:
            throw refuse(
                "it belongs to the user with id \(found.owner)", "a secret's file is your own: chown $(id -u) FILE")
        case VS_SYS_CREDENTIALS_OPEN_MODE:
            throw refuse(
                "its mode is 0\(String(found.mode, radix: 8)): other users may read or change it",
                "chmod 600 \(path.printable)")
        case VS_SYS_CREDENTIALS_TOO_LARGE:
            throw refuse(
                "it is larger than \(SecretSize.maximumLoadedBytes / 1024) KiB", "hand large files to programs by path")
        default:
            throw refuse(
                unsafe String(cString: strerror(found.error)), "look at the path and at the rights of its folders",
                found.error == ENOENT || found.error == ENOTDIR ? .notFound : .io)
        }
    }

    // MARK: - The terminal

    func prompt(_ id: UInt32, _ value: Value) throws(Failure) {
        var options = try OptionReader("secret.prompt", value["options"])
        let name = try Self.name(&options) ?? "prompt"
        try options.finish()
        let prompts = madePrompts()
        let text = gate.inward(value["text"]?.asText ?? "").printable
        withdrawWhenAbandoned(id)
        try withInput(id, for: .question) { done throws(Failure) in
            try prompts.ask(String(text.prefix(1000)), id: id) { [weak self] result in
                done()
                self?.prompted(id, name, result)
            }
        }
    }

    private func prompted(_ id: UInt32, _ name: String, _ result: Result<SecretBytes, Failure>) {
        do throws(Failure) {
            let typed = try result.get()
            let draft = SecretStore.Draft.loaded(
                typed, name: name, source: SecretSource(provider: "prompt"), atMost: SecretPrompt.maximumBytes,
                origin: .unique())
            reply(id, .object(try store.add(typed, draft)))
        } catch {
            fault(id, error)
        }
    }
}
