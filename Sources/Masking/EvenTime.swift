import CSystemShims
import Diagnostics

/// Makes the time that masking takes a matter of what anybody sees of a text: its length, its line breaks, its masks.
///
/// A place where a form of a value begins, and does not go on, costs up to some hundred times what another does. A script
/// that has its guesses masked would find a value by that, byte for byte. So a text of `n` bytes takes the processor as long
/// as the most that one of `n` bytes can need: what is left of that is waited for, at work, so that neither the clock nor the
/// processor's accounts tell. One for a run, off at first.
///
/// The costs are those of docs/performance.md, "The time of masking", with room for a busy machine. Where a processor is
/// slower than the one that they were measured on they are larger.
final class EvenTime {
    var isOn = false

    /// What a text may cost, in nanoseconds of work.
    struct Cost {
        /// Of a write or an end, however short.
        static let write: Int64 = 8_000
        static let byte: Int64 = 50
        static let lineBreak: Int64 = 1_500
        /// A form that is there, whether a mask stands for it or lies around it.
        static let find: Int64 = 2_000

        var bytes: Int
        var lineBreaks: Int
        var finds = 0

        func nanoseconds(scale: Double) -> Int64 {
            let total =
                Cost.write + Int64(bytes) * Cost.byte + Int64(lineBreaks) * Cost.lineBreak + Int64(finds) * Cost.find
            return Int64(Double(total) * scale)
        }
    }

    /// So much of a text may be held, or be looked at again: what counts is what may be and not what is.
    struct AtHand {
        /// The bytes of the text, up to 4096.
        var bytes = 0
        /// Its line ends, up to 64, and those so near that what is held is looked at through them again.
        var lineEnds = 0
        var nearLineEnds = 0
    }

    /// Of the text in work, as its first stream has it: where a text is for those after it hangs on what that one holds.
    var atHand = AtHand()

    /// What one piece of work gives, to be handed on when its time is over: its pieces between two masks as one.
    @safe final class Output {
        private static let room = 80 * 1024
        private let base: UnsafeMutablePointer<UInt8>
        /// nil where secret memory is used up: then it is in ordinary memory, from which each piece is wiped when it has been handed on.
        private let secret: SecretArray<UInt8>?
        private(set) var count = 0

        init() {
            secret = try? SecretArray(count: Output.room)
            unsafe base = secret?.base ?? .allocate(capacity: Output.room)
        }

        deinit { if secret == nil { unsafe base.deallocate() } }

        var isEmpty: Bool { count == 0 }

        /// Takes a piece; what has no room is handed on.
        func append(_ piece: Span<UInt8>, _ sink: MaskingStream.Sink) {
            var first = 0
            while first < piece.count {
                if count == Output.room { flush(sink) }
                let end = min(piece.count, first + Output.room - count)
                unsafe piece.extracting(first..<end).withUnsafeBufferPointer { part in
                    guard let base = part.baseAddress else { return }
                    // In bounds: there is room for so many.
                    unsafe (self.base + count).update(from: base, count: part.count)
                }
                count += end - first
                first = end
            }
        }

        func flush(_ sink: MaskingStream.Sink) {
            guard count > 0 else { return }
            sink(unsafe UnsafeBufferPointer(start: base, count: count).span, nil)
            unsafe vs_sys_wipe(base, count)
            count = 0
        }
    }

    private var outputs: [Output] = []

    /// Room for what a piece of work gives.
    func lend() -> Output { outputs.popLast() ?? Output() }
    func takeBack(_ output: Output) { outputs.append(output) }

    /// How much slower this processor is than the one that the costs were measured on; never less than 1.
    private lazy var scale: Double = {
        var best = Int64.max
        for _ in 0..<5 { best = min(best, vs_sys_reference_work()) }
        return max(1, Double(best) / Double(VS_SYS_REFERENCE_NANOSECONDS))
    }()

    /// Works until `cost` is spent of this thread's time, which began at `start`.
    func spend(_ cost: Cost, since start: Int64) {
        vs_sys_work_until(start + cost.nanoseconds(scale: scale))
    }

    /// This thread's time, in nanoseconds.
    static var now: Int64 { vs_sys_thread_time() }
}
