import Diagnostics
import HTTPTransport
import HostProtocol

/// A host that a script may send to, as a recipe or the user's configuration names it: `api.github.com`,
/// `127.0.0.1:8080`. Without a port it is the scheme's own.
struct DeclaredHost: Equatable {
    let host: String
    let port: Int?

    init(_ value: Value, _ place: String) throws(Failure) {
        guard let text = value.asText, let found = Self(text) else {
            throw Failure(
                .usage, "\(place): expected the name of a host, got \(value.described)",
                reason: "a scheme, a path, a user, a wildcard and a number in another form than a.b.c.d are not taken",
                hint: "write \"api.github.com\", or \"127.0.0.1:8080\" with a port")
        }
        self = found
    }

    init?(_ text: String) {
        guard let endpoint = HTTPEndpoint(url: "https://\(text)"), endpoint.path.isEmpty,
            HostName.isUnmistakable(endpoint.host)
        else { return nil }
        host = endpoint.host
        port = endpoint.port
    }

    var name: String { port.map { "\(host):\($0)" } ?? host }

    func allows(_ endpoint: HTTPEndpoint) -> Bool {
        endpoint.host == host && endpoint.effectivePort == port ?? endpoint.usualPort
    }
}

extension HTTPEndpoint {
    /// The port of its scheme.
    var usualPort: Int { scheme == "https" ? 443 : 80 }
    /// The port that is connected to.
    var effectivePort: Int { port ?? usualPort }
}

/// Names of hosts that mean one thing to everybody.
enum HostName {
    /// A name, an IPv4 address as four numbers, or an IPv6 address in brackets. What libraries also read as an address
    /// (`2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`) is none of them, nor is a name with an empty part.
    static func isUnmistakable(_ host: String) -> Bool {
        guard !host.hasPrefix("[") else { return true }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard host.utf8.count <= 253, labels.allSatisfy(isLabel), let last = labels.last else { return false }
        // A last part that is a number, in any of C's forms, makes an address of the whole.
        guard (48...57).contains(last[0]), last.allSatisfy(isNumeric) else { return true }
        return labels.count == 4 && labels.allSatisfy(isOctet)
    }

    private static func isLabel(_ label: [UInt8]) -> Bool {
        let dash = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != dash && label.last != dash
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || byte == UInt8(ascii: "x")
    }

    private static func isOctet(_ label: [UInt8]) -> Bool {
        guard let number = UInt8(String(decoding: label, as: UTF8.self)) else { return false }
        return String(number).utf8.elementsEqual(label)
    }
}
