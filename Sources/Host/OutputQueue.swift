import CSystemShims
import Diagnostics
import EventLoop

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes on their way to standard output or standard error. Never blocks: what the reader does not take yet waits here,
/// and above a size (`Backlog`) whoever produces it is asked to pause.
///
/// A pipe or terminal is opened anew, because making the inherited descriptor non-blocking would do so for everybody
/// who shares it; where that is refused it is written in pieces of PIPE_BUF after it was reported writable.
final class OutputQueue {
    /// While a run is being stopped: what deferred functions and ending programs print has room, whoever is behind.
    private static let endingStallBytes = 16 << 20
    private static let pieceBytes = 4096
    /// What has been written is let go of when it is more.
    private static let mostWritten = 1 << 20

    private let loop: EventLoop
    private let descriptor: Int32
    private let writesAtOnce: Bool
    private var pending: [UInt8] = []
    private var start = 0
    private var watch: EventLoop.Watch?
    /// The reader has gone (EPIPE); all further bytes are dropped.
    private(set) var isClosed = false
    /// Why nothing can be written any more, where it is not that the reader has gone.
    private(set) var failure: Failure?
    private let name: String
    /// Called when the reader has gone.
    var onClosed: () -> Void = {}
    /// Called when all that had to wait has been written, or never will be.
    var onEmpty: () -> Void = {}
    /// Called when the queue crosses that size in either direction.
    var onStallChange: () -> Void = {}
    private var backlog = Backlog()
    var isStalled: Bool { backlog.isStalled }

    var isEmpty: Bool { start == pending.count }

    init(_ standard: Int32, loop: EventLoop) {
        self.loop = loop
        name = standard == 1 ? "standard output" : "standard error"
        let own = vs_sys_reopen_for_writing(standard)
        descriptor = own >= 0 ? own : standard
        writesAtOnce = own >= 0 || Self.isRegularFile(standard)
    }

    private static func isRegularFile(_ descriptor: Int32) -> Bool {
        var info = stat()
        return unsafe fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }

    func append(_ bytes: Span<UInt8>) {
        guard !isClosed, !bytes.isEmpty else { return }
        if isEmpty {
            pending.removeAll(keepingCapacity: true)
            start = 0
        }
        unsafe bytes.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
        if watch == nil { flush() }
        updateStall()
    }

    /// Writes what the descriptor takes now, and waits for more room where something is left.
    private func flush() {
        guard writesAtOnce || watch != nil else { return waitForRoom() }
        while !isEmpty {
            let written = writeOnce()
            if written > 0 {
                start += written
                if !writesAtOnce { break }
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                return close(errno)
            }
        }
        isEmpty ? stopWaiting() : waitForRoom()
    }

    private func writeOnce() -> Int {
        let most = writesAtOnce ? 1 << 18 : Self.pieceBytes
        return unsafe pending.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + most)])
            return unsafe write(descriptor, rest.baseAddress, rest.count)
        }
    }

    private func waitForRoom() {
        guard watch == nil else { return }
        watch = try? loop.watch(descriptor, .writable) { [unowned self] _ in
            flush()
            updateStall()
        }
        if watch == nil { close(EIO) }
    }

    private func stopWaiting() {
        guard watch != nil else { return }
        watch?.cancel()
        watch = nil
        onEmpty()
    }

    private func updateStall() {
        if start > Self.mostWritten {
            pending.removeFirst(start)
            start = 0
        }
        if backlog.judge(pending.count - start) { onStallChange() }
    }

    /// Somebody writes in pieces, and says at the end what of it is still to come.
    func beginWriting() { backlog.isBeingWritten = true }

    /// `unshown` more, or fewer, are still to come.
    func endWriting(unshown: Int) {
        backlog.add(unshown: unshown)
        updateStall()
    }

    /// The run is being stopped: nobody waits for the reader until far more is waiting.
    func beginEnding() {
        backlog.most = Self.endingStallBytes
        updateStall()
    }

    /// Nothing more can be written.
    private func lose(_ error: Int32) {
        isClosed = true
        if error != EPIPE {
            failure = Failure(
                .io, "\(name) cannot be written", reason: unsafe String(cString: strerror(error)),
                hint: "what was printed is lost: look at where it goes")
        }
        pending.removeAll()
        start = 0
    }

    private func close(_ error: Int32) {
        lose(error)
        stopWaiting()
        updateStall()
        if error == EPIPE { onClosed() }
    }

    /// Writes everything left, for at most `limit`, and no longer than `patience` for a reader that takes nothing; used
    /// once, at the end, when the loop no longer runs.
    func drain(limit: Duration, patience: Duration) {
        let deadline = ContinuousClock.now + limit
        var hopeEnds = ContinuousClock.now + patience
        while !isEmpty, !isClosed, ContinuousClock.now < min(deadline, hopeEnds) {
            var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&poller, 1, 100) >= 0 || errno == EINTR else { return }
            guard poller.revents != 0 else { continue }
            let written = writeOnce()
            if written > 0 {
                start += written
                hopeEnds = ContinuousClock.now + patience
            } else if errno != EAGAIN && errno != EINTR {
                return lose(errno)
            }
        }
    }
}
