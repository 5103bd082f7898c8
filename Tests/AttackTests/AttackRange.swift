import Foundation
import TestSupport
import Testing

/// Where the attacks are tried: the vaults, the program where an ordinary user can reach it, a few at a time.
struct AttackRange: Sendable {
    /// What one run of a script left.
    struct Result {
        var outcome: Program.Outcome
        /// The files that it left in its folder, by path inside it.
        var files: [String: Data]
    }

    /// The one that the suite's tests share.
    @TaskLocal static var current: AttackRange?

    /// The vault that scripts are run against.
    let vault: AttackVault
    /// One that differs from it in the values alone, for scripts that ask what a value answers.
    private let other: AttackVault
    private let program: String
    private let lane: OperationQueue

    /// - Parameter folder: has a copy of the program put into it: the build may lie where only root can look.
    init(folder: TemporaryFolder) throws {
        vault = try AttackVault(long: false)
        other = try AttackVault(long: true)
        program = folder.path + "/vaultscript"
        try FileManager.default.copyItem(atPath: Program.path, toPath: program)
        for path in [folder.path, program] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        lane = OperationQueue()
        lane.maxConcurrentOperationCount = 2 * ProcessInfo.processInfo.activeProcessorCount
    }

    // MARK: - One attack

    /// Tries one script and gives what is wrong with the result; nothing where all is well.
    func attack(_ script: AttackScript) async throws -> [String] {
        try await withCheckedThrowingContinuation { done in
            lane.addOperation { done.resume(with: .init { try findings(script) }) }
        }
    }

    private func findings(_ script: AttackScript) throws -> [String] {
        // A build to debug with masks some tens of times more slowly than what its time is evened to.
        if script.first("build") == "release", Program.path.contains("/debug/") { return [] }
        for tool in script.all("needs") where Self.path(of: tool) == nil {
            return ["this attack needs the program \(tool): install it"]
        }
        let result = try run(script, vault, guess: vault)
        var findings = expectations(script, result.outcome) + leaks(script, result, vault)
        if script.first("oracle") == "same" {
            let second = try run(script, other, guess: vault)
            findings += leaks(script, second, other)
            if second.outcome.description != result.outcome.description {
                findings.append("another value is answered differently:\n\(second.outcome)")
            }
        }
        return findings.isEmpty ? [] : findings + ["\(result.outcome)"]
    }

    private func expectations(_ script: AttackScript, _ outcome: Program.Outcome) -> [String] {
        var findings: [String] = []
        if outcome.code != script.exitCode { findings.append("exit \(outcome.code), wanted \(script.exitCode)") }
        if let output = script.output, outcome.text != output {
            findings.append("wanted on standard output:\n\(output)")
        }
        for text in script.all("contains") where !outcome.text.contains(text) {
            findings.append("standard output lacks: \(text)")
        }
        for text in script.all("error") where !outcome.errorText.contains(text) {
            findings.append("standard error lacks: \(text)")
        }
        for text in script.all("lacks").map({ $0.replacingOccurrences(of: "\\e", with: "\u{1B}") })
        where outcome.description.contains(text) {
            findings.append("the output has: \(text)")
        }
        return findings
    }

    private func leaks(_ script: AttackScript, _ result: Result, _ vault: AttackVault) -> [String] {
        var findings = vault.scan.found(in: result.outcome.output).map { "standard output has \($0)" }
        findings += vault.scan.found(in: result.outcome.error).map { "standard error has \($0)" }
        for (name, data) in result.files where !script.all("wrote").contains(name) {
            findings += vault.scan.found(in: data).map { "the file \(name) has \($0)" }
        }
        return findings
    }

    // MARK: - One run

    private func run(_ script: AttackScript, _ vault: AttackVault, guess: AttackVault) throws -> Result {
        let home = try TemporaryFolder()
        let own: Set<String> = ["script.lua", "config"]
        try home.write("script.lua", try String(contentsOfFile: script.file, encoding: .utf8))
        var environment = vault.withheld.merging([
            "HOME": home.path, "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin",
        ]) { $1 }
        environment["XDG_CONFIG_HOME"] = home.path + "/config"
        if script.first("credentials") == "file" {
            let lines = vault.login.map { "\($0.key)=\($0.value)\n" }.joined()
            try home.write("config/vaultscript/credentials/default.env", lines)
        } else {
            environment.merge(vault.login) { $1 }
        }
        for pair in script.all("environment") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            environment[parts[0]] =
                parts.count > 1 ? vault.filled(parts[1]).replacingOccurrences(of: "$HOME", with: home.path) : ""
        }
        let outcome = try start(
            script, home, environment, vault, script.all("guess").flatMap { Self.guesses($0, guess) })
        return Result(outcome: outcome, files: Self.files(in: home.path, except: own))
    }

    private func start(
        _ script: AttackScript, _ home: TemporaryFolder, _ environment: [String: String], _ vault: AttackVault,
        _ arguments: [String]
    ) throws -> Program.Outcome {
        var words = ["-C", home.path]
        if geteuid() == 0 {
            _ = try Program.run(["-R", "65534:65534", home.path], program: "/bin/chown")
            words += ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        }
        words += [program] + script.all("options").flatMap { $0.split(separator: " ").map(String.init) }
        return try Program.run(
            words + ["script.lua"] + arguments, environment: environment,
            input: script.first("input").map {
                Data(vault.filled($0).replacingOccurrences(of: "\\n", with: "\n").utf8)
            },
            program: "/usr/bin/env", timeLimitSeconds: script.first("limit").flatMap { Double($0) } ?? 60)
    }

    /// `TOKEN 8`: the first 8 characters of a value, and as many others. `TOKEN`: all of it.
    private static func guesses(_ text: String, _ vault: AttackVault) -> [String] {
        let parts = text.split(separator: " ").map(String.init)
        let value = vault.values[parts[0]] ?? ""
        let right = parts.count > 1 ? String(value.prefix(Int(parts[1]) ?? 0)) : value
        return [right, String(right.map { $0 == "=" ? "-" : "=" })]
    }

    private static func path(of tool: String) -> String? {
        ["/usr/local/bin/", "/usr/bin/", "/bin/"].map { $0 + tool }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private static func files(in folder: String, except own: Set<String>) -> [String: Data] {
        var found: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            let top = name.split(separator: "/").first.map(String.init) ?? name
            let type =
                try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.type] as? FileAttributeType
            guard !own.contains(top), type == .typeRegular else { continue }
            found[name] = FileManager.default.contents(atPath: folder + "/" + name)
        }
        return found
    }
}

/// Makes the range before the suite's first test and takes it down after the last.
struct AttackRangeTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let range = try AttackRange(folder: folder)
        try await AttackRange.$current.withValue(range) { try await function() }
    }
}

extension Trait where Self == AttackRangeTrait {
    /// The vaults and the program of the attacks.
    static var attackRange: Self { Self() }
}
