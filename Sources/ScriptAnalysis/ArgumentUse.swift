/// Whether a script may look at its arguments, read from its text: nothing is run.
public enum ArgumentUse {
    /// False where it surely never does: it names neither `arg` nor `...` outside of its functions, declares nothing, and runs no
    /// code but its own.
    public static func isPossible(_ source: SourceText) -> Bool {
        guard let chunk = try? Parser.parse(source) else { return true }
        var found = false
        // In a function `...` is the function's own.
        var functions: [Span] = []
        var varargs: [Span] = []
        // A module of the script's own could look at them.
        var otherRequires = 0
        SyntaxWalk(
            statement: { statement in
                switch statement.kind {
                case .function, .localFunction: functions.append(statement.span)
                default: break
                }
            },
            expression: { expression in
                switch expression.kind {
                case .function: functions.append(expression.span)
                case .varargs: varargs.append(expression.span)
                case .global(let name):
                    if others.contains(name.text) { found = true }
                    if name.text == "require" { otherRequires += 1 }
                case .call(let callee, let list) where callee.isGlobal("require"):
                    if list.first?.literalText.flatMap(API.table.module) != nil { otherRequires -= 1 }
                case .opaque: found = true
                default: break
                }
            }
        ).walk(chunk.block)
        return found || otherRequires > 0
            || varargs.contains { one in !functions.contains { $0.start <= one.start && one.end <= $0.end } }
    }

    /// Globals that lead to the arguments, or to code that is not in the text.
    private static let others: Set<String> = ["arg", "recipe", "load", "_G", "_ENV"]
}
