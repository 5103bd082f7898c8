import CSystemShims
import Diagnostics
import EventLoop

/// Ends what Lua cannot end: watches how much CPU time the worker uses without a message to or from the host.
///
/// At the limit the script gets an error that it can catch. Who goes on computing after that, or reaches the limit a
/// second time, is killed: a pattern match, a finalizer and a `pcall` around the limit end in no other way. Sleeping
/// and waiting cost no CPU time.
///
/// Nothing is done for each message: a look comes at the earliest moment at which the limit could be reached, which
/// for a busy worker is the limit itself. What is found then is between once and twice the limit.
final class Watchdog {
    /// What a script may still use after its error.
    static let grace: Duration = .seconds(2)

    private let loop: EventLoop
    private let worker: WorkerConnection
    private let limits: Limits
    private var seen: UInt64 = 0
    private var usedBefore: Duration = .zero
    /// The error has been raised, and nothing has come from the worker since.
    private var isLastChance = false
    private var hasWarned = false

    init(loop: EventLoop, worker: WorkerConnection, limits: Limits) {
        self.loop = loop
        self.worker = worker
        self.limits = limits
        look(after: limits.cpu)
    }

    /// What comes now is not what reached the limit: another line of a session.
    func forgive() { hasWarned = false }

    private func look(after delay: Duration?) {
        guard let delay else { return }
        // Not sooner: a worker that waits for its turn on a busy machine would be looked at again and again.
        loop.schedule(after: max(delay, .milliseconds(50))) { [weak self] in self?.look() }
    }

    private func look() {
        guard !worker.hasEnded, let limit = limits.cpu, let used = worker.cpuTime else { return }
        if worker.activity != seen {
            seen = worker.activity
            usedBefore = used
            isLastChance = false
        }
        let allowance = isLastChance ? Self.grace : limit
        guard used - usedBefore >= allowance else { return look(after: allowance - (used - usedBefore)) }
        if hasWarned { return worker.kill(because: verdict(limit)) }
        hasWarned = true
        isLastChance = true
        usedBefore = used
        worker.interruptAtLimit()
        look(after: Self.grace)
    }

    private func verdict(_ limit: Duration) -> Failure {
        Failure(
            .limit, "the script was stopped: it computed beyond \(limits.text("cpu")) without a call to the host",
            reason: isLastChance
                ? "the error of the limit did not end it: a pattern match, a finalizer or a pcall can do that"
                : "it caught the error of the limit once and reached the limit again",
            hint: "allow more with --limit cpu=5m, or any time with --limit cpu=none")
    }
}
