import Foundation

#if canImport(Glibc)
    public import Glibc
#endif

/// Ports on loopback for servers that have to be told theirs, and the waiting for what listens there.
public enum TestPort {
    /// Nothing came within the time.
    public struct NoAnswer: Error {}

    /// A port that nothing uses now.
    ///
    /// It lies below the ports that the kernel gives away by itself, so no connection of another test takes it before
    /// the server does.
    public static func unused() -> Int {
        while true {
            let port = Int.random(in: 10_000...32_000)
            if isUnused(UInt16(port)) { return port }
        }
    }

    /// Waits until something listens there.
    public static func wait(for port: Int) throws {
        try wait { try Program.run(["-c", ": </dev/tcp/127.0.0.1/\(port)"], program: "/bin/bash").code == 0 }
    }

    /// Asks until the answer is yes, for a minute: a busy machine takes seconds for a server's start.
    public static func wait(until isThere: () throws -> Bool) throws {
        let end = Date.now.addingTimeInterval(60)
        repeat {
            if try isThere() { return }
            usleep(25_000)
        } while Date.now < end
        throw NoAnswer()
    }

    private static func isUnused(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return unsafe withAddress(of: port) { unsafe bind(descriptor, $0, $1) } == 0
    }

    /// Lends the socket address of a port on 127.0.0.1, as bind and connect take it.
    public static func withAddress<R>(of port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
