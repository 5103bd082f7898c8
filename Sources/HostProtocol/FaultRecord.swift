public import Diagnostics

/// A failure as it crosses to the worker, where it becomes an error table.
///
/// `id` is the host's own record of it: when a script ends with this error, the host takes the exit code from that
/// record and not from what the script's table says.
public enum FaultRecord {
    /// The record's value: kind, message, reason, hint, and what applies of status, code, signal, args and stderr.
    public static func value(
        _ failure: Failure, id: Int64, arguments: [[UInt8]] = [], standardError: [UInt8] = []
    ) -> Value {
        var fields: [Value.Entry] = []
        func add(_ name: String, _ value: Value) { fields.append(Value.Entry(.bytes(Array(name.utf8)), value)) }
        add("id", .integer(id))
        add("kind", .text(failure.kind.rawValue))
        add("message", .text(failure.message))
        if !failure.reason.isEmpty { add("reason", .text(failure.reason)) }
        if !failure.hint.isEmpty { add("hint", .text(failure.hint)) }
        if let status = failure.status { add("status", .integer(Int64(status))) }
        if let code = failure.code { add("code", .integer(Int64(code))) }
        if let signal = failure.signal { add("signal", .integer(Int64(signal))) }
        if !arguments.isEmpty { add("args", .list(arguments.map { .bytes($0) })) }
        if !standardError.isEmpty { add("stderr", .bytes(standardError)) }
        return .map(fields)
    }
}
