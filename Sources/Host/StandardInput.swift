import CSystemShims
import Diagnostics
import EventLoop
import Masking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard input for `io.read`, masked. Takes no more than was asked for, as what follows belongs to the next reader,
/// which may be a child; only where the end of it could be the beginning of a value, as much more as decides that. From a pipe a line is therefore read byte by byte.
final class StandardInput {
    /// What is asked for.
    enum Wanted: Equatable {
        case line(keepsEnd: Bool)
        case all
        case count(Int)
    }

    /// The most that one call gives.
    static let maximumBytes = 16 << 20

    private struct Request {
        var id: UInt32?
        var wanted: Wanted
        var completion: (Result<[UInt8]?, Failure>) -> Void
        /// Instead of a read: gives the input to somebody, until `giveBack`.
        var lend: (() -> Void)?
        /// Who that is, on a terminal.
        var holder: Screen.Holder?
    }

    private let loop: EventLoop
    private let masker: Masker
    /// One masker for all that is read: a value that comes in pieces, call by call, is masked as a whole.
    private var stream: MaskingStream?
    private var watch: EventLoop.Watch?
    private var requests: [Request] = []
    /// Masked, and not given out yet.
    private var ready: [UInt8] = []
    /// How many of these were looked through, and hold no line end.
    private var searched = 0
    /// Of the request that is served: what was ready at its beginning, and what has been read for it.
    private var readyAtFirst = 0
    private var taken = 0
    /// Input has been dropped, as it was too much for one read: what comes after it is no text of its own, as its beginning
    /// may be the rest of a value.
    private var isCut = false
    private var isLent = false
    /// Who has the terminal because of a request, and who is told of it.
    private var holder: Screen.Holder?
    var onHold: (Screen.Holder) -> Void = { _ in }
    var onRelease: (Screen.Holder) -> Void = { _ in }
    private lazy var isTerminal = isatty(0) == 1

    init(loop: EventLoop, masker: Masker) {
        self.loop = loop
        self.masker = masker
    }

    /// Calls `completion` with the bytes, or nil at the end of the input. Requests are served in order.
    func read(_ wanted: Wanted, id: UInt32? = nil, completion: @escaping (Result<[UInt8]?, Failure>) -> Void) {
        requests.append(Request(id: id, wanted: wanted, completion: completion))
        advance()
    }

    /// Nobody waits for the request `id` any more. What has come for it is the next reader's.
    func withdraw(_ id: UInt32) {
        guard let place = requests.firstIndex(where: { $0.id == id }) else { return }
        if place == 0, watch != nil { return finish(.failure(ScriptRun.abandoned)) }
        requests.remove(at: place).completion(.failure(ScriptRun.abandoned))
    }

    /// Whether somebody reads, or a child has the input.
    var isBusy: Bool { isLent || !requests.isEmpty }

    /// Calls `start` when whoever asked before has been served: now, where nobody has. Nobody reads until `giveBack`.
    ///
    /// - Parameters:
    ///   - holder: Who it is: a question has the terminal even where standard input is none.
    ///   - id: For `withdraw`, until `start` is called.
    func lend(to holder: Screen.Holder, id: UInt32? = nil, _ start: @escaping () -> Void) {
        requests.append(Request(id: id, wanted: .all, completion: { _ in }, lend: start, holder: holder))
        advance()
    }

    /// The child that had the input has ended.
    func giveBack() {
        isLent = false
        letGo()
        advance()
    }

    /// The run is over: whoever still waits hears nothing, and holds nothing of it.
    func forget() {
        watch = nil
        requests = []
    }

    /// Serves the next request where none is being served.
    private func advance() {
        guard watch == nil, !isLent, let request = requests.first else { return }
        if let start = request.lend {
            requests.removeFirst()
            isLent = true
            if let holder = request.holder, isTerminal || holder == .question { hold(holder) }
            return start()
        }
        (readyAtFirst, taken) = (ready.count, 0)
        if let count = readyCount(request.wanted) { return give(count, request.wanted) }
        guard !isCut else { return refuse() }
        do {
            watch = try loop.watch(0, .readable) { [unowned self] _ in step() }
            if isTerminal { hold(.reader) }
        } catch {
            finish(.failure(error))
        }
    }

    private func step() {
        guard let request = requests.first else { return pause() }
        var room = [UInt8](repeating: 0, count: size(request.wanted))
        defer { unsafe room.withUnsafeMutableBytes { unsafe vs_sys_wipe($0.baseAddress, $0.count) } }
        let count = unsafe room.withUnsafeMutableBytes { unsafe vs_sys_read_ready(0, $0.baseAddress, $0.count) }
        if count < 0 {
            guard errno == EAGAIN || errno == EINTR else { return fail() }
        } else if count == 0 {
            end(request.wanted)
        } else {
            take(room.span.extracting(0..<count), request.wanted)
        }
    }

    /// What is still to be read of what was asked for; a byte more where the end of it could be the beginning of a value.
    private func size(_ wanted: Wanted) -> Int {
        switch wanted {
        case .line: 1
        case .all: 1 << 16
        case .count(let count): min(max(1, count - readyAtFirst - taken), 1 << 16)
        }
    }

    private func take(_ bytes: Span<UInt8>, _ wanted: Wanted) {
        taken += bytes.count
        let stream = stream ?? masker.makeStream()
        self.stream = stream
        stream.write(bytes) { ready.append(copying: $0) }
        // How long the masked text is counts when it has ended: until then it tells what is held back.
        guard taken <= Self.maximumBytes else { return refuse() }
        if let count = readyCount(wanted) { return give(count, wanted) }
        guard ready.count > Self.maximumBytes else { return }
        ready.removeLast(ready.count - Self.maximumBytes - 1)
        (searched, isCut) = (min(searched, ready.count), true)
    }

    /// How many of the masked bytes answer what is asked for; nil where there are too few.
    private func readyCount(_ wanted: Wanted) -> Int? {
        switch wanted {
        case .all: nil
        case .line: lineCount()
        case .count(let count): ready.count >= count ? count : nil
        }
    }

    private func lineCount() -> Int? {
        let end = ready[searched...].firstIndex(of: 10)
        if end == nil { searched = ready.count }
        return end.map { $0 + 1 }
    }

    private func give(_ count: Int, _ wanted: Wanted) {
        guard count <= Self.maximumBytes else { return refuse() }
        var bytes = Array(ready.prefix(count))
        ready.removeFirst(count)
        searched = 0
        if case .line(keepsEnd: false) = wanted, bytes.last == 10 { bytes.removeLast() }
        finish(.success(bytes))
    }

    /// The end of the input: what was read so far counts, and nothing at all is nil, but for `all`, as in Lua.
    private func end(_ wanted: Wanted) {
        stream?.finish { ready.append(copying: $0) }
        // A terminal may go on after its end.
        stream = nil
        guard !ready.isEmpty || wanted == .all else { return finish(.success(nil)) }
        give(readyCount(wanted) ?? ready.count, wanted)
    }

    private func refuse() {
        (ready, searched, stream, isCut) = ([], 0, nil, true)
        finish(
            .failure(
                Failure(
                    .limit, "io.read: standard input gives more than \(Self.maximumBytes >> 20) MiB at once",
                    hint: "read it by lines, or hand it to a program: spawn{ …, stdin = \"inherit\" }")))
    }

    private func fail() {
        finish(
            .failure(
                Failure(.io, "io.read: standard input cannot be read", reason: unsafe String(cString: strerror(errno))))
        )
    }

    private func finish(_ result: Result<[UInt8]?, Failure>) {
        guard !requests.isEmpty else { return }
        let request = requests.removeFirst()
        pause()
        letGo()
        request.completion(result)
        advance()
    }

    private func hold(_ holder: Screen.Holder) {
        self.holder = holder
        onHold(holder)
    }

    private func letGo() {
        guard let holder else { return }
        self.holder = nil
        onRelease(holder)
    }

    private func pause() {
        watch?.cancel()
        watch = nil
    }
}
