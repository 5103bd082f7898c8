import Diagnostics
import EventLoop
import HostProtocol
import Providers

/// The leases of a run: renewed while it lasts, revoked at its end.
final class LeaseService {
    /// A lease that the run holds.
    final class Lease {
        let number: Int
        let owner: SessionService.Entry
        var held: HeldLease
        /// The handles of its values, closed with it.
        fileprivate(set) var handles: [ObjectReference] = []
        fileprivate(set) var expiresAt: String
        fileprivate(set) var isOpen = true
        /// Whether the vault has said that it has ended.
        fileprivate var isRevoked = false
        fileprivate var timer: EventLoop.Timer?
        fileprivate let begin = ContinuousClock.now
        fileprivate let maximumLifetime: Duration?

        fileprivate init(
            _ number: Int, _ owner: SessionService.Entry, _ fetched: FetchedLease, _ query: LeaseQuery
        ) {
            self.number = number
            self.owner = owner
            held = HeldLease(fetched.id, of: query)
            expiresAt = fetched.expiresAt
            maximumLifetime = fetched.maximumLifetime
        }
    }

    static let maximumCount = 1000

    private let loop: EventLoop
    private let gate: Gate
    private let store: SecretStore
    private var leases: [Lease] = []
    /// Whose leases are being made, each once: whoever ends them waits for those too, or nobody would revoke them.
    private var making: [(owner: SessionService.Entry, name: String)] = []
    private var waiting: [(owner: SessionService.Entry?, body: () -> Void)] = []
    private(set) var isEnding = false

    init(loop: EventLoop, gate: Gate, store: SecretStore) {
        self.loop = loop
        self.gate = gate
        self.store = store
    }

    /// Whether leases of one session, or any, are being made.
    func isMaking(for owner: SessionService.Entry? = nil) -> Bool {
        making.contains { owner == nil || $0.owner === owner }
    }

    // MARK: - Making

    /// Makes a lease. `keep` turns its values into handles; if that fails the lease is revoked at once.
    func make(
        _ query: LeaseQuery, _ owner: SessionService.Entry,
        keep: @escaping (FetchedLease) throws(Failure) -> [ObjectReference],
        completion: @escaping (Result<(Lease, FetchedLease), Failure>) -> Void
    ) throws(Failure) {
        guard leases.count + making.count < Self.maximumCount else {
            throw Failure(.limit, "there are more than \(Self.maximumCount) leases", hint: "make one and keep it")
        }
        making.append((owner, query.name))
        owner.session.lease(query) { [self] result in
            if let place = making.firstIndex(where: { $0.owner === owner && $0.name == query.name }) {
                making.remove(at: place)
            }
            defer { settle() }
            do throws(Failure) {
                let fetched = try result.get()
                completion(.success((try take(fetched, query, owner, keep), fetched)))
            } catch {
                completion(.failure(error))
            }
        }
    }

    private func settle() {
        let due = waiting.filter { !isMaking(for: $0.owner) }
        waiting.removeAll { !isMaking(for: $0.owner) }
        for one in due { one.body() }
    }

    private func take(
        _ fetched: FetchedLease, _ query: LeaseQuery, _ owner: SessionService.Entry,
        _ keep: (FetchedLease) throws(Failure) -> [ObjectReference]
    ) throws(Failure) -> Lease {
        let lease = Lease(leases.count, owner, fetched, query)
        leases.append(lease)
        do throws(Failure) { lease.handles = try keep(fetched) } catch {
            revoke(lease) { _ in }
            throw error
        }
        plan(lease, fetched.lifetime)
        return lease
    }

    /// The lease of a number that a script holds.
    func lease(_ value: Value?, _ function: String) throws(Failure) -> Lease {
        guard let number = value?.asInteger, leases.indices.contains(Int(clamping: number)) else {
            throw Failure(.usage, "\(function): expected a lease before the colon, as vault:lease() gives it")
        }
        let lease = leases[Int(number)]
        guard lease.isOpen else {
            throw Failure(
                .usage, "\(function): the lease of \(lease.held.query.name.printable) has ended",
                reason: "it was revoked, or its <close> scope is over", hint: "make another: vault:lease(NAME)")
        }
        return lease
    }

    // MARK: - Renewing

    /// Plans the next renewal at three quarters of a lease's life.
    private func plan(_ lease: Lease, _ lifetime: Duration?) {
        lease.timer?.cancel()
        lease.timer = nil
        guard !isEnding, lease.isOpen, let lifetime, lifetime > .zero else { return }
        lease.timer = loop.schedule(after: lifetime * 3 / 4) { [weak self, weak lease] in
            guard let self, let lease else { return }
            lease.timer = nil
            renewInTime(lease, lifetime)
        }
    }

    private func renewInTime(_ lease: Lease, _ lifetime: Duration) {
        var wanted = lease.held
        if let longest = lease.maximumLifetime {
            let left = longest - (ContinuousClock.now - lease.begin)
            // What a renewal would give, in whole seconds, is not more than what is left anyway.
            guard left > lifetime / 4 + .seconds(1) else { return warn(lease, "it has reached its longest life") }
            // A second less: the server counts from when it has the request.
            if left < lifetime { wanted.query.lifetime = left - .seconds(1) }
        }
        renew(lease, as: wanted) { [weak self, weak lease] result in
            guard let self, let lease, case .failure(let failure) = result, lease.isOpen, !isEnding else { return }
            warn(lease, "\(failure.message): \(failure.reason)")
        }
    }

    private func warn(_ lease: Lease, _ reason: String) {
        gate.say(
            "warning: the lease of \(lease.held.query.name.printable) ends at \(lease.expiresAt.printable): \(reason)\n"
        )
    }

    /// Renews a lease now.
    func renew(
        _ lease: Lease, as wanted: HeldLease, _ completion: @escaping (Result<Void, Failure>) -> Void
    ) {
        lease.owner.session.renew(wanted) { [weak self] result in
            if case .success(let renewed) = result {
                lease.expiresAt = renewed.expiresAt
                self?.plan(lease, renewed.lifetime)
            }
            completion(result.map { _ in })
        }
    }

    // MARK: - Ending

    /// Ends a lease, its handles with it. Twice is no error.
    func revoke(_ lease: Lease, _ completion: @escaping (Result<Void, Failure>) -> Void) {
        lease.isOpen = false
        lease.timer?.cancel()
        lease.timer = nil
        for handle in lease.handles { store.close(handle) }
        lease.owner.session.revoke(lease.held) { result in
            if case .success = result { lease.isRevoked = true }
            completion(result)
        }
    }

    /// Ends the leases of one session, or all; a failure is told and changes nothing.
    func revokeAll(of owner: SessionService.Entry? = nil, _ completion: @escaping () -> Void) {
        if owner == nil { isEnding = true }
        guard !isMaking(for: owner) else {
            return waiting.append((owner, { [self] in revokeAll(of: owner, completion) }))
        }
        // Those whose revocation was under way too: ending one twice is no error, and not at all is none.
        let open = leases.filter { !$0.isRevoked && (owner == nil || $0.owner === owner) }
        guard !open.isEmpty else { return completion() }
        var left = open.count
        for lease in open {
            revoke(lease) { [gate] result in
                if case .failure(let failure) = result {
                    gate.say(
                        "warning: \(failure.message): \(failure.reason); it ends by itself at "
                            + "\(lease.expiresAt.printable)\n")
                }
                left -= 1
                if left == 0 { completion() }
            }
        }
    }

    /// What the leases are of that are not known to have ended.
    var lateNames: [String] {
        Set((leases.filter { !$0.isRevoked }.map(\.held.query.name) + making.map(\.name)).map(\.printable)).sorted()
    }
}
