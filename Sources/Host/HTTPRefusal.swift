import Diagnostics
import HostProtocol

/// The errors of answers that are no success. Each has the status; uncaught, they end the run with 1: they are not the
/// vault's.
enum HTTPRefusal {
    private static let shownBytes = 300

    /// A status of 400 or more, with what the server says.
    static func refused(_ plan: HTTPPlan, _ status: Int, _ answer: HTTPAnswer, _ attempts: Int) -> Failure {
        let (kind, hint) = sort(status)
        let tries = attempts > 1 ? ", in \(attempts) attempts" : ""
        return failure(
            kind, "\(HTTPPlan.function): \(plan.shown) was answered with \(status)\(tries)", words(answer), hint, status
        )
    }

    private static func sort(_ status: Int) -> (Failure.Kind, String) {
        switch status {
        case 401: (.auth, "look at the credentials that the request carries")
        case 403: (.denied, "look at what the token may do")
        case 404, 410: (.notFound, "look at the path, and whether the token may see it")
        case 408, 425, 429, 500...599: (.network, "try again later, or let the request do so: retry = { times = 3 }")
        default: (.usage, "look at what the request sends")
        }
    }

    /// The first words of the body, on one line; it is masked already.
    private static func words(_ answer: HTTPAnswer) -> String {
        let text = String(decoding: answer.text.prefix(shownBytes), as: UTF8.self)
        let line = text.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ").printable
        return line.isEmpty ? "" : "the server says: \(line)" + (answer.text.count > shownBytes ? " …" : "")
    }

    static func redirected(_ plan: HTTPPlan, _ status: Int, _ redirect: HTTPRedirect) -> Failure {
        let place: String
        switch redirect {
        case .follow: place = "it points to another place of the same host"
        case .elsewhere(let origin): place = "it points to \(origin)"
        case .unreadable: place = "it points to no place that can be followed"
        }
        let why =
            plan.grants.isEmpty
            ? "only GET and HEAD are sent again, at most 5 times, and to the same host"
            : "what carries secrets is sent once, to the host that was named"
        return failure(
            .network,
            "\(HTTPPlan.function): \(plan.shown) was answered with \(status), a redirect that is not followed",
            "\(place); \(why)", "name the place that answers, or look at headers.location with check = false", status)
    }

    static func compressed(_ plan: HTTPPlan, _ status: Int) -> Failure {
        failure(
            .network, "\(HTTPPlan.function): the answer to \(plan.shown) is compressed, which nobody asked for",
            "what cannot be read cannot be masked", "take it into a file: download = { file = path }", status)
    }

    private static func failure(
        _ kind: Failure.Kind, _ message: String, _ reason: String, _ hint: String, _ status: Int
    ) -> Failure {
        var failure = Failure(kind, message, reason: reason, hint: hint, status: status)
        failure.exitCode = ExitCode.scriptError
        return failure
    }
}
