import Foundation
import TestSupport
import Testing

@testable import vaultscript

/// Subcommands: how they are found, and what their help and their errors say.
@Suite struct `The command line` {
    @Test func `a script that is called as a command is run by its path`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("help", "print('the script', ...)")
        #expect(try Program.run([file, "x"]).text == "the script\tx\n")
        let shell = "cd '\(folder.path)' && \"$0\" ./help 1 && \"$0\" -- help 2"
        let outcome = try Program.run(["-c", shell, Program.path], program: "/bin/bash")
        #expect(outcome.text == "the script\t1\nthe script\t2\n", "\(outcome)")
    }

    @Test func `every command is on the list of the help and has a help of its own`() throws {
        let help = try Program.run(["--help"]).text
        let lines = help.components(separatedBy: "commands:\n").last?.components(separatedBy: "\n\n").first ?? ""
        let names = lines.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.contains("help") && names.contains("dev"), "\(help)")
        for name in names {
            let outcome = try Program.run(["help", name])
            #expect(outcome.code == 0 && outcome.text.hasPrefix("usage: vaultscript \(name)"), "\(outcome)")
            guard name != "dev" else { continue }
            #expect(try Program.run([name, "--help"]).text == outcome.text)
        }
    }

    @Test(arguments: [
        (["hepl"], "the script hepl cannot be read\nNo such file or directory\ndid you mean the command help? otherwise look at the path\n"),
        (["help", "terminl"], "there is no help on terminl\ndid you mean terminal? topics: "),
        (["help", "a", "b"], "vaultscript help: there is a word too many: b\nusage: vaultscript help [TOPIC or COMMAND]\nsee: vaultscript help help\n"),
        (["help", "--topik"], "there is no option --topik\nsee: vaultscript help help\n"),
        (["--verbose=1", "x.lua"], "--verbose takes no value\nsee: vaultscript --help\n"),
        (["--pofile", "x", "x.lua"], "there is no option --pofile\noptions of vaultscript stand before the script's file, those of the script after it\ndid you mean --profile?\n"),
        (["-vv", "x.lua"], "there is no option -vv\n"),
        (["check", "-p", "x.lua"], "there is no option -p\nsee: vaultscript help check\n"),
    ])
    func `what is not there is told with what is near`(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.code == 2 && outcome.text.isEmpty && outcome.errorText.hasPrefix(message), "\(outcome)")
    }

    @Test func `a script that is named without its end is told with it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("hello.lua", "print(1)")
        let outcome = try Program.run([folder.path + "/hello"])
        #expect(outcome.code == 2 && outcome.errorText.hasSuffix("\ndid you mean \(folder.path)/hello.lua?\n"), "\(outcome)")
    }

    @Test func `what the help of the commands and the pages send to is there`() throws {
        var texts = try Subcommand.all.map { try Program.run(["help", $0.name]).text }
        texts += try HelpCommand.topics.map { try Program.run(["help", $0]).text }
        texts.append(try String(contentsOfFile: Program.repository + "/README.md", encoding: .utf8))
        let found = Set(texts.flatMap { $0.matches(of: #/vaultscript help ([a-z][a-z-]*[a-z])/#).map { String($0.output.1) } })
        #expect(found.contains("reference"))
        #expect(found.subtracting(HelpCommand.topics + Subcommand.names).isEmpty, "\(found)")
    }

    // MARK: - Options behind a script

    struct Misplaced: CustomTestStringConvertible, Sendable {
        let script: String
        let arguments: [String]
        /// The hint; nil where the script runs.
        let hint: String?
        var testDescription: String { "\(script) \(arguments)" }
    }

    @Test(arguments: [
        Misplaced(script: "print('ran')", arguments: ["--profile", "dev"], hint: "write: vaultscript --profile dev x.lua"),
        Misplaced(script: "print('ran')", arguments: ["a", "--env=it's", "-j", "2", "-v"], hint: "write: vaultscript '--env=it'\\''s' -j 2 -v x.lua …"),
        Misplaced(script: "print('ran')", arguments: ["-j4"], hint: "write: vaultscript -j4 x.lua"),
        Misplaced(script: "print('ran')", arguments: ["--help"], hint: "for help on vaultscript: vaultscript --help"),
        Misplaced(
            script: "local git, f = require('git'), function(...) return ... end print('ran')", arguments: ["-q"],
            hint: "write: vaultscript -q x.lua"),
        Misplaced(script: "print('ran')", arguments: ["--other", "a"], hint: nil),
        Misplaced(script: "print('ran')", arguments: ["--", "--profile", "dev"], hint: nil),
        Misplaced(script: "print('ran', arg[1])", arguments: ["--profile"], hint: nil),
        Misplaced(script: "print('ran', ...)", arguments: ["-v"], hint: nil),
        Misplaced(script: "print('ran', _G['a' .. 'rg'][1])", arguments: ["-v"], hint: nil),
        Misplaced(script: "print('ran', require('m'))", arguments: ["-v"], hint: nil),
        Misplaced(script: "print('ran', load('return arg[1]')())", arguments: ["-v"], hint: nil),
    ])
    func `an option of vaultscript behind a script that would never see it is refused`(row: Misplaced) throws {
        let folder = try TemporaryFolder()
        try folder.write("x.lua", row.script)
        try folder.write("m.lua", "return arg[1]")
        let shell = "cd '\(folder.path)' && exec \"$0\" x.lua \"$@\""
        let outcome = try Program.run(["-c", shell, Program.path] + row.arguments, program: "/bin/sh")
        guard let hint = row.hint else {
            return #expect(outcome.code == 0 && outcome.text.hasPrefix("ran"), "\(outcome)")
        }
        #expect(outcome.code == 2 && outcome.text.isEmpty && outcome.errorText.hasSuffix("\n\(hint)\n"), "\(outcome)")
        #expect(outcome.errorText.contains("declares no recipe{} and reads no arguments\n"), "\(outcome)")
    }

    // MARK: - Help

    /// The options that a help text lists, in its spellings.
    private static func listed(_ help: String) -> Set<String> {
        var found: Set<String> = []
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            for word in line.dropFirst(2).split(separator: " ").prefix(2) where word.hasPrefix("-") {
                found.insert(word.last == "," ? String(word.dropLast()) : String(word))
            }
        }
        return found
    }

    @Test func `help, completions and the manual page of every command list the options that it takes`() throws {
        let bash = try Program.run(["completion", "bash"]).text
        let fish = try Program.run(["completion", "fish"]).text
        let manual = try Program.run(["help", "man"]).text
        let shared = Self.listed(
            try Program.run(["help", "whoami"]).text.components(separatedBy: "options of every command:\n").last ?? "")
        #expect(shared.contains("--profile"))
        for command in Subcommand.all {
            let taken = CompletionScript.options(command)
            let spellings = Set(CompletionScript.spellings(taken))
            let help = Self.listed(try Program.run(["help", command.name]).text)
            #expect(help == spellings, "\(command.name)")
            let line = bash.split(separator: "\n").first { $0.contains(" \(command.name)) options=\"") }
            let words = line?.split(separator: "\"").dropFirst().first?.split(separator: " ").map(String.init) ?? []
            #expect(Set(words) == spellings, "\(command.name)")
            let page = manual.components(separatedBy: ".It Ic \(command.name)").last?.components(separatedBy: ".It Ic ").first ?? ""
            for option in taken {
                #expect(fish.contains("'__vaultscript_is \(command.name)' -l \(option.name.dropFirst(2)) "), "\(option.name)")
                let isCommon = option.name == "--help" || (shared.contains(option.name) && !command.options.contains { $0.name == option.name })
                let name = option.name.dropFirst().replacingOccurrences(of: "-", with: "\\-")
                #expect(isCommon || page.contains("Fl \(name)"), "\(command.name): \(option.name)")
            }
        }
    }

    @Test func `the options of dev are those that the development vault reads`() throws {
        let dump = try Program.run(["dev", "--experimental-dump-help"])
        let root = try #require(JSONSerialization.jsonObject(with: dump.output) as? [String: Any], "\(dump)")
        let command = try #require(root["command"] as? [String: Any])
        let arguments = try #require(command["arguments"] as? [[String: Any]])
        var known: Set<String> = []
        for name in arguments.flatMap({ $0["names"] as? [[String: Any]] ?? [] }) {
            guard let text = name["name"] as? String else { continue }
            known.insert((name["kind"] as? String == "short" ? "-" : "--") + text)
        }
        #expect(Self.listed(try Program.run(["help", "dev"]).text) == known, "\(known)")
    }

    @Test func `options may stand before the name of a command`() throws {
        #expect(try Program.run(["-v", "--env=dev", "help"]).text == Program.run(["--help"]).text)
    }
}
