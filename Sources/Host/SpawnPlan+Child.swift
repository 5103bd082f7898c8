import Diagnostics
import HostProtocol
import SecretMemory

/// What one child is given: program, arguments, environment, input, files, descriptors.
extension SpawnPlan {
    // MARK: - Program and arguments

    mutating func readCommand(_ positional: [Int64: Value]) throws(Failure) {
        var words: [[UInt8]] = []
        let count = positional.keys.max() ?? 0
        guard count <= 1 << 20, Int64(positional.count) <= count, !positional.keys.contains(where: { $0 < 1 }) else {
            throw Failure(.usage, "\(function): arguments stand under the keys 1, 2, 3 …")
        }
        for place in stride(from: Int64(1), through: count, by: 1) {
            guard let value = positional[place] else { throw hole("\(place)") }
            try flatten(value, "\(place)", 0, &words)
        }
        guard let first = words.first, !first.isEmpty else {
            throw Failure(
                .usage, "\(function): there is no program", reason: "the first value of the table names it",
                hint: example)
        }
        program = first
        arguments = Array(words.dropFirst())
    }

    private func flatten(_ value: Value, _ place: String, _ depth: Int, _ words: inout [[UInt8]]) throws(Failure) {
        let what = words.isEmpty ? "the program" : "argument \(place)"
        switch value {
        case .bytes(let bytes):
            guard !bytes.contains(0) else { throw Failure(.usage, "\(function): \(what) holds a NUL byte") }
            words.append(bytes)
        case .integer(let number): words.append(Array(String(number).utf8))
        case .list(let items):
            for (index, item) in items.enumerated() { try flatten(item, "\(place)[\(index + 1)]", depth + 1, &words) }
        case .map(let entries) where entries.allSatisfy({ if case .integer = $0.key { true } else { false } }):
            throw hole(place)
        case .object(let object) where object.kind == .secret: throw refused(object, what)
        default:
            throw Failure(
                .usage, "\(function): \(what): expected a string, a number or a list of them, got \(value.described)",
                hint: "for an argument that is only sometimes there, write: condition and \"--flag\" or {}")
        }
    }

    private func hole(_ place: String) -> Failure {
        Failure(
            .usage, "\(function): the list of arguments has a hole at \(place)", reason: "a nil stands there",
            hint: "for an argument that is only sometimes there, write: condition and \"--flag\" or {}")
    }

    private func refused(_ object: ObjectReference, _ what: String) -> Failure {
        let name = object.name.shownText()
        return Failure(
            .usage, "\(function): the secret \(name) cannot be \(what)",
            reason: "arguments are visible to every user of the machine (ps)",
            hint:
                "hand it over with env = { \(name) = handle }, stdin = handle, or files = { \(name) = handle } and \"${file:\(name)}\""
        )
    }

    // MARK: - Environment

    mutating func readEnvironment(_ options: inout OptionReader) throws(Failure) {
        startsEmpty = try options.boolean("clearEnv") ?? false
        for (name, value) in try fields(options.value("env"), "env") {
            variables.append((name, try variable(name, value)))
        }
        variables.sort { $0.name < $1.name }
        guard let given = options.value("passEnv") else { return }
        guard case .list(let names) = given else { throw options.wrong("passEnv", "a list of names", given) }
        for value in names {
            guard let name = value.asText else { throw options.wrong("passEnv", "a list of names", value) }
            try ScriptRun.checkMayBeHandedOn(name, "\(function): passEnv")
            passed.append(name)
        }
    }

    mutating func variable(_ name: String, _ value: Value) throws(Failure) -> Variable {
        guard !name.isEmpty, !name.utf8.contains(61), !name.utf8.contains(0) else {
            throw Failure(.usage, "\(function): env: \"\(name.printable)\" is no variable name")
        }
        try EnvironmentPolicy.checkName(name, "\(function): env")
        if case .boolean(false) = value { return .removed }
        guard case .object(let object) = value else {
            let content = try content(value, "env.\(name.printable)", " or false")
            if case .text(let bytes) = content, bytes.contains(0) {
                throw Failure(.usage, "\(function): env.\(name.printable): the text holds a NUL byte")
            }
            return .value(content)
        }
        guard !EnvironmentPolicy.isSteering(name) else { throw steers("env.\(name.printable)", "secret") }
        return .value(try secret(object, "env.\(name.printable)", "env \(name)"))
    }

    private func steers(_ place: String, _ what: String) -> Failure {
        Failure(
            .denied, "\(function): \(place) does not take a \(what)",
            reason: "the variable steers a loader or an interpreter, which a value from a vault must not do",
            hint: "give the \(what) a name of its own")
    }

    /// - Throws: `.denied` for a variable that brings other code into a program than the one that a recipe declares.
    func checkVariables(_ policy: RunPolicy) throws(Failure) {
        guard policy.recipe != nil else { return }
        for (name, value) in variables {
            guard case .value(let content) = value else { continue }
            var text: String?
            if case .text(let bytes) = content { text = String(decoding: bytes, as: UTF8.self) }
            try checkVariable(name, text, "env", canBeExecuted: true)
        }
        // Its variable is the path of a file of the script's.
        for file in files { try checkVariable(file.name, nil, "files", canBeExecuted: file.isMemoryFile) }
    }

    private func checkVariable(
        _ name: String, _ text: String?, _ option: String, canBeExecuted: Bool
    ) throws(Failure) {
        guard
            SteeringVariable.loadsCode(name) || SteeringVariable.runs(name, text)
                || canBeExecuted && SteeringVariable.runsFile(name)
        else { return }
        throw Failure(
            .denied, "\(function): \(option).\(name.printable) is not set under a recipe",
            reason: "it brings code or a command of the script's into the program that the recipe declares",
            hint: "leave it out; a wrapper program that sets it can be declared in recipe{ programs = … }")
    }

    // MARK: - Input, files, descriptors

    mutating func readInput(_ options: inout OptionReader) throws(Failure) {
        switch options.value("stdin") {
        case nil: break
        case .bytes(let text) where text == Array("inherit".utf8): input = .inherit
        case .map(let fields):
            var inner = try OptionReader("\(function): stdin", .map(fields))
            guard let path = try inner.text("file", "a path") else {
                throw Failure(.usage, "\(function): stdin: expected { file = path }")
            }
            try inner.finish()
            input = .file(Array(path.utf8))
        case .some(let value):
            input = .content(try content(value, "stdin", ", { file = path } or \"inherit\"", "stdin"))
        }
    }

    mutating func readFiles(_ options: inout OptionReader) throws(Failure) {
        for (name, value) in try fields(options.value("files"), "files") {
            guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(Self.isNameByte) else {
                throw Failure(
                    .usage, "\(function): files: \"\(name.printable)\" is no name for a file",
                    hint: "letters, digits and _ ; the child finds the path in the variable of that name")
            }
            guard !EnvironmentPolicy.isSteering(name) else { throw steers("files.\(name.printable)", "file") }
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
        var inner = try OptionReader("\(function): files.\(name)", value)
        let isMemoryFile = try inner.boolean("memfd") ?? false
        guard let content = inner.positional[1], inner.positional.count == 1 else {
            throw Failure(.usage, "\(function): files.\(name): expected { handle, memfd = true }")
        }
        try inner.finish(allowsPositional: true)
        return (content, isMemoryFile)
    }

    mutating func readDescriptors(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("fds") else { return }
        let reader = try OptionReader("\(function): fds", given)
        if let name = reader.names.min() {
            throw Failure(
                .usage, "\(function): fds: \"\(name.printable)\" is no descriptor",
                hint: "descriptors are numbers from 3 to 255: fds = { [3] = handle }")
        }
        for (number, value) in reader.positional.sorted(by: { $0.key < $1.key }) {
            guard (3...255).contains(number) else {
                throw Failure(
                    .usage, "\(function): fds: expected descriptors from 3 to 255, got \(number)",
                    hint: "stdin, stdout and stderr have options of their own")
            }
            descriptors.append((Int32(number), try content(value, "fds[\(number)]", "", "descriptor \(number)")))
        }
    }

    // MARK: - Contents

    private func fields(_ value: Value?, _ option: String) throws(Failure) -> [(String, Value)] {
        switch value {
        case nil: return []
        case .list(let items) where items.isEmpty: return []
        case .map(let entries):
            var result: [(String, Value)] = []
            for entry in entries {
                guard case .bytes(let name) = entry.key else {
                    throw Failure(.usage, "\(function): \(option): expected names as keys, got a number")
                }
                result.append((String(decoding: name, as: UTF8.self), entry.value))
            }
            return result
        case .some(let other):
            throw Failure(
                .usage, "\(function): \(option): expected a table with names as keys, got \(other.described)",
                hint: "a secret's handle is the value, its name the key: \(option) = { NAME = handle }")
        }
    }

    mutating func content(
        _ value: Value, _ place: String, _ also: String, _ channel: String? = nil
    ) throws(Failure) -> Content {
        switch value {
        case .bytes(let bytes): return .text(bytes)
        case .integer(let number): return .text(Array(String(number).utf8))
        case .number(let number): return .text(Array("\(number)".utf8))
        case .object(let object): return try secret(object, place, channel ?? place)
        default:
            throw Failure(.usage, "\(function): \(place): expected a string, a secret\(also), got \(value.described)")
        }
    }

    mutating func secret(_ object: ObjectReference, _ place: String, _ channel: String) throws(Failure)
        -> Content
    {
        guard object.kind == .secret else {
            throw Failure(.usage, "\(function): \(place): expected a secret, got \(Value.object(object).typeName)")
        }
        let entry = try store.entry(object)
        grants.append(SpawnGrant(name: entry.name, channel: channel))
        return .secret(entry)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 95 || byte == 45 || byte == 46 || (48...57).contains(byte) || (65...90).contains(byte)
            || (97...122).contains(byte)
    }
}
