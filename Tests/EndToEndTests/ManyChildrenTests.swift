import Foundation
import TestSupport
import Testing

/// What children leave behind, and what host and worker keep of them.
@Suite struct `After many children` {
    /// What /proc shows of a process.
    private struct State: CustomStringConvertible {
        let descriptors: [String]
        let residentKiB: Int
        let children: Int

        init(of pid: Int32) throws {
            let folder = "/proc/\(pid)/fd"
            descriptors = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
                return "\(name): \(target ?? "")"
            }
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
            let digits = line.filter { $0.isNumber }
            residentKiB = try #require(Int(digits))
            children = ProcessTree.children(of: pid).count
        }

        var description: String { "\(residentKiB) KiB, \(children) children, \(descriptors.sorted())" }
    }

    /// Ten thousand of one secret and `true`, with hundreds of every other sort between them.
    private static let script = #"""
        local t = secret.env("T")
        local function many(count)
          for _ = 1, count do spawn{ "true", env = { T = t } } end
          for _ = 1, count // 50 do
            spawn{ "echo", "x", background = true, capture = true, files = { T = t } }:wait()
            spawn{ "true", background = true }
            pipe{ { "true" }, { "cat" }, capture = true }
            spawn{ "true", stdout = { file = arg[1] .. "/written", atomic = true } }
            pcall(spawn, { "no-such-program-here", stdin = t, fds = { [3] = t } })
            pcall(pipe, { { "true" }, { "no-such-program-here" } })
            spawn{ "printf", "0123456789", capture = "secret" }.stdout:close()
            spawn{ "head", "-c", "100000", "/dev/zero", capture = true }
          end
          collectgarbage()
        end
        many(1000) io.write("at first\n") io.read()
        many(9000) io.write("at last\n") io.read()
        """#

    @Test func `descriptors, memory and processes of host and worker are as they were`() throws {
        try #require(getuid() == 0, "the descriptors of a run can be seen by root alone")
        let run = try StoppedRun(Self.script, environment: ["T": "a-value-of-some-length"])
        try run.wait(for: "first", limit: 300)
        let host = try ProcessTree.host(of: run.running.pid)
        let pids = [run.running.pid, host, try ProcessTree.worker(of: run.running.pid)]
        let before: [State] = try pids.map { try State(of: $0) }
        try run.goOn(from: "first")
        try run.wait(for: "last", limit: 900)
        let after: [State] = try pids.map { try State(of: $0) }
        for (place, name) in ["keeper", "host", "worker"].enumerated() {
            let (first, last) = (before[place], after[place])
            #expect(first.descriptors.count == last.descriptors.count, "\(name): \(first), then \(last)")
            #expect(last.residentKiB - first.residentKiB < 2048, "\(name): \(first), then \(last)")
        }
        // The worker is the host's one child: no zombie stays either.
        let children = after.map { $0.children }
        #expect(children == [1, 1, 0], "\(after)")
        try run.goOn(from: "last")
        #expect(run.running.wait(limit: 60).code == 0, "\(run.errors)")
    }
}
