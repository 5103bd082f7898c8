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
        /// Taken whole before any of it is text: a value, or JSON with values in it.
        case secret(SecretBuffer)
        case dropped(MaskingStream)
        /// The child writes it elsewhere itself: nothing comes.
        case elsewhere
    }

    private static let tailBytes = 4096
    /// More than this waiting for `lines()` and the child waits too.
    private static let linesAheadBytes = 1 << 20

    private let way: Way
    /// Masks the end of what is shown on a terminal, and counts its finds: the terminal's own masks come after the first
    /// bytes of a value, which may be those of a text that the script has made.
    private let endMasking: MaskingStream?
    private let maximum: Int
    private let budget: TextBudget?
    private var text: [UInt8] = []
    /// The end of all text, whatever was given out of it.
    private var end: [UInt8] = []
    /// What `takeLines` has given.
    private var taken = 0
    /// Where the last whole line of `text` ends.
    private var wholeEnd = 0
    private var received = 0
    /// What of that no `takeLines` has given, its masks as long as what they stand for.
    ///
    /// All limits are judged by what came. Whether the masker holds text back would tell of a value's beginning.
    private var unclaimed = 0
    /// The line that is not whole, as it came.
    private var openLine = 0
    /// What of the budget it has: as much as came, and what masks are longer than that.
    private var charged = 0
    private var isByLine = false
    private var pace = LinePace()
    /// Lines before this place of `text` may be given.
    private var dueEnd = 0
    /// Where lines may be taken, what of `openLine` the masker does not have: the text may end before it.
    private var withheld: SecretBuffer?
    private let mayBeByLine: Bool
    /// A line came that is larger than `maxOutput`: the text ends before it.
    private var endsEarly = false
    private var isDiscarded = false
    private var isSpent = false
    /// Secret memory is used up, which no script may be told otherwise than by its end.
    private var lack: Failure?
    /// As it came, where its text is made at the end only, by values that are known then.
    ///
    /// Masked twice it would be laid bare: a value of which a mask has taken the beginning is not found any more.
    private var later: SecretBuffer?
    private var isForLater = false
    private(set) var isEnded = false

    /// Captured as masked text of at most `maximum` bytes, which may be taken by line or not.
    static func captured(_ gate: Gate, maximum: Int64, _ budget: TextBudget, byLine: Bool = false) -> ChildOutput {
        ChildOutput(.captured(gate.masker.makeStream()), maximum: Int(maximum), budget, mayBeByLine: byLine)
    }

    /// Shown on the host's own stream.
    static func shown(_ gate: Gate, _ stream: Gate.Stream, label: String?, forTerminal: Bool = false) -> ChildOutput {
        ChildOutput(
            .shown(gate.makeShownStream(stream, label: label, forTerminal: forTerminal)), maximum: 0,
            endMasking: forTerminal ? gate.masker.makeStream() : nil)
    }

    /// Neither shown nor captured, but for the tail (`quiet`).
    static func dropped(_ gate: Gate) -> ChildOutput {
        ChildOutput(.dropped(gate.masker.makeStream()), maximum: 0)
    }

    /// Written to a file by the child.
    static func elsewhere() -> ChildOutput { ChildOutput(.elsewhere, maximum: 0) }

    /// Taken into secret memory, at most `maximum` bytes of it and 1 MiB.
    static func secret(maximum: Int64) throws(Failure) -> ChildOutput {
        let most = secretBound(maximum)
        return ChildOutput(.secret(try SecretBuffer(maximumCount: max(1, most))), maximum: most)
    }

    /// The most that is taken as a value, whatever `maxOutput` allows: more would not fit into secret memory.
    static func secretBound(_ maximum: Int64) -> Int { Int(min(maximum, 1 << 20)) }

    private init(
        _ way: Way, maximum: Int, _ budget: TextBudget? = nil, endMasking: MaskingStream? = nil,
        mayBeByLine: Bool = false
    ) {
        self.way = way
        self.mayBeByLine = mayBeByLine
        self.endMasking = endMasking
        self.maximum = maximum
        self.budget = budget
    }

    deinit { budget?.give(charged) }

    // MARK: - As it comes

    func write(_ bytes: Span<UInt8>) {
        received += bytes.count
        if isCaptured, !isDiscarded, !isSpent { count(bytes) }
        if later != nil { keepLater(bytes) }
        guard !endsEarly else { return }
        defer {
            chargeMasks()
            judgeLine()
        }
        switch way {
        case .shown(let stream):
            stream.write(bytes) { if endMasking == nil { keep($0) } }
            endMasking?.write(bytes) { keep($0) }
        case .captured(let stream) where mayBeByLine && !isDiscarded: writeLines(bytes, stream)
        case .captured(let stream), .dropped(let stream): stream.write(bytes) { keep($0) }
        case .secret(let buffer):
            guard !isSpent else { return }
            do throws(Failure) {
                try buffer.append(bytes)
            } catch {
                isSpent = true
                if error.endsRun { lack = error }
            }
        case .elsewhere: break
        }
    }

    func finish() {
        guard !endsEarly else {
            isEnded = true
            return
        }
        switch way {
        case .shown(let stream):
            stream.finish { if endMasking == nil { keep($0) } }
            endMasking?.finish { keep($0) }
        case .captured(let stream), .dropped(let stream):
            writeWithheld(stream)
            stream.finish { keep($0) }
        case .secret, .elsewhere: break
        }
        chargeMasks()
        isEnded = true
    }

    /// Ends the text before a line that is too large, wherever the masker stops: what is held back must not decide which
    /// lines are given.
    private func judgeLine() {
        guard isByLine, !isDiscarded, !isEnded, !endsEarly, openLine > maximum, case .captured(let stream) = way else {
            return
        }
        stream.finish { keep($0) }
        endsEarly = true
        text.removeLast(text.count - max(wholeEnd, taken))
    }

    /// What the script has not been given yet, its masks as long as they are. What is held back counts as it came.
    private var waiting: Int {
        guard case .captured(let stream) = way else { return 0 }
        return text.count - taken + stream.heldCount + (withheld?.count ?? 0)
    }

    /// Hands on whole lines; of the one that is open no more than has to be.
    private func writeLines(_ bytes: Span<UInt8>, _ stream: MaskingStream) {
        var rest = bytes
        if let last = bytes.indices.last(where: { bytes[$0] == 10 }) {
            writeWithheld(stream)
            stream.write(bytes.extracting(...last)) { keep($0) }
            pace.lineCame()
            rest = bytes.extracting((last + 1)...)
        }
        guard !rest.isEmpty else { return }
        guard openLine <= LinePace.longestOpenLine else {
            writeWithheld(stream)
            return stream.write(rest) { keep($0) }
        }
        do throws(Failure) {
            if withheld == nil { withheld = try SecretBuffer(maximumCount: LinePace.longestOpenLine) }
            try withheld?.append(rest)
        } catch {
            (isSpent, lack) = (true, error)
        }
    }

    private func writeWithheld(_ stream: MaskingStream) {
        withheld?.withBytes { bytes in stream.write(bytes) { keep($0) } }
        withheld = nil
    }

    private func count(_ bytes: Span<UInt8>) {
        unclaimed += bytes.count
        for index in bytes.indices {
            openLine = bytes[index] == 10 ? 0 : openLine + 1
        }
        charge(bytes.count)
    }

    private func charge(_ count: Int) {
        guard let budget, count > 0 else { return }
        if budget.take(count) { charged += count } else { isSpent = true }
    }

    /// Not before the masker has all that came: what it has given alone would leave out what it holds back.
    private func chargeMasks() {
        guard !isDiscarded, !isSpent, !isForLater else { return }
        charge(waiting - charged)
    }

    private func release(_ count: Int) {
        budget?.give(count)
        charged -= count
    }

    private func keep(_ bytes: Span<UInt8>) {
        guard !isDiscarded, !isSpent, !isForLater else { return }
        keepEnd(bytes)
        guard isCaptured else { return }
        unsafe bytes.withUnsafeBufferPointer { piece in
            if let newline = unsafe piece.lastIndex(of: 10) { wholeEnd = text.count + newline + 1 }
            unsafe text.append(contentsOf: piece)
        }
    }

    private func keepEnd(_ bytes: Span<UInt8>) {
        end.append(copying: bytes.extracting(max(0, bytes.count - 2 * Self.tailBytes)..<bytes.count))
        // One byte more than is given tells that there was more.
        if end.count > 16 * Self.tailBytes { end.removeFirst(end.count - Self.tailBytes - 1) }
    }

    /// What comes becomes text when `reveal` says that all values are known.
    func waitForValues() throws(Failure) {
        if case .elsewhere = way { return }
        later = try SecretBuffer(maximumCount: max(1, Self.secretBound(isCaptured ? Int64(maximum) : .max)))
        isForLater = true
    }

    private func keepLater(_ bytes: Span<UInt8>) {
        guard !isSpent, !isDiscarded else { return }
        do throws(Failure) {
            try later?.append(bytes)
        } catch {
            if error.endsRun || isCaptured { isSpent = true }
            if error.endsRun { lack = error }
            later = nil
        }
    }

    /// Makes the text, which was waited for; nothing of it where not all values are known that may be in it.
    func reveal(_ masker: Masker, isComplete: Bool) {
        guard let buffer = later else { return }
        later = nil
        guard isComplete, !isDiscarded else { return }
        let stream = masker.makeStream()
        func take(_ piece: Span<UInt8>) {
            keepEnd(piece)
            if isCaptured { text.append(copying: piece) }
        }
        buffer.withBytes { bytes in stream.write(bytes) { take($0) } }
        stream.finish { take($0) }
    }

    /// Whether it is captured as text.
    var isCaptured: Bool { budget != nil }
    /// Whether it is shown, and whoever takes it is behind.
    var isStalled: Bool { if case .shown(let stream) = way { stream.isStalled } else { false } }
    /// It is of a program that has the keyboard.
    func takeKeyboard() { if case .shown(let stream) = way { stream.takeKeyboard() } }

    // MARK: - Limits

    /// Why the child has to be stopped, whoever waits for it: secret memory or the room for captured text is used up,
    /// or one line is larger than `maxOutput`.
    func excess(_ program: String) -> Failure? {
        if isSpent { return lack ?? (isCaptured && !isForLater ? noRoom(program) : tooMuch(program)) }
        guard endsEarly, !isDiscarded, !hasWholeLine else { return nil }
        return Failure(
            .limit, "\(program) printed a line of more than \(maximum) bytes",
            reason: "lines() holds a line in memory until it is whole", hint: "raise maxOutput, or take the text whole")
    }

    /// More came than a caller who wants all of it can be given.
    func excessAsWhole(_ program: String) -> Failure? {
        guard isCaptured, !isDiscarded else { return excess(program) }
        return (isByLine ? unclaimed : received) > maximum ? tooMuch(program) : excess(program)
    }

    /// Nobody takes what comes, and it is enough: the child should wait.
    var isFull: Bool {
        guard isCaptured, !isDiscarded, !isEnded else { return false }
        return isByLine ? unclaimed > Self.linesAheadBytes : received > maximum
    }

    private func noRoom(_ program: String) -> Failure {
        Failure(
            .limit, "there is no room for what \(program) prints",
            reason: "captured output is held in memory, \(TextBudget.totalBytes >> 20) MiB at most in one run",
            hint: "wait for other programs first, let them write to files, or leave capture out")
    }

    private func tooMuch(_ program: String) -> Failure {
        guard case .secret = way else {
            let maximum = isForLater ? Self.secretBound(Int64(maximum)) : maximum
            return Failure(
                .limit, "\(program) printed more than \(maximum) bytes",
                reason: "captured output is held in memory, \(TextBudget.totalBytes >> 20) MiB at most in one run",
                hint: "raise maxOutput, let the program write to a file, or leave capture out")
        }
        return Failure(
            .limit, "\(program) printed more than \(maximum) bytes, which is too much for a secret",
            reason: "a value is held in locked memory, of which there is little",
            hint: "let the program write to a file (stdout = { file = path }), or hand it on with pipe{ … }")
    }

    // MARK: - By line

    /// What comes is given out by `takeLines` from now on.
    func beginLines() {
        isByLine = true
        judgeLine()
    }

    /// The whole lines that are there and due, about `most` bytes of them; at the end also what is no whole line. Nil where
    /// there is nothing yet; empty at the end.
    func takeLines(_ most: Int) -> [UInt8]? {
        if isWhole { dueEnd = text.count } else { findDue() }
        let pending = text[taken..<max(taken, min(dueEnd, wholeEnd))]
        guard let end = pending.prefix(most).lastIndex(of: 10) ?? pending.firstIndex(of: 10) else {
            return isEnded || isDiscarded ? take(upTo: text.count) : nil
        }
        return take(upTo: end + 1)
    }

    /// When lines come due that are there; nil where none are.
    var linesDue: ContinuousClock.Instant? { isWhole || hasMaskerOpenLine ? nil : pace.due }

    /// Nothing more comes.
    private var isWhole: Bool { isEnded || endsEarly || isDiscarded }

    /// The text cannot end before the open line.
    private var hasMaskerOpenLine: Bool { openLine > LinePace.longestOpenLine }

    private func findDue() {
        guard case .captured(let stream) = way else { return }
        if let due = linesDue, due <= .now {
            stream.finish { keep($0) }
            chargeMasks()
            pace.textEnded()
            dueEnd = text.count
        } else {
            // Of text without masks this is a place in what came: what the masker holds has no part in it.
            let place = min(text.count, text.count + stream.heldCount - LinePace.bytesBehind)
            guard place > dueEnd else { return }
            dueEnd = place
            pace.lineWasGiven()
        }
    }

    private func take(upTo end: Int) -> [UInt8] {
        let lines = Array(text[taken..<end])
        taken = end
        unclaimed = waiting
        release(max(0, charged - unclaimed))
        if taken > Self.linesAheadBytes || taken == text.count {
            text.removeFirst(taken)
            wholeEnd -= taken
            dueEnd -= taken
            taken = 0
        }
        return lines
    }

    private var hasWholeLine: Bool { wholeEnd > taken }

    /// Nobody will ask: what comes is masked, counted and dropped, so that the child need not wait.
    func discard() {
        guard !isDiscarded, isCaptured else { return }
        isDiscarded = true
        release(charged)
        text = []
        end = []
        taken = 0
        wholeEnd = 0
        dueEnd = 0
        withheld = nil
    }

    // MARK: - Afterwards

    /// The captured text but for what was taken by line; nil where it was not captured.
    var capturedText: [UInt8]? { isCaptured ? Array(text[taken...]) : nil }

    /// The end of the text, from the start of a line where there is one.
    var tail: [UInt8] {
        let last = end.suffix(Self.tailBytes)
        guard last.count < end.count, let newline = last.firstIndex(of: 10) else { return Array(last) }
        return Array(last[(newline + 1)...])
    }

    /// Not all that came was kept.
    var isCut: Bool { isSpent }
    /// The bytes that were taken in as a secret.
    var secretBuffer: SecretBuffer? { if case .secret(let buffer) = way { buffer } else { nil } }

    /// The value that was taken; one line end at its end is dropped unless `keepsLineEnd`.
    func takeSecret(keepsLineEnd: Bool) throws(Failure) -> SecretBytes? {
        guard let value = try secretBuffer?.take() else { return nil }
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
        case .shown(let stream): (endMasking?.hits ?? stream.hits).values.reduce(0, +)
        case .captured(let stream), .dropped(let stream): stream.hits.values.reduce(0, +)
        case .secret, .elsewhere: 0
        }
    }
}
