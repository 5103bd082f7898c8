/// A call to a vault under way: several requests, retries and waits in a row, with one time limit for all of them.
public final class ProviderCall {
    let deadline: Duration
    /// Whether this call has already logged in again; once is the limit.
    var hasLoggedInAgain: Bool
    /// Whether nothing of it is sent again, neither after a fault that may pass nor after a new login: for questions
    /// whose answer only makes an error clearer.
    let isTriedOnce: Bool
    private(set) var isCancelled = false
    private var cancelStep: (() -> Void)?

    init(deadline: Duration, isTriedOnce: Bool = false) {
        self.deadline = deadline
        self.isTriedOnce = isTriedOnce
        hasLoggedInAgain = isTriedOnce
    }

    /// Gives up: what is under way is dropped and nothing is reported.
    public func cancel() {
        isCancelled = true
        cancelStep?()
        cancelStep = nil
    }

    /// Names what `cancel()` has to stop from now on.
    func underway(_ cancel: (() -> Void)?) { cancelStep = cancel }
}
