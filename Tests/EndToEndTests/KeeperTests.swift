import Foundation
import TestSupport
import Testing

/// The keeper: whichever process of a run is killed, and whenever, nothing of the run is left.
@Suite struct `The keeper` {
    /// A run whose child has a file in the run directory, and processes in groups and sessions of their own.
    private struct Run {
        let mark = "\(Int.random(in: 1_000_000...9_999_999)).5"
        let folder: TemporaryFolder
        let memory: TemporaryFolder
        var ready: String { folder.path + "/ready" }
        var variables: [String: String]

        init() throws {
            folder = try TemporaryFolder()
            memory = try TemporaryFolder(in: "/dev/shm")
            variables = ["XDG_RUNTIME_DIR": memory.path]
        }

        var script: String {
            """
            defer(function(e) print("deferred", e and e.kind) end)
            spawn{ "bash", "-c", [[
              sleep \(mark) & setsid sleep \(mark) & (setsid bash -c "trap '' TERM HUP INT; sleep \(mark) & sleep \(mark)" &)
              disown -a; : > "$1"; sleep \(mark) ]], "sh", arg[1], files = { KEY = "in memory" } }
            """
        }

        func run(_ strike: @escaping (Int32) throws -> Void) throws -> Program.Outcome {
            try Program.script(script, [ready], environment: variables) { pid in
                for _ in 0..<800 where !FileManager.default.fileExists(atPath: ready) { usleep(12_500) }
                #expect(try !memoryFiles().isEmpty, "the run directory is there while the child runs")
                try strike(pid)
            }
        }

        func memoryFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: memory.path) }

        func expectNothingLeft(_ outcome: Program.Outcome) throws {
            // Killed by the kernel at once, gone from /proc a moment later.
            for _ in 0..<400 {
                guard try ProcessTree.runs("sleep \(mark)") || !memoryFiles().isEmpty else { break }
                usleep(25_000)
            }
            #expect(!ProcessTree.runs("sleep \(mark)"), "\(outcome)")
            #expect(try memoryFiles() == [], "\(outcome)")
        }
    }

    @Test func `ends everything when the host is killed, and says so`() throws {
        let run = try Run()
        let outcome = try run.run { kill(try ProcessTree.host(of: $0), SIGKILL) }
        try run.expectNothingLeft(outcome)
        #expect(outcome.code == 137 && outcome.errorText.contains("vaultscript was killed (signal 9)"), "\(outcome)")
    }

    /// A run of a program that does `work` in its folder of the run directory, until the host is killed.
    private func killedRun(_ memory: TemporaryFolder, _ work: String) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        let code = """
            spawn{ "python3", "-c", [[
            import os, sys, time
            os.chdir(os.path.dirname(os.environ["KEY"]))
            \(work)
            open(sys.argv[1], "w").close()
            time.sleep(60) ]], arg[1], files = { KEY = "in memory" } }
            """
        return try Program.script(
            code, [folder.path + "/ready"], environment: ["XDG_RUNTIME_DIR": memory.path]
        ) { pid in
            for _ in 0..<800 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(12_500) }
            kill(try ProcessTree.host(of: pid), SIGKILL)
        }
    }

    @Test(arguments: [
        "for i in range(30000): os.mkdir('a'); os.chdir('a')",
        "os.mkdir('a'); open('a/0', 'w'); os.mkdir('a/b'); open('a/b/c', 'w'); os.chmod('a/b', 0); os.chmod('a', 0o500); os.mkdir('../0')",
    ]) func `removes what a program has put into the run directory`(work: String) throws {
        let memory = try TemporaryFolder(in: "/dev/shm")
        let outcome = try killedRun(memory, work)
        #expect(try FileManager.default.contentsOfDirectory(atPath: memory.path) == [], "\(outcome)")
        #expect(outcome.errorText.contains("and its run directory removed"), "\(outcome)")
    }

    @Test func `does not say that it removed a run directory that was moved away`() throws {
        let memory = try TemporaryFolder(in: "/dev/shm")
        let outcome = try killedRun(memory, "os.rename(os.path.dirname(os.getcwd()), '\(memory.path)/moved')")
        #expect(outcome.errorText.contains("not there any more: \(memory.path)/vaultscript-"), "\(outcome)")
        #expect(!outcome.errorText.contains("run directory removed"), "\(outcome)")
    }

    @Test func `takes no ignored SIGCHLD over, which would leave nobody to wait for`() throws {
        let script = "local r = spawn{ 'sh', '-c', 'exit 3', check = false } print(r.code)"
        let outcome = try Program.run(
            ["-c", "trap '' CHLD; exec \"$0\" -e \"$1\"", Program.path, script], program: "/bin/bash", timeLimitSeconds: 20)
        #expect(outcome.code == 0 && outcome.text == "3\n", "\(outcome)")
    }

    @Test func `has the host end everything when it is killed itself`() throws {
        let run = try Run()
        let outcome = try run.run { kill($0, SIGKILL) }
        try run.expectNothingLeft(outcome)
        // The host's output is collected to its end, so it has gone too.
        #expect(outcome.text.contains("deferred\tcancelled"), "\(outcome)")
    }

    @Test func `leaves the end of a killed worker to the host`() throws {
        let run = try Run()
        let outcome = try run.run { kill(try ProcessTree.worker(of: $0), SIGKILL) }
        try run.expectNothingLeft(outcome)
        #expect(outcome.code == 1 && outcome.errorText.contains("worker was killed (signal 9)"), "\(outcome)")
    }

    @Test func `leaves nothing whenever the host is killed`() throws {
        for instant in 0..<40 {
            let run = try Run()
            let outcome = try Program.script(run.script, [run.ready], environment: run.variables) { pid in
                let host = try ProcessTree.host(of: pid)
                usleep(UInt32(instant) * 1000)
                kill(host, SIGKILL)
            }
            #expect(outcome.code == 137, "\(outcome)")
            try run.expectNothingLeft(outcome)
        }
    }

    @Test func `spares children that it had before it became this program`() throws {
        let mark = "\(Int.random(in: 1_000_000...9_999_999)).75"
        let outcome = try Program.run(
            ["-c", "sleep \(mark) & exec \"$0\" -e 'sleep(60)'", Program.path], program: "/bin/bash"
        ) { pid in
            for _ in 0..<400 where ProcessTree.children(of: pid).count < 2 { usleep(12_500) }
            let host = try #require(ProcessTree.children(of: pid).last)
            usleep(100_000)
            kill(host, SIGKILL)
            for _ in 0..<40 where kill(pid, 0) == 0 { usleep(12_500) }
            #expect(ProcessTree.runs("sleep \(mark)"))
            _ = try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pkill")
        }
        #expect(outcome.code == 137, "\(outcome)")
    }

    @Test func `keeps no credential in its environment`() throws {
        let canary = Canary()
        let folder = try TemporaryFolder()
        var seen = Data()
        let outcome = try Program.script(
            "spawn{ 'touch', arg[1] } sleep(60)", [folder.path + "/ready"],
            environment: ["INFISICAL_TOKEN": canary.value, "GITHUB_TOKEN": canary.value]
        ) { pid in
            for _ in 0..<800 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(12_500) }
            for process in [pid] + ProcessTree.descendants(of: pid) {
                // Root may read it; as an ordinary user the file is closed, which is the other half of the promise.
                seen += (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ"))) ?? Data()
            }
            kill(pid, SIGTERM)
        }
        #expect(canary.found(in: seen) == nil, "\(outcome)")
        #expect(outcome.code == 143, "\(outcome)")
    }

    @Test func `passes a signal on once, also from a program such as timeout`() throws {
        let outcome = try Program.run(
            ["-s", "INT", "0.5", Program.path, "-e", "defer(function(e) sleep(0.5) print('in time', e.kind) end) sleep(60)"],
            program: "/usr/bin/timeout")
        #expect(outcome.code == 124 && outcome.text == "in time\tcancelled\n", "\(outcome)")
    }

    @Test func `passes a signal on to a host that a program of the run has stopped`() throws {
        let run = try Run()
        let outcome = try run.run {
            let host = try ProcessTree.host(of: $0)
            kill(host, SIGSTOP)
            usleep(100_000)
            kill($0, SIGTERM)
        }
        try run.expectNothingLeft(outcome)
        #expect(outcome.code == 143 && outcome.text.contains("deferred\tcancelled"), "\(outcome)")
    }

    @Test func `is followed by a host that a program of the run has stopped`() throws {
        let run = try Run()
        let outcome = try run.run {
            kill(try ProcessTree.host(of: $0), SIGSTOP)
            usleep(100_000)
            kill($0, SIGKILL)
        }
        try run.expectNothingLeft(outcome)
        #expect(outcome.text.contains("deferred\tcancelled"), "\(outcome)")
    }

    /// Each makes the next and ends, in a session of its own and without minding a signal, until half a minute is over.
    @Test func `and the host meet processes that run away from them`() throws {
        let folder = try TemporaryFolder()
        let program = try folder.write(
            "leap.py",
            """
            import os, signal, sys, time
            for number in range(1, 32):
                if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD): signal.signal(number, signal.SIG_IGN)
            end = time.time() + 30
            for _ in range(4):
                if os.fork() == 0: break
            while time.time() < end:
                if os.fork() > 0: os._exit(0)
                os.setsid()
                time.sleep(0.001)
            open(sys.argv[1], "w").close()
            """)
        let outcome = try Program.script(
            "spawn{ 'python3', arg[1], arg[2], background = true } sleep(0.5)", [program, folder.path + "/survived"])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/survived"))
        #expect(!ProcessTree.runs(program))
    }

    @Test func `leaves a signal ignored that was ignored before`() throws {
        let outcome = try Program.run(
            ["-c", "trap '' HUP; \"$0\" -e 'sleep(1) print(\"still here\")' & sleep 0.4; kill -HUP $!; wait $!", Program.path],
            program: "/bin/bash")
        #expect(outcome.code == 0 && outcome.text == "still here\n", "\(outcome)")
    }

    @Test func `puts the terminal back when the host is killed`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "raw.sh",
            """
            stty -a > "$2/before"
            "$1" -e 'spawn{ "touch", arg[1] } sleep(60)' "$2/ready" &
            until [ -e "$2/ready" ]; do sleep 0.02; done
            stty raw -echo; stty -a > "$2/between"
            pkill -KILL -P $!
            wait $!; echo $? > "$2/code"
            stty -a > "$2/after"
            """)
        _ = try Program.run(
            ["-qec", "bash '\(script)' '\(Program.path)' '\(folder.path)'", "/dev/null"], program: "/usr/bin/script")
        #expect(try folder.read("code") == "137\n")
        #expect(try folder.read("between") != folder.read("before"))
        #expect(try folder.read("after") == folder.read("before"))
    }
}
