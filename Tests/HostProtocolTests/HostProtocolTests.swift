import Diagnostics
import Testing

@testable import HostProtocol

@Suite struct `The wire` {
    static let samples: [Value] = [
        .null, .boolean(true), .boolean(false), .integer(0), .integer(.min), .integer(.max), .number(-0.0),
        .number(.infinity), .number(0.1), .bytes([]), .bytes([0, 255, 10]), .list([]), .map([]),
        .list([.null, .integer(1), .list([.text("x")])]),
        .map([.init(.integer(-1), .null), .init(.bytes([]), .boolean(true)), .init(.bytes([0]), .list([]))]),
        .object(.init(kind: .secret, index: 7, generation: .max, name: Array("GH_PAT".utf8))),
    ]

    @Test(arguments: samples)
    func `a value comes back as it went`(value: Value) throws {
        var bytes: [UInt8] = []
        try ValueCodec.encode(value, into: &bytes)
        #expect(try ValueCodec.decode(bytes[...]) == value)
    }

    @Test func `not a number comes back as that`() throws {
        var bytes: [UInt8] = []
        try ValueCodec.encode(.number(.nan), into: &bytes)
        guard case .number(let number) = try ValueCodec.decode(bytes[...]) else { throw Failure(.io, "no number") }
        #expect(number.isNaN)
    }

    @Test(arguments: samples)
    func `every cut of an encoding is refused`(value: Value) throws {
        var bytes: [UInt8] = []
        try ValueCodec.encode(value, into: &bytes)
        for count in 0..<bytes.count {
            #expect(throws: Failure.self) { try ValueCodec.decode(bytes.prefix(count)) }
        }
        #expect(throws: Failure.self) { try ValueCodec.decode((bytes + [0])[...]) }
    }

    @Test func `nesting is bounded at both ends`() throws {
        func nested(_ depth: Int) -> Value { (0..<depth).reduce(.integer(1)) { value, _ in .list([value]) } }
        var bytes: [UInt8] = []
        try ValueCodec.encode(nested(ValueCodec.maximumDepth), into: &bytes)
        #expect(try ValueCodec.decode(bytes[...]) == nested(ValueCodec.maximumDepth))
        var deeper: [UInt8] = []
        #expect(throws: Failure.self) { try ValueCodec.encode(nested(ValueCodec.maximumDepth + 1), into: &deeper) }
        let list: [UInt8] = [6, 1, 0, 0, 0]
        let hostile = [[UInt8]](repeating: list, count: ValueCodec.maximumDepth + 1).joined() + [0]
        #expect(throws: Failure.self) { try ValueCodec.decode(Array(hostile)[...]) }
    }

    @Test func `a count beyond the end costs no memory`() {
        for tag in [UInt8(5), 6, 7] {
            #expect(throws: Failure.self) { try ValueCodec.decode([tag, 0xFF, 0xFF, 0xFF, 0xFF]) }
        }
    }

    @Test func `more values than the limit are refused`() {
        let count = ValueCodec.maximumValues
        var bytes: [UInt8] = [6]
        ValueCodec.append(UInt32(count), into: &bytes)
        bytes += Array(repeating: 0, count: count)
        #expect(throws: Failure.self) { try ValueCodec.decode(bytes[...]) }
    }

    @Test func `a key may stand once in a table`() throws {
        let entry: [UInt8] = [3, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: Failure.self) { try ValueCodec.decode(([7, 2, 0, 0, 0] + entry + entry)[...]) }
    }

    static let messages: [Message] = [
        .request(id: 1, .spawn, .text("x")), .notice(.write, .record(["stream": .integer(1)])),
        .answer(id: .max, .null), .fault(id: 3, .record(["kind": .text("io")])), .cancel(.null),
        .answer(id: 9, .bytes(Array(repeating: 7, count: 3 << 20))),
    ]

    @Test(arguments: [1, 7, 4096, 1 << 22])
    func `messages come whole, whatever the pieces of the stream`(piece: Int) throws {
        let stream = try Self.messages.flatMap { try Frame.encode($0) }
        var reader = MessageReader()
        var read: [Message] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(piece == 1 && rest.count > 4096 ? 4096 : piece))
            rest.removeFirst(part.count)
            reader.append(part.span)
            while let message = try reader.next() { read.append(message) }
        }
        #expect(read == Self.messages)
    }

    @Test func `a frame in small pieces moves the buffer a few times, not once for each piece`() throws {
        var rest = try Frame.encode(.answer(id: 1, .bytes(Array(repeating: 7, count: 256 << 10))))[...]
        var reader = MessageReader()
        var moves = 0
        while !rest.isEmpty {
            let before = reader.capacityForTesting
            reader.append(Array(rest.prefix(7)).span)
            rest = rest.dropFirst(7)
            if reader.capacityForTesting != before { moves += 1 }
        }
        #expect(moves <= 32)
        #expect(try reader.next() == .answer(id: 1, .bytes(Array(repeating: 7, count: 256 << 10))))
    }

    @Test func `a large message goes in frames of the documented size`() throws {
        let bytes = try Frame.encode(.answer(id: 1, .bytes(Array(repeating: 7, count: 3 << 20))))
        var reader = bytes[...]
        while !reader.isEmpty {
            let length = reader.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) } + 4
            #expect(length <= Frame.maximumBytes)
            reader.removeFirst(length)
        }
    }

    @Test func `a message larger than the limit is refused by name`() {
        #expect(throws: Failure.self) {
            try Frame.encode(.answer(id: 1, .bytes(Array(repeating: 0, count: Frame.maximumMessageBytes + 1))))
        }
    }

    static let hostileFrames: [[UInt8]] = [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [255, 255, 255, 255, 0, 0, 0, 0, 1, 0],
        [7, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0], [7, 0, 0, 0, 1, 0, 0, 0, 3, 2, 0],
        [8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 200, 0], [6, 0, 0, 0, 1, 0, 0, 0, 1, 0],
    ]

    @Test(arguments: hostileFrames)
    func `what no peer of ours writes is refused`(frame: [UInt8]) {
        var reader = MessageReader()
        reader.append(frame.span)
        #expect(throws: Failure.self) { while try reader.next() != nil {} }
    }

    @Test func `parts of two messages are never mixed`() {
        let first: [UInt8] = [7, 0, 0, 0, 1, 0, 0, 0, 3, 1, 0]
        let other: [UInt8] = [7, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0]
        var reader = MessageReader()
        reader.append((first + other).span)
        #expect(throws: Failure.self) { while try reader.next() != nil {} }
    }

    @Test func `a fault carries what applies and nothing else`() {
        let failure = Failure(.exit, "git failed", reason: "exit code 128", code: 128)
        let record = FaultRecord.value(failure, id: 4, arguments: [Array("git".utf8)])
        #expect(record["code"] == .integer(128))
        #expect(record["args"] == .list([.text("git")]))
        #expect(record["hint"] == nil && record["status"] == nil && record["stderr"] == nil)
    }
}
