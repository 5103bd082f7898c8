/// Ways past the recipe that a script shows.
extension Checker {
    /// Warns of what may keep `recipe{}` from being declared: the run is refused then.
    mutating func reportWaysPastRecipe() {
        guard let recipe else { return }
        if let rival = recipe.rival {
            report(
                .recipeAvoided, RecipeDeclaration.rivalMessage(recipe.line), hint: RecipeDeclaration.rivalHint,
                at: rival)
        }
        for span in survey.recipeChanges {
            reportAvoided(
                "the recipe{} of line \(recipe.line) may not be the one of vaultscript: its name is changed here", span)
        }
        if let own = chunk.variables.first(where: { $0.name == "_ENV" }) {
            reportAvoided(
                "the recipe{} of line \(recipe.line) may not be the one of vaultscript: _ENV is changed here", own.span)
        }
        let labels = Set(chunk.block.statements.filter { $0.span.start > recipe.span.end }.flatMap(labels))
        for statement in chunk.block.statements where statement.span.start < recipe.span.start {
            reportLeaving(statement, labels, recipe)
        }
    }

    /// Of a script that declares none: what looks like a recipe.
    mutating func reportMisplacedRecipe() {
        var calls: [Span] = []
        SyntaxWalk(expression: { expression in
            if case .call(let callee, _) = expression.kind, callee.isRecipe { calls.append(expression.span) }
        }).walk(chunk.block)
        let misplaced = RecipeDeclaration.misplacedCall(in: chunk)
        for span in [misplaced].compactMap({ $0 }) + calls.filter({ $0.start != misplaced?.start }) {
            report(
                .recipeAvoided,
                "this recipe{} is refused: it is no statement of the script itself, or no recipe of "
                    + "vaultscript",
                hint: "write it outside of functions, blocks and expressions, first in the script: "
                    + "local params = recipe{ … }",
                at: span)
        }
        guard let unread = RecipeDeclaration.unreadPart(of: chunk, source) else { return }
        report(
            .recipeAvoided, RecipeDeclaration.unreadMessage, hint: RecipeDeclaration.unreadHint, at: unread)
    }

    /// What surely calls the host before the recipe, and a second one: the run ends there.
    mutating func reportCallsBeforeRecipe() {
        guard let recipe, survey.recipeChanges.isEmpty else { return }
        let hint = "let recipe{} be the first thing, and one alone: the run ends here"
        for call in certainCalls(in: chunk.block.statements) {
            guard let path = path(of: call.callee) else { continue }
            if call.span.start < recipe.span.start, Self.callsHost(path) {
                return report(
                    .recipeAvoided, "\(path) is called before the recipe{} of line \(recipe.line)", hint: hint,
                    at: call.span)
            }
            if call.span.start > recipe.span.end, path == "recipe" {
                return report(
                    .recipeAvoided, "the script has a recipe{} already, in line \(recipe.line)", hint: hint,
                    at: call.span)
            }
        }
    }

    private static func callsHost(_ path: String) -> Bool {
        let single: Set<String> = [
            "spawn", "pipe", "http.request", "login", "getSecret", "getSecrets", "print", "io.write", "io.read",
            "sleep",
            "confirm", "progress", "os.getenv",
        ]
        return single.contains(path) || ["fs.", "log.", "secret.", "git."].contains(where: path.hasPrefix)
    }

    private mutating func reportAvoided(_ message: String, _ span: Span) {
        report(
            .recipeAvoided, message, hint: "a run that never declares it is refused: let it be the first thing",
            at: span,
            .warning)
    }

    /// Jumps out of a statement before the recipe; functions in it are not entered.
    private mutating func reportLeaving(_ statement: Statement, _ labels: Set<String>, _ recipe: RecipeDeclaration) {
        switch statement.kind {
        case .giveBack:
            reportAvoided("this return leaves the script before the recipe{} of line \(recipe.line)", statement.span)
        case .jump:
            guard let name = target(of: statement), labels.contains(name) else { return }
            reportAvoided("goto \(name) jumps past the recipe{} of line \(recipe.line)", statement.span)
        case .block(let block), .whileLoop(_, let block), .repeatLoop(let block, _), .numericFor(_, _, let block),
            .genericFor(_, _, let block):
            for inner in block.statements { reportLeaving(inner, labels, recipe) }
        case .conditional(let branches, let otherwise):
            for block in branches.map(\.block) + [otherwise].compactMap({ $0 }) {
                for inner in block.statements { reportLeaving(inner, labels, recipe) }
            }
        default: break
        }
    }

    /// The label that a goto names.
    private func target(of statement: Statement) -> String? {
        let words = words(of: statement)
        guard words.first?.kind == .keyword(.goto), case .name(let name) = words.dropFirst().first?.kind else {
            return nil
        }
        return name
    }

    /// The labels that a statement is.
    private func labels(of statement: Statement) -> [String] {
        guard case .jump = statement.kind else { return [] }
        let words = words(of: statement)
        guard words.first?.kind == .symbol(.doubleColon) else { return [] }
        return words.compactMap { if case .name(let name) = $0.kind { name } else { nil } }
    }

    private func words(of statement: Statement) -> [Token] {
        var lexer = Lexer(Array(source.bytes[statement.span.start..<statement.span.end]))
        var words: [Token] = []
        while let word = try? lexer.next(), word.kind != .end { words.append(word) }
        return words
    }
}
