import Diagnostics

/// Literal values that a function refuses whatever else is so.
extension Checker {
    /// Judges the values of a call; `span` is the call.
    mutating func checkValues(_ path: String, _ list: [Expression], _ span: Span) {
        let options = Self.fields(list.first)
        switch path {
        case "spawn":
            checkTime(options["timeout"], "spawn: timeout")
            for key in ["stdout", "stderr"] { checkAppend(options[key], "spawn: \(key)") }
        case "pipe":
            checkTime(options["timeout"], "pipe: timeout")
            checkAppend(options["stdout"], "pipe: stdout")
            checkMembers(list.first)
        case "http.request": checkRequest(options)
        case "fs.write": checkAppend(list.dropFirst(2).first, "fs.write")
        case "timeout": checkTime(list.first, "timeout: duration")
        case "retry": checkTries(list.first, "retry", 1...Int64.max)
        case "task": checkTask(list)
        case "io.read": for argument in list { checkReading(argument) }
        default: break
        }
    }

    private mutating func refuseValue(_ message: String, hint: String = "", at span: Span) {
        report(.wrongValue, message, hint: hint, at: span)
    }

    /// The options of a literal table by their names.
    private static func fields(_ table: Expression?) -> [String: Expression] {
        guard case .table(let fields) = table?.kind else { return [:] }
        return Dictionary(fields.compactMap { field in field.literalName.map { ($0, field.value) } }) { $1 }
    }

    /// The number that stands there as a literal.
    private func number(_ expression: Expression?) -> Double? {
        guard let expression, case .number(let text) = LiteralValue(expression, source) else { return nil }
        return Double(text)
    }

    // MARK: - Times and tries

    private mutating func checkTime(_ value: Expression?, _ place: String) {
        guard let value else { return }
        let isNone: Bool
        if let text = value.literalText {
            isNone = Self.isDuration(text) && !text.contains { "123456789".contains($0) }
        } else {
            isNone = number(value).map { $0 <= 0 } ?? false
        }
        guard isNone else { return }
        refuseValue("\(place): expected more than no time", hint: "leave it out for no limit", at: value.span)
    }

    /// `{ times = 3 }`, or the number alone.
    private mutating func checkTries(_ value: Expression?, _ place: String, _ range: ClosedRange<Int64>) {
        guard let times = Self.fields(value)["times"] ?? value, let number = number(times) else { return }
        guard number < Double(range.lowerBound) || number > Double(range.upperBound) || number != number.rounded()
        else { return }
        let expected = range.upperBound == .max ? "a number from 1" : "a number from 1 to \(range.upperBound)"
        refuseValue("\(place): times: expected \(expected)", hint: "1 is one try, without another", at: times.span)
    }

    // MARK: - Programs, requests and files

    private mutating func checkMembers(_ table: Expression?) {
        guard case .table(let fields) = table?.kind else { return }
        let members = fields.filter { if case .none = $0.key { true } else { false } }
        guard let last = members.last, members.count == 1, !last.value.isMultiple, fields.allSatisfy(\.isPlain) else {
            return
        }
        refuseValue("pipe: expected two programs or more, got one", hint: "run one with spawn", at: last.value.span)
    }

    private mutating func checkAppend(_ table: Expression?, _ place: String) {
        let options = Self.fields(table)
        guard let append = options["append"], case .boolean(true) = append.kind, let atomic = options["atomic"],
            case .boolean(true) = atomic.kind
        else { return }
        refuseValue(
            "\(place): append and atomic exclude each other",
            hint: "atomic replaces the file as a whole: leave one of them out", at: append.span)
    }

    private mutating func checkRequest(_ options: [String: Expression]) {
        checkTime(options["timeout"], "http.request: timeout")
        if let retry = options["retry"], case .table = retry.kind { checkTries(retry, "http.request: retry", 1...10) }
        guard let method = options["method"], let text = method.literalText else { return }
        let isWord = (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (65...90).contains($0) }
        guard !isWord || text == "CONNECT" || text == "TRACE" else { return }
        refuseValue(
            "http.request: method: expected a method in capitals, such as \"POST\"",
            hint: text.isEmpty || isWord ? "" : "write \"\(text.uppercased())\"", at: method.span)
    }

    private mutating func checkReading(_ argument: Expression) {
        guard let text = argument.literalText else { return }
        let mode = (text.hasPrefix("*") ? text.dropFirst() : text[...]).first
        guard mode != "l", mode != "L", mode != "a" else { return }
        refuseValue(
            "io.read: expected \"l\", \"L\", \"a\" or a number of bytes",
            hint: mode == "n" ? "read a line and convert it: tonumber(io.read())" : "", at: argument.span)
    }

    // MARK: - Tasks

    private mutating func checkTask(_ list: [Expression]) {
        let name = list.first?.literalText
        if let name { uses.tasks.names.insert(name) } else { uses.tasks.isOpen = true }
        let options = Self.fields(list.dropFirst().first)
        let place = name.map { "task \($0)" } ?? "task"
        checkTime(options["timeout"], "\(place): timeout")
        if let retry = options["retry"] { checkTries(retry, "\(place): retry", 1...Int64.max) }
        guard let needs = options["needs"] else { return }
        var values = [needs]
        if case .table(let fields) = needs.kind { values = fields.map(\.value) }
        for value in values {
            if let need = value.literalText { uses.tasks.needs.append(.init(name: need, span: value.span)) }
        }
    }

    /// Needs that no task has the name of, where all names of tasks are known.
    mutating func reportNeeds() {
        guard !uses.tasks.isOpen, !survey.usesTaskOtherwise, !survey.hasOpenGlobals, requiredModules.isEmpty else {
            return
        }
        for need in uses.tasks.needs {
            guard canReport, let span = need.span, !uses.tasks.names.contains(need.name) else { continue }
            let names = uses.tasks.names.sorted()
            refuseValue(
                "there is no task \(need.name)",
                hint: near(need.name, among: names, otherwise: "the tasks are: " + names.joined(separator: ", ")),
                at: span)
        }
    }

    /// Tasks of one name, as far as the script surely names both.
    mutating func reportSameTasks() {
        var lines: [String: Int] = [:]
        for call in certainCalls(in: chunk.block.statements) where path(of: call.callee) == "task" {
            guard let name = call.list.first, let text = name.literalText else { continue }
            if let line = lines[text] {
                refuseValue(
                    "there are two tasks \(text): the first one is in line \(line)",
                    hint: "give one of them another name",
                    at: name.span)
            } else {
                lines[text] = source.line(of: name.span.start)
            }
        }
    }

    // MARK: - Handles

    /// Places that take a secret as a rule, and not this one.
    mutating func checkHandles(_ path: String, _ list: [Expression]) {
        switch path {
        case "spawn":
            let options = Self.fields(list.first)
            checkEnvironment(options)
            checkDetached(options)
        case "pipe":
            guard case .table(let members) = list.first?.kind else { return }
            for member in members { checkEnvironment(Self.fields(member.value)) }
        case "table.concat":
            guard list.count <= 2, case .table(let fields) = list.first?.kind else { return }
            for field in fields where field.isPlain && glance(field.value) == .secret {
                if case .none = field.key { refuseSecret("joined to a text", at: field.value.span) }
            }
        default: break
        }
    }

    private mutating func checkEnvironment(_ options: [String: Expression]) {
        guard case .table(let variables) = options["env"]?.kind else { return }
        for variable in variables {
            guard let name = variable.literalName, SteeringVariable.contains(name), glance(variable.value) == .secret
            else { continue }
            report(
                .secretMisuse, "\(name) steers a loader, a shell or an interpreter, and takes no secret",
                hint: "hand it over in a variable of its own, on stdin or in files", at: variable.value.span)
        }
    }

    private mutating func checkDetached(_ options: [String: Expression]) {
        guard let detach = options["detach"], case .boolean(true) = detach.kind else { return }
        var values = options["stdin"].map { [$0] } ?? []
        for key in ["env", "files", "fds"] {
            if case .table(let fields) = options[key]?.kind { values += fields.map(\.value) }
        }
        guard let secret = values.first(where: { glance($0) == .secret }) else { return }
        report(
            .secretMisuse, "a detached program gets no secret: it outlives the run, and with it the masks",
            hint: "leave the secret out, or use background, which ends with the run", at: secret.span)
    }

    /// Places of a format that a handle cannot fill.
    mutating func checkFormatted(_ format: Expression?, _ values: [Expression]) {
        guard let text = format?.literalText else { return }
        for (conversion, value) in zip(Self.conversions(text), values) {
            guard conversion != "s", conversion != "p", glance(value) == .secret else { continue }
            refuseSecret("formatted with %\(conversion)", at: value.span)
        }
    }

    private static func conversions(_ text: String) -> [Character] {
        var found: [Character] = []
        var isOpen = false
        for letter in text {
            if isOpen, letter.isLetter {
                found.append(letter)
                isOpen = false
            } else if letter == "%" {
                isOpen.toggle()
            }
        }
        return found
    }

    // MARK: - What is surely so

    /// What is known of an expression without walking it once more.
    private func glance(_ expression: Expression) -> Fact {
        switch expression.kind {
        case .local(let id): return fact(of: id)
        case .parenthesized(let inner): return glance(inner)
        case .call(let callee, _):
            guard let path = path(of: callee) else { return .unknown }
            if path == "getSecret" { return .secret }
            guard path.hasPrefix("secret."), case .library(let library) = api.global("secret"),
                case .function(let function) = library.member(String(path.dropFirst(7)))
            else { return .unknown }
            return function.results.first.map { api.fact($0) } ?? .unknown
        default: return .unknown
        }
    }

    /// The full name of a function of ours, such as `fs.read`; nil for all else.
    func path(of callee: Expression) -> String? {
        guard !survey.hasOpenGlobals else { return nil }
        switch callee.kind {
        case .global(let name): return survey.globals.contains(name.text) ? nil : name.text
        case .field(let base, let name):
            guard !survey.fields.contains(name.text) else { return nil }
            switch base.kind {
            case .global(let library) where !survey.globals.contains(library.text):
                return library.text + "." + name.text
            case .local(let id):
                guard case .library(let path, _) = fact(of: id) else { return nil }
                return path + "." + name.text
            default: return nil
            }
        default: return nil
        }
    }

    struct CertainCall {
        var callee: Expression
        var list: [Expression]
        var span: Span
    }

    /// The calls that these statements make whatever happens, in their order: not those of a condition, a loop or a function,
    /// nor any behind what may leave the script.
    func certainCalls(in statements: [Statement]) -> [CertainCall] {
        var calls: [CertainCall] = []
        for statement in statements {
            switch statement.kind {
            case .local(_, let values): calls += values.flatMap(certainCalls)
            case .assign(let targets, let values): calls += (targets + values).flatMap(certainCalls)
            case .call(let call): calls += certainCalls(call)
            case .conditional(let branches, _): calls += branches.first.map { certainCalls($0.condition) } ?? []
            case .numericFor(_, let values, _), .genericFor(_, let values, _): calls += values.flatMap(certainCalls)
            case .whileLoop(let condition, _): calls += certainCalls(condition)
            case .block(let block): calls += certainCalls(in: block.statements)
            case .giveBack(let values): calls += values.flatMap(certainCalls)
            case .repeatLoop, .function, .localFunction, .jump: break
            }
            if Self.mayLeave(statement) { break }
        }
        return calls
    }

    private static func mayLeave(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .giveBack, .jump: true
        case .block(let block), .whileLoop(_, let block), .repeatLoop(let block, _), .numericFor(_, _, let block),
            .genericFor(_, _, let block):
            block.statements.contains(where: mayLeave)
        case .conditional(let branches, let otherwise):
            branches.contains { $0.block.statements.contains(where: mayLeave) }
                || otherwise?.statements.contains(where: mayLeave) ?? false
        case .local, .assign, .call, .function, .localFunction: false
        }
    }

    private func certainCalls(_ expression: Expression) -> [CertainCall] {
        switch expression.kind {
        case .call(let callee, let list):
            return certainCalls(callee) + list.flatMap(certainCalls)
                + [CertainCall(callee: callee, list: list, span: expression.span)]
        case .method(let base, _, let list): return certainCalls(base) + list.flatMap(certainCalls)
        case .table(let fields): return fields.flatMap { certainCalls($0.value) }
        case .field(let base, _), .unary(_, let base), .parenthesized(let base): return certainCalls(base)
        case .binary(.and, let left, _), .binary(.or, let left, _): return certainCalls(left)
        case .binary(_, let left, let right), .index(let left, let right):
            return certainCalls(left) + certainCalls(right)
        case .none, .boolean, .number, .string, .varargs, .function, .local, .global, .opaque: return []
        }
    }
}

extension TableField {
    /// Whether its key is there to be read: a name, a literal, or a place in the list.
    fileprivate var isPlain: Bool {
        if case .expression(let key) = key { key.literalText != nil } else { true }
    }
}
