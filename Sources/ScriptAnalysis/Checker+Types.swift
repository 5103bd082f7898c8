/// Values compared with the types of the API table.
extension Checker {
    /// Judges an expression that stands where `type` is expected, and gives what is known of it.
    mutating func judge(_ expression: Expression, _ type: ValueType, _ place: String, isOptional: Bool = true) -> Fact {
        if case .table(let fields) = expression.kind { return judge(fields, expression.span, type, place) }
        if case .parenthesized(let inner) = expression.kind { return judge(inner, type, place, isOptional: isOptional) }
        let fact = evaluate(expression)
        judge(fact, at: expression.span, type, place, isOptional)
        return fact
    }

    private mutating func judge(_ fact: Fact, at span: Span, _ type: ValueType, _ place: String, _ isOptional: Bool) {
        if fact == .nothing, isOptional || type == .any { return }
        guard !type.alternatives.contains(where: { accepts($0, fact) }) else { return }
        switch fact {
        case .secret where type == .argument: refuseSecret("an argument", at: span)
        case .secret: refuseSecret(in: place, at: span)
        default: reportMismatch(fact, at: span, type, place)
        }
    }

    private mutating func reportMismatch(_ fact: Fact, at span: Span, _ type: ValueType, _ place: String) {
        var hint = ""
        let choices = type.alternatives.compactMap { if case .literal(let text) = $0 { text } else { nil } }
        if case .text(let text?) = fact, !choices.isEmpty { hint = near(text, among: choices, otherwise: "") }
        if type.alternatives.contains(.secret), case .text = fact {
            hint = "a text is no secret: take it from getSecret, secret.env or secret.file"
        }
        if type == Self.parameter {
            let name = place.split(separator: ".").last.map(String.init) ?? "NAME"
            var kind = "string"
            if case .text(let text?) = fact, parameterTypes.contains(text) { kind = text }
            hint = "write \(name) = { type = \"\(kind)\" }"
        }
        report(.wrongType, "\(place): expected \(type.described), got \(fact.described)", hint: hint, at: span)
    }

    private static let parameter = ValueType.named("ParameterOptions")

    /// The types that a parameter of a recipe may have.
    private var parameterTypes: [String] {
        api.optionTable("ParameterOptions")?.option("type")?.type.alternatives.compactMap {
            if case .literal(let text) = $0 { text } else { nil }
        } ?? []
    }

    /// Whether a value may be of a type; in doubt it may.
    private func accepts(_ type: ValueType, _ fact: Fact) -> Bool {
        switch (type, fact) {
        case (_, .unknown), (.any, _): true
        case (.value, _), (.plain, _): fact != .secret
        case (.nothing, .nothing): true
        case (.boolean, .boolean): true
        case (.no, .boolean(let truth)): truth != true
        case (.number, .number), (.integer, .number), (.numeric, .number), (.numeric, .text): true
        case (.string, .text), (.text, .text), (.text, .number): true
        case (.literal(let word), .text(let text)): text.map { $0 == word } ?? true
        case (.duration, .number): true
        case (.duration, .text(let text)): text.map(Self.isDuration) ?? true
        case (.argument, .text), (.argument, .number), (.argument, .table): true
        case (.function, .function), (.function, .apiFunction): true
        case (.table, .table), (.table, .secrets), (.table, .library): true
        case (.table, .object(let object, _)): !object.isOpaque
        case (.secret, .secret): true
        case (.list, .table), (.map, .table), (.map, .secrets): true
        case (.named(let name), .object(let object, _)): name == object.name
        case (.named(let name), .table): api.optionTable(name) != nil || api.object(name)?.isOpaque == false
        case (.thread, _): !(fact == .secret || fact == .number || fact == .table)
        default: false
        }
    }

    /// Seconds, or numbers with units: as the host reads it.
    static func isDuration(_ text: String) -> Bool {
        var rest = Substring(text)
        if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 }
        guard !rest.isEmpty else { return false }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest.removeFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest.removeFirst(unit.count)
            guard Double(digits) != nil, ["ms", "s", "m", "h", "d"].contains(String(unit)) else { return false }
        }
        return true
    }

    // MARK: - Tables

    private mutating func judge(_ fields: [TableField], _ span: Span, _ type: ValueType, _ place: String) -> Fact {
        reportDuplicates(fields)
        let fitting = type.alternatives.filter { accepts($0, .table) }
        guard let wanted = fitting.first else {
            judge(fields, .any, place)
            reportMismatch(.table, at: span, type, place)
            return .table
        }
        switch wanted {
        case .named(let name):
            if let table = api.optionTable(name) {
                judge(fields, span, table, place)
            } else {
                judge(fields, .any, place)
            }
        case .list(let inner): judgeList(fields, inner, place)
        case .map(let inner): judgeMap(fields, inner, place)
        case .argument: judge(fields, .argument, place)
        case .value: judge(fields, .value, place)
        default: judge(fields, .any, place)
        }
        return .table
    }

    /// All values of one type, whatever their keys.
    private mutating func judge(_ fields: [TableField], _ type: ValueType, _ place: String) {
        for field in fields {
            judgeKey(field)
            _ = judge(field.value, type, place)
        }
    }

    private mutating func judgeKey(_ field: TableField) {
        if case .expression(let key) = field.key { _ = evaluate(key) }
    }

    private mutating func judgeList(_ fields: [TableField], _ type: ValueType, _ place: String) {
        for field in fields {
            judgeKey(field)
            _ = judge(field.value, type, place)
            guard case .name(let name) = field.key else { continue }
            report(
                .wrongType, "\(place): expected a list, got the key \(name.text)",
                hint: "a list is written { \"a\", \"b\" }",
                at: name.span)
        }
    }

    private mutating func judgeMap(_ fields: [TableField], _ type: ValueType, _ place: String) {
        for field in fields {
            judgeKey(field)
            let name = field.literalName
            guard case .none = field.key, !field.value.isMultiple else {
                _ = judge(field.value, type, name.map { place + "." + $0 } ?? place)
                continue
            }
            _ = evaluate(field.value)
            let value = type == Self.parameter ? "{ type = \"string\" }" : "value"
            report(
                .wrongType, "\(place): expected names, got a value without one", hint: "write { NAME = \(value) }",
                at: field.value.span)
        }
    }

    /// The options of a call.
    private mutating func judge(_ fields: [TableField], _ span: Span, _ table: OptionTable, _ place: String) {
        let owner = place.split(separator: ":").first.map(String.init) ?? place
        let called = table.isNested ? place : owner
        var given: Set<String> = []
        for field in fields {
            judgeKey(field)
            guard let name = field.literalName else {
                judgePositional(field, table, called)
                continue
            }
            given.insert(name)
            judge(option: name, field, table, called)
        }
        // Who has misspelt one is told that alone.
        guard !fields.hasOpenKeys, given.allSatisfy({ table.option($0) != nil }) else { return }
        for option in table.options where option.isRequired && !given.contains(option.name) {
            report(.missingArgument, "\(called): \(option.name) is missing", hint: "give \(option.name) = …", at: span)
        }
    }

    private mutating func judge(option name: String, _ field: TableField, _ table: OptionTable, _ owner: String) {
        if let option = table.option(name) {
            _ = judge(field.value, option.type, "\(owner): \(name)")
        } else if let type = table.others {
            _ = judge(field.value, type, "\(owner): \(name)")
        } else {
            _ = evaluate(field.value)
            report(
                .unknownOption, "\(owner): there is no option \(name)",
                hint: near(
                    name, among: table.options.map(\.name),
                    otherwise: parameterHint(name, field, table)
                        ?? "it takes: " + table.options.map(\.name).sorted().joined(separator: ", ")),
                at: field.keySpan)
        }
    }

    /// A parameter that stands where its recipe's own options do.
    private func parameterHint(_ name: String, _ field: TableField, _ table: OptionTable) -> String? {
        guard table.name == "RecipeOptions", case .table(let facts) = field.value.kind, !facts.isEmpty,
            let known = api.optionTable("ParameterOptions"),
            facts.allSatisfy({ $0.literalName.map { known.option($0) != nil } ?? false })
        else { return nil }
        return "a parameter stands in params: params = { \(name) = { … } }"
    }

    private mutating func judgePositional(_ field: TableField, _ table: OptionTable, _ owner: String) {
        guard let type = table.positional else {
            _ = evaluate(field.value)
            guard case .none = field.key, !field.value.isMultiple else { return }
            return report(
                .wrongType, "\(owner): expected options by name, got a value without one",
                hint: table.isParameter
                    ? "such as { type = \"string\", required = true }"
                    : owner.contains(":") ? "write { name = value }" : "write \(owner){ name = value }",
                at: field.value.span)
        }
        _ = judge(field.value, type, owner)
    }
}

extension OptionTable {
    /// Whether it lies inside of another, so that its place is named in full.
    fileprivate var isNested: Bool { owner.contains(":") }

    /// Whether it is what a recipe says of one parameter.
    fileprivate var isParameter: Bool { name == "ParameterOptions" }
}

extension [TableField] {
    /// Whether keys may be there that are not written out.
    fileprivate var hasOpenKeys: Bool {
        contains { if case .expression = $0.key { $0.literalName == nil } else { false } }
    }
}

extension ValueType {
    /// How errors name what is expected.
    var described: String {
        switch self {
        case .any, .value, .plain: "a value"
        case .nothing: "nothing"
        case .boolean: "true or false"
        case .no: "false"
        case .number, .numeric: "a number"
        case .integer: "a whole number"
        case .string, .text: "a text"
        case .duration: "seconds or a text such as \"90s\""
        case .argument: "a text, a number or a list of them"
        case .function: "a function"
        case .table: "a table"
        case .thread: "a coroutine"
        case .secret: "a secret"
        case .literal(let text): "\"\(text)\""
        case .list(let inner): "a list of \(inner.plural)"
        case .map: "a table { NAME = value }"
        case .named(let name):
            name.hasSuffix("Options") ? "a table of options" : Self.describedTables[name] ?? "a \(name.lowercased())"
        case .either(let parts):
            parts.count == 1
                ? parts[0].described
                : parts.dropLast().map(\.described).joined(separator: ", ") + " or " + (parts.last?.described ?? "")
        }
    }

    private var plural: String {
        switch self {
        case .string: "texts"
        case .function: "functions"
        default: "values"
        }
    }

    private static let describedTables = [
        "InputFile": "{ file = path }", "OutputFile": "{ file = path }", "MemoryFile": "{ handle, memfd = true }",
        "PipeMember": "a table with a program and its arguments",
    ]
}
