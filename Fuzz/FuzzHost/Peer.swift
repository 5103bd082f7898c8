import CFuzzFence
import Foundation
import HostProtocol

/// The hostile worker's end of the wire: sends its steps and keeps every byte that the host sends.
///
/// On a thread of its own while the host runs on the main one; what it has is read only after `join()`.
final class Peer: @unchecked Sendable {
    private let wire: Int32
    private let process: Int32
    private let steps: [Step]
    private var reader = MessageReader()
    private var pending: [UInt8] = []
    private var isAtEnd = false
    private let done = DispatchSemaphore(value: 0)
    private var owed = 0
    /// All that the host sent.
    private(set) var received: [UInt8] = []
    /// The same as messages.
    private(set) var messages: [Message] = []
    /// Whether what the host sent was no message.
    private(set) var isViolated = false

    init(wire: Int32, process: Int32, steps: [Step]) {
        self.wire = wire
        self.process = process
        self.steps = steps
    }

    func start() {
        Thread.detachNewThread { [self] in
            run()
            done.signal()
        }
    }

    /// Ends the wire and waits; what the host had written is read to its end.
    func join() {
        shutdown(wire, Int32(SHUT_RDWR))
        done.wait()
    }

    private func run() {
        for step in steps where !isAtEnd {
            switch step {
            case .send(let bytes, let isRequest):
                pending += bytes
                if isRequest { owed += 1 }
                pump(milliseconds: 0)
            case .settle: while !isAtEnd, owed > 0 || !pending.isEmpty, pump(milliseconds: 20) {}
            }
        }
        // A stream that has lost its place is no end for the host: the worker's death is.
        while !isAtEnd, pump(milliseconds: 200) {}
        vs_fuzz_kill(process)
        while !isAtEnd { pump(milliseconds: 1000) }
    }

    /// Writes and reads once. False when nothing happened for that long.
    @discardableResult
    private func pump(milliseconds: Int32) -> Bool {
        let wanted = POLLIN | (pending.isEmpty ? 0 : POLLOUT)
        var poller = pollfd(fd: wire, events: Int16(wanted), revents: 0)
        guard unsafe poll(&poller, 1, milliseconds) > 0 else { return false }
        if poller.revents & Int16(POLLOUT) != 0 { writeOnce() }
        if poller.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { readOnce() }
        return true
    }

    private func writeOnce() {
        let count = unsafe pending.withUnsafeBytes {
            unsafe send(wire, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count > 0 { pending.removeFirst(count) } else if errno != EAGAIN { pending = [] }
    }

    private func readOnce() {
        var room = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(wire, $0.baseAddress, $0.count) }
        guard count > 0 else {
            isAtEnd = count == 0 || errno != EAGAIN
            return
        }
        received += room[..<count]
        reader.append(room.span.extracting(0..<count))
        do {
            while let message = try reader.next() {
                messages.append(message)
                owed -= 1
            }
        } catch { isViolated = true }
    }
}
