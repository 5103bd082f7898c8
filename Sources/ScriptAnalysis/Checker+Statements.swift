/// Statements: who is assigned what.
extension Checker {
    mutating func walk(_ block: Block) {
        for statement in block.statements { walk(statement) }
    }

    private mutating func walk(_ statement: Statement) {
        switch statement.kind {
        case .local(let ids, let values): assign(ids, values)
        case .assign(let targets, let values): assign(targets, values)
        case .call(let call): _ = evaluate(call)
        case .block(let block): walk(block)
        case .whileLoop(let condition, let block):
            _ = evaluate(condition)
            walk(block)
        case .repeatLoop(let block, let condition):
            walk(block)
            _ = evaluate(condition)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                _ = evaluate(branch.condition)
                walk(branch.block)
            }
            if let otherwise { walk(otherwise) }
        case .numericFor(let id, let values, let block):
            for value in values { _ = evaluate(value) }
            learn(id, .number)
            walk(block)
        case .genericFor(let ids, let values, let block): walkFor(ids, values, block)
        case .function(let target, let body):
            assign(target, .function)
            walk(body)
        case .localFunction(let id, let body):
            learn(id, .function)
            walk(body)
        case .giveBack(let values): for value in values { _ = evaluate(value) }
        case .jump: break
        }
    }

    mutating func walk(_ body: FunctionBody) {
        for id in body.parameters { learn(id, .unknown) }
        walk(body.block)
    }

    // MARK: - Loops

    private mutating func walkFor(_ ids: [VariableID], _ values: [Expression], _ block: Block) {
        walked = nil
        let facts = values.map { evaluate($0) }
        if let first = values.first, facts.first == .secret { refuseSecret("listed", at: first.span) }
        // Of `for name, handle in pairs(secrets)` the second is a handle.
        let walksSecrets = values.count == 1 && walked == .secrets
        for (place, id) in ids.enumerated() { learn(id, walksSecrets && place == 1 ? .secret : .unknown) }
        walk(block)
    }

    // MARK: - Assignments

    private mutating func assign(_ ids: [VariableID], _ values: [Expression]) {
        let facts = values.map { evaluate($0) }
        for (place, id) in ids.enumerated() {
            learn(id, fact(at: place, facts, values))
        }
    }

    private mutating func assign(_ targets: [Expression], _ values: [Expression]) {
        let facts = values.map { evaluate($0) }
        for (place, target) in targets.enumerated() {
            assign(target, fact(at: place, facts, values))
        }
    }

    /// What the variable at a place gets: the last value may be several.
    private func fact(at place: Int, _ facts: [Fact], _ values: [Expression]) -> Fact {
        if place < facts.count { return facts[place] }
        return values.last?.isMultiple == true ? .unknown : .nothing
    }

    private mutating func assign(_ target: Expression, _ fact: Fact) {
        switch target.kind {
        case .local(let id): learn(id, fact)
        case .global(let name): assignGlobal(name, fact)
        case .field(let base, _): refuseChange(evaluate(base), at: base.span)
        case .index(let base, let key):
            refuseChange(evaluate(base), at: base.span)
            _ = evaluate(key)
        default: break
        }
    }

    private mutating func assignGlobal(_ name: Name, _ fact: Fact) {
        learn(global: name.text, fact)
        if api.global(name.text) != nil {
            report(
                .hiddenGlobal, "this hides \(name.text), which every script has", hint: "take another name",
                at: name.span,
                .warning)
        } else if fact != .function, !survey.hasOpenGlobals {
            report(
                .globalAssignment, "\(name.text) is a global variable: every function and module sees it",
                hint: "write: local \(name.text)", at: name.span, .warning)
        }
    }

    private mutating func refuseChange(_ fact: Fact, at span: Span) {
        if fact == .secret { refuseSecret("changed", at: span) }
        guard case .object(let object, _) = fact, object.isOpaque else { return }
        report(.wrongType, "a \(object.name.lowercased()) has no fields that can be set", at: span)
    }
}
