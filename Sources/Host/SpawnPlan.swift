import Diagnostics
import HostProtocol
import SecretMemory

/// What one `spawn{ … }` asks for, or one member of a `pipe{ … }`, checked as a whole before anything starts.
struct SpawnPlan {
    /// What happens to a stream of the child.
    enum Capture: String, CaseIterable {
        case none = "false"
        case both = "true"
        case stdout, stderr, merge, secret

        /// Whether standard output is taken in.
        var takesOutput: Bool { [.both, .stdout, .merge, .secret].contains(self) }
        /// Whether standard error is taken in.
        var takesError: Bool { [.both, .stderr, .merge].contains(self) }
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

    /// Who the options are for: they differ a little.
    enum Role: Equatable {
        case child
        /// A member of a pipe, with its place from 1.
        case member(Int)
        /// The outer table of a pipe, which has no program of its own.
        case pipe
    }

    /// The most output that is captured unless `maxOutput` says otherwise.
    static let defaultMaximumOutput: Int64 = 16 << 20

    let role: Role
    var program: [UInt8] = []
    var arguments: [[UInt8]] = []
    var variables: [(name: String, Variable)] = []
    var passed: [String] = []
    /// Those of them that are credentials, once the run may hand them on.
    var passedSecrets: [String: SecretStore.Entry] = [:]
    var startsEmpty = false
    var input: Input = .null
    var files: [File] = []
    var descriptors: [(number: Int32, content: Content)] = []
    var capture: Capture = .none
    var keepsLineEnd = false
    /// The fields of captured JSON that become secrets.
    var secretFields: [String] = []
    /// Standard output and standard error, where the child writes them to a file itself.
    var outputFile: OutputFile.Plan?
    var errorFile: OutputFile.Plan?
    /// Standard error goes where standard output goes.
    var errorJoinsOutput = false
    var checks = true
    var workingDirectory: [UInt8]?
    var timeout: Duration?
    var onLeak: OnLeak = .mask
    var isQuiet = false
    var label: String?
    var maximumOutput = defaultMaximumOutput
    var allowsShort = false
    /// Short values are handed over with a warning.
    var warnsOfShort = false
    /// Said once the program starts, of values that are too short to be masked.
    var shortWarning: String?
    var newPrivileges = false
    var isBackground = false
    var isDetached = false
    /// Whether it gets a pseudo-terminal; nil where the script does not say.
    var terminal: Bool?

    /// Names of the secrets this child gets, with the channel of each; for `-v`.
    var grants: [SpawnGrant] = []
    /// The task it belongs to.
    var task: Int64?
    let store: SecretStore

    /// Reads the options of a `spawn`.
    init(_ value: Value, store: SecretStore) throws(Failure) {
        try self.init(role: .child, OptionReader("spawn", value), store)
    }

    /// Reads one member of a `pipe`.
    init(member place: Int, _ value: Value, store: SecretStore) throws(Failure) {
        try self.init(role: .member(place), OptionReader("pipe: member \(place)", value), store)
    }

    /// Reads the outer options of a `pipe`.
    init(pipe options: OptionReader, store: SecretStore) throws(Failure) {
        try self.init(role: .pipe, options, store)
    }

    private init(role: Role, _ given: OptionReader, _ store: SecretStore) throws(Failure) {
        self.role = role
        self.store = store
        var options = given
        if role != .pipe { try readChild(&options) }
        if role == .child || role == .pipe { try readWhole(&options) }
        if role == .child {
            isDetached = try options.boolean("detach") ?? false
            isBackground = try options.boolean("background") ?? false || isDetached
            terminal = try options.boolean("tty")
        }
        try options.finish(allowsPositional: true)
        try checkStreams()
        try checkTerminal()
        if isDetached { try checkDetached() }
    }

    /// The function as errors name it.
    var function: String {
        switch role {
        case .child: "spawn"
        case .member(let place): "pipe: member \(place)"
        case .pipe: "pipe"
        }
    }

    var example: String {
        role == .child ? "spawn{ \"git\", \"status\" }" : "pipe{ { \"git\", \"log\" }, { \"head\" } }"
    }

    private mutating func readChild(_ options: inout OptionReader) throws(Failure) {
        try readCommand(options.positional)
        try readEnvironment(&options)
        try readInput(&options)
        try readFiles(&options)
        try readDescriptors(&options)
        try readError(&options)
        workingDirectory = try options.text("cwd", "a path").map { Array($0.utf8) }
        warnsOfShort = options.value("allowShort") == .text("warn")
        allowsShort = try warnsOfShort ? false : options.boolean("allowShort") ?? false
        newPrivileges = try options.boolean("newPrivileges") ?? false
        try checkLengths()
    }

    private mutating func readWhole(_ options: inout OptionReader) throws(Failure) {
        try readCapture(&options)
        try readFields(&options)
        outputFile = try OutputFile.Plan(options.value("stdout"), "\(function): stdout")
        checks = try options.boolean("check") ?? true
        timeout = try options.duration("timeout")
        if let timeout, timeout <= .zero {
            throw Failure(.usage, "\(function): timeout: expected more than no time", hint: "leave it out for no limit")
        }
        isQuiet = try options.boolean("quiet") ?? false
        try readLabel(&options)
        if let most = try options.integer("maxOutput", in: 0...(32 << 20)) { maximumOutput = most }
        guard let text = try options.text("onLeak") else { return }
        guard let found = OnLeak(rawValue: text) else {
            throw options.wrong("onLeak", "\"mask\", \"warn\" or \"abort\"", .text(text))
        }
        onLeak = found
    }

    // MARK: - Streams

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
        guard role == .pipe, capture == .merge else { return }
        throw Failure(
            .usage, "pipe: capture: \"merge\" is for one program",
            hint: "say capture = true, and stderr = \"stdout\" in the members whose errors belong to their output")
    }

    private mutating func readFields(_ options: inout OptionReader) throws(Failure) {
        guard let given = options.value("secrets") else { return }
        guard case .list(let items) = given, !items.isEmpty, items.count <= 256 else {
            throw options.wrong("secrets", "a list of names of fields, such as { \"token\" }", given)
        }
        for item in items {
            guard let path = item.asText, CapturedJSON.isPath(path), !secretFields.contains(path) else {
                throw options.wrong("secrets", "names of fields, each once, such as \"token\" or \"data.token\"", item)
            }
            secretFields.append(path)
        }
        guard capture != .both, capture != .stdout else { return }
        throw Failure(
            .usage, "\(function): secrets: the output is not captured",
            reason: "the fields are taken from JSON that the program prints", hint: "add capture = true")
    }

    private mutating func readError(_ options: inout OptionReader) throws(Failure) {
        if case .bytes(let text) = options.value("stderr"), text == Array("stdout".utf8) {
            errorJoinsOutput = true
        } else {
            errorFile = try OutputFile.Plan(options.value("stderr"), "\(function): stderr", also: " or \"stdout\"")
        }
    }

    private mutating func readLabel(_ options: inout OptionReader) throws(Failure) {
        guard let text = try options.text("label") else { return }
        guard !text.isEmpty, text.utf8.count <= 64, text.printable == text else {
            throw options.wrong("label", "a text of 1 to 64 bytes without control characters", .text(text))
        }
        label = text
    }

    /// One stream goes one way.
    private func checkStreams() throws(Failure) {
        if outputFile != nil, capture.takesOutput { throw conflict("standard output", "stdout") }
        if errorFile != nil || errorJoinsOutput, capture.takesError { throw conflict("standard error", "stderr") }
        guard let outputFile, let errorFile, outputFile.path == errorFile.path,
            outputFile.path != Array("/dev/null".utf8)
        else {
            return
        }
        throw Failure(
            .usage, "\(function): stdout and stderr name the same file", reason: "one would write over the other",
            hint: "say stderr = \"stdout\"")
    }

    private func conflict(_ stream: String, _ option: String) -> Failure {
        Failure(
            .usage, "\(function): \(stream) is captured and goes elsewhere too",
            reason: "capture and \(option) name two ways for one stream", hint: "leave one of them out")
    }

    // MARK: - What cannot be together

    /// What outlives the run cannot depend on it: on values, on files and pipes that end with it, on time that it keeps.
    private func checkDetached() throws(Failure) {
        var wrong: String?
        if let grant = grants.map(\.text).min() ?? passed.min() {
            throw Failure(
                .denied, "spawn: a detached program gets no secret, but this one gets \(grant.printable)",
                reason: "it outlives the run, and with it the masks and the clean-up",
                hint: "leave the secret out, or use background, which ends with the run")
        }
        switch input {
        case .null, .file: break
        case .content, .inherit: wrong = "stdin (but { file = path })"
        }
        if capture != .none { wrong = "capture" }
        if !files.isEmpty { wrong = "files" }
        if timeout != nil { wrong = "timeout" }
        if label != nil { wrong = "label" }
        if terminal == true { wrong = "tty" }
        guard let wrong else { return }
        throw Failure(
            .usage, "spawn: detach does not go with \(wrong)",
            reason: "the program outlives the run, which provides that",
            hint: "send its output to a file: stdout = { file = path }, stderr = \"stdout\"")
    }

    /// A value under 4 bytes cannot be masked without harm to the rest of the output.
    mutating func checkLengths() throws(Failure) {
        guard !allowsShort, let name = shortNames.min() else { return }
        if warnsOfShort {
            shortWarning =
                "warning: too short to be masked in what \(shownProgram) prints: \(shortNames.sorted().joined(separator: ", "))\n"
            return
        }
        throw Failure(
            .usage, "\(function): the secret \(name) is too short to be masked",
            reason: "a value of less than 4 bytes would put masks over ordinary text, so it is not masked at all",
            hint: "say allowShort = true where that does not matter")
    }

    /// Blanks and line ends around a value hide none of it.
    private static func trimmedCount(_ bytes: Span<UInt8>) -> Int {
        let isBlank: (UInt8) -> Bool = { $0 == 32 || (9...13).contains($0) }
        guard let first = bytes.indices.first(where: { !isBlank(bytes[$0]) }),
            let last = bytes.indices.last(where: { !isBlank(bytes[$0]) })
        else { return 0 }
        return last - first + 1
    }

    /// All that is handed over.
    private var contents: [Content] {
        var contents = files.map(\.content) + descriptors.map(\.content)
        if case .content(let content) = input { contents.append(content) }
        for case (_, .value(let content)) in variables { contents.append(content) }
        return contents + passedSecrets.values.map { .secret($0) }
    }

    /// How many bytes of that are texts of the script's.
    var textBytes: Int {
        contents.reduce(0) { count, content in
            if case .text(let bytes) = content { count + bytes.count } else { count }
        }
    }

    private var shortNames: [String] {
        contents.compactMap { content in
            guard case .secret(let entry) = content, !entry.isPublic else { return nil }
            let count = entry.value.withBytes(Self.trimmedCount)
            return count < 4 && count > 0 ? entry.name.printable : nil
        }
    }
}

extension SpawnPlan {
    /// The program as messages show it.
    var shownProgram: String { program.shownText() }

    /// The program's name without its folder: what a captured secret is called.
    var shownName: String {
        let name = program.split(separator: 47).last ?? program[...]
        return String(decoding: name.prefix(64), as: UTF8.self).printable
    }

    /// The words of the command, quoted as for a shell.
    var shownWords: String {
        let words = ([program] + arguments).map { String(decoding: $0, as: UTF8.self).shellWord }
        return words.joined(separator: " ")
    }

    /// What is told when they start: one program, or those of a pipe.
    static func start(_ plans: [SpawnPlan], _ whole: SpawnPlan, number: Int) -> SpawnStart {
        SpawnStart(
            number: number, task: whole.task, command: plans.map(\.shownWords).joined(separator: " | "),
            programs: plans.map(\.shownProgram), grants: plans.flatMap(\.grants), isBackground: whole.isBackground,
            label: whole.label)
    }
}
