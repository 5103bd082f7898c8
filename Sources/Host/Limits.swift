public import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one run may use up. Each has a generous default, an option (`--limit NAME=VALUE`), a place in the variable
/// `VAULTSCRIPT_LIMITS` and one in the user's configuration; the table of docs/limits.md says how each is kept.
public struct Limits: Sendable {
    /// The variable that holds limits, separated by commas.
    public static let variable = "VAULTSCRIPT_LIMITS"

    /// Lua's memory in bytes; `.max` for no limit.
    public private(set) var memoryBytes = 512 << 20
    /// CPU time of the script between two messages of host and worker; nil for no limit.
    public private(set) var cpu: Duration? = .seconds(60)
    /// Coroutines that exist at a time; `.max` for no limit.
    public private(set) var coroutines = 100_000
    /// Secrets that are open at a time.
    public private(set) var handles = 100_000
    /// Children that run at a time.
    public private(set) var processes = 1000
    /// Host calls that wait at a time, sleeping among them.
    public private(set) var calls = 4096

    /// Every limit at its default.
    public init() {}

    /// The names of all limits.
    static let names = ["memory", "cpu", "coroutines", "handles", "processes", "calls"]

    /// Takes the limits of the environment, where it has some.
    ///
    /// - Throws: the same as `take(variable:)`.
    public mutating func takeEnvironment() throws(Failure) {
        if let text = unsafe getenv(Self.variable) { try take(variable: unsafe String(cString: text)) }
    }

    /// Takes limits as the environment has them: `memory=1G,cpu=none`.
    ///
    /// - Throws: `.usage` for a name that does not exist, with a near one, and for a value out of range.
    public mutating func take(variable text: String) throws(Failure) {
        for part in text.split(separator: ",") {
            try set(part.filter { $0 != " " }, Self.variable)
        }
    }

    /// Takes one limit as the command line has it: `memory=1G`.
    ///
    /// - Throws: the same.
    public mutating func take(option text: String) throws(Failure) { try set(text, "--limit") }

    /// The limits as messages show them, by name.
    public var shown: [(name: String, text: String)] {
        [
            ("memory", memoryBytes == .max ? "any amount" : LimitText.size(memoryBytes)),
            ("cpu", cpu.map(LimitText.duration) ?? "any time"),
            ("coroutines", coroutines == .max ? "any number" : "\(coroutines)"), ("handles", "\(handles)"),
            ("processes", "\(processes)"),
            ("calls", "\(calls)"),
        ]
    }

    /// One limit as messages show it.
    func text(_ name: String) -> String { shown.first { $0.name == name }?.text ?? "" }

    /// Refuses what would exceed a number.
    ///
    /// - Throws: `.limit` with the way to allow more.
    func check(_ name: String, _ count: Int, below maximum: Int, _ things: String, _ hint: String) throws(Failure) {
        guard count >= maximum else { return }
        throw Failure(
            .limit, "there cannot be more than \(maximum) \(things)", reason: "that is the limit of this run",
            hint: "\(hint), or allow more with --limit \(name)=NUMBER")
    }

    /// Takes each limit of `other` that is lower.
    mutating func lower(to other: Limits) {
        memoryBytes = min(memoryBytes, other.memoryBytes)
        if let theirs = other.cpu { cpu = min(cpu ?? theirs, theirs) }
        coroutines = min(coroutines, other.coroutines)
        handles = min(handles, other.handles)
        processes = min(processes, other.processes)
        calls = min(calls, other.calls)
    }

    // MARK: - One limit

    private mutating func set(_ text: String, _ source: String) throws(Failure) {
        guard let equals = text.firstIndex(of: "=") else {
            throw Failure(
                .usage, "\(source): expected NAME=VALUE, got \"\(text.printable)\"",
                hint: "such as memory=1G; the names are \(Self.names.joined(separator: ", "))")
        }
        try take(String(text[..<equals]), String(text[text.index(after: equals)...]), source)
    }

    /// Takes one limit; `source` says in errors where it stands.
    mutating func take(_ name: String, _ value: String, _ source: String) throws(Failure) {
        let entry = LimitText(source: source, name: name, value: value)
        switch name {
        case "memory": memoryBytes = try entry.bytes()
        case "cpu": cpu = try entry.duration()
        case "coroutines": coroutines = try entry.count(1...10_000_000, orNone: true)
        case "handles": handles = try entry.count(1...1_000_000)
        case "processes": processes = try entry.count(1...100_000)
        case "calls": calls = try entry.count(1...100_000)
        default: throw Self.unknown(name, source)
        }
    }

    private static func unknown(_ name: String, _ source: String) -> Failure {
        let near = NearNames.best(for: name, among: names).map { "did you mean \($0)?" }
        return Failure(
            .usage, "\(source): there is no limit \"\(name.printable)\"",
            hint: near ?? "the names are \(names.joined(separator: ", ")); see: vaultscript help limits")
    }
}

/// One `NAME=VALUE` of the limits.
private struct LimitText {
    var source: String
    var name: String
    var value: String

    /// Below this not even the prelude has room.
    private static let leastBytes = 1 << 20
    private static let units = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]

    func bytes() throws(Failure) -> Int {
        if value == "none" { return .max }
        let unit = value.last.flatMap { Self.units[$0.uppercased()] }
        let digits = unit == nil ? value : String(value.dropLast())
        guard let number = Int(digits), number > 0,
            case let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1),
            !overflow, bytes >= Self.leastBytes, bytes <= 1 << 46
        else { throw wrong("a size from 1M to 64T, or none") }
        return bytes
    }

    func duration() throws(Failure) -> Duration? {
        if value == "none" { return nil }
        guard let duration = try? DurationText.parse(.text(value), name), duration >= .milliseconds(100) else {
            throw wrong("a time from 100ms, or none")
        }
        return duration
    }

    func count(_ range: ClosedRange<Int>, orNone: Bool = false) throws(Failure) -> Int {
        if orNone, value == "none" { return .max }
        guard let number = Int(value), range.contains(number) else {
            throw wrong("a number from \(range.lowerBound) to \(range.upperBound)\(orNone ? ", or none" : "")")
        }
        return number
    }

    private func wrong(_ expected: String) -> Failure {
        Failure(
            .usage, "\(source): \(name): expected \(expected), got \"\(value.printable)\"",
            hint: "see: vaultscript help limits")
    }

    // MARK: - Shown

    static func size(_ bytes: Int) -> String {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes % unit == 0 {
            return "\(bytes / unit) \(name)"
        }
        return "\(bytes) bytes"
    }

    static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        return seconds == seconds.rounded() ? "\(Int(seconds)) s of CPU time" : "\(seconds) s of CPU time"
    }
}
