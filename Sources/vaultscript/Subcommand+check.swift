import Diagnostics
import Host
import ScriptAnalysis

extension Subcommand {
    /// `vaultscript check FILE…`: looks at scripts without running them.
    static var check: Subcommand {
        Subcommand(
            name: "check", summary: "look for mistakes in scripts without running them",
            synopsis: "[--json] [--strict] FILE…",
            options: [
                CommandOption("--json", "one line of JSON for each finding"),
                CommandOption("--strict", "warnings count as errors"),
            ], takesSharedOptions: false, wordCount: 1...10_000,
            details: """
                Modules beside a script that it requires are looked at too. What is found stands on standard output; the
                exit code is 2 when there are errors, else 0. What is looked for: vaultscript help reference
                """
        ) { arguments throws(Failure) in
            var check = CheckCommand(
                isJSON: arguments.has("--json"), isStrict: arguments.has("--strict"),
                reader: try ScriptReader(arguments.run))
            return try check.run(arguments.words)
        }
    }
}

/// Checks files, and the modules they require.
struct CheckCommand {
    private struct File {
        var path: String
        var source: SourceText
        var isLinked: Bool
        var folder: String
    }

    let isJSON: Bool
    let isStrict: Bool
    private let reader: ScriptReader
    private var files: [File] = []
    private var globals: Set<String> = []
    private var errors = 0
    private var warnings = 0
    /// Standard output takes no more.
    private var isLost = false

    init(isJSON: Bool, isStrict: Bool, reader: ScriptReader) {
        self.reader = reader
        self.isJSON = isJSON
        self.isStrict = isStrict
    }

    /// Looks at all of them and gives the exit code.
    mutating func run(_ paths: [String]) throws(Failure) -> Int32 {
        for path in paths { try add(path, folder: ScriptFolder.folder(of: path)) }
        for file in files where !isLost { show(file) }
        if isLost { return errors > 0 ? 2 : 1 }
        if !isJSON, errors + warnings > 0 { standardErrorLine(summary) }
        return errors > 0 || (isStrict && warnings > 0) ? 2 : 0
    }

    /// Takes in a file and what it requires, each once. The modules of a module lie beside the script.
    private mutating func add(_ path: String, folder: String) throws(Failure) {
        guard !files.contains(where: { $0.path == path && $0.folder == folder }) else { return }
        let file = try reader.analysed(path)
        let source = SourceText(file.bytes)
        files.append(File(path: path, source: source, isLinked: file.isLinked, folder: folder))
        let modules = ModuleFiles(folder: folder)
        let first = ScriptCheck(source)
        globals.formUnion(first.assignedGlobals)
        for name in first.requiredModules {
            guard var file = modules.file(of: name) else { continue }
            if file.hasPrefix("./"), !path.hasPrefix("./") { file.removeFirst(2) }
            try add(file, folder: folder)
        }
    }

    private mutating func show(_ file: File) {
        let modules = ModuleFiles(folder: file.folder)
        var surroundings = ScriptCheck.Surroundings(module: modules.module)
        surroundings.globals = globals
        let text = FindingText(file: file.path, source: file.source, isQuoted: !file.isLinked)
        for finding in ScriptCheck(file.source, surroundings).findings.map({ file.isLinked ? $0.withoutText : $0 })
        where !isLost {
            if finding.severity == .error { errors += 1 } else { warnings += 1 }
            let line = isJSON ? JSONText.line(finding.json(file: file.path)) : text.text(finding)
            isLost = standardOutputLine(line) != 0
        }
    }

    private var summary: String {
        let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
        return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }
}

extension ScriptReader {
    /// The text of a file that is looked at and not run; `-` is standard input.
    func analysed(_ path: String, as shown: String? = nil) throws(Failure) -> ScriptFile {
        let limit = ScriptFile.maximumAnalysedBytes
        return path == "-" ? try Self.readInput(limit: limit) : try read(path, as: shown, limit: limit)
    }
}
