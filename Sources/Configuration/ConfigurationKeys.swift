import Diagnostics

/// Which settings there are, and which of them a file of a working tree may have: those that choose among what the user
/// allows, and those that narrow it.
enum ConfigurationKeys {
    /// The limits of a run. Their values are checked where they are kept (`Limits` of the host).
    static let limits = ["memory", "cpu", "coroutines", "handles", "processes", "calls"]
    /// What is set for a login, for all of them or for one profile.
    static let login = ["domain", "project", "environment", "env", "path"]

    private static let top = ["profile"] + login
    private static let profile = login + ["method", "credentials"]
    /// The tables, but for the profiles, which have names.
    private static let tables = [
        "limits": limits, "network": ["proxy", "ca"], "variables": ["withhold", "pass"],
        "masking": ["public", "publicTags"], "http": ["hosts"],
    ]
    private static let notOfProjects: Set<[String]> = [
        ["network", "proxy"], ["network", "ca"], ["variables", "pass"], ["masking", "public"],
        ["masking", "publicTags"],
    ]

    /// Checks that there is such a setting, and that this file may have it.
    ///
    /// - Throws: `.usage` with a near name or the table that it belongs to.
    static func check(_ entry: TOMLDocument.Entry, _ origin: TrustedFile.Origin, _ place: String) throws(Failure) {
        let path = entry.path
        // A limit that does not exist is told where limits are kept, in the words of the command line.
        if path.count == 2, path[0] == "limits" { return }
        guard let known = siblings(path), known.contains(path[path.count - 1]) else { throw unknown(path, place) }
        guard origin == .project, notOfProjects.contains(path) || isReserved(path) else { return }
        throw Failure(
            .usage, "\(place): \(shown(path)) is not taken from a file of a working tree",
            reason: "such a file may narrow what the user's own configuration allows, never widen it",
            hint: "write it into your own file: vaultscript config names it")
    }

    private static func isReserved(_ path: [String]) -> Bool {
        path.count == 3 && ["method", "credentials"].contains(path[2])
    }

    /// The keys that may stand where the last name of `path` stands; nil where there is no such table.
    private static func siblings(_ path: [String]) -> [String]? {
        switch path.count {
        case 1: top
        case 2: tables[path[0]]
        case 3 where path[0] == "profiles": profile
        default: nil
        }
    }

    // MARK: - What is near

    private static func unknown(_ path: [String], _ place: String) -> Failure {
        Failure(.usage, "\(place): there is no setting \(shown(path))", hint: hint(path))
    }

    static func shown(_ path: [String]) -> String { path.joined(separator: ".").printable }

    private static var tableNames: [String] { tables.keys.sorted() + ["profiles.NAME"] }

    private static func hint(_ path: [String]) -> String {
        let last = path[path.count - 1]
        if let known = siblings(path) {
            if let near = NearNames.best(for: last, among: known) { return "did you mean \(near)?" }
            if path.count == 1, let table = tables.keys.sorted().first(where: { tables[$0]?.contains(last) ?? false }) {
                return "write it below a line [\(table)]"
            }
            if path.count > 1 { return "it takes: \(known.joined(separator: ", "))" }
        }
        if path.count == 2, let table = NearNames.best(for: path[0], among: tables.keys.sorted()) {
            return "write it below a line [\(table)]"
        }
        if path.count == 3, NearNames.best(for: path[0], among: ["profiles"]) != nil {
            return "write it below a line [profiles.\(path[1].printable)]"
        }
        return "there are \(top.joined(separator: ", ")), and the tables "
            + tableNames.map { "[\($0)]" }.joined(separator: ", ") + "; see: vaultscript help configuration"
    }
}
