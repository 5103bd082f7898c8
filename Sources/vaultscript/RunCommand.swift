import CSystemShims
import Diagnostics
import Host
import ScriptAnalysis
import Worker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `vaultscript FILE [arguments]`: forks the host, which reads the script and forks the worker.
struct RunCommand {
    let source: ScriptSource
    let arguments: [String]
    var options: RunOptions

    /// Runs the script and gives the exit code of section 7 of docs/script-api.md.
    func run() -> Int32 {
        do throws(Failure) {
            if !isEmbedded && !options.allowsNested { vs_sys_mark_run() }
            let keeper = try KeeperLink()
            let script = try load()
            if !isEmbedded { try MisplacedOption(arguments)?.check(script.text, script.name) }
            var options = options
            options.advice.isOwnOption = MisplacedOption.isOne
            if !script.isLinked { options.advice.instead = NameAdvice(script.text, script.chunkName).instead }
            options.scriptFolder = script.folder
            options.scriptName = script.name
            options.isScriptLinked = script.isLinked
            options.shownRecipe = shownRecipe(in: script.text)
            var assignment = Assignment(
                text: script.text, chunkName: script.chunkName, scriptName: script.name, scriptFolder: script.folder,
                arguments: arguments.map { Array($0.utf8) })
            assignment.isInteractive = options.interactive != nil
            assignment.limits.memoryBytes = options.limits.memoryBytes
            assignment.limits.coroutines = options.limits.coroutines
            assignment.limits.shown = options.limits.shown
            assignment.tasks = TaskAssignment(
                jobs: options.tasks.jobs, only: options.tasks.only, from: options.tasks.from,
                keepsGoing: options.tasks.keepsGoing)
            let fork = try WorkerFork { Worker.run(assignment, wire: $0) }
            return try ScriptRun(options: options, fork: fork, keeper: keeper).run()
        } catch {
            let code = ExitCode.of(error)
            tell(error, code, isJSON: options.writesErrorsAsJSON)
            return code
        }
    }

    /// Whether its program is one of ours.
    private var isEmbedded: Bool { if case .embedded = source { true } else { false } }

    // MARK: - The script's text

    private struct Script {
        var text: [UInt8]
        var name: String
        var chunkName: String
        var folder: String
        var isLinked = false
    }

    private func load() throws(Failure) -> Script {
        switch source {
        case .text(let text):
            return Script(text: Array(text.utf8), name: "-e", chunkName: "@(-e)", folder: try workingFolder())
        case .embedded(let name, let text):
            // A name in brackets is no place in a script: errors say what happened, and not in which line of ours.
            return Script(
                text: text, name: name, chunkName: "=[vaultscript \(name)]", folder: try workingFolder())
        case .standardInput:
            let text = try ScriptReader.readInput().bytes
            return Script(text: text, name: "-", chunkName: "@(stdin)", folder: try workingFolder())
        case .file(let path): return try loadFile(path)
        }
    }

    private func loadFile(_ path: String) throws(Failure) -> Script {
        let file = try ScriptReader(options).read(path, missing: Self.hintForMissing(path))
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        return Script(
            text: try Self.withoutFirstLineOfShell(file.bytes), name: path, chunkName: "@" + name,
            folder: try absolute(folder.isEmpty ? "/" : folder), isLinked: file.isLinked)
    }

    /// Words that other tools show a value with.
    private static let showingWords: Set<String> = ["get", "show", "read", "cat", "print", "export", "view", "reveal"]

    private static func hintForMissing(_ path: String) -> String {
        if unsafe access(path + ".lua", F_OK) == 0 { return "did you mean \((path + ".lua").printable)?" }
        guard !showingWords.contains(path) else {
            return
                "no command prints a value; a program gets it by: vaultscript run --only NAME -- PROGRAM, or by a script "
                + "with getSecret(\"NAME\") (vaultscript help script-api)"
        }
        return NearNames.best(for: path, among: Subcommand.names).map {
            "did you mean the command \($0)? otherwise look at the path"
        } ?? "look at the path; commands are listed by: vaultscript --help"
    }

    /// Blanks a first line such as `#!/usr/bin/env vaultscript`, as Lua does; line numbers stay.
    ///
    /// - Throws: `.usage` where it is several lines to a reader, who would take what is passed over for a part of the script.
    private static func withoutFirstLineOfShell(_ text: [UInt8]) throws(Failure) -> [UInt8] {
        guard text.first == 35 else { return text }
        let end = text.firstIndex(of: 10) ?? text.count
        guard !text[..<end].dropLast().contains(13) else {
            throw Failure(
                .usage, "the script's first line has a carriage return in it",
                reason:
                    "a line that begins with # is passed over to its line feed, and editors show several lines there",
                hint: "end lines with LF, or with CRLF")
        }
        return Array(text[end...])
    }

    /// The recipe that `describe` shows for this text, or one that has no place there; nil where there is none. Most scripts
    /// are told by a look for the word. Where `describe` cannot read a text that Lua takes, nobody knows what it shows.
    private func shownRecipe(in text: [UInt8]) -> ShownRecipe? {
        guard !isEmbedded, let first = RecipeDeclaration.mention(in: text) else { return nil }
        do throws(RecipeFault) {
            guard text.count <= ScriptFile.maximumAnalysedBytes else { return unread(text, first) }
            switch try RecipeDeclaration.show(SourceText(text)) {
            case .declared(let recipe): return ShownRecipe(recipe)
            case .misplaced(let line): return ShownRecipe(misplacedIn: line)
            case .none: return nil
            }
        } catch {
            return unread(text, first)
        }
    }

    private func unread(_ text: [UInt8], _ mention: Int) -> ShownRecipe {
        ShownRecipe(unreadIn: SourceText(text).position(of: mention).line)
    }

    private func workingFolder() throws(Failure) -> String { try absolute(".") }

    private func absolute(_ folder: String) throws(Failure) -> String {
        guard let resolved = unsafe realpath(folder, nil) else {
            throw Failure(
                .usage, "the folder \(folder.printable) cannot be found",
                reason: unsafe String(cString: strerror(errno)), hint: "look at the path")
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
