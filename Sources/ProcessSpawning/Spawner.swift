import CSystemShims
public import Diagnostics
public import EventLoop
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Starts children and looks after all of them until none is left.
///
/// Each child has a session of its own, the descriptors it was given and no other, no privileges to gain, a Landlock
/// domain that keeps its siblings out of its memory and environment, and dies with the thread that started it. One
/// spawner a process, on the loop's thread.
public final class Spawner {
    let loop: EventLoop
    /// One buffer for what all children write: a handler has seen its bytes before the next are read.
    private(set) var buffer: SecretBytes
    private let runDirectory: RunDirectory
    private var null = Descriptor(-1)
    private var ruleset = Descriptor(-1)
    private(set) var live: [Int32: ChildProcess] = [:]
    /// Children that outlive the run, with those that have ended: what is in their sessions is spared at the end.
    private(set) var detached: [Int32: ChildProcess?] = [:]
    /// Groups of children that have ended but left processes in them.
    var leftGroups: Set<Int32> = []
    /// Live children that an interruption was passed on to.
    private(set) var told: Set<Int32> = []
    /// Children of the process that are not this spawner's, and that it must neither reap nor end: the worker.
    public var spared: Set<Int32> = []
    /// Called after a child of this process has ended, stopped or gone on.
    public var onChildChange: () -> Void = {}
    private var orphanWatch: EventLoop.Watch?
    private var lastSearch: Search?
    private var hasStartedPrograms = false
    var teardown: Teardown?

    /// The most bytes that a handler gets at once.
    static let bufferBytes = 65536
    /// How long the pipes of a child that has exited may stay open.
    static let drainTime = Duration.milliseconds(100)

    /// A spawner without children.
    ///
    /// Ignores SIGPIPE in this process from now on.
    ///
    /// What children need is made at the first start: a run without any does not pay for it.
    public init(loop: EventLoop, runDirectory: RunDirectory = RunDirectory()) throws(Failure) {
        self.loop = loop
        self.runDirectory = runDirectory
        buffer = try SecretBytes(count: 0)
        vs_sys_ignore_broken_pipes()
    }

    private func makeReady() throws(Failure) {
        guard buffer.count == 0 else { return }
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        let error = errorNumber()
        guard null >= 0 else { throw Failure.noDescriptor("/dev/null", error) }
        self.null = Descriptor(null)
        let ruleset = vs_sys_landlock_ruleset()
        let lack = errorNumber()
        // Without Landlock there is none; a lack of descriptors does not leave a program outside of its domain.
        guard ruleset >= 0 || lack == ENOTSUP else { throw Failure.noDescriptor("a Landlock ruleset", lack) }
        self.ruleset = Descriptor(ruleset)
        buffer = try SecretBytes(count: Spawner.bufferBytes)
    }

    /// Open descriptors of the files that children are handed, and of the folders they lie in; see `RunDirectory`.
    public var handedDescriptors: [Int32] { runDirectory.handedDescriptors }

    /// The number of children that have not finished.
    public var liveCount: Int { live.count + detached.count { $0.value != nil } }

    // MARK: - Starting

    /// Starts a child.
    ///
    /// It runs when this returns; the handlers are called from the loop.
    ///
    /// - Throws: `.usage` for a request that cannot be meant, `.start` with the code 127 or 126 for a program that cannot
    ///   be run, `.io` and `.limit` for what the system has no room for (64 KiB of secret memory at the first start),
    ///   `.cancelled` after `terminateAll`. Nothing is left of the attempt.
    public func start(_ request: SpawnRequest, _ handlers: SpawnHandlers) throws(Failure) -> ChildProcess {
        guard teardown == nil else {
            throw Failure(.cancelled, "\(shown(request.program)) is not started", reason: "the run is ending")
        }
        try checkRelay(request)
        try makeReady()
        let plan = try SpawnPlan(request, runDirectory: runDirectory, null: null.number)
        let started = ContinuousClock.now
        let result = try launch(request, plan)
        let child = ChildProcess(self, request, handlers, result, plan.takeHostEnds(), started)
        if request.isDetached { detached[child.pid] = child } else { live[child.pid] = child }
        try child.attach(request)
        return child
    }

    private func checkRelay(_ request: SpawnRequest) throws(Failure) {
        guard case .relay(let source) = request.standardInput, loop.isWatched(source) else { return }
        throw Failure(
            .usage, "\(shown(request.program)) cannot read descriptor \(source)", reason: "another child reads it now",
            hint: "wait for that child first")
    }

    private func launch(_ request: SpawnRequest, _ plan: SpawnPlan) throws(Failure) -> vs_sys_spawn_result {
        let search = search(request)
        let arguments = CStrings(try plan.arguments(of: request))
        let environment = try EnvironmentBlock(
            plan.environment(of: request), over: request.base, without: request.removed)
        defer { environment.wipe() }
        let descriptors = plan.descriptors
        var result = vs_sys_spawn_result()
        let status = unsafe search.paths.withPointers { paths in
            unsafe arguments.withPointers { arguments in
                unsafe environment.withPointers { variables in
                    unsafe call(request, paths, arguments, variables, descriptors, &result)
                }
            }
        }
        guard status == 0 else {
            throw StartFailure(
                request: request, candidates: search.candidates, result: result, comparesNames: !hasStartedPrograms
            ).failure
        }
        hasStartedPrograms = true
        return result
    }

    private typealias Pointers = UnsafePointer<UnsafeMutablePointer<CChar>?>

    private func call(
        _ request: SpawnRequest, _ paths: Pointers, _ arguments: Pointers, _ variables: Pointers,
        _ descriptors: [vs_sys_spawn_descriptor], _ result: inout vs_sys_spawn_result
    ) -> Int32 {
        withCString(request.workingDirectory ?? []) { directory in
            unsafe descriptors.withUnsafeBufferPointer { list in
                var plan = unsafe vs_sys_spawn_request()
                unsafe plan.candidates = paths
                unsafe plan.arguments = arguments
                unsafe plan.environment = variables
                unsafe plan.directory = request.workingDirectory == nil ? nil : directory
                unsafe plan.descriptors = list.baseAddress
                unsafe plan.descriptor_count = Int32(list.count)
                unsafe plan.ruleset = ruleset.number
                unsafe plan.creation_mask = request.creationMask.map { Int32($0 & 0o777) } ?? -1
                unsafe plan.new_privileges = request.newPrivileges
                unsafe plan.controlling_terminal = request.controllingTerminal
                unsafe plan.detached = request.isDetached
                return unsafe vs_sys_spawn(&plan, &result)
            }
        }
    }

    /// Where a program is looked for: what to try, also laid out for C.
    private struct Search {
        let program: [UInt8]
        let path: [UInt8]?
        let candidates: [[UInt8]]
        let paths: CStrings
    }

    /// The last one is kept: many children in a row are mostly of one program.
    private func search(_ request: SpawnRequest) -> Search {
        let (program, path) = (request.program, request.searchPath)
        if let executable = request.executable {
            let candidates = executable.isEmpty ? Spawner.candidates(for: program, in: path) : [executable]
            return Search(program: program, path: path, candidates: candidates, paths: CStrings([executable]))
        }
        if let lastSearch, lastSearch.program == program, lastSearch.path == path { return lastSearch }
        let candidates = Spawner.candidates(for: program, in: path)
        let search = Search(program: program, path: path, candidates: candidates, paths: CStrings(candidates))
        lastSearch = search
        return search
    }

    /// The paths that execvp would try for `program`.
    static func candidates(for program: [UInt8], in path: [UInt8]?) -> [[UInt8]] {
        guard !program.contains(UInt8(ascii: "/")) else { return [program] }
        return searchDirectories(path).map { directory in
            var candidate: [UInt8] = []
            candidate.reserveCapacity(directory.count + 1 + program.count)
            candidate += directory
            candidate.append(UInt8(ascii: "/"))
            candidate += program
            return candidate
        }
    }

    /// The PATH of a child that has none, as execvp has it.
    public static let usualPath = Array("/bin:/usr/bin".utf8)

    /// The directories of a PATH, each once; an empty entry is the working directory.
    static func searchDirectories(_ path: [UInt8]?) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return (path ?? usualPath)
            .split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { $0.isEmpty ? [UInt8(ascii: ".")] : Array($0) }
            .filter { seen.insert($0).inserted }
    }

    // MARK: - Ending

    /// Sends `signal` to the group of every live child.
    ///
    /// The end of the run then waits a little before it says TERM to them: they know already.
    public func signalAll(_ signal: Int32) {
        for child in live.values { child.send(signal) }
        told.formUnion(live.keys)
    }

    /// Ends every descendant of this process but those `spared`: TERM, after `grace` KILL, until none is left, sessions
    /// of their own or not.
    ///
    /// Then removes the run directory. No child can be started any more.
    ///
    /// Every live child still gets its `finished`, and what it left in its pipes is delivered although its output is paused:
    /// nobody may have to wait for a reader any more. Calling again sets the grace anew: zero kills at once.
    /// - Parameters:
    ///   - patience: How long to wait for those that KILL does not end (in a system call, or of another user).
    ///   - completion: Called from the loop, with the processes that could not be ended; empty in all but those cases.
    public func terminateAll(
        grace: Duration = .seconds(5), patience: Duration = .seconds(5),
        completion: @escaping ([Int32]) -> Void
    ) {
        if let teardown {
            teardown.join(grace: grace, completion)
            return
        }
        let teardown = Teardown(self, patience: patience)
        self.teardown = teardown
        for child in Array(live.values) { child.endPauses() }
        teardown.begin(grace: grace) { [runDirectory] left in
            runDirectory.remove()
            completion(left)
        }
    }

    /// A child has finished and has been reaped.
    func forget(_ child: ChildProcess, leftProcesses: Bool) {
        guard !child.isDetached else { return forgetDetached(child.pid) }
        live[child.pid] = nil
        let wasTold = told.remove(child.pid) != nil
        if leftProcesses { leftGroups.insert(child.pid) }
        // What it left may not mind an interruption, as background jobs of shells do not: it has nobody to wait for now.
        if wasTold, leftProcesses { teardown?.tell(child.pid) }
        if orphanWatch != nil { reapOrphans() }
        teardown?.look()
    }

    /// Its number stays, as long as somebody of its session is there: nobody else can get it until then.
    private func forgetDetached(_ pid: Int32) {
        detached[pid] = .some(nil)
        let sessions = ProcessTable().sessions
        detached = detached.filter { $0.value != nil || sessions.contains($0.key) }
    }

    // MARK: - Orphans

    /// Whether children that have ended have left processes behind, which are children of this process since, or that cannot
    /// be seen.
    public var hasLeftPrograms: Bool {
        guard let children = ProcessTable.seenChildren() else { return true }
        return children.contains { pid in
            guard live[pid] == nil, detached[pid] == nil, !spared.contains(pid) else { return false }
            // Who has ended does not count; whose first thread alone has ended cannot be reaped, and does.
            var unused = vs_sys_exit()
            return unsafe vs_sys_reap(pid, &unused) == 0
        }
    }

    /// Makes this process the parent of every descendant that loses its own, and reaps those when they end.
    ///
    /// To be called at the start of the run, before the process has a second thread: it blocks SIGCHLD.
    /// - Throws: `.io` where the system refuses. Then only what stays in a child's group is ended with the run.
    public func adoptOrphans() throws(Failure) {
        guard vs_sys_become_subreaper() == 0 else {
            throw Failure(
                .io, "orphaned processes cannot be adopted", reason: errorText(errorNumber()),
                hint: "what children leave in the background may outlive the run")
        }
        orphanWatch = try loop.watchSignals([SIGCHLD]) { [weak self] _ in
            self?.reapOrphans()
            self?.onChildChange()
        }
    }

    /// The number of a group that is empty may become another's, who gets no signal of this run.
    func forgetEmptyGroups() {
        if !leftGroups.isEmpty { leftGroups = leftGroups.filter(ProcessTable.isGroupAlive) }
    }

    /// Stops reaping, so that the loop has nothing to wait for on its account.
    public func stopAdopting() {
        orphanWatch?.cancel()
        orphanWatch = nil
    }

    /// Reaps the children of this process that are neither a live child of the spawner nor spared, and forgets the groups that
    /// are empty since.
    func reapOrphans() {
        reapEnded()
        forgetEmptyGroups()
    }

    private func reapEnded() {
        // Mostly it is one of ours that ended: then the list of children, which takes longer, need not be read. Whoever
        // ended behind it is seen when it has been reaped.
        var next = vs_sys_ended_child()
        // Processes that make others without end leave more behind than a list of all could be read for.
        var most = 4096
        while next != 0, live[next] == nil, detached[next] == nil, !spared.contains(next), most > 0 {
            var unused = vs_sys_exit()
            _ = unsafe vs_sys_reap(next, &unused)
            next = vs_sys_ended_child()
            most -= 1
        }
        if next == 0 || most == 0 || live[next]?.hasExited == false { return }
        for pid in ProcessTable.children() where live[pid] == nil && detached[pid] == nil && !spared.contains(pid) {
            var unused = vs_sys_exit()
            _ = unsafe vs_sys_reap(pid, &unused)
        }
    }
}

/// What the kernel offers to keep children apart from each other; for `doctor`.
public enum ChildIsolation: Sendable, Equatable {
    /// A Landlock domain a child, with abstract sockets scoped; the kernel's Landlock version.
    case scoped(version: Int)
    /// A Landlock domain a child without that scope (Linux before 6.12).
    case domain(version: Int)
    /// None: children of one user can read each other's environment.
    case none

    /// Asks the kernel.
    public static func find() -> ChildIsolation {
        let version = Int(vs_sys_landlock_version())
        return version >= 6 ? .scoped(version: version) : version >= 2 ? .domain(version: version) : .none
    }
}
