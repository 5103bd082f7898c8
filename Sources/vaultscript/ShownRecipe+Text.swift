import Host
import ScriptAnalysis

extension ShownRecipe {
    /// The recipe as it is read from a script's text.
    init(_ recipe: RecipeDeclaration) {
        guard recipe.isAlone else {
            self.init(crowdedIn: recipe.line)
            return
        }
        var lists: [String: [Entry]] = [:]
        for key in Self.keys { lists[key] = Self.entries(recipe.value(key)) }
        self.init(lines: recipe.lines, lists: lists)
    }

    private static func entries(_ value: LiteralValue?) -> [Entry]? {
        switch value {
        case nil, .null: return []
        case .map(let entries) where entries.isEmpty: return []
        case .list(let items): return items.contains(where: isCode) ? nil : items.map(entry)
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
