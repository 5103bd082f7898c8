import HostProtocol

/// Hostile bytes at the wire between worker and host.
///
/// Any bytes either give messages or are refused: nothing traps, where the stream is cut changes nothing, and a message
/// that was read encodes to bytes that read as the same message.
///
/// Input: how many bytes come before the cut; the rest is the stream, and is tried as one bare value too,
/// so that a wrong length field does not keep the decoder of values from being reached.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCodec(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let stream = input.dropFirst()
    checkStream(stream, cut: Int(first))
    checkValue(stream)
    return 0
}

/// What a reader made of a stream: its messages, each encoded again, and whether it then refused to go on.
///
/// Encodings are compared and not messages: a number that is not a number does not equal itself.
private struct Reading: Equatable {
    var messages: [[UInt8]] = []
    var isRefused = false
}

private func read(_ parts: [ArraySlice<UInt8>]) -> Reading {
    var reader = MessageReader()
    var reading = Reading()
    for part in parts {
        reader.append(Array(part).span)
        do {
            while let message = try reader.next() { reading.messages.append(encoded(message)) }
        } catch {
            // The stream has lost its place: the connection ends here.
            reading.isRefused = true
            return reading
        }
    }
    return reading
}

private func encoded(_ message: Message) -> [UInt8] {
    guard let bytes = try? Frame.encode(message) else { preconditionFailure("a message that was read cannot be sent") }
    return bytes
}

private func checkStream(_ stream: ArraySlice<UInt8>, cut: Int) {
    let whole = read([stream])
    precondition(read([stream.prefix(cut), stream.dropFirst(cut)]) == whole, "cutting the stream changed its messages")
    precondition(read(stream.map { [$0] }) == whole, "the stream byte by byte differs from the whole")
    for bytes in whole.messages {
        precondition(read([bytes[...]]) == Reading(messages: [bytes]), "a message did not come back")
    }
}

private func checkValue(_ bytes: ArraySlice<UInt8>) {
    guard let value = try? ValueCodec.decode(bytes) else { return }
    var again: [UInt8] = []
    guard (try? ValueCodec.encode(value, into: &again)) != nil else {
        preconditionFailure("a value that was read cannot be sent")
    }
    precondition(again[...] == bytes, "a value has two encodings")
}
