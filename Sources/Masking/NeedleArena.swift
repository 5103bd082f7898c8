import Diagnostics

/// The bytes of all needles, in secret memory.
///
/// They never move and are kept to the end of the run.
final class NeedleArena {
    private static let largestSegment = 64 * 1024

    private var segments: [SecretArray<UInt8>] = []
    private var used = 0
    private(set) var secretBytes = 0

    /// Makes room so that the next `store` of `count` bytes cannot fail.
    func reserve(_ count: Int) throws(Failure) {
        let room = segments.last?.count ?? 0
        guard used + count > room else { return }
        let size = max(count, min(NeedleArena.largestSegment, max(16 * 1024, secretBytes)))
        segments.append(try SecretArray(count: size))
        secretBytes += size
        used = 0
    }

    /// Copies `text` and gives its place.
    ///
    /// `reserve` came before.
    func store(_ text: Span<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard let segment = segments.last else { preconditionFailure("store needs room: call reserve first") }
        let start = used
        precondition(start + text.count <= segment.count, "store stays inside of what reserve made")
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return }
            unsafe (segment.base + start).update(from: first, count: bytes.count)
        }
        used += text.count
        return unsafe UnsafeBufferPointer(start: segment.base + start, count: text.count)
    }

    /// Takes the last `count` bytes stored back and wipes them.
    func takeBack(_ count: Int) {
        guard let segment = segments.last, count <= used else { return }
        used -= count
        for index in used..<used + count { segment[index] = 0 }
    }
}
