import Foundation

/// A request, free of the HTTP library that read it.
struct APIRequest: Sendable {
    var method: String
    /// The path as sent, percent-encoded.
    var path: String
    /// The query as sent, without the question mark.
    var query = ""
    /// Header names in lower case.
    var headers: [String: String] = [:]
    var body = Data()
    /// The address of the socket's other end.
    var peer = "127.0.0.1"

    /// Path and query as the server repeats them in a route error.
    var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// The decoded segments of the path; a trailing slash makes no difference.
    ///
    /// Throws 400 for a broken escape.
    func segments() throws(APIError) -> [String] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.last == "" { parts = parts.dropLast() }
        var decoded: [String] = []
        for part in parts {
            guard let text = String(part).removingPercentEncoding else {
                throw .badRequest("'\(path)' is not a valid url component")
            }
            decoded.append(text)
        }
        return decoded
    }

    /// The query's fields; a name given twice is a list.
    ///
    /// Throws 400 for a broken escape.
    func queryFields() throws(APIError) -> [String: JSON] {
        var fields: [String: JSON] = [:]
        for (name, value) in try Self.form(query) {
            switch fields[name] {
            case nil: fields[name] = .string(value)
            case .array(let earlier): fields[name] = .array(earlier + [.string(value)])
            case .some(let earlier): fields[name] = .array([earlier, .string(value)])
            }
        }
        return fields
    }

    /// The body as JSON, from JSON or a form; nil when there is none.
    ///
    /// Throws 500 for what is neither, as the server does.
    func bodyJSON() throws(APIError) -> JSON? {
        guard !body.isEmpty else { return nil }
        let type = headers["content-type"]?.split(separator: ";").first ?? ""
        switch type.trimmingCharacters(in: .whitespaces).lowercased() {
        case "application/json":
            guard let value = try? JSON(parsing: body) else { throw .internalError }
            return value
        case "application/x-www-form-urlencoded":
            let pairs = try Self.form(String(decoding: body, as: UTF8.self))
            return .object(Dictionary(pairs.map { ($0.0, .string($0.1)) }, uniquingKeysWith: { $1 }))
        default:
            throw .internalError
        }
    }

    private static func form(_ text: String) throws(APIError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for part in text.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.map { $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding }
            guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "" else {
                throw .badRequest("Malformed URL encoding in query parameters")
            }
            pairs.append((name, value))
        }
        return pairs
    }
}

/// An answer, free of the HTTP library that sends it.
struct APIResponse: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body = Data()

    /// An answer in JSON.
    static func json(_ value: JSON, status: Int = 200) -> APIResponse {
        APIResponse(
            status: status, headers: ["content-type": "application/json; charset=utf-8"], body: value.data)
    }

    /// A refusal.
    static func error(_ error: APIError) -> APIResponse {
        var response = json(error.body, status: error.status)
        response.headers.merge(error.headers) { $1 }
        return response
    }

    /// What stands for the web interface outside `/api`: success, and no JSON.
    static var webInterface: APIResponse {
        let page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>vaultscript dev</title></head>
            <body><p>Development vault. The API is under <code>/api</code>.</p></body></html>

            """
        return APIResponse(headers: ["content-type": "text/html; charset=utf-8"], body: Data(page.utf8))
    }
}
