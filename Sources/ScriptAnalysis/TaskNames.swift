/// The tasks that a script names, read from its text: nothing is run.
public enum TaskNames {
    /// The literal names, in the order of the text.
    ///
    /// - Throws: a finding, when the text is no Lua.
    public static func read(_ source: SourceText) throws(RecipeFault) -> [String] {
        do throws(SyntaxFault) {
            return names(try Parser.parse(source))
        } catch {
            throw RecipeFault(
                finding: Finding(.syntax, .error, error.message, hint: error.hint, at: error.span, in: source))
        }
    }

    private static func names(_ chunk: Chunk) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        let walk = SyntaxWalk(expression: { expression in
            guard case .call(let callee, let list) = expression.kind, callee.isGlobal("task"),
                let name = list.first?.literalText, seen.insert(name).inserted
            else { return }
            names.append(name)
        })
        walk.walk(chunk.block)
        return names
    }
}
