import Diagnostics
import HostProtocol

/// The host's own record of the failures it has reported to the script. The exit code of a run that ends with one of
/// them comes from here, whatever the script did to its error table.
struct FaultLedger {
    private static let kept = 4096
    private static let keptCharacters = 4096

    private var records: [Int64: Failure] = [:]
    private var next: Int64 = 1

    /// Records `failure` under a new id. Only the last few thousand are kept: a script that collects failures in a
    /// loop must not make the host grow.
    mutating func record(_ failure: Failure) -> Int64 {
        defer { next += 1 }
        var kept = failure
        // A script may have put a text of megabytes into a message: the name of a module that does not exist.
        kept.message = Self.clipped(failure.message)
        kept.reason = Self.clipped(failure.reason)
        kept.hint = Self.clipped(failure.hint)
        records[next] = kept
        records[next - Int64(Self.kept)] = nil
        return next
    }

    private static func clipped(_ text: String) -> String {
        text.utf8.count <= keptCharacters ? text : text.prefix(keptCharacters) + "…"
    }

    /// The failure recorded under `id`.
    func failure(_ id: Int64) -> Failure? { records[id] }
}
