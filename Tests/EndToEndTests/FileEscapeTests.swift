import Foundation
import TestSupport
import Testing

/// Ways to the files of vaultscript, each tried by a script: none leads there, and no byte of them comes out.
/// A credentials file that another run, or a program, has moved is one all the same.
@Suite struct `Credentials in a file that a script reads` {
    @Test(arguments: [
        ("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=%\nA=b\n", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"),
        ("export INFISICAL_TOKEN = \"%\" # mine", "INFISICAL_TOKEN"),
        ("{\"INFISICAL_JWT\": \"%\"}", "INFISICAL_JWT"),
        ("INFISICAL_INFISICAL_TOKEN=%", "INFISICAL_TOKEN"),
        (String(repeating: "x", count: 1 << 16 - 20) + "INFISICAL_TOKEN=%", "INFISICAL_TOKEN"),
        (String(repeating: "x", count: 300_000) + "INFISICAL_TOKEN=%" + String(repeating: "x", count: 300_000), "INFISICAL_TOKEN"),
        ("the variable INFISICAL_TOKEN holds\nINFISICAL_TOKEN=$(login)\nINFISICAL_TOKEN=…\nINFISICAL_TOKEN", nil),
    ])
    func `close it, whatever a script has made secrets of`(text: String, name: String?) throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        let file = try folder.write("x.lua", text.replacingOccurrences(of: "%", with: canary.value))
        let code = """
            secret.template("INFISICAL_TOKEN=\(canary.value.prefix(8))\\n${v}", { v = secret.env("SHORT") })
            io.write(fs.read(arg[1]))
            """
        let read = try Program.script(code, [file], environment: ["SHORT": "x"])
        guard let name else { return #expect(read.text == text, "\(read)") }
        let required = try Program.run([try folder.write("main.lua", "require('x')")])
        for outcome in [read, required] {
            #expect(outcome.code != 0 && canary.found(in: outcome) == nil, "\(outcome)")
            #expect(outcome.errorText.contains("credentials stand in it, behind \(name)"), "\(outcome)")
        }
    }
}

@Suite struct `A value behind the name of a credential` {
    /// Of values that the user's vault does not have: whether the first sixteen bytes are a word decides nothing.
    @Test func `closes the file whatever it is`() throws {
        let folder = try TemporaryFolder()
        try folder.write("vaultscript.toml", "[variables]\nwithhold = [\"MYVAR\"]\n")
        let script = """
            recipe{ name = "x", programs = { "cat" }, secrets = { "env:MYVAR" } }
            for k = 0, 16 do
              fs.write("f", "INFISICAL_TOKEN=" .. ("x"):rep(k))
              spawn{ "cat", stdin = secret.env("MYVAR"), stdout = { file = "f", append = true } }
              io.write(pcall(fs.read, "f") and "read " or "closed ")
            end
            """
        for value in ["ab#cdefg!hunter2-4711", "abcdefgh", "abcdefghijklmnopqrstuvwxyz", "line of 12..\nline"] {
            let outcome = try Program.run(
                ["-C", folder.path, Program.path, "-e", script], environment: ["MYVAR": value], program: "/usr/bin/env")
            #expect(outcome.text == String(repeating: "closed ", count: 17), "\(outcome)")
        }
    }
}

@Suite struct `A file that is standard input` {
    /// How far it is read tells whether what was read ends as a value may begin.
    @Test func `stays as it is`() throws {
        let folder = try TemporaryFolder()
        try folder.write("in", "first\nlast\n")
        try folder.write(
            "main.lua",
            """
            print(io.read())
            for _, change in ipairs{
              function() fs.write("in", "x") end, function() fs.write("in", "x", { append = true }) end,
              function() spawn{ "ls", stdout = { file = "in" } } end, function() fs.rename("in", "out") end,
              function() fs.remove("in") end, function() fs.copy("main.lua", "in") end,
            } do
              local ok, e = pcall(change)
              print(ok, e.kind, (tostring(e):find("standard input", 1, true) ~= nil))
            end
            fs.copy("in", "out")
            print(io.read(), fs.read("out") == fs.read("in"))
            """)
        let outcome = try Program.run(
            ["-c", "cd \"$1\"; exec \"$0\" main.lua <in", Program.path, folder.path], program: "/bin/bash")
        let refused = String(repeating: "false\tdenied\ttrue\n", count: 6)
        #expect(outcome.text == "first\n\(refused)last\ttrue\n", "\(outcome)")
        // So does a named pipe.
        let code = "print(pcall(spawn, { 'echo', 'x', stdout = { file = 'pipe' } }))"
        let piped = try Program.run(
            ["-c", "cd \"$1\"; mkfifo pipe; exec \"$0\" -e \"$2\" <>pipe", Program.path, folder.path, code], program: "/bin/bash")
        #expect(piped.text.hasPrefix("false\t") && piped.text.contains("it is standard input of this run"), "\(piped)")
    }
}

@Suite struct `Files out of reach` {
    /// One idea: Lua code that is refused with `denied`. It finds the strings CRED (the credentials file), CONFIG (the
    /// folder of configuration), STATE, WORK (a folder of its own) and HOST (the host's process id).
    struct Attempt: Sendable {
        var name: String
        var code: String

        init(_ name: String, _ code: String) {
            self.name = name
            self.code = code
        }
    }

    static let reading: [Attempt] = [
        .init("the path itself", "fs.read(CRED)"),
        .init("dots and slashes", "fs.read(CONFIG .. '//.//vaultscript/credentials/../credentials/./work.env')"),
        .init("a relative walk", "fs.read((('../'):rep(20)) .. CRED:sub(2))"),
        .init("a link to the file", "sh('ln -s \"$CRED\" link1') fs.read(WORK .. '/link1')"),
        .init("a link to its folder", "sh('ln -s \"$CONFIG/vaultscript\" link2') fs.read(WORK .. '/link2/credentials/work.env')"),
        .init("a link to a folder above", "sh('ln -s \"$CONFIG\" link3') fs.read(WORK .. '/link3/vaultscript/credentials/work.env')"),
        .init("a chain of links", "sh('ln -s link1 link4; ln -s link4 link5') fs.read(WORK .. '/link5')"),
        .init("a hard link", "sh('ln \"$CRED\" hard') fs.read(WORK .. '/hard')"),
        .init("a link to a hard link", "sh('ln -s hard link6') fs.read(WORK .. '/link6')"),
        .init("another name after a move", "sh('mv \"$CRED\" moved') local ok, e = pcall(fs.read, WORK .. '/moved') sh('mv moved \"$CRED\"') error(e, 0)"),
        .init("its folder after a move", "sh('mv \"$CONFIG/vaultscript\" away') local ok, e = pcall(fs.read, WORK .. '/away/credentials/work.env') sh('mv away \"$CONFIG/vaultscript\"') error(e, 0)"),
        .init("a copy", "fs.copy(CRED, WORK .. '/copy')"),
        .init("a copy of the hard link", "fs.copy(WORK .. '/hard', WORK .. '/copy')"),
        .init("a child's input", "spawn{ 'cat', stdin = { file = CRED } }"),
        .init("a child's input by the hard link", "spawn{ 'cat', stdin = { file = WORK .. '/hard' } }"),
        .init("its size", "fs.stat(CRED)"),
        .init("the link's own facts, with links followed", "fs.stat(WORK .. '/link1')"),
        .init("whether it is there", "fs.exists(CRED)"),
        .init("whether another is there", "fs.exists(CONFIG .. '/vaultscript/credentials/other.env')"),
        .init("the list of its folder", "fs.list(CONFIG .. '/vaultscript/credentials')"),
        .init("the list by a link", "fs.list(WORK .. '/link2')"),
        .init("the user's configuration", "fs.read(CONFIG .. '/vaultscript/config.toml')"),
        .init("what a link in the configuration leads to", "fs.read(WORK .. '/../elsewhere')"),
        .init("the development vault", "fs.read(STATE .. '/vaultscript/dev-vault.json')"),
        .init("a hard link to the development vault", "sh('ln \"$STATE/vaultscript/dev-vault.json\" vault') fs.read(WORK .. '/vault')"),
        .init("a file of another run's child", "fs.read(RUN .. '/child/KEY')"),
        .init("a hard link to a file of another run's child", "sh('ln \"$RUN/child/KEY\" \"$RUN.link\"') fs.read(RUN .. '.link')"),
    ]

    static let processes: [Attempt] = [
        .init("the host's environment", "fs.read('/proc/self/environ')"),
        .init("the host's memory", "fs.read('/proc/self/mem')"),
        .init("the map of the host's memory", "fs.read('/proc/self/maps')"),
        .init("the host by number", "fs.read('/proc/' .. HOST .. '/environ')"),
        .init("the host's thread", "fs.read('/proc/thread-self/environ')"),
        .init("the host's thread by number", "fs.read('/proc/self/task/' .. HOST .. '/environ')"),
        .init("the host's descriptors", "fs.list('/proc/self/fd')"),
        .init("a descriptor", "fs.read('/proc/self/fd/3')"),
        .init("a descriptor by its short name", "fs.read('/dev/fd/3')"),
        .init("standard input by name", "fs.read('/dev/stdin')"),
        .init("standard output by name", "fs.write('/dev/stdout', 'x')"),
        .init("the root as the host sees it", "fs.read('/proc/self/root' .. CRED)"),
        .init("the working directory as the host sees it", "fs.list('/proc/' .. HOST .. '/cwd')"),
        .init("the program by the host", "fs.read('/proc/self/exe')"),
        .init("dots around the name", "fs.read('/proc/./sys/../self/environ')"),
        .init("a doubled slash", "fs.read('//proc//self//environ')"),
        .init("the first process", "fs.read('/proc/1/environ')"),
        .init("a link into /proc", "sh('ln -s /proc/self p1') fs.read(WORK .. '/p1/environ')"),
        .init("a link to /proc", "sh('ln -s /proc p2') fs.read(WORK .. '/p2/self/environ')"),
        .init("a link to a link in /proc", "sh('ln -s /proc/self/fd/0 p3') fs.read(WORK .. '/p3')"),
        .init("a link of /proc itself", "fs.read('/proc/mounts')"),
        .init("the memory of the machine", "fs.read('/proc/kcore')"),
        .init("a child's input from the host's memory", "spawn{ 'wc', '-c', stdin = { file = '/proc/self/mem' } }"),
        .init("a child's input from the host's environment", "spawn{ 'cat', stdin = { file = WORK .. '/p1/environ' } }"),
        .init("writing to the host's memory", "fs.write('/proc/self/mem', 'x')"),
        .init("writing a setting of the kernel", "fs.write('/proc/sys/kernel/domainname', 'x')"),
        .init("a copy of a descriptor", "fs.copy('/proc/self/fd/0', WORK .. '/copy')"),
        .init("what is at a descriptor", "fs.stat('/dev/fd/0')"),
    ]

    static let changing: [Attempt] = [
        .init("writing over it", "fs.write(CRED, 'x')"),
        .init("appending to it", "fs.write(CRED, 'x', { append = true })"),
        .init("replacing it", "fs.write(CRED, 'x', { atomic = true })"),
        .init("writing over it by the hard link", "fs.write(WORK .. '/hard', 'x')"),
        .init("writing over it by a link", "fs.write(WORK .. '/link1', 'x')"),
        .init("a new profile", "fs.write(CONFIG .. '/vaultscript/credentials/new.env', 'x')"),
        .init("a new profile by a link", "fs.write(WORK .. '/link2/credentials/new.env', 'x')"),
        .init("a copy over it", "fs.copy(WORK .. '/own', CRED)"),
        .init("a new folder in it", "fs.mkdir(CONFIG .. '/vaultscript/sub', { parents = true })"),
        .init("removing it", "fs.remove(CRED)"),
        .init("removing its folder", "fs.remove(CONFIG .. '/vaultscript', { recursive = true })"),
        .init("removing the folder above", "fs.remove(CONFIG, { recursive = true })"),
        .init("removing the folder above that", "fs.remove(ROOT, { recursive = true })"),
        .init("removing the folder above by a link", "sh('ln -s \"$ROOT\" link7') fs.remove(WORK .. '/link7/config', { recursive = true })"),
        .init("removing the hard link", "fs.remove(WORK .. '/hard')"),
        .init("moving it", "fs.rename(CRED, WORK .. '/stolen')"),
        .init("moving its folder", "fs.rename(CONFIG .. '/vaultscript', WORK .. '/stolen')"),
        .init("moving the folder above", "fs.rename(CONFIG, WORK .. '/stolen')"),
        .init("moving the folder above by a link", "fs.rename(WORK .. '/link7/config', WORK .. '/stolen')"),
        .init("moving another over it", "fs.rename(WORK .. '/own', CRED)"),
        .init("moving a folder to its place", "fs.mkdir(WORK .. '/fake') fs.rename(WORK .. '/fake', CONFIG .. '/vaultscript')"),
        .init("moving the hard link", "fs.rename(WORK .. '/hard', WORK .. '/stolen')"),
        .init("moving over the hard link", "fs.rename(WORK .. '/own', WORK .. '/hard')"),
        .init("removing another run's files", "fs.remove(RUN, { recursive = true })"),
    ]

    static let prelude = #"""
        local secret = getSecret("PAT")
        CRED, CONFIG, STATE, WORK, RUN, ROOT = os.getenv("CRED"), os.getenv("CONFIG"), os.getenv("STATE"), os.getenv("WORK"), os.getenv("RUN"), os.getenv("ROOT")
        function sh(code) spawn{ "sh", "-c", code, cwd = WORK } end
        HOST = spawn{ "sh", "-c", "printf %s $PPID", capture = true }.stdout
        fs.write(WORK .. "/own", "own")
        function attempt(name, f)
          local ok, e = pcall(f)
          print(name, ok and "came through" or e.kind or e)
        end

        """#

    @Test func `no path, link or descriptor leads to them`() throws {
        let attempts = Self.reading + Self.processes + Self.changing
        let place = try Place()
        let script = attempts.reduce(Self.prelude) { $0 + "attempt([[\($1.name)]], function() \($1.code) end)\n" }
        let outcome = try place.run(script)
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(lines.count == attempts.count, "\(outcome)")
        for (attempt, line) in zip(attempts, lines) { #expect(line == "\(attempt.name)\tdenied", "\(outcome.errorText)") }
        try place.checkUntouched(outcome)
    }

    @Test func `a search passes over them, and says nothing of them`() throws {
        let place = try Place()
        let outcome = try place.run(
            Self.prelude + """
                sh('ln -s "$CONFIG" link; ln "$CRED" hard')
                for _, pattern in ipairs {
                  CONFIG .. "/**", CONFIG .. "/*/*/*", CONFIG .. "/vaultscript/*", WORK .. "/link/**", WORK .. "/link/*/*/*.env",
                  WORK .. "/h*", "/proc/*/environ", "/proc/self/fd/*", "/dev/fd/*", CONFIG .. "/vaultscrip[t]", STATE .. "/**", RUN .. "/**",
                } do print(json.encode(fs.glob(pattern))) end
                """)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 12 && lines.allSatisfy { $0 == "{}" || $0 == "[]" }, "\(outcome)")
        try place.checkUntouched(outcome)
    }

    @Test(arguments: ["$CONFIG/vaultscript/credentials", "$CONFIG/vaultscript", "/proc/self", "/proc/self/fd", "/proc/self/task"])
    func `a run that begins among them reaches none`(folder: String) throws {
        let place = try Place()
        let script = """
            for _, name in ipairs { "work.env", "credentials/work.env", "environ", "../environ", "0", "." } do
              for _, f in ipairs { fs.read, fs.list, fs.stat, fs.exists } do
                local ok, e = pcall(f, name)
                print(ok and "came through" or e.kind)
              end
            end
            print(pcall(fs.write, "new", "x"))
            """
        let file = try place.folder.write("x.lua", script)
        let outcome = try place.run(["-c", "cd \"\(folder)\" && exec \"$0\" \"$1\"", Program.path, file], program: "/bin/bash")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count > 24 && lines[..<24].allSatisfy { $0 == "denied" }, "\(outcome)")
        try place.checkUntouched(outcome)
    }

    @Test func `a credentials file of the command line or of the script is out of reach, wherever it lies`() throws {
        let place = try Place()
        let file = try place.folder.write("work/any.env", place.credentials)
        let script = """
            getSecret("PAT")
            spawn{ "ln", FILE, FILE .. ".hard" }
            spawn{ "mv", FILE, FILE .. ".moved" }
            for _, name in ipairs { FILE, FILE .. ".hard", FILE .. ".moved" } do
              local ok, e = pcall(fs.read, name)
              print(ok and "came through" or e.kind)
            end
            local ok, e = pcall(fs.write, FILE, "x")
            print(ok and "through" or e.kind)
            spawn{ "mv", FILE .. ".moved", FILE }
            spawn{ "rm", FILE .. ".hard" }
            """
        let ends = [("--credentials", file, ""), ("--credentials-fd", "9", ""), ("", "", "login{ credentials = FILE } ")]
        for (option, value, login) in ends {
            let words = (option.isEmpty ? [] : [option, value]) + ["-e", "local FILE = [[\(file)]] " + login + script]
            let outcome = try place.run(["-c", "exec \"$0\" \"$@\" 9<\"\(file)\"", Program.path] + words, program: "/bin/bash", isNamed: false)
            // With a descriptor nobody has said where the file lies, so its place is free once it has been moved away.
            let last = option == "--credentials-fd" ? "through" : "denied"
            #expect(outcome.text == "notFound\ndenied\ndenied\n\(last)\n", "\(outcome)")
            #expect(place.comment.found(in: outcome) == nil, "\(outcome)")
            try place.folder.write("work/any.env", place.credentials)
        }
    }

    /// A program may move what it was handed, and the folder it lies in, to any place of that file system.
    @Test func `what a program was handed is out of reach wherever the program has moved it`() throws {
        let place = try Place()
        let script = #"""
            local at = "/dev/shm/moved-" .. math.random(1 << 40)
            local code = [[mv "$A" "$0.a"; ln "$B" "$0.b"; mv "$(dirname "$B")" "$0.folder"; echo ready; exec sleep 60]]
            local p = spawn{ "sh", "-c", code, at, files = { A = getSecret("PAT"), B = getSecret("PAT") },
              background = true, capture = "stdout", check = false }
            p:lines()()
            local function try(f, ...)
              local ok, e = pcall(f, ...)
              print(ok and "came through" or e.kind)
            end
            for _, name in ipairs { ".a", ".b", ".folder/B" } do
              try(fs.read, at .. name) try(fs.stat, at .. name) try(fs.copy, at .. name, "copy") try(fs.rename, at .. name, at .. ".c")
              try(spawn, { "cat", stdin = { file = at .. name } }) try(secret.file, at .. name) try(secret.dotenv, at .. name)
            end
            try(fs.list, at .. ".folder")
            print(#fs.glob(at .. ".*"), #fs.glob(at .. ".folder/*"))
            p:kill() p:wait()
            spawn{ "sh", "-c", [[cat "$0.a" "$0.b"; rm -r "$0.a" "$0.b" "$0.folder"]], at }
            """#
        let outcome = try place.run(script)
        #expect(outcome.text == String(repeating: "denied\n", count: 22) + "0\t0\n", "\(outcome)")
        try place.checkUntouched(outcome)
    }

    /// Any program can put a link into the directory of its run: that must not close the user's files to other runs.
    @Test func `a link in the directory of another run closes nothing that it leads to`() throws {
        let place = try Place()
        try place.folder.write("public/text", "public")
        try FileManager.default.createSymbolicLink(
            atPath: place.run + "/child/link", withDestinationPath: place.folder.path + "/public")
        let outcome = try place.run(
            """
            print(fs.read(os.getenv("ROOT") .. "/public/text"))
            print(select(2, pcall(fs.read, os.getenv("RUN") .. "/child/link/text")).kind)
            """)
        #expect(outcome.text == "public\ndenied\n", "\(outcome)")
    }

    @Test func `the folder of configuration cannot be made by a script, the one above it can`() throws {
        let folder = try TemporaryFolder()
        let script = """
            local home = os.getenv("HOME")
            for _, name in ipairs { "/.config/vaultscript", "/.config/VaultScript", "/.config/vaultscript/credentials", "/.local/state/vaultscript" } do
              print(select(2, pcall(fs.mkdir, home .. name, { parents = true })).kind)
            end
            fs.mkdir(home .. "/.config/other/deep", { parents = true })
            print(fs.stat(home .. "/.config/other/deep").type, select(2, pcall(fs.write, home .. "/.config/vaultscript", "x")).kind)
            print(select(2, pcall(fs.rename, home .. "/.config/other", home .. "/.config/vaultscript")).kind)
            """
        let outcome = try Program.script(script, environment: ["HOME": folder.path])
        #expect(outcome.text == "denied\ndenied\ndenied\ndenied\nfolder\tdenied\ndenied\n", "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/.config/vaultscript"))
    }

    @Test func `a recursive removal does not follow a link out`() throws {
        let folder = try TemporaryFolder()
        try folder.write("outside/kept", "kept")
        let script = """
            local at = arg[1]
            fs.mkdir(at .. "/tree/deep", { parents = true })
            spawn{ "ln", "-s", at .. "/outside", at .. "/tree/deep/link" }
            spawn{ "ln", "-s", at .. "/outside/kept", at .. "/tree/file" }
            fs.remove(at .. "/tree", { recursive = true })
            spawn{ "ln", "-s", at .. "/outside", at .. "/link" }
            print(fs.exists(at .. "/tree"), pcall(fs.remove, at .. "/link/", { recursive = true }))
            fs.remove(at .. "/link", { recursive = true })
            print(fs.exists(at .. "/link"))
            """
        let outcome = try Program.script(script, [folder.path])
        #expect(outcome.text.hasPrefix("false\tfalse\t") && outcome.text.hasSuffix("false\n"), "\(outcome)")
        #expect(try folder.read("outside/kept") == "kept")
    }

    /// A user's files as they are, with canaries in them.
    final class Place {
        let folder: TemporaryFolder
        let vault: DevelopmentVault
        /// Stands in every file that is out of reach, and is known to nobody: if it were read, it would be seen.
        let comment = Canary("note")
        let held = Canary()
        let credentials: String
        let run: String

        init() throws {
            folder = try TemporaryFolder()
            vault = try DevelopmentVault(secrets: ["PAT": held.value])
            let lines = vault.environment.map { "\($0.key)=\($0.value)" }
            credentials = "# \(comment.value)\n" + lines.joined(separator: "\n") + "\n"
            try folder.write("config/vaultscript/credentials/work.env", credentials)
            try folder.write("config/vaultscript/config.toml", "# " + comment.value)
            try folder.write("state/vaultscript/dev-vault.json", comment.value)
            try folder.write("elsewhere", comment.value)
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/config/vaultscript/link", withDestinationPath: "../../elsewhere")
            try FileManager.default.createDirectory(atPath: folder.path + "/work", withIntermediateDirectories: true)
            let digits = UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
            run = "/dev/shm/vaultscript-\(digits)"
            try FileManager.default.createDirectory(atPath: run + "/child", withIntermediateDirectories: true)
            try Data(comment.value.utf8).write(to: URL(fileURLWithPath: run + "/child/KEY"))
        }

        deinit {
            try? FileManager.default.removeItem(atPath: run)
            try? FileManager.default.removeItem(atPath: run + ".link")
        }

        func run(_ script: String) throws -> Program.Outcome {
            try run([try folder.write("x.lua", script)], program: Program.path)
        }

        /// - Parameter isNamed: whether the profile is named, so that the credentials are found in the configuration.
        func run(_ arguments: [String], program: String, isNamed: Bool = true) throws -> Program.Outcome {
            var environment = [
                "XDG_CONFIG_HOME": folder.path + "/config", "XDG_STATE_HOME": folder.path + "/state",
                "CONFIG": folder.path + "/config", "STATE": folder.path + "/state", "WORK": folder.path + "/work",
                "CRED": folder.path + "/config/vaultscript/credentials/work.env", "RUN": run, "ROOT": folder.path,
            ]
            if isNamed { environment["VAULTSCRIPT_PROFILE"] = "work" }
            return try Program.run(arguments, environment: environment, program: program)
        }

        /// Nothing came out, and nothing of it has changed.
        func checkUntouched(_ outcome: Program.Outcome) throws {
            #expect(comment.found(in: outcome) == nil && held.found(in: outcome) == nil, "\(outcome)")
            #expect(try folder.read("config/vaultscript/credentials/work.env") == credentials)
            #expect(try folder.read("state/vaultscript/dev-vault.json") == comment.value)
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/config").sorted()
            let own = ["config.toml", "credentials", "credentials/work.env", "link"].map { "vaultscript/" + $0 }
            #expect(names == ["vaultscript"] + own)
            for name in ["copy", "stolen"] { #expect(!FileManager.default.fileExists(atPath: folder.path + "/work/" + name)) }
        }
    }
}
