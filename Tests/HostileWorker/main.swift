// A host whose worker has been taken over: it is locked down as the real one is, starts a child through the wire, and
// then does what the first argument names. The tests look at what the host says and what is left running.
import CSystemShims
import Diagnostics
import Glibc
import Host
import HostProtocol

let attack = CommandLine.arguments.dropFirst().first ?? ""

func send(_ bytes: [UInt8], _ wire: Int32) {
    _ = unsafe bytes.withUnsafeBytes { unsafe write(wire, $0.baseAddress, $0.count) }
}

func send(_ message: Message, _ wire: Int32) {
    if let bytes = try? Frame.encode(message) { send(bytes, wire) }
}

func waitForHost(_ wire: Int32) {
    var room = [UInt8](repeating: 0, count: 65536)
    _ = unsafe room.withUnsafeMutableBytes { unsafe read(wire, $0.baseAddress, $0.count) }
}

/// VmHWM in KiB. Not getrusage: its figure begins with that of the process that started this one.
func residentPeak() -> Int {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return .max }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, 256, file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix("VmHWM:") { return Int(text.filter(\.isNumber)) ?? .max }
    }
    return .max
}

func sleepArguments() -> Value { .list([.text("sleep"), .text(CommandLine.arguments.dropFirst(2).first ?? "1000")]) }

func declaration(of program: String) -> Value {
    .record([
        "step": .text("declare"), "line": .integer(1), "arguments": .list([]), "script": .text("x.lua"),
        "spec": .record(["name": .text("x"), "programs": .list([.text(program)])]),
    ])
}

/// Sends a request, and waits for its answer.
func ask(_ id: UInt32, _ operation: HostProtocol.Operation, _ value: Value, _ wire: Int32) {
    send(.request(id: id, operation, value), wire)
    waitForHost(wire)
}

/// Ends the run with the error that the host has recorded under `fault`.
func end(with fault: Int64, _ wire: Int32) {
    send(.notice(.finished, .record(["status": .text("error"), "fault": .integer(fault)])), wire)
    waitForHost(wire)
}

/// A recipe that allows `true`, and then whatever might loosen it; each time the program that it does not declare.
func loosenRecipe(_ wire: Int32) {
    ask(1, .recipe, declaration(of: "true"), wire)
    ask(2, .spawn, sleepArguments(), wire)
    ask(3, .recipe, declaration(of: "sleep"), wire)
    ask(4, .recipe, .record(["step": .text("check"), "arguments": .list([])]), wire)
    ask(5, .spawn, sleepArguments(), wire)
    // Of the faults, 1 and 3 are those of spawn, 2 is that of the second recipe.
    end(with: attack == "second-recipe" ? 2 : 3, wire)
    _exit(66)
}

func takenOver(_ wire: Int32) -> Never {
    let host = getppid()
    var options = vs_sys_sandbox_options()
    options.socket = wire
    options.erase_environment = true
    var report = vs_sys_sandbox_report()
    _ = unsafe vs_sys_sandbox_worker(&options, &report)
    if attack == "second-recipe" || attack == "loosened-recipe" { loosenRecipe(wire) }
    send(.request(id: 1, .spawn, sleepArguments()), wire)
    // A second request is answered at once, so the child runs by the time its answer is here.
    send(.request(id: 2, .sleep, .record(["duration": .number(0.2)])), wire)
    waitForHost(wire)
    strike(wire, host)
    // Still here: the attack went unpunished, which the test sees by this exit code in the host's message.
    _exit(66)
}

func strike(_ wire: Int32, _ host: pid_t) {
    switch attack {
    case "open": _ = unsafe open("/etc/passwd", O_RDONLY)
    case "socket": _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    case "execve": _ = execl()
    case "ptrace": _ = syscallShim(101, 16, host)
    case "read-proc": _ = unsafe open("/proc/\(host)/environ", O_RDONLY)
    case "kill": _ = kill(host, SIGKILL)
    case "fork": _ = fork()
    case "write-elsewhere": _ = unsafe write(1, "x", 1)
    case "garbage": send((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }, wire)
    case "giant-frame": send([0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 1, 0], wire)
    case "wrong-direction":
        send(.answer(id: 1, .null), wire)
        waitForHost(wire)
    case "forged-handle":
        let forged = Value.object(.init(kind: .secret, index: 0, generation: 1, name: Array("X".utf8)))
        let stdin = Value.Entry(.bytes(Array("stdin".utf8)), forged)
        send(.request(id: 3, .spawn, .map([.init(.integer(1), .text("cat")), stdin])), wire)
        waitForHost(wire)
        send(.notice(.finished, .record(["status": .text("error"), "fault": .integer(1)])), wire)
        waitForHost(wire)
    case "flood":
        for id in UInt32(10)..<20000 { send(.request(id: id, .sleep, .record(["duration": .integer(1000)])), wire) }
        waitForHost(wire)
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "never-reads":
        let question = Value.record(["name": .text("BIG")])
        for id in UInt32(10)... { send(.request(id: id, .environmentVariable, question), wire) }
    case "endless-names":
        // Each refusal is a failure that the host keeps a record of, with the name in it.
        for id in UInt32(10)..<60 {
            send(.request(id: id, .module, .record(["name": .bytes([UInt8](repeating: 1, count: 1 << 20))])), wire)
            waitForHost(wire)
        }
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "huge-maps":
        let items = [Value](repeating: .null, count: 200_000)
        for id in UInt32(10)..<30 { send(.request(id: id, .login, .record(["x": .list(items)])), wire) }
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "many-children":
        for id in UInt32(10)..<20 { send(.request(id: id, .spawn, sleepArguments()), wire) }
        waitForHost(wire)
        send(.notice(.finished, .record(["status": .text("error"), "fault": .integer(1)])), wire)
        waitForHost(wire)
    case "half-a-frame":
        send([40, 0, 0, 0, 9], wire)
        waitForHost(wire)
        waitForHost(wire)
    case "releases":
        for index in UInt32(0)..<100_000 {
            send(.notice(.release, .object(.init(kind: .secret, index: index, generation: 1, name: []))), wire)
        }
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "reads-much":
        readMuch(wire)
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "unknown-tasks":
        for task in Int64(1)...3 {
            let once = Value.integer(1)
            send(
                .notice(.retry, .record(["task": .integer(task), "attempt": once, "times": once, "delay": once])), wire)
            send(.notice(.progress, .record(["task": .integer(task), "done": once, "total": once])), wire)
        }
        send(.notice(.progress, .record(["done": .integer(3), "total": .integer(4)])), wire)
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "reused-requests":
        reuseRequests(wire)
        send(.notice(.finished, .record(["status": .text("done")])), wire)
        waitForHost(wire)
    case "claims-success":
        send(
            .notice(.finished, .record(["status": .text("error"), "fault": .integer(999), "code": .integer(0)])), wire)
        waitForHost(wire)
    case "late-recipe":
        ask(3, .recipe, declaration(of: "sleep"), wire)
        end(with: 1, wire)
    case "exit": _exit(0)
    case "crash": unsafe UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    default: break
    }
}

/// A port of this machine that takes connections and never answers.
func silentPort() -> Int {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            _ = unsafe bind(listener, address, size)
            _ = listen(listener, 128)
            _ = unsafe getsockname(listener, address, &size)
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Has as many requests under way as one host gets and as many waiting, gives up all at once, and asks again under the
/// numbers of those that waited: each of them has a place then, and its time runs.
func reuseRequests(_ wire: Int32) {
    let question = Value.record(["url": .text("http://127.0.0.1:\(port)/"), "timeout": .integer(1)])
    let (first, second) = (UInt32(10)..<26, UInt32(100)..<116)
    for id in [first, second].joined() { send(.request(id: id, .http, question), wire) }
    // The host has read those, and reads all that follows in one turn of its loop.
    ask(150, .sleep, .record(["duration": .number(0.3)]), wire)
    var bytes: [UInt8] = []
    for id in [first, second].joined() {
        bytes += (try? Frame.encode(.notice(.abandon, .record(["id": .integer(Int64(id))])))) ?? []
    }
    for id in second { bytes += (try? Frame.encode(.request(id: id, .http, question))) ?? [] }
    send(bytes, wire)
    send(.request(id: 200, .sleep, .record(["duration": .integer(5)])), wire)
    var reader = MessageReader()
    var refused = 0
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while refused < 48 {
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(wire, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        reader.append(room.span.extracting(0..<count))
        while let message = try? reader.next() {
            if case .fault = message { refused += 1 }
            // Those that wait for ever are not refused.
            if case .answer(id: 200, _) = message { _exit(66) }
        }
    }
}

/// Asks for a file of some megabytes many times at once, and only then reads the answers.
func readMuch(_ wire: Int32) {
    let question = Value.record(["verb": .text("read"), "path": .text("/usr/bin/git")])
    for id in UInt32(10)..<50 { send(.request(id: id, .file, question), wire) }
    var reader = MessageReader()
    var answers = 0
    var room = [UInt8](repeating: 0, count: 1 << 20)
    while answers < 40 {
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(wire, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        reader.append(room.span.extracting(0..<count))
        while case .answer(let id, .bytes)? = try? reader.next() { answers += id >= 10 ? 1 : 0 }
    }
}

func execl() -> Int32 {
    let arguments: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    return unsafe execve("/bin/true", arguments, arguments)
}

// ptrace(PTRACE_ATTACH, …): the variadic function cannot be called from Swift, the system call can.
@_silgen_name("syscall")
func syscallShim(_ number: Int, _ request: Int, _ pid: pid_t) -> Int

let port = attack == "reused-requests" ? silentPort() : 0

do {
    let fork = try WorkerFork { takenOver($0) }
    var options = RunOptions(scriptFolder: "/")
    if attack == "second-recipe" || attack == "loosened-recipe" {
        options.shownRecipe = ShownRecipe(lines: 1...1, lists: [:])
    }
    if attack == "many-children" { try options.limits.take(option: "processes=4") }
    options.isVerbose = attack == "unknown-tasks"
    options.allowsPlainHTTP = attack == "reused-requests"
    let code = try ScriptRun(options: options, fork: fork).run()
    if attack.hasPrefix("endless") || attack.hasPrefix("huge") || attack == "releases" {
        print("peak", residentPeak() / 1024)
    }
    exit(code)
} catch {
    exit(99)
}
