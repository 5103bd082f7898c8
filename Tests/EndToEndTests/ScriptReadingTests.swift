import Foundation
import TestSupport
import Testing

/// What a script may be read from: a name in a working tree can be a link to anything.
@Suite struct `The file of a script` {
    /// Begins with a digit, so that Lua and the checker take it for a wrong number and would quote it.
    private static let secret = "3f9cl\(Canary().value)"

    /// A home with credentials, and a working tree with links.
    private struct Place {
        let folder: TemporaryFolder
        var home: String { folder.path + "/home" }
        var tree: String { folder.path + "/tree" }

        init() throws {
            folder = try TemporaryFolder()
            try folder.write(
                "home/.config/vaultscript/credentials/other.env", "A=x\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(secret)\n")
            try folder.write("home/.ssh/key", "\(secret)\n")
            try folder.write("home/open.txt", "a = \(secret)\n", mode: 0o644)
            try folder.write("tree/sy/good.lua", "recipe{ name = 'good' }\n")
        }

        func link(_ name: String, _ target: String) throws {
            try FileManager.default.createSymbolicLink(atPath: tree + "/" + name, withDestinationPath: target)
        }

        func run(_ arguments: [String]) throws -> Program.Outcome {
            try Program.run(
                ["-c", "cd \"$0\" && exec \"$@\"", tree, Program.path] + arguments, environment: ["HOME": home],
                program: "/bin/bash", timeLimitSeconds: 30)
        }
    }

    private static let calls: [[String]] = [["check"], ["check", "--json"], ["describe"], ["describe", "--options"], ["describe", "--json"], []]

    private func isSilent(_ outcome: Program.Outcome) -> Bool {
        !(outcome.text + outcome.errorText).contains("3f9")
    }

    @Test(arguments: calls) func `is never one with credentials, whatever leads to it`(call: [String]) throws {
        let place = try Place()
        let credentials = place.home + "/.config/vaultscript/credentials"
        try place.link("sy/x.lua", credentials + "/other.env")
        try place.link("folder", credentials)
        try FileManager.default.linkItem(atPath: credentials + "/other.env", toPath: place.tree + "/hard.lua")
        for path in ["sy/x.lua", "folder/other.env", "hard.lua", credentials + "/other.env"] {
            let outcome = try place.run(call + [path])
            #expect(outcome.code == 77 && isSilent(outcome), "\(path): \(outcome)")
            #expect(outcome.errorText.hasPrefix("the script \(path) is not read\nit belongs to the "), "\(path): \(outcome)")
        }
    }

    @Test(arguments: calls) func `is no private file that a link of the working tree leads to`(call: [String]) throws {
        let place = try Place()
        try place.link("sy/x.lua", place.home + "/.ssh/key")
        try place.link("keys", place.home + "/.ssh")
        for path in ["sy/x.lua", "keys/key"] {
            let outcome = try place.run(call + [path])
            #expect(outcome.code == 77 && isSilent(outcome), "\(path): \(outcome)")
            #expect(outcome.errorText.contains("name the file itself: \(place.home)/.ssh/key\n"), "\(path): \(outcome)")
        }
    }

    @Test(arguments: calls) func `is not quoted where a link leads to it`(call: [String]) throws {
        let place = try Place()
        try place.link("x.lua", place.home + "/open.txt")
        let outcome = try place.run(call + ["x.lua"])
        #expect(outcome.code == 2 && isSilent(outcome), "\(outcome)")
        #expect(call.contains("--json") && call[0] == "check" || (outcome.text + outcome.errorText).contains("x.lua:1:"), "\(outcome)")
        #expect((outcome.text + outcome.errorText).contains("this is no Lua"), "\(outcome)")
    }

    @Test func `may be a link to a script, which runs as ever`() throws {
        let place = try Place()
        try place.folder.write("home/tool", "print('runs')\n", mode: 0o700)
        try place.link("x.lua", place.home + "/tool")
        try place.folder.write("tree/y.lua", "print('too')\n")
        let outcome = try place.run(["x.lua"])
        #expect(outcome.code == 0 && outcome.text == "runs\n", "\(outcome)")
        #expect(try place.run(["y.lua"]).text == "too\n")
        #expect(try place.run(["check", "x.lua", "y.lua"]).code == 0)
    }

    @Test func `is none of a list where a link leads out of the folder`() throws {
        let place = try Place()
        try place.link("sy/x.lua", place.home + "/.config/vaultscript/credentials/other.env")
        try place.link("sy/out.lua", place.home + "/open.txt")
        try place.link("sy/again.lua", "good.lua")
        try place.link("sy/nowhere.lua", "none")
        #expect(unsafe mkfifo(place.tree + "/sy/pipe.lua", 0o600) == 0)
        let outcome = try place.run(["list", "sy"])
        #expect(outcome.code == 0 && outcome.text == "sy/again.lua  good\nsy/good.lua   good\n", "\(outcome)")
        #expect(
            outcome.errorText == """
                left out: sy/nowhere.lua: it is a link that leads nowhere
                left out: sy/out.lua: it is a link that leads out of the folder
                left out: sy/pipe.lua: it is no regular file
                left out: sy/x.lua: it is a link that leads out of the folder

                """, "\(outcome)")
    }

    @Test func `is no module that lies elsewhere`() throws {
        let place = try Place()
        try place.link("sy/mod.lua", place.home + "/open.txt")
        try place.folder.write("tree/sy/req.lua", "require('mod')\n")
        let outcome = try place.run(["check", "sy/req.lua"])
        #expect(outcome.code == 2 && outcome.text.contains("there is no module mod") && isSilent(outcome), "\(outcome)")
        #expect(!outcome.text.contains("did you mean"))
    }

    @Test(arguments: calls) func `is a regular file, and nothing is waited for`(call: [String]) throws {
        let place = try Place()
        #expect(unsafe mkfifo(place.tree + "/pipe.lua", 0o600) == 0)
        for (path, reason) in [
            ("pipe.lua", "it is a pipe"), ("/dev/zero", "it is a device"), ("/dev/tty", ""), ("sy", "it is a folder"),
        ] {
            let outcome = try place.run(call + [path])
            #expect(outcome.code == 2, "\(outcome)")
            #expect(outcome.errorText.hasPrefix("the script \(path) cannot be read\n\(reason)"), "\(outcome)")
        }
    }

    @Test func `is looked at up to a size`() throws {
        let place = try Place()
        let line = "-- " + String(repeating: "x", count: 1021)
        for (lines, code) in [(1024, Int32(0)), (1025, 2)] {
            try place.folder.write("tree/large.lua", String(repeating: line.dropLast() + "\n", count: lines))
            let outcome = try place.run(["check", "large.lua"])
            #expect(outcome.code == code, "\(outcome)")
            #expect(code == 0 || outcome.errorText.hasPrefix("large.lua is larger than 1 MiB\n"), "\(outcome)")
            #expect(try place.run(["large.lua"]).code == 0)
        }
    }
}
