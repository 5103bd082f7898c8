import Diagnostics
import Host
import ScriptAnalysis

extension Subcommand {
    /// `vaultscript list [DIR]`: the recipes of a folder.
    static var listScripts: Subcommand {
        Subcommand(
            name: "list", summary: "the scripts of a folder that declare recipe{}, and what they do",
            synopsis: "[--json] [DIR]", options: [CommandOption("--json", "one line of JSON for each script")],
            takesSharedOptions: false, wordCount: 0...1,
            details: "Scripts are read, not run. Links that lead out of the folder are left out."
        ) { arguments throws(Failure) in
            try ListCommand(
                folder: arguments.words.first ?? ".", isJSON: arguments.has("--json"),
                reader: try ScriptReader(arguments.run)
            ).run()
        }
    }
}

/// Reads the recipes of a folder.
struct ListCommand {
    let folder: String
    let isJSON: Bool
    let reader: ScriptReader

    /// Shows them; what cannot be read is told, and gives the exit code 2.
    func run() throws(Failure) -> Int32 {
        var code: Int32 = 0
        var rows: [(String, String)] = []
        for name in try ScriptFolder.luaFiles(in: folder) {
            let path = folder == "." ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
            guard let file = file(name, path) else { continue }
            do throws(Failure) {
                let script = try reader.analysed(file, as: path)
                guard let recipe = try DescribeCommand.read(script, path) else { continue }
                if isJSON, standardOutputLine(JSONText.line(recipe.json(file: path))) != 0 { return max(code, 1) }
                rows.append((path, recipe.description ?? recipe.name ?? ""))
            } catch {
                standardErrorLine(error.text)
                code = 2
            }
        }
        if !isJSON, !show(rows) { return max(code, 1) }
        return code
    }

    /// The file of a name without the links that lead to it; nil, and said so, where it is none of this folder.
    private func file(_ name: String, _ path: String) -> String? {
        switch ScriptFolder.target(of: name, in: folder) {
        case .file(let file): return file
        case .none(let reason):
            standardErrorLine("left out: \(path.printable): \(reason)")
            return nil
        }
    }

    /// False where standard output takes no more.
    private func show(_ rows: [(String, String)]) -> Bool {
        if rows.isEmpty { standardErrorLine("no script in \(folder.printable) declares recipe{}") }
        let width = rows.map(\.0.count).max() ?? 0
        for (path, words) in rows {
            let gap = String(repeating: " ", count: max(0, width - path.count) + 2)
            let line = words.isEmpty ? path.printable : path.printable + gap + words.printable
            if standardOutputLine(line) != 0 { return false }
        }
        return true
    }
}
