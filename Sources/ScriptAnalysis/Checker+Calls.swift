/// Calls of what the API table knows.
extension Checker {
    mutating func call(_ callee: Expression, _ list: [Expression], _ span: Span) -> Fact {
        let function = evaluate(callee)
        switch function {
        case .apiFunction(let path, let known): return call(path, known, list, span)
        case .secret:
            refuseSecret("called", at: callee.span)
        case .library, .object, .text, .number, .boolean, .secrets:
            report(.wrongType, "\(function.described) cannot be called", hint: callHint(function), at: callee.span)
        default: break
        }
        _ = evaluate(all: list)
        return .unknown
    }

    private func callHint(_ fact: Fact) -> String {
        guard case .library(let path, let library) = fact, let first = library.members.first else { return "" }
        return "it is a table of functions, such as \(path).\(first.name)"
    }

    mutating func method(_ base: Expression, _ name: Name, _ list: [Expression], _ span: Span) -> Fact {
        let object = evaluate(base)
        if case .library(let path, let library) = object, library.member(name.text) != nil {
            report(
                .wrongType, "\(path).\(name.text) is no method", hint: "write it with a dot: \(path).\(name.text)(…)",
                at: name.span)
            _ = evaluate(all: list)
            return .unknown
        }
        guard case .apiFunction(let path, let known) = field(name, of: object, isMethod: true) else {
            _ = evaluate(all: list)
            return .unknown
        }
        if path == "string:format" {
            checkFormat(base, list)
            checkFormatted(base, list)
        }
        return call(path, path.hasPrefix("string:") ? known.withoutFirst : known, list, span, object)
    }

    @discardableResult
    mutating func evaluate(all list: [Expression]) -> [Fact] {
        let facts = list.map { evaluate($0) }
        walked = nil
        return facts
    }

    // MARK: - One call

    private mutating func call(
        _ path: String, _ function: Function, _ list: [Expression], _ span: Span, _ object: Fact = .unknown
    ) -> Fact {
        if let instead = function.instead {
            report(.notAvailable, "\(path) is not available in a script", hint: instead, at: span)
            evaluate(all: list)
            return .unknown
        }
        if path == "spawn" || path == "pipe", refuseLoose(path, list, span) { return .unknown }
        if path == "task", refuseTable(list, span) { return .unknown }
        let facts = judge(path, function, list, span)
        walked = path == "pairs" ? facts.first : nil
        note(path, list, facts, span)
        return result(path, function, list, facts, object)
    }

    /// `spawn("git", "status")` instead of `spawn{ "git", "status" }`.
    private mutating func refuseLoose(_ name: String, _ list: [Expression], _ span: Span) -> Bool {
        guard list.count > 1 || list.first?.literalText != nil else { return false }
        evaluate(all: list)
        let words = list.map { $0.literalText.map { "\"\($0)\"" } ?? "…" }.joined(separator: ", ")
        let isTable: Bool = if case .table = list[0].kind { true } else { false }
        report(
            .wrongType, "\(name) takes one table: the program, its arguments and the options",
            hint: "write \(name){ \(isTable ? "\"program\", \"argument\", …" : words) }", at: span)
        return true
    }

    /// `task{ "build", needs = … }` instead of `task("build", { needs = … }, function() … end)`.
    private mutating func refuseTable(_ list: [Expression], _ span: Span) -> Bool {
        guard case .table(let fields) = list.first?.kind else { return false }
        evaluate(all: list)
        // What the names of tasks are is not known then.
        uses.tasks.isOpen = true
        let named = fields.first { $0.literalName == "name" } ?? fields.first { $0.literalName == nil }
        let name = named?.value.literalText.map { "\"\($0)\"" } ?? "\"NAME\""
        let known = api.optionTable("TaskOptions")?.options.map(\.name) ?? []
        let options = fields.compactMap(\.literalName).filter(known.contains).map { "\($0) = …" }
        let middle = options.isEmpty ? "" : "{ \(options.joined(separator: ", ")) }, "
        report(
            .wrongType, "task takes a name, options and a function, not one table",
            hint: "write task(\(name), \(middle)function() … end)", at: span)
        return true
    }

    /// Compares the arguments with the parameters.
    private mutating func judge(_ path: String, _ function: Function, _ list: [Expression], _ span: Span) -> [Fact] {
        var facts: [Fact] = []
        for (place, argument) in list.enumerated() {
            let parameter = function.parameter(at: place)
            let isKnown = place < list.count - 1 || !argument.isMultiple
            facts.append(
                judge(
                    argument, parameter?.type ?? .any, path + (parameter.map { ": " + $0.name } ?? ""),
                    isOptional: parameter?.isOptional ?? true || !isKnown))
        }
        guard list.last?.isMultiple != true else { return facts }
        if let missing = function.parameters.dropFirst(list.count).first(where: { !$0.isOptional }) {
            let name = path == "task" && missing.name == "options" ? "the function" : missing.name
            report(
                .missingArgument, "\(path): \(name) is missing", hint: "it is called: \(function.call(path))",
                at: span)
        }
        return facts
    }

    // MARK: - Results

    private mutating func result(
        _ path: String, _ function: Function, _ list: [Expression], _ facts: [Fact], _ object: Fact
    ) -> Fact {
        switch path {
        case "spawn", "pipe": return spawned(list)
        case "http.request": return answered(list)
        case "require": return required(list.first)
        case "Process:wait":
            guard case .object(_, let details) = object, let result = api.object("Result") else { break }
            return .object(result, details)
        case "assert": return facts.first ?? .unknown
        default: break
        }
        return function.results.first.map { api.fact($0) } ?? .unknown
    }

    /// What `spawn{ … }` gives, as far as its options are literal.
    private func spawned(_ list: [Expression]) -> Fact {
        guard case .table(let fields) = list.first?.kind else { return .unknown }
        var name = "Result"
        var details = Fact.Details()
        for case (let option, let value) in fields.map({ ($0.literalName, $0.value) }) {
            switch (option, value.kind) {
            case ("background", .boolean(true)), ("detach", .boolean(true)): name = "Process"
            case ("background", _), ("detach", _): return .unknown
            case ("capture", .boolean(true)): details.output = .text
            case ("capture", .string(let bytes)):
                details.output = bytes == Array("secret".utf8) ? .secret : bytes == Array("stderr".utf8) ? nil : .text
            default: break
            }
        }
        return api.object(name).map { .object($0, details) } ?? .unknown
    }

    /// What `http.request{ … }` gives.
    private func answered(_ list: [Expression]) -> Fact {
        guard let response = api.object("Response"), case .table(let fields) = list.first?.kind else { return .unknown }
        let capture = fields.first { $0.literalName == "capture" }?.value
        let isOpen = capture != nil && capture?.literalText == nil || fields.contains { $0.literalName == nil }
        return .object(
            response, Fact.Details(output: isOpen ? nil : capture?.literalText == "secret" ? .secret : .text))
    }

    /// What `require("name")` gives.
    private mutating func required(_ argument: Expression?) -> Fact {
        guard let argument, let name = argument.literalText else { return .unknown }
        if let module = api.module(name) { return .library(name, module) }
        noteModule(name)
        guard case .missing(let others) = surroundings.module(name) else { return .unknown }
        report(
            .unknownModule, "there is no module \(name)",
            hint: near(
                name, among: api.moduleNames + others,
                otherwise: "modules are Lua files beside the script, and: " + api.moduleNames.joined(separator: ", ")),
            at: argument.span)
        return .unknown
    }
}

extension Function {
    /// The parameter that an argument fills; the last takes all that follow where it is `...`.
    func parameter(at place: Int) -> Parameter? {
        if place < parameters.count { return parameters[place] }
        return parameters.last?.name == "..." ? parameters.last : nil
    }

    /// The same without its first parameter: a function of texts as a method.
    var withoutFirst: Function {
        var copy = self
        copy.parameters = Array(parameters.dropFirst())
        return copy
    }

    /// How it is called.
    func call(_ path: String) -> String {
        // Its options stand between two arguments that cannot be left out.
        if path == "task" { return "task(name, [options], f)" }
        let list = parameters.map { $0.isOptional && $0.name != "..." ? "[\($0.name)]" : $0.name }
        return "\(path)(\(list.joined(separator: ", ")))"
    }
}

extension TableField {
    /// The key, where it is a name or a literal text.
    var literalName: String? {
        switch key {
        case .name(let name): name.text
        case .expression(let key): key.literalText
        case .none: nil
        }
    }

    /// Where the key stands; the value where there is none.
    var keySpan: Span {
        switch key {
        case .name(let name): name.span
        case .expression(let key): key.span
        case .none: value.span
        }
    }
}
