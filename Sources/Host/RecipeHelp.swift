import Diagnostics
import HostProtocol

/// `vaultscript FILE --help`: what a recipe says of itself, as a person reads it.
enum RecipeHelp {
    static func text(_ recipe: Recipe, script: String) -> String {
        var text = recipe.name
        if !recipe.description.isEmpty {
            let lines = recipe.description.split(separator: "\n", omittingEmptySubsequences: false)
            text += ": " + lines.map { String($0).printable }.joined(separator: "\n")
        }
        text += "\n\nusage: vaultscript \(script.printable)\(usage(recipe))\n"
        if !recipe.parameters.isEmpty {
            text += "\nparameters (or all of them as one JSON object: --params-json -|FILE|TEXT):\n"
            text += table(recipe.parameters.map { ("--\($0.option) \(shape($0))", notes($0)) })
        }
        let needs = [
            ("secrets", recipe.secrets.map(\.shown)),
            ("programs", recipe.programs.map { $0.shownPath }),
            ("hosts", recipe.hosts.map(\.name)),
        ].filter { !$0.1.isEmpty }
        if !needs.isEmpty {
            text += "\nneeds, and is limited to:\n" + table(needs.map { ($0.0, $0.1.joined(separator: ", ")) })
        }
        return text
    }

    private static func usage(_ recipe: Recipe) -> String {
        let required = recipe.parameters.filter(\.isRequired)
        let isAll = required.count == recipe.parameters.count
        return required.map { " --\($0.option) \(shape($0))" }.joined() + (isAll ? "" : " [parameters]")
    }

    /// What stands behind the option: `TEXT`, `a|b`.
    static func shape(_ parameter: RecipeParameter) -> String {
        if !parameter.choices.isEmpty {
            return parameter.choices.map { $0.asText ?? $0.described }.joined(separator: "|").printable
                + (parameter.kind == .list ? ",…" : "")
        }
        return switch parameter.kind {
        case .string: "TEXT"
        case .slug: "NAME"
        case .path: "PATH"
        case .integer, .number: "NUMBER"
        case .boolean: ""
        case .list: "TEXT,…"
        }
    }

    private static func notes(_ parameter: RecipeParameter) -> String {
        var notes = parameter.description.isEmpty ? [] : [parameter.description]
        if let bounds = bounds(parameter) { notes.append("(\(bounds))") }
        if let pattern = parameter.pattern { notes.append("(matches \(pattern))") }
        if parameter.isRequired { notes.append("(required)") }
        if let fallback = parameter.fallback { notes.append("(default: \(shown(fallback)))") }
        return notes.joined(separator: " ")
    }

    private static func bounds(_ parameter: RecipeParameter) -> String? {
        switch (parameter.minimum.map(shown), parameter.maximum.map(shown)) {
        case (let least?, let most?): "\(least) to \(most)"
        case (let least?, nil): "at least \(least)"
        case (nil, let most?): "at most \(most)"
        case (nil, nil): nil
        }
    }

    private static func shown(_ value: Value) -> String {
        guard case .list(let items) = value else { return value.asText ?? value.described }
        return items.compactMap(\.asText).joined(separator: ",")
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let rows = rows.map { ($0.0.printable.trimmed, $0.1.printable) }
        let width = min(32, rows.map(\.0.count).max() ?? 0)
        return rows.map { name, words in
            let gap =
                name.count > width
                ? "\n" + String(repeating: " ", count: width + 4)
                : String(repeating: " ", count: width - name.count + 2)
            return "  \(name)" + (words.isEmpty ? "" : gap + words) + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
