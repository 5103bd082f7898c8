import FuzzSupport
import HostProtocol

/// What a hostile worker does, one thing after the other.
enum Step {
    /// Bytes on the wire; whether they are a request that is owed an answer.
    case send([UInt8], isRequest: Bool)
    /// Waits for what is owed, so that what comes next can use what was given.
    case settle
}

/// Makes the messages of a hostile worker out of choices: most are what a worker could send, with handles that were
/// and were not given out; some are broken.
struct FrameGrammar {
    /// The programs that a child may be; everything else is stopped by the fence.
    let programs: [String]
    let domains: [String]
    private(set) var steps: [Step] = []
    private var nextID: UInt32 = 1
    private var spawnsLeft = 2

    init(_ choices: inout Choices, programs: [String], domains: [String]) {
        self.programs = programs
        self.domains = domains
        if !choices.oneIn(8) { begin() }
        while !choices.isEmpty, steps.count < 64 { step(&choices) }
        steps.append(.settle)
        steps.append(.send(encoded(.notice(.finished, report(&choices))), isRequest: false))
    }

    /// As most scripts begin: a session and its first secrets.
    private mutating func begin() {
        add(.login, .map([]))
        steps.append(.settle)
        for name in ["PAT", "JSONISH"] {
            add(.getSecret, .record(["session": session(0, 1), "name": .text(name)]))
        }
        steps.append(.settle)
    }

    private mutating func step(_ choices: inout Choices) {
        switch choices.below(16) {
        case 0...9: request(&choices)
        case 10...11: notice(&choices)
        case 12...13: steps.append(.settle)
        case 14: broken(&choices)
        default: wrongDirection(&choices)
        }
    }

    /// Of each id that is used once: what is asked under it, as the host reads it.
    var asked: [UInt32: (operation: Operation, value: Value)] {
        var asked: [UInt32: (operation: Operation, value: Value)] = [:]
        var used: Set<UInt32> = []
        for case .request(let id, let operation, let value) in messages {
            asked[id] = used.insert(id).inserted ? (operation, value) : nil
        }
        return asked
    }

    private var messages: [Message] {
        var reader = MessageReader()
        for case .send(let bytes, _) in steps { reader.append(bytes.span) }
        var messages: [Message] = []
        while let message = try? reader.next() { messages.append(message) }
        return messages
    }

    // MARK: - Messages

    private mutating func add(_ operation: Operation, _ value: Value, id: UInt32? = nil) {
        let id = id ?? nextID
        nextID &+= 1
        steps.append(.send(encoded(.request(id: id, operation, value)), isRequest: true))
    }

    private func encoded(_ message: Message) -> [UInt8] { (try? Frame.encode(message)) ?? [] }

    private mutating func request(_ choices: inout Choices) {
        let operation = choices.pick(Operation.allCases)
        if operation == .spawn || operation == .pipe {
            guard spawnsLeft > 0 else { return }
            spawnsLeft -= 1
        }
        let value = choices.oneIn(12) ? value(&choices, 0) : arguments(operation, &choices)
        add(operation, value, id: choices.oneIn(8) ? UInt32(choices.byte()) : nil)
    }

    private mutating func notice(_ choices: inout Choices) {
        let message: Message =
            switch choices.below(4) {
            case 0: .notice(.write, .record(["stream": .integer(1 + Int64(choices.below(3))), "text": text(&choices)]))
            case 1:
                .notice(
                    .log, .record(["level": text(&choices), "message": text(&choices), "fields": map(&choices, 0)]))
            case 2: .notice(.release, object(&choices))
            default: .notice(choices.pick(Operation.allCases.filter { $0 != .ending }), value(&choices, 0))
            }
        steps.append(.send(encoded(message), isRequest: false))
    }

    private mutating func wrongDirection(_ choices: inout Choices) {
        let value = value(&choices, 0)
        let id = UInt32(choices.byte())
        let message = choices.pick([Message.answer(id: id, value), .fault(id: id, value), .cancel(value)])
        steps.append(.send(encoded(message), isRequest: false))
    }

    /// A message with bytes changed, cut off, or none at all.
    private mutating func broken(_ choices: inout Choices) {
        var bytes = encoded(.request(id: nextID, choices.pick([.describe, .template, .module]), value(&choices, 0)))
        switch choices.below(4) {
        case 0: bytes = choices.bytes(atMost: 64)
        case 1: bytes.removeLast(min(bytes.count, choices.below(16)))
        case 2: bytes[9] = 1
        default: bytes[choices.below(bytes.count)] = choices.byte()
        }
        steps.append(.send(bytes, isRequest: false))
    }

    private mutating func report(_ choices: inout Choices) -> Value {
        if choices.oneIn(8) { return value(&choices, 0) }
        return .record([
            "status": .text(choices.pick(["done", "error", "exit", "syntax", "other"])), "text": text(&choices),
            "fault": .integer(Int64(choices.below(12))), "code": .integer(choices.number()),
            "kind": text(&choices), "place": text(&choices), "traceback": text(&choices),
        ])
    }

    // MARK: - Arguments

    private func arguments(_ operation: Operation, _ choices: inout Choices) -> Value {
        switch operation {
        case .login: options(&choices, login)
        case .getSecret:
            .record([
                "session": object(&choices), "name": .text(choices.pick(names)), "options": options(&choices, reading),
            ])
        case .getSecrets, .names: .record(["session": object(&choices), "options": options(&choices, reading)])
        case .renew, .logout: .record(["session": object(&choices)])
        case .describe: .record(["object": object(&choices)])
        case .template: .record(["text": template(&choices), "fields": map(&choices, 0)])
        case .secretFromEnvironment, .environmentVariable, .module: .record(["name": .text(choices.pick(names))])
        case .derive: derivation(&choices)
        case .file: file(&choices)
        case .spawn: spawn(&choices)
        case .pipe: .map([.init(.integer(1), spawn(&choices)), .init(.integer(2), spawn(&choices))])
        case .processWait, .processLines, .processState, .processStop: .record(["process": process(&choices)])
        case .processKill: .record(["process": process(&choices), "signal": value(&choices, 3)])
        case .sleep: .record(["duration": choices.pick([.number(0.001), .text("1ms"), text(&choices)])])
        case .readInput:
            .record(["count": .integer(choices.number()), "all": .boolean(choices.oneIn(4)), "keep": .boolean(true)])
        default: value(&choices, 0)
        }
    }

    private let names = [
        "PAT", "JSONISH", "MULTI", "NOT_THERE", "infisical://p/dev/PAT", "infisical://p/dev/web/PAT", "", "a/b",
        "APP_TOKEN", "PLAIN", "INFISICAL_TOKEN", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET",
        "infisical_universal_auth_client_secret", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_DOMAIN", "module",
        "../module", "/etc/passwd", "\u{1B}]0;x\u{7}",
    ]
    private let login = ["domain", "project", "env", "path", "clientId", "clientSecret", "profile", "credentials"]
    private let reading = ["env", "path", "project", "version", "field", "optional", "environment"]
    private let spawning = [
        "env", "passEnv", "clearEnv", "stdin", "files", "fds", "capture", "raw", "check", "timeout", "onLeak", "quiet",
        "maxOutput", "allowShort", "newPrivileges", "cwd", "tty", "background", "label", "secrets", "stdout", "stderr",
    ]

    private func options(_ choices: inout Choices, _ known: [String]) -> Value {
        .map(
            unique(
                (0..<choices.below(4)).map { _ in
                    let name = choices.oneIn(16) ? "unknown" : choices.pick(known)
                    return Value.Entry(.bytes(Array(name.utf8)), option(name, &choices))
                }))
    }

    private func option(_ name: String, _ choices: inout Choices) -> Value {
        if choices.oneIn(6) { return value(&choices, 1) }
        switch name {
        case "domain": return .text(choices.pick(domains))
        case "env" where choices.oneIn(2): return map(&choices, 1)
        case "capture": return choices.pick([.boolean(true), .text("stdout"), .text("merge"), .text("secret")])
        case "onLeak": return .text(choices.pick(["mask", "warn", "abort"]))
        case "stdin", "clientSecret": return object(&choices)
        case "files": return map(&choices, 1)
        case "fds": return .map([.init(.integer(Int64(choices.below(12))), object(&choices))])
        case "secrets": return .list([.text(choices.pick(["a", "a.b", ""]))])
        case "stdout", "stderr": return .record(["file": .text(choices.pick(paths))])
        case "passEnv": return .list([.text(choices.pick(names))])
        case "timeout": return choices.pick([.number(0.02), .text("50ms"), .integer(choices.number())])
        case "maxOutput": return choices.pick([.integer(0), .integer(10), .integer(choices.number())])
        case "field": return .text(choices.pick(["a", "a.b", "a.b.c", ""]))
        case "version": return .integer(choices.number())
        case "optional", "check", "quiet", "raw", "allowShort", "clearEnv", "background":
            return .boolean(choices.oneIn(2))
        default: return .text(choices.pick(["dev", "/", "/web", "p", "..", ""]))
        }
    }

    private func spawn(_ choices: inout Choices) -> Value {
        var entries = [Value.Entry(.integer(1), .text(choices.pick(programs)))]
        for place in 0..<choices.below(3) {
            let word = choices.pick(["TOKEN", "A", "/proc/self/environ", "/proc/self/fd/3", "${file:A}", "-", "--help"])
            entries.append(.init(.integer(Int64(place + 2)), choices.oneIn(8) ? value(&choices, 1) : .text(word)))
        }
        if !choices.oneIn(4) {
            let secret = Value.Entry(.bytes(Array("TOKEN".utf8)), object(&choices))
            entries.append(.init(.bytes(Array("env".utf8)), .map([secret])))
        }
        guard case .map(let more) = options(&choices, spawning) else { return .map(entries) }
        return .map(unique(entries + more))
    }

    private let ways = [
        "base64", "base64Decode", "hex", "urlEncode", "trim", "field", "json", "hmac", "random", "file", "other",
    ]
    private let verbs = [
        "read", "write", "exists", "stat", "list", "glob", "mkdir", "remove", "rename", "copy", "tempDir", "other",
    ]
    private let paths = [
        ".", "..", "a", "a/b", "/proc/self/environ", "/proc/self/mem", "/dev/fd/3", "/dev/stdin", "*", "**", "[a", "~",
        "",
        "/dev/null", "/etc/hostname",
    ]

    private func derivation(_ choices: inout Choices) -> Value {
        .record([
            "way": .text(choices.pick(ways)), "secret": object(&choices),
            "options": options(&choices, ["url", "format"]),
            "field": .text(choices.pick(["a", "a.b", ""])),
            "algorithm": .text(choices.pick(["sha256", "sha1", "md5"])),
            "key": object(&choices), "message": choices.oneIn(2) ? text(&choices) : object(&choices),
            "count": .integer(choices.number()), "path": .text(choices.pick(paths)),
            "parts": .list([text(&choices), object(&choices), text(&choices)]),
        ])
    }

    private func file(_ choices: inout Choices) -> Value {
        .record([
            "verb": .text(choices.pick(verbs)),
            "path": choices.oneIn(8) ? value(&choices, 2) : .text(choices.pick(paths)),
            "to": .text(choices.pick(paths)), "text": choices.oneIn(4) ? object(&choices) : text(&choices),
            "options": options(&choices, ["append", "atomic", "mode", "allowMasked", "parents", "recursive"]),
        ])
    }

    private func process(_ choices: inout Choices) -> Value {
        if choices.oneIn(6) { return object(&choices) }
        return .object(ObjectReference(kind: .process, index: UInt32(choices.below(3)), generation: 1, name: []))
    }

    private func template(_ choices: inout Choices) -> Value {
        .text((0..<choices.below(4)).map { _ in choices.pick(["${a}", "${b}", "x", "$${", "${"]) }.joined())
    }

    // MARK: - Values

    private func value(_ choices: inout Choices, _ depth: Int) -> Value {
        switch choices.below(depth < 4 ? 9 : 6) {
        case 0: choices.pick([.null, .boolean(true), .boolean(false)])
        case 1: .integer(choices.number())
        case 2: .number(choices.pick([0.5, -1, .infinity, .nan, 1e300, 1e-9]))
        case 3, 4: text(&choices)
        case 5: object(&choices)
        case 6: .list((0..<choices.below(4)).map { _ in value(&choices, depth + 1) })
        default: map(&choices, depth)
        }
    }

    private func map(_ choices: inout Choices, _ depth: Int) -> Value {
        .map(
            unique(
                (0..<choices.below(4)).map { _ in
                    let key: Value.Key =
                        choices.oneIn(6)
                        ? .integer(choices.number())
                        : .bytes(Array(choices.pick(["a", "b", "TOKEN", "A", "x=y", ""]).utf8))
                    return Value.Entry(key, choices.oneIn(3) ? value(&choices, depth + 1) : object(&choices))
                }))
    }

    /// A key stands in a table once.
    private func unique(_ entries: [Value.Entry]) -> [Value.Entry] {
        var seen: Set<Value.Key> = []
        return entries.filter { seen.insert($0.key).inserted }
    }

    private func text(_ choices: inout Choices) -> Value {
        choices.oneIn(2) ? .bytes(choices.bytes(atMost: 24)) : .text(choices.pick(["", "hello\n", "info", "error"]))
    }

    private func session(_ index: UInt32, _ generation: UInt32) -> Value {
        .object(ObjectReference(kind: .session, index: index, generation: generation, name: []))
    }

    /// A handle: of a place that is often in use, seldom of one that cannot be.
    private func object(_ choices: inout Choices) -> Value {
        if choices.oneIn(3) { return session(UInt32(choices.below(2)), 1) }
        let kind = choices.oneIn(12) ? choices.pick(ObjectReference.Kind.allCases) : .secret
        let index = choices.oneIn(12) ? UInt32(truncatingIfNeeded: choices.number()) : UInt32(choices.below(6))
        let generation = choices.oneIn(8) ? UInt32(truncatingIfNeeded: choices.number()) : 1
        return .object(
            ObjectReference(kind: kind, index: index, generation: generation, name: choices.bytes(atMost: 6)))
    }
}
