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
    /// The lines under the output, where a person watches.
    private(set) var screen: Screen?
    /// What the script itself prints: on standard error, and on standard output where that goes elsewhere.
    private let script = LineSource()
    private let scriptElsewhere = LineSource()
    /// Keeps lines whole where several print at a time and no screen does it.
    private let lineKeeper: LineKeeper

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
        lineKeeper = LineKeeper(loop: loop)
        output.onClosed = { [unowned self] in onOutputClosed() }
        output.onEmpty = { [unowned self] in callWritten() }
        error.onEmpty = { [unowned self] in
            screen?.queueIsEmpty()
            callWritten()
        }
        output.onStallChange = { [unowned self] in onStallChange() }
        error.onStallChange = { [unowned self] in onStallChange() }
    }

    /// Whether nothing is shown any more that programs print.
    fileprivate private(set) var isShut = false

    /// Shows nothing more of what programs print.
    func shut() { isShut = true }

    var isStalled: Bool { isTakenSlowly || screen?.isStalled == true }
    /// Whether the readers of standard output or standard error are behind.
    fileprivate var isTakenSlowly: Bool { output.isStalled || error.isStalled }

    // MARK: - Outwards

    /// What a script prints, masked call by call. Nothing is held back from one call to the next: a script knows what it
    /// prints, and could learn from a delay whether a text is the beginning of a value.
    func writeScriptText(_ text: [UInt8], to stream: Stream) {
        let stream = stream == .output ? scriptOutput : stream
        put(lines(masker.mask(text, isWatched: false), stream).span, stream, from: scriptSource(stream))
    }

    /// A message of the host's own, on standard error.
    func say(_ text: String) {
        put(lines(masker.mask(Array(text.utf8), isWatched: false), .error).span, .error, from: LineSource())
    }

    /// On one terminal both streams of the script make one line.
    private func scriptSource(_ stream: Stream) -> LineSource {
        stream == .error || screen?.hasOutput == true ? script : scriptElsewhere
    }

    /// Writes text that has passed the masker: as it comes, above the lines at the bottom of the terminal, or in whole lines.
    fileprivate func put(_ bytes: Span<UInt8>, _ stream: Stream, from source: LineSource) {
        if let screen, screen.covers(stream) { return screen.write(bytes, from: source) }
        if lineKeeper.isOn, !source.hasKeyboard { return lineKeeper.write(bytes, from: source, to: queue(stream)) }
        if !source.isEmpty { queue(stream).append(source.take().span) }
        queue(stream).append(bytes)
    }

    /// `source` prints nothing more.
    fileprivate func finish(_ stream: Stream, _ source: LineSource) {
        guard !source.isEmpty else { return }
        if let screen, screen.covers(stream) { return screen.finish(source) }
        lineKeeper.release(source)
        queue(stream).append(source.take().span)
    }

    /// One event of `--json`, on standard output.
    func writeEvent(_ event: EventRecord) {
        output.append(event.line(masker).span)
    }

    /// A line that a person is typing, masked by whoever draws it: between its characters stand the terminal's commands.
    func writeTyped(_ drawn: String) { queue(.output).append(Array(drawn.utf8).span) }

    /// What waits is written when the terminal is as it was.
    private func lines(_ text: [UInt8], _ stream: Stream) -> [UInt8] {
        if let screen, screen.isHeld, screen.covers(stream) { return text }
        return lineEnds(text)
    }

    private func lineEnds(_ text: [UInt8]) -> [UInt8] {
        returnsLines
            ? Array(text.split(separator: 10, omittingEmptySubsequences: false).joined(separator: [13, 10])) : text
    }

    /// A child's stream that is shown as it comes; with a label by whole lines, each behind it.
    func makeShownStream(_ stream: Stream, label: String? = nil, forTerminal: Bool = false) -> ShownStream {
        let labelling = label.map { LineLabel(masker.mask(Array("\($0): ".utf8))) }
        return ShownStream(
            masker.makeStream(forTerminal: forTerminal), self, stream == .output ? childOutput : stream, labelling)
    }

    /// A program's next bytes come out, in pieces that end wherever the masker stops.
    fileprivate func beginShowing(_ stream: Stream) {
        queue(stream).beginWriting()
        screen?.beginWriting()
    }

    /// They are out, and `unshown` more, or fewer, of that program's are not.
    fileprivate func endShowing(_ stream: Stream, unshown: Int, hasKeyboard: Bool) {
        let queue = queue(stream)
        queue.endWriting(unshown: unshown)
        screen?.endWriting(unshown: queue === error && !hasKeyboard ? unshown : 0)
    }

    // MARK: - The screen

    /// Makes the lines at the bottom of the terminal that standard error goes to.
    ///
    /// - Parameter hasOutput: Whether standard output goes there too.
    func makeScreen(_ loop: EventLoop, hasOutput: Bool, isColoured: Bool) -> Screen {
        let made = Screen(
            loop: loop, queue: error, script: script, hasOutput: hasOutput, isColoured: isColoured,
            mask: { [unowned self] in inward($0) }, lineEnds: { [unowned self] in lineEnds($0) })
        made.onStallChange = { [unowned self] in onStallChange() }
        screen = made
        return made
    }

    // MARK: - Several at a time

    /// Several tasks run now, or no longer: while they do, nobody's line is torn by another's.
    func keepLines(_ areSeveral: Bool) { lineKeeper.set(areSeveral) }

    /// The script waits for an answer: what it has printed of a line is seen first.
    func showUnfinished() {
        for source in [script, scriptElsewhere] { lineKeeper.release(source) }
    }

    /// The run ends: what has waited for others is written, and from now on all comes as it is.
    func finishLines() {
        screen?.turnOff()
        lineKeeper.end()
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
        screen?.flush()
        callWritten()
    }

    private func callWritten() {
        guard output.isEmpty, error.isEmpty else { return }
        let bodies = written
        written = []
        for body in bodies { body() }
    }

    /// The run is being stopped: whoever is to end must not wait for a reader that has stalled.
    func beginEnding() {
        output.beginEnding()
        error.beginEnding()
    }

    /// Writes what is left, for a short time: a run that was stopped ends although nobody reads.
    func drain() {
        let patience = Duration.seconds(1)
        output.drain(limit: .seconds(5), patience: patience)
        error.drain(limit: .seconds(screen?.hasOutput == true ? 5 : 2), patience: patience)
    }

    /// What goes to one terminal goes through one queue: what waits is neither torn nor overtaken.
    private func queue(_ stream: Stream) -> OutputQueue {
        stream == .output && screen?.hasOutput != true ? output : error
    }
}

extension String {
    /// As `printable`, but line ends stay: a reason may list things.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}

/// One stream of one child, masked and shown.
final class ShownStream {
    let masking: MaskingStream
    private let gate: Gate
    private let stream: Gate.Stream
    private let source = LineSource()
    private var labelling: LineLabel?
    /// What has come and is not out yet: the masker holds it back, or its line has not ended.
    private var unshown = 0

    fileprivate init(_ masking: MaskingStream, _ gate: Gate, _ stream: Gate.Stream, _ labelling: LineLabel?) {
        (self.masking, self.gate, self.stream, self.labelling) = (masking, gate, stream, labelling)
    }

    /// The program has the keyboard.
    func takeKeyboard() {
        count { 0 }
        source.hasKeyboard = true
    }

    /// Whether whoever takes it is behind. What waits for a program that has the keyboard does not stop the program itself.
    var isStalled: Bool { source.hasKeyboard ? gate.isTakenSlowly : gate.isStalled }

    /// Shows the next bytes; `copy` sees the masked ones too.
    func write(_ bytes: Span<UInt8>, copy: (Span<UInt8>) -> Void) {
        count {
            masking.write(bytes) {
                show($0)
                copy($0)
            }
            return masking.heldCount + (labelling?.count ?? 0) + source.count
        }
    }

    func finish(copy: (Span<UInt8>) -> Void) {
        count {
            masking.finish {
                show($0)
                copy($0)
            }
            labelling?.finish { put($0) }
            gate.finish(stream, source)
            return 0
        }
    }

    /// Whether readers are behind is judged when `show` has returned what is not out yet.
    private func count(_ show: () -> Int) {
        gate.beginShowing(stream)
        let before = unshown
        unshown = show()
        gate.endShowing(stream, unshown: unshown - before, hasKeyboard: source.hasKeyboard)
    }

    private func show(_ bytes: Span<UInt8>) {
        guard !gate.isShut else { return }
        guard labelling != nil else { return put(bytes) }
        labelling?.write(bytes) { put($0) }
    }

    private func put(_ bytes: Span<UInt8>) { gate.put(bytes, stream, from: source) }
}
