import CFuzzFence
import Foundation
import FuzzSupport
import HostProtocol
import TestSupport

@testable import Host

/// A real run of the host, fed by a worker that has been taken over.
///
/// Whatever the worker sends and in whatever order: the host does not crash and comes to its end, keeps nothing of the
/// run, answers each request at most once and in messages, gives nothing for a handle that it had not given out, hands
/// its own credentials to nobody but their vault, and no value is in anything that it sends or prints.
///
/// Input: choices of messages, of their order, and of what is broken about them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHost(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 2048 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    Findings.begin(input)
    var choices = Choices(input[...])
    let domains = [stage.vault.url, stage.stranger.url, "us", "http://[::1", ""]
    let script = FrameGrammar(&choices, programs: Stage.programs, domains: domains)
    let canaries = stage.begin()
    let before = openDescriptors()
    let peer = runHost(script.steps)
    let after = openDescriptors()
    let shown = stage.end()
    check(peer, script)
    checkValues(peer.received, shown.output, shown.error, canaries)
    checkVault(canaries)
    // Of a loop that has been cleared the poller alone may be left: the program ends with its run.
    let left = after.filter { !$0.hasSuffix("[eventpoll]") }
    require(left.count <= before.count, "descriptors are left open: \(before), then \(after)")
    return 0
}

private let stage: Stage = {
    guard let stage = try? Stage() else { fail("no stage for the fuzz target") }
    return stage
}()

/// Runs the host to its end, with `steps` as its worker.
private func runHost(_ steps: [Step]) -> Peer {
    var socket: Int32 = -1
    var wire: Int32 = -1
    var process: Int32 = -1
    let pid = unsafe vs_fuzz_idle_worker(&socket, &wire, &process)
    require(pid > 0, "no process for the worker")
    let own = fcntl(process, F_DUPFD_CLOEXEC, 0)
    defer {
        close(wire)
        close(own)
        unblockSignals()
    }
    let peer = Peer(wire: wire, process: own, steps: steps)
    weak var leaked: ScriptRun?
    do {
        let fork = WorkerFork(pidForTesting: pid, socket: socket, process: process)
        guard let run = try? ScriptRun(options: RunOptions(scriptFolder: stage.folder), fork: fork) else {
            fail("the host does not start")
        }
        leaked = run
        peer.start()
        _ = run.run()
    }
    peer.join()
    require(leaked == nil, "something of a run stays after its end")
    return peer
}

/// The host blocks what it waits for, and a fuzzer is to be stopped.
private func unblockSignals() {
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigprocmask(SIG_SETMASK, &none, nil)
}

/// Open descriptors but sockets: the stub servers' threads close theirs when they come to it.
private func openDescriptors() -> [String] {
    let folder = "/proc/self/fd/"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + name) else { return nil }
        return target.hasPrefix("socket:") ? nil : "\(name): \(target)"
    }
}

// MARK: - What must hold

private func check(_ peer: Peer, _ script: FrameGrammar) {
    require(!peer.isViolated, "the host sends what is no message")
    var given: Set<ObjectReference> = []
    var answered: Set<UInt32> = []
    let asked = script.asked
    for message in peer.messages {
        switch message {
        case .request, .notice: fail("the host asks the worker")
        case .cancel: continue
        case .fault(let id, _):
            require(asked[id] == nil || answered.insert(id).inserted, "a request is refused twice")
        case .answer(let id, let value):
            collect(value, &given)
            guard let (operation, arguments) = asked[id] else { continue }
            require(answered.insert(id).inserted, "a request is answered twice")
            checkGrant(operation, arguments, given)
        }
    }
}

/// An answer, and not a refusal, was given to this.
private func checkGrant(_ operation: HostProtocol.Operation, _ arguments: Value, _ given: Set<ObjectReference>) {
    switch operation {
    case .describe:
        guard case .object(let object) = arguments["object"] ?? .null else {
            fail("something that is no handle is described")
        }
        require(given.contains { $0.isSame(object) }, "a handle that was never given out is described")
    case .getSecret, .getSecrets, .names, .renew:
        guard case .object(let object) = arguments["session"] ?? .null else {
            fail("something that is no session is used")
        }
        require(given.contains { $0.isSame(object) }, "a session that was never given out is used")
    case .secretFromEnvironment:
        let name = arguments["name"]?.asText ?? ""
        require(!name.uppercased().hasPrefix("INFISICAL_") || name == "INFISICAL_DOMAIN", "credentials: \(name)")
    default: break
    }
}

private func collect(_ value: Value, _ given: inout Set<ObjectReference>) {
    switch value {
    case .object(let object): given.insert(object)
    case .list(let items): for item in items { collect(item, &given) }
    case .map(let entries): for entry in entries { collect(entry.value, &given) }
    default: break
    }
}

extension ObjectReference {
    fileprivate func isSame(_ other: ObjectReference) -> Bool {
        kind == other.kind && index == other.index && generation == other.generation
    }
}

private func checkValues(
    _ wire: [UInt8], _ output: [UInt8], _ error: [UInt8], _ canaries: Stage.Canaries
) {
    let needles = Needles(canaries.all)
    for (place, bytes) in [("the wire", wire), ("standard output", output), ("standard error", error)] {
        guard let form = needles.found(in: bytes) else { continue }
        fail("a value is on \(place): \(form)")
    }
}

private func checkVault(_ canaries: Stage.Canaries) {
    require(stage.stranger.connectionCount == 0, "a stranger was connected to")
    for request in stage.vault.requests where !request.target.hasSuffix("/login") {
        let text = request.target + request.body + request.headers.values.joined()
        require(!text.contains(canaries.clientSecret.value), "the client secret is sent with \(request.target)")
    }
}
