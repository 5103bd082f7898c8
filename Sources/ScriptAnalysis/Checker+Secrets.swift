/// Places where a handle cannot be.
extension Checker {
    mutating func refuseSecret(_ what: String, at span: Span) {
        report(
            .secretMisuse, "a secret cannot be \(what): its value never enters the script", hint: Self.way(what),
            at: span)
    }

    private static func way(_ what: String) -> String {
        switch what {
        case "joined to a text": "put it together with secret.template(\"…${x}…\", { x = handle })"
        case "measured": "a value's length is part of the value"
        case "compared": "compare where the value may be known: in a program it is handed to"
        case "changed": "make a new one with secret.template"
        case "looked into": "a field of its JSON is a new secret: secret.field(handle, \"a.b\")"
        case "an argument":
            "hand it over with env = { NAME = handle }, stdin = handle, or files = { NAME = handle } and \"${file:NAME}\""
        default:
            "hand it to a program: spawn{ …, env = { NAME = handle } }, stdin = handle or files = { NAME = handle }"
        }
    }

    /// A handle where the API takes none.
    mutating func refuseSecret(in place: String, at span: Span) {
        report(
            .secretMisuse, "\(place): a secret does not belong here", hint: Self.way(""), at: span)
    }
}
