import Host
import ScriptAnalysis

extension ShownRecipe {
    /// The recipe as it is read from a script's text; what has to be run to be known is not compared.
    init(_ recipe: RecipeDeclaration) {
        var lists: [String: [Entry]] = [:]
        for key in Self.keys { lists[key] = Self.entries(recipe.declaration, key) }
        self.init(line: recipe.line, lists: lists)
    }

    private static func entries(_ declaration: LiteralValue, _ key: String) -> [Entry]? {
        guard case .map = declaration else { return nil }
        switch declaration[key] {
        case nil, .null: return []
        case .map(let entries) where entries.isEmpty: return []
        case .list(let items):
            let items = items.filter { $0 != .null }
            return items.contains(where: isCode) ? nil : items.map(entry)
        case .code: return nil
        default: return [.other]
        }
    }

    private static func isCode(_ value: LiteralValue) -> Bool {
        switch value {
        case .code: true
        case .list(let items): items.contains(where: isCode)
        case .map(let entries): entries.contains { isCode($0.value) }
        default: false
        }
    }

    private static func entry(_ value: LiteralValue) -> Entry {
        switch value {
        case .text(let text): return .text(text)
        case .map(let entries):
            var table: [String: String] = [:]
            for entry in entries where entry.value != .null {
                guard let text = entry.value.text else { return .other }
                table[entry.key] = text
            }
            return .table(table)
        default: return .other
        }
    }
}
