import Diagnostics
import HostProtocol
import Masking
import SecretMemory

/// What becomes of one stream of a child: shown as it comes, captured, or taken as a secret. Text passes the masker in
/// each case; the last part of it is kept for the error of a child that fails.
final class ChildOutput {
    private enum Way {
        case shown(ShownStream)
        case captured(MaskingStream)
        case secret(SecretBuffer)
        case dropped(MaskingStream)
    }

    private static let tailBytes = 4096

    private let way: Way
    private let maximum: Int
    private var text: [UInt8] = []
    private var received = 0
    private(set) var isOverflowing = false
    /// The text continues where the other stream of a merged capture stopped; false where lines are kept apart.
    private let keepsAll: Bool

    /// Captured as masked text of at most `maximum` bytes.
    static func captured(_ gate: Gate, maximum: Int64) -> ChildOutput {
        ChildOutput(.captured(gate.masker.makeStream()), maximum: Int(maximum), keepsAll: true)
    }

    /// Shown on the host's own stream.
    static func shown(_ gate: Gate, _ stream: Gate.Stream) -> ChildOutput {
        ChildOutput(.shown(gate.makeShownStream(stream)), maximum: 0, keepsAll: false)
    }

    /// Neither shown nor captured, but for the tail (`quiet`).
    static func dropped(_ gate: Gate) -> ChildOutput {
        ChildOutput(.dropped(gate.masker.makeStream()), maximum: 0, keepsAll: false)
    }

    /// Taken as a value of at most `maximum` bytes.
    static func secret(maximum: Int64) throws(Failure) -> ChildOutput {
        let most = secretBound(maximum)
        return ChildOutput(.secret(try SecretBuffer(maximumCount: max(1, most))), maximum: most, keepsAll: false)
    }

    /// The most that is taken as a value, whatever `maxOutput` allows: more would not fit into secret memory.
    static func secretBound(_ maximum: Int64) -> Int { Int(min(maximum, 1 << 20)) }

    private init(_ way: Way, maximum: Int, keepsAll: Bool) {
        self.way = way
        self.maximum = maximum
        self.keepsAll = keepsAll
    }

    func write(_ bytes: Span<UInt8>) {
        // What came counts, not what the masker let through: whether text is held back would tell of a value's start.
        received += bytes.count
        if keepsAll, received > maximum { isOverflowing = true }
        switch way {
        case .shown(let stream): stream.write(bytes) { keep($0) }
        case .captured(let stream), .dropped(let stream): stream.write(bytes) { keep($0) }
        case .secret(let buffer):
            guard !isOverflowing else { return }
            do { try buffer.append(bytes) } catch { isOverflowing = true }
        }
    }

    func finish() {
        switch way {
        case .shown(let stream): stream.finish { keep($0) }
        case .captured(let stream), .dropped(let stream): stream.finish { keep($0) }
        case .secret: break
        }
    }

    private func keep(_ bytes: Span<UInt8>) {
        guard !isOverflowing else { return }
        unsafe bytes.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        if !keepsAll, text.count > 16 * Self.tailBytes { text.removeFirst(text.count - Self.tailBytes) }
    }

    // MARK: - Afterwards

    /// The captured text; nil where it was not captured.
    var capturedText: Value? { keepsAll ? .bytes(text) : nil }

    /// The end of the text, from the start of a line where there is one.
    var tail: [UInt8] {
        let end = text.suffix(Self.tailBytes)
        guard end.count < text.count, let newline = end.firstIndex(of: 10) else { return Array(end) }
        return Array(end[(newline + 1)...])
    }

    /// The value that was taken; one line end at its end is dropped unless `keepsLineEnd`.
    func takeSecret(keepsLineEnd: Bool) throws(Failure) -> SecretBytes? {
        guard case .secret(let buffer) = way else { return nil }
        let value = try buffer.take()
        guard !keepsLineEnd else { return value }
        let count = value.withBytes { bytes in
            guard bytes.count > 0, bytes[bytes.count - 1] == 10 else { return bytes.count }
            return bytes.count > 1 && bytes[bytes.count - 2] == 13 ? bytes.count - 2 : bytes.count - 1
        }
        value.truncate(to: count)
        return value
    }

    /// How many finds were masked.
    var leaks: Int {
        switch way {
        case .shown(let stream): stream.leaks
        case .captured(let stream), .dropped(let stream): stream.hits.values.reduce(0, +)
        case .secret: 0
        }
    }
}
