import CSystemShims
import Diagnostics
import EventLoop
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is typed, on its way to a child's pseudo-terminal. A password may be among it: it is held in secret memory, at
/// most one small block ahead of what the child's terminal takes.
final class KeyboardFeed {
    /// The bytes of a block.
    static let blockBytes = 1024
    private let source: Int32
    private let ownsSource: Bool
    private let target: Int32
    private let block: SecretBytes
    /// What of `block` is still to be written.
    private var pending = 0..<0
    private var isOver = false
    private var sourceWatch: EventLoop.Watch?
    private var targetWatch: EventLoop.Watch?

    /// Makes ready to read the keyboard by way of `block`; `target` stays its caller's.
    init(_ loop: EventLoop, by block: SecretBytes, to target: Int32) throws(Failure) {
        self.block = block
        let own = vs_sys_terminal_reopen(Terminal.keyboard)
        ownsSource = own >= 0
        source = ownsSource ? own : Terminal.keyboard
        // A descriptor of its own: the loop waits for one thing on each, and `target` is waited for by its reader.
        self.target = fcntl(target, F_DUPFD_CLOEXEC, 3)
        targetWatch = try loop.watch(self.target, []) { [unowned self] _ in writeOnce() }
        sourceWatch = try loop.watch(source, []) { [unowned self] _ in readOnce() }
    }

    deinit { stop() }

    /// Begins to read.
    func begin() { sourceWatch?.setInterest(.readable) }

    private func readOnce() {
        guard pending.isEmpty, !isOver else { return }
        let count = unsafe block.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, $0.count) }
        if count > 0 {
            pending = 0..<count
            writeOnce()
        } else if count == 0 || ![EAGAIN, EINTR].contains(errno) {
            end()
        }
    }

    private func writeOnce() {
        guard !pending.isEmpty, !isOver else { return }
        let count = unsafe block.withUnsafeBytes { bytes in
            unsafe write(target, bytes.baseAddress?.advanced(by: pending.lowerBound), pending.count)
        }
        if count >= 0 {
            pending = (pending.lowerBound + count)..<pending.upperBound
        } else if ![EAGAIN, EINTR].contains(errno) {
            return stop()
        }
        if pending.isEmpty { wipe() }
        sourceWatch?.setInterest(pending.isEmpty ? .readable : [])
        targetWatch?.setInterest(pending.isEmpty ? [] : .writable)
    }

    /// The keyboard has gone: a program that reads lines is told so.
    func end() {
        guard !isOver else { return }
        let number = vs_sys_terminal_end_of_input(target)
        if number > 0 {
            let bytes = [UInt8(truncatingIfNeeded: number)]
            _ = unsafe bytes.withUnsafeBytes { unsafe write(target, $0.baseAddress, $0.count) }
        }
        stop()
    }

    /// Stops reading; what was typed and not taken is dropped.
    func stop() {
        guard !isOver else { return }
        isOver = true
        sourceWatch?.cancel()
        targetWatch?.cancel()
        wipe()
        if ownsSource { close(source) }
        close(target)
    }

    private func wipe() { unsafe block.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) } }
}
