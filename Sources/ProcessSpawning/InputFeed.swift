import Diagnostics
import EventLoop
import SecretMemory

/// What fills the pipe that a child reads as its standard input.
protocol InputFeed: AnyObject {
    /// Stops and closes the pipe. Harmless when it has ended.
    func stop()
}

/// Bytes that are known: written as the pipe takes them, straight from where they are.
final class BytesFeed: InputFeed {
    private let pipe: Int32
    private var value: SpawnValue?
    private var written = 0
    private var watch: EventLoop.Watch?

    /// Takes `pipe` over.
    init(_ loop: EventLoop, _ pipe: Int32, _ value: SpawnValue) throws(Failure) {
        self.pipe = pipe
        self.value = value
        do {
            watch = try loop.watch(pipe, .writable) { [unowned self] _ in writeOnce() }
        } catch {
            closeDescriptor(pipe)
            throw error
        }
    }

    private func writeOnce() {
        guard let value else { return }
        guard written < value.count else { return stop() }
        let result = unsafe value.withUnsafeBytes { bytes in
            // The pipe takes no more than its own size at once.
            unsafe writeSome(pipe, UnsafeRawBufferPointer(rebasing: bytes[written...].prefix(1 << 20)))
        }
        switch result {
        case .moved(let count):
            written += count
            if written == value.count { stop() }
        case .later: break
        // EPIPE: the child does not want the rest.
        case .over: stop()
        }
    }

    func stop() {
        guard value != nil else { return }
        value = nil
        watch?.cancel()
        watch = nil
        closeDescriptor(pipe)
    }
}

/// Bytes from a descriptor of the host's: at most one small block is read ahead of the child.
final class RelayFeed: InputFeed {
    private static let blockBytes = 4096
    private let source: Int32
    private let pipe: Int32
    private let block: SecretBytes
    /// What of `block` is still to be written.
    private var pending = 0..<0
    private var isOver = false
    private var sourceWatch: EventLoop.Watch?
    private var pipeWatch: EventLoop.Watch?

    /// Takes `pipe` over; `source` stays its caller's.
    init(_ loop: EventLoop, from source: Int32, to pipe: Int32) throws(Failure) {
        self.source = source
        self.pipe = pipe
        do {
            block = try SecretBytes(count: RelayFeed.blockBytes)
        } catch {
            closeDescriptor(pipe)
            throw error
        }
        do {
            // An empty interest still tells when the child has closed its end: then nothing more may be read.
            pipeWatch = try loop.watch(pipe, []) { [unowned self] readiness in
                if readiness.contains(.error) { stop() } else { writeOnce() }
            }
            sourceWatch = try loop.watch(source, .readable) { [unowned self] _ in readOnce() }
        } catch {
            stop()
            throw error
        }
    }

    /// Once a readiness: the source may be a terminal, which another read would wait for.
    private func readOnce() {
        guard pending.isEmpty else { return }
        switch unsafe block.withUnsafeMutableBytes({ room in unsafe readSome(source, room) }) {
        case .moved(let count):
            pending = 0..<count
            writeOnce()
        case .later: break
        case .over: stop()
        }
    }

    private func writeOnce() {
        guard !isOver, !pending.isEmpty else { return }
        let result = unsafe block.withUnsafeBytes { bytes in
            unsafe writeSome(pipe, UnsafeRawBufferPointer(rebasing: bytes[pending]))
        }
        switch result {
        case .moved(let count): pending = (pending.lowerBound + count)..<pending.upperBound
        case .later: break
        case .over: return stop()
        }
        sourceWatch?.setInterest(pending.isEmpty ? .readable : [])
        pipeWatch?.setInterest(pending.isEmpty ? [] : .writable)
    }

    func stop() {
        guard !isOver else { return }
        isOver = true
        sourceWatch?.cancel()
        pipeWatch?.cancel()
        block.wipe()
        closeDescriptor(pipe)
    }
}
