import Diagnostics
import Host
import ScriptAnalysis

extension Subcommand {
    /// `vaultscript describe FILE`: what a script declares.
    static var describe: Subcommand {
        Subcommand(
            name: "describe", summary: "what a script declares: parameters, secrets, programs, hosts",
            synopsis: "[--json] FILE",
            options: [
                CommandOption("--json", "one line of JSON"),
                CommandOption("--options", "the options of its parameters, one a line, for shells that complete them"),
                CommandOption("--values", "OPTION", "the values that one of these may have, one a line, for the same"),
                CommandOption("--tasks", "the tasks that it names literally, one a line, for the same"),
            ],
            takesSharedOptions: false, wordCount: 1...1,
            details:
                "The script is read, not run: what is no literal in its recipe{} is shown as its source, in brackets."
        ) { arguments throws(Failure) in
            let command = DescribeCommand(
                path: arguments.words[0], isJSON: arguments.has("--json"), reader: try ScriptReader(arguments.run))
            if let option = arguments.value("--values") { return try command.listValues(of: option) }
            if arguments.has("--tasks") { return try command.listTasks() }
            return try arguments.has("--options") ? command.listOptions() : command.run()
        }
    }
}

/// Shows one recipe.
struct DescribeCommand {
    let path: String
    let isJSON: Bool
    let reader: ScriptReader

    /// The recipe of a script; nil when it declares none. Errors call it `path`.
    static func read(_ file: ScriptFile, _ path: String) throws(Failure) -> RecipeDeclaration? {
        do throws(RecipeFault) {
            return try RecipeDeclaration.read(SourceText(file.bytes))
        } catch {
            let finding = file.isLinked ? error.finding.withoutText : error.finding
            throw Failure(
                .usage, "\(path.printable):\(finding.line):\(finding.column): \(finding.message.printable)",
                hint: finding.hint.printable)
        }
    }

    /// Shows it; a script without one is wrong usage.
    func run() throws(Failure) -> Int32 {
        guard let recipe = try Self.read(try reader.analysed(path), path) else {
            throw Failure(
                .usage, "\(path.printable) declares no recipe",
                reason: "there is no recipe{ … } outside of its functions",
                hint: "a recipe begins: local params = recipe{ name = \"…\", description = \"…\" }")
        }
        return standardOutputLine(isJSON ? JSONText.line(recipe.json(file: path)) : text(recipe))
    }

    /// Shows what a shell completes after the script's name; nothing for a script without a recipe.
    func listOptions() throws(Failure) -> Int32 {
        // Shells expand what they are given: a name that recipe{} would refuse is none here either.
        let parameters = try Self.read(try reader.analysed(path), path)?.parameters.filter(\.hasPlainName) ?? []
        guard !parameters.isEmpty else { return 0 }
        let lines = parameters.map { parameter in
            let words = parameter.facts["description"]?.shown ?? parameter.type
            return "\(parameter.option)\t\(words.printable)"
        }
        return standardOutputLine(lines.joined(separator: "\n"))
    }

    /// Shows the values of a parameter's enum; `option` is its option, with or without the dashes.
    func listValues(of option: String) throws(Failure) -> Int32 {
        let recipe = try Self.read(try reader.analysed(path), path)
        let parameter = recipe?.parameters.first { $0.option == option || $0.option == "--" + option }
        guard case .list(let values) = parameter?.facts["enum"] else { return 0 }
        return show(values.map(\.shown))
    }

    /// Shows the names of tasks.
    func listTasks() throws(Failure) -> Int32 {
        let file = try reader.analysed(path)
        do throws(RecipeFault) {
            return show(try TaskNames.read(SourceText(file.bytes)))
        } catch {
            // Of a text that is no Lua there is nothing to complete.
            return 0
        }
    }

    /// Words that mean the same to every shell, one a line; what is none is left out.
    private func show(_ words: [String]) -> Int32 {
        let plain = words.filter(\.isPlainWord)
        return plain.isEmpty ? 0 : standardOutputLine(plain.joined(separator: "\n"))
    }

    private func text(_ recipe: RecipeDeclaration) -> String {
        let title = [recipe.name ?? path, recipe.description].compactMap { $0 }.joined(separator: ": ")
        var lines = [title.printable]
        lines += section("parameters", recipe.parameters.map { ($0.option, $0.words) })
        for key in ["secrets", "programs", "hosts"] {
            guard let value = recipe.declaration[key] else { continue }
            lines += section(key, items(value).map { ($0, "") })
        }
        if case .code(let code) = recipe.declaration { lines.append("declared by code: \(code.printable)") }
        return lines.joined(separator: "\n")
    }

    private func items(_ value: LiteralValue) -> [String] {
        switch value {
        case .list(let items): items.map(\.shown)
        case .map(let entries) where entries.isEmpty: []
        default: [value.shown]
        }
    }

    private func section(_ title: String, _ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let width = min(30, rows.map(\.0.count).max() ?? 0)
        return ["", title + ":"]
            + rows.map { name, words in
                let gap = String(repeating: " ", count: max(0, width - name.count) + 2)
                return "  " + (words.isEmpty ? name.printable : name.printable + gap + words.printable)
            }
    }
}

extension String {
    /// Letters, digits and a few signs: no shell expands or splits it.
    fileprivate var isPlainWord: Bool {
        !isEmpty && !hasPrefix("-")
            && utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || "._-+/@".utf8.contains($0)
            }
    }
}

extension RecipeDeclaration.Parameter {
    fileprivate var hasPlainName: Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    /// Type, description and the rest in one line.
    fileprivate var words: String {
        guard case .map(let entries) = facts else { return facts.shown }
        var parts = [type]
        if let text = facts["description"] { parts.append(text.shown) }
        if isRequired { parts.append("(required)") }
        for entry in entries where !["type", "description", "required"].contains(entry.key) {
            parts.append("(\(entry.key): \(entry.value.shown))")
        }
        return parts.joined(separator: " ")
    }
}
