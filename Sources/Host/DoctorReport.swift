import Diagnostics

/// What `vaultscript doctor` has found: a row for each step, and at the end one sentence and one next step.
struct DoctorReport {
    /// How a step went.
    enum State: String {
        /// As it should be.
        case ok
        /// Good to know; nothing has to be done.
        case note
        /// Works, and should be looked at.
        case warning
        /// The reason why a script would end.
        case failed
    }

    struct Row {
        var step: String
        var state: State
        var text: String
        /// What to do, for a warning.
        var hint = ""
        /// What the end says in the place of `text`, and then what to do; nil where both are said twice.
        var sentence: String?
        /// The error as a script meets it, where it is one.
        var failure: Failure?
    }

    /// A folder with secrets that are not needed.
    struct Surplus {
        var project: String
        var environment: String
        var path: String
        var names: [String]
    }

    private(set) var rows: [Row] = []
    private(set) var surplus: [Surplus] = []
    /// The last line of a run in which nothing failed and nothing is warned of.
    var good = (sentence: "all is well", next: "")
    /// The exit code, where something failed.
    private var failureCode = ExitCode.vault

    mutating func add(_ row: Row) { rows.append(row) }

    mutating func add(_ found: Surplus) { surplus.append(found) }

    /// What failed is wrong in the configuration: no server was asked.
    mutating func blameConfiguration() { failureCode = ExitCode.usage }

    // MARK: - The end

    private var failures: [Failure] { rows.compactMap { $0.state == .failed ? $0.failure : nil } }
    private var warning: Row? { rows.first { $0.state == .warning } }

    var exitCode: Int32 { failures.isEmpty ? 0 : failureCode }

    /// What is the matter: the words of the error that a script would end with.
    var sentence: String {
        guard let first = failures.first else {
            return warning.map { "it works, but \($0.sentence ?? $0.text)" } ?? good.sentence
        }
        let more = failures.count > 1 ? " (and \(failures.count - 1) more, above)" : ""
        return (first.reason.isEmpty ? first.message : "\(first.message): \(first.reason)") + more
    }

    /// What to do about it.
    var next: String { failures.first?.hint ?? warning?.hint ?? good.next }
}

// MARK: - For a person

extension DoctorReport {
    private static let stateWidth = 9
    private static let stepWidth = 15

    /// The lines of a row; an error's reason and advice stand below it.
    static func text(_ row: Row) -> String {
        let hint = row.sentence == nil ? row.hint : ""
        let more = [row.failure?.reason, row.failure?.hint ?? hint].compactMap { $0 }.filter { !$0.isEmpty }
        let indent = String(repeating: " ", count: stateWidth + stepWidth)
        let first = row.state.rawValue.padded(stateWidth) + row.step.padded(stepWidth) + row.text.printable
        return ([first] + more.map { indent + $0.printable }).joined(separator: "\n") + "\n"
    }

    var conclusion: String {
        "\n\(sentence.printable)\n" + (next.isEmpty ? "" : "next: \(next.printable)\n")
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

// MARK: - For a program

extension DoctorReport {
    /// All of it as one line.
    var json: String {
        let fields = [
            "\"steps\":[\(rows.map(Self.json).joined(separator: ","))]",
            "\"surplus\":[\(surplus.map(Self.json).joined(separator: ","))]",
            "\"sentence\":\(JSONQuote.text(sentence.printable))", "\"next\":\(JSONQuote.text(next.printable))",
            "\"exitCode\":\(exitCode)",
        ]
        return "{\(fields.joined(separator: ","))}\n"
    }

    private static func json(_ row: Row) -> String {
        var fields = [("step", row.step), ("state", row.state.rawValue), ("text", row.text.printable)]
        if !row.hint.isEmpty { fields.append(("hint", row.hint.printable)) }
        if let failure = row.failure {
            fields.append(("kind", failure.kind.rawValue))
            if !failure.reason.isEmpty { fields.append(("reason", failure.reason.printable)) }
            if !failure.hint.isEmpty { fields.append(("hint", failure.hint.printable)) }
            if let cause = failure.cause { fields.append(("cause", cause)) }
        }
        let status = row.failure?.status.map { ",\"status\":\($0)" } ?? ""
        return "{\(fields.map { "\"\($0)\":\(JSONQuote.text($1))" }.joined(separator: ","))\(status)}"
    }

    private static func json(_ found: Surplus) -> String {
        let names = found.names.map { JSONQuote.text($0.printable) }.joined(separator: ",")
        return "{\"project\":\(JSONQuote.text(found.project.printable)),"
            + "\"env\":\(JSONQuote.text(found.environment.printable)),"
            + "\"path\":\(JSONQuote.text(found.path.printable)),\"names\":[\(names)]}"
    }
}
