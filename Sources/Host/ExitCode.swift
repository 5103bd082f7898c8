public import Diagnostics

/// The exit codes of section 7 of docs/script-api.md.
public enum ExitCode {
    /// The script raised an error.
    public static let scriptError: Int32 = 1
    /// Wrong usage, a syntax error, bad configuration.
    public static let usage: Int32 = 2
    /// Login refused, or a secret not obtainable.
    public static let vault: Int32 = 3
    /// Denied by policy.
    public static let denied: Int32 = 77
    /// Stopped because a leak was seen.
    public static let leak: Int32 = 78
    /// A time limit of the whole run.
    public static let timeLimit: Int32 = 124
    /// Standard output was closed by its reader.
    public static let closedOutput: Int32 = 141

    /// The code of a run that ended with `failure` uncaught.
    public static func of(_ failure: Failure) -> Int32 {
        if let code = failure.exitCode { return code }
        return switch failure.kind {
        // A request that the server does not take is a secret that cannot be had.
        case .usage: failure.status == nil ? usage : vault
        case .auth, .notFound, .network: vault
        // A refusal that a server answered is a secret that cannot be had; one without a status is our own policy.
        case .denied: failure.status == nil ? denied : vault
        case .leak: leak
        case .exit, .start: failure.code.map(Int32.init(truncatingIfNeeded:)) ?? scriptError
        case .signal: failure.signal.map { 128 + Int32(truncatingIfNeeded: $0) } ?? scriptError
        case .timeout: timeout(failure)
        case .limit, .cancelled, .io, .script: failure.status == nil ? scriptError : vault
        }
    }

    /// A child that ran out of time ends with its own code; a server that did not answer in time is the vault's.
    private static func timeout(_ failure: Failure) -> Int32 {
        if let signal = failure.signal { return 128 + Int32(truncatingIfNeeded: signal) }
        if let code = failure.code { return code == 0 ? scriptError : Int32(truncatingIfNeeded: code) }
        return vault
    }
}
