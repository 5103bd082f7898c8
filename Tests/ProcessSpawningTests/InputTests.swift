import Diagnostics
import EventLoop
import Foundation
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("Standard input")
struct InputTests {
    @Test func `it is empty unless given`() throws {
        #expect(try Bench().shell("wc -c").text == "0\n")
    }

    @Test func `text and secrets arrive whole and end`() throws {
        let text = SpawnRequest.shell("cat").with { $0.standardInput = .bytes(.text(Array("plain\0x".utf8))) }
        #expect(try Bench().run(text).output == Array("plain\0x".utf8))
        let value = try secret("hidden")
        let hidden = SpawnRequest.shell("cat").with { $0.standardInput = .bytes(.secret(value)) }
        #expect(try Bench().run(hidden).text == "hidden")
        let empty = SpawnRequest.shell("wc -c").with { $0.standardInput = .bytes(.text([])) }
        #expect(try Bench().run(empty).text == "0\n")
    }

    @Test func `ten megabytes go in and come out`() throws {
        let bytes = [UInt8](repeating: 120, count: 10_000_000)
        let result = try Bench().run(SpawnRequest.shell("cat").with { $0.standardInput = .bytes(.text(bytes)) })
        #expect(result.output == bytes)
    }

    @Test func `a child that closes early is no error`() throws {
        let bytes = [UInt8](repeating: 120, count: 10_000_000)
        let result = try Bench().run(
            SpawnRequest.shell("head -c 3; exec <&-; sleep 0.1; exit 4").with {
                $0.standardInput = .bytes(.text(bytes))
            })
        #expect(result.text == "xxx" && result.outcome?.ending == .code(4))
    }

    @Test func `a child that never reads meets its time limit`() throws {
        let bytes = [UInt8](repeating: 120, count: 10_000_000)
        let result = try Bench().run(
            SpawnRequest.shell("sleep 60").with {
                $0.standardInput = .bytes(.text(bytes))
                $0.timeout = .milliseconds(100)
            })
        #expect(result.outcome?.timedOut == true)
    }

    @Test func `a descriptor is inherited`() throws {
        let scratch = try Scratch()
        let file = unsafe open(try scratch.file("in", "from a file"), O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let result = try Bench().run(SpawnRequest.shell("cat").with { $0.standardInput = .descriptor(file) })
        #expect(result.text == "from a file")
    }

    @Test func `a relay forwards until the end of its source`() throws {
        let ends = try makePipe()
        let bench = try Bench()
        let lines = Array("one\ntwo\n".utf8)
        _ = unsafe write(ends.writer, lines, lines.count)
        bench.loop.schedule(after: .milliseconds(100)) {
            _ = unsafe write(ends.writer, lines, lines.count)
            close(ends.writer)
        }
        let result = try bench.run(SpawnRequest.shell("cat").with { $0.standardInput = .relay(ends.reader) })
        close(ends.reader)
        #expect(result.text == "one\ntwo\none\ntwo\n")
    }

    @Test func `a relay takes no more than the child can, and nothing once it has closed`() throws {
        let ends = try makePipe(nonBlocking: true)
        defer { close(ends.reader); close(ends.writer) }
        let bench = try Bench()
        bench.loop.schedule(after: .milliseconds(300)) {
            let typed = Array("later\n".utf8)
            _ = unsafe write(ends.writer, typed, typed.count)
        }
        let result = try bench.run(
            SpawnRequest.shell("exec <&-; sleep 0.8").with { $0.standardInput = .relay(ends.reader) })
        #expect(result.outcome?.code == 0)
        // What was typed after the child closed its input is still there for whoever reads next.
        var left = [UInt8](repeating: 0, count: 16)
        #expect(unsafe read(ends.reader, &left, left.count) == 6)
    }

    @Test func `two children cannot read one source`() throws {
        let ends = try makePipe()
        defer { close(ends.reader) }
        let bench = try Bench()
        var finished = 0
        let request = SpawnRequest.shell("cat").with { $0.standardInput = .relay(ends.reader) }
        let handlers = SpawnHandlers(finished: { _ in
            finished += 1
            bench.loop.stop()
        })
        _ = try bench.spawner.start(request, handlers)
        let failure = #expect(throws: Failure.self) { _ = try bench.spawner.start(request, handlers) }
        #expect(failure?.kind == .usage && bench.spawner.liveCount == 1)
        close(ends.writer)
        bench.runLoop()
        #expect(finished == 1)
    }

    @Test(.enabled(if: isKernel(6, 4), "the kernel cannot say of a pipe that a read would wait"))
    func `what another process has taken meanwhile is not waited for`() throws {
        let ends = try makePipe()
        defer { close(ends.reader) }
        var byte: UInt8 = 0
        func read() -> Transfer {
            unsafe withUnsafeMutableBytes(of: &byte) { room in unsafe readSome(ends.reader, room) }
        }
        guard case .later = read() else { return #expect(Bool(false), "waits") }
        try #require(unsafe write(ends.writer, "x", 1) == 1)
        guard case .moved(1) = read() else { return #expect(Bool(false), "reads") }
        close(ends.writer)
        guard case .over = read() else { return #expect(Bool(false), "ends") }
    }
}

private func isKernel(_ major: Int, _ minor: Int) -> Bool {
    let version = ProcessInfo.processInfo.operatingSystemVersion
    return (version.majorVersion, version.minorVersion) >= (major, minor)
}
