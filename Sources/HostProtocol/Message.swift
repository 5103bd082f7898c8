public import Diagnostics

/// What a worker asks of the host, or tells it. The raw values are the wire's.
public enum Operation: UInt8, Sendable, CaseIterable {
    // Requests: each gets one answer or one fault.
    case login = 1
    case getSecret = 2
    case getSecrets = 3
    case names = 4
    case renew = 5
    case logout = 6
    case describe = 7
    case template = 8
    case secretFromEnvironment = 9
    /// A change in the vault; the field `way` says which.
    case writeSecret = 10
    /// A dynamic secret; the field `way` says what is done with it.
    case lease = 11
    /// Folders, and as whom a session acts; the field `way` says which.
    case inspect = 12
    case spawn = 16
    case sleep = 17
    case module = 18
    case environmentVariable = 19
    case readInput = 20
    /// A question that is answered with yes or no.
    case confirm = 25
    /// The next line of `vaultscript repl`.
    case readLine = 26
    /// Answered when somebody presses Ctrl-C while a line runs.
    case awaitInterruption = 27
    /// A secret from others, from random bytes, a file or the terminal; the field `way` says which.
    case derive = 24
    case file = 32
    case processWait = 44
    case processKill = 45
    case processLines = 46
    case processState = 47
    case processStop = 48
    case pipe = 49
    /// What the script declares, and the parameters it gets; the field `step` says which.
    case recipe = 56
    case http = 57
    // Notices: nothing comes back.
    case write = 64
    case log = 65
    case release = 66
    case finished = 67
    /// The script has ended and its deferred functions begin; carries the report that holds if they do not end.
    case ending = 68
    /// A task is known or its state has changed: id, name, state and what else applies.
    case task = 70
    /// Something has failed and is tried again: attempt, times, delay, error.
    case retry = 71
    /// How far something is: done, total, text.
    case progress = 72
    /// Nobody waits for the request `id` any more: it is to be ended.
    case abandon = 73
    /// A line of `vaultscript repl` has failed; carries the report.
    case lineFailed = 74

    /// The name that the prelude knows it by. Written out: asking the runtime for it takes longer than all else that a
    /// worker does before the script.
    public var name: String {
        switch self {
        case .login: "login"
        case .getSecret: "getSecret"
        case .getSecrets: "getSecrets"
        case .names: "names"
        case .renew: "renew"
        case .logout: "logout"
        case .describe: "describe"
        case .template: "template"
        case .secretFromEnvironment: "secretFromEnvironment"
        case .writeSecret: "writeSecret"
        case .lease: "lease"
        case .inspect: "inspect"
        case .spawn: "spawn"
        case .sleep: "sleep"
        case .module: "module"
        case .environmentVariable: "environmentVariable"
        case .readInput: "readInput"
        case .confirm: "confirm"
        case .readLine: "readLine"
        case .awaitInterruption: "awaitInterruption"
        case .derive: "derive"
        case .file: "file"
        case .processWait: "processWait"
        case .processKill: "processKill"
        case .processLines: "processLines"
        case .processState: "processState"
        case .processStop: "processStop"
        case .pipe: "pipe"
        case .recipe: "recipe"
        case .http: "http"
        case .write: "write"
        case .log: "log"
        case .release: "release"
        case .finished: "finished"
        case .ending: "ending"
        case .task: "task"
        case .retry: "retry"
        case .progress: "progress"
        case .abandon: "abandon"
        case .lineFailed: "lineFailed"
        }
    }
}

/// One message of either direction.
public enum Message: Equatable, Sendable {
    /// Worker to host: do this and answer under `id`.
    case request(id: UInt32, Operation, Value)
    /// Worker to host: know this.
    case notice(Operation, Value)
    /// Host to worker: the request `id` is done.
    case answer(id: UInt32, Value)
    /// Host to worker: the request `id` failed; the value is a fault's record (`FaultRecord`).
    case fault(id: UInt32, Value)
    /// Host to worker: end what runs, as an interrupted program does.
    case cancel(Value)
}

/// Messages as frames: at most 1 MiB each, larger messages in parts.
///
/// A frame is: the number of bytes that follow (4), request id (4), kind (1), whether more parts follow (1), payload.
/// Parts of one message follow one another; other messages are never put between them.
public enum Frame {
    /// The largest frame, its length field included.
    public static let maximumBytes = 1 << 20
    /// The largest message, put together from its parts.
    public static let maximumMessageBytes = 48 << 20
    static let headerBytes = 10
    static let maximumPayloadBytes = maximumBytes - headerBytes

    enum Kind: UInt8 {
        case request = 1
        case notice, answer, fault, cancel
    }

    /// The frames of `message`, one after the other.
    ///
    /// - Throws: `.limit` where it is larger than `maximumMessageBytes` or nested too deeply.
    public static func encode(_ message: Message) throws(Failure) -> [UInt8] {
        let (kind, id, body) = try parts(of: message)
        guard body.count <= maximumMessageBytes else {
            throw Failure(
                .limit, "a value of \(body.count) bytes is too large to hand over",
                reason: "one call carries at most \(maximumMessageBytes >> 20) MiB between script and host",
                hint: "hand large data over in files")
        }
        return frames(kind, id, body)
    }

    private static func parts(of message: Message) throws(Failure) -> (Kind, UInt32, [UInt8]) {
        var body: [UInt8] = []
        body.reserveCapacity(128)
        switch message {
        case .request(let id, let operation, let value):
            body.append(operation.rawValue)
            try ValueCodec.encode(value, into: &body)
            return (.request, id, body)
        case .notice(let operation, let value):
            body.append(operation.rawValue)
            try ValueCodec.encode(value, into: &body)
            return (.notice, 0, body)
        case .answer(let id, let value):
            try ValueCodec.encode(value, into: &body)
            return (.answer, id, body)
        case .fault(let id, let value):
            try ValueCodec.encode(value, into: &body)
            return (.fault, id, body)
        case .cancel(let value):
            try ValueCodec.encode(value, into: &body)
            return (.cancel, 0, body)
        }
    }

    private static func frames(_ kind: Kind, _ id: UInt32, _ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(body.count + headerBytes)
        var rest = body[...]
        repeat {
            let part = rest.prefix(maximumPayloadBytes)
            rest.removeFirst(part.count)
            ValueCodec.append(UInt32(headerBytes - 4 + part.count), into: &output)
            ValueCodec.append(id, into: &output)
            output.append(kind.rawValue)
            output.append(rest.isEmpty ? 0 : 1)
            output.append(contentsOf: part)
        } while !rest.isEmpty
        return output
    }
}

/// Puts messages together from bytes as they arrive, treating them as hostile.
///
/// Once it has thrown, the stream has lost its place: the connection must end.
public struct MessageReader: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    private var partial: (kind: Frame.Kind, id: UInt32, body: [UInt8])?

    /// A reader at the start of a connection.
    public init() {}

    /// How many bytes the buffer has room for.
    var capacityForTesting: Int { buffer.capacity }

    /// Takes the next bytes of the connection.
    public mutating func append(_ bytes: Span<UInt8>) {
        if start > 0, start == buffer.count || start > Frame.maximumBytes {
            buffer.removeFirst(start)
            start = 0
        }
        // No reserveCapacity: it would end the buffer's growth by doubling, so that each small piece copies all of it.
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    }

    /// The next whole message; nil where more bytes are needed.
    ///
    /// - Throws: `.io` for what no peer of ours writes, `.limit` past the sizes of `Frame`.
    public mutating func next() throws(Failure) -> Message? {
        while let frame = try nextFrame() {
            if let message = try take(frame) { return message }
        }
        return nil
    }

    private struct RawFrame {
        var kind: Frame.Kind
        var id: UInt32
        var hasMore: Bool
        var payload: Range<Int>
    }

    private mutating func nextFrame() throws(Failure) -> RawFrame? {
        guard buffer.count - start >= Frame.headerBytes else { return nil }
        let length = Int(number(at: start))
        guard length >= Frame.headerBytes - 4, length <= Frame.maximumBytes - 4 else {
            throw ValueCodec.malformed("a frame of \(length) bytes")
        }
        guard buffer.count - start >= length + 4 else { return nil }
        guard let kind = Frame.Kind(rawValue: buffer[start + 8]), buffer[start + 9] <= 1 else {
            throw ValueCodec.malformed("an unknown kind of frame")
        }
        let payload = (start + Frame.headerBytes)..<(start + 4 + length)
        defer { start = payload.upperBound }
        return RawFrame(kind: kind, id: number(at: start + 4), hasMore: buffer[start + 9] == 1, payload: payload)
    }

    private mutating func take(_ frame: RawFrame) throws(Failure) -> Message? {
        let payload = buffer[frame.payload]
        if partial == nil, !frame.hasMore { return try Self.message(frame.kind, frame.id, payload) }
        var whole = partial ?? (frame.kind, frame.id, [])
        partial = nil
        guard whole.kind == frame.kind, whole.id == frame.id else {
            throw ValueCodec.malformed("a message between the parts of another")
        }
        guard whole.body.count + payload.count <= Frame.maximumMessageBytes else {
            throw ValueCodec.malformed("a message larger than the limit")
        }
        whole.body.append(contentsOf: payload)
        guard frame.hasMore else { return try Self.message(whole.kind, whole.id, whole.body[...]) }
        partial = whole
        return nil
    }

    private static func message(_ kind: Frame.Kind, _ id: UInt32, _ body: ArraySlice<UInt8>) throws(Failure) -> Message
    {
        switch kind {
        case .answer: return .answer(id: id, try ValueCodec.decode(body))
        case .fault: return .fault(id: id, try ValueCodec.decode(body))
        case .cancel: return .cancel(try ValueCodec.decode(body))
        case .request, .notice:
            guard let code = body.first, let operation = Operation(rawValue: code) else {
                throw ValueCodec.malformed("an unknown operation")
            }
            let value = try ValueCodec.decode(body.dropFirst())
            return kind == .request ? .request(id: id, operation, value) : .notice(operation, value)
        }
    }

    private func number(at place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(buffer[place + $1]) << UInt32($1 * 8) }
    }
}
