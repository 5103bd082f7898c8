import Foundation
import TestSupport
import Testing

/// What helps at the desk: completion in shells, the manual page, `vaultscript init`.
@Suite struct `At the desk` {
    /// A folder with scripts, one of which declares parameters; one that means harm.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("plain.lua", "print(1)\n")
        try folder.write("notes.txt", "no script\n")
        try folder.write(
            "release.lua",
            """
            recipe{ name = "x", params = { dryRun = { type = "boolean" }, version = {}, ["$(touch harm)"] = {}, ["`touch harm`"] = {} } }
            """)
        try folder.write(
            "level.lua",
            """
            recipe{ name = "x", params = { level = { enum = { "debug", "info", "$(touch harm)" } }, name = {} } }
            task("build", print) task("check-it", print) task("`touch harm`", print)
            """)
        return folder
    }

    private static var environment: [String: String] {
        let program = URL(fileURLWithPath: Program.path)
        return ["PATH": program.deletingLastPathComponent().path + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    }

    struct Line: CustomTestStringConvertible, Sendable {
        let words: [String]
        /// What stands behind the cursor.
        var after: [String] = []
        let wanted: Set<String>
        var unwanted: Set<String> = []
        var testDescription: String { words.joined(separator: " ") }
    }

    static let lines = [
        Line(words: ["che"], wanted: ["check"], unwanted: ["list", "plain.lua"]),
        Line(words: [""], wanted: ["check", "list", "describe", "init", "completion", "plain.lua", "release.lua"], unwanted: ["notes.txt"]),
        Line(words: ["--pro"], wanted: ["--profile", "--project"], unwanted: ["--json"]),
        Line(words: ["check", "--"], wanted: ["--json", "--strict"], unwanted: ["--profile"]),
        Line(words: ["check", "pl"], wanted: ["plain.lua"], unwanted: ["notes.txt"]),
        Line(words: ["completion", ""], wanted: ["bash", "zsh", "fish"]),
        Line(words: ["help", "ref"], wanted: ["reference"]),
        Line(words: ["credentials", "re"], wanted: ["remove"], unwanted: ["rotate", "list"]),
        Line(words: ["dev", "--"], wanted: ["--seed", "--port"], unwanted: ["--profile"]),
        Line(words: ["--env", "prod", "release.lua", "--"], wanted: ["--dry-run", "--version"], unwanted: ["--profile", "$(touch"]),
        Line(words: ["--error-format", ""], wanted: ["text", "json"], unwanted: ["check"]),
        Line(words: ["level.lua", "--level", ""], wanted: ["debug", "info"], unwanted: ["$(touch harm)", "--level", "plain.lua", "notes.txt"]),
        Line(words: ["level.lua", "--level", "d"], wanted: ["debug"], unwanted: ["info"]),
        Line(words: ["level.lua", "--name", ""], wanted: ["plain.lua"], unwanted: ["debug"]),
        Line(words: ["--only", ""], after: ["level.lua"], wanted: ["build", "check-it"], unwanted: ["`touch harm`", "plain.lua", "check"]),
        Line(words: ["--from", "b"], after: ["level.lua"], wanted: ["build"], unwanted: ["check-it"]),
        Line(words: ["--only", ""], wanted: [], unwanted: ["plain.lua", "check", "level.lua"]),
    ]

    // MARK: - bash

    @Test(arguments: lines)
    func `bash completes commands, options, scripts and their parameters`(line: Line) throws {
        let folder = try Self.folder()
        let words = (["vaultscript"] + line.words + line.after).map { "'\($0)'" }.joined(separator: " ")
        let outcome = try Program.run(
            [
                "--norc", "--noprofile", "-c",
                """
                cd '\(folder.path)' && source <(vaultscript completion bash) && complete -p vaultscript >/dev/null || exit 9
                compopt() { :; }
                COMP_WORDS=(\(words)) COMP_CWORD=\(line.words.count)
                _vaultscript
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
            ], environment: Self.environment, program: "/bin/bash")
        #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome)")
        let found = Set(outcome.text.split(separator: "\n").map(String.init))
        #expect(line.wanted.isSubset(of: found) && line.unwanted.isDisjoint(with: found), "\(found)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/harm"))
    }

    @Test func `bash completes as it is typed`() throws {
        let folder = try Self.folder()
        let terminal = try PseudoTerminal(
            "/bin/bash", ["--norc", "--noprofile", "-i"],
            environment: Self.environment.merging(["PS1": "ready> ", "HOME": folder.path]) { $1 })
        #expect(terminal.expect("ready> "), "\(terminal.text)")
        terminal.type("cd '\(folder.path)' && source <(vaultscript completion bash); echo lo\"ad\"ed\n")
        #expect(terminal.expect("loaded"), "\(terminal.text)")
        terminal.type("vaultscript descr\t --js\t rel\t")
        #expect(terminal.expect("vaultscript describe  --json  release.lua"), "\(terminal.text)")
    }

    // MARK: - fish and zsh

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/fish"), "fish is not installed"), arguments: lines.filter(\.after.isEmpty))
    func `fish completes commands, options, scripts and their parameters`(line: Line) throws {
        let folder = try Self.folder()
        let outcome = try Program.run(
            [
                "--no-config", "-c",
                "cd '\(folder.path)'; vaultscript completion fish | source; complete -C 'vaultscript \(line.words.joined(separator: " "))'",
            ], environment: Self.environment.merging(["HOME": folder.path]) { $1 }, program: "/usr/bin/fish")
        #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome)")
        let found = Set(outcome.text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
        // fish leaves no file out: what it shows is narrowed by what is typed.
        #expect(line.wanted.isSubset(of: found), "\(found)")
        #expect(line.unwanted.subtracting(["notes.txt"]).isDisjoint(with: found), "\(found)")
        #expect(!line.wanted.contains("debug") || !found.contains("notes.txt"), "\(found)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/harm"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh"), "zsh is not installed"))
    func `zsh completes as it is typed`() throws {
        let folder = try Self.folder()
        let terminal = try PseudoTerminal(
            "/usr/bin/zsh", ["-f", "-i"],
            environment: Self.environment.merging(["PS1": "ready> ", "HOME": folder.path, "TERM": "dumb"]) { $1 })
        #expect(terminal.expect("ready> "), "\(terminal.text)")
        terminal.type("cd '\(folder.path)' && autoload -U compinit && compinit -u && source <(vaultscript completion zsh); echo lo\"ad\"ed\n")
        #expect(terminal.expect("loaded"), "\(terminal.text)")
        terminal.type("vaultscript descr\t")
        #expect(terminal.expect("ibe"), "\(terminal.text)")
        terminal.type("--js\t")
        #expect(terminal.expect("on "), "\(terminal.text)")
        terminal.type("rel\t")
        #expect(terminal.expect("ease.lua"), "\(terminal.text)")
        terminal.type("\u{15}vaultscript release.lua --dr\t")
        #expect(terminal.expect("y-run"), "\(terminal.text)")
        terminal.type("\u{15}vaultscript level.lua --level d\t")
        #expect(terminal.expect("ebug"), "\(terminal.text)")
        // The script stands behind the cursor.
        terminal.type("\u{15}vaultscript --only b level.lua\u{1}\u{1B}f\u{1B}f\u{1B}f\u{2}\t")
        #expect(terminal.expect("uild"), "\(terminal.text)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/harm"))
    }

    @Test func `a shell that there is no completion for is told which there are`() throws {
        let outcome = try Program.run(["completion", "bsh"])
        #expect(outcome.code == 2 && outcome.errorText == "there is no completion for bsh\ndid you mean bash?\n", "\(outcome)")
    }

    // MARK: - The manual page

    @Test func `the manual page is shown by man, and has every command and option`() throws {
        let outcome = try Program.run(
            ["-l", Program.repository + "/docs/vaultscript.1"],
            environment: ["MANPAGER": "cat", "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANROFFOPT": "-c"], program: "/usr/bin/man")
        #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome)")
        let help = try Program.run(["--help"]).text
        for line in help.components(separatedBy: "\n") where line.hasPrefix("  ") {
            let word = line.split(separator: " ").first.map { $0.filter { $0 != "," } } ?? ""
            #expect(outcome.text.contains(word), "\(word)")
        }
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            #expect(outcome.text.contains("\n\(heading)\n"), "\(heading)")
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc"), "mandoc is not installed"))
    func `the manual page is well formed`() throws {
        let outcome = try Program.run(["-T", "lint", "-W", "warning", Program.repository + "/docs/vaultscript.1"], program: "/usr/bin/mandoc")
        #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome)")
    }

    // MARK: - init

    @Test func `a folder is begun with a script that check and the program take`() throws {
        let folder = try TemporaryFolder()
        let place = folder.path + "/new"
        let outcome = try Program.run(["init", place])
        #expect(outcome.code == 0, "\(outcome)")
        let files = try FileManager.default.subpathsOfDirectory(atPath: place).filter { !$0.hasSuffix("annotations") && $0 != ".vaultscript" }
        #expect(
            files.sorted() == [".luarc.json", ".vaultscript/annotations/git.lua", ".vaultscript/annotations/vaultscript.lua", "hello.lua", "vaultscript.toml"])
        let check = try Program.run(["check", "--strict", place + "/hello.lua"])
        #expect(check.code == 0, "\(check)")
        let settings = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: place + "/.luarc.json"))) as? [String: Any]
        #expect(settings?["workspace.library"] as? [String] == [".vaultscript/annotations"])
        #expect(try Program.run(["describe", place + "/hello.lua"]).text.hasPrefix("hello: Says hello"))
        let run = try Program.run([place + "/hello.lua", "--name", "you"])
        #expect(run.code == 0 && run.text == "{\"greeted\":\"you\"}\n" && run.errorText == "info: the program said: hello you\n", "\(run)")
    }

    @Test func `a file that is there is kept as it is`() throws {
        let folder = try TemporaryFolder()
        try folder.write("hello.lua", "mine\n")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/.luarc.json", withDestinationPath: "elsewhere")
        #expect(try Program.run(["init", folder.path]).code == 0)
        let again = try Program.run(["init", folder.path])
        #expect(try folder.read("hello.lua") == "mine\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/elsewhere"))
        #expect(again.code == 0)
        #expect(again.text.contains("kept  \(folder.path)/hello.lua (it is another; to have this version's"), "\(again)")
        #expect(again.text.contains("kept  \(folder.path)/vaultscript.toml\n"))
    }

    @Test func `the script that is made can be run by its name, and of another's own nothing is promised`() throws {
        let folder = try TemporaryFolder()
        let made = try Program.run(["init", folder.path])
        #expect(made.text.hasSuffix("next: vaultscript check \(folder.path)/hello.lua, and: vaultscript \(folder.path)/hello.lua --help\n"))
        #expect(FileManager.default.isExecutableFile(atPath: folder.path + "/hello.lua"))
        #expect(!FileManager.default.isExecutableFile(atPath: folder.path + "/vaultscript.toml"))
        let own = try TemporaryFolder()
        try own.write("hello.lua", "print(1)\n")
        let kept = try Program.run(["init", own.path])
        #expect(kept.code == 0 && kept.text.hasSuffix("next: vaultscript check \(own.path)/hello.lua\n"), "\(kept)")
    }

    @Test func `the commented configuration is one when the comments are taken away`() throws {
        let folder = try TemporaryFolder()
        #expect(try Program.run(["init", folder.path]).code == 0)
        let lines = try folder.read("vaultscript.toml").components(separatedBy: "\n")
        let settings = lines.compactMap { $0.contains(" = ") || $0.hasPrefix("# [") ? String($0.dropFirst(2)) : nil }
        #expect(settings.count >= 8)
        try folder.write("vaultscript.toml", settings.joined(separator: "\n"))
        let run = try Program.run(
            ["-c", "cd '\(folder.path)' && exec '\(Program.path)' -e 'print(1)'"], environment: ["XDG_CONFIG_HOME": folder.path + "/none"],
            program: "/bin/sh")
        #expect(run.code == 0 && run.text == "1\n", "\(run)")
    }

    @Test func `a folder that cannot be written is named`() throws {
        let outcome = try Program.run(["init", "/proc/nowhere"])
        #expect(outcome.code == 1)
        #expect(outcome.errorText.hasPrefix("/proc/nowhere cannot be written\n"), "\(outcome)")
    }
}
