import HTTPTransport

/// What is kept of an answer that is not the one hoped for: the public parts of its error body, no more.
struct InfisicalAnswer {
    /// A rule that a permission error names.
    struct Rule: Equatable {
        let action: String
        let subject: String
        let conditions: String?
        let isInverted: Bool
    }

    let status: Int
    /// Whether the body is a JSON object as the API sends it.
    var isAPI = false
    /// Whether the body is called HTML.
    var isHTML = false
    /// The error's name, such as `TokenError`.
    var error = ""
    /// The server's words.
    ///
    /// Nothing of it is shown before it was masked.
    var message = ""
    var requestID = ""
    var rules: [Rule] = []
    /// The faults of a 422: field and words.
    var validations: [(field: String, message: String)] = []
    var retryAfter: Duration?

    /// Reads an error's body.
    ///
    /// The body is not needed afterwards.
    init(_ response: HTTPResponse) {
        status = response.status
        isHTML = response.headers["content-type", default: ""].lowercased().hasPrefix("text/html")
        retryAfter = response.retryAfter
        guard let root = try? SecretJSON(response.body).root, root.isObject else { return }
        isAPI = true
        error = InfisicalAnswer.text(root, "error")
        requestID = InfisicalAnswer.text(root, "reqId")
        message = InfisicalAnswer.text(root, "message")
        rules = InfisicalAnswer.list(root, "details").compactMap(InfisicalAnswer.rule)
        validations = InfisicalAnswer.list(root, "message").prefix(5).map(InfisicalAnswer.validation)
    }

    /// Whether the instance has no such API: an older server, or a wrong base URL.
    var isRouteMissing: Bool { status == 404 && isAPI && message.hasPrefix("Route ") }

    /// Whether the token itself is refused, so that a new login may help (rule 3.3: by name, not by status).
    var isTokenRefused: Bool {
        (status == 403 && error == "TokenError") || (status == 401 && error == "UnauthorizedError")
    }

    // MARK: - Parts

    private static func text(_ node: SecretJSON.Node, _ key: String) -> String {
        // What is too long to be a message is left out whole: a masker must see all of a text, not a part.
        ((try? node.member(key)) ?? nil)?.publicText(maximumBytes: 4096) ?? ""
    }

    private static func list(_ node: SecretJSON.Node, _ key: String) -> [SecretJSON.Node] {
        ((try? node.member(key)) ?? nil)?.elements ?? []
    }

    private static func rule(_ node: SecretJSON.Node) -> Rule? {
        let action = text(node, "action")
        guard !action.isEmpty else { return nil }
        let conditions = ((try? node.member("conditions")) ?? nil).flatMap { $0.isNull ? nil : $0.publicSource() }
        let inverted = ((try? node.member("inverted")) ?? nil)?.bool ?? false
        return Rule(action: action, subject: text(node, "subject"), conditions: conditions, isInverted: inverted)
    }

    private static func validation(_ node: SecretJSON.Node) -> (field: String, message: String) {
        let path = list(node, "path").compactMap { $0.publicText(maximumBytes: 100) ?? $0.integer.map(String.init) }
        return (path.joined(separator: "."), text(node, "message"))
    }
}
