import Host
import ScriptAnalysis

/// What Tab finds in `vaultscript repl`: names of the API table and words of Lua. Names of the script's own are not known
/// here: they are the worker's.
enum ReplCompletion {
    private static let keywords = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// What could stand at the end of `text`, which is what stands before the cursor.
    @Sendable static func complete(_ text: String) -> LineCompletion {
        let typed = String(text.reversed().prefix { isName($0) }.reversed())
        let before = text.dropLast(typed.count)
        if before.last == ":" { return words(methods, typed, end: "(") }
        if before.last == "." { return words(fields(of: before.dropLast()), typed) }
        if before.hasSuffix("require(\"") || before.hasSuffix("require \"") {
            return words(API.table.moduleNames, typed, end: "\"")
        }
        if let options = options(of: before) {
            let found = words(options, typed, end: " = ")
            if !found.words.isEmpty { return found }
        }
        return words(API.table.globalNames + keywords, typed)
    }

    private static func words(_ all: [String], _ typed: String, end: String = "") -> LineCompletion {
        LineCompletion(typed: typed, words: Set(all).filter { $0.hasPrefix(typed) }.sorted(), end: end)
    }

    private static func isName(_ character: Character) -> Bool {
        character == "_" || (character.isASCII && (character.isLetter || character.isNumber))
    }

    /// Of whatever object: which one stands before the colon is not known.
    private static var methods: [String] {
        API.table.allObjects.flatMap { $0.methods.map(\.name) } + stringMethods
    }

    private static var stringMethods: [String] {
        guard case .library(let library)? = API.table.global("string") else { return [] }
        return library.members.map(\.name)
    }

    /// The members of a library, or the fields of tables that the program gives.
    private static func fields(of text: Substring) -> [String] {
        let name = String(text.reversed().prefix { isName($0) }.reversed())
        if case .library(let library)? = API.table.global(name) { return library.members.map(\.name) }
        if let module = API.table.module(name) { return module.members.map(\.name) }
        return API.table.allObjects.flatMap { $0.fields.map(\.name) }
    }

    // MARK: - Options

    /// The options of the call whose table is open at the end of `text`: `spawn{ "git", ` or `fs.write(p, t, { `.
    private static func options(of text: Substring) -> [String]? {
        guard text.last(where: { $0 != " " }).map({ "{,;".contains($0) }) == true else { return nil }
        var depth = 0
        var index = text.endIndex
        while index > text.startIndex {
            index = text.index(before: index)
            switch text[index] {
            case "}", ")": depth += 1
            case "(" where depth > 0: depth -= 1
            case "{" where depth > 0: depth -= 1
            case "{": return table(before: text[..<index])
            default: break
            }
        }
        return nil
    }

    /// Of the function that stands before the brace, with other arguments in between where there are some.
    private static func table(before text: Substring) -> [String]? {
        var rest = text
        if let open = rest.lastIndex(of: "("), !rest[open...].contains(")") { rest = rest[..<open] }
        while rest.last == " " { rest.removeLast() }
        let name = String(rest.reversed().prefix { isName($0) || $0 == "." || $0 == ":" }.reversed())
        let last = name.split(whereSeparator: { $0 == "." || $0 == ":" }).last.map(String.init) ?? name
        let tables = API.table.allOptionTables
        let found = tables.filter { $0.owner == name }
        let others = found.isEmpty ? tables.filter { $0.owner == last || $0.owner.hasSuffix(":\(last)") } : found
        return others.isEmpty ? nil : others.flatMap { $0.options.map(\.name) }
    }
}
