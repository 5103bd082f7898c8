import Diagnostics
import HostProtocol

/// `recipe{ … }`: the declaration, then the parameters.
extension ScriptRun {
    func recipe(_ id: UInt32, _ value: Value) throws(Failure) {
        switch value["step"]?.asText {
        case "declare": try declare(id, value)
        case "check": try checkParameters(id, value)
        case "admit": try admit(id, value)
        default: throw Failure(.usage, "recipe: there is no such step")
        }
    }

    private func declare(_ id: UInt32, _ value: Value) throws(Failure) {
        let declaration = value["spec"] ?? .null
        let recipe = try Recipe(declaration)
        try policy.limit(to: recipe, declaration, line: value["line"]?.asInteger.map { Int($0) })
        watchOverlaps()
        // Nothing is sent yet: they are fetched together when the script asks for the first of them.
        prefetch.declare(recipe.secrets.compactMap(SecretPrefetch.Declaration.init))
        gate.childOutput = .error
        guard !Self.asksForHelp(Self.texts(value["arguments"])) else {
            let text = RecipeHelp.text(recipe, script: value["script"]?.asText ?? "FILE")
            gate.writeScriptText(Array(text.utf8), to: .output)
            return endByItself()
        }
        reply(id, .null)
    }

    private static func asksForHelp(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    }

    /// The checked values, or all that is wrong with them. Patterns are matched by the worker, which knows how.
    private func checkParameters(_ id: UInt32, _ value: Value) throws(Failure) {
        guard let recipe = policy.recipe else { throw Failure(.usage, "recipe: nothing is declared") }
        let read =
            value["object"].map { RecipeArguments(recipe, object: Self.only($0)) }
            ?? RecipeArguments(
                recipe, arguments: Self.texts(value["arguments"]), isOwnOption: options.advice.isOwnOption)
        let values = read.values.map { Value.Entry(.bytes(Array($0.key.utf8)), $0.value) }
        let patterns = recipe.parameters.compactMap { parameter in
            parameter.pattern.map { Value.Entry(.bytes(Array(parameter.name.utf8)), .text($0)) }
        }
        reply(
            id,
            .record([
                "values": .map(values), "patterns": .map(patterns),
                "problems": .list(read.problems.map { .text(gate.inward($0)) }),
            ]))
    }

    /// The one value of a list, which `null` is none of.
    private static func only(_ value: Value) -> Value {
        if case .list(let items) = value { items.first ?? .null } else { .null }
    }

    private static func texts(_ value: Value?) -> [String] {
        guard case .list(let items) = value ?? .null else { return [] }
        return items.compactMap(\.asText)
    }

    /// Asked before the global `getSecret` logs in, so that what is refused costs no request. The answer of the vault is
    /// guarded by itself.
    private func admit(_ id: UInt32, _ value: Value) throws(Failure) {
        let wanted = try SecretAddress(value["name"]?.asText ?? "")
        let options = value["options"]
        try policy.check(
            secret: wanted.name, project: options?["project"]?.asText ?? wanted.project,
            environment: options?["env"]?.asText ?? options?["environment"]?.asText ?? wanted.environment,
            path: options?["path"]?.asText ?? wanted.path)
        reply(id, .null)
    }

    /// What the script returned, once it has come to its end: the result of a recipe.
    func showResult(_ report: Value) {
        guard policy.recipe != nil, let result = report["result"]?.asBytes else { return }
        if !options.writesEvents { gate.writeScriptText(result + [10], to: .output) }
        observer.result(gate.inward(result))
    }
}
