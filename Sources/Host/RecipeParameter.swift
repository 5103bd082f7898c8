import Diagnostics
import HostProtocol

/// One parameter of a recipe: its type and what a value of it has to be.
struct RecipeParameter {
    enum Kind: String, CaseIterable {
        case string, slug, path, integer, number, boolean, list
    }

    private static let reserved: Set<String> = ["help", "params-json"]
    private static let maximumTextBytes = 64 * 1024

    let name: String
    var kind: Kind = .string
    var isRequired = false
    var fallback: Value?
    var choices: [Value] = []
    /// A Lua pattern that the whole of a text has to match; the worker does that.
    var pattern: String?
    var description = ""
    var allowsDash = false
    var allowsControl = false
    var minimum: Value?
    var maximum: Value?

    init(_ name: String, _ value: Value) throws(Failure) {
        self.name = name
        let place = "recipe: params.\(name.printable)"
        guard Self.isName(name), !Self.reserved.contains(Self.option(name)), !Self.option(name).hasPrefix("no-") else {
            throw Failure(
                .usage, "recipe: params: \"\(name.printable)\" cannot be the name of a parameter",
                reason:
                    "a name begins with a letter and holds letters, digits and _; help, paramsJson and no… are taken",
                hint: "choose another name")
        }
        switch value {
        case .map, .list([]): break
        default:
            throw Failure(
                .usage, "\(place): expected a table such as { type = \"string\" }, got \(value.described)")
        }
        var options = try OptionReader(place, value)
        if let text = try options.choice("type", Kind.allCases.map(\.rawValue)) {
            kind = Kind(rawValue: text) ?? .string
        }
        isRequired = try options.boolean("required") ?? false
        description = try options.text("description") ?? ""
        allowsDash = try options.boolean("allowDash") ?? false
        allowsControl = try options.boolean("allowControl") ?? false
        pattern = try options.text("pattern", "a Lua pattern")
        try readBounds(&options)
        try readChoices(&options)
        try readDefault(&options)
        try options.finish()
        guard pattern == nil || isText else {
            throw Failure(.usage, "\(place): pattern is for texts, and the type is \(kind.rawValue)")
        }
    }

    private mutating func readBounds(_ options: inout OptionReader) throws(Failure) {
        for (name, path) in [("min", \RecipeParameter.minimum), ("max", \RecipeParameter.maximum)] {
            guard let value = options.value(name) else { continue }
            guard kind == .integer || kind == .number, value.asNumber != nil else {
                throw options.wrong(name, "a number, for a parameter of the type integer or number", value)
            }
            self[keyPath: path] = value
        }
    }

    private mutating func readChoices(_ options: inout OptionReader) throws(Failure) {
        guard let value = options.value("enum") else { return }
        guard case .list(let items) = value, !items.isEmpty, items.count <= Recipe.maximumEntries, kind != .boolean
        else { throw options.wrong("enum", "a list of values", value) }
        var read: [Value] = []
        for item in items {
            switch kind == .list ? checkText(item) : check(item) {
            case .success(let value): read.append(value)
            case .failure(let problem): throw Failure(.usage, "\(options.function): enum: \(problem.text)")
            }
        }
        choices = read
    }

    private mutating func readDefault(_ options: inout OptionReader) throws(Failure) {
        guard let value = options.value("default") else { return }
        guard !isRequired else {
            throw Failure(
                .usage, "\(options.function): it is required and has a default", hint: "leave one of them out")
        }
        switch check(value) {
        case .success(let value): fallback = value
        case .failure(let problem): throw Failure(.usage, "\(options.function): default: \(problem.text)")
        }
    }

    // MARK: - Names

    /// The option of the command line: `dryRun` and `dry_run` are `dry-run`.
    var option: String { Self.option(name) }

    private static func option(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter == "_" {
                text += "-"
            } else if letter.isUppercase, !text.isEmpty {
                text += "-" + letter.lowercased()
            } else {
                text += letter.lowercased()
            }
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
        return isWordByte(first) && !(48...57).contains(first) && first != 95 && name.utf8.allSatisfy(isWordByte)
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte == 95 || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    // MARK: - Values

    /// What is wrong with a value, in a few words.
    struct Problem: Error {
        var text: String
    }

    var isText: Bool { [.string, .slug, .path, .list].contains(kind) }

    /// What is given where nothing was said.
    var absent: Value? {
        switch kind {
        case .boolean: fallback ?? .boolean(false)
        case .list: fallback ?? .list([])
        default: fallback
        }
    }

    /// A value of its type, as JSON or Lua has it.
    func check(_ value: Value) -> Result<Value, Problem> {
        switch kind {
        case .string, .slug, .path: return checkText(value)
        case .boolean:
            guard case .boolean = value else { return wrong("true or false", value) }
            return .success(value)
        case .integer:
            guard let number = value.asInteger else { return wrong("a whole number", value) }
            return checkNumber(.integer(number))
        case .number:
            guard let number = value.asNumber, number.isFinite else { return wrong("a number", value) }
            return checkNumber(value)
        case .list:
            guard case .list(let items) = value, items.count <= 10_000 else { return wrong("a list of texts", value) }
            for item in items {
                if case .failure(let problem) = checkText(item) { return .failure(problem) }
            }
            return .success(value)
        }
    }

    /// A value as the command line has it.
    func check(argument text: String) -> Result<Value, Problem> {
        switch kind {
        case .string, .slug, .path: return checkText(.text(text))
        case .boolean:
            guard text == "true" || text == "false" else { return wrong("true or false", .text(text)) }
            return .success(.boolean(text == "true"))
        case .integer:
            guard let number = Int64(text) else { return wrong("a whole number", .text(text)) }
            return check(.integer(number))
        case .number:
            guard let number = Double(text), number.isFinite else { return wrong("a number", .text(text)) }
            return check(Int64(text).map { .integer($0) } ?? .number(number))
        case .list:
            let parts = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
            return check(.list(parts.map { .text(String($0)) }))
        }
    }

    private func checkNumber(_ value: Value) -> Result<Value, Problem> {
        let number = value.asNumber ?? 0
        if let minimum = minimum?.asNumber, number < minimum { return wrong("at least \(shown(self.minimum))", value) }
        if let maximum = maximum?.asNumber, number > maximum { return wrong("at most \(shown(self.maximum))", value) }
        return checkChoice(value)
    }

    private func checkText(_ value: Value) -> Result<Value, Problem> {
        guard let bytes = value.asBytes, String(validating: bytes, as: UTF8.self) != nil else {
            return wrong("a text", value)
        }
        guard bytes.count <= Self.maximumTextBytes, !bytes.contains(0) else {
            return wrong("a text of at most \(Self.maximumTextBytes / 1024) KiB without NUL", value)
        }
        if !allowsControl, bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return wrong("a text without control characters", value)
        }
        if !allowsDash, bytes.first == UInt8(ascii: "-") {
            return wrong("a text that does not begin with -", value)
        }
        if kind == .path, bytes.isEmpty { return wrong("a path", value) }
        if kind == .slug, !Self.isSlug(bytes) { return wrong("letters, digits, ., _ and -", value) }
        return checkChoice(value)
    }

    private static func isSlug(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, bytes.count <= 128, isWordByte(first) else { return false }
        return bytes.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
            && !bytes.contains(Array("..".utf8))
    }

    private func checkChoice(_ value: Value) -> Result<Value, Problem> {
        guard !choices.isEmpty, !choices.contains(where: { $0 == value || isEqualNumber($0, value) }) else {
            return .success(value)
        }
        let known = choices.map(shown).joined(separator: ", ")
        let near = value.asText.flatMap { NearNames.best(for: $0, among: choices.compactMap(\.asText)) }
        guard case .failure(let problem) = wrong("one of \(known)", value) else { return .success(value) }
        return .failure(Problem(text: problem.text + (near.map { "; did you mean \"\($0)\"?" } ?? "")))
    }

    private func isEqualNumber(_ one: Value, _ other: Value) -> Bool {
        guard let one = one.asNumber, let other = other.asNumber else { return false }
        return one == other
    }

    private func shown(_ value: Value?) -> String { (value ?? .null).asText ?? (value ?? .null).described }

    private func wrong(_ expected: String, _ value: Value) -> Result<Value, Problem> {
        .failure(Problem(text: "expected \(expected), got \(value.described)"))
    }
}
