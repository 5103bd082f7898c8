import Diagnostics
import EventLoop
import HostProtocol
import Masking

/// The two gates: what enters Lua from outside, and every byte that leaves for a person, pass the masker here and
/// nowhere else. Nothing else in the host writes to standard output or standard error.
final class Gate {
    enum Stream: Int32 {
        case output = 1
        case error = 2
    }

    let masker: Masker
    private let output: OutputQueue
    private let error: OutputQueue
    private var written: [() -> Void] = []

    /// Called when standard output's reader has gone.
    var onOutputClosed: () -> Void = {}
    /// Why standard output or standard error could not be written, where that happened.
    var failure: Failure? { output.failure ?? error.failure }

    /// Whether the user's terminal takes line feeds as they are: a return is set before each of the host's and the script's.
    var returnsLines = false

    /// Where children's standard output is shown: a recipe's own is for its result.
    var childOutput = Stream.output
    /// Where the script's own is shown: with `--json` standard output is for events.
    var scriptOutput = Stream.output

    /// Called when the readers stall or catch up.
    var onStallChange: () -> Void = {}

    init(loop: EventLoop, masker: Masker) {
        self.masker = masker
        output = OutputQueue(1, loop: loop)
        error = OutputQueue(2, loop: loop)
        output.onClosed = { [unowned self] in onOutputClosed() }
        output.onEmpty = { [unowned self] in callWritten() }
        error.onEmpty = { [unowned self] in callWritten() }
        output.onStallChange = { [unowned self] in onStallChange() }
        error.onStallChange = { [unowned self] in onStallChange() }
    }

    var isStalled: Bool { output.isStalled || error.isStalled }

    // MARK: - Outwards

    /// What a script prints, masked call by call. Nothing is held back from one call to the next: a script knows what it
    /// prints, and could learn from a delay whether a text is the beginning of a value.
    func writeScriptText(_ text: [UInt8], to stream: Stream) {
        queue(stream == .output ? scriptOutput : stream).append(lines(masker.mask(text)).span)
    }

    /// A message of the host's own, on standard error.
    func say(_ text: String) {
        error.append(lines(masker.mask(Array(text.utf8))).span)
    }

    /// One event of `--json`, on standard output.
    func writeEvent(_ event: EventRecord) {
        output.append(event.line(masker).span)
    }

    /// A line that a person is typing, masked by whoever draws it: between its characters stand the terminal's commands.
    func writeTyped(_ drawn: String) { output.append(Array(drawn.utf8).span) }

    private func lines(_ text: [UInt8]) -> [UInt8] {
        returnsLines
            ? Array(text.split(separator: 10, omittingEmptySubsequences: false).joined(separator: [13, 10])) : text
    }

    /// A child's stream that is shown as it comes; with a label by whole lines, each behind it.
    func makeShownStream(_ stream: Stream, label: String? = nil, forTerminal: Bool = false) -> ShownStream {
        let labelling = label.map { LineLabel(masker.mask(Array("\($0): ".utf8))) }
        return ShownStream(
            masker.makeStream(forTerminal: forTerminal), queue(stream == .output ? childOutput : stream), labelling)
    }

    // MARK: - Inwards

    /// Text from outside, on its way into Lua.
    func inward(_ text: [UInt8]) -> Value { .bytes(masker.mask(text)) }

    /// Text from outside, as part of a message.
    func inward(_ text: String) -> String { String(decoding: masker.mask(Array(text.utf8)), as: UTF8.self) }

    /// Refuses a text with a value in it, where it is going to be written in another way than it stands: the masker does
    /// not know a value in small letters.
    func checkPublic(_ text: String, _ place: String) throws(Failure) {
        guard inward(text) != text else { return }
        throw Failure(
            .denied, "\(place): \(inward(text)) holds a secret", reason: "a name is public, and is looked up as one",
            hint: "write the name itself")
    }

    /// Every text of a failure, masked and printable: it may quote a server, a child, or a name that steers a terminal.
    func inward(_ failure: Failure) -> Failure {
        var masked = failure
        masked.message = inward(failure.message).printableLines
        masked.reason = inward(failure.reason).printableLines
        masked.hint = inward(failure.hint).printableLines
        return masked
    }

    // MARK: - The end

    /// Calls `body` when all that is on its way has been written; now, where nothing is.
    func whenWritten(_ body: @escaping () -> Void) {
        written.append(body)
        callWritten()
    }

    private func callWritten() {
        guard output.isEmpty, error.isEmpty else { return }
        let bodies = written
        written = []
        for body in bodies { body() }
    }

    /// Writes what is left, for a short time.
    func drain() {
        output.drain(limit: .seconds(5))
        error.drain(limit: .seconds(2))
    }

    private func queue(_ stream: Stream) -> OutputQueue { stream == .output ? output : error }
}

extension String {
    /// As `printable`, but line ends stay: a reason may list things.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}

/// One stream of one child, masked and shown.
final class ShownStream {
    private let masking: MaskingStream
    private let queue: OutputQueue
    private var labelling: LineLabel?

    fileprivate init(_ masking: MaskingStream, _ queue: OutputQueue, _ labelling: LineLabel?) {
        self.masking = masking
        self.queue = queue
        self.labelling = labelling
    }

    /// Shows the next bytes; `copy` sees the masked ones too.
    func write(_ bytes: Span<UInt8>, copy: (Span<UInt8>) -> Void) {
        masking.write(bytes) {
            show($0)
            copy($0)
        }
    }

    func finish(copy: (Span<UInt8>) -> Void) {
        masking.finish {
            show($0)
            copy($0)
        }
        labelling?.finish { queue.append($0) }
    }

    private func show(_ bytes: Span<UInt8>) {
        guard labelling != nil else { return queue.append(bytes) }
        labelling?.write(bytes) { queue.append($0) }
    }

    var leaks: Int { masking.hits.values.reduce(0, +) }
}
