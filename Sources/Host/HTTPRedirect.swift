import HTTPTransport

/// Where an answer points.
enum HTTPRedirect {
    /// The same scheme, host and port: this URL.
    case follow(String)
    /// Another place, by its name.
    case elsewhere(String)
    /// Nothing that can be read.
    case unreadable

    /// - Parameter location: The header, masked.
    init(_ location: String?, from url: String, _ endpoint: HTTPEndpoint) {
        // A mask stands for a value: with it the place is another one.
        guard let location = location?.prefix(while: { $0 != "#" }), !location.isEmpty,
            location.utf8.count <= 16 * 1024, !MaskText.mayBe(in: Array(location.utf8))
        else {
            self = .unreadable
            return
        }
        let absolute = Self.absolute(String(location), url, endpoint)
        guard let next = HTTPAddress.endpoint(absolute) else {
            self = .unreadable
            return
        }
        let isSame =
            next.scheme == endpoint.scheme && next.host == endpoint.host && next.effectivePort == endpoint.effectivePort
        self = isSame ? .follow(absolute) : .elsewhere(next.origin)
    }

    private static func absolute(_ location: String, _ url: String, _ endpoint: HTTPEndpoint) -> String {
        if location.hasPrefix("//") { return "\(endpoint.scheme):\(location)" }
        if location.hasPrefix("/") { return endpoint.origin + location }
        if location.contains("://") { return location }
        let path = url.prefix { $0 != "?" }
        if location.hasPrefix("?") { return path + location }
        let folder = path.dropFirst(endpoint.origin.count).lastIndex(of: "/").map { path[...$0] }
        return (folder.map(String.init) ?? endpoint.origin + "/") + location
    }
}
