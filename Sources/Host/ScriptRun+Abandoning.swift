import Diagnostics
import HostProtocol

/// Requests that the script does not wait for any more: a branch was cancelled, a time limit has passed.
///
/// A worker can end early only what it has asked for itself, and gets an answer for it as for any request; nothing else
/// of the run changes.
extension ScriptRun {
    func abandon(_ value: Value) {
        guard let id = value["id"]?.asInteger.flatMap({ UInt32(exactly: $0) }) else { return worker.kill() }
        worker.releaseDeadline(id)
        switch requests.abandon(id) {
        case .nothing: return
        case .end(let end): end()
        case .answerNow:
            let failure = Self.abandoned
            refuse(id, failure)
        }
    }

    /// The answer of a request that was ended because nobody waits for it.
    static var abandoned: Failure { Failure(.cancelled, "the call was cancelled") }

    /// Sets how the request is ended when nobody waits for it any more; `end` answers it.
    func whenAbandoned(_ id: UInt32, _ end: @escaping () -> Void) { requests.setEnd(id, end) }

    /// Lets go of what an answer holds that nobody gets.
    func discard(_ value: Value) {
        switch value {
        case .object(let object): if object.kind == .process { processes.release(object) } else { store.close(object) }
        case .list(let values): for value in values { discard(value) }
        case .map(let entries): for entry in entries { discard(entry.value) }
        default: return
        }
    }
}

extension ChildCall {
    /// Nobody waits for the request `id`, which started this: the program is told to end, and is killed if it does not.
    /// The answer comes when it is gone.
    func abandon(_ id: UInt32) {
        guard hasBegun else {
            // It waits for the user's input, which somebody else has.
            _ = forget(id)
            tellEnd(ScriptRun.abandoned)
            return run.fault(id, ScriptRun.abandoned)
        }
        cancel(ScriptRun.abandoned)
    }
}
