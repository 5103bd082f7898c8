/// Expressions: what is known of their values.
extension Checker {
    /// Judges an expression, and gives what is known of its value.
    mutating func evaluate(_ expression: Expression) -> Fact {
        switch expression.kind {
        case .none: return .nothing
        case .boolean(let truth): return .boolean(truth)
        case .number: return .number
        case .string(let bytes): return .text(String(decoding: bytes, as: UTF8.self))
        case .varargs, .opaque: return .unknown
        case .function(let body):
            walk(body)
            return .function
        case .table(let fields):
            walk(fields)
            return .table
        case .local(let id): return fact(of: id)
        case .global(let name): return evaluate(global: name)
        case .field(let base, let name): return field(name, of: evaluate(base), isMethod: false)
        case .index(let base, let key): return index(base, key)
        case .call(let callee, let list): return call(callee, list, expression.span)
        case .method(let base, let name, let list): return method(base, name, list, expression.span)
        case .unary(let sign, let operand): return unary(sign, operand)
        case .binary(let sign, let left, let right): return binary(sign, left, right)
        case .parenthesized(let inner): return evaluate(inner)
        }
    }

    private mutating func walk(_ fields: [TableField]) {
        reportDuplicates(fields)
        for field in fields {
            if case .expression(let key) = field.key { _ = evaluate(key) }
            _ = evaluate(field.value)
        }
    }

    mutating func reportDuplicates(_ fields: [TableField]) {
        var seen: Set<String> = []
        for field in fields {
            guard case .name(let name) = field.key, !seen.insert(name.text).inserted else { continue }
            report(
                .duplicateKey, "\(name.text) stands twice in this table", hint: "the last one counts: remove the other",
                at: name.span, .warning)
        }
    }

    // MARK: - Names

    private mutating func evaluate(global name: Name) -> Fact {
        if survey.globals.contains(name.text) { return fact(ofGlobal: name.text) }
        if let member = api.global(name.text) { return api.fact(member, in: "") }
        guard canReport, !survey.hasOpenGlobals, !surroundings.globals.contains(name.text) else { return .unknown }
        let candidates = api.globalNames + chunk.variables.prefix(2000).map(\.name).filter { $0.count > 1 }
        let otherwise =
            name.text == "params" && recipe != nil
            ? "recipe gives them: local params = recipe{ … }" : "declare it: local \(name.text) = …"
        report(
            .unknownGlobal, "there is no global \(name.text)",
            hint: near(name.text, among: candidates, otherwise: otherwise), at: name.span)
        return .unknown
    }

    private mutating func index(_ base: Expression, _ key: Expression) -> Fact {
        let table = evaluate(base)
        let keyFact = evaluate(key)
        if let text = key.literalText { return field(Name(text: text, span: key.span), of: table, isMethod: false) }
        if table == .secrets, keyFact != .nothing { return .secret }
        if table == .secret { refuseSecret("looked into", at: base.span) }
        return .unknown
    }

    // MARK: - Operators

    private mutating func unary(_ sign: UnaryOperator, _ operand: Expression) -> Fact {
        let fact = evaluate(operand)
        switch sign {
        case .not: return .boolean(nil)
        case .length:
            if fact == .secret { refuseSecret("measured", at: operand.span) }
        case .minus, .complement:
            if fact == .secret { refuseSecret("used in arithmetic", at: operand.span) }
        }
        return fact == .secret ? .unknown : .number
    }

    private mutating func binary(_ sign: BinaryOperator, _ left: Expression, _ right: Expression) -> Fact {
        let facts = (evaluate(left), evaluate(right))
        switch sign {
        case .and: return facts.1
        case .or: return facts.0 == .nothing || facts.0 == .boolean(false) ? facts.1 : facts.0.joined(facts.1)
        case .equal, .unequal:
            compareEquality(left, right, facts)
            return .boolean(nil)
        case .less, .lessEqual, .greater, .greaterEqual:
            refuseOperands("compared", left, right, facts)
            return .boolean(nil)
        case .concatenate:
            refuseOperands("joined to a text", left, right, facts)
            refuseJoin(left, facts.0)
            refuseJoin(right, facts.1)
            return .text(nil)
        default:
            refuseOperands("used in arithmetic", left, right, facts)
            return .unknown
        }
    }

    private mutating func refuseOperands(_ what: String, _ left: Expression, _ right: Expression, _ facts: (Fact, Fact))
    {
        if facts.0 == .secret {
            refuseSecret(what, at: left.span)
        } else if facts.1 == .secret {
            refuseSecret(what, at: right.span)
        }
    }

    /// What no concatenation takes, beside a secret.
    private mutating func refuseJoin(_ operand: Expression, _ fact: Fact) {
        switch fact {
        case .boolean, .function, .apiFunction, .library, .object, .secrets:
            report(
                .wrongType, "\(fact.described) cannot be joined to a text",
                hint: "make it a text first: tostring(value)",
                at: operand.span)
        default: break
        }
    }

    /// A secret is equal to itself alone, so a comparison with anything that is none has but one answer.
    private mutating func compareEquality(_ left: Expression, _ right: Expression, _ facts: (Fact, Fact)) {
        for (handle, other, place) in [(facts.0, facts.1, left), (facts.1, facts.0, right)] where handle == .secret {
            switch other {
            case .text, .number, .boolean:
                report(
                    .secretMisuse, "a secret is never equal to \(other.described)",
                    hint: "== compares handles, never values: compare in a program that the secret is handed to",
                    at: place.span)
            default: break
            }
        }
    }
}
