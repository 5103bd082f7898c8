import CSystemShims
import Diagnostics
import EventLoop
import SecretMemory

/// One pipe that a child writes: read into secret memory as it fills, lent to the handler, wiped.
final class OutputStream {
    let stream: SpawnStream
    private(set) var isEnded = false
    private let descriptor: Int32
    private var watch: EventLoop.Watch?
    private var isPaused = false
    /// After the cut: what was in the pipe then and is still to be delivered.
    private var remaining: Int?
    private var deliver: () -> Void = {}
    private var end: () -> Void = {}

    /// Takes `descriptor` over.
    init(_ stream: SpawnStream, _ descriptor: Int32) {
        self.stream = stream
        self.descriptor = descriptor
    }

    func attach(_ spawner: Spawner, _ handlers: SpawnHandlers, ended: @escaping () -> Void) throws(Failure) {
        deliver = { [unowned self, unowned spawner] in readOnce(spawner.buffer, handlers) }
        end = { [stream] in
            handlers.ended(stream)
            ended()
        }
        watch = try spawner.loop.watch(descriptor, .readable) { [self] _ in
            if !isPaused { deliver() }
        }
    }

    // MARK: - Pausing

    func pause() {
        isPaused = true
        watch?.setInterest([])
    }

    func resume() {
        isPaused = false
        watch?.setInterest(.readable)
    }

    // MARK: - Reading

    private func readOnce(_ buffer: SecretBytes, _ handlers: SpawnHandlers) {
        let result = unsafe buffer.withUnsafeMutableBytes { room in
            unsafe readSome(descriptor, UnsafeMutableRawBufferPointer(rebasing: room[..<limit(room.count)]))
        }
        switch result {
        case .moved(let count): lend(buffer, count, handlers)
        // Somebody else has read of what was counted.
        case .later: if remaining != nil { finish() }
        case .over: finish()
        }
    }

    private func limit(_ room: Int) -> Int { min(room, remaining ?? room) }

    private func lend(_ buffer: SecretBytes, _ count: Int, _ handlers: SpawnHandlers) {
        buffer.withBytes { bytes in handlers.output(stream, bytes.extracting(0..<count)) }
        unsafe buffer.withUnsafeMutableBytes { room in
            unsafe vs_sys_wipe(room.baseAddress, count)
        }
        guard let remaining else { return }
        self.remaining = remaining - count
        if remaining == count { finish() }
    }

    /// The program has gone and somebody else keeps the pipe: what is in it now is the last that is delivered; unless
    /// `isPausable`, at once.
    func cut(isPausable: Bool) {
        guard !isEnded else { return }
        if remaining == nil {
            remaining = vs_sys_waiting_bytes(descriptor)
            if remaining == 0 { finish() }
        }
        while !isEnded, !isPausable || !isPaused { deliver() }
    }

    private func finish() {
        guard !isEnded else { return }
        let end = end
        close()
        end()
    }

    /// Stops without a word.
    func close() {
        guard !isEnded else { return }
        isEnded = true
        watch?.cancelBeforeClosing()
        watch = nil
        // They hold the child, which holds this.
        deliver = {}
        end = {}
        closeDescriptor(descriptor)
    }
}
