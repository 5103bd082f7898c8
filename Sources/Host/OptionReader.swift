import Diagnostics
import HostProtocol

/// Reads the options a script gave to a host function. Every error names function, option, what was expected and what
/// came; an option nobody asked for is an error with the near name.
struct OptionReader {
    let function: String
    private var entries: [String: Value] = [:]
    /// The options that were asked for, some perhaps twice: only an error needs them sorted.
    private var read: [String] = []
    /// What stands under the keys 1, 2, …: the program and its arguments.
    private(set) var positional: [Int64: Value] = [:]

    init(_ function: String, _ value: Value?) throws(Failure) {
        self.function = function
        switch value {
        case nil, .null: break
        case .list(let items):
            for (place, item) in items.enumerated() { positional[Int64(place + 1)] = item }
        case .map(let fields):
            for field in fields {
                switch field.key {
                case .integer(let place): positional[place] = field.value
                case .bytes(let name): entries[String(decoding: name, as: UTF8.self)] = field.value
                }
            }
        case .some(let other): throw Failure(.usage, "\(function): expected a table of options, got \(other.described)")
        }
    }

    /// The names that are given.
    var names: [String] { Array(entries.keys) }

    // MARK: - One option

    mutating func value(_ name: String) -> Value? {
        read.append(name)
        guard let value = entries[name], value != .null else { return nil }
        return value
    }

    /// The most bytes of a text that is sent beside a secret: with longer ones a script could find out how many bytes of
    /// the secret still fit.
    static let maximumSentBytes = 1024

    mutating func text(
        _ name: String, _ expected: String = "a string", atMost maximum: Int = .max
    ) throws(Failure) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.asText else { throw wrong(name, expected, value) }
        guard text.utf8.count <= maximum else {
            throw Failure(.usage, "\(function): \(name): it is longer than \(maximum) bytes")
        }
        return try plain(text, name)
    }

    /// A text that is sent to a vault.
    mutating func sentText(_ name: String, _ expected: String = "a string") throws(Failure) -> String? {
        try text(name, expected, atMost: Self.maximumSentBytes)
    }

    mutating func boolean(_ name: String) throws(Failure) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let truth = value.asBoolean else { throw wrong(name, "true or false", value) }
        return truth
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(Failure) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let number = value.asInteger, range.contains(number) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    mutating func choice(_ name: String, _ known: [String]) throws(Failure) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.asText, known.contains(text) else {
            throw wrong(name, known.map { "\"\($0)\"" }.joined(separator: ", "), value)
        }
        return text
    }

    mutating func duration(_ name: String) throws(Failure) -> Duration? {
        guard let value = value(name) else { return nil }
        return try DurationText.parse(value, "\(function): \(name)")
    }

    mutating func secret(_ name: String, instead: String) throws(Failure) -> ObjectReference? {
        guard let value = value(name) else { return nil }
        guard case .object(let object) = value, object.kind == .secret else {
            throw Failure(.usage, "\(function): \(name): expected a secret, got \(value.typeName)", hint: instead)
        }
        return object
    }

    // MARK: - The whole

    /// Every option has been asked for by now: what is left is a mistake.
    func finish(allowsPositional: Bool = false) throws(Failure) {
        if !allowsPositional, let place = positional.keys.min() {
            throw Failure(.usage, "\(function): expected options by name, got a value at place \(place)")
        }
        guard let unknown = entries.keys.filter({ !read.contains($0) }).min() else { return }
        let known = Set(read)
        let near = NearNames.best(for: unknown, among: known)
        throw Failure(
            .usage, "\(function): there is no option \"\(unknown.printable)\"",
            hint: near.map { "did you mean \"\($0)\"?" } ?? "it takes: \(known.sorted().joined(separator: ", "))")
    }

    func wrong(_ name: String, _ expected: String, _ value: Value) -> Failure {
        Failure(
            .usage, "\(function): \(name): expected \(expected), got \(value.described)", hint: value.handleHint)
    }

    private func plain(_ text: String, _ name: String) throws(Failure) -> String {
        guard !text.utf8.contains(0) else {
            throw Failure(.usage, "\(function): \(name): the text holds a NUL byte")
        }
        return text
    }
}

extension Value {
    /// Where a secret belongs, for the error of a place where it does not; empty for anything else.
    var handleHint: String {
        guard case .object(let object) = self, object.kind == .secret else { return "" }
        return
            "a secret goes to a program: spawn{ …, env = { NAME = handle } }, stdin = handle or files = { NAME = handle }"
    }

    /// The value's type, with the name of a secret and a short text itself: what an error may show.
    var described: String {
        switch self {
        case .null: "nothing"
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bytes(let bytes) where bytes.count <= 60: "\"\(String(decoding: bytes, as: UTF8.self).printable)\""
        case .object(let object) where object.kind == .secret:
            "the secret \(object.name.shownText())"
        default: typeName
        }
    }
}
