public import Diagnostics
public import EventLoop
public import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a provider needs from its host.
public struct ProviderEnvironment {
    /// Masks text from a server before it becomes part of a message.
    public var sanitize: (String) -> String
    /// Told of every secret that the provider itself obtains (access tokens), before anything else sees it. One that cannot
    /// be masked is not used: `.limit` when secret memory is used up.
    public var didReceiveCredential: (SecretBytes, _ name: String) throws(Failure) -> Void
    /// Told of every login that succeeded.
    public var didLogIn: () -> Void = {}
    /// Told of every login that was refused, with what is known; gives it back, or with more known.
    public var explainLogin: (Failure) -> Failure = { $0 }
    /// How the names of a folder are listed by whoever reads an error: a line of a script, or a command.
    public var listing: (_ project: String, _ environment: String, _ path: String) -> String = { _, environment, path in
        "for _, name in ipairs(login():names{ env = \"\(environment)\", path = \"\(path)\" }) do print(name) end"
    }
    /// The monotonic time.
    public var now: () -> Duration
    /// Calls back after a delay; gives what cancels that.
    public var wait: (Duration, @escaping () -> Void) -> () -> Void
    /// A factor around 1 that spreads the retries of many clients.
    public var jitter: () -> Double

    /// The real clock and the loop's timers.
    public init(
        loop: EventLoop, sanitize: @escaping (String) -> String,
        didReceiveCredential: @escaping (SecretBytes, _ name: String) throws(Failure) -> Void = { _, _ in }
    ) {
        self.sanitize = sanitize
        self.didReceiveCredential = didReceiveCredential
        now = ProviderEnvironment.monotonicTime
        wait = { delay, body in
            let timer = loop.schedule(after: delay, body)
            return { timer.cancel() }
        }
        jitter = { Double.random(in: 0.8...1.2) }
    }

    private static func monotonicTime() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
