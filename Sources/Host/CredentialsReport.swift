import CSystemShims
import Configuration
public import Diagnostics
import Masking
import Providers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `vaultscript credentials list`: every profile that a login would find, and where it goes; no value.
public struct CredentialsReport {
    private struct Row {
        var name: String
        var path: String
        var mode: String?
        var host: String?
        /// When its client secret ends; nil where nobody has said so.
        var end: ClientSecretEnd?
        /// Why a login would not take the file.
        var problem: String?
    }

    private let options: RunOptions
    private let environment: HostEnvironment
    private let masker: Masker
    private var rows: [Row] = []

    /// Looks at all files; no server is asked.
    public init(_ options: RunOptions) throws(Failure) {
        self.options = options
        _ = vs_sys_harden()
        environment = try HostEnvironment(options.settings)
        masker = try Masker()
        try environment.maskCredentials(masker)
        var seen: Set<String> = []
        let named = options.settings.user?.profiles ?? [:]
        for (name, settings) in named.sorted(by: { $0.key < $1.key }) {
            guard let path = settings.credentials?.value else { continue }
            seen.insert(name)
            rows.append(row(name, path))
        }
        for folder in environment.profileFolders {
            for name in HostEnvironment.profiles(in: folder) where seen.insert(name).inserted {
                rows.append(row(name, "\(folder)/\(name).env"))
            }
        }
        rows.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private func row(_ name: String, _ path: String) -> Row {
        var row = Row(name: name, path: path)
        var facts = stat()
        if unsafe stat(path, &facts) == 0 { row.mode = "0" + String(facts.st_mode & 0o777, radix: 8) }
        do throws(Failure) {
            guard let file = try CredentialsFile.read(path) else {
                row.problem = "it does not exist"
                return row
            }
            let sources = LoginSources(options: options, environment: environment, infisical: nil)
            let credentials = LoginCredentials(file: file, profile: name, isNamed: true)
            row.host = try InfisicalBaseURL(sources.boundDomain(credentials)?.value ?? "us").host
            guard let text = file.setting(CredentialsFile.expiryName) else { return row }
            row.end = try? ClientSecretEnd(text, source: path)
            if row.end == nil { row.problem = "\(CredentialsFile.expiryName) is no day such as 2027-02-26, nor never" }
        } catch {
            row.problem = error.reason.isEmpty ? error.message : error.reason
        }
        return row
    }

    // MARK: - Shown

    /// For a person.
    public var text: String {
        guard !rows.isEmpty else {
            let folder = environment.ownProfileFolder ?? "~/.config/vaultscript/credentials"
            return "there are no profiles in \(folder); make one: vaultscript credentials add default"
        }
        let table =
            [["NAME", "HOST", "EXPIRES", "MODE", "FILE"]]
            + rows.map {
                [$0.name, $0.host ?? "-", end($0), $0.mode ?? "-", $0.path + ($0.problem.map { " (\($0))" } ?? "")]
            }
        let widths = (0..<4).map { column in table.map { $0[column].count }.max() ?? 0 }
        let lines = table.map { cells in
            cells.enumerated().map { column, cell in
                column < 4 ? cell + String(repeating: " ", count: widths[column] - cell.count) : cell
            }.joined(separator: "  ")
        }
        return masker.mask(lines.map(\.printable).joined(separator: "\n"))
    }

    private func end(_ row: Row) -> String {
        guard let end = row.end else { return "-" }
        guard let day = end.day else { return ClientSecretEnd.never }
        let left = day.number - CalendarDay.today.number
        if left < 0 { return "\(day.text) (over)" }
        return left <= 14 ? "\(day.text) (in \(left) day\(left == 1 ? "" : "s"))" : day.text
    }

    /// For a program.
    public var json: String {
        func text(_ value: String?) -> String { value.map(JSONQuote.text) ?? "null" }
        let objects = rows.map { row in
            let fields = [
                ("name", row.name), ("host", row.host),
                ("expires", row.end.map { $0.day?.text ?? ClientSecretEnd.never }), ("mode", row.mode),
                ("file", row.path), ("problem", row.problem),
            ]
            return "{" + fields.map { "\"\($0.0)\":" + text($0.1) }.joined(separator: ",") + "}"
        }
        return masker.mask("[" + objects.joined(separator: ",") + "]")
    }
}
