import Diagnostics
import Glibc
import Testing

@testable import EventLoop

/// A pipe; both ends closed with it.
private final class Pipe {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        let status = unsafe pipe(&ends)
        try #require(status == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        closeWriter()
    }

    private var isWriterClosed = false

    func closeWriter() {
        if !isWriterClosed { close(writer) }
        isWriterClosed = true
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(writer, bytes, bytes.count)
    }

    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(reader, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

@Suite("The loop's timers")
struct TimerTests {
    @Test func `a loop with nothing to wait for returns`() throws {
        try EventLoop().run()
    }

    @Test func `calls come in the order of their times, equal ones in the order they were made`() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        for (index, milliseconds) in [30, 10, 20, 0, 0, -5].enumerated() {
            loop.schedule(after: .milliseconds(milliseconds)) { order.append(index) }
        }
        loop.run()
        #expect(order.suffix(3) == [1, 2, 0] && Set(order.prefix(3)) == [3, 4, 5])
        #expect(order.firstIndex(of: 3) ?? 9 < order.firstIndex(of: 4) ?? 0)
    }

    @Test func `many timers in any order come sorted`() throws {
        let loop = try EventLoop()
        let clock = ContinuousClock()
        var dues: [(earliest: ContinuousClock.Instant, latest: ContinuousClock.Instant)] = []
        for index in 0..<500 {
            let delay = Duration.microseconds((index * 7919) % 500 * 50)
            let before = clock.now
            var after = before
            loop.schedule(after: delay) { dues.append((before + delay, after + delay)) }
            after = clock.now
        }
        loop.run()
        #expect(dues.count == 500)
        // Nobody was called before one that was surely due earlier.
        var latestEarliest = dues[0].earliest
        for due in dues {
            #expect(due.latest >= latestEarliest)
            latestEarliest = max(latestEarliest, due.earliest)
        }
    }

    @Test func `none is called before its time`() throws {
        let loop = try EventLoop()
        let start = ContinuousClock.now
        var passed: Duration?
        loop.schedule(after: .microseconds(20_300)) { passed = ContinuousClock.now - start }
        loop.run()
        #expect(try #require(passed) >= .microseconds(20_300))
    }

    @Test func `a cancelled one is not called and not waited for`() throws {
        let loop = try EventLoop()
        var isCalled = false
        let timer = loop.schedule(after: .seconds(3600)) { isCalled = true }
        loop.schedule(after: .milliseconds(1)) { timer.cancel() }
        loop.run()
        #expect(!isCalled)
    }

    @Test func `many cancelled ones do not pile up`() throws {
        let loop = try EventLoop()
        weak var last: EventLoop.Timer?
        var live = 0
        loop.schedule(after: .milliseconds(1)) { live += 1 }
        for _ in 0..<10_000 {
            let timer = loop.schedule(after: .seconds(3600)) { live += 100 }
            timer.cancel()
            last = timer
        }
        #expect(loop.timerCountForTesting <= 512)
        loop.run()
        #expect(live == 1 && last == nil)
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(9_223_372_037), .seconds(-Int64.max)])
    func `delays that the clock cannot hold neither trap nor hang`(delay: Duration) throws {
        let loop = try EventLoop()
        let timer = loop.schedule(after: delay) {}
        loop.schedule(after: .zero) {
            timer.cancel()
        }
        loop.run()
    }
}

@Suite("The loop's order")
struct OrderTests {
    @Test func `what is enqueued runs at the next turn, in order`() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        loop.enqueue {
            order.append(1)
            loop.enqueue { order.append(3) }
        }
        loop.enqueue { order.append(2) }
        loop.run()
        #expect(order == [1, 2, 3])
    }

    @Test func `stop ends the run after the current handler and loses nothing`() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        loop.enqueue {
            order.append(1)
            loop.enqueue { order.append(3) }
            loop.stop()
        }
        loop.enqueue { order.append(2) }
        loop.run()
        #expect(order == [1])
        loop.run()
        #expect(order == [1, 2, 3])
    }

    @Test func `stop before a run is not lost`() throws {
        let loop = try EventLoop()
        var isCalled = false
        loop.schedule(after: .zero) { isCalled = true }
        loop.stop()
        loop.run()
        #expect(!isCalled)
        loop.run()
        #expect(isCalled)
    }

    @Test func `a handler that runs the loop is a mistake that traps`() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            loop.enqueue { loop.run() }
            loop.run()
        }
    }
}

@Suite("The loop's descriptors")
struct DescriptorTests {
    @Test func `bytes are told of until they are read`() throws {
        let loop = try EventLoop()
        let pipe = try Pipe()
        var turns = 0
        var text = ""
        pipe.write("abc")
        let watch = try loop.watch(pipe.reader, .readable) { readiness in
            turns += 1
            #expect(readiness.contains(.readable))
            guard turns == 3 else { return }
            text = pipe.read()
            loop.stop()
        }
        loop.run()
        #expect(turns == 3 && text == "abc")
        watch.cancel()
        loop.run()
    }

    @Test func `a cancelled watch is not called, even when its event was collected`() throws {
        let loop = try EventLoop()
        let first = try Pipe()
        let second = try Pipe()
        var calls = 0
        var watches: [EventLoop.Watch] = []
        for pipe in [first, second] {
            pipe.write("x")
            watches.append(
                try loop.watch(pipe.reader, .readable) { _ in
                    calls += 1
                    for watch in watches { watch.cancel() }
                })
        }
        loop.run()
        #expect(calls == 1)
    }

    @Test func `a paused descriptor whose writer has gone is told of once and does not spin`() throws {
        let loop = try EventLoop()
        let pipe = try Pipe()
        var calls = 0
        var watches: [EventLoop.Watch] = []
        let patience = loop.schedule(after: .seconds(60)) { loop.stop() }
        watches.append(
            try loop.watch(pipe.reader, .readable) { readiness in
                calls += 1
                #expect(readiness.contains(.hangup))
                // Time to spin in, from the first call on: a busy machine may come to it late.
                if calls == 1 { loop.schedule(after: .milliseconds(200)) { loop.stop() } } else { watches[0].cancel() }
            })
        watches[0].setInterest([])
        loop.schedule(after: .milliseconds(10)) { pipe.closeWriter() }
        loop.run()
        #expect(calls == 1)
        watches[0].setInterest(.readable)
        patience.cancel()
        loop.run()
        #expect(calls == 2)
    }

    @Test func `a paused descriptor keeps its bytes for later`() throws {
        let loop = try EventLoop()
        let pipe = try Pipe()
        var text = ""
        let watch = try loop.watch(pipe.reader, []) { _ in
            text += pipe.read()
            loop.stop()
        }
        pipe.write("kept")
        loop.schedule(after: .milliseconds(50)) {
            #expect(text.isEmpty)
            watch.setInterest(.readable)
        }
        loop.run()
        #expect(text == "kept")
    }

    @Test func `a second watch of a descriptor replaces the first`() throws {
        let loop = try EventLoop()
        let pipe = try Pipe()
        var calls: [String] = []
        let first = try loop.watch(pipe.reader, .readable) { _ in calls.append("first") }
        let second = try loop.watch(pipe.reader, .readable) { _ in
            calls.append("second")
            loop.stop()
        }
        // Late, and without effect on the second.
        first.cancel()
        first.setInterest([])
        pipe.write("x")
        loop.run()
        #expect(calls == ["second"] && loop.isWatched(pipe.reader))
        second.cancel()
        #expect(!loop.isWatched(pipe.reader))
    }

    @Test func `a regular file is ready at every turn until it is paused`() throws {
        let loop = try EventLoop()
        let file = unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var calls = 0
        var watch: EventLoop.Watch?
        watch = try loop.watch(file, .readable) { _ in
            calls += 1
            if calls == 3 { watch?.setInterest([]) }
        }
        loop.schedule(after: .milliseconds(50)) { watch?.cancel() }
        loop.run()
        #expect(calls == 3)
    }

    @Test func `room to write is told of, and a reader that has gone is an error`() throws {
        let loop = try EventLoop()
        let pipe = try Pipe()
        var seen: EventLoop.Readiness = []
        let watch = try loop.watch(pipe.writer, .writable) { readiness in
            seen = readiness
            loop.stop()
        }
        loop.run()
        #expect(seen == .writable)
        watch.cancel()
    }

    @Test func `a descriptor that is not open is a failure`() throws {
        let loop = try EventLoop()
        let failure = #expect(throws: Failure.self) { _ = try loop.watch(-1, .readable) { _ in } }
        #expect(failure?.kind == .io && failure?.reason == "Bad file descriptor")
    }

    @Test func `more than one batch of events is served`() throws {
        let loop = try EventLoop()
        let pipes = try (0..<150).map { _ in try Pipe() }
        var served: Set<Int32> = []
        for pipe in pipes {
            pipe.write("x")
            var watch: EventLoop.Watch?
            watch = try loop.watch(pipe.reader, .readable) { _ in
                served.insert(pipe.reader)
                watch?.cancel()
            }
        }
        loop.run()
        #expect(served.count == 150)
    }
}

@Suite("The loop's signals")
struct SignalTests {
    @Test func `signals come as numbers, and the handler may cancel`() throws {
        let loop = try EventLoop()
        var numbers: [Int32] = []
        var watch: EventLoop.Watch?
        watch = try loop.watchSignals([SIGUSR1, SIGUSR2]) { number in
            numbers.append(number)
            if numbers.count == 2 { watch?.cancel() }
        }
        // To this thread only: the test library's threads do not block them.
        raise(SIGUSR1)
        raise(SIGUSR2)
        loop.run()
        #expect(numbers.sorted() == [SIGUSR1, SIGUSR2])
    }

    @Test func `cancelling and letting go of the loop close the descriptors`() async throws {
        await #expect(processExitsWith: .success) {
            // The first new descriptor's number stays low as long as nothing leaks; the runner's own threads may open a
            // few meanwhile.
            func free() -> Int32 {
                let number = dup(0)
                close(number)
                return number
            }
            let before = free()
            for round in 0..<40 {
                let cancels = round.isMultiple(of: 2)
                let loop = try EventLoop()
                let watch = try loop.watchSignals([SIGUSR1]) { _ in }
                if cancels { watch.cancel() }
            }
            try #require(free() < before + 20)
        }
    }

    @Test func `clearing lets go of everything that waits`() throws {
        final class Kept {}
        let loop = try EventLoop()
        weak var kept: Kept?
        do {
            let object = Kept()
            kept = object
            loop.schedule(after: .seconds(60)) { [object] in _ = object }
            loop.enqueue { [object] in _ = object }
            _ = try loop.watch(0, .readable) { [object] _ in _ = object }
        }
        #expect(kept != nil)
        loop.clear()
        #expect(kept == nil)
        loop.run()
    }
}

/// What the loop's watches and timers keep alive.
@Suite("What a loop holds")
struct HoldingTests {
    /// Holds what the loop gave it, and is held by the bodies of that.
    private final class Holder {
        var watch: EventLoop.Watch?
        var timer: EventLoop.Timer?
        let loop: EventLoop

        init(_ loop: EventLoop, _ descriptor: Int32) throws {
            self.loop = loop
            watch = try loop.watch(descriptor, .readable) { _ in self.called() }
            timer = loop.schedule(after: .seconds(1000)) { self.called() }
        }

        private func called() { loop.stop() }
    }

    @Test func `clear lets go of everybody, and then nobody holds the loop`() throws {
        let pipe = try Pipe()
        weak var holder: Holder?
        weak var loop: EventLoop?
        do {
            let made = try EventLoop()
            loop = made
            let held = try Holder(made, pipe.reader)
            holder = held
            made.clear()
        }
        #expect(holder == nil && loop == nil)
    }

    @Test func `a cancelled watch lets go of its handler, one that cancels itself after it has returned`() throws {
        let pipe = try Pipe()
        let loop = try EventLoop()
        weak var witness: Pipe?
        var watch: EventLoop.Watch?
        do {
            let held = try Pipe()
            witness = held
            watch = try loop.watch(pipe.reader, .readable) { _ in
                watch?.cancel()
                held.write("x")
                #expect(held.read() == "x")
            }
        }
        #expect(witness != nil)
        pipe.write("x")
        loop.run()
        #expect(witness == nil)
    }
}
