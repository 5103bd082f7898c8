import CSystemShims
import Diagnostics
import EventLoop
import Foundation
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("A child's life")
struct LifeTests {
    @Test func `a time limit ends the whole group and keeps what was written`() throws {
        let result = try Bench().run(
            SpawnRequest.shell("sleep 60 & echo $!; sleep 61").with { $0.timeout = .milliseconds(300) })
        #expect(ends(try #require(Int32(result.lines[0]))))
        #expect(result.outcome?.ending == .signal(SIGTERM) && result.outcome?.timedOut == true)
    }

    @Test func `a child that ignores TERM is killed after the grace`() throws {
        let result = try Bench().run(
            SpawnRequest.shell("trap '' TERM; echo ready; while :; do sleep 0.05; done").with {
                $0.timeout = .milliseconds(300)
                $0.grace = .milliseconds(200)
            })
        #expect(result.outcome?.ending == .signal(SIGKILL) && result.outcome?.timedOut == true)
        #expect(result.outcome.map { $0.duration >= .milliseconds(500) } == true)
    }

    @Test func `a child that ends in time knows nothing of its limit`() throws {
        let result = try Bench().run(SpawnRequest.shell("exit 3").with { $0.timeout = .seconds(50) })
        #expect(result.outcome?.code == 3 && result.outcome?.timedOut == false)
    }

    @Test func `a stopped child is ended too`() throws {
        let bench = try Bench()
        let result = try bench.run(
            SpawnRequest.shell("kill -STOP $$; echo went on").with { $0.timeout = .milliseconds(300) })
        #expect(result.outcome?.ending == .signal(SIGTERM))
    }

    @Test func `a signal goes to the whole group`() throws {
        let bench = try Bench()
        let result = try bench.run(SpawnRequest.shell("sleep 60 & echo $!; sleep 60")) { child in
            bench.loop.schedule(after: .milliseconds(300)) { child.send(SIGTERM) }
        }
        #expect(result.outcome?.signal == SIGTERM)
        #expect(ends(try #require(Int32(result.lines[0]))))
    }

    @Test func `a finished child takes no more signals`() throws {
        let bench = try Bench()
        var child: ChildProcess?
        _ = try bench.run(SpawnRequest.shell("exit 0")) { child = $0 }
        #expect(child?.isFinished == true && child?.send(SIGKILL) == false)
        #expect(bench.spawner.liveCount == 0)
    }

    @Test func `a finished child is let go with all that it held`() throws {
        let bench = try Bench()
        weak var child: ChildProcess?
        let result = try bench.run(SpawnRequest.shell("echo out; echo err >&2")) { child = $0 }
        #expect(result.text == "out\n" && child == nil)
    }

    @Test func `a detached child is neither signalled with the others nor ended with the run`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try bench.spawner.adoptOrphans()
            let scratch = try Scratch()
            let script = "cd \(scratch.path); sh -c 'touch $$; exec sleep 300' & touch $$; wait"
            let request = SpawnRequest.shell(script).with {
                $0.isDetached = true
                $0.standardOutput = .null
                $0.standardError = .null
            }
            let child = try bench.spawner.start(request, SpawnHandlers(finished: { _ in }))
            defer { kill(-child.pid, SIGKILL) }
            TerminationTests.waitFor(2, in: scratch, bench)
            bench.spawner.signalAll(SIGKILL)
            try #require(TerminationTests.end(bench) == [])
            try #require(TerminationTests.pids(scratch).filter(isAlive).count == 2)
        }
    }

    @Test func `the duration is the program's`() throws {
        let duration = try #require(try Bench().shell("sleep 0.2").outcome?.duration)
        #expect(duration >= .milliseconds(200))
    }

    @Test func `many at once all finish`() throws {
        let bench = try Bench()
        var codes: [Int32] = []
        for number in 0..<40 {
            _ = try bench.spawner.start(
                SpawnRequest.shell("echo \(number); exit \(number)"),
                SpawnHandlers(finished: { outcome in
                    codes.append(outcome.code ?? -1)
                    if codes.count == 40 { bench.loop.stop() }
                }))
        }
        #expect(bench.spawner.liveCount == 40)
        bench.runLoop()
        #expect(codes.sorted() == Array(0..<40))
    }

    @Test func `nothing is left of three hundred children`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            _ = try bench.shell("true")
            let before = entries("/proc/self/fd").count
            for number in 0..<300 {
                let request = SpawnRequest(number % 3 == 0 ? "/no/such" : "/bin/true").with {
                    $0.standardInput = .bytes(.text([1]))
                    $0.descriptors = [3: .bytes(.text([1]))]
                    $0.files = [SpawnFile("F", .text([1]))]
                }
                _ = try? bench.run(request)
            }
            try #require(entries("/proc/self/fd").count <= before + 2)
            try #require(ProcessTable.children().isEmpty)
            let path = String(decoding: try #require(bench.files.path), as: UTF8.self)
            try #require(entries(path).isEmpty)
            bench.files.remove()
            try #require(!exists(path))
        }
    }
}

@Suite("The end of the run")
struct TerminationTests {
    /// Ends everything and gives what could not be ended.
    static func end(_ bench: Bench, grace: Duration = .seconds(20)) -> [Int32]? {
        var left: [Int32]?
        bench.spawner.terminateAll(grace: grace) {
            left = $0
            bench.loop.stop()
        }
        bench.runLoop()
        return left
    }

    static func pids(_ scratch: Scratch) -> [Int32] {
        entries(scratch.path).compactMap { Int32($0) }
    }

    static func waitFor(_ count: Int, in scratch: Scratch, _ bench: Bench) {
        func look() {
            if pids(scratch).count >= count { return bench.loop.stop() }
            bench.loop.schedule(after: .milliseconds(10), look)
        }
        look()
        bench.runLoop()
    }

    @Test func `daemons, sessions of their own and stopped children are all gone`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try bench.spawner.adoptOrphans()
            let scratch = try Scratch()
            let script = """
                cd \(scratch.path)
                setsid sh -c '(setsid sh -c "touch \\$\\$; exec sleep 300" &) ; touch $$; exec sleep 300' &
                (setsid sh -c 'touch $$; kill -STOP $$; sleep 300' &)
                touch $$
                exit 0
                """
            let request = SpawnRequest.shell(script).with {
                $0.standardOutput = .null
                $0.standardError = .null
            }
            _ = try bench.run(request)
            // One more that lives.
            _ = try bench.spawner.start(SpawnRequest.shell("sleep 300"), SpawnHandlers(finished: { _ in }))
            TerminationTests.waitFor(4, in: scratch, bench)
            let pids = TerminationTests.pids(scratch)
            try #require(pids.filter(isAlive).count == 3)
            try #require(TerminationTests.end(bench) == [])
            try #require(pids.filter(isAlive).isEmpty && bench.spawner.liveCount == 0)
            try #require(ProcessTable.children().isEmpty)
        }
    }

    @Test func `a group that is empty since is forgotten: its number may become another's`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try bench.spawner.adoptOrphans()
            let request = SpawnRequest.shell("sleep 0.5 & exit 0").with {
                $0.standardOutput = .null
                $0.standardError = .null
            }
            try #require(try bench.run(request).outcome?.leftProcesses == true)
            try #require(bench.spawner.leftGroups.count == 1)
            func look() {
                // Another thread of the tests may take SIGCHLD.
                bench.spawner.reapOrphans()
                if bench.spawner.leftGroups.isEmpty { return bench.loop.stop() }
                bench.loop.schedule(after: .milliseconds(20), look)
            }
            look()
            bench.runLoop()
            try #require(bench.spawner.leftGroups.isEmpty)
        }
    }

    @Test func `who ignores TERM is killed, and who forks meanwhile is found`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try bench.spawner.adoptOrphans()
            let scratch = try Scratch()
            let script = """
                cd \(scratch.path); trap '' TERM
                for i in 1 2 3; do setsid sh -c 'trap "" TERM; touch $$; while :; do (setsid sleep 0.2 &); sleep 0.1; done' & done
                wait
                """
            var finished: ChildOutcome?
            _ = try bench.spawner.start(SpawnRequest.shell(script), SpawnHandlers(finished: { finished = $0 }))
            TerminationTests.waitFor(3, in: scratch, bench)
            try #require(TerminationTests.end(bench, grace: .milliseconds(200)) == [])
            try #require(finished?.signal == SIGKILL)
            try #require(ProcessTable().descendants(of: getpid(), sparing: []).isEmpty)
        }
    }

    @Test func `without adoption the groups of finished children are ended`() throws {
        let bench = try Bench()
        let result = try bench.shell("sleep 300 & echo $!")
        let grandchild = try #require(Int32(result.lines[0]))
        #expect(isAlive(grandchild) && bench.spawner.leftGroups.count == 1)
        // Not terminateAll: it would end the children of the tests beside this one.
        for group in bench.spawner.leftGroups { kill(-group, SIGKILL) }
    }

    @Test func `orphans are reaped as they end`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try bench.spawner.adoptOrphans()
            _ = try bench.run(SpawnRequest.shell("(setsid sleep 0.2 &); exit 0").with { $0.standardOutput = .null })
            func look() {
                if ProcessTable.children().isEmpty { return bench.loop.stop() }
                // To this thread: the signal of the kernel may go to one of the test library's, which has it unblocked.
                raise(SIGCHLD)
                bench.loop.schedule(after: .milliseconds(10), look)
            }
            look()
            bench.runLoop(.seconds(30))
            try #require(ProcessTable.children().isEmpty)
        }
    }

    /// What can be brought about does not leave a program outside of its Landlock domain.
    @Test(.enabled(if: vs_sys_landlock_version() >= 2)) func `no program starts where descriptors are used up`()
        async throws
    {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            var last: Int32 = 0
            while case let opened = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), opened >= 0 { last = opened }
            // One is left, which /dev/null takes.
            close(last)
            let failure = #expect(throws: Failure.self) {
                _ = try bench.spawner.start(SpawnRequest.shell("true"), SpawnHandlers(finished: { _ in }))
            }
            #expect(
                failure?.message.contains("a Landlock ruleset for a child cannot be made") == true,
                "\(String(describing: failure))")
        }
    }

    @Test func `a spared process outlives the children`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            // Stands for the worker: a child of the process, but not of this spawner.
            let other = try Spawner(loop: bench.loop)
            let worker = try other.start(SpawnRequest.shell("sleep 300"), SpawnHandlers(finished: { _ in }))
            bench.spawner.spared = [worker.pid]
            _ = try bench.spawner.start(SpawnRequest.shell("sleep 300"), SpawnHandlers(finished: { _ in }))
            try #require(TerminationTests.end(bench) == [])
            try #require(isAlive(worker.pid) && bench.spawner.liveCount == 0)
            worker.send(SIGKILL)
        }
    }

    @Test func `asking again without grace kills at once`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            let scratch = try Scratch()
            let script = "trap '' TERM; touch \(scratch.path)/$$; while :; do sleep 0.05; done"
            var signal: Int32?
            _ = try bench.spawner.start(SpawnRequest.shell(script), SpawnHandlers(finished: { signal = $0.signal }))
            TerminationTests.waitFor(1, in: scratch, bench)
            var ended = 0
            bench.spawner.terminateAll(grace: .seconds(3600)) { _ in ended += 1 }
            bench.loop.schedule(after: .milliseconds(100)) {
                bench.spawner.terminateAll(grace: .zero) { _ in
                    ended += 1
                    bench.loop.stop()
                }
            }
            bench.runLoop()
            try #require(ended == 2 && signal == SIGKILL)
        }
    }

    @Test func `nothing starts after the end, and the end can be asked for twice`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            _ = try bench.run(SpawnRequest.shell("true").with { $0.files = [SpawnFile("F", .text([1]))] })
            let path = String(decoding: try #require(bench.files.path), as: UTF8.self)
            try #require(TerminationTests.end(bench) == [])
            try #require(!exists(path))
            try #require(TerminationTests.end(bench) == [])
            let failure = #expect(throws: Failure.self) { _ = try bench.shell("true") }
            try #require(failure?.kind == .cancelled)
        }
    }

    @Test func `a child dies with the process that started it`() async throws {
        let scratch = try Scratch()
        let path = scratch.path
        let result = await #expect(processExitsWith: .signal(SIGKILL), observing: []) { [path = path as String] in
            let bench = try Bench()
            _ = try bench.run(SpawnRequest.shell("touch \(path)/$$; echo up; exec sleep 300")) { _ in
                func look() {
                    if !entries(path).isEmpty { kill(getpid(), SIGKILL) }
                    bench.loop.schedule(after: .milliseconds(10), look)
                }
                look()
            }
        }
        #expect(result != nil)
        let child = try #require(entries(path).first.flatMap { Int32($0) })
        #expect(ends(child))
    }
}

@Suite("Children of an ordinary user")
struct IsolationTests {
    /// Becomes an ordinary user, where the test is run by root.
    static func dropRoot() {
        guard getuid() == 0 else { return }
        _ = setgroups(0, nil)
        _ = setgid(65534)
        _ = setuid(65534)
    }

    /// prctl(2), which Swift does not import.
    static func control(_ option: Int32, _ value: UInt) -> Int32 {
        typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = unsafe dlsym(nil, "prctl") else { return -1 }
        return unsafe unsafeBitCast(symbol, to: Function.self)(option, value, 0, 0, 0)
    }

    @Test(.enabled(if: ChildIsolation.find() != .none, "this kernel has no Landlock"))
    func `a child cannot read its sibling's environment, memory or descriptors`() async throws {
        await #expect(processExitsWith: .success) {
            IsolationTests.dropRoot()
            let bench = try Bench()
            let value = try SecretBytes(copying: "sibling-canary")
            let holder = try bench.spawner.start(
                SpawnRequest("sleep", ["60"], environment: [SpawnRequest.path, EnvironmentVariable("S", value)]),
                SpawnHandlers(finished: { _ in }))
            try #require(holder.isIsolated)
            let script =
                "cat /proc/$1/environ; cat /proc/$1/mem; readlink /proc/$1/fd/0; cat /proc/$1/fd/0; cat /proc/$1/cmdline | tr '\\0' ' '"
            let result = try bench.shell(script, [String(holder.pid)])
            holder.send(SIGKILL)
            try #require(result.text == "sleep 60 ")
            for file in ["environ", "mem", "fd/0"] {
                try #require(result.errorText.contains("\(file): Permission denied"))
            }
        }
    }

    /// Listens on, or connects to, the abstract socket named by its second argument.
    private static let socketScript = """
        use Socket; my ($what, $name) = @ARGV; my $at = pack("S a*", AF_UNIX, "\\0$name");
        socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; $| = 1;
        if ($what eq "listen") { bind($s, $at) or die; listen($s, 1); print "ready"; sleep 60 }
        print connect($s, $at) ? "connected" : "refused: $!";
        """

    @Test(
        .enabled(if: isExecutable("/usr/bin/perl"), "perl is not installed"),
        .enabled(
            if: { if case .scoped = ChildIsolation.find() { true } else { false } }(), "Landlock has no scopes here"))
    func `a child cannot reach its sibling's abstract socket`() throws {
        let bench = try Bench()
        let name = "spawning-test-\(UInt64.random(in: .min ... .max))"
        let listener = try bench.spawner.start(
            SpawnRequest("/usr/bin/perl", ["-e", IsolationTests.socketScript, "listen", name]),
            SpawnHandlers(output: { _, _ in bench.loop.stop() }, finished: { _ in bench.loop.stop() }))
        bench.runLoop()
        let request = SpawnRequest("/usr/bin/perl", ["-e", IsolationTests.socketScript, "connect", name])
        #expect(try bench.run(request).text == "refused: Operation not permitted")
        listener.send(SIGKILL)
        bench.runLoop()
        #expect(bench.spawner.liveCount == 0)
    }

    @Test func `an undumpable host of an ordinary user can hand out memory files and files`() async throws {
        await #expect(processExitsWith: .success) {
            IsolationTests.dropRoot()
            // PR_SET_DUMPABLE 0, as the host does before it reads credentials.
            try #require(IsolationTests.control(4, 0) == 0)
            let bench = try Bench()
            let request = SpawnRequest.shell("cat <&5; cat $F $M").with {
                $0.descriptors = [5: .bytes(.text(Array("five".utf8)))]
                $0.files = [
                    SpawnFile("F", .text(Array("file".utf8))),
                    SpawnFile("M", .text(Array("memory".utf8)), form: .memory),
                ]
            }
            let result = try bench.run(request)
            try #require(result.text == "fivefilememory")
            bench.files.remove()
        }
    }

    /// Then nobody can say that a program has left none behind.
    @Test func `are not seen where descriptors are used up`() async {
        await #expect(processExitsWith: .success) {
            var last: Int32 = -1
            while case let opened = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), opened >= 0 { last = opened }
            try #require(ProcessTable.seenChildren() == nil)
            close(last)
            try #require(ProcessTable.seenChildren() == nil)
        }
    }
}
