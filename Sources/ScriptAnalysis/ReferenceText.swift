/// The reference: the API table as a page of Markdown.
public struct ReferenceText {
    let api: API

    /// The page.
    public static func make(_ api: API = .table) -> String { ReferenceText(api: api).text }

    private static let head = """
        # Reference

        Every name that a script finds, every option, its type and its default. This page is made from the table that
        `vaultscript check` knows, which a test compares with the running program: change `Sources/ScriptAnalysis/APITable…`,
        then run `dev/reference`. What it all means is told in [script-api.md](script-api.md).

        A *duration* is a number of seconds, or a text such as `"90s"`, `"5m"`, `"1h30m"`. Where a type says *secret*, a handle may
        stand, and nowhere else; `?` marks what may be left out.

        """

    private var text: String {
        let sections = api.sections.map(section).joined(separator: "\n")
        return Self.head + "\n" + sections + "\n" + findings + "\n" + Self.editors
    }

    // MARK: - Sections

    private func section(_ section: API.Section) -> String {
        var parts = ["## \(section.title)\n\n\(section.doc)\n"]
        let plain = section.members.filter { if case .library = $0 { false } else { true } }
        if !plain.isEmpty { parts.append(members(plain, "")) }
        for case .library(let library) in section.members { parts.append(self.library(library, "### \(library.name)")) }
        for module in section.modules { parts.append(library(module, "### require(\"\(module.name)\")")) }
        parts += section.objects.map(object)
        parts += section.options.map(options)
        return parts.joined(separator: "\n")
    }

    private func library(_ library: API.Library, _ heading: String) -> String {
        "\(heading)\n\n\(library.doc)\n\n" + members(library.members, library.name + ".")
    }

    private func members(_ members: [API.Member], _ prefix: String) -> String {
        let rows = members.map { member in
            switch member {
            case .function(let function): row(call(function, prefix), results(function), function.doc)
            case .constant(let constant): row("`\(prefix)\(constant.name)`", constant.type.notation, constant.doc)
            case .library(let library): row("`\(library.name)`", "table", library.doc)
            }
        }
        return Self.table(["", "gives", ""], rows)
    }

    private func call(_ function: Function, _ prefix: String) -> String {
        guard function.instead == nil else { return "`\(prefix)\(function.name)`" }
        let list = function.parameters.map { parameter in
            let mark = parameter.isOptional && parameter.name != "..." ? "?" : ""
            return parameter.type == .any
                ? parameter.name + mark : "\(parameter.name)\(mark): \(parameter.type.notation)"
        }
        return "`\(prefix)\(function.name)(\(list.joined(separator: ", ")))`"
    }

    private func results(_ function: Function) -> String {
        function.results.map(\.notation).joined(separator: ", ")
    }

    private func object(_ object: API.Object) -> String {
        let methods = object.methods.map { row(call($0, object.name + ":"), results($0), $0.doc) }
        let fields = object.fields.map { row("`\($0.name)`", $0.type.notation, $0.doc) }
        let others = object.others.map { [row("any other name", $0.notation, "")] } ?? []
        return "### \(object.name)\n\n\(object.doc)\n\n" + Self.table(["", "gives", ""], methods + fields + others)
    }

    private func options(_ table: OptionTable) -> String {
        var rows = table.options.map { option in
            row(
                "`\(option.name)`\(option.isRequired ? " (required)" : "")", option.type.notation,
                option.standard ?? "", option.doc)
        }
        if let type = table.positional { rows.insert(row("`[1]`, `[2]` …", type.notation, "", ""), at: 0) }
        if let type = table.others { rows.append(row("any other name", type.notation, "", "")) }
        return "### \(table.name)\n\nOptions of `\(table.owner)`.\n\n"
            + Self.table(["option", "type", "default", ""], rows)
    }

    // MARK: - What check looks for

    private var findings: String {
        let rows = Finding.Rule.allCases.map { row("`\($0.rawValue)`", $0.doc) }
        return """
            ## What `vaultscript check` looks for

            It reads a script and the modules beside it, and runs nothing. It says what is certain: a variable is known when all
            that is ever assigned to it is of one sort, and of what is made at run time it says nothing. Errors give exit code 2,
            warnings only with `--strict`. With `--json` each finding is a line with `file`, `line`, `column`, `endLine`,
            `endColumn` (from 1, in characters), `severity`, `rule`, `message` and `hint`.


            """ + Self.table(["rule", ""], rows)
    }

    private static let editors = """
        ## Editors

        `vaultscript init` writes `.luarc.json` and annotations of this table for
        [lua-language-server](https://luals.github.io), which then completes, documents and checks scripts in every editor that speaks
        to it.

        """

    // MARK: - Tables

    private func row(_ cells: String...) -> String {
        "| "
            + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(
                separator: " | ") + " |"
    }

    private static func table(_ head: [String], _ rows: [String]) -> String {
        let lines =
            ["| " + head.joined(separator: " | ") + " |", "|" + String(repeating: " --- |", count: head.count)] + rows
        return lines.joined(separator: "\n") + "\n"
    }
}
