/// How often and how long a call to a vault is tried.
public struct RetryPolicy: Equatable, Sendable {
    /// Retries after the first attempt.
    public var maximumRetries = 3
    /// The wait before the first retry; doubled each time.
    public var firstDelay: Duration = .milliseconds(250)
    /// The longest wait between attempts; a `retry-after` of the server may be longer, up to `totalTime`.
    public var maximumDelay: Duration = .seconds(5)
    /// The limit for all of a call: requests, waits, and a login in between.
    public var totalTime: Duration = .seconds(30)
    /// The limit for each connection.
    public var connectTime: Duration = .seconds(10)

    /// Three retries within 30 seconds.
    public init() {}

    func delay(beforeRetry retry: Int, jitter: Double) -> Duration {
        let doubled = firstDelay * (1 << min(retry - 1, 16))
        return min(doubled * jitter, maximumDelay)
    }
}
