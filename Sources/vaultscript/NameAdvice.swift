import Diagnostics
import ScriptAnalysis

/// What a person most probably meant by a name that a script stumbled over, as `vaultscript check` would say it. The script is
/// looked at when it has failed, and not before.
struct NameAdvice: Sendable {
    private static let longestName = 64
    /// A longer script would keep a run that has failed waiting for its end.
    private static let longestText = 128 << 10

    private let text: [UInt8]
    /// How errors call the script, before the line.
    private let name: String

    init(_ text: [UInt8], _ chunkName: String) {
        self.text = text
        name = String(chunkName.dropFirst())
    }

    /// - Parameter error: What happened, with its place: `deploy.lua:3: attempt to call a nil value (global 'getsecret')`.
    @Sendable func instead(_ error: String) -> String? {
        let line = error.prefix { $0 != "\n" }
        if let (object, method) = Self.method(line) { return Self.near(method, among: object.methods.map(\.name)) }
        guard line.hasSuffix("')"), let start = line.firstRange(of: "a nil value ("),
            let quote = line[start.upperBound...].firstIndex(of: "'")
        else { return nil }
        let sort = line[start.upperBound..<quote]
        let wrong = String(line[line.index(after: quote)...].dropLast(2))
        guard ["global ", "field ", "method "].contains(sort), wrong.count <= Self.longestName else { return nil }
        if let found = finding(of: wrong, isGlobal: sort == "global ", in: line) { return found }
        return sort == "global " ? Self.near(wrong, among: API.table.globalNames) : nil
    }

    private static func near(_ name: String, among names: [String]) -> String? {
        NearNames.best(for: name, among: names).map { "did you mean \($0)?" }
    }

    /// `a session has no field "getsecret"`.
    private static func method(_ line: Substring) -> (API.Object, String)? {
        guard let middle = line.firstRange(of: " has no field \""), line.hasSuffix("\"") else { return nil }
        let word = line[..<middle.lowerBound].split(separator: " ").last?.lowercased()
        let wrong = line[middle.upperBound...].dropLast()
        guard wrong.count <= longestName,
            let object = API.table.allObjects.first(where: { $0.name.lowercased() == word })
        else { return nil }
        return (object, String(wrong))
    }

    /// What `check` says of the name: in the line that failed, of a global in any.
    private func finding(of wrong: String, isGlobal: Bool, in line: Substring) -> String? {
        guard line.hasPrefix(name + ":"), text.count <= Self.longestText else { return nil }
        let number = Int(line.dropFirst(name.count + 1).prefix { $0.isWholeNumber })
        let rules: [Finding.Rule] = isGlobal ? [.unknownGlobal] : [.unknownField, .unknownMethod]
        let findings = ScriptCheck(SourceText(text)).findings.filter {
            rules.contains($0.rule) && $0.message.hasSuffix(" " + wrong)
                && (!isGlobal || $0.hint.hasPrefix("did you mean"))
        }
        let found = findings.first { $0.line == number } ?? (isGlobal ? findings.first : nil)
        return found?.hint
    }
}
