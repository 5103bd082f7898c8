import Diagnostics
import EventLoop

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard input for `io.read`. Never takes more than was asked for: what follows belongs to the next reader, which
/// may be a child. From a pipe a line is therefore read byte by byte.
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
        var wanted: Wanted
        var completion: (Result<[UInt8]?, Failure>) -> Void
        /// Instead of a read: gives the input to a child, until `giveBack`.
        var lend: (() -> Void)?
    }

    private let loop: EventLoop
    private var watch: EventLoop.Watch?
    private var requests: [Request] = []
    private var held: [UInt8] = []
    private var isLent = false

    init(loop: EventLoop) { self.loop = loop }

    /// Calls `completion` with the bytes, or nil at the end of the input. Requests are served in order.
    func read(_ wanted: Wanted, completion: @escaping (Result<[UInt8]?, Failure>) -> Void) {
        requests.append(Request(wanted: wanted, completion: completion))
        advance()
    }

    /// Whether somebody reads, or a child has the input.
    var isBusy: Bool { isLent || !requests.isEmpty }

    /// Calls `start` when whoever asked before has been served: now, where nobody has. Nobody reads until `giveBack`.
    func lend(_ start: @escaping () -> Void) {
        requests.append(Request(wanted: .all, completion: { _ in }, lend: start))
        advance()
    }

    /// The child that had the input has ended.
    func giveBack() {
        isLent = false
        advance()
    }

    /// Serves the next request where none is being served.
    private func advance() {
        guard watch == nil, !isLent, let request = requests.first else { return }
        if let start = request.lend {
            requests.removeFirst()
            isLent = true
            return start()
        }
        do {
            watch = try loop.watch(0, .readable) { [unowned self] _ in step() }
        } catch {
            finish(.failure(error))
        }
    }

    private func step() {
        guard let request = requests.first else { return pause() }
        if case .count(0) = request.wanted { return finish(.success([])) }
        var room = [UInt8](repeating: 0, count: size(request.wanted))
        let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
        if count < 0 {
            guard errno == EAGAIN || errno == EINTR else { return fail() }
        } else if count == 0 {
            end(request.wanted)
        } else {
            take(room.prefix(count), request.wanted)
        }
    }

    private func size(_ wanted: Wanted) -> Int {
        switch wanted {
        case .line: 1
        case .all: 1 << 16
        case .count(let count): min(count - held.count, 1 << 16)
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ wanted: Wanted) {
        held.append(contentsOf: bytes)
        guard held.count <= Self.maximumBytes else {
            return finish(
                .failure(
                    Failure(
                        .limit, "io.read: standard input gives more than \(Self.maximumBytes >> 20) MiB at once",
                        hint: "read it by lines, or hand it to a program: spawn{ …, stdin = \"inherit\" }")))
        }
        switch wanted {
        case .line(let keepsEnd) where held.last == 10:
            finish(.success(keepsEnd ? held : held.dropLast()))
        case .count(let count) where held.count == count: finish(.success(held))
        default: break
        }
    }

    /// The end of the input: what was read so far counts, and nothing at all is nil, but for `all`, as in Lua.
    private func end(_ wanted: Wanted) {
        finish(.success(held.isEmpty && wanted != .all ? nil : held))
    }

    private func fail() {
        finish(
            .failure(
                Failure(.io, "io.read: standard input cannot be read", reason: unsafe String(cString: strerror(errno))))
        )
    }

    private func finish(_ result: Result<[UInt8]?, Failure>) {
        held = []
        guard !requests.isEmpty else { return }
        let request = requests.removeFirst()
        if requests.first?.lend != nil || requests.isEmpty { pause() }
        request.completion(result)
        advance()
    }

    private func pause() {
        watch?.cancel()
        watch = nil
    }
}
