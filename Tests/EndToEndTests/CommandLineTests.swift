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
            // Its own --help is that of the vault itself, with the form of a seed.
            guard name != "dev" else {
                #expect(outcome.text.contains("\"managesSecrets\": true"), "\(outcome)")
                continue
            }
            #expect(try Program.run([name, "--help"]).text == outcome.text)
        }
    }

    @Test(arguments: [
        (["hepl"], "the script hepl cannot be read\nNo such file or directory\ndid you mean the command help? otherwise look at the path\n"),
        (
            ["get", "GH_PAT"],
            "the script get cannot be read\nNo such file or directory\nno command prints a value; a program gets it by: vaultscript run "
                + "--only NAME -- PROGRAM, or by a script with getSecret(\"NAME\") (vaultscript help script-api)\n"
        ),
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
            let text = try Program.run(["help", command.name]).text
            let help = Self.listed(text.components(separatedBy: "\nbefore its name:\n")[0])
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
        let outcome = try Program.run(["-v", "--env=prod", "config"])
        #expect(outcome.code == 0 && outcome.text.contains("prod"), "\(outcome)")
    }

    /// An option before a command, as the help shows it, with a value that it takes.
    private static func globalOptions() throws -> [[String]] {
        let values = ["--credentials-fd": "0", "--limit": "memory=1G", "--error-format": "text", "--timeout": "1s", "--jobs": "2"]
        let lines = try Program.run(["--help"]).text.components(separatedBy: "options, before FILE:\n").last ?? ""
        return lines.split(separator: "\n").compactMap { line in
            guard let found = line.firstMatch(of: /^  (?:-[a-z], )?(--[a-z-]+)( [A-Z])?/), found.1 != "--help" else { return nil }
            let name = String(found.1)
            return [name] + (found.2 == nil ? [] : [values[name] ?? "x"])
        }
    }

    /// What the help of a command lists is taken before its name, everything else is refused there: nothing is ignored.
    @Test func `each option before each command is taken, or refused with its place`() throws {
        let options = try Self.globalOptions()
        #expect(options.count >= 20 && options.contains(["--yes"]) && options.contains(["--profile", "x"]), "\(options)")
        let help = try Program.run(["--help"]).text
        let lines = help.components(separatedBy: "commands:\n").last?.components(separatedBy: "\n\n").first ?? ""
        for command in lines.split(separator: "\n").compactMap({ $0.split(separator: " ").first.map(String.init) }) {
            let sections = try Program.run(["help", command]).text.components(separatedBy: "\n\n")
            func lists(_ heading: String, _ option: String) -> Bool {
                sections.contains { $0.hasPrefix(heading) && $0.contains(" \(option)") }
            }
            for option in options {
                let isTaken = lists("options of every command:", option[0]) || lists("before its name:", option[0])
                let outcome = try Program.run(option + [command, "--help"])
                guard !isTaken else {
                    #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(option) \(command): \(outcome)")
                    continue
                }
                let place = "options of a command stand behind its name: vaultscript \(command) \(option[0]) …\n"
                #expect(outcome.code == 2 && outcome.text.isEmpty, "\(option) \(command): \(outcome)")
                #expect(outcome.errorText.hasPrefix("\(option[0]) before \(command) does nothing\n"), "\(outcome)")
                let wanted = lists("options:", option[0]) ? place : "leave it out; see: vaultscript help \(command)\n"
                #expect(outcome.errorText.hasSuffix(wanted), "\(option) \(command): \(outcome)")
            }
        }
    }

    @Test(arguments: [["none.lua"], ["credentials", "rotate", "none"], ["check", "none.lua"], ["delete", "--yes", "A"]])
    func `errors are JSON where that is wanted, whoever finds them`(words: [String]) throws {
        let folder = try TemporaryFolder()
        // check takes no options of a vault: there it is an error as text that says so.
        let outcome = try Program.run(["--error-format", "json"] + words, environment: ["XDG_CONFIG_HOME": folder.path])
        guard words[0] != "check" else { return #expect(outcome.errorText.hasPrefix("--error-format before check does nothing\n")) }
        let tree = try JSONSerialization.jsonObject(with: outcome.error) as? [String: [String: Any]]
        #expect(tree?["error"]?["exitCode"] as? Int == 2 && tree?["error"]?["message"] is String, "\(outcome)")
    }
}
