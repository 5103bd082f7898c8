import Diagnostics
import HostProtocol

/// Who is told of a run while it goes on: what a person sees of it beside its own output, or what a program reads of it.
///
/// What is told has passed the gate (`gate.inward`) and holds no control characters, but its substance comes from the
/// worker, which is not trusted: names may repeat, states may come in any order, numbers may be absurd.
protocol RunObserver: AnyObject {
    /// The run begins.
    func begin(_ start: RunStart)
    /// A task is known, or its state has changed; the ledger of the run has taken it in.
    func task(_ change: TaskChange)
    /// Something failed and is tried again after a pause.
    func retry(_ notice: RetryNotice)
    /// How far something is.
    func progress(_ notice: ProgressNotice)
    /// What `progress` told of it, or of what is outside of tasks, is over.
    func progressEnded(_ task: Int64?)
    /// Whether `spawnStarted` is of use: a thousand programs need not be told of one by one where nobody looks.
    var wantsPrograms: Bool { get }
    /// A program, or the programs of a pipe, are about to start.
    func spawnStarted(_ start: SpawnStart)
    /// They have ended, or could not be started. Comes once for each `spawnStarted`.
    func spawnEnded(_ end: SpawnEnd)
    /// A program has printed a secret for the first time; it was masked.
    func leak(_ notice: LeakNotice)
    /// The script's `log.info` and its sisters; `debug` comes too.
    func log(_ entry: LogEntry)
    /// What the script gave back.
    func result(_ value: Value)
    /// The reader of standard output has gone, and the run ends for it.
    func outputClosed()
    /// The run ends; after this come only warnings about the clean-up.
    func end(_ end: RunEnd)
    /// Nothing of the run is left; nothing comes after this.
    func allEnded()
}

extension RunObserver {
    var wantsPrograms: Bool { true }
    func begin(_ start: RunStart) {}
    func progressEnded(_ task: Int64?) {}
    func outputClosed() {}
    func allEnded() {}
}

/// What runs.
struct RunStart {
    /// The version of the program.
    var version: String
    /// The script, as it was named: a path, `-`, `-e`.
    var script: String
}

/// Where a task is.
enum TaskState: String, CaseIterable {
    case waiting, running, done, failed, skipped, cancelled
}

/// A task, as it is now.
struct TaskChange {
    /// The worker's number of it.
    var id: Int64
    /// The task that it belongs to.
    var parent: Int64?
    var name: String
    var state: TaskState
    /// Which try this is, from 1.
    var attempt: Int64?
    /// Why it failed or was skipped.
    var error: String?
}

/// A pause before the next try.
struct RetryNotice {
    /// The task in which it happens; nil outside of tasks.
    var task: Int64?
    /// The try that failed, from 1.
    var attempt: Int64
    /// The most tries there will be.
    var times: Int64
    /// The pause in seconds.
    var delay: Double
    /// What the try failed for.
    var error: String
}

/// How far something is.
struct ProgressNotice {
    var task: Int64?
    var done: Double
    /// What `done` will be at the end; nil where nobody knows.
    var total: Double?
    var text: String?
}

/// A program, or a pipe, that is about to start.
struct SpawnStart {
    /// The host's number of it, from 1; `SpawnEnd` and `LeakNotice` name it.
    var number: Int
    var task: Int64?
    /// The command as for a shell: names of files stand for secrets, never values.
    var command: String
    /// The programs: one, or those of the pipe.
    var programs: [String]
    /// Its secrets, each with its channel.
    var grants: [SpawnGrant]
    var isBackground: Bool
    var label: String?

    /// The names of its secrets, each with its channel.
    var secrets: [String] { grants.map(\.text.printable).sorted() }
}

/// A secret that a program gets.
struct SpawnGrant {
    /// The secret's name.
    var name: String
    /// The way by which it comes: `env TOKEN`, `stdin`, `file KEY`, `descriptor 3`.
    var channel: String

    /// Both, as messages show them.
    var text: String { "\(name) (\(channel))" }
}

/// How a program, or a pipe, ended.
struct SpawnEnd {
    var number: Int
    var task: Int64?
    var code: Int32?
    var signal: Int32?
    var timedOut: Bool
    var duration: Duration
    /// How often a secret was masked in its output.
    var leaks: Int
    /// Why it could not be started or was stopped by the host.
    var failure: String?
}

/// A secret in a program's output.
struct LeakNotice {
    var number: Int
    var task: Int64?
    var program: String
    /// What is done about it: `mask`, `warn`, `abort`.
    var action: String
}

/// One message of the script's log.
struct LogEntry {
    var level: String
    var message: String
    /// Sorted by name.
    var fields: [(name: String, text: String)]
}

/// How the run ends.
struct RunEnd {
    var exitCode: Int32
    var failure: Failure?
    /// A signal, or its time limit, has ended it early.
    var isInterrupted: Bool
    /// It was its time limit.
    var isOverTime: Bool
}
