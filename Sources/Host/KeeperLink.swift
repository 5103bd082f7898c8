import CSystemShims
public import Diagnostics
import EventLoop
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The host's line to its keeper: the process that the user started, which outlives the host and ends what it leaves.
public final class KeeperLink {
    private let channel: Int32
    private var watch: EventLoop.Watch?

    /// Forks: this process becomes the keeper and never returns; the new one goes on here, to be the host.
    ///
    /// Before any credential is read and any thread is started.
    ///
    /// - Throws: `.io` where the system has no room for another process.
    public init() throws(Failure) {
        var channel: Int32 = -1
        guard unsafe vs_sys_keep(&channel) == 0 else {
            throw Failure(
                .io, "the host cannot be started", reason: unsafe String(cString: strerror(errno)),
                hint: "look at the limit of processes: ulimit -u")
        }
        self.channel = channel
    }

    deinit { close(channel) }

    /// Reports the signals that the keeper passes on, and its death.
    func attach(to loop: EventLoop, onSignal: @escaping (Int32) -> Void, onLoss: @escaping () -> Void) {
        watch = try? loop.watch(channel, .readable) { [unowned self] _ in
            let number = vs_sys_keeper_next(channel)
            if number > 0 { onSignal(number) }
            guard number < 0 else { return }
            watch?.cancel()
            watch = nil
            onLoss()
        }
    }

    /// Has the keeper remove the file, or the empty directory, at `path` when the run is over. To be said before it is made.
    func remove(_ path: [UInt8]) { tell(VS_SYS_KEEPER_REMOVE, path) }

    /// What was made at a path of `remove` is this directory: it is removed with all below it, and nothing else that has
    /// come to its place. To be said before anything is in it.
    func remove(_ made: RunDirectory.Made) {
        let which = vs_sys_directory(device: made.device, inode: made.inode)
        tell(VS_SYS_KEEPER_MADE, unsafe withUnsafeBytes(of: which) { unsafe Array($0) } + made.path)
    }

    /// Takes `remove` back.
    func forget(_ path: [UInt8]) { tell(VS_SYS_KEEPER_FORGET, path) }

    /// Lets the process outlive the run, with what stays in its session.
    func spare(_ pid: Int32) { tell(VS_SYS_KEEPER_SPARE, unsafe withUnsafeBytes(of: pid) { unsafe Array($0) }) }

    private func tell(_ kind: Int, _ bytes: [UInt8]) {
        _ = unsafe bytes.withUnsafeBytes {
            unsafe vs_sys_keeper_tell(channel, UInt8(kind), $0.baseAddress, $0.count)
        }
    }
}
