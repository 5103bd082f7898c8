import Diagnostics
import HostProtocol

/// The parameters of a run, from the script's arguments or from one JSON object. Whatever is wrong is collected, so that
/// all of it is told at once.
struct RecipeArguments {
    private(set) var values: [String: Value] = [:]
    private(set) var problems: [String] = []
    private let recipe: Recipe
    private let isOwnOption: (String) -> Bool
    private var given: Set<String> = []

    /// Reads `--repo x`, `--repo=x`, `--flag`, `--no-flag`; a list repeated or with commas.
    ///
    /// - Parameter isOwnOption: Whether a word is an option of vaultscript's own, which is wrong here.
    init(_ recipe: Recipe, arguments: [String], isOwnOption: @escaping (String) -> Bool) {
        self.recipe = recipe
        self.isOwnOption = isOwnOption
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                problems.append(
                    "there is no place for the argument \(Value.text(argument).described)"
                        + (isOwnOption(argument) ? Self.place : ""))
                continue
            }
            take(String(argument.dropFirst(2)), &rest)
        }
        finish()
    }

    /// Reads one object; a key that there is no parameter for is wrong.
    init(_ recipe: Recipe, object: Value) {
        self.recipe = recipe
        isOwnOption = { _ in false }
        switch object {
        case .list([]): break
        case .map(let entries):
            for entry in entries {
                guard case .bytes(let name) = entry.key else {
                    problems.append("expected a JSON object of parameters, got a list")
                    return
                }
                take(key: String(decoding: name, as: UTF8.self), entry.value)
            }
        default:
            problems.append("expected a JSON object of parameters, got \(object.described)")
            return
        }
        finish()
    }

    // MARK: - One parameter

    private mutating func take(_ text: String, _ rest: inout ArraySlice<String>) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let attached = parts.count > 1 ? String(parts[1]) : nil
        if attached == nil, name.hasPrefix("no-"), let flag = parameter(String(name.dropFirst(3))),
            flag.kind == .boolean
        {
            return keep(.boolean(false), flag)
        }
        guard let parameter = parameter(name) else {
            // What follows is most probably its value, and no problem of its own.
            if attached == nil, let next = rest.first, !next.hasPrefix("--") { rest.removeFirst() }
            return unknown("--\(name)", recipe.parameters.map { "--\($0.option)" })
        }
        if parameter.kind == .boolean, attached == nil { return keep(.boolean(true), parameter) }
        guard let argument = attached ?? rest.popFirst() else {
            given.insert(parameter.name)
            return problems.append("--\(parameter.option) needs a value")
        }
        add(parameter.check(argument: argument), parameter)
    }

    private mutating func take(key: String, _ value: Value) {
        guard let parameter = recipe.parameters.first(where: { $0.name == key }) else {
            return unknown(key.printable, recipe.parameters.map(\.name))
        }
        // JSON's null says nothing, as leaving it out does.
        guard value != .null else { return }
        add(parameter.check(value), parameter)
    }

    private func parameter(_ name: String) -> RecipeParameter? {
        recipe.parameters.first { $0.option == name || $0.name == name }
    }

    private static let place = "; options of vaultscript's own stand before the script's file"

    private mutating func unknown(_ name: String, _ known: [String]) {
        if isOwnOption(name) { return problems.append("there is no parameter \(name.printable)\(Self.place)") }
        let near = NearNames.best(for: name, among: known)
        problems.append("there is no parameter \(name.printable)" + (near.map { "; did you mean \($0)?" } ?? ""))
    }

    private mutating func add(_ result: Result<Value, RecipeParameter.Problem>, _ parameter: RecipeParameter) {
        switch result {
        case .success(let value): keep(value, parameter)
        case .failure(let problem):
            given.insert(parameter.name)
            problems.append("\(parameter.name): \(problem.text)")
        }
    }

    private mutating func keep(_ value: Value, _ parameter: RecipeParameter) {
        let isRepeated = !given.insert(parameter.name).inserted
        guard isRepeated else { return values[parameter.name] = value }
        if case .list(let more) = value, case .list(let held) = values[parameter.name] ?? .list([]) {
            values[parameter.name] = .list(held + more)
        } else {
            problems.append("\(parameter.name) is given twice")
        }
    }

    private mutating func finish() {
        for parameter in recipe.parameters where !given.contains(parameter.name) {
            if let value = parameter.absent {
                values[parameter.name] = value
            } else if parameter.isRequired {
                problems.append("\(parameter.name) is missing: --\(parameter.option) \(RecipeHelp.shape(parameter))")
            }
        }
    }
}
