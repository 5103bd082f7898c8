/// What is visible at a place of a script while it is read: local variables, labels, and jumps that wait for theirs.
struct Scope {
    struct Label {
        var name: String
        var span: Span
        var activeCount: Int
    }

    struct Jump {
        var name: String
        var span: Span
        var activeCount: Int
    }

    struct BlockState {
        var firstActive: Int
        var isLoop: Bool
        var labels: [Label] = []
        /// Those that wait for their labels, by the names of these.
        var jumps: [String: [Jump]] = [:]
    }

    struct FunctionState {
        var isVariadic: Bool
        var firstActive: Int
        var blocks: [BlockState]
        /// The labels of all blocks that are open: no two have one name.
        var labels: [String: Label] = [:]
    }

    private(set) var variables: [Variable] = []
    private(set) var active: [VariableID] = []
    /// The active ones of each name; the last of them is the one that is visible.
    private var activeByName: [String: [VariableID]] = [:]
    private(set) var functions: [FunctionState] = []

    var isVariadic: Bool { functions.last?.isVariadic ?? false }
    var localCount: Int { active.count - (functions.last?.firstActive ?? 0) }
    var isInLoop: Bool { functions.last?.blocks.contains { $0.isLoop } ?? false }

    // MARK: - Variables

    /// Makes a variable that is not visible yet.
    mutating func declare(_ name: Name, _ kind: Variable.Kind, isConstant: Bool = false) -> VariableID {
        variables.append(Variable(name: name.text, span: name.span, kind: kind, isConstant: isConstant))
        return variables.count - 1
    }

    mutating func activate(_ ids: [VariableID]) {
        active += ids
        for id in ids { activeByName[variables[id].name, default: []].append(id) }
    }

    func find(_ name: String) -> VariableID? { activeByName[name]?.last }

    // MARK: - Blocks

    mutating func openFunction(isVariadic: Bool) {
        functions.append(FunctionState(isVariadic: isVariadic, firstActive: active.count, blocks: []))
        openBlock()
    }

    mutating func setVariadic() {
        guard let last = functions.indices.last else { return }
        functions[last].isVariadic = true
    }

    mutating func openBlock(isLoop: Bool = false) {
        guard let last = functions.indices.last else { return }
        functions[last].blocks.append(BlockState(firstActive: active.count, isLoop: isLoop))
    }

    /// Ends a block; jumps that have not found their label wait in the block around it.
    mutating func closeBlock() {
        guard let last = functions.indices.last, let block = functions[last].blocks.popLast() else { return }
        for id in active[block.firstActive...] { activeByName[variables[id].name]?.removeLast() }
        active.removeSubrange(block.firstActive...)
        for label in block.labels { functions[last].labels[label.name] = nil }
        guard let outer = functions[last].blocks.indices.last else { return }
        for var jump in block.jumps.values.joined() {
            jump.activeCount = min(jump.activeCount, block.firstActive)
            functions[last].blocks[outer].jumps[jump.name, default: []].append(jump)
        }
    }

    /// Ends a function; gives a jump that has no label.
    mutating func closeFunction() -> Jump? {
        guard let last = functions.indices.last else { return nil }
        while functions[last].blocks.count > 1 { closeBlock() }
        let lost = functions[last].blocks.first?.jumps.values.joined().min { $0.span.start < $1.span.start }
        closeBlock()
        functions.removeLast()
        return lost
    }

    // MARK: - Jumps

    func label(_ name: String) -> Label? {
        functions.last?.labels[name]
    }

    /// A jump to a label that may come later.
    mutating func addJump(_ name: Name) {
        guard label(name.text) == nil, let last = functions.indices.last,
            let block = functions[last].blocks.indices.last
        else { return }
        let jump = Jump(name: name.text, span: name.span, activeCount: active.count)
        functions[last].blocks[block].jumps[name.text, default: []].append(jump)
    }

    /// A label; gives the jump and the variable when one would jump past a declaration.
    mutating func addLabel(_ name: Name, isLast: Bool) -> (jump: Jump, variable: Variable)? {
        guard let last = functions.indices.last, let index = functions[last].blocks.indices.last else { return nil }
        // At the end of a block its variables are out of sight already.
        let count = isLast ? functions[last].blocks[index].firstActive : active.count
        let label = Label(name: name.text, span: name.span, activeCount: count)
        functions[last].labels[name.text] = label
        functions[last].blocks[index].labels.append(label)
        let waiting = functions[last].blocks[index].jumps.removeValue(forKey: name.text)
        let wrong = waiting?.first { $0.activeCount < count }
        return wrong.map { ($0, variables[active[$0.activeCount]]) }
    }
}
