public import Foundation

/// The built program, run as a user runs it.
public enum Program {
    /// `VAULTSCRIPT_PROGRAM`, or the one that was built beside the tests.
    public static var path: String {
        if let named = ProcessInfo.processInfo.environment["VAULTSCRIPT_PROGRAM"] { return named }
        return folder + "/vaultscript"
    }

    /// The development vault that lies beside the program.
    public static var vaultPath: String {
        (path as NSString).deletingLastPathComponent + "/vaultscript-dev-vault"
    }

    /// The folder of products that the tests were built into.
    public static var folder: String {
        let runner = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = runner.deletingLastPathComponent()
        if let bundle = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") }) {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        for _ in 0..<5 {
            if FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent("vaultscript").path) { break }
            folder.deleteLastPathComponent()
        }
        return folder.path
    }

    /// The root of the repository.
    public static var repository: String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().path
    }

    /// What a finished program left.
    public struct Outcome: Sendable, CustomStringConvertible {
        /// The exit code, or 128 + the signal that ended it.
        public var code: Int32
        /// All of standard output.
        public var output: Data
        /// All of standard error.
        public var error: Data
        /// Standard output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
        /// Standard error as text.
        public var errorText: String { String(decoding: error, as: UTF8.self) }
        /// Both, for a failing test's message.
        public var description: String { "exit \(code)\n--- stdout\n\(text)\n--- stderr\n\(errorText)" }
    }

    /// Runs `arguments` with the program and waits for its end.
    ///
    /// - Parameters:
    ///   - environment: the whole environment; PATH and HOME are added where they are missing.
    ///   - input: its standard input; nil is /dev/null.
    ///   - whileRunning: called with the process id once it runs.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], input: Data? = nil,
        program: String = Program.path, timeLimitSeconds: Double = 120, whileRunning: ((Int32) throws -> Void)? = nil
    ) throws -> Outcome {
        let running = try RunningProgram(
            program, arguments, environment: withDefaults(environment), input: input)
        try whileRunning?(running.pid)
        return running.wait(limit: timeLimitSeconds)
    }

    /// Runs a script given as text.
    public static func script(
        _ text: String, _ arguments: [String] = [], options: [String] = [], environment: [String: String] = [:],
        input: Data? = nil, whileRunning: ((Int32) throws -> Void)? = nil
    ) throws -> Outcome {
        let temporary = try TemporaryFolder()
        let file = try temporary.write("script.lua", text)
        return try run(
            options + [file] + arguments, environment: environment, input: input,
            whileRunning: whileRunning)
    }

    /// PATH and HOME of the tests themselves; state is kept nowhere, so that no test remembers another.
    static var defaults: [String: String] {
        let own = ProcessInfo.processInfo.environment
        return ["PATH": own["PATH"] ?? "/usr/bin:/bin", "HOME": own["HOME"] ?? "/"]
    }

    private static func withDefaults(_ environment: [String: String]) -> [String: String] {
        let all = environment.merging(defaults) { mine, _ in mine }
        return environment["HOME"] == nil ? all.merging(["XDG_STATE_HOME": "/proc/none"]) { mine, _ in mine } : all
    }
}
