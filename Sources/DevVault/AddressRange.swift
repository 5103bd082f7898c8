import Glibc

/// A block of IP addresses in CIDR notation, such as `127.0.0.0/8` or `::1`.
struct AddressRange: Codable, Equatable, Sendable {
    /// 4 or 16 bytes.
    private let network: [UInt8]
    private let prefixLength: Int

    /// Both address families, whole: the default of every identity.
    static let anywhere: [AddressRange] = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }

    /// Reads `address` or `address/bits`; nil when it is neither.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            (network, prefixLength) = (bytes, bytes.count * 8)
            return
        }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
        (network, prefixLength) = (bytes, bits)
    }

    /// Whether `address` lies in the block.
    ///
    /// What is no address lies in none.
    func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address), bytes.count == network.count else { return false }
        return (0..<prefixLength).allSatisfy { bit in
            let mask = UInt8(0x80) >> (bit % 8)
            return bytes[bit / 8] & mask == network[bit / 8] & mask
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
