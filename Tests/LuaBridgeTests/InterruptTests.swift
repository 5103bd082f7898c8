import Foundation
import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite(.timeLimit(.minutes(1))) struct Interrupt {
        /// A VM whose `host.interrupt()` interrupts it, and whose cancel error is the table `cancelled`.
        private func interruptible() throws -> LuaVM {
            let vm = try LuaVM(memoryLimitBytes: 16 << 20)
            try vm.defineFunction("interrupt") { [unowned vm] _ in
                vm.interrupt()
                return .results([])
            }
            let prelude =
                runner + "\ncancelled = { kind = 'cancelled', message = 'stopped' } host.setCancelError(cancelled)"
            try vm.runPrelude(Array(prelude.utf8).span, name: "=prelude")
            return vm
        }

        static let endless = [
            "host.interrupt() while true do end",
            "host.interrupt() repeat until false",
            "host.interrupt() local function f() return f() end f()",
            "coroutine.wrap(function() host.interrupt() while true do end end)()",
            "host.resume(coroutine.create(function() host.interrupt() while true do end end)) while true do end",
            "local co = coroutine.wrap(function() host.interrupt() coroutine.yield() end) co() while true do end",
            "local co = coroutine.create(function() local c <close> = setmetatable({}, { __close = function() "
                + "host.interrupt() while true do end end }) coroutine.yield() end) coroutine.resume(co) "
                + "local ok, e = coroutine.close(co) error(e)",
            "table.sort({ 3, 2, 1 }, function() host.interrupt() while true do end end)",
        ]

        @Test(arguments: endless)
        func `an endless loop ends with the registered error`(text: String) throws {
            let vm = try interruptible()
            let ending =
                text.contains("host.resume")
                ? text.replacing("host.resume", with: "local ok, e = host.resume")
                    .replacing(") while true do end", with: ") error(e)") : text
            let error = #expect(throws: LuaError.self) { try vm.run(ending) }
            #expect(error?.value["kind"] == .text("cancelled"))
            #expect(error?.kind == .runtime)
            #expect(try vm.run("return 1") == [.integer(1)])
        }

        @Test func `pcall sees an interrupt once`() throws {
            let vm = try interruptible()
            let text = """
                local seen = 0
                for i = 1, 5 do
                    local ok, e = pcall(function() host.interrupt() while true do end end)
                    if not ok and e == cancelled then seen = seen + 1 end
                    for j = 1, 1000 do j = j + 1 end
                end
                return seen, pcall(function() return "on" end)
                """
            #expect(try vm.run(text) == [.integer(5), .boolean(true), .text("on")])
        }

        @Test func `a coroutine made in the shadow of an interrupt is not interrupted by a leftover`() throws {
            let vm = try interruptible()
            let text = """
                local waiting
                pcall(function()
                    host.interrupt()
                    waiting = coroutine.create(function() for i = 1, 100 do end return "ran" end)
                end)
                waiting = waiting or coroutine.create(function() for i = 1, 100 do end return "ran" end)
                return coroutine.resume(waiting)
                """
            #expect(try vm.run(text) == [.boolean(true), .text("ran")])
        }

        @Test func `an interrupt while nothing runs ends the next call, unless it is withdrawn`() throws {
            let vm = try interruptible()
            vm.interrupt()
            #expect(throws: LuaError.self) { try vm.run("return 1") }
            #expect(try vm.run("return 1") == [.integer(1)])
            vm.interrupt()
            vm.clearInterrupt()
            #expect(try vm.run("return 1") == [.integer(1)])
        }

        @Test func `a signal interrupts`() throws {
            let vm = try interruptible()
            try vm.interruptOnSignal(signalOfOurs)
            unblock(signalOfOurs)
            defer { signal(signalOfOurs, SIG_IGN) }
            try vm.defineFunction("raise") { _ in
                raise(signalOfOurs)
                return .results([])
            }
            for _ in 0..<100 {
                let error = #expect(throws: LuaError.self) { try vm.run("host.raise() while true do end") }
                #expect(error?.value["kind"] == .text("cancelled"))
            }
        }

        @Test func `a storm of signals never breaks the interpreter`() throws {
            let vm = try interruptible()
            try vm.interruptOnSignal(signalOfOurs)
            unblock(signalOfOurs)
            defer { signal(signalOfOurs, SIG_IGN) }
            let storm = Storm(of: signalOfOurs)
            defer { storm.end() }
            let text = """
                local seen = 0
                while seen < 300 do
                    local ok, e = pcall(function()
                        while true do
                            local co = coroutine.wrap(function(n) for i = 1, n do coroutine.yield({ i }) end end)
                            for i = 1, 20 do co(20) end
                        end
                    end)
                    if not ok then seen = seen + 1 end
                end
                """
            // An interrupt outside the inner pcall ends the call; then it starts again.
            var finished = false
            for _ in 0..<1000 where !finished { finished = (try? vm.run(text)) != nil }
            #expect(finished)
        }
    }
}

/// A real-time signal that no other test of this process uses.
private let signalOfOurs: Int32 = 50

/// Lets a signal reach this thread: the test runner's threads block all of them.
private func unblock(_ signal: Int32) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, signal)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
}

/// Sends a signal to the thread that made it, every fraction of a millisecond, until it ends.
private final class Storm: @unchecked Sendable {
    // The flag is written by one thread and read by the other below a lock.
    private let lock = NSLock()
    private var hasEnded = false
    private let finished = DispatchSemaphore(value: 0)

    init(of signal: Int32) {
        let target = pthread_self()
        Thread { [self] in
            while !ended {
                pthread_kill(target, signal)
                usleep(300)
            }
            finished.signal()
        }.start()
    }

    private var ended: Bool { lock.withLock { hasEnded } }

    func end() {
        lock.withLock { hasEnded = true }
        finished.wait()
    }
}
