import CSystemShims
import EventLoop
import Masking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The terminal that standard error goes to: a few lines stand under the output and are drawn again in place, while the output scrolls above them,
/// and whoever has the terminal for himself has it alone.
///
/// - Output is written once, in whole lines, and is never drawn again: nothing is lost, whatever becomes of the lines below.
/// - Everything goes through one queue, in one piece for each step, at most ten a second. Nothing is drawn and no timer runs while nothing changes.
/// - Whoever has the terminal for himself (`hold`) finds no lines of ours on it, and what others print waits until he is done.
/// - The cursor rests under the lines, and is never hidden: a run that is killed leaves the terminal as it is.
final class Screen {
    /// Who has the terminal for himself.
    enum Holder {
        /// A program that the script waits for has the keyboard: what it shows goes through as it comes, all else waits for its end.
        case program
        /// The script reads a line: what others print waits until it has it, as what has been typed cannot be shown again.
        case reader
        /// A question of ours: what others print waits for its end.
        case question
        /// Programs on terminals of their own without the keyboard, or with it in the background, beside which the script goes on: everything goes
        /// through as it comes, or nothing of the script would be seen until they end.
        case shared
        /// Nobody: the run is stopped (Ctrl-Z).
        case nobody
    }

    /// What is drawn at a size.
    struct Content {
        var lines: [DisplayLine]
        /// Whether time shows in it, so that it is another one in a second.
        var ticks: Bool
    }

    private static let interval = Duration.milliseconds(100)
    /// This much is written whatever the time is.
    private static let mostWaiting = 1 << 16

    private let loop: EventLoop
    private let queue: OutputQueue
    /// Whether standard output goes to this terminal too.
    let hasOutput: Bool
    private let isColoured: Bool
    /// The gate: taking a control character out of a text could put a value together.
    private let mask: (String) -> String
    /// Ends lines as the terminal wants them now.
    private let lineEnds: ([UInt8]) -> [UInt8]

    /// What is to be drawn now.
    var content: (_ columns: Int, _ rows: Int) -> Content = { _, _ in Content(lines: [], ticks: false) }
    /// Called when `isStalled` changes.
    var onStallChange: () -> Void = {}

    private(set) var isOn = false
    /// Several may print at a time: who has the terminal for himself has it alone where no lines are drawn, too.
    var hasTasks = false
    private var isOver = false
    private var holders: [Holder] = []
    /// The lines of ours that are there now; the cursor is under them.
    private var drawn = 0
    /// Whether the cursor may be anywhere: somebody else has had the terminal.
    private var isLost = true
    /// Whole lines that are still to be written.
    private var text: [UInt8] = []
    /// What stands before the cursor while the script reads.
    private var prompt: [UInt8] = []
    /// What the script itself prints.
    private let script: LineSource
    /// Who printed last.
    private weak var latest: LineSource?
    private var timer: EventLoop.Timer?
    private var due: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?
    /// What was drawn last.
    private var picture: [UInt8] = []
    /// A step had to wait for the terminal to take what was written before.
    private var isLate = false
    private var backlog = Backlog()
    var isStalled: Bool { backlog.isStalled }

    init(
        loop: EventLoop, queue: OutputQueue, script: LineSource, hasOutput: Bool, isColoured: Bool,
        mask: @escaping (String) -> String, lineEnds: @escaping ([UInt8]) -> [UInt8]
    ) {
        (self.loop, self.queue, self.script, self.lineEnds) = (loop, queue, script, lineEnds)
        (self.hasOutput, self.isColoured, self.mask) = (hasOutput, isColoured, mask)
    }

    // MARK: - On and off

    /// Begins to draw; from now on output comes in whole lines.
    func turnOn() {
        guard !isOn, !isOver else { return }
        isOn = true
        // What is over at once is never drawn.
        last = .now
    }

    /// Takes the lines away for good. What was to be written is, and what comes goes through.
    func turnOff() {
        guard !isOver else { return }
        isOver = true
        stopWaiting()
        if let mode, !isOn || mode == .program || mode == .shared {
            // Whoever has the terminal has left the cursor anywhere.
            let rest = script.take()
            queue.append(lineEnds((text.isEmpty ? [] : [10]) + text + rest).span)
        } else if isOn {
            text += script.finish()
            let isUsed = !picture.isEmpty || mode != nil
            if drawn > 0 || !text.isEmpty || (isLost && isUsed) { queue.append((erasing() + text).span) }
        }
        text = []
        isOn = false
        updateStall()
    }

    /// Whether what goes to `stream` is to go through `write`.
    func covers(_ stream: Gate.Stream) -> Bool {
        guard !isOver, isOn || (hasTasks && isHeld) else { return false }
        return stream == .error || hasOutput
    }

    // MARK: - Holders

    private var mode: Holder? {
        for holder in [Holder.nobody, .program, .question, .reader, .shared] where holders.contains(holder) {
            return holder
        }
        return nil
    }

    /// Whether somebody has the terminal alone, so that others wait.
    var isHeld: Bool { mode != nil && mode != .shared }

    /// Gives the terminal to `holder`, as it would be without us.
    func hold(_ holder: Holder) {
        let before = mode
        holders.append(holder)
        guard !isOver, mode != before else { return }
        if before == nil || before == .shared { leave() }
        isLost = true
    }

    /// Takes it back.
    func release(_ holder: Holder) {
        guard let place = holders.firstIndex(of: holder) else { return }
        let before = mode
        holders.remove(at: place)
        guard !isOver, mode != before else { return }
        isLost = true
        if holder == .nobody, mode == .reader, isOn {
            return queue.append((freshLine(columns: size.columns) + prompt).span)
        }
        guard !isHeld else { return }
        prompt = []
        guard isOn, mode == nil else { return pass() }
        // Who reads line after line has it again at once.
        last = .now
        step()
    }

    /// Takes the lines away, and writes what is to be above them and what stands before the cursor.
    private func leave() {
        stopWaiting()
        var bytes = isOn && (drawn > 0 || !text.isEmpty) ? erasing() + text : []
        text = []
        let asked = script.take()
        prompt += asked
        bytes += asked
        queue.append(bytes.span)
        updateStall()
    }

    /// Writes what has waited where no lines are drawn.
    private func pass() {
        let bytes = lineEnds(text)
        text = []
        queue.append(bytes.span)
        updateStall()
    }

    // MARK: - Writing

    /// Writes above the lines what is whole lines with what `source` has given before; the rest waits there. While somebody has the terminal
    /// alone, what is not his waits whole.
    func write(_ bytes: Span<UInt8>, from source: LineSource) {
        guard !passes(source) else {
            var all = source.take()
            unsafe bytes.withUnsafeBufferPointer { unsafe all.append(contentsOf: $0) }
            return queue.append(all.span)
        }
        source.add(bytes, endsLong: true) { text += $0 }
        if !source.isEmpty { latest = source }
        step()
        updateStall()
    }

    /// `source` has come to its end: what is no whole line becomes one.
    func finish(_ source: LineSource) {
        guard !passes(source) else { return queue.append(source.take().span) }
        let rest = source.finish()
        guard !rest.isEmpty else { return }
        text += rest
        step()
        updateStall()
    }

    /// Whether what `source` gives goes to the terminal as it comes.
    private func passes(_ source: LineSource) -> Bool {
        mode == .shared || (mode == .program && source.hasKeyboard)
    }

    /// Writes what waits now, but for what waits for whoever has the terminal.
    func flush() {
        guard isOn, !text.isEmpty else { return }
        draw()
    }

    /// There is something else to be drawn.
    func changed() { step() }

    /// The size is another one.
    func resized() { step() }

    /// The terminal takes bytes again.
    func queueIsEmpty() {
        guard isLate else { return }
        isLate = false
        draw()
    }

    /// The run goes on after somebody stopped it: what was there is somewhere above.
    func wasStopped() {
        (drawn, isLost) = (0, true)
        step()
    }

    // MARK: - Drawing

    /// Draws now, or as soon as the last time is long enough ago.
    private func step() {
        guard isOn, mode == nil else { return }
        let now = ContinuousClock.now
        guard text.count < Self.mostWaiting, let last, now - last < Self.interval else { return draw() }
        wait(Self.interval - (now - last))
    }

    private func wait(_ delay: Duration) {
        let due = ContinuousClock.now + delay
        if let former = self.due, former <= due { return }
        stopWaiting()
        self.due = due
        timer = loop.schedule(after: delay) { [weak self] in
            self?.stopWaiting()
            self?.draw()
        }
    }

    private func stopWaiting() {
        timer?.cancel()
        (timer, due) = (nil, nil)
    }

    private func draw() {
        guard isOn, mode == nil else { return }
        guard queue.isEmpty else {
            isLate = true
            return
        }
        stopWaiting()
        last = .now
        drawAbove()
        updateStall()
    }

    private func drawAbove() {
        let (columns, rows) = size
        let isVisible = columns >= 20 && rows >= 4 && vs_sys_terminal_is_foreground(2)
        let content = isVisible ? self.content(columns, rows - 2) : Content(lines: [], ticks: false)
        var lines = content.lines
        if isVisible, let unfinished { lines.insert(DisplayLine([(unfinished, .plain)]), at: 0) }
        lines = Array(lines.suffix(max(0, rows - 2)))
        var picture: [UInt8] = []
        for line in lines {
            picture += line.bytes(columns: columns - 1, isColoured: isColoured, mask)
            picture += Self.endOfLine
        }
        if content.ticks { wait(.seconds(1)) }
        guard !text.isEmpty || isLost || picture != self.picture else { return }
        let before = isLost || !text.isEmpty ? 0 : drawn
        var bytes = Self.begin + (text.isEmpty ? returning() : erasing()) + text + picture
        bytes += cleared(max(0, before - lines.count)) + Self.end
        (text, self.picture, drawn) = ([], picture, lines.count)
        queue.append(bytes.span)
    }

    /// What somebody has printed of a line that has not ended: it is seen, though not written yet.
    private var unfinished: String? {
        [latest, script].lazy.compactMap { $0?.shown }.first { !$0.isEmpty }
    }

    /// What is behind a line of ours goes: the one before it there may have been longer.
    private static let endOfLine = Array("\u{1B}[K\r\n".utf8)
    /// The synchronized update of newer terminals: nobody sees half of a step. Others pass over it.
    private static let begin = Array("\u{1B}[?2026h".utf8)
    private static let end = Array("\u{1B}[?2026l".utf8)

    /// Brings the cursor to the start of the line where ours began, with nothing after it. Line by line: a terminal may
    /// keep what is cleared as a whole.
    private func erasing() -> [UInt8] {
        guard !isLost else { return returning() }
        defer { drawn = 0 }
        return Array(("\r\u{1B}[2K" + String(repeating: "\u{1B}[A\u{1B}[2K", count: drawn)).utf8)
    }

    /// Clears the line of the cursor and `count` below it, where the cursor may have been before.
    private func cleared(_ count: Int) -> [UInt8] {
        guard count > 0 else { return Array("\u{1B}[K".utf8) }
        return Array((String(repeating: "\u{1B}[K\r\n", count: count) + "\u{1B}[K\u{1B}[\(count)A").utf8)
    }

    /// Brings the cursor to the start of the line where ours begin; where somebody else has had the terminal, of a line of its own.
    private func returning() -> [UInt8] {
        if isLost {
            (isLost, drawn) = (false, 0)
            return freshLine(columns: size.columns)
        }
        defer { drawn = 0 }
        return Array((drawn > 0 ? "\r\u{1B}[\(drawn)A" : "\r").utf8)
    }

    /// Goes to the start of a line that is empty, wherever on a line the cursor is: as many blanks as there are columns
    /// end on the next line, but where it was at the start of one.
    private func freshLine(columns: Int) -> [UInt8] {
        Array((String(repeating: " ", count: columns) + "\r\u{1B}[K").utf8)
    }

    private var size: (columns: Int, rows: Int) {
        var (rows, columns) = (Int32(0), Int32(0))
        let isKnown = unsafe vs_sys_terminal_size(2, &rows, &columns) == 0 && rows > 0 && columns > 0
        return isKnown ? (Int(columns), Int(rows)) : (80, 24)
    }

    private func updateStall() {
        if backlog.judge(isOver ? 0 : text.count) { onStallChange() }
    }

    /// Somebody writes in pieces, and says at the end what of it is still to come.
    func beginWriting() { backlog.isBeingWritten = true }

    /// `unshown` more, or fewer, of what is not his who has the terminal are still to come.
    func endWriting(unshown: Int) {
        backlog.add(unshown: unshown)
        updateStall()
    }
}

/// What one of those who print has given of a line that has not ended.
final class LineSource {
    private var cutter = LineCutter()
    /// Whether it is a program that has the keyboard: what it shows never waits.
    var hasKeyboard = false

    /// Whether it stands at the start of a line.
    var isEmpty: Bool { cutter.open.isEmpty }
    /// The bytes of the line that has not ended.
    var count: Int { cutter.open.count }

    /// Takes `bytes`, and gives the whole lines that are there with them; of a line that is too long a part, as a line of its own with `endsLong`.
    func add(_ bytes: Span<UInt8>, endsLong: Bool, _ give: ([UInt8]) -> Void) {
        var lines: [UInt8] = []
        cutter.add(bytes) { line, isWhole in
            lines.append(copying: line)
            if !isWhole, endsLong { lines.append(10) }
        }
        if !lines.isEmpty { give(lines) }
    }

    /// What there is of the line; it is somebody else's from now on.
    func take() -> [UInt8] { cutter.take() }

    /// What there is, as a line.
    fileprivate func finish() -> [UInt8] { isEmpty ? [] : take() + [10] }

    /// What a terminal would show of it.
    fileprivate var shown: String {
        let end = cutter.open.suffix(4096)
        let visible = end.lastIndex(of: 13).map { end[($0 + 1)...] } ?? end
        return String(decoding: visible, as: UTF8.self).withoutControls
    }
}

/// One line under the output: parts with a style each.
struct DisplayLine {
    enum Style: String {
        case plain = ""
        case faint = "2"
        case good = "32"
        case bad = "31"
        case odd = "33"
    }

    private var parts: [(text: String, style: Style)]

    init(_ parts: [(text: String, style: Style)]) { self.parts = parts }

    mutating func add(_ text: String, _ style: Style = .plain) { parts.append((text, style)) }

    /// As much as fits into `columns`.
    func bytes(columns: Int, isColoured: Bool, _ mask: (String) -> String) -> [UInt8] {
        var room = columns
        var result = "\u{1B}[0m"
        for part in parts where room > 0 {
            let text = TextWidth.clipped(mask(part.text), to: room)
            room -= TextWidth.of(text)
            result +=
                isColoured && part.style != .plain ? "\u{1B}[\(part.style.rawValue)m\(text)\u{1B}[0m" : text
        }
        return Array(result.utf8)
    }
}
