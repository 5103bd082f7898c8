import Diagnostics
import EventLoop
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("A child's result")
struct ResultTests {
    @Test(arguments: [0, 1, 2, 7, 63, 64, 126, 127, 128, 130, 200, 254, 255])
    func `the exit code is the child's own`(code: Int32) throws {
        let outcome = try #require(try Bench().shell("exit \(code)").outcome)
        #expect(outcome.ending == .code(code))
        #expect(!outcome.timedOut && !outcome.leftProcesses)
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGINT, SIGSEGV, SIGUSR1, SIGPIPE])
    func `a signal is told as a signal`(signal: Int32) throws {
        #expect(try Bench().shell("kill -\(signal) $$").outcome?.ending == .signal(signal))
    }

    @Test func `both streams come apart, whole and ended once`() throws {
        let result = try Bench().shell("printf out; printf err >&2")
        #expect(result.text == "out" && result.errorText == "err")
        #expect(Set(result.ended) == [.output, .error] && result.ended.count == 2)
    }

    @Test func `arguments arrive byte for byte`() throws {
        var request = SpawnRequest("printf", ["%s|", "", "a b", "$x\n", "${file"], environment: [SpawnRequest.path])
        request.arguments.append([0xff, 0xfe, 0x01])
        #expect(
            try Bench().run(request).output == Array("|a b|$x\n|${file|".utf8) + [0xff, 0xfe, 0x01] + Array("|".utf8))
    }

    @Test func `standard error can go where standard output goes`() throws {
        let result = try Bench().run(
            SpawnRequest.shell("echo a; echo b >&2; echo c").with { $0.standardError = .sameAsOutput })
        #expect(result.text == "a\nb\nc\n")
        #expect(result.ended == [.output])
    }

    @Test func `fifty megabytes on both streams at once arrive`() throws {
        let bench = try Bench()
        var counts: [SpawnStream: Int] = [:]
        var largest = 0
        var outcome: ChildOutcome?
        _ = try bench.spawner.start(
            SpawnRequest.shell("head -c 52428800 /dev/zero & head -c 52428800 /dev/zero >&2; wait"),
            SpawnHandlers(
                output: { stream, bytes in
                    counts[stream, default: 0] += bytes.count
                    largest = max(largest, bytes.count)
                },
                finished: {
                    outcome = $0
                    bench.loop.stop()
                }))
        bench.runLoop(.seconds(120))
        #expect(counts == [.output: 52_428_800, .error: 52_428_800])
        #expect(outcome?.code == 0)
        // One buffer for everything: nothing is kept.
        #expect(largest <= bench.spawner.buffer.count && bench.spawner.buffer.count == 65536)
    }

    @Test func `a paused stream loses nothing and holds the child back`() throws {
        let bench = try Bench()
        var received = 0
        var outcome: ChildOutcome?
        var receivedWhilePaused = 0
        let child = try bench.spawner.start(
            SpawnRequest.shell("head -c 3000000 /dev/zero"),
            SpawnHandlers(
                output: { _, bytes in received += bytes.count },
                finished: {
                    outcome = $0
                    bench.loop.stop()
                }))
        child.pauseOutput(.output)
        bench.loop.schedule(after: .milliseconds(200)) {
            receivedWhilePaused = received
            child.resumeOutput(.output)
        }
        bench.runLoop()
        #expect(receivedWhilePaused == 0 && received == 3_000_000)
        #expect(outcome?.code == 0)
    }

    @Test func `what a child wrote before it ended waits while paused`() throws {
        let bench = try Bench()
        var received = 0
        var finishedAt = 0
        let child = try bench.spawner.start(
            SpawnRequest.shell("head -c 40000 /dev/zero"),
            SpawnHandlers(
                output: { _, bytes in received += bytes.count },
                finished: { _ in
                    finishedAt = received
                    bench.loop.stop()
                }))
        child.pauseOutput(.output)
        // Longer than the 100 ms after which the pipes of a child that has gone are cut.
        bench.loop.schedule(after: .milliseconds(500)) { child.resumeOutput(.output) }
        bench.runLoop()
        #expect(received == 40000 && finishedAt == 40000)
    }

    @Test func `a grandchild that keeps the pipe does not keep the result`() throws {
        let bench = try Bench()
        let clock = ContinuousClock.now
        let result = try bench.shell("sleep 60 & echo $!; echo done")
        #expect(result.lines.last == "done")
        #expect(result.outcome?.leftProcesses == true)
        #expect(ContinuousClock.now - clock < .seconds(30))
        let grandchild = try #require(Int32(result.lines[0]))
        #expect(isAlive(grandchild))
        kill(grandchild, SIGKILL)
    }

    @Test func `a paused child does not spin the loop after its pipe is closed`() throws {
        let bench = try Bench()
        let child = try bench.spawner.start(
            SpawnRequest.shell("exec 1>&-; sleep 0.5"), SpawnHandlers(finished: { _ in bench.loop.stop() }))
        child.pauseOutput(.output)
        let before = threadMicroseconds()
        bench.runLoop()
        #expect(threadMicroseconds() - before < 250_000)
    }
}

@Suite("What a child is given")
struct EnvironmentTests {
    @Test func `the environment is exactly what was asked for`() throws {
        var request = SpawnRequest("/usr/bin/env", [])
        request.environment = [
            EnvironmentVariable("A", "1"), EnvironmentVariable("B", ""), EnvironmentVariable("A", "2"),
            EnvironmentVariable("C", try secret("s = 3\nx")),
        ]
        #expect(try Bench().run(request).text == "B=\nA=2\nC=s = 3\nx\n")
        #expect(try Bench().run(SpawnRequest("/usr/bin/env")).text == "")
    }

    @Test func `a secret of the environment reaches the child and is gone from the host's block`() throws {
        let value = try secret("canary-\(UInt64.random(in: .min ... .max))")
        let request = SpawnRequest("/usr/bin/printenv", ["TOKEN"], environment: [EnvironmentVariable("TOKEN", value)])
        let block = try EnvironmentBlock(request.environment)
        var first: [UInt8] = []
        var isWiped = false
        unsafe block.withPointers { list in
            guard let text = unsafe list[0] else { return }
            unsafe first = Array(UnsafeRawBufferPointer(start: text, count: 6 + value.count))
            block.wipe()
            unsafe isWiped = UnsafeRawBufferPointer(start: text, count: 6 + value.count).allSatisfy { $0 == 0 }
        }
        #expect(first.starts(with: Array("TOKEN=canary-".utf8)) && isWiped)
        let output = try Bench().run(request).output
        let want = value.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        #expect(output.dropLast() == want[...])
    }

    @Test func `a child is in a session of its own with default signals and no core`() throws {
        let result = try Bench().shell(
            """
            cat /proc/self/stat | cut -d' ' -f6; echo $$; grep '^Max core' /proc/self/limits | tr -s ' ' | cut -d' ' -f5,6; echo -
            grep -E '^(SigBlk|SigIgn|NoNewPrivs)' /proc/self/status
            """)
        let lines = result.lines
        #expect(lines[0] == lines[1] && lines[2] == "1 1")
        #expect(lines[4] == "SigBlk:\t0000000000000000")
        #expect(lines[5] == "SigIgn:\t0000000000000000")
        #expect(lines[6] == "NoNewPrivs:\t1")
    }

    @Test func `new privileges are left when asked for`() throws {
        let request = SpawnRequest.shell("grep NoNewPrivs /proc/self/status").with { $0.newPrivileges = true }
        #expect(try Bench().run(request).text == "NoNewPrivs:\t0\n")
    }

    @Test func `a child has the descriptors it was given and no other`() throws {
        let scratch = try Scratch()
        // One that is open on purpose and not close-on-exec.
        let leaky = unsafe open(scratch.path, O_RDONLY)
        defer { close(leaky) }
        let request = SpawnRequest("/bin/ls", ["/proc/self/fd"], environment: [SpawnRequest.path]).with {
            $0.descriptors = [7: .bytes(.text([1])), 5: .descriptor(leaky)]
        }
        // The one more is the directory that ls reads.
        #expect(try Bench().run(request).lines.sorted() == ["0", "1", "2", "3", "5", "7"])
    }

    @Test func `descriptors that swap numbers keep their meaning`() async throws {
        // In a process of its own: beside many tests the numbers could be above 255.
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let a = unsafe open(try scratch.file("a", "A"), O_RDONLY | O_CLOEXEC)
            let b = unsafe open(try scratch.file("b", "B"), O_RDONLY | O_CLOEXEC)
            let request = SpawnRequest.shell("cat /proc/self/fd/\(a) /proc/self/fd/\(b)").with {
                $0.descriptors = [a: .descriptor(b), b: .descriptor(a)]
            }
            try #require(try Bench().run(request).text == "BA")
        }
    }

    @Test func `a secret descriptor is sealed, read-only and at its start`() throws {
        let value = try secret("sealed")
        let request = SpawnRequest.shell(
            "cat <&9; (echo x >&9) 2>/dev/null && echo writable; grep -E 'pos|flags' /proc/self/fdinfo/9; "
                + "(: >/proc/self/fd/9; echo x >/proc/self/fd/9) 2>/dev/null && echo opened; true"
        ).with { $0.descriptors = [9: .bytes(.secret(value))] }
        let text = try Bench().run(request).text
        #expect(text.hasPrefix("sealedpos:\t6\n"))
        #expect(!text.contains("writable") && !text.contains("opened"))
        let plan = try SpawnPlan(request, runDirectory: RunDirectory(), null: 0)
        let file = try #require(plan.source(of: 9))
        // F_GET_SEALS; F_SEAL_SEAL, SHRINK, GROW and WRITE.
        #expect(fcntl(file, 1034) & 0xf == 0xf)
        #expect(lseek(file, 0, SEEK_CUR) == 0 && fcntl(file, F_GETFL) & O_ACCMODE == O_RDONLY)
    }

    @Test func `the working directory and the mask are the child's`() throws {
        let scratch = try Scratch()
        let request = SpawnRequest.shell("pwd; umask").with {
            $0.workingDirectory = Array(scratch.path.utf8)
            $0.creationMask = 0o027
        }
        #expect(try Bench().run(request).lines == [scratch.path, "0027"])
    }

    @Test func `a child writes to a descriptor itself`() throws {
        let scratch = try Scratch()
        let file = unsafe open(try scratch.file("out", ""), O_WRONLY | O_CLOEXEC)
        let result = try Bench().run(
            SpawnRequest.shell("echo direct; echo gone >&2").with {
                $0.standardOutput = .descriptor(file)
                $0.standardError = .null
            })
        close(file)
        #expect(result.output.isEmpty && result.error.isEmpty && result.ended.isEmpty)
        #expect(try Bench().shell("cat \(scratch.path)/out").text == "direct\n")
    }

    @Test func `a pseudo-terminal can be the controlling terminal`() throws {
        let primary = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = -1
        // TIOCSPTLCK and TIOCGPTN.
        try #require(unsafe ioctl(primary, 0x4004_5431, &unlocked) == 0 && ioctl(primary, 0x8004_5430, &number) == 0)
        let secondary = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(primary); close(secondary) }
        let result = try Bench().run(
            SpawnRequest.shell("echo seen >/dev/tty && test -t 1 && exit 9").with {
                $0.standardOutput = .descriptor(secondary)
                $0.controllingTerminal = true
            })
        #expect(result.outcome?.code == 9)
    }

    @Test func `rename and link across directories work inside the domain`() throws {
        let scratch = try Scratch()
        let result = try Bench().run(
            SpawnRequest.shell(
                "mkdir a b && echo x >a/f && mv a/f b/g && ln b/g a/h && cat a/h"
            ).with {
                $0.workingDirectory = Array(scratch.path.utf8)
            })
        #expect(result.text == "x\n", "\(result.errorText)")
    }

    @Test(.enabled(if: isExecutable("/usr/bin/git"), "git is not installed"))
    func `git pushes to a local path inside the domain`() throws {
        let scratch = try Scratch()
        let script = """
            git init -q --bare bare && git init -q work && cd work && git config user.email a@b && git config user.name n \
            && git commit -q --allow-empty -m first && git push -q ../bare HEAD:refs/heads/main && git -C ../bare log --format=%s main
            """
        let result = try Bench().run(
            SpawnRequest.shell(script).with {
                $0.workingDirectory = Array(scratch.path.utf8)
                $0.environment.append(EnvironmentVariable("HOME", scratch.path))
            })
        #expect(result.text == "first\n", "\(result.errorText)")
    }
}
