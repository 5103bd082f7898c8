/// Literal faults of a declaration: what the host refuses when it reads it.
extension Checker {
    mutating func reportRecipeValues() {
        guard let recipe else { return }
        if let name = recipe.fields["name"], let text = name.literalText, !Self.isRecipeName(text) {
            report(
                .wrongValue, "recipe: name: expected letters, digits, _ and -, got \"\(text)\"",
                hint: "what it is in words goes into description", at: name.span)
        }
        if case .table(let items) = recipe.fields["hosts"]?.kind {
            for item in items { reportHost(item.value) }
        }
        guard case .table(let parameters) = recipe.fields["params"]?.kind else { return }
        var options: Set<String> = []
        for field in parameters {
            guard let name = field.literalName else { continue }
            let parameter = RecipeDeclaration.Parameter(name: name, facts: LiteralValue(field.value, source))
            reportName(parameter, field.keySpan)
            if !options.insert(parameter.option).inserted {
                report(
                    .wrongValue, "recipe: params: two parameters are the option \(parameter.option)",
                    hint: "choose another name", at: field.keySpan)
            }
            reportFaults(parameter, field)
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte == 95 || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isRecipeName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
    }

    /// No more than is surely wrong: the host knows more about names of hosts.
    private mutating func reportHost(_ value: Expression) {
        guard let text = value.literalText else { return }
        let taken = "-._:[]".utf8
        guard text.isEmpty || !text.utf8.allSatisfy({ Self.isWordByte($0) || taken.contains($0) }) else { return }
        let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        let name = rest.prefix { $0 != "/" && $0 != "?" }.split(separator: "@").last.map(String.init) ?? ""
        report(
            .wrongValue, "recipe: hosts: expected the name of a host, got \"\(text)\"",
            hint: name.isEmpty || name == text ? "a wildcard is none" : "write \"\(name)\"", at: value.span)
    }

    private mutating func reportName(_ parameter: RecipeDeclaration.Parameter, _ span: Span) {
        let bytes = Array(parameter.name.utf8)
        let isWord = bytes.allSatisfy(Self.isWordByte) && bytes.count <= 64
        let beginsWell = bytes.first.map { $0 != 95 && !(48...57).contains($0) } ?? false
        let option = parameter.option.dropFirst(2)
        guard !isWord || !beginsWell || option == "help" || option == "params-json" || option.hasPrefix("no-") else {
            return
        }
        report(
            .wrongValue, "recipe: params: \"\(parameter.name)\" cannot be the name of a parameter",
            hint: "a name begins with a letter and holds letters, digits and _; help, paramsJson and no… are taken",
            at: span)
    }

    // MARK: - One parameter

    private mutating func reportFaults(_ parameter: RecipeDeclaration.Parameter, _ field: TableField) {
        guard case .table(let inner) = field.value.kind, case .map = parameter.facts else { return }
        guard let judge = ParameterJudge(parameter) else { return }
        for fact in inner {
            guard let key = fact.literalName, let words = judge.fault(of: key) else { continue }
            report(
                .wrongValue, "recipe: params.\(parameter.name): \(words.message)", hint: words.hint, at: fact.value.span
            )
        }
    }
}

/// What a parameter says of itself, compared with itself.
private struct ParameterJudge {
    private static let textTypes: Set<String> = ["string", "slug", "path", "list"]

    private let facts: LiteralValue
    private let type: String

    /// Nil where the type is no literal, or none that there is: that is told elsewhere.
    init?(_ parameter: RecipeDeclaration.Parameter) {
        facts = parameter.facts
        guard let given = facts["type"] else {
            type = "string"
            return
        }
        guard let text = given.text, Self.textTypes.union(["integer", "number", "boolean"]).contains(text) else {
            return nil
        }
        type = text
    }

    private var isNumber: Bool { type == "integer" || type == "number" }

    /// What is wrong with the value under `key`; nil for what may be right.
    func fault(of key: String) -> (message: String, hint: String)? {
        guard let value = facts[key], value != .null else { return nil }
        switch key {
        case "pattern" where !Self.textTypes.contains(type):
            return ("pattern is for texts, and the type is \(type)", "leave it out, or use min and max")
        case "min" where !isNumber, "max" where !isNumber:
            return ("\(key) is for numbers, and the type is \(type)", "leave it out")
        case "enum": return choicesFault(value)
        case "default":
            if facts["required"] == .boolean(true) {
                return ("it is required and has a default", "leave one of them out")
            }
            return wrong(value).map { ("default: expected \($0)", "") }
        default: return nil
        }
    }

    private func choicesFault(_ value: LiteralValue) -> (message: String, hint: String)? {
        if type == "boolean" { return ("enum: a boolean has two values", "leave it out") }
        if case .map(let entries) = value, entries.isEmpty { return ("enum: expected a list of values", "") }
        guard case .list(let items) = value else { return nil }
        for item in items {
            if let expected = type == "list" ? wrongText(item) : wrongType(item) {
                return ("enum: expected \(expected)", "")
            }
        }
        return nil
    }

    // MARK: - Values

    /// What is expected instead of a default; nil where it may be right.
    private func wrong(_ value: LiteralValue) -> String? {
        if type == "list" {
            if case .map(let entries) = value { return entries.isEmpty ? nil : "a list of texts" }
            guard case .list(let items) = value else { return Self.isOpen(value) ? nil : "a list of texts" }
            return items.lazy.compactMap { wrongText($0) ?? wrongChoice($0) }.first
        }
        return wrongType(value) ?? wrongBound(value) ?? wrongChoice(value)
    }

    private static func isOpen(_ value: LiteralValue) -> Bool { if case .code = value { true } else { false } }

    private func wrongType(_ value: LiteralValue) -> String? {
        guard !Self.isOpen(value) else { return nil }
        switch type {
        case "boolean":
            if case .boolean = value { return nil }
            return "true or false"
        case "integer", "number":
            guard case .number(let text) = value else { return type == "integer" ? "a whole number" : "a number" }
            guard type == "integer", let number = Double(text), number != number.rounded() else { return nil }
            return "a whole number"
        default: return wrongText(value)
        }
    }

    private func wrongText(_ value: LiteralValue) -> String? {
        guard !Self.isOpen(value) else { return nil }
        guard let text = value.text else { return "a text" }
        let hasControl = text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        if hasControl, isOff("allowControl") { return "a text without control characters" }
        if text.hasPrefix("-"), isOff("allowDash") { return "a text that does not begin with -" }
        if type == "path", text.isEmpty { return "a path" }
        if type == "slug", text.isEmpty || text.contains(where: { $0 == "/" || $0.isWhitespace }) {
            return "letters, digits, ., _ and -"
        }
        return nil
    }

    private func isOff(_ key: String) -> Bool { facts[key] == nil || facts[key] == .boolean(false) }

    private func wrongBound(_ value: LiteralValue) -> String? {
        guard isNumber, let number = Self.number(value) else { return nil }
        if let least = facts["min"].flatMap(Self.number), number < least {
            return "at least \(facts["min"]?.shown ?? "")"
        }
        if let most = facts["max"].flatMap(Self.number), number > most { return "at most \(facts["max"]?.shown ?? "")" }
        return nil
    }

    private func wrongChoice(_ value: LiteralValue) -> String? {
        guard !Self.isOpen(value), case .list(let items) = facts["enum"], !items.contains(where: Self.isOpen) else {
            return nil
        }
        let isThere = items.contains { item in
            if item == value { return true }
            guard let one = Self.number(item), let other = Self.number(value) else { return false }
            return one == other
        }
        return isThere ? nil : "one of " + items.map(\.shown).joined(separator: ", ")
    }

    private static func number(_ value: LiteralValue) -> Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }
}
