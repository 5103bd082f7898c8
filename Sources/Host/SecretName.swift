/// The public names of secrets that are made from others.
///
/// One rule: what was done, with the names of what it was done to in brackets: `base64(GH_PAT)`. Only what puts secrets
/// into a text of the script's own keeps their names bare, joined by `+`: a template, as `USER+PASSWORD`. A field is
/// its secret's name and the path: `CONFIG.db.password`.
enum SecretName {
    /// Names end up in every mask: what is made of what is made of what is made has a name that still fits a line.
    static let maximumBytes = 120

    static func of(_ way: String, _ inner: [String]) -> String {
        inner.isEmpty ? way : cut("\(way)(\(joined(inner)))")
    }

    static func field(_ path: String, of name: String) -> String { cut("\(name).\(path)") }

    static func joined(_ names: [String]) -> String {
        var seen: Set<String> = []
        return cut(names.filter { seen.insert($0).inserted }.joined(separator: "+"))
    }

    private static func cut(_ name: String) -> String {
        guard name.utf8.count > maximumBytes else { return name }
        return String(decoding: name.utf8.prefix(maximumBytes), as: UTF8.self).filter { $0 != "\u{FFFD}" } + "…"
    }
}
