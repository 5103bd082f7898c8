import Foundation
import TestSupport
import Testing

/// What else runs under the same user, and what the run's own processes are allowed.
@Suite struct `Among other processes` {
    private static let isRoot = getuid() == 0

    /// A copy of the program that everybody may execute, and what runs it as an ordinary user.
    private struct Ordinary {
        let folder: TemporaryFolder
        let program: String
        let prefix: [String]

        init() throws {
            folder = try TemporaryFolder()
            unsafe chmod(folder.path, 0o777)
            program = folder.path + "/vaultscript"
            // By another process: a program that this one has open for writing, or a child that it starts meanwhile, is busy.
            let source = URL(fileURLWithPath: Program.path).resolvingSymlinksInPath().path
            try #require(try Program.run([source, program], program: "/bin/cp").code == 0)
            let change = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            prefix = isRoot ? change : ["/usr/bin/env"]
        }
    }

    @Test func `an ordinary user's debugger and shell cannot look into the run`() throws {
        let ordinary = try Ordinary()
        let canary = Canary()
        let run = try StoppedRun(
            "local h = secret.env('APP_TOKEN') io.write('at held\\n') io.read()",
            program: ordinary.prefix + [ordinary.program], executable: ordinary.program,
            environment: ["APP_TOKEN": canary.value])
        try run.wait(for: "held")
        try #require(run.own.count >= 2, "\(run.errors)")
        for pid in run.own {
            let script = """
                for file in environ mem fd/0 maps auxv; do head -c 100 /proc/\(pid)/$file >/dev/null && echo "read $file"; done
                ls /proc/\(pid)/fd >/dev/null && echo "listed fd"
                gcore -o \(ordinary.folder.path)/core \(pid) >/dev/null 2>&1; ls \(ordinary.folder.path) | grep core
                """
            let outcome = try Program.run(
                Array(ordinary.prefix.dropFirst()) + ["/bin/sh", "-c", script], program: ordinary.prefix[0])
            #expect(outcome.text.isEmpty, "\(outcome)")
            #expect(outcome.errorText.components(separatedBy: "Permission denied").count >= 6, "\(outcome)")
        }
        try run.goOn(from: "held")
    }

    /// What the user has closed to itself a program can open: then nothing would mask it.
    @Test(arguments: ["default.env", "token", "."]) func `the user's own credentials are closed to all or to none`(closed: String) throws {
        let ordinary = try Ordinary()
        let canary = Canary("cs_")
        let credentials = try TemporaryFolder()
        let folder = credentials.path + "/.config/vaultscript/credentials"
        try credentials.write(
            ".config/vaultscript/credentials/default.env", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=\(canary.value)\n",
            mode: 0o600)
        let token = try credentials.write("token", canary.value + "\n", mode: 0o600)
        let file = closed == "token" ? token : folder + "/" + closed
        let owner = Self.isRoot ? "65534:65534" : "\(getuid())"
        _ = try Program.run(["-R", owner, credentials.path], program: "/bin/chown")
        let script = """
            local path, mode, shown = table.unpack(arg)
            local ok, e = pcall(spawn, { "sh", "-c", 'chmod "$0" "$1"; cat "$2"', mode, path, shown, capture = true })
            print(ok and e.stdout or e.kind, not ok and tostring(e):find("chmod 600", 1, true) ~= nil)
            """
        let environment = [
            "HOME": credentials.path, "XDG_CONFIG_HOME": credentials.path + "/.config",
            "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": token,
        ]
        let arguments = [file, closed == "." ? "700" : "600", closed == "token" ? token : folder + "/default.env"]
        func run() throws -> Program.Outcome {
            try Program.run(
                Array(ordinary.prefix.dropFirst()) + [ordinary.program, "-e", script] + arguments, environment: environment,
                program: ordinary.prefix[0])
        }
        unsafe chmod(file, 0)
        var outcome = try run()
        #expect(outcome.text == "io\ttrue\n" && canary.found(in: outcome) == nil, "\(outcome)")
        unsafe chmod(file, closed == "." ? 0o700 : 0o600)
        outcome = try run()
        #expect(outcome.text.contains("[secret:") && canary.found(in: outcome) == nil, "\(outcome)")
    }

    /// What somebody else has closed no program of the user's can open.
    @Test(.enabled(if: isRoot)) func `credentials of somebody else stop no run`() throws {
        let ordinary = try Ordinary()
        let folder = try TemporaryFolder()
        unsafe chmod(folder.path, 0o755)
        let token = try folder.write("closed/token", "value", mode: 0o600)
        let own = try folder.write("token", "value", mode: 0o600)
        unsafe chmod(folder.path + "/closed", 0o700)
        for path in [token, own] {
            let outcome = try Program.run(
                Array(ordinary.prefix.dropFirst()) + [ordinary.program, "-e", "spawn{ 'echo', 'it runs' }"],
                environment: ["HOME": "/nonexistent", "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": path],
                program: ordinary.prefix[0])
            #expect(outcome.text == "it runs\n", "\(outcome)")
        }
    }

    @Test func `no process of the run dumps core, and the worker alone is filtered`() throws {
        let run = try StoppedRun("io.write('at begun\\n') io.read()")
        try run.wait(for: "begun")
        var filtered = 0
        for pid in run.own {
            let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
            let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") } ?? ""
            #expect(core.split(separator: " ").dropFirst(4).prefix(2) == ["1", "1"], "\(limits)")
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            if status.contains("Seccomp:\t2\n"), status.contains("NoNewPrivs:\t1\n") { filtered += 1 }
        }
        #expect(filtered == 1)
        try run.goOn(from: "begun")
    }

    @Test func `a child of an ordinary user cannot look into the host`() throws {
        let ordinary = try Ordinary()
        let canary = Canary()
        let code = """
            local h = secret.env("APP_TOKEN")
            print(spawn{ "sh", "-c", "for f in environ mem fd/0 fd/1 maps; do cat /proc/$PPID/$f; done; ls /proc/$PPID/fd",
              check = false, capture = "merge" }.stdout)
            """
        let outcome = try Program.run(
            Array(ordinary.prefix.dropFirst()) + [ordinary.program, "-e", code],
            environment: ["APP_TOKEN": canary.value], program: ordinary.prefix[0])
        #expect(outcome.code == 0 && canary.found(in: outcome) == nil, "\(outcome)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 6 && lines.allSatisfy { $0.contains("Permission denied") }, "\(outcome)")
    }

    @Test func `a child gets none of the descriptors that the program was started with`() throws {
        let outcome = try Program.run(
            ["-c", "exec 7</etc/passwd 8>/dev/null 9<>/dev/null 63</etc/passwd; exec \"$0\" -e 'spawn{ \"ls\", \"/proc/self/fd\" }'", Program.path],
            program: "/bin/bash")
        // The last one is the folder that ls reads.
        #expect(outcome.text == "0\n1\n2\n3\n", "\(outcome)")
    }

    @Test func `renaming across folders, pushing to a path and a pid file work in one child of an ordinary user`() throws {
        let ordinary = try Ordinary()
        let script = """
            set -e; cd $0; export HOME=$0; mkdir a b; echo x >a/f; mv a/f b/g; ln b/g a/h; cat a/h
            git init -q --bare bare; git init -q work; cd work
            git -c user.email=a@b -c user.name=n commit -q --allow-empty -m pushed
            git push -q ../bare HEAD:refs/heads/main; git -C ../bare log --format=%s main
            sleep 1000 & echo $! >../pid; kill $(cat ../pid)
            """
        let code = "spawn{ 'sh', '-c', [[\(script)]], '\(ordinary.folder.path)' }"
        let outcome = try Program.run(
            Array(ordinary.prefix.dropFirst()) + [ordinary.program, "-e", code], program: ordinary.prefix[0])
        #expect(outcome.code == 0 && outcome.text == "x\npushed\n", "\(outcome)")
    }

    @Test(.enabled(if: isRoot, "only root can make a setuid program"))
    func `a setuid program has its powers with newPrivileges alone, and its failure without names that`() throws {
        let ordinary = try Ordinary()
        let gaining = ordinary.folder.path + "/gaining"
        try #require(try Program.run(["/usr/bin/cat", gaining], program: "/bin/cp").code == 0)
        unsafe chmod(gaining, 0o4755)
        let closed = try ordinary.folder.write("closed", "for root alone\n", mode: 0o600)
        let script = try ordinary.folder.write(
            "script.lua",
            """
            local ok, e = pcall(spawn, { arg[1], arg[2], quiet = true })
            print(ok, e.kind, e.code, e.reason:match("Permission denied"), e.hint)
            io.write(spawn{ arg[1], arg[2], newPrivileges = true, capture = true }.stdout)
            """, mode: 0o644)
        let outcome = try Program.run(
            Array(ordinary.prefix.dropFirst()) + [ordinary.program, script, gaining, closed], program: ordinary.prefix[0])
        #expect(
            outcome.text == """
                false\texit\t1\tPermission denied\t\(gaining) needs powers that children do not get: newPrivileges = true lets it have them
                for root alone

                """, "\(outcome)")
    }
}
