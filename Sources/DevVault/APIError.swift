/// A refusal in the server's words.
///
/// The texts are the contract: clients match on them.
struct APIError: Error, Equatable, Sendable {
    var status: Int
    /// The `error` member: a kind or the name of an operation.
    var name: String
    /// A string; an array of issues for 422.
    var message: JSON
    var details: JSON?
    /// Extra headers, such as `retry-after`.
    var headers: [String: String] = [:]
    /// Whether the body carries a request id.
    ///
    /// Unknown routes have none, which tells them from a missing thing.
    var hasRequestID = true

    init(_ status: Int, _ name: String, _ message: String, details: JSON? = nil) {
        (self.status, self.name, self.message, self.details) = (status, name, .string(message), details)
    }

    /// The body of the answer.
    var body: JSON {
        var members: [String: JSON] = ["statusCode": .int(status), "error": .string(name), "message": message]
        if hasRequestID { members["reqId"] = .string(Identifier.request()) }
        if let details { members["details"] = details }
        return .object(members)
    }
}

// MARK: - Requests

extension APIError {
    static func badRequest(_ message: String) -> APIError { APIError(400, "BadRequest", message) }

    static func unauthorized(_ message: String) -> APIError { APIError(401, "UnauthorizedError", message) }

    static func tokenError(_ message: String) -> APIError { APIError(403, "TokenError", message) }

    static func notFound(_ message: String, name: String = "NotFound") -> APIError { APIError(404, name, message) }

    static var internalError: APIError { APIError(500, "InternalServerError", "Something went wrong") }

    static var bodyTooLarge: APIError { APIError(413, "Payload Too Large", "Request body is too large") }

    static var tokenMissing: APIError { unauthorized("Token missing") }

    static var invalidCredentials: APIError { unauthorized("Invalid credentials") }

    static var addressRefused: APIError {
        APIError(403, "ForbiddenError", "You are not allowed to access this resource from the current IP address")
    }

    /// 422 with the validator's issues.
    static func validation(_ issues: [JSON]) -> APIError {
        var error = APIError(422, "ValidationFailure", "")
        error.message = .array(issues)
        return error
    }

    /// 404 for a route that does not exist; `target` is the path with its query.
    static func noRoute(_ method: String, _ target: String) -> APIError {
        var error = APIError(404, "Not Found", "Route \(method):\(target) not found")
        error.hasRequestID = false
        return error
    }

    /// 429 with the seconds to wait.
    static func rateLimited(retryAfter seconds: Int) -> APIError {
        var error = APIError(
            429, "RateLimitExceeded", "Rate limit exceeded. Please try again in \(seconds) seconds")
        error.headers["retry-after"] = String(seconds)
        return error
    }
}

// MARK: - Access and existence

extension APIError {
    static func permissionDenied(_ action: SecretAction, rules: [JSON]) -> APIError {
        APIError(
            403, "PermissionDenied", "You are not allowed to \(action.rawValue) on secrets", details: .array(rules))
    }

    static func valueNotReadable(_ name: String) -> APIError {
        APIError(
            403, "ForbiddenReadSecretError",
            "You do not have permission to view secret value on secret with name '\(name)'")
    }

    static func referenceNotReadable(_ name: String, _ place: Place) -> APIError {
        APIError(
            403, "ForbiddenError",
            "You do not have permission to read secret '\(name)' in environment '\(place.environment)' at path "
                + "'\(place.path)', which is referenced by a secret that you are trying to read")
    }

    static func notMember(_ projectID: String) -> APIError {
        APIError(
            403, "ProjectMembershipNotFound",
            "You are not a member of this project with ID \(projectID). Please assign this identity to the project "
                + "with the appropriate permissions, then try again.")
    }

    static func noFolder(_ place: Place, operation: String) -> APIError {
        notFound(
            "Folder with path '\(place.path)' in environment with slug '\(place.environment)' not found",
            name: operation)
    }

    static func noSecret(_ name: String) -> APIError { notFound("Secret with name '\(name)' not found") }
}
