import CSystemShims

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What /proc shows of processes.
struct ProcessTable {
    private let processes: [vs_sys_process]

    /// Reads /proc.
    ///
    /// Not a snapshot: who forks or dies meanwhile may be missed, and is found the next time.
    init() {
        processes =
            unsafe ProcessTable.filled(vs_sys_process()) { room in
                unsafe vs_sys_processes(room.baseAddress, room.count)
            } ?? []
    }

    /// The sessions that there are.
    var sessions: Set<Int32> { Set(processes.map(\.session)) }

    /// All below `root`, zombies too, but not those below one of `spared` or in a session of one, nor these.
    func descendants(of root: Int32, sparing spared: Set<Int32>) -> [vs_sys_process] {
        let children = Dictionary(grouping: processes, by: \.parent)
        var found: [vs_sys_process] = []
        var seen: Set<Int32> = [root]
        var open = [root]
        while let parent = open.popLast() {
            for process in children[parent] ?? []
            where !spared.contains(process.pid) && !spared.contains(process.session) {
                // A number may be in the list twice, as it is read while processes come and go.
                guard seen.insert(process.pid).inserted else { continue }
                found.append(process)
                open.append(process.pid)
            }
        }
        return found
    }

    /// Whether somebody of a group whose leader has been reaped is there and has not ended.
    static func isGroupAlive(_ group: Int32) -> Bool {
        // The kernel counts zombies too; /proc is read only where there may be somebody.
        guard kill(-group, 0) == 0 || errorNumber() == EPERM else { return false }
        return ProcessTable().processes.contains { $0.group == group && !$0.is_zombie }
    }

    /// The children of this process; none where they cannot be seen.
    static func children() -> [Int32] { seenChildren() ?? [] }

    /// The children of this process; nil where they cannot be seen, for a lack of descriptors.
    static func seenChildren() -> [Int32]? {
        let listed = unsafe filled(Int32(0)) { room in unsafe vs_sys_children(room.baseAddress, room.count) }
        if let listed { return listed }
        // A kernel without children lists: the long way.
        let all = ProcessTable().processes
        guard all.contains(where: { $0.pid == getpid() }) else { return nil }
        return all.filter { $0.parent == getpid() }.map(\.pid)
    }

    /// Calls `fill` with more room until all fits; nil where it cannot be read.
    private static func filled<T>(_ empty: T, _ fill: (UnsafeMutableBufferPointer<T>) -> Int) -> [T]? {
        var list: [T] = []
        var count = 256
        repeat {
            list = [T](repeating: empty, count: count * 2)
            count = unsafe list.withUnsafeMutableBufferPointer { room in unsafe fill(room) }
        } while count > list.count
        return count < 0 ? nil : Array(list.prefix(count))
    }
}
