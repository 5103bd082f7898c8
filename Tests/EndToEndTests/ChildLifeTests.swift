import Foundation
import TestSupport
import Testing

/// Children that do not end as one expects, and what they leave.
@Suite struct `An unruly child` {
    @Test func `a grandchild that keeps the pipes does not keep the result`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).125"
        let outcome = try Program.script(
            #"""
            local r = spawn{ "sh", "-c", "sleep \#(mark) & echo said; echo complained >&2", capture = true }
            io.write(r.stdout, r.stderr, tostring(r.duration < 20), " ", r.code, "\n")
            spawn{ "sh", "-c", "sleep \#(mark) & echo shown" }
            print(pipe{ { "sh", "-c", "sleep \#(mark) & echo piped" }, { "head", "-n", "1" }, capture = true }.stdout)
            """#)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.text == "said\ncomplained\ntrue 0\nshown\npiped\n\n", "\(outcome)")
        #expect(!ProcessTree.runs("sleep \(mark)"), "they end with the run")
    }

    @Test func `one that stops itself is woken to end, one that ignores TERM is killed after it`() throws {
        let outcome = try Program.script(
            #"""
            local function told(r) print(r.timedOut, r.signal, r.code, r.stdout) end
            told(spawn{ "sh", "-c", "echo stops; kill -STOP $$; echo goes on", timeout = 0.3, capture = true, check = false })
            told(spawn{ "sh", "-c", "trap 'echo asked; exit 7' TERM; kill -STOP $$; sleep 60 & wait", timeout = 0.3, capture = true, check = false })
            told(spawn{ "sh", "-c", "trap 'echo asked' TERM; while :; do sleep 0.1; done", timeout = 0.3, capture = true, check = false })
            """#)
        #expect(outcome.code == 0, "\(outcome)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.prefix(2) == ["true\t15\tnil\tstops", "true\tnil\t7\tasked"], "\(outcome)")
        #expect(lines.dropFirst(2) == ["true\t9\tnil\tasked"], "\(outcome)")
    }

    @Test func `those that fork away are reaped as they end, while the run goes on`() throws {
        let outcome = try Program.script(
            #"""
            for _ = 1, 20 do spawn{ "sh", "-c", "(setsid sh -c 'sleep 0.05 & sleep 0.1' &) ; (setsid true &)" } end
            local left
            for _ = 1, 200 do
              left = spawn{ "sh", "-c", "ps -o stat=,comm= --ppid $PPID", capture = true }.stdout
              if not left:match("Z") and not left:match("sleep") then break end
              sleep(0.05)
            end
            -- The worker and the shell that looks; under both an ordinary state.
            print(select(2, left:gsub("\n", "")), left:match("Z"))
            """#)
        #expect(outcome.text == "2\tnil\n", "\(outcome)")
    }

    @Test func `a storm of children that all end at once leaves nothing and loses nothing`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local all = {}
            for i = 1, 60 do
              all[i] = spawn{ "sh", "-c", "while [ ! -e $0 ]; do sleep 0.02; done; echo $1; exit $((${1} % 3))", arg[1], i, background = true, capture = true, check = false }
            end
            fs.write(arg[1], "")
            for i = 1, 60 do
              local r = all[i]:wait()
              assert(r.stdout == i .. "\n" and r.code == i % 3, i)
            end
            print(spawn{ "sh", "-c", "ps -o stat= --ppid $PPID | grep -c Z", capture = true, check = false }.stdout)
            """#, [folder.path + "/go"])
        #expect(outcome.text == "0\n\n", "\(outcome)")
    }
}
