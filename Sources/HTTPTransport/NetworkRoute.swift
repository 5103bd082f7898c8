#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether this machine is connected to anything but itself.
enum NetworkRoute {
    /// Whether there is a route to other machines. Nothing is sent: the kernel looks for one when a datagram socket is
    /// connected. The addresses are those of the documentation blocks (RFC 5737, RFC 3849), which nobody has.
    static var isThere: Bool { hasVersion4 || hasVersion6 }

    private static var hasVersion4: Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(443).bigEndian
        address.sin_addr.s_addr = in_addr_t(0xC000_0201).bigEndian
        return unsafe withUnsafeBytes(of: &address) { unsafe connects(AF_INET, $0) }
    }

    private static var hasVersion6: Bool {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(443).bigEndian
        unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            for (index, byte) in ([0x20, 0x01, 0x0D, 0xB8] as [UInt8]).enumerated() { unsafe bytes[index] = byte }
            unsafe bytes[15] = 1
        }
        return unsafe withUnsafeBytes(of: &address) { unsafe connects(AF_INET6, $0) }
    }

    private static func connects(_ family: Int32, _ address: UnsafeRawBufferPointer) -> Bool {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        // Without a socket nothing is known, and so nothing is claimed.
        guard descriptor >= 0 else { return family == AF_INET }
        defer { close(descriptor) }
        guard let start = address.baseAddress else { return false }
        return unsafe connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count)) == 0
    }
}
