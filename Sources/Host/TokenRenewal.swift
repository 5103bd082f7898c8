import Diagnostics
import EventLoop
import Providers

/// Keeps a session's token alive in a long run: exchanges it when three quarters of its life are over.
///
/// A ready token is left alone: who minted it decides about it. A renewal that fails changes nothing: the next call that
/// finds the token expired logs in again, once.
final class TokenRenewal {
    /// Renewals closer together than this would be of no use to anybody.
    private static let shortest: Duration = .milliseconds(500)

    private let session: any SecretSession
    private let loop: EventLoop
    private var timer: EventLoop.Timer?
    private var end: ContinuousClock.Instant?

    init(_ session: any SecretSession, loop: EventLoop) {
        self.session = session
        self.loop = loop
        guard session.isMinted else { return }
        session.didReplaceToken = { [weak self] in self?.plan() }
        plan()
    }

    /// No more renewals.
    func stop() {
        timer?.cancel()
        timer = nil
        session.didReplaceToken = nil
    }

    private func plan() {
        timer?.cancel()
        timer = nil
        guard let lifetime = session.tokenLifetime else { return }
        let now = ContinuousClock.now
        let newEnd = now + lifetime
        // A renewal that moves the end no further has met the ceiling of the token's life.
        if let end, newEnd - end < Self.shortest, end > now { return }
        end = newEnd
        let delay = lifetime * 3 / 4
        guard delay >= Self.shortest else { return }
        timer = loop.schedule(after: delay) { [weak self] in self?.renew() }
    }

    private func renew() {
        timer = nil
        // What comes of it shows in didReplaceToken, or at the next call.
        session.renew { _ in }
    }
}
