import Foundation
import TestSupport
import Testing

/// One idea of an attacker: a script, and what has to come out of it. The forms of its head are in scripts/README.md.
struct AttackScript: Sendable, CustomTestStringConvertible {
    /// `area/idea`, as the file is called.
    let name: String
    /// Where the script lies.
    let file: String
    private let directives: [(key: String, value: String)]

    private static let keys: Set<String> = [
        "idea", "exit", "out", "contains", "error", "lacks", "oracle", "known", "input", "environment", "options",
        "credentials", "guess", "needs", "wrote", "limit", "build",
    ]

    var testDescription: String { name }

    private init(name: String, file: String) {
        self.name = name
        self.file = file
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        directives = text.components(separatedBy: "\n").prefix { $0.hasPrefix("--") }.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let key = line[..<colon].dropFirst(2).trimmingCharacters(in: .whitespaces)
            let value = line[colon...].dropFirst()
            return Self.keys.contains(key) ? (key, String(value.hasPrefix(" ") ? value.dropFirst() : value)) : nil
        }
    }

    // MARK: - What the head says

    /// The values of a directive, in order.
    func all(_ key: String) -> [String] { directives.filter { $0.key == key }.map(\.value) }

    /// The value of a directive that stands once.
    func first(_ key: String) -> String? { directives.first { $0.key == key }?.value }

    /// The exit code that it has to end with.
    var exitCode: Int32 { first("exit").flatMap { Int32($0) } ?? 0 }

    /// The whole of standard output, where the head gives it.
    var output: String? {
        let lines = all("out")
        return lines.isEmpty ? nil : lines.map { $0.replacingOccurrences(of: "\\t", with: "\t") + "\n" }.joined()
    }

    // MARK: - All of them

    private static let folder = Program.repository + "/Tests/AttackTests/scripts"

    /// Those that are run: `ATTACKS` in the environment narrows them to those whose name begins so.
    static let all = every.filter { $0.name.hasPrefix(ProcessInfo.processInfo.environment["ATTACKS"] ?? "") }

    /// Every script, by name.
    static let every: [AttackScript] = {
        let areas = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return areas.sorted().flatMap { area -> [AttackScript] in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + area)) ?? []
            return files.sorted().filter { $0.hasSuffix(".lua") }.map {
                AttackScript(name: area + "/" + $0.dropLast(4), file: folder + "/" + area + "/" + $0)
            }
        }
    }()
}
