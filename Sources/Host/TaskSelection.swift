public import Diagnostics

/// Which of a script's tasks run, and how: the options `--jobs`, `--only`, `--from` and `--keep-going`.
public struct TaskSelection: Sendable {
    /// How many run at a time; nil for as many as there are processors.
    public private(set) var jobs: Int?
    /// `--only NAME`: these, with what they need.
    public private(set) var only: [String] = []
    /// `--from NAME`: these, with what needs them.
    public private(set) var from: [String] = []
    /// `--keep-going`: after a failure, what does not need the failed task still starts.
    public private(set) var keepsGoing = false

    /// All tasks.
    public init() {}

    /// Takes one option of the command line. False where it is none of these.
    ///
    /// - Throws: `.usage` for a number that is none.
    public mutating func take(_ option: String, _ value: String) throws(Failure) -> Bool {
        switch option {
        case "--jobs": jobs = try Self.count(value)
        case "--only": only.append(value)
        case "--from": from.append(value)
        case "--keep-going": keepsGoing = true
        default: return false
        }
        return true
    }

    private static func count(_ text: String) throws(Failure) -> Int {
        guard let count = Int(text), (1...10_000).contains(count) else {
            throw Failure(.usage, "--jobs: expected a number from 1, got \"\(text.printable)\"")
        }
        return count
    }
}
