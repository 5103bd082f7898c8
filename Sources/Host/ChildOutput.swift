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
    /// bytes of a value, which may be those of a text that the script has made. Or counts the finds of what is captured as
    /// it comes, where whole lines are masked.
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
    /// How many bytes of `text` are gone from its beginning.
    private var gone = 0
    /// All limits are judged by what came, and by masks where that is settled. Whether the masker holds text back would tell
    /// of a value's beginning.
    private var received = 0
    /// How much of that the masker has.
    private var masking = 0
    private var settled = SettledText()
    /// The line that is not whole, as it came.
    private var openLine = 0
    /// What of the budget it has: as much as came and was not taken by line, and what masks are longer than that.
    private var charged = 0
    private var isByLine = false
    private var pace = LinePace()
    /// Where lines are taken, what of `openLine` the masker does not have: the text may end before it.
    private var withheld: SecretBuffer?
    private let masksWholeLines: Bool
    /// It has the beginning of that line.
    private var hasMaskerOpenLine = false
    /// While the text ends with an open line.
    private struct Probe {
        /// What comes out before that line begins, and of it what a mask stands for.
        var text: [UInt8] = []
        /// How much has come out.
        var count = 0
        /// Where masks are in that.
        var masks: [Int] = []
        /// The place behind each byte of the open line, after that of its beginning.
        var places: [Int] = []
    }
    private var probe: Probe?
    /// Finds that are counted a second time.
    private var recounted = 0
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

    /// Captured as masked text of at most `maximum` bytes.
    ///
    /// - Parameters:
    ///   - byLine: It may be asked for line by line.
    ///   - tellsFinds: They are counted as soon as they are there, and not with their line.
    static func captured(
        _ gate: Gate, maximum: Int64, _ budget: TextBudget, byLine: Bool = false, tellsFinds: Bool = false
    ) -> ChildOutput {
        let stream = gate.masker.makeStream()
        let output = ChildOutput(
            .captured(stream), maximum: Int(maximum), budget,
            endMasking: byLine && tellsFinds ? gate.masker.makeStream() : nil, masksWholeLines: byLine)
        stream.onMarkOut = { [unowned output] ahead in output.markIsOut(ahead) }
        return output
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
        masksWholeLines: Bool = false
    ) {
        self.way = way
        self.masksWholeLines = masksWholeLines
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
            settleCharge()
            judgeLine()
        }
        switch way {
        case .shown(let stream):
            stream.write(bytes) { if endMasking == nil { keep($0) } }
            endMasking?.write(bytes) { keep($0) }
        case .captured(let stream) where masksWholeLines && !isDiscarded:
            writeLines(bytes, stream)
            endMasking?.write(bytes) { _ in }
        case .captured(let stream): mask(bytes, stream)
        case .dropped(let stream): stream.write(bytes) { keep($0) }
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
        case .captured(let stream):
            maskWithheld(stream)
            endText(stream)
            endMasking?.finish { _ in }
        case .dropped(let stream): stream.finish { keep($0) }
        case .secret, .elsewhere: break
        }
        settleCharge()
        isEnded = true
    }

    /// Ends the text before a line that is too large, wherever the masker stops: what is held back must not decide which
    /// lines are given.
    private func judgeLine() {
        guard isByLine, !isDiscarded, !isEnded, !endsEarly, openLine > maximum, case .captured(let stream) = way else {
            return
        }
        endTextBeforeOpenLine(stream)
        endsEarly = true
        text.removeLast(text.count - max(wholeEnd, taken))
    }

    private func mask(_ bytes: Span<UInt8>, _ stream: MaskingStream) {
        let place = (bytes.indices.last { bytes[$0] == 10 } ?? bytes.count - 1) + 1
        if settled.note(came: masking + place, bytes.extracting(..<place)) { stream.mark(after: place) }
        settled.count(bytes.extracting(place...))
        masking += bytes.count
        stream.write(bytes) { keep($0) }
        settled.advance()
    }

    private func endText(_ stream: MaskingStream) {
        stream.finish { keep($0) }
        settled.textEnded(came: masking, at: gone + text.count)
    }

    private func markIsOut(_ ahead: Int) {
        let place = gone + text.count + (probe?.count ?? 0) + ahead
        if settled.isWaiting { settled.isOut(at: place) } else { probe?.places.append(place) }
    }

    private func count(_ bytes: Span<UInt8>) {
        for index in bytes.indices {
            openLine = bytes[index] == 10 ? 0 : openLine + 1
        }
        settleCharge()
    }

    /// Takes as much of the budget as the text may need, or gives back what was taken for lines that are gone.
    private func settleCharge() {
        guard let budget, !isDiscarded, !isSpent else { return }
        let growth = isForLater ? 0 : max(0, settled.end.growth - settled.claimed.growth)
        let wanted = received - settled.claimed.came + growth
        guard wanted > charged else { return release(charged - wanted) }
        if budget.take(wanted - charged) { charged = wanted } else { isSpent = true }
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
        return (received - settled.claimed.came) > maximum ? tooMuch(program) : excess(program)
    }

    /// Nobody takes what comes, and it is enough: the child should wait.
    var isFull: Bool {
        guard isCaptured, !isDiscarded, !isEnded else { return false }
        return received - settled.claimed.came > (isByLine ? Self.linesAheadBytes : maximum)
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

    /// Hands on whole lines; of the one that is open no more than has to be.
    private func writeLines(_ bytes: Span<UInt8>, _ stream: MaskingStream) {
        var rest = bytes
        if let last = bytes.indices.last(where: { bytes[$0] == 10 }) {
            maskWithheld(stream)
            mask(bytes.extracting(...last), stream)
            pace.lineCame()
            hasMaskerOpenLine = false
            rest = bytes.extracting((last + 1)...)
        }
        guard !rest.isEmpty else { return }
        // Before a longer line the text cannot end; then it is settled where that begins.
        if openLine > SettledText.bytesBehind { hasMaskerOpenLine = true }
        guard !hasMaskerOpenLine else {
            maskWithheld(stream)
            return mask(rest, stream)
        }
        withhold(rest)
    }

    private func maskWithheld(_ stream: MaskingStream) {
        withheld?.withBytes { mask($0, stream) }
        withheld = nil
    }

    /// When lines come due that are there; nil where none are.
    var linesDue: ContinuousClock.Instant? { isWhole || hasMaskerOpenLine ? nil : pace.due }

    /// The script waits for lines from now on.
    func scriptWaits() { pace.scriptWaits() }

    /// `count` bytes came on the program's other stream at once.
    func otherCame(_ count: Int) {
        // Half a pipe.
        if count >= 1 << 15 { pace.printsElsewhere() }
    }

    /// What the program prints is read again.
    func readingGoesOn() { pace.readingGoesOn() }

    /// Ends the text, where that is due: all lines that are there can be taken.
    func endTextIfDue() {
        guard case .captured(let stream) = way, let due = linesDue, due <= .now else { return }
        endTextBeforeOpenLine(stream)
    }

    /// What of the open line belongs to a form that began before it is masked with that; the rest of it begins the next text.
    private func endTextBeforeOpenLine(_ stream: MaskingStream) {
        pace.textEnded()
        guard let open = withheld else {
            endText(stream)
            return settleCharge()
        }
        for count in 0...open.count { stream.mark(after: count) }
        probe = Probe()
        let take = { [unowned self] (piece: Span<UInt8>, isMask: Bool) in
            guard let now = probe else { return }
            if isMask { probe?.masks.append(now.count) }
            // Of the open line itself nothing is taken: it may hold the beginning of a value.
            let wanted = now.places.first.map { max(0, $0 - gone - text.count - now.count) } ?? piece.count
            probe?.text.append(copying: piece.extracting(..<min(wanted, piece.count)))
            probe?.count += piece.count
        }
        open.withBytes { stream.write($0, take: take) }
        stream.finish(take: take)
        guard let ended = probe, let end = ended.places.first else { return }
        probe = nil
        // A byte inside of a mask has its place behind it.
        let masked = ended.places.lastIndex(of: end) ?? 0
        recounted += ended.masks.count { $0 >= ended.text.count }
        keep(ended.text.span)
        masking += masked
        settled.textEnded(came: masking, at: end)
        withhold(from: masked, of: open)
        settleCharge()
    }

    /// What the masker does not have of the open line begins at `start` of what was withheld.
    private func withhold(from start: Int, of open: SecretBuffer) {
        guard start > 0 else { return }
        withheld = nil
        open.withBytes { bytes in if start < bytes.count { withhold(bytes.extracting(start...)) } }
    }

    private func withhold(_ bytes: Span<UInt8>) {
        do throws(Failure) {
            if withheld == nil { withheld = try SecretBuffer(maximumCount: SettledText.bytesBehind) }
            try withheld?.append(bytes)
        } catch {
            (isSpent, lack) = (true, error)
        }
    }

    /// The whole lines that are there and due, about `most` bytes of them; at the end also what is no whole line. Nil where
    /// there is nothing yet; empty at the end.
    func takeLines(_ most: Int) -> [UInt8]? {
        let due = isWhole ? text.count : settled.end.masked - gone
        let pending = text[taken..<max(taken, min(due, wholeEnd))]
        guard let end = pending.prefix(most).lastIndex(of: 10) ?? pending.firstIndex(of: 10) else {
            return isEnded || isDiscarded ? take(upTo: text.count) : nil
        }
        return take(upTo: end + 1)
    }

    /// Nothing more comes.
    private var isWhole: Bool { isEnded || endsEarly || isDiscarded }

    private func take(upTo end: Int) -> [UInt8] {
        let lines = Array(text[taken..<end])
        taken = end
        settled.claim(upTo: gone + end)
        settleCharge()
        if taken > Self.linesAheadBytes || taken == text.count {
            text.removeFirst(taken)
            gone += taken
            wholeEnd -= taken
            taken = 0
        }
        return lines
    }

    private var hasWholeLine: Bool { wholeEnd > taken }

    /// Nobody will ask: what comes is masked, counted and dropped, so that the child need not wait.
    func discard() {
        guard !isDiscarded, isCaptured else { return }
        if case .captured(let stream) = way { maskWithheld(stream) }
        isDiscarded = true
        release(charged)
        text = []
        end = []
        taken = 0
        wholeEnd = 0
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

    /// How many finds were masked; before the stream has ended those of values alone that no script can have chosen.
    var leaks: Int {
        switch way {
        case .shown(let stream): leaks(endMasking ?? stream.masking)
        case .captured(let stream): leaks(endMasking ?? stream)
        case .dropped(let stream): leaks(stream)
        case .secret, .elsewhere: 0
        }
    }

    private func leaks(_ stream: MaskingStream) -> Int {
        guard isEnded else { return stream.hitsOfFirstOrigin }
        return stream.hits.values.reduce(0, +) - (endMasking == nil ? recounted : 0)
    }
}
