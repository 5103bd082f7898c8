import CSystemShims
import EventLoop

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The end of the run: every descendant is told to end, then made to, until none is left.
///
/// 1. TERM and CONT to the groups of children and to what left such groups; a second later to those children that an
///    interruption was passed on to, as the same signal twice means impatience.
/// 2. Each descendant is waited for by a descriptor of its own; when one ends, /proc is read again, as its orphans are
///    children of this process now. New ones are told to end as well.
/// 3. After the grace, KILL instead of TERM.
/// 4. Who goes on for all that, by new processes that are faster than the looks, is met at once, look after look, before
///    anything else is done.
/// 5. Done when a look finds nobody and no child is unfinished, or when patience with the unkillable is over.
final class Teardown {
    // The spawner keeps this for the rest of its life; both would keep each other, and the loop with its descriptors.
    private unowned let spawner: Spawner
    private let patience: Duration
    private var completions: [([Int32]) -> Void] = []
    private var watched: [Int32: Watched] = [:]
    private var graceTimer: EventLoop.Timer?
    private var patienceTimer: EventLoop.Timer?
    private var lookTimer: EventLoop.Timer?
    private var toldTimer: EventLoop.Timer?
    private var stormTimer: EventLoop.Timer?
    private var dueTimer: EventLoop.Timer?
    private var lastLook: ContinuousClock.Instant?
    private var isKilling = false
    private var isLookDue = false

    /// How often /proc is read again while somebody is there whom no descriptor can be had for.
    private static let lookAgainTime = Duration.milliseconds(20)
    /// The least time between two looks: processes that make others faster than that take no time from signals and timers.
    private static let leastLookTime = Duration.milliseconds(2)
    /// How long KILL is given before processes are met look after look.
    private static let stormTime = Duration.milliseconds(200)
    /// For how long, in milliseconds: nothing else is done meanwhile.
    private static let stormPatience: Int32 = 1000
    /// What those have who were told to end by an interruption, before they are told again.
    private static let toldTime = Duration.seconds(1)

    private struct Watched {
        let descriptor: Int32
        let watch: EventLoop.Watch
    }

    init(_ spawner: Spawner, patience: Duration) {
        self.spawner = spawner
        self.patience = patience
    }

    func begin(grace: Duration, _ completion: @escaping ([Int32]) -> Void) {
        completions = [completion]
        let told = spawner.told
        signal(groups.subtracting(told), SIGTERM)
        for group in told { _ = kill(-group, SIGCONT) }
        if !told.isEmpty {
            toldTimer = spawner.loop.schedule(after: Teardown.toldTime) { [self] in signal(spawner.told, SIGTERM) }
        }
        schedule(grace)
        look()
    }

    /// Another caller wants the end as well, perhaps sooner.
    func join(grace: Duration, _ completion: @escaping ([Int32]) -> Void) {
        completions.append(completion)
        if isKilling { startKilling() } else { schedule(grace) }
        look()
    }

    /// A group that has only been interrupted is told to end now.
    func tell(_ group: Int32) {
        signal([group], isKilling ? SIGKILL : SIGTERM)
    }

    private func schedule(_ grace: Duration) {
        graceTimer?.cancel()
        graceTimer = spawner.loop.schedule(after: grace) { [self] in startKilling() }
    }

    private func startKilling() {
        isKilling = true
        patienceTimer?.cancel()
        signal(groups, SIGKILL)
        for entry in watched.values { _ = vs_sys_pidfd_signal(entry.descriptor, SIGKILL) }
        patienceTimer = spawner.loop.schedule(after: patience) { [self] in finish() }
        stormTimer?.cancel()
        stormTimer = spawner.loop.schedule(after: Teardown.stormTime) { [self] in storm() }
        look()
    }

    /// Kills children until none is left. Whoever loses its parent is one, and no number is given out anew before it has been
    /// reaped here.
    private func storm() {
        guard !completions.isEmpty else { return }
        let own = Array(spawner.live.keys)
        let spared = Array(spared)
        unsafe own.withUnsafeBufferPointer { own in
            unsafe spared.withUnsafeBufferPointer { spared in
                unsafe vs_sys_end_children(
                    own.baseAddress, own.count, spared.baseAddress, spared.count, Teardown.stormPatience)
            }
        }
        look()
    }

    private var spared: Set<Int32> { spawner.spared.union(spawner.detached.keys) }

    private func signal(_ groups: Set<Int32>, _ signal: Int32) {
        for group in groups {
            _ = kill(-group, signal)
            if signal == SIGTERM { _ = kill(-group, SIGCONT) }
        }
    }

    private var groups: Set<Int32> { spawner.leftGroups.union(spawner.live.keys) }

    // MARK: - Looking

    /// Reads /proc at the next turn of the loop, once however often it is asked.
    func look() {
        guard !isLookDue, !completions.isEmpty else { return }
        isLookDue = true
        if let lastLook, .now - lastLook < Teardown.leastLookTime {
            dueTimer = spawner.loop.schedule(after: Teardown.leastLookTime) { [self] in lookNow() }
        } else {
            spawner.loop.enqueue { [self] in lookNow() }
        }
    }

    private func lookNow() {
        isLookDue = false
        guard !completions.isEmpty else { return }
        lastLook = .now
        spawner.reapOrphans()
        dropEmptyGroups()
        let found = descendants()
        var isSomebodyUnwatched = false
        for process in found where !process.is_zombie && watched[process.pid] == nil {
            if !watch(process) { isSomebodyUnwatched = true }
        }
        let isEverybodyGone = found.isEmpty && spawner.live.isEmpty && spawner.leftGroups.isEmpty
        if isEverybodyGone { return finish() }
        if isSomebodyUnwatched || watched.isEmpty { lookLater() }
    }

    /// All that is left. Whoever has no child has no descendant either: then /proc is not read, which takes longer than
    /// everything else that an empty run does.
    private func descendants() -> [vs_sys_process] {
        let spared = spared
        guard ProcessTable.children().contains(where: { !spared.contains($0) }) else { return [] }
        return ProcessTable().descendants(of: getpid(), sparing: spared)
    }

    private func dropEmptyGroups() {
        spawner.forgetEmptyGroups()
    }

    private func lookLater() {
        lookTimer?.cancel()
        lookTimer = spawner.loop.schedule(after: Teardown.lookAgainTime) { [self] in look() }
    }

    /// Waits for `process` and tells it to end.
    ///
    /// False when it has gone meanwhile or cannot be waited for.
    private func watch(_ process: vs_sys_process) -> Bool {
        let pid = process.pid
        let descriptor = vs_sys_pidfd_open(pid)
        guard descriptor >= 0 else { return false }
        var again = vs_sys_process()
        // The number may have become another's between the list and the descriptor.
        let isSame =
            unsafe vs_sys_process_look(pid, &again) && (again.parent == process.parent || again.parent == getpid())
        let watch = isSame ? try? spawner.loop.watch(descriptor, .readable) { [self] _ in ended(pid) } : nil
        guard let watch else {
            closeDescriptor(descriptor)
            return false
        }
        watched[pid] = Watched(descriptor: descriptor, watch: watch)
        tellToEnd(descriptor, isGroupTold: groups.contains(process.group))
        return true
    }

    /// Not twice: some programs take a second TERM for impatience and leave their work undone.
    private func tellToEnd(_ descriptor: Int32, isGroupTold: Bool) {
        if isKilling {
            _ = vs_sys_pidfd_signal(descriptor, SIGKILL)
        } else if !isGroupTold {
            _ = vs_sys_pidfd_signal(descriptor, SIGTERM)
            _ = vs_sys_pidfd_signal(descriptor, SIGCONT)
        }
    }

    private func ended(_ pid: Int32) {
        guard let entry = watched.removeValue(forKey: pid) else { return }
        entry.watch.cancel()
        closeDescriptor(entry.descriptor)
        look()
    }

    // MARK: - Done

    private func finish() {
        // Who has ended and has not been reaped is not left: its parent is waited for, or nobody.
        let left = descendants().filter { !$0.is_zombie }.map(\.pid)
        for entry in watched.values {
            entry.watch.cancel()
            closeDescriptor(entry.descriptor)
        }
        watched = [:]
        isLookDue = false
        for timer in [graceTimer, patienceTimer, lookTimer, toldTimer, stormTimer, dueTimer] { timer?.cancel() }
        let completions = completions
        self.completions = []
        for completion in completions { completion(left) }
    }
}
