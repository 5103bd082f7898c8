import CSystemShims
import EventLoop

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a person types lines: the terminal in raw mode while a line is wanted, and as it was found at all other times. The
/// loop waits, never this. All that is shown passes the masker, what is typed too.
final class LineConsole {
    /// How a line ends.
    enum Result {
        case line(String)
        /// Ctrl-C: the line was given up.
        case givenUp
        /// Ctrl-D, or the terminal is gone.
        case end
    }

    private static let keyboard: Int32 = 0
    private static let screen: Int32 = 1

    private let loop: EventLoop
    private let gate: Gate
    private let complete: @Sendable (String) -> LineCompletion
    let history: LineHistory
    private var keys = EditorKeyReader()
    private var editor = LineEditor()
    private var picture = LinePicture()
    private var prompt = ""
    private var completion: ((Result) -> Void)?
    private var watch: EventLoop.Watch?
    private var found: termios?

    /// Whether a person can type and see here.
    static var isThere: Bool { isatty(keyboard) == 1 && isatty(screen) == 1 }

    init(loop: EventLoop, gate: Gate, complete: @escaping @Sendable (String) -> LineCompletion) {
        self.loop = loop
        self.gate = gate
        self.complete = complete
        history = LineHistory(isPublic: { [unowned gate] in gate.inward($0) == $0 })
    }

    /// Says one line before the first prompt.
    func greet(_ line: String) { gate.writeTyped(line + "\n") }

    /// Asks for a line; when all that is still to be shown has been.
    func read(_ prompt: String, completion: @escaping (Result) -> Void) {
        self.prompt = prompt
        self.completion = completion
        editor = LineEditor(history: history.lines)
        picture.forget()
        gate.whenWritten { [weak self] in self?.begin() }
    }

    /// Gives the terminal back. Nobody waits for a line any more.
    func leave() {
        completion = nil
        leaveRaw()
    }

    private func begin() {
        guard completion != nil else { return }
        guard enterRaw() else { return finish(.end) }
        draw()
        advance()
    }

    private func finish(_ result: Result) {
        leaveRaw()
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    // MARK: - Modes

    /// False where the terminal is gone.
    private func enterRaw() -> Bool {
        var modes = termios()
        guard vs_sys_terminal_is_foreground(Self.keyboard) || vs_sys_job_stop(SIGTTIN),
            unsafe tcgetattr(Self.keyboard, &modes) == 0
        else { return false }
        found = modes
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        modes.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON)
        guard unsafe tcsetattr(Self.keyboard, TCSANOW, &modes) == 0 else { return false }
        watch = try? loop.watch(Self.keyboard, .readable) { [unowned self] _ in readKeys() }
        return watch != nil
    }

    private func leaveRaw() {
        watch?.cancel()
        watch = nil
        guard var modes = found else { return }
        found = nil
        guard vs_sys_terminal_is_foreground(Self.keyboard) else { return }
        _ = unsafe tcsetattr(Self.keyboard, TCSANOW, &modes)
    }

    // MARK: - Keys

    private func readKeys() {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(Self.keyboard, $0.baseAddress, $0.count) }
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            return finish(.end)
        }
        keys.append(room.span.extracting(0..<count))
        advance()
    }

    /// Does what has been typed, up to the end of this line; the rest is for the next one.
    private func advance() {
        var isChanged = false
        while completion != nil, let key = keys.next() {
            switch editor.press(key) {
            case .changed: isChanged = true
            case .completes:
                completeWord()
                isChanged = true
            case .clearsScreen:
                picture.forget()
                gate.writeTyped("\u{1B}[H\u{1B}[2J")
                isChanged = true
            case .suspends: return suspend()
            case .entered: return leaveLine(.line(editor.line), "")
            case .interrupted: return leaveLine(.givenUp, "^C")
            case .ended: return leaveLine(.end, "")
            case .none: break
            }
        }
        if isChanged { draw() }
    }

    private func leaveLine(_ result: Result, _ mark: String) {
        gate.writeTyped(picture.leave(prompt, shown + Array(mark.unicodeScalars), columns: columns))
        gate.whenWritten { [weak self] in self?.finish(result) }
        watch?.cancel()
        watch = nil
    }

    private func suspend() {
        leaveRaw()
        _ = vs_sys_job_stop(SIGTSTP)
        picture.forget()
        begin()
    }

    // MARK: - The screen

    private var columns: Int {
        var size = winsize()
        guard unsafe ioctl(Self.screen, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 10 else { return 80 }
        return Int(size.ws_col)
    }

    /// What is typed, with a mask where it is a value that is known.
    private var shown: [Unicode.Scalar] {
        let line = editor.line
        let masked = gate.inward(line)
        return masked == line ? editor.text : Array(masked.unicodeScalars)
    }

    private func draw() {
        let shown = shown
        // Where something is masked, places are no longer the same.
        let cursor = shown.count == editor.text.count ? editor.cursor : shown.count
        gate.writeTyped(picture.draw(prompt, shown, cursor: cursor, columns: columns))
    }

    // MARK: - Completion

    private func completeWord() {
        let found = complete(editor.beforeCursor)
        guard let first = found.words.first else { return }
        let common = found.words.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        let isOnly = found.words.count == 1
        if isOnly || common.count > found.typed.count {
            editor.complete(found.typed.unicodeScalars.count, with: common + (isOnly ? found.end : ""))
        } else {
            list(found.words)
        }
    }

    /// Shows what could stand here below the line, which is drawn anew after that.
    private func list(_ words: [String]) {
        let width = (words.map(\.count).max() ?? 0) + 2
        let perRow = max(1, columns / width)
        var rows = ""
        for (place, word) in words.enumerated() {
            let isLast = place % perRow == perRow - 1 || place == words.count - 1
            rows += word + (isLast ? "\r\n" : String(repeating: " ", count: width - word.count))
        }
        gate.writeTyped(picture.leave(prompt, shown, columns: columns) + rows)
    }
}

/// What could stand at the end of a text.
public struct LineCompletion: Sendable {
    /// What has been typed of it.
    public var typed: String
    /// The whole words, sorted.
    public var words: [String]
    /// What is put after a word that is the only one.
    public var end: String

    /// Makes one.
    public init(typed: String = "", words: [String] = [], end: String = "") {
        self.typed = typed
        self.words = words
        self.end = end
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
