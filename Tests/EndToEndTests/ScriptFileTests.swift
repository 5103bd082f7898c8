import Foundation
import TestSupport
import Testing

/// `fs`, section 6 of the script API.
@Suite struct `fs` {
    @Test func `what is written is read again, byte for byte`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local at = arg[1] .. "/file"
            for _, text in ipairs { "", "one line", "a\0b\255\r\n", ("x"):rep(1 << 20), 12.5 } do
              fs.write(at, text)
              print(fs.read(at) == tostring(text), fs.stat(at).size == #tostring(text))
            end
            fs.write(at, "a") fs.write(at, "b", { append = true }) fs.write(at, "c", { append = true })
            print(fs.read(at))
            """#, [folder.path])
        #expect(outcome.text == String(repeating: "true\ttrue\n", count: 5) + "abc\n", "\(outcome)")
    }

    @Test func `a file is made with the mode that is asked for, else with the user's`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "x.lua",
            """
            local at = arg[1]
            fs.write(at .. "/a", "x") fs.write(at .. "/b", "x", { mode = "0640" }) fs.write(at .. "/c", "x", { atomic = true })
            fs.write(at .. "/b", "y", { atomic = true }) fs.write(at .. "/d", "x", { atomic = true, mode = "604" })
            fs.mkdir(at .. "/e") fs.mkdir(at .. "/f", { mode = "0707" }) fs.copy(at .. "/b", at .. "/g")
            for _, name in ipairs(fs.list(at)) do io.write(name, " ", fs.stat(at .. "/" .. name).mode, " ") end
            """)
        try FileManager.default.createDirectory(atPath: folder.path + "/work", withIntermediateDirectories: true)
        let outcome = try Program.run(
            ["-c", "umask 027; exec \"$0\" \"$1\" \"$2\"", Program.path, script, folder.path + "/work"], program: "/bin/bash")
        #expect(outcome.text == "a 0640 b 0640 c 0640 d 0604 e 0750 f 0707 g 0640 ", "\(outcome)")
    }

    @Test func `an atomic write leaves the old file to those who have it open, and nothing else behind`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", "old")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "file")
        let open = try #require(FileHandle(forReadingAtPath: file))
        let outcome = try Program.script(
            """
            fs.write(arg[1] .. "/link", "new", { atomic = true })
            print(fs.read(arg[1] .. "/file"), fs.stat(arg[1] .. "/link", { followLinks = false }).target)
            print(table.concat(fs.list(arg[1]), " "))
            print((select(2, pcall(fs.write, arg[1] .. "/none/file", "x", { atomic = true })).kind))
            """, [folder.path])
        #expect(outcome.text == "new\tfile\nfile link\nnotFound\n", "\(outcome)")
        #expect(try open.readToEnd() == Data("old".utf8))
    }

    @Test(arguments: ["trap '' XFSZ; ", ""])
    func `a failed atomic write leaves the old file as it was`(before: String) throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("x.lua", "fs.write(arg[1], ('x'):rep(1 << 20), { atomic = true })")
        let file = try folder.write("work/file", "old")
        let outcome = try Program.run(
            ["-c", before + "ulimit -f 100; exec \"$0\" \"$1\" \"$2\"", Program.path, script, file], program: "/bin/bash")
        #expect(outcome.code == 1 && outcome.errorText.contains("fs.write: \(file): File too large"), "\(outcome)")
        #expect(try folder.read("work/file") == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/work") == ["file"])
    }

    @Test func `lists and searches are sorted by their bytes`() throws {
        let folder = try TemporaryFolder()
        for name in ["b", "a", "B", "ä", ".hidden", "sub/x.lua", "sub/deep/y.lua", "sub/.z.lua", "other/x.txt", "a[1]"] {
            try folder.write(name, "")
        }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/sub/loop", withDestinationPath: "..")
        let outcome = try Program.run(
            [
                "-c", "cd \"$1\" && exec \"$0\" -e \"$2\"", Program.path, folder.path,
                """
                print(table.concat(fs.list("."), " "))
                for _, p in ipairs { "*", ".*", "?", "[a-b]", "[!a-b]", "**/*.lua", "sub/**", "*/", "*/*.{lua,txt}", "a\\\\[1]", "s*/d??p/*",
                  "none/*", "./s*", "**/**/y.lua", "../*/none", "sub/loop/b", "sub/l*/b", "[]x]*", "*a*", "" .. arg[0] } do
                  print(p, table.concat(fs.glob(p), " "))
                end
                print(table.concat(fs.glob("**/*.lua", { hidden = true }), " "))
                print(#fs.glob(fs.glob("/*/")[1] .. "none*"))
                """,
            ], program: "/bin/bash")
        #expect(
            outcome.text == """
                .hidden B a a[1] b other sub ä
                *\tB a a[1] b other sub ä
                .*\t.hidden
                ?\tB a b ä
                [a-b]\ta b
                [!a-b]\tB ä
                **/*.lua\tsub/deep/y.lua sub/x.lua
                sub/**\tsub/deep sub/deep/y.lua sub/loop sub/x.lua
                */\tother/ sub/
                */*.{lua,txt}\t
                a\\[1]\ta[1]
                s*/d??p/*\tsub/deep/y.lua
                none/*\t
                ./s*\t./sub
                **/**/y.lua\tsub/deep/y.lua
                ../*/none\t
                sub/loop/b\tsub/loop/b
                sub/l*/b\tsub/loop/b
                []x]*\t
                *a*\ta a[1]
                -e\t
                sub/.z.lua sub/deep/y.lua sub/x.lua
                0

                """, "\(outcome)")
    }

    @Test(arguments: [
        ("fs.read('none')", 1, "fs.read: none does not exist"), ("fs.read('fiel')", 1, "did you mean \"file\"?"),
        ("fs.read('no/file')", 1, "the folder no does not exist"), ("fs.read('file/x')", 1, "file is no folder"),
        ("fs.read('~/x')", 1, "~ is not expanded"), ("fs.read('.')", 1, "its entries: fs.list(path)"),
        ("fs.read('pipe')", 1, "it is a pipe"), ("fs.read('/dev/zero')", 1, "it is a device"), ("fs.write('pipe', 'x')", 1, "it is a pipe"),
        ("fs.write('/dev/null', 'x')", 1, "it is a device"), ("fs.list('file')", 1, "file is no folder"), ("fs.read('loop')", 1, "fs.read: loop"),
        ("fs.read('large')", 1, "larger than 16 MiB"), ("fs.read(('x/'):rep(3000))", 1, "File name too long"),
        ("fs.read('')", 2, "the path is empty"), ("fs.read('a\\0b')", 2, "NUL"), ("fs.read()", 2, "fs.read: path: expected a path, got nothing"),
        ("fs.read('file', {})", 0, ""), ("fs.read('file', { bytes = 1 })", 2, "there is no option \"bytes\""), ("fs.read('file', 1)", 2, "options"),
        ("fs.write('x', 'y', { apend = true })", 2, "did you mean \"append\"?"), ("fs.write('x', 'y', { mode = 600 })", 2, "a mode such as \"0600\""),
        ("fs.write('x', 'y', { mode = '4755' })", 2, "a mode such as"), ("fs.write('x', 'y', { append = true, atomic = true })", 2, "exclude one another"),
        ("fs.write('x')", 2, "fs.write: text: expected a text, got nothing"), ("fs.write('x', {})", 2, "json.encode"),
        ("fs.mkdir('sub')", 1, "File exists"), ("fs.mkdir('a/b')", 1, "{ parents = true }"), ("fs.mkdir('file', { parents = true })", 1, "File exists"),
        ("fs.remove('none')", 1, "fs.remove: none does not exist"), ("fs.remove('sub')", 1, "{ recursive = true }"), ("fs.remove('sub/..')", 2, "names no entry"),
        ("fs.rename('none', 'x')", 1, "fs.rename: none does not exist"), ("fs.copy('file', 'file')", 2, "the same file"), ("fs.copy('file', 'sub')", 1, "it is a folder"),
        ("fs.copy('file', 'hard')", 2, "the same file"), ("fs.copy('sub', 'x')", 1, "it is a folder"), ("fs.glob('[')", 2, "a [ is not closed"), ("fs.tempDir('x')", 2, "no arguments"),
        ("fs.glob('[b-a]')", 2, "runs backwards"), ("io.lines('file')", 2, "fs.read(path)"), ("os.rename('a', 'b')", 2, "fs.rename"), ("os.tmpname()", 2, "fs.tempDir"),
    ])
    func `a call that fails names function, path and the way on`(code: String, exit: Int32, message: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "text")
        try folder.write("sub/x", "text")
        try FileManager.default.linkItem(atPath: folder.path + "/file", toPath: folder.path + "/hard")
        let outcome = try Program.run(
            [
                "-c", "cd \"$1\" && mkfifo pipe && ln -s loop loop && truncate -s 17M large && exec \"$0\" -e \"$2\"", Program.path,
                folder.path, code,
            ], program: "/bin/bash", timeLimitSeconds: 20)
        #expect(outcome.code == exit && (exit == 0 || outcome.errorText.contains(message)), "\(outcome)")
        #expect(try folder.read("file") == "text")
    }

    @Test(arguments: [
        ("", 0), ("error('x')", 1), ("os.exit(3)", 3), ("while true do end", 143), ("spawn{ 'sh', '-c', 'kill -9 ' .. WORKER }", 1),
        ("spawn{ 'sh', '-c', 'kill -9 $PPID' }", 137),
    ])
    func `temporary folders are private, and gone when the run has ended, however it ends`(code: String, exit: Int32) throws {
        let folder = try TemporaryFolder()
        let script = """
            local a, b = fs.tempDir(), fs.tempDir()
            fs.mkdir(a .. "/deep/er", { parents = true }) fs.write(a .. "/deep/er/file", "x")
            spawn{ "sh", "-c", 'ln -s / "$0/link"; chmod 0 "$0/deep"', a }
            local worker = spawn{ "sh", "-c", "ps -o pid= --ppid $PPID | head -1", capture = true }.stdout
            print(a ~= b, fs.stat(a).mode, fs.exists(a .. "/deep"))
            WORKER = worker
            \(code)
            """
        let file = try folder.write("x.lua", script)
        try FileManager.default.createDirectory(atPath: folder.path + "/tmp", withIntermediateDirectories: true)
        let outcome = try Program.run([file], environment: ["TMPDIR": folder.path + "/tmp"]) { pid in
            guard exit == 143 else { return }
            let made = { try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp").count }
            for _ in 0..<400 where made() != 2 { usleep(25_000) }
            usleep(500_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == exit && (exit > 100 || outcome.text == "true\t0700\ttrue\n"), "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp").isEmpty)
        #expect(!code.contains("WORKER") || outcome.errorText.contains("worker was killed"), "\(outcome)")
    }

    /// What bears the name of a temporary folder at the end may be anything of the user's.
    @Test(
        arguments: [
            ("a folder", "mv \"$0\" \"$0.moved\"; mv kept \"$0\""), ("a link", "mv \"$0\" \"$0.moved\"; ln -s \"$PWD/kept\" \"$0\""),
            ("a folder after a removal", "rm -r \"$0\"; mv kept \"$0\""),
        ], ["", "spawn{ 'sh', '-c', 'kill -9 $PPID' }"])
    func `what a program has put in the place of a temporary folder is left as it is`(swap: (name: String, code: String), end: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("kept/deep/file", "kept")
        try folder.write("tmp/other", "x")
        let script = """
            local t = fs.tempDir()
            fs.write(t .. "/own", "x")
            spawn{ "sh", "-c", [[\(swap.code)]], t, cwd = "\(folder.path)" }
            \(end)
            """
        let outcome = try Program.script(script, environment: ["TMPDIR": folder.path + "/tmp"])
        #expect(outcome.code == (end.isEmpty ? 0 : 137), "\(outcome)")
        if end.isEmpty {
            #expect(outcome.errorText.hasPrefix("warning: the temporary folder \(folder.path)/tmp/vaultscript-tmp-"), "\(outcome)")
            #expect(outcome.errorText.hasSuffix(" is left: it is another one now, which this run has not made\n"), "\(outcome)")
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        #expect(files.contains { $0.hasSuffix("/deep/file") }, "\(files)")
    }

    @Test(.enabled(if: Mounting.isPossible, "only root mounts file systems"))
    func `what is mounted in a temporary folder is not emptied with it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("kept/deep/file", "kept")
        try folder.write("tmp/other", "x")
        let script = """
            local t = fs.tempDir()
            fs.mkdir(t .. "/home")
            fs.write(t .. "/own", "x")
            spawn{ "mount", "--bind", "\(folder.path)/kept", t .. "/home" }
            print(t)
            """
        let outcome = try Program.script(script, environment: ["TMPDIR": folder.path + "/tmp"])
        let path = outcome.text.trimmingCharacters(in: .newlines)
        defer { _ = try? Program.run([path + "/home"], program: "/usr/bin/umount") }
        #expect(outcome.errorText == "warning: the temporary folder \(path) is left: something is mounted in it\n", "\(outcome)")
        #expect(try folder.read("kept/deep/file") == "kept")
    }

    private enum Mounting {
        /// Looked at by doing it.
        static let isPossible: Bool = {
            guard let folder = try? TemporaryFolder(),
                let done = try? Program.run(["--bind", folder.path, folder.path], program: "/usr/bin/mount"), done.code == 0
            else { return false }
            _ = try? Program.run([folder.path], program: "/usr/bin/umount")
            return true
        }()
    }

    // MARK: - Secrets

    @Test func `what is read is masked as a whole, names and link targets too`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let folder = try TemporaryFolder()
        let base64 = Data(canary.value.utf8).base64EncodedString()
        try folder.write("a", String(repeating: "x", count: 262_130) + canary.value + " and " + base64 + "\nrest")
        try folder.write("names/" + canary.value, "in a named file")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "/x/" + canary.value)
        let outcome = try Program.script(
            """
            getSecret("PAT")
            local at = arg[1]
            print((fs.read(at .. "/a"):gsub("x+", "x")))
            print(fs.list(at .. "/names")[1], fs.glob(at .. "/names/*")[1]:sub(#at + 1), fs.stat(at .. "/link", { followLinks = false }).target)
            print(select(2, pcall(fs.read, at .. "/link")))
            """, [folder.path], environment: vault.environment)
        #expect(
            outcome.text.hasPrefix("x[secret:PAT] and [secret:PAT]\nrest\n[secret:PAT]\t/names/[secret:PAT]\t/x/[secret:PAT]\n"),
            "\(outcome)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `a name that holds a secret answers no question about its beginning or its place`() throws {
        let canary = Canary("kk")
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let folder = try TemporaryFolder()
        for name in ["aaa", "zzz", canary.value] { try folder.write("names/" + name, "") }
        let guess = String(canary.value.dropLast(3))
        let outcome = try Program.script(
            """
            getSecret("PAT")
            local at = arg[1] .. "/names"
            print(table.concat(fs.list(at), " "))
            print(#fs.glob(at .. "/k*"), #fs.glob(at .. "/" .. arg[2] .. "*"), #fs.glob(at .. "/" .. arg[2] .. "???"), #fs.glob(at .. "/**/k*"))
            local e = select(2, pcall(fs.read, at .. "/" .. arg[2]))
            print(e.kind, tostring(e.hint):find("did you mean"))
            """, [folder.path, guess], environment: vault.environment)
        let hint = outcome.text.split(separator: "\n").last.map(String.init) ?? ""
        #expect(outcome.text.hasPrefix("[secret:PAT] aaa zzz\n0\t0\t0\t0\n"), "\(outcome)")
        #expect(hint == "notFound\tnil", "\(outcome)")
    }

    @Test func `neither a handle, nor a mask, nor a value is written by mistake`() throws {
        let canary = Canary()
        let short = "q7"
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value, "PIN": short])
        let folder = try TemporaryFolder()
        try folder.write("known", "password = \(canary.value)\n")
        let outcome = try Program.script(
            #"""
            local at, early = arg[1], fs.read(arg[1] .. "/known")
            local pat, pin = getSecret("PAT"), getSecret("PIN")
            for _, text in ipairs { pat, "x " .. tostring(pat), "pin: " .. tostring(pin), fs.read(at .. "/known"), early } do
              for _, options in ipairs { {}, { append = true }, { atomic = true } } do
                local e = select(2, pcall(fs.write, at .. "/known", text, options))
                if not next(options) then print(e.kind, e.message:sub(1, 10), (e.message:match("secret:?%s?%u+") or e.message:match("mask.*")), e.hint:match("spawn{ …, files = { NAME = handle } }"), e.hint:match("allowMasked")) end
              end
            end
            print(fs.read(at .. "/known"))
            fs.write(at .. "/masked", "x " .. tostring(pat) .. early, { allowMasked = true })
            fs.write(at .. "/other", "[secret:OTHER] [secret:PA] [secret:] [secret:PAT")
            """#, [folder.path], environment: vault.environment)
        #expect(
            outcome.text == """
                usage\tfs.write: \tsecret PAT\tspawn{ …, files = { NAME = handle } }\tnil
                usage\tfs.write: \tsecret:PAT\tspawn{ …, files = { NAME = handle } }\tallowMasked
                usage\tfs.write: \tsecret:PIN\tspawn{ …, files = { NAME = handle } }\tallowMasked
                usage\tfs.write: \tsecret:PAT\tspawn{ …, files = { NAME = handle } }\tallowMasked
                leak\tfs.write: \tsecret PAT\tspawn{ …, files = { NAME = handle } }\tallowMasked
                password = [secret:PAT]


                """, "\(outcome)")
        #expect(try folder.read("known") == "password = \(canary.value)\n")
        #expect(try folder.read("masked") == "x [secret:PAT]password = [secret:PAT]\n")
        #expect(try folder.read("other") == "[secret:OTHER] [secret:PA] [secret:] [secret:PAT")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `a secret in the place of a path is named and not used`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let outcome = try Program.script(
            """
            local s = getSecret("PAT")
            for _, f in ipairs { fs.read, fs.exists, fs.stat, fs.list, fs.glob, fs.mkdir, fs.remove } do print(select(2, pcall(f, s)).message) end
            print(select(2, pcall(fs.rename, "x", s)).message) print(select(2, pcall(fs.copy, s, "x")).message)
            print(select(2, pcall(fs.write, "x", "y", { mode = s })).message)
            """, environment: vault.environment)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 10 && lines.allSatisfy { $0.contains("got the secret PAT") }, "\(outcome)")
    }

    @Test func `a masked text that would grow without bound is a limit`() throws {
        let vault = try DevelopmentVault(secrets: [String(repeating: "N", count: 200): "abcd"])
        let folder = try TemporaryFolder()
        try folder.write("many", String(repeating: "abcd", count: 1 << 20))
        let outcome = try Program.script(
            "getSecret(('N'):rep(200)) print(select(2, pcall(fs.read, arg[1])).kind)", [folder.path + "/many"],
            environment: vault.environment)
        #expect(outcome.text == "limit\n", "\(outcome)")
    }

    @Test func `a search that would hold up the run is a limit`() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "a", count: 240)
        for number in 0..<600 { try folder.write("\(name)\(number)", "") }
        let outcome = try Program.script(
            "print(select(2, pcall(fs.glob, arg[1] .. '/*' .. ('a'):rep(120) .. 'b')).kind, #fs.glob(arg[1] .. '/*a7'))",
            [folder.path])
        #expect(outcome.text == "limit\t1\n", "\(outcome)")
    }

    @Test func `json is exact at its edges, and the same when a script has changed its own globals`() throws {
        let outcome = try Program.script(
            #"""
            utf8, ipairs = nil, nil
            error, type = nil, nil
            local text = '{"a":9223372036854775807,"b":-9223372036854775808,"c":9223372036854775808,"d":0.1,"e":-0.0,"f":1e308}'
            print(json.encode(json.decode(text)))
            for _, f in next, {
              function() json.decode("[1e400]") end, function() json.decode("-1e999") end, function() json.encode(1, { indnt = 2 }) end,
              function() json.encode(1e308 * 10) end, function() json.encode({ [1.5] = 1 }) end,
            } do print((select(2, pcall(f)).message)) end
            """#)
        #expect(
            outcome.text == """
                {"a":9223372036854775807,"b":-9223372036854775808,"c":9.223372036854776e+18,"d":0.1,"e":-0.0,"f":1e+308}
                json.decode: the text is not JSON
                json.decode: the text is not JSON
                json.encode: there is no option "indnt"
                json.encode: inf has no form in JSON
                json.encode: a table has the key 1.5 beside others

                """, "\(outcome)")
    }

    @Test func `what the machine is can be read of the kernel, and what it counts cannot`() throws {
        let outcome = try Program.script(
            """
            print(#fs.read("/proc/cpuinfo") > 0, #fs.read("/proc/version") > 0)
            for _, path in ipairs{ "/proc/loadavg", "/sys/class/net/lo/statistics/tx_bytes" } do
              print((select(2, pcall(fs.read, path)).message))
            end
            fs.exists("/sys/kernel")
            """)
        #expect(
            outcome.text == """
                true\ttrue
                fs.read: /proc/loadavg is out of reach of scripts
                fs.read: /sys/class/net/lo/statistics/tx_bytes is out of reach of scripts

                """, "\(outcome)")
        #expect(
            outcome.errorText.contains(
                """
                fs.exists: /sys/kernel is out of reach of scripts
                it leads to what the kernel tells of this machine, and of what vaultscript does on it
                let a program read it: spawn{ "cat", path, capture = true }
                """) && outcome.code == 77, "\(outcome)")
    }
}
