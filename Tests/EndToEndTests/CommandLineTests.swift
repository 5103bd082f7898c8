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
    ])
    func `what is not there is told with what is near`(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.code == 2 && outcome.text.isEmpty && outcome.errorText.hasPrefix(message), "\(outcome)")
    }

    @Test func `options may stand before the name of a command`() throws {
        #expect(try Program.run(["-v", "--env=dev", "help"]).text == Program.run(["--help"]).text)
    }
}
