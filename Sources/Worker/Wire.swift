import CSystemShims
import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The worker's end of the wire: the one descriptor it has. Reading and writing block; when the host has gone the
/// worker has no purpose and ends. Not final: where a fuzzer plays the host in one process, it overrides the calls.
class Wire {
    private let descriptor: Int32
    private var reader = MessageReader()
    /// Small at first: most runs need no more, and every page of it costs. It grows when it is filled.
    private var room = [UInt8](repeating: 0, count: 1 << 12)
    private static let largestRoom = 1 << 16
    private var nextID: UInt32 = 1

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Sends a request and gives its id.
    func request(_ operation: Operation, _ value: Value) throws(Failure) -> UInt32 {
        let id = nextID
        nextID = nextID == .max ? 1 : nextID + 1
        write(try Frame.encode(.request(id: id, operation, value)))
        return id
    }

    /// Tells the host something; nothing comes back.
    func notify(_ operation: Operation, _ value: Value) throws(Failure) {
        write(try Frame.encode(.notice(operation, value)))
    }

    /// Waits for the host's next message.
    func receive() -> Message {
        while true {
            do throws(Failure) {
                if let message = try reader.next() { return message }
            } catch {
                // Only a host that is not ours could write this.
                _exit(1)
            }
            let count = unsafe room.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                reader.append(room.span.extracting(0..<count))
                if count == room.count, count < Self.largestRoom { room = Array(repeating: 0, count: Self.largestRoom) }
            } else if count == 0 || errno != EINTR {
                _exit(0)
            }
        }
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest.removeFirst(count) } else if errno != EINTR { _exit(0) }
        }
    }
}
