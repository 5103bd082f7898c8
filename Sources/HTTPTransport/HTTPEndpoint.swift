#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a URL points: scheme, host and port, checked strictly.
///
/// A URL that fails here is never sent nor shown.
public struct HTTPEndpoint: Equatable, Sendable {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address keeps its brackets.
    public let host: String
    /// The port, where the URL names one.
    public let port: Int?
    /// What follows the authority: empty, or from its first `/` on.
    public let path: String

    /// Takes an `http` or `https` URL apart.
    ///
    /// Nil for anything that could hide a second meaning: userinfo, control characters, blanks, backslashes,
    /// characters outside ASCII, a fragment, an empty host, a port that is no number.
    public init?(url: String) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }),
            let mark = url.firstRange(of: "://")
        else { return nil }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = url[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = HTTPEndpoint.split(authority) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        path = String(rest[authority.endIndex...])
    }

    /// Host and port as a person writes them: `eu.infisical.com`, `127.0.0.1:8080`.
    public var name: String { port.map { "\(host):\($0)" } ?? host }

    /// Scheme, host and port, without a path: `https://eu.infisical.com`.
    public var origin: String { "\(scheme)://\(name)" }

    /// Whether the host is this machine by name or by number, so that plain HTTP leaves it nowhere.
    public var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || version4?.first == 127
            || version6 == Self.version6("::1")
    }

    /// Whether it is this machine, or what a platform puts on its link (169.254.0.0/16, fd00:ec2::254) to give credentials.
    public var staysHere: Bool {
        isLoopback || version4?.prefix(2) == [169, 254] || version4 == [0, 0, 0, 0]
            || version6 == Self.version6("::") || version6 == Self.version6("fd00:ec2::254")
    }

    // MARK: - Addresses

    /// The bytes of an IPv4 address, also of one that IPv6 carries (`::ffff:127.0.0.1`). Four numbers as everybody reads them:
    /// libcurl takes `0127.0.0.1` for 87.0.0.1.
    private var version4: [UInt8]? {
        if let version6 { return version6.starts(with: Self.mapped) ? version6.suffix(4) : nil }
        var bytes = [UInt8](repeating: 0, count: 4)
        return unsafe inet_pton(AF_INET, host, &bytes) == 1 ? bytes : nil
    }

    /// The bytes of an IPv6 address, however it is written.
    private var version6: [UInt8]? { host.hasPrefix("[") ? Self.version6(String(host.dropFirst().dropLast())) : nil }

    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [255, 255]

    private static func version6(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        return unsafe inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    // MARK: - Parts

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Int?
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.startIndex
        guard let end else { return nil }
        if let colon = authority[end...].firstIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.allSatisfy(\.isWholeNumber), let number = Int(digits), (1...65535).contains(number) else {
                return nil
            }
            port = number
            host = authority[..<colon]
        }
        guard isHost(host) else { return nil }
        return (host.lowercased(), port)
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            return host.hasSuffix("]") && !inner.isEmpty && inner.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
    }
}
