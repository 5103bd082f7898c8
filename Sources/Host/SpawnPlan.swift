import Diagnostics
import HostProtocol
import SecretMemory

/// What one `spawn{ … }` asks for, checked as a whole before anything starts.
struct SpawnPlan {
    /// What happens to a stream of the child.
    enum Capture: String, CaseIterable {
        case none = "false"
        case both = "true"
        case stdout, stderr, merge, secret
    }

    enum Content {
        case text([UInt8])
        case secret(SecretStore.Entry)
    }

    enum Input {
        case null
        case inherit
        case content(Content)
        case file([UInt8])
    }

    struct File {
        var name: String
        var content: Content
        var isMemoryFile: Bool
    }

    enum Variable {
        case value(Content)
        case removed
    }

    /// What is done when a value is seen in the output.
    enum OnLeak: String, CaseIterable {
        case mask, warn, abort
    }

    /// The most output that is captured unless `maxOutput` says otherwise.
    static let defaultMaximumOutput: Int64 = 16 << 20

    var program: [UInt8] = []
    var arguments: [[UInt8]] = []
    var variables: [(name: String, Variable)] = []
    var passed: [String] = []
    var startsEmpty = false
    var input: Input = .null
    var files: [File] = []
    var descriptors: [(number: Int32, content: Content)] = []
    var capture: Capture = .none
    var keepsLineEnd = false
    var checks = true
    var workingDirectory: [UInt8]?
    var timeout: Duration?
    var onLeak: OnLeak = .mask
    var isQuiet = false
    var maximumOutput = defaultMaximumOutput
    var allowsShort = false
    var newPrivileges = false
    /// Whether it gets a pseudo-terminal; nil where the script does not say.
    var terminal: Bool?

    /// Names of the secrets this child gets, with the channel of each; for `-v`.
    private(set) var grants: [String] = []
    private let store: SecretStore

    init(_ value: Value, store: SecretStore) throws(Failure) {
        self.store = store
        var options = try OptionReader("spawn", value)
        try readCommand(options.positional)
        try readEnvironment(&options)
        try readInput(&options)
        try readFiles(&options)
        try readDescriptors(&options)
        try readCapture(&options)
        try readRest(&options)
        try options.finish(allowsPositional: true)
    }

    // MARK: - Program and arguments

    private mutating func readCommand(_ positional: [Int64: Value]) throws(Failure) {
        var words: [[UInt8]] = []
        let count = positional.keys.max() ?? 0
        guard count <= 1 << 20, Int64(positional.count) <= count, !positional.keys.contains(where: { $0 < 1 }) else {
            throw Failure(.usage, "spawn: arguments stand under the keys 1, 2, 3 …")
        }
        for place in stride(from: Int64(1), through: count, by: 1) {
            guard let value = positional[place] else { throw Self.hole("\(place)") }
            try flatten(value, "\(place)", 0, &words)
        }
        guard let first = words.first, !first.isEmpty else {
            throw Failure(
                .usage, "spawn: there is no program", reason: "the first value of the table names it",
                hint: "spawn{ \"git\", \"status\" }")
        }
        program = first
        arguments = Array(words.dropFirst())
    }

    private func flatten(_ value: Value, _ place: String, _ depth: Int, _ words: inout [[UInt8]]) throws(Failure) {
        let what = words.isEmpty ? "the program" : "argument \(place)"
        switch value {
        case .bytes(let bytes):
            guard !bytes.contains(0) else { throw Failure(.usage, "spawn: \(what) holds a NUL byte") }
            words.append(bytes)
        case .integer(let number): words.append(Array(String(number).utf8))
        case .list(let items):
            for (index, item) in items.enumerated() { try flatten(item, "\(place)[\(index + 1)]", depth + 1, &words) }
        case .map(let entries) where entries.allSatisfy({ if case .integer = $0.key { true } else { false } }):
            throw Self.hole(place)
        case .object(let object) where object.kind == .secret: throw Self.refused(object, what)
        default:
            throw Failure(
                .usage, "spawn: \(what): expected a string, a number or a list of them, got \(value.described)",
                hint: "for an argument that is only sometimes there, write: condition and \"--flag\" or {}")
        }
    }

    private static func hole(_ place: String) -> Failure {
        Failure(
            .usage, "spawn: the list of arguments has a hole at \(place)", reason: "a nil stands there",
            hint: "for an argument that is only sometimes there, write: condition and \"--flag\" or {}")
    }

    private static func refused(_ object: ObjectReference, _ what: String) -> Failure {
        let name = String(decoding: object.name.prefix(200), as: UTF8.self).printable
        return Failure(
            .usage, "spawn: the secret \(name) cannot be \(what)",
            reason: "arguments are visible to every user of the machine (ps)",
            hint:
                "hand it over with env = { \(name) = handle }, stdin = handle, or files = { \(name) = handle } and \"${file:\(name)}\""
        )
    }

    // MARK: - Environment

    private mutating func readEnvironment(_ options: inout OptionReader) throws(Failure) {
        startsEmpty = try options.boolean("clearEnv") ?? false
        for (name, value) in try Self.fields(options.value("env"), "env") {
            variables.append((name, try variable(name, value)))
        }
        variables.sort { $0.name < $1.name }
        guard let given = options.value("passEnv") else { return }
        guard case .list(let names) = given else { throw options.wrong("passEnv", "a list of names", given) }
        for value in names {
            guard let name = value.asText else { throw options.wrong("passEnv", "a list of names", value) }
            try ScriptRun.checkMayBeHandedOn(name, "spawn: passEnv")
            passed.append(name)
        }
    }

    private mutating func variable(_ name: String, _ value: Value) throws(Failure) -> Variable {
        guard !name.isEmpty, !name.utf8.contains(61), !name.utf8.contains(0) else {
            throw Failure(.usage, "spawn: env: \"\(name.printable)\" is no variable name")
        }
        if case .boolean(false) = value { return .removed }
        guard case .object(let object) = value else {
            let content = try content(value, "env.\(name.printable)", " or false")
            if case .text(let bytes) = content, bytes.contains(0) {
                throw Failure(.usage, "spawn: env.\(name.printable): the text holds a NUL byte")
            }
            return .value(content)
        }
        guard !EnvironmentPolicy.isSteering(name) else {
            throw Failure(
                .denied, "spawn: env.\(name.printable) does not take a secret",
                reason: "the variable steers a loader or an interpreter, which a value from a vault must not do",
                hint: "give the secret a name of its own")
        }
        return .value(try secret(object, "env.\(name.printable)", "env \(name)"))
    }

    // MARK: - Input, files, descriptors

    private mutating func readInput(_ options: inout OptionReader) throws(Failure) {
        switch options.value("stdin") {
        case nil: break
        case .bytes(let text) where text == Array("inherit".utf8): input = .inherit
        case .map(let fields):
            var inner = try OptionReader("spawn: stdin", .map(fields))
            guard let path = try inner.text("file", "a path") else {
                throw Failure(.usage, "spawn: stdin: expected { file = path }")
            }
            try inner.finish()
            input = .file(Array(path.utf8))
        case .some(let value):
            input = .content(try content(value, "stdin", ", { file = path } or \"inherit\"", "stdin"))
        }
    }

    private mutating func readFiles(_ options: inout OptionReader) throws(Failure) {
        for (name, value) in try Self.fields(options.value("files"), "files") {
            guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(Self.isNameByte) else {
                throw Failure(
                    .usage, "spawn: files: \"\(name.printable)\" is no name for a file",
                    hint: "letters, digits and _ ; the child finds the path in the variable of that name")
            }
            var isMemoryFile = false
            var inner = value
            if value["memfd"] != nil || { if case .list = value { true } else { false } }() {
                (inner, isMemoryFile) = try memoryFile(name, value)
            }
            files.append(
                File(
                    name: name, content: try content(inner, "files.\(name)", "", "file \(name)"),
                    isMemoryFile: isMemoryFile))
        }
        files.sort { $0.name < $1.name }
    }

    private func memoryFile(_ name: String, _ value: Value) throws(Failure) -> (Value, Bool) {
        var inner = try OptionReader("spawn: files.\(name)", value)
        let isMemoryFile = try inner.boolean("memfd") ?? false
        guard let content = inner.positional[1], inner.positional.count == 1 else {
            throw Failure(.usage, "spawn: files.\(name): expected { handle, memfd = true }")
        }
        try inner.finish(allowsPositional: true)
        return (content, isMemoryFile)
    }

    private mutating func readDescriptors(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("fds") else { return }
        let reader = try OptionReader("spawn: fds", given)
        try reader.finish(allowsPositional: true)
        for (number, value) in reader.positional.sorted(by: { $0.key < $1.key }) {
            guard (3...255).contains(number) else {
                throw Failure(
                    .usage, "spawn: fds: expected descriptors from 3 to 255, got \(number)",
                    hint: "stdin, stdout and stderr have options of their own")
            }
            descriptors.append((Int32(number), try content(value, "fds[\(number)]", "", "descriptor \(number)")))
        }
    }

    // MARK: - The rest

    private mutating func readCapture(_ options: inout OptionReader) throws(Failure) {
        keepsLineEnd = try options.boolean("raw") ?? false
        switch options.value("capture") {
        case nil: break
        case .boolean(let truth): capture = truth ? .both : .none
        case .some(let value):
            guard let text = value.asText, let found = Capture(rawValue: text), text != "true", text != "false" else {
                throw options.wrong("capture", "true, false, \"stdout\", \"stderr\", \"merge\" or \"secret\"", value)
            }
            capture = found
        }
    }

    private mutating func readRest(_ options: inout OptionReader) throws(Failure) {
        checks = try options.boolean("check") ?? true
        workingDirectory = try options.text("cwd", "a path").map { Array($0.utf8) }
        timeout = try options.duration("timeout")
        if let timeout, timeout <= .zero {
            throw Failure(.usage, "spawn: timeout: expected more than no time", hint: "leave it out for no limit")
        }
        isQuiet = try options.boolean("quiet") ?? false
        allowsShort = try options.boolean("allowShort") ?? false
        newPrivileges = try options.boolean("newPrivileges") ?? false
        terminal = try options.boolean("tty")
        try checkTerminal()
        if let most = try options.integer("maxOutput", in: 0...(32 << 20)) { maximumOutput = most }
        if let text = try options.text("onLeak") {
            guard let found = OnLeak(rawValue: text) else {
                throw options.wrong("onLeak", "\"mask\", \"warn\" or \"abort\"", .text(text))
            }
            onLeak = found
        }
        try checkLengths()
    }

    /// A value under 4 bytes cannot be masked without harm to the rest of the output.
    private func checkLengths() throws(Failure) {
        guard !allowsShort, let name = shortNames.min() else { return }
        throw Failure(
            .usage, "spawn: the secret \(name) is too short to be masked",
            reason: "a value of less than 4 bytes would put masks over ordinary text, so it is not masked at all",
            hint: "say allowShort = true where that does not matter")
    }

    private var shortNames: [String] {
        var contents = files.map(\.content) + descriptors.map(\.content)
        if case .content(let content) = input { contents.append(content) }
        for case (_, .value(let content)) in variables { contents.append(content) }
        return contents.compactMap { content in
            if case .secret(let entry) = content, entry.value.count < 4, entry.value.count > 0 {
                entry.name
            } else {
                nil
            }
        }
    }

    // MARK: - Contents

    private static func fields(_ value: Value?, _ option: String) throws(Failure) -> [(String, Value)] {
        switch value {
        case nil: return []
        case .list(let items) where items.isEmpty: return []
        case .map(let entries):
            var result: [(String, Value)] = []
            for entry in entries {
                guard case .bytes(let name) = entry.key else {
                    throw Failure(.usage, "spawn: \(option): expected names as keys, got a number")
                }
                result.append((String(decoding: name, as: UTF8.self), entry.value))
            }
            return result
        case .some(let other):
            throw Failure(
                .usage, "spawn: \(option): expected a table with names as keys, got \(other.described)",
                hint: "a secret's handle is the value, its name the key: \(option) = { NAME = handle }")
        }
    }

    private mutating func content(
        _ value: Value, _ place: String, _ also: String, _ channel: String? = nil
    ) throws(Failure) -> Content {
        switch value {
        case .bytes(let bytes): return .text(bytes)
        case .integer(let number): return .text(Array(String(number).utf8))
        case .number(let number): return .text(Array("\(number)".utf8))
        case .object(let object): return try secret(object, place, channel ?? place)
        default:
            throw Failure(.usage, "spawn: \(place): expected a string, a secret\(also), got \(value.described)")
        }
    }

    private mutating func secret(_ object: ObjectReference, _ place: String, _ channel: String) throws(Failure)
        -> Content
    {
        guard object.kind == .secret else {
            throw Failure(.usage, "spawn: \(place): expected a secret, got \(Value.object(object).typeName)")
        }
        let entry = try store.entry(object)
        grants.append("\(entry.name) (\(channel))")
        return .secret(entry)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 95 || byte == 45 || byte == 46 || (48...57).contains(byte) || (65...90).contains(byte)
            || (97...122).contains(byte)
    }
}
