import Foundation
import TestSupport
import Testing

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
    ])
    func `what is not there is told with what is near`(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.code == 2 && outcome.text.isEmpty && outcome.errorText.hasPrefix(message), "\(outcome)")
    }

    @Test func `options may stand before the name of a command`() throws {
        let outcome = try Program.run(["-v", "--env=prod", "config"])
        #expect(outcome.code == 0 && outcome.text.contains("prod"), "\(outcome)")
    }

    /// An option before a command, as the help shows it, with a value that it takes.
    private static func globalOptions() throws -> [[String]] {
        let values = ["--credentials-fd": "3", "--limit": "memory=1G", "--error-format": "text", "--timeout": "1s", "--jobs": "2"]
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
