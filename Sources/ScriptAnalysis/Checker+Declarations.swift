/// What `recipe{}` declares against what the script uses.
extension Checker {
    /// Reports what is used and not declared, and what is declared and not used.
    mutating func reportDeclarations() {
        guard let recipe else { return reportMisplacedRecipe() }
        reportWaysPastRecipe()
        reportCallsBeforeRecipe()
        reportRecipeValues()
        compare("secrets", "secret", recipe, uses.secrets, .undeclaredSecret, .unusedSecret) { $0 == $1 }
        compare("programs", "program", recipe, uses.programs, .undeclaredProgram, .unusedProgram, Self.isProgram)
        compare("hosts", "host", recipe, uses.hosts, .undeclaredHost, .unusedHost, Self.isHost)
    }

    private mutating func compare(
        _ key: String, _ what: String, _ recipe: RecipeDeclaration, _ sort: DeclaredUses.Sort,
        _ undeclared: Finding.Rule,
        _ unused: Finding.Rule, _ matches: (_ used: String, _ declared: String) -> Bool
    ) {
        guard let declared = recipe.declared(key) else { return }
        let names = Set(declared.map(\.name))
        for use in sort.uses where canReport && !names.contains(use.name) {
            guard let span = use.span, !declared.contains(where: { matches(use.name, $0.name) }) else { continue }
            report(
                undeclared, "the \(what) \(use.name) is not declared in recipe{}",
                hint: near(
                    use.name, among: declared.map(\.name), otherwise: "add it: \(key) = { \"\(use.name)\" }"), at: span)
        }
        guard !sort.isOpen else { return }
        let used = Set(sort.uses.map(\.name))
        for name in declared
        where canReport && !used.contains(name.name) && !sort.uses.contains(where: { matches($0.name, name.name) }) {
            report(
                unused, "the \(what) \(name.name) is declared and not used",
                hint: "leave out what the script does not need",
                at: name.span, .warning)
        }
    }

    /// A path may lead to the program that is declared by its name: that is known when it runs.
    private static func isProgram(_ used: String, _ declared: String) -> Bool {
        func lastPart(_ path: String) -> Substring? { path.split(separator: "/").last }
        return used == declared || used.contains("/") != declared.contains("/") && lastPart(used) == lastPart(declared)
    }

    private static func isHost(_ used: String, _ declared: String) -> Bool {
        used == DeclaredUses.withoutUsualPort(declared.lowercased())
    }
}
